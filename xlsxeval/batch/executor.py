"""Checks on an executor that somebody else runs: threads, a pool, a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from xlsxeval.batch.worker import Result, Task, check_chunk, died
from xlsxeval.errors import MachineError
from xlsxeval.request import Request

#: Files in one call (fewer cost more in messages than in work), and calls under way.
CHUNK, _PENDING = 50, 32
#: Nothing interrupts a wait on Windows.
_PATIENCE = 0.5
#: No file does this: ``check_one`` lets nothing out, so the call itself does not work over there.
_ELSEWHERE = (ImportError, AttributeError, TypeError)


def on_executor(
    tasks: Iterable[Task], request: Request, executor: Executor, chunk: int = CHUNK
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield the result of each task with its index, in the order in which they come; None for what is known already.

    A chunk that is lost with its worker is done again file by file: what is lost then is the killer.

    Raises:
        MachineError: if the executor takes no more work.
    """
    pending: dict[Future[list[Result]], list[Task]] = {}

    def submit(some: list[Task]) -> None:
        try:
            pending[executor.submit(check_chunk, some, request)] = some
        except RuntimeError as error:  # a broken pool, or one that was shut down
            raise MachineError("执行器（executor）已经停止，没有核对完") from error

    gathered: list[Task] = []
    try:
        for task in tasks:
            if task.source is None:
                yield task.place, None
                continue
            gathered.append(task)
            if len(gathered) == chunk:
                submit(gathered)
                gathered = []
            while len(pending) >= _PENDING:
                for some in _done(pending):
                    yield from _results(some, pending.pop(some), submit)
        if gathered:
            submit(gathered)
        while pending:
            for some in _done(pending):
                yield from _results(some, pending.pop(some), submit)
    finally:
        for some in pending:
            some.cancel()


def _done(pending: Iterable[Future[list[Result]]]) -> set[Future[list[Result]]]:
    return wait(pending, _PATIENCE, FIRST_COMPLETED).done


def _results(
    future: Future[list[Result]], tasks: list[Task], submit: Callable[[list[Task]], None]
) -> Iterator[tuple[int, Result]]:
    error = None if future.cancelled() else future.exception()
    if isinstance(error, _ELSEWHERE):
        raise MachineError(f"执行核对的机器上没有装好同样的xlsxeval（{type(error).__name__}: {error}）") from error
    if not future.cancelled() and not error:
        for task, result in zip(tasks, future.result(), strict=True):
            yield task.place, result
    elif len(tasks) > 1:
        for task in tasks:
            submit([task])
    else:
        yield tasks[0].place, died(tasks[0])
