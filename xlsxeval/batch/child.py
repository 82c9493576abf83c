"""One call in a separate process, within limits: for every single file that the command line reads."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from xlsxeval.batch.allowance import (
    Allowance,
    StoppedError,
    is_out_of_time,
    limit_memory,
    limited_seconds,
    out_of_memory,
    too_long,
    too_slow,
)
from xlsxeval.batch.worker import DIED_MESSAGE, Result, Task, check_one, unusable
from xlsxeval.errors import BugError, bug_text
from xlsxeval.read.refusals import DIED
from xlsxeval.request import Request

_Value = TypeVar("_Value")


def check_limited(task: Task, request: Request, allowance: Allowance) -> Result:
    """Check one file within limits; every file gets a verdict.

    Raises:
        MachineError: if no process starts.
    """
    try:
        return call_limited(check_one, task, request, allowance=allowance)
    except StoppedError as error:
        return Result("", (unusable(task.name, error.code, error.message),))


def call_limited(function: Callable[..., _Value], *arguments: object, allowance: Allowance) -> _Value:
    """Call a function in a separate process; return its result, or raise its exception.

    On Linux a copy of this process (``fork``) does the work, so that nothing is imported again. On other systems, and
    in a program with threads, which must not be copied, another process does it and is kept for the next call; the
    function must be importable there.

    Args:
        function: the function.
        arguments: its arguments; for the other process they are pickled.
        allowance: the limits.

    Raises:
        StoppedError: if the call used more than is allowed, or the process died.
        MachineError: if no process starts.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        from xlsxeval.batch.spawned import call_in_process

        return call_in_process(function, arguments, allowance)
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        _work(lambda: function(*arguments), allowance, (readable, writable))
    os.close(writable)
    content: bytes | None = None
    try:
        content = _read(readable, allowance.wait)
    finally:
        os.close(readable)
        if content is None:  # it takes too long, or we are stopped
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if content is None:
        raise too_long(allowance)
    if code:
        raise too_slow(allowance) if is_out_of_time(code) else StoppedError(DIED, DIED_MESSAGE)
    value, error = pickle.loads(content)  # noqa: S301  # our own process wrote it
    if error:
        raise error
    result: _Value = value
    return result


def answer(work: Callable[[], object], allowance: Allowance) -> bytes:
    """Do the work within the limits; returns a pickle of (value, None), or of (None, exception)."""
    try:
        limit_memory(allowance)
        with limited_seconds(allowance):
            value = work()
        return pickle.dumps((value, None))
    except MemoryError:
        return pickle.dumps((None, out_of_memory()))
    except Exception as error:  # noqa: BLE001  # it is raised again by the parent
        return pickle.dumps((None, _picklable(error)))


def _picklable(error: Exception) -> Exception:
    """Give the exception itself if it survives pickling; for an error of this program, one with the text of it."""
    from xlsxeval.errors import DataError, MachineError, XlsxevalError

    if not isinstance(error, XlsxevalError):
        return BugError(bug_text(error))
    try:
        again: Any = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    except Exception:  # noqa: BLE001  # it cannot be unpickled: only its sentence is sent
        return MachineError(str(error)) if isinstance(error, MachineError) else DataError(str(error))
    return error if str(again) == str(error) else DataError(str(error))


def _work(work: Callable[[], object], allowance: Allowance, pipe: tuple[int, int]) -> NoReturn:
    """Do the work in the copied process, write the result into the pipe, and end the process.

    ``os._exit`` runs no handlers and writes no buffered output, both of which were copied from the parent.
    """
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent receives Ctrl-C too, and ends this process
        os.close(pipe[0])
        content = memoryview(answer(work, allowance))
        while content:
            content = content[os.write(pipe[1], content) :]
        code = 0
    finally:
        os._exit(code)


def _read(readable: int, seconds: float) -> bytes | None:
    """Read until the other end of the pipe is closed; None if that takes longer than ``seconds``."""
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([readable], [], [], max(until - time.monotonic(), 0))
        if not ready:
            return None
        part = os.read(readable, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
