"""The ledger: what came of which content under which rules, and the run in hand; a file of SQLite.

Results stay for the next run, keyed by content and rules. The tables ``files`` and ``filings`` are the present run,
in the order of its files; every report is made from them, so that a run that was broken off and taken up again gives
the same bytes as an unbroken one.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from xlsxeval.batch.worker import Result
from xlsxeval.errors import DataError, MachineError
from xlsxeval.read.refusals import TRANSIENT
from xlsxeval.report.facts import state_of
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.across import bare_unit
from xlsxeval.text import listed

#: Marks our files among those of SQLite ("xlev").
_APPLICATION = 0x786C6576
_FORMAT = 1
_COMMIT_EVERY = 20
#: How many older files a note names.
_NAMED = 3
#: The rule on a form in which nothing was filled in.
_EMPTY = "L03"
_TABLES = """
CREATE TABLE IF NOT EXISTS results(content TEXT, rules TEXT, outcomes BLOB, PRIMARY KEY(content, rules)) WITHOUT ROWID;
DROP TABLE IF EXISTS files;
DROP TABLE IF EXISTS filings;
CREATE TABLE files(place INTEGER PRIMARY KEY, name TEXT, modified REAL, content TEXT);
CREATE TABLE filings(place INTEGER, number INTEGER, owner TEXT, forms TEXT, unit TEXT, state TEXT,
                     replaced INTEGER DEFAULT 0, note TEXT DEFAULT '', PRIMARY KEY(place, number)) WITHOUT ROWID;
