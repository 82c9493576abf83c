"""Judgement rules across the forms of one filing: years, unit names, and the cost target beside the budget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlsxeval.forms.model import Rule
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import plain
from xlsxeval.rules.amounts import amount_of
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import example
from xlsxeval.rules.registry import rule
from xlsxeval.text import clean

_NAME_ENDINGS = re.compile(r"\((?:本级|机关|本部|汇总)\)$|(?:本级|机关|本部)$")
_LINE = {
    "一级指标": "成本指标",
    "二级指标": "经济成本指标",
    "三级指标": "项目支出",
    "年度指标值": "536万元",
    "实际完成值": "500万元",
}
_EXAMPLE = example({}, {}, {}, {}, {}, {**_LINE, "分值": "0", "得分": "0"})


@rule(
    Rule(
        code="X02",
        needs=("基础数据表!项目支出.预算数", "指标.三级指标", "指标.年度指标值"),
        title="项目支出的成本目标与预算不一致",
        why="自评表里“项目支出”成本指标的目标就是年初安排的项目支出预算，应与基础数据表的预算数相同。",
        fix="请核对基础数据表的项目支出预算数和自评表的成本目标",
        severity="warning",
        source="基础数据表“项目支出”；自评表“经济成本指标”",
        wrong=_EXAMPLE | {"基础数据表": {"业务工作经费.预算数": "500", "项目支出.预算数": "500"}},
        right=_EXAMPLE | {"基础数据表": {"业务工作经费.预算数": "536", "项目支出.预算数": "536"}},
    )
)
def project_cost_target(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the cost target named 项目支出 with the project budget of the basic table."""
    basic = case.filing.forms.get("基础数据表")
    if basic is None or "项目支出.预算数" not in basic.fields:
        return
    budget = case.numbers.value(FieldRef("基础数据表", "项目支出.预算数"))
    for one in case.indicators:
        target = amount_of(one.target, basic.amount_unit) if clean(one.name) == "项目支出" else None
        if target is not None and isinstance(budget, Decimal) and target != budget:
            planned = plain(budget) + basic.amount_unit
            text = f"自评表成本目标“项目支出”为{one.target}，基础数据表项目支出预算数为{planned}"
            yield finding(of, text, found=one.target, expected=plain(budget), **one.place("年度指标值"))


@rule(
    Rule(
        code="X04",
        title="两表的单位名称不一致",
        why="一个单位的两张表应当写同一个名称，名称不同多半是拿错了表或留着别的单位的内容。",
        fix="请核对两张表的单位名称",
        severity="warning",
        source="基础数据表“填报单位”、自评表“预算部门名称”",
        wrong={"基础数据表": {"填报单位": "县林业局"}, "自评表": {"部门名称": "县水利局"}},
        right={"基础数据表": {"填报单位": "县林业局（本级）"}, "自评表": {"部门名称": "县林业局"}},
    )
)
def unit_names(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the units' names, apart from endings such as 本级."""
    named = [answers for answers in case.filing.forms.values() if answers.unit]
    for answers in named[1:]:
        if bare_unit(answers.unit) != bare_unit(named[0].unit):
            text = f"{answers.form.name}的单位是“{answers.unit}”，{named[0].form.name}的单位是“{named[0].unit}”"
            field = answers.form.unit_field
            where = place(answers, answers.fields[field].cell, field)
            yield finding(of, text, found=answers.unit, expected=named[0].unit, **where)


def bare_unit(name: str) -> str:
    """Give a unit's name as it is compared: without white space and endings such as 本级."""
    return _NAME_ENDINGS.sub("", clean(name))


@rule(
    Rule(
        code="X05",
        title="两表的年度不一致",
        why="两张表说的是同一个年度；年度不同多半是拿了上年的表来填。",
        fix="请换用本年度的表，或改正表头的年份",
        severity="error",
        source="两表表头",
    )
)
def form_years(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the years that the forms' printed labels show."""
    dated = [answers for answers in case.filing.forms.values() if answers.year is not None]
    for answers in dated[1:]:
        if answers.year != dated[0].year:
            text = f"{answers.form.name}是{answers.year}年度，{dated[0].form.name}是{dated[0].year}年度"
            cell = answers.years[0].cell if answers.years else ""
            found, expected = str(answers.year), str(dated[0].year)
            yield finding(of, text, found=found, expected=expected, **place(answers, cell, "年度"))


@rule(
    Rule(
        code="B15",
        title="表头的年份不对",
        why="列头的年份依次是上年、本年、本年；年份不对，数就可能填错了列，或表是上年的。",
        fix="请核对表头的年份和各列的数",
        severity="error",
        source="基础数据表“经费控制情况”",
    )
)
def label_years(case: Case, of: Rule) -> Iterator[Finding]:
    """Find labels whose year does not fit the year that the other labels of the form show.

    If all labels of a filing agree on another year than the one asked for, it is the form of another year: one finding.
    """
    forms = case.filing.forms.values()
    printed = {seen.year - seen.offset for answers in forms for seen in answers.years}
    asked = {answers.year for answers in forms if answers.years}
    if len(printed) == 1 and len(asked) == 1 and printed != asked and None not in asked:
        (year,), (own,) = printed, asked
        first = next(answers for answers in forms if answers.years)
        text = f"这是{year}年度的表，应为{own}年度"
        yield finding(of, text, found=str(year), expected=str(own), **place(first, first.years[0].cell, "年度"))
        return
    for answers in forms:
        for seen in answers.years:
            if answers.year is not None and seen.year - seen.offset != answers.year:
                right = str(answers.year + seen.offset)
                text = f"“{seen.text}”的年份应为{right}年"
                yield finding(of, text, found=str(seen.year), expected=right, **place(answers, seen.cell, "年度"))
