"""Why a figure is probably wrong: what the wrong and the right value have in common, or the figures around them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from xlsxeval.formula.tree import FieldRef, Node, Ref, refs
from xlsxeval.numbers import plain
from xlsxeval.rules.calculate import Numbers

_TEN_THOUSAND, _HUNDRED = Decimal(10000), Decimal(100)
#: How far a quotient may be off because the figures were rounded.
_SLACK = Decimal("0.001")
#: What sums of rounded figures may be off.
_ROUNDED = Decimal("0.02")


def likely_cause(found: Decimal, should: Decimal, parts: Node, at: Node, numbers: Numbers) -> str:
    """Say what probably happened, or nothing.

    Args:
        found: what stands there.
        should: what the other figures give.
        parts: the formula that gives ``should``.
        at: the blank in which ``found`` stands.
        numbers: the filing's numbers.
    """
    return _of_two(found, should) or _of_parts(found, should, parts, numbers) or _of_row(found, at, numbers)


def _of_two(found: Decimal, should: Decimal) -> str:
    if found and should:
        for factor, words in (
            (_TEN_THOUSAND, "一万倍，可能元和万元混了"),
            (_HUNDRED, "一百倍，可能百分号或小数点错位"),
        ):
            if _near(found / should, factor) or _near(should / found, factor):
                return f"相差{words}"
        if found == -should:
            return "正负号相反"
    exchanged = _swapped(found, should) if abs(found - should) > _ROUNDED else None
    if exchanged is not None:
        return f"{plain(found)}与{plain(exchanged)}只是两个数字颠倒"
    return ""


def _near(quotient: Decimal, factor: Decimal) -> bool:
    return abs(quotient / factor - 1) < _SLACK


def _swapped(value: Decimal, wanted: Decimal) -> Decimal | None:
    """Give what a value is with two neighbouring digits exchanged, if that is what was wanted."""
    text = plain(value)
    for index in range(len(text) - 1):
        next_one = index + 2 if text[index + 1] == "." else index + 1  # 12.34 as 13.24
        if next_one >= len(text) or text[index] == text[next_one] or not (text[index] + text[next_one]).isdigit():
            continue
        digits = list(text)
        digits[index], digits[next_one] = digits[next_one], digits[index]
        exchanged = Decimal("".join(digits))
        if abs(exchanged - wanted) <= _ROUNDED:
            return exchanged
    return None


def _of_parts(found: Decimal, should: Decimal, parts: Node, numbers: Numbers) -> str:
    """Look for a part that was left out, counted twice, or has two digits exchanged."""
    off = found - should
    for name, value in _values(refs(parts), numbers):
        if value and value == -off:
            return f"相差的正好是“{name}”{plain(value)}，可能漏加了"
        if value and value == off:
            return f"相差的正好是“{name}”{plain(value)}，可能多加了一次"
    for name, value in _values(refs(parts), numbers):
        exchanged = _swapped(value, value + off) if value and abs(off) > _ROUNDED else None
        if exchanged is not None:
            return f"“{name}”{plain(value)}如果是{plain(exchanged)}就对得上，可能两个数字写颠倒了"
    return ""


def _values(read: Iterable[Ref], numbers: Numbers) -> Iterable[tuple[str, Decimal]]:
    for ref in read:
        value = numbers.value(ref)
        if isinstance(value, Decimal):
            yield ref.name, value


def _of_row(found: Decimal, at: Node, numbers: Numbers) -> str:
    """Look for the same figure in another column of the same row: last year's, or the budget's."""
    if not isinstance(at, FieldRef) or "." not in at.name or not found:
        return ""
    row, _, column = at.name.partition(".")
    for name in numbers.filing.forms[at.form].form.fields:
        other_row, _, other = name.partition(".")
        if other_row == row and other != column and numbers.value(FieldRef(at.form, name)) == found:
            return f"与同一行的{other}相同，可能填错了列或没有改"
    return ""
