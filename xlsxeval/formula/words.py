"""Show a computation with its numbers, as a person would write it: ``3824.26 ÷ 4753.66``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from xlsxeval.formula.evaluate import Lookup, Value, evaluate
from xlsxeval.formula.tree import COMPARISONS, Binary, Call, Column, FieldRef, LineCell, Node, Number, Text, Unary
from xlsxeval.numbers import decimals_of, plain, round_half_up

_SIGN = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " - ", "=": " = ", "<=": " ≤ ", ">=": " ≥ ", "<>": " ≠ "}
_SHOWN_TERMS = 6
#: A quotient with more than _LONGEST decimals is shown with _SHORTENED.
_LONGEST, _SHORTENED = 8, 4
_RANK = {"*": 2, "/": 2, "+": 1, "-": 1}


def computation(node: Node, lookup: Lookup, rank: int = 0) -> str:
    """Give the formula with every reference replaced by its value; blank parts of a sum are left out.

    Args:
        node: a parsed and resolved formula.
        lookup: gives the value of a reference.
        rank: the rank of the operator around it, which decides about brackets.
    """
    match node:
        case Number(value):
            return plain(value)
        case Text(value):
            return f"“{value}”"
        case FieldRef() | LineCell():
            return show(lookup(node))
        case Column():
            return _column(lookup(node))
        case Unary(operand):
            return "-" + computation(operand, lookup, 3)
        case Binary("+" | "-" as operator, left, right):
            sides = [computation(side, lookup, 1) for side in (left, right)]
            text = _SIGN[operator].join(side for side in sides if side)
            return f"({text})" if rank > 1 else text
        case Binary(operator, left, right):
            own = _RANK.get(operator, 0)
            text = computation(left, lookup, own) + _SIGN.get(operator, f" {operator} ")
            text += computation(right, lookup, own + 1 if operator not in COMPARISONS else 0)
            return f"({text})" if rank > own else text
        case Call("SUM", arguments):
            text = " + ".join(filter(None, (computation(argument, lookup, 1) for argument in arguments)))
            return f"({text})" if rank > 1 and " + " in text else text
        case Call("ROUND", (inner, _)):
            return computation(inner, lookup, rank)
        case Call("MIN" | "MAX" as function, arguments):
            return _chosen(min if function == "MIN" else max, arguments, lookup, rank)
        case Call(function, arguments):
            return f"{function}({', '.join(computation(argument, lookup) for argument in arguments)})"
        case _:
            raise TypeError(node)


def _chosen(choose: Callable[..., Decimal], arguments: tuple[Node, ...], lookup: Lookup, rank: int) -> str:
    """Show the argument whose value is the result of MIN or MAX."""
    values = {argument: evaluate(argument, lookup) for argument in arguments if not isinstance(argument, Column)}
    numbers = {argument: value for argument, value in values.items() if isinstance(value, Decimal)}
    if not numbers or len(numbers) < len(arguments):
        return "，".join(computation(argument, lookup) for argument in arguments)
    best = choose(numbers.values())
    return computation(next(node for node, value in numbers.items() if value == best), lookup, rank or 2)


def _column(values: Value | Sequence[Value]) -> str:
    """Show the numbers of a column as a sum; more than six as ``12项之和345.6``."""
    if isinstance(values, str | bool | Decimal | None):
        return show(values)
    numbers = [value for value in values if isinstance(value, Decimal)]
    if len(numbers) <= _SHOWN_TERMS:
        return " + ".join(plain(value) for value in numbers)
    return f"{len(numbers)}项之和{plain(sum(numbers, Decimal(0)))}"


def show(value: Value | Sequence[Value]) -> str:
    """Print one value; blank prints as nothing."""
    if isinstance(value, Decimal):
        return plain(value if decimals_of(value) <= _LONGEST else round_half_up(value, _SHORTENED))
    return "" if value is None else str(value)
