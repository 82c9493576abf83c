"""Judgement rules on the rows of amounts below their total: what was spent beside the budget, points of a part.

The parts that a form prints have checks of its own; these rules look at rows of any name (街道配套资金) and at forms
with one column of budgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from xlsxeval.filing import Answer, FormAnswers
from xlsxeval.forms.model import Form, Rule
from xlsxeval.formula.bounds import printed
from xlsxeval.numbers import decimals_of, percent_text, plain, round_half_up, truncate
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.funds import SPENT, TOTAL_POINTS, FundsRow
from xlsxeval.rules.registry import rule


def _unprinted(case: Case, code: str) -> Iterator[tuple[FormAnswers, FundsRow]]:
    """Yield the rows that no check of the form of that code looks at."""
    for answers in case.filing.forms.values():
        looked_at = _looked_at(answers.form, code)
        for row in case.funds[answers.form.name]:
            if not {row.field(SPENT), row.field("得分"), *(TOTAL_POINTS if not row.name else ())} & looked_at:
                yield answers, row


@lru_cache(maxsize=256)
def _looked_at(form: Form, code: str) -> frozenset[str]:
    """Give the blanks that the form's own checks of a code judge or read."""
    checks = [check for check in form.checks if check.code == code]
    return frozenset(ref.name for check in checks for ref in (check.at, *check.reads))


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
            where = place(answers, row.spent.cell, row.field(SPENT))
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
        looked_at = _looked_at(answers.form, of.code)
        total, *parts = case.funds[answers.form.name]
        scored = [row for row in parts if _number(row.weight) or _number(row.score)]
        scored = [row for row in scored if not {row.field("分值"), row.field("得分")} & looked_at]
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
            where = place(answers, row.score.cell, row.field("得分") if row.name else TOTAL_POINTS[1])
            yield finding(of, text, found=plain(score), expected=should, **where)
