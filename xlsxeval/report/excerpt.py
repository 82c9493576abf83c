"""The cells around a finding, as a person sees them in the workbook: with the row's label and the column's head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsxeval.a1 import Position, column_letters, parse_cell
from xlsxeval.filing import FormAnswers
from xlsxeval.read.answers import shown_text
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.rules.finding import Finding

#: How many rows and columns around a cell an excerpt shows, and how much of a text.
_ROWS, _COLS, _LONGEST = 1, 2, 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The cells around a finding, as texts, row by row; ``rows`` from 1, ``cols`` as letters.

    The first row and the first column may stand further off: the head of the finding's column, the label of its row.
    Around the edge nothing is empty, but for the finding's own cell.
    """

    rows: tuple[int, ...]
    cols: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def excerpt_of(finding: Finding, sheet: Sheet, answers: FormAnswers | None) -> Excerpt | None:
    """Give the cells around a finding; None if it is on no cell.

    Args:
        finding: the finding.
        sheet: the sheet that it is on.
        answers: its form as it was read, which knows the labels; None if it was not.
    """
    if not finding.cell:
        return None
    row, col = _place(finding.cell)
    rows = range(max(row - _ROWS, 1), row + _ROWS + 1)
    cols = range(max(col - _COLS, 1), col + _COLS + 1)
    head = _head(row, col, sheet, answers) if answers else None
    label = _label(row, col, sheet, _groups(finding, answers) if answers else frozenset())
    far_rows = [head.first_row] if head and head.last_row < rows[0] else []
    far_cols = [label.first_col] if label and label.last_col < cols[0] else []
    top, left = (far_rows or rows)[0], (far_cols or cols)[0]
    near = (one for one in sheet.merges if one.first_row <= rows[-1] and one.last_row >= top)
    merges = [one for one in near if one.first_col <= cols[-1] and one.last_col >= left]
    places = [(r, c) for r in (*far_rows, *rows) for c in (*far_cols, *cols)]
    texts = {at: _text(_first_cell(*at, sheet, merges)) for at in places}
    seen = [at for at, text in texts.items() if text] + [(row, col)]
    shown_rows = (*far_rows, *_within(rows, {r for r, _ in seen}))
    shown_cols = (*far_cols, *_within(cols, {c for _, c in seen}))
    cells = tuple(tuple(texts[r, c] for c in shown_cols) for r in shown_rows)
    return Excerpt(shown_rows, tuple(map(column_letters, shown_cols)), cells)


def _within(places: range, seen: set[int]) -> range:
    """Leave out what is empty at both ends."""
    kept = [place for place in places if place in seen]
    return range(kept[0], kept[-1] + 1)


def _place(cell: str) -> Position:
    position = parse_cell(cell)
    if position is None:
        raise ValueError(cell)
    return position


def _head(row: int, col: int, sheet: Sheet, answers: FormAnswers) -> Range | None:
    """Find the nearest label above a cell, with all that it is merged with."""
    places = {_place(one.cell) for one in answers.met if one.cell}
    above = sorted((at for at in places if at[0] < row and at[1] <= col), reverse=True)
    boxes = (_box(at, sheet) for at in above)
    return next((box for box in boxes if box.last_row < row and box.last_col >= col), None)


def _groups(finding: Finding, answers: FormAnswers) -> frozenset[int]:
    """Give the columns that head several lines of the finding's table, and so do not name one."""
    name = finding.field.partition(".")[0]
    table = answers.form.tables.get(name)
    heads = [answers.heads.get((name, column), "") for column in table.inherit] if table else []
    return frozenset(_place(cell)[1] for cell in heads if cell)


def _label(row: int, col: int, sheet: Sheet, groups: frozenset[int]) -> Range | None:
    """Find the first text of a row; one that is merged down over several rows only if the row has no other."""
    boxes = [_box((row, c), sheet) for c in range(1, col) if _is_text(sheet.cells.get((row, c))) and c not in groups]
    own = next((box for box in boxes if box.first_row == box.last_row), None)
    return own or min((*boxes, *_merged_down(row, col, sheet)), key=lambda box: box.first_col, default=None)


def _merged_down(row: int, col: int, sheet: Sheet) -> Iterator[Range]:
    """Yield the merged ranges left of a cell that begin above its row and hold a text."""
    for box in sheet.merges:
        if box.first_row < row <= box.last_row and box.last_col < col and _is_text(sheet.cells.get(box[:2])):
            yield box


def _box(at: tuple[int, int], sheet: Sheet) -> Range:
    return next((box for box in sheet.merges if box[:2] == at), Range(*at, *at))


def _is_text(cell: Cell | None) -> bool:
    return cell is not None and cell.kind == "text" and bool(cell.text.strip())


def _first_cell(row: int, col: int, sheet: Sheet, merges: Sequence[Range]) -> Cell | None:
    """Give the cell that is seen at a place: the first one of a merged range stands for all of it."""
    for box in merges:
        if box.first_row <= row <= box.last_row and box.first_col <= col <= box.last_col:
            return sheet.cells.get(box[:2])
    return sheet.cells.get((row, col))


def _text(cell: Cell | None) -> str:
    text = "" if cell is None else " ".join(shown_text(cell).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
