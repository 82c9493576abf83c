"""Formulas of an official workbook as formulas of a form: names instead of addresses.

Example: ``IFERROR(E6/D6*100,"")`` in a percentage, where D6 is 全年预算数 and E6 全年执行数, gives
``全年执行数 / 全年预算数``: a form's quotient is blank by itself if its divisor is blank or 0, and a percentage is a
share of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from xlsxeval.a1 import parse_cell
from xlsxeval.formula.parse import FormulaError, parse
from xlsxeval.formula.tree import COMPARISONS, Binary, Call, Name, Node, Number, Text, Unary, leaves, rewrite
from xlsxeval.numbers import plain

Position = tuple[int, int]
#: The names that stand for the cells of a range (first row, first column, last row, last column); None if it holds
#: a figure that is no blank, or a part of a column only.
NamesOf = Callable[[int, int, int, int], "list[str] | None"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*")
    |(?P<range>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?)(?![\w(!.:])
    |(?P<function>[A-Za-z]{1,12})(?=\()
    |(?P<number>[0-9]+(?:\.[0-9]+)?%?)
    |(?P<sign><=|>=|<>|[-+*/=<>(),]))""",
    re.VERBOSE,
)
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_LONGEST = 8192
#: Stands for the condition that a part of the formula gives an error or is blank.
_NO_RESULT = "_"
#: What a formula shows instead of a result that is not there.
_NOTHING = frozenset({"", "-", "—", "/", " "})
_HUNDRED = Number(Decimal(100))
_RANK = {"*": 3, "/": 3, "+": 2, "-": 2} | dict.fromkeys(COMPARISONS, 1)


def translate(formula: str, names_of: NamesOf, kind: str, scaled: Collection[str] = ()) -> Node | None:
    """Return a formula of Excel with names for its addresses; None if a form cannot say it.

    Args:
        formula: the formula, without ``=``.
        names_of: the names for a range of cells.
        kind: the kind of the blank that it fills.
        scaled: percentages that the workbook shows as numbers up to 100.
    """
    pieces = _pieces(formula, names_of)
    if pieces is None:
        return None
    try:
        node = _simpler(parse(" ".join(_without_error_tests(pieces))))
    except (FormulaError, _UnclearError):
        return None
    if kind == "percent":
        node = without_hundred(node)
    node = _cancelled(rewrite(node, lambda name: Binary("*", name, _HUNDRED) if name.text in scaled else name))
    parts = list(leaves(node))
    unclear = any(isinstance(part, Text) or (isinstance(part, Name) and part.text == _NO_RESULT) for part in parts)
    return None if unclear or not any(isinstance(part, Name) for part in parts) else node


class _UnclearError(ValueError):
    """Brackets or arguments are not as they should be."""


def _pieces(formula: str, names_of: NamesOf) -> list[str] | None:
    """Cut a formula into pieces with names for addresses; None if a piece is not known, or an address is no blank."""
    pieces: list[str] = []
    at = 0
    text = formula.strip().removeprefix("_xlfn.")
    while at < len(text):
        match = _TOKEN.match(text, at) if len(text) <= _LONGEST else None
        if match is None or match.lastgroup is None:
            return None
        piece = match[match.lastgroup]
        if match.lastgroup == "range":
            names = _names(piece, names_of)
            if not names:
                return None
            piece = " , ".join(names)
        pieces.append(piece.upper() if match.lastgroup == "function" else piece)
        at = match.end()
    return pieces


def _names(text: str, names_of: NamesOf) -> list[str]:
    """Return the names for a range such as ``$C$5:D7``; none if there are none, or a formula cannot say them."""
    first, _, last = text.replace("$", "").upper().partition(":")
    one, other = parse_cell(first), parse_cell(last or first)
    if one is None or other is None:
        return []
    (top, left), (bottom, right) = one, other
    names = names_of(min(top, bottom), min(left, right), max(top, bottom), max(left, right)) or []
    return names if all(_NAME.fullmatch(name) for name in names) and (last or len(names) == 1) else []


def _without_error_tests(pieces: list[str]) -> list[str]:
    """Write ``IFERROR(a, b)`` as IF with a condition of its own, and ``ISERROR(a)`` as this condition."""
    while True:
        at = next((at for at, piece in enumerate(pieces) if piece in {"IFERROR", "ISERROR", "ISERR", "ISBLANK"}), None)
        if at is None:
            return pieces
        end, commas = _closing(pieces, at + 1)
        if pieces[at] == "IFERROR":
            if len(commas) != 1:
                raise _UnclearError
            value, other = pieces[at + 2 : commas[0]], pieces[commas[0] + 1 : end]
            inside = ["IF", "(", _NO_RESULT, ",", *other, ",", *value, ")"]
        else:
            inside = [_NO_RESULT]
        pieces = [*pieces[:at], *inside, *pieces[end + 1 :]]


