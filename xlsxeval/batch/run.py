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
from xlsxeval.batch.roster import Unit, compare
from xlsxeval.batch.worker import Task
from xlsxeval.errors import MachineError
from xlsxeval.folder import digest_of
from xlsxeval.read.refusals import BUG, MACHINE, Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.report.facts import Facts
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
    files: Sequence[Path],
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
        files: the files, in the order of the reports.
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
        for place, path in enumerate(files):
            known = ledger.begin(place, printable(path), _modified(path), _digest(path, request) if remembered else "")
            if known is not None:
                progress.known += 1
                progress.count(known)
            yield Task(place, printable(path), path if known is None else None)

    results = run_tasks(
        tasks(),
        request,
        executor=executor,
        jobs=min(jobs or processors(), len(files)),
        allowance=allowance,
    )
    with closing(results):
        for place, result in results:
            if result:
                ledger.add(place, result.outcomes)
                progress.count(result.outcomes)
            yield progress


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):
        return 0.0


def _digest(path: Path, request: Request) -> str:
    try:
        return digest_of(read_bytes(path, request.limits))
    except (Refused, MachineError):
        return ""  # the worker reports the error


def facts_of(ledger: Ledger, collected: Collected, roster: Sequence[Unit] = (), *, interrupted: bool = False) -> Facts:
    """Count the filings of a run, and compare it with the roster; an interrupted run is not compared."""
    done, replaced = ledger.count()
    roster = () if interrupted else roster
    missing, unlisted = compare(roster, ledger.units()) if roster else ((), ())
    return Facts(
        files=done,
        total=len(collected.files),
        states=ledger.states(),
        replaced=replaced,
        skipped=collected.skipped,
        roster=len(roster),
        missing=missing,
        unlisted=unlisted,
        interrupted=interrupted,
    )
