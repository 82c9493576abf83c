"""Find where each word of a form stands among the texts of a sheet: heads by their groups, side words by their rows.

1. A row is a row of heads if at least two words of one group stand in it; heads folded over two rows are joined. A
   group of lines (指标) may have several rows of heads, one for each block of lines; any other group has one.
2. What lies between two rows of heads is the body of the upper one.
3. A side word is looked for in the body of its group; a word without a head anywhere but among lines.

Only the words decide; the order of columns, rows and blocks does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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

    @property
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
    meaning = {**words.by_key, **dict(cut)}
    hits = tuple(hit for hit in hits if first <= hit.row <= last and (hit.key in meaning or hit.heading))
    heads, every_head = _head_rows(words, hits, meaning, year)
    taken = {place for row in heads for place in row.words.values()}
    free = [hit for hit in hits if (hit.row, hit.col) not in taken]
    sides, ends, holes = _sides(words, free, meaning, heads, last)
    return Arrangement(words, first, last, heads, every_head, sides, hits, ends, holes, frozenset(word for _, some in cut for word in some))


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
    unclear: list[HeadRow] = []
    lists = lists_of(words)
    printed = [number for number in range(len(words.groups)) if number not in words.anchors]
    for row, some in by_row.items():
        found = [_heads_in(words, group, some, meaning, year) for group in printed]
        best = max(found, key=lambda one: (len(one.words), _unique(words, one, meaning, some)))
        if len(best.words) == 1:
            single.append(best)
        elif len(best.words) > 1 and not _is_row_of_pairs(words, best, some):
            if _unique(words, best, meaning, some):
                rows[row] = best
            else:
                unclear += [one for one in found if len(one.words) == len(best.words)]
    sides = {key for word in (*words.side_group, *words.pairs) for key in words.words[word].label.keys}
    for row in sorted({*rows, *(one.first for one in (*single, *unclear))}):
        # No body lies between two rows of heads below each other: they are one, folded over two rows.
        if row + 1 not in by_row or not {row, row + 1} & rows.keys():
            continue
        both = [*by_row[row], *by_row[row + 1]]
        parts = [
            [
                rows[one] if one in rows and rows[one].group == group else _heads_in(words, group, by_row[one], meaning, year)
                for one in (row, row + 1)
            ]
            for group in printed
        ]
        over = {hit[:2] for hit in both if hit.over}
        joined = [_joined(*pair, over) for pair in parts if all(one.words for one in pair)]
        best = max(joined, key=lambda one: (len(one.words), _unique(words, one, meaning, both)), default=None)
        if best is None or _stands_aside(row, by_row, rows, sides):
            continue
        if len(best.words) > max(len(rows[one].words) for one in (row, row + 1) if one in rows):
            rows = {one: heads for one, heads in rows.items() if one not in (row, row + 1)} | {row + 1: best}
            unclear = [one for one in unclear if one.first not in (row, row + 1)]
            single = [one for one in single if one.first not in (row, row + 1)]
    merged = [rows[row] for row in sorted(rows)]
    kept: dict[int, HeadRow] = {}
    several: list[HeadRow] = []
    for one in merged:
        if one.group in lists:
            several.append(one)
        elif one.group not in kept or len(one.words) > len(kept[one.group].words):
            kept[one.group] = one
    for one in unclear:
        # Heads that two groups have (目标, 完成情况): they belong to the group that was not met elsewhere.
        if one.group not in lists and one.group not in kept:
            kept[one.group] = one
    for one in single:
        at = next(iter(one.words.values()))
        own = all(words.group.get(word, one.group) == one.group for hit in by_row[one.first] for word in meaning[hit.key][:1])
        alone = own and not any(hit.beside for hit in by_row[one.first] if (hit.row, hit.col) == at)
        lone = one.group not in lists and one.group not in kept and _without_sides(words, one.group)
        if alone and lone and _unique(words, one, meaning, by_row[one.first]):
            kept[one.group] = one
    chosen = sorted([*several, *kept.values()], key=lambda one: one.first)
    return tuple(chosen), tuple(sorted([*merged, *(one for one in chosen if one not in merged)], key=lambda one: one.first))


def _is_row_of_pairs(words: FormWords, row: HeadRow, hits: Iterable[Hit]) -> bool:
    """Tell whether the answers stand beside the labels of a row, not below: ``全年预算数 | 300 | 全年执行数 | 280``."""
    kinds = {"figure", "text"} if _without_sides(words, row.group) else {"figure"}
    answered = {(hit.row, hit.col) for hit in hits if hit.beside in kinds}
    return 2 * len(answered & set(row.words.values())) > len(row.words)


def _without_sides(words: FormWords, group: int) -> bool:
    """Tell whether the blanks of a group hang on heads alone, as those of the goals."""
    return all(side is None for (head, side) in words.crossings if words.group[head] == group)


def lists_of(words: FormWords) -> frozenset[int]:
    """Give the groups below which lines stand, without those of anchors."""
    return frozenset(words.table_group.values()) - words.anchors


def _unique(words: FormWords, row: HeadRow, meaning: Mapping[str, tuple[int, ...]], hits: Iterable[Hit]) -> int:
    """Count the heads of a row that tell its group: 得分 alone does not, because two groups have it.

    A head tells its group if no other word has its key, or if it is the printed name of this head alone.
    """
    keys = {(hit.row, hit.col): hit.key for hit in hits}
    return sum(_tells(words, word, keys[place], meaning) for word, place in row.words.items() if place in keys)


def _tells(words: FormWords, word: int, key: str, meaning: Mapping[str, tuple[int, ...]]) -> bool:
    leading = _leading(words)
    others = [other for other in meaning[key] if other in leading and words.group.get(other) != words.group[word]]
    own = words.words[word].label.keys[0] == key
    return not others or (own and all(words.words[other].label.keys[0] != key for other in others))


def _heads_in(
    words: FormWords, group: int, hits: Sequence[Hit], meaning: Mapping[str, tuple[int, ...]], year: int | None
) -> HeadRow:
    """Give the heads of one group among the hits of a row; a printed name counts before another name of a head."""
    found: dict[int, Hit] = {}
    used: set[Position] = set()
    pairs = _by_year(words, group, hits, meaning, year)
    for hit, word in sorted(pairs, key=lambda pair: _rank(words, pair[1], pair[0].key)):
        if word not in found and (hit.row, hit.col) not in used:
            found[word] = hit
            used.add((hit.row, hit.col))
    left = [hit for hit in hits if (hit.row, hit.col) not in used]
    if found and _without_sides(words, group):
        # 总体目标 | 年初设定目标 | 完成情况: two names of one head; the left one stands for the whole block.
        word, hit = min(found.items(), key=lambda one: one[1].col)
        other = next((one for one in left if word in meaning.get(one.key, ()) and one.col > hit.col), None)
        if other is not None:
            found[word] = other
    _right_of_name(words, group, found, left)
    first = min((hit.row for hit in found.values()), default=0)
    last = max((hit.row + hit.below for hit in found.values()), default=0)
    return HeadRow(group, first, last, {word: (hit.row, hit.col) for word, hit in found.items()})


def _rank(words: FormWords, word: int, key: str) -> tuple[bool, int]:
    """Order the names of a head: those the form prints first, then the other names in the order of the vocabulary."""
    keys = words.words[word].label.keys
    return not words.words[word].drawn, keys.index(key) if key in keys else len(keys)


def _right_of_name(words: FormWords, group: int, found: dict[int, Hit], left: Sequence[Hit]) -> None:
    """Where a list has points for each level (一级指标, 分值, 三级指标, 分值), take those behind the name of the line."""
    for table, number in words.table_group.items():
        columns = words.columns[table]
        own = [head for column, head in columns.items() if column not in words.form.tables[table].inherit]
        name = found.get(own[0]) if number == group and own else None
        if name is None:
            continue
        for word in [word for word in own[1:] if word in found and found[word].col < name.col]:
            behind = [hit for hit in left if hit.key == found[word].key and hit.col > name.col]
            if behind:
                found[word] = behind[0]


def _by_year(
    words: FormWords, group: int, hits: Sequence[Hit], meaning: Mapping[str, tuple[int, ...]], year: int | None
) -> list[tuple[Hit, int]]:
    """Pair hits with the heads they may be; where words are equal but for their years, the exact year decides.

    Example: for the heads 2023年决算数 (the year before) and 2024年决算数 the hits 2024年决算数, 2023年决算数 are
    paired by year, although they stand in the other order. Hits whose years fit no head are paired in order, if they
    are as many as the heads left.
    """
    pairs = [
        (hit, word)
        for hit in hits
        for word in meaning.get(hit.key, ())
        if words.group.get(word) == group and not _is_decor(words, hit.key, meaning)
    ]
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


def _is_decor(words: FormWords, key: str, meaning: Mapping[str, tuple[int, ...]]) -> bool:
    """Tell whether the form itself prints a text on which no blank hangs: it is no other name of a head then."""
    printed = [word for word in meaning[key] if words.words[word].drawn and words.words[word].label.keys[0] == key]
    return bool(printed) and not any(word in _leading(words) for word in printed)


def _explained(base: int, dated: Iterable[tuple[Hit, int]], words: FormWords) -> int:
    fitting = {
        word for hit, word in dated if hit.years and hit.years[0] == base + words.words[word].label.year_offsets[0]
    }
    return len(fitting)


def _stands_aside(
    row: int, by_row: Mapping[int, Sequence[Hit]], rows: Mapping[int, HeadRow], sides: Collection[str]
) -> bool:
    """Tell whether, of two rows, one is a row of heads and the other only has side words (合计) left of these."""
    for one, other in ((row, row + 1), (row + 1, row)):
        if one not in rows and other in rows:
            left = min(col for _, col in rows[other].words.values())
            return all(hit.key in sides and hit.col <= left for hit in by_row[one])
    return False


def _joined(upper: HeadRow, lower: HeadRow, over: Collection[Position]) -> HeadRow:
    """Join two rows; a head with another text below it (one of ``over``) stands for a group of columns, not for one."""
    columns = {col for _, col in lower.words.values()}
    kept = {
        word: place
        for word, place in upper.words.items()
        if place[1] not in columns and word not in lower.words and place not in over
    }
    first, last = upper.first or lower.first, lower.last or upper.last
    return HeadRow(upper.group, first, last, {**kept, **lower.words})


def _sides(
    words: FormWords,
    free: Sequence[Hit],
    meaning: Mapping[str, tuple[int, ...]],
    heads: Sequence[HeadRow],
    last: int,
) -> tuple[dict[int, Hit], dict[int, int], frozenset[int]]:
    """Find the side words.

    Returns:
        Side word -> its hit; first row of heads of lines -> the row in which something else begins; rows with a label
        between lines.
    """
    lists = lists_of(words)
    totals = {word for word, group in words.side_group.items() if group in lists}
    sides: dict[int, Hit] = {}
    ends: dict[int, int] = {}
    holes: set[int] = set()
    for index, row in enumerate(heads):
        below = heads[index + 1].first - 1 if index + 1 < len(heads) else last
        body = [hit for hit in free if row.first <= hit.row <= below]
        if row.group in lists:
            ends[row.first] = _end_of_lines(words, row, body, meaning, totals, sides, holes, below)
        else:
            _crossing_sides(words, row, body, meaning, sides)
    taken = {(hit.row, hit.col, hit.key) for hit in sides.values()}
    lines = [(row.last + 1, ends[row.first] - 1) for row in heads if row.first in ends]
    outside = [
        hit
        for hit in free
        if (hit.row, hit.col, hit.key) not in taken
        and (hit.row in holes or not any(top <= hit.row <= end for top, end in lines))
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
    return sides, ends, frozenset(holes)


def name_column(words: FormWords, row: HeadRow) -> int:
    """Give the column of the names of lines: that of the first head that no line takes over from the line above."""
    table = next(table for table, group in words.table_group.items() if group == row.group)
    own = [head for column, head in words.columns[table].items() if column not in words.form.tables[table].inherit]
    return min((row.words[head][1] for head in own if head in row.words), default=min(col for _, col in row.words.values()))


def _end_of_lines(
    words: FormWords,
    row: HeadRow,
    body: Sequence[Hit],
    meaning: Mapping[str, tuple[int, ...]],
    totals: set[int],
    sides: dict[int, Hit],
    holes: set[int],
    below: int,
) -> int:
    """Give the row that ends a list of lines: that of its total, else of a label at the left that belongs to no line.

    Of several totals the one with the printed name is the total, else the last one; the others are subtotals. Rows with
    a label at the left above the total are added to ``holes``.
    """
    left, name = min(col for _, col in row.words.values()), name_column(words, row)
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
        if hit.heading and row.last < hit.row < end:
            return hit.row
        printed = any(word in words.pairs or not _leads(words, word) or _is_goal(words, word) for word in of)
        pair = any(word in words.pairs or _is_goal(words, word) for word in of if hit.beside == "text" or word in words.pairs)
        inside = hit.col < left or (pair and hit.col == left)
        own_frame = set(of) & {*words.frames[row.group]}
        if row.last < hit.row < end and inside and printed and not own_frame and not {*words.after_divider, *totals} & set(of):
            if not sums:
                return hit.row
            holes.add(hit.row)
    return end


def _is_goal(words: FormWords, word: int) -> bool:
    """Tell whether a word is a head, or stands beside heads, whose blanks hang on heads alone."""
    groups = [number for number in range(len(words.groups)) if number not in words.anchors and _without_sides(words, number)]
    return words.group.get(word) in groups or any(word in words.frames[number] for number in groups)


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
