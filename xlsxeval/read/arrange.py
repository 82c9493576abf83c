"""Find where each word of a form stands among the texts of a sheet: heads by their groups, side words by their rows.

1. ``heads`` finds the rows of heads. A group of lines (指标) may have several, one for each block of lines.
2. What lies between two rows of heads is the body of the upper one; a list of lines ends at its total, or at a label
   or title that belongs to no line.
3. A side word is looked for in the body of its group; a word without a head anywhere but among lines.

Only the words decide; the order of columns, rows and blocks does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlsxeval.read.heads import HeadRow, Search, find_heads
from xlsxeval.read.hits import Hit, Position
from xlsxeval.read.words import FormWords


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Where the words of a form stand in the rows ``first`` to ``last`` of a sheet.

    Compared by identity, so that it can be the key of a cache; without slots, because of ``met``.

    Attributes:
        words: the words of the form.
        first: the first row.
        last: the last row.
        heads: the rows of heads, from top to bottom; of amounts and goals one.
        every_head: the same with rows of heads that stand there again.
        sides: side word -> its hit.
        hits: all texts of these rows that may be labels.
        ends: first row of heads of lines -> the row in which something else begins.
        holes: rows between lines that hold a label and its text, and no line.
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
    holes: frozenset[int]
    cut: frozenset[int] = frozenset()

    def of_group(self, group: int) -> tuple[HeadRow, ...]:
        """Give the rows of heads of a group."""
        return tuple(row for row in self.heads if row.group == group)

    def body_end(self, heads: HeadRow) -> int:
        """Give the last row below a row of heads that belongs to it."""
        return min((other.first - 1 for other in self.heads if other.first > heads.last), default=self.last)

    def name_column(self, heads: HeadRow) -> int:
        """Give the column of the names of lines, below a row of heads."""
        return _name_column(self.words, heads)

    @cached_property
    def met(self) -> Mapping[int, Position]:
        """Every word that was met, and where; of a head with several rows the first."""
        found: dict[int, Position] = {word: (hit.row, hit.col) for word, hit in self.sides.items()}
        for heads in reversed(self.heads):
            found |= heads.words
        return found


@lru_cache(maxsize=64)
def arrange(
    words: FormWords,
    hits: tuple[Hit, ...],
    first: int,
    last: int,
    year: int | None = None,
    cut: tuple[tuple[str, tuple[int, ...]], ...] = (),
) -> Arrangement:
    """Find where the words of a form stand; remembered, because most workbooks of a folder have the same layout.

    Args:
        words: the words of the form.
        hits: the texts that may be labels, in the order of rows.
        first: the first row of the form on the sheet.
        last: its last row.
        year: the year of the form; it decides between heads that differ only in their years.
        cut: keys of labels that were cut off, and the words they are the beginning of.
    """
    search = Search(words, {**words.by_key, **dict(cut)}, year)
    own = tuple(hit for hit in hits if first <= hit.row <= last and (hit.key in search.meaning or hit.heading))
    heads, every_head = find_heads(search, own)
    taken = {place for row in heads for place in row.words.values()}
    sides = _Sides(search, {}, {}, set())
    _find_sides(sides, [hit for hit in own if (hit.row, hit.col) not in taken], heads, last)
    short = frozenset(word for _, some in cut for word in some)
    holes = frozenset(sides.holes)
    return Arrangement(words, first, last, tuple(heads), tuple(every_head), sides.found, own, sides.ends, holes, short)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The side words while they are looked for; the parts are as in ``Arrangement``."""

    search: Search
    found: dict[int, Hit]
    ends: dict[int, int]
    holes: set[int]


