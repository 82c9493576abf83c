"""One worksheet part to cells in a single pass; it does not know the container or the other parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from xlsxeval.a1 import LAST_COL, LAST_ROW, cell_name, column_number, parse_area
from xlsxeval.read.cells import Cell, Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import check_root, parse, too_deep
from xlsxeval.read.refusals import Refused, damaged, quoted, too_much
from xlsxeval.read.shifted import shift

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


@dataclass(slots=True)
class Around:
    """What the sheets of one workbook share: texts and formats by their number as written, and the budgets left."""

    limits: Limits
    strings: Mapping[str, str]
    formats: Mapping[str, str]
    cells_left: int
    formulas_left: int


@dataclass(frozen=True, slots=True)
class WorksheetContent:
    """What one worksheet part holds."""

    cells: dict[tuple[int, int], Cell]
    merges: tuple[Range, ...]
    hidden_rows: frozenset[int]
    hidden_cols: tuple[tuple[int, int], ...]
    widths: tuple[tuple[int, int, float], ...]


def plain_text(text: str) -> str:
    """Decode ``_x000D_`` escapes; control characters and halves of a character written that way become U+FFFD."""
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda match: _CONTROL.sub("\ufffd", chr(int(match[1], 16))), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def add_run(runs: list[str], pieces: list[str], limits: Limits) -> None:
    """Add one run of a rich text; more runs than a cell has characters is no text."""
    if len(runs) >= limits.max_text:
        raise too_much(f"有一处文字长于{limits.max_text}字", "max-text")
    runs.append("".join(pieces))


def number_text(text: str) -> str | None:
    """Give a number as a plain decimal of the 15 digits Excel keeps, empty if nothing is there, None if no number."""
    if _PLAIN.fullmatch(text) and len(text) - text.count("-") - text.count(".") <= _DIGITS:
        return text
    text = text.strip(" \t\r\n")
    if not _NUMBER.fullmatch(text):
        return None if text else ""
    shown = format(float(text), f".{_DIGITS}g")
    return None if "inf" in shown else format(Decimal(shown), "f")


class _WorksheetReader:
    """What the events of one sheet have led to so far; one attribute is one thing remembered between two tags."""

    __slots__ = (
        *("around", "attributes", "cells", "col", "columns", "deepest", "depth", "digits", "formats", "formula"),
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

    def __init__(self, around: Around) -> None:
        self.around = around
        self.strings, self.formats = around.strings, around.formats
        self.deepest, self.most_cells = around.limits.max_depth, around.cells_left
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

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise too_deep()
        if name == "c":
            self.attributes = attributes
            self.value = self.formula_attributes = None
            # A cell mostly stands in the row that holds it: then only its letters are news.
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
                add_run(self.runs, self.pieces, self.around.limits)
        elif name == "is":
            self.value = "".join(self.runs)
            self.runs.clear()
        elif name == "rPh":
            self.phonetic = False

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
        elif self.depth == 1:
            check_root(name, "worksheet", "工作表")

    def _locate(self, address: str | None) -> None:
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
        """Give the number of a column and keep it: a sheet has few and asks often; 0 for one outside the grid."""
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
        if len(self.merges) >= self.around.limits.max_merges:
            raise too_much(f"合并区域多于{self.around.limits.max_merges}个", "max-merges")
        self.merges.append(_range(text))

    def _keep(self) -> None:
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
            raise too_much(f"有内容的单元格多于{self.around.limits.max_cells}个", "max-cells")
        code = self.formats.get(attributes.get("s", "0"), "")
        self.cells[at] = Cell(*at, text, kind, formula, code)

    def _formula(self, attributes: dict[str, str]) -> str:
        text = self._short(self.formula).removeprefix("=")
        index = attributes.get("si")
        if index is None or attributes.get("t") != "shared":
            return text
        if text:
            self.shared[index] = (text, self.row, self.col)
            return text
        # Without its first cell there is still a formula, only its text is not known.
        first, row, col = self.shared.get(index, ("", self.row, self.col))
        self.around.formulas_left -= len(first)
        if self.around.formulas_left < 0:
            raise too_much(f"共用公式展开后多于{self.around.limits.max_formulas}字", "max-formulas")
        return shift(first, self.row - row, self.col - col)

    def _value(self, sort: str, value: str) -> tuple[str, str]:
        """Give text and kind of a value that is not one of the two common ones."""
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
        if len(text) > self.around.limits.max_text:
            where = cell_name(self.row, self.col)
            raise too_much(f"单元格{where}的文字长于{self.around.limits.max_text}字", "max-text")
        return text

    def _bad(self, what: str, text: str) -> Refused:
        return damaged(f"单元格{cell_name(self.row, self.col)}的{what}“{quoted(text)}”无效")


@lru_cache(maxsize=4096)
def _range(text: str) -> Range:
    """Read a merged range; the workbooks of a folder have mostly the same."""
    area = parse_area(text)
    if area is None:
        raise damaged(f"合并区域“{quoted(text)}”无效")
    return Range(*area)


def _within(text: str | None, last: int) -> int:
    number = int(text) if text and _INDEX.fullmatch(text) else 0
    if not 0 < number <= last:
        raise damaged(f"行号或列号“{quoted(text or '')}”无效")
    return number


def read_worksheet(chunks: Iterable[bytes], around: Around) -> WorksheetContent:
    """Read one worksheet part as it comes.

    Raises:
        Refused: for anything invalid, with its address, or over a budget.
    """
    reader = _WorksheetReader(around)
    parse(chunks, reader.start, reader.end, reader.pieces, around.limits)
    around.cells_left -= len(reader.cells)
    hidden = frozenset(reader.hidden_rows), tuple(reader.hidden_cols)
    return WorksheetContent(reader.cells, tuple(reader.merges), *hidden, tuple(reader.widths))
