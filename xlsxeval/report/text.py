"""Findings as lines for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlsxeval.forms.model import SEVERITIES
from xlsxeval.numbers import percent_text, plain
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.summary import Summary
from xlsxeval.text import safe

#: The option that a message names in brackets, for whoever runs the program.
_OPTION = re.compile(r"（--[a-z-]+）")
_WHAT_TO_DO = {"error": "须更正", "warning": "须说明", "info": "供核对"}


def findings_text(outcome: Outcome) -> Iterator[str]:
    """Yield one line for each finding and, at the end, the verdict of the file."""
    yield from outcome.explained
    for finding in outcome.findings:
        where = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet or outcome.file
        message = (
            f"（已说明）  {finding.message}审核说明：{finding.waived}。" if finding.waived else f"  {finding.message}"
        )
        yield safe(f"{where}  {finding.code} {finding.severity_word}{message}")
    for line in reading_lines(outcome):
        yield safe(line)
    for note in outcome.notes:
        yield safe(f"注意：{note}")
    if outcome.summary is not None and outcome.summary.indicators:
        yield safe(f"小结：{summary_text(outcome.summary)}")
    yield safe(f"{outcome.file}：{verdict_text(outcome)}")


def for_units(finding: Finding) -> str:
    """Return the message for the unit: without the names of options, because the unit does not run the program."""
    return without_options(finding.message)


def without_options(text: str) -> str:
    """Return a sentence without the names of options in brackets."""
    return _OPTION.sub("", text)


def sentence(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith(("。", "？", "！")) else f"{text}。"


def reading_lines(outcome: Outcome) -> Iterator[str]:
    """Yield a line for each form in which labels or blanks are missing, and one if rules did not apply."""
    for form in outcome.reading:
        if form.guessed or form.missed:
            yield f"读取：{form.form}找到{form.found}格，推测{form.guessed}处，没有找到{form.missed}格"
    if outcome.applied.unused:
        yield f"规则：{outcome.applied.text}"


def verdict_text(outcome: Outcome) -> str:
    """Return the verdict in words: ``不通过，2项错误须更正，1项警告须说明``."""
    if outcome.verdict == "unusable":
        return "无法使用"
    if outcome.verdict == "unread":
        return f"没有核对。{outcome.what}"
    if outcome.verdict == "unchecked":
        return "没有核对规则，只读取了数据"
    if outcome.verdict == "pass":
        return "通过，没有发现问题"
    if not any(outcome.count(severity) for severity in SEVERITIES):
        return f"通过，{outcome.waived}项已有审核说明"
    counts = [
        f"{outcome.count(severity)}项{word}{_WHAT_TO_DO[severity]}"
        for severity, word in SEVERITIES.items()
        if outcome.count(severity)
    ]
    waived = f"，{outcome.waived}项已有审核说明" if outcome.waived else ""
    return ("不通过，" if outcome.count("error") else "没有错误，") + "，".join(counts) + waived


def summary_text(summary: Summary) -> str:
    """Return the summary in one line: ``总分98.5（优），执行率99.52%，12个指标，失分：产出指标1.5分；先看…``."""
    parts = []
    if summary.total is not None:
        stated = "" if summary.stated in (None, summary.total) else f"填{plain(summary.stated or Decimal(0))}，"
        parts.append(f"总分{stated}{'重算' if stated else ''}{plain(summary.total)}（{summary.grade}）")
    elif summary.stated is not None:
        parts.append(f"总分填{plain(summary.stated)}，没有重算")
    if summary.rate is not None:
        parts.append(f"执行率{percent_text(summary.rate)}")
    parts.append(f"{summary.indicators}个指标")
    lost = "、".join(f"{first or '未分类'}{plain(points)}分" for first, points in summary.lost.items())
    parts.append(f"失分：{lost}" if lost else "各指标没有失分")
    first = "、".join(
        f"{finding.sheet or finding.form}{'!' if finding.cell else ''}{finding.cell}（{finding.code}）"
        for finding in summary.first
    )
    return "，".join(parts) + (f"；先看{first}" if first else "")
