"""Reading what stands beside the filings (definitions, data, lists, ledgers): ordinary files of bounded size only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from xlsxeval.errors import XlsxevalError

#: Without these flags, opening a pipe waits for a writer, and opening a terminal takes it over.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_KIB, _MIB = 1024, 1024 * 1024


class NotOrdinaryError(XlsxevalError):
    """A pipe, a device or a socket, or a file larger than allowed; ``reason`` is the sentence without the path."""

    def __init__(self, reason: str, path: Path) -> None:
        """Keep the reason beside the sentence, for callers that name the path themselves."""
        super().__init__(f"{reason}：{path}")
        self.reason = reason


def read_ordinary(path: Path, most: int) -> bytes:
    """Read a file; links are followed.

    Args:
        path: the file.
        most: the largest size allowed, in bytes; never more than that (and one byte) is read.

    Raises:
        NotOrdinaryError: if it is a pipe, a device or a socket, or is larger than ``most``.
        OSError: if it is missing, a folder or not readable (FileNotFoundError, IsADirectoryError and so on).
    """
    _require_ordinary(path.stat(), path)  # before opening: to open some devices is to use them
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _FLAGS)) as stream:
        _require_ordinary(os.fstat(stream.fileno()), path)  # the path may lead elsewhere by now
        content = stream.read(most + 1)
    if len(content) > most:
        raise NotOrdinaryError(f"文件超过{_size(most)}", path)
    return content


def _require_ordinary(status: os.stat_result, path: Path) -> None:
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):  # a folder fails with its own OSError
        raise NotOrdinaryError("不是普通文件（是管道或设备）", path)


def _size(count: int) -> str:
    return f"{count // _MIB} MiB" if count >= _MIB else f"{count // _KIB} KiB"
