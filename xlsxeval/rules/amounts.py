"""Judgement rules on amounts beside the indicators: what was spent, what it was meant to cost, what was not given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from xlsxeval.filing import ABSENT, FormAnswers
from xlsxeval.forms.model import Rule
from xlsxeval.formula.bounds import printed
from xlsxeval.numbers import decimals_of, is_nil, percent_text, plain
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import MONEY, REASON, SOURCE, TABLE, Indicator, example, text_of
from xlsxeval.rules.registry import rule
from xlsxeval.rules.targets import read_quantity
from xlsxeval.text import clean

_YUAN = {"万元": Decimal(10000), "元": Decimal(1)}
#: Names of the places that ask for a reason.
_ASKS = re.compile("原因|问题|改进")
#: What a form prints in such a place: 年中发生预算调整的应单独说明理由, 100字以内.
_INSTRUCTION = re.compile("说明(?:理由|原因)|字以内|请(?:说明|填写|简要)|^[1１]?[.、]?结合自评情况")
#: A form's own demand that any change of the budget be explained.
_DEMAND = re.compile("预算调整.{0,30}说明")
_SPENDING = re.compile("执行|预算|资金|支付|支出|结转|结余|经费|拨付|财政")
_MONEY_NAME = re.compile("(资金|经费|支出|投资)(金额|总额|数额)?$")
_ADJUSTING = re.compile("调整|追加|调增|调减|增加|减少|结转|新增|上级|专项")
#: The indicator's name and the blank that holds what was spent on it.
_SPENT = {"项目总成本": "全年执行数", "总成本": "全年执行数", "项目支出": "项目支出", "基本支出": "基本支出"}
_AS_USUAL: tuple[dict[str, object], ...] = ({}, {}, {}, {}, {})
_LESS_DONE: tuple[dict[str, object], ...] = (
    {"得分": "16", "偏差原因": "记录不全，自扣4分"},
    {"得分": "16", "偏差原因": "记录不全，自扣4分"},
)


def amount_of(text: str, unit: str) -> Decimal | None:
    """Read a target or achievement as an amount in the form's unit (万元 or 元); without a unit it is in that.

    ``150万`` without 元 is 150万元 where an amount is meant.
    """
    read = read_quantity(text)
    if read is None or read.unit not in ("元", ""):
        return None
    return read.value / _YUAN[unit] if read.unit or clean(text).endswith(("万", "亿")) else read.value


def _can_explain(answers: FormAnswers, ones: Sequence[Indicator]) -> bool:
    """Tell whether every place was read in which the form asks for an explanation, and whether there is any."""
    # The open self-evaluation prints nothing: what a sheet does not have was not asked.
    table, lacking = answers.form.tables[TABLE], [one.lacks(REASON) for one in ones]
    if any(lacking) and (not all(lacking) or (table.here(REASON) in table.columns and not answers.form.is_open)):
        return False
    prints = "实际完成情况" in answers.form.fields and not answers.form.is_open
    read = bool(answers.fields.get("实际完成情况", ABSENT).cell)
    return read if prints else read or any(one.asks_reason for one in ones)


def _explained(answers: FormAnswers, ones: Sequence[Indicator], words: re.Pattern[str]) -> bool:
    """Tell whether a reason, or what was written of the year, speaks of something.

    In a place that asks for the reason itself any words do; a form's own instruction, left there, is none.
    """
    done = text_of(answers.fields.get("实际完成情况", ABSENT))
    own = [text_of(answer) for name, answer in answers.fields.items() if _ASKS.search(name)]
    if any(text and not is_nil(text) and not _INSTRUCTION.search(clean(text)) for text in own):
        return True
    return any(words.search(text) for text in (*(one.reason for one in ones), done))


def _missed_for_a_reason(ones: Sequence[Indicator]) -> bool:
    """Tell whether a target was not reached, or may not have been, and the reason is given: then money was left too."""
    return any(one.reason and one.met is not True for one in ones)


@rule(
    Rule(
        code="E11",
        needs=("全年预算数|年初预算数", "全年执行数"),
        title="执行率低，没有说明原因",
        why="执行率低于90%，要说明钱为什么没有花出去，有什么改进措施。",
        fix="请在实际完成情况或偏差原因里说明",
        severity="warning",
        source="财预〔2020〕10号；各地自评表填表说明",
        wrong=example(*_LESS_DONE, **{**MONEY, "全年执行数": "880", "基本支出": "509.09", "实际完成情况": "全年举办培训班10次。"}),
        right=example(*_LESS_DONE, **{**MONEY, "全年执行数": "880", "基本支出": "509.09", "实际完成情况": "两期培训改到下年，资金结转。"}),
    )
)  # fmt: skip
def low_rate_unexplained(case: Case, of: Rule) -> Iterator[Finding]:
    """Find execution rates under the limit where no text speaks of spending."""
    limit, numbers = case.filing.formset.profile.get("执行率说明线"), case.numbers
    for answers, ones in case.with_indicators:
        budget, spent = (numbers.number(answers, name) for name in ("全年预算数", "全年执行数"))
        if not ones or limit is None or not budget or spent is None or spent / budget >= limit:
            continue
        explained = _explained(answers, ones, _SPENDING) or _missed_for_a_reason(ones)
        if _can_explain(answers, ones) and not explained:
            rate, stated = percent_text(spent / budget), answers.fields.get("执行率")
            said = stated.text if stated and stated.text and not stated.own else rate
            agrees = said == rate or (
                stated and isinstance(stated.value, Decimal) and percent_text(stated.value) == rate
            )
            is_low = f"{said if agrees else '按执行数和预算数为' + rate}，低于{percent_text(limit, 0)}"
            text = f"执行率{is_low}，没有说明原因"
            field, found = ("执行率", said) if stated and stated.cell else ("全年执行数", plain(spent))
            where = place(answers, answers.fields[field].cell, field)
            yield finding(of, text, found=found, expected="说明原因", **where)


def _demands_explanation(answers: FormAnswers) -> bool:
    """Tell whether the sheet itself says that every change of the budget has to be explained."""
    said = [*(text_of(answer) for answer in answers.fields.values()), *(one.text for one in answers.unread)]
    return any(_DEMAND.search(clean(text)) for text in said)


@rule(
    Rule(
        code="E42",
        needs=("年初预算数", "全年预算数"),
        title="预算调整较大，没有说明原因",
        why="全年预算数与年初预算数相差较多，应当说明为什么调整。",
        fix="请在实际完成情况里说明预算调整的原因",
        severity="info",
        source="四川省部门预算项目支出绩效自评表填表说明",
        wrong=example(**{**MONEY, "年初预算数": "800"}),
        right=example(**{**MONEY, "年初预算数": "800", "实际完成情况": "年中追加200万元，全年举办培训班10次。"}),
    )
)  # fmt: skip
def adjusted_unexplained(case: Case, of: Rule) -> Iterator[Finding]:
    """Find budgets that changed much during the year where no text speaks of it."""
    limit, numbers = case.filing.formset.profile.get("预算调整说明"), case.numbers
    for answers, ones in case.with_indicators:
        first, last = (numbers.number(answers, name) for name in ("年初预算数", "全年预算数"))
        demanded = _demands_explanation(answers)
        least = Decimal(0) if demanded else limit
        if not ones or least is None or not first or last is None or abs(last - first) <= least * first:
            continue
        if (demanded or _can_explain(answers, ones)) and not _explained(answers, ones, _ADJUSTING):
            change = f"{'增加' if last > first else '减少'}{plain(abs(last - first))}{answers.amount_unit}"
            text = f"全年预算数比年初{change}（{percent_text(abs(last - first) / first)}），没有说明原因"
            where = place(answers, answers.fields["全年预算数"].cell, "全年预算数")
            yield finding(of, text, found=plain(last), expected="说明原因", **where)


@rule(
    Rule(
        code="E38",
        needs=("指标.二级指标", "指标.三级指标", "指标.年度指标值"),
        title="把花了多少钱当作产出数量",
        why="数量指标要写办了多少事；花了多少钱是投入，不是产出。",
        fix="请改为实物工作量，金额放到成本指标",
        severity="info",
        source=SOURCE,
        wrong=example({"三级指标": "培训资金", "年度指标值": "≥50万元", "实际完成值": "50万元"}),
        right=example(),
    )
)
def money_as_output(case: Case, of: Rule) -> Iterator[Finding]:
    """Find quantity indicators measured in money."""
    for one in case.indicators:
        aim = read_quantity(one.target)
        money = aim is not None and (aim.unit == "元" or (not aim.unit and bool(_MONEY_NAME.search(clean(one.name)))))
        if money and any("数量" in group for group in one.groups):
            text = f"数量指标“{one.name}”的目标是金额{one.target}"
            yield finding(of, text, found=one.target, expected="实物工作量", **one.place("三级指标"))


def _cost(one: Indicator) -> bool:
    return any("成本" in group for group in one.groups)


def _cost_line(name: str, target: str, actual: str) -> dict[str, object]:
    return {"一级指标": "成本指标", "二级指标": "经济成本指标", "三级指标": name, "年度指标值": target, "实际完成值": actual,
            "分值": "0", "得分": "0"}  # fmt: skip


@rule(
    Rule(
        code="E39",
        needs=("指标.一级指标", "指标.三级指标", "指标.实际完成值", "全年执行数|项目支出|基本支出"),
        title="成本指标的完成值与支出数不一致",
        why="成本指标“基本支出”“项目支出”“项目总成本”的完成值就是全年的支出，应与表上部的数相同。",
        fix="请核对成本指标的完成值和支出数",
        severity="warning",
        source="部门整体支出绩效自评表",
        wrong=example(*_AS_USUAL, _cost_line("项目支出", "≤400万元", "350万元"), 项目支出="370.91"),
        right=example(*_AS_USUAL, _cost_line("项目支出", "≤400万元", "370.91万元"), 项目支出="370.91"),
    )
)
def cost_against_spending(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare what a cost indicator says was spent with the amounts of the form."""
    numbers = case.numbers
    for one in case.indicators:
        unit = one.answers.amount_unit
        whole_unit = not one.answers.form.subject_field
        own = "全年执行数" if one.name and clean(one.name) == clean(one.answers.subject) else ""
        field = _SPENT.get(clean(one.name), own) if _cost(one) else None
        if whole_unit and field == "全年执行数":
            continue  # in a form about a whole unit 项目总成本 is the cost of a project, not all that was spent
        spent = numbers.number(one.answers, field) if field else None
        said = amount_of(one.actual, unit)
        if spent is None or said is None or _agree(said, spent):
            continue
        text = f"成本指标“{one.name}”完成{one.actual}，表上部的{field}为{plain(spent)}{unit}"
        yield finding(of, text, found=one.actual, expected=plain(spent), **one.place("实际完成值"))


