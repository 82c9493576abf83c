"""Official empty workbooks to form files: they load at once, and what is filled into the official form is read."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

import xlsxeval as api
from tests.conftest import filing_of
from tests.soffice import convert, needs_soffice
from xlsxeval.a1 import cell_name
from xlsxeval.draft.formulas import text_of, translate
from xlsxeval.draft.kinds import guess_kind
from xlsxeval.draft.labels import prefix_of
from xlsxeval.draft.regions import SheetRegion, page_of
from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.model import Box, Form, FormSet
from xlsxeval.read.any import open_any
from xlsxeval.rules.run import check as run_rules

#: A project form as a county prints it: text, merged with those marked, tab for the next cell. ``<`` and ``^`` merge.
COUNTY = """
# 某某县项目支出绩效自评表|<|<|<|<|<|<|<|<
（2024年度）|<|<|<|<|<|<|<|<
项目名称|<||<|<|<|<|<|<
主管部门|<||<|<|实施单位||<|<
项目资金（万元）||<|年初预算数|全年预算数|全年执行数|分值|执行率|得分
^|年度资金总额|<||||10||
^|其中：当年财政拨款|<||||—||—
^|其他资金|<||||—||—
年度总体目标|预期目标|<|<|<|实际完成情况|<|<|<
^||<|<|<||<|<|<
绩效指标|一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因
^|产出指标（50分）|数量指标||||||
^|^|^||||||
^|^|质量指标|……|||||
^|效益指标（30分）|社会效益指标||||||
^|满意度指标（10分）|服务对象满意度指标||||||
总分|<|<|<|<|<|100||
补充材料清单|<||<|<|<|<|<|<
填表人：|||联系电话：||||
"""


def official(text: str = COUNTY) -> bytes:
    """Write a form as an office does: merged ranges, borders, widths, and nothing else."""
    rows = [line.removeprefix("# ").split("|") for line in text.strip("\n").splitlines()]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet, border = book.add_worksheet("Sheet1"), book.add_format({"border": 1})
        sheet.set_column(0, 0, 8)
        sheet.set_column(3, 3, 24)
        for row, cells in enumerate(rows):
            for col, cell in enumerate(cells):
                if cell in {"<", "^"}:
                    continue
                right = col + 1
                while right < len(cells) and cells[right] == "<":
                    right += 1
                below = row + 1
                while below < len(rows) and rows[below][col] == "^":
                    below += 1
                value: object = float(cell) if cell.isdigit() else cell  # a text that begins with = is a formula
                if right > col + 1 or below > row + 1:
                    sheet.merge_range(row, col, below - 1, right - 1, value, border)
                else:
                    sheet.write(row, col, value, border)
    return stream.getvalue()


def loaded(files: dict[str, str], folder: Path) -> FormSet:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_folder(folder)


def test_a_countys_form(tmp_path: Path) -> None:
    files = api.draft_forms(official(), "某某县")
    assert list(files) == ["set.yaml", "某某县项目支出绩效自评表.yaml"]
    formset = loaded(files, tmp_path)
    [form] = formset.forms
    parts = [
        f"{row}.{col}"
        for row in ("当年财政拨款", "其他资金")
        for col in ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    ]
    assert list(form.fields) == [
        *(
            "项目名称",
            "主管部门",
            "实施单位",
            "年初预算数",
            "全年预算数",
            "全年执行数",
            "资金分值",
            "执行率",
            "资金得分",
        ),
        *(*parts, "预期目标", "实际完成情况", "总分分值", "总分", "等级", "补充材料清单", "填表人", "联系电话"),
    ]
    assert list(form.tables["指标"].columns) == [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因",
    ]
    assert form.tables["指标"].groups == (
        (("产出指标（50分）", "数量指标"), 2), (("产出指标（50分）", "质量指标"), 1),
        (("效益指标（30分）", "社会效益指标"), 1), (("满意度指标（10分）", "服务对象满意度指标"), 1),
    )  # fmt: skip
    assert (form.unit_field, form.subject_field, form.fields["资金分值"].start) == ("实施单位", "项目名称", "10")
    assert (form.fields["补充材料清单"].kind_name, form.fields["执行率"].formula_text) == (
        "text",
        "全年执行数 / 全年预算数",
    )
    assert [form.widths[0], form.widths[3]] == pytest.approx([8.71, 24.71], abs=0.01)
    assert {"E01", "E04", "E06", "E08", "E35"} <= {rule.code for rule in form.rules}
    assert (
        "  补充材料清单: {kind: text}  # 请核对：类型是猜的（文字）"
        in files["某某县项目支出绩效自评表.yaml"].splitlines()
    )


@pytest.mark.parametrize("name", api.set_names())
def test_our_own_templates_are_drafted_with_their_own_names(name: str, tmp_path: Path) -> None:
    formset = api.load_set(name)
    drafted = loaded(api.draft_forms(api.new(formset, year=2024), name), tmp_path)
    for form, other in zip(formset.forms, drafted.forms, strict=True):
        # Only the list of special funds, whose lines are blank, gets another name; the grade beside the total has no label.
        assert {
            blank.name for blank in form.blanks if not blank.name.startswith("专项资金.") and blank.name != "总分等级"
        } <= {blank.name for blank in other.blanks}


def filled(content: bytes) -> tuple[bytes, dict[tuple[int, int], str]]:
    """Type a different text into every empty cell of an official form, as a person does."""
    page = page_of(open_any(content).sheets[0])
    assert page is not None
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, typed = book.worksheets[0], {}
    for region in dict.fromkeys(page.at.values()):
        if not region.text:
            number = len(typed) + 1001
            typed[region.box.row + 1, region.box.col + 1] = f"{number}"
            sheet.cell(region.box.row + 1, region.box.col + 1, number)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), typed


def read_back(content: bytes, formset: FormSet) -> dict[str, list[str]]:
    """Give what each blank and column of the form was read to, under its name."""
    [answers] = api.read_filing(content, formset=formset).forms.values()
    found = {name: [answer.text] for name, answer in answers.fields.items() if answer.text}
    for table, lines in answers.tables.items():
        for line in lines:
            for column, answer in line.items():
                found.setdefault(f"{table}.{column}", []).append(answer.text)
    return found


def test_every_value_typed_into_the_official_form_is_read_under_one_name(tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(), "某某县"), tmp_path)
    content, typed = filled(official())
    read = [
        text
        for name, texts in read_back(content, formset).items()
        for text in texts
        if not name.endswith("级指标") or "三级" in name
    ]
    # What stands in the empty corner of the heads has no label, and the signing row's last cells have theirs to the left.
    expected = [text for (row, _), text in typed.items() if row not in {5, 19}]
    assert sorted(set(expected) - set(read)) == []
    assert [text for text in expected if read.count(text) > 1] == []


@pytest.mark.xdist_group("formats")
@needs_soffice
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_drafts_of_old_and_open_formats(kind: str, tmp_path: Path) -> None:
    (tmp_path / "表.xlsx").write_bytes(official())
    convert([tmp_path / "表.xlsx"], tmp_path, kind)
    one = loaded(api.draft_forms(official(), "甲"), tmp_path / "a").forms[0]
    other = loaded(api.draft_forms(tmp_path / f"表.{kind}", "甲"), tmp_path / "b").forms[0]
    assert [(label.text, label.box) for label in other.labels] == [(label.text, label.box) for label in one.labels]
    assert [(blank.name, blank.box) for blank in other.blanks] == [(blank.name, blank.box) for blank in one.blanks]


def test_a_template_from_the_draft_can_be_filled(tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(), "某某县"), tmp_path)
    content = api.new(formset, year=2025, unit="某某中心")
    filing = api.read_filing(content, formset=formset)
    assert (filing.year, filing.unit) == (2025, "某某中心")


@pytest.mark.parametrize("text", ["只有一句话", "甲|乙\n丙|丁"])
def test_nothing_like_a_form_is_said(text: str) -> None:
    with pytest.raises(DataError, match="没有找到像表的工作表"):
        api.draft_forms(official(text), "甲")


#: A list of indicators that the form prints, with what is to be filled in at its end.
PRINTED = """
# 某某县部门整体支出绩效评价评分表|<|<|<|<|<|<
（2024年度）|<|<|<|<|<|<
一级指标|二级指标|三级指标|分值|指标说明|评分标准|得分
投入（20分）|目标设定|绩效目标合理性|5|整体绩效目标依据是否充分，是否符合客观实际。|①符合法律法规得2分；②符合部门职责得3分。|
^|^|绩效指标明确性|5|绩效指标是否清晰、细化、可衡量，是否完整。|有制度2分；合法合规4分；有效执行2分。|
^|预算配置|在职人员控制率|10|在职人员数与编制数的比率，用以考核人员。||
过程（80分）|预算执行|预算完成率|40|预算完成数与预算数的比率，用以考核进度。|得分＝完成率×40|
^|预算管理|管理制度健全性|40|部门为加强管理制定的制度，是否健全完整。|有制度2分；合法合规4分；有效执行2分。|
总分|||100|||
"""
#: Counts, areas and amounts under heads of years.
COUNTS = """
# 某某县“三公”经费及机构运行情况表|<|<|<|<
单位名称||<|<|<
项目|行次|2023年决算数|2024年预算数|2024年决算数
一、因公出国（境）费（万元）|1|||
其中：团组数（个）|2|||
因公出国（境）人次（人）|3|||
二、公务用车保有量（辆）|4|||
国内公务接待批次（批次）|5|||
办公用房面积（平方米）|6|||
受益户（户）|7|||
供热管道（公里）|8|||
在职人员控制率|9|||
增减变化原因说明||<|<|<
"""


def drafted(text: str, folder: Path) -> Form:
    """Draft a form and load it."""
    return loaded(api.draft_forms(official(text), "某某县"), folder).forms[0]


def kinds_of(form: Form) -> dict[str, str]:
    return {name: field.kind_name for name, field in form.fields.items()}


TABLE_HEADS = "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因"
SERIAL_HEADS = "序号|三级指标|年度指标值|实际完成值|分值|得分|一级指标|偏差原因"


@pytest.mark.parametrize("word", ["总分", "合计", "总  计", "自评总分", "合计（分）", "得分合计："])
@pytest.mark.parametrize(
    ("heads", "total"),
    [
        (TABLE_HEADS, "{}|||||100||"),
        (TABLE_HEADS, "|{}||||100||"),
        (TABLE_HEADS, "||{}|||100||"),
        (TABLE_HEADS, "{}|<||||100||"),
        (TABLE_HEADS, "{}|<|<|<|<|100||"),
        (SERIAL_HEADS, "{}||||100|||"),
        (SERIAL_HEADS, "|{}|||100|||"),
    ],
)
def test_a_row_of_totals_ends_the_indicators(heads: str, total: str, word: str, tmp_path: Path) -> None:
    lines = "\n".join(["|" * (len(heads.split("|")) - 1)] * 3)
    form = drafted(f"# 自评表|<|<|<|<|<|<|<\n项目名称||<|<|<|<|<|<\n{heads}\n{lines}\n{total.format(word)}\n", tmp_path)
    table = form.tables["指标"]
    assert sum(count for _, count in table.groups) == 3
    below = [blank.name for blank in form.blanks if blank.box.row > table.row]
    # The rate of 偏差原因 beside a total is that of the grade in known forms, and marked.
    kinds = {form.fields[name].kind_name for name in below if name != "等级"}
    assert (len([name for name in below if name != "等级"]), kinds) == (2, {"score"})


def test_a_subtotal_between_lines_is_no_line(tmp_path: Path) -> None:
    rows = f"项目名称||<|<|<|<|<|<\n{TABLE_HEADS}\n产出指标|||||||\n产出指标小计|||||60||\n效益指标|||||||\n小计|||||40||\n合计|||||100||"
    form = drafted(f"# 自评表|<|<|<|<|<|<|<\n{rows}\n", tmp_path)
    assert form.tables["指标"].groups == (((), 2),)


def test_printed_sentences_name_nothing(tmp_path: Path) -> None:
    form = drafted(PRINTED, tmp_path)
    names = ["绩效目标合理性", "绩效指标明确性", "在职人员控制率", "预算完成率", "管理制度健全性"]
    assert list(form.fields) == [
        *(f"{name}.{column}" for name in names for column in ("分值", "得分")), "总分分值", "总分",
    ]  # fmt: skip
    assert {field.kind_name for field in form.fields.values()} == {"score"}
    sides = {blank.name: form.labels[blank.side].text for blank in form.blanks if blank.side is not None}
    assert (sides["绩效指标明确性.得分"], sides["总分"]) == ("绩效指标明确性", "总分")


def test_what_is_filled_into_a_printed_list_is_read(tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(PRINTED), "某某县"), tmp_path)
    rows = PRINTED.strip().splitlines()
    typed = [f"{row}{number}" if number >= 3 else row for number, row in enumerate(rows)]
    read = read_back(official("\n".join(typed)), formset)
    assert {name: read[name] for name in read if name.endswith("得分") or name == "总分"} == {
        "绩效目标合理性.得分": ["3"], "绩效指标明确性.得分": ["4"], "在职人员控制率.得分": ["5"],
        "预算完成率.得分": ["6"], "管理制度健全性.得分": ["7"], "总分": ["8"],
    }  # fmt: skip


def test_units_and_words_decide_the_kind(tmp_path: Path) -> None:
    form = drafted(COUNTS, tmp_path)
    assert {name.split(".")[0]: kind for name, kind in kinds_of(form).items()} == {
        "部门名称": "text", "出国经费": "money", "团组数": "count", "因公出国人次": "count", "公务用车保有量": "count",
        "国内公务接待批次": "count", "办公用房面积": "area", "受益户": "count", "供热管道": "area",
        "在职人员控制率": "percent", "增减变化原因说明": "prose",
    }  # fmt: skip
    assert {name: field.unit for name, field in form.fields.items() if name.endswith(".决算数")} == {
        "出国经费.决算数": "", "团组数.决算数": "个", "因公出国人次.决算数": "人", "公务用车保有量.决算数": "辆",
        "国内公务接待批次.决算数": "批次", "办公用房面积.决算数": "平方米", "受益户.决算数": "户",
        "供热管道.决算数": "公里", "在职人员控制率.决算数": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("head", "side", "kind"),
    [
        ("复核分", "道路", "score"), ("第三方评价得分", "", "score"), ("得分率", "", "percent"), ("权重（%）", "", "score"),
        ("执行率", "车辆（辆）", "percent"), ("完成情况说明", "户数（户）", "prose"), ("偏差原因及改进措施", "", "prose"),
        ("决算数", "学生人数", "count"), ("决算数（万元）", "车辆（台）", "count"), ("计划投资（万元）", "道路（公里）", "money"),
        ("数量（户）", "", "count"), ("2024年", "公用经费", "money"), ("预算数", "项目支出情况", "money"), ("资金来源", "", "text"),
        ("预算单位", "", "text"), ("", "主管部门", "text"), ("年度指标值", "", "text"), ("绿化面积（㎡）", "", "area"),
        ("金额", "数量单位：人", "money"), ("数值（单位：人）", "", "count"), ("组成部分", "", "text"), ("甲", "乙", "text"),
    ],
)  # fmt: skip
def test_the_last_word_of_a_label_decides(head: str, side: str, kind: str) -> None:
    assert guess_kind(head, side) == kind


#: What an office calculates in its own workbook.
CALCULATED = """
# 某某县项目支出绩效自评表|<|<|<|<|<|<|<
（2024年度）|<|<|<|<|<|<|<
项目名称|<||<|<|<|<|<
主管部门|<||<|实施单位||<|<
项目资金（万元）|资金来源|年初预算数|全年预算数|全年执行数|分值|执行率|得分
^|年度资金总额|=SUM(C7:C8)|=D7+D8|=SUM($E$7,E8)|10|=IFERROR(E6/D6*100,"")|=ROUND(F6*G6/100,2)
^|其中：财政拨款||||—|=IF(D7=0,"",E7/D7)|—
^|其他资金||||—|=IF(ISERROR(E8/D8),0,ROUND(E8/D8*100,2))|—
一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|复核分|得分
产出指标|数量指标|||||=IF(F10="","",F10*0.9)|=VLOOKUP(C10,Sheet2!A:B,2,0)
^|^|||||=IF(F11="","",F11*0.9)|=VLOOKUP(C11,Sheet2!A:B,2,0)
效益指标|社会效益指标|||||=IF(F12="","",F12*0.9)|=VLOOKUP(C12,Sheet2!A:B,2,0)
总分|||||=F6+SUM(F10:F12)|=SUM(G10:G12)|=H6+SUM(H10:H12)
"""


def formulas_of(form: Form) -> dict[str, str]:
    return {name: field.formula_text for name, field in form.fields.items() if field.formula is not None}


def own_checks(form: Form) -> dict[str, list[str]]:
    """Give the checks that the draft wrote: code -> what it checks."""
    found: dict[str, list[str]] = {}
    for check in form.checks:
        if check.code.startswith("C"):
            text = check.text if check.sort == "that" else f"{check.at.name} = {check.text}"
            found.setdefault(check.code, []).append(f"{check.each}: {text}" if check.each else text)
    return found


def test_formulas_of_the_official_workbook_become_those_of_the_form(tmp_path: Path) -> None:
    files = api.draft_forms(official(CALCULATED), "某某县")
    form = loaded(files, tmp_path).forms[0]
    assert formulas_of(form) == {
        "年初预算数": "SUM(当年财政拨款.年初预算数, 其他资金.年初预算数)",
        "全年预算数": "当年财政拨款.全年预算数 + 其他资金.全年预算数",
        "全年执行数": "SUM(当年财政拨款.全年执行数, 其他资金.全年执行数)",
        "执行率": "全年执行数 / 全年预算数",  # the inherited one, which says the same
        "资金得分": "ROUND(资金分值 * 执行率, 2)",
        "当年财政拨款.执行率": "当年财政拨款.全年执行数 / 当年财政拨款.全年预算数",
        "其他资金.执行率": "ROUND(其他资金.全年执行数 / 其他资金.全年预算数, 4)",
        "总分分值": "资金分值 + SUM(指标.分值)",
        "总分.复核分": "SUM(指标.复核分)",
        "总分": "资金得分 + SUM(指标.得分)",
    }
    assert own_checks(form) == {
        "C01": [f"{name} = {text}" for name, text in formulas_of(form).items() if name.endswith(("预算数", "执行数"))]
        + ["总分.复核分 = SUM(指标.复核分)"],
        "C02": [f"{name} = {text}" for name, text in formulas_of(form).items() if name.endswith(".执行率")],
        "C03": ["指标: 复核分 = 分值 * 0.9"],
        "C04": ["指标: 复核分 <= 分值"],
    }
    text = files["某某县项目支出绩效自评表.yaml"]
    assert "# 请核对：表上的公式=VLOOKUP(C10,Sheet2!A:B,2,0)这里写不出\n" in text
    assert "请核对：表上的公式是=ROUND(F6*G6/100,2)\n" in text


def test_the_examples_of_drafted_checks_hold(tmp_path: Path) -> None:
    for number, text in enumerate([CALCULATED, COUNTY, PRINTED, PROJECTS]):
        formset = loaded(api.draft_forms(official(text), "某某县"), tmp_path / str(number))
        for rule in formset.forms[0].rules:
            for example, expected in ((rule.wrong, True), (rule.right, False)) if rule.code.startswith("C") else ():
                codes = {finding.code for finding in run_rules(filing_of(formset, {rule.form: example}))}
                assert (rule.code in codes) is expected, (rule.code, example)


@pytest.mark.parametrize(
    ("excel", "kind", "formula"),
    [
        ("SUM(A1:B1)", "money", "SUM(甲, 乙)"), ("$A$1+B1", "money", "甲 + 乙"), ("A1/B1", "percent", "甲 / 乙"),
        ("ROUND(A1/B1*100,2)", "percent", "ROUND(甲 / 乙, 4)"), ("100*A1/B1", "percent", "甲 / 乙"),
        ("A1*100/B1", "percent", "甲 / 乙"), ("A1/B1*100", "score", "甲 / 乙 * 100"), ("IFERROR(A1/B1,0)", "percent", "甲 / 乙"),
        ('IF(OR(A1="",B1=0),"",A1/B1)', "percent", "甲 / 乙"), ('IF(B1<>0,A1/B1,"-")', "percent", "甲 / 乙"),
        ('IF(COUNT(A1:B1)<2,"",A1-B1)', "money", "甲 - 乙"), ("A1-(B1-A2)", "money", "甲 - (乙 - 丙)"),
        ("SUM(A1:A9)", "money", "SUM(甲, 丙)"), ("MIN(A1/B1,1)*10", "score", "MIN(甲 / 乙, 1) * 10"), ("-A1", "money", "-甲"),
        ('IF(A1>B1,"超","")', "money", None), ("VLOOKUP(A1,A1:B2,2,0)", "money", None), ("Sheet2!A1", "money", None),
        ("'表'!A1+B1", "money", None), ("A1:B1", "money", None), ("C1+A1", "money", None), ("SUM(A1:C1)", "money", None),
        ("SUM(A1", "money", None), ("A1&B1", "money", None), ("5*2", "money", None), ("", "money", None),
        ("IFERROR(A1)", "money", None), ("#REF!+A1", "money", None), ("SUM(A:A)", "money", None), ("TODAY()", "money", None),
    ],
)  # fmt: skip
def test_formulas_of_excel_with_names(excel: str, kind: str, formula: str | None) -> None:
    """A1, B1 and A2 are blanks, C1 holds a printed figure."""
    cells = {(1, 1): "甲", (1, 2): "乙", (2, 1): "丙"}

    def names(top: int, left: int, bottom: int, right: int) -> list[str] | None:
        if top <= 1 <= bottom and left <= 3 <= right:
            return None
        return [name for (row, col), name in cells.items() if top <= row <= bottom and left <= col <= right]

    node = translate(excel, names, kind)
    assert (node and text_of(node)) == formula


PROJECTS = """
# 项目支出情况表|<|<|<|<|<|<
单位名称||<|<|<|<|<
项目|执行率|预算数|执行数|权重|单位自评分|复核分
道路建设||||20||
安全饮水||||30||
产业发展||||50||
合计||||||
"""


def shuffled(text: str, order: list[int]) -> str:
    """Give a table with its columns in another order; rows that are merged stay."""
    rows = [row.split("|") for row in text.strip().splitlines()]
    return "\n".join("|".join(row if "<" in row else [row[col] for col in order]) for row in rows)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5, 6], [0, 4, 3, 2, 1, 6, 5], [0, 6, 5, 4, 3, 2, 1]])
def test_sums_rates_and_limits_are_proposed(order: list[int], tmp_path: Path) -> None:
    form = drafted(shuffled(PROJECTS, order), tmp_path)
    rows = ("道路建设", "安全饮水", "产业发展")
    calculated = formulas_of(form)
    assert {name: text for name, text in calculated.items() if "." in name and not name.startswith("合计.")} == {
        f"{row}.执行率": f"{row}.执行数 / {row}.预算数" for row in rows
    }
    assert {text for name, text in calculated.items() if name not in {f"{row}.执行率" for row in rows}} == {
        *(
            " + ".join(f"{row}.{column}" for row in rows)
            for column in ("预算数", "执行数", "权重", "单位自评分", "复核分")
        ),
        "全年执行数 / 全年预算数",
    }
    assert sorted(check.text for check in form.checks if "<=" in check.text) == sorted(
        ["*.单位自评分 <= *.权重", "*.复核分 <= *.权重"] * 3
    )


def test_every_proposal_is_marked() -> None:
    text = api.draft_forms(official(PROJECTS), "某某县")["项目支出情况表.yaml"]
    lines = [line for line in text.splitlines() if "formula:" in line or line.startswith("  C0")]
    assert len(lines) == 9 + 3
    assert all("请核对" in line for line in lines)


#: Forms that offices print: odd, but not wrong.
ODD = {
    "a name that is no name in a formula": "项目|分值|得分\n5年计划|50|\n3年行动|50|\n合计|100|",
    "signs of the picture": "项目|[分值]|{{得分}}\n# 甲|||\n> 乙|50|\n! 丙|50|",
    "a very long label": "项目|分值|得分\n" + "长" * 70 + "|50|\n乙|50|",
    "a rare sign": "项目|分值|得分\n𠮷村|50|\n乙|50|",
    "the name of a list twice": "项目|分值|得分\n||\n||\n项目||\n项目||",
    "a note over all heads": "项目|分值|得分\n甲||\n以下由复核单位填写，其他单位不填写。|<|<\n|甲|\n乙|丙|",
    "a pair that other forms have below heads": "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分\n||||||\n||||||\n评分标准||执行率||等级||",
    "its own result in a formula": "项目|分值|得分\n甲|=B4|=C4+1\n乙|=C5|=B5",
    "words in a formula": '项目名称|分值|得分\n甲||=A4+B4\n乙||=IF(B5>5,"优","良")',
    "a tall empty cell beside a title": "绩效表|<||\n填报单位：____|<|^|\n项目|分值|得分|备注\n甲|||\n乙|||",
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_odd_forms_are_drafted_loaded_written_and_read(rows: str, tmp_path: Path) -> None:
    width = max(len(row.split("|")) for row in rows.splitlines())
    wide = "\n".join(row + "|" * (width - len(row.split("|"))) for row in rows.splitlines())
    text = f"# 某县绩效表{'|<' * (width - 1)}\n单位名称|{'|<' * (width - 2)}\n{wide}"
    formset = loaded(api.draft_forms(official(text), "某县"), tmp_path)
    assert api.read_filing(api.new(formset, year=2024, unit="某局"), formset=formset).unit == "某局"


@pytest.mark.parametrize(
    "rows",
    [
        "一、基本支出|||\n1、人员经费|||\n2、公用经费|||\n支出合计|||",  # the second and third are parts of the first
        "经费|||\n其中：会议费|||\n合计|||",
        "经费|||\n车辆（辆）|||\n合计|||",  # money and cars
        "甲|||\n合计|||\n乙|||\n丙|||\n总计|||",  # two totals
        "合计|||\n乙|||",  # of one part only
    ],
)
def test_what_cannot_be_added_is_not_proposed(rows: str, tmp_path: Path) -> None:
    form = drafted(f"# 支出表|<|<|<\n单位名称||<|<\n项目|年初预算数|调整后预算数|决算数\n{rows}\n", tmp_path)
    assert formulas_of(form) == {}


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        ("甲|\n乙|\n小计|\n丙|\n丁|\n小计|\n总计|", ["甲 + 乙", "丙 + 丁", "甲 + 乙 + 丙 + 丁"]),
        ("费用合计|\n甲|\n乙|", ["甲 + 乙"]),
        ("一、甲|\n二、乙|\n总计|\n备查数|", ["甲 + 乙"]),
        ("甲|\n乙|\n丙|\n丁|\n戊|\n己|\n庚|\n合  计|", ["SUM(甲, 乙, 丙, 丁, 戊, 己, 庚)"]),
    ],
)
def test_totals_anywhere(rows: str, sums: list[str], tmp_path: Path) -> None:
    form = drafted(f"# 支出表|<\n单位名称|\n主管部门|\n费用|决算数\n{rows}\n", tmp_path)
    assert [text.replace(".决算数", "") for text in formulas_of(form).values()] == sums


#: Labels that have their blanks behind them in the same cell.
BEHIND = """
# 部门整体支出绩效评价评分表|<|<|<
{unit}|<|<|<
三级指标|分值|评分标准|得分
绩效目标合理性|40|符合法律法规，符合部门职责。|
管理制度健全性|60|制度健全，得到有效执行，有记录。|
总分|100||
填表人：＿＿＿|<|填表日期：    年  月  日|<
"""


@pytest.mark.parametrize(
    "unit",
    ["填报单位：", "填报单位:________", "填报单位（盖章）：＿＿＿＿", "填报单位：        ", "填报单位：____（盖章）"],
)
def test_a_blank_behind_its_label_in_one_cell(unit: str, tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(BEHIND.format(unit=unit)), "某某县"), tmp_path)
    form = formset.forms[0]
    assert (form.unit_field, next(iter(form.fields)), list(form.fields)[-2:]) == (
        "填报单位",
        "填报单位",
        ["填表人", "填报日期"],
    )
    empty = BEHIND.format(unit=unit)
    whose = unit.replace("：", ":").split(":")[0]
    filled_in = (
        BEHIND.format(unit=f"{whose}：某某县水利局")
        .replace("填表人：＿＿＿", "填表人：＿张三＿")
        .replace("  年  月  日", "2025年4月9日")
    )
    read = api.read_filing(official(filled_in), formset=formset)
    fields = read.forms[form.name].fields
    assert {label.how for label in read.forms[form.name].met} == {"same"}
    assert (read.unit, fields["填表人"].text, fields["填报日期"].text) == ("某某县水利局", "张三", "2025年4月9日")
    blank = api.read_filing(official(empty), formset=formset)
    found = {
        name: answer
        for name, answer in blank.forms[form.name].fields.items()
        if name in {"填报单位", "填表人", "填报日期"}
    }
    assert {name: (answer.text, answer.cell) for name, answer in found.items()} == {
        "填报单位": ("", cell_name(2, 1)), "填表人": ("", cell_name(7, 1)), "填报日期": ("", cell_name(7, 3)),
    }  # fmt: skip
    assert blank.unit == ""


def test_a_template_has_the_label_in_the_unlocked_cell(tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(BEHIND.format(unit="填报单位：")), "某某县"), tmp_path)
    name = formset.forms[0].name
    for unit in ("", "某某县水利局"):
        content = api.new(formset, year=2025, unit=unit)
        read = api.read_filing(content, formset=formset)
        answer = read.forms[name].fields["填报单位"]
        assert (read.unit, answer.text, bool(answer.cell)) == (unit, unit, True)
        sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
        cell = sheet[answer.cell]
        assert (cell.value, cell.protection.locked) == (f"填报单位：{unit}", False)
        [rule] = [rule for rule in sheet.data_validations.dataValidation if answer.cell in rule.sqref]
        assert (rule.type, rule.formula1) == ("custom", f'LEFT({answer.cell},5)="填报单位："')
    # A clerk types behind the colon.
    book = openpyxl.load_workbook(io.BytesIO(api.new(formset, year=2025)))
    book[name][answer.cell] = "填报单位： 县林业局"
    stream = io.BytesIO()
    book.save(stream)
    assert api.read_filing(stream.getvalue(), formset=formset).unit == "县林业局"
    data = {"forms": {name: {"填报单位": "县教育局", "填表人": "李四"}}}
    assert api.extract(api.fill(formset, data, year=2025), formset=formset)["forms"][name]["fields"]["填表人"] == "李四"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("填报单位：____", "填报单位："), ("主管部门: ＿＿＿", "主管部门："), ("单位负责人（签字）：", "单位负责人（签字）："),
        ("联系电话：", "联系电话："), ("填报日期：  年 月 日", "填报日期："), ("评价机构：______（公章）", "评价机构（公章）："),
        ("一、项目基本情况：", ""), ("说明：", ""), ("注：____", ""), ("金额单位：万元", ""), ("单位：", ""), ("附件1：", ""),
        ("填报单位：县水利局", ""), ("人数：____", ""), ("总分：____", ""), ("填报单位：____ 日期：____", ""), ("填报单位", ""),
    ],
)  # fmt: skip
def test_labels_with_room_behind_them(text: str, prefix: str) -> None:
    assert prefix_of(SheetRegion(Box(0, 0, 1, 4), text), None) == prefix


def test_a_label_beside_an_empty_cell_has_its_blank_there(tmp_path: Path) -> None:
    form = drafted(BEHIND.format(unit="填报单位：|<||").replace("|<|<|<\n三", "\n三"), tmp_path)
    assert {blank.name: form.prefix(blank) for blank in form.blanks}["填报单位"] == ""


#: A goal beside its label, where other forms print it below a head; and heads of one list in rows of different heights.
PAIR = """\
extends: common/自评表.yaml
form: 表
title: 试
unit_field: 部门名称
widths: [10, 10, 10, 10, 10]
layout: |
  | > 单位名称：[部门名称] | < | < | < | < |
  | 预期目标 | [预期目标] | < | < | < |
  | 一级指标 | 三级指标 | 实际完成值 | 分值 | 得分 |
  | [指标.一级指标] | [指标.三级指标] | [指标.实际完成值] | [指标.分值] | [指标.得分] |
