"""Only ordinary files of bounded size are read: anything else is one sentence at once, never a wait."""

import os
import sys
from pathlib import Path

import pytest

from xlsxeval.files import NotOrdinaryError, read_ordinary

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2048)
    assert read_ordinary(path, 2048) == b"x" * 2048
    with pytest.raises(NotOrdinaryError) as caught:
        read_ordinary(path, 2047)
    assert str(caught.value) == f"文件超过1 KiB：{path}"


def test_what_is_missing_or_a_folder_is_told_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_ordinary(tmp_path / "nothing", 10)
    with pytest.raises(PermissionError if sys.platform == "win32" else IsADirectoryError):
        read_ordinary(tmp_path, 10)


@posix
def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_ordinary(tmp_path / "link", 1) == b"x"


@posix
def test_a_pipe_or_a_device_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to("/dev/zero")
    for path in (pipe, tmp_path / "link", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(NotOrdinaryError) as caught:
            read_ordinary(path, 10)
        assert caught.value.reason == "不是普通文件（是管道或设备）"


@posix
def test_a_pipe_that_takes_the_place_of_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"x")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = (tmp_path / "a").stat()
    monkeypatch.setattr(Path, "stat", lambda _path: before)
    with pytest.raises(NotOrdinaryError):
        read_ordinary(pipe, 10)
