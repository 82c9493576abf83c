"""Output folders that somebody else prepared: nothing outside is read, written or removed, whatever leads there."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import FAULTY
from tests.test_cli import run
from xlsxeval.errors import OutputError
from xlsxeval.folder import digest_of
from xlsxeval.output import real, write_output
from xlsxeval.output_folder import OutputFolder, require_free
from xlsxeval.output_list import LIST_NAME, read_list
from xlsxeval.portable import is_plain
from xlsxeval.report.filename import copy_name

LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
KEPT = b"keep me"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Give a folder with a file whose content the sender of an output folder knows."""
    (tmp_path / "别处").mkdir()
    (tmp_path / "别处" / "v.txt").write_bytes(KEPT)
    return tmp_path / "别处"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def forged(folder: Path, *names: str, scope: Path | None = None) -> Path:
    """Make an output folder whose list says that a run about ``scope`` wrote files of the content ``KEPT``."""
    folder.mkdir(exist_ok=True)
    run_key = digest_of(("" if scope is None else real(scope)).encode())[:16]
    lines = "".join(f"{digest_of(KEPT)}  {run_key}  {name}\n" for name in names)
    (folder / LIST_NAME).write_text(lines, encoding="utf-8", newline="")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "../v", "/v", "a/../v", "./v", "a//v", "a/", "..", "", "C:v", "C:/v", "\\v", "\\\\server\\v", "a\\..\\v", "v:stream",
        "CON", "con.xlsx", "a/NUL.txt", "COM1", "v.", "v ", "a./v", "v\x00", "v\n", "v?", "\ufffd", "甲" * 86, "/".join("a" * 33),
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_mean_something_to_a_system_are_no_plain_names(name: str) -> None:
    assert not is_plain(name)


@pytest.mark.parametrize(
    "parts",
    [
        ("甲.xlsx",),
        ("乙", "甲.xlsx"),
        ("a" * 250 + ".", "b. .c" * 60),
        ("CON", "nul.xlsx"),
        ("a:b?", "\\x\x01.xls"),
        ("x" * 199 + ".y" * 9,),
        ("d",) * 1200,
        ("..", " . "),
    ],
)
def test_every_name_of_a_copy_is_plain(parts: tuple[str, ...]) -> None:
    for ending in ("", "-审核意见.xlsx"):
        assert is_plain(copy_name(parts, ending, set()))


def test_a_list_with_names_that_lead_out_removes_nothing_there(tmp_path: Path, outside: Path) -> None:
    victim = outside / "v.txt"
    folder = forged(
        tmp_path / "标记", "../别处/v.txt", str(victim), "..\\别处\\v.txt", "旧/w.txt", scope=tmp_path / "报送"
    )
    (folder / "旧").mkdir()
    (folder / "旧" / "w.txt").write_bytes(KEPT)
    target = OutputFolder(folder, [tmp_path / "报送"])
    target.write("甲.txt", b"new")
    target.finish(complete=True)
    assert target.notes == (f"{folder}里的清单有3行不是这个文件夹里的文件，没有理会",)
    assert victim.read_bytes() == KEPT
    assert names(folder) == [LIST_NAME, "甲.txt"]
    assert set(read_list(folder).entries) == {"甲.txt"}  # type: ignore[union-attr]


@LINKS
def test_no_folder_that_is_a_link_is_followed(tmp_path: Path, outside: Path) -> None:
    folder = forged(tmp_path / "标记", "连/v.txt", "连/旧.txt")
    (folder / "连").symlink_to(outside)
    left_behind = outside / ".xlsxeval-1-00.tmp"
    left_behind.write_bytes(b"")
    os.utime(left_behind, (0, 0))
    target = OutputFolder(folder)
    target.write("连/新.txt", b"new")
    target.write("连/v.txt", b"new")
    with pytest.raises(OutputError) as raised:
        target.finish(complete=True)
    assert (
        str(raised.value)
        == "；".join([f"输出文件夹里的这个文件夹是链接，没有使用：{folder / '连'}；请先把它移走"] * 2)
        + "；2份里有2份没有写成"
    )
    assert names(outside) == [".xlsxeval-1-00.tmp", "v.txt"]
    assert (outside / "v.txt").read_bytes() == KEPT


@LINKS
def test_no_file_that_is_a_link_is_read_written_or_removed(tmp_path: Path, outside: Path) -> None:
    folder = forged(tmp_path / "标记", "a.txt", "b.txt")
    for name in ("a.txt", "b.txt"):
        (folder / name).symlink_to(outside / "v.txt")
    target = OutputFolder(folder)
    target.write("a.txt", b"new")
    with pytest.raises(OutputError, match=r"这个文件有人改过，没有覆盖：.*a\.txt"):
        target.finish(complete=True)
    assert (outside / "v.txt").read_bytes() == KEPT
    assert [(folder / name).is_symlink() for name in ("a.txt", "b.txt")] == [True, True]


