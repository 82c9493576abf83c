"""Limits for the check of one file: processor seconds, memory, and, much higher, seconds on the clock.

Processor seconds do not depend on how busy the computer is, so that no honest file is refused on a busy computer. On
Unix the operating system ends a process that used too many, even in C code that never returns. On Windows the process
that waits for the result reads the seconds used, and ends the worker.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from xlsxeval.errors import FileError
from xlsxeval.read.limits import MIB
from xlsxeval.read.refusals import DIED, TOO_SLOW, too_much

#: Seconds on the clock: the processor seconds times _ON_THE_CLOCK, but at least _SHORTEST_WAIT.
_ON_THE_CLOCK, _SHORTEST_WAIT = 6, 60.0


@dataclass(frozen=True)
class Allowance:
    """The limits for each file: processor seconds, and MiB of memory (no limit of memory on Windows and macOS)."""

    seconds: float = 10.0
    #: With the process that waits, all together stay below 576 MiB.
    memory: int = 400

    @property
    def wait(self) -> float:
        """The seconds on the clock that one file may take."""
        return max(self.seconds * _ON_THE_CLOCK, _SHORTEST_WAIT)


class StoppedError(FileError):
    """The check of a file used more than it may, or its process died; ``code`` is the verdict: R10 or R11."""


def too_slow(allowance: Allowance) -> StoppedError:
    """Give the error for too many processor seconds."""
    seconds = f"{allowance.seconds:g}秒处理器时间"
    return StoppedError(TOO_SLOW, f"核对用了{seconds}还没有完成（--max-seconds），请删去多余内容后重新保存")


def too_long(allowance: Allowance) -> StoppedError:
    """Give the error for too many seconds on the clock."""
    return StoppedError(TOO_SLOW, f"核对等了{allowance.wait:g}秒还没有完成，电脑可能太忙，请稍后再核对")


def out_of_memory() -> StoppedError:
    """Give the error for too much memory."""
    return StoppedError(DIED, str(too_much("核对要用的内存太多", "max-memory")))


def limit_memory(allowance: Allowance) -> None:
    """Limit the memory of this process; on systems without such a limit, do nothing."""
    if sys.platform == "win32":
        return
    import resource

    most, hard = allowance.memory * MIB, resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has RLIMIT_AS but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def limited_seconds(allowance: Allowance) -> Iterator[None]:
    """End this process if the code inside the ``with`` uses too many processor seconds.

    The parent process recognises this end by ``is_out_of_time``.

    Raises:
        StoppedError: if too many seconds were used but the timer, which the system tests about a hundred times a
            second, did not end the process.
    """
    start = time.process_time()
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # the default action ends the process
        signal.setitimer(signal.ITIMER_PROF, allowance.seconds)
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, 0)
    if time.process_time() - start > allowance.seconds:
        raise too_slow(allowance)


def is_out_of_time(exit_code: int | None) -> bool:
    """Tell whether a process was ended by ``limited_seconds``."""
    return sys.platform != "win32" and exit_code == -signal.SIGPROF


def processor_seconds(sentinel: int) -> float:
    """Give the processor seconds that another process used on Windows; 0 on other systems, which need no such test.

    Args:
        sentinel: ``multiprocessing.Process.sentinel``, which on Windows is the handle of the process.
    """
    if sys.platform != "win32":
        return 0.0
    import ctypes

    # Windows fills four times, in units of 100 ns: start, end, processor time in the kernel, in the program.
    times = [ctypes.c_ulonglong() for _ in range(4)]
    arguments = [ctypes.c_void_p(sentinel), *map(ctypes.byref, times)]
    if not ctypes.windll.kernel32.GetProcessTimes(*arguments):
        return 0.0  # the limit on the clock still holds
    return (times[2].value + times[3].value) / 10_000_000
