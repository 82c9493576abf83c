"""One worksheet part to cells: a single pass gives formula, cached value and the number's own text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from xlsxeval.forms.place import cell_name
from xlsxeval.read.book import Cell, Limits, Range, Refused
from xlsxeval.read.shared import column_number, shift
from xlsxeval.read.xml import parse_xml

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LAST_COL, _LAST_ROW = 16_384, 1_048_576
_DIGITS = 15
_LARGEST = 400


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    return column_number(letters)


def plain_text(text: str) -> str:
    """Decode ``_x000D_`` escapes; characters that no sheet shows become U+FFFD."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return _CONTROL.sub("\ufffd", text)


def number_text(text: str, where: str) -> str:
    """Reduce a number to the 15 significant digits a spreadsheet shows and compares, as plain text.

    Raises:
        Refused: if the text is no number.
    """
    if not _NUMBER.fullmatch(text):
        raise Refused("R05", f"{where}的数字“{text[:40]}”无效，请在WPS或Excel中打开后重新保存")
    if len(text) <= _DIGITS and "e" not in text and "E" not in text and text[-1] != "." and text[0] != ".":
        return "0" if text == "-0" else text
    value = float(text)
    if abs(value) == float("inf"):
        raise Refused("R05", f"{where}的数字“{text[:40]}”过大，请在WPS或Excel中打开后重新保存")
    shown = format(Decimal(format(value, f".{_DIGITS}g")), "f")
    if len(shown) > _LARGEST:
        raise Refused("R05", f"{where}的数字“{text[:40]}”过大或过小，请核对")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown


