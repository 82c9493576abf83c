"""Which unit of the roster a file belongs to: by the name in its form, by its own name, or by its folder's."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xlsxeval.batch.file_words import (
    HOLDERS,
    Stem,
    endings_of,
    is_free_after,
    names_another,
    region_left_of,
    stem_of,
)
from xlsxeval.batch.roster import Roster, Unit
from xlsxeval.batch.unit_names import cuts, name_key, own_level_end, plain_key, split_level

#: A longer text is no name. So many units are named in a question.
_LONGEST, _MOST_ASKED = 200, 20
_SHORTEST, _SHORTEST_CODE = 2, 4
#: Numbers that may be a year, a month or a day are no code in a file's name.
_DATE = re.compile(r"(?:19|20)\d\d|20[0-4]\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?")
_LEVELS = 5
#: 101001-青石县教育局, (101001)青石县教育局.
_CODED = re.compile(r"\(?(\d{3,})\)?[-_:.、]?([^\d\W_].*)")
_SLASH = re.compile(r"[/\\]")


class Tied(NamedTuple):
    """The unit to which a file belongs.

    Attributes:
        unit: None if there is none, or it is not certain.
        how: where the name was found: ``form``, ``file``, ``folder``; empty if nowhere.
        asked: the names of the units that it may be, if that is not certain.
    """

    unit: Unit | None
    how: str
    asked: tuple[str, ...] = ()


class _Named(NamedTuple):
    """One writing of a unit's name, without the words for the own level.

    Attributes:
        number: the number of the unit on the roster.
        own: whether the name is that of the own level.
        short: whether the region in front was left out.
        code: whether it is the code.
    """

    number: int
    own: bool = False
    short: bool = False
    code: bool = False


class _Span(NamedTuple):
    """A name found in a text: from ``begin`` to ``end``, with the words for the own level to ``level_end``."""

    begin: int
    end: int
    level_end: int
    named: tuple[_Named, ...]


_Index = dict[str, list[_Named]]
_NOTHING = Tied(None, "")


class Matcher:
    """Ties names to the units of a roster; built once, each question costs time in proportion to its length."""

    def __init__(self, roster: Roster) -> None:
        """Prepare the look-ups.

        Args:
            roster: the units.
        """
        self._units = roster.units
        self._exact = [_exact_names(self._units), _exact_others(self._units)]
        writings = [(number, *writing) for number, unit in enumerate(self._units) for writing in _writings(unit)]
        self._full: _Index = defaultdict(list)
        for number, bare, own in writings:
            _add(self._full, bare, _Named(number, own))
        self._regions: dict[str, set[str]] = defaultdict(set)
        for region in (cut.region for _, bare, _ in writings for cut in cuts(bare)):
            if len(region) > 1:
                self._regions[region[-1]].add(region)
        self._short = _short_names(writings, None)
        self._shown = _shown_names(self._full, _short_names(writings, _common(writings)), self._units)
        self._sizes: dict[str, list[int]] = defaultdict(list)
        for name in self._shown:
            self._sizes[name[:_SHORTEST]].append(len(name))
        for start, sizes in self._sizes.items():
            self._sizes[start] = sorted(set(sizes), reverse=True)
        self._known: dict[str, tuple[int | None, tuple[int, ...]]] = {}
        departments = {unit.department for unit in self._units if unit.department}
        above = {words: self._number_by_name(words)[0] for words in departments}
        self._above = [above.get(unit.department) for unit in self._units]

    def by_name(self, words: str) -> Tied:
        """Find the unit by its name as it is written in a form.

        Args:
            words: the name, an alias or the code.
        """
        return self._tied(*self._number_by_name(words), "form")

    def by_path(self, parts: Sequence[str]) -> Tied:
        """Find the unit by the names of a file and its folders.

        Args:
            parts: from the innermost outwards: the member of a container, the container with its ending, the file,
                the folders. The first, and all with the ending of a container, count as files.
        """
        asked: tuple[int, ...] = ()
        asked_how = ""
        for how, part in _named_parts(parts):
            number, maybe = self._number_by_part(part)
            if number is not None and (not asked or number in asked):
                return self._tied(number, (), how)
            if number is not None:
                break
            if maybe and not asked:
                asked, asked_how = maybe, how
        return self._tied(None, asked, asked_how)

    def tie(self, words: Sequence[str], parts: Sequence[str]) -> Tied:
        """Find the unit of a file by its forms, or if no name is written there, by the names of file and folders.

        Args:
            words: the names of units in its forms; the first counts, unless the path is that of another one of them.
            parts: as in ``by_path``.

        Returns:
            If the forms name nobody on the roster: no unit, and those that the path names are asked.
        """
        by_path = self.by_path(parts)
        names = [self.by_name(one) for one in words if name_key(one)]
        if not names:
            return by_path
        for one in names if by_path.unit else ():
            if by_path.unit == one.unit:
                return one
            if by_path.unit and by_path.unit.name in one.asked:
                return by_path
        known = next((one for one in names if one.unit or one.asked), None)
        return known or Tied(None, "", (by_path.unit.name,) if by_path.unit else by_path.asked)

    def other_unit(self, words: Sequence[str], parts: Sequence[str]) -> Unit | None:
        """Give the unit that a file itself is named after, if its forms name other units of the roster only."""
        own = self.by_path(parts[:1]).unit
        names = [self.by_name(one) for one in words if name_key(one)]
        others = [one for one in names if one.unit]
        agrees = own is None or any(one.unit == own or own.name in one.asked for one in names)
        return own if others and not agrees else None

    def _tied(self, number: int | None, asked: Iterable[int], how: str) -> Tied:
        if number is not None:
            return Tied(self._units[number], how)
        names = tuple(self._units[one].name for one in asked)
        return Tied(None, how, names[:_MOST_ASKED]) if names else _NOTHING

    def _number_by_name(self, words: str) -> tuple[int | None, tuple[int, ...]]:
        """Give the unit with this name, or those that it may be."""
        key = name_key(words)
        if not 0 < len(key) <= _LONGEST:
            return None, ()
        for index in self._exact:
            if key in index:
                return _only(index[key])
        bare, own = split_level(plain_key(key))
        if bare in self._full:
            return _only(_of_level(self._full[bare], own=own))
        longer = next((self._full[rest] for rest in self._rests(bare)), [])
        numbers = _of_level([*longer, *self._short.get(bare, ())], own=own)
        return _only(numbers) if numbers else self._number_after_code(key)

    def _number_after_code(self, key: str) -> tuple[int | None, tuple[int, ...]]:
        """Give the unit of a name with a code before it, as budget programs print it; both must be of one unit."""
        found = _CODED.fullmatch(key)
        if not found:
            return None, ()
        number, asked = self._number_by_name(found[2])
        of_code = self._exact[1].get(found[1], ())
        if number is None or not of_code or number in of_code:
            return number, asked
        return None, (number, *of_code)

    def _rests(self, bare: str) -> Iterator[str]:
        """Yield what is left of a name without regions in front, if it is a unit's name, the longest first."""
        for cut in cuts(bare):
            if bare[cut.at :] in self._full and self._is_near(cut.region):
                yield bare[cut.at :]

    def _is_near(self, region: str) -> bool:
        """Tell whether a region may be that of the roster: if units on it name regions of that kind, one of them."""
        alike = self._regions.get(region[-1:])
        return not alike or len(region) <= 1 or region in alike

    def _number_by_part(self, part: str) -> tuple[int | None, tuple[int, ...]]:
        """Give the unit that the name of a file or folder names, or those that it may be."""
        if part not in self._known:
            self._known[part] = self._search(part)
        return self._known[part]

    def _search(self, part: str) -> tuple[int | None, tuple[int, ...]]:
        key = name_key(part)
        for index in self._exact:
            if key in index and not _DATE.fullmatch(key):
                return _only(index[key])
        stem = stem_of(part[: _LONGEST * 2])
        spans = self._spans(stem)
        found = {span: self._numbers_at(stem, span) for span in spans}
        numbers = list(dict.fromkeys(number for some in found.values() for number in some))
        if any(len(some) > 1 for some in found.values()):
            above = {one for number in numbers for one in self._above_of(number)}
            return None, tuple(number for number in numbers if number not in above) or tuple(numbers)
        lowest = [number for number in numbers if {number, *self._above_of(number)}.issuperset(numbers)]
        if len(lowest) != 1:
            return None, tuple(numbers)
        bounds = {span.level_end for span in spans}
        own = [span for span, some in found.items() if some == lowest]
        ends = [(span.begin, span.level_end) for span in spans]
        certain = all(self._is_certain(stem, span, bounds, ends) for span in own) and not names_another(stem, ends)
        return (lowest[0], ()) if certain else (None, tuple(lowest))

    def _numbers_at(self, stem: Stem, span: _Span) -> list[int]:
        """Give the units that a name in a text may mean: one that is written just so, else those of its level."""
        exact = self._exact[0].get(stem.text[span.begin : span.level_end])
        return exact or _of_level(span.named, own=span.level_end > span.end)

    def _above_of(self, number: int) -> Iterator[int]:
        """Yield the departments above a unit."""
        at = self._above[number]
        for _ in range(_LEVELS):
            if at is None or at == number:
                return
            yield at
            at = self._above[at]

    def _is_certain(self, stem: Stem, span: _Span, bounds: set[int], spans: Sequence[tuple[int, int]]) -> bool:
        """Tell whether a name is no part of a longer one."""
        after = span.level_end in {begin for begin, _ in spans} or is_free_after(stem, span.level_end)
        begin = span.begin
        while begin > 0 and not stem.is_bound(begin) and begin not in bounds:
            begin -= 1
        region = region_left_of(stem, begin, span.begin, stem.text[span.begin : span.end])
        if not after or region is None:
            return False
        return not region or (not any(named.short for named in span.named) and self._is_near(region))

    def _spans(self, stem: Stem) -> list[_Span]:
        """Find the names in a text; names inside a longer one are left out."""
        text = stem.text
        spans: list[_Span] = []
        reached = 0
        for begin in range(len(text) - 1):
            for size in self._sizes.get(text[begin : begin + _SHORTEST], ()):
                end = begin + size
                if end <= reached:
                    break  # it lies inside the last one
                named = self._shown.get(text[begin:end])
                if named and end <= len(text) and _is_whole(text, begin, end, named):
                    spans.append(_Span(begin, end, own_level_end(text, end), tuple(named)))
                    reached = end
                    break
        return spans


