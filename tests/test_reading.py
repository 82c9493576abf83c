"""The same answers and findings, whatever happened to the workbook on the way."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlsxeval as api
from tests.conftest import S_PUBLISHED, S, open_forms
from tests.counts import drawn
from tests.moves import insert_col, insert_row, without_caches
from tests.places import cell_of, laid_out
from xlsxeval.a1 import cell_name
from xlsxeval.data.plain import plain_data
from xlsxeval.forms.model import FormSet
from xlsxeval.read.cells import Cell, Sheet, Workbook
from xlsxeval.read.filing import read_filings
from xlsxeval.read.refusals import Refused
from xlsxeval.rules.run import check as run_rules
from xlsxeval.text import label_key

HUNAN = api.load_set("hunan")
FILLED = {path: open_forms(api.fill(HUNAN, path / "data.yaml")) for path in (S, S_PUBLISHED)}
BOOK = FILLED[S]
PLAIN = plain_data(read_filings(BOOK, (HUNAN,))[0])
FINDINGS = [
    (one.code, one.field, one.found, one.expected, one.message) for one in run_rules(read_filings(BOOK, (HUNAN,))[0])
]


def same(book: Workbook) -> None:
    filing = read_filings(book, (HUNAN,))[0]
    assert plain_data(filing) == PLAIN
    assert [(one.code, one.field, one.found, one.expected, one.message) for one in run_rules(filing)] == FINDINGS


def test_real_filing_is_read_whole() -> None:
    filing = read_filings(BOOK, (HUNAN,))[0]
    answers = filing.forms["自评表"]
    assert (filing.year, filing.unit) == (2024, "中共澧县县委办公室本级")
    lines = answers.tables["指标"]
    assert len(lines) == 28
    assert sum(line["分值"].value for line in lines) == 90  # type: ignore[misc]  # numbers
    assert sum(line["得分"].value for line in lines) == 89  # type: ignore[misc]  # numbers
    placed = laid_out(HUNAN, S / "data.yaml")
    for form in HUNAN.forms:
        right = {name: answer.cell for name, answer in placed.forms[form.name].fields.items()}
        cells = {name: answer.cell for name, answer in filing.forms[form.name].fields.items() if name in right}
        assert cells == right
    assert lines[9]["一级指标"].value == "产出指标"
    assert lines[9]["一级指标"].cell == lines[0]["一级指标"].cell == cell_of(placed, "自评表.指标[1].一级指标")


@pytest.mark.parametrize("row", range(1, 49))
@pytest.mark.parametrize("sheet", [0, 1])
def test_a_row_inserted_anywhere(sheet: int, row: int) -> None:
    sheets = list(BOOK.sheets)
    sheets[sheet] = insert_row(sheets[sheet], row)
    same(Workbook(tuple(sheets)))


@pytest.mark.parametrize("col", range(1, 12))
@pytest.mark.parametrize("sheet", [0, 1])
def test_a_column_inserted_anywhere(sheet: int, col: int) -> None:
    sheets = list(BOOK.sheets)
    sheets[sheet] = insert_col(sheets[sheet], col)
    same(Workbook(tuple(sheets)))


@given(st.lists(st.tuples(st.sampled_from("rc"), st.integers(0, 1), st.integers(1, 50)), max_size=8))
@drawn(600)
def test_many_rows_and_columns_inserted(moves: list[tuple[str, int, int]]) -> None:
    sheets = list(BOOK.sheets)
    for sort, sheet, at in moves:
        sheets[sheet] = (insert_row if sort == "r" else insert_col)(sheets[sheet], at)
    same(Workbook(tuple(sheets)))


def test_sheets_renamed_and_reordered() -> None:
    renamed = (replace(BOOK.sheets[1], name="Sheet1"), replace(BOOK.sheets[0], name="表二 (2)"))
    same(Workbook(renamed))


def test_sheets_copied_into_another_workbook() -> None:
    cells = {(row, 1): Cell(row, 1, text, "text") for row, text in enumerate(["目录", "得分", "项目支出", "总分"], 1)}
    same(Workbook((Sheet("目录", cells), *BOOK.sheets, Sheet("空", {}))))


@pytest.mark.parametrize(
    "change",
    [
        "\n".join,
        lambda text: f"  {text[:2]} {text[2:]}　",
        lambda text: text.replace("（", "(").replace("）", ")").replace("：", ":").replace("、", ","),
        lambda text: text.replace("年", " 年 "),
        lambda text: text[:1] + "\u200b" + text[1:] + "\u00a0：",
    ],
    ids=["line breaks", "spaces", "half-width", "spaces at the year", "invisible characters"],
)
def test_labels_broken(change: object) -> None:
    filing = read_filings(BOOK, (HUNAN,))[0]
    answered = {
        (answers.sheet, answer.cell)
        for answers in filing.forms.values()
        for group in (answers.fields, *(line for lines in answers.tables.values() for line in lines))
        for answer in group.values()
    }

    def broken(sheet: Sheet) -> Sheet:
        cells = {
            at: cell if (sheet.name, cell_name(*at)) in answered else cell._replace(text=change(cell.text))  # type: ignore[operator]  # a function
            for at, cell in sheet.cells.items()
        }
        return replace(sheet, cells=cells)

    same(Workbook(tuple(broken(sheet) for sheet in BOOK.sheets)))


def test_caches_removed() -> None:
    same(without_caches(BOOK))


def test_stale_caches_are_not_believed() -> None:
    stale = tuple(
        replace(
            sheet, cells={at: cell._replace(text="1") if cell.formula else cell for at, cell in sheet.cells.items()}
        )
        for sheet in BOOK.sheets
    )
    filing = read_filings(Workbook(stale), (HUNAN,))[0]
    assert plain_data(filing) == PLAIN
    found = [(one.code, one.field, one.found, one.expected, one.message) for one in run_rules(filing)]
    assert [one for one in found if one[0] != "F05"] == FINDINGS
    assert [one[:4] for one in found if one[0] == "F05"] == [
        ("F05", "控制率", "100.00%", "0.9403"),
        ("F05", "执行率", "100.00%", "0.9953"),
    ]


def test_merges_undone() -> None:
    same(Workbook(tuple(replace(sheet, merges=()) for sheet in BOOK.sheets)))


def test_saved_again_by_openpyxl(hunan: FormSet) -> None:
    content = api.fill(hunan, S / "data.yaml")
    book = openpyxl.load_workbook(io.BytesIO(content))
    buffer = io.BytesIO()
    book.save(buffer)
    same(open_forms(buffer.getvalue()))


def _altered(formula: str, shown: str) -> Workbook:
    sheet = BOOK.sheets[1]
    at = next(at for at, cell in sheet.cells.items() if cell.formula and "SUM" in cell.formula and cell.row > 40)
    cells = {**sheet.cells, at: sheet.cells[at]._replace(formula=formula, text=shown)}
    return Workbook((BOOK.sheets[0], replace(sheet, cells=cells)))


def test_an_altered_formula_is_told_from_an_overwritten_one() -> None:
    found = {
        (one.code, one.found, one.expected)
        for one in run_rules(read_filings(_altered("SUM(I15:I20)", "29"), (HUNAN,))[0])
    }
    assert ("E04", "29", "98.95") in found
    [message] = [
        one.message for one in run_rules(read_filings(_altered("SUM(I15:I20)", "29"), (HUNAN,))[0]) if one.code == "E04"
    ]
    assert "公式被改成了“=SUM(I15:I20)”" in message
    harmless = _altered("SUM(I14:I47)+H5", "98.95")
    assert "E04" not in {one.code for one in run_rules(read_filings(harmless, (HUNAN,))[0])}


def test_a_lost_label_is_named_with_the_nearest_text() -> None:
    sheet = BOOK.sheets[1]
    cells = {
        at: cell._replace(text="全年执行金额合计") if cell.text == "全年执行数" else cell
        for at, cell in sheet.cells.items()
    }
    filing = read_filings(Workbook((BOOK.sheets[0], replace(sheet, cells=cells))), (HUNAN,))[0]
    [finding] = [one for one in run_rules(filing) if one.code == "L01"]
    [lost] = [cell for cell in cells.values() if cell.text == "全年执行金额合计"]
    assert (finding.found, finding.expected, finding.cell) == (
        "全年执行金额合计",
        "全年执行数",
        cell_name(lost.row, lost.col),
    )


def test_last_years_heads_are_found() -> None:
    sheet = BOOK.sheets[0]
    cells = {
        at: cell._replace(text="2023年预算数") if cell.text == "2024年预算数" else cell
        for at, cell in sheet.cells.items()
    }
    filing = read_filings(Workbook((replace(sheet, cells=cells), BOOK.sheets[1])), (HUNAN,))[0]
    [old] = [cell for cell in cells.values() if cell.text == "2023年预算数"]
    assert {(one.code, one.cell, one.found, one.expected) for one in run_rules(filing) if one.code == "B15"} == {
        ("B15", cell_name(old.row, old.col), "2023", "2024")
    }


def test_a_missing_form_is_an_error() -> None:
    filing = read_filings(Workbook(BOOK.sheets[:1]), (HUNAN,))[0]
    assert [(one.code, one.form) for one in run_rules(filing) if one.code == "L02"] == [("L02", "自评表")]


def test_a_workbook_without_any_form_is_refused() -> None:
    cells = {(1, 1): Cell(1, 1, "通讯录", "text"), (2, 1): Cell(2, 1, "得分", "text")}
    with pytest.raises(Refused) as refused:
        read_filings(Workbook((Sheet("通讯录", cells),)), (HUNAN,))[0]
    assert refused.value.code == "R08"


def test_published_filing_holds_no_formula() -> None:
    filing = read_filings(FILLED[S_PUBLISHED], (HUNAN,))[0]
    formulas = {name for form in filing.forms.values() for name, one in form.fields.items() if one.formula is not None}
    assert formulas == set()


ANSWERED = {
    (name, answer.cell)
    for name, answers in read_filings(BOOK, (HUNAN,))[0].forms.items()
    for answer in (*answers.fields.values(), *(one for line in answers.tables.get("指标", ()) for one in line.values()))
}
LABEL_CELLS = [
    (number, at)
    for number, form in enumerate(HUNAN.forms)
    for at, cell in BOOK.sheets[number].cells.items()
    if label_key(cell.text).key in {key for label in form.labels for key in label.keys}
    and (form.name, cell_name(*at)) not in ANSWERED
]


@pytest.mark.parametrize("text", ["", "已被改写的标签"], ids=["deleted", "rewritten"])
@pytest.mark.parametrize(("number", "at"), LABEL_CELLS)
def test_without_its_label_a_value_is_lost_but_never_wrong(number: int, at: tuple[int, int], text: str) -> None:
    sheet = BOOK.sheets[number]
    cells = {key: cell for key, cell in sheet.cells.items() if key != at}
    if text:
        cells[at] = sheet.cells[at]._replace(text=text)
    sheets = list(BOOK.sheets)
    sheets[number] = replace(sheet, cells=cells)
    for name, answers in read_filings(Workbook(tuple(sheets)), (HUNAN,))[0].forms.items():
        whole = read_filings(BOOK, (HUNAN,))[0].forms[name]
        for field, answer in answers.fields.items():
            assert answer.value in (None, whole.fields[field].value), field
        for table, lines in answers.tables.items():
            assert len(lines) in (0, len(whole.tables[table]))
            for line, right in zip(lines, whole.tables[table], strict=False):
                for column, answer in line.items():
                    assert answer.value in (None, right[column].value), column
