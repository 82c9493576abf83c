"""Write a condition for Excel with three results, as in ``evaluate``: it holds, it fails, or a value it needs is blank.

For one place (``truth``) the texts are conditions. For all lines of a table at once (``masks``) they are products of
comparisons inside SUMPRODUCT, which every spreadsheet program calculates alike; functions over ranges, such as
ISNUMBER, give different results there.

Example: ``决算数 <= 预算数`` with the exact figures D6 and C6 gives, for "holds",
``IF(OR(COUNT(D6)=0,COUNT(C6)=0),FALSE,ROUND(D6-(C6),8)<=0)``, and for "fails" the same with NOT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlsxeval.formula.excel import any_of, blank_tests, body
from xlsxeval.formula.excel_bounds import Figures, Texts, ends
from xlsxeval.formula.tree import COMPARISONS, Binary, Call, LineCell, Node, Number, only_counts, refs

#: In a comparison Excel takes every text as greater than every number; this number is greater than any figure.
_ABOVE_ALL = "1E+300"


def comparisons(node: Node) -> Iterator[Binary]:
    """Yield the comparisons whose two sides are shown to the user.

    Left out are: comparisons that only count filled cells; the parts of OR before the last, which say when the
    condition does not apply; everything inside NOT.
    """
    if isinstance(node, Binary) and node.operator in COMPARISONS:
        if not only_counts(node):
            yield node
    elif isinstance(node, Call) and node.function == "AND":
        for argument in node.arguments:
            yield from comparisons(argument)
    elif isinstance(node, Call) and node.function == "OR":
        yield from comparisons(node.arguments[-1])


def truth(node: Node, figures: Figures, places: int, *, exact: bool = False) -> Texts:
    """Give two Excel conditions: when the condition holds, and when it fails; both are false if a value is missing.

    Args:
        node: a condition.
        figures: where the figures stand.
        places: the number of decimals to which differences are rounded, to remove the error of binary fractions.
        exact: whether the printed precision does not count, as inside NOT.
    """
    match node:
        case Binary(_, left, right):
            blank = any_of(blank_tests(left, figures.value) + blank_tests(right, figures.value))
            holds = _comparison(node, figures, places, exact=exact)
            if not blank:
                return holds, f"NOT({holds})"
            return f"IF({blank},FALSE,{holds})", f"IF({blank},FALSE,NOT({holds}))"
        case Call("NOT", (inner,)):
            holds, fails = truth(inner, figures, places, exact=True)
            return fails, holds
        case Call("AND", arguments):
            parts = [truth(argument, figures, places, exact=exact) for argument in arguments]
            return _all(part[0] for part in parts), _any(part[1] for part in parts)
        case Call("OR", arguments):
            parts = [truth(argument, figures, places, exact=exact) for argument in arguments]
            return _any(part[0] for part in parts), _all(part[1] for part in parts)
        case _:
            raise TypeError(node)


def _all(parts: Iterator[str]) -> str:
    return f"AND({','.join(parts)})"


def _any(parts: Iterator[str]) -> str:
    return f"OR({','.join(parts)})"


def _comparison(node: Binary, figures: Figures, places: int, *, exact: bool) -> str:
    first, second = body(node.left, figures.value), body(node.right, figures.value)
    if only_counts(node):
        return f"{first}{node.operator}{second}"
    plain = f"ROUND({first}-({second}),{places}){node.operator}0"
    left, right = ends(node.left, figures), ends(node.right, figures)
    if exact or (left == (first, first) and right == (second, second)):
        return plain
    return f"IFERROR({meet(node.operator, left, right, places)},{plain})"


def meet(operator: str, left: Texts, right: Texts, places: int) -> str:
    """Give the Excel condition that values in two intervals can satisfy a comparison.

    Example: ``=`` holds if each interval begins before the other ends.
    """
    below = f"ROUND(({left[0]})-({right[1]}),{places})"
    above = f"ROUND(({right[0]})-({left[1]}),{places})"
    match operator:
        case "=":
            return f"AND({below}<=0,{above}<=0)"
        case "<=" | "<":
            return f"{below}{operator}0"
        case ">=" | ">":
            return f"{above}{operator.replace('>', '<')}0"
        case _:
            return "TRUE"


def masks(node: Node, figures: Figures) -> Texts:
    """Give two array expressions over all lines of a table: 1 where the condition holds, and 1 where it fails.

    A line with a text in place of a number, or without any number, gives 0 in both.

    Args:
        node: a condition on the cells of a line.
        figures: where the figures stand; for a cell of a line, the range of its column.
    """
    cells = [figures.value(ref) for ref in refs(node) if isinstance(ref, LineCell)]
    usable = "".join(f"*(1-{is_text(cell)})" for cell in cells)
    usable += f"*(({'+'.join(is_number(cell) for cell in cells)})>0)"
    holds, fails = _masks(node, figures, exact=False)
    return f"({holds}){usable}", f"({fails}){usable}"


def is_number(cells: str) -> str:
    """Give the array expression that is 1 for each number in a range."""
    return f'({cells}<>"")*({cells}<{_ABOVE_ALL})'


def is_text(cells: str) -> str:
    """Give the array expression that is 1 for each text in a range."""
    return f'({cells}<>"")*({cells}>{_ABOVE_ALL})'


def _masks(node: Node, figures: Figures, *, exact: bool) -> Texts:
    """Give the expressions of ``masks`` for a part of a condition; multiplying is AND, adding is OR."""
    match node:
        case Binary(operator, left, right):
            numbers = [is_number(figures.value(ref)) for ref in refs(node) if isinstance(ref, LineCell)]
            if only_counts(node):
                counted = replace(figures, value=lambda ref: f"({is_number(figures.value(ref))})")
                return (test := f"({_count(left, counted)}{operator}{_count(right, counted)})"), f"(1-{test})"
            (low, high), (first, last) = ends(left, figures), ends(right, figures)
            if exact:
                low = high = body(left, figures.value)
                first = last = body(right, figures.value)
            test = {
                "<=": f"({low}<={last})",
                "<": f"({low}<{last})",
                ">=": f"({high}>={first})",
                ">": f"({high}>{first})",
                "=": f"({low}<={last})*({first}<={high})",
            }.get(operator, f"({low}<>{first})")
            all_filled = "*".join(numbers)
            return f"{all_filled}*{test}", f"{all_filled}*(1-{test})"
        case Call("NOT", (inner,)):
            holds, fails = _masks(inner, figures, exact=True)
            return fails, holds
        case Call("AND" | "OR" as function, arguments):
            parts = [_masks(argument, figures, exact=exact) for argument in arguments]
            every = 0 if function == "AND" else 1
            together = "*".join(f"({part[every]})" for part in parts)
            any_one = f"(({'+'.join(f'({part[1 - every]})' for part in parts)})>0)"
            return (together, any_one) if function == "AND" else (any_one, together)
        case _:
            raise TypeError(node)


def _count(node: Node, figures: Figures) -> str:
    if isinstance(node, Call):
        return f"({'+'.join(_count(argument, figures) for argument in node.arguments)})"
    return body(node, figures.value) if isinstance(node, Number) else figures.value(node)  # type: ignore[arg-type]  # a line's cell