def _named_parts(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names without their endings, each with ``file`` or ``folder``, from the innermost outwards."""
    first = True
    for part in parts:
        for name in reversed(_SLASH.split(part)):
            stem, endings = endings_of(name)
            yield "file" if first or not HOLDERS.isdisjoint(endings) else "folder", stem
            first = False


def _exact_names(units: Sequence[Unit]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(units):
        index[name_key(unit.name)].append(number)
    return {key: numbers for key, numbers in index.items() if key}


def _exact_others(units: Sequence[Unit]) -> dict[str, list[int]]:
    index: dict[str, dict[int, None]] = defaultdict(dict)
    for number, unit in enumerate(units):
        for text in (*unit.aliases, unit.code):
            index[name_key(text)][number] = None
    return {key: list(numbers) for key, numbers in index.items() if key}


def _writings(unit: Unit) -> Iterator[tuple[str, bool]]:
    for name in dict.fromkeys((unit.name, *unit.aliases)):
        bare, own = split_level(plain_key(name_key(name)))
        if len(bare) >= _SHORTEST:
            yield bare, own


def _add(index: _Index, name: str, named: _Named) -> None:
    """Add a writing; of names that very many units have, it is enough to know that they are many."""
    known = index.setdefault(name, [])
    if len(known) <= _MOST_ASKED and named not in known:
        known.append(named)


def _common(writings: Sequence[tuple[int, str, bool]]) -> frozenset[str]:
    """Give the regions with which at least half of the names begin."""
    counts = Counter(bare[: cut.at] for _, bare, _ in writings for cut in cuts(bare))
    return frozenset(region for region, count in counts.items() if count * 2 >= len(writings))


def _short_names(writings: Sequence[tuple[int, str, bool]], regions: frozenset[str] | None) -> _Index:
    """Give the names without these regions in front (None: without any), with all units whose names end so.

    第一小学 may be short for 青石县第一小学 only if there is no 城关镇第一小学.
    """
    index: _Index = defaultdict(list)
    for number, bare, own in writings:
        for cut in cuts(bare):
            if len(bare) - cut.at >= _SHORTEST and (regions is None or bare[: cut.at] in regions):
                _add(index, bare[cut.at :], _Named(number, own, short=True))
    for number, bare, own in writings:
        for at in range(1, len(bare) - 1):
            if bare[at:] in index:
                _add(index, bare[at:], _Named(number, own, short=True))
    return index


def _shown_names(full: _Index, short: _Index, units: Sequence[Unit]) -> _Index:
    """Give all writings that are searched in names of files; a full name goes before a shortened one."""
    index: _Index = {**short, **full}
    for number, unit in enumerate(units):
        code = name_key(unit.code)
        if len(code) >= _SHORTEST_CODE and not _DATE.fullmatch(code):
            _add(index, code, _Named(number, code=True))
    return index


def _is_whole(text: str, begin: int, end: int, named: Sequence[_Named]) -> bool:
    """Tell whether a code is not a part of a longer number or word."""
    if not all(one.code for one in named):
        return True
    around = text[begin - 1 : begin] + text[end : end + 1]
    return not any(sign.isascii() and sign.isalnum() for sign in around)


def _of_level(named: Iterable[_Named], *, own: bool) -> list[int]:
    """Give the units among these: if there are several, those of the level that was written."""
    every = list(named)
    numbers = list(dict.fromkeys(one.number for one in every))
    same = list(dict.fromkeys(one.number for one in every if one.own == own))
    return same if len(numbers) > 1 and len(same) == 1 and len(every) <= _MOST_ASKED else numbers


def _only(numbers: Sequence[int]) -> tuple[int | None, tuple[int, ...]]:
    return (numbers[0], ()) if len(numbers) == 1 else (None, tuple(numbers))
