"""From aligned labels to answers: a blank stands right of its label, or under its head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsxeval.filing import Answer, FormAnswers, Line, Missing, YearSeen, head_cells
from xlsxeval.forms.model import Blank, Field, Table
from xlsxeval.forms.place import Region, cell_name
from xlsxeval.read.align import Alignment, Position
from xlsxeval.read.answers import read_answer
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.text import label_key


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet seen by position: merged cells show what stands in their first cell."""

    sheet: Sheet
    covers: Mapping[Position, Range]
    last_row: int

    def merged(self, row: int, col: int) -> Range:
        """Give the merged range a cell belongs to, or the cell alone."""
        return self.covers.get((row, col)) or Range(row, col, row, col)

    def at(self, row: int, col: int) -> Cell | None:
        """Give the cell, or the first cell of the merged range it belongs to."""
        found = self.sheet.cells.get((row, col))
        if found is None and (row, col) in self.covers:
            whole = self.covers[row, col]
            return self.sheet.cells.get((whole.first_row, whole.first_col))
        return found


#: A merged range over more cells than this is no part of a form.
_LARGEST_MERGE = 5_000


def make_grid(sheet: Sheet) -> Grid:
    """Index the merged ranges of a sheet by the cells they cover."""
    covers: dict[Position, Range] = {}
    for whole in sheet.merges:
        if (whole.last_row - whole.first_row + 1) * (whole.last_col - whole.first_col + 1) <= _LARGEST_MERGE:
            for row in range(whole.first_row, whole.last_row + 1):
                for col in range(whole.first_col, whole.last_col + 1):
                    covers[row, col] = whole
    return Grid(sheet, covers, max((row for row, _ in sheet.cells), default=0))


def locate(alignment: Alignment, grid: Grid, amount_unit: str) -> FormAnswers:
    """Read every blank of an aligned form.

    Args:
        alignment: which label stands where.
        grid: the sheet.
        amount_unit: what amounts are counted in.
    """
    form = alignment.form
    rows = _sheet_rows(alignment, grid)
    columns = _label_columns(alignment)
    fields = {}
    for blank in form.blanks:
        if blank.name in form.fields:
            row, col = _position(blank, alignment, grid, rows, columns)
            fields[blank.name] = read_answer(grid.at(row, col), row, col, form.fields[blank.name].kind, amount_unit)
    regions = {table.name: _region(table, alignment, grid, rows) for table in form.tables.values()}
    tables = {
        name: tuple(_lines(form.tables[name], region, alignment, grid, amount_unit)) for name, region in regions.items()
    }
    labels = {index: cell_name(*position) for index, position in alignment.labels.items()}
    years = tuple(_years(alignment, grid))
    year = _most_common([seen.year - seen.offset for seen in years])
    return FormAnswers(
        form, grid.sheet.name, year, fields, tables, regions, head_cells(form, labels), years, _missing(alignment)
    )


def _label_columns(alignment: Alignment) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, col in sorted(alignment.labels.values()):
        found.setdefault(row, []).append(col)
    return found


def _sheet_rows(alignment: Alignment, grid: Grid) -> dict[int, int]:
    """Give the sheet row of each row of the picture; a row without labels is looked for below its heads."""
    form, rows = alignment.form, dict(alignment.rows)
    for picture_row in range(form.heights):
        if picture_row in rows or any(table.row == picture_row for table in form.tables.values()):
            continue
        above = max((row for row in rows if row < picture_row), default=None)
        if above is None:
            continue
        below = min((row for row in alignment.rows if row > picture_row), default=None)
        start = _below(above, rows[above], alignment, grid)
        end = alignment.rows[below] if below is not None else start + 1
        heads = {blank.head for blank in form.blanks if blank.box.row == picture_row and blank.head is not None}
        cols = [alignment.labels[index][1] for index in heads if index in alignment.labels]
        filled = (row for row in range(start, end) if any(grid.sheet.cells.get((row, col)) for col in cols))
        rows[picture_row] = next(filled, start)
    return rows


def _below(picture_row: int, row: int, alignment: Alignment, grid: Grid) -> int:
    """Give the first sheet row under a row of heads, which may be merged over several rows."""
    spans = [
        grid.merged(*position).last_row
        for index, position in alignment.labels.items()
        if alignment.form.labels[index].box.row == picture_row and alignment.form.labels[index].box.rows == 1
    ]
    return max(spans, default=row) + 1


