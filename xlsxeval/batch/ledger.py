"""The ledger: an SQLite file with the results of earlier runs and with the files of the present run.

The table ``results`` stays for the next run; its key is the content of a file (a hash) with the rules. The tables
``files`` and ``filings`` describe the present run, in the order of its files. Every report is made from them, so that
a run that was interrupted and repeated gives the same bytes as one without interruption.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from xlsxeval.batch.rules_key import rules_key
from xlsxeval.batch.versions import Note, Version, notes_on_copies, notes_on_versions
from xlsxeval.batch.worker import unusable
from xlsxeval.errors import DataError, MachineError
from xlsxeval.folder import is_ordinary
from xlsxeval.read.limits import MIB
from xlsxeval.read.refusals import DIED, TRANSIENT
from xlsxeval.report.facts import state_of
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request
from xlsxeval.rules.across import bare_unit

#: Marks our files among those of SQLite ("xlev").
_APPLICATION = 0x786C6576
_FORMAT = 1
#: New entries are written to the disk after so many files or seconds.
_SAVE_FILES, _SAVE_SECONDS = 20, 5.0
#: The largest result, and the largest ledger, that this program writes.
_MOST_RESULT, _MOST_BYTES = 64 * MIB, 4096 * MIB
#: The rule on a form in which nothing was filled in.
_EMPTY = "L03"
#: The tables of a ledger, as SQLite keeps their text. A file with anything else in it (views, triggers) is refused.
_RESULTS = "CREATE TABLE results(content TEXT, rules TEXT, outcomes BLOB, PRIMARY KEY(content, rules)) WITHOUT ROWID"
_FILES = "CREATE TABLE files(place INTEGER PRIMARY KEY, name TEXT, modified REAL, content TEXT)"
_FILINGS = """CREATE TABLE filings(place INTEGER, number INTEGER, owner TEXT, forms TEXT, unit TEXT, state TEXT,
                     replaced INTEGER DEFAULT 0, note TEXT DEFAULT '', PRIMARY KEY(place, number)) WITHOUT ROWID"""
_TABLES = {"results": _RESULTS, "files": _FILES, "filings": _FILINGS}
#: The end of a journal that names a further file, which SQLite would delete. Our journals never name one.
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")
_DECODER = msgspec.json.Decoder(tuple[Outcome, ...])


class Listed(NamedTuple):
    """One filing of the run and the name of its file, for a list."""

    unit: str
    file: str


class Ledger:
    """An open ledger; it belongs to one run at a time."""

    def __init__(self, connection: sqlite3.Connection, rules: str) -> None:
        """Wrap an open connection; see ``open_ledger``."""
        self._connection = connection
        self._rules = rules
        self._unsaved, self._saved = 0, time.monotonic()

    def begin(self, place: int, name: str, modified: float, content: str) -> tuple[Outcome, ...] | None:
        """Enter a file of the run; return its outcomes if an earlier run checked the same content.

        Args:
            place: its number in the order of the reports.
            name: its name in the reports.
            modified: the time of its last change, in seconds since 1970; of two filings of a unit the later one counts.
            content: the SHA-256 of its content in hexadecimal digits; empty to look nothing up.

        Returns:
            The outcomes of an earlier check of this content in the same way; None if there was none.
        """
        self._connection.execute("INSERT INTO files VALUES(?, ?, ?, '')", (place, name, modified))
        known = self._stored(content) if content else None
        if known is not None:
            self._enter(place, content, known)
        return known

    def add(self, place: int, outcomes: tuple[Outcome, ...]) -> None:
        """Keep the outcomes, at least one, of a file that was entered as number ``place``."""
        codes = {finding.code for outcome in outcomes for finding in outcome.findings}
        digest = outcomes[0].sha256
        # A result that depends on this machine or program is kept for this run only.
        content = digest if digest and not codes & TRANSIENT else f"run:{place}"
        stored = msgspec.json.encode(outcomes)
        if len(stored) > _MOST_RESULT:
            outcomes = (unusable(outcomes[0].file, DIED, "核对的结果太长，请删去多余内容后重新保存"),)
            content, stored = f"run:{place}", msgspec.json.encode(outcomes)
        self._connection.execute("INSERT OR REPLACE INTO results VALUES(?, ?, ?)", (content, self._rules, stored))
        self._enter(place, content, outcomes)

    def _enter(self, place: int, content: str, outcomes: tuple[Outcome, ...]) -> None:
        """Enter the filings of a file; ``owner`` is equal for filings of the same set, year, unit and project."""
        for number, outcome in enumerate(outcomes):
            names = (outcome.formset, outcome.year, bare_unit(outcome.unit), bare_unit(outcome.subject))
            owner = "\n".join(map(str, names)) if outcome.unit else ""
            empty = {finding.form for finding in outcome.findings if finding.code == _EMPTY}
            forms = "\n".join(reading.form for reading in outcome.reading if reading.form not in empty)
            row = (place, number, owner, forms, outcome.unit, state_of(outcome))
            insert = "INSERT INTO filings(place, number, owner, forms, unit, state) VALUES(?, ?, ?, ?, ?, ?)"
            self._connection.execute(insert, row)
        # This is written last: a file whose ``content`` is set has all its filings, even after an interruption.
        self._connection.execute("UPDATE files SET content = ? WHERE place = ?", (content, place))
        self._unsaved += 1
        if self._unsaved >= _SAVE_FILES or time.monotonic() - self._saved > _SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write all entries to the disk."""
        self._connection.commit()
        self._unsaved, self._saved = 0, time.monotonic()

    def _stored(self, content: str) -> tuple[Outcome, ...] | None:
        row = self._connection.execute(
            "SELECT outcomes FROM results WHERE content = ? AND rules = ?", (content, self._rules)
        ).fetchone()
        return _decoded(row[0]) if row else None

    def settle(self) -> None:
        """End the run: remove filings of files that were not finished, and compare the filings with each other.

        A filing is marked as replaced if another file has the same content, or if the unit sent a newer one.
        """
        unfinished = "SELECT place FROM files WHERE content = ''"
        self._connection.execute(f"DELETE FROM filings WHERE place IN ({unfinished})")  # noqa: S608  # the text is constant
        self._mark_copies()
        self._mark_versions()
        self.save()

    def _mark_copies(self) -> None:
        files = self._connection.execute(
            "SELECT place, name, content FROM files WHERE content NOT LIKE 'run:%' AND content IN (SELECT content"
            " FROM files WHERE content != '' GROUP BY content HAVING count(*) > 1) ORDER BY modified DESC, place"
        ).fetchall()
        self._note(notes_on_copies(files))

    def _mark_versions(self) -> None:
        owners = self._connection.execute(
            "SELECT owner FROM filings WHERE owner != '' AND NOT replaced GROUP BY owner"
            " HAVING count(DISTINCT place) > 1"
        ).fetchall()
        for (owner,) in owners:
            rows = self._connection.execute(
                "SELECT place, number, forms, name, date(modified, 'unixepoch', 'localtime') FROM filings"
                " JOIN files USING(place) WHERE owner = ? AND NOT replaced ORDER BY modified DESC, place DESC, number",
                (owner,),
            ).fetchall()
            self._note(notes_on_versions([Version(*row) for row in rows]))

    def _note(self, notes: Iterable[Note]) -> None:
        update = "UPDATE filings SET note = ?, replaced = ? WHERE place = ? AND number = ifnull(?, number)"
        self._connection.executemany(update, ((note.text, note.replaced, note.place, note.number) for note in notes))

    def outcomes(self, *, replaced: bool = True) -> Iterator[Outcome]:
        """Yield the filings of the run in the order of the files, with the notes from ``settle``.

        Args:
            replaced: whether to include filings that another filing replaces.
        """
        rows = self._connection.execute(
            "SELECT place, name, outcomes FROM files JOIN results USING(content) WHERE rules = ? ORDER BY place",
            (self._rules,),
        )
        for place, name, stored in rows:
            noted = self._connection.execute(
                "SELECT note, replaced FROM filings WHERE place = ? ORDER BY number", (place,)
            )
            for outcome, (note, old) in zip(_decoded(stored), noted, strict=True):
                if replaced or not old:
                    notes = (*outcome.notes, note) if note else outcome.notes
                    yield replace(outcome, file=name, notes=notes, replaced=bool(old))

    def states(self) -> dict[str, int]:
        """Count the filings by state (see ``facts.state_of``), without those that another filing replaces."""
        rows = self._connection.execute("SELECT state, count(*) FROM filings WHERE NOT replaced GROUP BY state")
        return dict(rows.fetchall())

    def count(self) -> tuple[int, int]:
        """Count the files that were checked, and the filings that another filing replaces."""
        done = self._connection.execute("SELECT count(*) FROM files WHERE content != ''").fetchone()[0]
        return done, self._connection.execute("SELECT count(*) FROM filings WHERE replaced").fetchone()[0]

    def units(self) -> Iterator[Listed]:
        """Yield the units that sent something, each with the name of its file."""
        rows = self._connection.execute(
            "SELECT unit, name FROM filings JOIN files USING(place) WHERE unit != '' ORDER BY place, number"
        )
        return (Listed(*row) for row in rows)


