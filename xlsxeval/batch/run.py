"""A run over many files: check every file, enter the results in the ledger, and count them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from xlsxeval.api.source import printable
from xlsxeval.batch.allowance import Allowance
from xlsxeval.batch.collect import Collected
from xlsxeval.batch.ledger import Ledger
from xlsxeval.batch.many import processors, run_tasks
from xlsxeval.batch.roster import Roster
from xlsxeval.batch.season import Joinable, Season
from xlsxeval.batch.worker import JoinedPart, Task
from xlsxeval.errors import MachineError
from xlsxeval.folder import digest_of
from xlsxeval.read.others import HEAD, known_other, may_be_workbook
from xlsxeval.read.refusals import BUG, MACHINE, Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.report.facts import Facts, UnitLine
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request


@dataclass(slots=True)
class Progress:
    """The progress of a run.

    Attributes:
        done: files that are finished.
        known: those of them whose results came from an earlier run.
        errors: findings of severity error.
        faults: the codes of failures of the machine or of this program.
    """

    done: int = 0
    known: int = 0
    errors: int = 0
    faults: set[str] = field(default_factory=set)

    def count(self, outcomes: Sequence[Outcome]) -> None:
        """Count one finished file."""
        self.done += 1
        for outcome in outcomes:
            self.errors += outcome.count("error")
            self.faults.update(finding.code for finding in outcome.findings if finding.code in {MACHINE, BUG})


def run_files(
    collected: Collected,
    ledger: Ledger,
    request: Request,
    *,
    remembered: bool,
    executor: Executor | None = None,
    jobs: int | None = None,
    allowance: Allowance = Allowance(),
) -> Generator[Progress, None, None]:
    """Check files and enter the results in the ledger; yields the progress after each file.

    Args:
        collected: the files, in the order of the reports.
        ledger: an open ledger.
        request: how to check.
        remembered: whether the ledger may hold results of an earlier run.
        executor: does the checks instead of processes of our own.
        jobs: how many processes.
        allowance: the processor seconds and memory that one file may use.

    Raises:
        MachineError: if no process starts, or the executor accepts no more work.
    """
    progress = Progress()

    def tasks() -> Iterator[Task]:
        for place, path in enumerate(collected.files):
            name, loose = printable(path), path in collected.loose
            known = ledger.begin(place, name, _digest(path, request) if remembered and not loose else "")
            if known is None and loose and (other := _no_workbook(path, name)):
                known = (other,)
                ledger.add(place, known)
            if known is not None:
                progress.known += other_than_unread(known)
                progress.count(known)
            yield Task(place, name, path if known is None else None, sent=True, loose=loose)

    results = run_tasks(
        tasks(),
        request,
        executor=executor,
        jobs=min(jobs or processors(), len(collected.files)),
        allowance=allowance,
    )
    with closing(results):
        for place, result in results:
            if result:
                ledger.add(place, result.outcomes, result.digest)
                progress.count(result.outcomes)
            yield progress


def join_files(
    joinable: Sequence[Joinable],
    collected: Collected,
    ledger: Ledger,
    request: Request,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    allowance: Allowance = Allowance(),
) -> None:
    """Check the files that may be one filing together as one, and enter the results in the ledger.

    Arguments and errors are those of ``run_files``.
    """
    members = {
        (place, number): member
        for place, number, member in ledger.connection.execute("SELECT place, number, member FROM filings")
    }

    def part(key: tuple[int, int]) -> JoinedPart:
        path, member = collected.files[key[0]], members[key]
        return JoinedPart(f"{printable(path)}/{member}" if member else printable(path), path, member)

    tasks = (
        Task(number, printable(path := collected.files[one.places[0][0]]), path, parts=tuple(map(part, one.places)))
        for number, one in enumerate(joinable)
    )
    results = run_tasks(
        tasks, request, executor=executor, jobs=min(jobs or processors(), len(joinable)), allowance=allowance
    )
    with closing(results):
        for number, result in results:
            if result and not any(outcome.verdict == "unusable" for outcome in result.outcomes):
                ledger.join(joinable[number].content, list(joinable[number].places), result.outcomes)


def _no_workbook(path: Path, name: str) -> Outcome | None:
    """Say what a file without the ending of a workbook is; None if it may be a workbook, or cannot be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except (OSError, ValueError):
        return None  # the worker reports the error
    if may_be_workbook(head, path.name):
        return None
    known = known_other(head, path.name)
    return Outcome(name, "unread", (), kind=known.kind, what=known.what)


def other_than_unread(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether a file was checked, and not only named."""
    return any(outcome.verdict != "unread" for outcome in outcomes)


def _digest(path: Path, request: Request) -> str:
    try:
        return digest_of(read_bytes(path, request.limits))
    except (Refused, MachineError):
        return ""  # the worker reports the error


def facts_of(
    ledger: Ledger, collected: Collected, season: Season, roster: Roster | None = None, *, interrupted: bool = False
) -> Facts:
    """Count the filings of a run; an interrupted run is not compared with the roster."""
    done, replaced = ledger.count()
    listed = roster.units if roster and not interrupted else ()
    lines: Sequence[UnitLine] = () if interrupted else season.lines
    return Facts(
        files=done,
        total=len(collected.files),
        states=ledger.states(),
        replaced=replaced,
        skipped=collected.skipped,
        roster=len(listed),
        missing=tuple(line.unit for line in lines if line.state == "missing"),
        unlisted=() if interrupted else tuple(season.unlisted),
        interrupted=interrupted,
        units=tuple(lines),
        others=tuple(ledger.others()),
        roster_line=roster.said if roster else "",
        years=season.years,
        unclear=tuple(season.unclear),
        alike=tuple(season.alike),
    )
