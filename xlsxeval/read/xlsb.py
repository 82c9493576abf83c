"""Binary workbooks (.xlsb), with the records read by pyxlsb: values only, no formulas, formats and merged cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from pyxlsb import biff12
from pyxlsb.reader import BIFF12Reader

from xlsxeval.read.cells import Cell, Sheet, Workbook
from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.limits import TAGS_OF_A_RECORD, Limits
from xlsxeval.read.package import Package, inflate, relations
from xlsxeval.read.refusals import damaged, quoted, too_much
from xlsxeval.read.typed import CellStore
from xlsxeval.read.worksheet import number_text

NOTE = "这是二进制工作簿（.xlsb），读不到公式，只核对了数值。"
_BOOK, _TEXTS = "xl/workbook.bin", "xl/sharedStrings.bin"
_BOOLS = (biff12.BOOL, biff12.FORMULA_BOOL)
_ERRORS = (biff12.BOOLERR, biff12.FORMULA_BOOLERR)
_NUMBERS = (biff12.NUM, biff12.FLOAT, biff12.FORMULA_FLOAT)
_ERROR_TEXTS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!"}


def read_xlsb(package: Package) -> Workbook:
    """Read a workbook from its container.

    Raises:
        Refused: for damage, or too much content.
    """
    limits = package.limits
    budget = _Budget(limits)
    names = _sheet_names(package, budget)
    links = relations(package, _BOOK)
    texts = _shared_texts(package, budget)
    sheets: list[Sheet] = []
    owners: dict[str, str] = {}
    count = 0
    for name, link in names:
        if link not in links:
            raise damaged(f"找不到工作表“{quoted(name)}”的内容")
        if links[link].kind != "worksheet":
            continue
        part = links[link].target
        other = owners.setdefault(part.lower(), name)
        if other is not name:
            raise damaged(f"工作表“{quoted(other)}”和“{quoted(name)}”共用一个部分")
        store = CellStore(limits, count)
        for cell in _cells(_records(package, part, budget), texts):
            store.keep(cell)
        count = store.count
        sheets.append(store.sheet(name))
    return Workbook(tuple(sheets), notes=(NOTE,))


def _sheet_names(package: Package, budget: _Budget) -> list[tuple[str, str]]:
    """Give the name and the relationship id of each sheet."""
    names: list[tuple[str, str]] = []
    for kind, record in _records(package, _BOOK, budget):
        if kind == biff12.SHEET:
            names.append((record.name or "", record.rId or ""))
            if len(names) > package.limits.max_sheets:
                raise too_much(f"工作表多于{package.limits.max_sheets}个", "max-sheets")
        elif kind == biff12.SHEETS_END:
            return names
    raise damaged("工作表的目录不完整")


def _shared_texts(package: Package, budget: _Budget) -> list[str]:
    """Give the shared texts in their order."""
    texts: list[str] = []
    if _TEXTS.lower() not in package.members:
        return texts
    for kind, record in _records(package, _TEXTS, budget):
        if kind == biff12.SI:
            if len(texts) >= package.limits.max_strings:
                raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
            texts.append(record.t or "")
        elif kind == biff12.SST_END:
            return texts
    raise damaged("共用的文字不完整")


def _cells(records: Iterator[tuple[int, Any]], texts: Sequence[str]) -> Iterator[Cell]:
    """Yield the filled cells of one sheet."""
    row = 0
    for kind, record in records:
        if kind == biff12.SHEETDATA_END:
            return
        if kind == biff12.ROW:
            row = _number(record.r) + 1
        elif biff12.BLANK < kind <= biff12.FORMULA_BOOLERR and record.v is not None:
            yield _cell(row, _number(record.c) + 1, kind, record.v, texts)
    raise damaged("工作表的内容不完整")


def _number(value: int | None) -> int:
    """Give the value back; refuse a record without it."""
    if value is None:
        raise damaged("工作表里有不完整的记录")
    return value


def _cell(row: int, col: int, kind: int, value: Any, texts: Sequence[str]) -> Cell:
    if kind == biff12.STRING:
        if value >= len(texts):
            raise damaged(f"文字编号“{value}”无效")
        return Cell(row, col, texts[value], "text")
    if kind in _BOOLS:
        return Cell(row, col, "TRUE" if value else "FALSE", "bool")
    if kind in _ERRORS:
        return Cell(row, col, _ERROR_TEXTS.get(int(value, 16), "#N/A"), "error")
    if kind in _NUMBERS:
        return Cell(row, col, number_text(repr(value)) or "", "number")
    return Cell(row, col, str(value), "text")


class _Budget:
    """Counts the records of a file."""

    def __init__(self, limits: Limits) -> None:
        """Begin with the whole budget."""
        self.most = self.left = limits.max_tags // TAGS_OF_A_RECORD

    def count(self) -> None:
        """Count one record."""
        self.left -= 1
        if self.left < 0:
            raise too_much(f"文件内部的记录多于{self.most}个", "max-tags")


class _RecordReader(BIFF12Reader):  # type: ignore[misc]  # pyxlsb has no types
    """Reads the records of one part, and counts them."""

    def __init__(self, content: bytes, budget: _Budget) -> None:
        """Begin at the first record."""
        super().__init__(io.BytesIO(content))
        self.budget = budget

    def read_id(self) -> int | None:
        """Give the kind of the next record, None at the end."""
        self.budget.count()
        number: int | None = super().read_id()
        return number


def _records(package: Package, part: str, budget: _Budget) -> Iterator[tuple[int, Any]]:
    """Yield the known records of a part, as (kind, pyxlsb's value)."""
    reader = _RecordReader(b"".join(inflate(package, part)), budget)
    while True:
        with foreign_parser():
            record = next(reader, None)
        if record is None:
            return
        yield record