class _DamagedError(Exception):
    """The ledger holds something that this program did not write."""


class _Connection(sqlite3.Connection):
    """A connection that also handles error messages of SQLite with bytes that are not UTF-8."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement, as ``sqlite3.Connection.execute``."""
        try:
            return super().execute(*arguments)
        except UnicodeDecodeError:
            raise _DamagedError from None


def _decoded(stored: object) -> tuple[Outcome, ...]:
    """Give the outcomes of a stored text.

    Raises:
        _DamagedError: if this program did not write it.
    """
    try:
        return _DECODER.decode(stored)  # type: ignore[arg-type]  # whatever is in the ledger
    except (msgspec.DecodeError, TypeError, ValueError, RecursionError):
        raise _DamagedError from None


@contextlib.contextmanager
def open_ledger(path: str | os.PathLike[str] | None, request: Request = Request()) -> Iterator[Ledger]:
    """Open a ledger for a run, and make it if there is none; until it is closed no other process can open it.

    ``check_files(…, ledger=…)`` does all of this; with the ledger itself a program can check in its own way::

        request = Request(year=2024)
        with open_ledger("台账.db", request) as ledger:
            for place, path in enumerate(paths):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                if ledger.begin(place, path.name, path.stat().st_mtime, digest) is None:
                    ledger.add(place, outcomes(path, year=2024))
            ledger.settle()
            write_html("结果.html", ledger.outcomes())

    Args:
        path: the file; None for a temporary one, which is deleted after the run.
        request: how the files are checked; results from other requests are kept, but not used.

    Raises:
        DataError: if the file is no ledger or damaged, or another run has it.
        DefinitionError: if a set that comes with the program cannot be loaded.
        MachineError: if it cannot be read or written.
    """
    path, key = Path(path) if path else None, rules_key(request)
    with _explained(path):
        if path:
            _require_ordinary(path)
        place = os.path.abspath(path) if path else ""  # noqa: PTH100  # to SQLite, ":memory:" alone is no file
        with contextlib.closing(sqlite3.connect(place, timeout=0, factory=_Connection)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_RESULT + MIB)
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "locking_mode = EXCLUSIVE"):
                connection.execute(f"PRAGMA {pragma}")
            if path is None:
                connection.execute("PRAGMA journal_mode = MEMORY")
                connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
            _claim(connection, path)
            for name, statement in _TABLES.items():
                if name != "results":
                    connection.execute(f"DROP TABLE IF EXISTS {name}")
                connection.execute(statement.replace("TABLE", "TABLE IF NOT EXISTS", 1))
            connection.execute("DELETE FROM results WHERE content LIKE 'run:%'")
            ledger = Ledger(connection, key)
            ledger.save()
            yield ledger
            ledger.save()


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
    """Refuse a file that is neither empty nor a ledger, before anything is changed in it."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    tables = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
    if tables and ((application, form) != (_APPLICATION, _FORMAT) or not tables.items() <= _TABLES.items()):
        raise DataError(f"这不是台账文件：{path}，请换一个文件名")
    if tables and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _DamagedError
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_FORMAT}")


@contextlib.contextmanager
def _explained(path: Path | None) -> Iterator[None]:
    """Replace errors of SQLite by one sentence in Chinese."""
    try:
        yield
    except _DamagedError:
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
