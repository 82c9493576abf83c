"""Read one worksheet part in a single pass, from a stream of bytes to cells.

Example: ``<row r="6"><c r="E6" t="s"><v>3</v></c></row>`` with the shared text 3 = 合计 gives
``Cell(6, 5, "合计", "text")``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.a1 import LAST_COL, LAST_ROW, cell_name, column_number, parse_area
from xlsxeval.read.cells import Cell, Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import Control, check_root, parse, too_deep
from xlsxeval.read.refusals import Refused, damaged, quoted, too_much
from xlsxeval.read.runs import Parted, part, switched_on

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_INDEX = re.compile(r"[0-9]{1,7}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DIGITS = 15
_MOST_WIDTHS = 256
_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"0", "false"})
#: What stands above the end of the merged ranges in every worksheet, as the standard orders its parts.
_BEFORE_THE_END = frozenset({"sheetData", "row", "c", "mergeCell"})


@dataclass(slots=True)
class SharedData:
    """What the sheets of one workbook share.

    Attributes:
        limits: the budgets.
        strings: number of a shared text, as a text -> the text.
        parted: texts with runs, without what is struck out, as in ``strings.SharedTexts``.
        formats: number of a cell style, as a text -> its number format.
        struck_styles: the numbers of the cell styles whose font strikes out, as texts.
        cells_left: how many cells may still be read.
        formulas_left: how many characters of shared formulas may still be written out.
    """

    limits: Limits
    strings: Mapping[str, str]
    parted: Mapping[tuple[str, bool], Parted]
    formats: Mapping[str, str]
    struck_styles: frozenset[str]
    cells_left: int
    formulas_left: int


class SheetContent(NamedTuple):
    """The content of one worksheet part; the attributes are those of ``cells.Sheet``."""

    cells: dict[tuple[int, int], Cell]
    merges: tuple[Range, ...]
    hidden_rows: frozenset[int]
    hidden_cols: tuple[tuple[int, int], ...]
    widths: tuple[tuple[int, int, float], ...]
    struck: dict[tuple[int, int], str]


def plain_text(text: str) -> str:
    """Decode escapes: ``a_x000A_b`` gives ``a``, a line feed and ``b``.

    Escaped control characters and halves of a character (surrogates) become U+FFFD.
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda match: _CONTROL.sub("\ufffd", chr(int(match[1], 16))), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_parted(parted: Parted) -> Parted:
    """Decode escapes in both texts, as ``plain_text`` does."""
    return Parted(plain_text(parted.text), None if parted.struck is None else plain_text(parted.struck))


def add_run(runs: list[str], pieces: list[str], limits: Limits) -> None:
    """Add one run of a rich text.

    Raises:
        Refused: if there are more runs than a cell may have characters.
    """
    if len(runs) >= limits.max_text:
        raise too_much(f"有一处文字长于{limits.max_text}字", "max-text")
    runs.append("".join(pieces))


def number_text(text: str) -> str | None:
    """Give a number as a plain decimal with 15 digits, as Excel keeps it: ``8.0400000000000009`` gives ``8.04``.

    White space alone gives an empty text; a text that is no number gives None.
    """
    if _PLAIN.fullmatch(text) and len(text) - text.count("-") - text.count(".") <= _DIGITS:
        return text
    text = text.strip(" \t\r\n")
    if not _NUMBER.fullmatch(text):
        return None if text else ""
    shown = format(float(text), f".{_DIGITS}g")
    return None if "inf" in shown else format(Decimal(shown), "f")


