"""Targets and achievements as people write them: ``≥13``, ``536万元``, ``90%-95%``, ``12月底前``; knows no form."""

from __future__ import annotations

import calendar
import re
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.rules.units import unit_of
from xlsxeval.text import clean, remembered

MORE, LESS, EQUAL = "≥", "≤", "="
_OPERATORS = {
    **dict.fromkeys(
        ("≥", "≧", "⩾", ">=", "≥=", ">", "不少于", "不低于", "不小于", "大于等于", "大于", "高于", "多于", "超过", "达到", "至少"), MORE
    ),
    **dict.fromkeys(
        ("≤", "≦", "⩽", "<=", "<", "不超过", "不高于", "不大于", "不多于", "小于等于", "小于", "低于", "少于", "控制在", "至多"), LESS
    ),
    **dict.fromkeys(("=", "﹦", "═", "＝", "等于"), EQUAL),
}  # fmt: skip
_AFTER = {"以上": MORE, "及以上": MORE, "左右": EQUAL, "以内": LESS, "以下": LESS, "及以下": LESS, "之内": LESS}
_SCALES = {"": Decimal(1), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000), "亿": Decimal(100000000)}
_SIGNS = "|".join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True))
_DIGITS = r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_QUANTITY = re.compile(
    rf"(?:(?P<lead>[^\W\d]{{0,8}}?)(?P<operator>{_SIGNS}))?"
    r"(?P<before>[^\W\d]{0,6})"
    rf"(?P<number>{_DIGITS})"
    r"(?P<scale>[百千万亿]?)(?P<unit>%|[^\W\d]{0,6}?[23]?)"
    rf"(?P<after>{'|'.join(sorted(_AFTER, key=len, reverse=True))})?"
)
_RANGE = re.compile(
    rf"(?P<low>{_DIGITS})(?P<first>%|[^\W\d]{{0,6}}?)[-~—–至到](?P<high>{_DIGITS})"
    r"(?P<scale>[百千万亿]?)(?P<unit>%|[^\W\d]{0,6})(?:之间)?"
)
_PERCENT_WORDS = re.compile("个?百分(?:比|点)")
_ABOUT = re.compile("^(?:约|大约|共|共计|合计|已完成|已|完成)(?=[0-9])")
_NUMBERED_DATE = re.compile(r"(?P<year>20\d\d)[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})")
_DATE = re.compile(
    r"(?:(?P<year>20\d\d|当|本)?年(?:度)?)?(?:(?P<month>\d{1,2})月(?:份)?(?:(?P<day>\d{1,2})日|(?P<part>上旬|中旬|下旬|底|末|初))?"
    r"|(?P<end>年?底|年末)|第?(?P<quarter>[一二三四1-4])季度)(?:之|以)?(?:前|内)?(?:完成|完工|完结|验收|竣工|全部完成)?"
)
_DAYS = {"上旬": 10, "中旬": 20, "初": 10}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
#: Words that say how far something came, where no number can.
LEVEL_WORDS = (
    *("优化", "促进", "改善", "显著", "明显", "可持续", "持续", "有效", "达成", "提高", "提升", "增强", "加强", "保障", "完善", "良好"),
    *("推进", "推动", "稳定", "健全", "较好", "优", "长期", "达标", "合格", "及时", "按时", "完成", "实现", "规范", "减少", "降低", "增加"),
    *("零", "无", "是", "否", "有", "满意", "不断", "逐步", "进一步", "好", "高", "强", "合规", "严格", "全面", "全覆盖", "正常", "确保"),
)  # fmt: skip


class Quantity(NamedTuple):
    """A number with its direction (``≥``, ``≤``, ``=`` or empty) and unit; 1.2万亩 is 12000 亩, 99% is 0.99."""

    operator: str
    value: Decimal
    unit: str


class QuantityRange(NamedTuple):
    """From one number to another, both included."""

    low: Quantity
    high: Quantity


