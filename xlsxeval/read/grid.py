"""A sheet seen by position: merged cells show what stands in their first cell."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlsxeval.read.cells import Cell, Range, Sheet

#: A merged range over more cells than this is no part of a form, nor are more merged cells than that in all.
_LARGEST_MERGE, _MOST_MERGED = 5_000, 300_000


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, its merged ranges by the cells they cover, and its rows.

    Attributes:
        sheet: the sheet.
        covers: (row, column) -> the merged range over it.
        rows: the rows that hold anything, in order.
        cols: for each of these rows its filled columns, in order.
        used: the columns that hold anything, in order.
        converted: whether the sheet may come from a Word file or a PDF: only those lose cells, and they have no
            formulas.
    """

    sheet: Sheet
    covers: Mapping[tuple[int, int], Range]
    rows: tuple[int, ...]
    cols: Mapping[int, tuple[int, ...]]
    used: tuple[int, ...]
    converted: bool

    def rows_between(self, first: int, last: int) -> tuple[int, ...]:
        """Give the rows from ``first`` to ``last`` that hold anything."""
        return self.rows[bisect_left(self.rows, first) : bisect_right(self.rows, last)]

    def merged(self, row: int, col: int) -> Range:
        """Give the merged range a cell belongs to, or the cell alone."""
        return self.covers.get((row, col)) or Range(row, col, row, col)

    def at(self, row: int, col: int) -> Cell | None:
        """Give the cell, or the first cell of the merged range it belongs to."""
        found = self.sheet.cells.get((row, col))
        if found is None and (row, col) in self.covers:
            whole = self.covers[row, col]
            return self.sheet.cells.get((whole.first_row, whole.first_col))
        return found

    def distance(self, col: int, other: int) -> int:
        """Count the columns from one to another further right; columns that hold nothing at all do not count."""
        return bisect_right(self.used, other) - bisect_right(self.used, col)

    def right_of(self, row: int, col: int) -> tuple[int, ...]:
        """Give the filled columns of a row right of a column."""
        cols = self.cols.get(row, ())
        return cols[bisect_right(cols, col) :]


def make_grid(sheet: Sheet) -> Grid:
    """Index a sheet."""
    cols: dict[int, list[int]] = {}
    for row, col in sheet.cells:
        cols.setdefault(row, []).append(col)
    converted = all(cell.formula is None for cell in sheet.cells.values())
    in_order = {row: tuple(sorted(some)) for row, some in cols.items()}
    used = tuple(sorted({col for some in cols.values() for col in some}))
    return Grid(sheet, _covers(sheet.merges), tuple(sorted(cols)), in_order, used, converted)


@lru_cache(maxsize=2)
def _covers(merges: tuple[Range, ...]) -> Mapping[tuple[int, int], Range]:
    """Give the merged range over each cell; kept, because the next workbook mostly has the same ranges."""
    covers: dict[tuple[int, int], Range] = {}
    for whole in merges:
        if (
            len(covers) < _MOST_MERGED
            and (whole.last_row - whole.first_row + 1) * (whole.last_col - whole.first_col + 1) <= _LARGEST_MERGE
        ):
            for row in range(whole.first_row, whole.last_row + 1):
                for col in range(whole.first_col, whole.last_col + 1):
                    covers[row, col] = whole
    return covers
