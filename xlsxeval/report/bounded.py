"""Jinja2 for untrusted templates: a template can use the given values only, and all its work is counted.

Loops, calls, filters and operators cost points of a budget; a template that needs more is refused. A step that could
make a large result from a small input (``'a' * 10**9``, ``format`` with a width) is tested before it runs. Example:
``{% for 数 in range(9) %}`` costs 20 points a round and 1 for each character of the output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.visitor import NodeTransformer
from markupsafe import soft_str

#: The points of one round of a loop or one call; a character of text costs 1.
_STEP = 20
_MOST_BITS, _MOST_POWER, _MOST_DIGITS = 4096, 64, 10
_SIMPLE = frozenset(
    """abs capitalize count d default dictsort e escape first float groupby int items last length list lower map max min
    reject rejectattr reverse safe select selectattr sort string striptags title trim truncate unique upper wordcount
    """.split()  # noqa: SIM905  # a list of words reads better so
)
_METHODS = frozenset({"items", "keys", "values", "get", "upper", "lower", "strip", "startswith", "endswith"})
_FORMAT = re.compile(r"[^%]|%%|%[-+ 0#]{0,5}\d{0,3}(?:\.\d{0,2})?[sdifgxXeEo]")
#: Filters that ``_Counting`` inserts; their names begin with a blank, so that no template can use them.
_SPEND, _WEIGH, _JOIN, _PLAIN_PARTS = " spend", " weigh", " join", " plain parts"


class TooMuchError(Exception):
    """A template would use more points than its budget has."""


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox that counts points; ``allow`` sets the budget for the next compiling or filling in."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, finalize: Callable[[object], str]) -> None:
        """Make a sandbox whose output goes through ``finalize``."""
        super().__init__(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.left = 0

        def put_out(value: object) -> str:
            text = finalize(value)
            self.spend(len(text))
            return text

        self.finalize = put_out
        self.globals = {"range": safe_range}
        own: dict[str, Callable[..., Any]] = {"format": self._format, "replace": self._replace, "round": _round}
        own |= {"join": self._join, "sum": _sum, _JOIN: self._join_all}
        chosen = {**{name: FILTERS[name] for name in _SIMPLE}, **own}
        self.filters = {name: self._counted(function) for name, function in chosen.items()}
        self.filters |= {_SPEND: self._spend_text, _WEIGH: self._weighed, _PLAIN_PARTS: _plain_parts}

    def allow(self, amount: int) -> None:
        """Set the points that may be spent from now on."""
        self.left = amount

    def spend(self, amount: int) -> None:
        """Take points from the budget.

        Raises:
            TooMuchError: if it has not so many.
        """
        self.left -= amount
        if self.left < 0:
            raise TooMuchError("循环太多，或者内容太长")

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Counting().visit(tree)
        return tree

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give a filter that takes points for each call and for the size of its result."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.spend(_STEP)
            result = function(*args, **kwargs)
            if isinstance(result, Iterator):
                result = list(islice(result, max(self.left, 0) // _STEP + 1))
            self.spend(_size(result))
            return result

        passed = getattr(function, "jinja_pass_arg", None)
        if passed is not None:
            counted.jinja_pass_arg = passed  # type: ignore[attr-defined]  # set by Jinja2's pass_context
        return counted

    @pass_context  # without it, Jinja2 would calculate it only once, when the template is compiled
    def _spend_text(self, _context: Context, value: object, amount: int) -> object:
        self.spend(amount)
        return value

    def _weighed(self, value: object) -> object:
        self.spend(_size(value))
        return value

    def _join(self, parts: Any, between: str = "", attribute: str | int | None = None) -> str:
        if attribute is not None:
            parts = [self.getitem(part, attribute) for part in parts]
        return self._join_all([text for part in parts for text in (between, part)][1:])

    def _join_all(self, parts: list[Any]) -> str:
        self.spend(sum(len(str(part)) for part in parts))
        return markup_join(parts)

    def _replace(self, text: object, old: str, new: str) -> str:
        self.spend(len(str(text)) + str(text).count(old) * len(new))
        return soft_str(text).replace(old, new)

    def _format(self, pattern: str, *values: object) -> str:
        if "".join(match[0] for match in _FORMAT.finditer(pattern)) != pattern:
            raise TooMuchError("format的宽度不能超过三位数，也不能写成“*”")
        self.spend(sum(_size(value) for value in values) + len(pattern))
        return str(pattern) % values

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate an operator, after testing how large the result may become."""
        if operator == "%" and isinstance(left, str):
            return self._format(left, *(right if isinstance(right, tuple) else (right,)))
        if isinstance(left, int | float) and isinstance(right, int | float):
            bits = max(abs(int(side)).bit_length() if isinstance(side, int) else 0 for side in (left, right))
            if bits > _MOST_BITS or (operator == "**" and (bits > _MOST_POWER or abs(right) > _MOST_POWER)):
                raise TooMuchError("数字太大")
        else:
            times = next((side for side in (left, right) if isinstance(side, int)), 1) if operator == "*" else 1
            self.spend((_size(left) + _size(right) + _STEP) * max(times, 1))
        return super().call_binop(context, operator, left, right)

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063  # Jinja2's names
        """Call, and count the call and its result."""
        self.spend(_STEP)
        result = super().call(__context, __obj, *args, **kwargs)
        self.spend(_size(result))
        return result

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow only a few methods of plain values."""
        if isinstance(obj, str | bytes | int | float | list | tuple | dict):
            return attr in _METHODS
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Do not wrap ``str.format``: ``is_safe_attribute`` refuses it."""
        del value


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    return _STEP * len(value) if isinstance(value, list | tuple | dict) else 1


