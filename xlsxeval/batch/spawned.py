"""Calls in a process of our own that is started anew, within limits: where ``fork`` does not serve; see ``child``.

Starting a process costs half a second, so one is kept and asked again; it is replaced when it ends or was ended.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from xlsxeval.batch.allowance import Allowance, StoppedError, is_out_of_time, processor_seconds, too_long, too_slow
from xlsxeval.batch.child import answer
from xlsxeval.batch.worker import DIED_MESSAGE
from xlsxeval.errors import MachineError
from xlsxeval.read.refusals import DIED

#: Seconds: how often the process is looked at, how long it may take to end, and how long to start on a busy computer.
_LOOK_EVERY, _TO_END, _TO_START = 0.5, 30.0, 60.0
#: Processor seconds in which the process has imported all it needs for a call.
_IMPORTS = 5.0
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Server:
    """The process, and our end of its pipe."""

    process: BaseProcess
    pipe: connection.Connection


_lock = threading.Lock()
_kept: list[_Server] = []  # one or none


def call_in_process(function: Callable[..., _Value], arguments: Iterable[object], allowance: Allowance) -> _Value:
    """Call a function in another process within limits, as ``child.call_limited``; one call at a time."""
    with _lock:
        server = _kept.pop() if _kept and _kept[0].process.is_alive() else _started()
        try:
            value, error = _ask(server, (function, tuple(arguments), allowance), allowance)
        except BaseException:
            _end(server)
            raise
        if isinstance(error, StoppedError):
            _end(server)  # its memory is full
        else:
            _kept.append(server)
    if error:
        raise error
    result: _Value = value
    return result


def end_kept_process() -> None:
    """End the process that is kept for the next call, if there is one."""
    while _kept:
        _end(_kept.pop())


def _started() -> _Server:
    end_kept_process()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    server = _Server(process, ours)
    with contextlib.suppress(EOFError, OSError):
        if ours.poll(_TO_START):
            ours.recv_bytes()
            return server
    _end(server)
    raise MachineError("读取用的进程启动不了，可能是内存不够；在自己的脚本里用，要写在 if __name__ == '__main__': 下面")


def _ask(server: _Server, call: tuple[object, ...], allowance: Allowance) -> tuple[Any, Exception | None]:
    """Send a call, and wait for what comes back: a value and None, or None and an exception."""
    until, used = time.monotonic() + allowance.wait, processor_seconds(server.process.sentinel)
    try:
        server.pipe.send(call)
        while not server.pipe.poll(_LOOK_EVERY):
            if time.monotonic() > until:
                raise too_long(allowance)
            if processor_seconds(server.process.sentinel) - used > allowance.seconds + _IMPORTS:
                raise too_slow(allowance)
        value, error = pickle.loads(server.pipe.recv_bytes())  # noqa: S301  # our own process wrote it
    except (EOFError, OSError):
        server.process.join(_TO_END)
        slow = is_out_of_time(server.process.exitcode)
        raise too_slow(allowance) if slow else StoppedError(DIED, DIED_MESSAGE) from None
    return value, error


def _end(server: _Server) -> None:
    server.pipe.close()
    server.process.kill()
    server.process.join(_TO_END)


def _serve(pipe: connection.Connection) -> None:
    """Answer calls until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program is told as well, and ends us
    with contextlib.suppress(EOFError, OSError):
        pipe.send_bytes(b"started")
        while True:
            function, arguments, allowance = pipe.recv()
            pipe.send_bytes(answer(partial(function, *arguments), allowance))
