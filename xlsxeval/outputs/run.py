"""A run over many files: check them and write every output, as the command ``check`` does with a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Unpack

from xlsxeval.api.sets import request_of, sets_of
from xlsxeval.api.source import printable
from xlsxeval.batch.allowance import Allowance
from xlsxeval.batch.collect import Collected
from xlsxeval.batch.ledger import Ledger, open_ledger
from xlsxeval.batch.roster import read_roster
from xlsxeval.batch.run import Progress, facts_of, run_files
from xlsxeval.errors import DataError, MachineError, OutputError, XlsxevalError
from xlsxeval.outputs.collecting import collect_for, nothing_to_check
from xlsxeval.outputs.letters import Letter
from xlsxeval.outputs.reports import Report, Run, chosen_reports
from xlsxeval.read.refusals import REFUSALS
from xlsxeval.report.facts import Facts
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import CheckOptions, Request
from xlsxeval.rules.run import known_codes
from xlsxeval.rules.waive import unused_waivers

#: Called with a label and a number of steps; gives a context whose value is called after each step.
Watch = Callable[[str, int], AbstractContextManager[Callable[[Progress | None], None]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does beside the checks, and with which means.

    Attributes:
        reports: report -> the path to write it to.
        ledger: the file that keeps results for the next run; None: no results are kept.
        roster: the file with the names of the units.
        letter: the parts that are the same in every notice.
        scope: the arguments of the run.
        executor: where to check instead of processes of our own.
        jobs: how many processes; None: one for each processor.
        allowance: the processor seconds and memory that one file may use.
        force: whether earlier reports may be written over.
    """

    reports: Mapping[Report, Path] = field(default_factory=dict)
    ledger: Path | None = None
    roster: Path | None = None
    letter: Letter = Letter()
    scope: tuple[Path, ...] = ()
    executor: Executor | None = None
    jobs: int | None = None
    allowance: Allowance = Allowance()
    force: bool = False


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The result of a run that ended or was interrupted; its outcomes can be read as long as the context is open.

    Attributes:
        facts: the counts of the run, and the units that are missing.
        progress: how many files were checked or known before, and the codes of errors of the machine or program.
        collected: the files of the run, and the files that were left out.
        failures: the errors in writing reports, and the error that stopped the checks, if there was one.
        interrupted: whether the checks or the writing ended before everything was done.
        notes: sentences about the reports that the user should know.
        stopped: the error that stopped the checks; None if there was none, or if it was Ctrl-C.
    """

    facts: Facts
    progress: Progress
    collected: Collected
    failures: list[XlsxevalError]
    notes: tuple[str, ...]
    interrupted: bool
    stopped: MachineError | None
    _ledger: Ledger

    def outcomes(self, *, replaced: bool = True) -> Iterator[Outcome]:
        """Yield the outcomes in the order of the files.

        Args:
            replaced: whether to include filings that a newer filing, or the same file under another name, replaces.
        """
        return self._ledger.outcomes(replaced=replaced)


def check_files(
    names: Iterable[str | os.PathLike[str]],
    *,
    reports: Mapping[str, str | os.PathLike[str]] | None = None,
    letter: Letter = Letter(),
    ledger: str | os.PathLike[str] | None = None,
    roster: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    max_seconds: float = Allowance.seconds,
    max_memory: int = Allowance.memory,
    force: bool = False,
    **options: Unpack[CheckOptions],
) -> AbstractContextManager[CheckedFiles]:
    """Check files and folders, write reports, and compare with a roster: the command ``check FOLDER`` without printing.

    Example::

        with check_files(["报送"], reports={"html": "结果.html"}, roster="单位.csv") as done:
            print(done.facts.missing, done.failures)

    Args:
        names: files, folders, and patterns such as ``报送/**/*.xlsx``.
        reports: name of a report (json, jsonl, csv, html, mark, notice, sarif, junit) -> file or folder.
        letter: the parts that are the same in every notice.
        ledger: a file that keeps results for the next run.
        roster: a file with the names of the units.
        executor: does the checks instead of processes of our own; ``jobs``, ``max_seconds`` and ``max_memory`` are
            ignored then.
        jobs: how many processes; default: one for each processor.
        max_seconds: processor seconds that one file may take; on the clock, six times as many, and at least 60.
        max_memory: MiB that one process may use (not on Windows and macOS).
        force: write over earlier reports.
        options: the attributes of ``Request`` (``formset``, ``year``, ``limits``, ``selection``, ``waivers``, …).

    Raises:
        DataError: if there is no file to check, or the roster or ledger cannot be used.
        DefinitionError: if the set or the template of the notices cannot be loaded.
        OutputError: if a report cannot be written where it is wanted.
        MachineError: if the ledger cannot be read or written.
    """
    book, units = (Path(path) if path else None for path in (ledger, roster))
    chosen = chosen_reports(reports or {}, (book, units, letter.template), force=force)
    scope = tuple(map(Path, names))
    collected = collect_for(list(map(str, scope)), chosen.values(), book, units)
    if not collected.files:
        raise DataError(nothing_to_check(map(str, scope), collected))
    request = request_of({"excerpts": bool(book) or any(report.excerpts for report in chosen), **options})
    allowance = Allowance(max_seconds, max_memory)
    plan = Plan(chosen, book, units, letter, scope, executor, jobs, allowance, force)
    return run_plan(collected, request, plan)


def _no_watch(_label: str, _steps: int) -> AbstractContextManager[Callable[[Progress | None], None]]:
    return nullcontext(lambda _progress: None)


@contextmanager
def run_plan(collected: Collected, request: Request, plan: Plan, watch: Watch = _no_watch) -> Iterator[CheckedFiles]:
    """Check the files, write the reports, and give the result; its outcomes can be read inside the ``with``.

    Ctrl-C ends the checks or the writing without an exception and sets ``interrupted``; finished checks are kept.

    Args:
        collected: the files.
        request: how to check them.
        plan: the reports, and with which means to check.
        watch: shows the progress.

    Raises:
        DataError: if the roster or the ledger cannot be used.
        DefinitionError: if the template of the notices cannot be used.
        MachineError: if the ledger cannot be read or written.
    """
    _try_template(plan)
    roster = read_roster(plan.roster).units if plan.roster else ()
    with open_ledger(plan.ledger, request) as ledger:
        progress, interrupted, stopped = Progress(), False, None
        try:
            checks = _steps(collected, ledger, request, plan)
            with watch("核对", len(collected.files)) as step, closing(checks) as steps:
                for progress in steps:  # the last value is used below
                    step(progress)
        except KeyboardInterrupt:
            interrupted = True
        except MachineError as error:
            interrupted, stopped = True, error
        ledger.settle()
        facts = facts_of(ledger, collected, roster, interrupted=interrupted)
        if request.waivers:
            facts = replace(facts, waivers=_without_effect(request, ledger, complete=not interrupted))
        failures: list[XlsxevalError] = []
        notes: list[str] = []
        try:
            _write_reports(ledger, facts, collected, request, plan, watch, failures, notes)
        except KeyboardInterrupt:
            interrupted = True
        if stopped:
            failures.append(stopped)
        yield CheckedFiles(facts, progress, collected, failures, tuple(notes), interrupted, stopped, ledger)


def _without_effect(request: Request, ledger: Ledger, *, complete: bool) -> tuple[str, ...]:
    """Say which waivers had no effect in a run."""
    codes = frozenset(REFUSALS).union(*map(known_codes, sets_of(request.formset)))
    filings = ((outcome.unit, outcome.findings) for outcome in ledger.outcomes(replaced=True))
    today = request.today or date.today()  # noqa: DTZ011  # the day where the user is
    return unused_waivers(request.waivers, filings, codes, today, complete=complete)


def _try_template(plan: Plan) -> None:
    """Load the template of the notices if there will be any, so that a mistake in it is found before the checks."""
    if any(report.name == "notice" for report in plan.reports):
        from xlsxeval.report.letter import load_template

        load_template(plan.letter.template)


def _steps(collected: Collected, ledger: Ledger, request: Request, plan: Plan) -> Generator[Progress, None, None]:
    return run_files(
        collected.files,
        ledger,
        request,
        remembered=bool(plan.ledger),
        executor=plan.executor,
        jobs=plan.jobs,
        allowance=plan.allowance,
    )


def _write_reports(
    ledger: Ledger,
    facts: Facts,
    collected: Collected,
    request: Request,
    plan: Plan,
    watch: Watch,
    failures: list[XlsxevalError],
    notes: list[str],
) -> None:
    """Write every report; an error in one is added to ``failures``, and the others are written all the same."""
    paths = {printable(path): path for path in collected.files}
    run = Run(request, facts, plan.letter, paths, collected.places, plan.scope, plan.allowance, plan.force)
    for report, path in plan.reports.items():
        if facts.interrupted and report.folder:
            failures.append(OutputError(f"核对没有做完，没有写：{path}"))
            continue
        steps = sum(facts.states.values()) + facts.replaced * report.replaced
        try:
            with watch(f"写出 {path.name}", steps) as step:
                notes += report.write(path, _watched(ledger.outcomes(replaced=report.replaced), step), run) or ()
        except XlsxevalError as error:
            failures.append(error)


def _watched(outcomes: Iterator[Outcome], step: Callable[[Progress | None], None]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        step(None)
