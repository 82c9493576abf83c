"""What a check compares, as 核对 shows it: two expressions and the sign between them."""

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
    """What stands there, how it is compared, and what with."""

    found: Node | None
    sign: str
    should: Node | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Every comparison of a check; shown is the first that fails, else the last."""

    every: Sequence[Side]
    #: For each but the last, the Excel condition that it fails.
    tests: Sequence[str]
    chosen: Side

    @classmethod
    def of(cls, check: Check, figures: Figures, digits: int, numbers: Numbers) -> Sides:
        """Work out what to show.

        Args:
            check: the check.
            figures: where its figures stand.
            digits: to so many decimals differences are rounded.
            numbers: the same figures as numbers.
        """
        every = _sides(check)
        before = list(comparisons(check.node))[: len(every) - 1]
        compare = compare_printed(numbers.bounds)
        failed = (
            side for side, one in zip(every, before, strict=False) if evaluate(one, numbers.value, compare) is False
        )
        tests = [truth(one, figures, digits)[1] for one in before]
        return cls(every, tests, next(failed, every[-1]))

    @property
    def signs(self) -> str:
        """The Excel expression that gives the sign shown."""
        return self.pick([f'"{side.sign}"' for side in self.every])

    def pick(self, texts: Sequence[str]) -> str:
        """Return the Excel expression that is the text of the comparison shown."""
        picked = texts[-1]
        for text, test in reversed(list(zip(texts[:-1], self.tests, strict=True))):
            picked = f"IF({test},{text},{picked})"
        return picked


def _sides(check: Check) -> list[Side]:
    if check.sort == "computed":
        return [Side(check.at, _SIGN["="], check.node)]
    if check.sort == "filled":
        return [Side(None, _TO_FILL, check.node)]
    if check.expected:
        before, node, _ = check.expected
        return [Side(check.at, before or _TO_FILL, node)]
    found = [_side(one, check) for one in comparisons(check.node)]
    return found or [Side(None, _TO_FILL if "COUNT" in check.text else "", None)]


def _side(one: Binary, check: Check) -> Side:
    if check.at in refs(one.right) and check.at not in refs(one.left):
        return Side(one.right, _SIGN[FLIPPED.get(one.operator, one.operator)], one.left)
    return Side(one.left, _SIGN[one.operator], one.right)
