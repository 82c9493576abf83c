"""A filing as values: every answer, the cell it was read from and how it was written. No file format is used here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.model import Form, FormSet, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.numbers import decimals_of, is_nil, parse_figure
from xlsxeval.text import tidy

#: A percentage written without its sign is taken as a ratio up to this value, as percent points above it.
_RATIO_LIMIT = Decimal(2)


class Answer(NamedTuple):
    """The content of one blank.

    Example: a cell that holds the number 0.9952 and shows ``99.52%`` gives ``Answer(Decimal("0.9952"), "99.52%",
    "G6", decimals=4)``.

    Attributes:
        value: a ratio for a percentage; None for a blank cell.
        text: what a person sees in the cell.
        cell: its address; empty if the blank was not found on the sheet.
        formula: the formula in the cell, None if there is none.
        own: whether it is the formula that the form gives for this blank, so that its result follows from the
            other answers.
        decimals: how many decimals of the value are printed.
        problem: ``text`` for a number typed as text, ``bad`` for something that is no number; else empty.
        shared: whether the cell is merged over several lines of a table, so that its value belongs to all of them
            together; the lines below the first have no answer there.
    """

    value: Decimal | str | None
    text: str
    cell: str
    formula: str | None = None
    own: bool = False
    decimals: int = 0
    problem: str = ""
    shared: bool = False

    @property
    def state(self) -> Literal["filled", "blank", "absent"]:
        """``filled``, ``blank`` (the place was found and is empty) or ``absent`` (the sheet has no such place)."""
        if not self.cell:
            return "absent"
        return "filled" if self.value is not None or self.text or self.formula is not None else "blank"


#: The answer of a blank whose label or column the sheet does not have.
ABSENT = Answer(None, "", "")


class YearSeen(NamedTuple):
    """A year printed in a label, and by how many years it should differ from the form's year (-1: the year before)."""

    year: int
    offset: int
    cell: str
    text: str


class Missing(NamedTuple):
    """A label of the form that was lost: another text stands at its place, or the workbook is from our own template.

    ``nearest`` and ``cell`` are the text at its place; empty if nothing stands there.
    """

    label: str
    nearest: str
    cell: str
    #: Whether the blanks that belong to the label, and could therefore not be read, include numbers.
    numeric: bool


class Unread(NamedTuple):
    """Cells that are neither a label nor an answer: their range, and in words what they look like."""

    cells: str
    text: str


class Repair(NamedTuple):
    """Something that was read although it stood in the wrong place or was cut: its cell, and how it was understood."""

    cell: str
    text: str


class FoundLabel(NamedTuple):
    """A label as the form prints it and as it stands on the sheet; ``how`` is ``same``, ``other name`` or ``cut``."""

    label: str
    text: str
    cell: str
    how: str


Line = Mapping[str, Answer]
#: What may stand before a name and does not belong to it.
_AROUND_NAME = re.compile(r"^[(（](?:盖章|公章|签章)[)）]\s*")


#: Signs and words of comparison; 定量指标 or 正向 in a column for the sign is none.
_SIGN = re.compile(r"[≥≧⩾≤≦⩽><=＝﹦═＞＜]|大于|小于|等于|不少于|不低于|不超过|不高于|不多于|至少|至多|以上|以下")
#: What a number in a target ends with, so that a unit may follow: ``1.2万`` and ``95``, not ``显著`` or ``12月底前``.
_NUMBER_END = re.compile(r"[0-9０-９万亿千百]$")


def joined(table: Table, line: Line) -> Line:
    """Add to a line an answer for each value that its form writes in several columns: sign, value and unit.

    A unit that the value has already, a sign that is none (定量指标) and a unit without a number are left out.

    Example: ``≥``, ``735`` and ``人次`` give ``≥735人次``; ``定量指标``, ``26次`` and ``次`` give ``26次``; ``有效``
    beside the unit ``次`` gives ``有效``.

    Returns:
        The line with these answers. Each has the address of the value; it is absent if the line has no place for it.
    """
    answers = dict(line)
    for name, columns in table.joined.items():
        own = answers.get(name, ABSENT)
        sign, value, unit = (answers.get(column, ABSENT) for column in columns)
        if not value.text:
            value = own if own.text or not value.cell else value
        if value is own and not (sign.text or unit.text):
            continue  # written in one column
        if not value.cell:
            answers[name] = ABSENT
            continue
        parts = ["" if is_nil(part.text) else tidy(part.text) for part in (sign, value, unit)]
        shown = (_target(*parts) if parts[0] or parts[2] else "") or value.text.strip()
        answers[name] = Answer(shown or None, shown, value.cell)
    return answers


