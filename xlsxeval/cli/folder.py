"""``check`` on many files: the run with its progress on the terminal, then what was found."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import click

from xlsxeval.api.rules import catalogue
from xlsxeval.api.sets import SetLike, sets_of
from xlsxeval.batch.collect import Collected
from xlsxeval.batch.run import Progress
from xlsxeval.cli.shared import sentence
from xlsxeval.outputs.run import CheckedFiles, Plan, run_plan
from xlsxeval.read.refusals import BUG
from xlsxeval.report.jsonl import json_lines
from xlsxeval.report.listing import Paint, block, facts_lines, plain_paint, verdict_line
from xlsxeval.report.statistics import statistics_lines
from xlsxeval.request import Request

_FOUND, _REFUSED, _MACHINE, _BUG, _INTERRUPTED = 1, 2, 3, 4, 130
_NARROWEST, _WIDEST, _BESIDE = 5, 40, 64
_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan", "pass": "green"}


def check_folder(found: Collected, request: Request, plan: Plan, form: str, *, quiet: bool, statistics: bool) -> int:
    """Check many files, print what was found, and write the reports; gives the exit code.

    Args:
        found: the files.
        request: how to check them.
        plan: the reports, the ledger and so on.
        form: ``text`` or ``json``.
        quiet: print one line for each filing.
        statistics: print the findings counted by rule and by unit as well.
    """
    with run_plan(found, request, plan, _bar) as run:
        # The reports are written by now: whoever reads the text may close the pipe.
        if form == "json":
            _print_json(run)
        else:
            _print_text(run, request.formset, quiet=quiet, statistics=statistics)
        for note in run.notes:
            click.echo(sentence(note), err=True)
        if run.failures:
            said = "；".join(map(str, run.failures))
            if run.stopped or not run.interrupted:
                raise type(max(run.failures, key=lambda error: error.exit_code))(said)
            click.echo(said, err=True)
    if run.progress.known:
        click.echo(f"{run.progress.known}个文件的内容以前核对过，没有再核对", err=True)
    if run.interrupted:
        again = "，再运行一次就接着核对" if plan.ledger else ""
        click.echo(f"已中断，完成了{run.facts.total}个文件中的{run.facts.files}个{again}", err=True)
        return _INTERRUPTED
    return _exit_code(run)


def _exit_code(run: CheckedFiles) -> int:
    if run.progress.faults:
        return _BUG if BUG in run.progress.faults else _MACHINE
    if run.collected.closed:
        return _MACHINE
    states = run.facts.states
    return _REFUSED if states.get("unusable") else _FOUND if states.get("error") else 0


def _print_json(run: CheckedFiles) -> None:
    for line in json_lines(run.outcomes()):
        click.echo(line, nl=False)
    for line in facts_lines(run.facts):
        click.echo(line, err=True)


def _print_text(run: CheckedFiles, formset: SetLike | None, *, quiet: bool, statistics: bool) -> None:
    paint = _paint()
    for outcome in run.outcomes():
        for line in [verdict_line(outcome, paint)] if quiet else block(outcome, paint):
            click.echo(line)
    if statistics:
        if quiet:
            click.echo()
        titles = {code: rule.title for chosen in sets_of(formset) for code, rule in catalogue(chosen).items()}
        for line in statistics_lines(run.outcomes(replaced=False), titles):
            click.echo(line)
        click.echo()
    for line in facts_lines(run.facts):
        click.echo(line)


def _paint() -> Paint:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return plain_paint
    return lambda text, state: click.style(text, fg=_COLOURS.get(state))


@contextlib.contextmanager
def _bar(label: str, steps: int) -> Iterator[Callable[[Progress | None], None]]:
    """Show a progress bar if the terminal can; gives what is called after each step."""
    if not sys.stderr.isatty():
        yield lambda _progress: None
        return
    start = time.monotonic()

    def state(progress: Progress | None) -> str | None:
        rate = progress.done / max(time.monotonic() - start, 0.001) if progress else 0
        return f"{rate:.0f}个/秒，{progress.errors}项错误" if progress else None

    bar: Any = click.progressbar(
        length=steps,
        label=label,
        file=sys.stderr,
        show_pos=True,
        show_percent=False,
        item_show_func=state,
        # Chinese signs are two columns wide, which click does not count: what stands beside the bar takes some 60.
        width=max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns - _BESIDE)),
    )
    with bar:
        yield lambda progress: bar.update(1, progress)
