"""The hidden part of 核对: for each figure a check reads, its value and the interval it stands for.

What ``rules.calculate.Numbers`` gives in Python stands here as formulas; each cell is written with its result.
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
#: Differences are rounded to so many decimals before they are compared, for amounts and for ratios.
_PLACES, _RATIO_PLACES = 6, 9
#: In a whole column differences cannot be rounded: this is added to what a figure may be off.
_CRUMB = Decimal("0.0000001")
_VALUE, _LOW, _HIGH, _RESULT, _RESULT_LOW, _RESULT_HIGH = range(1, 7)

Cached = float | str


class Live(NamedTuple):
    """A formula and what it shows."""

    formula: str
    shown: Cached


def places(field: Field | None) -> int:
    """Give to how many decimals differences of a field are rounded before they are compared."""
    return _RATIO_PLACES if field is not None and field.kind_name == "percent" else _PLACES


def cached(value: object) -> Cached:
    """Give what a cell shows for a calculated value."""
    return float(value) if isinstance(value, Decimal) else ""


@dataclass(frozen=True, slots=True)
class Block:
    """The figures of a filing, one row each from ``top``, beginning at column ``left``."""

    filing: Filing
    pages: Mapping[str, Layout]
    numbers: Numbers
    rows: Mapping[Ref, int]
    left: int
    #: Gives the decimals with which a field's cell is formatted.
    decimals: Callable[[Field, Answer], int]

    @property
    def figures(self) -> Figures:
        """Where the figures stand."""
        return Figures(self.value, self.low, self.high, self.slack)

    def field(self, ref: Ref) -> Field:
        """Give the field behind a name."""
        return self.numbers.field(ref)

    def position(self, ref: Ref) -> tuple[int, int]:
        """Give row and column of a blank on its form, of the head for a column."""
        page = self.pages[ref.form]
        return page.fields[ref.name] if isinstance(ref, FieldRef) else page.head(ref.table, ref.name)

    def raw(self, ref: Ref) -> str:
        """Give the address on the form itself; for a line's cell that of the whole column."""
        page, sheet = self.pages[ref.form], f"{quote_sheet(ref.form)}!"
        if isinstance(ref, FieldRef):
            return sheet + fixed_cell(*self.position(ref))
        region = page.regions[ref.table]
        return sheet + fixed_column_range(region.first, region.last, region.cols[ref.name])

    def value(self, ref: Ref) -> str:
        """Give the address of a figure; columns are taken from the form."""
        return self._cell(ref, _VALUE) if isinstance(ref, FieldRef) else self.raw(ref)

    def low(self, ref: Ref) -> str:
        """Give the lower end of a figure's interval."""
        return self._end(ref, _LOW, "-")

    def high(self, ref: Ref) -> str:
        """Give the upper end of a figure's interval."""
        return self._end(ref, _HIGH, "+")

    def slack(self, ref: Ref) -> str:
        """Give what each figure of a column may be off."""
        kind = self.field(ref).kind
        return "0" if kind.exact else plain(_half(kind.decimals))

    def of_line(self, cell: Callable[[LineCell], str]) -> Figures:
        """Give the figures as one line of a table sees them; ``cell`` gives the address of a column in that line."""

        def value(ref: Ref) -> str:
            return cell(ref) if isinstance(ref, LineCell) else self.value(ref)

        def end(ref: Ref, whole: Callable[[Ref], str], sign: str) -> str:
            if not isinstance(ref, LineCell):
                return whole(ref)
            slack = self.slack(ref)
            return cell(ref) if slack == "0" else f"({cell(ref)}{sign}{slack})"

        return Figures(value, lambda ref: end(ref, self.low, "-"), lambda ref: end(ref, self.high, "+"), self.slack)

    def guard(self, ref: Ref) -> str:
        """Give the address of a cell that is an error if the blank (or the column) holds text instead of a number."""
        return self._cell(Column(*_key(ref)) if isinstance(ref, LineCell) else ref, _VALUE)

    def result(self, ref: FieldRef) -> str:
        """Give the address of what a computed field's formula gives."""
        return self._cell(ref, _RESULT)

    def result_ends(self, ref: FieldRef) -> tuple[str, str]:
        """Give the addresses of the ends of what a computed field's formula may give."""
        return self._cell(ref, _RESULT_LOW), self._cell(ref, _RESULT_HIGH)

    def unreadable(self, ref: Ref) -> bool:
        """Tell whether a blank, or a cell of the column, holds text instead of a number."""
        if isinstance(ref, FieldRef):
            answer = self.numbers.answer(ref)
            if answer is not None and answer.value is None and not answer.problem and self.field(ref).formula:
                return any(self.unreadable(other) for other in refs(self.field(ref).formula or ref))
            return answer is not None and _is_text(answer, answer.text.strip(" "))
        lines = self.numbers.lines(Column(*_key(ref)))
        return any(_is_text(line[ref.name], line[ref.name].text) for line in lines)

    def cells(self, ref: Ref) -> Iterator[tuple[int, Live]]:
        """Yield column and content of every cell of a figure's row."""
        col = self.left
        if not isinstance(ref, FieldRef):
            text = f'=IF(SUMPRODUCT({is_text(self.raw(ref))})>0,NA(),"")'
            yield col + _VALUE, Live(text, UNREADABLE if self.unreadable(ref) else "")
            return
        field, raw = self.field(ref), self.raw(ref)
        bad, value = self.unreadable(ref), self.numbers.value(ref)
        shown: Cached = UNREADABLE if bad else cached(value)
        otherwise = self._cell(ref, _RESULT) if field.formula is not None else '""'
        yield (
            col + _VALUE,
            Live(f"=IF(COUNT({raw})=1,{self._taken(ref)},IF(LEN(TRIM({raw}))=0,{otherwise},NA()))", shown),
        )
        if field.formula is not None:
            yield from self._result_cells(ref, field)
        if not field.kind.exact or field.formula is not None:
            yield from self._end_cells(ref, field, bad=bad)

    def _taken(self, ref: FieldRef) -> str:
        """Give the number that stands in a cell; a formula that misses a cleared one counts as what it should give."""
        field, raw = self.field(ref), self.raw(ref)
        over = [other for other in refs(field.formula) if isinstance(other, FieldRef)] if field.formula else []
        if field.formula is None or not any(self.field(other).formula for other in over):
            return raw
        own = to_excel(field.formula, self.raw)
        return f"IF(IFERROR(ROUND({raw}-{own},{places(field)})=0,FALSE),{self._cell(ref, _RESULT)},{raw})"

    def _result_cells(self, ref: FieldRef, field: Field) -> Iterator[tuple[int, Live]]:
        assert field.formula is not None  # noqa: S101  # asked by the caller
        bad = any(self.unreadable(other) for other in refs(field.formula))
        value = evaluate(field.formula, self.numbers.value)
        text = f"={to_excel(field.formula, self.value)}"
        guards = ",".join(self.guard(other) for other in refs(field.formula))
        if any(isinstance(other, Column) for other in refs(field.formula)):
            text = f"=IF(ISERROR(SUM({guards})),NA(),{text[1:]})"
        yield self.left + _RESULT, Live(text, UNREADABLE if bad else cached(value))
        found = interval(field.formula, self.numbers.bounds)
        for column, end, number in zip(
            (_RESULT_LOW, _RESULT_HIGH), ends(field.formula, self.figures), found or ("", ""), strict=True
        ):
            own = self._cell(ref, _RESULT)
            shown: Cached = UNREADABLE if bad or (found is None and value is not None) else cached(number)
            if value is None and not bad:
                shown = ""
            yield self.left + column, Live(f'=IF(ISERROR({own}),NA(),IF(COUNT({own})=0,"",{end}))', shown)

    def _end_cells(self, ref: FieldRef, field: Field, *, bad: bool) -> Iterator[tuple[int, Live]]:
        own = self._cell(ref, _VALUE)
        found = self.numbers.bounds(ref)
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
            number = found[0 if sign == "-" else 1] if found is not None else None
            shown = UNREADABLE if bad else cached(number) if value is not None else ""
            if value is not None and found is None:
                shown = UNREADABLE
            yield self.left + column, Live(f'=IF(ISERROR({own}),NA(),IF(COUNT({own})=0,"",{text}))', shown)

    def _end(self, ref: Ref, column: int, sign: str) -> str:
        field = self.field(ref)
        if isinstance(ref, FieldRef):
            exact = field.kind.exact and field.formula is None
            return self._cell(ref, _VALUE if exact else column)
        if field.kind.exact:
            return self.raw(ref)
        return f"({self.raw(ref)}{sign}{plain(_half(field.kind.decimals) + _CRUMB)})"

    def _cell(self, ref: Ref, column: int) -> str:
        return fixed_cell(self.rows[ref], self.left + column)


