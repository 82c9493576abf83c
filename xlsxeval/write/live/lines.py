"""The visible part of 核对: for each declared check its figures, its verdict, the place and the advice, as formulas."""

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
from xlsxeval.rules.declared import BLANK, FAIL, PASS, Outcome
from xlsxeval.write.live.figures import Block, Cached, Live, cached, places
from xlsxeval.write.live.sides import Sides

#: What a finding of each severity asks for, in the words of the sheet.
WEIGHT = {"error": "须更正", "warning": "须说明", "info": "请再看"}
_NO_NUMBER = "有一格填的不是数字，请只填数字，不写单位"
#: One more than the rows of a sheet: the first of several rows is the one that leaves most of it.
_ROWS = 1_048_577


class Columns(NamedTuple):
    """The letters of the columns of 核对 that formulas refer to."""

    found: str
    should: str
    state: str
    weight: str
    fails: str
    first: str


#: Where its lines stand.
COLUMNS = Columns(found="D", should="F", state="H", weight="I", fails="M", first="N")


def flag(row: int) -> str:
    """Give the address of the number of failures of the check in a row."""
    return f"'{LIVE_SHEET}'!${COLUMNS.fails}${row}"


class CheckLine(NamedTuple):
    """The cells of one check; a text that is no formula does not begin with ``=``."""

    check: Check
    found: Live
    relation: Live
    should: Live
    difference: Live
    state: Live
    place: Live
    advice: Live
    #: How many failures it has (lines of a table, else 0 or 1), and the sheet row of the first failing line.
    fails: Live
    first: Live


def check_line(check: Check, block: Block, row: int, outcomes: Sequence[Outcome]) -> CheckLine:
    """Give the cells of one check.

    Args:
        check: the check.
        block: where its figures stand.
        row: the row of the sheet, from 1.
        outcomes: what ``run_declared`` gave for it (several for a check of each line), for the cached values.
    """
    here = Columns(*(f"${letters}{row}" for letters in COLUMNS))
    if check.each:
        return _LineCheck(check, block, here, outcomes).cells()
    return _OneCheck(check, block, here, outcomes).cells()


@dataclass(frozen=True, slots=True)
class _OneCheck:
    """A check of one place."""

    check: Check
    block: Block
    here: Columns
    outcomes: Sequence[Outcome]

    def cells(self) -> CheckLine:
        check, figures, numbers = self.check, self.block.figures, self.block.numbers
        state = self._state()
        sides = Sides.of(check, figures, self._places, numbers)
        found, should = self._value("found", sides), self._value("should", sides)
        failed = state.shown == FAIL
        guards, bad = self._guards()
        fix = f"{_quoted(check.fix)}{_hints(check, figures, self._places)}"
        advice = f'=IF({self.here.state}="{FAIL}",{fix},IF(ISERROR(SUM({guards})),"{_NO_NUMBER}",""))'
        said = check.fix + "".join(f"；{hint.say}" for hint in check.hints if _holds(hint.when, self.block, numbers))
        return CheckLine(
            check,
            found,
            Live(f"={sides.signs}" if sides.tests else sides.chosen.sign, sides.chosen.sign),
            should,
            _difference(self.here, found, should),
            state,
            self._place(),
            Live(advice, said if failed else _NO_NUMBER if bad else ""),
            Live(f'=IF({self.here.state}="{FAIL}",1,0)', float(failed)),
            Live("", ""),
        )

    @property
    def _places(self) -> int:
        return places(self.block.field(self.check.at))

    def _value(self, side: str, sides: Sides) -> Live:
        text = sides.pick([self._text(getattr(one, side)) for one in sides.every])
        return Live(f'=IFERROR({text},"")' if text else "", _shown(getattr(sides.chosen, side), self.block))

    def _text(self, node: Node | None) -> str:
        """Give the formula of one side; the form's own formula has its result in the block."""
        if node is None:
            return ""
        if node is self.check.node and isinstance(self.check.at, FieldRef):
            return self.block.result(self.check.at)
        return self.block.value(node) if isinstance(node, FieldRef) else to_excel(node, self.block.value)

    def _guards(self) -> tuple[str, bool]:
        """Give the cells that are errors where a text stands instead of a number, and whether one does."""
        check, block = self.check, self.block
        read: tuple[Ref, ...] = check.reads
        if check.sort != "that" and isinstance(check.at, FieldRef):
            over = [block.result(check.at)] + ([block.value(check.at)] if check.sort == "computed" else [])
            bad = any(block.unreadable(ref) for ref in (*read, *([check.at] if check.sort == "computed" else [])))
            return ",".join(over), bad
        return ",".join(dict.fromkeys(map(block.guard, read))), any(map(block.unreadable, read))

    def _state(self) -> Live:
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
        return Live(f'=IF(ISERROR(SUM({guards})),"{BLANK}",{judged})', state)

    def _place(self) -> Live:
        row, col = self.block.position(self.check.at)
        form = self.check.at.form
        full = f"{quote_sheet(form)}!{fixed_cell(row, col)}"
        return Live(_link(form, f"ADDRESS(ROW({full}),COLUMN({full}),4)"), f"{form}!{cell_name(row, col)}")


