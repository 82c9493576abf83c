"""The labels of a form as words to look for on a sheet, and which blank hangs on which words.

A label carries its meaning by itself: 全年执行数 means the same in every province. So a form is turned into words
(each with the keys of its other names) and blanks: a blank is where the column of its head and the row of its side
label cross. Where the form itself prints a label is used for two things only: heads that it prints in one row are met
as a group, which tells 分值 of the amounts from 分值 of the indicators; and a neighbour in the picture tells where a
lost label should have stood.

Example: in the picture ``| 项目资金 | 年初预算数 | 得分 |`` over ``| 年度资金总额 | [年初预算数] | [资金得分] |`` the
words 年初预算数 and 得分 are heads of one group, 年度资金总额 is a side word of that group, and 资金得分 hangs on
(得分, 年度资金总额).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.forms.model import TOTAL_ROW, Blank, Form, Label
from xlsxeval.forms.year import with_year
from xlsxeval.text import clean, label_key

#: A label of which so little is left may be any word; one that a conversion cut has this many signs in all.
_SHORTEST_CUT, _CUT_AT, _SHORTEST_AT_CUT = 3, 5, 2
_ANY_YEAR = 2000


class Word(NamedTuple):
    """A printed text; ``drawn`` tells whether the form itself prints it, or only the wider vocabulary has it."""

    label: Label
    drawn: bool


@dataclass(frozen=True, slots=True, eq=False)
class FormWords:
    """The words of a form by their numbers, and the blanks that hang on them. Compared by identity.

    Attributes:
        form: the form.
        words: the words; the numbers below count them from 0.
        by_key: key -> the words it may mean: those of the form itself first, and those whose printed text it is.
        group: head -> the number of its group.
        groups: for each group its heads, in the order of the form.
        crossings: (head, side word or None) -> name of the blank.
        columns: table -> column -> head.
        table_group: table -> the group below which its lines stand.
        anchors: groups of one head that stands between other heads and the lines of its table (本级专项资金).
        lists: the other groups below which lines stand.
        goals: groups whose blanks hang on heads alone, as those of the goals.
        name_heads: group of lines -> the head of the names of lines (三级指标).
        inherited: the heads of columns in which a blank means the text of the line above.
        pairs: side word without head -> name of the blank to its right.
        side_group: side word -> the group whose heads it crosses.
        totals: side words that cross the heads of lines (总分).
        needed: the words that blanks of the form itself hang on.
        numeric: the words that lead to numbers.
        frames: group -> the printed texts at the left of its heads and of the row below (年度总体目标).
        dividers: printed rows between rows of amounts (按收入性质分): what follows them are pairs.
        after_divider: pairs that stand below such a row.
        funds: the group of the amounts of which any row is a part; None if the form has none.
        total_row: the side word of the row of totals of ``funds``.
        part_columns: head of ``funds`` -> the name of its column in a row of parts (``得分`` for 资金得分).
    """

    form: Form
    words: tuple[Word, ...]
    by_key: Mapping[str, tuple[int, ...]]
    group: Mapping[int, int]
    groups: tuple[tuple[int, ...], ...]
    crossings: Mapping[tuple[int, int | None], str]
    columns: Mapping[str, Mapping[str, int]]
    table_group: Mapping[str, int]
    anchors: frozenset[int]
    lists: frozenset[int]
    goals: frozenset[int]
    name_heads: Mapping[int, int]
    inherited: frozenset[int]
    pairs: Mapping[int, str]
    side_group: Mapping[int, int]
    totals: frozenset[int]
    needed: frozenset[int]
    numeric: frozenset[int]
    frames: Mapping[int, tuple[int, ...]]
    dividers: frozenset[int]
    after_divider: frozenset[int]
    #: The side words that the form prints below a table without heads of its own, whose lines may have any name.
    below_table: frozenset[int]
    funds: int | None
    total_row: int | None
    part_columns: Mapping[int, str]
    #: The groups that have rows of heads.
    head_groups: tuple[int, ...]
    #: The words on which blanks hang.
    leading: frozenset[int]
    #: The heads of goals, and the texts at their left.
    goal_words: frozenset[int]
    #: The side words that may stand anywhere outside the lines.
    free_sides: tuple[int, ...]
    #: Every key of a side word.
    side_keys: frozenset[str]
    #: The keys of totals of points: 自评得分 stands for 总分, not for the points of the amounts.
    total_keys: frozenset[str]
    #: The keys of texts that the form prints and on which no blank hangs.
    decor: frozenset[str]

    def text(self, word: int) -> str:
        """Give a word as the form prints it."""
        return self.words[word].label.text


class _Hanging(NamedTuple):
    """A blank with the numbers of its words; ``bottom`` is the last row of its head in the picture that draws it.

    ``known`` tells that the form itself has the blank too, so that only its place beside others is of interest.
    """

    blank: Blank
    head: int | None
    side: int | None
    bottom: int
    drawn: bool = True
    known: bool = False


@lru_cache(maxsize=256)
def words_of(form: Form) -> FormWords:
    """Give the words of a form, those of its wider vocabulary behind its own."""
    words = [Word(label, drawn=True) for label in form.labels]
    every = [_Hanging(blank, blank.head, blank.side, _bottom(form, blank)) for blank in form.blanks]
    if form.wider:
        every += _of_wider(form, form.wider, words, every)
    hanging = [one for one in every if not one.known]
    heads = {one.head for one in hanging if one.head is not None}
    groups = _groups(words, every, heads)
    group = {head: number for number, members in enumerate(groups) for head in members}
    lowest = {one.head: (one.drawn, one.bottom) for one in reversed(every) if one.head is not None}
    crossings: dict[tuple[int, int | None], str] = {}
    columns: dict[str, dict[str, int]] = {}
    pairs: dict[int, str] = {}
    side_group: dict[int, int] = {}
    numeric: set[int] = set()
    for one in hanging:
        table, _, column = one.blank.name.partition(".")
        of = form.tables[table].column(column) if table in form.tables else form.field(one.blank.name)
        if of.kind.numeric:
            numeric |= {word for word in (one.head, one.side) if word is not None}
        if one.head is None:
            pairs.setdefault(one.side or 0, one.blank.name)
        elif table in form.tables:
            columns.setdefault(table, {}).setdefault(column, one.head)
        else:
            crossings.setdefault((one.head, one.side), one.blank.name)
            if one.side is not None:
                side_group.setdefault(one.side, group[one.head])
    tables = {
        table: group[max(heads_of.values(), key=lambda head: lowest[head])] for table, heads_of in columns.items()
    }
    anchors = frozenset(
        number for table, number in tables.items() if len({group[head] for head in columns[table].values()}) > 1
    )
    lists = frozenset(tables.values()) - anchors
    with_side = {group[head] for head, side in crossings if side is not None}
    alone = {group[head] for head, side in crossings if side is None}
    goals = frozenset(alone) - anchors - lists - with_side
    own = {
        table: [column for column in columns[table] if column not in form.tables[table].inherit] for table in columns
    }
    frames = {number: _frames(words, members, hanging) for number, members in enumerate(groups)}
    dividers, after = _dividers(words, hanging)
    funds, total_row, parts = _funds(form, crossings, group)
    totals = frozenset(side for side, number in side_group.items() if number in lists and side not in pairs)
    leading = frozenset({*group, *side_group, *pairs})
    printed = {word.label.keys[0] for number, word in enumerate(words) if word.drawn and number in leading}
    return FormWords(
        form=form,
        words=tuple(words),
        by_key=_by_key(words),
        group=group,
        groups=groups,
        crossings=crossings,
        columns=columns,
        table_group=tables,
        anchors=anchors,
        lists=lists,
        goals=goals,
        name_heads={tables[table]: columns[table][some[0]] for table, some in own.items() if some},
        inherited=frozenset(
            head for table, some in columns.items() for column, head in some.items() if column not in own[table]
        ),
        pairs=pairs,
        side_group=side_group,
        totals=totals,
        needed=frozenset(word for one in hanging if one.drawn for word in (one.head, one.side) if word is not None),
        numeric=frozenset(numeric),
        frames=frames,
        dividers=dividers,
        after_divider=after,
        below_table=_below_tables(words, [groups[number][0] for number in anchors]),
        funds=funds,
        total_row=total_row,
        part_columns=parts,
        head_groups=tuple(number for number in range(len(groups)) if number not in anchors),
        leading=leading,
        goal_words=frozenset(word for number in goals for word in (*groups[number], *frames[number])),
        free_sides=(*pairs, *(head for number in anchors for head in groups[number]), *totals),
        side_keys=frozenset(key for side in (*side_group, *pairs) for key in words[side].label.keys),
        total_keys=frozenset(key for side in side_group if side != total_row for key in words[side].label.keys),
        decor=frozenset(word.label.keys[0] for word in words if word.drawn) - printed,
    )


def _by_key(words: list[Word]) -> dict[str, tuple[int, ...]]:
    """Give the words of each key: of the form itself before the wider ones, printed names before others."""
    found: dict[str, list[int]] = {}
    for drawn, printed in ((True, True), (True, False), (False, True), (False, False)):
        for number, word in enumerate(words):
            if word.drawn is drawn:
                for key in word.label.keys[:1] if printed else word.label.keys[1:]:
                    found.setdefault(key, []).append(number)
    return {key: tuple(dict.fromkeys(numbers)) for key, numbers in found.items()}


def _of_wider(form: Form, wider: Form, words: list[Word], own: list[_Hanging]) -> list[_Hanging]:
    """Give the blanks of the wider vocabulary, and add its words to ``words``.

    A word of the wider form on which a blank of both forms hangs is the form's own word.
    """

    def name_here(name: str) -> str:
        table, _, column = name.partition(".")
        return f"{table}.{form.tables[table].here(column)}" if table in form.tables else name

    same: dict[int, int] = {}
    known = {one.blank.name: one for one in own}
    for blank in wider.blanks:
        other = known.get(name_here(blank.name))
        if other is not None:
            same |= {
                theirs: ours
                for theirs, ours in ((blank.head, other.head), (blank.side, other.side))
                if theirs is not None and ours is not None
            }
            if blank.head is not None and other.head is not None and other.blank.name != blank.name:
                # A column of another name has the names that other forms give it too.
                ours, theirs = words[other.head].label, wider.labels[blank.head]
                keys = tuple(dict.fromkeys((*ours.keys, *theirs.keys)))
                words[other.head] = words[other.head]._replace(label=replace(ours, keys=keys))
    for number, label in enumerate(wider.labels):
        if number not in same:
            same[number] = len(words)
            words.append(Word(label, drawn=False))
    taken = {(one.head, one.side) for one in own if one.head is not None}
    found = []
    for blank in wider.blanks:
        head = None if blank.head is None else same[blank.head]
        side = None if blank.side is None else same[blank.side]
        is_known = name_here(blank.name) in known or (side is not None and (head, side) in taken)
        found.append(_Hanging(blank, head, side, _bottom(wider, blank), drawn=False, known=is_known))
    return found


def _bottom(form: Form, blank: Blank) -> int:
    """Give the row of the picture below the head of a blank; 0 if it has none."""
    if blank.head is None:
        return 0
    box = form.labels[blank.head].box
    return box.row + box.rows


def _groups(words: list[Word], every: list[_Hanging], heads: set[int]) -> tuple[tuple[int, ...], ...]:
    """Put heads together that a form prints above one row, at the same height.

    A head that is lower than the others of its row stands alone: 本级专项资金 stands between the heads of the amounts
    and the lines of its table.
    """
    leader: dict[int, int] = {head: head for head in heads}

    def find(head: int) -> int:
        while leader[head] != head:
            head = leader[head]
        return head

    rows: dict[tuple[bool, int, int], int] = {}
    for one in every:
        if one.head in leader:
            first = rows.setdefault((one.drawn, one.blank.box.row, one.bottom), one.head)
            leader[find(one.head)] = find(first)
    found: dict[int, list[int]] = {}
    for head in sorted(heads, key=lambda head: (not words[head].drawn, words[head].label.box.col)):
        found.setdefault(find(head), []).append(head)
    return tuple(tuple(members) for members in found.values())


def _frames(words: list[Word], members: tuple[int, ...], hanging: list[_Hanging]) -> tuple[int, ...]:
    """Give the printed texts that stand at the left of a group's heads and of the row below them."""
    used = {word for one in hanging for word in (one.head, one.side)}
    rows = {(one.drawn, one.bottom) for one in hanging if one.head in members}
    return tuple(
        number
        for number, word in enumerate(words)
        if number not in used
        and any(
            word.drawn == drawn and word.label.box.row < bottom < word.label.box.row + word.label.box.rows
            for drawn, bottom in rows
        )
    )


