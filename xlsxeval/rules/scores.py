"""Judgement rules on scores: does the score follow from what was achieved, and is what was lost explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from xlsxeval.filing import ABSENT
from xlsxeval.forms.model import Rule
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import plain, round_half_up
from xlsxeval.rules.case import Case
from xlsxeval.rules.declared import BLANK
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import REASON, SOURCE, Indicator, example
from xlsxeval.rules.registry import rule
from xlsxeval.rules.targets import comparable, read_quantity
from xlsxeval.text import clean

_FAILED = re.compile("未达成|未完成|没有完成|未能完成|未实现|未达标|没有达成")
_PARTLY = re.compile("部分达成|部分完成|部分实现|未全部|尚未全部")
_NEARLY = re.compile("基本达成|基本完成|基本实现")
_REACHED = re.compile("达成|完成|实现|达标")


@rule(
    Rule(
        code="E14",
        needs=("指标.年度指标值", "指标.实际完成值", "指标.分值", "指标.得分"),
        title="没有完成却得满分",
        why="数量目标没有达到，按规定应按完成比例得分。",
        fix="请核对目标值和完成值，没有完成的按比例扣分并说明原因",
        severity="error",
        source=SOURCE,
        wrong=example({"实际完成值": "8次", "偏差原因": "两期培训改到下年"}),
        right=example({"实际完成值": "10次"}),
    )
)
def missed_full_score(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets that were missed and scored in full."""
    for one in case.indicators:
        if one.met is not False or not one.score or one.score != one.weight:
            continue
        if not any(round_half_up(score, 2) == one.weight for score in one.scores):
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，没有完成却得了满分{plain(one.score)}"
            expected = _print_scores(one.scores)
            text += f"，按比例应得{expected}分" if expected else ""
            yield finding(of, text, found=plain(one.score), expected=expected, **one.place("得分"))


@rule(
    Rule(
        code="E15",
        needs=("指标.年度指标值", "指标.实际完成值", "指标.分值", "指标.得分"),
        title="没有完成的指标未按比例得分",
        why="没有完成的定量指标按完成比例得分：分值×完成值÷目标值；越少越好的，按分值×目标值÷完成值，或分值×（1－超出比例）。",
        fix="请按完成比例改正得分，或写明评分办法",
        severity="warning",
        source=SOURCE,
        wrong=example({"实际完成值": "8次", "得分": "12", "偏差原因": "两期培训改到下年"}),
        right=example({"实际完成值": "8次", "得分": "16", "偏差原因": "两期培训改到下年"}),
    )
)
def missed_not_proportional(case: Case, of: Rule) -> Iterator[Finding]:
    """Find missed targets whose score does not follow from the achievement by any formula in use."""
    slack = case.filing.formset.profile.get("得分误差", Decimal(0))
    for one in case.indicators:
        if one.met is not False or one.score is None or one.score == one.weight or not one.scores:
            continue
        if not min(one.scores) - slack <= one.score <= max(one.scores) + slack:
            expected = _print_scores(one.scores)
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，分值{plain(one.weight or Decimal(0))}"
            text += f"，按比例应得{expected}分，填的是{plain(one.score)}分"
            yield finding(of, text, found=plain(one.score), expected=expected, **one.place("得分"))


@rule(
    Rule(
        code="E29",
        needs=("总分", "指标.得分"),
        title="得分空着",
        why="有分值就应当有得分，没有得分就算不出总分。",
        fix="请填上得分；没有完成得0分的也要写0",
        severity="error",
        source="部门整体支出绩效自评表“得分”",
    )
)
def total_blank(case: Case, of: Rule) -> Iterator[Finding]:
    """Find a total that is blank beside points and scores, where it cannot be calculated from what the sheet has."""
    judged = {one.check.at for one in case.outcomes if one.state != BLANK}
    for answers, ones in case.with_indicators:
        total = answers.fields.get("总分", ABSENT)
        scored = any(one.score is not None for one in ones)
        if total.state == "blank" and scored and FieldRef(answers.form.name, "总分") not in judged:
            yield finding(of, "总分空着", **place(answers, total.cell, "总分"))


def _print_scores(scores: tuple[Decimal, ...]) -> str:
    printed = sorted({plain(round_half_up(score, 2)) for score in scores}, key=Decimal)
    return "至".join(printed)


