"""Recognise the outputs of this program by their content, under any name and in any folder."""

from __future__ import annotations

from pathlib import Path

from xlsxeval.errors import XlsxevalError
from xlsxeval.folder import open_folder
from xlsxeval.report.progress_mark import HEAD as PROGRESS_HEAD
from xlsxeval.report.progress_mark import is_progress_book

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
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        return False
    try:
        with open_folder(path.parent, follow=True) as folder, folder.open(path.name) as stream:
            if ending == ".xlsx":
                return is_progress_book(stream)
            head = stream.read(_HEAD)
    except (OSError, ValueError, XlsxevalError):
        return False
    return _is_table(head) or _is_report(head) or _is_ledger(head)


def is_renewable(path: Path) -> bool:
    """Tell whether a file is a report that nobody edits by hand: a page, JSON, SARIF or JUnit."""
    try:
        with open_folder(path.parent, follow=True) as folder, folder.open(path.name) as stream:
            return _is_report(stream.read(_HEAD))
    except (OSError, ValueError, XlsxevalError):
        return False


def _is_table(head: bytes) -> bool:
    from xlsxeval.report.table import HEAD

    return head.startswith((HEAD.encode(), PROGRESS_HEAD.encode()))


def _is_report(head: bytes) -> bool:
    return head.startswith(_BEGINNINGS) or any(part in head for part in _PARTS)


def _is_ledger(head: bytes) -> bool:
    return head.startswith(_SQLITE) and head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK
