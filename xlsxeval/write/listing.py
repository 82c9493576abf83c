"""A list as a workbook: a table with a filter, that prints on A4; formulas above it count its rows by one column."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import xlsxwriter

from xlsxeval.a1 import fixed_column_range
from xlsxeval.text import display_width
from xlsxeval.write.looks import FONT, TITLE_FONT

_BASE: Mapping[str, object] = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "text_wrap": True}
_BOXED: Mapping[str, object] = {**_BASE, "border": 1, "border_color": "#BDBDBD"}
_HEAD: Mapping[str, object] = {**_BOXED, "bold": True, "align": "center", "bg_color": "#ECEFF1"}
_A4 = 9
#: Points of a line of text, and the most lines of a row (Excel allows 409 points).
_LINE, _MOST_LINES = 13.5, 29


class Column(NamedTuple):
    """A column: its head, its width in characters, and whether it is set in the middle."""

    head: str
    width: float
    middle: bool = False


class List(NamedTuple):
    """A sheet with a list.

    Attributes:
        name: the name of the sheet.
        title: the title above the list.
        about: what else stands there, a line each.
        columns: its columns.
        rows: its rows; numbers are written as numbers, all else as texts.
        counted: number of the column (from 0) whose values are counted above the list; None for no counts.
        values: the values to count -> background colour of the rows' cells in that column; empty for none.
    """

    name: str
    title: str
    about: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int]]
    counted: int | None = None
    values: Mapping[str, str] = {}


def list_book(lists: Iterable[List], title: str) -> bytes:
    """Write lists as one .xlsx, a sheet each; the same bytes for the same lists.

    Args:
        lists: the lists.
        title: the title of the workbook.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001  # fixed, so that runs agree
    for one in lists:
        _write(book, one)
    book.close()
    return buffer.getvalue()


def _write(book: xlsxwriter.Workbook, one: List) -> None:
    sheet = book.add_worksheet(one.name)
    title = book.add_format({**_BASE, "font_name": TITLE_FONT, "font_size": 16, "text_wrap": False})
    line = book.add_format({**_BASE, "text_wrap": False, "font_color": "#616161"})
    head, left, middle = (book.add_format({**look}) for look in (_HEAD, _BOXED, {**_BOXED, "align": "center"}))
    for number, column in enumerate(one.columns):
        sheet.set_column(number, number, column.width)
    sheet.write_string(0, 0, one.title, title)
    sheet.set_row(0, 26)
    row = 1
    for text in one.about:
        sheet.write_string(row, 0, text, line)
        row += 1
    first = row + (3 if one.counted is not None else 1)
    if one.counted is not None:
        _write_counts(book, sheet, one, row, first)
    for number, column in enumerate(one.columns):
        sheet.write_string(first, number, column.head, head)
    sheet.set_row(first, 22)
    coloured = {
        value: book.add_format({**_BOXED, "align": "center", "bg_color": colour})
        for value, colour in one.values.items()
    }
    for down, cells in enumerate(one.rows, first + 1):
        sheet.set_row(down, _height(cells, one.columns))
        for number, (value, column) in enumerate(zip(cells, one.columns, strict=True)):
            look = middle if column.middle else left
            if number == one.counted:
                look = coloured.get(str(value), look)
            if isinstance(value, int):
                sheet.write_number(down, number, value, look)
            else:
                sheet.write_string(down, number, value, look)
    last = first + max(len(one.rows), 1)
    sheet.autofilter(first, 0, last, len(one.columns) - 1)
    sheet.freeze_panes(first + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C第&P页，共&N页")


def _height(cells: Sequence[str | int], columns: Sequence[Column]) -> float:
    """Give the height of a row in which no text is cut; Excel and WPS do not fit rows of a new file by themselves."""
    lines = [
        math.ceil((display_width(str(cell)) + 1) / (column.width - 1))
        for cell, column in zip(cells, columns, strict=True)
    ]
    return _LINE * min(max([*lines, 1]), _MOST_LINES) + 3


def _write_counts(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, one: List, row: int, first: int
) -> None:
    """Write how many rows have each value, and how many there are, as formulas over the list."""
    head, number = (
        book.add_format({**_BOXED, "align": "center", **more}) for more in ({"bg_color": "#ECEFF1"}, {"bold": True})
    )
    column = (one.counted or 0) + 1
    area = fixed_column_range(first + 2, first + 1 + max(len(one.rows), 1), column)
    found = [str(cells[column - 1]) for cells in one.rows]
    sheet.set_row(row, 2 * _LINE + 3)
    sheet.write_string(row, 0, "合计", head)
    sheet.write_formula(row + 1, 0, f"=COUNTA({area})", number, len(one.rows))
    for place, value in enumerate(one.values, 1):
        sheet.write_string(row, place, value, head)
        sheet.write_formula(row + 1, place, f'=COUNTIF({area},"{value}")', number, found.count(value))
