"""The visible lines of 核对 as formulas: for each declared check its figures, verdict, place and advice.

Example: the check E06 ``computed: 执行率 = 决算数 / 预算数`` in row 7 gives, shortened,
填的数 ``=IFERROR(P9,"")`` and 应为 ``=IFERROR(S9,"")`` (the value and the formula's result in the hidden block),
相差 ``=IF(COUNT(D7,F7)=2,ROUND(D7-F7,6),"")``, 结果 ``=IF(ISERROR(…),"未填",IF(…,"通过","不通过"))``, and the hidden
number of failures ``=IF(H7="不通过",1,0)``, which the colours of the forms and the summary refer to.
A check of each line of a table counts the failing lines with SUMPRODUCT and shows the figures of the first of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.a1 import cell_name, fixed_cell, quote_sheet
from xlsxeval.filing import Line
from xlsxeval.forms.model import LIVE_SHEET, Check, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.formula.bounds import compare_printed
from xlsxeval.formula.evaluate import Value, evaluate
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.excel_bounds import Figures
from xlsxeval.formula.excel_logic import masks, meet, truth
from xlsxeval.formula.tree import Column, FieldRef, LineCell, Node, Ref, refs
from xlsxeval.numbers import round_half_up
from xlsxeval.rules.calculate import Numbers
from xlsxeval.rules.declared import BLANK, FAIL, PASS, DeclaredOutcome
from xlsxeval.write.live.figures import Cached, FigureBlock, FormulaCell, cached, places
from xlsxeval.write.live.sides import Sides

#: Severity -> what the unit must do, as the sheet says it.
WEIGHT = {"error": "须更正", "warning": "须说明", "info": "请再看"}
_NO_NUMBER = "有一格填的不是数字，请只填数字，不写单位"
#: One more than the rows of a sheet. The smallest row r of the failing lines is ``_ROWS - MAX(fails * (_ROWS - r))``,
#: because MIN would count the lines that do not fail as 0.
_ROWS = 1_048_577


class Columns(NamedTuple):
    """The columns of 核对 that formulas refer to: as letters (``D``), or as the cells of one row (``$D7``)."""

    found: str
    should: str
    state: str
    weight: str
    fails: str
    first: str


#: The letters of the columns.
COLUMNS = Columns(found="D", should="F", state="H", weight="I", fails="M", first="N")


def flag(row: int) -> str:
    """Return the address of the cell on 核对 with the number of failures of the check in a row."""
    return f"'{LIVE_SHEET}'!${COLUMNS.fails}${row}"


class CheckLine(NamedTuple):
    """The cells of one check. A ``formula`` that does not begin with ``=`` is a plain text."""

    check: Check
    found: FormulaCell
    relation: FormulaCell
    should: FormulaCell
    difference: FormulaCell
    state: FormulaCell
    place: FormulaCell
    advice: FormulaCell
    #: The number of failures (failing lines of a table, else 0 or 1), and the form's row of the first failing line.
    fails: FormulaCell
    first: FormulaCell


def check_line(check: Check, block: FigureBlock, row: int, outcomes: Sequence[DeclaredOutcome]) -> CheckLine:
    """Return the cells of one check.

    Args:
        check: the check.
        block: the hidden cells with its figures.
        row: the row of the sheet, from 1.
        outcomes: the results of ``run_declared`` for it, one for each line of a table; the present results.
    """
    row_cells = Columns(*(f"${letters}{row}" for letters in COLUMNS))
    if check.each:
        return _LineCheck(check, block, row_cells, outcomes).cells()
    return _PlaceCheck(check, block, row_cells, outcomes).cells()


@dataclass(frozen=True, slots=True)
class _PlaceCheck:
    """A check of one place on the form."""

    check: Check
    block: FigureBlock
    row_cells: Columns
    outcomes: Sequence[DeclaredOutcome]

    def cells(self) -> CheckLine:
        """Return the cells of the check."""
        check, figures, numbers = self.check, self.block.figures, self.block.numbers
        state = self._state()
        sides = Sides.of(check, figures, self._places, numbers)
        found, should = self._value("found", sides), self._value("should", sides)
        failed = state.shown == FAIL
        guards, bad = self._guards()
        fix = f"{_quoted(check.fix)}{_hints(check, figures, self._places)}"
        advice = f'=IF({self.row_cells.state}="{FAIL}",{fix},IF(ISERROR(SUM({guards})),"{_NO_NUMBER}",""))'
        shown_advice = check.fix + "".join(
            f"；{hint.say}" for hint in check.hints if _holds(hint.when, self.block, numbers)
        )
        return CheckLine(
            check,
            found,
            FormulaCell(f"={sides.signs}" if sides.tests else sides.chosen.sign, sides.chosen.sign),
            should,
            _difference(self.row_cells, found, should),
            state,
            self._place(),
            FormulaCell(advice, shown_advice if failed else _NO_NUMBER if bad else ""),
            FormulaCell(f'=IF({self.row_cells.state}="{FAIL}",1,0)', float(failed)),
            FormulaCell("", ""),
        )

    @property
    def _places(self) -> int:
        """The decimals to which differences are rounded."""
        return places(self.block.field(self.check.at))

    def _value(self, side: str, sides: Sides) -> FormulaCell:
        """Return the cell for one side of the comparison: ``found`` or ``should``."""
        text = sides.pick([self._text(getattr(each, side)) for each in sides.every])
        return FormulaCell(f'=IFERROR({text},"")' if text else "", _shown(getattr(sides.chosen, side), self.block))

    def _text(self, node: Node | None) -> str:
        """Return the formula of one side; the result of the form's own formula stands in the block already."""
        if node is None:
            return ""
        if node is self.check.node and isinstance(self.check.at, FieldRef):
            return self.block.result(self.check.at)
        return self.block.value(node) if isinstance(node, FieldRef) else to_excel(node, self.block.value)

    def _guards(self) -> tuple[str, bool]:
        """Return the cells that show an error if a text stands in place of a number, and whether one does now."""
        check, block = self.check, self.block
        read: tuple[Ref, ...] = check.reads
        if check.sort != "that" and isinstance(check.at, FieldRef):
            over = [block.result(check.at)] + ([block.value(check.at)] if check.sort == "computed" else [])
            bad = any(block.unreadable(ref) for ref in (*read, *([check.at] if check.sort == "computed" else [])))
            return ",".join(over), bad
        return ",".join(dict.fromkeys(map(block.guard, read))), any(map(block.unreadable, read))

    def _state(self) -> FormulaCell:
        """Return the cell with the verdict: 未填, 通过 or 不通过."""
        check, block = self.check, self.block
        guards, bad = self._guards()
        if check.sort == "that":
            holds, fails = truth(check.node, block.figures, self._places)
            given = [block.value(ref) for ref in check.reads if not block.field(ref).start]
            judged = f'IF({holds},"{PASS}",IF({fails},"{FAIL}","{BLANK}"))'
            if given:
                judged = f'IF(COUNT({",".join(given)})=0,"{BLANK}",{judged})'
        else:
            assert isinstance(check.at, FieldRef)  # noqa: S101  # made so by forms.checks
            value, result = block.value(check.at), block.result(check.at)
            if check.sort == "computed":
                own = block.figures.low(check.at), block.figures.high(check.at)
                same = meet("=", own, block.result_ends(check.at), self._places)
                exact = f"ROUND({value}-{result},{self._places})=0"
                judged = f'IF(COUNT({value},{result})<2,"{BLANK}",IF(IFERROR({same},{exact}),"{PASS}","{FAIL}"))'
            else:
                empty = f"LEN(TRIM({block.raw(check.at)}))=0"
                judged = f'IF(COUNT({result})=0,"{BLANK}",IF({empty},"{FAIL}","{PASS}"))'
        state = BLANK if bad or not self.outcomes else self.outcomes[0].state
        return FormulaCell(f'=IF(ISERROR(SUM({guards})),"{BLANK}",{judged})', state)

    def _place(self) -> FormulaCell:
        """Return the cell with the link to the place on the form."""
        row, col = self.block.position(self.check.at)
        form = self.check.at.form
        full = f"{quote_sheet(form)}!{fixed_cell(row, col)}"
        return FormulaCell(_link(form, f"ADDRESS(ROW({full}),COLUMN({full}),4)"), f"{form}!{cell_name(row, col)}")


