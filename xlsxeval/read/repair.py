"""Rows that a conversion pushed aside, group names that it cut off or lost: what they mean, and that it was guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlsxeval.filing import Answer
from xlsxeval.forms.model import Form, Table
from xlsxeval.numbers import is_nil
from xlsxeval.read.cells import Cell
from xlsxeval.read.hits import LONGEST_LABEL
from xlsxeval.text import label_key

#: A row is looked for so many cells to the left and to the right of its heads.
_REACH = (-1, 1, -2, 2)
#: What speaks for and against a place, and how much better another one must be.
_NAMED, _NUMBER, _MISPLACED, _STRANGE, _CLEARLY = 3, 2, -3, -2, 3
#: A text that is only a sign, a number and a short unit.
_FIGURE = re.compile(r"[≥≤><=＞＜＝]?\s{0,4}[0-9][0-9.,]{0,15}\s{0,4}[^0-9\s]{0,3}")
#: Names are not cut shorter than that.
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the group columns of a table may hold, and the printed labels that are no answers."""

    names: Mapping[str, tuple[str, ...]]
    #: The name of a later group column -> the only name of the first one above it.
    above: Mapping[str, str]
    labels: frozenset[str]


@lru_cache(maxsize=64)
def vocabulary(form: Form, name: str) -> Vocabulary:
    """Give the vocabulary of a table; without names for a table that has no groups."""
    table = form.tables[name]
    names = {
        column: form.lists[table.columns[column].choices] for column in table.inherit if table.columns[column].choices
    }
    above: dict[str, set[str]] = {}
    for path, _ in table.groups:
        for inner in path[1:]:
            above.setdefault(inner, set()).add(path[0])
    only = {inner: next(iter(firsts)) for inner, firsts in above.items() if len(firsts) == 1}
    beside = (label for label in form.labels if label.box.row < table.row <= label.box.row + label.box.rows)
    return Vocabulary(names, only, frozenset(key for label in beside for key in label.keys))


def full_name(text: str, names: tuple[str, ...]) -> str:
    """Give the known name that a text is, or of which it is the beginning; empty if none or several."""
    key = label_key(text).key
    return _known_name(key, names) if len(key) <= LONGEST_LABEL else ""


@lru_cache(maxsize=4096)
def _known_name(key: str, names: tuple[str, ...]) -> str:
    if key in names:
        return key
    found = [name for name in names if name.startswith(key)] if len(key) >= _SHORTEST else []
    return found[0] if len(found) == 1 else ""


def offset_of(
    table: Table, known: Vocabulary, cols: Mapping[str, int], cells: Mapping[tuple[int, int], Cell], row: int
) -> int:
    """Tell by how many columns a row stands beside its heads.

    It is 0 unless something contradicts its place, a number below the head of a name or words below the head of a
    number, and one other place is clearly better. An unknown name in 一级指标 is no contradiction.
    """
    if not known.names or not _is_contradicted(table, cols, cells, row):
        return 0
    here = _fit(table, known, cols, cells, row, 0)
    found = {by: _fit(table, known, cols, cells, row, by) for by in _REACH}
    best = max(found.values())
    places = [by for by, fit in found.items() if fit == best]
    return places[0] if len(places) == 1 and best >= here + _CLEARLY else 0


def _is_contradicted(table: Table, cols: Mapping[str, int], cells: Mapping[tuple[int, int], Cell], row: int) -> bool:
    name = table.own
    for column, col in cols.items():
        cell = cells.get((row, col))
        if cell is None or is_nil(cell.text):
            continue
        if table.column(column).kind.numeric and not _has_number(cell):
            return True
        if column == name and _is_figure(cell):
            return True
    return False


def _is_figure(cell: Cell) -> bool:
    """Tell whether a cell holds a figure or a target (≥12, 100%), as no name does."""
    return cell.kind == "number" or bool(_FIGURE.fullmatch(cell.text.strip()))


def _has_number(cell: Cell) -> bool:
    return cell.kind == "number" or any(sign.isdigit() for sign in cell.text)


def _fit(
    table: Table, known: Vocabulary, cols: Mapping[str, int], cells: Mapping[tuple[int, int], Cell], row: int, by: int
) -> int:
    """Give how well a row fits its heads when read so many columns aside."""
    some = [(column, cells.get((row, col + by))) for column, col in cols.items()]
    return sum(_weight(table, known, column, cell) for column, cell in some if cell is not None and cell.text.strip())


def _weight(table: Table, known: Vocabulary, column: str, cell: Cell) -> int:
    if column in known.names:
        if cell.kind == "text" and label_key(cell.text).key in known.labels:
            return 0  # a head repeated on a new page
        if full_name(cell.text, known.names[column]):
            return _NAMED
        elsewhere = any(full_name(cell.text, names) for other, names in known.names.items() if other != column)
        return _MISPLACED if elsewhere else _STRANGE
    if table.column(column).kind.numeric:
        return _NUMBER if cell.kind == "number" or is_nil(cell.text) else _STRANGE
    first_own = table.own
    return _STRANGE if column == first_own and _is_figure(cell) else 0


def complete(known: Vocabulary, line: Mapping[str, Answer]) -> tuple[dict[str, Answer], list[str]]:
    """Write cut group names out, drop printed labels, and fill in a lost first level.

    Returns:
        The group columns that change, and what was done, in words.
    """
    changed: dict[str, Answer] = {}
    done: list[str] = []
    for column, names in known.names.items():
        answer = line[column]
        if not isinstance(answer.value, str):
            continue
        if label_key(answer.value).key in known.labels and not full_name(answer.value, names):
            changed[column] = answer._replace(value=None, text="")
            continue
        name = full_name(answer.value, names)
        if name and name != label_key(answer.value).key:
            changed[column] = answer._replace(value=name)
            done.append(f"“{answer.value}”按“{name}”读取")
    return changed, done


def first_level(table: Table, known: Vocabulary, line: Mapping[str, Answer], guessed: str) -> tuple[str, str]:
    """Give the lost first level of a line, if only one stands above its second, and the column it belongs to.

    ``guessed`` is what was put in for the lines above; both are empty if nothing was lost or changes.
    """
    if len(table.inherit) < 2:  # noqa: PLR2004  # first and second level
        return "", ""
    first, second = (line[column].value for column in table.inherit[:2])
    if first is not None and first != guessed:
        return "", ""
    found = known.above.get(label_key(second).key if isinstance(second, str) else "", "")
    return ("", "") if found == guessed else (found, table.inherit[0])
