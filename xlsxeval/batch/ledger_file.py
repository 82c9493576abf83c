"""The file of a ledger: opened by one run at a time, refused if it is anything else, upgraded if it is older."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlsxeval.errors import DataError, MachineError
from xlsxeval.folder import is_ordinary
from xlsxeval.read.limits import MIB

#: Marks our files among those of SQLite ("xlev").
_APPLICATION = 0x786C6576
#: The version of the tables; 1 had ``results``, ``files`` and ``filings`` alone.
_FORMAT, _FIRST = 2, 1
#: The largest result, and the largest ledger, that this program writes.
MOST_RESULT, _MOST_BYTES = 64 * MIB, 4096 * MIB
#: The tables of a ledger, as SQLite keeps their text. A file with anything else in it (views, triggers) is refused.
#: ``results`` and ``answers``: what was found in a content, by the rules it was checked with. ``seen``: when a content
#: first came. ``preferred``: the contents that a person said count. ``season``: the year and the round. ``outputs``:
#: the reports that were written, with their hashes.
_KEY = "PRIMARY KEY(content, rules)) WITHOUT ROWID"
KEPT = {
    "results": f"CREATE TABLE results(content TEXT, rules TEXT, outcomes BLOB, {_KEY}",
    "answers": f"CREATE TABLE answers(content TEXT, rules TEXT, answers BLOB, {_KEY}",
    "seen": "CREATE TABLE seen(content TEXT PRIMARY KEY, round INTEGER, day TEXT) WITHOUT ROWID",
    "preferred": "CREATE TABLE preferred(content TEXT PRIMARY KEY, round INTEGER) WITHOUT ROWID",
    "season": "CREATE TABLE season(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "outputs": "CREATE TABLE outputs(path TEXT PRIMARY KEY, content TEXT) WITHOUT ROWID",
}
#: The last run: its files, its filings, and what became of each unit.
RUN = {
    "files": "CREATE TABLE files(place INTEGER PRIMARY KEY, name TEXT, content TEXT)",
    "filings": """CREATE TABLE filings(place INTEGER, number INTEGER, member TEXT, content TEXT, formset TEXT,
        year INTEGER, words TEXT, subject TEXT, forms TEXT, state TEXT, kind TEXT, what TEXT, saved TEXT,
        errors INTEGER, warnings INTEGER, hints INTEGER, explained INTEGER, owner TEXT DEFAULT '', unit TEXT DEFAULT '',
        replaced INTEGER DEFAULT 0, notes TEXT DEFAULT '', joined TEXT DEFAULT '', part INTEGER DEFAULT 0,
        other_year TEXT DEFAULT '', PRIMARY KEY(place, number)) WITHOUT ROWID""",
    "units": "CREATE TABLE units(place INTEGER PRIMARY KEY, line TEXT)",
}
#: So that the filings of one unit are found without looking at all.
_INDEXES = {"filings_of": "CREATE INDEX filings_of ON filings(owner)"}
#: The tables of the first version, whose results no later program can use.
OLD = {
    "results": KEPT["results"],
    "files": "CREATE TABLE files(place INTEGER PRIMARY KEY, name TEXT, modified REAL, content TEXT)",
    "filings": """CREATE TABLE filings(place INTEGER, number INTEGER, owner TEXT, forms TEXT, unit TEXT, state TEXT,
                     replaced INTEGER DEFAULT 0, note TEXT DEFAULT '', PRIMARY KEY(place, number)) WITHOUT ROWID""",
}
#: The end of a journal that names a further file, which SQLite would delete. Our journals never name one.
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")


class DamagedError(Exception):
    """The ledger holds something that this program did not write."""


class _Connection(sqlite3.Connection):
    """A connection that also handles error messages of SQLite with bytes that are not UTF-8."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement, as ``sqlite3.Connection.execute``."""
        try:
            return super().execute(*arguments)
        except UnicodeDecodeError:
            raise DamagedError from None