def _find_sides(sides: _Sides, free: Sequence[Hit], heads: Sequence[HeadRow], last: int) -> None:
    """Find the side words: first those below rows of heads, then the others outside the lines."""
    words = sides.search.words
    for row, below in zip(heads, [*(other.first - 1 for other in heads[1:]), last], strict=False):
        body = [hit for hit in free if row.first <= hit.row <= below]
        if row.group in words.lists:
            sides.ends[row.first] = _end_of_lines(sides, row, body, below)
        else:
            _crossing_sides(sides, row, body)
    taken = set(sides.found.values())
    lines = [(row.last + 1, sides.ends[row.first] - 1) for row in heads if row.first in sides.ends]
    outside = [
        hit
        for hit in free
        if hit not in taken and (hit.row in sides.holes or not any(top <= hit.row <= end for top, end in lines))
    ]
    divider = _divider(sides.search, outside)
    for word in words.free_sides:
        some = [hit for hit in outside if word in sides.search.means(hit)] if word not in sides.found else []
        needs_divider = divider is not None or not words.words[word].drawn or words.form.is_open
        if word in words.after_divider and needs_divider:
            some = [hit for hit in some if divider is not None and hit.row > divider]
        if word in words.totals:
            # 合计 beside anything may be a total of anything; 自评总分 and 自评得分 say that they are points.
            some = [hit for hit in some if "分" in hit.key]
        if some:
            keys = words.words[word].label.keys
            best = min(some, key=lambda hit: (keys.index(hit.key) if hit.key in keys else len(keys), hit.row, hit.col))
            sides.found[word] = best
            outside.remove(best)


def _divider(search: Search, hits: Sequence[Hit]) -> int | None:
    """Give the row of 按收入性质分, below which labels have their amounts beside them."""
    return min((hit.row for hit in hits if set(search.means(hit)) & search.words.dividers), default=None)


def _crossing_sides(sides: _Sides, row: HeadRow, body: Sequence[Hit]) -> None:
    """Find the side words of a row of heads: at its left, below it or in it, and above a divider."""
    search, divider = sides.search, _divider(sides.search, body)
    right = max(col for _, col in row.words.values())
    open_hits = [hit for hit in body if hit.col < right and (divider is None or hit.row < divider)]
    taken: set[Hit] = set()
    for printed in (True, False):
        before = dict(sides.found)
        for hit in open_hits:
            for word in search.means(hit):
                fits = search.words.side_group.get(word) == row.group and search.is_printed(word, hit.key) is printed
                # A line above, as of the 专项资金, may be named as a label below is: 办公经费.
                is_free = word not in (before if word in search.words.below_table else sides.found)
                if fits and is_free and hit not in taken:
                    sides.found[word] = hit
                    taken.add(hit)


def _name_column(words: FormWords, row: HeadRow) -> int:
    """Give the column of the names of lines; without a name, that of the first head that is taken over by no line."""
    own = [col for head, (_, col) in row.words.items() if head not in words.inherited]
    name = row.words.get(words.name_heads.get(row.group, -1))
    return name[1] if name else min(own, default=row.left)


def _end_of_lines(sides: _Sides, row: HeadRow, body: Sequence[Hit], below: int) -> int:
    """Give the row that ends a list of lines: that of its total, else of a label at the left that belongs to no line.

    Of several totals the one with the printed name is the total, else the last one; the others are subtotals. Rows with
    a label at the left above the total are no lines.
    """
    search, words = sides.search, sides.search.words
    left, name = row.left, _name_column(words, row)
    inside = [hit for hit in body if hit.row > row.last]
    sums = [hit for hit in inside if hit.col <= name and words.totals & set(search.means(hit))]
    end = below + 1
    if sums:
        exact = [hit for hit in sums if any(search.is_printed(word, hit.key) for word in words.totals)]
        total = (exact or sums)[-1]
        end = total.row
        for word in words.totals & set(search.means(total)):
            sides.found.setdefault(word, total)
    for hit in inside:
        if hit.row >= end:
            break
        if hit.heading:
            if not sums:
                return hit.row
            sides.holes.add(hit.row)  # a title, year or unit of amounts printed again on the next page
            continue
        means = set(search.means(hit))
        answered = bool(means & words.pairs.keys()) or (bool(means & words.goal_words) and hit.beside == "text")
        printed = answered or bool(means & words.goal_words) or not means <= words.leading
        own = means & {*words.frames[row.group], *words.after_divider, *words.totals}
        if printed and not own and (hit.col < left or (answered and hit.col == left)):
            if not sums:
                return hit.row
            sides.holes.add(hit.row)
    return end
