"""Cut a sheet into regions: single cells and merged areas, with the text printed in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsxeval.forms.model import Box
from xlsxeval.read.cells import Sheet
from xlsxeval.read.grid import make_grid

#: Cells further down or right than this are no part of a form.
_MOST_ROWS, _MOST_COLS = 300, 60


@dataclass(frozen=True, slots=True)
class SheetRegion:
    """A cell or merged range, and what is in it.

    Attributes:
        box: its place in the used part of the sheet, rows and columns from 0.
        text: its text; empty for a formula.
        cell: row and column of its first cell on the sheet, from 1.
        formula: its formula without ``=``; empty if there is none.
    """

    box: Box
    text: str
    cell: tuple[int, int] = (0, 0)
    formula: str = ""


@dataclass(frozen=True, slots=True)
class SheetRegions:
    """The used part of a sheet: its size, and for each cell (row, column from 0) the region that covers it."""

    rows: int
    cols: int
    at: Mapping[tuple[int, int], SheetRegion]

    def row(self, row: int) -> list[SheetRegion]:
        """Return the regions in a row from left to right, those that begin in a row above included."""
        return list(dict.fromkeys(self.at[row, col] for col in range(self.cols)))

    def starts(self, row: int) -> list[SheetRegion]:
        """Return the regions that begin in a row."""
        return [region for region in self.row(row) if region.box.row == row]

    def texts(self, row: int) -> list[SheetRegion]:
        """Return the regions with a text that begin in a row."""
        return [region for region in self.starts(row) if region.text]


def page_of(sheet: Sheet) -> SheetRegions | None:
    """Return the regions of the used part of a sheet; None if the sheet is empty."""
    hidden = {col for first, last in sheet.hidden_cols for col in range(first, min(last, _MOST_COLS) + 1)}
    used = {
        (row, col)
        for (row, col), cell in sheet.cells.items()
        if cell.text.strip() and col not in hidden and row not in sheet.hidden_rows
    }
    if not used:
        return None
    grid = make_grid(sheet)
    wide = [merge for merge in sheet.merges if merge.last_col < _MOST_COLS and merge.last_row < _MOST_ROWS]
    last_row = min(max([row for row, _ in used] + [merge.last_row for merge in wide]), _MOST_ROWS)
    last_col = min(max([col for _, col in used] + [merge.last_col for merge in wide]), _MOST_COLS)
    first_row, first_col = min(row for row, _ in used), min(col for _, col in used)
    kept = [row for row in range(first_row, last_row + 1) if row not in sheet.hidden_rows]
    place = {row: number for number, row in enumerate(kept)}
    at: dict[tuple[int, int], SheetRegion] = {}
    for row in kept:
        for col in range(first_col, last_col + 1):
            if (place[row], col - first_col) in at:
                continue
            whole = grid.merged(row, col)
            rows = [place[line] for line in range(whole.first_row, whole.last_row + 1) if line in place]
            cell = sheet.cells.get((whole.first_row, whole.first_col))
            text = " ".join(cell.text.split()) if cell and cell.formula is None else ""
            box = Box(min(rows), whole.first_col - first_col, len(rows), whole.last_col - whole.first_col + 1)
            formula = " ".join((cell.formula or "").split()) if cell else ""
            region = SheetRegion(box, text, (whole.first_row, whole.first_col), formula)
            at |= dict.fromkeys(_cells(box), region)
    return SheetRegions(len(kept), last_col - first_col + 1, at)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    """Yield row and column of each cell of a region."""
    for row in range(box.row, box.row + box.rows):
        for col in range(box.col, box.col + box.cols):
            yield row, col
