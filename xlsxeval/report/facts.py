"""The counts of a run over many files, as plain values for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlsxeval.report.outcome import Outcome

#: The states of a filing, the worst last: key -> word shown.
STATES = {
    "replaced": "不计入",
    "pass": "通过",
    "unchecked": "没有规则",
    "info": "供核对",
    "warning": "须说明",
    "error": "须更正",
    "unusable": "无法使用",
}


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


def state_of(outcome: Outcome) -> str:
    """Give the state of a filing, a key of STATES: the worst severity that was found."""
    if outcome.replaced or outcome.verdict == "unusable":
        return "replaced" if outcome.replaced else "unusable"
    found = next((severity for severity in ("error", "warning", "info") if outcome.count(severity)), "pass")
    return "unchecked" if outcome.verdict == "unchecked" else found
