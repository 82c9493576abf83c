"""The keys of the files that people write (forms, sets, waivers); the loader and the schema are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from xlsxeval.forms.kinds import KINDS

KindName = Literal["text", "prose", "money", "percent", "score", "count", "area"]
if set(KINDS) != set(KindName.__args__):  # type: ignore[attr-defined]  # a Literal has its values in __args__
    raise AssertionError("kinds.py and spec.py name different kinds")

#: A name, a title, a text of one line, and a longer text. ``load`` tests the shorter limits of Excel.
ShortName = Annotated[str, Meta(max_length=60)]
ShortTitle = Annotated[str, Meta(max_length=100)]
OneLine = Annotated[str, Meta(max_length=255)]
LongText = Annotated[str, Meta(max_length=2000)]
#: A number is kept as text with all its digits; the schema also allows numbers, for editors.
NumberOrText = OneLine | int | float

Formula = Annotated[str, Meta(description="公式：Excel语法，用填空名代替单元格地址；“*”表示逐列（或逐行）")]

Formulas = Annotated[list[Formula], Meta(max_length=50)]


class FieldSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一个填空（或清单中一列）里填什么。"""

    kind: Annotated[KindName, Meta(description="类型：文字、长文字、金额、百分比、分数、人数、面积")]
    formula: Formula | None = None
    help: Annotated[LongText, Meta(description="给填表人的提示：填什么")] = ""
    unit: Annotated[str, Meta(max_length=20, description="单位；金额不写，按set.yaml的amount_unit")] = ""
    source: Annotated[LongText, Meta(description="数字从哪里来，如部门决算报表")] = ""
    example: Annotated[NumberOrText, Meta(description="例子")] = ""
    must: Annotated[bool, Meta(description="必填：空着时模板里标出来")] = False
    choices: Annotated[ShortName, Meta(description="下拉列表（lists中的名称）；填别的会提醒")] = ""
    suggest: Annotated[ShortName, Meta(description="下拉列表（lists中的名称）；也可以填别的")] = ""
    start: Annotated[NumberOrText, Meta(description="模板里预先填好的内容；也可写评分口径（profile）中的名称")] = ""
    least: Annotated[NumberOrText, Meta(description="最小值，默认0；“-”表示可以为负")] = ""
    most: Annotated[NumberOrText, Meta(description="最大值：数字，或同一行另一列的名称")] = ""
    standard: Annotated[
        ShortName, Meta(description="清单中的列：它在核对规则里的名称，如 目标值: {as: 年度指标值}")
    ] = msgspec.field(default="", name="as")


class TableSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一个可增行的清单。"""

    inherit: Annotated[
        list[ShortName], Meta(max_length=10, description="空着时沿用上一行内容的列，如一级指标、二级指标")
    ] = []
    starts_with: Annotated[
        dict[ShortTitle, int | dict[ShortTitle, int]] | None,
        Meta(description="空白模板预置的分组和各组行数"),
    ] = None
    lines: Annotated[int, Meta(description="没有分组时，空白模板的行数", ge=1, le=500)] = 1
    joined: Annotated[
        dict[ShortName, list[ShortName]],
        Meta(max_length=20, description="由几列拼成的一项，如 年度指标值: [指标性质, 指标值, 度量单位]"),
    ] = {}


class HintSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """不通过时的可能原因：条件成立就说出来。"""

    when: Formula
    say: LongText


class CheckSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一条审核规则。that、computed、filled、each 至少写一个。"""

    title: Annotated[OneLine, Meta(description="标题，说出毛病本身")]
    why: Annotated[LongText, Meta(description="为什么重要")]
    fix: Annotated[LongText, Meta(description="填表人应当怎么做")]
    wrong: Annotated[dict[str, Any], Meta(description="反例：必须查出本条")] = {}
    right: Annotated[dict[str, Any], Meta(description="正例：什么都不应查出")] = {}
    faults: Annotated[
        list[OneLine], Meta(max_length=20, description="条件是AND的，它的各部分不成立时各叫什么；默认都是标题")
    ] = []
    says: Annotated[LongText, Meta(description="应当怎样，一句话，写在“核对”表上；默认是标题")] = ""
    that: Annotated[Formula | Formulas, Meta(description="应当成立的条件")] = []
    each: Annotated[dict[ShortName, Formula], Meta(max_length=20, description="清单名: 每一行应当成立的条件")] = {}
    computed: Annotated[list[ShortTitle], Meta(max_length=100, description="按各填空自己的公式复算")] = []
    filled: Annotated[list[ShortTitle], Meta(max_length=100, description="公式有结果而格子空着")] = []
    without: Annotated[list[ShortTitle], Meta(max_length=100, description="“*”不代表的名称")] = []
    expected: Annotated[OneLine, Meta(description="应当是什么，{公式}处写出数值，如“不小于{SUM(a, b)}”")] = ""
    at: Annotated[ShortTitle, Meta(description="报在哪个填空上；默认是公式里的第一个")] = ""
    severity: Literal["error", "warning", "info"] = "error"
    source: Annotated[LongText, Meta(description="依据：文件或表样")] = ""
    hints: Annotated[list[HintSpec], Meta(max_length=10)] = []


class FormSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一张表。"""

    form: Annotated[ShortName, Meta(description="表名，也是工作表名")]
    title: Annotated[ShortTitle, Meta(description="完整标题")]
    widths: Annotated[list[float], Meta(max_length=100, description="各列宽度（半角字符数）")]
    layout: Annotated[
        str, Meta(description="版面：| 分格，< 并入左格，^ 并入上格，[名称] 是填空，! 核对 处显示核对结果")
    ]
    fields: Annotated[dict[str, FieldSpec], Meta(max_length=1000, description="每个填空填什么")]
    extends: Annotated[OneLine, Meta(description="在哪个文件的基础上写：没有写的都照它；写成 ~ 的不要")] = ""
    unit_field: Annotated[ShortName, Meta(description="写单位名称的填空")] = ""
    unit_else: Annotated[
        list[ShortName], Meta(max_length=10, description="unit_field空着时，依次从这些填空取单位名称")
    ] = []
    vocabulary: Annotated[
        ShortName, Meta(description="表样上没有、来表上却有的栏目，按哪一套表的名称读取；自评表都是open")
    ] = ""
    subject_field: Annotated[ShortName, Meta(description="写项目名称的填空：一个项目一份的表才有")] = ""
    orientation: Literal["portrait", "landscape"] = "portrait"
    lists: Annotated[
        dict[ShortName, Annotated[list[OneLine], Meta(max_length=500)]],
        Meta(max_length=50, description="下拉列表: 各项"),
    ] = {}
    tables: Annotated[dict[ShortName, TableSpec], Meta(max_length=50)] = {}
    labels: Annotated[
        dict[str, Annotated[list[OneLine], Meta(max_length=150)]],
        Meta(max_length=500, description="各地表样中同一标签的其他写法"),
    ] = {}
    checks: Annotated[dict[str, CheckSpec], Meta(max_length=200)] = {}


class GuideSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """填表说明里的一段。"""

    title: ShortTitle
    text: Annotated[list[LongText], Meta(max_length=200, description="一条一行")]


class SetSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一套表。"""

    set: Annotated[ShortName, Meta(description="套表代号")]
    title: ShortTitle
    forms: Annotated[list[OneLine], Meta(max_length=30, description="本套各表的文件名，按工作簿中的顺序")]
    extends: Annotated[OneLine, Meta(description="在哪个文件的基础上写：没有写的都照它；写成 ~ 的不要")] = ""
    version: Annotated[
        Annotated[str, Meta(max_length=40)] | int | float,
        Meta(description="表样版本，印在页脚；改了表样就换一个"),
    ] = ""
    amount_unit: Literal["万元", "元"] = "万元"
    guide: Annotated[list[GuideSpec], Meta(max_length=100, description="“填表说明”的内容")] = []
    profile: Annotated[dict[ShortName, NumberOrText], Meta(max_length=100, description="评分口径：分值和阈值")] = {}
    weights: Annotated[
        list[dict[ShortName, NumberOrText]],
        Meta(max_length=20, description="一级指标的分值结构，几种都可以的写几个"),
    ] = []
    severity: Annotated[
        dict[str, Literal["error", "warning", "info", "off"]],
        Meta(max_length=500, description="改变规则的级别；off 不用这条规则"),
    ] = {}
    checks: Annotated[dict[str, CheckSpec], Meta(max_length=200, description="跨表规则，填空写成 表名.填空名")] = {}


class WaiverSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一条审核说明。"""

    rule: Annotated[str, Meta(description="规则代码")]
    reason: Annotated[str, Meta(description="为什么可以不改")]
    by: Annotated[str, Meta(description="谁同意的")]
    until: Annotated[str, Meta(description="有效到哪一天，如 2025-12-31")]
    unit: Annotated[str, Meta(description="只对这个单位")] = ""
    cell: Annotated[str, Meta(description="只对这一格，如 自评表!J42")] = ""
    field: Annotated[str, Meta(description="只对这个填空，如 项目支出.决算数")] = ""


class WaiversSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """审核说明文件。"""

    waivers: list[WaiverSpec]


def schema(spec: type) -> dict[str, object]:
    """Give the JSON Schema of a msgspec type, for editors of form files and programs that read our JSON."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(spec)}
