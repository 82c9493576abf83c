"""Recognise the reports of this program by their first bytes, under any name and in any folder."""

from __future__ import annotations

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


def is_report(path: Path) -> bool:
    """Tell whether a file is a report of this program that nobody edits by hand: a page, JSON, SARIF or JUnit."""
    head = _head(path)
    return head.startswith(_BEGINNINGS) or any(part in head for part in _PARTS)


def is_ledger(path: Path) -> bool:
    """Tell whether a file is a ledger."""
    head = _head(path)
    return head.startswith(_SQLITE) and head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK


def _head(path: Path) -> bytes:
    try:
        with open_folder(path.parent, follow=True) as folder, folder.open(path.name) as stream:
            return stream.read(_HEAD)
    except (OSError, ValueError, XlsxevalError):
        return b""
