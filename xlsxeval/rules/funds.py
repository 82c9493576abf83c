"""The rows of amounts of a form: the total and every part of it, printed by the form or not (街道配套资金)."""

from __future__ import annotations

from typing import NamedTuple

from xlsxeval.filing import ABSENT, Answer, FormAnswers
from xlsxeval.rules.calculate import BUDGET, first_budget, has_one_budget

SPENT = "全年执行数"
#: The columns of a row of amounts, by which a part is known.
_COLUMNS = frozenset({"年初预算数", BUDGET, SPENT, "分值", "得分"})
#: Names of the total's points in the answers, where those of a part are 分值 and 得分.
TOTAL_POINTS = ("资金分值", "资金得分")


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
    weight, score = (at(column) for column in (("分值", "得分") if name else TOTAL_POINTS))
    # A form may call what was spent by the name of the part alone: 基本支出.
    spent = at(SPENT) if at(SPENT).cell else answers.fields.get(name, ABSENT)
    return FundsRow(name, budget, at(budget), spent, weight, score)
