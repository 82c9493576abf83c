"""The colours of a form: what is to be filled, missing, contradicting, unused. Conditions look at their own sheet only.

Flags that 核对 raises are mirrored in hidden columns to the right, each as far from its cell as all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsxwriter.worksheet import Worksheet

from xlsxeval.a1 import cell_name, column_letters
from xlsxeval.filing import FormAnswers
from xlsxeval.forms.model import Check, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.formula.excel_logic import truth
from xlsxeval.formula.tree import LineCell
from xlsxeval.write.book import Book
from xlsxeval.write.live.figures import Block, places
from xlsxeval.write.live.lines import CheckLine, flag

#: Columns between a form and its mirrored flags, more than a reader looks for an answer right of its label. The
#: first of them holds the form's identity.
_GAP = 16


def write_marks(
    book: Book, sheet: Worksheet, answers: FormAnswers, block: Block, lines: Mapping[int, CheckLine]
) -> None:
    """Write flags and conditional formats of a form.

    Args:
        book: the workbook.
        sheet: the form's sheet.
        answers: the form's answers.
        block: where the figures behind the checks stand.
        lines: row on 核对 -> what stands there.
    """
    width, page = len(answers.form.widths), book.pages[answers.form.name]
    offset = width + _GAP
    hidden = book.format("hidden")
    sheet.set_column(width, width + offset, None, hidden, {"hidden": True})
    sheet.write_string(0, width, book.identity(answers.form.name), hidden)
    for (row, col), rows in sorted(_flags(answers.form.name, block, lines).items()):
        raised = sum(float(lines[at].fails.shown) for at in rows)
        sheet.write_formula(row - 1, col - 1 + offset, f"=SUM({','.join(map(flag, rows))})", hidden, raised)
    for table in answers.form.tables.values():
        checks = [line.check for line in lines.values() if line.check.at.form == answers.form.name]
        _mark_lines(book, sheet, table, page.regions[table.name], block, checks)
    sheet.conditional_format(0, 0, page.last_row - 1, width - 1, {
        "type": "formula",
        "criteria": f"={column_letters(offset + 1)}1>0",
        "format": book.mark("wrong"),
    })  # fmt: skip
    fields = [(answers.form.fields[blank.name], page.fields[blank.name]) for blank in answers.form.blanks
              if blank.name in answers.form.fields]  # fmt: skip
    inputs = [(field, at) for field, at in fields if field.formula is None]
    _mark_empty(book, sheet, [at for field, at in inputs if field.must], "must")
    _mark_empty(book, sheet, [at for field, at in inputs if not field.must], "to fill")


def _flags(form: str, block: Block, lines: Mapping[int, CheckLine]) -> dict[tuple[int, int], list[int]]:
    """Give for each cell (row, column) at which checks report the rows of these checks on 核对."""
    found: dict[tuple[int, int], list[int]] = {}
    for row, line in lines.items():
        if line.check.at.form == form and not line.check.each:
            found.setdefault(block.position(line.check.at), []).append(row)
    return found


def _mark_empty(book: Book, sheet: Worksheet, cells: Iterable[tuple[int, int]], mark: str) -> None:
    # The title comes first: programs disagree whether addresses count from the first cell or from the top left one.
    areas = " ".join(["A1", *(cell_name(row, col) for row, col in cells)])
    options = {"type": "formula", "criteria": "=LEN(TRIM(A1))=0", "format": book.mark(mark), "multi_range": areas}
    sheet.conditional_format("A1", options)


def _mark_lines(
    book: Book, sheet: Worksheet, table: Table, region: TableArea, block: Block, checks: Iterable[Check]
) -> None:
    own = [name for name in table.columns if name not in table.inherit]
    used = f"COUNTA({','.join(f'${column_letters(region.cols[name])}{region.first}' for name in own)})"
    for column, criteria in _line_checks(table, region, block, checks):
        _mark_column(book, sheet, region, column, f"={criteria}", "wrong")
    for name in own:
        cell = f"${column_letters(region.cols[name])}{region.first}"
        if table.columns[name].must:
            _mark_column(book, sheet, region, name, f"=AND({used}>0,LEN(TRIM({cell}))=0)", "must")
        _mark_column(book, sheet, region, name, f"={used}=0", "unused")


def _mark_column(book: Book, sheet: Worksheet, region: TableArea, column: str, criteria: str, mark: str) -> None:
    col = region.cols[column] - 1
    options = {"type": "formula", "criteria": criteria, "format": book.mark(mark)}
    sheet.conditional_format(region.first - 1, col, region.last - 1, col, options)


def _line_checks(table: Table, region: TableArea, block: Block, checks: Iterable[Check]) -> Iterator[tuple[str, str]]:
    """Yield column and condition of failure of each check of single lines that needs no other sheet."""
    figures = block.of_line(lambda ref: f"${column_letters(region.cols[ref.name])}{region.first}")
    for check in checks:
        if check.each == table.name and all(isinstance(ref, LineCell) for ref in check.reads):
            yield check.at.name, truth(check.node, figures, places(block.field(check.at)))[1]
