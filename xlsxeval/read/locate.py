"""From aligned labels to answers: a blank stands right of its label, or under its head."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Answer, FormAnswers, Line, Missing, Repair, YearSeen, head_cells
from xlsxeval.forms.model import Blank, Field, Form, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.read.align import Alignment, Position, label_and_value, needed_labels
from xlsxeval.read.answers import read_answer
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import too_many_lines
from xlsxeval.read.repair import complete, first_level, offset_of, vocabulary
from xlsxeval.text import label_key


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet seen by position: merged cells show what stands in their first cell."""

    sheet: Sheet
    covers: Mapping[Position, Range]
    #: The rows that hold anything, in order.
    rows: tuple[int, ...]
    #: Whether the sheet may come from a Word file or a PDF: only those lose cells, and they have no formulas.
    converted: bool

    def rows_between(self, first: int, last: int) -> tuple[int, ...]:
        """Give the rows from ``first`` to ``last`` that hold anything."""
        return self.rows[bisect_left(self.rows, first) : bisect_right(self.rows, last)]

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


#: A merged range over more cells than this is no part of a form, nor are more merged cells than that in all.
_LARGEST_MERGE, _MOST_MERGED = 5_000, 300_000


def make_grid(sheet: Sheet) -> Grid:
    """Index the merged ranges of a sheet by the cells they cover."""
    covers: dict[Position, Range] = {}
    for whole in sheet.merges:
        if (
            len(covers) < _MOST_MERGED
            and (whole.last_row - whole.first_row + 1) * (whole.last_col - whole.first_col + 1) <= _LARGEST_MERGE
        ):
            for row in range(whole.first_row, whole.last_row + 1):
                for col in range(whole.first_col, whole.last_col + 1):
                    covers[row, col] = whole
    converted = all(cell.formula is None for cell in sheet.cells.values())
    return Grid(sheet, covers, tuple(sorted({row for row, _ in sheet.cells})), converted)


def locate(alignment: Alignment, grid: Grid, amount_unit: str, limits: Limits = Limits()) -> FormAnswers:
    """Read every blank of an aligned form.

    Args:
        alignment: which label stands where.
        grid: the sheet.
        amount_unit: what amounts are counted in.
        limits: the budgets.

    Raises:
        Refused: for a list with too many lines.
    """
    form = alignment.form
    rows = _sheet_rows(alignment, grid)
    fields = {}
    for blank in form.blanks:
        if blank.name in form.fields:
            at = _position(blank, alignment, grid, rows)
            kind = form.fields[blank.name].kind
            cell = grid.at(*at) if at else None
            if cell is None:
                cell = _in_label(blank, alignment, grid)
                at = (cell.row, cell.col) if cell else at
            fields[blank.name] = read_answer(cell, *at, kind, amount_unit) if at else _UNKNOWN
    regions = {table.name: _region(table, alignment, grid, rows) for table in form.tables.values()}
    if any(len(grid.rows_between(region.first, region.last)) > limits.max_lines for region in regions.values()):
        raise too_many_lines(limits)
    repairs: list[Repair] = []
    tables = {
        name: tuple(_lines(form.tables[name], region, alignment, grid, amount_unit, repairs))
        for name, region in regions.items()
    }
    if grid.converted:
        fields |= _strayed(alignment, grid, fields, amount_unit, repairs)
    labels = {index: cell_name(*position) for index, position in alignment.labels.items()}
    years = tuple(_years(alignment, grid))
    year = _most_common([seen.year - seen.offset for seen in years])
    return FormAnswers(
        form,
        grid.sheet.name,
        year,
        fields,
        tables,
        regions,
        head_cells(form, labels),
        years,
        _missing(alignment),
        tuple(repairs),
        amount_unit,
    )


#: The answer of a blank that was not found.
_UNKNOWN = Answer(None, "", "")


def _sheet_rows(alignment: Alignment, grid: Grid) -> dict[int, int]:
    """Give the sheet row of each row of the picture; a row that has no labels is looked for below its heads.

    A row whose labels were not met stays unknown: guessing would take one line's figures for another's.
    """
    form, rows = alignment.form, dict(alignment.rows)
    labelled = _labelled_rows(form)
    for picture_row, heads in _headed_rows(form).items():
        met = [alignment.labels[head] for head in heads if head in alignment.labels]
        above = max((row for row in labelled if row < picture_row), default=-1)
        if picture_row in labelled or above not in rows or not met:
            continue
        start = _below(above, rows[above], alignment, grid)
        below = min((row for row in alignment.rows if row > picture_row), default=None)
        end = alignment.rows[below] if below is not None else start + 1
        filled = (
            row for row in grid.rows_between(start, end - 1) if any(grid.sheet.cells.get((row, col)) for _, col in met)
        )
        rows[picture_row] = next(filled, start)
    return rows


