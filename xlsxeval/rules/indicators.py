"""Judgement rules on the indicators: what was aimed at, what was achieved, what was scored, and the reason given."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.filing import Answer, Filing, FormAnswers, Line
from xlsxeval.forms.model import Rule
from xlsxeval.numbers import is_nil, plain, round_half_up
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.registry import rule
from xlsxeval.rules.targets import acceptable_scores, comparable, fewer_is_better, read_quantity

_TABLE = "指标"
_NEEDED = ("年度指标值", "实际完成值", "分值", "得分", "偏差原因")
_SOURCE = "财预〔2020〕10号；部门整体支出绩效自评表填表说明"


class Indicator(NamedTuple):
    """One indicator with what the rules need; ``scores`` are the acceptable ones, None if it cannot be told."""

    answers: FormAnswers
    line: Line
    name: str
    target: str
    actual: str
    weight: Decimal | None
    score: Decimal | None
    reason: str
    scores: tuple[Decimal, ...] | None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None if that cannot be told."""
        return None if self.scores is None or self.weight is None else self.scores == (self.weight,)

    def place(self, column: str) -> dict[str, str]:
        """Give where a finding on one column of this line belongs."""
        return place(self.answers, self.line[column].cell, f"{_TABLE}.{column}")


@lru_cache(maxsize=1)
def indicators(filing: Filing) -> tuple[Indicator, ...]:
    """Give the indicators of every form that has them; made once for all the rules on one filing."""
    found: list[Indicator] = []
    for answers in filing.forms.values():
        table = answers.form.tables.get(_TABLE)
        if table is not None and all(column in table.columns for column in _NEEDED):
            groups = table.inherit
            found += [
                _indicator(answers, line, tuple(_text(line[name]) for name in groups))
                for line in answers.tables[_TABLE]
            ]
    return tuple(found)


def _indicator(answers: FormAnswers, line: Line, groups: tuple[str, ...]) -> Indicator:
    target, actual = _text(line["年度指标值"]), _text(line["实际完成值"])
    weight, score = _number(line["分值"]), _number(line["得分"])
    reason = _text(line["偏差原因"])
    name = _text(line["三级指标"]) if "三级指标" in line else target
    scores = None if weight is None else _scores(target, actual, weight, groups)
    reason = "" if reason and is_nil(reason) else reason
    return Indicator(answers, line, name, target, actual, weight, score, reason, scores)


def _scores(target: str, actual: str, weight: Decimal, groups: tuple[str, ...]) -> tuple[Decimal, ...] | None:
    aim, done = read_quantity(target), read_quantity(actual)
    both = comparable(aim, done) if aim and done else None
    if aim is None or both is None:
        return None
    return acceptable_scores(*both, weight, fewer=fewer_is_better(aim, groups))


def _text(answer: Answer) -> str:
    return answer.value.strip() if isinstance(answer.value, str) else ""


def _number(answer: Answer) -> Decimal | None:
    return answer.value if isinstance(answer.value, Decimal) else None


def _example(**line: str) -> dict[str, object]:
    """Make the filing of an example: one indicator, and another that brings the points to 100."""
    given = {"一级指标": "产出指标", "二级指标": "数量指标", "三级指标": "举办培训班", "分值": "50", **line}
    other = {"一级指标": "效益指标", "二级指标": "社会效益指标", "三级指标": "社会发展", "年度指标值": "促进",
             "实际完成值": "促进", "分值": "40", "得分": "40"}  # fmt: skip
    return {"自评表": {_TABLE: [given, other]}}


@rule(
    Rule(
        code="E14",
        title="没有完成却得满分",
        why="数量目标没有达到，按规定应按完成比例得分。",
        fix="请核对目标值和完成值，没有完成的按比例扣分并说明原因",
        severity="error",
        source=_SOURCE,
        wrong=_example(年度指标值="≥10次", 实际完成值="8次", 得分="50", 偏差原因="两期培训改到下年"),
        right=_example(年度指标值="≥10次", 实际完成值="10次", 得分="50"),
    )
)
def missed_full_score(filing: Filing, of: Rule) -> Iterator[Finding]:
    """Find targets that were missed and scored in full."""
    for one in indicators(filing):
        if one.met is False and one.score is not None and one.score == one.weight:
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，没有完成却得了满分{plain(one.score)}"
            expected = _print_scores(one.scores or ())
            yield finding(
                of, f"{text}，按比例应得{expected}分", found=plain(one.score), expected=expected, **one.place("得分")
            )