_NOTHING = Answer(None, "", "")


def _is_text(answer: Answer, seen: str) -> bool:
    return bool(answer.problem or (seen and answer.value is None))


def _key(ref: Column | LineCell) -> tuple[str, str, str]:
    return ref.form, ref.table, ref.name


def _half(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _off(cell: str, decimals: int, most: int) -> str:
    """Give half a unit of a figure's last decimal, which is looked for between its format's and ``most``."""
    text = plain(_half(decimals))
    for places_shown in range(decimals, most):
        less = plain(_half(places_shown) - _half(places_shown + 1))
        text += f"-{less}*(ROUND({cell},{places_shown})<>{cell})"
    return text


def figures_read(checks: tuple[Check, ...], filing: Filing) -> tuple[Ref, ...]:
    """Give every blank and column that the checks read, those behind computed blanks included."""
    found: dict[Ref, None] = {}

    def visit(ref: Ref) -> None:
        key: Ref = Column(*_key(ref)) if isinstance(ref, LineCell) else ref
        if key in found:
            return
        found[key] = None
        if isinstance(key, FieldRef):
            formula = filing.forms[key.form].form.fields[key.name].formula
            for other in refs(formula) if formula is not None else ():
                visit(other)

    for check in checks:
        said = [refs(hint.when) for hint in check.hints] + ([refs(check.expected[1])] if check.expected else [])
        for ref in (*check.reads, check.at, *(ref for some in said for ref in some)):
            visit(ref)
    return tuple(found)


def address_of(page: Layout, name: str) -> str:
    """Give the address of a field's cell on its form."""
    return cell_name(*page.fields[name])