@LINKS
def test_a_list_that_is_a_link_or_has_a_second_name_is_no_list(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "连").mkdir()
    (outside / "list").write_bytes(b"")
    (tmp_path / "连" / LIST_NAME).symlink_to(outside / "list")
    with pytest.raises(OutputError, match="文件夹里已有别的文件"):
        OutputFolder(tmp_path / "连")
    (tmp_path / "硬").mkdir()
    os.link(outside / "list", tmp_path / "硬" / LIST_NAME)
    with pytest.raises(OutputError, match="硬链接"):
        OutputFolder(tmp_path / "硬")
    assert (outside / "list").read_bytes() == b""


@LINKS
def test_a_file_with_a_second_name_is_replaced_and_not_changed(tmp_path: Path, outside: Path) -> None:
    folder = forged(tmp_path / "标记", "a.txt", "b.txt")
    for name in ("a.txt", "b.txt"):
        os.link(outside / "v.txt", folder / name)
    os.utime(outside / "v.txt", (5, 5))
    target = OutputFolder(folder)
    target.write("a.txt", KEPT, 86_400.0)
    target.finish(complete=True)
    assert ((folder / "a.txt").stat().st_mtime, (outside / "v.txt").stat().st_mtime) == (86_400, 5)
    assert (outside / "v.txt").read_bytes() == KEPT
    assert names(folder) == [LIST_NAME, "a.txt"]


@LINKS
def test_a_folder_that_is_a_link_itself_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "真").mkdir()
    (tmp_path / "标记").symlink_to(tmp_path / "真")
    for use in (OutputFolder, require_free):
        with pytest.raises(OutputError, match="输出文件夹是链接，没有使用"):
            use(tmp_path / "标记")
    assert names(tmp_path / "真") == []


@LINKS
def test_a_pipe_or_a_device_is_no_list(tmp_path: Path) -> None:
    for name in ("管道", "设备"):
        (tmp_path / name).mkdir()
        shutil.copy(FAULTY / "filled.xlsx", tmp_path / name)
    os.mkfifo(tmp_path / "管道" / LIST_NAME)
    (tmp_path / "设备" / LIST_NAME).symlink_to("/dev/zero")
    for name in ("管道", "设备"):
        assert read_list(tmp_path / name) is None
        with pytest.raises(OutputError, match="文件夹里已有别的文件"):
            OutputFolder(tmp_path / name)
        done = run("check", name, "--quiet", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, "")


def test_a_list_that_is_too_long_is_none_of_ours(tmp_path: Path) -> None:
    forged(tmp_path / "a", *(f"{number}.txt" for number in range(5)))
    assert read_list(tmp_path / "a", 5) is not None
    assert read_list(tmp_path / "a", 4) is None
    with (tmp_path / "a" / LIST_NAME).open("ab") as stream:
        stream.truncate(65 * 1024 * 1024)  # takes no place on the disk
    assert read_list(tmp_path / "a") is None


def test_names_that_some_systems_take_for_one_do_not_cost_a_new_file(tmp_path: Path) -> None:
    folder = forged(tmp_path / "标记", "A.txt", "e\u0301.txt")
    target = OutputFolder(folder)
    target.write("a.txt", KEPT)
    target.write("\u00e9.txt", KEPT)
    (folder / "A.txt").write_bytes(KEPT)  # on other systems this is a.txt
    target.finish(complete=True)
    assert (folder / "a.txt").read_bytes() == KEPT
    assert (folder / "A.txt").exists()


def test_what_killed_runs_left_is_removed_where_we_write(tmp_path: Path) -> None:
    folder = forged(tmp_path / "标记", "乙/a.txt")
    (folder / "乙").mkdir()
    for name, age in ((".xlsxeval-1-00.tmp", 7200), ("乙/.xlsxeval-2-00.tmp", 7200), (".xlsxeval-3-00.tmp", 60)):
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (time.time() - age,) * 2)
    OutputFolder(folder)
    assert sorted(path.name for path in folder.rglob("*")) == [".xlsxeval-3-00.tmp", LIST_NAME, "乙"]


@LINKS
def test_a_link_among_single_outputs_is_replaced_and_not_followed(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "o.json").symlink_to(outside / "v.txt")
    with pytest.raises(OutputError):
        write_output(tmp_path / "o.json", b"new")
    write_output(tmp_path / "o.json", b"new", force=True)
    assert ((outside / "v.txt").read_bytes(), (tmp_path / "o.json").read_bytes()) == (KEPT, b"new")
