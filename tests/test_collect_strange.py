"""Folders that somebody prepared: an entry with which something is wrong costs that entry, never the run."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import CLEAN
from tests.test_cli import run
from xlsxeval.batch.collect import DEEP, collect
from xlsxeval.folder import digest_of
from xlsxeval.output_list import LIST_NAME

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="paths, links and pipes of Unix")


def nest(folder: Path, name: str, depth: int) -> None:
    """Make folders in one another, with a file at the bottom; the path may be longer than the system takes at once."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("b.csv", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)


def unnest(folder: Path, name: str) -> None:
    """Remove what ``nest`` made: the tools that clean up are recursive."""
    deepest, above = os.open(folder, os.O_RDONLY), []
    while True:
        try:
            below = os.open(name, os.O_RDONLY, dir_fd=deepest)
        except FileNotFoundError:
            break
        above.append(0)
        os.close(deepest)
        deepest = below
    os.unlink("b.csv", dir_fd=deepest)
    for _ in above:
        parent = os.open("..", os.O_RDONLY, dir_fd=deepest)
        os.close(deepest)
        os.rmdir(name, dir_fd=parent)
        deepest = parent
    os.close(deepest)


@UNIX
@pytest.mark.slow
@pytest.mark.parametrize(("name", "depth", "deep"), [("d", 1200, 0), ("d" * 200, 30, 1)])
def test_deep_folders_cost_no_run(tmp_path: Path, name: str, depth: int, deep: int) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(CLEAN / "filled.xlsx", tmp_path / "in" / "a.xlsx")
    nest(tmp_path / "in", name, depth)
    try:
        found = collect([str(tmp_path / "in")])
        pattern = collect([str(tmp_path / "in" / "**" / "*.*")])
        done = run("check", "in", "--quiet", "--mark", "标记", cwd=tmp_path)
    finally:
        unnest(tmp_path / "in", name)
    assert [path.name for path in found.files] == ["a.xlsx", "b.csv"][: 2 - deep]
    assert (found.skipped, found.closed) == ({DEEP: 1} if deep else {}, ())
    assert pattern == found.__class__(pattern.files, found.skipped, (), pattern.places)
    assert set(pattern.files) == set(found.files)
    assert (done.returncode, done.stderr) == (0 if deep else 2, "")
    assert done.stdout.splitlines()[-1] == (
        "跳过1个：1个路径太长的文件夹" if deep else "共核对2个文件：1份通过，1份无法使用"
    )


@UNIX
def test_links_that_lead_back_end_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.xlsx").write_bytes(b"x")
    for name in ("l1", "l2", "l3"):
        (tmp_path / "a" / name).symlink_to(tmp_path)
    assert collect([f"{tmp_path}/**/*.xlsx"]).files == (tmp_path / "a" / "x.xlsx",)
    assert collect([f"{tmp_path}/**"]).files == (tmp_path / "a" / "x.xlsx",)


@UNIX
def test_pipes_links_and_names_that_are_no_text_are_collected_or_counted(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.xlsx")
    os.mkfifo(tmp_path / "p.csv")
    (tmp_path / "s.xlsx").symlink_to("s.xlsx")
    (tmp_path / "n.xlsx").symlink_to("没有")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xed.xlsx")).write_bytes(b"x")
    shutil.copy(CLEAN / "filled.xlsx", tmp_path / "a.xlsx")
    done = run("check", ".", "--quiet", cwd=tmp_path)
    assert done.returncode != 4
    assert {line.partition("：")[0]: line.rpartition("无法使用（")[2][:3] for line in done.stdout.splitlines()[1:-1]} == {
        "n.xlsx": "R09", "p.csv": "R09", "p.xlsx": "R09", "s.xlsx": "R12", "\\xb1\\xed.xlsx": "R02",
    }  # fmt: skip


@UNIX
def test_what_a_forged_list_names_is_read_only_if_it_is_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / LIST_NAME).write_text(f"{digest_of(b'')}  0  p.xlsx\n{digest_of(b'')}  0  z.xlsx\n", encoding="utf-8")
    os.mkfifo(tmp_path / "p.xlsx")
    (tmp_path / "z.xlsx").symlink_to("/dev/zero")
    assert [path.name for path in collect([str(tmp_path)]).files] == ["p.xlsx", "z.xlsx"]


def test_many_long_lists_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxeval.batch import collect as module

    monkeypatch.setattr(module, "MOST_LINES", 3)
    monkeypatch.setattr(module._Search.__init__, "__defaults__", (*module._Search.__init__.__defaults__[:-1], 6))  # noqa: SLF001
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.xlsx").write_bytes(b"x")
        (tmp_path / name / LIST_NAME).write_text(f"{digest_of(b'x')}  0  x.xlsx\n" * 3, encoding="utf-8")
    assert collect([str(tmp_path)]).files == (tmp_path / "c" / "x.xlsx",)
