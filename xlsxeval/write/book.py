"""What all sheets of a workbook share while it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlsxeval.filing import Filing
from xlsxeval.forms.place import Layout, place
from xlsxeval.rules.calculate import Numbers, numbers_of
from xlsxeval.write.looks import LOOKS, MARKS

_A4 = 9
_PROTECTION = {
    "insert_rows": True,
    "delete_rows": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}

#: First row, first column, last row, last column, from 1.
Area: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being written, and the filing that goes into it."""

    file: xlsxwriter.Workbook
    filing: Filing
    numbers: Numbers
    pages: Mapping[str, Layout]
    protect: bool
    _formats: dict[tuple[str, str], Format] = field(default_factory=dict)

    @classmethod
    def of(cls, file: xlsxwriter.Workbook, filing: Filing, *, protect: bool) -> Book:
        """Lay out the forms of a filing."""
        pages = {
            name: place(answers.form, {table: len(lines) for table, lines in answers.tables.items()})
            for name, answers in filing.forms.items()
        }
        return cls(file, filing, numbers_of(filing), pages, protect)

    def format(self, look: str, number_format: str = "") -> Format:
        """Give the format of a look."""
        key = (look, number_format)
        if key not in self._formats:
            extra = {"num_format": number_format} if number_format else {}
            self._formats[key] = self.file.add_format({**LOOKS[look], **extra})
        return self._formats[key]

    def mark(self, name: str) -> Format:
        """Give the format that a condition lays over a cell."""
        key = (f"mark {name}", "")
        if key not in self._formats:
            self._formats[key] = self.file.add_format(MARKS[name])
        return self._formats[key]

    def identity(self, form: str = "") -> str:
        """Give the text by which a form is known again after its labels were changed."""
        formset, year = self.filing.formset, self.filing.year
        return " ".join(filter(None, ["xlsxeval", formset.name, form, str(year or ""), f"v{formset.version or 0}"]))

    def finish(self, sheet: Worksheet, last_row: int, last_col: int, *, footer: str, landscape: bool) -> None:
        """Set up page, footer and protection of a sheet."""
        sheet.set_paper(_A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last_row - 1, last_col - 1)
        sheet.hide_gridlines(2)
        version = f"　版本{self.filing.formset.version}" if self.filing.formset.version else ""
        sheet.set_footer(f"&L{(footer + version).replace('&', '&&')}&R第 &P 页 共 &N 页")
        if self.protect:
            sheet.protect("", _PROTECTION)


def merge(sheet: Worksheet, area: Area, cell_format: Format) -> None:
    """Format an area as one cell."""
    first_row, first_col, last_row, last_col = area
    if (first_row, first_col) == (last_row, last_col):
        sheet.write_blank(first_row - 1, first_col - 1, None, cell_format)
    else:
        sheet.merge_range(first_row - 1, first_col - 1, last_row - 1, last_col - 1, "", cell_format)
