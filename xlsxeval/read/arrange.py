"""Find where each word of a form stands among the texts of a sheet: heads by their groups, side words by their rows.

1. A row is a row of heads if at least two words of one group stand in it; heads folded over two rows are joined. A
   group of lines (指标) may have several rows of heads, one for each block of lines; any other group has one.
2. What lies between two rows of heads is the body of the upper one.
3. A side word is looked for in the body of its group; a word without a head anywhere but among lines.

Only the words decide; the order of columns, rows and blocks does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where the words of a form stand in the rows ``first`` to ``last`` of a sheet.

    Attributes:
        heads: the rows of heads, from top to bottom; of amounts and goals one.
        every_head: the same with rows of heads that stand there again.
        sides: side word -> its hit.
        hits: all texts of these rows that may be labels.
        ends: first row of heads of lines -> the row in which something else begins.
        cut: the words of which only the beginning was met.
    """

    words: FormWords
    first: int
    last: int
    heads: tuple[HeadRow, ...]
    every_head: tuple[HeadRow, ...]
    sides: Mapping[int, Hit]
    hits: tuple[Hit, ...]
    ends: Mapping[int, int]
    cut: frozenset[int] = frozenset()

    def of_group(self, group: int) -> tuple[HeadRow, ...]:
        """Give the rows of heads of a group."""
        return tuple(row for row in self.heads if row.group == group)

    def body_end(self, heads: HeadRow) -> int:
        """Give the last row below a row of heads that belongs to it."""
        return min((other.first - 1 for other in self.heads if other.first > heads.last), default=self.last)

    @property
    def met(self) -> Mapping[int, Position]:
        """Every word that was met, and where; of a head with several rows the first."""
        found: dict[int, Position] = {word: (hit.row, hit.col) for word, hit in self.sides.items()}
        for heads in reversed(self.heads):
            found |= heads.words
        return found


def arrange(
    words: FormWords,
    hits: Sequence[Hit],
    first: int,
    last: int,
    year: int | None = None,
    cut: Mapping[str, tuple[int, ...]] = {},
) -> Arrangement:
    """Find where the words of a form stand.

    Args:
        words: the words of the form.
        hits: the texts that may be labels, in the order of rows.
        first: the first row of the form on the sheet.
        last: its last row.
        year: the year of the form; it decides between heads that differ only in their years.
        cut: keys of labels that were cut off, and the words they are the beginning of.
    """
    meaning = {**words.by_key, **cut}
    hits = tuple(hit for hit in hits if first <= hit.row <= last and hit.key in meaning)
    heads, every_head = _head_rows(words, hits, meaning, year)
    taken = {place for row in heads for place in row.words.values()}
    free = [hit for hit in hits if (hit.row, hit.col) not in taken]
    sides, ends = _sides(words, free, meaning, heads, last)
    return Arrangement(words, first, last, heads, every_head, sides, hits, ends, frozenset(word for some in cut.values() for word in some))


def _head_rows(
    words: FormWords, hits: Sequence[Hit], meaning: Mapping[str, tuple[int, ...]], year: int | None
) -> tuple[tuple[HeadRow, ...], tuple[HeadRow, ...]]:
    """Find the rows of heads: the best row for each group (every row for groups of lines), and all of them."""
    by_row: dict[int, list[Hit]] = {}
    for hit in hits:
        if not hit.value and any(word in words.group for word in meaning.get(hit.key, ())):
            by_row.setdefault(hit.row, []).append(hit)
    rows: dict[int, HeadRow] = {}
    single: list[HeadRow] = []
    lists = lists_of(words)
    printed = [number for number in range(len(words.groups)) if number not in words.anchors]
    for row, some in by_row.items():
        found = [_heads_in(words, group, some, meaning, year) for group in printed]
        best = max(found, key=lambda one: (len(one.words), _unique(words, one, meaning, some)))
        if len(best.words) > 1 and _unique(words, best, meaning, some):
            rows[row] = best
        elif len(some) == 1 and best.words and _without_sides(words, best.group):
            single.append(best)
    merged = _folded(words, rows, single)
    kept: dict[int, HeadRow] = {}
    several: list[HeadRow] = []
    for one in merged:
        if one.group in lists:
            several.append(one)
        elif one.group not in kept or len(one.words) > len(kept[one.group].words):
            kept[one.group] = one
    for one in single:
        if one.group not in lists and one.group not in kept and _unique(words, one, meaning, by_row[one.first]):
            kept[one.group] = one
    chosen = sorted([*several, *kept.values()], key=lambda one: one.first)
    return tuple(chosen), tuple(sorted([*merged, *(one for one in chosen if one not in merged)], key=lambda one: one.first))


def _without_sides(words: FormWords, group: int) -> bool:
    """Tell whether the blanks of a group hang on heads alone, as those of the goals."""
    return all(side is None for (head, side) in words.crossings if words.group[head] == group)


def lists_of(words: FormWords) -> frozenset[int]:
    """Give the groups below which lines stand, without those of anchors."""
    return frozenset(words.table_group.values()) - words.anchors