def _agree(one: Decimal, other: Decimal) -> bool:
    """Tell whether two amounts can be the same, each as precise as it was printed."""
    first, second = (printed(value, max(decimals_of(value), 1)) for value in (one, other))
    return first[0] <= second[1] and second[0] <= first[1]


@rule(
    Rule(
        code="X03",
        needs=("指标.三级指标", "指标.年度指标值", "年初预算数|全年预算数"),
        title="成本目标之和与预算不一致",
        why="“基本支出”和“项目支出”两个成本目标合起来，应当等于年初或全年预算。",
        fix="请核对成本目标和预算数",
        severity="warning",
        source="部门整体支出绩效自评表“年度资金总额”“经济成本指标”",
        wrong=example(*_AS_USUAL, _cost_line("项目支出", "536万元", "370.91万元"),
                      _cost_line("基本支出", "959万元", "629.09万元"), **MONEY),
        right=example(*_AS_USUAL, _cost_line("项目支出", "371万元", "370.91万元"),
                      _cost_line("基本支出", "629万元", "628.99万元"), **{**MONEY, "基本支出": "628.99", "项目支出": "371.01"} | {"项目支出": "370.91", "全年执行数": "999.9"}),
    )
)  # fmt: skip
def cost_targets_against_budget(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the sum of the two cost targets with the budget of the year."""
    numbers = case.numbers
    for answers, ones in case.with_indicators:
        unit = answers.amount_unit
        targets = {clean(one.name): one for one in reversed(ones) if _cost(one)}
        pair = [targets.get(name) for name in ("基本支出", "项目支出")]
        amounts = [amount_of(one.target, unit) if one else None for one in pair]
        budgets = [numbers.number(answers, name) for name in ("年初预算数", "全年预算数")]
        known = [budget for budget in budgets if budget is not None]
        if pair[0] is None or pair[1] is None or None in amounts or not known:
            continue
        total = sum((amount for amount in amounts if amount is not None), Decimal(0))
        if not any(_agree(total, budget) for budget in known):
            first = min((one for one in pair if one), key=ones.index)
            said = "、".join(
                f"{name}{plain(value)}"
                for name, value in zip(("年初预算数", "全年预算数"), budgets, strict=True)
                if value is not None
            )
            text = f"成本目标基本支出{pair[0].target}、项目支出{pair[1].target}，合计{plain(total)}{unit}，{said}"
            expected = "或".join(dict.fromkeys(map(plain, known)))
            yield finding(of, text, found=plain(total), expected=expected, **first.place("年度指标值"))


@rule(
    Rule(
        code="B16",
        title="应填的没有填",
        why="空着看不出是没有发生还是漏填；没有发生的应当填0。",
        fix="请补填；没有发生的填0",
        severity="info",
        source="表样",
    )
)
def required_blank(case: Case, of: Rule) -> Iterator[Finding]:
    """Find blanks that must be filled, a finding for each row, in forms of which at least half of them are.

    What the sheet does not have is neither, and a row of which it does not have all blanks is not judged.
    """
    for answers in case.filing.forms.values():
        must = {name: answers.fields.get(name, ABSENT) for name, field in answers.form.fields.items() if field.must}
        there = {name: answer for name, answer in must.items() if answer.cell}
        blank = {name: answer for name, answer in there.items() if answer.value is None and not answer.text}
        if len(blank) * 2 > len(there):
            continue
        rows: dict[str, list[str]] = {}
        for name in must:
            rows.setdefault(name.partition(".")[0], []).append(name)
        for row, names in rows.items():
            if all(name in blank for name in names):
                amounts = all(answers.form.fields[name].kind.numeric for name in names)
                rule_here = of if amounts else replace(of, fix="请补填")
                yield finding(rule_here, f"“{row}”没有填", **place(answers, blank[names[0]].cell, names[0]))
