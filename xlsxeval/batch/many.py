"""``check_many``: the library's call for many files."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Unpack

from xlsxeval.api.sets import request_of
from xlsxeval.api.source import Source, name_of, path_or_bytes
from xlsxeval.batch.allowance import Allowance
from xlsxeval.batch.executor import on_executor
from xlsxeval.batch.processes import in_processes
from xlsxeval.batch.worker import Result, Task
from xlsxeval.read.limits import Limits
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import CheckOptions, Request


def check_many(
    sources: Iterable[Source],
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    ordered: bool = True,
    max_seconds: float = Allowance.seconds,
    max_memory: int = Allowance.memory,
    **options: Unpack[CheckOptions],
) -> Iterator[tuple[Outcome, ...]]:
    """Check many files in several processes; every file gets a verdict.

    Args:
        sources: paths, bytes of workbooks (called 第1份 and so on) or open binary files; may be an endless generator.
        executor: does the checks instead of processes of our own; ``jobs``, ``max_seconds`` and ``max_memory`` are
            ignored then. A pool that breaks when one of its processes dies (``ProcessPoolExecutor``) ends the run.
        jobs: how many processes; default: one for each processor.
        ordered: whether to yield in the order of the sources, or in the order in which the checks end.
        max_seconds: how many processor seconds one file may take; on the clock, six times as many, and at least 60.
        max_memory: MiB that one process may use (not on Windows and macOS).
        options: the attributes of ``Request`` (``formset``, ``year``, ``limits``, ``selection``, ``waivers``, …).

    Yields:
        For each file the result of ``outcomes``.

    Raises:
        MachineError: if no process starts, or the executor accepts no more work.
    """
    request = replace(request_of(options), today=options.get("today") or date.today())  # noqa: DTZ011  # the day where the user is
    tasks = (_task(index, source, request.limits) for index, source in enumerate(sources))
    allowance = Allowance(max_seconds, max_memory)
    results = run_tasks(tasks, request, executor=executor, jobs=jobs, allowance=allowance)
    with closing(results):
        for _, result in _in_order(results) if ordered else results:
            if result:
                yield result.outcomes


def _task(index: int, source: Source, limits: Limits) -> Task:
    name = name_of(source) or f"第{index + 1}份"
    return Task(index, name, path_or_bytes(source, limits))


def run_tasks(
    tasks: Iterable[Task],
    request: Request,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    allowance: Allowance = Allowance(),
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield (place of the task, result) in the order in which results arrive; None for a result that is known already.

    Arguments and errors are those of ``check_many``.
    """
    if executor:
        return on_executor(tasks, request, executor)
    return in_processes(tasks, request, jobs=jobs or processors(), allowance=allowance)


def processors() -> int:
    """Count the processors that this process may use; before Python 3.13, all processors of the computer."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


def _in_order(results: Iterable[tuple[int, Result | None]]) -> Iterator[tuple[int, Result | None]]:
    """Yield results in the order of their tasks; results that arrive early wait for those before them."""
    waiting: dict[int, Result | None] = {}
    index = 0
    for place, result in results:
        waiting[place] = result
        while index in waiting:
            yield index, waiting.pop(index)
            index += 1
