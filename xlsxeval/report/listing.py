"""Many filings as text for people: a block for each, by form, 80 columns wide, and what the run comes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from xlsxeval.forms.model import SEVERITIES
from xlsxeval.report.facts import Facts, counted_text
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import reading_lines, summary_text, verdict_text
from xlsxeval.rules.finding import Finding
from xlsxeval.text import display_width, safe

WIDTH = 80
#: What stays together: a number, a word or a sign, with brackets opening before it and closing behind it.
_PIECES = re.compile("[（《“‘【]{0,3}(?:[!-~]{1,40}|.)[，。；：、！？）》”’】…]{0,5}", re.DOTALL)
#: Colours a text by a severity or a state.
Paint = Callable[[str, str], str]


def plain_paint(text: str, _state: str) -> str:
    """Leave a text without colour."""
    return text


def block(outcome: Outcome, paint: Paint = plain_paint) -> Iterator[str]:
    """Yield the lines on one filing: whose it is, the verdict, the findings by form, and an empty line.

    Of a filing that another one replaces, only why it does not count.
    """
    yield from _wrapped(outcome.title, 0)
    if outcome.title != outcome.file:
        yield from _wrapped(f"文件：{outcome.file}", 2)
    if outcome.replaced:
        for note in outcome.notes:
            yield from _wrapped(f"不计入：{note}", 2)
        yield ""
        return
    yield paint(f"  {verdict_text(outcome)}", _worst(outcome))
    yield from (f"  {line}" for line in outcome.explained)
    for _, findings in groupby(_by_sheet(outcome), key=lambda one: one.sheet):
        ones = list(findings)
        if ones[0].sheet:
            yield f"  {safe(ones[0].sheet)}"
        for one in ones:
            yield from _finding(one, paint)
    for line in reading_lines(outcome):
        yield from _wrapped(line, 2)
    for note in outcome.notes:
        yield from _wrapped(f"注意：{note}", 2)
    if outcome.summary is not None and outcome.summary.indicators:
        yield from _wrapped(f"小结：{summary_text(outcome.summary)}", 2)
    yield ""


def verdict_line(outcome: Outcome, paint: Paint = plain_paint) -> str:
    """Return the one line on a filing for ``--quiet``."""
    whose = "" if outcome.title == outcome.file else f"{outcome.title}  "
    said = "不计入" if outcome.replaced else paint(verdict_text(outcome), _worst(outcome))
    if outcome.verdict == "unusable":
        said += f"（{outcome.findings[0].code}：{safe(outcome.findings[0].message).rstrip('。')}）"
    return f"{safe(whose + outcome.file)}：{said}"


def facts_lines(facts: Facts) -> Iterator[str]:
    """Yield what the run comes to: counts, what was passed over, who is missing."""
    yield from _wrapped(counted_text(facts), 0)
    if facts.skipped:
        reasons = "，".join(f"{count}个{reason}" for reason, count in sorted(facts.skipped.items()))
        yield from _wrapped(f"跳过{sum(facts.skipped.values())}个：{reasons}", 0)
    if facts.roster:
        yield from _wrapped(f"名单上{facts.roster}个单位，{_names('没有报送', facts.missing)}", 0)
    if facts.unlisted:
        yield from _wrapped(_names("不在名单上", facts.unlisted), 0)


def _names(what: str, names: tuple[str, ...]) -> str:
    return f"{what}的{len(names)}个：{'、'.join(names)}" if names else f"{what}的没有"


def _by_sheet(outcome: Outcome) -> list[Finding]:
    """Bring the findings on one sheet together, in the order in which the sheets first come up."""
    order = {sheet: place for place, sheet in enumerate(dict.fromkeys(one.sheet for one in outcome.findings))}
    return sorted(outcome.findings, key=lambda one: order[one.sheet])


def _worst(outcome: Outcome) -> str:
    return next((one for one in SEVERITIES if outcome.count(one)), "pass")


def _finding(one: Finding, paint: Paint) -> Iterator[str]:
    where = "  ".join(part for part in (one.cell, one.code) if part)
    said = f"（已说明）{one.message}审核说明：{one.waived}。" if one.waived else one.message
    first, *rest = _wrapped(f"{one.severity_word}  {where}  {said}", 4, 10)
    word = one.severity_word
    yield first.replace(word, paint(word, "" if one.waived else one.severity), 1)
    yield from rest


def _wrapped(text: str, indent: int, hanging: int | None = None) -> Iterator[str]:
    """Break a text into lines of at most WIDTH columns, not within a number or a word.

    Args:
        text: the text.
        indent: how far the first line is indented.
        hanging: how far the others are; default: the same.
    """
    line, margin = " " * indent, " " * (indent if hanging is None else hanging)
    for piece in _PIECES.findall(safe(text)):
        if display_width(line + piece) > WIDTH:
            yield line.rstrip()
            line = margin + piece.lstrip()
        else:
            line += piece
    yield line.rstrip()
