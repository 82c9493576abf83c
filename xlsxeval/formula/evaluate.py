"""Calculate a formula in Decimals, exactly as the written Excel formula does, blanks included.

Blank is not 0. A sum is blank if all its parts are blank. A product, quotient, ROUND, MIN or MAX is blank if any part
is; a quotient also if its divisor is 0. ``excel.blank_tests`` writes the same rule for Excel.

Example: with 上年决算数 blank and 预算数 5, ``上年决算数 + 预算数`` is 5 and ``上年决算数 * 预算数`` is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from xlsxeval.formula.tree import COMPARISONS, Binary, Call, Column, FieldRef, LineCell, Node, Number, Ref, Text, Unary
from xlsxeval.numbers import EXACT, round_half_up, truncate

Value: TypeAlias = Decimal | str | bool | None
#: Gives what a reference stands for: one value, or the values of a column.
Lookup: TypeAlias = Callable[[Ref], "Value | Sequence[Value]"]
#: Decides a comparison of two nodes whose values are already known.
Compare: TypeAlias = Callable[[str, Node, Node, Value, Value], bool]

_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compare_exactly(operator: str, _left: Node, _right: Node, left: Value, right: Value) -> bool:
    """Compare two values without any tolerance; texts can only be equal or unequal."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _ORDER[operator](left, right)
    return (left == right) == (operator == "=")


def evaluate(node: Node, lookup: Lookup, compare: Compare = compare_exactly) -> Value:
    """Give the value of a formula, None for blank.

    Args:
        node: a parsed and resolved formula.
        lookup: gives the value of a reference; a column gives a sequence.
        compare: decides comparisons (``bounds.compare_printed`` allows for printed precision).
    """
    return _EVALUATE[type(node)](node, lookup, compare)


def _constant(node: Number | Text, _lookup: Lookup, _compare: Compare) -> Value:
    return node.value


def _reference(node: Ref, lookup: Lookup, _compare: Compare) -> Value:
    return lookup(node)  # type: ignore[return-value]  # only a column has several values


def _whole_column(_node: Column, _lookup: Lookup, _compare: Compare) -> Value:
    """Outside a function a column has no value."""
    return None


def _unary(node: Unary, lookup: Lookup, compare: Compare) -> Value:
    number = _number(_EVALUATE[type(node.operand)](node.operand, lookup, compare))
    return None if number is None else -number


def _binary(node: Binary, lookup: Lookup, compare: Compare) -> Value:
    left = _EVALUATE[type(node.left)](node.left, lookup, compare)
    right = _EVALUATE[type(node.right)](node.right, lookup, compare)
    if node.operator not in COMPARISONS:
        return _arithmetic(node.operator, _number(left), _number(right))
    if left is None or right is None:
        return None
    return compare(node.operator, node.left, node.right, left, right)


def _number(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _arithmetic(operator: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if operator in "+-":
        if left is None and right is None:
            return None
        left, right = left or Decimal(0), right or Decimal(0)
        return EXACT.add(left, right) if operator == "+" else EXACT.subtract(left, right)
    if left is None or right is None or (operator == "/" and right == 0):
        return None
    return EXACT.multiply(left, right) if operator == "*" else EXACT.divide(left, right)


def _call(node: Call, lookup: Lookup, compare: Compare) -> Value:
    """Calculate a function; of a column, MIN and MAX leave out the blank cells."""
    function, arguments = node.function, node.arguments
    if function == "IF":
        chosen = evaluate(arguments[0], lookup, compare)
        return None if chosen is None else evaluate(arguments[1 if chosen else 2], lookup, compare)
    if function in _LOGIC:
        return _logic(function, arguments, lookup, compare)
    values = list(_flat(arguments, lookup, compare))
    numbers = [value for value in values if isinstance(value, Decimal)]
    if function == "COUNT":
        return Decimal(len(numbers))
    if function == "SUM":
        return sum(numbers, Decimal(0)) if numbers else None
    if function in {"MIN", "MAX"} and any(isinstance(argument, Column) for argument in arguments):
        values = list(numbers)
    if not numbers or len(numbers) < len(values):
        return None
    return _NUMERIC[function](numbers)


_NUMERIC: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "MIN": min,
    "MAX": max,
    "ABS": lambda numbers: abs(numbers[0]),
    "ROUND": lambda numbers: round_half_up(numbers[0], int(numbers[1])),
    "ROUNDDOWN": lambda numbers: truncate(numbers[0], int(numbers[1])),
}


def _flat(arguments: tuple[Node, ...], lookup: Lookup, compare: Compare) -> Iterator[Value]:
    """Yield the values of all arguments, those of a column one by one."""
    for argument in arguments:
        if isinstance(argument, Column):
            yield from lookup(argument) or ()  # type: ignore[misc]  # a column gives a sequence
        else:
            yield _EVALUATE[type(argument)](argument, lookup, compare)


#: The functions of conditions, and the value of one argument that decides the result.
_LOGIC = {"AND": False, "OR": True, "NOT": True}


def _logic(function: str, arguments: tuple[Node, ...], lookup: Lookup, compare: Compare) -> bool | None:
    """Give AND, OR or NOT of conditions of which some may be blank; None where the blank ones decide."""
    if function == "NOT":
        # A fault that NOT describes must be there exactly: the printed precision is there to excuse, not to accuse.
        value = evaluate(arguments[0], lookup, compare_exactly)
        return None if value is None else not value
    decisive, unknown = _LOGIC[function], False
    for argument in arguments:
        value = _EVALUATE[type(argument)](argument, lookup, compare)
        if value is decisive:
            return decisive
        unknown = unknown or value is None
    return None if unknown else not decisive


#: One calculation for each kind of node; a table is quicker than a ``match`` that tries one kind after another.
_EVALUATE: dict[type, Callable[..., Value]] = {
    Number: _constant,
    Text: _constant,
    FieldRef: _reference,
    LineCell: _reference,
    Column: _whole_column,
    Unary: _unary,
    Binary: _binary,
    Call: _call,
}