def _target(sign: str, value: str, unit: str) -> str:
    """Write sign, value and unit of a target as one text; empty without a value."""
    if not value:
        return ""
    before = sign if _SIGN.search(sign) and not _SIGN.match(value) else ""
    after = unit if _NUMBER_END.search(value) and not value.endswith(unit) else ""
    return f"{before}{value}{after}"


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """One form of a filing as found on a sheet.

    Attributes:
        form: the definition of the form.
        sheet: the name of the sheet.
        year: the year printed on the form; None if there is none.
        fields: name of a field -> its answer.
        tables: name of a table -> its lines.
        regions: name of a table -> where its lines stand on the sheet.
        heads: (table, column) -> the address of the column's head.
        years: every year found in a label.
        missing: the labels that were lost, with what stands in their place.
        lacking: the labels of the form that this sheet does not have; what belongs to them is absent.
        unread: the cells that are neither label nor answer.
        subtotals: the lines of tables that add up others (小计); they are no lines of the table.
        incomplete: the tables of which some rows were not read; nothing is added up over them.
        repairs: what was read although it stood in the wrong place or was cut.
        amount_unit: the unit of amounts printed on the form: 万元 or 元.
        met: the labels that were found.
        state: whether the sheet is ``visible``, ``hidden`` or ``veryHidden``.
    """

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
    amount_unit: str = "万元"
    met: tuple[FoundLabel, ...] = ()
    state: str = "visible"
    lacking: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    subtotals: tuple[Line, ...] = ()
    incomplete: frozenset[str] = frozenset()

    @property
    def confidence(self) -> tuple[int, int, int]:
        """Three counts: fields found (filled or not); rows, numbers or labels guessed; fields not found."""
        located = sum(bool(answer.cell) for answer in self.fields.values())
        guessed = len(self.repairs) + sum(label.how == "cut" for label in self.met)
        return located, guessed, 0 if self.form.is_open else len(self.fields) - located

    @property
    def unit(self) -> str:
        """The unit's name as written in this form, empty if not given."""
        names = [self.form.unit_field, *self.form.unit_else]
        if self.form.wider and not self.fields.get(names[0], ABSENT).cell:
            return ""  # a form that prints the label has lost it; another name may be that of another unit
        own = next((text for name in names[:-1] if (text := self._text(name))), "") or self._text(names[0])
        if own or any(self.fields.get(name, ABSENT).cell for name in names[:-1]):
            return own
        # The department above is the unit only of a form about a department that has no other place for the unit.
        return "" if self.subject else self._text(names[-1])

    @property
    def subject(self) -> str:
        """The project's name as written in this form, empty if not given."""
        wider = self.form.wider.subject_field if self.form.wider else ""
        return self._text(self.form.subject_field or wider)

    def _text(self, name: str) -> str:
        answer = self.fields.get(name)
        return _AROUND_NAME.sub("", answer.value.strip()) if answer and isinstance(answer.value, str) else ""


@dataclass(frozen=True, slots=True)
class Filing:
    """What one unit handed in.

    Attributes:
        file: the name of the file, for messages.
        formset: the set that its forms belong to.
        forms: name of a form -> its answers; only the forms that were found.
        year: the year that the filing is about; None if it is not known.
        unit: the unit's name; empty if it is not given.
        notes: remarks for the reader of the report, one sentence each.
        subject: the project that the filing is about; empty in forms about the whole unit.
    """

    file: str
    formset: FormSet
    forms: Mapping[str, FormAnswers]
    year: int | None
    unit: str
    notes: tuple[str, ...] = ()
    subject: str = ""


class Interpreted(NamedTuple):
    """The meaning of a text in a blank of some kind; the parts are as in ``Answer``."""

    value: Decimal | str | None
    decimals: int
    problem: str


def interpret(text: str, kind: Kind, amount_unit: str) -> Interpreted:
    """Give the meaning of the text of a cell or of an entry in a data file.

    Examples: ``1,361.15`` in an amount gives 1361.15; ``15000元`` in an amount in 万元 gives 1.5; ``99.52`` in a
    percentage gives 0.9952.

    Args:
        text: the text as written; blank and the marks for "none" (``—``) give None in a numeric blank.
        kind: the kind of the blank.
        amount_unit: the unit of amounts on this form, 万元 or 元.

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
    """Tell whether a blank was filled in."""
    return answer.value is not None or bool(answer.text)


def used_lines(answers: FormAnswers, table: str) -> list[Line]:
    """Give the lines of a table that hold an answer of their own; see ``is_used``."""
    return [line for line in answers.tables.get(table, ()) if is_used(answers.form.tables[table], line)]


def has_lines(answers: FormAnswers, table: str) -> bool:
    """Tell whether a table has a line that holds an answer of its own."""
    return any(is_used(answers.form.tables[table], line) for line in answers.tables.get(table, ()))


def is_used(table: Table, line: Line) -> bool:
    """Tell whether a line holds an answer of its own: one outside the columns taken over from the line above."""
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
