"""The numbers of a filing: what stands in each blank or follows from the others, and how precisely it was written.

A blank that the sheet does not have (state ``absent``) has no number and no formula's result: whatever is calculated
from it is unknown, and no check is judged over it (``Numbers.lacks``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.a1 import parse_area, parse_cell
from xlsxeval.filing import ABSENT, Answer, Filing, FormAnswers, Line
from xlsxeval.forms.model import Field
from xlsxeval.formula.bounds import Interval, interval, printed
from xlsxeval.formula.evaluate import Value, evaluate
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Ref, refs
from xlsxeval.rules.indicators import TABLE

#: The points of the row of amounts.
_MONEY_POINTS = ("资金分值", "资金得分")
_FIGURE = re.compile(r"“[-+]?[0-9][0-9.,]*[万亿]?元?”")
#: The budget of the year as it was at its end; it is the last part of the name in rows of parts.
BUDGET = "全年预算数"
#: The points of a form if the set gives no other number.
_ALL_POINTS = Decimal(100)


class _Flaws(NamedTuple):
    """What mostly no answer of a filing has, and then no check needs to look: ``bad`` for something that is no number.

    ``whole`` tells whether every blank of every form is there, and no lines share one cell.
    """

    bad: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values and intervals of a filing's answers; results of formulas are kept once calculated."""

    filing: Filing
    flaws: _Flaws
    line: Line | None = None
    _known: dict[FieldRef | Column, Value | Sequence[Value]] = field(default_factory=dict)
    _common: dict[tuple[str, str], int] = field(default_factory=dict)
    _lacking: dict[FieldRef | Column, bool] = field(default_factory=dict)

    def at(self, line: Line) -> Numbers:
        """Give the same numbers, seen from one line of a table."""
        return Numbers(self.filing, self.flaws, line, self._known, self._common, self._lacking)

    @property
    def whole(self) -> bool:
        """Whether nothing at all is lacking, as in every filing on our own templates."""
        return self.flaws.whole

    def lacks(self, reads: Iterable[Ref]) -> bool:
        """Tell whether the sheet does not have one of these blanks, so that nothing can be judged that reads it.

        A column is lacking if one of its lines has no such place; of a cell that several lines share (merged
        scores), the lines below the first need none, but none of these lines has a number of its own.
        """
        return not self.whole and any(map(self._lacks, reads))

    def _lacks(self, ref: Ref) -> bool:
        if isinstance(ref, LineCell):
            answer = self.line.get(ref.name, ABSENT) if self.line else ABSENT
            return answer.shared or not answer.cell
        if ref not in self._lacking:
            self._lacking[ref] = self._column_lacks(ref) if isinstance(ref, Column) else self._field_lacks(ref)
        return self._lacking[ref]

    def _column_lacks(self, ref: Column) -> bool:
        if self._is_cut_off(ref):
            return True
        lines, shared = self.lines(ref), False
        for line in lines:
            answer = line.get(ref.name, ABSENT)
            if not answer.cell and not shared:
                return True
            shared = answer.shared or (shared and not answer.cell)
        return not lines and not has_column(self.filing.forms.get(ref.form), ref.table, ref.name)

    def _is_cut_off(self, ref: Column) -> bool:
        """Tell whether a list may have more lines: rows were not read, or the total that the form prints is not there."""
        answers = self.filing.forms.get(ref.form)
        if answers is None or ref.table in answers.incomplete:
            return answers is not None
        totals = [
            name
            for name, field in answers.form.fields.items()
            if field.formula is not None
            and any(isinstance(of, Column) and of.table == ref.table for of in refs(field.formula))
        ]
        return bool(totals) and not any(answers.fields.get(name, ABSENT).cell for name in totals)

    def _field_lacks(self, ref: FieldRef) -> bool:
        answer = self.answer(ref)
        if answer is None or not answer.cell:
            return not (ref.name in _MONEY_POINTS and self.money_has_no_points(ref.form))
        formula = self.field(ref).formula
        return formula is not None and follows(answer) and self.lacks(refs(formula))

    def money_has_no_points(self, form: str) -> bool:
        """Tell whether a form gives no points for the money: the one blank that counts although it is not there.

        That is so if it has neither 资金分值 nor 资金得分, and the weights of its indicators alone make a hundred.
        Both blanks are 0 then, so that 分值 (E01) and 总分 (E04) can be judged; nothing is said of the blanks themselves.
        """
        answers = self.filing.forms.get(form)
        if answers is None or any(answers.fields.get(name, ABSENT).cell for name in _MONEY_POINTS):
            return False
        table = answers.form.tables.get(TABLE)
        if table is None or self.lacks((weights := Column(form, TABLE, table.here("分值")),)):
            return False
        known = [weight for weight in self._column(weights) if isinstance(weight, Decimal)]
        return sum(known, Decimal(0)) == self.filing.formset.profile.get("总分值", _ALL_POINTS)

    def value(self, ref: Ref) -> Value | Sequence[Value]:
        """Give the value of a blank, or the values of a column; None for blank.

        A computed blank that holds the form's own formula, or nothing, has the formula's result, whatever its
        cache says.
        """
        if isinstance(ref, LineCell):
            return self.line.get(ref.name, ABSENT).value if self.line else None
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
        of = self.field(ref)
        return evaluate(of.formula, self.shown) if answer.own and of.formula is not None else answer.value

    def field(self, ref: Ref) -> Field:
        """Give the field behind a name."""
        form = self.filing.forms[ref.form].form
        return form.field(ref.name) if isinstance(ref, FieldRef) else form.tables[ref.table].column(ref.name)

    def number(self, answers: FormAnswers, name: str) -> Decimal | None:
        """Give the number in a blank of a form; None for blank, or if the form or the sheet has no such blank."""
        value = self.value(FieldRef(answers.form.name, name)) if name in answers.fields else None
        return value if isinstance(value, Decimal) else None

    def nothing_given(self, reads: Sequence[Ref]) -> bool:
        """Tell whether nothing was filled in that a check reads; what the template starts with does not count."""
        for ref in reads:
            value = self.value(ref)
            if value is None or (isinstance(value, list) and all(one is None for one in value)):
                continue
            if not self.field(ref).start:
                return False
        return any(not self.field(ref).start for ref in reads)

    def lines(self, ref: Column) -> Sequence[Line]:
        """Give the lines of a column's table."""
        answers = self.filing.forms.get(ref.form)
        return answers.tables.get(ref.table, ()) if answers else ()

    def answer(self, ref: Ref) -> Answer | None:
        """Give what stands in a blank; None where the form was not found."""
        if isinstance(ref, LineCell):
            return self.line.get(ref.name, ABSENT) if self.line else None
        answers = self.filing.forms.get(ref.form)
        if answers is None or not isinstance(ref, FieldRef):
            return None
        return answers.fields.get(ref.name if self.whole else self.on_sheet(ref).name)

    def on_sheet(self, ref: Ref) -> Ref:
        """Give the blank that holds what a rule reads: a sheet with one column of budgets may call it 年初预算数."""
        if self.whole or not isinstance(ref, FieldRef) or not ref.name.endswith(BUDGET):
            return ref
        answers, other = self.filing.forms.get(ref.form), FieldRef(ref.form, first_budget(ref.name))
        if answers is None or not answers.fields.get(other.name, ABSENT).cell or not has_one_budget(answers):
            return ref
        return other

    def bounds(self, ref: Ref) -> Interval | Sequence[Interval | None] | None:
        """Give the interval of true values behind a blank, or behind each cell of a column."""
        answers = self.filing.forms.get(ref.form)
        if answers is None:
            return None
        if isinstance(ref, FieldRef):
            answer, of = self.answer(ref) or ABSENT, self.field(ref)
            if not answer.cell and not self.lacks((ref,)):
                return Decimal(0), Decimal(0)
            if of.formula is not None and self._is_result(answer, of):
                return interval(of.formula, self.bounds)
            return self._interval(answer, of, answers)
        of = self.field(ref)
        if isinstance(ref, LineCell):
            return self._interval((self.line or {}).get(ref.name), of, answers, in_table=True)
        return [self._interval(line.get(ref.name, ABSENT), of, answers, in_table=True) for line in self.lines(ref)]

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
        return self.flaws.bad and any(self._is_bad(ref) for ref in reads)

    def _is_bad(self, ref: Ref) -> bool:
        if isinstance(ref, Column):
            return any(line.get(ref.name, ABSENT).problem == "bad" for line in self.lines(ref))
        answer = self.answer(ref)
        return answer is not None and answer.problem == "bad"

    def _column(self, ref: Column) -> Sequence[Value]:
        return [line.get(ref.name, ABSENT).value for line in self.lines(ref)]

    def _field_value(self, ref: FieldRef) -> Value:
        answer = self.answer(ref)
        if self.lacks((ref,)):
            return None
        if answer is None or not answer.cell:
            return Decimal(0)
        of = self.field(ref)
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
            groups = [(answers.form.field, answers.fields)]
            groups += [
                (answers.form.tables[name].column, line) for name, lines in answers.tables.items() for line in lines
            ]
            seen = Counter(
                answer.decimals
                for field_of, group in groups
                for name, answer in group.items()
                if answer.decimals and answer.formula is None and field_of(name).kind_name == of.kind_name
            )
            self._common[key] = max(seen, key=lambda d: (seen[d], d)) if seen else of.kind.decimals
        return self._common[key]