@rule(
    Rule(
        code="E15",
        title="没有完成的指标未按比例得分",
        why="没有完成的定量指标按完成比例得分：分值×完成值÷目标值；越少越好的，按分值×目标值÷完成值，或分值×（1－超出比例）。",
        fix="请按完成比例改正得分，或写明评分办法",
        severity="warning",
        source=_SOURCE,
        wrong=_example(年度指标值="≥10次", 实际完成值="8次", 得分="30", 偏差原因="两期培训改到下年"),
        right=_example(年度指标值="≥10次", 实际完成值="8次", 得分="40", 偏差原因="两期培训改到下年"),
    )
)
def missed_not_proportional(filing: Filing, of: Rule) -> Iterator[Finding]:
    """Find missed targets whose score does not follow from the achievement by any formula in use."""
    slack = filing.formset.profile.get("得分误差", Decimal(0))
    for one in indicators(filing):
        if one.met is not False or one.score is None or one.score == one.weight or not one.scores:
            continue
        if not min(one.scores) - slack <= one.score <= max(one.scores) + slack:
            expected = _print_scores(one.scores)
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，分值{plain(one.weight or Decimal(0))}"
            text += f"，按比例应得{expected}分，填的是{plain(one.score)}分"
            yield finding(of, text, found=plain(one.score), expected=expected, **one.place("得分"))


def _print_scores(scores: tuple[Decimal, ...]) -> str:
    printed = sorted({plain(round_half_up(score, 2)) for score in scores}, key=Decimal)
    return "至".join(printed)


@rule(
    Rule(
        code="E16",
        title="完成了却扣分，没有原因",
        why="目标已经达到，扣分应当有理由，否则是漏得分或笔误。",
        fix="请核对得分，或在“偏差原因”里写明扣分的理由",
        severity="warning",
        source=_SOURCE,
        wrong=_example(年度指标值="≥10次", 实际完成值="12次", 得分="48"),
        right=_example(年度指标值="≥10次", 实际完成值="12次", 得分="48", 偏差原因="培训记录不完整，自扣2分"),
    )
)
def met_but_deducted(filing: Filing, of: Rule) -> Iterator[Finding]:
    """Find targets that were met, scored below the weight, and not explained."""
    for one in indicators(filing):
        if one.met and one.score is not None and one.weight is not None and one.score < one.weight and not one.reason:
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，已经完成"
            text += f"，却只得{plain(one.score)}分（分值{plain(one.weight)}）"
            yield finding(of, text, found=plain(one.score), expected=plain(one.weight), **one.place("得分"))


@rule(
    Rule(
        code="E17",
        title="没有完成或扣了分，偏差原因空着",
        why="没有完成目标、扣了分的指标，必须分析偏差原因并提出改进措施。",
        fix="请填写偏差原因和改进措施",
        severity="error",
        source=_SOURCE,
        wrong=_example(年度指标值="≥10次", 实际完成值="8次", 得分="40"),
        right=_example(年度指标值="≥10次", 实际完成值="8次", 得分="40", 偏差原因="两期培训改到下年"),
    )
)
def missed_no_reason(filing: Filing, of: Rule) -> Iterator[Finding]:
    """Find targets missed, or points lost on targets that no program can measure, without a reason."""
    for one in indicators(filing):
        deducted = one.score is not None and one.weight is not None and one.score < one.weight
        if one.reason or not (one.met is False or (one.met is None and deducted)):
            continue
        lost = f"，扣了{plain(one.weight - one.score)}分" if deducted and one.weight and one.score is not None else ""
        text = f"“{one.name}”目标{one.target or '空'}，完成{one.actual or '空'}{lost}，偏差原因空着"
        yield finding(of, text, expected="偏差原因和改进措施", **one.place("偏差原因"))
