"""Checks on an executor that the caller provides: threads, a pool, a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from xlsxeval.batch.worker import Result, Task, check_chunk, died
from xlsxeval.errors import MachineError
from xlsxeval.request import Request

#: Files in one call (with fewer, sending costs more than checking), and calls that are submitted at the same time.
CHUNK, _PENDING = 50, 32
#: Seconds of one wait: on Windows, Ctrl-C does not interrupt a wait.
_WAIT = 0.5
#: ``check_one`` never raises these; they mean that xlsxeval is missing or different on the worker.
_NOT_INSTALLED = (ImportError, AttributeError, TypeError)


def on_executor(
    tasks: Iterable[Task], request: Request, executor: Executor, chunk: int = CHUNK
) -> Generator[tuple[int, Result | None], None, None]:
    """Yield (place of the task, result) in the order in which results arrive; None for a result that is known already.

    If a worker dies with a chunk of files, the chunk is checked again one file at a time: the file that is lost again
    is the one that ends the worker.

    Args:
        tasks: the files; read as they are needed.
        request: how to check.
        executor: does the checks.
        chunk: files in one call.

    Raises:
        MachineError: if the executor accepts no more work.
    """
    pending: dict[Future[list[Result]], list[Task]] = {}

    def submit(chunk_tasks: list[Task]) -> None:
        try:
            pending[executor.submit(check_chunk, chunk_tasks, request)] = chunk_tasks
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
                for future in _done(pending):
                    yield from _results(future, pending.pop(future), submit)
        if gathered:
            submit(gathered)
        while pending:
            for future in _done(pending):
                yield from _results(future, pending.pop(future), submit)
    finally:
        for future in pending:
            future.cancel()


def _done(pending: Iterable[Future[list[Result]]]) -> set[Future[list[Result]]]:
    """Wait a little, and give the calls that have ended."""
    return wait(pending, _WAIT, FIRST_COMPLETED).done


def _results(
    future: Future[list[Result]], tasks: list[Task], submit: Callable[[list[Task]], None]
) -> Iterator[tuple[int, Result]]:
    """Yield the results of a call that ended; if it was lost, submit its files again one at a time."""
    error = None if future.cancelled() else future.exception()
    if isinstance(error, _NOT_INSTALLED):
        raise MachineError(f"执行核对的机器上没有装好同样的xlsxeval（{type(error).__name__}: {error}）") from error
    if not future.cancelled() and not error:
        for task, result in zip(tasks, future.result(), strict=True):
            yield task.place, result
    elif len(tasks) > 1:
        for task in tasks:
            submit([task])
    else:
        yield tasks[0].place, died(tasks[0])
