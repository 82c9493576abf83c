"""The hidden block of 核对: for each figure that a check reads, its value and the interval it stands for.

The formulas say the same as ``rules.calculate.Numbers`` in Python; each cell is written with its present result.
Example: 预算数 with two decimals stands in 自评表!C5 and has row 9 of the block:
``P9 =IF(COUNT(自评表!C5)=1,自评表!C5,IF(LEN(TRIM(自评表!C5))=0,"",NA()))`` is its value: the number, blank, or an error
for a text. ``Q9 = P9-0.005`` and ``R9 = P9+0.005`` (shortened) are the ends of the interval of the true figure.
For a computed field S9 is the result of its formula, T9 and U9 the ends of what that formula may give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.a1 import cell_name, fixed_cell, fixed_column_range, quote_sheet
from xlsxeval.filing import Answer, Filing
from xlsxeval.forms.model import Check, Field
from xlsxeval.forms.place import Layout
from xlsxeval.formula.bounds import interval
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.excel_bounds import Figures, ends
from xlsxeval.formula.excel_logic import is_text
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Ref, refs
from xlsxeval.numbers import plain
from xlsxeval.rules.calculate import Numbers

UNREADABLE = "#N/A"
#: Decimals to which differences are rounded before they are compared: of amounts, of ratios.
_PLACES, _RATIO_PLACES = 6, 9
#: Added to the tolerance of each figure of a column, where differences cannot be rounded.
_CRUMB = Decimal("0.0000001")
_VALUE, _LOW, _HIGH, _RESULT, _RESULT_LOW, _RESULT_HIGH = range(1, 7)

Cached = float | str


class FormulaCell(NamedTuple):
    """The content of a cell: a formula and its present result."""

    formula: str
    shown: Cached


def places(field: Field | None) -> int:
    """Return the decimals to which differences of a field are rounded before they are compared."""
    return _RATIO_PLACES if field is not None and field.kind_name == "percent" else _PLACES


def cached(value: object) -> Cached:
    """Return the present result to write for a calculated value: a number, or an empty text for blank."""
    return float(value) if isinstance(value, Decimal) else ""


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """The hidden figures of a filing: ``rows`` has the row of each, ``left`` is the column before the first one."""

    filing: Filing
    pages: Mapping[str, Layout]
    numbers: Numbers
    rows: Mapping[Ref, int]
    left: int
    #: Returns the decimals that the cell of a field shows.
    decimals: Callable[[Field, Answer], int]

    @property
    def figures(self) -> Figures:
        """The addresses of the figures, in the form that the writers of formulas take."""
        return Figures(self.value, self.low, self.high, self.slack)

    def field(self, ref: Ref) -> Field:
        """Return the field that a name stands for."""
        return self.numbers.field(ref)

    def position(self, ref: Ref) -> tuple[int, int]:
        """Return row and column of a blank on its form; of a table's column, those of its head."""
        page = self.pages[ref.form]
        return page.fields[ref.name] if isinstance(ref, FieldRef) else page.head(ref.table, ref.name)

    def raw(self, ref: Ref) -> str:
        """Return the address on the form: ``'自评表'!$C$5``; of a cell of a table's line, that of the whole column."""
        page, sheet = self.pages[ref.form], f"{quote_sheet(ref.form)}!"
        if isinstance(ref, FieldRef):
            return sheet + fixed_cell(*self.position(ref))
        region = page.regions[ref.table]
        return sheet + fixed_column_range(region.first, region.last, region.cols[ref.name])

    def value(self, ref: Ref) -> str:
        """Return the address of a figure in the block; that of a table's column is on the form."""
        return self._cell(ref, _VALUE) if isinstance(ref, FieldRef) else self.raw(ref)

    def low(self, ref: Ref) -> str:
        """Return the expression for the lower end of a figure's interval."""
        return self._end(ref, _LOW, "-")

    def high(self, ref: Ref) -> str:
        """Return the expression for the upper end of a figure's interval."""
        return self._end(ref, _HIGH, "+")

    def slack(self, ref: Ref) -> str:
        """Return by how much each figure of a column may differ from the true one: ``0.005``."""
        kind = self.field(ref).kind
        return "0" if kind.exact else plain(_half(kind.decimals))

    def of_line(self, cell: Callable[[LineCell], str]) -> Figures:
        """Return the addresses for a formula about one line of a table; ``cell`` returns those in that line."""

        def value(ref: Ref) -> str:
            return cell(ref) if isinstance(ref, LineCell) else self.value(ref)

        def end(ref: Ref, whole: Callable[[Ref], str], sign: str) -> str:
            if not isinstance(ref, LineCell):
                return whole(ref)
            slack = self.slack(ref)
            return cell(ref) if slack == "0" else f"({cell(ref)}{sign}{slack})"

        return Figures(value, lambda ref: end(ref, self.low, "-"), lambda ref: end(ref, self.high, "+"), self.slack)

    def guard(self, ref: Ref) -> str:
        """Return the address of a cell that shows an error if the blank or column holds a text in place of a number."""
        return self._cell(Column(*_key(ref)) if isinstance(ref, LineCell) else ref, _VALUE)

    def result(self, ref: FieldRef) -> str:
        """Return the address of the result of a computed field's formula."""
        return self._cell(ref, _RESULT)

    def result_ends(self, ref: FieldRef) -> tuple[str, str]:
        """Return the addresses of the least and the greatest result that a computed field's formula may give."""
        return self._cell(ref, _RESULT_LOW), self._cell(ref, _RESULT_HIGH)

    def unreadable(self, ref: Ref) -> bool:
        """Return whether a blank, or a cell of the column, holds a text in place of a number."""
        if isinstance(ref, FieldRef):
            answer = self.numbers.answer(ref)
            if answer is not None and answer.value is None and not answer.problem and self.field(ref).formula:
                return any(self.unreadable(other) for other in refs(self.field(ref).formula or ref))
            return answer is not None and _is_text(answer, answer.text.strip(" "))
        lines = self.numbers.lines(Column(*_key(ref)))
        return any(_is_text(line[ref.name], line[ref.name].text) for line in lines)

    def cells(self, ref: Ref) -> Iterator[tuple[int, FormulaCell]]:
        """Yield column and content of each cell in the row of a figure."""
        col = self.left
        if not isinstance(ref, FieldRef):
            text = f'=IF(SUMPRODUCT({is_text(self.raw(ref))})>0,NA(),"")'
            yield col + _VALUE, FormulaCell(text, UNREADABLE if self.unreadable(ref) else "")
            return
        field, raw = self.field(ref), self.raw(ref)
        bad, value = self.unreadable(ref), self.numbers.value(ref)
        shown: Cached = UNREADABLE if bad else cached(value)
        otherwise = self._cell(ref, _RESULT) if field.formula is not None else '""'
        yield (
            col + _VALUE,
            FormulaCell(f"=IF(COUNT({raw})=1,{self._taken(ref)},IF(LEN(TRIM({raw}))=0,{otherwise},NA()))", shown),
        )
        if field.formula is not None:
            yield from self._result_cells(ref, field)
        if not field.kind.exact or field.formula is not None:
            yield from self._end_cells(ref, field, bad=bad)

    def _taken(self, ref: FieldRef) -> str:
        """Return the expression for the number in a cell.

        A formula on the form that reads another computed cell is blank if that cell was cleared; then its result in
        the block is taken, which is calculated from the inputs.
        """
        field, raw = self.field(ref), self.raw(ref)
        over = [other for other in refs(field.formula) if isinstance(other, FieldRef)] if field.formula else []
        if field.formula is None or not any(self.field(other).formula for other in over):
            return raw
        own = to_excel(field.formula, self.raw)
        return f"IF(IFERROR(ROUND({raw}-{own},{places(field)})=0,FALSE),{self._cell(ref, _RESULT)},{raw})"

    def _result_cells(self, ref: FieldRef, field: Field) -> Iterator[tuple[int, FormulaCell]]:
        """Yield the cells with the result of a computed field and with the ends of what it may be."""
        assert field.formula is not None  # noqa: S101  # asked by the caller
        bad = any(self.unreadable(other) for other in refs(field.formula))
        value = evaluate(field.formula, self.numbers.value)
        text = f"={to_excel(field.formula, self.value)}"
        guards = ",".join(self.guard(other) for other in refs(field.formula))
        if any(isinstance(other, Column) for other in refs(field.formula)):
            text = f"=IF(ISERROR(SUM({guards})),NA(),{text[1:]})"
        yield self.left + _RESULT, FormulaCell(text, UNREADABLE if bad else cached(value))
        span = interval(field.formula, self.numbers.bounds)
        for column, end, number in zip(
            (_RESULT_LOW, _RESULT_HIGH), ends(field.formula, self.figures), span or ("", ""), strict=True
        ):
            own = self._cell(ref, _RESULT)
            shown: Cached = UNREADABLE if bad or (span is None and value is not None) else cached(number)
            if value is None and not bad:
                shown = ""
            yield self.left + column, FormulaCell(f'=IF(ISERROR({own}),NA(),IF(COUNT({own})=0,"",{end}))', shown)

    def _end_cells(self, ref: FieldRef, field: Field, *, bad: bool) -> Iterator[tuple[int, FormulaCell]]:
        """Yield the cells with the ends of a figure's interval."""
        own = self._cell(ref, _VALUE)
        span = self.numbers.bounds(ref)
        answer = self.numbers.answer(ref)
        half = _off(own, self.decimals(field, answer or _NOTHING), field.kind.most_decimals)
        value = self.numbers.value(ref)
        for column, sign in ((_LOW, "-"), (_HIGH, "+")):
            text = own
            if not field.kind.exact:
                # A percentage may have been cut off instead of rounded: then it is short by up to a whole unit.
                times = f"*IF({own}<0,{'2,1' if sign == '-' else '1,2'})" if field.kind_name == "percent" else ""
                text = f"{own}{sign}({half}){times}"
            if field.formula is not None:
                same = f"ROUND({own}-{self._cell(ref, _RESULT)},{places(field)})=0"
                end = self._cell(ref, _RESULT_LOW if sign == "-" else _RESULT_HIGH)
                text = f"IF(IFERROR({same},FALSE),{end},{text})"
            number = span[0 if sign == "-" else 1] if span is not None else None
            shown = UNREADABLE if bad else cached(number) if value is not None else ""
            if value is not None and span is None:
                shown = UNREADABLE
            yield self.left + column, FormulaCell(f'=IF(ISERROR({own}),NA(),IF(COUNT({own})=0,"",{text}))', shown)

    def _end(self, ref: Ref, column: int, sign: str) -> str:
        """Return the expression for one end of a figure's interval."""
        field = self.field(ref)
        if isinstance(ref, FieldRef):
            exact = field.kind.exact and field.formula is None
            return self._cell(ref, _VALUE if exact else column)
        if field.kind.exact:
            return self.raw(ref)
        return f"({self.raw(ref)}{sign}{plain(_half(field.kind.decimals) + _CRUMB)})"

    def _cell(self, ref: Ref, column: int) -> str:
        """Return the address of a cell in the row of a figure; ``column`` counts from ``left``."""
        return fixed_cell(self.rows[ref], self.left + column)