@dataclass(frozen=True, slots=True)
class _LineCheck:
    """A check of each line of a table: shows how many lines fail, and the figures of the first one."""

    check: Check
    block: FigureBlock
    row_cells: Columns
    outcomes: Sequence[DeclaredOutcome]

    def cells(self) -> CheckLine:
        """Return the cells of the check."""
        check, row_cells, block = self.check, self.row_cells, self.block
        holds, fails = masks(check.node, block.figures)
        first_cell, column = f"{quote_sheet(check.at.form)}!{fixed_cell(self._region.first, 1)}", self._any_column
        failing = [outcome for outcome in self._judged if outcome.state == FAIL]
        count, line = len(failing), failing[0].line if failing else 0
        state = FAIL if failing else PASS if any(outcome.state == PASS for outcome in self._judged) else BLANK
        numbers = block.numbers.at(self._lines[line - 1]) if line else block.numbers
        figures = self._figures_at(first_cell)
        sides = Sides.of(check, figures, self._places, numbers)
        found, should = (self._value(side, sides, figures, numbers, line) for side in ("found", "should"))
        name = self._name_column
        named = f'INDEX({block.raw(name)},{row_cells.first}-ROW({first_cell})+1)&""'
        advice = f'"共"&{row_cells.fails}&"行，第一行是“"&{named}&"”。"&{_quoted(check.fix)}'
        advice += _hints(check, figures, self._places)
        shown_advice = f"共{count}行，第一行是“{self._lines[line - 1][name.name].text}”。{check.fix}" if line else ""
        if line:
            shown_advice += "".join(f"；{hint.say}" for hint in check.hints if _holds(hint.when, block, numbers))
        row = f"{_ROWS}-SUMPRODUCT(MAX({fails}*({_ROWS}-ROW({column}))))"
        return CheckLine(
            check,
            found,
            FormulaCell(f'=IF({row_cells.fails}=0,"",IFERROR({sides.signs},""))', sides.chosen.sign if line else ""),
            should,
            _difference(row_cells, found, should),
            FormulaCell(
                f'=IF({row_cells.fails}>0,"{FAIL}",IF(IFERROR(SUMPRODUCT({holds}),0)>0,"{PASS}","{BLANK}"))',
                state,
            ),
            self._place(line),
            FormulaCell(f'=IF({row_cells.fails}=0,"",{advice})', shown_advice),
            FormulaCell(f"=IFERROR(SUMPRODUCT({fails}),0)", float(count)),
            FormulaCell(f'=IF({row_cells.fails}=0,"",{row})', float(self._region.first + line) if line else ""),
        )

    @property
    def _table(self) -> Table:
        """The table whose lines are checked."""
        return self.block.filing.forms[self.check.at.form].form.tables[self.check.each]

    @property
    def _region(self) -> TableArea:
        """The place of the lines on the form."""
        return self.block.pages[self.check.at.form].regions[self.check.each]

    @property
    def _lines(self) -> Sequence[Line]:
        """The lines of the filing."""
        return self.block.filing.forms[self.check.at.form].tables[self.check.each]

    @property
    def _judged(self) -> Sequence[DeclaredOutcome]:
        """The outcomes that the sheet shows; none (未填) if a column that is calculated with holds a text."""
        cells = [ref for ref in self.check.reads if isinstance(ref, LineCell)]
        inexact = any(not self.block.field(ref).kind.exact for ref in cells)
        if inexact and any(self.block.unreadable(ref) for ref in cells):
            return ()
        return [
            outcome
            for outcome in self.outcomes
            if not any(self._lines[outcome.line - 1][ref.name].problem for ref in cells)
        ]

    @property
    def _places(self) -> int:
        """The decimals to which differences are rounded."""
        return places(self.block.field(self.check.at))

    @property
    def _any_column(self) -> str:
        """The address of one of the columns that are read, for its row numbers."""
        return self.block.raw(next(ref for ref in self.check.reads if isinstance(ref, LineCell)))

    @property
    def _name_column(self) -> Column:
        """The column that names a line: the first that is no group."""
        table = self._table
        name = table.own
        return Column(self.check.at.form, table.name, name)

    def _figures_at(self, first_cell: str) -> Figures:
        """Return the figures of the first failing line."""
        at = f"{self.row_cells.first}-ROW({first_cell})+1"
        return self.block.of_line(lambda ref: f"INDEX({self.block.raw(ref)},{at})")

    def _value(self, side: str, sides: Sides, figures: Figures, numbers: Numbers, line: int) -> FormulaCell:
        """Return the cell for one side of the comparison: ``found`` or ``should``."""
        nodes = [getattr(each, side) for each in sides.every]
        text = sides.pick([to_excel(node, figures.value) if node is not None else "" for node in nodes])
        if not text:
            return FormulaCell("", "")
        chosen = getattr(sides.chosen, side)
        shown = cached(evaluate(chosen, numbers.value)) if line and chosen is not None else ""
        return FormulaCell(f'=IF({self.row_cells.fails}=0,"",IFERROR({text},""))', shown)

    def _place(self, line: int) -> FormulaCell:
        """Return the cell with the link to the place on the form."""
        form, col = self.check.at.form, self._region.cols[self.check.at.name]
        head = self._region.first - 1
        full = f"{quote_sheet(form)}!{fixed_cell(head, col)}"
        row = f"IF({self.row_cells.fails}=0,ROW({full}),{self.row_cells.first})"
        cell = cell_name(self._region.first + line if line else head, col)
        return FormulaCell(_link(form, f"ADDRESS({row},COLUMN({full}),4)"), f"{form}!{cell}")