def _dividers(words: list[Word], hanging: list[_Hanging]) -> tuple[frozenset[int], frozenset[int]]:
    """Give the printed texts in a row below rows of amounts on which no blank hangs, and the pairs that follow them."""
    used = {word for one in hanging for word in (one.head, one.side)}
    for drawn in (True, False):
        rows: dict[int, list[int]] = {}
        for number, word in enumerate(words):
            if word.drawn is drawn:
                rows.setdefault(word.label.box.row, []).append(number)
        of_picture = [one for one in hanging if one.drawn is drawn]
        amounts = {one.blank.box.row for one in of_picture if one.head is not None and one.side is not None}
        for row, numbers in rows.items():
            plain = all(number not in used and words[number].label.box.rows == 1 for number in numbers)
            if plain and len(numbers) > 1 and row - 1 in amounts:
                behind = range(row + 1, row + 1 + _MOST_PAIR_ROWS)
                pairs = {one.side for one in of_picture if one.head is None and one.blank.box.row in behind}
                return frozenset(numbers), frozenset(side for side in pairs if side is not None)
    return frozenset(), frozenset()


#: A divider (按收入性质分) has at most so many rows of pairs below it.
_MOST_PAIR_ROWS = 4


def _below_tables(words: Sequence[Word], anchors: Sequence[int]) -> frozenset[int]:
    """Give the words that the form prints below one of the labels at which a table without heads begins."""
    top = min((words[anchor].label.box.row for anchor in anchors), default=None)
    drawn = [number for number, word in enumerate(words) if word.drawn]
    return frozenset(number for number in drawn if top is not None and words[number].label.box.row > top)


def _funds(
    form: Form, crossings: Mapping[tuple[int, int | None], str], group: Mapping[int, int]
) -> tuple[int | None, int | None, dict[int, str]]:
    """Give the group of amounts whose rows are parts of a total, the word of the total, and the columns of parts.

    They are those of the blank 全年执行数 of a self-evaluation.
    """
    at = next((key for key, name in crossings.items() if name == "全年执行数"), None)
    if at is None or at[1] is None or not (form.wider or form.is_open):
        return None, None, {}
    names = {own: column for column, own in TOTAL_ROW.items()}
    columns = {head: names.get(name, name) for (head, side), name in crossings.items() if side == at[1]}
    return group[at[0]], at[1], columns


@lru_cache(maxsize=256)
def beginnings(form: Form) -> Mapping[str, tuple[int, ...]]:
    """Give what may be left of the form's labels after a conversion cut them: key -> the words that begin so."""
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
