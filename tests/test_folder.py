"""``check`` on a folder: one text, any reports, exit codes, and what is left when the run is broken off."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import CLEAN, FAULTY, S_PUBLISHED, S
from tests.many import FILLED, distinct, folder_of, slow
from tests.test_cli import run
from tests.watch import PATIENCE, Watched, gone
from xlsxeval.errors import OutputError
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request
from xlsxeval.text import display_width

COMMAND = [sys.executable, "-c", "from xlsxeval.cli import run; run()", "check"]
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc and signals")
pytestmark = pytest.mark.slow


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Give a folder as it arrives: four filings, a picture, a lock file."""
    folder = tmp_path / "报送"
    (folder / "乡镇").mkdir(parents=True)
    for name, content in {
        "乡镇/b.xlsx": (FAULTY / "filled.xlsx").read_bytes(),
        "乡镇/a.xlsx": FILLED,
        "c.xlsx": (S / "filled.xlsx").read_bytes(),
        "d.xlsx": b"\x89PNG\r\n\x1a\n",
        "图.png": b"\x89PNG\r\n\x1a\n",
        "~$c.xlsx": b"x",
    }.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_text_is_the_same_for_any_number_of_processes(sent: Path) -> None:
    texts = {run("check", "报送", "--jobs", jobs, cwd=sent.parent).stdout for jobs in (1, 2, 4)}
    [text] = texts
    lines = text.splitlines()
    assert lines[:8] == [
        "中共澧县县委办公室本级",
        "  文件：报送/c.xlsx",
        "  不通过，2项错误须更正，6项警告须说明，8项提示供核对",
        "  基础数据表",
        "    提示  D7  B13  上年决算数与本年预算数完全相同。请核对上年决算数和本年预算",
        "          数。",
        "    错误  F13  X01  两表的项目支出不一致：基础数据表的项目支出（决算数）为208，",
        "          自评表的项目支出为370.91，相差162.91。请按决算数核对，改正其中填错的一",
    ]
    assert [line for line in lines if line.startswith("  文件：") or line == "报送/d.xlsx"] == [
        "  文件：报送/c.xlsx", "报送/d.xlsx", "  文件：报送/乡镇/a.xlsx", "  文件：报送/乡镇/b.xlsx",
    ]  # fmt: skip
    assert lines[-2:] == [
        "共核对4个文件：1份通过，2份须更正，1份无法使用",
        "跳过2个：1个其他类型的文件，1个打开文件时留下的临时文件",
    ]
    assert max(map(display_width, lines)) <= 80
    assert "\x1b" not in text


def test_quiet_and_statistics(sent: Path) -> None:
    done = run("check", "报送", "--quiet", cwd=sent.parent)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.splitlines() == [
        "中共澧县县委办公室本级  报送/c.xlsx：不通过，2项错误须更正，6项警告须说明，8项提示供核对",
        "报送/d.xlsx：无法使用（R02：这是图片，不是工作簿，请报送.xlsx文件）",
        "青石县林业发展中心  报送/乡镇/a.xlsx：通过，没有发现问题",
        "青石县水利事务中心  报送/乡镇/b.xlsx：不通过，17项错误须更正，11项警告须说明，5项提示供核对",
        "共核对4个文件：1份通过，2份须更正，1份无法使用",
        "跳过2个：1个其他类型的文件，1个打开文件时留下的临时文件",
    ]
    lines = run("check", "报送", "--quiet", "--statistics", cwd=sent.parent).stdout.splitlines()
    assert lines[5].split() == ["代码", "级别", "次数", "份数", "规则"]
    assert "X01   错误     2     2  两表的项目支出不一致" in lines
    assert lines[-8:-3] == [
        "单位                    错误  警告  提示",
        "青石县水利事务中心        17    11     5",
        "中共澧县县委办公室本级     2     6     8",
        "报送/d.xlsx                1     0     0",
        "青石县林业发展中心         0     0     0",
    ]


def test_exit_codes(sent: Path) -> None:
    assert run("check", sent / "乡镇" / "a.xlsx", CLEAN / "filled.xlsx").returncode == 0
    assert run("check", sent / "乡镇").returncode == 1
    assert run("check", sent).returncode == 2
    assert run("check", "--format", "json", "--quiet", sent).returncode == 2
    assert run("check", "--scheduler", "tcp://127.0.0.1:9", "--jobs", 2, sent).stderr.startswith("用 --scheduler 时")


