"""Which set of forms a workbook holds, told from its words alone: how many of a form's labels stand on a sheet.

Example: a sheet with 年初预算数, 全年预算数 and 全年执行数 but no 指标性质 has more words of the national form than of
that of Yunnan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.forms.model import Form, FormSet
from xlsxeval.read.hits import Hit
from xlsxeval.read.words import beginnings, words_of

#: A sheet holds a form if at least this share of the labels beside its blanks was met.
ENOUGH = 0.5
#: What a label counts that was met as the form prints it, under another of its names, or cut off.
_EXACT, _OTHER_NAME, _CUT = 1.0, 0.97, 0.8
#: What a column counts that the sheet has and the form does not print.
_EXTRA = 0.5
#: The open self-evaluation prints every column there is: a known form comes first unless it explains much less.
OPEN, OPEN_DISCOUNT = "open", 0.7
#: So many words of the open self-evaluation make a sheet one.
_LEAST_OPEN = 6


class Fit(NamedTuple):
    """How well a form fits a sheet: share of its labels that were met, and points to compare forms by."""

    share: float
    points: float


@lru_cache(maxsize=8)
def known_keys(formsets: tuple[FormSet, ...]) -> Mapping[str, frozenset[int]]:
    """Give every key that may be a label of some form: key -> numbers of the forms, see ``forms_of``."""
    found: dict[str, set[int]] = {}
    for number, form in enumerate(forms_of(formsets)):
        for key in (*words_of(form).by_key, *beginnings(form)):
            found.setdefault(key, set()).add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


@lru_cache(maxsize=8)
def forms_of(formsets: tuple[FormSet, ...]) -> tuple[Form, ...]:
    """Give the forms of all sets."""
    return tuple(form for formset in formsets for form in formset.forms)


@lru_cache(maxsize=512)
def fit_of(form: Form, keys: frozenset[tuple[str, int]]) -> Fit:
    """Tell how well a form fits the words of a sheet; remembered, because most sheets of a folder have the same words.

    Args:
        form: the form.
        keys: each key with the number of its cells.
    """
    counts = dict(keys)
    left, here = dict(counts), frozenset(counts)
    met = 0.0
    lost: list[int] = []
    rest: list[tuple[int, frozenset[str]]] = []
    needed, further = _names(form)
    for word, key, others in needed:
        if left.get(key, 0) > 0:
            left[key] -= 1
            met += _EXACT
        else:
            rest.append((word, others))
    for word, others in rest:
        met_by = () if others.isdisjoint(here) else sorted(others & here)
        name = next((key for key in met_by if left[key] > 0), "")
        if name:
            left[name] -= 1
            met += _OTHER_NAME
        else:
            lost.append(word)
    cut = cut_words(form, lost, counts)
    found = sum(len(some) for some in cut.values())
    unused = {key for key, count in left.items() if count > 0}
    extra = sum(not unused.isdisjoint(names) for names in further)
    missed = len(lost) - found
    return Fit((len(needed) - missed) / max(len(needed), 1), met + _CUT * found - missed - _EXTRA * extra)


@lru_cache(maxsize=256)
def _names(form: Form) -> tuple[tuple[tuple[int, str, frozenset[str]], ...], tuple[frozenset[str], ...]]:
    """Give the words that a form needs, each with its printed key and its others, and the keys of columns it lacks."""
    words = words_of(form)
    needed = [(word, words.words[word].label.keys) for word in sorted(words.needed)]
    further = [
        frozenset(word.label.keys)
        for number, word in enumerate(words.words)
        if not word.drawn and number in words.group
    ]
    return tuple((word, keys[0], frozenset(keys[1:])) for word, keys in needed), tuple(further)


def cut_words(form: Form, lost: Sequence[int], counts: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Give the lost words of which a text is the beginning; only if as many texts as words begin so."""
    if not lost:
        return {}
    starts, left = beginnings(form), set(lost)
    found: dict[str, tuple[int, ...]] = {}
    for key in sorted(counts.keys() & starts.keys(), key=len, reverse=True):
        some = tuple(word for word in starts[key] if word in left)
        if some and counts[key] == len(some):
            found[key] = some
            left -= set(some)
    return found


def count_keys(hits: Sequence[Hit]) -> Counter[str]:
    """Count the cells of each key."""
    return Counter(hit.key for hit in hits)


def is_open(form: Form, counts: Mapping[str, int]) -> bool:
    """Tell whether a sheet without any known form is a self-evaluation: enough heads of amounts or indicators."""
    words = words_of(form)
    heads = {word for key in counts for word in words.by_key.get(key, ()) if word in words.group}
    return len(heads) >= _LEAST_OPEN or len(heads & set(_lists(form))) >= _LEAST_OPEN - 2


def _lists(form: Form) -> tuple[int, ...]:
    words = words_of(form)
    return tuple(head for columns in words.columns.values() for head in columns.values())
