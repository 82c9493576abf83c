"""Find the rows of each form on a sheet: several forms, or several copies of one, may stand below each other.

Example: a sheet with a 自评表 in rows 1 to 40 and another in rows 43 to 80 gives two parts, 1 to 42 and 43 to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xlsxeval.a1 import LAST_ROW
from xlsxeval.forms.model import Form
from xlsxeval.read.align import ENOUGH, Alignment, Position, align, needed_labels, texts_by_key
from xlsxeval.read.cells import Sheet

_Texts = Mapping[str, list[Position]]
#: At most so many rows of title and head stand above the first needed label of a form.
_HEAD_ROWS = 6
#: The limit of possible beginnings times cells, to bound the time; a sheet with a hundred forms is far below it.
_MOST_WORK = 5_000_000


class FormPart(NamedTuple):
    """A form that was found on a sheet; ``sheet`` holds only the rows of this form."""

    alignment: Alignment
    sheet: Sheet


def find_parts(aligned: Sequence[Alignment], sheet: Sheet, texts: _Texts) -> list[FormPart]:
    """Find every copy of every form on a sheet, from top to bottom.

    Args:
        aligned: the alignment of each form of a set with the whole sheet.
        sheet: the sheet.
        texts: the result of ``texts_by_key`` for the sheet.
    """
    present = [alignment for alignment in aligned if alignment.share >= ENOUGH]
    starts = [(row, alignment.form) for alignment in present for row in _starts(alignment, sheet, texts)]
    starts.sort(key=lambda start: start[0])
    if len(starts) < 2:  # noqa: PLR2004  # a single form gets the whole sheet
        return [FormPart(alignment, sheet) for alignment in present]
    ends = [row - 1 for row, _ in starts[1:]] + [LAST_ROW]
    parts = [(form, _rows(sheet, row if number else 1, ends[number])) for number, (row, form) in enumerate(starts)]
    return [FormPart(align(form, texts_by_key(part)), part) for form, part in parts]


def _starts(alignment: Alignment, sheet: Sheet, texts: _Texts) -> list[int]:
    """Give the rows in which copies of a form begin: its first label stands there, and most other labels follow.

    The first label that no other label of the form equals is used.
    """
    form = alignment.form
    for index in sorted(needed_labels(form) & alignment.labels.keys(), key=lambda index: form.labels[index].box.row):
        keys = form.labels[index].keys
        if sum(bool(set(keys) & set(other.keys)) for other in form.labels) == 1:
            rows = sorted({row for key in keys for row, _ in texts.get(key, ())})
            heads = sorted(set(_heads(form, form.labels[index].box.row, texts)))
            tops = [_top(row, rows[:number], heads) for number, row in enumerate(rows)]
            if not tops:
                continue  # only the beginning of the label is on the sheet
            return _copies(form, sheet, tops)
    return [min(alignment.rows.values())]


def _copies(form: Form, sheet: Sheet, tops: Sequence[int]) -> list[int]:
    """Give those rows with a form's first label that begin a copy of the form.

    The rows are tested from the last one upwards. A row begins another copy if most labels stand above it and again
    below it. If not, the text may be an answer or a label of another form: then that row is used from which more
    labels of the form are found.
    """
    if len(tops) == 1 or len(tops) * len(sheet.cells) > _MOST_WORK:
        return list(tops[:1])
    later_copies: list[int] = []
    first, end = tops[-1], LAST_ROW
    for top in reversed(tops[:-1]):
        below = _labels_in(form, sheet, first, end)
        if len(_labels_in(form, sheet, top, first - 1) & below) >= ENOUGH * len(needed_labels(form)):
            later_copies.append(first)
            first, end = top, first - 1
        elif len(_labels_in(form, sheet, top, end)) > len(below):
            first = top
    return [first, *reversed(later_copies)]


def _labels_in(form: Form, sheet: Sheet, first: int, last: int) -> frozenset[int]:
    """Give the indexes of the needed labels of a form that are found in some rows of a sheet."""
    return needed_labels(form) & align(form, texts_by_key(_rows(sheet, first, last))).labels.keys()


def _heads(form: Form, above: int, texts: _Texts) -> Iterator[int]:
    """Yield the rows of the sheet with labels that the form has above the row ``above`` (title, head lines)."""
    for label in form.labels:
        if label.box.row < above:
            for key in label.keys:
                yield from (row for row, _ in texts.get(key, ()))


def _top(row: int, before: Sequence[int], heads: Sequence[int]) -> int:
    """Give the first row of a copy: its first head line above ``row``, at most six rows and below the previous copy."""
    least = max(row - _HEAD_ROWS, before[-1] + 1 if before else 1)
    return next((head for head in heads if least <= head < row), row)


def _rows(sheet: Sheet, first: int, last: int) -> Sheet:
    """Give the sheet with the cells and merged ranges of some rows only."""
    cells = {position: cell for position, cell in sheet.cells.items() if first <= position[0] <= last}
    merges = tuple(merge for merge in sheet.merges if first <= merge.first_row <= last)
    return replace(sheet, cells=cells, merges=merges)
