"""Units of measure as people write them behind a number, and what they have in common. No library knows 亩 and 人次."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class MeasureUnit(NamedTuple):
    """What is measured, and how many base units one is; things that are counted have themselves as dimension."""

    dimension: str
    factor: Decimal


_MEASURES: dict[str, dict[str, str]] = {
    "%": {"%": "1"},
    "金额": {"元": "1", "块": "1", "块钱": "1", "元整": "1", "人民币": "1", "元人民币": "1"},
    "面积": {"亩": "1", "公顷": "15", "顷": "100", "平方公里": "1500", "平方千米": "1500"},
    "建筑面积": {"平方米": "1", "平米": "1", "m2": "1", "㎡": "1"},
    "长度": {
        "米": "1",
        "m": "1",
        "公里": "1000",
        "千米": "1000",
        "km": "1000",
        "里": "500",
        "厘米": "0.01",
        "cm": "0.01",
    },
    "重量": {"公斤": "1", "千克": "1", "kg": "1", "吨": "1000", "t": "1000", "斤": "0.5", "克": "0.001"},
    "体积": {"立方米": "1", "m3": "1", "方": "1", "立方": "1"},
    "时长": {"天": "1", "日": "1", "小时": "0.041666666666666667", "工作日": "1"},
    "人数": {"人": "1", "名": "1", "位": "1"},
}
_UNITS = {
    name: MeasureUnit(dimension, Decimal(factor))
    for dimension, names in _MEASURES.items()
    for name, factor in names.items()
}
#: Classifiers of countable things; two of these may mean the same thing.
COUNTED = frozenset("个次场期篇件项起户家处座条台套本份辆所批种类宗幅块栋间片头只株")


def unit_of(text: str) -> MeasureUnit:
    """Give the unit behind a text; an unknown one is its own dimension."""
    return _UNITS.get(text.casefold(), MeasureUnit(text, Decimal(1)))


def contradict(one: str, other: str) -> bool:
    """Tell whether two units cannot mean the same thing: 亩 and 元 cannot, 次 and 场 or an unknown word may."""
    if not one or not other or one == other:
        return False
    first, second = unit_of(one).dimension, unit_of(other).dimension
    if first == second:
        return False
    known = [name in _MEASURES or name in COUNTED for name in (first, second)]
    return all(known) and not (first in COUNTED and second in COUNTED)
