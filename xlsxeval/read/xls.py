"""Workbooks of Excel 97 to 2003 and of old WPS (.xls, .et), by xlrd; their formulas cannot be read."""

from __future__ import annotations

import io

import xlrd

from xlsxeval.read.cells import LOCKED, Cell, Limits, Range, Refused, Sheet, Workbook, damaged
from xlsxeval.read.package import refuse_other_file
from xlsxeval.read.typed import CellStore
from xlsxeval.read.worksheet import number_text

NOTE = "这是旧格式的工作簿（.xls或.et），读不到公式，只核对了数值。"
_STATES = {0: "visible", 1: "hidden", 2: "veryHidden"}


def open_xls(data: bytes, limits: Limits) -> Workbook:
    """Read a workbook from its bytes.

    Raises:
        Refused: for a password, damage, too much content, or if it is something else that only mentions a workbook.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO(), on_demand=True
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise Refused("R03", LOCKED) from None
        if "find workbook" in str(error):
            raise refuse_other_file(data) from None
        raise damaged("旧格式的工作簿读不了") from error
    sheets, count = [], 0
    for index in range(book.nsheets):
        store = CellStore(limits, count)
        sheets.append(_sheet(book, index, store))
        count = store.count
        book.unload_sheet(index)
    return Workbook(tuple(sheets), date1904=bool(book.datemode), notes=(NOTE,))


def _sheet(book: xlrd.Book, index: int, store: CellStore) -> Sheet:
    sheet = book.sheet_by_index(index)
    for row in range(sheet.nrows):
        for col in range(sheet.row_len(row)):
            cell = sheet.cell(row, col)
            store.keep(_cell(book, row + 1, col + 1, cell))
    for first_row, last_row, first_col, last_col in sheet.merged_cells:
        store.merge(Range(first_row + 1, first_col + 1, last_row, last_col))
    hidden = (row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    return store.sheet(sheet.name, _STATES.get(sheet.visibility, "hidden"), hidden)


def _cell(book: xlrd.Book, row: int, col: int, cell: xlrd.sheet.Cell) -> Cell:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return Cell(row, col, cell.value, "text")
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return Cell(row, col, number_text(repr(cell.value)) or "", "number", None, _format(book, cell))
        case xlrd.XL_CELL_BOOLEAN:
            return Cell(row, col, "TRUE" if cell.value else "FALSE", "bool")
        case xlrd.XL_CELL_ERROR:
            return Cell(row, col, xlrd.error_text_from_code.get(cell.value, "#N/A"), "error")
        case _:
            return Cell(row, col, "", "none")


def _format(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.xf_index is None:
        return ""
    code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    return "" if code == "General" else str(code)