class _State:
    """What the events of one sheet have led to so far."""

    __slots__ = ("attributes", "cells", "col", "formula", "formula_attributes", "left", "limits", "merges",
                 "pieces", "row", "shared", "skip", "strings", "styles", "taking", "value")  # fmt: skip

    def __init__(self, strings: Sequence[str], styles: Sequence[str], limits: Limits, left: int) -> None:
        self.strings, self.styles, self.limits, self.left = strings, styles, limits, left
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Range] = []
        self.shared: dict[str, tuple[str, int, int]] = {}
        self.row = self.col = 0
        self.attributes: dict[str, str] = {}
        self.formula_attributes: dict[str, str] | None = None
        self.formula = ""
        self.value: str | None = None
        self.pieces: list[str] = []
        self.taking = self.skip = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.attributes = attributes
            self.value = self.formula_attributes = None
            self.formula = ""
            self._locate(attributes.get("r"))
        elif name == "v":
            self.taking, self.pieces = True, []
        elif name == "f":
            self.taking, self.pieces, self.formula_attributes = True, [], attributes
        elif name == "t":
            self.taking, self.pieces = not self.skip, []
        elif name == "rPh":
            self.skip = True
        elif name == "row":
            given = attributes.get("r")
            if given is not None and not (given.isascii() and given.isdigit()):
                raise Refused("R05", f"行号“{given[:20]}”无效，请在WPS或Excel中打开后重新保存")
            self.row = int(given) if given is not None else self.row + 1
            self.col = 0
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name == "c":
            if self.value is not None or self.formula_attributes is not None:
                self._keep()
        elif name == "v":
            self.value, self.taking = "".join(self.pieces), False
        elif name == "t":
            if self.taking:
                self.value, self.taking = (self.value or "") + "".join(self.pieces), False
        elif name == "f":
            self.formula, self.taking = "".join(self.pieces), False
        elif name == "rPh":
            self.skip = False

    def text(self, text: str) -> None:
        if self.taking:
            self.pieces.append(text)

    def _locate(self, address: str | None) -> None:
        if address is None:
            self.col += 1
        else:
            letters = address.rstrip("0123456789")
            digits = address[len(letters) :]
            if not (digits and letters.isascii() and letters.isalpha() and len(letters) <= 3 and len(digits) <= 7):  # noqa: PLR2004  # XFD1048576
                raise Refused("R05", f"单元格地址“{address[:20]}”无效，请在WPS或Excel中打开后重新保存")
            self.row, self.col = int(digits), _column(letters)
        if not (0 < self.row <= _LAST_ROW and self.col <= _LAST_COL):
            raise Refused("R05", f"单元格地址“{address or self.row}”超出表格范围，请在WPS或Excel中打开后重新保存")

    def _merge(self, text: str) -> None:
        ends = text.split(":")
        corners = [_ADDRESS.fullmatch(end) for end in (ends[0], ends[-1])]
        if corners[0] is None or corners[1] is None:
            raise Refused("R05", f"合并区域“{text[:30]}”无效，请在WPS或Excel中打开后重新保存")
        if len(self.merges) >= self.limits.max_merges:
            raise Refused("R06", f"合并区域多于{self.limits.max_merges}个（--max-merges）")
        (first_col, first_row), (last_col, last_row) = ((_column(m[1]), int(m[2])) for m in corners if m)
        self.merges.append(Range(first_row, first_col, last_row, last_col))

    def _keep(self) -> None:
        at = (self.row, self.col)
        attributes = self.attributes
        formula = None if self.formula_attributes is None else self._formula(self.formula_attributes)
        text, kind = self._value(attributes.get("t", "n"))
        if kind == "none" and formula is None:
            return
        if at in self.cells:
            raise Refused("R05", f"{cell_name(*at)}出现了两次，请在WPS或Excel中打开后重新保存")
        if len(self.cells) >= self.left:
            raise Refused("R06", f"有内容的单元格多于{self.limits.max_cells}个（--max-cells）")
        style = attributes.get("s", "0")
        index = int(style) if style.isascii() and style.isdigit() else 0
        number_format = self.styles[index] if index < len(self.styles) else ""
        self.cells[at] = Cell(self.row, self.col, text, kind, formula, number_format)

    def _formula(self, attributes: dict[str, str]) -> str:
        if attributes.get("t") != "shared" or "si" not in attributes:
            return self.formula
        if self.formula:
            self.shared[attributes["si"]] = (self.formula, self.row, self.col)
            return self.formula
        first, row, col = self.shared.get(attributes["si"], ("", self.row, self.col))
        return shift(first, self.row - row, self.col - col)

    def _value(self, sort: str) -> tuple[str, str]:
        value = self.value
        if value is None:
            return "", "none"
        if sort == "s":
            index = value.strip()
            if not (index.isascii() and index.isdigit() and int(index) < len(self.strings)):
                raise Refused("R05", f"{cell_name(self.row, self.col)}的文字编号无效，请在WPS或Excel中打开后重新保存")
            text = self.strings[int(index)]
            return text, "text" if text else "none"
        if sort in {"str", "inlineStr", "d"}:
            if len(value) > self.limits.max_text:
                raise Refused("R06", f"{cell_name(self.row, self.col)}的文字长于{self.limits.max_text}字")
            text = plain_text(value)
            return text, "text" if text or self.formula_attributes is not None else "none"
        stripped = value.strip()
        if sort == "b":
            return ("TRUE" if stripped == "1" else "FALSE"), "bool"
        if sort == "e":
            return plain_text(stripped), "error"
        return (number_text(stripped, cell_name(self.row, self.col)), "number") if stripped else ("", "none")


def read_sheet(
    data: bytes, strings: Sequence[str], styles: Sequence[str], limits: Limits, left: int
) -> tuple[dict[tuple[int, int], Cell], tuple[Range, ...]]:
    """Read one worksheet part.

    Args:
        data: the part's XML.
        strings: the shared strings.
        styles: the number format of each cell style.
        limits: the budgets.
        left: how many filled cells may still come.

    Returns:
        The filled cells by (row, column), and the merged ranges.

    Raises:
        Refused: for anything invalid, with its address, or over a budget.
    """
    state = _State(strings, styles, limits, left)
    parse_xml(data, state.start, state.end, state.text)
    return state.cells, tuple(state.merges)
