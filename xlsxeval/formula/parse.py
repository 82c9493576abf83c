"""Formula text to tree: Excel's own syntax over field names, with the few functions all programs share."""

from __future__ import annotations

import re
from decimal import Decimal

from xlsxeval.formula.tree import Binary, Call, Name, Node, Number, Text, Unary

#: Function -> least and most number of arguments (None: any number). Excel 2010, WPS and LibreOffice share these.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "SUM": (1, None),
    "COUNT": (1, None),
    "MIN": (1, None),
    "MAX": (1, None),
    "ROUND": (2, 2),
    "ROUNDDOWN": (2, 2),
    "ABS": (1, 1),
    "IF": (3, 3),
    "AND": (1, None),
    "OR": (1, None),
    "NOT": (1, 1),
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?%?)
    |(?P<text>"[^"]*")
    |(?P<name>(?:[^\W\d]\w*|\*(?=\.[^\W\d]))(?:\.(?:\w+|\*))*)
    |(?P<sign><=|>=|<>|[-+*/=<>(),]))""",
    re.VERBOSE,
)
_LEVELS = (("=", "<>", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))


class FormulaError(ValueError):
    """The text is no formula; says which part, and what is allowed."""


def parse(text: str) -> Node:
    """Parse formula text without a leading ``=``.

    Raises:
        FormulaError: with what is wrong and where.
    """
    tokens = _tokens(text)
    node, rest = _level(tokens, 0)
    if rest:
        raise FormulaError(f"公式“{text}”在“{rest[0][1]}”处多出内容")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None or match.lastgroup is None:
            raise FormulaError(f"公式“{text}”中不认识“{stripped[at:].strip()[:12]}”")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


Tokens = list[tuple[str, str]]


def _level(tokens: Tokens, level: int) -> tuple[Node, Tokens]:
    if level == len(_LEVELS):
        return _factor(tokens)
    left, rest = _level(tokens, level + 1)
    while rest and rest[0][0] == "sign" and rest[0][1] in _LEVELS[level]:
        right, after = _level(rest[1:], level + 1)
        left, rest = Binary(rest[0][1], left, right), after
    return left, rest


def _factor(tokens: Tokens) -> tuple[Node, Tokens]:
    if not tokens:
        raise FormulaError("公式不完整，末尾缺少内容")
    (kind, text), rest = tokens[0], tokens[1:]
    match kind:
        case "number":
            value = Decimal(text.rstrip("%"))
            return Number(value / 100 if text.endswith("%") else value), rest
        case "text":
            return Text(text[1:-1]), rest
        case "name" if rest and rest[0][1] == "(":
            return _call(text, rest[1:])
        case "name":
            return Name(text), rest
    if text == "-":
        operand, rest = _factor(rest)
        return Unary(operand), rest
    if text == "(":
        inner, rest = _level(rest, 0)
        return inner, _closed(rest)
    raise FormulaError(f"公式中“{text}”的位置不对")


def _call(function: str, tokens: Tokens) -> tuple[Node, Tokens]:
    if function not in FUNCTIONS:
        raise FormulaError(f"不认识函数“{function}”，可用的函数：{'、'.join(FUNCTIONS)}")
    arguments: list[Node] = []
    rest = tokens
    while True:
        argument, rest = _level(rest, 0)
        arguments.append(argument)
        if not rest or rest[0][1] != ",":
            break
        rest = rest[1:]
    least, most = FUNCTIONS[function]
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise FormulaError(f"函数{function}应有{least}个参数，这里有{len(arguments)}个")
    return Call(function, tuple(arguments)), _closed(rest)


def _closed(tokens: Tokens) -> Tokens:
    if not tokens or tokens[0][1] != ")":
        raise FormulaError("公式缺少右括号“)”")
    return tokens[1:]
