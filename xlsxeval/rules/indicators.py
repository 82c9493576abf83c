"""The indicators of a filing as the rules see them: what was aimed at, achieved, scored, and the reason given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.a1 import parse_cell
from xlsxeval.filing import ABSENT, Answer, Filing, FormAnswers, Line, joined, used_lines
from xlsxeval.forms.model import Table
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.rules.finding import place
from xlsxeval.rules.targets import (
    LESS,
    MORE,
    Quantity,
    acceptable_scores,
    comparable,
    fewer_is_better,
    in_time,
    read_date,
    read_quantity,
    read_range,
)
from xlsxeval.text import remembered

TABLE = "指标"
#: A reason that is given beside what was achieved: 8次，因疫情取消2次.
_GIVES_REASON = re.compile("因|由于|受.{1,12}影响")
REASON = "偏差原因"
#: Units that multiply what stands before them.
_SCALES = ("万", "亿", "千", "百")
#: What a table of indicators has at least; points, scores and reasons are missing on some forms.
_NEEDED = ("年度指标值", "实际完成值")
SOURCE = "财预〔2020〕10号；部门整体支出绩效自评表填表说明"


class Indicator(NamedTuple):
    """One indicator with what the rules need.

    ``met`` tells whether the target was reached, None if that cannot be told; ``scores`` are the acceptable ones,
    empty if none follows. A weight or score that several lines share in one merged cell is no line's own: ``weight``
    and ``score`` are None then, and sums count it in the first of these lines (``weight_in_sums``, ``score_in_sums``).
    """

    answers: FormAnswers
    line: Line
    groups: tuple[str, ...]
    name: str
    target: str
    actual: str
    weight: Decimal | None
    score: Decimal | None
    reason: str
    met: bool | None
    scores: tuple[Decimal, ...]
    weight_in_sums: Decimal | None
    score_in_sums: Decimal | None
    #: Whether there is a place where the reason may stand: in the line, or one for the whole form.
    asks_reason: bool
    #: Whether the group is known that tells costs (fewer is better) from other indicators.
    grouped: bool

    @property
    def lost(self) -> Decimal:
        """The points that weight and score differ by; none if one of them is blank."""
        return Decimal(0) if self.score is None or self.weight is None else self.weight - self.score

    @property
    def deducted(self) -> bool:
        """Whether points were taken off."""
        return self.lost > 0

    def place(self, column: str) -> dict[str, str]:
        """Give where a finding on one column of this line belongs; if the sheet has no such place, on its name.

        A line without a name is found at the first of its cells.
        """
        cells = (self.line[name].cell for name in (column, "三级指标", *self.line) if name in self.line)
        own = self.answers.form.tables[TABLE].here(column)
        return place(self.answers, next(filter(parse_cell, cells), ""), f"{TABLE}.{own}")

    def fewer_is_better(self, aim: Quantity) -> bool | None:
        """Tell the direction of a target; None if only a group could tell that the sheet does not have."""
        return fewer_is_better(aim, self.groups) if self.grouped or aim.operator in (MORE, LESS) else None

    def lacks(self, column: str) -> bool:
        """Tell whether the sheet has no place for a column of this line, so that nothing can be said of it.

        A value written in several columns is lacking if it is blank and one of them is not there.
        """
        answer = self.line.get(column, ABSENT)
        if not answer.cell or answer.text:
            return not answer.cell
        parts = self.answers.form.tables[TABLE].joined.get(column, ())
        return not all(self.line.get(part, ABSENT).cell for part in parts)


def forms_with_indicators(filing: Filing) -> Iterator[tuple[FormAnswers, tuple[Indicator, ...]]]:
    """Yield each form that has indicators, with them."""
    for answers in filing.forms.values():
        table = answers.form.tables.get(TABLE)
        if table is None:
            continue
        known = {*table.columns, *table.joined, *table.further, *table.named}
        if known.issuperset(_NEEDED):
            lines = [as_in_rules(table, line) for line in used_lines(answers, TABLE)]
            groups = [tuple(text_of(line.get(name, ABSENT)) for name in table.inherit) for line in lines]
            yield answers, tuple(_indicator(answers, line, group) for line, group in zip(lines, groups, strict=True))


def as_in_rules(table: Table, line: Line) -> Line:
    """Give a line with the values written in several columns, and each column by its name in the rules too."""
    whole = joined(table, line)
    return {**whole, **{name: whole.get(own, ABSENT) for name, own in table.named.items()}} if table.named else whole


def _indicator(answers: FormAnswers, line: Line, groups: tuple[str, ...]) -> Indicator:
    target, actual = (text_of(line.get(column, ABSENT)) for column in _NEEDED)
    unit = text_of(line.get("度量单位", ABSENT))
    if unit.startswith(_SCALES) and parse_figure(actual) is not None:
        actual += unit  # 52 beside the unit 万亩 is 52万亩, as the target is
    of_weight, of_score = line.get("分值", ABSENT), line.get("得分", ABSENT)
    weight, score = (None if answer.shared else _number(answer) for answer in (of_weight, of_score))
    places = line.get(REASON, ABSENT), answers.fields.get(REASON, ABSENT)
    reason = _reason_in(places[0]) or _reason_in(places[1]) or (actual if _gives_reason(actual) else "")
    name = text_of(line["三级指标"]) if line.get("三级指标", ABSENT).cell else target
    inherit = answers.form.tables[TABLE].inherit
    grouped = not inherit or bool(line.get(inherit[-1], ABSENT).cell)
    met, scores = (None, ()) if weight is None else _judge(target, actual, weight, groups if grouped else None)
    sums = _number(of_weight), _number(of_score)
    asks = bool(places[0].cell or places[1].cell)
    return Indicator(
        answers, line, groups, name, target, actual, weight, score, reason, met, scores, *sums, asks, grouped
    )


def _reason_in(answer: Answer) -> str:
    text = text_of(answer) if answer.text else ""
    return "" if not text or is_nil(text) else text


@remembered
def _gives_reason(actual: str) -> bool:
    return bool(_GIVES_REASON.search(actual))


def _judge(
    target: str, actual: str, weight: Decimal, groups: tuple[str, ...] | None
) -> tuple[bool | None, tuple[Decimal, ...]]:
    """Tell whether a target was met, and what may be scored for it.

    Without groups, only a target with an operator says whether more or fewer is better.
    """
    done = read_quantity(actual)
    if aim := read_quantity(target):
        both = comparable(aim, done) if done else None
        if both is None or (groups is None and aim.operator not in (MORE, LESS)):
            return None, ()
        scores = acceptable_scores(*both, weight, fewer=fewer_is_better(aim, groups or ()))
        return scores == (weight,), scores
    if (span := read_range(target)) and done:
        low, high = comparable(span.low, done), comparable(span.high, done)
        if low is None or high is None or (groups is None and high[1] > high[0]):
            return None, ()
        if low[0] <= low[1] and (high[1] <= high[0] or not any("成本" in group for group in groups or ())):
            return True, (weight,)
        nearest = low if low[1] < low[0] else high
        return False, acceptable_scores(*nearest, weight, fewer=nearest is high)
    due, day = read_date(target), read_date(actual)
    if due and day:
        return (True, (weight,)) if in_time(due, day) else (False, ())
    return None, ()


def text_of(answer: Answer) -> str:
    """Give the text of an answer, empty for blank."""
    return answer.value.strip() if isinstance(answer.value, str) else ""


def _number(answer: Answer) -> Decimal | None:
    return answer.value if isinstance(answer.value, Decimal) else None


#: An indicator of each kind, whose points are 10 short of a hundred as 预算执行率 has 10.
_LINES: tuple[dict[str, str], ...] = (
    {"一级指标": "产出指标", "二级指标": "数量指标", "三级指标": "举办培训班", "年度指标值": "≥10次", "实际完成值": "10次", "分值": "20"},
    {"一级指标": "产出指标", "二级指标": "质量指标", "三级指标": "培训合格率", "年度指标值": "≥95%", "实际完成值": "98%", "分值": "20"},
    {"一级指标": "产出指标", "二级指标": "时效指标", "三级指标": "完成时间", "年度指标值": "12月底前", "实际完成值": "12月20日", "分值": "10"},
    {"一级指标": "效益指标", "二级指标": "社会效益指标", "三级指标": "业务能力", "年度指标值": "提高", "实际完成值": "提高", "分值": "30"},
    {"一级指标": "满意度指标", "二级指标": "服务对象满意度指标", "三级指标": "学员满意度", "年度指标值": "≥90%", "实际完成值": "93%", "分值": "10"},
)  # fmt: skip


#: Amounts that agree with each other, of a unit that spent all it had.
MONEY = {
    "部门名称": "某某县某某局",
    "年初预算数": "1000",
    "全年预算数": "1000",
    "全年执行数": "1000",
    "一般公共预算": "1000",
    "基本支出": "629.09",
    "项目支出": "370.91",
    "预期目标": "举办培训。",
    "实际完成情况": "全年举办培训班10次，培训523人。",
}


def example(*changes: dict[str, object], **fields: object) -> dict[str, object]:
    """Make the filing of an example: a full self-evaluation whose first lines are changed, and some fields."""
    lines = [{**line, "得分": line["分值"]} for line in _LINES]
    changed = [{**line, **change} for line, change in zip(lines, changes, strict=False)]
    return {"自评表": {**fields, TABLE: [*changed, *lines[len(changed) :], *changes[len(lines) :]]}}
