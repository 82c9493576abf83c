"""Align a form's labels with the texts of a sheet: by their words and their order, never by address."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from xlsxeval.forms.model import Form
from xlsxeval.forms.year import with_year
from xlsxeval.read.cells import Sheet
from xlsxeval.text import clean, label_key, remembered

#: No label is longer than this; longer texts are answers.
LONGEST_LABEL = 120
#: More cells than this with one and the same text are not labels but answers.
_MOST_OF_A_KIND = 200
#: A form has some hundred cells; of a sheet with a million only the first are looked through for labels.
_MOST_CELLS = 100_000

#: A sheet holds a form if at least this share of the labels beside its blanks was met.
ENOUGH = 0.5
#: What a label counts that was met as the form prints it, under another of its names, or cut off.
_EXACT, _OTHER_NAME, _CUT = 1.0, 0.97, 0.8
#: A label of which so little is left may be any word; one that a conversion cut has this many signs in all.
_SHORTEST_CUT, _CUT_AT, _SHORTEST_AT_CUT = 3, 5, 2
_ANY_YEAR = 2000

Position = tuple[int, int]
#: The labels of one row of the picture: index, column, keys.
_Labels = tuple[tuple[int, int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which label stands where: label index -> (row, column); ``share`` of the form's labels that were found.

    ``score`` tells how well the form fits: what was met, less what was missed; ``cut`` are the labels of which only
    the beginning was met.
    """

    form: Form
    labels: Mapping[int, Position]
    rows: Mapping[int, int]
    share: float
    score: float = 0.0
    cut: frozenset[int] = frozenset()


class _Pair(NamedTuple):
    """One row of the picture laid over one row of the sheet."""

    picture_row: int
    row: int
    labels: tuple[tuple[int, int], ...]
    weight: float


class _Step(NamedTuple):
    total: float
    pair: _Pair | None
    before: _Step | None


@remembered
def label_and_value(text: str) -> tuple[str, str]:
    """Split a cell that holds a label and its value: ``其中：基本支出:1768.16万元``; both empty if it is none."""
    if ":" not in text and "：" not in text:
        return "", ""
    label, _, value = text.replace("：", ":").rpartition(":")
    whole = label.strip() and value.strip() and any(sign.isdigit() for sign in value)
    return (label, value.strip()) if whole else ("", "")


def texts_by_key(sheet: Sheet) -> dict[str, list[Position]]:
    """Give the cells of a sheet by the label key of their text."""
    found: dict[str, list[Position]] = {}
    for position, cell in islice(sheet.cells.items(), _MOST_CELLS):
        if cell.kind == "text" and cell.formula is None and len(cell.text) <= LONGEST_LABEL:
            label, value = label_and_value(cell.text)
            for text in (cell.text, label) if value else (cell.text,):
                places = found.setdefault(label_key(text).key, [])
                if len(places) < _MOST_OF_A_KIND and (not places or places[-1] != position):
                    places.append(position)
    found.pop("", None)
    return found


@lru_cache(maxsize=256)
def needed_labels(form: Form) -> frozenset[int]:
    """Give the labels that lead to blanks; the others (titles, notes) may be missing."""
    return frozenset(index for blank in form.blanks for index in (blank.head, blank.side) if index is not None)


@lru_cache(maxsize=256)
def _rows_of(form: Form) -> tuple[tuple[int, _Labels], ...]:
    rows: dict[int, list[tuple[int, int, tuple[str, ...]]]] = {}
    for index, label in enumerate(form.labels):
        rows.setdefault(label.box.row, []).append((index, label.box.col, label.keys))
    return tuple((row, tuple(sorted(labels, key=lambda one: one[1]))) for row, labels in sorted(rows.items()))


def align(form: Form, texts: Mapping[str, list[Position]]) -> Alignment:
    """Lay the form's rows over the sheet's rows so that most labels meet, both orders kept.

    Args:
        form: the form looked for.
        texts: what ``texts_by_key`` gave for the sheet.

    Returns:
        The alignment; without labels, and with the share that could be met at most, if that is too little.
    """
    anchors = needed_labels(form)
    lost = [index for index, label in enumerate(form.labels) if not any(key in texts for key in label.keys)]
    cut = _cut_labels(form, lost, texts) if lost else {}
    at_most = 1 - sum(index in anchors and index not in cut for index in lost) / max(len(anchors), 1)
    if at_most < ENOUGH:
        return Alignment(form, {}, {}, at_most)
    total, found, rows = _laid(form, texts, cut)
    # A label whose words stand elsewhere, as an answer or as another label, may be cut as well.
    more = _cut_labels(form, [index for index in anchors if index not in found and index not in cut], texts)
    if more:
        cut |= more
        total, found, rows = _laid(form, texts, cut)
    met = len(anchors & found.keys())
    score = total - (len(anchors) - met)
    return Alignment(form, found, rows, met / max(len(anchors), 1), score, frozenset(cut.keys() & found.keys()))