def has_one_budget(answers: FormAnswers) -> bool:
    """Tell whether a sheet has one column of budgets, called 年初预算数, and none beside it was left unread."""
    spent = parse_cell(answers.fields.get("全年执行数", ABSENT).cell)
    if spent is None or any(name.endswith(BUDGET) and answer.cell for name, answer in answers.fields.items()):
        return False
    areas = [(area, one.text) for one in answers.unread if (area := parse_area(one.cells))]
    crossing = [(area, text) for area, text in areas if area[0] <= spent[0] <= area[2]]
    # A column that was not read begins with its head, above the amounts; a lone text is a note, a figure may be a budget.
    return not any(area[0] < spent[0] or _FIGURE.search(text) for area, text in crossing)


def first_budget(name: str) -> str:
    """Give the budget at the beginning of the year for that of the whole year: 其他资金.年初预算数 for 其他资金.全年预算数."""
    return name.removesuffix(BUDGET) + "年初预算数"


def has_column(answers: FormAnswers | None, table: str, column: str) -> bool:
    """Tell whether a sheet has a column of a table: some line has a place in it or, without lines, its head was met."""
    if answers is None:
        return False
    if lines := answers.tables.get(table):
        return any(line.get(column, ABSENT).cell for line in lines)
    region = answers.regions.get(table)
    return region is not None and column in region.cols


def numbers_of(filing: Filing) -> Numbers:
    """Give the numbers of a filing; nothing is calculated yet."""
    return Numbers(filing, _flaws_of(filing))


def _flaws_of(filing: Filing) -> _Flaws:
    bad = lacking = False
    for answers in filing.forms.values():
        lacking = lacking or not answers.fields.keys() >= answers.form.fields.keys()
        for name, table in answers.form.tables.items():
            lacking = lacking or not (
                answers.tables.get(name) or all(has_column(answers, name, column) for column in table.columns)
            )
        for group in (answers.fields, *(line for lines in answers.tables.values() for line in lines)):
            for answer in group.values():
                bad = bad or answer.problem == "bad"
                lacking = lacking or not answer.cell or answer.shared
    return _Flaws(bad, not lacking)


def follows(answer: Answer) -> bool:
    """Tell whether a computed blank is left to its formula: it was found, and nothing else was typed there."""
    return answer.own or bool(answer.cell and answer.value is None and answer.formula is None and not answer.problem)
