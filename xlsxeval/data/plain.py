"""A filing back to the plain data that ``fill`` takes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlsxeval.filing import ABSENT, Answer, Filing, Line, is_given, is_used
from xlsxeval.forms.model import Field, Table
from xlsxeval.numbers import plain


def percent_entry(ratio: Decimal, text: str) -> str:
    """Write a ratio so that it is read as one: as it was printed, else exactly, in any case with its sign."""
    return text if text.endswith("%") else f"{plain(ratio * 100)}%"


def plain_data(filing: Filing) -> dict[str, object]:
    """Give a filing as the data that ``fill`` takes: blanks left out, formulas left to the form.

    A computed field whose cell is empty is given as null: its formula was cleared. What the sheet does not have is
    left out, and so is what the sheet has and the form does not print (``Form.further``, rows of amounts of other
    names): the form's own page has no place for it. JSON (``report.tree``) gives both.
    """
    forms: dict[str, object] = {}
    for name, answers in filing.forms.items():
        fields = {}
        for field_name, field in answers.form.fields.items():
            answer = answers.fields.get(field_name, ABSENT)
            cleared = field.formula is not None and bool(answer.cell)
            if answer.formula is None and (cleared or is_given(answer)):
                fields[field_name] = plain_entry(answer, field)
        tables = {
            table.name: _lines(table, answers.tables.get(table.name, ())) for table in answers.form.tables.values()
        }
        forms[name] = {"fields": fields, "tables": tables}
    return {"set": filing.formset.name, "year": filing.year, "unit": filing.unit, "forms": forms}


def _lines(table: Table, lines: Sequence[Line]) -> list[dict[str, object]]:
    """Give the lines that hold an answer of their own in a column that the form prints."""
    printed = [{name: answer for name, answer in line.items() if name in table.columns} for line in lines]
    return [
        {name: plain_entry(answer, table.columns[name]) for name, answer in line.items() if is_given(answer)}
        for line in printed
        if is_used(table, line)
    ]


def plain_entry(answer: Answer, field: Field) -> object:
    """Give one answer as it would be typed into a data file."""
    if answer.value is None or answer.problem:
        return {"text": answer.text} if answer.text else None
    if isinstance(answer.value, Decimal):
        return percent_entry(answer.value, answer.text) if field.kind_name == "percent" else plain(answer.value)
    return answer.value
