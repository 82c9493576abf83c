"""Targets and achievements as people write them: ``≥13``, ``536万元``, ``不低于90%``; knows no form."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.text import clean

_MORE, _LESS, _EQUAL = "≥", "≤", "="
_OPERATORS = {
    **dict.fromkeys(
        ("≥", "≧", ">=", ">", "不少于", "不低于", "不小于", "大于等于", "大于", "高于", "超过", "达到"), _MORE
    ),
    **dict.fromkeys(
        ("≤", "≦", "<=", "<", "不超过", "不高于", "不大于", "不多于", "小于等于", "小于", "低于", "控制在"), _LESS
    ),
    **dict.fromkeys(("=", "﹦", "═", "等于"), _EQUAL),
}
_AFTER = {"以上": _MORE, "以内": _LESS, "以下": _LESS, "之内": _LESS}
_SCALES = {"": Decimal(1), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000), "亿": Decimal(100000000)}
_QUANTITY = re.compile(
    rf"(?P<operator>{'|'.join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True))})?"
    r"(?P<before>[^\W\d]{0,6})"
    r"(?P<number>-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?P<scale>[百千万亿]?)(?P<unit>%|[^\W\d]{0,6}?)"
    r"(?P<after>以上|以内|以下|之内)?"
)
_PERCENT_WORDS = frozenset({"%", "百分比", "百分点", "个百分点"})


class Quantity(NamedTuple):
    """A number with its direction (``≥``, ``≤``, ``=`` or empty) and unit; 1.2万亩 is 12000 亩, 99% is 0.99."""

    operator: str
    value: Decimal
    unit: str


@lru_cache(maxsize=4096)
def read_quantity(text: str) -> Quantity | None:
    """Read a target or an achievement, or give None if it is not one number.

    Dates, ranges, several numbers and words give None.
    """
    match = _QUANTITY.fullmatch(clean(text).rstrip("。;；"))
    if match is None or match["unit"].startswith(("年", "月", "日", "时", "点")):
        return None
    operator = _OPERATORS.get(match["operator"] or "", "") or _AFTER.get(match["after"] or "", "")
    value = Decimal(match["number"].replace(",", "")) * _SCALES[match["scale"]]
    unit = match["before"] + match["unit"]
    if unit in _PERCENT_WORDS:
        return Quantity(operator, value / 100, "%")
    return Quantity(operator, value, unit)


def comparable(target: Quantity, actual: Quantity) -> tuple[Decimal, Decimal] | None:
    """Give target and actual in one unit, or None when their units differ.

    A unit left out on one side is that of the other; 100 beside 100% is taken as percent points.
    """
    if target.unit == actual.unit or not (target.unit and actual.unit):
        if {target.unit, actual.unit} == {"%", ""}:
            bare = target if not target.unit else actual
            if bare.value > 1:
                hundredth = bare.value / 100
                return (hundredth, actual.value) if bare is target else (target.value, hundredth)
        return target.value, actual.value
    return None


def fewer_is_better(target: Quantity, groups: tuple[str, ...]) -> bool:
    """Tell the direction: from the operator, else less is better for cost indicators."""
    if target.operator in (_MORE, _LESS):
        return target.operator == _LESS
    return any("成本" in group for group in groups)


def acceptable_scores(target: Decimal, actual: Decimal, weight: Decimal, *, fewer: bool) -> tuple[Decimal, ...]:
    """Give the scores that the formulas in use allow for an achievement; full weight when the target is met.

    More is better: weight × actual ÷ target. Less is better: weight × target ÷ actual (Hubei form) or
    weight × (1 - overrun), 0 from twice the target on (provincial systems). See docs/scoring.md.
    """
    actual = max(actual, Decimal(0))
    if (actual <= target) if fewer else (actual >= target):
        return (weight,)
    if target == 0:
        return (Decimal(0),)
    if not fewer:
        return (weight * actual / target,)
    return weight * target / actual, weight * max(1 - (actual - target) / target, Decimal(0))
