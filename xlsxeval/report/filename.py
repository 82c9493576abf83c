"""Names of files made from what people wrote: safe on every system, and each only once."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

from xlsxeval.portable import DEVICE, SIGNS, same_name
from xlsxeval.text import safe

#: What the names of all notices begin with, and how a workbook ends that holds nothing but 审核意见.
NOTICE, OPINION_END = "退回修改通知", "-审核意见.xlsx"
#: Folders of the original that a copy keeps, from the inside: no system takes names of any length.
_MOST_FOLDERS = 16
_MOST_BYTES, _SUFFIX = 200, 6
_COPY = ".xlsx"


def file_stem(prefix: str, name: str, taken: set[str]) -> str:
    """Make a file's name without its ending, at most 200 bytes in UTF-8 with an ending of up to five signs.

    Args:
        prefix: what it begins with; so no name is empty, hidden, an option or a device (CON, NUL).
        name: what people wrote.
        taken: what is in use; the new name is added. Names that differ only in case or width are the same to some
            systems, and so here.
    """
    words = " ".join(SIGNS.sub("_", safe(unicodedata.normalize("NFC", name))).split())
    number = 1
    while True:
        end = f"（{number}）" if number > 1 else ""
        room = _MOST_BYTES - len(f"{prefix}-{end}.docx".encode())
        stem = f"{prefix}-{_cut(words, room) or '无名'}{end}"
        key = same_name(stem)
        if key not in taken:
            taken.add(key)
            return stem
        number += 1


def copy_name(parts: Sequence[str], ending: str, taken: set[str]) -> str:
    """Return the path of a copy in an output folder, with ``/``: the same folders and name as the original.

    A copy is always an .xlsx: the copy of 甲.xlsx is 甲.xlsx, that of 甲.xlsm is 甲.xlsm.xlsx.

    Args:
        parts: the folders of the original below the folder that all originals are in, and its name.
        ending: what is put after the name instead: ``-审核意见.xlsx``.
        taken: the names in use, in the form in which they are compared; the new name is added.
    """
    *folders, name = map(_part, parts[-_MOST_FOLDERS - 1 :])
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  # no path
    if ending or suffix.lower() != _COPY:
        stem, suffix = name, "" if ending else _COPY
    number = 1
    while True:
        end = (f"（{number}）" if number > 1 else "") + suffix + ending
        found = "/".join([*folders, _cut(stem, _MOST_BYTES - len(end.encode())) + end])
        key = same_name(found)
        if key not in taken:
            taken.add(key)
            return found
        number += 1


def _part(name: str) -> str:
    """Make a name of one folder or file safe: on Windows a dot or blank at its end is lost, and CON is a device."""
    plain = SIGNS.sub("_", safe(unicodedata.normalize("NFC", name))).strip(" .") or "_"
    plain = f"_{plain}" if DEVICE.match(plain) else plain
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122
    short = len(suffix) < _SUFFIX
    cut = _cut(stem, _MOST_BYTES - len(suffix.encode())) + suffix if short else _cut(plain, _MOST_BYTES)
    return cut.rstrip(" .")  # where it was cut there may be a dot again


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").rstrip()
