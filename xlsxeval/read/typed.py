"""Cells of formats that hold only texts: a text that looks like a number becomes a number with its decimals.

Example: ``1,361.15`` gives the number 1361.15 with the format ``0.00``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from xlsxeval.a1 import LAST_COL, LAST_ROW
from xlsxeval.numbers import format_code, plain
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import too_much

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(\.[0-9]+)?")
_PERCENT = re.compile(r"-?[0-9]{1,12}(\.[0-9]+)?%")


def typed_cell(row: int, col: int, text: str) -> Cell:
    """Make the cell of a text as a person reads it: ``1,361.15`` and ``99.52%`` are numbers, ``7.50.`` is not."""
    bare = text.strip()
    if match := _NUMBER.fullmatch(bare):
        decimals = len(match[1] or ".") - 1
        value = Decimal(bare.replace(",", ""))
        return Cell(row, col, plain(value), "number", None, format_code(decimals) if decimals else "")
    if match := _PERCENT.fullmatch(bare):
        decimals = len(match[1] or ".") - 1
        value = Decimal(bare[:-1]) / 100
        return Cell(row, col, plain(value), "number", None, f"{format_code(decimals)}%")
    return Cell(row, col, text, "text")


class CellStore:
    """Collects the cells of one sheet within the budgets of the file."""

    def __init__(self, limits: Limits, already: int = 0) -> None:
        """Begin; ``already`` is the number of cells in earlier sheets, which count too."""
        self.limits, self.count = limits, already
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Range] = []
        self.struck: dict[tuple[int, int], str] = {}

    def keep(self, cell: Cell, struck: str | None = None) -> None:
        """Keep a cell, unless it is empty or outside the largest sheet of Excel.

        Args:
            cell: the cell.
            struck: the text that was left out, as in ``runs.Parted``.

        Raises:
            Refused: if there are too many cells, or the text is too long.
        """
        if not cell.text or not (0 < cell.row <= LAST_ROW and 0 < cell.col <= LAST_COL):
            return
        self.count += 1
        if self.count > self.limits.max_cells:
            raise too_much(f"有内容的单元格多于{self.limits.max_cells}个", "max-cells")
        if len(cell.text) > self.limits.max_text:
            raise too_much(f"有一格的文字长于{self.limits.max_text}字", "max-text")
        self.cells[cell.row, cell.col] = cell
        if struck is not None:
            self.struck[cell.row, cell.col] = struck

    def merge(self, area: Range) -> None:
        """Keep a merged range.

        Raises:
            Refused: if there are too many.
        """
        if len(self.merges) >= self.limits.max_merges:
            raise too_much(f"合并区域多于{self.limits.max_merges}个", "max-merges")
        self.merges.append(area)

    def sheet(self, name: str, state: str = "visible", hidden: Iterable[int] = ()) -> Sheet:
        """Make the sheet from the collected cells."""
        return Sheet(name, self.cells, tuple(self.merges), state, frozenset(hidden), struck=self.struck)