fields:
  部门名称: {kind: text}
tables:
  指标: {inherit: [一级指标], starts_with: {产出指标: 2}}
"""
STEPS = """\
form: 表
title: 试
unit_field: 单位
widths: [10, 10, 10]
layout: |
  | 单位 | [单位] | < |
  | 费用 | 情况 | 金额 |
  | 名称 | 数量 |   |
  | [明细.名称] | [明细.数量] | [明细.金额] |
fields:
  单位: {kind: text}
  明细.名称: {kind: text}
  明细.*: {kind: money}
tables:
  明细: {lines: 2}
"""
OWN_SET = "set: 试\ntitle: 试\nextends: common/套表.yaml\nforms: [表.yaml]\n"


@pytest.mark.parametrize("form", [PAIR, STEPS])
def test_forms_of_ones_own_can_be_read(form: str, tmp_path: Path) -> None:
    formset = loaded({"set.yaml": OWN_SET, "表.yaml": form}, tmp_path)
    assert api.read_filing(api.new(formset, year=2024, unit="某局"), formset=formset).unit == "某局"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{kind: text}", "{kind: money}", "表.yaml:12: “单位名称：[部门名称]”同在一格，只能填文字（text或prose），不能有公式和下拉列表"),
        ("{kind: text}", "{kind: text, choices: 一级指标}", "表.yaml:12: “单位名称：[部门名称]”同在一格，只能填文字（text或prose），不能有公式和下拉列表"),
        ("单位名称：[", "单" * 60 + "：[", "表.yaml:7: 填空前面的文字超过60字：" + "单" * 60 + "："),
        ("单位名称：[部门名称]", "单位名称[部门名称]", "表.yaml:12: fields的“部门名称”在版面上没有填空，请在版面加上“[部门名称]”或删去这一行"),
    ],
)  # fmt: skip
def test_mistakes_with_a_blank_behind_its_label(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        loaded({"set.yaml": OWN_SET, "表.yaml": PAIR.replace(old, new, 1)}, tmp_path)
    assert str(caught.value) == said


def test_a_list_and_a_blank_have_different_names(tmp_path: Path) -> None:
    form = STEPS.replace("[单位]", "[明细]").replace("单位: {", "明细: {").replace("unit_field: 单位\n", "")
    with pytest.raises(DefinitionError, match="“明细”既是清单又是填空，请改一个名称"):
        loaded({"set.yaml": OWN_SET, "表.yaml": form}, tmp_path)


def test_known_mistakes_in_a_printed_list_are_found(tmp_path: Path) -> None:
    formset = loaded(api.draft_forms(official(PRINTED), "某某县"), tmp_path)
    scores = dict(zip(range(3, 9), (5, 6, 10, 40, 38, 98), strict=True))  # 6 of 5 points, and 98 is 99
    typed = [f"{row}{scores.get(number, '')}" for number, row in enumerate(PRINTED.strip().splitlines())]
    checked = api.check(official("\n".join(typed)), formset=formset)
    assert sorted((one.code, one.field) for one in checked.findings if one.severity == "error") == [
        ("C01", "总分"),
        ("C02", "绩效指标明确性.得分"),
    ]


def test_rates_shown_up_to_a_hundred_are_read_and_recalculated(tmp_path: Path) -> None:
    """The office's own formula shows 80.45 for 80.45 %; a typed 90 is found."""
    formset = loaded(api.draft_forms(official(CALCULATED), "某某县"), tmp_path)
    for rate, codes in (("80.45", set()), ("90", {"E06"})):
        rows = (
            CALCULATED.replace('=IFERROR(E6/D6*100,"")', rate)
            .replace("=D7+D8", "4753.66")
            .replace("=SUM($E$7,E8)", "3824.26")
        )
        found = api.check(official(rows), formset=formset).findings
        assert {one.code for one in found} & {"E06"} == codes


