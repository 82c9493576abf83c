"""Recognise the outputs of this program by their first or last bytes, under any name and in any folder."""

from __future__ import annotations

import os
from pathlib import Path

from xlsxeval.errors import XlsxevalError
from xlsxeval.folder import open_folder

#: So many bytes of a file are looked at.
_HEAD = 4096
#: What reports begin with (JSON and JSON lines; JUnit), and what stands near their beginning (page; SARIF).
_BEGINNINGS = (b'{"schema_version":', b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="xlsxeval">')
_PARTS = ("<title>绩效自评核对报告</title>".encode(), b'"tool": {"driver": {"name": "xlsxeval"')
#: A ledger is a file of SQLite with our mark at byte 68.
_SQLITE, _MARK_AT, _MARK = b"SQLite format 3\x00", 68, b"xlev"
#: The endings of what this program writes; other files need no look.
_ENDINGS = frozenset({".csv", ".xlsx", ".html", ".htm", ".json", ".jsonl", ".sarif", ".junit", ".xml", ".db", ""})


def is_output(path: Path) -> bool:
    """Tell whether a file is a report or a ledger of this program."""
    if path.suffix.lower() not in _ENDINGS:
        return False
    head, tail = _ends(path)
    return _is_table(head) or _is_progress(tail) or _is_report(head) or _is_ledger(head)


def is_renewable(path: Path) -> bool:
    """Tell whether a file is a report that can be written again, because nobody changed it or anybody would.

    Tables (CSV) are edited by people, which cannot be seen; a workbook with the progress that was saved again is no
    longer known.
    """
    head, tail = _ends(path)
    return _is_report(head) or _is_progress(tail)


def _is_table(head: bytes) -> bool:
    from xlsxeval.report.progress import HEAD as PROGRESS
    from xlsxeval.report.table import HEAD

    return head.startswith((HEAD.encode(), PROGRESS.encode()))


def _is_progress(tail: bytes) -> bool:
    from xlsxeval.report.progress import MARK

    return tail.endswith(MARK)


def _is_report(head: bytes) -> bool:
    return head.startswith(_BEGINNINGS) or any(part in head for part in _PARTS)


def _is_ledger(head: bytes) -> bool:
    return head.startswith(_SQLITE) and head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Give the first bytes of a file, and the last few."""
    try:
        with open_folder(path.parent, follow=True) as folder, folder.open(path.name) as stream:
            head = stream.read(_HEAD)
            stream.seek(max(stream.seek(0, os.SEEK_END) - 64, 0))
            return head, stream.read(64)
    except (OSError, ValueError, XlsxevalError):
        return b"", b""
