"""Many filings as text for the terminal, 80 columns wide: a block for each, and the summary of the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from xlsxeval.report.facts import (
    UNIT_STATES,
    Facts,
    OtherFile,
    UnitLine,
    counted_text,
    state_of,
    unclear_text,
    unit_counts,
    years_text,
)
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import reading_lines, sentence, summary_text, verdict_text
from xlsxeval.rules.finding import Finding
from xlsxeval.text import display_width, safe

WIDTH = 80
#: How many of the files that were not checked are listed.
_MOST_OTHERS = 50
#: The states of units that have no line of their own, unless there is a remark.
_NO_LINE = frozenset({"pass", "info", "missing"})
#: What a line break may not divide: a number, a word or a character, with the brackets before and after it.
_PIECES = re.compile("[（《“‘【]{0,3}(?:[!-~]{1,40}|.)[，。；：、！？）》”’】…]{0,5}", re.DOTALL)
#: Function that colours a text by a severity or a state.
Paint = Callable[[str, str], str]


def plain_paint(text: str, _state: str) -> str:
    """Return the text without colour."""
    return text


def block(outcome: Outcome, paint: Paint = plain_paint) -> Iterator[str]:
    """Yield the lines about one filing: unit, verdict, findings by form, and an empty line.

    For a filing that another one replaces: only the reason why it does not count.
    """
    yield from wrapped(outcome.title, 0)
    if outcome.title != outcome.file:
        yield from wrapped(f"文件：{outcome.file}", 2)
    if outcome.replaced:
        for note in outcome.notes:
            yield from wrapped(f"不计入：{note}", 2)
        yield ""
        return
    yield paint(f"  {verdict_text(outcome)}", state_of(outcome))
    yield from (f"  {line}" for line in outcome.explained)
    for _, findings in groupby(_by_sheet(outcome), key=lambda finding: finding.sheet):
        group = list(findings)
        if group[0].sheet:
            yield f"  {safe(group[0].sheet)}"
        for finding in group:
            yield from _finding(finding, paint)
    for line in reading_lines(outcome):
        yield from wrapped(line, 2)
    for note in outcome.notes:
        yield from wrapped(f"注意：{note}", 2)
    if outcome.summary is not None and outcome.summary.indicators:
        yield from wrapped(f"小结：{summary_text(outcome.summary)}", 2)
    yield ""


def verdict_line(outcome: Outcome, paint: Paint = plain_paint) -> str:
    """Return the line about a filing for ``--quiet``."""
    whose = "" if outcome.title == outcome.file else f"{outcome.title}  "
    message = "不计入" if outcome.replaced else paint(verdict_text(outcome), state_of(outcome))
    if outcome.verdict == "unusable":
        message += f"（{outcome.findings[0].code}：{safe(outcome.findings[0].message).rstrip('。')}）"
    return f"{safe(whose + outcome.file)}：{message}"


def facts_lines(facts: Facts) -> Iterator[str]:
    """Yield the summary of the run: counts, units, files not checked, questions, waivers without effect."""
    yield from wrapped(counted_text(facts), 0)
    if years := years_text(facts):
        yield from wrapped(f"年度：{years}", 0)
    if facts.skipped:
        reasons = "，".join(f"{count}个{reason}" for reason, count in sorted(facts.skipped.items()))
        yield from wrapped(f"跳过{sum(facts.skipped.values())}个：{reasons}", 0)
    if facts.roster_line:
        yield from wrapped(facts.roster_line, 0)
    # A file of a unit that sent nothing else stands beside the unit.
    told: set[OtherFile] = set()
    if facts.roster and facts.listed:
        yield from _units(facts, told)
    elif facts.roster:
        missing = _names("没有报送", facts.missing) if facts.missing else "全部已报送"
        yield from wrapped(f"名单上{facts.roster}个单位，{missing}", 0)
    if facts.unlisted:
        yield from wrapped(_names("不在名单上", facts.unlisted), 0)
    yield from _others([other for other in facts.others if other not in told])
    if facts.unclear:
        yield from wrapped(unclear_text(facts), 0)
        for line in facts.unclear:
            yield from wrapped(line, 2)
    for line in facts.alike:
        yield from wrapped(line, 0)
    if facts.waivers:
        yield from wrapped(f"审核说明有{len(facts.waivers)}条没有用上：", 0)
        for line in facts.waivers:
            yield from wrapped(line, 2)


def _units(facts: Facts, told: set[OtherFile]) -> Iterator[str]:
    """Yield the units of the roster: counts, missing ones, and a line for each of the others that needs attention.

    Args:
        facts: the run.
        told: gets the files that stand beside a unit.
    """
    counts = unit_counts(facts.listed)
    counted = "，".join(f"{count}个{UNIT_STATES[state]}" for state, count in counts.items())
    yield from wrapped(f"名单上{facts.roster}个单位：{counted}", 0)
    if facts.missing:
        yield from wrapped(_names(UNIT_STATES["missing"], facts.missing), 0)
    of_unit: dict[str, list[OtherFile]] = {}
    for other in facts.others:
        of_unit.setdefault(other.unit, []).append(other)
    for state in reversed(counts):
        for line in facts.listed:
            if line.state == state == "unread":
                files = of_unit.get(line.unit, [])
                told.update(files)
                yield from _unread(line, files)
            elif line.state == state and (line.remarks or state not in _NO_LINE):
                yield from _unit(line)


def _unread(line: UnitLine, files: list[OtherFile]) -> Iterator[str]:
    """Yield the lines of a unit that sent only files that were not checked: each file with its sentence."""
    if not files:
        yield from _unit(line)
    for other in files:
        yield from wrapped(f"{UNIT_STATES['unread']}  {line.unit}  {other.file}：{other.what}", 0, 4)
    remarks = [remark for remark in line.remarks if remark not in {other.what for other in files}]
    if files and remarks:
        yield from wrapped("".join(map(sentence, remarks)), 4)


def _unit(line: UnitLine) -> Iterator[str]:
    """Yield the line of a unit: ``须更正  某局  甲.xlsx  2项错误，1项警告  …``."""
    numbers = {"项错误": line.errors, "项警告": line.warnings, "项提示": line.hints, "项已说明": line.explained}
    counted = "，".join(f"{number}{word}" for word, number in numbers.items() if number)
    parts = (UNIT_STATES[line.state], line.unit, line.file, counted, "".join(map(sentence, line.remarks)))
    yield from wrapped("  ".join(filter(None, parts)), 0, 4)


def _others(others: list[OtherFile]) -> Iterator[str]:
    """Yield the files that were not checked, at most _MOST_OTHERS of them."""
    if others:
        yield f"没有核对的文件{len(others)}个："
    for other in others[:_MOST_OTHERS]:
        whose = f"（{other.unit}）" if other.unit else ""
        yield from wrapped(f"{other.file}{whose}：{other.what}", 2, 4)
    if len(others) > _MOST_OTHERS:
        yield f"  还有{len(others) - _MOST_OTHERS}个没有列出"


def _names(what: str, names: tuple[str, ...]) -> str:
    """Return a line: ``没有报送的2个：甲局、乙局``."""
    return f"{what}的{len(names)}个：{'、'.join(names)}"


def _by_sheet(outcome: Outcome) -> list[Finding]:
    """Return the findings grouped by sheet, in the order in which the sheets first occur."""
    order = {sheet: place for place, sheet in enumerate(dict.fromkeys(finding.sheet for finding in outcome.findings))}
    return sorted(outcome.findings, key=lambda finding: order[finding.sheet])


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    """Yield the lines of a finding."""
    where = "  ".join(part for part in (finding.cell, finding.code) if part)
    message = f"（已说明）{finding.message}审核说明：{finding.waived}。" if finding.waived else finding.message
    first, *rest = wrapped(f"{finding.severity_word}  {where}  {message}", 4, 10)
    word = finding.severity_word
    yield first.replace(word, paint(word, "" if finding.waived else finding.severity), 1)
    yield from rest


def wrapped(text: str, indent: int, hanging: int | None = None) -> Iterator[str]:
    """Return a text as lines of at most WIDTH columns; a number or word is not divided.

    Args:
        text: the text.
        indent: columns before the first line.
        hanging: columns before the other lines; default: the same.
    """
    line, margin = " " * indent, " " * (indent if hanging is None else hanging)
    for piece in _PIECES.findall(safe(text)):
        if display_width(line + piece) > WIDTH:
            yield line.rstrip()
            line = margin + piece.lstrip()
        else:
            line += piece
    yield line.rstrip()
