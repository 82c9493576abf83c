"""``check_many``: every file gets one verdict, in order, wherever it is checked and whatever happens to the checker."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import xlsxeval
from tests import hostile
from tests.conftest import FAULTY, ROOT, S
from tests.many import FILLED, distinct, slow
from tests.watch import PATIENCE, busy_for
from xlsxeval.batch import worker
from xlsxeval.batch.executor import on_executor
from xlsxeval.batch.worker import Task
from xlsxeval.request import Request

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals")
pytestmark = pytest.mark.slow


def seen(found: Iterator[tuple[xlsxeval.Outcome, ...]]) -> list[tuple[str, str, list[str]]]:
    return [(one.file, one.verdict, [each.code for each in one.findings][:1]) for [one] in found]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_the_order_does_not_depend_on_the_number_of_processes(jobs: int) -> None:
    paths = [S / "filled.xlsx", FAULTY / "filled.xlsx", S / "没有.xlsx", S / "data.yaml"] * 5
    found = list(xlsxeval.check_many(paths, jobs=jobs))
    assert found == [xlsxeval.outcomes(path) for path in paths]


def test_bytes_are_checked_as_well_and_named() -> None:
    assert seen(xlsxeval.check_many([FILLED, b""], jobs=1)) == [
        ("第1份", "pass", []),
        ("第2份", "unusable", ["R01"]),
    ]


@pytest.mark.slow
def test_results_come_as_they_are_done_if_wanted() -> None:
    found = xlsxeval.check_many([slow(), *map(distinct, range(3))], jobs=2, ordered=False, max_seconds=600)
    assert [one.file for [one] in found] == ["第2份", "第3份", "第4份", "第1份"]


def test_sources_are_taken_as_they_are_needed() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(0)
            yield FILLED

    # Not in order: then each result that is taken lets one more source in, however slow one of the processes is.
    found = xlsxeval.check_many(endless(), jobs=2, ordered=False)
    assert [next(found)[0].verdict for _ in range(20)] == ["pass"] * 20
    found.close()  # type: ignore[attr-defined]  # a generator
    assert len(taken) <= 20 + 2 * 3
    assert multiprocessing.active_children() == []


@pytest.mark.slow
def test_hostile_files_among_ordinary_ones() -> None:
    cases = [content for _, content, _ in hostile.every_case()]
    sources = [content for bad in cases for content in (bad, FILLED)]
    # No limit of time: what is compared is what the readers count, and that is the same on the slowest machine.
    found = list(xlsxeval.check_many(sources, jobs=2, limits=hostile.LIMITS, max_seconds=600))
    assert [len(outcomes) for outcomes in found] == [1] * len(sources)
    assert {good.verdict for [good] in found[1::2]} == {"pass"}
    alone = [xlsxeval.outcomes(bad, file="x", limits=hostile.LIMITS) for bad in cases]
    assert [replace(bad, file="x") for [bad] in found[::2]] == [one for [one] in alone]


def test_too_slow_costs_one_file() -> None:
    found = list(xlsxeval.check_many([FILLED, slow(), FILLED], jobs=1, max_seconds=0.5))
    assert [one.verdict for [one] in found] == ["pass", "unusable", "pass"]
    [finding] = found[1][0].findings
    assert finding.code == "R11"
    assert finding.message == "核对用了0.5秒处理器时间还没有完成（--max-seconds），请删去多余内容后重新保存。"


@UNIX
@pytest.mark.slow
def test_too_much_memory_costs_one_file() -> None:
    numbers = "".join(f"<row><c><v>{n}.{n:08}1</v></c></row>" for n in range(480_000))
    large = hostile.changed(SHEET=hostile.sheet(numbers))
    found = list(xlsxeval.check_many([FILLED, large, FILLED], jobs=1, max_memory=160, max_seconds=600))
    assert [one.verdict for [one] in found] == ["pass", "unusable", "pass"]
    [finding] = found[1][0].findings
    assert finding.code == "R10"
    assert "（--max-memory）" in finding.message


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_killed_worker_costs_one_file() -> None:
    found = xlsxeval.check_many([FILLED, slow(), FILLED], jobs=1, max_seconds=600)
    assert next(found)[0].verdict == "pass"
    [worker] = multiprocessing.active_children()

    def kill() -> None:
        busy_for(worker.pid or 0, 0.1)  # it has the slow file, which takes far longer
        worker.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    assert seen(found) == [("第2份", "unusable", ["R10"]), ("第3份", "pass", [])]
    killer.join()


@UNIX
def test_workers_killed_at_random_moments_lose_nothing_else() -> None:
    count, killed = 60, 0
    found = []
    for [one] in xlsxeval.check_many(map(distinct, range(count)), jobs=2):
        found.append(one)
        if len(found) % 20 == 5:
            multiprocessing.active_children()[0].kill()
            killed += 1
    assert [one.file for one in found] == [f"第{number + 1}份" for number in range(count)]
    dead = [one for one in found if one.verdict != "pass"]
    assert len(dead) <= killed
    assert {finding.code for one in dead for finding in one.findings} <= {"R10"}


def test_a_script_without_its_main_guard_is_told(tmp_path: Path) -> None:
    script = tmp_path / "s.py"
    script.write_text("import xlsxeval\nprint(list(xlsxeval.check_many([b'', b''], jobs=1)))\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, encoding="utf-8", check=False, env=environment, timeout=PATIENCE
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("xlsxeval.errors.MachineError: 核对用的进程启动不了")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a FIFO")
def test_a_pipe_with_the_name_of_a_workbook_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xlsx")
    assert seen(xlsxeval.check_many([tmp_path / "a.xlsx", tmp_path], jobs=1)) == [
        (str(tmp_path / "a.xlsx"), "unusable", ["R09"]),
        (str(tmp_path), "unusable", ["R09"]),
    ]


@pytest.mark.slow
def test_any_executor_will_do() -> None:
    sources = [*map(distinct, range(120)), b"", S / "没有.xlsx"]
    expected = list(xlsxeval.check_many(sources, jobs=2))
    with ThreadPoolExecutor(2) as threads:
        assert list(xlsxeval.check_many(sources, executor=threads)) == expected
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(xlsxeval.check_many(sources, executor=pool)) == expected


class Fragile(ThreadPoolExecutor):
    """Loses every call in which the killer is, as a cluster does whose worker dies."""

    def submit(self, work: Callable[..., object], tasks: list[Task], request: Request) -> object:  # type: ignore[override]  # narrower
        """Lose the call or do it."""

        def call() -> object:
            if any(task.source == b"killer" for task in tasks):
                raise MemoryError
            return work(tasks, request)

        return super().submit(call)


def test_a_lost_chunk_is_done_again_file_by_file() -> None:
    contents = [distinct(0), b"killer", b"", distinct(1)]
    tasks = [Task(place, f"{place}", content) for place, content in enumerate(contents)]
    with Fragile(2) as executor:
        found = dict(on_executor(iter(tasks), Request(), executor, 3))
    codes = [[finding.code for finding in result.outcomes[0].findings] for _, result in sorted(found.items()) if result]
    assert codes == [[], ["R10"], ["R01"], []]


def test_an_executor_without_the_program_is_said() -> None:
    class Bare(ThreadPoolExecutor):
        def submit(self, *_: object) -> object:  # type: ignore[override]  # narrower
            def call() -> object:
                raise ImportError("No module named 'xlsxeval'")

            return super().submit(call)

    with Bare(1) as executor, pytest.raises(xlsxeval.MachineError, match="没有装好"):
        list(xlsxeval.check_many([FILLED], executor=executor))


def test_an_executor_that_stopped_is_said() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(xlsxeval.MachineError, match="执行器"):
        list(xlsxeval.check_many([FILLED], executor=executor))


def test_a_bug_costs_one_file_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(content: bytes, *_: object) -> object:
        raise ZeroDivisionError("x") if content == FILLED else xlsxeval.MachineError("无法读取文件：盘坏了")

    monkeypatch.setattr(worker, "outcomes_for", fail)
    with ThreadPoolExecutor(1) as executor:
        [[bug], [machine]] = xlsxeval.check_many([FILLED, b"x"], executor=executor)
    assert [(one.code, re.sub(r"py:\d+", "py", one.message)) for one in (*bug.findings, *machine.findings)] == [
        ("R13", "程序出错（ZeroDivisionError: x，worker.py，test_many.py），请把这句话和文件一起反馈给开发者。"),
        ("R12", "无法读取文件：盘坏了。"),
    ]


def test_on_a_dask_cluster() -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", processes=False)
    with cluster, distributed.Client(cluster) as client:
        found = seen(xlsxeval.check_many([*map(distinct, range(60)), b""], executor=client.get_executor()))
    assert found == [*((f"第{number + 1}份", "pass", []) for number in range(60)), ("第61份", "unusable", ["R01"])]


@UNIX
def test_the_callers_ctrl_c_is_left_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    list(xlsxeval.check_many([FILLED, FILLED], jobs=1))
    assert signal.getsignal(signal.SIGINT) is before