def test_reports_are_written_whole_and_only_over_others_if_wanted(sent: Path) -> None:
    one, all_lines = sent / "结果.json", sent / "结果.jsonl"
    done = run("check", "报送", "--json", one, "--jsonl", all_lines, cwd=sent.parent)
    assert done.returncode == 2
    tree = json.loads(one.read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in all_lines.read_text(encoding="utf-8").splitlines()]
    assert tree["filings"] == lines
    assert [line["file"] for line in lines] == ["报送/c.xlsx", "报送/d.xlsx", "报送/乡镇/a.xlsx", "报送/乡镇/b.xlsx"]
    assert tree["facts"] == {
        "files": 4, "total": 4, "states": {"error": 2, "pass": 1, "unusable": 1}, "replaced": 0,
        "skipped": {"其他类型的文件": 1, "打开文件时留下的临时文件": 1}, "roster": 0, "missing": [], "unlisted": [],
        "interrupted": False, "waivers": [],
    }  # fmt: skip
    assert run("check", "报送", "--format", "json", cwd=sent.parent).stdout == all_lines.read_text(encoding="utf-8")
    before = one.read_bytes()
    refused = run("check", "报送", "--json", one, cwd=sent.parent)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"文件已存在，没有覆盖：{one}；要覆盖请加 --force\n"
    assert run("check", "报送", "--json", one, "--force", cwd=sent.parent).returncode == 2
    assert json.loads(one.read_text(encoding="utf-8"))["filings"] == json.loads(before)["filings"]


