"""Limits on what one file may use: processor seconds, seconds on the clock, memory; one verdict, whatever the work does."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.many import FILLED, slow
from xlsxeval import Refused, errors
from xlsxeval.batch import allowance, child, processes, spawned, worker
from xlsxeval.batch.allowance import Allowance, StoppedError
from xlsxeval.batch.child import call_limited, check_limited
from xlsxeval.batch.worker import Task
from xlsxeval.request import Request

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="the limits of Unix")
Call = Callable[..., object]


def in_spawned(function: Call, *arguments: object, allowance: Allowance) -> object:
    return spawned.call_in_process(function, arguments, allowance)


@pytest.fixture(params=[call_limited, in_spawned], ids=["fork", "spawn"])
def call(request: pytest.FixtureRequest) -> Call:
    """Give both ways to call in another process: the second one serves the systems without ``fork``."""
    found: Call = request.param
    return found


def search_without_end() -> None:
    """Stay inside one call of C that looks at no signal of Python's and lets no other thread run."""
    re.search("(a+)+$", "a" * 60 + "b")


def loop_that_catches_everything() -> None:
    while True:
        with contextlib.suppress(BaseException):
            sum(range(1000))


def sleep() -> None:
    time.sleep(600)


def fill_memory() -> object:
    return [bytes(1 << 20) for _ in range(1 << 14)]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(3)


def add(left: int, right: int) -> int:
    return left + right


def fail(error: Exception) -> None:
    raise error


@pytest.mark.slow
@pytest.mark.parametrize("work", [search_without_end, loop_that_catches_everything])
def test_processor_seconds(call: Call, work: Call) -> None:
    with pytest.raises(StoppedError) as raised:
        call(work, allowance=Allowance(seconds=1))
    assert raised.value.code == "R11"
    assert str(raised.value) == "核对用了1秒处理器时间还没有完成（--max-seconds），请删去多余内容后重新保存"


@pytest.mark.slow
def test_seconds_on_the_clock(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "_SHORTEST_WAIT", 2.0)
    with pytest.raises(StoppedError) as raised:
        call(sleep, allowance=Allowance(seconds=0.25))
    assert raised.value.code == "R11"
    assert str(raised.value) == "核对等了2秒还没有完成，电脑可能太忙，请稍后再核对"


@UNIX
@pytest.mark.slow
def test_memory(call: Call) -> None:
    with pytest.raises(StoppedError) as raised:
        call(fill_memory, allowance=Allowance(memory=256))
    assert (raised.value.code, str(raised.value)) == (
        "R10",
        "核对要用的内存太多，超过限度（--max-memory），请删去多余内容后重新保存",
    )


@UNIX
@pytest.mark.parametrize("work", [die, leave])
def test_death(call: Call, work: Call) -> None:
    with pytest.raises(StoppedError) as raised:
        call(work, allowance=Allowance())
    assert (raised.value.code, str(raised.value)) == ("R10", worker.DIED_MESSAGE)


def test_values_and_errors_come_back(call: Call) -> None:
    assert call(add, 2, 3, allowance=Allowance()) == 5
    with pytest.raises(Refused, match=r"^坏了$") as refused:
        call(fail, Refused("R05", "坏了"), allowance=Allowance())
    assert refused.value.code == "R05"
    with pytest.raises(errors.DefinitionError, match=r"^a\.yaml:3: 不对$"):
        call(fail, errors.DefinitionError("a.yaml:3: 不对"), allowance=Allowance())


def test_an_error_that_cannot_be_sent_is_still_one_sentence() -> None:
    from xlsxeval.files import NotOrdinaryError

    # XlsxevalError: a library in this process (distributed does) may make every exception picklable.
    with pytest.raises(errors.XlsxevalError, match=r"^不是普通文件：a$"):
        call_limited(fail, NotOrdinaryError("不是普通文件", Path("a")), allowance=Allowance())


def test_a_bug_keeps_its_place() -> None:
    with pytest.raises(errors.BugError) as raised:
        call_limited(fail, ZeroDivisionError("x" * 10_000), allowance=Allowance())
    said = errors.bug_text(raised.value)
    assert (
        re.sub(r"py:\d+", "py", said)
        == f"程序出错（ZeroDivisionError: {'x' * 200}，child.py，test_processor_limits.py），请把这句话和文件一起反馈给开发者"
    )


def test_a_large_value_comes_back_whole() -> None:
    assert len(call_limited(bytes, 5_000_000, allowance=Allowance())) == 5_000_000


def test_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Being stopped while it waits ends the other process as well."""
    if sys.platform != "linux":
        pytest.skip("the way of Linux")
    started: list[int] = []
    fork = os.fork

    def counted() -> int:
        started.append(fork())
        return started[-1]

    def stop(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(child.threading, "active_count", lambda: 1)  # pytest-xdist has threads
    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(child, "_read", stop)
    with pytest.raises(KeyboardInterrupt):
        call_limited(sleep, allowance=Allowance())
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


@pytest.mark.slow
def test_one_file_gets_the_verdict_of_one_of_many() -> None:
    allowance = Allowance(seconds=1)
    for source in (FILLED, slow(), b"", Path("没有.xlsx")):
        task = Task(0, "a.xlsx", source)
        [(place, result)] = processes.in_processes([task], Request(), jobs=1, allowance=allowance)
        assert (place, check_limited(task, Request(), allowance)) == (0, result)


def test_a_busy_computer_refuses_no_honest_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time in which others have the processor counts only on the clock."""

    def wait_and_check(content: bytes, *_: object) -> object:
        time.sleep(1.5)
        return (worker.unusable("a", "R01", content.decode()),)

    monkeypatch.setattr(child.threading, "active_count", lambda: 1)  # pytest-xdist has threads
    monkeypatch.setattr(worker, "outcomes_for", wait_and_check)
    result = check_limited(Task(0, "a", b"x"), Request(), Allowance(seconds=0.5))
    assert [finding.code for outcome in result.outcomes for finding in outcome.findings] == ["R01"]


@pytest.fixture(autouse=True)
def _own_timer_is_off() -> Iterator[None]:
    yield
    if sys.platform != "win32":
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
        assert allowance.is_out_of_time(-signal.SIGPROF)
