"""Rows of heads: the rows of a sheet in which at least two heads of one group of a form stand.

Heads may be folded over two rows, and two groups have heads with the same words (分值, 得分): the words that only one
group has decide. Example: ``| 全年预算数 | 全年执行数 | 分值 | 得分 |`` is a row of the amounts, because 全年执行数
is no head of the indicators.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from xlsxeval.read.hits import Hit, Position
from xlsxeval.read.words import FormWords


class HeadRow(NamedTuple):
    """Heads of one group in one row of the sheet (or in a few rows, if they are folded).

    ``first`` and ``last`` are the rows; ``words`` says where each head stands.
    """

    group: int
    first: int
    last: int
    words: Mapping[int, Position]

    @property
    def left(self) -> int:
        """The column of the first head."""
        return min(col for _, col in self.words.values())


class Search(NamedTuple):
    """What is looked for: the words of a form, the words that each key may mean, and the form's year."""

    words: FormWords
    meaning: Mapping[str, tuple[int, ...]]
    year: int | None

    def means(self, hit: Hit) -> tuple[int, ...]:
        """Give the words that a text may be."""
        return self.meaning.get(hit.key, ())

    def is_printed(self, word: int, key: str) -> bool:
        """Tell whether a key is the name that the form prints, not another name of the word."""
        return self.words.words[word].label.keys[0] == key


def find_heads(search: Search, hits: Sequence[Hit]) -> tuple[list[HeadRow], list[HeadRow]]:
    """Find the rows of heads.

    Returns:
        The rows that are used: of a group of lines all, of another group the one with most heads; and every row.
    """
    words = search.words
    by_row: dict[int, list[Hit]] = {}
    for hit in hits:
        if not hit.part and any(word in words.group for word in search.means(hit)):
            by_row.setdefault(hit.row, []).append(hit)
    rows: dict[int, HeadRow] = {}
    unclear: list[HeadRow] = []
    for row, some in by_row.items():
        groups = {words.group.get(word) for hit in some for word in search.means(hit)}
        found = [one for group in words.head_groups if group in groups and (one := heads_in(search, group, some)).words]
        best = max(found, key=lambda one: _rank_of_row(search, one, some), default=None)
        if best is None or (len(best.words) > 1 and _is_row_of_pairs(words, best, some)):
            continue
        if len(best.words) > 1 and _tell(search, best, some):
            rows[row] = best
        else:
            unclear += [one for one in found if len(one.words) == len(best.words)]
    _join_folded(search, rows, by_row)
    every = [rows[row] for row in sorted(rows)]
    best_of: dict[int, HeadRow] = {}
    for one in every:
        if one.group not in words.lists and len(one.words) > len(best_of.get(one.group, one._replace(words={})).words):
            best_of[one.group] = one
    joined = {row for one in every for row in range(one.first, one.last + 1)}
    for one in unclear:
        # Heads that two groups have (目标, 完成情况), or one head alone: of the group that was not met elsewhere.
        open_group = one.group not in words.lists and one.group not in best_of and one.first not in joined
        if open_group and (len(one.words) > 1 or _stands_alone(search, one, by_row[one.first])):
            best_of[one.group] = one
    used = sorted([*(one for one in every if one.group in words.lists), *best_of.values()], key=lambda one: one.first)
    return used, sorted([*every, *(one for one in used if one not in every)], key=lambda one: one.first)


def _rank_of_row(search: Search, row: HeadRow, hits: Iterable[Hit]) -> tuple[int, int, bool]:
    return len(row.words), _tell(search, row, hits), row.group not in search.words.lists


def _is_row_of_pairs(words: FormWords, row: HeadRow, hits: Iterable[Hit]) -> bool:
    """Tell whether the answers stand beside the labels of a row, not below: ``全年预算数 | 300 | 全年执行数 | 280``."""
    kinds = {"figure", "text"} if row.group in words.goals else {"figure"}
    answered = {(hit.row, hit.col) for hit in hits if hit.beside in kinds}
    return 2 * len(answered & set(row.words.values())) > len(row.words)


def _stands_alone(search: Search, row: HeadRow, hits: Sequence[Hit]) -> bool:
    """Tell whether one head of the goals stands in a row with its answer below it, and no head of another group."""
    at = next(iter(row.words.values()))
    own = all(search.words.group.get(search.means(hit)[0], row.group) == row.group for hit in hits)
    beside = any(hit.beside and hit.over != "text" for hit in hits if (hit.row, hit.col) == at)
    told = _tell(search, row, hits) > 0 or any(search.is_printed(word, hit.key) for word in row.words for hit in hits)
    return row.group in search.words.goals and own and not beside and told


def _tell(search: Search, row: HeadRow, hits: Iterable[Hit]) -> int:
    """Count the heads that tell the group of their row: no other word has the key, or it is the printed name of one."""
    words = search.words
    keys = {(hit.row, hit.col): hit.key for hit in hits}
    count = 0
    for word, place in row.words.items():
        key = keys.get(place, "")
        others = [
            other
            for other in search.meaning.get(key, ())
            if other in words.leading and words.group.get(other) != row.group
        ]
        alone = search.is_printed(word, key) and not any(search.is_printed(other, key) for other in others)
        count += bool(key) and (not others or alone)
    return count


