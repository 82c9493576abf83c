"""``check`` of one file without reports: checked within limits, and printed at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.shared import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxeval.batch.allowance import Allowance
    from xlsxeval.report.outcome import Outcome
    from xlsxeval.request import Request

_FOUND, _REFUSED, _MACHINE, _BUG = 1, 2, 3, 4


def check_single(file: Path, request: Request, form: str, allowance: Allowance) -> int:
    """Check one file, and print what was found; gives the exit code.

    Args:
        file: the file.
        request: how to check it.
        form: ``text`` or ``json``.
        allowance: the processor seconds and memory that the file may use.
    """
    from xlsxeval.api.source import printable
    from xlsxeval.batch.child import check_limited
    from xlsxeval.batch.worker import Task
    from xlsxeval.read.refusals import BUG, MACHINE

    outcomes = check_limited(Task(0, printable(file), file, sent=True), request, allowance).outcomes
    worst = 0
    for outcome in outcomes:
        for finding in outcome.findings:
            if finding.code in {MACHINE, BUG}:
                click.echo(sentence(finding.message), err=True)
                return _MACHINE if finding.code == MACHINE else _BUG
        if len(outcomes) > 1 and form == "text":
            click.echo(sentence(outcome.title))
        for line in _lines(outcome, form):
            click.echo(line)
        refused = outcome.verdict in {"unusable", "unread"}
        worst = max(worst, _REFUSED if refused else _FOUND if outcome.count("error") else 0)
    return worst


def _lines(outcome: Outcome, form: str) -> Iterable[str]:
    """Give the lines to print for one filing, as text or as JSON."""
    if form == "json":
        from xlsxeval.report.json_text import as_json
        from xlsxeval.report.tree import outcome_tree

        return [as_json(outcome_tree(outcome))]
    from xlsxeval.report.text import findings_text

    return findings_text(outcome)
