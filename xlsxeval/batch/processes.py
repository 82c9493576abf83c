"""Checks in processes of our own. Each has one file at a time, so that its end or a time-out affects that file only.

``ProcessPoolExecutor`` is not used: if one of its workers dies, all pending files fail and the one to blame is not
known, and a worker that hangs in C code cannot be stopped.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from xlsxeval.batch.allowance import (
    Allowance,
    StoppedError,
    is_out_of_time,
    limit_memory,
    limited_seconds,
    processor_seconds,
    too_long,
    too_slow,
)
from xlsxeval.batch.worker import Result, Task, check_one, died, unusable
from xlsxeval.errors import MachineError
from xlsxeval.forms.library import load_set, set_names
from xlsxeval.request import Request

#: The most workers: Windows can wait for 63 objects at once.
MOST = 60
#: Seconds: how often the limits of the workers are tested, and how long a worker may take to end.
_LOOK_EVERY, _TO_END = 0.5, 30.0
#: How many workers in a row may die before they are ready.
_FAILED_STARTS = 5


@dataclass(slots=True)
class _Worker:
    """A process that checks files.

    Attributes:
        process: the process.
        pipe: our end of the pipe to it.
        ready: whether it has started and sent its first message.
        task: the file that it is checking; None if it is idle.
        since: the time (``time.monotonic``) at which it got the file.
        used: the processor seconds that it had used at that time.
    """

    process: BaseProcess
    pipe: connection.Connection
    ready: bool = False
    task: Task | None = None
    since: float = 0.0
    used: float = 0.0


@dataclass(slots=True)
class _Pool:
    """The workers, and the arguments of a new one; ``failed_starts`` counts workers that died before being ready."""

    context: BaseContext
    request: Request
    allowance: Allowance
    workers: list[_Worker] = field(default_factory=list)
    failed_starts: int = 0


def in_processes(
    tasks: Iterable[Task], request: Request, *, jobs: int, allowance: Allowance
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield (place of the task, result) in the order in which results arrive; None for a result that is known already.

    Args:
        tasks: the files; read as they are needed.
        request: how to check.
        jobs: how many processes.
        allowance: the limits for each file.

    Raises:
        MachineError: if no process starts.
    """
    pool = _Pool(_context(), request, allowance)
    try:
        for task in tasks:
            if task.source is None:
                yield task.place, None
                continue
            if not pool.workers:
                pool.workers = [_start(pool) for _ in range(min(jobs, MOST))]
            while not (idle := [worker for worker in pool.workers if worker.ready and not worker.task]):
                yield from _collect(pool)
            _give(idle[0], task)
        while any(worker.task for worker in pool.workers):
            yield from _collect(pool)
    finally:
        _stop(pool.workers)


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    multiprocessing.set_forkserver_preload([__name__])
    # Workers inherit the handling of Ctrl-C from the fork server: they ignore it, even while they start.
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, before)
    return multiprocessing.get_context("forkserver")


def _start(pool: _Pool) -> _Worker:
    ours, theirs = multiprocessing.Pipe()
    # The classes of contexts differ by system; all have Process.
    process = pool.context.Process(  # type: ignore[attr-defined]
        target=_serve, args=(theirs, pool.request, pool.allowance), daemon=True
    )
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker, task: Task) -> None:
    worker.task, worker.since, worker.used = task, time.monotonic(), processor_seconds(worker.process.sentinel)
    with contextlib.suppress(OSError):  # ``_collect`` finds a dead worker by its closed pipe
        worker.pipe.send(task)


def _collect(pool: _Pool) -> Iterator[tuple[int, Result]]:
    """Wait a little, yield the results that arrived, and replace the workers that died or used too much."""
    # The wait is short: on Windows, Ctrl-C does not interrupt it.
    arrived = connection.wait([worker.pipe for worker in pool.workers], _LOOK_EVERY)
    for place, worker in enumerate(pool.workers):
        task, result = worker.task, None
        if worker.pipe in arrived:
            try:
                result = worker.pipe.recv()
                worker.ready, worker.task, pool.failed_starts = True, None, 0
            except (EOFError, OSError):
                worker.process.join(_TO_END)
                slow = is_out_of_time(worker.process.exitcode)
                result = task and (_stopped(task, too_slow(pool.allowance)) if slow else died(task))
                pool.workers[place] = _replacement(pool, worker)
        elif task and (result := _over(worker, task, pool.allowance)):
            pool.workers[place] = _replacement(pool, worker)
        if task and result:
            yield task.place, result


def _over(worker: _Worker, task: Task, allowance: Allowance) -> Result | None:
    """Give the verdict on the file of a worker that is over a limit that this process can measure; else None."""
    if time.monotonic() - worker.since > allowance.wait:
        return _stopped(task, too_long(allowance))
    if processor_seconds(worker.process.sentinel) - worker.used > allowance.seconds:
        return _stopped(task, too_slow(allowance))
    return None


def _stopped(task: Task, error: StoppedError) -> Result:
    return Result("", (unusable(task.name, error.code, error.message),))


def _replacement(pool: _Pool, worker: _Worker) -> _Worker:
    pool.failed_starts += not worker.ready
    if pool.failed_starts > _FAILED_STARTS:
        raise MachineError(
            "核对用的进程启动不了，可能是内存不够；在自己的脚本里用check_many，要写在 if __name__ == '__main__': 下面"
        )
    _stop([worker])
    return _start(pool)


def _stop(workers: list[_Worker]) -> None:
    """End workers: an idle worker ends by itself when its pipe closes, a busy worker is killed."""
    for worker in workers:
        worker.pipe.close()
        if worker.task or not worker.ready:
            worker.process.kill()
    until = time.monotonic() + _TO_END
    for worker in workers:
        worker.process.join(max(until - time.monotonic(), 0))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_TO_END)


def _serve(pipe: connection.Connection, request: Request, allowance: Allowance) -> None:
    """Work as a worker: check the files that arrive through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(allowance)
    for name in () if request.formset else set_names():
        load_set(name)
    with contextlib.suppress(EOFError, OSError):  # the other process has ended
        pipe.send(None)
        while True:
            task = pipe.recv()
            pipe.send(_check(task, request, allowance))


def _check(task: Task, request: Request, allowance: Allowance) -> Result:
    try:
        with limited_seconds(allowance):
            return check_one(task, request)
    except StoppedError as error:
        return _stopped(task, error)
