"""Judgement rules on the set of indicators: points by group, duplicates, groups that belong elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from xlsxeval.filing import FormAnswers
from xlsxeval.forms.model import Rule
from xlsxeval.formula.tree import Column, FieldRef
from xlsxeval.numbers import plain
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import SOURCE, TABLE, Indicator, example
from xlsxeval.rules.registry import rule
from xlsxeval.text import clean, remembered

_POINTS = re.compile(r"指标\D{0,2}?([0-9]+(?:\.[0-9]+)?)分?\D?$")
#: So many digits make a figure uncommon, without zeros at its ends.
_MANY_DIGITS = 3
_FIRST, _SECOND = "一级指标", "二级指标"
_KINDS = ("产出", "效益", "满意度", "成本")
#: Second-level indicators and the first level they belong to; 成本指标 stood under 产出 until 2021.
_BELONGS = {
    **dict.fromkeys(("数量指标", "质量指标", "时效指标"), ("产出",)),
    **dict.fromkeys(("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"), ("效益",)),
    **dict.fromkeys(("服务对象满意度指标", "满意度指标", "社会公众满意度指标"), ("满意度", "效益")),
    **dict.fromkeys(("经济成本指标", "社会成本指标", "生态环境成本指标"), ("成本",)),
}


def _groups(answers: FormAnswers, ones: Sequence[Indicator]) -> dict[str, list[Indicator]]:
    """Sort the indicators of a form by the text of their first level."""
    found: dict[str, list[Indicator]] = {}
    if _FIRST in answers.form.tables[TABLE].levels:
        for one in ones:
            found.setdefault(one.groups[0], []).append(one)
    return found


def _kind(first: str) -> str:
    return next((kind for kind in _KINDS if kind in first), first)


def points_by_kind(answers: FormAnswers, ones: Sequence[Indicator]) -> dict[str, Decimal]:
    """Give the weights of a form's indicators, added up by first level (产出指标, …)."""
    found: dict[str, Decimal] = {}
    for first, group in _groups(answers, ones).items():
        kind = f"{_kind(first)}指标" if _kind(first) in _KINDS else first
        found[kind] = found.get(kind, Decimal(0)) + _sum(group)
    return {kind: points for kind, points in found.items() if points}


def _sum(ones: Sequence[Indicator]) -> Decimal:
    return sum((one.weight_in_sums for one in ones if one.weight_in_sums is not None), Decimal(0))


def _weights_known(case: Case, answers: FormAnswers) -> bool:
    """Tell whether every indicator of a form has a place for its weight, so that sums of weights can be judged."""
    return not case.numbers.lacks((Column(answers.form.name, TABLE, answers.form.tables[TABLE].here("分值")),))


def _groups_known(ones: Sequence[Indicator]) -> bool:
    """Tell whether every indicator has a place for its first level, so that the groups are whole."""
    return not any(one.lacks(_FIRST) for one in ones)


def _is_whole(case: Case, answers: FormAnswers, ones: Sequence[Indicator]) -> bool:
    """Tell whether the points make a hundred, so that nothing is missing."""
    numbers = case.numbers
    if not _weights_known(case, answers):
        return False
    if "资金分值" in answers.form.fields and numbers.lacks((FieldRef(answers.form.name, "资金分值"),)):
        return False
    own = numbers.number(answers, "资金分值")
    own = own if own is not None else case.filing.formset.profile.get("预算执行分值", Decimal(0))
    return _sum(ones) + own == case.filing.formset.profile.get("总分值", Decimal(100))


@rule(
    Rule(
        code="E02",
        needs=("指标.一级指标", "指标.分值"),
        title="分值合计与一级指标上写的分值不符",
        why="一级指标后面写着该级的分值，下面各指标的分值应当正好合计到它。",
        fix="请核对各指标的分值和一级指标上写的分值",
        severity="warning",
        source=SOURCE,
        wrong=example({"一级指标": "产出指标（60分）"}, {"一级指标": ""}, {"一级指标": ""}),
        right=example({"一级指标": "产出指标（50分）"}, {"一级指标": ""}, {"一级指标": ""}),
    )
)
def heading_points(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the points printed with a first-level indicator with the sum below it."""
    for answers, ones in case.with_indicators:
        if not (_groups_known(ones) and _weights_known(case, answers)):
            continue
        for first, group in _groups(answers, ones).items():
            match = _POINTS.search(clean(first))
            weighted = any(one.weight_in_sums is not None for one in group)
            if match and weighted and _sum(group) != Decimal(match[1]):
                text = f"“{first}”下面各指标的分值合计{plain(_sum(group))}分"
                yield finding(of, text, found=plain(_sum(group)), expected=match[1], **group[0].place(_FIRST))


@rule(
    Rule(
        code="E03",
        needs=("指标.一级指标", "指标.分值"),
        title="一级指标的分值结构与通常的不同",
        why="原则上产出50、效益30、满意度10（有成本指标的，成本20、产出40、效益20、满意度10），特殊情况可以调整。",
        fix="请确认分值结构；确有需要的可以保留",
        severity="info",
        source="财预〔2020〕10号；财预〔2021〕101号",
        wrong=example({"分值": "30", "得分": "30"}, {}, {}, {"分值": "20", "得分": "20"}),
        right=example(),
    )
)
def usual_split(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the points by first level with the splits of the set, once they are complete."""
    splits = case.filing.formset.splits
    for answers, ones in case.with_indicators:
        points = points_by_kind(answers, ones)
        known = _groups_known(ones) and _is_whole(case, answers, ones)
        if not splits or not points or not known or points in splits:
            continue
        expected = "，或".join(_print_split(split) for split in splits)
        text = f"{_print_split(points)}，通常是{expected}"
        yield finding(of, text, found=_print_split(points), expected=expected, **_head(answers, "分值"))


def _print_split(points: Mapping[str, Decimal]) -> str:
    return "、".join(
        f"{kind.removesuffix('指标') or '没有写一级指标的'}{plain(value)}" for kind, value in points.items()
    )


def _head(answers: FormAnswers, column: str) -> dict[str, str]:
    own = answers.form.tables[TABLE].here(column)
    return place(answers, answers.heads.get((TABLE, own), ""), f"{TABLE}.{own}")


@rule(
    Rule(
        code="E31",
        needs=("指标.三级指标",),
        title="指标重复",
        why="同一个指标写了两次，分就算了两次。",
        fix="请核对是否重复：重复的删去一条，不重复的把名称写得能区分",
        severity="info",
        source=SOURCE,
        wrong=example({}, {}, {}, {}, {"三级指标": "举办培训班", "年度指标值": "≥10次", "实际完成值": "11次"}),
        right=example({}, {}, {}, {}, {"三级指标": "培训班次评价", "年度指标值": "≥10次", "实际完成值": "11次"}),
    )
)
def duplicates(case: Case, of: Rule) -> Iterator[Finding]:
    """Find indicators of the same name that stand in one group or have the same target, or of the same uncommon figures."""
    for answers, ones in case.with_indicators:
        seen: dict[tuple[str, ...], Indicator] = {}
        for one in ones:
            name = clean(one.name)
            if not name.strip(".…") or ("三级指标" in one.line and one.lacks("三级指标")):
                continue
            inherit = answers.form.tables[TABLE].inherit
            keys = [] if one.lacks("年度指标值") else [(name, clean(one.target))]
            keys += [] if any(map(one.lacks, inherit)) else [(name, "/".join(one.groups))]
            figures = clean(one.target), clean(one.actual)
            keys += [figures] if any(map(_is_uncommon, figures)) and all(figures) else []
            first = next((seen[key] for key in keys if key in seen), None)
            if first is not None:
                cell = first.place("三级指标")["cell"]
                text = f"“{one.name}”与{cell}的指标同名"
                if clean(first.name) != name:
                    text = f"“{one.name}”与{cell}“{first.name}”的目标值（{one.target}）和完成值（{one.actual}）完全相同"
                yield finding(of, text, found=one.name, **one.place("三级指标"))
            seen.update({key: one for key in keys if key not in seen})


@remembered
def _is_uncommon(figure: str) -> bool:
    """Tell whether two indicators hardly have the same figure by chance: 3415人, 17.35万元, but not 600盏, 100% or 2024年."""
    digits = "".join(sign for sign in figure if sign.isdecimal())
    bare = digits.strip("0")
    return len(bare) >= _MANY_DIGITS and "年" not in figure and "月" not in figure


@rule(
    Rule(
        code="E32",
        needs=("指标.一级指标", "指标.二级指标"),
        title="二级指标放错了一级指标",
        why="数量、质量、时效属于产出，经济、社会、生态效益和可持续影响属于效益，经济、社会、生态环境成本属于成本。",
        fix="请把它移到所属的一级指标下面",
        severity="warning",
        source="财预〔2020〕10号；财预〔2021〕101号",
        wrong=example(
            {},
            {},
            {"二级指标": "经济成本指标", "年度指标值": "≤50万元", "实际完成值": "48万元", "三级指标": "培训成本"},
        ),
        right=example(),
    )
)
def wrong_group(case: Case, of: Rule) -> Iterator[Finding]:
    """Find second-level indicators under a first level to which they do not belong."""
    for answers, ones in case.with_indicators:
        if answers.form.tables[TABLE].levels[:2] != (_FIRST, _SECOND):
            continue
        reported: set[tuple[str, str]] = set()
        for one in ones:
            first, second = (clean(text) for text in one.groups[:2])
            kind, allowed = _kind(first), _BELONGS.get(second)
            if allowed is None or kind not in _KINDS or kind in allowed or (first, second) in reported:
                continue
            reported.add((first, second))
            text = f"“{second}”写在“{first}”下面，它属于“{allowed[0]}指标”"
            yield finding(of, text, found=first, expected=f"{allowed[0]}指标", **one.place(_SECOND))


@rule(
    Rule(
        code="E37",
        needs=("指标.分值",),
        title="指标太少或分值太集中",
        why="一两个指标占了绝大部分分值，或者没有效益、满意度指标，自评就看不出效果。",
        fix="请细化指标，补上效益和满意度指标",
        severity="info",
        source=SOURCE,
        wrong=example({"分值": "45", "得分": "45"}, {"分值": "3", "得分": "3"}, {"分值": "2", "得分": "2"}),
        right=example(),
    )
)
def few_indicators(case: Case, of: Rule) -> Iterator[Finding]:
    """Find indicators with too many points, and forms without 效益 or 满意度."""
    limit = case.filing.formset.profile.get("单项分值上限")
    for answers, ones in case.with_indicators:
        for one in ones:
            if limit is not None and one.weight is not None and one.weight > limit:
                text = f"“{one.name}”一个指标占{plain(one.weight)}分，超过{plain(limit)}分"
                yield finding(of, text, found=plain(one.weight), expected=f"不超过{plain(limit)}", **one.place("分值"))
        said = clean("".join("".join(one.groups) for one in ones))
        lacking = [kind for kind in ("效益", "满意度") if kind not in said]
        if said and lacking and _groups_known(ones) and _is_whole(case, answers, ones):
            text = f"没有{'、'.join(lacking)}指标"
            yield finding(of, text, expected="、".join(lacking), **_head(answers, _FIRST))
