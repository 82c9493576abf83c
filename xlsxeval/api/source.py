"""The forms in which a caller may give a workbook: a path, its bytes, or an open binary file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from xlsxeval.read.limits import Limits
from xlsxeval.read.source import read_bytes

#: A path, the bytes of a workbook, or a file opened in binary mode (read from where it stands, and left open).
Source = str | os.PathLike[str] | bytes | BinaryIO


def path_or_bytes(source: Source, limits: Limits) -> Path | bytes:
    """Give a source as a path or as bytes; an open file is read, at most one byte more than the budget allows.

    Raises:
        TypeError: if the source is of another type.
    """
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | os.PathLike):
        return Path(source)
    read = getattr(source, "read", None)
    content = read(limits.max_file + 1) if callable(read) else None
    if not isinstance(content, bytes):
        raise TypeError(f"工作簿应是路径、bytes或以二进制方式打开的文件，不是{type(source).__name__}")
    return content


def content_of(source: Source, limits: Limits) -> bytes:
    """Give the bytes of a source.

    Raises:
        Refused: if there is no such file, or it is no ordinary one.
        MachineError: if it cannot be read for a reason outside it.
        TypeError: if the source is of another type.
    """
    given = path_or_bytes(source, limits)
    return given if isinstance(given, bytes) else read_bytes(given, limits)


def name_of(source: Source) -> str:
    """Give the name of a source for messages; empty for bytes and for files without a name."""
    if isinstance(source, str | os.PathLike):
        return printable(Path(source))
    name = getattr(source, "name", "")
    return name if isinstance(name, str) else ""


def printable(path: Path) -> str:
    """Give a path as text that can be written in UTF-8: other bytes in it become hexadecimal escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
