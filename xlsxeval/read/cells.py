"""A workbook as plain values, the same for every file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Cell(NamedTuple):
    """One filled cell.

    Example: the formula ``=D6/C6`` in E6, shown as 80.45%, is
    ``Cell(6, 5, "0.804486...", "number", "D6/C6", "0.00%")``.

    Attributes:
        row: from 1.
        col: from 1.
        text: the content; a number as plain decimal text with at most 15 digits.
        kind: ``number``, ``text``, ``bool``, ``error``, or ``none`` (a formula without a stored value).
        formula: without ``=``; None if there is none.
        format: the number format; empty for General.
    """

    row: int
    col: int
    text: str
    kind: str
    formula: str | None = None
    format: str = ""


class Range(NamedTuple):
    """A merged range; rows and columns from 1, the last ones included."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet.

    Attributes:
        name: the name of the sheet.
        cells: (row, column) -> cell; only cells with a value or a formula.
        merges: the merged ranges.
        state: ``visible``, ``hidden`` or ``veryHidden``.
        hidden_rows: the numbers of hidden rows.
        hidden_cols: (first, last) of each group of hidden columns.
        widths: (first, last, width in characters) of columns with a width of their own; only from .xlsx.
        struck: (row, column) -> the text that was left out of the cell because it is struck out; empty if the whole
            cell is struck out, and so nothing was left out.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Range, ...] = ()
    state: str = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: tuple[tuple[int, int], ...] = ()
    widths: tuple[tuple[int, int, float], ...] = ()
    struck: Mapping[tuple[int, int], str] = field(default_factory=dict)


#: Shorter texts outside the tables of a document are titles and notes.
_LEAST_PROSE = 800


@dataclass(frozen=True, slots=True)
class Workbook:
    """The content of a file.

    Attributes:
        sheets: the worksheets, in their order.
        names: defined name -> its formula; a name of one sheet as ``sheet!name``.
        properties: custom document property -> its text.
        date1904: whether day 0 is in 1904 instead of 1900.
        notes: remarks for the reader of the report, in Chinese.
        skipped: the sheets that were not read because the caller named them in ``skip``.
        saved: when the file was last saved, by its own words, in UTC as 2025-03-26T08:00:00Z; empty if unknown.
        prose: how many characters stand in paragraphs outside tables; only of .docx.
    """

    sheets: tuple[Sheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    saved: str = ""
    prose: int = 0

    @property
    def is_report(self) -> bool:
        """Whether it is a report in words, and not a form: far more words stand outside its tables than inside.

        An official form saved as a document has a title and notes of a few hundred characters, all else in tables.
        """
        inside = sum(len(cell.text) for sheet in self.sheets for cell in sheet.cells.values()) - self.prose
        return self.prose >= _LEAST_PROSE and self.prose > 2 * inside