def _unique(words: FormWords, row: HeadRow, meaning: Mapping[str, tuple[int, ...]], hits: Iterable[Hit]) -> int:
    """Count the heads of a row whose key no other group of the form has: 得分 alone does not tell which group it is."""
    keys = {(hit.row, hit.col): hit.key for hit in hits}
    return sum(
        all(words.group.get(other) == row.group for other in meaning[keys[place]])
        for place in row.words.values()
        if place in keys
    )


def _heads_in(
    words: FormWords, group: int, hits: Sequence[Hit], meaning: Mapping[str, tuple[int, ...]], year: int | None
) -> HeadRow:
    """Give the heads of one group among the hits of a row; a printed name counts before another name of a head."""
    found: dict[int, Hit] = {}
    used: set[Position] = set()
    pairs = _by_year(words, group, hits, meaning, year)
    for wanted in ((True, True), (True, False), (False, True), (False, False)):
        for hit, word in pairs:
            of = words.words[word].drawn, words.words[word].label.keys[0] == hit.key
            if of == wanted and word not in found and (hit.row, hit.col) not in used:
                found[word] = hit
                used.add((hit.row, hit.col))
    first = min((hit.row for hit in found.values()), default=0)
    last = max((hit.row + hit.below for hit in found.values()), default=0)
    return HeadRow(group, first, last, {word: (hit.row, hit.col) for word, hit in found.items()})


def _by_year(
    words: FormWords, group: int, hits: Sequence[Hit], meaning: Mapping[str, tuple[int, ...]], year: int | None
) -> list[tuple[Hit, int]]:
    """Pair hits with the heads they may be; where words are equal but for their years, the exact year decides.

    Example: for the heads 2023年决算数 (the year before) and 2024年决算数 the hits 2024年决算数, 2023年决算数 are
    paired by year, although they stand in the other order. Hits whose years fit no head are paired in order, if they
    are as many as the heads left.
    """
    pairs = [(hit, word) for hit in hits for word in meaning.get(hit.key, ()) if words.group.get(word) == group]
    dated = [(hit, word) for hit, word in pairs if words.words[word].label.year_offsets]
    if not dated:
        return pairs
    plain = [pair for pair in pairs if pair not in dated]
    bases = [hit.years[0] - words.words[word].label.year_offsets[0] for hit, word in dated if hit.years]
    # The year that explains most heads; of equal ones that of the form.
    base = max(bases, key=lambda one: (_explained(one, dated, words), one == year), default=year)
    clear = [one for one in set(bases) if _explained(one, dated, words) == _explained(base or 0, dated, words)]
    exact = [
        (hit, word)
        for hit, word in dated
        if hit.years and base is not None and hit.years[0] == base + words.words[word].label.year_offsets[0]
    ]
    if len(clear) > 1 and base != year and len({hit for hit, _ in dated}) > len({word for _, word in dated}):
        return plain  # more columns than heads, and no year of the form: any choice would be a guess
    left_hits = [hit for hit in dict.fromkeys(hit for hit, _ in dated) if hit not in {one for one, _ in exact}]
    left_words = [word for word in dict.fromkeys(word for _, word in dated) if word not in {one for _, one in exact}]
    for key in dict.fromkeys(hit.key for hit in left_hits):
        some = [hit for hit in left_hits if hit.key == key]
        heads = [word for word in left_words if word in meaning.get(key, ())]
        if len(some) == len(heads):
            exact += zip(some, heads, strict=True)
    return [*plain, *exact]


def _explained(base: int, dated: Iterable[tuple[Hit, int]], words: FormWords) -> int:
    fitting = {
        word for hit, word in dated if hit.years and hit.years[0] == base + words.words[word].label.year_offsets[0]
    }
    return len(fitting)


def _folded(words: FormWords, rows: Mapping[int, HeadRow], single: Sequence[HeadRow]) -> list[HeadRow]:
    """Join rows of heads of one group that stand directly below each other and complete each other."""
    found: list[HeadRow] = []
    for row in sorted(rows):
        one = rows[row]
        if found and found[-1].group == one.group and found[-1].last + 1 == one.first and _complete(found[-1], one):
            found[-1] = _joined(found[-1], one)
        else:
            found.append(one)
    for lone in single:
        for index, one in enumerate(found):
            beside = lone.first in (one.first - 1, one.last + 1)
            if one.group == lone.group and beside and not set(one.words) & set(lone.words):
                upper, lower = (lone, one) if lone.first < one.first else (one, lone)
                found[index] = _joined(upper, lower)
    return found


def _complete(upper: HeadRow, lower: HeadRow) -> bool:
    """Tell whether two rows have few heads in common: a second block of lines has most of them again."""
    return 2 * len(set(upper.words) & set(lower.words)) < min(len(upper.words), len(lower.words))


