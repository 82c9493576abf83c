"""What a run over many files comes to, beyond the outcomes themselves: plain values for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlsxeval.report.outcome import Outcome

#: What can become of a filing, worst last: key -> words.
STATES = {
    "replaced": "不计入",
    "pass": "通过",
    "info": "供核对",
    "warning": "须说明",
    "error": "须更正",
    "unusable": "无法使用",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The run in numbers and names.

    ``states`` counts filings by what became of them (the keys of STATES), without those that a newer version or the
    same content under another name replaces (``replaced``); ``missing`` and ``unlisted`` compare with the roster.
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


def facts_from(outcomes: Sequence[Outcome]) -> Facts:
    """Count outcomes that come from no run with a ledger."""
    files = len({outcome.file for outcome in outcomes})
    states = Counter(map(state_of, outcomes))
    replaced = states.pop("replaced", 0)
    return Facts(files=files, total=files, states=dict(states), replaced=replaced)


def counted_text(facts: Facts) -> str:
    """Say in a sentence what was checked and what became of it: ``共核对3个文件：2份须更正，1份通过``."""
    counted = "，".join(f"{facts.states[state]}份{word}" for state, word in STATES.items() if facts.states.get(state))
    done = f"{facts.files}个文件" if not facts.interrupted else f"{facts.total}个文件中的{facts.files}个"
    replaced = f"；另有{facts.replaced}份重复或较早的没有计入" if facts.replaced else ""
    return f"共核对{done}：{counted or '没有结果'}{replaced}"


def state_of(outcome: Outcome) -> str:
    """Give the key of STATES that tells what became of a filing."""
    if outcome.replaced or outcome.verdict == "unusable":
        return "replaced" if outcome.replaced else "unusable"
    return next((one for one in ("error", "warning", "info") if outcome.count(one)), "pass")
