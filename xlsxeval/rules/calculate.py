"""The numbers of a filing: what stands in each blank or follows from the others, and how precisely it was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from xlsxeval.filing import Answer, Filing, FormAnswers, Line
from xlsxeval.forms.model import Field
from xlsxeval.formula.bounds import Interval, interval, printed
from xlsxeval.formula.evaluate import Value, evaluate
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Ref


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values and intervals of a filing's answers; results of formulas are kept once calculated."""

    filing: Filing
    line: Line | None = None
    _known: dict[FieldRef | Column, Value | Sequence[Value]] = field(default_factory=dict)
    _common: dict[tuple[str, str], int] = field(default_factory=dict)

    def at(self, line: Line) -> Numbers:
        """Give the same numbers, seen from one line of a table."""
        return Numbers(self.filing, line, self._known, self._common)

    def value(self, ref: Ref) -> Value | Sequence[Value]:
        """Give the value of a blank, or the values of a column; None for blank.

        A computed blank that holds the form's own formula, or nothing, has the formula's result, whatever its
        cache says.
        """
        if isinstance(ref, LineCell):
            return self.line[ref.name].value if self.line else None
        try:
            return self._known[ref]
        except KeyError:
            self._known[ref] = found = self._column(ref) if isinstance(ref, Column) else self._field_value(ref)
            return found

    def shown(self, ref: Ref) -> Value | Sequence[Value]:
        """Give what the workbook itself shows: a cleared formula shows nothing, and others miss its result."""
        answer = self.answer(ref)
        if not isinstance(ref, FieldRef) or answer is None:
            return self.value(ref)
        of = self.filing.forms[ref.form].form.fields[ref.name]
        return evaluate(of.formula, self.shown) if answer.own and of.formula is not None else answer.value

    def field(self, ref: Ref) -> Field:
        """Give the field behind a name."""
        form = self.filing.forms[ref.form].form
        return form.fields[ref.name] if isinstance(ref, FieldRef) else form.tables[ref.table].columns[ref.name]

    def number(self, answers: FormAnswers, name: str) -> Decimal | None:
        """Give the number in a blank of a form; None for blank, or if the form has no such blank."""
        value = self.value(FieldRef(answers.form.name, name)) if name in answers.fields else None
        return value if isinstance(value, Decimal) else None

    def nothing_given(self, reads: Sequence[Ref]) -> bool:
        """Tell whether nothing was filled in that a check reads; what the template starts with does not count."""
        asked = False
        for ref in reads:
            if not self.field(ref).start:
                asked = True
                value = self.value(ref)
                if value is not None and not (isinstance(value, list) and all(one is None for one in value)):
                    return False
        return asked

    def lines(self, ref: Column) -> Sequence[Line]:
        """Give the lines of a column's table."""
        answers = self.filing.forms.get(ref.form)
        return answers.tables.get(ref.table, ()) if answers else ()

    def answer(self, ref: Ref) -> Answer | None:
        """Give what stands in a blank; None where the form was not found."""
        if isinstance(ref, LineCell):
            return self.line[ref.name] if self.line else None
        answers = self.filing.forms.get(ref.form)
        return answers.fields.get(ref.name) if answers and isinstance(ref, FieldRef) else None

    def bounds(self, ref: Ref) -> Interval | Sequence[Interval | None] | None:
        """Give the interval of true values behind a blank, or behind each cell of a column."""
        answers = self.filing.forms.get(ref.form)
        if answers is None:
            return None
        if isinstance(ref, FieldRef):
            answer, of = answers.fields.get(ref.name), answers.form.fields[ref.name]
            if answer and of.formula is not None and self._is_result(answer, of):
                return interval(of.formula, self.bounds)
            return self._interval(answer, of, answers)
        of = answers.form.tables[ref.table].columns[ref.name]
        if isinstance(ref, LineCell):
            return self._interval(self.line[ref.name], of, answers, in_table=True) if self.line else None
        return [self._interval(line[ref.name], of, answers, in_table=True) for line in self.lines(ref)]

    def decimals(self, answer: Answer, of: Field, answers: FormAnswers) -> int:
        """Give the decimals a figure was printed with: its own, but not fewer than is usual in this form.

        A sheet drops trailing zeros, so 10 beside 10.25 and 3.75 means 10.00. What goes beyond the digits that
        our template shows is not printed precision.
        """
        usual = 0 if of.kind_name == "percent" else min(self._usual_decimals(of, answers), of.kind.decimals)
        return min(max(answer.decimals, usual), of.kind.most_decimals)

    def _is_result(self, answer: Answer, of: Field) -> bool:
        """Tell whether a computed blank shows its formula's result, be it calculated or typed."""
        return follows(answer) or (of.formula is not None and answer.value == evaluate(of.formula, self.value))

    def unreadable(self, reads: tuple[Ref, ...]) -> bool:
        """Tell whether one of the blanks that a formula reads was filled in but is no number."""
        return _holds_bad(self.filing) and any(self._is_bad(ref) for ref in reads)

    def _is_bad(self, ref: Ref) -> bool:
        if isinstance(ref, Column):
            return any(line[ref.name].problem == "bad" for line in self.lines(ref))
        answer = self.answer(ref)
        return answer is not None and answer.problem == "bad"

    def _column(self, ref: Column) -> Sequence[Value]:
        return [line[ref.name].value for line in self.lines(ref)]

    def _field_value(self, ref: FieldRef) -> Value:
        answer = self.answer(ref)
        if answer is None:
            return None
        of = self.filing.forms[ref.form].form.fields[ref.name]
        return evaluate(of.formula, self.value) if of.formula is not None and follows(answer) else answer.value

    def _interval(
        self, answer: Answer | None, of: Field, answers: FormAnswers, *, in_table: bool = False
    ) -> Interval | None:
        if answer is None or not isinstance(answer.value, Decimal):
            return None
        if of.kind.exact:
            return answer.value, answer.value
        decimals = self.decimals(answer, of, answers)
        if in_table:
            # 核对 in the template cannot look at the digits of each line (that takes array formulas).
            decimals = min(decimals, of.kind.decimals)
        return printed(answer.value, decimals, truncated=of.kind_name == "percent")

    def _usual_decimals(self, of: Field, answers: FormAnswers) -> int:
        key = (answers.form.name, of.kind_name)
        if key not in self._common:
            fields = [(answers.form.fields[name], answer) for name, answer in answers.fields.items()]
            fields += [
                (answers.form.tables[table].columns[name], answer)
                for table, lines in answers.tables.items()
                for line in lines
                for name, answer in line.items()
            ]
            seen = Counter(
                answer.decimals
                for other, answer in fields
                if other.kind_name == of.kind_name and answer.decimals and answer.formula is None
            )
            self._common[key] = max(seen, key=lambda d: (seen[d], d)) if seen else of.kind.decimals
        return self._common[key]


@lru_cache(maxsize=1)
def numbers_of(filing: Filing) -> Numbers:
    """Give the numbers of a filing; made once for all the rules on it."""
    return Numbers(filing)


@lru_cache(maxsize=1)
def _holds_bad(filing: Filing) -> bool:
    """Tell whether anything was filled in that is no number: mostly not, and then no check needs to look."""
    groups = (
        group
        for answers in filing.forms.values()
        for group in (answers.fields, *(line for lines in answers.tables.values() for line in lines))
    )
    return any(answer.problem == "bad" for group in groups for answer in group.values())


def follows(answer: Answer) -> bool:
    """Tell whether a computed blank is left to its formula: it was found, and nothing else was typed there."""
    return answer.own or bool(answer.cell and answer.value is None and answer.formula is None and not answer.problem)
