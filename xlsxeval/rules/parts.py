"""Judgement rules on the rows of amounts below their total: what was spent beside the budget, points of a part.

The parts that a form prints have checks of its own; these rules look at rows of any name (街道配套资金) and at forms
with one column of budgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import ABSENT, Answer, FormAnswers
from xlsxeval.forms.model import Rule
from xlsxeval.formula.bounds import printed
from xlsxeval.numbers import decimals_of, percent_text, plain, round_half_up, truncate
from xlsxeval.rules.calculate import BUDGET, first_budget, has_one_budget
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.registry import rule

_SPENT = "全年执行数"
#: The columns of a row of amounts, by which a part is known.
_COLUMNS = frozenset({"年初预算数", BUDGET, _SPENT, "分值", "得分"})
#: Names of the total's points in the answers, where those of a part are 分值 and 得分.
_TOTAL = ("资金分值", "资金得分")


class FundsRow(NamedTuple):
    """A row of amounts: the name of its label (empty for the total) and its answers, ``ABSENT`` where it has none."""

    name: str
    budget_name: str
    budget: Answer
    spent: Answer
    weight: Answer
    score: Answer

    def field(self, column: str) -> str:
        """Give the name of the row's blank in a column: 其他资金.全年执行数."""
        return f"{self.name}.{column}" if self.name else column

    @property
    def said(self) -> str:
        """The row as it is called in a message."""
        return f"“{self.name}”" if self.name else ""


def rows_of(answers: FormAnswers) -> tuple[FundsRow, ...]:
    """Give the rows of amounts of a form: the total and every part of it that the sheet has."""
    parts = (name.rpartition(".") for name, answer in answers.fields.items() if answer.cell)
    names = dict.fromkeys(row for row, _, column in parts if row and column in _COLUMNS)
    return tuple(_row(answers, name) for name in ("", *names))


def _row(answers: FormAnswers, name: str) -> FundsRow:
    def at(column: str) -> Answer:
        return answers.fields.get(f"{name}.{column}" if name else column, ABSENT)

    budget = first_budget(BUDGET) if not at(BUDGET).cell and has_one_budget(answers) else BUDGET
    weight, score = (at(column) for column in (("分值", "得分") if name else _TOTAL))
    # A form may call what was spent by the name of the part alone: 基本支出.
    spent = at(_SPENT) if at(_SPENT).cell else answers.fields.get(name, ABSENT)
    return FundsRow(name, budget, at(budget), spent, weight, score)


def _unprinted(case: Case, code: str) -> Iterator[tuple[FormAnswers, FundsRow]]:
    """Yield the rows that no check of the form of that code looks at."""
    for answers in case.filing.forms.values():
        checked = {check.at.name for check in answers.form.checks if check.code == code}
        reads = {ref.name for check in answers.form.checks if check.code == code for ref in check.reads}
        for row in rows_of(answers):
            if not {row.field(_SPENT), row.field("得分"), *(_TOTAL if not row.name else ())} & (checked | reads):
                yield answers, row


def _number(answer: Answer) -> Decimal | None:
    return answer.value if isinstance(answer.value, Decimal) else None


def _is_over(spent: Decimal, budget: Decimal) -> bool:
    """Tell whether more was spent than a budget, whatever was rounded: 42.44 beside 42.4378 is not more."""
    low, high = printed(spent, max(decimals_of(spent), 2))[0], printed(budget, max(decimals_of(budget), 2))[1]
    return low > high


@rule(
    Rule(
        code="E10",
        needs=("全年执行数", "全年预算数|年初预算数"),
        title="执行数超过预算数",
        why="执行率超过100%，资金得分仍按满分计；超预算支出要有依据，也可能是填错了数。",
        fix="请核对预算数和全年执行数；确实超过的，请说明原因",
        severity="warning",
        source="部门整体支出绩效自评表“执行率”",
    )
)
def spent_over_budget(case: Case, of: Rule) -> Iterator[Finding]:
    """Find rows of amounts in which more was spent than the budget, in rows that no check of the form reads."""
    for answers, row in _unprinted(case, of.code):
        budget, spent = _number(row.budget), _number(row.spent)
        if budget and spent is not None and _is_over(spent, budget):
            text = (
                f"{row.said}全年执行数为{plain(spent)}，{row.budget_name}为{plain(budget)}，超出{plain(spent - budget)}"
            )
            where = place(answers, row.spent.cell, row.field(_SPENT))
            yield finding(of, text, found=plain(spent), expected=f"不超过{plain(budget)}", **where)


@rule(
    Rule(
        code="E35",
        needs=("资金分值",),
        title="分项资金行填了分值或得分",
        why="预算执行的分值只算年度资金总额一行，分项再打分会重复计算。",
        fix="请删去分项的分值和得分",
        severity="warning",
        source="财预〔2020〕10号项目支出绩效自评表填表说明",
    )
)
def parts_scored(case: Case, of: Rule) -> Iterator[Finding]:
    """Find points in rows of parts that repeat those of the total; points that the parts share are none."""
    for answers in case.filing.forms.values():
        judged = {check.at.name for check in answers.form.checks if check.code == of.code}
        reads = {ref.name for check in answers.form.checks if check.code == of.code for ref in check.reads}
        total, *parts = rows_of(answers)
        scored = [row for row in parts if _number(row.weight) or _number(row.score)]
        scored = [row for row in scored if not {row.field("分值"), row.field("得分")} & (judged | reads)]
        weights = [_number(row.weight) or Decimal(0) for row in parts]
        whole = _number(total.weight)
        are_shares = len(scored) > 1 and sum(weights) == whole
        if not scored or whole is None or are_shares:
            continue
        first = scored[0]
        field, answer = ("分值", first.weight) if _number(first.weight) else ("得分", first.score)
        names = "、".join(row.said for row in scored)
        text = f"{names}填了分值或得分（{answer.text}），总额一行的分值已经是{plain(whole)}"
        yield finding(of, text, found=answer.text, **place(answers, answer.cell, first.field(field)))


@rule(
    Rule(
        code="E08",
        needs=("资金分值", "资金得分"),
        title="资金得分与执行率不符",
        why="资金得分＝分值×执行率，执行率超过100%的按100%计，保留两位小数。",
        fix="请按执行率改正得分",
        severity="error",
        source="部门整体支出绩效自评表“得分”；财预〔2020〕10号",
    )
)
def part_score(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the score of each part that has points of its own with what it spent of its budget."""
    for answers, row in _unprinted(case, of.code):
        budget, spent, weight, score = map(_number, (row.budget, row.spent, row.weight, row.score))
        if not budget or spent is None or not weight or score is None or spent < 0 or budget < 0:
            continue
        exact = weight * min(spent / budget, Decimal(1))
        if score not in (truncate(exact, 2), round_half_up(exact, max(decimals_of(score), 1))):
            should = plain(round_half_up(exact, 2))
            text = f"{row.said}得分为{plain(score)}，应为{should}（{plain(weight)} × {percent_text(spent / budget)}）"
            where = place(answers, row.score.cell, row.field("得分") if row.name else _TOTAL[1])
            yield finding(of, text, found=plain(score), expected=should, **where)