def _joined(upper: HeadRow, lower: HeadRow) -> HeadRow:
    """Join two rows; where both have a head in a column, the lower one is the head of the cells below it."""
    columns = {col for _, col in lower.words.values()}
    kept = {word: place for word, place in upper.words.items() if place[1] not in columns and word not in lower.words}
    return HeadRow(upper.group, upper.first, lower.last, {**kept, **lower.words})


def _sides(
    words: FormWords,
    free: Sequence[Hit],
    meaning: Mapping[str, tuple[int, ...]],
    heads: Sequence[HeadRow],
    last: int,
) -> tuple[dict[int, Hit], dict[int, int]]:
    """Find the side words.

    Returns:
        Side word -> its hit; first row of heads of lines -> the row in which something else begins.
    """
    lists = lists_of(words)
    totals = {word for word, group in words.side_group.items() if group in lists}
    sides: dict[int, Hit] = {}
    ends: dict[int, int] = {}
    for index, row in enumerate(heads):
        below = heads[index + 1].first - 1 if index + 1 < len(heads) else last
        body = [hit for hit in free if row.first <= hit.row <= below]
        if row.group in lists:
            ends[row.first] = _end_of_lines(words, row, body, meaning, totals, sides, below)
        else:
            _crossing_sides(words, row, body, meaning, sides)
    taken = {(hit.row, hit.col, hit.key) for hit in sides.values()}
    lines = [(row.last + 1, ends[row.first] - 1) for row in heads if row.first in ends]
    outside = [
        hit
        for hit in free
        if (hit.row, hit.col, hit.key) not in taken and not any(top <= hit.row <= end for top, end in lines)
    ]
    divider = min((hit.row for hit in outside if set(meaning.get(hit.key, ())) & words.dividers), default=None)
    anchors = [head for group in words.anchors for head in words.groups[group]]
    for word in [*words.pairs, *anchors, *totals]:
        if word in sides:
            continue
        some = [hit for hit in outside if word in meaning.get(hit.key, ())]
        if word in words.after_divider:
            some = [hit for hit in some if divider is not None and hit.row > divider] or (
                some if words.words[word].drawn and divider is None else []
            )
        if word in totals:
            # 合计 beside anything may be a total of anything; 自评总分 and 自评得分 say that they are points.
            some = [hit for hit in some if "分" in hit.key]
        if some:
            own = words.words[word].label.keys[0]
            best = min(some, key=lambda hit: (hit.key != own, not hit.value, hit.row, hit.col))
            sides[word] = best
            outside.remove(best)
    return sides, ends


def _end_of_lines(
    words: FormWords,
    row: HeadRow,
    body: Sequence[Hit],
    meaning: Mapping[str, tuple[int, ...]],
    totals: set[int],
    sides: dict[int, Hit],
    below: int,
) -> int:
    """Give the row that ends a list of lines: that of its total, or of a label at the left that belongs to no line.

    Of several totals the one with the printed name is the total, else the last one; the others are subtotals.
    """
    left = min(col for _, col in row.words.values())
    table = next(table for table, group in words.table_group.items() if group == row.group)
    own = [head for column, head in words.columns[table].items() if column not in words.form.tables[table].inherit]
    name = min((row.words[head][1] for head in own if head in row.words), default=left)
    end = below + 1
    sums = [hit for hit in body if hit.row > row.last and hit.col <= name and totals & set(meaning.get(hit.key, ()))]
    if sums:
        exact = [hit for hit in sums for word in totals if words.words[word].label.keys[0] == hit.key]
        last_sum = (exact or sums)[-1]
        end = last_sum.row
        for word in totals & set(meaning.get(last_sum.key, ())):
            sides.setdefault(word, last_sum)
    for hit in body:
        of = meaning.get(hit.key, ())
        printed = any(word in words.pairs or not _leads(words, word) for word in of)
        if row.last < hit.row < end and hit.col <= left and printed and not words.after_divider & set(of) and not totals & set(of):
            return hit.row
    return end


@lru_cache(maxsize=256)
def _leading(words: FormWords) -> frozenset[int]:
    return frozenset({*words.group, *words.side_group, *words.pairs})


def _leads(words: FormWords, word: int) -> bool:
    """Tell whether anything hangs on a word."""
    return word in _leading(words)


def _crossing_sides(
    words: FormWords,
    row: HeadRow,
    body: Sequence[Hit],
    meaning: Mapping[str, tuple[int, ...]],
    sides: dict[int, Hit],
) -> None:
    """Find the side words of a row of heads: at its left, below it or in it, and above a divider."""
    divider = min((hit.row for hit in body if set(meaning.get(hit.key, ())) & words.dividers), default=None)
    right = max(col for _, col in row.words.values())
    for exact in (True, False):
        for hit in body:
            if hit.col >= right or (divider is not None and hit.row >= divider):
                continue
            for word in meaning.get(hit.key, ()):
                is_exact = words.words[word].label.keys[0] == hit.key
                free = word not in sides and all(hit != other for other in sides.values())
                if words.side_group.get(word) == row.group and is_exact is exact and free:
                    sides[word] = hit
