"""Intervals of printed figures: between which limits the exact value lies, and whether two exact values can agree.

A figure printed with d decimals stands for its value ± half a unit of the last decimal (XBRL Calculations 1.1); a
comparison fails only if no exact values in the intervals satisfy it.

Example: 3824.26 ÷ 4753.66 lies between 3824.255 ÷ 4753.665 and 3824.265 ÷ 4753.655, which is 0.804485…0.804489; a
printed 80.45% stands for 0.80445…0.80455. The intervals overlap, so 80.45% is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeAlias

from xlsxeval.formula.evaluate import Compare, Value, compare_exactly
from xlsxeval.formula.tree import Binary, Call, Column, FieldRef, LineCell, Node, Number, Ref, Unary
from xlsxeval.numbers import EXACT, round_to

Interval: TypeAlias = tuple[Decimal, Decimal]
#: The interval of a reference (a sequence of them for a column), None for blank.
Bounds: TypeAlias = Callable[[Ref], "Interval | Sequence[Interval | None] | None"]


def compare_printed(bounds: Bounds) -> Compare:
    """Give a comparison, for ``evaluate``, that allows for the precision with which each figure was printed."""

    def compare(operator: str, left: Node, right: Node, first: Value, second: Value) -> bool:
        if compare_exactly(operator, left, right, first, second):
            return True
        if not (isinstance(first, Decimal) and isinstance(second, Decimal)):
            return False
        low, high = interval(left, bounds), interval(right, bounds)
        return low is not None and high is not None and _can_hold(operator, low, high)

    return compare


def _can_hold(operator: str, left: Interval, right: Interval) -> bool:
    """Tell whether a value from each interval can be chosen so that the comparison holds."""
    match operator:
        case "=":
            return left[0] <= right[1] and right[0] <= left[1]
        case "<=":
            return left[0] <= right[1]
        case ">=":
            return left[1] >= right[0]
        case "<":
            return left[0] < right[1]
        case ">":
            return left[1] > right[0]
        case _:
            return left != right


def interval(node: Node, bounds: Bounds) -> Interval | None:
    """Give the smallest and the largest value that the exact result of a formula may have; None for blank.

    Args:
        node: a parsed and resolved formula.
        bounds: gives the interval of a reference; a column gives a sequence of intervals.
    """
    match node:
        case Number(value):
            return value, value
        case FieldRef() | LineCell():
            limits = bounds(node)
            return limits if limits is None or _is_interval(limits) else None  # type: ignore[return-value]  # checked by _is_interval
        case Unary(operand):
            inner = interval(operand, bounds)
            return None if inner is None else (-inner[1], -inner[0])
        case Binary(operator, left, right):
            return _arithmetic(operator, interval(left, bounds), interval(right, bounds))
        case Call(function, arguments):
            return _call(function, [part for argument in arguments for part in _parts(argument, bounds)])
        case _:
            return None


def _is_interval(value: object) -> bool:
    """Tell an interval from the sequence of intervals of a column."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Decimal)  # noqa: PLR2004  # low, high


def _parts(argument: Node, bounds: Bounds) -> Sequence[Interval | None]:
    """Give the intervals of an argument of a function: one for each cell of a column, else one."""
    if isinstance(argument, Column):
        return bounds(argument) or ()  # type: ignore[return-value]  # a column gives a sequence
    return [interval(argument, bounds)]


_ZERO: Interval = (Decimal(0), Decimal(0))


def _arithmetic(operator: str, left: Interval | None, right: Interval | None) -> Interval | None:
    """Combine two intervals; a blank part of a sum is 0, a divisor that may be 0 gives no interval."""
    if operator in "+-":
        if left is None and right is None:
            return None
        (low, high), (first, second) = left or _ZERO, right or _ZERO
        return (low + first, high + second) if operator == "+" else (low - second, high - first)
    if left is None or right is None or (operator == "/" and right[0] <= 0 <= right[1]):
        return None
    combine = EXACT.multiply if operator == "*" else EXACT.divide
    # With negative numbers any pair of ends may be the smallest or largest: (-2…1) × (3…4) is -8…4.
    corners = [combine(first, second) for first in left for second in right]
    return min(corners), max(corners)


def _call(function: str, parts: Sequence[Interval | None]) -> Interval | None:
    """Give the interval of a function from those of its arguments, which are blank as in ``evaluate``."""
    known = [part for part in parts if part is not None]
    if function == "COUNT":
        count = Decimal(len(known))
        return count, count
    if not known or (function != "SUM" and len(known) < len(parts)):
        return None
    lows, highs = [low for low, _ in known], [high for _, high in known]
    match function:
        case "SUM":
            return sum(lows, Decimal(0)), sum(highs, Decimal(0))
        case "MIN":
            return min(lows), min(highs)
        case "MAX":
            return max(lows), max(highs)
        case "ROUND" | "ROUNDDOWN":
            places = int(lows[1])
            # A printed result may be rounded half up or cut off: both occur in real filings.
            return round_to(lows[0], places, ROUND_FLOOR), round_to(highs[0], places, ROUND_HALF_UP)
        case "ABS":
            low, high = known[0]
            return (Decimal(0) if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
        case _:
            return None


def printed(value: Decimal, decimals: int, *, truncated: bool = False) -> Interval:
    """Give the interval in which the exact value of a printed figure lies.

    Args:
        value: the printed figure; a ratio for a percentage.
        decimals: how many decimals of ``value`` were printed (4 for 99.52%, which is 0.9952).
        truncated: whether the figure may have been cut off instead of rounded.
    """
    unit = Decimal(1).scaleb(-decimals)
    half = unit / 2
    if not truncated:
        return value - half, value + half
    return (value - half, value + unit) if value >= 0 else (value - unit, value + half)
