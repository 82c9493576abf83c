"""Numbers as they are written: strict syntax, exact Decimals, spreadsheet rounding; independent of forms."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from xlsxeval.text import clean, remembered, tidy

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<rest>\.[0-9]+)?\s*(?P<unit>%|亿元|万元|元|万人|万|亿|人|名|m2|平方米|平米|分|个)?"
)
_SCALE = {"%": Decimal("0.01"), "亿元": Decimal(100000000), "万元": Decimal(10000), "元": Decimal(1)}
#: Units of ten thousand or more; in an amount, ``150万`` means 150万元.
_TIMES = {"万": Decimal(10000), "万人": Decimal(10000), "亿": Decimal(100000000)}
#: What people write for "nothing to report" in a numeric blank.
NIL_MARKS = frozenset({"-", "--", "—", "——", "/", "\\", "无", "一", "－", "–"})
#: Enough digits that no sum of a thousand 15-digit figures is ever rounded.
EXACT = Context(prec=40)


class Figure(NamedTuple):
    """A number read from text: its value, its printed decimals, and the unit typed with it."""

    value: Decimal
    decimals: int
    unit: str


def parse_figure(text: str, *, money_unit: str = "") -> Figure | None:
    """Read one number with an optional unit, or give None.

    ``1,361.15``, ``３０``, ``536万元`` and ``99.52%`` (0.9952) are numbers; ``7.50.``, ``12 3``, ``1_000`` are not.

    Args:
        text: the text; width of digits and outer white space do not matter.
        money_unit: for an amount, the unit of the result (万元 or 元): an amount typed with another unit is
            converted to it. Empty for other numbers: ``1.2万`` gives 12000.
    """
    match = _number_in(text)
    if match is None:
        return None
    digits = match["sign"] + match["whole"].replace(",", "") + (match["rest"] or "")
    value, unit = Decimal(digits), match["unit"] or ""
    decimals = max(len(match["rest"] or "") - 1, 0)
    if unit == "%":
        return Figure(value * _SCALE["%"], decimals + 2, unit)
    if money_unit and unit in {"万", "亿"}:
        unit += "元"
    if money_unit and unit in _SCALE and unit != money_unit:
        value = EXACT.divide(value * _SCALE[unit], _SCALE[money_unit])
        return Figure(value, max(decimals, decimals_of(value)), unit)
    if unit in _TIMES:
        value *= _TIMES[unit]
        return Figure(value, decimals_of(value), unit)
    return Figure(value, decimals, unit)


@remembered
def _number_in(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(tidy(text))


def is_nil(text: str) -> bool:
    """Tell whether ``text`` is a mark for "none", as ``—`` or ``/``."""
    return clean(text) in NIL_MARKS


def decimals_of(value: Decimal) -> int:
    """Count the decimals a value needs, without zeros at the end: 1 for 10.5 and for 10.50, 0 for 10."""
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def round_to(value: Decimal, places: int, rounding: str) -> Decimal:
    """Round to ``places`` decimals; a value with too many digits for that (40 in all) is returned unchanged.

    ``rounding`` is one of the names in ``decimal``, as ``ROUND_HALF_UP``.
    """
    if value.adjusted() + places >= EXACT.prec - 1:
        return value
    return value.quantize(Decimal(1).scaleb(-places), rounding, EXACT)


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round as a spreadsheet does: half away from zero."""
    return round_to(value, places, ROUND_HALF_UP)


def truncate(value: Decimal, places: int) -> Decimal:
    """Cut off all digits after ``places`` decimals."""
    return round_to(value, places, ROUND_DOWN)


def plain(value: Decimal) -> str:
    """Give the shortest exact text of a value, without an exponent: ``10.5``, ``0``, ``-3``."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def format_code(decimals: int) -> str:
    """Give the Excel number format that prints ``decimals`` decimals: 2 gives ``0.00``."""
    return "0." + "0" * decimals if decimals else "0"


def percent_text(ratio: Decimal, decimals: int = 2) -> str:
    """Print a ratio as a percentage: 0.9952 as ``99.52%``."""
    return f"{round_half_up(ratio * 100, decimals):f}%"
