"""Lines inserted, typed into and deleted on the protected sheet, by LibreOffice's own commands."""

from __future__ import annotations

import io

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import S
from tests.engines import cached, checked_lines, live_lines
from tests.soffice import UNO_MARKS, drive
from xlsxeval.forms.model import FormSet

FIRST, MIDDLE, LAST = 15, 22, 45
CASES: dict[str, list[list[str]]] = {
    "first": [["insert", "自评表", f"D{FIRST}"]],
    "middle": [["insert", "自评表", f"D{MIDDLE}"]],
    "last": [["insert", "自评表", f"D{LAST}"]],
    "two tables": [["insert", "自评表", f"D{MIDDLE}"], ["insert", "基础数据表", "A18"], ["type", "基础数据表", "A18", "新增专项"],
                   ["type", "基础数据表", "B18", "30"], ["type", "基础数据表", "D18", "20"], ["type", "基础数据表", "F18", "25"]],
}  # fmt: skip
LINE = {"D": "新增指标", "E": "≥5次", "F": "5次", "H": "3", "I": "2", "J": "按评分标准扣分"}


pytestmark = [pytest.mark.xdist_group("rows"), *UNO_MARKS]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("rows")
    source = folder / "source.xlsx"
    source.write_bytes((S / "filled.xlsx").read_bytes())
    return {name: file.read_bytes() for name, file in drive(source, every_case(), folder).items()}


def every_case() -> dict[str, list[list[str]]]:
    typed = {name: [*steps, *typing(steps[0][2])] for name, steps in CASES.items()}
    return {
        **typed,
        "deleted again": [*typed["middle"], ["delete", "自评表", f"D{MIDDLE}"]],
        "a line of the template deleted": [["delete", "自评表", f"D{MIDDLE}"]],
        "a printed row is not deleted": [["delete", "自评表", "A3"], ["delete", "自评表", f"A{LAST + 1}"]],
        "a formula is not overwritten": [["type", "自评表", "I46", "100"]],
    }


def typing(cell: str) -> list[list[str]]:
    row = cell.lstrip("ABCDEFGHIJ")
    return [["type", "自评表", f"{column}{row}", text] for column, text in LINE.items()]


@pytest.mark.parametrize("name", CASES)
def test_an_inserted_line_counts_everywhere(hunan: FormSet, driven: dict[str, bytes], name: str) -> None:
    content = driven[name]
    row = int(CASES[name][0][2][1:])
    filing = api.read_filing(content, formset=hunan)
    lines = filing.forms["自评表"].tables["指标"]
    assert len(lines) == 29
    [new] = [line for line in lines if line["三级指标"].value == "新增指标"]
    assert {new[name].cell for name in ("三级指标", "得分")} == {f"D{row}", f"I{row}"}
    shown = cached(content)
    assert shown["自评表", "I47"] == 100.95
    # The fund spent more than planned: one more to explain, and a check that had no figures before.
    said = "核对：2项需更正，5项需说明，2项请再看（15项未填）" if name == "two tables" else "核对：2项需更正，4项需说明，2项请再看（16项未填）"
    assert shown["自评表", "H2"] == shown["核对", "A2"] == said
    assert live_lines(shown, 69) == checked_lines(content, hunan)
    book = openpyxl.load_workbook(io.BytesIO(content))
    form = book["自评表"]
    areas = {str(rule.sqref): rule for rule in form.data_validations.dataValidation}
    assert areas["I14:I46"].formula2 == "IF(COUNT($H14)=0,1000000000000,$H14)"
    assert all(not form.cell(row, column).protection.locked for column in range(1, 11))
    assert not form.row_dimensions[row].hidden
    assert (form.row_dimensions[row].height or 15) >= 13


def test_a_new_special_fund_counts(hunan: FormSet, driven: dict[str, bytes]) -> None:
    filing = api.read_filing(driven["two tables"], formset=hunan)
    assert [line["名称"].text for line in filing.forms["基础数据表"].tables["专项资金"]] == ["新增专项"]
    shown = cached(driven["two tables"])
    assert [shown["基础数据表", cell] for cell in ("B13", "D13", "F13")] == [545.83, 556, 233]


def test_a_line_in_a_group_belongs_to_it(hunan: FormSet, driven: dict[str, bytes]) -> None:
    lines = api.read_filing(driven["middle"], formset=hunan).forms["自评表"].tables["指标"]
    [new] = [line for line in lines if line["三级指标"].value == "新增指标"]
    assert (new["一级指标"].value, new["二级指标"].value) == ("产出指标", "数量指标")


def test_deleted_lines_are_gone(hunan: FormSet, driven: dict[str, bytes]) -> None:
    before = api.check((S / "filled.xlsx").read_bytes(), formset=hunan)
    again = api.check(driven["deleted again"], formset=hunan)
    assert again.findings == before.findings
    assert cached(driven["deleted again"])["自评表", "I46"] == 98.95
    fewer = api.read_filing(driven["a line of the template deleted"], formset=hunan).forms["自评表"]
    assert len(fewer.tables["指标"]) == 27
    assert cached(driven["a line of the template deleted"])["自评表", "I45"] == 93.95


@pytest.mark.parametrize("name", ["a printed row is not deleted", "a formula is not overwritten"])
def test_what_is_printed_or_computed_cannot_be_changed(hunan: FormSet, driven: dict[str, bytes], name: str) -> None:
    assert api.check(driven[name], formset=hunan).findings == api.check((S / "filled.xlsx").read_bytes()).findings
    assert api.extract(driven[name]) == api.extract((S / "filled.xlsx").read_bytes())
