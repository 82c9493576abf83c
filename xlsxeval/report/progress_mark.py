"""By what a progress table that this program wrote is recognised: the heads of the CSV, a property of the workbook."""

from __future__ import annotations

import struct
from typing import BinaryIO

COLUMNS = (
    "类别",
    "单位编码",
    "单位",
    "状态",
    "轮次",
    "文件",
    "收到日期",
    "须更正",
    "须说明",
    "供核对",
    "已说明",
    "联系方式",
    "备注",
)
#: The first line of every CSV, after a byte order mark.
HEAD = "\ufeff" + ",".join(COLUMNS) + "\r\n"
#: Name of the custom property of every workbook.
PROPERTY = "xlsxeval progress"
_PART = "docProps/custom.xml"
#: A workbook of ours has some 16 parts; their list at the end of the file is far shorter than this.
_MOST_PARTS, _TAIL, _MOST_BYTES = 64, 16 * 1024, 4096
#: The end of a zip file: where its list of parts stands.
_END = struct.Struct("<4s4H2LH")


def is_progress_book(stream: BinaryIO) -> bool:
    """Tell whether an open file is a progress workbook that this program wrote.

    Only the end of the file is read, and one small part of a file whose list of parts is short and names that part.

    Raises:
        OSError: if the file cannot be read.
    """
    start = max(stream.seek(0, 2) - _TAIL, 0)
    stream.seek(start)
    tail = stream.read(_TAIL)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size or _PART.encode() not in tail:
        return False
    _, _, _, _, parts, size, _, _ = _END.unpack_from(tail, at)
    if parts > _MOST_PARTS or size > at or b"PK\6\7" in tail[max(at - 20, 0) : at]:
        return False
    return f'name="{PROPERTY}"'.encode() in _part(stream)


def _part(stream: BinaryIO) -> bytes:
    """Give the custom properties of a workbook; nothing if they cannot be read."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(stream) as package, package.open(_PART) as part:
            return part.read(_MOST_BYTES)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return b""