def test_a_report_may_be_a_folder_and_need_excerpts(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xlsxeval.batch.collect import collect
    from xlsxeval.cli.folder import check_folder
    from xlsxeval.outputs.reports import Report, Run, chosen_reports
    from xlsxeval.outputs.run import Plan

    kept: list[object] = []

    def write(path: Path, outcomes: Iterable[Outcome], run: Run) -> None:
        kept.extend([path, [one.unit for one in outcomes if any(one.excerpts)], run.facts.files])

    plan = Plan({Report("x", "", write, excerpts=True, folder=True): sent / "x"}, jobs=1)
    assert check_folder(collect([str(sent)]), Request(excerpts=True), plan, "text", quiet=True, statistics=False) == 2
    assert kept == [sent / "x", ["中共澧县县委办公室本级", "青石县水利事务中心"], 4]
    assert len(capsys.readouterr().out.splitlines()) == 6
    with pytest.raises(OutputError, match="文件夹名"):
        chosen_reports({"mark": sent / "c.xlsx"})


def test_the_runs_own_files_in_the_folder_change_nothing(sent: Path) -> None:
    (sent / "名单.csv").write_text("单位\n县气象局\n", encoding="utf-8")
    options = (
        "--ledger",
        sent / "l.csv",
        "--roster",
        sent / "名单.csv",
        "--json",
        sent / "o.json",
        "--csv",
        sent / "o.csv",
        "--force",
    )
    first = run("check", "报送", *options, cwd=sent.parent)
    assert run("check", "报送", *options, cwd=sent.parent).stdout == first.stdout
    assert "共核对4个文件" in first.stdout


@pytest.mark.parametrize("target", ["没有/a.json", "报送/c.xlsx/a.json", "报送"])
def test_a_place_where_nothing_can_be_written_is_said_before_the_work(sent: Path, target: str) -> None:
    done = run("check", "报送", "--json", target, cwd=sent.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"不能写到这里：{Path(target)}，请写已有文件夹里的文件名\n"


def test_the_same_place_for_two_reports_is_refused(sent: Path) -> None:
    done = run("check", "报送", "--json", "a", "--jsonl", "a", cwd=sent.parent)
    assert (done.returncode, done.stderr) == (2, "两个输出写成了同一个文件，或写成了台账、名单、模板的文件，请分开\n")


def test_unchanged_files_are_not_checked_again(sent: Path) -> None:
    first = run("check", "报送", "--ledger", "台账.db", cwd=sent.parent)
    again = run("check", "报送", "--ledger", "台账.db", cwd=sent.parent)
    assert again.stdout == first.stdout
    assert (first.stderr, again.stderr) == ("", "4个文件的内容以前核对过，没有再核对\n")
    assert again.returncode == first.returncode == 2
    (sent / "c.xlsx").write_bytes(distinct(1))
    other = run("check", "报送", "--ledger", "台账.db", "--quiet", cwd=sent.parent)
    assert other.stderr == "3个文件的内容以前核对过，没有再核对\n"
    assert run("check", "报送", "--ledger", "台账.db", "--select", "E", cwd=sent.parent).stderr == ""


def test_an_empty_form_replaces_none(tmp_path: Path) -> None:
    (tmp_path / "报送").mkdir()
    run("new", "hunan", "--year", 2024, "--unit", "青石县林业发展中心", "-o", tmp_path / "报送" / "空.xlsx")
    (tmp_path / "报送" / "填.xlsx").write_bytes(FILLED)
    os.utime(tmp_path / "报送" / "填.xlsx", (86_400,) * 2)
    done = run("check", "报送", "--quiet", cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "共核对2个文件：1份通过，1份须更正"


def test_the_latest_of_several_versions_counts(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "报送", 2)
    old = (S / "filled.xlsx").read_bytes()
    new = (S_PUBLISHED / "filled.xlsx").read_bytes()
    for name, content, modified in [("旧.xlsx", old, 86_400), ("新.xlsx", new, 10 * 86_400)]:
        (folder / name).write_bytes(content)
        os.utime(folder / name, (modified + 43_200,) * 2)
    # What is sent again is as new as its last copy.
    (folder / "附.xlsx").write_bytes(new)
    os.utime(folder / "附.xlsx", (30 * 86_400,) * 2)
    lines = run("check", ".", "--ledger", "../l.db", "--quiet", "--jsonl", "../l", cwd=folder, env={"TZ": "UTC"})
    assert lines.stdout.splitlines()[-1] == "共核对5个文件：1份通过，1份须更正；另有3份重复或较早的没有计入"
    notes = {
        line["file"]: line["notes"][-1:]
        for line in map(json.loads, (tmp_path / "l").read_text(encoding="utf-8").splitlines())
    }
    assert notes == {
        "0000.xlsx": ["这个单位另有一份较新的“0001.xlsx”（2023-11-14修改），以那一份为准"],
        "0001.xlsx": ["这个单位报送了2份，以最后修改的这一份为准，另有“0000.xlsx”（2023-11-14修改）"],
        "新.xlsx": ["与“附.xlsx”内容相同，只算一份"],
        "附.xlsx": ["这个单位报送了2份，以最后修改的这一份为准，另有“旧.xlsx”（1970-01-02修改）"],
        "旧.xlsx": ["这个单位另有一份较新的“附.xlsx”（1970-01-31修改），以那一份为准"],
    }
    assert lines.returncode == 1


def test_two_forms_in_two_files_are_no_versions(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("基础数据表", "自评表"):
        content = openpyxl.load_workbook(io.BytesIO(FILLED))
        for sheet in set(content.sheetnames) - {name}:
            del content[sheet]
        content.save(tmp_path / "in" / f"{name}.xlsx")
    shutil.copy(CLEAN / "filled.xlsx", tmp_path / "全.xlsx")
    os.utime(tmp_path / "全.xlsx", (86_400,) * 2)
    done = run("check", "in", "--ledger", "l.db", "--quiet", cwd=tmp_path)
    assert "没有计入" not in done.stdout
    done = run("check", "in", "全.xlsx", "--ledger", "l.db", "--quiet", cwd=tmp_path)
    assert "没有计入" not in done.stdout  # neither of the newer ones has both forms
    os.utime(tmp_path / "全.xlsx")
    done = run("check", "in", "全.xlsx", "--ledger", "l.db", "--quiet", cwd=tmp_path)
    assert "另有2份重复或较早的没有计入" in done.stdout


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_roster_tells_who_is_missing(sent: Path, encoding: str) -> None:
    names = "序号,单位名称\n1,青石县林业发展中心（本级）\n2,县气象局\n3, 青石县水利事务 中心\n4,县档案馆\n"
    (sent.parent / "名单.csv").write_text(names, encoding=encoding)
    done = run("check", "报送", "--roster", "名单.csv", "--quiet", cwd=sent.parent)
    assert done.stdout.splitlines()[-2:] == [
        "名单上4个单位，没有报送的2个：县气象局、县档案馆",
        "不在名单上的1个：中共澧县县委办公室本级（报送/c.xlsx）",
    ]


def test_a_roster_that_cannot_be_used(sent: Path) -> None:
    (sent.parent / "空.csv").write_bytes(b"")
    for name, said in {
        "空.csv": "单位名单里没有单位：空.csv",
        "没有.csv": "单位名单不能用：没有.csv（找不到文件）",
    }.items():
        done = run("check", "报送", "--roster", name, cwd=sent.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(said)


def test_a_ledger_belongs_to_one_run(sent: Path) -> None:
    from xlsxeval.batch.ledger import open_ledger

    with open_ledger(sent.parent / "l.db"):
        done = run("check", "报送", "--ledger", "l.db", cwd=sent.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "台账正被另一次核对使用：l.db，请等它结束，或换一个台账\n"


@pytest.mark.parametrize("content", [b"PK\x03\x04 not ours", b"SQLite format 3\x00" + b"x" * 200])
def test_another_file_is_not_taken_for_a_ledger(sent: Path, content: bytes) -> None:
    (sent.parent / "l.db").write_bytes(content)
    done = run("check", "报送", "--ledger", "l.db", cwd=sent.parent)
    assert done.returncode == 2
    assert done.stderr == "这不是台账文件：l.db，请换一个文件名\n"
    assert (sent.parent / "l.db").read_bytes() == content


def test_another_programs_database_is_left_alone(sent: Path) -> None:
    import sqlite3

    with sqlite3.connect(sent.parent / "l.db") as other:
        other.execute("CREATE TABLE files(x)")
    other.close()
    done = run("check", "报送", "--ledger", "l.db", cwd=sent.parent)
    assert done.stderr == "这不是台账文件：l.db，请换一个文件名\n"


def report_of(folder: Path, out: Path) -> bytes:
    run("check", folder, "--jsonl", out, "--ledger", out.with_suffix(".whole"), "--quiet")
    return out.read_bytes()


@LINUX
@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "报送", 150)
    whole = report_of(folder, tmp_path / "w.jsonl")
    out, ledger, chance = tmp_path / "o.jsonl", tmp_path / "o.db", random.Random(7)
    for number in range(1, 5):  # the ledger keeps every twenty files: something is remembered each time
        started = Watched(["check", folder, "--ledger", ledger, "--jsonl", out, "--force"], tmp_path)
        started.until(rf"\b({30 * number + chance.randrange(20)}|150)/150")
        started.process.kill()
        started.end()
        assert not out.exists() or out.read_bytes() == whole
        assert gone(started.process.pid)
    done = run("check", folder, "--ledger", ledger, "--jsonl", out, "--force", "--quiet")
    assert done.stderr.endswith("个文件的内容以前核对过，没有再核对\n")
    assert out.read_bytes() == whole


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("stop", [lambda pid: os.killpg(pid, signal.SIGINT), lambda pid: os.kill(pid, signal.SIGTERM)])
def test_being_stopped_leaves_what_is_done(tmp_path: Path, stop: Callable[[int], None]) -> None:
    folder = folder_of(tmp_path / "报送", 40)
    # Ten times the work of all others together: it is under way when the other process has done them.
    (folder / "0005.xlsx").write_bytes(slow(700_000))
    unlimited = ("--max-seconds", 3600, "--max-memory", 4000, "--max-cells", 10**9, "--max-tags", 10**9)
    started = Watched(["check", "报送", "--jobs", 2, "--ledger", "l.db", "--jsonl", "o.jsonl", *unlimited], tmp_path)
    started.until(r"\b39/40")
    stop(started.process.pid)
    stdout, last = started.end()
    said = "已中断，完成了40个文件中的39个，再运行一次就接着核对"
    assert (started.process.returncode, last, stdout[-300:]) == (130, said, stdout[-300:])
    assert stdout.splitlines()[-1] == "共核对40个文件中的39个：1份通过；另有38份重复或较早的没有计入"
    assert len((tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()) == 39
    assert gone(started.process.pid)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["l.db", "o.jsonl", "报送"]


def test_one_file_can_be_limited_as_well(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(slow())
    done = run("check", "a.xlsx", "--max-seconds", 0.5, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "a.xlsx  R11 错误  核对用了0.5秒处理器时间还没有完成（--max-seconds），请删去多余内容后重新保存。",
        "a.xlsx：无法使用",
    ]


@LINUX
@pytest.mark.slow
def test_a_full_disk_leaves_no_half_report(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "报送", 60)
    for what, said in {"--jsonl o.jsonl": "无法写入：o.jsonl", "--ledger l.db": "无法读写台账：l.db"}.items():
        limited = f"trap '' XFSZ; ulimit -f 16; {sys.executable} -c 'from xlsxeval.cli import run; run()' check 报送 --quiet {what}"
        done = subprocess.run(
            ["bash", "-c", limited], cwd=tmp_path, capture_output=True, check=False, encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.returncode == 3
        assert done.stderr.startswith(said)
        assert len(done.stderr.splitlines()) == 1
        assert not (tmp_path / "o.jsonl").exists()
    whole = report_of(folder, tmp_path / "w.jsonl")
    run("check", folder, "--ledger", tmp_path / "l.db", "--jsonl", tmp_path / "o.jsonl")
    assert (tmp_path / "o.jsonl").read_bytes() == whole


@LINUX
def test_two_runs_into_the_same_file_leave_one_whole_report(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "报送", 10)
    command = [*COMMAND, folder, "--jsonl", tmp_path / "o.jsonl", "--force"]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait(PATIENCE) for one in both] == [0, 0]
    assert len((tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()) == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.jsonl", "报送"]


@LINUX
def test_a_name_that_is_no_text_is_shown_by_its_bytes(tmp_path: Path) -> None:
    for name in (b"\xb1\xed.xlsx", b"a.xlsx"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(FILLED)
    done = run("check", ".", "--ledger", tmp_path / "l.db", "--jsonl", tmp_path / "o.jsonl", "--quiet", cwd=tmp_path)
    assert done.returncode == 0
    names = [json.loads(line)["file"] for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert names == ["a.xlsx", "\\xb1\\xed.xlsx"]


@LINUX
def test_a_terminal_gets_colour_and_a_bar(sent: Path) -> None:
    import pty

    def through(**more: str) -> str:
        told, terminal = pty.openpty()
        command = [*COMMAND, "报送", "--quiet"]
        env = {
            **{key: value for key, value in os.environ.items() if key != "NO_COLOR"},
            "PYTHONUTF8": "1",
            "TERM": "xterm",
            **more,
        }
        started = subprocess.Popen(command, cwd=sent.parent, stdout=terminal, stderr=terminal, env=env)
        os.close(terminal)
        text = b""
        while True:
            try:
                part = os.read(told, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        started.wait(PATIENCE)
        os.close(told)
        return text.decode()

    colour = through()
    assert "\x1b[31m不通过，2项错误须更正" in colour
    assert "\x1b[32m通过，没有发现问题" in colour
    assert "4/4" in colour
    assert all(
        display_width(re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", line)) < 80
        for line in re.split(r"[\r\n]+", colour)
        if "/4" in line
    )
    assert "不通过，2项错误须更正" in through(NO_COLOR="1")
    assert "\x1b[31m" not in through(NO_COLOR="1")


def test_files_of_a_cluster_that_is_not_there(sent: Path) -> None:
    pytest.importorskip("distributed")
    done = run("check", "报送", "--scheduler", "nonsense", cwd=sent.parent)
    assert (done.returncode, done.stderr) == (2, "集群的地址应写成 tcp://主机:端口，这里是“nonsense”\n")
    done = run("check", "报送", "--scheduler", "tcp://127.0.0.1:9", cwd=sent.parent)
    assert done.returncode == 3
    assert done.stderr.startswith("连不上集群：tcp://127.0.0.1:9（")


def test_a_cluster_gives_the_same(sent: Path) -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", processes=False, protocol="tcp://", host="127.0.0.1"
    )
    with cluster:
        there = run("check", sent, "--scheduler", cluster.scheduler_address)
    here = run("check", sent)
    assert (there.stdout, there.stderr, there.returncode) == (here.stdout, "", 2)
