"""The parts of a parsed formula, and functions that visit them; the classes have no slots, as in ``forms.model``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True)
class Number:
    """A number written in the formula."""

    value: Decimal


@dataclass(frozen=True)
class Text:
    """A text in double quotes."""

    value: str


@dataclass(frozen=True)
class Name:
    """A name as written; ``forms.names`` replaces it by a reference."""

    text: str


@dataclass(frozen=True)
class FieldRef:
    """A reference to one blank of a form."""

    form: str
    name: str


@dataclass(frozen=True)
class Column:
    """A reference to a whole column of a table: as many cells as the table has lines."""

    form: str
    table: str
    name: str


@dataclass(frozen=True)
class LineCell:
    """A reference to the cell of one column in the line for which the formula is calculated."""

    form: str
    table: str
    name: str


@dataclass(frozen=True)
class Unary:
    """A minus sign before an expression."""

    operand: Node


@dataclass(frozen=True)
class Binary:
    """Two expressions and the operator between them."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]


Ref: TypeAlias = FieldRef | Column | LineCell
Node: TypeAlias = Number | Text | Name | Ref | Unary | Binary | Call

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def rewrite(node: Node, change: Callable[[Name], Node]) -> Node:
    """Give the same tree with every name replaced by ``change(name)``."""
    match node:
        case Name():
            return change(node)
        case Unary(operand):
            return Unary(rewrite(operand, change))
        case Binary(operator, left, right):
            return Binary(operator, rewrite(left, change), rewrite(right, change))
        case Call(function, arguments):
            return Call(function, tuple(rewrite(argument, change) for argument in arguments))
        case _:
            return node


def leaves(node: Node) -> Iterator[Node]:
    """Yield names, references and constants from left to right."""
    match node:
        case Unary(operand):
            yield from leaves(operand)
        case Binary(_, left, right):
            yield from leaves(left)
            yield from leaves(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from leaves(argument)
        case _:
            yield node


def only_counts(node: Node) -> bool:
    """Tell whether a node is a comparison with COUNT, which depends only on how many cells were filled in."""
    if not (isinstance(node, Binary) and node.operator in COMPARISONS):
        return False
    return any(isinstance(side, Call) and side.function == "COUNT" for side in (node.left, node.right))


def calls(node: Node) -> Iterator[Call]:
    """Yield the calls of functions, outer ones first."""
    match node:
        case Unary(operand):
            yield from calls(operand)
        case Binary(_, left, right):
            yield from calls(left)
            yield from calls(right)
        case Call(_, arguments):
            yield node
            for argument in arguments:
                yield from calls(argument)
        case _:
            pass


def refs(node: Node) -> tuple[Ref, ...]:
    """Give the blanks and columns that the formula reads, each once, in the order of first use."""
    return tuple(dict.fromkeys(leaf for leaf in leaves(node) if isinstance(leaf, FieldRef | Column | LineCell)))
