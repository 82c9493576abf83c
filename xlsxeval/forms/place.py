"""Where everything stands when a form is laid out with so many lines: rows, columns and addresses from 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from xlsxeval.a1 import cell_name, column_range
from xlsxeval.forms.model import Box, Form
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Ref

#: Above and below the lines of a table stands one thin line each: sums reach from the one to the other, so
#: lines inserted directly under the first or above the last still count.
ANCHORS = 2


class TableArea(NamedTuple):
    """The lines of a table on a sheet: from ``first`` to ``last`` row, anchors included, and its columns."""

    first: int
    last: int
    cols: Mapping[str, int]

    def column(self, name: str) -> str:
        """Give the address of a whole column."""
        return column_range(self.first, self.last, self.cols[name])


class Layout(NamedTuple):
    """A form laid out; ``tops`` maps each row of the picture to its first row on the sheet."""

    form: Form
    tops: tuple[int, ...]
    fields: Mapping[str, tuple[int, int]]
    regions: Mapping[str, TableArea]
    last_row: int

    def head(self, table: str, column: str) -> tuple[int, int]:
        """Give row and column of the head of a table's column; of the column's first cell if it has none."""
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
    """Lay out a form with so many lines in each of its tables."""
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
    """Give what stands in a formula for a name, given the addresses of the form's blanks.

    Args:
        ref: the name.
        fields: field -> address.
        regions: table -> where its lines are.
        line: the row of the line at hand, for names inside a table.
    """
    match ref:
        case FieldRef(_, name):
            return fields[name]
        case Column(_, table, name):
            return regions[table].column(name)
        case LineCell(_, table, name):
            return cell_name(line, regions[table].cols[name])