@dataclass(frozen=True, slots=True)
class _LineCheck:
    """A check of each line of a table: how many lines fail, and which is the first."""

    check: Check
    block: Block
    here: Columns
    outcomes: Sequence[Outcome]

    def cells(self) -> CheckLine:
        check, here, block = self.check, self.here, self.block
        holds, fails = masks(check.node, block.figures)
        first_cell, column = f"{quote_sheet(check.at.form)}!{fixed_cell(self._region.first, 1)}", self._any_column
        failing = [one for one in self._judged if one.state == FAIL]
        count, line = len(failing), failing[0].line if failing else 0
        state = FAIL if failing else PASS if any(one.state == PASS for one in self._judged) else BLANK
        numbers = block.numbers.at(self._lines[line - 1]) if line else block.numbers
        figures = self._figures_at(first_cell)
        sides = Sides.of(check, figures, self._places, numbers)
        found, should = (self._value(side, sides, figures, numbers, line) for side in ("found", "should"))
        name = self._name_column
        named = f'INDEX({block.raw(name)},{here.first}-ROW({first_cell})+1)&""'
        advice = f'"共"&{here.fails}&"行，第一行是“"&{named}&"”。"&{_quoted(check.fix)}'
        advice += _hints(check, figures, self._places)
        said = f"共{count}行，第一行是“{self._lines[line - 1][name.name].text}”。{check.fix}" if line else ""
        if line:
            said += "".join(f"；{hint.say}" for hint in check.hints if _holds(hint.when, block, numbers))
        row = f"{_ROWS}-SUMPRODUCT(MAX({fails}*({_ROWS}-ROW({column}))))"
        return CheckLine(
            check,
            found,
            Live(f'=IF({here.fails}=0,"",IFERROR({sides.signs},""))', sides.chosen.sign if line else ""),
            should,
            _difference(here, found, should),
            Live(
                f'=IF({here.fails}>0,"{FAIL}",IF(IFERROR(SUMPRODUCT({holds}),0)>0,"{PASS}","{BLANK}"))',
                state,
            ),
            self._place(line),
            Live(f'=IF({here.fails}=0,"",{advice})', said),
            Live(f"=IFERROR(SUMPRODUCT({fails}),0)", float(count)),
            Live(f'=IF({here.fails}=0,"",{row})', float(self._region.first + line) if line else ""),
        )

    @property
    def _table(self) -> Table:
        return self.block.filing.forms[self.check.at.form].form.tables[self.check.each]

    @property
    def _region(self) -> TableArea:
        return self.block.pages[self.check.at.form].regions[self.check.each]

    @property
    def _lines(self) -> Sequence[Line]:
        return self.block.filing.forms[self.check.at.form].tables[self.check.each]

    @property
    def _judged(self) -> Sequence[Outcome]:
        """What the sheet judges: texts in columns that are calculated with make the whole check undecided."""
        cells = [ref for ref in self.check.reads if isinstance(ref, LineCell)]
        inexact = any(not self.block.field(ref).kind.exact for ref in cells)
        if inexact and any(self.block.unreadable(ref) for ref in cells):
            return ()
        return [one for one in self.outcomes if not any(self._lines[one.line - 1][ref.name].problem for ref in cells)]

    @property
    def _places(self) -> int:
        return places(self.block.field(self.check.at))

    @property
    def _any_column(self) -> str:
        return self.block.raw(next(ref for ref in self.check.reads if isinstance(ref, LineCell)))

    @property
    def _name_column(self) -> Column:
        table = self._table
        name = next(column for column in table.columns if column not in table.inherit)
        return Column(self.check.at.form, table.name, name)

    def _figures_at(self, first_cell: str) -> Figures:
        """Give the figures of the first failing line."""
        at = f"{self.here.first}-ROW({first_cell})+1"
        return self.block.of_line(lambda ref: f"INDEX({self.block.raw(ref)},{at})")

    def _value(self, side: str, sides: Sides, figures: Figures, numbers: Numbers, line: int) -> Live:
        nodes = [getattr(one, side) for one in sides.every]
        text = sides.pick([to_excel(node, figures.value) if node is not None else "" for node in nodes])
        if not text:
            return Live("", "")
        chosen = getattr(sides.chosen, side)
        shown = cached(evaluate(chosen, numbers.value)) if line and chosen is not None else ""
        return Live(f'=IF({self.here.fails}=0,"",IFERROR({text},""))', shown)

    def _place(self, line: int) -> Live:
        form, col = self.check.at.form, self._region.cols[self.check.at.name]
        head = self._region.first - 1
        full = f"{quote_sheet(form)}!{fixed_cell(head, col)}"
        row = f"IF({self.here.fails}=0,ROW({full}),{self.here.first})"
        cell = cell_name(self._region.first + line if line else head, col)
        return Live(_link(form, f"ADDRESS({row},COLUMN({full}),4)"), f"{form}!{cell}")


def _link(form: str, cell: str) -> str:
    return f'=HYPERLINK("#{quote_sheet(form)}!"&{cell},"{form}!"&{cell})'


def _shown(node: Node | None, block: Block) -> Cached:
    if node is None or any(isinstance(ref, FieldRef) and block.unreadable(ref) for ref in refs(node)):
        return ""
    return cached(evaluate(node, block.numbers.value))


def _difference(here: Columns, found: Live, should: Live) -> Live:
    if not (found.formula and should.formula):
        return Live("", "")
    shown: Cached = ""
    if isinstance(found.shown, float) and isinstance(should.shown, float):
        shown = float(round_half_up(Decimal(repr(found.shown)) - Decimal(repr(should.shown)), 6))
    return Live(f'=IF(COUNT({here.found},{here.should})=2,ROUND({here.found}-{here.should},6),"")', shown)


def _hints(check: Check, figures: Figures, digits: int) -> str:
    return "".join(
        f'&IFERROR(IF({truth(hint.when, figures, digits)[0]},{_quoted("；" + hint.say)},""),"")' for hint in check.hints
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _holds(node: Node, block: Block, numbers: Numbers) -> bool:
    if any(isinstance(ref, FieldRef) and block.unreadable(ref) for ref in refs(node)):
        return False
    value: Value = evaluate(node, numbers.value, compare_printed(numbers.bounds))
    return value is True
