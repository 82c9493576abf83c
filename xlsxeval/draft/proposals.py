"""Propose what forms usually calculate: totals, rates, and that a score is not above its weight.

Example: below 分值 and 得分 stand the rows 道路, 水利 and 合计. Proposed are 合计.分值 = 道路.分值 + 水利.分值, the
same for 得分, and that no 得分 is above the 分值 of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from xlsxeval.draft.form import DraftForm, Place
from xlsxeval.draft.heads import is_subtotal, is_total
from xlsxeval.draft.kinds import unit_of
from xlsxeval.forms.kinds import KINDS
from xlsxeval.text import clean, label_key

#: Numbering of rows by its level, and 其中; rows of different levels are not added.
_LEVEL = re.compile(r"(?P<part>其中)|(?P<word>[一二三四五六七八九十]+[、.])|(?P<brackets>\()|(?P<figure>\d+[、.])")
#: A sum of so many blanks is written with SUM.
_LONG = 7
_ADDED = frozenset({"money", "score", "count", "area"})
_WEIGHT = re.compile(r"(?:.{0,6}(?:分值|权重|权数|权重值|满分|标准分|标准分值|基准分|应得分))")
_NOT_LIMITED = re.compile(r"加分|附加|奖励|扣分|减分")
_RATE = re.compile(r"(执行|支出|支付|使用|完成|到位)(?:率|进度|比例)")
#: What a rate divides: the words that end last tell a figure that was reached from one that was planned.
_REACHED = re.compile(r"执行|支出|支付|使用|完成|到位|决算")
_PLANNED = re.compile(r"预算|计划|目标|任务|可执行|可用|应到位|下达|安排|批复")
_WHOLE_YEAR = re.compile(r"全年|调整后|本年|当年")
_OTHER_YEAR = re.compile(r"上年|前年|下年|去年|上一年")


class Limit(NamedTuple):
    """A score, the weight that it may not exceed, and the table in whose lines both stand; empty for plain blanks."""

    score: str
    weight: str
    table: str = ""


class LineFormula(NamedTuple):
    """A column of a table and the formula of its cells, which names columns of the same line."""

    table: str
    column: str
    formula: str


def sums(drawn: DraftForm) -> dict[str, str]:
    """Return the blanks of rows of totals with the sum of what they total."""
    found: dict[str, str] = {}
    for name, place in drawn.places.items():
        if drawn.blanks[name] in _ADDED and place.head is not None and _is_sum(place):
            parts = _parts(drawn, name, place)
            if parts:
                found[name] = parts
    return found


def _parts(drawn: DraftForm, name: str, place: Place) -> str:
    """Return the sum of the blanks below the same head as a total; empty if it is not clear what belongs to it."""
    column = {other: at for other, at in drawn.places.items() if at.head is place.head and other != name}
    lines = [other for other in column if other.partition(".")[0] in drawn.tables()]
    plain = {other: at for other, at in column.items() if other not in lines and at.side is not None}
    totals = {other: at.row for other, at in plain.items() if at.side and is_total(at.side.text)}
    subtotals = {other: at.row for other, at in plain.items() if at.side and is_subtotal(at.side.text)}
    rows = {other: at for other, at in plain.items() if not {other} & {*totals, *subtotals, *drawn.dashes}}
    if place.side is not None and is_subtotal(place.side.text):
        before = max((row for row in subtotals.values() if row < place.row), default=-1)
        rows = {other: at for other, at in rows.items() if before < at.row < place.row}
        totals = {}
    first = all(place.row < at.row for at in rows.values())
    rows = {other: at for other, at in rows.items() if first or at.row < place.row}
    if totals or (lines and rows) or (first and not lines and drawn.blanks[name] == "score"):
        return ""  # above its parts stands the total of amounts, which alone has points
    if len(lines) == 1:
        return f"SUM({lines[0]})" if KINDS[drawn.blanks[lines[0]]].numeric else ""
    return _added(list(rows)) if len(rows) > 1 and _are_of_one_level(drawn, name, rows) else ""


def _added(names: list[str]) -> str:
    """Return a sum; a long one with SUM, of which a formula may have more parts."""
    return " + ".join(names) if len(names) < _LONG else f"SUM({', '.join(names)})"


def _are_of_one_level(drawn: DraftForm, name: str, rows: dict[str, Place]) -> bool:
    """Return whether rows can be added: all of the kind and unit of their total, none a part of another one."""
    kinds = {drawn.blanks[other] for other in rows}
    units = {unit_of(place.side.text) for place in rows.values() if place.side}
    levels = {_level(place.side.text) for place in rows.values() if place.side}
    return kinds == {drawn.blanks[name]} and len(units) == 1 and len(levels) == 1 and "part" not in levels


def _level(label: str) -> str:
    match = _LEVEL.match(clean(label))
    return (match.lastgroup or "") if match else ""


class _Sibling(NamedTuple):
    """A blank and the label by which it differs from the others of its row."""

    name: str
    label: str


def rates(drawn: DraftForm) -> dict[str, str]:
    """Return the rates of a form, each with its quotient of two blanks of the same row."""
    found: dict[str, str] = {}
    for siblings in _rows(drawn):
        for rate in siblings:
            marked = _RATE.search(clean(rate.label))
            if drawn.blanks[rate.name] == "percent" and marked and rate.name not in drawn.dashes:
                reached, planned = _quotient(drawn, siblings, marked[1])
                if reached and planned:
                    found[rate.name] = f"{reached} / {planned}"
    return found


def _rows(drawn: DraftForm) -> Iterator[list[_Sibling]]:
    """Yield the blanks of each row that share the label beside them; those without a head in the row together."""
    rows: dict[tuple[int, int], list[_Sibling]] = {}
    for name, place in drawn.places.items():
        if name.partition(".")[0] in drawn.tables():
            continue
        own = place.head or place.side
        key = (place.row, place.side.box.col if place.head and place.side else -1)
        if own is not None:
            rows.setdefault(key, []).append(_Sibling(name, own.text))
    yield from rows.values()


def _quotient(drawn: DraftForm, siblings: list[_Sibling], verb: str) -> tuple[str, str]:
    """Return what a rate divides and by what; empty names if that is not clear."""
    numeric = [one for one in siblings if drawn.blanks[one.name] in {"money", "count", "area"}]
    this_year = [one for one in numeric if not _OTHER_YEAR.search(one.name.rpartition(".")[2])]
    reached = [one for one in this_year if _last(_REACHED, one.label) > _last(_PLANNED, one.label)]
    planned = [one for one in this_year if _last(_PLANNED, one.label) >= max(_last(_REACHED, one.label), 1)]
    own = [one for one in reached if verb in one.label]
    return _only(own or reached), _only(planned)


def _last(pattern: re.Pattern[str], label: str) -> int:
    """Return where the last match ends in the words of a label; 0 if there is none."""
    return max((match.end() for match in pattern.finditer(label_key(label).key)), default=0)


def _only(found: list[_Sibling]) -> str:
    """Return the only one, or the only one of the whole year; empty if there are several."""
    if len(found) > 1:
        found = [one for one in found if _WHOLE_YEAR.search(clean(one.label))]
    return found[0].name if len(found) == 1 else ""


def line_rates(drawn: DraftForm) -> list[LineFormula]:
    """Return the rates in the lines of tables."""
    found = []
    for table, siblings in _columns(drawn):
        for rate in siblings:
            marked = _RATE.search(clean(rate.label))
            if drawn.blanks[rate.name] == "percent" and marked:
                reached, planned = _quotient(drawn, siblings, marked[1])
                if reached and planned:
                    short = [name.partition(".")[2] for name in (rate.name, reached, planned)]
                    found.append(LineFormula(table, short[0], f"{short[1]} / {short[2]}"))
    return found


def _columns(drawn: DraftForm) -> Iterator[tuple[str, list[_Sibling]]]:
    """Yield each table with its columns and their heads."""
    for table in drawn.tables():
        columns = [name for name in drawn.blanks if name.partition(".")[0] == table]
        yield table, [_Sibling(name, head.text) for name in columns if (head := drawn.places[name].head)]


def limits(drawn: DraftForm) -> list[Limit]:
    """Return the scores that stand beside their weights, of plain rows and of the lines of tables."""
    found: list[Limit] = []
    for siblings in _rows(drawn):
        found += [Limit(score, weight) for score, weight in _scores(drawn, siblings)]
    for table, siblings in _columns(drawn):
        short = [(score.partition(".")[2], weight.partition(".")[2]) for score, weight in _scores(drawn, siblings)]
        found += [Limit(score, weight, table) for score, weight in short]
    return found


def _scores(drawn: DraftForm, siblings: list[_Sibling]) -> list[tuple[str, str]]:
    """Return the scores of a row, each with the only weight of the row."""
    points = [one for one in siblings if drawn.blanks[one.name] == "score"]
    weights = [one for one in points if _WEIGHT.fullmatch(label_key(one.label).key)]
    others = [one for one in points if one not in weights and not _NOT_LIMITED.search(one.label)]
    others = [one for one in others if one.name not in drawn.dashes]
    others = [one for one in others if not _is_sum(drawn.places[one.name])]
    return [(one.name, weights[0].name) for one in others] if len(weights) == 1 else []


def _is_sum(place: Place) -> bool:
    return place.side is not None and (is_total(place.side.text) or is_subtotal(place.side.text))
