"""One call in a new process within limits, for systems without ``fork``; see ``child``."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterable
from multiprocessing import connection
from typing import TypeVar

from xlsxeval.batch.allowance import Allowance, StoppedError, is_out_of_time, processor_seconds, too_long, too_slow
from xlsxeval.batch.child import answer
from xlsxeval.batch.worker import DIED, DIED_MESSAGE

#: Seconds: how often the limits of the process are tested, and how long it may take to end.
_LOOK_EVERY, _TO_END = 0.5, 1.0
#: Processor seconds in which a new process has imported all it needs.
_START = 5.0
_Value = TypeVar("_Value")


def call_in_process(function: Callable[..., _Value], arguments: Iterable[object], allowance: Allowance) -> _Value:
    """Call a function in a new process within limits; result and errors are those of ``child.call_limited``."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_answer, args=(theirs, function, tuple(arguments), allowance), daemon=True)
    process.start()
    theirs.close()
    until = time.monotonic() + allowance.wait
    try:
        while not ours.poll(_LOOK_EVERY):
            if time.monotonic() > until:
                raise too_long(allowance)
            if processor_seconds(process.sentinel) > allowance.seconds + _START:
                raise too_slow(allowance)
        value, error = pickle.loads(ours.recv_bytes())  # noqa: S301  # our own process wrote it
    except (EOFError, OSError):
        process.join(_TO_END)
        slow = is_out_of_time(process.exitcode)
        raise too_slow(allowance) if slow else StoppedError(DIED, DIED_MESSAGE) from None
    finally:
        process.kill()
        process.join(_TO_END)
    if error:
        raise error
    result: _Value = value
    return result


def _answer(
    pipe: connection.Connection, function: Callable[..., object], arguments: tuple[object, ...], allowance: Allowance
) -> None:
    pipe.send_bytes(answer(lambda: function(*arguments), allowance))
