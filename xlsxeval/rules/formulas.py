"""The formulas themselves: overwritten, altered, cleared, not recalculated. Only in forms that still have some."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import ABSENT, Answer, FormAnswers
from xlsxeval.forms.model import Field, Rule
from xlsxeval.forms.place import address
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.tree import refs
from xlsxeval.numbers import plain, round_half_up
from xlsxeval.rules.calculate import Numbers
from xlsxeval.rules.case import Case
from xlsxeval.rules.declared import FAIL
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.registry import rule
from xlsxeval.rules.subtotals import TOTAL, counted_twice
from xlsxeval.rules.unsummed import unsummed
from xlsxeval.text import listed

#: So many cells are named.
_NAMED = 5
_SOURCE = "表样（灰色格子自动计算）"
#: Binary fractions leave less than that behind.
_CRUMB = Decimal("0.000001")


def _computed(answers: FormAnswers, numbers: Numbers) -> Iterator[tuple[str, Field, Answer]]:
    """Yield the computed blanks of a form that was filled in as a workbook with formulas, if it was.

    A blank whose formula reads what the sheet does not have is left out: it has no formula here.
    """
    fields = [
        (name, field, answers.fields.get(name, ABSENT)) for name, field in answers.form.fields.items() if field.formula
    ]
    # The open self-evaluation is no template: a sheet that is read so has no formulas of ours.
    if not answers.form.is_open and any(answer.own and answer.formula for _, _, answer in fields):
        for name, field, answer in fields:
            if answer.cell and (numbers.whole or not (field.formula and numbers.lacks(refs(field.formula)))):
                yield name, field, answer


def _expected(answers: FormAnswers, field: Field) -> str:
    cells = {name: answer.cell for name, answer in answers.fields.items()}
    return to_excel(field.formula, lambda ref: address(ref, cells, answers.regions)) if field.formula else ""


class _Computed(NamedTuple):
    """A computed blank: where it is, and the formula it should hold."""

    answers: FormAnswers
    name: str
    answer: Answer
    formula: str

    def place(self) -> dict[str, str]:
        """Give where a finding on it belongs."""
        return place(self.answers, self.answer.cell, self.name)


def _not_reported(case: Case) -> Iterator[_Computed]:
    """Yield the computed blanks whose values are right; the finding on a wrong value says that the formula is gone."""
    reported = {(one.check.at.form, one.check.at.name) for one in case.outcomes if one.state == FAIL}
    numbers = case.numbers
    for form, answers in case.filing.forms.items():
        for name, field, answer in _computed(answers, numbers):
            if not answer.own and (form, name) not in reported:
                yield _Computed(answers, name, answer, f"={_expected(answers, field)}")


@rule(
    Rule(
        code="F01",
        title="公式被数字覆盖",
        why="自动计算的格子改成了填写的数，别处再改，它就不会跟着变。",
        fix="请恢复公式",
        severity="info",
        source=_SOURCE,
    )
)
def overwritten(case: Case, of: Rule) -> Iterator[Finding]:
    """Find constants in computed cells, where the value is still right; one finding for each form."""
    by_form: dict[str, list[_Computed]] = {}
    for one in _not_reported(case):
        if one.answer.formula is None and one.answer.value is not None:
            by_form.setdefault(one.answers.form.name, []).append(one)
    for first, *others in by_form.values():
        text = f"“{first.name}”填的是{first.answer.text}，这一格的公式是“{first.formula}”，目前结果相同"
        if others:
            cells = listed([one.answer.cell for one in (first, *others)], _NAMED)
            text = f"{cells}共{len(others) + 1}格的公式改成了填写的数，如{text}"
        yield finding(of, text, found=first.answer.text, expected=first.formula, **first.place())


@rule(
    Rule(
        code="F02",
        title="公式被改动",
        why="公式改了，可能少算或多算几格；现在碰巧相等，以后未必。",
        fix="请恢复公式",
        severity="info",
        source=_SOURCE,
    )
)
def altered(case: Case, of: Rule) -> Iterator[Finding]:
    """Find formulas that are not the form's own, where the value is still right."""
    for one in _not_reported(case):
        if one.answer.formula is not None:
            text = f"“{one.name}”的公式是“={one.answer.formula}”，应为“{one.formula}”"
            text += "，目前结果相同" if one.answer.value is not None else "，它的结果没有保存"
            yield finding(of, text, found=f"={one.answer.formula}", expected=one.formula, **one.place())


@rule(
    Rule(
        code="F03",
        title="公式被清除",
        why="自动计算的格子空了，填好别的数它也不会出来。",
        fix="请恢复公式",
        severity="info",
        source=_SOURCE,
    )
)
def cleared(case: Case, of: Rule) -> Iterator[Finding]:
    """Find computed cells that are empty, where no figures say yet what should stand there."""
    for one in _not_reported(case):
        if one.answer.formula is None and one.answer.value is None and not one.answer.text:
            text = f"“{one.name}”的公式没有了，应为“{one.formula}”"
            yield finding(of, text, expected=one.formula, **one.place())


@rule(
    Rule(
        code="F05",
        title="公式的结果是旧的",
        why="改了数而没有重算就保存，打开时看到的合计是旧的；核对按重算的结果，不看旧结果。",
        fix="请在WPS或Excel中打开，重新计算后保存",
        severity="info",
        source=_SOURCE,
    )
)
def stale(case: Case, of: Rule) -> Iterator[Finding]:
    """Find formulas whose saved result is not what they give; one finding for the form."""
    numbers = case.numbers
    for answers in case.filing.forms.values():
        old = []
        twice = counted_twice(answers, numbers) is not None
        passed_over = unsummed(answers, numbers)
        for field_name, field, answer in _computed(answers, numbers):
            if (field_name == TOTAL and twice) or field_name in passed_over:
                continue  # that is L07 or E34
            result = evaluate(field.formula, numbers.value) if field.formula else None
            if answer.own and _differ(answer.value, result):
                old.append((field_name, answer, result))
        if old:
            field_name, answer, result = old[0]
            now = plain(round_half_up(result, 4)) if isinstance(result, Decimal) else ""
            text = f"{len(old)}格公式的结果没有重算，如“{field_name}”存着{answer.text}，重算是{now}"
            where = place(answers, answer.cell, field_name)
            yield finding(of, text, found=answer.text, expected=now, **where)


def _differ(saved: object, result: object) -> bool:
    """Tell whether a saved number is not the recomputed one; without a saved number nothing can be said."""
    if not (isinstance(saved, Decimal) and isinstance(result, Decimal)):
        return False
    return abs(saved - result) > _CRUMB * max(abs(result), Decimal(1))
