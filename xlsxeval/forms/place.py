"""Lay out a form for given numbers of lines in its tables: the rows, columns (from 1) and addresses of everything.

Example: a picture of 3 rows whose second row is a table, with 2 lines in it: row 1 of the sheet; rows 2 to 5 for the
table (2 lines between 2 thin lines); row 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from xlsxeval.a1 import cell_name, column_range
from xlsxeval.forms.model import Box, Form
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Ref

#: A table has one thin line above and one below its lines. Sums run from the upper to the lower thin line, so that
#: they include lines that are inserted before the first or after the last line.
ANCHORS = 2


class TableArea(NamedTuple):
    """The lines of a table on a sheet: first and last row, thin lines included, and column name -> its number."""

    first: int
    last: int
    cols: Mapping[str, int]

    def column(self, name: str) -> str:
        """Give the address of a whole column: ``I14:I47``."""
        return column_range(self.first, self.last, self.cols[name])


class Layout(NamedTuple):
    """The positions of a form on its sheet.

    Attributes:
        form: the form.
        tops: for each row of the picture, its first row on the sheet.
        fields: name -> (row, column).
        regions: table -> its lines.
        last_row: the last row of the form.
    """

    form: Form
    tops: tuple[int, ...]
    fields: Mapping[str, tuple[int, int]]
    regions: Mapping[str, TableArea]
    last_row: int

    def head(self, table: str, column: str) -> tuple[int, int]:
        """Give row and column of the head of a table's column; without a head, of the column's first cell."""
        blank = next(blank for blank in self.form.blanks if blank.name == f"{table}.{column}")
        if blank.head is None:
            return self.regions[table].first, self.regions[table].cols[column]
        box = self.form.labels[blank.head].box
        return self.tops[box.row], box.col + 1

    def box(self, box: Box) -> tuple[int, int, int, int]:
        """Give first row, first column, last row, last column of a region of the picture."""
        end = box.row + box.rows
        last = self.tops[end] - 1 if end < len(self.tops) else self.last_row
        return self.tops[box.row], box.col + 1, last, box.col + box.cols


def place(form: Form, lines: Mapping[str, int]) -> Layout:
    """Lay out a form; ``lines`` gives the number of lines of each table."""
    repeated = {table.row: table.name for table in form.tables.values()}
    tops, row = [], 1
    regions: dict[str, TableArea] = {}
    cols = {blank.name: blank.box.col + 1 for blank in form.blanks}
    for picture_row in range(form.heights):
        tops.append(row)
        name = repeated.get(picture_row)
        if name is None:
            row += 1
            continue
        last = row + lines.get(name, 0) + ANCHORS - 1
        columns = form.tables[name].columns
        regions[name] = TableArea(row, last, {column: cols[f"{name}.{column}"] for column in columns})
        row = last + 1
    fields = {
        blank.name: (tops[blank.box.row], blank.box.col + 1) for blank in form.blanks if blank.name in form.fields
    }
    return Layout(form, tuple(tops), fields, regions, row - 1)


def address(ref: Ref, fields: Mapping[str, str], regions: Mapping[str, TableArea], line: int = 0) -> str:
    """Give the address that replaces a name in an Excel formula.

    Args:
        ref: the name.
        fields: field -> address.
        regions: table -> its lines on the sheet.
        line: the row of the line for which the formula is written, for names inside a table.
    """
    match ref:
        case FieldRef(_, name):
            return fields[name]
        case Column(_, table, name):
            return regions[table].column(name)
        case LineCell(_, table, name):
            return cell_name(line, regions[table].cols[name])