"""
_DECODER = msgspec.json.Decoder(tuple[Outcome, ...])


class Listed(NamedTuple):
    """One filing of the run and the name of its file, for a list."""

    unit: str
    file: str


class _Version(NamedTuple):
    place: int
    number: int
    forms: str
    name: str
    day: str


class Ledger:
    """An open ledger; it belongs to one run at a time."""

    def __init__(self, connection: sqlite3.Connection, rules: str) -> None:
        """Wrap an open connection; see ``open_ledger``."""
        self._connection = connection
        self._rules = rules
        self._unsaved = 0

    def begin(self, place: int, name: str, modified: float, content: str) -> tuple[Outcome, ...] | None:
        """Enter a file of the run, and give what came of its content if that is known already."""
        self._connection.execute("INSERT INTO files VALUES(?, ?, ?, '')", (place, name, modified))
        known = self._stored(content) if content else None
        if known is not None:
            self._enter(place, content, known)
        return known

    def add(self, place: int, result: Result) -> None:
        """Keep what came of a file of the run."""
        lasting = result.digest and not any(one.code in TRANSIENT for each in result.outcomes for one in each.findings)
        content = result.digest if lasting else f"run:{place}"
        row = (content, self._rules, msgspec.json.encode(result.outcomes))
        self._connection.execute("INSERT OR REPLACE INTO results VALUES(?, ?, ?)", row)
        self._enter(place, content, result.outcomes)

    def _enter(self, place: int, content: str, outcomes: tuple[Outcome, ...]) -> None:
        for number, one in enumerate(outcomes):
            names = (one.formset, one.year, bare_unit(one.unit), bare_unit(one.subject))
            owner = "\n".join(map(str, names)) if one.unit else ""
            empty = {finding.form for finding in one.findings if finding.code == _EMPTY}
            forms = "\n".join(each.form for each in one.reading if each.form not in empty)
            row = (place, number, owner, forms, one.unit, state_of(one))
            insert = "INSERT INTO filings(place, number, owner, forms, unit, state) VALUES(?, ?, ?, ?, ?, ?)"
            self._connection.execute(insert, row)
        # Last: a file with its content is done, whatever interrupts us.
        self._connection.execute("UPDATE files SET content = ? WHERE place = ?", (content, place))
        self._unsaved += 1
        if self._unsaved >= _COMMIT_EVERY:
            self.save()

    def save(self) -> None:
        """Make what was entered last."""
        self._connection.commit()
        self._unsaved = 0

    def _stored(self, content: str) -> tuple[Outcome, ...] | None:
        row = self._connection.execute(
            "SELECT outcomes FROM results WHERE content = ? AND rules = ?", (content, self._rules)
        ).fetchone()
        return _DECODER.decode(row[0]) if row else None

    def settle(self) -> None:
        """End the run: forget what was broken off half-way, and compare the filings with each other.

        Those that are the same content under another name, or older than another one of the unit, count no more.
        """
        unfinished = "SELECT place FROM files WHERE content = ''"
        self._connection.execute(f"DELETE FROM filings WHERE place IN ({unfinished})")  # noqa: S608  # no stranger's text
        self._mark_copies()
        self._mark_versions()
        self.save()

    def _mark_copies(self) -> None:
        found = self._connection.execute(
            "SELECT place, name, content FROM files WHERE content NOT LIKE 'run:%' AND content IN (SELECT content"
            " FROM files WHERE content != '' GROUP BY content HAVING count(*) > 1) ORDER BY modified DESC, place"
        ).fetchall()
        # The one that came last stands for all: a filing that was sent again is as new as its last copy.
        first: dict[str, str] = {}
        for place, name, content in found:
            if first.setdefault(content, name) != name:
                self._mark(place, None, f"与“{first[content]}”内容相同，只算一份")

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
            for newest, older in _versions([_Version(*row) for row in rows]):
                for one in older:
                    note = f"这个单位另有一份较新的“{newest.name}”（{newest.day}修改），以那一份为准"
                    self._mark(one.place, one.number, note)
                names = listed([f"“{one.name}”（{one.day}修改）" for one in older], _NAMED)
                note = f"这个单位报送了{len(older) + 1}份，以最后修改的这一份为准，另有{names}"
                update = "UPDATE filings SET note = ? WHERE place = ? AND number = ?"
                self._connection.execute(update, (note, newest.place, newest.number))

    def _mark(self, place: int, number: int | None, note: str) -> None:
        update = "UPDATE filings SET replaced = 1, note = ? WHERE place = ? AND number = ifnull(?, number)"
        self._connection.execute(update, (note, place, number))

    def outcomes(self, *, replaced: bool = True) -> Iterator[Outcome]:
        """Yield the filings of the run in the order of the files, with what ``settle`` noted.

        Args:
            replaced: whether those that others replace are wanted as well.
        """
        rows = self._connection.execute(
            "SELECT place, name, outcomes FROM files JOIN results USING(content) WHERE rules = ? ORDER BY place",
            (self._rules,),
        )
        for place, name, stored in rows:
            noted = self._connection.execute(
                "SELECT note, replaced FROM filings WHERE place = ? ORDER BY number", (place,)
            )
            for one, (note, old) in zip(_DECODER.decode(stored), noted, strict=True):
                if replaced or not old:
                    notes = (*one.notes, note) if note else one.notes
                    yield replace(one, file=name, notes=notes, replaced=bool(old))

    def states(self) -> dict[str, int]:
        """Count the filings by what became of them, without those that others replace."""
        found = self._connection.execute("SELECT state, count(*) FROM filings WHERE NOT replaced GROUP BY state")
        return dict(found.fetchall())

    def count(self) -> tuple[int, int]:
        """Count the files that are done, and the filings that others replace."""
        done = self._connection.execute("SELECT count(*) FROM files WHERE content != ''").fetchone()[0]
        return done, self._connection.execute("SELECT count(*) FROM filings WHERE replaced").fetchone()[0]

    def units(self) -> Iterator[Listed]:
        """Yield the units that sent something, and in which file."""
        found = self._connection.execute(
            "SELECT unit, name FROM filings JOIN files USING(place) WHERE unit != '' ORDER BY place, number"
        )
        return (Listed(*row) for row in found)


def _versions(rows: Sequence[_Version]) -> list[tuple[_Version, list[_Version]]]:
    """Put to each filing the older ones, in other files, of which it has every form; ``rows`` begins with the newest.

    A unit that sends its two forms in two files has sent each form once; a form in which nothing is filled in
    replaces none.
    """
    found: list[tuple[_Version, list[_Version]]] = []
    for row in rows:
        forms = set(row.forms.split("\n")) - {""}
        for newest, older in found:
            if newest.place != row.place and forms <= set(newest.forms.split("\n")):
                older.append(row)
                break
        else:
            found.append((row, []))
    return [(newest, older) for newest, older in found if older]


@contextlib.contextmanager
def open_ledger(path: Path | None, rules: str) -> Iterator[Ledger]:
    """Open a ledger for a run, and make it if there is none; nobody else can open it meanwhile.

    Args:
        path: the file; None for a temporary one that nobody sees and that goes with the run.
        rules: what tells the rules of this run from others.

    Raises:
        DataError: if the file is no ledger, or another run has it.
        MachineError: if it cannot be read or written.
    """
    with _explained(path), contextlib.closing(sqlite3.connect(path or "", timeout=0)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if path is None:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("BEGIN EXCLUSIVE")
        _claim(connection, path)
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute("DELETE FROM results WHERE content LIKE 'run:%'")
        ledger = Ledger(connection, rules)
        ledger.save()
        yield ledger
        ledger.save()


def _claim(connection: sqlite3.Connection, path: Path | None) -> None:
    """Make sure that the file is empty or ours before anything is changed."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and (application, form) != (_APPLICATION, _FORMAT):
        raise DataError(f"这不是台账文件：{path}，请换一个文件名")
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_FORMAT}")


@contextlib.contextmanager
def _explained(path: Path | None) -> Iterator[None]:
    """Say in words what SQLite says in English."""
    try:
        yield
    except sqlite3.Error as error:
        match getattr(error, "sqlite_errorname", ""):
            case name if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise DataError(f"台账正被另一次核对使用：{path}，请等它结束，或换一个台账") from None
            case "SQLITE_NOTADB":
                raise DataError(f"这不是台账文件：{path}，请换一个文件名") from None
            case _:
                raise MachineError(f"无法读写台账：{path or '临时文件'}（{error}）") from None
