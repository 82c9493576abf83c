"""A season as a ledger keeps it, as lines of text, as a table (CSV) and as JSON."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from xlsxeval.batch.history import History, SentVersion, UnitHistory
from xlsxeval.report.facts import STATES, UNIT_STATES
from xlsxeval.report.json_text import as_json
from xlsxeval.report.json_types import SCHEMA_VERSION, LedgerJson, VersionJson
from xlsxeval.report.listing import wrapped
from xlsxeval.report.table import BOM, inert
from xlsxeval.report.tree import other_tree, outcome_tree, unit_tree
from xlsxeval.rules.finding import Finding
from xlsxeval.version import __version__

_HEAD = (
    *("单位", "单位状态", "文件", "项目", "状态", "轮次", "收到日期", "保存时间"),
    *("须更正", "须说明", "供核对", "已说明", "备注"),
)


def history_lines(history: History) -> Iterator[str]:
    """Yield the season as text, 80 columns wide: counts, then each unit with its versions and their findings."""
    counts = Counter(one.line.state for one in history.units)
    counted = "，".join(f"{counts[state]}个{word}" for state, word in UNIT_STATES.items() if counts[state])
    year = f"{history.year}年度，" if history.year else ""
    yield from wrapped(f"{year}第{history.round}轮，{len(history.units)}个单位：{counted or '还没有报送'}", 0)
    if not history.complete:
        yield from wrapped("上次核对没有做完，再运行一次就接着核对", 0)
    for one in history.units:
        yield ""
        yield from _unit_lines(one)
    if history.others:
        yield ""
        yield from wrapped(f"没有核对的文件{len(history.others)}个：", 0)
        for other in history.others:
            yield from wrapped(f"{other.file}（{other.unit or '不知道是哪个单位'}）：{other.what}", 2)


def _unit_lines(one: UnitHistory) -> Iterator[str]:
    line = one.line
    yield from wrapped(f"{line.unit}：{UNIT_STATES[line.state]}", 0)
    for remark in line.remarks:
        yield from wrapped(remark, 2)
    for version in one.versions:
        when = f"第{version.round}轮{version.day and f'（{version.day}）'}  " if version.round else ""
        yield from wrapped(f"{when}{version.outcome.file}：{STATES[version.state]}", 2)
        for note in version.outcome.notes:
            yield from wrapped(note, 4)
        if version.state != "replaced":
            for finding in version.outcome.findings:
                yield from wrapped(_finding_text(finding), 4, 10)


def _finding_text(finding: Finding) -> str:
    where = "  ".join(part for part in (finding.sheet, finding.cell, finding.code) if part)
    accepted = f"（已说明：{finding.waived}）" if finding.waived else ""
    return f"{finding.severity_word}  {where}  {finding.message}{accepted}"


def history_csv(history: History) -> Iterator[str]:
    """Yield a table line by line, each ended by CR LF, a byte order mark first: a row for each version sent."""
    yield BOM + _row(_HEAD)
    for unit in history.units:
        line = unit.line
        if not unit.versions:
            yield _row((line.unit, UNIT_STATES[line.state], line.file, *[""] * 9, "；".join(line.remarks)))
        for version in unit.versions:
            yield _row((line.unit, UNIT_STATES[line.state], *_version_cells(version)))


def _version_cells(version: SentVersion) -> tuple[str, ...]:
    outcome = version.outcome
    counts = (*map(outcome.count, ("error", "warning", "info")), outcome.waived)
    when = (str(version.round or ""), version.day, outcome.saved)
    return (
        outcome.file,
        outcome.subject,
        STATES[version.state],
        *when,
        *map(str, counts),
        "；".join(outcome.notes),
    )


def _row(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(inert, cells))
    return line.getvalue()


def history_json(history: History) -> str:
    """Give the season as one JSON object (docs/json/ledger.schema.json)."""
    tree: LedgerJson = {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "year": history.year,
        "round": history.round,
        "complete": history.complete,
        "units": [
            {**unit_tree(one.line), "versions": [_version_tree(version) for version in one.versions]}
            for one in history.units
        ],
        "others": [other_tree(one) for one in history.others],
    }
    return as_json(tree) + "\n"


def _version_tree(version: SentVersion) -> VersionJson:
    return {
        "state": version.state,
        "round": version.round,
        "day": version.day or None,
        "check": outcome_tree(version.outcome),
    }
