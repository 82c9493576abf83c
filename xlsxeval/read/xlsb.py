"""Binary workbooks (.xlsb), by pyxlsb: values only, without formulas, formats and merged cells."""

from __future__ import annotations

import io

import pyxlsb

from xlsxeval.read.cells import Cell, Limits, Workbook
from xlsxeval.read.typed import CellStore
from xlsxeval.read.worksheet import number_text

NOTE = "这是二进制工作簿（.xlsb），读不到公式，只核对了数值。"


def open_xlsb(data: bytes, limits: Limits) -> Workbook:
    """Read a workbook from its bytes, which were counted before."""
    sheets, count = [], 0
    with pyxlsb.open_workbook(io.BytesIO(data)) as book:
        for name in book.sheets:
            store = CellStore(limits, count)
            with book.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    for cell in row:
                        store.keep(_cell(cell.r + 1, cell.c + 1, cell.v))
            count = store.count
            sheets.append(store.sheet(name))
    return Workbook(tuple(sheets), notes=(NOTE,))


def _cell(row: int, col: int, value: object) -> Cell:
    if isinstance(value, bool):
        return Cell(row, col, "TRUE" if value else "FALSE", "bool")
    if isinstance(value, int | float):
        return Cell(row, col, number_text(repr(value)) or "", "number")
    text = "" if value is None else str(value)
    return Cell(row, col, text, "error" if text.startswith("0x") else "text")
