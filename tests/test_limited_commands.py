"""Every command that reads a stranger's file does so within limits, and the process for it is kept and replaced."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

import xlsxeval
from tests.conftest import CLEAN, FAULTY
from tests.many import slow
from tests.test_cli import run
from xlsxeval.batch import child, spawned
from xlsxeval.batch.allowance import Allowance, StoppedError

TOO_SLOW = "核对用了0.3秒处理器时间还没有完成（--max-seconds），请删去多余内容后重新保存"


@pytest.mark.slow
@pytest.mark.parametrize("command", [("extract",), ("forms", "draft", "-o", "县")])
def test_a_command_ends_a_file_that_takes_too_long(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(slow())
    done = run(*command, "a.xlsx", "--max-seconds", 0.3, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"a.xlsx：{TOO_SLOW}\n")


@pytest.mark.slow
def test_extract_goes_on_after_a_file_that_takes_too_long(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(slow())
    done = run("extract", "a.xlsx", CLEAN / "filled.xlsx", "--max-seconds", 0.3, "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"a.xlsx：{TOO_SLOW}\n")
    assert len(done.stdout.splitlines()) == 1


def test_a_copy_that_takes_too_much_gives_the_findings_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxeval.outputs import marked

    def stop(*_: object, allowance: Allowance) -> object:
        raise StoppedError("R11", f"{allowance.seconds:g}")

    outcomes = xlsxeval.outcomes(FAULTY / "filled.xlsx")
    xlsxeval.write_marked(tmp_path / "一", outcomes, max_seconds=10)
    monkeypatch.setattr(marked, "call_limited", stop)
    xlsxeval.write_marked(tmp_path / "二", outcomes, max_seconds=10)
    assert [path.name for path in sorted((tmp_path / "一").glob("*.xlsx"))] == ["filled.xlsx"]
    [alone] = (tmp_path / "二").glob("*.xlsx")
    assert alone.name != "filled.xlsx"
    assert alone.stat().st_size < (tmp_path / "一" / "filled.xlsx").stat().st_size


def die() -> None:
    os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def test_the_other_process_is_kept_and_replaced_after_its_end() -> None:
    first = spawned.call_in_process(os.getpid, (), Allowance())
    assert spawned.call_in_process(os.getpid, (), Allowance()) == first != os.getpid()
    with pytest.raises(StoppedError):
        spawned.call_in_process(die, (), Allowance())
    assert spawned.call_in_process(os.getpid, (), Allowance()) not in {first, os.getpid()}


def test_a_program_with_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert child.call_limited(os.getpid, allowance=Allowance()) != os.getpid()
    finally:
        done.set()
        thread.join()