def test_formulas_of_lines_become_checks_of_each_line(tmp_path: Path) -> None:
    lines = "\n".join(
        f"|||=IF(B{row}=0,0,C{row}/B{row}*100)||=ROUND(D{row}*E{row}/100,1)|=C{row}-B{row}" for row in (4, 5, 6)
    )
    heads = "# 核定情况表|<|<|<|<|<|<\n单位名称||<|<|<|<|<\n乡镇|申报|核定|核定率|标准分|评审分|相差"
    form = drafted(f"{heads}\n{lines}\n合计||||=SUM(E4:E6)|=SUM(F4:F6)|\n", tmp_path)
    assert own_checks(form) == {
        "C01": ["合计.标准分 = SUM(乡镇.标准分)", "合计.评审分 = SUM(乡镇.评审分)"],
        "C02": ["乡镇: 核定率 = 核定 / 申报"],
        "C03": ["乡镇: 评审分 = ROUND(核定率 * 标准分, 1)"],
        "C04": ["乡镇: 相差 = 核定 - 申报"],
        "C05": ["乡镇: 评审分 <= 标准分"],
    }
    assert {name: field.kind_name for name, field in form.tables["乡镇"].columns.items()} == {
        "名称": "text", "申报": "area", "核定": "area", "核定率": "percent", "标准分": "score", "评审分": "score", "相差": "area",
    }  # fmt: skip
    assert form.tables["乡镇"].columns["相差"].least is None
