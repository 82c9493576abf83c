"""Lines of a list that add up other lines (小计), and whether the total of the sheet counts them twice.

Example: the indicators have 89.6 points, the money 9.71, and a line 小计 repeats the 89.6. A sheet whose total is 188.91
has added that line up as well; the right total is 99.31.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import ABSENT, FormAnswers, Line
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.tree import refs
from xlsxeval.rules.calculate import Numbers

#: The blank with the total of points.
TOTAL = "总分"


class CountedTwice(NamedTuple):
    """The total that the sheet shows, the total of the scores without the subtotals, and the lines that differ."""

    shown: Decimal
    total: Decimal
    lines: tuple[Line, ...]


def counted_twice(answers: FormAnswers, numbers: Numbers) -> CountedTwice | None:
    """Give the subtotals that the total of a sheet counts as well: all of them, or one; None if it counts none.

    The total is what the workbook itself shows (the saved result of its formula), and not the recomputed one.
    """
    field, answer = answers.form.fields.get(TOTAL), answers.fields.get(TOTAL, ABSENT)
    if not answers.subtotals or field is None or field.formula is None or not isinstance(answer.value, Decimal):
        return None
    total = None if numbers.lacks(refs(field.formula)) else evaluate(field.formula, numbers.value)
    if not isinstance(total, Decimal):
        return None
    for lines in (answers.subtotals, *((line,) for line in answers.subtotals)):
        scores = [line.get("得分", ABSENT).value for line in lines]
        more = sum((score for score in scores if isinstance(score, Decimal)), Decimal(0))
        if more and answer.value == total + more:
            return CountedTwice(answer.value, total, lines)
    return None
