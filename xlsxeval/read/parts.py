"""Which rows of a sheet belong to one form: forms may stand below each other, and one form several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xlsxeval.a1 import LAST_ROW
from xlsxeval.forms.model import Form
from xlsxeval.read.align import ENOUGH, Alignment, Position, align, needed_labels, texts_by_key
from xlsxeval.read.cells import Sheet

_Texts = Mapping[str, list[Position]]
#: How far above its first label a form may have its title and head lines.
_HEAD_ROWS = 6
#: Beginnings times cells: a hundred forms on one sheet are far below; what is above is no workbook of forms.
_MOST_WORK = 5_000_000


class Found(NamedTuple):
    """A form met on a sheet, or on some rows of it."""

    alignment: Alignment
    sheet: Sheet


def find_parts(aligned: Sequence[Alignment], sheet: Sheet, texts: _Texts) -> list[Found]:
    """Find every copy of every form on a sheet, from top to bottom.

    Args:
        aligned: how the forms of a set lie over the whole sheet.
        sheet: the sheet.
        texts: what ``texts_by_key`` gave for it.
    """
    whole = [one for one in aligned if one.share >= ENOUGH]
    starts = sorted(((row, one.form) for one in whole for row in _starts(one, sheet, texts)), key=lambda one: one[0])
    if len(starts) < 2:  # noqa: PLR2004  # one form alone has the sheet to itself
        return [Found(one, sheet) for one in whole]
    ends = [row - 1 for row, _ in starts[1:]] + [LAST_ROW]
    parts = [(form, _rows(sheet, row if number else 1, ends[number])) for number, (row, form) in enumerate(starts)]
    return [Found(align(form, texts_by_key(part)), part) for form, part in parts]


def _starts(alignment: Alignment, sheet: Sheet, texts: _Texts) -> list[int]:
    """Give the rows in which copies of a form begin: where its first label stands, and most others follow."""
    form = alignment.form
    for index in sorted(needed_labels(form) & alignment.labels.keys(), key=lambda index: form.labels[index].box.row):
        keys = form.labels[index].keys
        if sum(bool(set(keys) & set(other.keys)) for other in form.labels) == 1:
            rows = sorted({row for key in keys for row, _ in texts.get(key, ())})
            heads = sorted(set(_heads(form, form.labels[index].box.row, texts)))
            tops = [_top(row, rows[:number], heads) for number, row in enumerate(rows)]
            if not tops:
                continue  # only its beginning was met
            return _copies(form, sheet, tops)
    return [min(alignment.rows.values())]


def _copies(form: Form, sheet: Sheet, tops: Sequence[int]) -> list[int]:
    """Tell which of several rows with a form's first label begin a copy of it, from the last one upwards.

    A row begins another copy if most labels stand above it and again below. If not, it may hold an answer that says
    the same, or the first label of another form: then the row from which more of the form is met counts.
    """
    if len(tops) == 1 or len(tops) * len(sheet.cells) > _MOST_WORK:
        return list(tops[:1])
    found: list[int] = []
    first, end = tops[-1], LAST_ROW
    for top in reversed(tops[:-1]):
        here = _met(form, sheet, first, end)
        if len(_met(form, sheet, top, first - 1) & here) >= ENOUGH * len(needed_labels(form)):
            found.append(first)
            first, end = top, first - 1
        elif len(_met(form, sheet, top, end)) > len(here):
            first = top
    return [first, *reversed(found)]


def _met(form: Form, sheet: Sheet, first: int, last: int) -> frozenset[int]:
    return needed_labels(form) & align(form, texts_by_key(_rows(sheet, first, last))).labels.keys()


def _heads(form: Form, above: int, texts: _Texts) -> Iterator[int]:
    """Yield the rows of the labels that a form has above its first needed one."""
    for label in form.labels:
        if label.box.row < above:
            for key in label.keys:
                yield from (row for row, _ in texts.get(key, ()))


def _top(row: int, before: Sequence[int], heads: Sequence[int]) -> int:
    """Give the first head line above a row, at most so far and not above the copy before."""
    least = max(row - _HEAD_ROWS, before[-1] + 1 if before else 1)
    return next((head for head in heads if least <= head < row), row)


def _rows(sheet: Sheet, first: int, last: int) -> Sheet:
    cells = {position: cell for position, cell in sheet.cells.items() if first <= position[0] <= last}
    merges = tuple(merge for merge in sheet.merges if first <= merge.first_row <= last)
    return replace(sheet, cells=cells, merges=merges)