@lru_cache(maxsize=256)
def _labelled_rows(form: Form) -> frozenset[int]:
    """Give the rows of the picture in which labels begin that blanks depend on."""
    return frozenset(form.labels[index].box.row for index in needed_labels(form))


@lru_cache(maxsize=256)
def _headed_rows(form: Form) -> Mapping[int, frozenset[int]]:
    """Give the rows of the picture that hold blanks, in order, each with the heads of those blanks."""
    rows = sorted({blank.box.row for blank in form.blanks})
    return {
        row: frozenset(blank.head for blank in form.blanks if blank.box.row == row and blank.head is not None)
        for row in rows
    }


@lru_cache(maxsize=256)
def _labels_by_row(form: Form) -> Mapping[int, tuple[int, ...]]:
    """Give the labels of each row of the picture that are one row high."""
    rows: dict[int, list[int]] = {}
    for index, label in enumerate(form.labels):
        if label.box.rows == 1:
            rows.setdefault(label.box.row, []).append(index)
    return {row: tuple(labels) for row, labels in rows.items()}


def _below(picture_row: int, row: int, alignment: Alignment, grid: Grid) -> int:
    """Give the first sheet row under a row of heads, which may be merged over several rows."""
    labels = _labels_by_row(alignment.form).get(picture_row, ())
    spans = [grid.merged(*alignment.labels[index]).last_row for index in labels if index in alignment.labels]
    return max(spans, default=row) + 1


def _position(blank: Blank, alignment: Alignment, grid: Grid, rows: Mapping[int, int]) -> Position | None:
    """Give where a blank stands, None if a label it depends on was not met."""
    needed = [index for index in (blank.head, blank.side) if index is not None]
    if any(index not in alignment.labels for index in needed):
        return None
    row = rows.get(blank.box.row) if blank.side is None else alignment.labels[blank.side][0]
    if row is None:
        return None
    anchor = needed[0]
    first = (
        alignment.labels[anchor][1] if blank.head is not None else grid.merged(*alignment.labels[anchor]).last_col + 1
    )
    found = grid.at(row, first)
    if found is not None:
        return found.row, found.col
    filled = (col for col in range(first, _limit(anchor, first, alignment)) if (row, col) in grid.sheet.cells)
    return row, next(filled, first)


def _in_label(blank: Blank, alignment: Alignment, grid: Grid) -> Cell | None:
    """Give the value that stands behind a colon in the cell of the blank's own label."""
    position = alignment.labels.get(blank.side) if blank.side is not None else None
    cell = grid.sheet.cells.get(position) if position else None
    label, value = label_and_value(cell.text) if cell else ("", "")
    if cell is None or not value or blank.side is None:
        return None
    fits = label_key(label).key in alignment.form.labels[blank.side].keys
    return cell._replace(text=value, kind="text") if fits else None


#: How far right of its label an answer is looked for when no further label bounds the search.
_REACH = 12


def _strayed(
    alignment: Alignment, grid: Grid, fields: Mapping[str, Answer], amount_unit: str, repairs: list[Repair]
) -> dict[str, Answer]:
    """Find the number of a blank that is alone in its row and was pushed out from under its head."""
    form, found = alignment.form, {}
    taken = set(alignment.labels.values())
    for blank in form.blanks:
        answer = fields.get(blank.name)
        if answer is None or not answer.cell or answer.text or blank.head is None or blank.side is None:
            continue
        alone = sum(other.box.row == blank.box.row for other in form.blanks) == 1
        if not alone or not form.fields[blank.name].kind.numeric or blank.side not in alignment.labels:
            continue
        row, col = alignment.labels[blank.side]
        last = grid.merged(row, col).last_col
        cells = [cell for at, cell in grid.sheet.cells.items() if at[0] == row and at[1] > last and at not in taken]
        if len(cells) == 1 and cells[0].kind == "number" and cells[0].formula is None and cells[0].col <= last + _REACH:
            found[blank.name] = read_answer(cells[0], row, cells[0].col, form.fields[blank.name].kind, amount_unit)
            cell = cell_name(row, cells[0].col)
            repairs.append(Repair(cell, f"“{blank.name}”的数不在它的栏目下面，按{cells[0].text}读取"))
    return found