def _join_folded(search: Search, rows: dict[int, HeadRow], by_row: Mapping[int, Sequence[Hit]]) -> None:
    """Join rows of heads that stand below each other: they are one row of heads, folded over two or three rows."""
    for row in sorted(by_row):
        both = [*by_row[row], *by_row.get(row + 1, ())]
        known = [rows[one] for one in (row, row + 1) if one in rows]
        if row + 1 not in by_row or not known or _stands_aside(search, row, by_row, rows):
            continue
        over = {(hit.row, hit.col) for hit in both if hit.over}
        joined = []
        for group in search.words.head_groups:
            parts = [
                rows[one] if one in rows and rows[one].group == group else heads_in(search, group, by_row[one])
                for one in (row, row + 1)
            ]
            if all(part.words for part in parts):
                joined.append(_joined(parts[0], parts[1], over))
        best = max(joined, key=lambda one: _rank_of_row(search, one, both), default=None)
        if best is not None and len(best.words) > max(len(one.words) for one in known):
            rows.pop(row, None)
            rows[row + 1] = best


def _stands_aside(search: Search, row: int, by_row: Mapping[int, Sequence[Hit]], rows: Mapping[int, HeadRow]) -> bool:
    """Tell whether, of two rows, one is a row of heads and the other only has side words (合计) left of these."""
    words = search.words
    for one, other in ((row, row + 1), (row + 1, row)):
        if one not in rows and other in rows:
            return all(
                hit.key in words.side_keys
                and hit.col <= rows[other].left
                # The name that the form prints over a column is no side word.
                and not any(word in words.group and search.is_printed(word, hit.key) for word in search.means(hit))
                for hit in by_row[one]
            )
    return False


def _joined(upper: HeadRow, lower: HeadRow, over: Collection[Position]) -> HeadRow:
    """Join two rows; a head with another text below it (one of ``over``) stands for a group of columns, not for one."""
    columns = {col for _, col in lower.words.values()}
    kept = {
        word: place
        for word, place in upper.words.items()
        if place[1] not in columns and word not in lower.words and place not in over
    }
    return HeadRow(upper.group, upper.first, lower.last, {**kept, **lower.words})


def heads_in(search: Search, group: int, hits: Sequence[Hit]) -> HeadRow:
    """Give the heads of one group among the hits of a row; a printed name counts before another name of a head."""
    words = search.words
    found: dict[int, Hit] = {}
    used: set[Position] = set()
    for hit, word in sorted(_candidates(search, group, hits), key=lambda pair: _rank_of_name(words, *pair)):
        if word not in found and (hit.row, hit.col) not in used:
            found[word] = hit
            used.add((hit.row, hit.col))
    left = [hit for hit in hits if (hit.row, hit.col) not in used]
    if found and group in words.goals:
        # 总体目标 | 年初设定目标 | 完成情况: two names of one head; the left one stands for the whole block.
        word, hit = min(found.items(), key=lambda one: one[1].col)
        found[word] = next((one for one in left if word in search.means(one) and one.col > hit.col), hit)
    if group == words.funds:
        # The same head twice: amounts of two years or of two sources, and nothing tells which is meant.
        twice = {one.key for one in left}
        found = {word: hit for word, hit in found.items() if hit.key not in twice}
    name = found.get(words.name_heads.get(group, -1))
    for word, hit in found.items() if name else ():
        # Points of each level (一级指标, 分值, 三级指标, 分值): those behind the name of the line.
        if name and hit.col < name.col and word not in words.inherited:
            found[word] = next((one for one in left if one.key == hit.key and one.col > name.col), hit)
    first = min((hit.row for hit in found.values()), default=0)
    last = max((hit.row + hit.below for hit in found.values()), default=0)
    return HeadRow(group, first, last, {word: (hit.row, hit.col) for word, hit in found.items()})


def _rank_of_name(words: FormWords, hit: Hit, word: int) -> tuple[bool, int]:
    """Order the names of a head: those of the form itself first, in the order of the vocabulary."""
    keys = words.words[word].label.keys
    return not words.words[word].drawn, keys.index(hit.key) if hit.key in keys else len(keys)


def _candidates(search: Search, group: int, hits: Sequence[Hit]) -> list[tuple[Hit, int]]:
    """Pair hits with the heads they may be; where words are equal but for their years, the exact year decides.

    Example: for the heads 2023年决算数 (the year before) and 2024年决算数 the hits 2024年决算数, 2023年决算数 are
    paired by year, although they stand in the other order. Hits whose years fit no head are paired in order, if they
    are as many as the heads left.
    """
    words = search.words
    pairs = [
        (hit, word)
        for hit in hits
        for word in search.means(hit)
        if words.group.get(word) == group and hit.key not in words.decor
    ]
    offsets = {word: words.words[word].label.year_offsets for _, word in pairs}
    dated = [(hit, word) for hit, word in pairs if offsets[word]]
    if not dated:
        return pairs

    def fitting(base: int | None) -> list[tuple[Hit, int]]:
        return [
            (hit, word)
            for hit, word in dated
            if hit.years and base is not None and hit.years[0] == base + offsets[word][0]
        ]

    def explained(base: int | None) -> int:
        return len({word for _, word in fitting(base)})

    plain = [pair for pair in pairs if pair not in dated]
    bases = {hit.years[0] - offsets[word][0] for hit, word in dated if hit.years}
    # The year that explains most heads; of equal ones that of the form.
    base = max(bases, key=lambda one: (explained(one), one == search.year, one), default=search.year)
    unsure = sum(explained(one) == explained(base) for one in bases) > 1 and base != search.year
    some_hits, some_words = dict.fromkeys(hit for hit, _ in dated), dict.fromkeys(word for _, word in dated)
    if unsure and len(some_hits) > len(some_words):
        return plain  # more columns than heads, and no year of the form: any choice would be a guess
    exact = fitting(base)
    taken = {part for pair in exact for part in pair}
    for key in dict.fromkeys(hit.key for hit in some_hits if hit not in taken):
        rest = [hit for hit in some_hits if hit not in taken and hit.key == key]
        heads = [word for word in some_words if word not in taken and word in search.meaning[key]]
        if len(rest) == len(heads):
            exact += zip(rest, heads, strict=True)
    return [*plain, *exact]
