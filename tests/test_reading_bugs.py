"""Single changes of the clean sample, and small typed forms: what was read wrongly once, with the right answer."""

from __future__ import annotations

from decimal import Decimal

import pytest

import xlsxeval as api
from tests.conftest import CLEAN, ROOT
from tests.places import cell_of, sample
from tests.spliced import Content, Run, changed, typed, with_result
from tests.tables import rows_of, sheet_of, written
from xlsxeval.a1 import cell_name, parse_cell
from xlsxeval.filing import FormAnswers
from xlsxeval.forms.place import TableArea
from xlsxeval.read.cells import Workbook
from xlsxeval.rules.finding import Checked
from xlsxeval.rules.summary import Summary, summarize

FILLED = (CLEAN / "filled.xlsx").read_bytes()
TYPED = typed(FILLED)
TOTAL = Decimal("99.31")


def place(name: str) -> str:
    """Give the address of a blank of the clean sample's 自评表."""
    return cell_of(sample(CLEAN), f"自评表.{name}")


def region() -> TableArea:
    return sample(CLEAN).forms["自评表"].regions["指标"]


def free(column: str, row: int) -> str:
    """Give a cell of a free line, counted upwards from the narrow one below all others: 0, 1, 2."""
    area = region()
    return cell_name(area.last - row, area.cols[column])


def row_of(cell: str) -> int:
    position = parse_cell(cell)
    assert position is not None
    return position[0]


def table(name: str) -> bytes:
    rows = rows_of((ROOT / "tests" / "reading_bugs" / f"{name}.tsv").read_text(encoding="utf-8"))
    return written(Workbook((sheet_of(rows, "自评表"),)))


def self_evaluation(checked: Checked) -> FormAnswers:
    assert checked.filing is not None
    return checked.filing.forms["自评表"]


def summary(checked: Checked) -> Summary:
    assert checked.filing is not None
    found = summarize(checked.filing, checked.findings)
    assert found is not None
    return found


def codes(checked: Checked) -> list[str]:
    return [one.code for one in checked.findings]


def values_but(answers: FormAnswers, *columns: str) -> list[dict[str, object]]:
    return [{name: one.value for name, one in line.items() if name not in columns} for line in answers.tables["指标"]]


def test_the_sample_is_clean_with_and_without_formulas() -> None:
    for content in (FILLED, TYPED):
        checked = api.check(content)
        assert (checked.findings, summary(checked).indicators, summary(checked).stated) == ((), 12, TOTAL)


def test_blanks_make_no_line() -> None:
    blanks = {free("三级指标", 1), *(free(column, 2) for column in ("年度指标值", "分值", "得分"))}
    below = row_of(place("总分")) + 30
    content = changed(
        FILLED,
        "自评表",
        dict.fromkeys(blanks, " ") | {cell_name(below, region().cols["二级指标"]): "、"},
    )
    content = changed(content, "自评表", {cell_name(below + 1, region().cols["分值"]): " "})
    checked = api.check(content)
    assert checked.findings == ()
    assert summary(checked).indicators == 12
    assert api.extract(content) == api.extract(FILLED)


PARTS = {
    "当年财政拨款": (60, 60, 60),
    "街道配套资金": (20, 20, 15),
    "村级自筹资金": (10, 10, 10),
    "上年结转资金": (10, 10, 10),
    "其他资金": (30, 30, 20),
}


def test_rows_of_money_have_any_name() -> None:
    checked = api.check(table("fund-parts-of-other-names"))
    assert "E12" not in codes(checked)
    assert {one.code for one in checked.findings if one.severity != "info"} == {"E11", "E18"}
    assert checked.filing is not None
    [answers] = checked.filing.forms.values()
    columns = ("年初预算数", "全年预算数", "全年执行数")
    wanted = {f"{part}.{column}": n for part, of in PARTS.items() for column, n in zip(columns, of, strict=True)}
    assert {name: answers.fields[name].value for name in wanted if name in answers.fields} == wanted
    total = {"年初预算数": 130, "全年预算数": 130, "全年执行数": 115, "资金分值": 10, "资金得分": Decimal("8.85")}
    assert {name: answers.fields[name].value for name in total} == total


def test_a_label_stands_beside_its_neighbour() -> None:
    checked = api.check(table("label-on-another-row"))
    assert checked.findings == ()
    assert checked.filing is not None
    [answers] = checked.filing.forms.values()
    wanted = {
        "项目负责人": "公路养护中心 工程股",
        "项目名称": "乡道安全护栏安装",
        "主管部门": "青石县交通运输局",
        "实施单位": "青石县公路养护中心",
    }
    assert {name: answers.fields[name].value for name in wanted} == wanted


def test_one_score_of_three_lines_counts_once() -> None:
    cells: dict[str, Content] = {}
    for column, value in (("分值", Decimal(25)), ("得分", Decimal("24.6"))):
        cells |= {place(f"指标[{line}].{column}"): value if line == 1 else None for line in (1, 2, 3)}
    areas = [f"{place(f'指标[1].{column}')}:{place(f'指标[3].{column}')}" for column in ("分值", "得分")]
    checked = api.check(changed(FILLED, "自评表", cells, areas))
    assert [one for one in checked.findings if one.severity != "info"] == []
    assert (summary(checked).total, summary(checked).stated, summary(checked).indicators) == (TOTAL, TOTAL, 12)
    first, *others = self_evaluation(checked).tables["指标"][:3]
    assert [(first[column].value, first[column].shared) for column in ("分值", "得分")] == [
        (25, True),
        (Decimal("24.6"), True),
    ]
    assert {line[column].state for line in others for column in ("分值", "得分")} == {"absent"}