def _laid(
    form: Form, texts: Mapping[str, list[Position]], cut: Mapping[int, str]
) -> tuple[float, dict[int, Position], dict[int, int]]:
    """Lay the rows of the picture over those of the sheet: give what that is worth, the labels and the rows met."""
    frontier = [_Step(0.0, None, None)]
    rows_so_far = [0]
    for picture_row, labels in _rows_of(form):
        steps = []
        for pair in _pairs(form, picture_row, labels, texts, cut):
            before = frontier[bisect_left(rows_so_far, pair.row) - 1]
            steps.append(_Step(before.total + pair.weight, pair, before))
        for step in steps:
            _advance(frontier, rows_so_far, step)
    found: dict[int, Position] = {}
    rows: dict[int, int] = {}
    last: _Step | None = frontier[-1]
    while last and last.pair:
        rows[last.pair.picture_row] = last.pair.row
        found |= {index: (last.pair.row, col) for index, col in last.pair.labels}
        last = last.before
    return frontier[-1].total, found, rows


def _cut_labels(form: Form, lost: list[int], texts: Mapping[str, list[Position]]) -> dict[int, str]:
    """Give the lost labels of which a text is the beginning; only if as many texts as labels begin so."""
    beginnings = _beginnings(form)
    left = set(lost)
    found: dict[int, str] = {}
    for key in sorted(texts.keys() & beginnings.keys(), key=len, reverse=True):
        labels = [index for index in beginnings[key] if index in left]
        if labels and len(texts[key]) == len(labels):
            found |= dict.fromkeys(labels, key)
            left -= set(labels)
    return found


@lru_cache(maxsize=256)
def _beginnings(form: Form) -> Mapping[str, tuple[int, ...]]:
    """Give what may be left of the form's labels: key -> the labels that begin so."""
    found: dict[str, list[int]] = {}
    every = {key for label in form.labels for key in label.keys}
    for index, label in enumerate(form.labels):
        if label.style != "label":
            continue
        printed = clean(with_year(label.text, _ANY_YEAR))
        cuts = {label_key(printed[:length]).key for length in range(_CUT_AT, len(printed))}
        for key in cuts - every:
            whole = len(key) >= _SHORTEST_CUT or (
                len(key) == _SHORTEST_AT_CUT and label_key(printed[:_CUT_AT]).key == key
            )
            if whole:
                found.setdefault(key, []).append(index)
    return {key: tuple(labels) for key, labels in found.items()}


def _advance(frontier: list[_Step], rows: list[int], step: _Step) -> None:
    """Keep, for each last row, only the best way to get there; of equal ways the higher one on the sheet."""
    row = step.pair.row if step.pair else 0
    at = bisect_left(rows, row)
    same = at < len(rows) and rows[at] == row
    if frontier[at - 1].total >= step.total or (same and frontier[at].total >= step.total):
        return
    end = at
    while end < len(rows) and frontier[end].total <= step.total:
        end += 1
    frontier[at:end] = [step]
    rows[at:end] = [row]


def _pairs(
    form: Form, picture_row: int, labels: _Labels, texts: Mapping[str, list[Position]], cut: Mapping[int, str]
) -> list[_Pair]:
    met: dict[int, list[tuple[int, int]]] = {}
    worth: dict[tuple[int, int, int], float] = {}
    anchors = needed_labels(form)
    for index, _, keys in labels:
        names = [(key, _OTHER_NAME if number else _EXACT) for number, key in enumerate(keys)]
        if index in cut:
            names.append((cut[index], _CUT))
        for key, value in names:
            for row, col in texts.get(key, ()):
                met.setdefault(row, []).append((index, col))
                worth.setdefault((index, row, col), value if index in anchors else value / 2)
    repeated = len({keys[0] for _, _, keys in labels}) < len(labels) or bool(cut)
    pairs = []
    for row in sorted(met):
        chain = _chain(met[row])
        if repeated:
            chain = _certain(form, labels, chain)
        weight = sum(worth[index, row, col] for index, col in chain)
        pairs.append(_Pair(picture_row, row, chain, weight))
    return pairs


def _certain(form: Form, labels: _Labels, chain: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Leave out what might as well be another label of the row with the same words: 决算数 of one year or the other."""
    placed = {index for index, _ in chain}
    ends = [-1, *(index for index, _ in chain), len(form.labels)]

    def is_certain(number: int, index: int) -> bool:
        keys = set(form.labels[index].keys)
        between = range(ends[number] + 1, ends[number + 2])
        return not any(other in between and other not in placed and keys & set(of) for other, _, of in labels)

    return tuple(pair for number, pair in enumerate(chain) if is_certain(number, pair[0]))


def _chain(candidates: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Choose the longest run of labels whose columns increase in the form and on the sheet alike."""
    if len(candidates) == 1:
        return (candidates[0],)
    best: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    for index, col in sorted(set(candidates)):
        length, chain = max(
            ((n, c) for n, c in best if c[-1][0] < index and c[-1][1] < col), default=(0, ()), key=lambda one: one[0]
        )
        best.append((length + 1, (*chain, (index, col))))
    return max(best, key=lambda one: one[0])[1]
