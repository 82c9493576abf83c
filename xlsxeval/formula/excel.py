"""Write a formula for Excel, WPS and LibreOffice: addresses instead of names, and a test in front for blanks.

Example: ``决算数 / 预算数`` with the cells D6 and C6 becomes ``IF(OR(COUNT(D6,C6)<2,C6=0),"",D6/C6)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xlsxeval.formula.tree import COMPARISONS, Binary, Call, Column, FieldRef, LineCell, Node, Number, Ref, Text, Unary
from xlsxeval.numbers import plain

Address: TypeAlias = Callable[[Ref], str]

_RANK = {"*": 3, "/": 3, "+": 2, "-": 2}


def to_excel(node: Node, address: Address) -> str:
    """Give the formula text, without a leading ``=``; its cell is empty wherever ``evaluate`` gives None.

    Args:
        node: a parsed and resolved formula.
        address: gives ``C5`` for a blank, ``I14:I47`` for a column.
    """
    blank = any_of(blank_tests(node, address))
    text = body(node, address)
    return f'IF({blank},"",{text})' if blank else text


def blank_tests(node: Node, address: Address) -> list[str]:
    """Give Excel conditions; the formula is blank as soon as one of them is true."""
    match node:
        case FieldRef() | LineCell() | Column():
            return [f"COUNT({address(node)})=0"]
        case Unary(operand):
            return blank_tests(operand, address)
        case Binary("+" | "-", _, _) | Call("SUM", _):
            return _all_blank(_terms(node), address)
        case Binary("/", left, right):
            return [*_each([left, right], address), f"{body(right, address, 4)}=0"]
        case Binary(_, left, right):
            return _each([left, right], address)
        case Call("COUNT", _):
            return []
        case Call("IF", (condition, then, other)):
            return _each([condition, then, other], address)
        case Call(_, arguments):
            return _each(list(arguments), address)
        case _:
            return []


def _each(parts: list[Node], address: Address) -> list[str]:
    """Give conditions of which one is true if any part is blank; single cells share one COUNT.

    Example: the parts C5 and D5 give ``COUNT(C5,D5)<2``.
    """
    cells: list[Ref] = []
    tests: list[str] = []
    for part in _factors(parts):
        if isinstance(part, FieldRef | LineCell):
            cells.append(part)
        else:
            tests += blank_tests(part, address)
    cells = list(dict.fromkeys(cells))
    if cells:
        counted = ",".join(address(cell) for cell in cells)
        tests.insert(0, f"COUNT({counted})<{len(cells)}" if len(cells) > 1 else f"COUNT({counted})=0")
    return list(dict.fromkeys(tests))


def _factors(parts: list[Node]) -> list[Node]:
    """Replace each product by its factors, so that their cells are counted together."""
    factors: list[Node] = []
    for part in parts:
        match part:
            case Binary("*", left, right):
                factors += _factors([left, right])
            case Unary(operand):
                factors += _factors([operand])
            case _:
                factors.append(part)
    return factors


def _all_blank(terms: list[tuple[str, Node]], address: Address) -> list[str]:
    """Give the condition that all terms of a sum are blank; none if a term is a number, which is never blank."""
    plain_refs = [address(term) for _, term in terms if isinstance(term, FieldRef | LineCell | Column)]
    tests = [f"COUNT({','.join(plain_refs)})=0"] if plain_refs else []
    for _, term in terms:
        if isinstance(term, Number):
            return []
        if not isinstance(term, FieldRef | LineCell | Column):
            inner = any_of(blank_tests(term, address))
            if not inner:
                return []
            tests.append(inner)
    return [f"AND({','.join(tests)})"] if len(tests) > 1 else tests


def any_of(tests: list[str]) -> str:
    """Join Excel conditions by OR; without conditions the result is an empty text."""
    return f"OR({','.join(tests)})" if len(tests) > 1 else "".join(tests)


def _terms(node: Node) -> list[tuple[str, Node]]:
    """Give the terms of a sum with their signs: ``a - (b + c)`` gives ``+a``, ``-b``, ``-c``."""
    match node:
        case Binary("+", left, right):
            return _terms(left) + _terms(right)
        case Binary("-", left, right):
            return _terms(left) + [("+" if sign == "-" else "-", term) for sign, term in _terms(right)]
        case Call("SUM", arguments):
            return [pair for argument in arguments for pair in _terms(argument)]
        case _:
            return [("+", node)]


def body(node: Node, address: Address, rank: int = 0) -> str:
    """Give the formula text without the test for blanks; ``rank`` is that of the operator around it, for brackets."""
    match node:
        case Number(value):
            return plain(value)
        case Text(value):
            return f'"{value}"'
        case FieldRef() | LineCell() | Column():
            return address(node)
        case Unary(operand):
            return "-" + body(operand, address, 4)
        case Binary("+" | "-", _, _) | Call("SUM", _):
            return _sum(_terms(node), address, rank)
        case Binary(operator, left, right) if operator in COMPARISONS:
            return f"{body(left, address, 2)}{operator}{body(right, address, 2)}"
        case Binary(operator, left, right):
            own = _RANK[operator]
            text = f"{body(left, address, own)}{operator}{body(right, address, own + 1)}"
            return f"({text})" if rank > own else text
        case Call(function, arguments):
            return f"{function}({','.join(body(argument, address) for argument in arguments)})"
        case _:
            raise TypeError(node)


def _sum(terms: list[tuple[str, Node]], address: Address, rank: int) -> str:
    """Write a sum with SUM, which ignores the empty text in a blank formula cell; ``+`` would give #VALUE!."""
    added = [body(term, address) for sign, term in terms if sign == "+"]
    taken = [body(term, address) for sign, term in terms if sign == "-"]
    text = f"SUM({','.join(added)})" if added else "0"
    if not taken:
        return text
    text += f"-SUM({','.join(taken)})"
    return f"({text})" if rank > _RANK["-"] else text