def _limit(anchor: int, first: int, alignment: Alignment) -> int:
    """Give the column before which an answer must stand: that of the next label; if that was not met, no search."""
    after = _next_label(alignment.form, anchor)
    if after is None:
        return first + _REACH
    return alignment.labels.get(after, (0, first + 1))[1]


@lru_cache(maxsize=4096)
def _next_label(form: Form, anchor: int) -> int | None:
    """Give the label to the right of a label in the same row of the picture."""
    box = form.labels[anchor].box
    after = [
        (other.box.col, index)
        for index, other in enumerate(form.labels)
        if other.box.row == box.row and other.box.col > box.col
    ]
    return min(after)[1] if after else None


def _region(table: Table, alignment: Alignment, grid: Grid, rows: Mapping[int, int]) -> TableArea:
    labelled = _labelled_rows(alignment.form)
    cols = {column: col for column, (_, col) in _heads(table, alignment).items()}
    above = max((row for row in labelled if row < table.row), default=-1)
    below = min((row for row in labelled if row > table.row), default=-1)
    if above not in rows:
        return TableArea(1, 0, cols)
    first = _below(above, rows[above], alignment, grid)
    if below in alignment.rows:
        return TableArea(first, alignment.rows[below] - 1, cols)
    # The row below was not met: cut off with the end of the page, or its label lost, and then the end is unknown.
    cut_off = not any(row > table.row for row in alignment.rows)
    return TableArea(first, max(grid.rows, default=0) if cut_off else first - 1, cols)


def _heads(table: Table, alignment: Alignment) -> dict[str, Position]:
    """Give where the head of each column was met."""
    found: dict[str, Position] = {}
    for blank in alignment.form.blanks:
        name, _, column = blank.name.partition(".")
        if name == table.name and column in table.columns and blank.head is not None and blank.head in alignment.labels:
            found[column] = alignment.labels[blank.head]
    return found


def _lines(
    table: Table, region: TableArea, alignment: Alignment, grid: Grid, amount_unit: str, repairs: list[Repair]
) -> Iterator[Line]:
    """Yield the lines that hold an answer of their own; repeated heads and empty lines are passed over."""
    keys = {column: label_key(grid.sheet.cells[at].text).key for column, at in _heads(table, alignment).items()}
    before: dict[str, Answer] = {}
    guessed = ""
    known = vocabulary(alignment.form, table.name)
    for row in grid.rows_between(region.first, region.last):
        texts = {column: grid.sheet.cells.get((row, col)) for column, col in region.cols.items()}
        if _repeats_heads(texts, keys):
            continue
        aside = offset_of(table, known, region.cols, grid.sheet.cells, row) if grid.converted else 0
        line = {
            column: _line_answer(table, column, field, row, region, grid, amount_unit, aside)
            for column, field in table.columns.items()
        }
        changed, done = complete(known, line) if grid.converted else ({}, [])
        line |= changed
        before = _inherit(table, line, before)
        whole = {**line, **before}
        # A first level that was guessed holds for its second level only, not for those that follow.
        first, column = first_level(table, known, whole, guessed) if grid.converted else ("", "")
        if column:
            before[column] = whole[column]._replace(value=first or None, text="")
            guessed = first
            if first:
                done.append(f"“{column}”没有了，按“{first}”读取")
        if aside:
            done.insert(0, f"这一行的内容{'左' if aside < 0 else '右'}移了{abs(aside)}格，已按移位前的栏目读取")
        own = [answer for column, answer in line.items() if column not in table.inherit]
        if any(answer.value is not None or answer.text for answer in own):
            if done:
                repairs.append(Repair(next(answer.cell for answer in own if answer.text), "；".join(done)))
            yield {**whole, **before}


def _repeats_heads(texts: Mapping[str, Cell | None], keys: Mapping[str, str]) -> bool:
    same = sum(cell is not None and cell.kind == "text" and label_key(cell.text).key == keys.get(column)
               for column, cell in texts.items())  # fmt: skip
    return same > 1


def _line_answer(
    table: Table, column: str, field: Field, row: int, region: TableArea, grid: Grid, amount_unit: str, aside: int
) -> Answer:
    col = max(region.cols[column] + aside, 0) if column in region.cols else 0
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
    form = alignment.form
    lost = sorted(needed_labels(form) - alignment.labels.keys())
    if not lost:
        return ()
    numeric: set[int | None] = set()
    for blank in form.blanks:
        table, _, column = blank.name.partition(".")
        field = form.fields.get(blank.name) or form.tables[table].columns[column]
        if field.kind.numeric:
            numeric |= {blank.head, blank.side}
    return tuple(Missing(form.labels[index].text, "", "", index in numeric) for index in lost)
