"""Formula text to tree: Excel's syntax with field names instead of addresses, and the functions all programs share.

Example: ``决算数 / 预算数`` gives ``Binary("/", Name("决算数"), Name("预算数"))``.
"""

from __future__ import annotations

import re
from collections import deque
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from xlsxeval.formula.tree import Binary, Call, Name, Node, Number, Text, Unary
from xlsxeval.text import sheet_length

#: Function -> least and most number of arguments (None: no upper limit). Excel 2010, WPS and LibreOffice have all.
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
#: Excel's own limits: characters of a formula, characters of a text in it, digits of a number, arguments.
LONGEST, LONGEST_TEXT, _MOST_DIGITS, _MOST_ARGUMENTS = 8192, 255, 15, 255
#: Levels of brackets, functions and signs. Excel allows 64, and the tests written around a formula need some of them.
_MOST_NESTED = 20
#: Levels of the tree, because the functions over it are recursive. ``a + b + c`` has two: one for each operator.
_DEEPEST = 100
_SHOWN = 60
_FULL_WIDTH = frozenset("（），＋－×÷＊／＝＜＞≤≥≠．％“”")

#: The parts of the formula that are still to be read, as (kind, text).
Tokens: TypeAlias = "deque[tuple[str, str]]"


class FormulaError(ValueError):
    """The text is no formula; the message names the wrong part and what is allowed."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Parse formula text without a leading ``=``.

    Raises:
        FormulaError: with what is wrong and where; also for a formula that is too long or nested too deeply.
    """
    if sheet_length(text) > LONGEST:
        raise FormulaError(f"公式“{shown(text)}”太长，超过{LONGEST}个字符")
    if text.lstrip().startswith(("=", "＝")):
        raise FormulaError(f"公式“{shown(text)}”前面不写“=”")
    tokens = _tokens(text)
    node, _ = _operation(tokens, 0, 0)
    if tokens:
        raise FormulaError(f"公式“{shown(text)}”在“{tokens[0][1]}”处多出内容")
    return node


def shown(text: str) -> str:
    """Shorten a formula for a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _tokens(text: str) -> Tokens:
    """Cut a formula into numbers, texts, names and signs: ``a*2`` gives name ``a``, sign ``*``, number ``2``."""
    tokens: Tokens = deque()
    stripped, at = text.rstrip(), 0
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None or match.lastgroup is None:
            rest = stripped[at : at + 2 * _SHOWN].strip()[:12]
            advice = "，请改成半角的符号" if rest[:1] in _FULL_WIDTH else ""
            raise FormulaError(f"公式“{shown(text)}”中不认识“{rest}”{advice}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


def _operation(tokens: Tokens, level: int, nested: int) -> tuple[Node, int]:
    """Read operands with the operators of a level between them; returns the tree and its depth.

    ``1 + 2 * 3``: at the level of ``+`` the operands are ``1`` and ``2 * 3``, which the next level reads.
    """
    if level == len(_LEVELS):
        return _factor(tokens, nested)
    left, depth = _operation(tokens, level + 1, nested)
    while tokens and tokens[0][0] == "sign" and tokens[0][1] in _LEVELS[level]:
        operator = tokens.popleft()[1]
        right, other = _operation(tokens, level + 1, nested)
        left, depth = Binary(operator, left, right), _deeper(depth, other)
    return left, depth


def _deeper(*depths: int) -> int:
    """Give the depth of a node above parts of these depths."""
    depth = 1 + max(depths)
    if depth > _DEEPEST:
        raise FormulaError(f"公式里连续的运算超过{_DEEPEST}次，相加的请写成SUM(甲, 乙, …)")
    return depth


def _factor(tokens: Tokens, nested: int) -> tuple[Node, int]:
    """Read one operand: a number, a text, a name, a function, or what stands in brackets; with its depth."""
    if not tokens:
        raise FormulaError("公式不完整，末尾缺少内容")
    if nested > _MOST_NESTED:
        raise FormulaError(f"公式嵌套超过{_MOST_NESTED}层")
    kind, text = tokens.popleft()
    match kind:
        case "number":
            return Number(_number(text)), 0
        case "text":
            if sheet_length(text) > LONGEST_TEXT + 2:
                raise FormulaError(f"公式里的文字超过{LONGEST_TEXT}个字符：{shown(text)}")
            return Text(text[1:-1]), 0
        case "name" if tokens and tokens[0][1] == "(":
            tokens.popleft()
            return _call(text, tokens, nested + 1)
        case "name":
            return Name(text), 0
    if text == "-":
        operand, depth = _factor(tokens, nested + 1)
        return Unary(operand), _deeper(depth)
    if text == "(":
        inner = _operation(tokens, 0, nested + 1)
        _close(tokens)
        return inner
    raise FormulaError(f"公式中“{text}”的位置不对")


def _number(text: str) -> Decimal:
    """Give the value of a number in a formula: ``5%`` is 0.05."""
    if len(text.rstrip("%").replace(".", "")) > _MOST_DIGITS:
        raise FormulaError(f"公式里的数字超过{_MOST_DIGITS}位：{shown(text)}")
    value = Decimal(text.rstrip("%"))
    return value / 100 if text.endswith("%") else value


def _call(function: str, tokens: Tokens, nested: int) -> tuple[Node, int]:
    """Read the arguments of a function and the bracket behind them."""
    if function not in FUNCTIONS:
        raise FormulaError(f"不认识函数“{shown(function)}”，可用的函数：{'、'.join(FUNCTIONS)}")
    arguments: list[Node] = []
    depths: list[int] = []
    while not arguments or (tokens and tokens[0][1] == "," and tokens.popleft()):
        argument, depth = _operation(tokens, 0, nested)
        arguments.append(argument)
        depths.append(depth)
    least, most = FUNCTIONS[function]
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise FormulaError(f"函数{function}应有{least}个参数，这里有{len(arguments)}个")
    if len(arguments) > _MOST_ARGUMENTS:
        raise FormulaError(f"函数{function}的参数超过{_MOST_ARGUMENTS}个")
    _close(tokens)
    return Call(function, tuple(arguments)), _deeper(*depths)


def _close(tokens: Tokens) -> None:
    if not tokens or tokens.popleft()[1] != ")":
        raise FormulaError("公式缺少右括号“)”")
