"""Cut a sheet into forms: several forms, or several copies of one, may stand below each other.

Words that stand once in a form stand again where another copy begins. Two different words that repeat prove a copy (one
may be an answer that reads like a label); it is cut at the title between their first and second places, else at the
first label of a head of a form, else where the first of them repeats.

Example: 项目名称 in rows 3 and 43 and 实施单位 in rows 4 and 44, a title in row 41: rows 1 to 40 and 41 to the end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.a1 import LAST_COL
from xlsxeval.forms.model import Form
from xlsxeval.read.arrange import Arrangement
from xlsxeval.read.cells import Sheet
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import Hit
from xlsxeval.read.titles import is_title
from xlsxeval.read.words import FormWords

#: How many different words have to repeat.
_PROOF = 2
#: The mark of a title, and how many marks behind it are looked at.
_TITLE, _LOOK_AHEAD = "title", 8
#: How many different labels have to stand twice.
_BESIDE = 3


class Segment(NamedTuple):
    """The rows of one form on a sheet."""

    form: Form
    first: int
    last: int


def split_side_by_side(sheet: Sheet, hits: Sequence[Hit]) -> list[Sheet]:
    """Cut a sheet on which forms stand beside each other: rows have the same label twice, equally far apart.

    Example: 项目名称 in columns 1 and 9 of a row, 主管部门 in the same columns of the next, 分值 in columns 6 and 14
    of a third give the columns up to 8 and from 9.
    """
    rows: dict[int, dict[str, list[int]]] = {}
    for hit in hits:
        rows.setdefault(hit.row, {}).setdefault(hit.key or "title", []).append(hit.col)
    # Offset -> (row, key, left column) of each label that stands in the row twice.
    twice: dict[int, list[tuple[int, str, int]]] = {}
    for row, of_row in rows.items():
        for key, some in of_row.items():
            if len(some) == 2:  # noqa: PLR2004  # left and right
                twice.setdefault(some[1] - some[0], []).append((row, key, some[0]))
    offset, pairs = max(twice.items(), key=lambda one: len({key for _, key, _ in one[1]}), default=(0, []))
    start = min((left for _, _, left in pairs), default=0) + offset
    # Amounts of two years beside each other repeat their heads in one row only.
    proved = len({key for _, key, _ in pairs}) >= _BESIDE and len({row for row, _, _ in pairs}) > 1
    if not proved or max(left for _, _, left in pairs) >= start:
        return [sheet]
    return [_columns(sheet, 1, start - 1), _columns(sheet, start, LAST_COL)]


def _columns(sheet: Sheet, first: int, last: int) -> Sheet:
    cells = {place: cell for place, cell in sheet.cells.items() if first <= place[1] <= last}
    return replace(sheet, cells=cells, merges=tuple(one for one in sheet.merges if first <= one.first_col <= last))


class _Mark(NamedTuple):
    """Something that stands once in a form: the key of a side word, or the heads of a group with its number."""

    row: int
    form: int
    kind: str
    strong: bool


def cut_sheet(sheet: Sheet, arranged: Sequence[Arrangement], last: int) -> tuple[Segment, ...]:
    """Give the rows of each form on a sheet, from top to bottom.

    Args:
        sheet: the sheet.
        arranged: each form of the set that the sheet holds, arranged over the whole sheet.
        last: the last row of the sheet.
    """
    first_cols: dict[int, int] = {}
    for row, col in sheet.cells:
        first_cols[row] = min(first_cols.get(row, col), col)
    leading = (sheet.cells[place] for place in first_cols.items())
    titles = sorted(cell.row for cell in leading if cell.kind == "text" and is_title(cell.text))
    return _segments(tuple(arranged), tuple(titles), last)


@lru_cache(maxsize=64)
def _segments(arranged: Sequence[Arrangement], titles: Sequence[int], last: int) -> tuple[Segment, ...]:
    """Give the same by the rows of titles; remembered, because most workbooks of a folder have the same layout."""
    marks = sorted(
        {
            mark
            for number, one in enumerate(arranged)
            for mark in (*_marks(number, one), *(_Mark(row, number, _TITLE, strong=False) for row in titles))
        }
    )
    cuts = _cuts(marks, titles)
    found: list[Segment] = []
    tops = [1, *(row for row, _ in cuts)]
    for top, end, (_, number) in zip(
        tops, [*(row - 1 for row, _ in cuts), last], [(1, _first_form(marks)), *cuts], strict=True
    ):
        found.append(Segment(arranged[number].words.form, top, end))
    return tuple(found)


def _first_form(marks: Sequence[_Mark]) -> int:
    return next((mark.form for mark in marks if mark.strong), 0)


def _marks(number: int, arranged: Arrangement) -> list[_Mark]:
    """Give what stands once in a form: heads of amounts and goals, and side words outside of lines."""
    words = arranged.words
    lists = words.lists
    heads = {row for one in arranged.every_head for row in range(one.first, one.last + 1)}
    found = [
        _Mark(row.first, number, f"heads {row.group}", len(row.words) > 1)
        for row in arranged.every_head
        if row.group not in lists
    ]
    strong_lists = [row for row in arranged.every_head if row.group in lists]
    found += [_Mark(row.first, number, f"lines {row.first}", strong=True) for row in strong_lists]
    once = _single(words)
    lasts = [row.last for row in strong_lists]
    for hit in arranged.hits:
        for word in words.by_key.get(hit.key, ()) if hit.row not in heads else ():
            above = strong_lists[bisect_left(lasts, hit.row) - 1] if lasts and lasts[0] < hit.row else None
            if word in once and not (above and _in_lines(hit, word, words, above)):
                found.append(_Mark(hit.row, number, hit.key, strong=False))
    return found


def _in_lines(hit: Hit, word: int, words: FormWords, above: HeadRow) -> bool:
    """Tell whether a hit may be a text of a line: it stands below heads of lines and is no label of what follows."""
    right = max(col for _, col in above.words.values())
    return above.left <= hit.col <= right and (hit.col > above.left or word in words.after_divider)


def _single(words: FormWords) -> Mapping[int, str]:
    """Give the side words that no other word of the form equals."""
    return {
        word: ""
        for word in {*words.pairs, *words.side_group}
        if all(words.by_key.get(key) == (word,) for key in words.words[word].label.keys[:1])
    }


def _cuts(marks: Sequence[_Mark], titles: Sequence[int]) -> list[tuple[int, int]]:
    """Give the rows in which another form begins, and its number."""
    found: list[tuple[int, int]] = []
    seen: dict[tuple[int, str], int] = {}
    again: dict[tuple[int, str], tuple[int, int]] = {}
    current, last_strong = -1, 0
    for mark in marks:
        if mark.strong:
            if current not in (-1, mark.form):
                row = _cut_row(last_strong, mark.row, titles)
                found.append((row, mark.form))
                seen, again = _after(marks, row, mark.row), {}
            current, last_strong = mark.form, mark.row
        if mark.kind == _TITLE:
            # A second title begins another form, unless lines go on below it (a title printed again on the next page).
            if (current, _TITLE) in seen and _begins_form(marks, mark, current):
                found.append((mark.row, current))
                seen, again = {}, {}
            if current in {mark.form, -1}:
                seen[current, _TITLE] = mark.row
            continue
        key = mark.form, mark.kind
        if current not in {mark.form, -1}:
            continue
        if key in seen and seen[key] < mark.row:
            again.setdefault(key, (seen[key], mark.row))
            before = max(first for first, _ in again.values())
            behind = min(second for _, second in again.values())
            if len(again) >= _PROOF and before < behind:
                row = _cut_row(before, behind, titles)
                found.append((row, mark.form))
                seen, again = _after(marks, row, mark.row), {}
        else:
            seen.setdefault(key, mark.row)
    return [(row, form) for row, form in found if row > 1]


def _begins_form(marks: Sequence[_Mark], title: _Mark, current: int) -> bool:
    """Tell whether what follows a title is the beginning of the same form: no heads of lines come first."""
    index = bisect_right(marks, title)
    following = [mark for mark in marks[index : index + _LOOK_AHEAD] if mark.kind != _TITLE and mark.row > title.row]
    other = any(mark.strong and mark.form != current for mark in following)
    return bool(following) and not other and not following[0].kind.startswith("lines")


def _after(marks: Sequence[_Mark], first: int, last: int) -> dict[tuple[int, str], int]:
    """Give what stands in some rows, as the beginning of a form."""
    found: dict[tuple[int, str], int] = {}
    for mark in marks[bisect_left(marks, (first,)) : bisect_left(marks, (last + 1,))]:
        found.setdefault((mark.form, mark.kind), mark.row)
    return found


def _cut_row(after: int, to: int, titles: Sequence[int]) -> int:
    """Give the first row of the form that begins between two rows: its title, else the second row."""
    title = titles[bisect_right(titles, after) : bisect_right(titles, to)]
    return title[0] if title else to