class Date(NamedTuple):
    """A day by which something is done; ``year`` is 0 if it was not written."""

    year: int
    month: int
    day: int


@remembered
def read_quantity(text: str) -> Quantity | None:
    """Read a target or an achievement, or give None if it is not one number.

    Dates, ranges, several numbers and words give None.
    """
    match = _QUANTITY.fullmatch(_plain(text))
    if match is None or (match["unit"].startswith(("年", "月", "日", "时", "点")) and match["unit"] != "日"):
        return None
    operator = _OPERATORS.get(match["operator"] or "", "") or _AFTER.get(match["after"] or "", "")
    return _quantity(operator, match["number"], match["scale"], match["before"] + match["unit"])


def _plain(text: str) -> str:
    return _ABOUT.sub("", _PERCENT_WORDS.sub("%", clean(text))).rstrip("。;；")


def _quantity(operator: str, number: str, scale: str, unit: str) -> Quantity:
    value = Decimal(number.replace(",", "")) * _SCALES[scale]
    return Quantity(operator, value / 100, "%") if unit == "%" else Quantity(operator, value, unit)


@remembered
def read_range(text: str) -> QuantityRange | None:
    """Read ``90%-95%`` or ``3~5次``, or give None."""
    match = _RANGE.fullmatch(_plain(text))
    if match is None or match["unit"].startswith(("年", "月", "日", "号")):
        return None
    unit = match["unit"] or match["first"]
    low, high = (_quantity("", match[name], match["scale"], unit) for name in ("low", "high"))
    return QuantityRange(low, high) if low.value <= high.value else None


@remembered
def read_date(text: str) -> Date | None:
    """Read ``2024年12月31日``, ``12月底前``, ``2024.12.31``, ``年底前`` or ``四季度``, or give None."""
    plain = _plain(text)
    if match := _NUMBERED_DATE.fullmatch(plain):
        return _date(int(match["year"]), int(match["month"]), int(match["day"]))
    match = _DATE.fullmatch(plain)
    if match is None:
        return None
    year = int(match["year"]) if (match["year"] or "").isdigit() else 0
    if match["end"]:
        return _date(year, 12, 0)
    if match["quarter"]:
        return _date(year, 3 * int(_QUARTERS.get(match["quarter"], match["quarter"])), 0)
    return _date(year, int(match["month"]), int(match["day"] or _DAYS.get(match["part"] or "", 0)))


def _date(year: int, month: int, day: int) -> Date | None:
    if not 0 < month <= 12:  # noqa: PLR2004  # months
        return None
    last = calendar.monthrange(year or 2024, month)[1]
    return Date(year, month, day or last) if day <= last else None


def in_time(target: Date, actual: Date) -> bool:
    """Tell whether something was done by the day it was due; a year left out is the other's."""
    if target.year and actual.year:
        return actual <= target
    return actual[1:] <= target[1:]


def comparable(target: Quantity, actual: Quantity) -> tuple[Decimal, Decimal] | None:
    """Give target and actual in one unit, or None when their units differ.

    A unit left out on one side is that of the other; 100 beside 100% is taken as percent points.
    """
    if target.unit == actual.unit:
        return target.value, actual.value
    if target.unit and actual.unit:
        one, other = unit_of(target.unit), unit_of(actual.unit)
        return (target.value * one.factor, actual.value * other.factor) if one.dimension == other.dimension else None
    if "%" in {target.unit, actual.unit}:
        bare = target if not target.unit else actual
        if bare.value > 1:
            hundredth = bare.value / 100
            return (hundredth, actual.value) if bare is target else (target.value, hundredth)
    return target.value, actual.value


def fewer_is_better(target: Quantity, groups: tuple[str, ...]) -> bool:
    """Tell the direction: from the operator, else less is better for cost indicators."""
    if target.operator in (MORE, LESS):
        return target.operator == LESS
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
