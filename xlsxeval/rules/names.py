"""The names of what a form prints and of what a sheet has: ``总分`` for a blank, ``指标.得分`` for a column."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from xlsxeval.filing import Answer, FormAnswers
from xlsxeval.forms.model import Form, Table
from xlsxeval.rules.calculate import has_column


@lru_cache(maxsize=64)
def names_of(form: Form) -> frozenset[str]:
    """Give the names of all blanks and columns that a form prints."""
    columns = {
        f"{table.name}.{column}"
        for table in form.tables.values()
        for column in (*table.columns, *table.joined, *table.named)
    }
    return frozenset(form.fields) | columns


def names_on(answers: FormAnswers) -> frozenset[str]:
    """Give the names of all blanks and columns that a sheet has a place for, empty or not."""
    return _names(answers, lambda answer: bool(answer.cell), lambda table, column: has_column(answers, table, column))


def names_filled(answers: FormAnswers) -> frozenset[str]:
    """Give the names of all blanks and columns in which something was filled in."""

    def is_filled(table: str, column: str) -> bool:
        return any(column in line and line[column].value is not None for line in answers.tables.get(table, ()))

    return _names(answers, lambda answer: answer.value is not None, is_filled)


def _names(
    answers: FormAnswers, has_field: Callable[[Answer], bool], has: Callable[[str, str], bool]
) -> frozenset[str]:
    found = {name for name, answer in answers.fields.items() if has_field(answer)}
    for name, table in answers.form.tables.items():
        columns = {column for column in _columns(table) if has(name, column)}
        # A value written in several columns is there if one of them is.
        columns |= {whole for whole, parts in table.joined.items() if columns.intersection(parts)}
        columns |= {standard for standard, own in table.named.items() if own in columns}
        found |= {f"{name}.{column}" for column in columns}
    return frozenset(found)


def _columns(table: Table) -> tuple[str, ...]:
    return (*table.columns, *table.further)
