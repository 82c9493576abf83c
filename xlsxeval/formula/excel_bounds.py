"""Write the interval of a formula for Excel: what ``bounds.interval`` gives, as two formula texts."""

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
    """Where the figures behind names stand: ``value`` gives an address, ``low`` and ``high`` the ends of the interval.

    For a column they give the range, and ``slack`` what each of its figures may be off (``0`` for exact ones).
    """

    value: Callable[[Ref], str]
    low: Callable[[Ref], str]
    high: Callable[[Ref], str]
    slack: Callable[[Ref], str]


def ends(node: Node, figures: Figures) -> Texts:
    """Give the formula texts of the smallest and the largest value a formula may truly have.

    A formula without an interval gives an error in Excel, as ``interval`` gives None.

    Raises:
        FormulaError: if they are longer than a cell takes; each product is four times as long as its factors.
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
    found = list(dict.fromkeys(f"({one}){operator}({other})" for one in left for other in right))
    low, high = (found[0], found[0]) if len(found) == 1 else (f"MIN({','.join(found)})", f"MAX({','.join(found)})")
    if operator == "/" and right[0] != right[1]:
        apart = f"({right[0]})*({right[1]})>0"
        return f"IF({apart},{low},NA())", f"IF({apart},{high},NA())"
    return f"({low})", f"({high})"


def _column(function: str, column: Column, figures: Figures) -> Texts:
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
            # The inner ROUND mends what binary fractions leave behind: 8.04*100 is 803.9999…
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
