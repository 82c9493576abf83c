"""A filing as values: every answer, where it came from and how it was written. Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.model import Form, FormSet, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.numbers import decimals_of, is_nil, parse_figure
from xlsxeval.text import tidy

#: A percentage written without its sign is taken as a ratio up to this value, as percent points above it.
_RATIO_LIMIT = Decimal(2)


class Answer(NamedTuple):
    """What stands in one blank.

    ``value`` is None for blank; ``text`` is what a person sees; ``decimals`` are the printed decimals.
    ``formula`` is the cell's formula text or None; ``own`` tells that it is the form's own formula, so that its
    result follows from the other answers. ``problem`` is ``text`` for a number typed as text, ``bad`` for
    something that is no number.
    """

    value: Decimal | str | None
    text: str
    cell: str
    formula: str | None = None
    own: bool = False
    decimals: int = 0
    problem: str = ""


class YearSeen(NamedTuple):
    """A year printed in a label: which one stood there, and how far it should be from the form's year."""

    year: int
    offset: int
    cell: str
    text: str


class Missing(NamedTuple):
    """A label that was not found, the nearest text met instead, and the blanks lost with it."""

    label: str
    nearest: str
    cell: str
    #: Whether numbers were lost with it, or only texts.
    numeric: bool


class Repair(NamedTuple):
    """Something that was read although it stood in the wrong place or was cut: where, and what was made of it."""

    cell: str
    text: str


class Met(NamedTuple):
    """A label as the form prints it and as it was met; ``how`` is ``same``, ``other name`` or ``cut``."""

    label: str
    text: str
    cell: str
    how: str


Line = Mapping[str, Answer]


def joined(table: Table, line: Line) -> Line:
    """Add to a line what its form writes in several columns, as one answer: ``≥`` ``735`` ``人次`` as ``≥735人次``."""
    found = dict(line)
    for name, columns in table.joined.items():
        parts = [line[column] for column in columns]
        text = "".join(tidy(part.text) for part in parts if not is_nil(part.text))
        main = max(parts, key=lambda part: any(sign.isdigit() for sign in part.text) + bool(part.text.strip()))
        found[name] = Answer(text or None, text, main.cell)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class FormAnswers:
    """One form of a filing as found on a sheet. Compared by identity, as a cache key."""

    form: Form
    sheet: str
    year: int | None
    fields: Mapping[str, Answer]
    tables: Mapping[str, tuple[Line, ...]]
    regions: Mapping[str, TableArea]
    heads: Mapping[tuple[str, str], str] = field(default_factory=dict)
    years: tuple[YearSeen, ...] = ()
    missing: tuple[Missing, ...] = ()
    repairs: tuple[Repair, ...] = ()
    #: What the amounts of this form are counted in, as it is printed on it: 万元 or 元.
    amount_unit: str = "万元"
    met: tuple[Met, ...] = ()
    #: Whether the sheet is visible, hidden or veryHidden.
    state: str = "visible"

    @property
    def confidence(self) -> tuple[int, int, int]:
        """How many blanks were found (filled or not), how many rows, numbers or labels guessed, how many missed."""
        found = sum(bool(answer.cell) for answer in self.fields.values())
        guessed = len(self.repairs) + sum(one.how == "cut" for one in self.met)
        return found, guessed, len(self.fields) - found

    @property
    def unit(self) -> str:
        """The unit's name as written in this form, empty if not given."""
        return self._text(self.form.unit_field)

    @property
    def subject(self) -> str:
        """The project's name as written in this form, empty if not given."""
        return self._text(self.form.subject_field)

    def _text(self, name: str) -> str:
        answer = self.fields.get(name)
        return answer.value.strip() if answer and isinstance(answer.value, str) else ""


@dataclass(frozen=True, slots=True, eq=False)
class Filing:
    """What one unit handed in: the answers of each form that was found. Compared by identity, as a cache key."""

    file: str
    formset: FormSet
    forms: Mapping[str, FormAnswers]
    year: int | None
    unit: str
    notes: tuple[str, ...] = ()
    #: The project that the filing is about, empty in forms about the whole unit.
    subject: str = ""


class Interpreted(NamedTuple):
    """What a text means in a blank of some kind."""

    value: Decimal | str | None
    decimals: int
    problem: str


def interpret(text: str, kind: Kind, amount_unit: str) -> Interpreted:
    """Read the text of a cell or data file for what it means.

    Args:
        text: as it stands there; blank and the marks for "none" (``—``) give None in a numeric blank.
        kind: the kind of the blank.
        amount_unit: what amounts are counted in, 万元 or 元.

    Returns:
        The value (a ratio for percentages), its printed decimals, and ``bad`` if it is no number.
    """
    if not kind.numeric:
        return Interpreted(text if text.strip() else None, 0, "")
    if not text.strip() or is_nil(text):
        return Interpreted(None, 0, "")
    figure = parse_figure(text, money_unit=amount_unit if kind.title == "金额" else "")
    if figure is None:
        return Interpreted(None, 0, "bad")
    value, decimals = figure.value, figure.decimals
    if kind.title == "百分比" and figure.unit != "%" and abs(value) > _RATIO_LIMIT:
        return Interpreted(value / 100, decimals + 2, "")
    return Interpreted(value, max(decimals, decimals_of(value)), "")


def is_given(answer: Answer) -> bool:
    """Tell whether anything stands in a blank."""
    return answer.value is not None or bool(answer.text)


def used_lines(answers: FormAnswers) -> dict[str, list[Line]]:
    """Give the lines of each table in which more than the inherited columns is filled."""
    return {
        name: [line for line in lines if is_used(answers.form.tables[name], line)]
        for name, lines in answers.tables.items()
    }


def is_used(table: Table, line: Line) -> bool:
    """Tell whether a line holds an answer of its own."""
    return any(column not in table.inherit and is_given(answer) for column, answer in line.items())


def head_cells(form: Form, cell_of_label: Mapping[int, str]) -> dict[tuple[str, str], str]:
    """Give the address of the head above each column of each table."""
    return {
        (table.name, column): cell_of_label[blank.head]
        for table in form.tables.values()
        for blank in form.blanks
        for column in table.columns
        if blank.name == f"{table.name}.{column}" and blank.head is not None and blank.head in cell_of_label
    }
