"""One slip, one finding: findings that only follow from another one are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from xlsxeval.forms.model import Field
from xlsxeval.formula.tree import FieldRef, Node, Ref, refs
from xlsxeval.numbers import round_half_up, truncate
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding

#: Findings on the money row from which a wrong-looking score may follow: its points, its rate, the sum of its parts.
_CAUSES = frozenset({"E06", "E09", "E12"})
#: Findings on single rows that follow where two columns were exchanged, or one figure is in another unit.
_OF_COLUMNS = frozenset({"B05", "B06", "B10", "B13", "X01"})


def without_consequences(found: Sequence[Finding], case: Case) -> list[Finding]:
    """Leave out what follows from another finding.

    Example: the points of the money row are typed as 100 instead of 10 (E09) beside the right score 10. That the score
    is not 100 × the rate (E08) follows from it, because it is 10 × the rate. And if the budget of a part is wrong, so
    that the parts do not add up (E12), that more was spent than this budget (E10) follows.
    """
    codes = {(one.form, one.code) for one in found}
    exchanged = {form for form, code in codes if code == "B19"}
    far = {(one.form, one.field) for one in found if one.code == "B20"}
    return [
        one
        for one in found
        if not _follows(one, codes, case)
        and not (one.code in _OF_COLUMNS and (one.form in exchanged or (one.code == "X01" and exchanged)))
        and not (one.code in _OF_COLUMNS and _reads_far(one, far, case))
    ]


def _reads_far(one: Finding, far: set[tuple[str, str]], case: Case) -> bool:
    """Tell whether a finding follows from a figure in another unit: it stands in its row, or in that of a total of it."""
    if not far or one.form not in case.filing.forms:
        return False
    rows = {(form, field.rpartition(".")[0]) for form, field in far}
    if (one.form, one.field.rpartition(".")[0]) in rows:
        return True
    fields = case.filing.forms[one.form].form.fields
    row = one.field.rpartition(".")[0]
    formulas = [field.formula for name, field in fields.items() if name.startswith(f"{row}.") and field.formula]
    return any((ref.form, ref.name) in far for formula in formulas for ref in _leaves(formula, fields))


def _leaves(formula: Node, fields: Mapping[str, Field]) -> Iterator[Ref]:
    """Yield what a formula reads, through other computed blanks too."""
    for ref in refs(formula):
        inner = fields[ref.name].formula if isinstance(ref, FieldRef) and ref.name in fields else None
        if inner is None:
            yield ref
        else:
            yield from _leaves(inner, fields)


def _follows(one: Finding, codes: set[tuple[str, str]], case: Case) -> bool:
    if one.code == "E10" and "." in one.field:
        return (one.form, "E12") in codes
    if one.code != "E08" or one.field != "资金得分" or not any((one.form, cause) in codes for cause in _CAUSES):
        return False
    score = case.numbers.number(case.filing.forms[one.form], "资金得分")
    answer = case.filing.forms[one.form].fields["资金得分"].value
    typed = answer if isinstance(answer, Decimal) else score
    return any(typed in (truncate(right, 2), round_half_up(right, 2)) for right in _scores(one.form, case))


def _scores(form: str, case: Case) -> Iterator[Decimal]:
    """Yield the scores that would be right if one figure of the money row were another: its points, rate or amounts."""
    answers, numbers = case.filing.forms[form], case.numbers
    weight, stated = (numbers.number(answers, name) for name in ("资金分值", "执行率"))
    total, *parts = case.funds[form]
    typed = answers.fields["执行率"].value if "执行率" in answers.fields else None
    rates = [stated, typed if isinstance(typed, Decimal) else None]
    budget, spent = numbers.value(FieldRef(form, "全年预算数")), total.spent.value
    sums = [
        sum((one.value for one in some if isinstance(one.value, Decimal)), Decimal(0))
        for some in ([row.budget for row in parts], [row.spent for row in parts])
    ]
    pairs = [(first, second) for first in (budget, sums[0]) for second in (spent, sums[1])]
    rates += [
        second / first
        for first, second in pairs
        if isinstance(first, Decimal) and isinstance(second, Decimal) and first > 0
    ]
    for points in (weight, case.filing.formset.profile.get("预算执行分值")):
        for rate in rates:
            if points is not None and rate is not None and rate >= 0:
                yield points * min(rate, Decimal(1))
