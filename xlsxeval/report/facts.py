"""The counts of a run over many files, as plain values for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxeval.report.outcome import Outcome

#: The states of a filing, the worst last: key -> word shown.
STATES = {
    "replaced": "不计入",
    "pass": "通过",
    "info": "供核对",
    "warning": "须说明",
    "unchecked": "没有规则",
    "error": "须更正",
    "unusable": "无法使用",
}
#: The states of a unit, the worst last: those of its filings, and what became of a unit without one.
UNIT_STATES = {
    **{state: word for state, word in STATES.items() if state != "replaced"},
    "unread": "已交未核对",
    "missing": "没有报送",
}
#: The states of a unit of which nothing was checked.
NOT_CHECKED = frozenset({"unread", "missing"})
_SEVERAL = 2


class UnitLine(NamedTuple):
    """What became of one unit in a run: a line of the progress table.

    Attributes:
        unit: its name on the roster; without a roster, in its form.
        code: its code on the roster (预算单位编码); empty if there is none, as are the texts below.
        group: its category on the roster (类别); else the office in charge of it (股室), else the department above it.
        state: key of UNIT_STATES: the worst of its filings that count.
        round: the round of the season in which what counts was first seen; None without a ledger or if nothing came.
        file: the file that counts; the names of several are separated by 、.
        filed: the day on which the ledger first saw that file, as 2025-04-07.
        errors, warnings, hints: findings of its filings that count, without those explained.
        explained: findings that were accepted with a reason.
        contact: name and telephone number from the roster.
        remarks: what somebody has to look at or to decide, one sentence each.
    """

    unit: str
    code: str = ""
    group: str = ""
    state: str = "missing"
    round: int | None = None
    file: str = ""
    filed: str = ""
    errors: int = 0
    warnings: int = 0
    hints: int = 0
    explained: int = 0
    contact: str = ""
    remarks: tuple[str, ...] = ()


class OtherFile(NamedTuple):
    """A file that was sent and is no workbook that can be checked.

    Attributes:
        file: its name as in the reports: ``报送/甲.rar``; of a file in a container ``报送/甲.zip/乙.pdf``.
        kind: a word for programs: ``pdf``, ``picture``, ``archive``, ``mail``, ``document``, ``text``, ``other``, …
        what: a sentence in Chinese: what it is and what to do.
        unit: the unit that it belongs to; empty if that is not known.
    """

    file: str
    kind: str
    what: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The counts of a run.

    Attributes:
        files: files that were checked.
        total: files that were to be checked.
        states: key of STATES -> number of filings, without replaced ones.
        replaced: filings that a newer filing, or the same content under another name, replaces.
        skipped: reason -> number of files that were left out.
        roster: number of units on the roster; 0 without a roster.
        missing: units of the roster that sent nothing.
        unlisted: units that sent something and are not on the roster.
        interrupted: whether the run ended before all files were checked.
        waivers: the waivers that had no effect, a sentence for each.
        units: what became of each unit of the roster; without a roster, of each unit that sent something.
        others: the files that were sent and are no workbook that can be checked.
        roster_line: how the roster was read, in one line.
        years: year -> number of filings that count.
        unclear: units whose order of versions is not clear, a sentence for each.
        alike: what else a person has to look at, a sentence for each.
    """

    files: int = 0
    total: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    replaced: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    roster: int = 0
    missing: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    interrupted: bool = False
    waivers: tuple[str, ...] = ()
    units: tuple[UnitLine, ...] = ()
    others: tuple[OtherFile, ...] = ()
    roster_line: str = ""
    years: Mapping[int, int] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def listed(self) -> tuple[UnitLine, ...]:
        """The units of the roster."""
        unlisted = frozenset(self.unlisted)
        return tuple(line for line in self.units if line.unit not in unlisted)


def facts_from(outcomes: Sequence[Outcome]) -> Facts:
    """Count outcomes; for outcomes that did not go through a ledger."""
    files = len({outcome.file for outcome in outcomes})
    states = Counter(map(state_of, outcomes))
    replaced = states.pop("replaced", 0)
    return Facts(files=files, total=files, states=dict(states), replaced=replaced)


def counted_text(facts: Facts) -> str:
    """Give the counts as one sentence: ``共核对3个文件：2份须更正，1份通过``."""
    counted = "，".join(f"{facts.states[state]}份{word}" for state, word in STATES.items() if facts.states.get(state))
    done = f"{facts.files}个文件" if not facts.interrupted else f"{facts.total}个文件中的{facts.files}个"
    replaced = f"；另有{facts.replaced}份重复或较早的没有计入" if facts.replaced else ""
    return f"共核对{done}：{counted or '没有结果'}{replaced}"


def years_text(facts: Facts) -> str:
    """Give the years if there are several, the most frequent first: ``2024年度198份，2023年度2份``."""
    if len(facts.years) < _SEVERAL:
        return ""
    counted = sorted(facts.years.items(), key=lambda pair: (-pair[1], -pair[0]))
    return "，".join(f"{year}年度{count}份" for year, count in counted)


def unit_counts(units: Iterable[UnitLine]) -> dict[str, int]:
    """Give the states that occur among units, the best first: key of UNIT_STATES -> number of units."""
    counted = Counter(line.state for line in units)
    return {state: counted[state] for state in UNIT_STATES if counted[state]}


def unclear_text(facts: Facts) -> str:
    """Give the line above the sentences about units whose order of versions is not clear."""
    return f"{len(facts.unclear)}个单位的几份次序不明，请核对（--prefer 文件 指定）："


def state_of(outcome: Outcome) -> str:
    """Give the state of a filing, a key of STATES: the worst severity that was found."""
    if outcome.replaced or outcome.verdict in {"unusable", "unread"}:
        return "replaced" if outcome.replaced else outcome.verdict
    found = next((severity for severity in ("error", "warning", "info") if outcome.count(severity)), "pass")
    return "unchecked" if outcome.verdict == "unchecked" else found
