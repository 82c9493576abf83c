"""``check`` of one file without reports: checked under limits in this process, and printed at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.shared import sentence

if TYPE_CHECKING:
    from xlsxeval.read.cells import Limits
    from xlsxeval.request import Request

_FOUND, _REFUSED, _MACHINE, _BUG = 1, 2, 3, 4
#: A form is a tenth of this. What is larger is checked in a process of its own, which can be stopped.
_LARGE, _LARGE_UNPACKED = 512 * 1024, 8 * 1024 * 1024


def check_single(file: Path, request: Request, form: str, max_seconds: float | None, max_memory: int | None) -> int:
    """Check one file, and print what was found; gives the exit code.

    Args:
        file: the file.
        request: how to check it.
        form: ``text`` or ``json``.
        max_seconds: CPU seconds that the file may take; None: 10.
        max_memory: MiB that the process may use; None: 512.
    """
    from xlsxeval.api.source import printable
    from xlsxeval.batch.many import MAX_MEMORY, MAX_SECONDS, run_tasks
    from xlsxeval.batch.worker import BUG, MACHINE, Task, check_one
    from xlsxeval.report.dump import as_json
    from xlsxeval.report.text import findings_text
    from xlsxeval.report.tree import outcome_tree

    source = _content(file, request.limits)
    task = Task(0, printable(file), source)
    if isinstance(source, bytes) and (max_seconds or max_memory or _is_large(source, request.limits)):
        seconds, memory = max_seconds or MAX_SECONDS, max_memory or MAX_MEMORY
        with closing(run_tasks([task], request, jobs=1, max_seconds=seconds, max_memory=memory)) as done:
            outcomes = [outcome for _, result in done if result for outcome in result.outcomes]
    else:
        outcomes = list(check_one(task, request).outcomes)
    worst = 0
    for outcome in outcomes:
        for finding in outcome.findings:
            if finding.code in {MACHINE, BUG}:
                click.echo(sentence(finding.message), err=True)
                return _MACHINE if finding.code == MACHINE else _BUG
        if len(outcomes) > 1 and form == "text":
            click.echo(sentence(outcome.title))
        for line in [as_json(outcome_tree(outcome))] if form == "json" else findings_text(outcome):
            click.echo(line)
        worst = max(worst, _REFUSED if outcome.verdict == "unusable" else _FOUND if outcome.count("error") else 0)
    return worst


def _content(file: Path, limits: Limits) -> Path | bytes:
    """Read a file; give the path back if it cannot be read, so that the check says what is wrong with it."""
    from xlsxeval.errors import MachineError
    from xlsxeval.read.cells import Refused
    from xlsxeval.read.source import read_bytes

    try:
        return read_bytes(file, limits)
    except (Refused, MachineError):
        return file


def _is_large(content: bytes, limits: Limits) -> bool:
    """Tell whether a file is larger than a form, packed or unpacked; the reader itself counts what really comes."""
    from xlsxeval.read.package import claimed_size

    return len(content) > _LARGE or claimed_size(content, limits) > _LARGE_UNPACKED