class _WorksheetReader:
    """Collects the cells of one sheet while it is parsed; the attributes are the state between two tags."""

    __slots__ = (
        *("control", "inline", "marks", "seeks_struck", "struck"),
        *("shared_data", "attributes", "cells", "col", "columns", "deepest", "depth", "digits", "formats", "formula"),
        *(
            "formula_attributes",
            "hidden_cols",
            "hidden_rows",
            "merges",
            "widths",
            "most_cells",
            "phonetic",
            "pieces",
            "row",
        ),
        *("runs", "shared", "strings", "value"),
    )

    def __init__(self, shared_data: SharedData) -> None:
        self.shared_data = shared_data
        self.control = Control()
        self.strings, self.formats = shared_data.strings, shared_data.formats
        self.deepest, self.most_cells = shared_data.limits.max_depth, shared_data.cells_left
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Range] = []
        self.hidden_rows: set[int] = set()
        self.hidden_cols: list[tuple[int, int]] = []
        self.widths: list[tuple[int, int, float]] = []
        self.columns: dict[str, int] = {}
        self.shared: dict[str, tuple[str, int, int]] = {}
        self.row = self.col = self.depth = 0
        self.digits = "0"
        self.phonetic = False
        self.attributes: dict[str, str] = {}
        self.formula_attributes: dict[str, str] | None = None
        self.formula = ""
        self.value: str | None = None
        self.pieces: list[str] = []
        self.runs: list[str] = []
        #: Number of a run with a font of its own -> whether it is struck out; the text of the cell with such runs.
        self.marks: dict[int, bool] = {}
        self.inline: Parted | None = None
        self.struck: dict[tuple[int, int], str] = {}
        #: Whether any cell may be struck out.
        self.seeks_struck = bool(shared_data.parted or shared_data.struck_styles)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise too_deep()
        if name == "c":
            self.attributes = attributes
            self.value = self.formula_attributes = self.inline = None
            # The address of a cell mostly ends with the number of the present row: then only the letters are looked up.
            col = self.columns.get(attributes.get("r", "").removesuffix(self.digits))
            if col:
                self.col = col
            else:
                self._locate(attributes.get("r"))
        elif name == "v":
            self.pieces.clear()
        else:
            self.pieces.clear()
            self._start_other(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "v":
            self.value = "".join(self.pieces)
        elif name == "c":
            if self.value is not None or self.formula_attributes is not None:
                self._keep()
        elif name == "f":
            self.formula = "".join(self.pieces)
        elif name == "t":
            if not self.phonetic:
                add_run(self.runs, self.pieces, self.shared_data.limits)
        elif name == "is":
            self._end_inline()
        elif name == "rPh":
            self.phonetic = False
        elif name == "r":
            self.marks.pop(len(self.runs), None)
        elif name == "mergeCells":
            # What follows (validation, conditional formats, printing) is half of a form's part.
            self.control.only_ends(_end_of_unread)

    def _end_inline(self) -> None:
        self.value = "".join(self.runs)
        if self.marks:
            font_struck = self.attributes.get("s", "0") in self.shared_data.struck_styles
            self.inline = plain_parted(part(self.runs, self.marks, font_struck=font_struck))
            self.seeks_struck = True
            self.marks.clear()
        self.runs.clear()

    def _start_other(self, name: str, attributes: dict[str, str]) -> None:
        if name == "f":
            self.formula_attributes = attributes
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self.phonetic = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self._start_columns(attributes)
        elif name == "rPr":
            self.marks[len(self.runs)] = False
        elif name == "strike":
            self.marks[len(self.runs)] = switched_on(attributes.get("val"))
        elif self.depth == 1:
            check_root(name, "worksheet", "工作表")

    def _locate(self, address: str | None) -> None:
        """Set row and column of a cell from its address; without an address, the next column."""
        if address is None:
            self.col += 1
        else:
            found = _ADDRESS.fullmatch(address)
            if not found:
                raise damaged(f"单元格地址“{quoted(address)}”无效")
            self.col = self._column(found[1])
            self.row, self.digits = int(found[2]), found[2]
        if not (0 < self.row <= LAST_ROW and 0 < self.col <= LAST_COL):
            raise damaged(f"单元格“{quoted(address or str(self.row))}”超出表格范围")

    def _column(self, letters: str) -> int:
        """Give the number of a column, and keep it for the next rows; 0 for a column outside the largest sheet."""
        number = column_number(letters)
        if number > LAST_COL:
            return 0
        self.columns[letters] = number
        return number

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        self.row = self.row + 1 if given is None else _within(given, LAST_ROW)
        self.digits = given or str(self.row)
        self.col = 0
        if attributes.get("hidden") in _TRUE:
            self.hidden_rows.add(self.row)

    def _start_columns(self, attributes: dict[str, str]) -> None:
        first, last = _within(attributes.get("min"), LAST_COL), _within(attributes.get("max"), LAST_COL)
        if attributes.get("hidden") in _TRUE and len(self.hidden_cols) < LAST_COL:
            self.hidden_cols.append((first, last))
        width = attributes.get("width", "")
        if _PLAIN.fullmatch(width) and len(self.widths) < _MOST_WIDTHS:
            self.widths.append((first, last, float(width)))

    def _merge(self, text: str) -> None:
        if len(self.merges) >= self.shared_data.limits.max_merges:
            raise too_much(f"合并区域多于{self.shared_data.limits.max_merges}个", "max-merges")
        self.merges.append(_range(text))

    def _keep(self) -> None:
        """Keep a cell that ended; the two most frequent types of values are tested first."""
        attributes, value = self.attributes, self.value
        sort = attributes.get("t", "n")
        formula = None if self.formula_attributes is None else self._formula(self.formula_attributes)
        if value is None:
            text, kind = "", "none"
        elif sort == "s" and value in self.strings:
            text, kind = self.strings[value], "text"
        elif sort == "n" and len(value) <= _DIGITS and _PLAIN.fullmatch(value):
            text, kind = value, "number"
        else:
            text, kind = self._value(sort, value)
        if formula is None and not text:
            return
        at = self.row, self.col
        if at in self.cells:
            raise damaged(f"单元格{cell_name(*at)}出现了两次")
        if len(self.cells) >= self.most_cells:
            raise too_much(f"有内容的单元格多于{self.shared_data.limits.max_cells}个", "max-cells")
        style = attributes.get("s", "0")
        if self.seeks_struck and text:
            text = self._without_struck(sort, value, style, text)
        self.cells[at] = Cell(self.row, self.col, text, kind, formula, self.formats.get(style, ""))

    def _without_struck(self, sort: str, value: str | None, style: str, text: str) -> str:
        """Give the text of the present cell without what is struck out, and keep what was left out."""
        font_struck = style in self.shared_data.struck_styles
        parted = self.inline if sort == "inlineStr" else None
        if sort == "s" and value is not None:
            parted = self.shared_data.parted.get((value, font_struck))
        if parted is None:
            parted = Parted(text, "" if font_struck else None)
        if parted.struck is not None:
            self.struck[self.row, self.col] = parted.struck
        return parted.text

    def _formula(self, attributes: dict[str, str]) -> str:
        """Give the formula of a cell; a shared one is written out for this cell.

        Example: E6 holds ``<f t="shared" si="0" ref="E6:E9">D6/C6</f>`` and E7 holds ``<f t="shared" si="0"/>``: the
        formula of E7 is ``D7/C7``.
        """
        text = self._short(self.formula).removeprefix("=")
        index = attributes.get("si")
        if index is None or attributes.get("t") != "shared":
            return text
        if text:
            self.shared[index] = (text, self.row, self.col)
            return text
        # If the first cell is missing, the cell still has a formula, with an empty text.
        first, row, col = self.shared.get(index, ("", self.row, self.col))
        self.shared_data.formulas_left -= len(first)
        if self.shared_data.formulas_left < 0:
            raise too_much(f"共用公式展开后多于{self.shared_data.limits.max_formulas}字", "max-formulas")
        from xlsxeval.read.shifted import shift  # most workbooks have no shared formula

        return shift(first, self.row - row, self.col - col)

    def _value(self, sort: str, value: str) -> tuple[str, str]:
        """Give text and kind of a value of one of the less frequent types."""
        if sort == "s":
            raise self._bad("文字编号", value)
        if sort == "n":
            number = number_text(value)
            if number is None:
                raise self._bad("数字", value)
            return number, "number" if number else "none"
        text = plain_text(self._short(value))
        if sort == "b":
            if text not in _TRUE | _FALSE:
                raise self._bad("逻辑值", text)
            return ("TRUE" if text in _TRUE else "FALSE"), "bool"
        if sort in {"str", "inlineStr", "d"}:
            return text, "text"
        if sort == "e":
            return text, "error" if text else "none"
        raise self._bad("类型", sort)

    def _short(self, text: str) -> str:
        """Give the text back; refuse one that is too long."""
        if len(text) > self.shared_data.limits.max_text:
            where = cell_name(self.row, self.col)
            raise too_much(f"单元格{where}的文字长于{self.shared_data.limits.max_text}字", "max-text")
        return text

    def _bad(self, what: str, text: str) -> Refused:
        return damaged(f"单元格{cell_name(self.row, self.col)}的{what}“{quoted(text)}”无效")


def _end_of_unread(name: str) -> None:
    """Refuse cells and merged ranges behind the merged ranges, where no spreadsheet program writes them."""
    if name in _BEFORE_THE_END:
        raise damaged("工作表各部分的次序不对")


@lru_cache(maxsize=4096)
def _range(text: str) -> Range:
    """Read a merged range; cached, because the workbooks of a folder mostly have the same ranges."""
    area = parse_area(text)
    if area is None:
        raise damaged(f"合并区域“{quoted(text)}”无效")
    return Range(*area)


def _within(text: str | None, last: int) -> int:
    """Give the number of a row or column; refuse a text that is no number from 1 to ``last``."""
    number = int(text) if text and _INDEX.fullmatch(text) else 0
    if not 0 < number <= last:
        raise damaged(f"行号或列号“{quoted(text or '')}”无效")
    return number


def read_worksheet(chunks: Iterable[bytes], shared_data: SharedData) -> SheetContent:
    """Read one worksheet part, chunk by chunk.

    Args:
        chunks: the bytes of the part.
        shared_data: texts, formats and budgets; its ``cells_left`` and ``formulas_left`` are reduced.

    Raises:
        Refused: for anything invalid, with its address, or over a budget.
    """
    reader = _WorksheetReader(shared_data)
    parse(chunks, reader.start, reader.end, reader.pieces, shared_data.limits, reader.control)
    shared_data.cells_left -= len(reader.cells)
    hidden = frozenset(reader.hidden_rows), tuple(reader.hidden_cols)
    return SheetContent(reader.cells, tuple(reader.merges), *hidden, tuple(reader.widths), reader.struck)