def test_a_renamed_head_is_said_once_and_nothing_follows() -> None:
    head = place("指标.实际完成值")
    checked = api.check(changed(FILLED, "自评表", {head: "办结程度"}))
    [one] = checked.findings
    assert (one.code, one.severity, one.cell) == ("L05", "info", head)
    assert f"{head}的“办结程度”" in one.message
    answers, whole = self_evaluation(checked), sample(CLEAN).forms["自评表"]
    assert {line["实际完成值"].state for line in answers.tables["指标"]} == {"absent"}
    assert values_but(answers, "实际完成值") == values_but(whole, "实际完成值")
    assert {name: one.value for name, one in answers.fields.items()} == {
        name: one.value for name, one in whole.fields.items()
    }
    # The head and the texts below it are named as not read.
    column = head.rstrip("0123456789")
    assert [one for one in answers.unread if one.cells.startswith(column)]


@pytest.mark.parametrize("content", [FILLED, TYPED], ids=["formulas", "typed"])
def test_a_renamed_row_is_said_once_and_nothing_follows(content: bytes) -> None:
    label = cell_of(sample(CLEAN), "自评表“年度资金总额”")
    checked = api.check(changed(content, "自评表", {label: "本年经费合计情况"}))
    [one] = [one for one in checked.findings if one.severity != "info"]
    assert (one.code, one.severity) == ("L01", "error")
    assert f"{label}的“本年经费合计情况”" in one.message
    assert summary(checked).total in (None, TOTAL)
    assert (summary(checked).total is None) is (summary(checked).grade == "")
    answers, whole = self_evaluation(checked), sample(CLEAN).forms["自评表"]
    for name, answer in answers.fields.items():
        assert answer.state == "absent" or answer.value == whole.fields[name].value, name


def test_struck_out_text_is_left_out_and_said() -> None:
    actual, score = place("指标[3].实际完成值"), place("指标[3].得分")
    old = changed(
        FILLED, "自评表", {actual: (Run("130次", struck=True), Run("126次")), score: (Run("6", struck=True), Run("7"))}
    )
    checked = api.check(old)
    assert [(one.code, one.severity, one.cell) for one in checked.findings] == [
        ("L06", "info", actual),
        ("L06", "info", score),
    ]
    assert ["130次" in one.message or "6" in one.message for one in checked.findings] == [True, True]
    line = self_evaluation(checked).tables["指标"][2]
    assert [line["实际完成值"].value, line["得分"].value] == ["126次", Decimal(7)]
    assert summary(checked).stated == TOTAL
    assert api.extract(old) == api.extract(FILLED)


SUBTOTALS = [("二级指标", "小计"), ("二级指标", "合计"), ("三级指标", "小计（产出）"), ("二级指标", "产出指标小计")]


@pytest.mark.parametrize(("column", "text"), SUBTOTALS)
def test_a_subtotal_is_no_indicator_and_is_said(column: str, text: str) -> None:
    line: dict[str, Content] = {free(column, 0): text, free("分值", 0): 90, free("得分", 0): Decimal("89.6")}
    twice = with_result(changed(FILLED, "自评表", line), "自评表", place("总分"), Decimal("188.91"))
    right = changed(TYPED, "自评表", line)
    doubled = changed(right, "自评表", {place("总分"): Decimal("188.91")})
    for content, severity in ((twice, "error"), (right, "info"), (doubled, "error")):
        checked = api.check(content)
        [one] = checked.findings
        assert (one.code, one.severity, row_of(one.cell)) == ("L07", severity, row_of(free(column, 0)))
        assert severity == "info" or ("188.91" in one.message and "99.31" in one.message)
        assert summary(checked).indicators == 12
        assert summary(checked).total == TOTAL
        assert values_but(self_evaluation(checked)) == values_but(sample(CLEAN).forms["自评表"])


def unit_cells(text: str) -> bytes:
    """Give the typed sample with label and name of the unit in one cell of each form, and ``text`` behind the first."""
    filing = sample(CLEAN)
    content = TYPED
    for form, label, name, behind in (
        ("基础数据表", "填报单位：", "填报单位", text),
        ("自评表", "预算部门名称", "部门名称", ""),
    ):
        cells = {
            cell_of(filing, f"{form}“{label}”"): f"{label.rstrip('：')}：青石县林业发展中心{behind}",
            cell_of(filing, f"{form}.{name}"): None,
        }
        content = changed(content, form, cells)
    return content


@pytest.mark.parametrize("behind", ["", f"{' ' * 10}填报日期：2025年4月10日"], ids=["name", "name and date"])
def test_a_name_in_the_cell_of_its_label(behind: str) -> None:
    content = unit_cells(behind)
    checked = api.check(content)
    assert checked.findings == ()
    assert checked.filing is not None
    assert {answers.unit for answers in checked.filing.forms.values()} == {"青石县林业发展中心"}
    assert checked.filing.unit == "青石县林业发展中心"
    assert checked.filing.forms["基础数据表"].fields["填报日期"].value == "2025年4月10日"
    assert api.extract(content)["unit"] == "青石县林业发展中心"


def test_names_in_the_cells_of_their_labels_are_compared() -> None:
    label = cell_of(sample(CLEAN), "自评表“预算部门名称”")
    checked = api.check(changed(unit_cells(""), "自评表", {label: "预算部门名称：白水县水利局"}))
    assert codes(checked) == ["X04"]


def test_the_year_in_a_title_that_names_the_project() -> None:
    checked = api.check(table("year-in-a-longer-title"))
    assert checked.findings == ()
    assert checked.filing is not None
    assert (checked.filing.year, checked.filing.unit) == (2024, "青石县公路养护中心")
    assert [answers.year for answers in checked.filing.forms.values()] == [2024]