def _closing(pieces: list[str], opening: int) -> tuple[int, list[int]]:
    """Return the place of the bracket that closes the one at ``opening``, and those of the commas between."""
    depth, commas = 0, []
    for at in range(opening, len(pieces)):
        depth += (pieces[at] == "(") - (pieces[at] == ")")
        if depth == 1 and pieces[at] == ",":
            commas.append(at)
        if depth == 0:
            return at, commas
    raise _UnclearError


def _simpler(node: Node) -> Node:
    """Leave out each IF that only shows nothing while a cell is blank or 0."""
    match node:
        case Unary(operand):
            return Unary(_simpler(operand))
        case Binary(operator, left, right):
            return Binary(operator, _simpler(left), _simpler(right))
        case Call("IF", (condition, then, other)) if _asks_for_blank(condition):
            for shown, rest in ((then, other), (other, then)):
                if _is_nothing(shown):
                    return _simpler(rest)
            return Call("IF", (condition, _simpler(then), _simpler(other)))
        case Call(function, arguments):
            return Call(function, tuple(_simpler(argument) for argument in arguments))
        case _:
            return node


def _asks_for_blank(node: Node) -> bool:
    """Return whether a condition only asks whether something is blank or 0."""
    match node:
        case Name(text):
            return text == _NO_RESULT
        case Binary("=" | "<>" | ">", left, right):
            return _is_nothing(right) or _is_nothing(left)
        case Binary("<", Call("COUNT", _), Number(_)):
            return True
        case Call("AND" | "OR" | "NOT", arguments):
            return all(_asks_for_blank(argument) for argument in arguments)
        case _:
            return False


def _is_nothing(node: Node) -> bool:
    return (isinstance(node, Text) and node.value in _NOTHING) or (isinstance(node, Number) and not node.value)


def without_hundred(node: Node) -> Node:
    """Leave out the factor 100 of a percentage: ``ROUND(a / b * 100, 2)`` gives ``ROUND(a / b, 4)``."""
    match node:
        case Binary("*", inner, Number(value)) | Binary("*", Number(value), inner) if value == _HUNDRED.value:
            return inner
        case Binary("*", left, right) if without_hundred(right) != right:
            return Binary("*", left, without_hundred(right))
        case Binary("*" | "/" as operator, left, right):
            return Binary(operator, without_hundred(left), right)
        case Call("ROUND" | "ROUNDDOWN" as function, (inner, Number(places))):
            smaller = without_hundred(inner)
            return node if smaller == inner else Call(function, (smaller, Number(places + 2)))
        case _:
            return node


def _cancelled(node: Node) -> Node:
    """Leave out a factor 100 that is divided by 100: ``a * (b * 100) / 100`` gives ``a * b``."""
    match node:
        case Binary("/", left, Number(value)) if value == _HUNDRED.value and without_hundred(left) != left:
            return _cancelled(without_hundred(left))
        case Unary(operand):
            return Unary(_cancelled(operand))
        case Binary(operator, left, right):
            return Binary(operator, _cancelled(left), _cancelled(right))
        case Call(function, arguments):
            return Call(function, tuple(_cancelled(argument) for argument in arguments))
        case _:
            return node


def text_of(node: Node, rank: int = 0) -> str:
    """Return a formula as a form file has it; ``rank`` is that of the operator around it, for brackets."""
    match node:
        case Number(value):
            return plain(value)
        case Name(text):
            return text
        case Unary(operand):
            return f"-{text_of(operand, 4)}"
        case Binary(operator, left, right):
            own = _RANK[operator]
            text = f"{text_of(left, own)} {operator} {text_of(right, own + 1)}"
            return f"({text})" if rank > own else text
        case Call(function, arguments):
            return f"{function}({', '.join(text_of(argument) for argument in arguments)})"
        case _:
            raise TypeError(node)


def terms_of(node: Node, sign: str = "+") -> list[str]:
    """Return the terms of a sum in a fixed order, so that ``b + SUM(a)`` and ``SUM(a, b)`` are the same."""
    match node:
        case Binary("+" | "-" as operator, left, right):
            turned = {"+": "-", "-": "+"}[sign]
            return sorted([*terms_of(left, sign), *terms_of(right, sign if operator == "+" else turned)])
        case Call("SUM", arguments):
            return sorted(term for argument in arguments for term in terms_of(argument, sign))
        case _:
            return [f"{sign}{text_of(node)}"]


def circles(formulas: Mapping[str, str]) -> frozenset[str]:
    """Return the blanks whose formulas use their own result, directly or through others."""
    needs = {
        name: {leaf.text for leaf in leaves(parse(text)) if isinstance(leaf, Name)} for name, text in formulas.items()
    }
    reached = {name: set(some) for name, some in needs.items()}
    changed = True
    while changed:
        changed = False
        for name, some in reached.items():
            wider = some.union(*(reached.get(other, set()) for other in some))
            changed = changed or wider != some
            reached[name] = wider
    return frozenset(name for name, some in reached.items() if name in some)
