"""The conditional formats of a form: blanks to fill, missing answers, wrong answers, unused lines.

Conditions may only refer to their own sheet. So the failures counted on 核对 are repeated in hidden columns of the
form, all at the same distance from their cells. Example: with 9 columns and a gap of 16, the failures at C5 are in AB5,
25 columns to the right, and one condition ``=Z1>0``, relative to A1, serves the whole form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsxwriter.worksheet import Worksheet

from xlsxeval.a1 import cell_name, column_letters, fixed_cell
from xlsxeval.filing import FormAnswers
from xlsxeval.forms.model import Check, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.forms.year import with_year
from xlsxeval.formula.excel_logic import truth
from xlsxeval.formula.tree import LineCell
from xlsxeval.text import sheet_length
from xlsxeval.write.book import WorkbookWriter
from xlsxeval.write.live.figures import FigureBlock, places
from xlsxeval.write.live.lines import CheckLine, flag

#: Columns between a form and its hidden numbers of failures. The first holds the form's identity. The gap is wider than
#: the distance in which the reader looks for an answer at the right of a label.
_GAP = 16


def write_marks(
    book: WorkbookWriter, sheet: Worksheet, answers: FormAnswers, block: FigureBlock, lines: Mapping[int, CheckLine]
) -> None:
    """Write the hidden numbers of failures and the conditional formats of a form.

    Args:
        book: the workbook.
        sheet: the form's sheet.
        answers: the form's answers.
        block: the hidden cells with the figures of the checks.
        lines: row on 核对 -> the cells of its check.
    """
    width, page = len(answers.form.widths), book.pages[answers.form.name]
    offset = width + _GAP
    hidden = book.format("hidden")
    sheet.set_column(width, width + offset, None, hidden, {"hidden": True})
    sheet.write_string(0, width, book.identity(answers.form.name), hidden)
    for (row, col), rows in sorted(_flags(answers.form.name, block, lines).items()):
        failures = sum(float(lines[check_row].fails.shown) for check_row in rows)
        sheet.write_formula(row - 1, col - 1 + offset, f"=SUM({','.join(map(flag, rows))})", hidden, failures)
    for table in answers.form.tables.values():
        checks = [line.check for line in lines.values() if line.check.at.form == answers.form.name]
        _mark_lines(book, sheet, table, page.regions[table.name], block, checks)
    sheet.conditional_format(0, 0, page.last_row - 1, width - 1, {
        "type": "formula",
        "criteria": f"={column_letters(offset + 1)}1>0",
        "format": book.mark("wrong"),
    })  # fmt: skip
    prefixes = {blank.name: with_year(answers.form.prefix(blank), answers.year or 0) for blank in answers.form.blanks}
    fields = [(answers.form.fields[blank.name], page.fields[blank.name]) for blank in answers.form.blanks
              if blank.name in answers.form.fields and not prefixes[blank.name]]  # fmt: skip
    inputs = [(field, at) for field, at in fields if field.formula is None]
    _mark_empty(book, sheet, [at for field, at in inputs if field.must], "must")
    _mark_empty(book, sheet, [at for field, at in inputs if not field.must], "to fill")
    for name, prefix in prefixes.items():
        if prefix:
            mark = "must" if answers.form.fields[name].must else "to fill"
            row, col = page.fields[name]
            criteria = f"=LEN(TRIM({fixed_cell(row, col)}))<={sheet_length(prefix)}"
            options = {"type": "formula", "criteria": criteria, "format": book.mark(mark)}
            sheet.conditional_format(row - 1, col - 1, row - 1, col - 1, options)


def _flags(form: str, block: FigureBlock, lines: Mapping[int, CheckLine]) -> dict[tuple[int, int], list[int]]:
    """Return for each cell (row, column) the rows on 核对 of the checks that report there."""
    rows: dict[tuple[int, int], list[int]] = {}
    for row, line in lines.items():
        if line.check.at.form == form and not line.check.each:
            rows.setdefault(block.position(line.check.at), []).append(row)
    return rows


def _mark_empty(book: WorkbookWriter, sheet: Worksheet, cells: Iterable[tuple[int, int]], mark: str) -> None:
    """Colour blanks while they are empty."""
    # A1 comes first: for some programs the condition is relative to the first cell, for others to the top left one.
    areas = " ".join(["A1", *(cell_name(row, col) for row, col in cells)])
    options = {"type": "formula", "criteria": "=LEN(TRIM(A1))=0", "format": book.mark(mark), "multi_range": areas}
    sheet.conditional_format("A1", options)


def _mark_lines(
    book: WorkbookWriter, sheet: Worksheet, table: Table, region: TableArea, block: FigureBlock, checks: Iterable[Check]
) -> None:
    """Colour the lines of a table: wrong cells, missing cells of used lines, unused lines."""
    own = [name for name in table.columns if name not in table.inherit]
    used = f"COUNTA({','.join(f'${column_letters(region.cols[name])}{region.first}' for name in own)})"
    for column, criteria in _line_checks(table, region, block, checks):
        _mark_column(book, sheet, region, column, f"={criteria}", "wrong")
    for name in own:
        cell = f"${column_letters(region.cols[name])}{region.first}"
        if table.columns[name].must:
            _mark_column(book, sheet, region, name, f"=AND({used}>0,LEN(TRIM({cell}))=0)", "must")
        _mark_column(book, sheet, region, name, f"={used}=0", "unused")


def _mark_column(
    book: WorkbookWriter, sheet: Worksheet, region: TableArea, column: str, criteria: str, mark: str
) -> None:
    """Give the lines of a column a conditional format; ``criteria`` is relative to the first line."""
    col = region.cols[column] - 1
    options = {"type": "formula", "criteria": criteria, "format": book.mark(mark)}
    sheet.conditional_format(region.first - 1, col, region.last - 1, col, options)


def _line_checks(
    table: Table, region: TableArea, block: FigureBlock, checks: Iterable[Check]
) -> Iterator[tuple[str, str]]:
    """Yield the column and the condition of failure of each check of lines that reads nothing but its line."""
    figures = block.of_line(lambda ref: f"${column_letters(region.cols[ref.name])}{region.first}")
    for check in checks:
        if check.each == table.name and all(isinstance(ref, LineCell) for ref in check.reads):
            yield check.at.name, truth(check.node, figures, places(block.field(check.at)))[1]
