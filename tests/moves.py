"""Changes that people and programs make to a workbook: inserted rows and columns, lost results of formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from xlsxeval.a1 import column_letters, column_number
from xlsxeval.read.cells import Cell, Range, Sheet, Workbook

_REFERENCE = re.compile(r"(?<![A-Za-z_.])([A-Z]{1,3})([1-9]\d*)(?![\w(])")


def insert_row(sheet: Sheet, at: int) -> Sheet:
    """Insert an empty row above row ``at``; merges and formulas move as in a spreadsheet."""
    return _moved(sheet, lambda row, col: (row + (row >= at), col))


def insert_col(sheet: Sheet, at: int) -> Sheet:
    """Insert an empty column before column ``at``."""
    return _moved(sheet, lambda row, col: (row, col + (col >= at)))


def _moved(sheet: Sheet, move: Callable[[int, int], tuple[int, int]]) -> Sheet:
    """Move cells, merged ranges and references; ``move`` gives the new row and column of a cell."""

    def formula(text: str) -> str:
        def reference(match: re.Match[str]) -> str:
            row, col = move(int(match[2]), column_number(match[1]))
            return f"{column_letters(col)}{row}"

        return _REFERENCE.sub(reference, text)

    cells: dict[tuple[int, int], Cell] = {}
    for cell in sheet.cells.values():
        row, col = move(cell.row, cell.col)
        moved = None if cell.formula is None else formula(cell.formula)
        cells[row, col] = cell._replace(row=row, col=col, formula=moved)
    merges = tuple(Range(*move(m.first_row, m.first_col), *move(m.last_row, m.last_col)) for m in sheet.merges)
    return replace(sheet, cells=cells, merges=merges)


def without_caches(book: Workbook) -> Workbook:
    """Remove the stored result of every formula, as programs do that cannot calculate."""

    def bare(cell: Cell) -> Cell:
        return cell if cell.formula is None else cell._replace(text="", kind="none")

    return Workbook(
        tuple(replace(sheet, cells={at: bare(cell) for at, cell in sheet.cells.items()}) for sheet in book.sheets)
    )
