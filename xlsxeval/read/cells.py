"""A workbook as plain values; nothing here knows a file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Cell(NamedTuple):
    """One filled cell, rows and columns from 1.

    ``kind`` is number, text, bool, error, or none (a formula without a cached value). ``text`` of a number is its
    own text at 15 significant digits. ``formula`` is without ``=``; ``format`` is the number format, empty for General.
    """

    row: int
    col: int
    text: str
    kind: str
    formula: str | None = None
    format: str = ""


class Range(NamedTuple):
    """A merged range, four numbers."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet; cells without value and formula are not kept, hidden columns are (first, last) pairs."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Range, ...] = ()
    state: str = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: tuple[tuple[int, int], ...] = ()
    #: (first, last, width) of the columns that have a width of their own; only .xlsx tells.
    widths: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets of a file, its defined names and custom properties, and what was noticed (in Chinese)."""

    sheets: tuple[Sheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