_NOTHING = Answer(None, "", "")


def _is_text(answer: Answer, seen: str) -> bool:
    """Return whether an answer is a text where a number is wanted; ``seen`` is the text in the cell."""
    return bool(answer.problem or (seen and answer.value is None))


def _key(ref: Column | LineCell) -> tuple[str, str, str]:
    """Return form, table and column of a name."""
    return ref.form, ref.table, ref.name


def _half(decimals: int) -> Decimal:
    """Return half a unit of the last decimal: 2 decimals give 0.005."""
    return Decimal(5).scaleb(-decimals - 1)


def _off(cell: str, decimals: int, most: int) -> str:
    """Return the expression for half a unit of a figure's last decimal.

    The last decimal is that of the cell's format, or a later one, up to ``most``, if the figure has it. Example: 2
    and 3 give ``0.005-0.0045*(ROUND(P9,2)<>P9)``: 0.005 for 1.25, and 0.0005 for 1.254.
    """
    text = plain(_half(decimals))
    for places_shown in range(decimals, most):
        less = plain(_half(places_shown) - _half(places_shown + 1))
        text += f"-{less}*(ROUND({cell},{places_shown})<>{cell})"
    return text


def figures_read(checks: tuple[Check, ...], filing: Filing) -> tuple[Ref, ...]:
    """Return all blanks and columns that the checks read, and those that the formulas of computed blanks read."""
    figures: dict[Ref, None] = {}

    def visit(ref: Ref) -> None:
        key: Ref = Column(*_key(ref)) if isinstance(ref, LineCell) else ref
        if key in figures:
            return
        figures[key] = None
        if isinstance(key, FieldRef):
            formula = filing.forms[key.form].form.fields[key.name].formula
            for other in refs(formula) if formula is not None else ():
                visit(other)

    for check in checks:
        also_read = [refs(hint.when) for hint in check.hints] + ([refs(check.expected[1])] if check.expected else [])
        for ref in (*check.reads, check.at, *(ref for group in also_read for ref in group)):
            visit(ref)
    return tuple(figures)


def address_of(page: Layout, name: str) -> str:
    """Return the address of a field on its form: ``C5``."""
    return cell_name(*page.fields[name])
