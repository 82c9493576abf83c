"""Rules on the reading itself: numbers that are none, numbers typed as text, labels not found, stale caches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from xlsxeval.a1 import parse_cell
from xlsxeval.filing import ABSENT, Answer, FormAnswers, has_lines
from xlsxeval.forms.model import Field, Rule
from xlsxeval.formula.tree import Column
from xlsxeval.numbers import plain
from xlsxeval.rules.calculate import has_column
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding, finding, place
from xlsxeval.rules.indicators import TABLE
from xlsxeval.rules.registry import rule
from xlsxeval.rules.subtotals import counted_twice
from xlsxeval.rules.unsummed import unsummed
from xlsxeval.text import listed

_BARE = re.compile(r"\s*-?[0-9.,]+\s*")
#: So many cells are named; a form pasted as text has a hundred.
_NAMED = 3


def _with_problem(answers: FormAnswers, problem: str) -> Iterator[tuple[str, Field, Answer]]:
    """Yield the answers in numeric blanks that could not be read as they should."""
    for name, answer in answers.fields.items():
        if answer.problem == problem:
            yield name, answers.form.field(name), answer
    for table, lines in answers.tables.items():
        for line in lines:
            for column, answer in line.items():
                if answer.problem == problem:
                    yield f"{table}.{column}", answers.form.tables[table].column(column), answer


@rule(
    Rule(
        code="B14",
        title="应填数字的格子里不是数字",
        why="不是数字的内容不能参加计算，合计会漏掉它。",
        fix="请改填数字；没有的填0或空着",
        severity="error",
        source="填表说明",
        wrong={"基础数据表": {"公务接待.预算数": {"text": "7.50."}}},
        right={"基础数据表": {"公务接待.预算数": "7.50"}},
    )
)
def bad_number(case: Case, of: Rule) -> Iterator[Finding]:
    """Find texts in numeric blanks that are no number."""
    for answers in case.filing.forms.values():
        for name, field, answer in _with_problem(answers, "bad"):
            text, kind = f"“{answer.text}”不是{field.kind.title}", field.kind.title
            yield finding(of, text, found=answer.text, expected=kind, **place(answers, answer.cell, name))


@rule(
    Rule(
        code="E34",
        title="数字是以文字填写的",
        why="写成文字（带单位、全角或有空格）的数字，表格软件不会计入合计。",
        fix="请只填数字，不带单位和空格",
        severity="info",
        source="填表说明",
        wrong={"自评表": {"其他资金": {"text": "2880万元"}}},
        right={"自评表": {"其他资金": "2880"}},
    )
)
def number_as_text(case: Case, of: Rule) -> Iterator[Finding]:
    """Find numbers typed as text: read for what they mean, and reported; one finding for the form, and one for bare numbers.

    A text that a total of the sheet passes over is a warning that says what the reader of the sheet sees.
    """
    for answers in case.filing.forms.values():
        typed = [(name, answer) for name, _field, answer in _with_problem(answers, "text")]
        if seen := unsummed(answers, case.numbers):
            # The last one is the total of all: 总分 behind 资金得分.
            blank, wrong = list(seen.items())[-1]
            name, first = next((name, answer) for name, answer in typed if answer.cell in wrong.cells)
            text = f"“{blank}”显示{plain(wrong.shown)}，因为{listed(wrong.cells, _NAMED)}是文字，公式没有计入"
            text += f"；改成数字，“{blank}”是{plain(wrong.total)}"
            where = place(answers, first.cell, name)
            yield finding(replace(of, severity="warning"), text, found=first.text, expected=_show(first), **where)
            typed = [(name, answer) for name, answer in typed if answer.cell not in wrong.cells]
        for bare in (False, True):
            some = [(name, answer) for name, answer in typed if bool(_BARE.fullmatch(answer.text)) is bare]
            if not some:
                continue
            name, first = some[0]
            cells = listed([answer.cell for _, answer in some], _NAMED)
            what = "数字是文字格式" if bare else f"数带着单位、符号或别的字（如“{first.text}”）"
            text = f"{cells}共{len(some)}格的{what}，已按数字读取"
            if len(some) == 1 and not bare:
                text = f"“{first.text}”是文字，已按{_show(first)}读取"
            yield finding(of, text, found=first.text, expected=_show(first), **place(answers, first.cell, name))


@rule(
    Rule(
        code="L01",
        title="数字旁边的标签没有找到",
        why="标签被删改后，它旁边的数就无法确定是什么，没有读取，也没有核对。",
        fix="请恢复这个标签，或在空白表上重填",
        severity="error",
        source="表样",
    )
)
def label_missing(case: Case, of: Rule) -> Iterator[Finding]:
    """Report each label that leads to numbers and was not found."""
    return _missing(case, of, numeric=True)


@rule(
    Rule(
        code="L05",
        title="文字旁边的标签没有找到",
        why="表样与已知的不同，或标签被删改，它旁边的文字没有读取。",
        fix="请核对是否用了规定的表样",
        severity="info",
        source="表样",
    )
)
def text_label_missing(case: Case, of: Rule) -> Iterator[Finding]:
    """Report each label that leads to texts only and was not found."""
    return _missing(case, of, numeric=False)


def _missing(case: Case, of: Rule, *, numeric: bool) -> Iterator[Finding]:
    for answers in case.filing.forms.values():
        for lost in answers.missing:
            if lost.numeric is numeric:
                there = f"，它的位置上是{lost.cell}的“{lost.nearest}”" if lost.nearest else ""
                where = place(answers, lost.cell, "")
                yield finding(of, f"没有找到“{lost.label}”{there}", found=lost.nearest, expected=lost.label, **where)


@rule(
    Rule(
        code="L06",
        title="内容错位或残缺，按推测读取",
        why="从Word、PDF转来的表常常错一格、断开标签；能推断的按推断读取，但要请人看一眼。",
        fix="请核对这一行读得对不对，最好在空白表上重填",
        severity="info",
        source="报送要求",
    )
)
def repaired(case: Case, of: Rule) -> Iterator[Finding]:
    """Report each row that was read after a repair."""
    for answers in case.filing.forms.values():
        for one in answers.repairs:
            yield finding(of, one.text, **place(answers, one.cell, ""))


@rule(
    Rule(
        code="L02",
        title="缺少一张表",
        why="一套表要一起报，缺了一张就不能互相核对。",
        fix="请把缺的表补进同一个工作簿后重报",
        severity="error",
        source="报送要求",
    )
)
def form_missing(case: Case, of: Rule) -> Iterator[Finding]:
    """Report each form of the set that no sheet holds."""
    for form in case.filing.formset.forms:
        if form.name not in case.filing.forms:
            yield finding(of, f"没有找到“{form.name}”", expected=form.name, form=form.name)


@rule(
    Rule(
        code="L03",
        title="表是空的",
        why="找到了表，但一个数也没有填。",
        fix="请填写后再报",
        severity="error",
        source="报送要求",
    )
)
def form_empty(case: Case, of: Rule) -> Iterator[Finding]:
    """Report forms in which nothing was filled; of a form, half of what must be filled in has to be there."""
    for name, answers in case.filing.forms.items():
        if _is_empty(answers) and _is_half_there(answers):
            yield finding(of, f"“{name}”还没有填写", form=name, sheet=answers.sheet)


def _is_half_there(answers: FormAnswers) -> bool:
    """Tell whether the sheet has at least half of the blanks and columns that must be filled in."""
    fields = [bool(answers.fields.get(name, ABSENT).cell) for name, of in answers.form.fields.items() if of.must]
    columns = [
        has_column(answers, table.name, name)
        for table in answers.form.tables.values()
        for name, of in table.columns.items()
        if of.must
    ]
    return sum(fields + columns) * 2 >= len(fields + columns)


def _is_empty(answers: FormAnswers) -> bool:
    """Tell whether nothing was typed but what the template starts with."""
    starts = {name for name, field in answers.form.fields.items() if field.start} | {answers.form.unit_field}
    typed = (
        (answer.value is not None or answer.text) and answer.formula is None
        for name, answer in answers.fields.items()
        if name not in starts
    )
    return not any(typed) and not any(has_lines(answers, name) for name in answers.tables)


@rule(
    Rule(
        code="L04",
        title="一条指标也没有",
        why="自评要对照指标打分，没有指标就没有得分。",
        fix="请填写绩效指标",
        severity="error",
        source="部门整体支出绩效自评表“绩效指标”",
    )
)
def no_lines(case: Case, of: Rule) -> Iterator[Finding]:
    """Report tables of indicators without a single line, in forms that are otherwise filled.

    Nothing is said of a sheet without the columns that every line must fill in: its lines cannot be seen.
    """
    for answers in case.filing.forms.values():
        for table in answers.form.tables.values():
            must = [Column(answers.form.name, table.name, name) for name, field in table.columns.items() if field.must]
            there = not case.numbers.lacks(must)
            if table.inherit and there and not has_lines(answers, table.name) and not _is_empty(answers):
                head = next((cell for (name, _), cell in answers.heads.items() if name == table.name), "")
                yield finding(of, f"“{table.name}”一条也没有填", **place(answers, head, table.name))


@rule(
    Rule(
        code="L07",
        title="小计行混在指标里",
        why="小计、合计行不是指标；它的分值和得分是上面各行加起来的，总分的公式会把它再加一遍。",
        fix="请删去这一行，总分由各指标直接相加",
        severity="error",
        source="表样",
    )
)
def subtotal_among_lines(case: Case, of: Rule) -> Iterator[Finding]:
    """Report the lines that add up other lines: an error where the sheet's total counts them twice, else a hint."""
    for answers in case.filing.forms.values():
        twice = counted_twice(answers, case.numbers)
        for line in answers.subtotals:
            cell = next(filter(parse_cell, (answer.cell for answer in line.values())), "")
            name = next((answer.value for answer in line.values() if isinstance(answer.value, str)), "小计")
            text = f"{cell}“{name.strip()}”是小计，不是指标，没有计入"
            rule_here = replace(of, severity="info")
            if twice is not None and line in twice.lines:
                text = f"{cell}“{name.strip()}”是小计，不是指标，表上的总分{plain(twice.shown)}把它又加了一遍"
                text += f"，各项得分之和是{plain(twice.total)}"
                rule_here = of
            yield finding(rule_here, text, found=name.strip(), **place(answers, cell, TABLE))


def _show(answer: Answer) -> str:
    return plain(answer.value) if isinstance(answer.value, Decimal) else ""