def _round(value: float, precision: int = 0) -> float:
    return round(float(value), min(max(precision, 0), _MOST_DIGITS))


def _sum(values: Any, attribute: str | None = None) -> float:
    total: float = sum(value if attribute is None else value[attribute] for value in values)
    return total


def _plain_parts(value: Any) -> Any:
    """Refuse lists inside lists: with ``[a, a]`` repeated 30 times, a template would make a billion values."""
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, list | tuple | dict):
            raise TooMuchError("方括号和花括号里只能写单个的值")
    return value


class _Counting(NodeTransformer):
    """Inserts the counting into a template: in each round of a loop, in each body of text, at operators."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # the name that Jinja2 calls
        self.generic_visit(node)
        if node.test is not None:
            node.test = nodes.And(_filter(nodes.Const("on"), _SPEND, nodes.Const(_STEP)), node.test, lineno=node.lineno)
        return self._body(node, _STEP)

    def visit_Macro(self, node: nodes.Node) -> nodes.Node:  # noqa: N802  # as above
        self.generic_visit(node)
        return self._body(node, 0)

    visit_CallBlock = visit_FilterBlock = visit_Block = visit_AssignBlock = visit_Macro  # noqa: N815  # as above

    def _body(self, node: Any, step: int) -> nodes.Node:
        text = sum(len(part.data) for part in node.find_all(nodes.TemplateData))
        spending = _filter(nodes.Const(""), _SPEND, nodes.Const(step + text))
        node.body.insert(0, nodes.Output([spending], lineno=node.lineno))
        return node  # type: ignore[no-any-return]  # the nodes with a body have no common type

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802  # as above
        if node.name in {"varargs", "kwargs"}:
            raise TemplateSyntaxError(f"{node.name}不能用", node.lineno)
        return node

    def visit_List(self, node: nodes.List | nodes.Tuple | nodes.Dict) -> nodes.Node:  # noqa: N802  # as above
        self.generic_visit(node)
        return node if getattr(node, "ctx", "load") != "load" else _filter(node, _PLAIN_PARTS)

    visit_Tuple = visit_Dict = visit_List  # noqa: N815  # as above

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # as above
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), _JOIN)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802  # as above
        self.generic_visit(node)
        node.expr = _filter(node.expr, _WEIGH)
        for operand in node.ops:
            operand.expr = _filter(operand.expr, _WEIGH)
        return node


def _filter(node: nodes.Expr, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)
