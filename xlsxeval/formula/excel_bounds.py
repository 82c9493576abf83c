"""Write the interval of a formula for Excel: what ``bounds.interval`` gives, as two formula texts.

Example: for ``预算数 - 决算数``, whose intervals stand in F2:G2 and F3:G3 of a help sheet, the ends are
``(SUM(F2)-SUM(G3))`` and ``(SUM(G2)-SUM(F3))``: the smallest value less the largest, and the reverse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlsxeval.formula.excel import body
from xlsxeval.formula.parse import LONGEST, FormulaError
from xlsxeval.formula.tree import Binary, Call, Column, FieldRef, LineCell, Node, Number, Ref, Unary
from xlsxeval.numbers import plain

Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Where the workbook holds the figures that a formula names.

    Attributes:
        value: gives the address of a blank, or the range of a column or of a line's cells in all lines.
        low: gives the address of the lower end of its interval.
        high: gives the address of the upper end.
        slack: for a column, a formula text of how much each of its figures may differ from the exact value (``0``
            for exact figures).
    """

    value: Callable[[Ref], str]
    low: Callable[[Ref], str]
    high: Callable[[Ref], str]
    slack: Callable[[Ref], str]


def ends(node: Node, figures: Figures) -> Texts:
    """Give the formula texts of the smallest and the largest value that the exact result of a formula may have.

    Where ``bounds.interval`` gives None, these formulas give an error in Excel.

    Raises:
        FormulaError: if a text is too long for a cell; each product is four times as long as its factors.
    """
    texts = _ends(node, figures)
    if max(map(len, texts)) > LONGEST:
        raise FormulaError(f"公式写进电子表格会超过{LONGEST}个字符，请拆成几个填空")
    return texts


def _ends(node: Node, figures: Figures) -> Texts:
    match node:
        case Number(value):
            return plain(value), plain(value)
        case FieldRef() | LineCell():
            return figures.low(node), figures.high(node)
        case Unary(operand):
            low, high = ends(operand, figures)
            return f"-({high})", f"-({low})"
        case Binary("+", left, right):
            return _sum([ends(left, figures), ends(right, figures)])
        case Binary("-", left, right):
            (low, high), (first, last) = ends(left, figures), ends(right, figures)
            return f"(SUM({low})-SUM({last}))", f"(SUM({high})-SUM({first}))"
        case Binary(operator, left, right):
            return _corners(operator, ends(left, figures), ends(right, figures))
        case Call(function, arguments):
            return _call(function, arguments, figures)
        case _:
            return "NA()", "NA()"


def _sum(parts: list[Texts]) -> Texts:
    return f"SUM({','.join(low for low, _ in parts)})", f"SUM({','.join(high for _, high in parts)})"


def _corners(operator: str, left: Texts, right: Texts) -> Texts:
    """Write a product or quotient: the smallest and largest of the results of all pairs of ends.

    Example: ``A1…A2`` times ``3…3`` gives ``(MIN((A1)*(3),(A2)*(3)))`` and the same with MAX.
    """
    results = list(dict.fromkeys(f"({first}){operator}({second})" for first in left for second in right))
    joined = ",".join(results)
    low, high = (joined, joined) if len(results) == 1 else (f"MIN({joined})", f"MAX({joined})")
    if operator == "/" and right[0] != right[1]:
        # A divisor with 0 in its interval has no quotient: both ends must have the same sign.
        apart = f"({right[0]})*({right[1]})>0"
        return f"IF({apart},{low},NA())", f"IF({apart},{high},NA())"
    return f"({low})", f"({high})"


def _column(function: str, column: Column, figures: Figures) -> Texts:
    """Write a function of a column: the ends of SUM differ by the slack of every number in it."""
    cells, slack = figures.value(column), figures.slack(column)
    text = f"{function}({cells})"
    if slack == "0" or function == "COUNT":
        return text, text
    off = f"{slack}*COUNT({cells})" if function == "SUM" else slack
    return f"({text}-{off})", f"({text}+{off})"


def _call(function: str, arguments: tuple[Node, ...], figures: Figures) -> Texts:
    parts = [
        _column(function, argument, figures) if isinstance(argument, Column) else ends(argument, figures)
        for argument in arguments
    ]
    match function:
        case "SUM":
            return _sum(parts)
        case "MIN" | "MAX":
            return (
                f"{function}({','.join(low for low, _ in parts)})",
                f"{function}({','.join(high for _, high in parts)})",
            )
        case "ROUND" | "ROUNDDOWN":
            (low, high), (places, _) = parts
            # The inner ROUND removes the error of binary fractions: 8.04*100 is 803.9999…
            return f"INT(ROUND(({low})*10^{places},6))/10^{places}", f"ROUND({high},{places})"
        case "ABS":
            [(low, high)] = parts
            largest = f"MAX(ABS({low}),ABS({high}))"
            return f"IF(AND({low}<=0,{high}>=0),0,MIN(ABS({low}),ABS({high})))", largest
        case "COUNT":
            text = body(Call(function, arguments), figures.value)
            return text, text
        case _:
            return "NA()", "NA()"
