"""Form files: what loads, and each mistake as one sentence with file, line and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.library import load_set
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.model import FormSet
from xlsxeval.forms.picture import PictureError, read_picture
from xlsxeval.forms.year import template_key, with_year

SET = "set: 试\ntitle: 试\nforms: [表.yaml]\n"
FORM = """\
form: 表
title: 试用表
widths: [10, 10]
layout: |
  | 甲 | [甲] |
  | 乙 | [乙] |
  | 和 | [和] |
fields:
  甲: {kind: money}
  乙: {kind: money}
  和: {kind: money, formula: 甲 + 乙}
checks:
  T01:
    title: 甲大于乙
    that: 甲 <= 乙
    why: 试
    fix: 请改
    wrong: {甲: 2, 乙: 1}
    right: {甲: 1, 乙: 2}
"""


def load(folder: Path, form: str = FORM, of_set: str = SET) -> FormSet:
    (folder / "set.yaml").write_text(of_set, encoding="utf-8")
    (folder / "表.yaml").write_text(form, encoding="utf-8")
    return load_folder(folder)


def error(folder: Path, form: str = FORM, of_set: str = SET) -> str:
    with pytest.raises(DefinitionError) as caught:
        load(folder, form, of_set)
    return str(caught.value)


def test_a_small_form_loads(tmp_path: Path) -> None:
    form = load(tmp_path).forms[0]
    assert (form.name, list(form.fields), [check.code for check in form.checks]) == ("表", ["甲", "乙", "和"], ["T01"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: 试用表", "titel: 试用表", "表.yaml:2: 不认识的键“titel”，是否想写“title”"),
        ("title: 试用表\n", "", "表.yaml:1: “表.yaml”缺少“title”"),
        ("甲: {kind: money}", "甲: {kind: monye}", "表.yaml:9: “kind”的值“monye”不在允许的范围内"),
        ("甲: {kind: money}", "甲: {kind: money, hlep: x}", "表.yaml:9: 不认识的键“hlep”，是否想写“help”"),
        ("甲: {kind: money}", "甲: money", "表.yaml:9: “甲”应是“键: 值”，这里是文字"),
        ("[10, 10]", "[10, 宽]", "表.yaml:3: “widths”应是数字，这里是文字"),
        ("[10, 10]", "[10]", "表.yaml:3: widths有1个宽度，版面有2列"),
        ("  | 乙 | [乙] |", "  | 乙 | [乙] | |", "表.yaml:6: 这一行有3格，第一行有2格，各行格数必须相同"),
        ("  | 乙 | [乙] |", "  | 乙 | [乙]", "表.yaml:6: 版面的每一行都应以“|”开头和结尾"),
        ("  | 乙 | [乙] |", "  | 乙 | [丙] |", "表.yaml:10: fields的“乙”在版面上没有填空，请在版面加上“[乙]”或删去这一行"),
        ("  乙: {kind: money}\n", "", "表.yaml:4: 版面上的填空“[乙]”没有说明，请在fields中加上“乙: {kind: …}”"),
        ("  | 乙 | [乙] |", "  | 乙 | [甲] |", "表.yaml:6: 填空“[甲]”在版面上出现了两次"),
        ("  乙: {kind: money}", "  甲: {kind: money}", "表.yaml:10: “甲”重复出现"),
        ("  | 甲 | [甲] |", "  | [甲] | 甲 |", "表.yaml:5: 填空“[甲]”的上方和左边都没有文字，读表时找不到它，请加上标签"),
        ("甲 + 乙", "甲 + 丙丁", "表.yaml:11: 公式“甲 + 丙丁”中的“丙丁”不是填空"),
        ("甲 + 乙", "SUMM(甲)", "表.yaml:11: 不认识函数“SUMM”，可用的函数：SUM、COUNT、MIN、MAX、ROUND、ROUNDDOWN、ABS、IF、AND、OR、NOT"),
        ("甲 + 乙", "ROUND(甲)", "表.yaml:11: 函数ROUND应有2个参数，这里有1个"),
        ("甲 + 乙", "(甲 + 乙", "表.yaml:11: 公式缺少右括号“)”"),
        ("甲 + 乙", "甲 +", "表.yaml:11: 公式不完整，末尾缺少内容"),
        ("甲 + 乙", "甲 乙", "表.yaml:11: 公式“甲 乙”在“乙”处多出内容"),
        ("甲 + 乙", "甲 ¥ 乙", "表.yaml:11: 公式“甲 ¥ 乙”中不认识“¥ 乙”"),
        ("甲 + 乙", "甲 + 和", "表.yaml:11: 公式循环引用：和 → 和"),
        ("甲: {kind: money}", "甲: {kind: money, formula: 和}", "表.yaml:9: 公式循环引用：甲 → 和 → 甲"),
        ("that: 甲 <= 乙", "that: 甲 + 乙", "表.yaml:15: “甲 + 乙”不是条件，请写成“左边 = 右边”之类"),
        ("that: 甲 <= 乙", "that: AND(甲 <= 乙, 甲 >= 0)\n    faults: [甲太大]", "表.yaml:13: faults有1项，AND有2部分，应当一样多"),
        ("that: 甲 <= 乙", "that: 甲 <= *.丙", "表.yaml:13: that、computed、filled、each至少写一个，“*”至少要能代表一个名称"),
        ("that: 甲 <= 乙", "computed: [甲]", "表.yaml:15: “甲”没有公式，不能写在computed里"),
        ("that: 甲 <= 乙", "each: {丁: 甲 <= 乙}", "表.yaml:15: “丁”不是清单"),
        ("that: 甲 <= 乙", "that: 甲 <= 乙\n    at: 丁", "表.yaml:13: at的“丁”不是填空"),
        ("form: 表", "form: 核对", "表.yaml:1: 表名不能是“核对”，工作簿里另有这样一张表"),
        ("    fix: 请改\n", "    fix: " + "长" * 201 + "\n", "表.yaml:13: fix超过200字，写不进“核对”表的公式"),
        ("    fix: 请改\n", "", "表.yaml:13: “checks/T01”缺少“fix”"),
        ("fields:", "labels: {丁: [戊]}\nfields:", "表.yaml:8: labels的“丁”不是版面上的文字"),
        ("title: 试用表", "unit_field: 丁\ntitle: 试用表", "表.yaml:2: unit_field“丁”不是填空"),
        ("form: 表", "form: 一/二", "表.yaml:1: 表名也是工作表名"),
        ("[10, 10]", "[10, 0]", "表.yaml:3: 列宽应在0到255之间"),
        ("甲: {kind: money}", "甲: {kind: money, least: 低}", "表.yaml:9: least应是数字，或“-”表示可以为负，这里是“低”"),
        ("甲: {kind: money}", "甲: {kind: money, most: 高}", "表.yaml:9: most应是数字或同一清单中的列，这里是“高”"),
        ("甲: {kind: money}", "甲: {kind: money, start: 起}", "表.yaml:9: start应是数字或profile中的名称，这里是“起”"),
        ("甲: {kind: money}", "甲: {kind: money, help: " + "长" * 256 + "}", "表.yaml:9: help、source、example合起来超过220字，表格软件显示不下"),
        ("title: 试用表", "title: [试用表", "表.yaml:3: 不是有效的YAML"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FORM
    message = error(tmp_path, FORM.replace(old, new, 1))
    assert message.startswith(said)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[表.yaml]", "[别.yaml]", "set.yaml:3: 找不到表文件“别.yaml”"),
        ("[表.yaml]", "[表.yaml, 表.yaml]", "set.yaml:3: 表名“表”重复"),
        ("title: 试", "title: 试\nprofile: {误差: 多}", "set.yaml:3: profile的“误差”应是数字，这里是“多”"),
        ("title: 试", "title: 试\namount_unit: 美元", "set.yaml:3: “amount_unit”的值“美元”不在允许的范围内"),
        (
            "title: 试",
            "title: 试\nchecks: {T01: {title: 甲, that: 表.甲 = 1, why: 乙, fix: 丙, wrong: {}, right: {}}}",
            "set.yaml:3: 规则代码“T01”在“表.yaml”中已经用过",
        ),
    ],
)
def test_each_mistake_in_a_set_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert error(tmp_path, of_set=SET.replace(old, new, 1)).startswith(said)


def test_a_table_with_a_formula_is_refused(tmp_path: Path) -> None:
    form = FORM.replace("  | 乙 | [乙] |", "  | 名 | 额 |\n  | [表格.名] | [表格.额] |\n  | 乙 | [乙] |")
    form = form.replace("fields:", "tables: {表格: {}}\nfields:\n  表格.名: {kind: text}\n  表格.额: {kind: money}")
    assert load(tmp_path, form).forms[0].tables["表格"].row == 2
    assert "清单“表格”的列不能有公式" in error(
        tmp_path, form.replace("额: {kind: money}", "额: {kind: money, formula: 甲}")
    )
    assert "是一整列，请写成SUM(表格.额)之类" in error(tmp_path, form.replace("甲 + 乙", "甲 + 表格.额"))
    assert "inherit的“丁”不是清单“表格”的列" in error(tmp_path, form.replace("表格: {}", "表格: {inherit: [丁]}"))


def test_pictures_that_are_no_rectangles() -> None:
    with pytest.raises(PictureError, match="不是矩形"):
        read_picture("| 甲 | < |\n| ^ | 乙 |")
    with pytest.raises(PictureError, match="左边没有格子"):
        read_picture("| < | 甲 |")
    with pytest.raises(PictureError, match="上面没有格子"):
        read_picture("| ^ | 甲 |")


def test_an_unknown_set_names_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match="没有“河南”这套表，现有：chongqing、guizhou、hubei、hunan、"):
        load_set("河南")


def test_a_countys_own_set_is_a_folder(tmp_path: Path) -> None:
    load(tmp_path)
    assert load_set(str(tmp_path)).name == "试"


def test_years_in_texts() -> None:
    assert with_year("{{ year - 1 }}年决算数", 2025) == "2024年决算数"
    assert template_key("{{ year - 1 }}年决算数") == ("#年决算数", (-1,))


def test_no_address_stands_in_a_form_file() -> None:
    import re

    for file in (Path(__file__).parent.parent / "templates").glob("*/*.yaml"):
        text = "\n".join(line.partition("#")[0] for line in file.read_text(encoding="utf-8").splitlines())
        codes = re.findall(r"(?<![\w])\$?[A-Z]{1,2}\$?[1-9]\d*(?!\d)(?!:$)", text)
        assert not [code for code in codes if not re.fullmatch(r"[BEX]\d\d", code)]


def test_schemas_know_every_key_in_use() -> None:
    folder = Path(__file__).parent.parent / "templates"
    schema = json.loads((folder / "form.schema.json").read_text(encoding="utf-8"))
    assert {"form", "title", "widths", "layout", "fields"} == set(schema["$defs"]["FormSpec"]["required"])
    assert schema["$defs"]["CheckSpec"]["additionalProperties"] is False
