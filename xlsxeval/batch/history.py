"""What a ledger keeps of a season: each unit with the versions that it sent and what was found in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlsxeval.batch.ledger import Ledger, reopen_ledger
from xlsxeval.report.facts import OtherFile, UnitLine
from xlsxeval.report.outcome import Outcome


class SentVersion(NamedTuple):
    """A filing that a unit sent.

    Attributes:
        outcome: the result of its check, with the notes that say which version counts.
        state: key of ``facts.STATES``, or ``replaced``.
        round: the round in which the ledger first saw it; None if that is not known.
        day: the day on which it did; empty if that is not known.
    """

    outcome: Outcome
    state: str
    round: int | None
    day: str


class UnitHistory(NamedTuple):
    """A unit, and what it sent, in the order of the files."""

    line: UnitLine
    versions: tuple[SentVersion, ...]


class History(NamedTuple):
    """A season as a ledger keeps it.

    Attributes:
        year: the year of the season; None if it is not known.
        round: the last round that ended; 0 if none did.
        units: those of the roster, then those outside it.
        others: the files that were no workbooks.
        complete: whether the last run came to its end.
    """

    year: int | None
    round: int
    units: tuple[UnitHistory, ...]
    others: tuple[OtherFile, ...]
    complete: bool


def read_history(path: str | os.PathLike[str]) -> History:
    """Read what the last run left in a ledger.

    Raises:
        DataError: if there is no such file, or it is no ledger or damaged, or a run has it.
        MachineError: if it cannot be read.
    """
    with reopen_ledger(path) as ledger:
        lines = [
            _line(json.loads(line)) for (line,) in ledger.connection.execute("SELECT line FROM units ORDER BY place")
        ]
        versions: dict[str, list[SentVersion]] = {}
        for owner, version in _versions(ledger):
            versions.setdefault(owner, []).append(version)
        known = {line.unit for line in lines}
        lines += [_unlisted(owner, sent) for owner, sent in versions.items() if owner not in known]
        year = ledger.remembered("year")
        return History(
            int(year) if year else None,
            int(ledger.remembered("round") or 0),
            tuple(UnitHistory(line, tuple(versions.get(line.unit, ()))) for line in lines),
            tuple(ledger.others()),
            complete=bool(lines) or not versions,
        )


def _versions(ledger: Ledger) -> Iterator[tuple[str, SentVersion]]:
    rows = ledger.connection.execute(
        "SELECT owner, state, replaced, seen.round, seen.day, name FROM filings JOIN files USING(place)"
        " LEFT JOIN seen ON seen.content = filings.content WHERE state != 'unread' AND files.content != ''"
        " ORDER BY place, filings.number"
    ).fetchall()
    for outcome, (owner, state, replaced, number, day, name) in zip(ledger.outcomes(), rows, strict=True):
        shown = "replaced" if replaced else state
        yield owner.strip() or outcome.unit or name, SentVersion(outcome, shown, number, day or "")


def _unlisted(owner: str, versions: list[SentVersion]) -> UnitLine:
    counted = [version.outcome for version in versions if version.state != "replaced"]
    states = [version.state for version in versions if version.state != "replaced"]
    return UnitLine(
        owner,
        state=states[0] if states else "unread",
        file="、".join(dict.fromkeys(outcome.file for outcome in counted)),
        errors=sum(outcome.count("error") for outcome in counted),
        warnings=sum(outcome.count("warning") for outcome in counted),
        hints=sum(outcome.count("info") for outcome in counted),
        explained=sum(outcome.waived for outcome in counted),
        remarks=("不在名单上",),
    )


def _line(stored: list[Any]) -> UnitLine:
    *values, remarks = stored
    return UnitLine._make((*values, tuple(remarks)))
