"""Judgement rules on the texts of a form: goals that were copied, prompts left in, years of another form, grades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlsxeval.forms.model import Rule
from xlsxeval.numbers import parse_figure
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import MONEY, example, text_of
from xlsxeval.rules.registry import rule
from xlsxeval.text import clean, listed, remembered

_PROMPTS = re.compile(
    r"^[.…。]{2,}$|^…+$|[0-9]{1,5}字以内|请填写|请简要|此处填写|在此填写|^(?:指标|目标)[0-9]+[:：]?$|[×xX]{2,}|好坏"
)
#: A year, or one that is written right behind another number: 指标2 2022年.
_YEAR = re.compile(r"(?<![0-9])[0-9]?((?:19|20)[0-9]{2})(?=\s*年)")
_SPAN = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年?[-—~－至到]+((?:19|20)[0-9]{2})年")
_BEFORE = re.compile("上年|去年|往年|较|比|同期|结转|截至|截止|自[0-9]{4}年|以来|[0-9]{4}年起|印发|〔|号")
_AFTER = re.compile("下年|明年|次年|来年|计划|推迟|延|预计|力争|规划|到[0-9]{4}年")
_GRADE = re.compile(r"(?:等级|等次|评级|评价结果|自评结论|自评结果)[为是:：“\"]{0,3}(优|良|中|差)")
_NOT_WORD = re.compile(r"[\W_]+")
_SHOWN = 5


@rule(
    Rule(
        code="E27",
        needs=("预期目标", "实际完成情况"),
        title="完成情况照抄了目标",
        why="实际完成情况要写做了什么、做到什么程度，照抄目标、只写一个数或单位名称，等于没有自评。",
        fix="请对照目标写实际完成的情况",
        severity="info",
        source="部门整体支出绩效自评表“实际完成情况”",
        wrong=example(预期目标="举办培训班10次，提高业务能力。", 实际完成情况="举办培训班10次，提高业务能力"),
        right=example(
            预期目标="举办培训班10次，提高业务能力。", 实际完成情况="全年举办培训班10次，培训523人，考试合格率98%。"
        ),
    )
)
def goal_copied(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare what was done with what was aimed at."""
    for answers in case.filing.forms.values():
        goal, done = answers.fields.get("预期目标"), answers.fields.get("实际完成情况")
        if goal is None or done is None or not text_of(done):
            continue
        said = _bare(text_of(done))
        if said == _bare(text_of(goal)):
            text = "“实际完成情况”与“预期目标”一字不差"
        elif parse_figure(text_of(done)) is not None or said in (_bare(answers.unit), _bare(answers.subject)):
            text = f"“实际完成情况”只写了“{text_of(done)}”"
        else:
            continue
        yield finding(of, text, **place(answers, done.cell, "实际完成情况"))


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", clean(text))


@remembered
def _has_prompt(text: str) -> bool:
    return bool(_PROMPTS.search(text))


@rule(
    Rule(
        code="E28",
        title="表样里的提示文字没有删",
        why="“指标1”“……”“100字以内”是表样里的提示，留在表里说明这一处没有认真填。",
        fix="请删去提示文字，填上实际内容",
        severity="warning",
        source="部门整体支出绩效自评表表样",
        wrong=example({"三级指标": "指标1："}),
        right=example({"三级指标": "指标1：举办培训班"}),
    )
)
def prompts_left(case: Case, of: Rule) -> Iterator[Finding]:
    """Find what the printed form says where an answer belongs; one finding for the form."""
    for answers in case.filing.forms.values():
        left = [one for one in case.texts[answers.form.name] if _has_prompt(one.plain)]
        if left:
            named = listed([f"{one.cell}“{one.text[:20]}”" for one in left], _SHOWN)
            yield finding(
                of, f"{named}是表样里的文字", found=left[0].text, **place(answers, left[0].cell, left[0].field)
            )


@rule(
    Rule(
        code="E30",
        title="文字里的年份不是本年度",
        why="目标、完成情况和原因里写着别的年份，多半是沿用了上年的内容。",
        fix="请核对内容，改成本年度的",
        severity="warning",
        source="部门整体支出绩效自评表",
        wrong=example(预期目标="完成2022年度培训任务。", 实际完成情况="全年举办培训班10次，培训523人。"),
        right=example(预期目标="完成2024年度培训任务。", 实际完成情况="全年举办培训班10次，比2023年增加2次。"),
    )
)
def year_of_another_form(case: Case, of: Rule) -> Iterator[Finding]:
    """Find texts that speak of other years than the form's, where nothing explains it."""
    for answers in case.filing.forms.values():
        own = answers.year or case.filing.year
        for one in case.texts[answers.form.name] if own is not None else ():
            plain = one.plain
            years = _years(plain)
            if own is None or not years or own in years or any(first <= own <= last for first, last in _spans(plain)):
                continue
            strange = [year for year in years if not _explained(year, own, plain, one.field)]
            if strange:
                text = f"{own}年度的表里写着“{strange[0]}年”（{one.text[:30]}{'…' if one.text[30:] else ''}）"
                where = place(answers, one.cell, one.field)
                yield finding(of, text, found=str(strange[0]), expected=str(own), **where)


@remembered
def _years(text: str) -> tuple[int, ...]:
    """Give the years that a text names."""
    return tuple(int(year) for year in _YEAR.findall(text)) if "年" in text else ()


@remembered
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Give the spans of years that a text names: ``2023—2025年``."""
    return tuple((int(first), int(last)) for first, last in _SPAN.findall(text))


def _explained(year: int, own: int, text: str, field: str) -> bool:
    if year < own:
        return _looks_back(text)
    return year == own + 1 and (field.endswith(("偏差原因", "实际完成值")) or _looks_ahead(text))


@remembered
def _looks_back(text: str) -> bool:
    return bool(_BEFORE.search(text))


@remembered
def _looks_ahead(text: str) -> bool:
    return bool(_AFTER.search(text))


_BANDS = (("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0)))


def grade_of(total: Decimal) -> str:
    """Give the grade of a total of a hundred points: 优 from 90, 良 from 80, 中 from 60, else 差."""
    return next(grade for grade, least in _BANDS if total >= least or least == 0)


@rule(
    Rule(
        code="E33",
        needs=("总分",),
        title="等级与总分不符",
        why="90分以上为优，80至90分为良，60至80分为中，60分以下为差。",
        fix="请按总分改正等级",
        severity="warning",
        source="财预〔2020〕10号",
        wrong=example(**{**MONEY, "实际完成情况": "全年举办培训班10次，自评等级为“良”。"}),
        right=example(**{**MONEY, "实际完成情况": "全年举办培训班10次，自评等级为“优”。"}),
    )
)  # fmt: skip
def grade_against_total(case: Case, of: Rule) -> Iterator[Finding]:
    """Compare the grade that a text names with the total."""
    numbers = case.numbers
    for answers, _ in case.with_indicators:
        total = numbers.number(answers, "总分")
        for one in case.texts[answers.form.name] if total is not None else ():
            grade = _named_grade(one.plain)
            if grade and total is not None and grade != grade_of(total):
                text = f"写的等级是“{grade}”，总分{total:f}应为“{grade_of(total)}”"
                where = place(answers, one.cell, one.field)
                yield finding(of, text, found=grade, expected=grade_of(total), **where)


@remembered
def _named_grade(text: str) -> str:
    """Give the grade that a text names, empty if it names none."""
    match = _GRADE.search(text)
    return match[1] if match else ""
