"""Test whether the Excel formulas made from a form's formula fit into a cell: a short formula may become very long.

The formulas are written with made-up addresses that are as long as the longest real ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlsxeval.forms.model import Check
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.excel_bounds import Figures, ends
from xlsxeval.formula.excel_logic import comparisons, masks, truth
from xlsxeval.formula.parse import LONGEST, FormulaError
from xlsxeval.formula.tree import Column, LineCell, Node, Ref

#: Characters that the sheet 核对 adds around a condition, and the most comparisons, which become nested IFs there.
_AROUND, _MOST_COMPARISONS = 700, 30
_PLACES = 6


def _figures(sign: str) -> Figures:
    """Give made-up addresses: as long as the longest real ones, and with different ends of each interval."""

    def address(letter: str, ref: Ref) -> str:
        if isinstance(ref, Column):
            return f"$A{letter}$1000:$A{letter}$9999"
        if isinstance(ref, LineCell) and sign:
            return f"INDEX($A{letter}$1000:$A{letter}$9999,$AX$1000-ROW('{'表' * 31}'!$A$1000)+1)"
        return f"$A{letter}$9999"

    return Figures(
        lambda ref: address("A", ref),
        lambda ref: address("B", ref),
        lambda ref: address("C", ref),
        lambda _: "0.000005",
    )


_ADDRESSES, _LINE_ADDRESSES = _figures(""), _figures("line")


def require_field_fits(node: Node) -> None:
    """Test the length of the formula of a blank, and of the interval of its result.

    Raises:
        FormulaError: if a cell cannot hold them.
    """
    _require(max(len(to_excel(node, _ADDRESSES.value)), *map(len, ends(node, _ADDRESSES))))


def require_check_fits(check: Check) -> None:
    """Test the length of a condition, of its two sides as they are shown, and of its hints.

    Raises:
        FormulaError: if a cell of 核对 cannot hold them.
    """
    figures = _LINE_ADDRESSES if check.each else _ADDRESSES
    compared = list(comparisons(check.node))
    if len(compared) > _MOST_COMPARISONS:
        raise FormulaError(f"一个条件里的比较超过{_MOST_COMPARISONS}个，请拆成几个条件")
    sides = [node for comparison in compared for node in (comparison.left, comparison.right)]
    shown = _length(to_excel(node, figures.value) for node in sides) + _length(
        truth(comparison, figures, _PLACES)[1] for comparison in compared
    )
    hints = _length(truth(hint.when, figures, _PLACES)[0] + hint.say for hint in check.hints)
    state = _length(masks(check.node, _ADDRESSES) if check.each else truth(check.node, figures, _PLACES))
    _require(max(shown, hints, state) + _AROUND)
    if check.expected:
        _require(len(to_excel(check.expected[1], figures.value)) + _AROUND)


def _length(texts: Iterable[str]) -> int:
    return sum(map(len, texts))


def _require(length: int) -> None:
    if length > LONGEST:
        raise FormulaError(f"公式写进电子表格会超过{LONGEST}个字符，请拆成几个填空或几条规则")