def _link(form: str, cell: str) -> str:
    """Return the formula of a link to a cell of a form; ``cell`` is an expression for its address."""
    return f'=HYPERLINK("#{quote_sheet(form)}!"&{cell},"{form}!"&{cell})'


def _shown(node: Node | None, block: FigureBlock) -> Cached:
    """Return the present value of one side of a comparison."""
    if node is None or any(isinstance(ref, FieldRef) and block.unreadable(ref) for ref in refs(node)):
        return ""
    return cached(evaluate(node, block.numbers.value))


def _difference(row_cells: Columns, found: FormulaCell, should: FormulaCell) -> FormulaCell:
    """Return the cell with the difference between what was filled in and what it should be."""
    if not (found.formula and should.formula):
        return FormulaCell("", "")
    shown: Cached = ""
    if isinstance(found.shown, float) and isinstance(should.shown, float):
        shown = float(round_half_up(Decimal(repr(found.shown)) - Decimal(repr(should.shown)), 6))
    return FormulaCell(
        f'=IF(COUNT({row_cells.found},{row_cells.should})=2,ROUND({row_cells.found}-{row_cells.should},6),"")', shown
    )


def _hints(check: Check, figures: Figures, digits: int) -> str:
    """Return the expression that adds the hints whose conditions hold to the advice."""
    return "".join(
        f'&IFERROR(IF({truth(hint.when, figures, digits)[0]},{_quoted("；" + hint.say)},""),"")' for hint in check.hints
    )


def _quoted(text: str) -> str:
    """Return a text as a text of a formula, in quotes."""
    return '"' + text.replace('"', '""') + '"'


def _holds(node: Node, block: FigureBlock, numbers: Numbers) -> bool:
    """Return whether the condition of a hint holds now."""
    if any(isinstance(ref, FieldRef) and block.unreadable(ref) for ref in refs(node)):
        return False
    value: Value = evaluate(node, numbers.value, compare_printed(numbers.bounds))
    return value is True
