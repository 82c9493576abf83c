"""Judgement rules on the columns of yearly figures (上年决算数, 预算数, 决算数): exchanged, copied, in another unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.filing import ABSENT, FormAnswers
from xlsxeval.forms.model import Form, Rule
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import plain
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.registry import rule

_LAST, _BUDGET, _FINAL = "上年决算数", "预算数", "决算数"
#: So many rows make a pattern.
_ENOUGH_ROWS = 5
#: A figure in 元 among figures in 万元 is ten thousand times too large; no row changes a thousand times in a year.
_FAR = 1000
_SOURCE = "基础数据表"


class YearlyRow(NamedTuple):
    """A row of yearly figures: its name and its figures by column, only those that were filled in and are not 0."""

    name: str
    figures: dict[str, Decimal]


def _rows(answers: FormAnswers) -> list[YearlyRow]:
    """Give the rows of a form with yearly amounts that were typed: calculated totals repeat the others."""
    rows: dict[str, dict[str, Decimal]] = {}
    for name, row, column in _blanks(answers.form):
        figures = rows.setdefault(row, {})
        value = answers.fields.get(name, ABSENT).value
        if isinstance(value, Decimal) and value:
            figures[column] = value
    return [YearlyRow(name, figures) for name, figures in rows.items()]


@lru_cache(maxsize=64)
def _blanks(form: Form) -> tuple[tuple[str, str, str], ...]:
    """Give name, row and column of each blank of a form for a yearly amount that is no formula."""
    named = ((name, *name.rpartition(".")[::2]) for name, field in form.fields.items()
             if field.kind_name == "money" and field.formula is None)  # fmt: skip
    return tuple((name, row, column) for name, row, column in named if row and column in (_LAST, _BUDGET, _FINAL))


def _at(answers: FormAnswers, name: str) -> dict[str, str]:
    return place(answers, answers.fields[name].cell, name)


@rule(
    Rule(
        code="B19",
        needs=("三公经费.预算数", "三公经费.决算数"),
        title="预算数和决算数两列可能填反",
        why="几乎每一行的决算数都超过预算数，而对调以后两张表就对得上，多半是两列填反了。",
        fix="请核对两列，填反了的对调",
        severity="error",
        source=_SOURCE,
    )
)
def columns_exchanged(case: Case, of: Rule) -> Iterator[Finding]:
    """Find forms in which the columns of budgets and of final figures were exchanged.

    Nearly all rows are over their budget, and the budget of 项目支出, not its final figure, is what the self-evaluation
    says was spent.
    """
    for answers in case.filing.forms.values():
        both = [row for row in _rows(answers) if {_BUDGET, _FINAL} <= row.figures.keys()]
        over = [row for row in both if row.figures[_FINAL] > row.figures[_BUDGET]]
        under = [row for row in both if row.figures[_FINAL] < row.figures[_BUDGET]]
        if len(over) < _ENOUGH_ROWS or len(under) * 10 > len(both) or not _mends(case, answers):
            continue
        text = f"{len(both)}行里有{len(over)}行决算数超过预算数，对调后项目支出与自评表相符，预算数和决算数两列可能填反"
        yield finding(of, text, **_at(answers, f"{over[0].name}.{_FINAL}"))


def _mends(case: Case, answers: FormAnswers) -> bool:
    """Tell whether the budget of 项目支出 is what another form of the filing says was spent, and the final figure is not."""
    budget, final = (case.numbers.value(FieldRef(answers.form.name, f"项目支出.{column}"))
                     if f"项目支出.{column}" in answers.fields else None for column in (_BUDGET, _FINAL))  # fmt: skip
    spent = [
        case.numbers.number(other, "项目支出")
        for other in case.filing.forms.values()
        if other is not answers and "项目支出" in other.fields
    ]
    return budget is not None and final != budget and budget in spent


@rule(
    Rule(
        code="B20",
        needs=("三公经费.预算数", "三公经费.决算数"),
        title="一个数是同一行其他数的一千倍以上",
        why="表上的金额单位是万元，按元填的数大一万倍。",
        fix="请核对这个数，按表上的单位改正",
        severity="error",
        source=_SOURCE,
        wrong={"基础数据表": {"公务接待.上年决算数": "11.2", "公务接待.预算数": "12", "公务接待.决算数": "102000"}},
        right={"基础数据表": {"公务接待.上年决算数": "11.2", "公务接待.预算数": "12", "公务接待.决算数": "10.2"}},
    )
)
def thousand_times(case: Case, of: Rule) -> Iterator[Finding]:
    """Find figures more than a thousand times every other figure of their row."""
    for answers in case.filing.forms.values():
        for name, column, figure, others in far_figures(answers):
            named = "、".join(f"{other}{plain(value)}" for other, value in others.items())
            text = f"{name}的{column}为{plain(figure)}，{named}，相差一千倍以上，可能按元填写"
            yield finding(of, text, found=plain(figure), **_at(answers, f"{name}.{column}"))


def far_figures(answers: FormAnswers) -> Iterator[tuple[str, str, Decimal, dict[str, Decimal]]]:
    """Yield row, column and value of each figure far above all others of its row, and these others.

    A small amount may well be a thousand times a tiny one: 12 beside 0.01; in 元 it is more than 1,000.
    """
    for row in _rows(answers) if answers.amount_unit == "万元" else ():
        for column, figure in row.figures.items():
            others = {other: value for other, value in row.figures.items() if other != column}
            if others and abs(figure) >= _FAR and all(abs(figure) > _FAR * abs(value) for value in others.values()):
                yield row.name, column, figure, others


@rule(
    Rule(
        code="B21",
        needs=("三公经费.上年决算数", "三公经费.决算数"),
        title="决算数与上年决算数每一行都相同",
        why="两年的每一项支出都一样，多半是上年的数没有改。",
        fix="请核对本年的决算数",
        severity="info",
        source=_SOURCE,
    )
)
def last_year_copied(case: Case, of: Rule) -> Iterator[Finding]:
    """Find forms whose final figures are those of the year before, in every row."""
    for answers in case.filing.forms.values():
        both = [row for row in _rows(answers) if {_LAST, _FINAL} & row.figures.keys()]
        if len(both) >= _ENOUGH_ROWS and all(row.figures.get(_LAST) == row.figures.get(_FINAL) for row in both):
            text = f"{len(both)}行的决算数都与上年决算数相同"
            yield finding(of, text, **_at(answers, f"{both[0].name}.{_FINAL}"))
