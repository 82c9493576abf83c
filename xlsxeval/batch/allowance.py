"""What one file may use: processor seconds, memory, and, far above both, seconds on the clock.

Processor seconds are what a file costs; a busy computer takes longer on the clock for the same file and refuses none.
On Unix the system itself ends the process that used too many, also inside code of C that never returns; on Windows
whoever waits for the process asks how many it used, and ends it.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from xlsxeval.batch.worker import DIED, TOO_SLOW
from xlsxeval.errors import XlsxevalError
from xlsxeval.read.limits import MIB
from xlsxeval.read.refusals import too_much

#: Seconds on the clock: so many times the processor seconds, but at least so many.
_ON_THE_CLOCK, _SHORTEST_WAIT = 6, 60.0


@dataclass(frozen=True)
class Allowance:
    """What each file may use: processor seconds, and MiB of memory (the latter not on Windows and macOS)."""

    seconds: float = 10.0
    #: With the process that waits, all together stay below 576 MiB.
    memory: int = 400

    @property
    def wait(self) -> float:
        """Give how many seconds on the clock one file may take."""
        return max(self.seconds * _ON_THE_CLOCK, _SHORTEST_WAIT)


class StoppedError(XlsxevalError):
    """The work on a file was ended from outside; ``code`` is the verdict on the file: R10 or R11."""

    def __init__(self, code: str, message: str) -> None:
        """Hand both to Exception, so that another process can send it."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Give the sentence for the user."""
        return self.message


def too_slow(allowance: Allowance) -> StoppedError:
    """Give the error for too many processor seconds."""
    seconds = f"{allowance.seconds:g}秒处理器时间"
    return StoppedError(TOO_SLOW, f"核对用了{seconds}还没有完（--max-seconds），请删去多余内容后重新保存")


def too_long(allowance: Allowance) -> StoppedError:
    """Give the error for too many seconds on the clock."""
    return StoppedError(TOO_SLOW, f"核对等了{allowance.wait:g}秒还没有完，电脑可能太忙，请稍后再核对")


def out_of_memory() -> StoppedError:
    """Give the error for too much memory."""
    return StoppedError(DIED, str(too_much("核对要用的内存太多", "max-memory")))


def limit_memory(allowance: Allowance) -> None:
    """Let this process use no more memory than is allowed; where the system cannot, do nothing."""
    if sys.platform == "win32":
        return
    import resource

    most, hard = allowance.memory * MIB, resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS knows the name and refuses the thing
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def limited_seconds(allowance: Allowance) -> Iterator[None]:
    """Let the system end this process if what stands in the ``with`` uses too many processor seconds.

    The parent learns of it by ``is_out_of_time``.

    Raises:
        StoppedError: if too many were used and the system, which looks a hundred times a second or so, did not see it.
    """
    start = time.process_time()
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends the process
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
    """Give how many processor seconds another process used; only Windows is asked, elsewhere this is 0.

    Args:
        sentinel: ``multiprocessing.Process.sentinel``, which on Windows is the handle of the process.
    """
    if sys.platform != "win32":
        return 0.0
    import ctypes

    # Four times: made, ended, in the kernel, in the program; in units of 100 ns.
    times = [ctypes.c_ulonglong() for _ in range(4)]
    arguments = [ctypes.c_void_p(sentinel), *map(ctypes.byref, times)]
    if not ctypes.windll.kernel32.GetProcessTimes(*arguments):
        return 0.0  # seconds on the clock remain
    return (times[2].value + times[3].value) / 10_000_000
