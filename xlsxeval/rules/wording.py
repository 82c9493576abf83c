"""Judgement rules on what was written for each indicator: values missing, no number, wrong unit, copied, left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlsxeval.forms.model import Rule
from xlsxeval.numbers import is_nil, plain
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding
from xlsxeval.rules.indicators import SOURCE, Indicator, example
from xlsxeval.rules.registry import rule
from xlsxeval.rules.targets import LEVEL_WORDS, MORE, read_date, read_quantity, read_range
from xlsxeval.rules.units import contradict
from xlsxeval.text import clean, listed, remembered

_OPERATOR = re.compile("^(?:[≥≧⩾≤≦⩽><=＝﹦═]|不少于|不低于|不超过|不高于|不大于|不小于)")
_DIGIT = re.compile("[0-9一二三四五六七八九十百千万两零]")
#: Rates that cannot exceed a hundred per cent.
_BOUNDED = re.compile(
    r"(?:合格|覆盖|满意|及格|达标|知晓|到位|及时|准确|成活|正常|完好|公开|出席|参与|办结|入学|就业|合规|发放|普及)[率度]$|满意度"
)
#: A full score in a scoring standard: 满分15分; or the points that it gives: 变动率≤0，计10分.
_FULL_SCORE = re.compile(r"满分为?([0-9]+(?:\.[0-9]+)?)分?")
_GIVEN = re.compile(r"(?:计|得|记)([0-9]+(?:\.[0-9]+)?)分")
#: Points for each of several things; a clause with one of these words gives no full score.
_FOR_EACH = re.compile("每|各|分别|再|另|加")
#: Any points that are not taken off.
_POINTS = re.compile(r"(?<!扣)(?<![0-9.])[0-9]+(?:\.[0-9]+)?分")
_CLAUSE = re.compile("[;；。]")
_UNIT_IN_NAME = re.compile(r"[(（][^()（）]{1,6}[)）]\s*$")
#: A day, as a sheet's dates are read, or as people write it.
_IS_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日")
#: Units of a target that a day may answer.
_TIMES = frozenset({"年", "月", "日", "天", "号", "个月", "工作日", "小时"})
_SHOWN = 5


def _said(text: str) -> bool:
    return bool(text) and not is_nil(text)


def _together(of: Rule, guilty: list[Indicator], what: str, expected: str) -> Iterator[Finding]:
    """Report the targets of several indicators of a form in one finding, at the first of them."""
    if guilty:
        named = listed([f"“{one.name}”" for one in guilty], _SHOWN)
        text = f"{len(guilty)}个指标的目标值{what}：{named}"
        yield finding(of, text, found=guilty[0].target, expected=expected, **guilty[0].place("年度指标值"))


@rule(
    Rule(
        code="E20",
        needs=("指标.年度指标值|指标.实际完成值", "指标.得分"),
        title="打了分，目标值或完成值空着",
        why="没有目标值和完成值，得分就没有依据。",
        fix="请填写目标值和完成值；不适用的指标不打分",
        severity="error",
        source=SOURCE,
        wrong=example({"实际完成值": ""}),
        right=example({"实际完成值": "10次"}),
    )
)
def values_missing(case: Case, of: Rule) -> Iterator[Finding]:
    """Find indicators with points scored but without target or achievement."""
    for one in case.indicators:
        # A dash as the target says that there is none; as what was achieved it says nothing.
        texts = ("年度指标值", bool(one.target)), ("实际完成值", _said(one.actual))
        blank = [name for name, given in texts if not given and not one.lacks(name)]
        if one.score and blank:
            text = f"“{one.name}”得了{plain(one.score)}分，{'和'.join(blank)}空着"
            yield finding(of, text, expected=blank[0], **one.place(blank[0]))


@rule(
    Rule(
        code="E21",
        needs=("指标.实际完成值",),
        title="完成值照抄了目标值的写法",
        why="完成值应当是实际发生的数，写成“≥90%”说明没有统计，只是抄了目标。",
        fix="请填写实际完成的数",
        severity="warning",
        source=SOURCE,
        wrong=example({"实际完成值": "≥10次"}),
        right=example({"实际完成值": "10次"}),
    )
)
def actual_is_target(case: Case, of: Rule) -> Iterator[Finding]:
    """Find achievements that begin with a comparison."""
    for one in case.indicators:
        if _OPERATOR.match(clean(one.actual)) and read_quantity(one.actual):
            text = f"“{one.name}”的完成值是“{one.actual}”"
            yield finding(of, text, found=one.actual, expected="实际完成的数", **one.place("实际完成值"))


@rule(
    Rule(
        code="E22",
        needs=("指标.年度指标值", "指标.实际完成值"),
        title="目标是数，完成值不是数",
        why="目标是数量，完成情况也要用数量说明，否则无法比较。",
        fix="请填写实际完成的数和单位",
        severity="error",
        source=SOURCE,
        wrong=example({"实际完成值": "达到预期"}),
        right=example({"实际完成值": "10次"}),
    )
)
def actual_not_numeric(case: Case, of: Rule) -> Iterator[Finding]:
    """Find achievements without any number where the target is one."""
    for one in case.indicators:
        aim = read_quantity(one.target) if _said(one.actual) else None
        if aim is None:
            continue
        text = f"“{one.name}”目标{one.target}，完成值写的是“{one.actual}”"
        if not _DIGIT.search(clean(one.actual)):
            yield finding(of, text, found=one.actual, expected="数", **one.place("实际完成值"))
        elif aim.unit not in _TIMES and read_date(one.target) is None and _IS_DATE.fullmatch(clean(one.actual)):
            text += "，是一个日期，多半是表格软件把“12-7”这样的数变成了日期"
            yield finding(of, text, found=one.actual, expected="数", **one.place("实际完成值"))


@rule(
    Rule(
        code="E23",
        needs=("指标.年度指标值", "指标.实际完成值"),
        title="目标值与完成值的单位不同",
        why="单位不同的两个数不能比较；名称是“率”的指标应当用百分比。",
        fix="请统一单位",
        severity="warning",
        source=SOURCE,
        wrong=example({"三级指标": "新建林地", "年度指标值": "100亩", "实际完成值": "100万元"}),
        right=example({"三级指标": "新建林地", "年度指标值": "1.2万亩", "实际完成值": "12000亩"}),
    )
)
def unit_mismatch(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets and achievements in units that cannot mean the same, and rates that are no percentage."""
    for one in case.indicators:
        aim, done = read_quantity(one.target), read_quantity(one.actual)
        if aim and done and contradict(aim.unit, done.unit):
            text = f"“{one.name}”目标{one.target}，完成{one.actual}，单位不同"
            yield finding(of, text, found=one.actual, expected=aim.unit, **one.place("实际完成值"))
        elif aim and clean(one.name).endswith("率") and contradict("%", aim.unit):
            text = f"“{one.name}”是比率，目标{one.target}不是百分比"
            yield finding(of, text, found=one.target, expected="%", **one.place("年度指标值"))


@rule(
    Rule(
        code="E24",
        needs=("指标.年度指标值",),
        title="目标值没有单位",
        why="只写一个数，看不出是次、个还是百分比。",
        fix="请在目标值和完成值后面写上单位",
        severity="info",
        source=SOURCE,
        wrong=example({"年度指标值": "≥10", "实际完成值": "10"}),
        right=example({"年度指标值": "≥10次", "实际完成值": "10次"}),
    )
)
def no_unit(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets that are bare numbers; one finding for the form."""
    for _, ones in case.with_indicators:
        bare = [one for one in ones if (aim := read_quantity(one.target)) and not aim.unit and not _has_unit(one)]
        yield from _together(of, bare, "没有单位", "单位")


def _has_unit(one: Indicator) -> bool:
    """Tell whether the name gives the unit in brackets: 造林面积（亩）."""
    return bool(_UNIT_IN_NAME.search(one.name))


@rule(
    Rule(
        code="E25",
        needs=("指标.年度指标值",),
        title="目标值不能衡量",
        why="目标里既没有数，也没有程度，完成没有完成说不清。",
        fix="请改成能衡量的目标：数量带单位，定性的写清程度",
        severity="info",
        source=SOURCE,
        wrong=example({}, {}, {}, {"年度指标值": "资源采购", "实际完成值": "资源采购"}),
        right=example({}, {}, {}, {"年度指标值": "显著提高", "实际完成值": "显著提高"}),
    )
)
def not_measurable(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets with neither a number nor a word of degree; one finding for the form."""
    for _, ones in case.with_indicators:
        vague = [one for one in ones if _said(one.target) and not _measurable(clean(one.target))]
        yield from _together(of, vague, "不能衡量", "数量或程度")


@remembered
def _measurable(target: str) -> bool:
    if set(target) <= set(".…"):
        return True  # that is E28
    if _DIGIT.search(target) or read_quantity(target) or read_range(target) or read_date(target):
        return True
    return any(word in target for word in LEVEL_WORDS)


@rule(
    Rule(
        code="E26",
        needs=("指标.年度指标值", "指标.三级指标"),
        title="百分比目标超过100%",
        why="合格率、覆盖率、满意度不会超过100%，“≥100%”也达不到更高。",
        fix="请改正目标值",
        severity="warning",
        source=SOURCE,
        wrong=example({}, {"年度指标值": "≥100%", "实际完成值": "100%"}),
        right=example({}, {"年度指标值": "100%", "实际完成值": "100%"}),
    )
)
def percent_over_hundred(case: Case, of: Rule) -> Iterator[Finding]:
    """Find targets above a hundred per cent for rates that cannot exceed it."""
    for one in case.indicators:
        aim = read_quantity(one.target)
        if aim is None or aim.unit != "%" or not _BOUNDED.search(clean(one.name)):
            continue
        if aim.value > 1 or (aim.value == 1 and aim.operator == MORE):
            text = f"“{one.name}”的目标是{one.target}"
            yield finding(of, text, found=one.target, expected="100%", **one.place("年度指标值"))


@rule(
    Rule(
        code="E41",
        needs=("指标.评扣分标准", "指标.分值"),
        title="评分标准与分值不符",
        why="评分标准里写的满分和分值栏不同，其中必有一个没有改。",
        fix="请统一评分标准和分值",
        severity="warning",
        source=SOURCE,
        wrong=example({"评扣分标准": "满分15分，每少1次扣1分"}),
        right=example({"评扣分标准": "满分20分，每少1次扣2分"}),
    )
)
def standard_against_weight(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the full score named in the scoring standard with the weight."""
    for one in case.indicators:
        answer = one.line.get("评扣分标准")
        text = clean(answer.value) if answer and isinstance(answer.value, str) else ""
        said = _full_score(text)
        if said is not None and one.weight is not None and said != one.weight:
            what = "满分" if "满分" in text else "得"
            message = f"“{one.name}”的评分标准写{what}{plain(said)}分，分值是{plain(one.weight)}"
            yield finding(of, message, found=plain(said), expected=plain(one.weight), **one.place("评扣分标准"))


@remembered
def _full_score(standard: str) -> Decimal | None:
    """Give the full score that a scoring standard names; None if it names none, or points that are to be added up.

    >>> _full_score("满分15分,每少1次扣1分"), _full_score("变动率≤0,计10分"), _full_score("每项得2分")
    (Decimal('15'), Decimal('10'), None)
    """
    if match := _FULL_SCORE.search(standard):
        return Decimal(match[1])
    clauses = [clause for clause in _CLAUSE.split(standard) if _GIVEN.search(clause)]
    if len(clauses) != 1 or _FOR_EACH.search(clauses[0].partition("分")[0]) or len(_GIVEN.findall(clauses[0])) > 1:
        return None
    # 制度健全计2分，执行有效3分: several points are to be added up.
    others = _POINTS.findall(standard)
    return Decimal(_GIVEN.findall(clauses[0])[0]) if len(others) == 1 else None
