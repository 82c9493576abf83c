"""A filing in a few numbers: total as stated and recomputed, grade, execution rate, points lost, what to correct first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import ABSENT, Filing, FormAnswers
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.tree import FieldRef, refs
from xlsxeval.rules.calculate import Numbers
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.goals import grade_of
from xlsxeval.rules.indicators import Indicator
from xlsxeval.rules.subtotals import TOTAL

_FIRST = 3
_ORDER = {"error": 0, "warning": 1, "info": 2}


class Summary(NamedTuple):
    """What a reviewer wants to see first; amounts of points, the rate as a ratio, None where nothing follows.

    ``stated`` is the total as it stands on the sheet, ``indicators`` the number of lines with a name.
    """

    stated: Decimal | None
    total: Decimal | None
    grade: str
    rate: Decimal | None
    indicators: int
    #: First-level indicator -> points lost.
    lost: Mapping[str, Decimal]
    first: tuple[Finding, ...]


def summarize(filing: Filing, findings: Sequence[Finding]) -> Summary | None:
    """Sum up a filing; None if it has no form with indicators.

    Args:
        filing: the filing.
        findings: what was found in it.
    """
    return summary_of(Case(filing), findings)


def summary_of(case: Case, findings: Sequence[Finding]) -> Summary | None:
    """Sum up a case; None if it has no form with indicators.

    Args:
        case: the filing while it is checked.
        findings: what was found in it.
    """
    for answers, ones in case.with_indicators:
        numbers = case.numbers
        total = _total(answers, numbers)
        open_ones = sorted((one for one in findings if not one.waived), key=lambda one: _ORDER[one.severity])
        grade = grade_of(total) if total is not None and ones else ""
        first = tuple(one for one in open_ones if one.severity != "info")[:_FIRST]
        stated = numbers.number(answers, TOTAL) if answers.fields.get(TOTAL, ABSENT).state == "filled" else None
        named = sum(bool(one.name) for one in ones)
        return Summary(stated, total, grade, _rate(answers, numbers), named, _lost(ones), first)
    return None


def _total(answers: FormAnswers, numbers: Numbers) -> Decimal | None:
    """Recompute the total from the scores as they stand and the execution score as it should be.

    There is none where a part of it was not read, or the total's own blank: then the list may be cut off.
    """
    field, part = answers.form.fields.get(TOTAL), answers.form.fields.get("资金得分")
    if field is None or field.formula is None or not answers.fields.get(TOTAL, ABSENT).cell:
        return None
    if numbers.lacks(refs(field.formula)):
        return None

    def value(ref: object) -> object:
        formula = part.formula if part is not None else None
        if ref == FieldRef(answers.form.name, "资金得分") and formula is not None and not numbers.lacks(refs(formula)):
            own = evaluate(formula, numbers.value)
            return own if own is not None else numbers.value(ref)
        return numbers.value(ref)  # type: ignore[arg-type]  # a reference

    total = evaluate(field.formula, value)  # type: ignore[arg-type]  # gives what numbers.value gives
    return total if isinstance(total, Decimal) else None


def _rate(answers: FormAnswers, numbers: Numbers) -> Decimal | None:
    field = answers.form.fields.get("执行率")
    formula = field.formula if field is not None else None
    value = evaluate(formula, numbers.value) if formula is not None and not numbers.lacks(refs(formula)) else None
    return value if isinstance(value, Decimal) else None


def _lost(ones: Sequence[Indicator]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in ones:
        if one.weight_in_sums is not None and one.score_in_sums is not None and one.score_in_sums < one.weight_in_sums:
            first = one.groups[0] if one.groups else ""
            found[first] = found.get(first, Decimal(0)) + one.weight_in_sums - one.score_in_sums
    return found