@rule(
    Rule(
        code="E16",
        needs=("指标.年度指标值", "指标.实际完成值", "指标.分值", "指标.得分", "指标.偏差原因|偏差原因"),
        title="完成了却扣分，没有原因",
        why="目标已经达到，扣分应当有理由，否则是漏得分或笔误。",
        fix="请核对得分，或在“偏差原因”里写明扣分的理由",
        severity="warning",
        source=SOURCE,
        wrong=example({"实际完成值": "12次", "得分": "18"}),
        right=example({"实际完成值": "12次", "得分": "18", "偏差原因": "培训记录不完整，自扣2分"}),
    )
)
def met_but_deducted(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets that were met, scored below the weight, and not explained."""
    for one in case.indicators:
        if one.met and one.deducted and one.asks_reason and not one.reason:
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，已经完成"
            text += f"，却只得{_points(one.score)}分（分值{_points(one.weight)}）"
            yield finding(of, text, found=_points(one.score), expected=_points(one.weight), **one.place("得分"))


def _points(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


@rule(
    Rule(
        code="E17",
        needs=("指标.年度指标值", "指标.实际完成值", "指标.偏差原因|偏差原因"),
        title="没有完成或扣了分，偏差原因空着",
        why="没有完成目标、扣了分的指标，必须分析偏差原因并提出改进措施。",
        fix="请填写偏差原因和改进措施",
        severity="error",
        source=SOURCE,
        wrong=example({"实际完成值": "8次", "得分": "16"}),
        right=example({"实际完成值": "8次", "得分": "16", "偏差原因": "两期培训改到下年"}),
    )
)
def missed_no_reason(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets missed, or points lost on targets that no program can measure, without a reason."""
    for one in case.indicators:
        if one.reason or one.met or (one.met is None and not (one.deducted and one.grouped)):
            continue
        # Without the columns of targets, results or groups nobody knows whether the target was met.
        if any(one.lacks(column) for column in (REASON, "年度指标值", "实际完成值")):
            continue
        parts = [f"目标{one.target or '空'}", f"完成{one.actual or '空'}"]
        parts += [f"扣了{plain(one.lost)}分"] if one.deducted else []
        text = f"“{one.name}”{'，'.join(parts)}，偏差原因空着"
        yield finding(of, text, expected="偏差原因和改进措施", **one.place(REASON))


@rule(
    Rule(
        code="E18",
        needs=("指标.年度指标值", "指标.实际完成值"),
        title="大大超过目标，没有说明原因",
        why="完成值达到目标值的1.3倍以上，多半是目标定得太低或数字有误，要说明原因，必要时扣分。",
        fix="请核对目标值和完成值；属实的，请说明原因",
        severity="warning",
        source="财预〔2020〕10号（偏离度）；各省预算绩效系统的界限",
        wrong=example({"实际完成值": "15次"}),
        right=example({"实际完成值": "15次", "偏差原因": "新增两个县区的培训任务"}),
    )
)
def far_over_target(case: Case, of: Rule) -> Iterator[Finding]:
    """Find achievements far above a target of which more is better."""
    limit = case.filing.formset.profile.get("超额比例")
    for one in case.indicators:
        aim, done = read_quantity(one.target), read_quantity(one.actual)
        both = comparable(aim, done) if aim and done and not one.reason else None
        if limit is None or aim is None or both is None or both[0] <= 0 or one.fewer_is_better(aim) is not False:
            continue
        if both[1] >= both[0] * limit:
            times = plain(round_half_up(both[1] / both[0] * 100, 1))
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，是目标的{times}%"
            expected = "偏差原因" if one.asks_reason else ""
            yield finding(of, text, found=one.actual, expected=expected, **one.place("实际完成值"))


@rule(
    Rule(
        code="E19",
        needs=("指标.实际完成值", "指标.分值", "指标.得分"),
        title="定性指标的得分与完成程度不符",
        why="定性指标分三档：达成的得80%至100%的分值，部分达成的60%至80%，未达成的60%以下。",
        fix="请按完成程度改正得分，或改正完成情况的写法",
        severity="warning",
        source="财预〔2020〕10号",
        wrong=example({}, {}, {}, {"实际完成值": "部分达成", "得分": "28", "偏差原因": "一个科室没有组织"}),
        right=example({}, {}, {}, {"实际完成值": "部分达成", "得分": "21", "偏差原因": "一个科室没有组织"}),
    )
)
def outside_band(case: Case, of: Rule) -> Iterator[Finding]:
    """Find qualitative achievements whose score lies outside the band of the level they name."""
    for one in case.indicators:
        band = (
            _band(one, case.filing.formset.profile)
            if one.met is None and one.weight and one.score is not None
            else None
        )
        if band is None or one.weight is None or one.score is None:
            continue
        low, high = (limit * one.weight for limit in band)
        if not low <= one.score <= high:
            text = f"“{one.name}”完成情况是“{one.actual}”，分值{plain(one.weight)}"
            expected = f"{plain(low)}至{plain(high)}"
            text += f"，应得{expected}分，填的是{plain(one.score)}分"
            yield finding(of, text, found=plain(one.score), expected=expected, **one.place("得分"))


def _band(one: Indicator, profile: Mapping[str, Decimal]) -> tuple[Decimal, Decimal] | None:
    upper, lower = profile.get("定性一档"), profile.get("定性二档")
    if upper is None or lower is None or not one.actual:
        return None
    said = clean(one.actual)
    if _FAILED.search(said):
        return Decimal(0), lower
    if _PARTLY.search(said):
        return lower, upper
    if _NEARLY.search(said):
        return lower, Decimal(1)
    return (upper, Decimal(1)) if _REACHED.search(said) and said != clean(one.target) else None