def _position(
    blank: Blank, alignment: Alignment, grid: Grid, rows: Mapping[int, int], columns: Mapping[int, list[int]]
) -> Position:
    head = alignment.labels.get(blank.head) if blank.head is not None else None
    side = alignment.labels.get(blank.side) if blank.side is not None else None
    row = side[0] if side else rows.get(blank.box.row, 0)
    if head is not None:
        first, limit = head[1], _next_label(columns.get(head[0], []), head[1])
    elif side is not None:
        first = grid.merged(*side).last_col + 1
        limit = _next_label(columns.get(side[0], []), side[1])
    else:
        return row, 0
    if side and head and first <= side[1]:
        first = grid.merged(*side).last_col + 1
    filled = (col for col in range(first, limit) if (row, col) in grid.sheet.cells)
    found = grid.at(row, first)
    if found is not None:
        return found.row, found.col
    return row, next(filled, first)


#: How far right of its label an answer is looked for when no further label bounds the search.
_REACH = 12


def _next_label(columns: list[int], col: int) -> int:
    return next((other for other in columns if other > col), col + _REACH)


def _region(table: Table, alignment: Alignment, grid: Grid, rows: Mapping[int, int]) -> Region:
    above = max((row for row in rows if row < table.row), default=None)
    below = min((row for row in alignment.rows if row > table.row), default=None)
    first = 1 if above is None else _below(above, rows[above], alignment, grid)
    last = grid.last_row if below is None else alignment.rows[below] - 1
    return Region(first, last, {column: col for column, (_, col) in _heads(table, alignment).items()})


def _heads(table: Table, alignment: Alignment) -> dict[str, Position]:
    """Give where the head of each column was met."""
    found: dict[str, Position] = {}
    for blank in alignment.form.blanks:
        name, _, column = blank.name.partition(".")
        if name == table.name and column in table.columns and blank.head is not None and blank.head in alignment.labels:
            found[column] = alignment.labels[blank.head]
    return found


def _lines(table: Table, region: Region, alignment: Alignment, grid: Grid, amount_unit: str) -> Iterator[Line]:
    """Yield the lines that hold an answer of their own; repeated heads and empty lines are passed over."""
    keys = {column: label_key(grid.sheet.cells[at].text).key for column, at in _heads(table, alignment).items()}
    before: dict[str, Answer] = {}
    for row in range(region.first, region.last + 1):
        texts = {column: grid.sheet.cells.get((row, col)) for column, col in region.cols.items()}
        if _repeats_heads(texts, keys):
            continue
        line = {
            column: _line_answer(table, column, field, row, region, grid, amount_unit)
            for column, field in table.columns.items()
        }
        before = _inherit(table, line, before)
        own = (answer for column, answer in line.items() if column not in table.inherit)
        if any(answer.value is not None or answer.text for answer in own):
            yield {**line, **before}


def _repeats_heads(texts: Mapping[str, Cell | None], keys: Mapping[str, str]) -> bool:
    same = sum(cell is not None and cell.kind == "text" and label_key(cell.text).key == keys.get(column)
               for column, cell in texts.items())  # fmt: skip
    return same > 1


def _line_answer(
    table: Table, column: str, field: Field, row: int, region: Region, grid: Grid, amount_unit: str
) -> Answer:
    col = region.cols.get(column, 0)
    cell = grid.at(row, col) if column in table.inherit else grid.sheet.cells.get((row, col))
    at_row, at_col = (cell.row, cell.col) if cell else (row, col)
    return read_answer(cell, at_row, at_col, field.kind, amount_unit)


def _inherit(table: Table, line: Line, before: Mapping[str, Answer]) -> dict[str, Answer]:
    """Fill the inherited columns from the line above; under a new heading a blank stays blank."""
    found: dict[str, Answer] = {}
    fresh = False
    for column in table.inherit:
        answer = line[column]
        old = before.get(column)
        fresh = fresh or (answer.value is not None and (old is None or answer.value != old.value))
        found[column] = answer if answer.value is not None or fresh or old is None else old
    return found


def _years(alignment: Alignment, grid: Grid) -> Iterator[YearSeen]:
    for index, position in sorted(alignment.labels.items()):
        offsets = alignment.form.labels[index].year_offsets
        text = grid.sheet.cells[position].text
        for year, offset in zip(label_key(text).years, offsets, strict=False):
            yield YearSeen(year, offset, cell_name(*position), " ".join(text.split()))


def _most_common(years: list[int]) -> int | None:
    return max(years, key=lambda year: (years.count(year), year)) if years else None


def _missing(alignment: Alignment) -> tuple[Missing, ...]:
    """Give the labels that blanks depend on and that were not met; nearest texts are looked up by the caller."""
    needed = {index for blank in alignment.form.blanks for index in (blank.head, blank.side) if index is not None}
    lost = [index for index in sorted(needed) if index not in alignment.labels]
    return tuple(Missing(alignment.form.labels[index].text, "", "") for index in lost)
