"""The answers of a filing as plain rows: what stood in each blank, and where."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import FormAnswers
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import plain
from xlsxeval.rules.bounded import cut
from xlsxeval.rules.calculate import Numbers
from xlsxeval.rules.case import Case


class PlainAnswer(NamedTuple):
    """One answer.

    Attributes:
        form: the name of the form.
        name: the name of the field, or ``table.column``.
        line: the number of the line in the table, from 1; 0 for a field.
        value: an exact number or a text; a ratio for a percentage; empty for a blank.
        sheet: the name of the sheet.
        cell: the address.
        state: ``filled`` or ``blank``.
    """

    form: str
    name: str
    line: int
    value: str
    sheet: str
    cell: str
    state: str


def plain_answers(case: Case) -> tuple[PlainAnswer, ...]:
    """Give the answers of a filing that its sheets have; the form's own formulas have their recomputed results."""
    return tuple(row for answers in case.filing.forms.values() for row in _rows(answers, case.numbers))


def _rows(answers: FormAnswers, numbers: Numbers) -> Iterator[PlainAnswer]:
    form = answers.form.name
    for name, answer in answers.fields.items():
        if answer.cell:
            value = numbers.value(FieldRef(form, name)) if answer.own else answer.value
            yield PlainAnswer(form, name, 0, _value(value), answers.sheet, answer.cell, answer.state)
    for table, lines in answers.tables.items():
        for number, line in enumerate(lines, 1):
            for column, answer in line.items():
                if answer.cell:
                    # A long text may be repeated in every line, so that it is cut.
                    value = cut(_value(answer.value))
                    yield PlainAnswer(
                        form, f"{table}.{column}", number, value, answers.sheet, answer.cell, answer.state
                    )


def _value(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)
