"""What a check compares, as 核对 shows it: two expressions and the sign between them.

Example: ``AND(年初 <= 全年, 决算 <= 全年)`` has two comparisons; shown is the first that fails, else the last. The
Excel expression that picks the left side is ``IF(<年初 <= 全年 fails>,年初,决算)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxeval.forms.model import Check
from xlsxeval.formula.bounds import compare_printed
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.excel_bounds import Figures
from xlsxeval.formula.excel_logic import comparisons, truth
from xlsxeval.formula.tree import Binary, Node, refs
from xlsxeval.rules.calculate import Numbers
from xlsxeval.rules.declared import FLIPPED

_SIGN = {"=": "＝", "<=": "≤", ">=": "≥", "<": "＜", ">": "＞", "<>": "≠"}
_TO_FILL = "应填"


@dataclass(frozen=True, slots=True)
class Side:
    """One comparison: the expression for what was filled in, the sign, the expression for what it should be."""

    found: Node | None
    sign: str
    should: Node | None


@dataclass(frozen=True, slots=True)
class Sides:
    """All comparisons of a check; ``chosen`` is the one shown now: the first that fails, else the last."""

    every: Sequence[Side]
    #: For each comparison but the last, the Excel condition that is true if it fails.
    tests: Sequence[str]
    chosen: Side

    @classmethod
    def of(cls, check: Check, figures: Figures, digits: int, numbers: Numbers) -> Sides:
        """Return the comparisons of a check.

        Args:
            check: the check.
            figures: the addresses of its figures.
            digits: decimals to which differences are rounded.
            numbers: the values of the same figures.
        """
        every = _sides(check)
        before = list(comparisons(check.node))[: len(every) - 1]
        compare = compare_printed(numbers.bounds)
        failed = (
            side
            for side, comparison in zip(every, before, strict=False)
            if evaluate(comparison, numbers.value, compare) is False
        )
        tests = [truth(comparison, figures, digits)[1] for comparison in before]
        return cls(every, tests, next(failed, every[-1]))

    @property
    def signs(self) -> str:
        """The Excel expression for the sign of the comparison shown."""
        return self.pick([f'"{side.sign}"' for side in self.every])

    def pick(self, texts: Sequence[str]) -> str:
        """Return the Excel expression that picks, from one text for each comparison, that of the comparison shown."""
        picked = texts[-1]
        for text, test in reversed(list(zip(texts[:-1], self.tests, strict=True))):
            picked = f"IF({test},{text},{picked})"
        return picked


def _sides(check: Check) -> list[Side]:
    """Return all comparisons of a check, in their order."""
    if check.sort == "computed":
        return [Side(check.at, _SIGN["="], check.node)]
    if check.sort == "filled":
        return [Side(None, _TO_FILL, check.node)]
    if check.expected:
        before, node, _ = check.expected
        return [Side(check.at, before or _TO_FILL, node)]
    sides = [_side(comparison, check) for comparison in comparisons(check.node)]
    return sides or [Side(None, _TO_FILL if "COUNT" in check.text else "", None)]


def _side(comparison: Binary, check: Check) -> Side:
    """Return a comparison with the checked blank at the left: ``a <= 总分`` becomes 总分 ≥ a."""
    if check.at in refs(comparison.right) and check.at not in refs(comparison.left):
        return Side(comparison.right, _SIGN[FLIPPED.get(comparison.operator, comparison.operator)], comparison.left)
    return Side(comparison.left, _SIGN[comparison.operator], comparison.right)
