"""``check`` on many files: the run with its progress, then everything that was asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from xlsxeval import api
from xlsxeval.batch.collect import Collected
from xlsxeval.batch.ledger import Ledger, open_ledger
from xlsxeval.batch.roster import read_roster
from xlsxeval.batch.run import Progress, facts_of, rules_key, run_files
from xlsxeval.batch.worker import BUG, Settings
from xlsxeval.cli.reports import Report, write_report
from xlsxeval.cli.writers import Asked
from xlsxeval.errors import DataError, MachineError, OutputError, XlsxevalError
from xlsxeval.forms.library import set_folder
from xlsxeval.report.facts import Facts
from xlsxeval.report.jsonl import json_lines
from xlsxeval.report.listing import Paint, block, facts_lines, plain_paint, verdict_line
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.statistics import statistics_lines

_FOUND, _REFUSED, _MACHINE, _BUG, _INTERRUPTED = 1, 2, 3, 4, 130
#: Seconds in which a scheduler must answer.
_PATIENCE = 5
_NARROWEST, _WIDEST, _BESIDE = 5, 40, 64
_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan", "pass": "green"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a run beside the checks."""

    form: str
    reports: Mapping[Report, Path]
    ledger: Path | None
    roster: Path | None
    set_name: str | None
    scheduler: str | None
    asked: Asked
    quiet: bool
    statistics: bool
    force: bool


def check_folder(found: Collected, settings: Settings, wanted: Wanted, given: Mapping[str, Any]) -> int:
    """Check many files, print and write what is wanted; gives the exit code.

    Args:
        found: the files.
        settings: how to check.
        wanted: what to give.
        given: ``jobs``, ``max_seconds`` and ``max_memory`` as far as they were given.
    """
    roster = read_roster(wanted.roster) if wanted.roster else ()
    rules = rules_key(settings, set_folder(wanted.set_name) if wanted.set_name else None)
    with open_ledger(wanted.ledger, rules) as ledger:
        progress, interrupted, broken = Progress(), False, None
        try:
            with _executor(wanted.scheduler) as executor, _bar(len(found.files)) as bar:
                steps = run_files(
                    found.files, ledger, settings, remembered=bool(wanted.ledger), executor=executor, **given
                )
                with contextlib.closing(steps):
                    for progress in steps:  # the last one is wanted below
                        bar.update(1, progress)
        except KeyboardInterrupt:
            interrupted = True
        except MachineError as error:
            interrupted, broken = True, error
        ledger.settle()
        facts = facts_of(ledger, found, roster, interrupted=interrupted)
        # Files first: whoever reads the text may close the pipe. What cannot be written is said after the text.
        failures: list[XlsxevalError] = []
        try:
            _write(ledger, facts, wanted, failures)
        except KeyboardInterrupt:
            interrupted = True
        _print(ledger, facts, wanted)
        if broken:
            failures.append(broken)
        if failures:
            said = "；".join(map(str, failures))
            if broken or not interrupted:
                raise type(max(failures, key=lambda one: one.exit_code))(said)
            click.echo(said, err=True)
    if progress.known:
        click.echo(f"{progress.known}个文件的内容以前核对过，没有再核对", err=True)
    if interrupted:
        again = "，再运行一次就接着核对" if wanted.ledger else ""
        click.echo(f"已中断，完成了{facts.total}个文件中的{facts.files}个{again}", err=True)
        return _INTERRUPTED
    return _exit_code(facts, progress, found)


def _write(ledger: Ledger, facts: Facts, wanted: Wanted, failures: list[XlsxevalError]) -> None:
    """Write the reports, each as far as it can be; what could not be written goes to ``failures``."""
    for report, path in wanted.reports.items():
        if facts.interrupted and report.folder:
            failures.append(OutputError(f"核对没有做完，没有写：{path}"))
            continue
        try:
            with _bar(sum(facts.states.values()) + facts.replaced * report.replaced, f"写出 {path.name}") as bar:
                outcomes = _watched(ledger.outcomes(replaced=report.replaced), bar)
                write_report(report, path, outcomes, facts, wanted.asked, force=wanted.force)
        except XlsxevalError as error:
            failures.append(error)


def _watched(outcomes: Iterator[Outcome], bar: Any) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        bar.update(1)


def _exit_code(facts: Facts, progress: Progress, found: Collected) -> int:
    if progress.faults:
        return _BUG if BUG in progress.faults else _MACHINE
    if found.closed:
        return _MACHINE
    return _REFUSED if facts.states.get("unusable") else _FOUND if facts.states.get("error") else 0


def _print(ledger: Ledger, facts: Facts, wanted: Wanted) -> None:
    if wanted.form == "json":
        for line in json_lines(ledger.outcomes(), facts):
            click.echo(line, nl=False)
    else:
        paint = _paint()
        for outcome in ledger.outcomes():
            for line in [verdict_line(outcome, paint)] if wanted.quiet else block(outcome, paint):
                click.echo(line)
        if wanted.statistics:
            if wanted.quiet:
                click.echo()
            for line in statistics_lines(ledger.outcomes(replaced=False), _titles(wanted.set_name)):
                click.echo(line)
            click.echo()
    for line in facts_lines(facts):
        click.echo(line, err=wanted.form == "json")


def _titles(set_name: str | None) -> dict[str, str]:
    names = [set_name] if set_name else api.set_names()
    return {code: rule.title for name in names for code, rule in api.rules(api.load_set(name)).items()}


def _paint() -> Paint:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return plain_paint
    return lambda text, state: click.style(text, fg=_COLOURS.get(state))


class _NoBar:
    """Stands for the progress bar where nobody watches."""

    def update(self, steps: int, current: Progress | None = None) -> None:
        """Show nothing."""


@contextlib.contextmanager
def _bar(length: int, label: str = "核对") -> Iterator[Any]:
    if not sys.stderr.isatty():
        yield _NoBar()
        return
    start = time.monotonic()

    def state(progress: Progress | None) -> str | None:
        rate = progress.done / max(time.monotonic() - start, 0.001) if progress else 0
        return f"{rate:.0f}个/秒，{progress.errors}项错误" if progress else None

    bar: Any = click.progressbar(
        length=length,
        label=label,
        file=sys.stderr,
        show_pos=True,
        show_percent=False,
        item_show_func=state,
        # Chinese signs are two columns wide, which click does not count: what stands beside the bar takes some 60.
        width=max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns - _BESIDE)),
    )
    with bar:
        yield bar


@contextlib.contextmanager
def _executor(address: str | None) -> Iterator[Executor | None]:
    """Open a way to the cluster, if one is wanted."""
    if not address:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise DataError("要用集群，请先安装：pip install 'xlsxeval[cluster]'") from None
    _knock(address)
    client: Any = Client(address, set_as_default=False)  # type: ignore[no-untyped-call]  # theirs
    with client:
        yield client.get_executor()


def _knock(address: str) -> None:
    """See whether somebody is there: the cluster's own client waits long and then shows a traceback."""
    place = urlsplit(address)
    try:
        if not place.hostname or not place.port:
            raise DataError(f"集群的地址应写成 tcp://主机:端口，这里是“{address}”")
        socket.create_connection((place.hostname, place.port), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise MachineError(f"连不上集群：{address}（{error}）") from None
