"""``check_many``: the library's call for many files."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from datetime import date
from pathlib import Path

from xlsxeval.batch.executor import on_executor
from xlsxeval.batch.limits import Allowance
from xlsxeval.batch.processes import in_processes
from xlsxeval.batch.worker import Result, Settings, Task
from xlsxeval.forms.model import FormSet
from xlsxeval.forms.waivers import Waiver
from xlsxeval.read.cells import Limits
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.run import Selection

MAX_SECONDS, MAX_MEMORY = Allowance().seconds, Allowance().memory


def check_many(
    sources: Iterable[os.PathLike[str] | str | bytes],
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    ordered: bool = True,
    formset: FormSet | None = None,
    year: int | None = None,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    selection: Selection = Selection(),  # noqa: B008  # frozen
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
    excerpts: bool = False,
    max_seconds: float = MAX_SECONDS,
    max_memory: int = MAX_MEMORY,
) -> Iterator[tuple[Outcome, ...]]:
    """Check many files in several processes; each gets a verdict, whatever is in it.

    Args:
        sources: paths, or the bytes of workbooks (called 第1份 and so on); may be a generator without end.
        executor: where to check instead of processes of our own; ``jobs``, ``max_seconds`` and ``max_memory`` do
            not count then. A pool that breaks when one of its processes dies (``ProcessPoolExecutor``) ends the run.
        jobs: how many processes; default: one for each processor.
        ordered: yield in the order of the sources; else as they are done.
        formset: the set they belong to; default: whichever fits each best.
        year: the year they should be of; default: the one printed on each.
        limits: budgets for untrusted files.
        selection: the rules wanted.
        waivers: findings that were accepted.
        today: the day on which waivers must still be valid; default: today.
        excerpts: give the cells around each finding as well.
        max_seconds: how many processor seconds one file may take; on the clock, six times as many, and at least 60.
        max_memory: MiB that one process may use (not on Windows and macOS).

    Yields:
        For each file what ``outcomes`` gives for it.

    Raises:
        MachineError: if no process starts, or the executor takes no more work.
    """
    settings = Settings(formset, limits, selection, tuple(waivers), today or date.today(), excerpts, year)  # noqa: DTZ011  # the clerk's own day
    tasks = (
        Task(index, f"第{index + 1}份", source)
        if isinstance(source, bytes)
        else Task(index, printable(Path(source)), Path(source))
        for index, source in enumerate(sources)
    )
    results = run_tasks(tasks, settings, executor=executor, jobs=jobs, max_seconds=max_seconds, max_memory=max_memory)
    with closing(results):
        for _, result in _in_order(results) if ordered else results:
            if result:
                yield result.outcomes


def run_tasks(
    tasks: Iterable[Task],
    settings: Settings,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    max_seconds: float = MAX_SECONDS,
    max_memory: int = MAX_MEMORY,
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield the result of each task with its index as they come; None for what is known already. As ``check_many``."""
    if executor:
        return on_executor(tasks, settings, executor)
    return in_processes(tasks, settings, jobs=jobs or processors(), allowance=Allowance(max_seconds, max_memory))


def processors() -> int:
    """Count the processors that we may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1  # since Python 3.13 it knows what is ours


def printable(path: Path) -> str:
    """Give a path as text that can be written anywhere: bytes that are no UTF-8 are shown as hexadecimal escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _in_order(results: Iterable[tuple[int, Result | None]]) -> Iterator[tuple[int, Result | None]]:
    waiting: dict[int, Result | None] = {}
    index = 0
    for place, result in results:
        waiting[place] = result
        while index in waiting:
            yield index, waiting.pop(index)
            index += 1
