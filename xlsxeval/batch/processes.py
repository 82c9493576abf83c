"""Checks in processes of our own: each holds one file at a time, so that a death or a time-out costs that file only.

``ProcessPoolExecutor`` cannot do this: a dead worker takes every pending file with it, nobody learns which one it was,
and a worker that hangs in C code cannot be stopped.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from xlsxeval.batch.worker import TOO_SLOW, Result, Task, check_one, died, unusable
from xlsxeval.errors import MachineError
from xlsxeval.forms.library import load_set, set_names
from xlsxeval.request import Request

#: Windows waits for no more than 63 things at once.
MOST = 60
_PATIENCE, _LAST_WORDS = 0.5, 1.0
_STARTS = 5


@dataclass(slots=True)
class _Worker:
    """A process, our end of its pipe, the file it holds and since when; ``ready`` once it has started."""

    process: BaseProcess
    pipe: connection.Connection
    ready: bool = False
    task: Task | None = None
    since: float = 0.0


@dataclass(slots=True)
class _Crew:
    """The workers, and what a new one is started with; ``stillborn`` counts those that died before they were ready."""

    context: BaseContext
    request: Request
    max_seconds: float
    max_memory: int
    workers: list[_Worker] = field(default_factory=list)
    stillborn: int = 0


def in_processes(
    tasks: Iterable[Task], request: Request, *, jobs: int, max_seconds: float, max_memory: int
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield the result of each task with its index, in the order in which they come; None for what is known already.

    Raises:
        MachineError: if no process starts.
    """
    crew = _Crew(_context(), request, max_seconds, max_memory)
    try:
        for task in tasks:
            if task.source is None:
                yield task.place, None
                continue
            if not crew.workers:
                crew.workers = [_start(crew) for _ in range(min(jobs, MOST))]
            while not (idle := [one for one in crew.workers if one.ready and not one.task]):
                yield from _collect(crew)
            idle[0].task, idle[0].since = task, time.monotonic()
            with contextlib.suppress(OSError):  # a dead worker shows at its end of the pipe
                idle[0].pipe.send(task)
        while any(one.task for one in crew.workers):
            yield from _collect(crew)
    finally:
        _dismiss(crew.workers)


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    multiprocessing.set_forkserver_preload([__name__])
    # Processes inherit what they do on Ctrl-C from the server: nothing, even before they run a line of ours.
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, before)
    return multiprocessing.get_context("forkserver")


def _start(crew: _Crew) -> _Worker:
    ours, theirs = multiprocessing.Pipe()
    # The context's class is known to differ by system; all have Process.
    process = crew.context.Process(  # type: ignore[attr-defined]
        target=_serve, args=(theirs, crew.request, crew.max_memory), daemon=True
    )
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _collect(crew: _Crew) -> Iterator[tuple[int, Result]]:
    """Wait a little, take what has come, and replace the workers that died or take too long."""
    now = time.monotonic()
    left = [max(one.since + crew.max_seconds - now, 0) for one in crew.workers if one.task]
    # Never for long: on Windows nothing interrupts this wait.
    arrived = connection.wait([one.pipe for one in crew.workers], min([_PATIENCE, *left]))
    for place, one in enumerate(crew.workers):
        task, result = one.task, None
        if one.pipe in arrived:
            try:
                result = one.pipe.recv()
                one.ready, one.task, crew.stillborn = True, None, 0
            except (EOFError, OSError):
                result = task and died(task)
                crew.workers[place] = _replacement(crew, one)
        elif task and time.monotonic() - one.since > crew.max_seconds:
            message = f"核对用了{crew.max_seconds:g}秒还没有完（--max-seconds），请删去多余内容后重新保存"
            result = Result("", (unusable(task.name, TOO_SLOW, message),))
            crew.workers[place] = _replacement(crew, one)
        if task and result:
            yield task.place, result


def _replacement(crew: _Crew, worker: _Worker) -> _Worker:
    crew.stillborn += not worker.ready
    if crew.stillborn > _STARTS:
        raise MachineError(
            "核对用的进程启动不了，可能是内存不够；在自己的脚本里用check_many，要写在 if __name__ == '__main__': 下面"
        )
    _dismiss([worker])
    return _start(crew)


def _dismiss(workers: list[_Worker]) -> None:
    """Let workers go: an idle one leaves when its pipe closes, a busy one is stopped."""
    for one in workers:
        one.pipe.close()
        if one.task or not one.ready:
            one.process.kill()
    until = time.monotonic() + _LAST_WORDS
    for one in workers:
        one.process.join(max(until - time.monotonic(), 0))
        if one.process.is_alive():
            one.process.kill()
            one.process.join(_LAST_WORDS)


def _serve(pipe: connection.Connection, request: Request, max_memory: int) -> None:
    """Check what comes through the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(max_memory)
    for name in () if request.formset else set_names():
        load_set(name)
    with contextlib.suppress(EOFError, OSError):  # the other side is gone: nobody wants the rest
        pipe.send(None)
        while True:
            task = pipe.recv()
            pipe.send(check_one(task, request))


def _limit_memory(most: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS knows the name and refuses the thing
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
