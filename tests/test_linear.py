"""Reading costs time in proportion to the sheet: long lists, many forms below each other, many lost heads."""

from __future__ import annotations

import cProfile
import functools
import gc
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.shuffles import SETS, UNKNOWN, base, shuffled
from xlsxeval.filing import Filing
from xlsxeval.read.cells import Cell, Sheet, Workbook
from xlsxeval.read.filing import read_filings
from xlsxeval.rules.run import check as run_rules
from xlsxeval.text import _Memory

#: What lru_cache makes of a function.
Memo = type(functools.lru_cache(len))
#: Eight times the work may take so many times as long for each time, in calls of functions and in processor time. If it
#: grows with its square, that is eight. A busy machine, and memory that no longer fits into the caches, cost some time.
TIMES, MOST_CALLS, MOST_TIME = 8, 1.3, 4
LINES, FORMS = 10_000, 200
#: A form with a row of totals below its list.
PAGE = "case same-figures-twice"

pytestmark = pytest.mark.slow

Cells = dict[tuple[int, int], Cell]


def copied(cells: Cells, row: int, to: int) -> Cells:
    """Give the cells of one row at another place."""
    return {(to, col): cell._replace(row=to) for (at, col), cell in cells.items() if at == row}


def long_list(count: int) -> Workbook:
    """Give a form with so many indicators, each with another name; the list takes up the rows before its total."""
    page = base(PAGE).pages[0]
    [block] = [
        block
        for block in page.blocks
        if block.lines and block.lines[-1] == max(one.lines[-1] for one in page.blocks if one.lines)
    ]
    first, last = block.lines[0], block.lines[-1]
    cells: Cells = {}
    for (row, col), cell in page.sheet.cells.items():
        if row < first:
            cells[row, col] = cell
        elif row > last:
            cells[row + count - len(block.lines), col] = cell._replace(row=row + count - len(block.lines))
    for number in range(count):
        row = first + number
        line = copied(dict(page.sheet.cells), block.lines[number % len(block.lines)], row)
        cells |= {
            at: cell if cell.kind == "number" else cell._replace(text=f"{cell.text}{number}")
            for at, cell in line.items()
        }
    return Workbook((replace(page.sheet, cells=cells, merges=()),))


def stacked(sheets: list[Sheet], name: str) -> Workbook:
    """Put sheets below each other."""
    cells: Cells = {}
    top = 0
    for sheet in sheets:
        cells |= {(row + top, col): cell._replace(row=row + top) for (row, col), cell in sheet.cells.items()}
        top = max(row for row, _ in cells)
    return Workbook((Sheet(name, cells),))


def many_forms(count: int) -> Workbook:
    """Give a sheet with so many forms below each other, each of another project."""
    page = base(PAGE).pages[0]
    name = page.answers.fields["项目名称"].text
    forms = []
    for number in range(count):
        cells = {
            at: cell._replace(text=f"{name}{number}") if cell.text == name else cell
            for at, cell in page.sheet.cells.items()
        }
        forms.append(replace(page.sheet, cells=cells))
    return stacked(forms, "多份")


def many_kinds(count: int) -> Workbook:
    """Give a sheet with so many forms of several sets in another order, with unknown columns between."""
    draw = random.Random(count)
    names = ("set national", "set sichuan", "set transfer", "case dash-means-none")
    sheets = [
        shuffled(base(names[n % len(names)]), draw, ["move columns", "insert columns"])[0].sheets[0]
        for n in range(count)
    ]
    return stacked(sheets, "多种")


def unread(count: int) -> Workbook:
    """Give a form below which so many rows stand that belong to none."""
    page = base(PAGE).pages[0]
    last = max(row for row, _ in page.sheet.cells)
    words = [text for texts in UNKNOWN.values() for text in texts]
    cells: Cells = dict(page.sheet.cells)
    for number in range(count):
        row = last + 2 + number
        cells |= {
            (row, col): Cell(row, col, f"{words[(number + col) % len(words)]}{number}", "text") for col in range(1, 8)
        }
    return Workbook((replace(page.sheet, cells=cells),))


def is_linear(small: Callable[[], object], large: Callable[[], object]) -> bool:
    """Tell whether work that is eight times as much takes about eight times as many calls, and no odd amount of time."""
    few, many = calls(small), calls(large)
    assert many < MOST_CALLS * TIMES * few, (few, many)
    short, long = seconds(small), seconds(large)
    assert long < MOST_TIME * TIMES * short, (short, long)
    return True


def calls(work: Callable[[], object]) -> int:
    """Count the calls of functions that some work takes, with nothing remembered; the same on every machine."""
    forget()
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def seconds(work: Callable[[], object]) -> float:
    """Give the processor time of the fastest of two runs, each with nothing remembered from the runs before."""
    times = []
    for _ in range(2):
        forget()
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def forget() -> None:
    """Empty every memo of the program: a small sheet is remembered whole, a large one is not."""
    for one in gc.get_objects():
        if isinstance(one, Memo) and one.__module__.startswith("xlsxeval"):
            one.cache_clear()
        elif isinstance(one, _Memory):
            one.clear()


#: Name -> the sheet, and the count.
CASES: dict[str, tuple[Callable[[int], Workbook], int]] = {
    "one list": (long_list, LINES),
    "forms of one kind": (many_forms, FORMS),
    "forms of many kinds": (many_kinds, FORMS),
    "rows of no form": (unread, LINES),
}


@pytest.mark.parametrize("case", CASES)
def test_reading_is_linear(case: str) -> None:
    make, count = CASES[case]
    small, large = make(count // TIMES), make(count)
    assert is_linear(lambda: read_filings(small, SETS), lambda: read_filings(large, SETS))


@pytest.mark.parametrize("case", ["one list", "forms of one kind"])
def test_rules_are_linear(case: str) -> None:
    make, count = CASES[case]
    small, large = (read_filings(make(number), SETS) for number in (count // TIMES, count))

    def rules(filings: Sequence[Filing]) -> None:
        for filing in filings:
            run_rules(filing)

    assert is_linear(lambda: rules(small), lambda: rules(large))


def test_everything_is_read() -> None:
    [filing] = read_filings(long_list(LINES), SETS)
    [answers] = filing.forms.values()
    assert len(answers.tables["指标"]) == LINES
    filings = read_filings(many_forms(FORMS), SETS)
    assert len({filing.subject for filing in filings}) == len(filings) == FORMS
    [filing] = read_filings(unread(20), SETS)
    assert [len(answers.tables["指标"]) for answers in filing.forms.values()] == [
        len(answers.tables["指标"]) for answers in base(PAGE).filing.forms.values()
    ]
