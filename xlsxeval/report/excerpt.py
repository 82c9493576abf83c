"""The cells around a finding as the workbook shows them, with the label of the row and the head of the column.

Example: a finding at D9 gives the rows 4, 8, 9, 10 and the columns A to F: row 4 holds the head 决算数, column A the
label 工资福利; empty rows and columns at the edge are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlsxeval.a1 import Position, column_letters, parse_cell
from xlsxeval.filing import FormAnswers
from xlsxeval.read.answers import shown_text
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.rules.finding import Finding

#: Rows and columns shown around the cell at each side; characters shown of a text.
_ROWS, _COLS, _LONGEST = 1, 2, 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The texts of the cells around a finding, row by row; ``rows`` are numbers from 1, ``cols`` letters.

    The first row and the first column may be further away: the head of the column, the label of the row. No row or
    column at the edge is empty, except that of the finding itself.
    """

    rows: tuple[int, ...]
    cols: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def excerpt_of(finding: Finding, sheet: Sheet, answers: FormAnswers | None) -> Excerpt | None:
    """Return the cells around a finding; None if the finding names no cell, or a place that is no address.

    Args:
        finding: the finding.
        sheet: its sheet.
        answers: its form as read, with the places of labels; None if the form was not read.
    """
    at = parse_cell(finding.cell)
    if at is None:
        return None
    row, col = at
    rows = range(max(row - _ROWS, 1), row + _ROWS + 1)
    cols = range(max(col - _COLS, 1), col + _COLS + 1)
    head = _head(row, col, sheet, answers) if answers else None
    label = _label(row, col, sheet, _groups(finding, answers) if answers else frozenset())
    far_rows = [head.first_row] if head and head.last_row < rows[0] else []
    far_cols = [label.first_col] if label and label.last_col < cols[0] else []
    top, left = (far_rows or rows)[0], (far_cols or cols)[0]
    near = (merge for merge in sheet.merges if merge.first_row <= rows[-1] and merge.last_row >= top)
    merges = [merge for merge in near if merge.first_col <= cols[-1] and merge.last_col >= left]
    places = [(r, c) for r in (*far_rows, *rows) for c in (*far_cols, *cols)]
    texts = {place: _text(_first_cell(*place, sheet, merges)) for place in places}
    seen = [place for place, text in texts.items() if text] + [(row, col)]
    shown_rows = (*far_rows, *_within(rows, {r for r, _ in seen}))
    shown_cols = (*far_cols, *_within(cols, {c for _, c in seen}))
    cells = tuple(tuple(texts[r, c] for c in shown_cols) for r in shown_rows)
    return Excerpt(shown_rows, tuple(map(column_letters, shown_cols)), cells)


def _within(places: range, seen: set[int]) -> range:
    """Return the places without those at both ends that are not in ``seen``."""
    kept = [place for place in places if place in seen]
    return range(kept[0], kept[-1] + 1)


def _places(cells: Iterable[str]) -> set[Position]:
    """Return row and column of each address; what is no address is left out."""
    return {position for position in map(parse_cell, cells) if position is not None}


def _head(row: int, col: int, sheet: Sheet, answers: FormAnswers) -> Range | None:
    """Return the area of the nearest label above a cell; None if there is none."""
    places = _places(label.cell for label in answers.met)
    above = sorted((place for place in places if place[0] < row and place[1] <= col), reverse=True)
    boxes = (_box(place, sheet) for place in above)
    return next((box for box in boxes if box.last_row < row and box.last_col >= col), None)


def _groups(finding: Finding, answers: FormAnswers) -> frozenset[int]:
    """Return the columns of groups in the finding's table (一级指标): their texts stand for several lines."""
    name = finding.field.partition(".")[0]
    table = answers.form.tables.get(name)
    heads = [answers.heads.get((name, column), "") for column in table.inherit] if table else []
    return frozenset(col for _, col in _places(heads))


def _label(row: int, col: int, sheet: Sheet, groups: frozenset[int]) -> Range | None:
    """Return the area of the first text of a row; a text merged over several rows only if the row has no other."""
    boxes = [_box((row, c), sheet) for c in range(1, col) if _is_text(sheet.cells.get((row, c))) and c not in groups]
    own = next((box for box in boxes if box.first_row == box.last_row), None)
    return own or min((*boxes, *_merged_down(row, col, sheet)), key=lambda box: box.first_col, default=None)


def _merged_down(row: int, col: int, sheet: Sheet) -> Iterator[Range]:
    """Yield the merged areas left of a cell that begin above its row and hold a text."""
    for box in sheet.merges:
        if box.first_row < row <= box.last_row and box.last_col < col and _is_text(sheet.cells.get(box[:2])):
            yield box


def _box(at: tuple[int, int], sheet: Sheet) -> Range:
    """Return the merged area that begins at a cell, or the cell itself."""
    return next((box for box in sheet.merges if box[:2] == at), Range(*at, *at))


def _is_text(cell: Cell | None) -> bool:
    """Return whether a cell holds a text that is not blank."""
    return cell is not None and cell.kind == "text" and bool(cell.text.strip())


def _first_cell(row: int, col: int, sheet: Sheet, merges: Sequence[Range]) -> Cell | None:
    """Return the cell that is visible at a place: in a merged area that is its first cell."""
    for box in merges:
        if box.first_row <= row <= box.last_row and box.first_col <= col <= box.last_col:
            return sheet.cells.get(box[:2])
    return sheet.cells.get((row, col))


def _text(cell: Cell | None) -> str:
    """Return the text of a cell as shown, shortened."""
    text = "" if cell is None else " ".join(shown_text(cell).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
