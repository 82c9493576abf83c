"""Lines inserted, typed into and deleted on the protected sheet, by LibreOffice's own commands."""

from __future__ import annotations

import io

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import S
from tests.engines import cached, checked_lines, live_lines
from tests.places import cell_of, sample
from tests.soffice import UNO_MARKS, drive
from xlsxeval.a1 import cell_name, column_range, parse_cell
from xlsxeval.forms.model import FormSet

FORMS = sample(S).forms
REGION, FUNDS = FORMS["自评表"].regions["指标"], FORMS["基础数据表"].regions["专项资金"]
#: Rows of 指标: its first line, one in a group, and the thin line below all others.
FIRST, MIDDLE, LAST = REGION.first + 1, REGION.first + 8, REGION.last


def cell(column: str, row: int) -> str:
    """Return the cell of a column of 指标."""
    return cell_name(row, REGION.cols[column])


def fund(column: str) -> str:
    """Return the cell of a column of 专项资金 in its first line."""
    return cell_name(FUNDS.first + 1, FUNDS.cols[column])


def moved(place: str, rows: int) -> str:
    """Return the address of a place of the sample so many rows further down."""
    position = parse_cell(cell_of(sample(S), place))
    assert position is not None
    return cell_name(position[0] + rows, position[1])


def inserted(row: int) -> list[str]:
    return ["insert", "自评表", cell("三级指标", row)]


CASES: dict[str, list[list[str]]] = {
    "first": [inserted(FIRST)],
    "middle": [inserted(MIDDLE)],
    "last": [inserted(LAST)],
    "two tables": [
        inserted(MIDDLE),
        ["insert", "基础数据表", fund("名称")],
        ["type", "基础数据表", fund("名称"), "新增专项"],
        ["type", "基础数据表", fund("上年决算数"), "30"],
        ["type", "基础数据表", fund("预算数"), "20"],
        ["type", "基础数据表", fund("决算数"), "25"],
    ],
}
#: The row that is inserted first in each case.
ROWS = {"first": FIRST, "middle": MIDDLE, "last": LAST, "two tables": MIDDLE}
LINE = {
    "三级指标": "新增指标",
    "年度指标值": "≥5次",
    "实际完成值": "5次",
    "分值": "3",
    "得分": "2",
    "偏差原因": "按评分标准扣分",
}

pytestmark = [pytest.mark.xdist_group("rows"), *UNO_MARKS]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("rows")
    source = folder / "source.xlsx"
    source.write_bytes((S / "filled.xlsx").read_bytes())
    return {name: file.read_bytes() for name, file in drive(source, every_case(), folder).items()}


def every_case() -> dict[str, list[list[str]]]:
    typed = {name: [*steps, *typing(ROWS[name])] for name, steps in CASES.items()}
    deleted = ["delete", "自评表", cell("三级指标", MIDDLE)]
    return {
        **typed,
        "deleted again": [*typed["middle"], deleted],
        "a line of the template deleted": [deleted],
        "a printed row is not deleted": [
            ["delete", "自评表", moved(place, 0)] for place in ("自评表“预算部门名称”", "自评表“总分”")
        ],
        "a formula is not overwritten": [["type", "自评表", moved("自评表.总分", 0), "100"]],
    }


def typing(row: int) -> list[list[str]]:
    return [["type", "自评表", cell(column, row), text] for column, text in LINE.items()]


@pytest.mark.parametrize("name", CASES)
def test_an_inserted_line_counts_everywhere(hunan: FormSet, driven: dict[str, bytes], name: str) -> None:
    content = driven[name]
    row = ROWS[name]
    filing = api.read_filing(content, formset=hunan)
    lines = filing.forms["自评表"].tables["指标"]
    assert len(lines) == 29
    [new] = [line for line in lines if line["三级指标"].value == "新增指标"]
    assert {new[name].cell for name in ("三级指标", "得分")} == {cell("三级指标", row), cell("得分", row)}
    shown = cached(content)
    assert shown["自评表", moved("自评表.总分", 1)] == 100.95
    # The fund spent more than planned: one more to explain, and a check that had no figures before.
    said = (
        "核对：2项需更正，5项需说明，2项请再看（15项未填）"
        if name == "two tables"
        else "核对：2项需更正，4项需说明，2项请再看（16项未填）"
    )
    assert [text for text in shown.values() if str(text).startswith("核对：")] == [said] * 3
    assert live_lines(shown, 69) == checked_lines(content, hunan)
    book = openpyxl.load_workbook(io.BytesIO(content))
    form = book["自评表"]
    areas = {str(rule.sqref): rule for rule in form.data_validations.dataValidation}
    first_points = f"${cell('分值', REGION.first)}"
    scores = areas[column_range(REGION.first, REGION.last + 1, REGION.cols["得分"])]
    assert scores.formula2 == f"IF(COUNT({first_points})=0,1000000000000,{first_points})"
    assert all(not form.cell(row, column).protection.locked for column in range(1, 11))
    assert not form.row_dimensions[row].hidden
    assert (form.row_dimensions[row].height or 15) >= 13


def test_a_new_special_fund_counts(hunan: FormSet, driven: dict[str, bytes]) -> None:
    filing = api.read_filing(driven["two tables"], formset=hunan)
    assert [line["名称"].text for line in filing.forms["基础数据表"].tables["专项资金"]] == ["新增专项"]
    shown = cached(driven["two tables"])
    places = [f"基础数据表.项目支出.{column}" for column in ("上年决算数", "预算数", "决算数")]
    assert [shown["基础数据表", cell_of(filing, place)] for place in places] == [545.83, 556, 233]


def test_a_line_in_a_group_belongs_to_it(hunan: FormSet, driven: dict[str, bytes]) -> None:
    lines = api.read_filing(driven["middle"], formset=hunan).forms["自评表"].tables["指标"]
    [new] = [line for line in lines if line["三级指标"].value == "新增指标"]
    assert (new["一级指标"].value, new["二级指标"].value) == ("产出指标", "数量指标")


def test_deleted_lines_are_gone(hunan: FormSet, driven: dict[str, bytes]) -> None:
    before = api.check((S / "filled.xlsx").read_bytes(), formset=hunan)
    again = api.check(driven["deleted again"], formset=hunan)
    assert again.findings == before.findings
    assert cached(driven["deleted again"])["自评表", moved("自评表.总分", 0)] == 98.95
    fewer = api.read_filing(driven["a line of the template deleted"], formset=hunan).forms["自评表"]
    assert len(fewer.tables["指标"]) == 27
    assert cached(driven["a line of the template deleted"])["自评表", moved("自评表.总分", -1)] == 93.95


@pytest.mark.parametrize("name", ["a printed row is not deleted", "a formula is not overwritten"])
def test_what_is_printed_or_computed_cannot_be_changed(hunan: FormSet, driven: dict[str, bytes], name: str) -> None:
    assert api.check(driven[name], formset=hunan).findings == api.check((S / "filled.xlsx").read_bytes()).findings
    assert api.extract(driven[name]) == api.extract((S / "filled.xlsx").read_bytes())
