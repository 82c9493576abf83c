"""A run over many files: check them and write every output, as the command ``check`` does with a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
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
from xlsxeval.batch.ledger import Ledger, open_ledger, written_before
from xlsxeval.batch.roster import Roster, read_roster
from xlsxeval.batch.run import Progress, facts_of, join_files, run_files
from xlsxeval.batch.season import Season, finish, join_known, settle
from xlsxeval.errors import DataError, MachineError, OutputError, XlsxevalError
from xlsxeval.folder import digest_of
from xlsxeval.output import real
from xlsxeval.outputs.collecting import collect_for, nothing_to_check
from xlsxeval.outputs.letters import Letter
from xlsxeval.outputs.reports import Report, Run, chosen_reports
from xlsxeval.read.refusals import REFUSALS
from xlsxeval.report.facts import Facts
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import CheckOptions, Request
from xlsxeval.rules.run import known_codes
from xlsxeval.rules.season import SEASON_RULES
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
        prefer: files of which somebody says that they count, and no other version.
        letter: the parts that are the same in every notice.
        scope: the arguments of the run.
        executor: where to check instead of processes of our own.
        jobs: how many processes; None: one for each processor.
        allowance: the processor seconds and memory that one file may use.
        force: whether earlier reports may be written over.
        renewed: the reports that are there and were written by this program, which are written again.
    """

    reports: Mapping[Report, Path] = field(default_factory=dict)
    ledger: Path | None = None
    roster: Path | None = None
    prefer: tuple[Path, ...] = ()
    letter: Letter = Letter()
    scope: tuple[Path, ...] = ()
    executor: Executor | None = None
    jobs: int | None = None
    allowance: Allowance = Allowance()
    force: bool = False
    renewed: frozenset[Path] = frozenset()


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
    prefer: Iterable[str | os.PathLike[str]] = (),
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
        reports: name of a report (json, jsonl, csv, html, progress, mark, notice, sarif, junit) -> file or folder.
        letter: the parts that are the same in every notice.
        ledger: a file that keeps results for the next run.
        roster: a file with the names of the units.
        prefer: files of which somebody says that they count, and no other version; the ledger remembers it.
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
    written = written_before(book)
    chosen = chosen_reports(reports or {}, (book, units, letter.template), force=force, written=written)
    preferred = tuple(map(Path, prefer))
    scope = tuple(map(Path, names))
    collected = collect_for(list(map(str, scope)), chosen.values(), book, (units, letter.template))
    if not collected.files:
        raise DataError(nothing_to_check(map(str, scope), collected))
    excerpts = bool(book) or any(report.excerpts for report in chosen)
    request = request_of({"excerpts": excerpts, "answers": bool(book), **options})
    allowance = Allowance(max_seconds, max_memory)
    there = there_already(chosen)
    plan = Plan(chosen, book, units, preferred, letter, scope, executor, jobs, allowance, force, there)
    return run_plan(collected, request, plan)


def there_already(reports: Mapping[Report, Path]) -> frozenset[Path]:
    """Give the files that are there and will be written again, because ``chosen_reports`` allowed it."""
    return frozenset(path for report, path in reports.items() if not report.folder and path.exists())


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
    roster = read_roster(plan.roster) if plan.roster else None
    prefer = _preferred(plan.prefer, collected)
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
        season = _settled(ledger, roster, collected, request, plan, prefer, complete=not interrupted)
        facts = facts_of(ledger, collected, season, roster, interrupted=interrupted)
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


def _preferred(prefer: Iterable[Path], collected: Collected) -> list[str]:
    """Give the names, in the reports, of the files that somebody prefers.

    Raises:
        DataError: if one of them is no file of the run.
    """
    known = {real(path): printable(path) for path in collected.files}
    names = []
    for path in prefer:
        above = next((folder for folder in (path, *path.parents) if real(folder) in known), None)
        if above is None:
            raise DataError(f"这次核对的文件里没有：{path}，--prefer 要写文件夹里的一个文件")
        inside = path.relative_to(above).as_posix() if path != above else ""
        names.append(known[real(above)] + (f"/{inside}" if inside else ""))
    return names


def _settled(
    ledger: Ledger,
    roster: Roster | None,
    collected: Collected,
    request: Request,
    plan: Plan,
    prefer: Sequence[str],
    *,
    complete: bool,
) -> Season:
    """Decide about the files of a run; files that are one filing together are checked as one."""
    places = [printable(place) for place in collected.places]
    season = settle(ledger, roster, places=places, prefer=prefer, complete=complete)
    joinable = join_known(ledger, season)
    if joinable and complete:
        means = {"executor": plan.executor, "jobs": plan.jobs, "allowance": plan.allowance}
        join_files(joinable, collected, ledger, request, **means)  # type: ignore[arg-type]  # as run_files takes them
    finish(ledger, season, roster)
    return season


def _without_effect(request: Request, ledger: Ledger, *, complete: bool) -> tuple[str, ...]:
    """Say which waivers had no effect in a run."""
    codes = frozenset({*REFUSALS, *SEASON_RULES}).union(*map(known_codes, sets_of(request.formset)))
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
        collected,
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
        # What stands there was found to be ours before the checks.
        run = run._replace(force=plan.force or path in plan.renewed)
        if facts.interrupted and report.folder:
            failures.append(OutputError(f"核对没有做完，没有写：{path}"))
            continue
        steps = sum(facts.states.values()) + facts.replaced * report.replaced
        try:
            with watch(f"写出 {path.name}", steps) as step:
                notes += report.write(path, _watched(ledger.outcomes(replaced=report.replaced), step), run) or ()
            if not report.folder:
                ledger.wrote(real(path), digest_of(path.read_bytes()))
        except XlsxevalError as error:
            failures.append(error)
        except OSError as error:
            failures.append(MachineError(f"无法读取文件：{path}（{error.strerror or error}）"))


def _watched(outcomes: Iterator[Outcome], step: Callable[[Progress | None], None]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        step(None)
