"""Numbers typed as text that a formula of the sheet passes over, so that the total a reader sees lacks them.

Example: I15 holds the text ``10``. SUM passes over it, and the sheet shows 89.31 as 总分, on the screen and on paper;
recalculating gives 89.31 again. As a number the total is 99.31.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import ABSENT, Answer, FormAnswers
from xlsxeval.formula.evaluate import Value, evaluate
from xlsxeval.formula.tree import Column, FieldRef, Ref, refs
from xlsxeval.rules.calculate import Numbers

#: Binary fractions leave less than that behind.
_CRUMB = Decimal("0.000001")


class Unsummed(NamedTuple):
    """What the sheet shows in a computed blank, what it would be with all texts as numbers, and the cells of these."""

    shown: Decimal
    total: Decimal
    cells: tuple[str, ...]


def unsummed(answers: FormAnswers, numbers: Numbers) -> Mapping[str, Unsummed]:
    """Give the computed blanks of a form whose saved result lacks numbers typed as text: name -> both results."""
    typed = [answer for group in _groups(answers) for answer in group.values() if answer.problem == "text"]
    if not typed:
        return {}

    def as_the_sheet(ref: Ref) -> Value | Sequence[Value]:
        if isinstance(ref, Column):
            lines = numbers.lines(ref)
            return [_counted(line.get(ref.name, ABSENT)) for line in lines]
        answer = numbers.answer(ref)
        if answer is None:
            return None
        of = numbers.field(ref)
        return evaluate(of.formula, as_the_sheet) if answer.own and of.formula is not None else _counted(answer)

    found: dict[str, Unsummed] = {}
    for name, field in answers.form.fields.items():
        answer = answers.fields.get(name, ABSENT)
        if field.formula is None or not answer.own or not isinstance(answer.value, Decimal):
            continue
        total, shown = evaluate(field.formula, numbers.value), evaluate(field.formula, as_the_sheet)
        if not (isinstance(total, Decimal) and isinstance(shown, Decimal)):
            continue
        if abs(total - shown) > _CRUMB and abs(answer.value - shown) <= _CRUMB:
            cells = tuple(one.cell for one in _read_by(field.formula, numbers) if one.problem == "text")
            found[name] = Unsummed(shown, total, cells)
    return found


def _groups(answers: FormAnswers) -> list[Mapping[str, Answer]]:
    return [answers.fields, *(line for lines in answers.tables.values() for line in lines)]


def _counted(answer: Answer) -> Value:
    """Give the value that the sheet counts: none for a text."""
    return None if answer.problem == "text" else answer.value


def _read_by(formula: object, numbers: Numbers) -> list[Answer]:
    """Give the answers that a formula reads, through other computed blanks too."""
    found: list[Answer] = []
    for ref in refs(formula):  # type: ignore[arg-type]  # a node
        if isinstance(ref, Column):
            found += [line.get(ref.name, ABSENT) for line in numbers.lines(ref)]
        elif isinstance(ref, FieldRef):
            inner = numbers.field(ref).formula
            answer = numbers.answer(ref) or ABSENT
            found += _read_by(inner, numbers) if inner is not None and answer.own else [answer]
    return found