@contextlib.contextmanager
def open_file(path: Path | None, *, new_run: bool = True) -> Iterator[sqlite3.Connection]:
    """Open the file of a ledger, with all its tables; until it is closed no other process can open it.

    Args:
        path: the file; it is made if it is not there. None for a temporary one.
        new_run: whether the tables of the last run are emptied.

    Raises:
        DataError: if the file is no ledger or damaged, or another run has it.
        MachineError: if it cannot be read or written.
    """
    with _explained(path):
        if path:
            _require_ordinary(path)
        place = os.path.abspath(path) if path else ""  # noqa: PTH100  # to SQLite, ":memory:" alone is no file
        with contextlib.closing(sqlite3.connect(place, timeout=0, factory=_Connection)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_RESULT + MIB)
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "locking_mode = EXCLUSIVE"):
                connection.execute(f"PRAGMA {pragma}")
            if path is None:
                connection.execute("PRAGMA journal_mode = MEMORY")
                connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
            _claim(connection, path)
            for name, statement in {**KEPT, **RUN}.items():
                if name in RUN and new_run:
                    connection.execute(f"DROP TABLE IF EXISTS {name}")
                connection.execute(statement.replace("TABLE", "TABLE IF NOT EXISTS", 1))
            for statement in _INDEXES.values():
                connection.execute(statement.replace("INDEX", "INDEX IF NOT EXISTS", 1))
            yield connection


def _require_ordinary(path: Path) -> None:
    """Refuse a ledger, or a file that SQLite keeps beside it, that is no ordinary file: a pipe, a link, a hard link."""
    for file in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
        try:
            status = file.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise MachineError(f"无法读写台账：{path}（{error.strerror or error}）") from None
        if not is_ordinary(status) or status.st_nlink > 1 or status.st_size > _MOST_BYTES:
            raise DataError(f"台账不是普通文件：{file}，请换一个文件名")
        if file.name.endswith("-journal") and file != path and _names_another(file):
            raise DataError(f"台账已损坏：{path}，请删去它和{file.name}，或换一个文件名")


def _names_another(journal: Path) -> bool:
    with journal.open("rb") as stream:
        stream.seek(max(stream.seek(0, os.SEEK_END) - len(_NAMES_ANOTHER), 0))
        return stream.read() == _NAMES_ANOTHER


def _claim(connection: sqlite3.Connection, path: Path | None) -> None:
    """Refuse a file that is neither empty nor a ledger, before anything is changed in it; upgrade an older one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    tables = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
    if tables and application == _APPLICATION and form > _FORMAT:
        raise DataError(f"台账是较新版本的程序写的：{path}，请升级程序，或换一个文件名")
    known = {_FIRST: OLD, _FORMAT: {**KEPT, **RUN, **_INDEXES}}.get(form, {})
    if tables and (application != _APPLICATION or not tables.items() <= known.items()):
        raise DataError(f"这不是台账文件：{path}，请换一个文件名")
    if tables and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise DamagedError
    if tables and form == _FIRST:
        _upgrade(connection)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_FORMAT}")


def _upgrade(connection: sqlite3.Connection) -> None:
    """Turn a ledger of the first version into one of this version: what its last run saw came in the first round."""
    seen = connection.execute("SELECT DISTINCT content FROM files WHERE length(content) = 64").fetchall()
    for name in OLD:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(KEPT["seen"])
    connection.executemany("INSERT INTO seen VALUES(?, 1, '')", seen)
    connection.execute(KEPT["season"])
    if seen:
        connection.execute("INSERT INTO season VALUES('round', '1')")


@contextlib.contextmanager
def _explained(path: Path | None) -> Iterator[None]:
    """Replace errors of SQLite by one sentence in Chinese."""
    try:
        yield
    except DamagedError:
        raise _damaged(path) from None
    except sqlite3.Error as error:
        match getattr(error, "sqlite_errorname", ""):
            case name if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise DataError(f"台账正被另一次核对使用：{path}，请等它结束，或换一个台账") from None
            case "SQLITE_NOTADB":
                raise DataError(f"这不是台账文件：{path}，请换一个文件名") from None
            case name if name.startswith(("SQLITE_CORRUPT", "SQLITE_TOOBIG", "SQLITE_ERROR")) or not name:
                raise _damaged(path) from None
            case _:
                raise MachineError(f"无法读写台账：{path or '临时文件'}（{error}）") from None


def _damaged(path: Path | None) -> DataError:
    return DataError(f"台账已损坏：{path or '临时文件'}，请删去它，或换一个文件名")
