"""The ledger: the results of earlier runs, when each content first came, and the files of the last run.

The tables ``results`` and ``answers`` stay for the next run; their key is the content of a file (a hash) with the
rules. ``files`` and ``filings`` describe the last run, in the order of its files. Every report is made from them, so
that a run that was interrupted and repeated gives the same bytes as one without interruption. What they say of each
other (which version counts, whose they are) is decided in ``season``.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from xlsxeval.batch.ledger_file import MOST_RESULT, DamagedError, open_file
from xlsxeval.batch.other_year import with_other_year
from xlsxeval.batch.rules_key import rules_key
from xlsxeval.batch.worker import unusable
from xlsxeval.errors import DataError
from xlsxeval.read.refusals import DIED, TRANSIENT
from xlsxeval.report.answers import PlainAnswer
from xlsxeval.report.facts import OtherFile, state_of
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request

#: New entries are written to the disk after so many files or seconds.
_SAVE_FILES, _SAVE_SECONDS = 20, 5.0
#: The rule on a form in which nothing was filled in.
_EMPTY = "L03"
_OUTCOMES = msgspec.json.Decoder(tuple[Outcome, ...])
_ANSWERS = msgspec.json.Decoder(tuple[tuple[PlainAnswer, ...], ...])
_LARGEST_ANSWERS = 4 * MOST_RESULT


class Ledger:
    """An open ledger; it belongs to one run at a time.

    Attributes:
        connection: the file.
        request: how the files are checked.
        round: the number of this round: one more than the last round that ended and in which something new came.
        kept: whether it stays for the next run.
        today: the day of this run.
    """

    def __init__(self, connection: sqlite3.Connection, request: Request, rules: str, *, kept: bool) -> None:
        """Wrap an open connection; see ``open_ledger`` and ``reopen_ledger``."""
        self.connection, self.request, self.kept = connection, request, kept
        self.today = request.today or date.today()  # noqa: DTZ011  # the day where the user is
        self.round = int(self.remembered("round") or 0) + 1
        self._rules = rules
        self._unsaved, self._saved = 0, time.monotonic()

    def remembered(self, name: str) -> str:
        """Give what the ledger keeps about the season under a name (``round``, ``year``); empty if nothing."""
        row = self.connection.execute("SELECT value FROM season WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def remember(self, name: str, value: object) -> None:
        """Keep something about the season."""
        self.connection.execute("INSERT OR REPLACE INTO season VALUES(?, ?)", (name, str(value)))

    def begin(self, place: int, name: str, content: str) -> tuple[Outcome, ...] | None:
        """Enter a file of the run; return its outcomes if an earlier run checked the same content.

        Args:
            place: its number in the order of the reports.
            name: its name in the reports.
            content: the SHA-256 of its content in hexadecimal digits; empty to look nothing up.

        Returns:
            The outcomes of an earlier check of this content in the same way; None if there was none.
        """
        self.connection.execute("INSERT INTO files VALUES(?, ?, '')", (place, name))
        known = self.stored(content) if content else None
        if known is not None:
            self._enter(place, content, known)
        return known

    def add(self, place: int, outcomes: tuple[Outcome, ...], content: str = "") -> None:
        """Keep the outcomes, at least one, of a file that was entered as number ``place``.

        Args:
            place: its number.
            outcomes: the results of its filings, or of the files in it if it is a container.
            content: the SHA-256 of its content; default: that of its first filing.
        """
        codes = {finding.code for outcome in outcomes for finding in outcome.findings}
        digest = content or outcomes[0].sha256
        # A result that depends on this machine or program is kept for this run only.
        content = digest if digest and not codes & TRANSIENT else f"run:{place}"
        self._enter(place, *self._keep(content, outcomes, place))

    def _keep(self, content: str, outcomes: tuple[Outcome, ...], place: int) -> tuple[str, tuple[Outcome, ...]]:
        """Write results and answers; give back key and outcomes as they were kept, which too long ones are not."""
        answers = zlib.compress(msgspec.json.encode([outcome.answers for outcome in outcomes]), 1)
        outcomes = tuple(replace(outcome, answers=()) for outcome in outcomes)
        stored = msgspec.json.encode(outcomes)
        if max(len(stored), len(answers)) > MOST_RESULT:
            outcomes = (unusable(outcomes[0].file, DIED, "核对的结果太长，请删去多余内容后重新保存"),)
            content, stored, answers = f"run:{place}", msgspec.json.encode(outcomes), b""
        self.connection.execute("INSERT OR REPLACE INTO results VALUES(?, ?, ?)", (content, self._rules, stored))
        if self.request.answers and answers:
            self.connection.execute("INSERT OR REPLACE INTO answers VALUES(?, ?, ?)", (content, self._rules, answers))
        return content, outcomes

    def _enter(self, place: int, content: str, outcomes: tuple[Outcome, ...]) -> None:
        """Enter the filings of a file."""
        for number, outcome in enumerate(outcomes):
            self._enter_filing(place, number, outcome)
        # This is written last: a file whose ``content`` is set has all its filings, even after an interruption.
        self.connection.execute("UPDATE files SET content = ? WHERE place = ?", (content, place))
        self._unsaved += 1
        if self._unsaved >= _SAVE_FILES or time.monotonic() - self._saved > _SAVE_SECONDS:
            self.save()

    def _enter_filing(self, place: int, number: int, outcome: Outcome) -> None:
        empty = {finding.form for finding in outcome.findings if finding.code == _EMPTY}
        forms = "\n".join(reading.form for reading in outcome.reading if reading.form not in empty)
        words = "\n".join(outcome.units or filter(None, (outcome.unit,)))
        whose = (outcome.formset, outcome.year, words, outcome.subject, forms)
        what = (state_of(outcome), outcome.kind, outcome.what, outcome.saved)
        counts = (*map(outcome.count, ("error", "warning", "info")), outcome.waived)
        self.connection.execute(
            "INSERT INTO filings(place, number, member, content, formset, year, words, subject, forms, state, kind,"
            " what, saved, errors, warnings, hints, explained) "
            f" VALUES({', '.join('?' * 17)})",
            (place, number, outcome.member, outcome.sha256, *whose, *what, *counts),
        )
        if outcome.sha256:
            first = (outcome.sha256, self.round, self.today.isoformat())
            self.connection.execute("INSERT OR IGNORE INTO seen VALUES(?, ?, ?)", first)

    def save(self) -> None:
        """Write all entries to the disk."""
        self.connection.commit()
        self._unsaved, self._saved = 0, time.monotonic()

    def stored(self, content: str) -> tuple[Outcome, ...] | None:
        """Give the outcomes that are kept of a content; None if there are none."""
        row = self.connection.execute(
            "SELECT outcomes FROM results WHERE content = ? AND rules = ?", (content, self._rules)
        ).fetchone()
        return _decoded(row[0]) if row else None

    def join(self, content: str, places: list[tuple[int, int]], outcomes: tuple[Outcome, ...]) -> None:
        """Keep the outcomes of files that are one filing together, and let them count; as ``use_joined``."""
        _, outcomes = self._keep(content, outcomes, places[0][0])
        self.use_joined(content, places, outcomes)

    def use_joined(self, content: str, places: list[tuple[int, int]], outcomes: tuple[Outcome, ...]) -> None:
        """Let the outcomes of files that are one filing together count; the ledger has them.

        Args:
            content: a key made from the contents of the files.
            places: place and number of each file's filing.
            outcomes: the outcome of each file; its own outcome no longer counts.
        """
        if len(outcomes) < len(places):
            return
        worst = _worst([state_of(outcome) for outcome in outcomes])
        for part, ((place, number), outcome) in enumerate(zip(places, outcomes, strict=True)):
            counts = (*map(outcome.count, ("error", "warning", "info")), outcome.waived)
            self.connection.execute(
                "UPDATE filings SET joined = ?, part = ?, state = ?, errors = ?, warnings = ?, hints = ?, explained = ?"
                " WHERE place = ? AND number = ?",
                (content, part, worst, *counts, place, number),
            )

    def outcomes(self, *, replaced: bool = True) -> Iterator[Outcome]:
        """Yield the filings of the run in the order of the files, with what was decided about them.

        Args:
            replaced: whether to include filings that another filing replaces.
        """
        rows = self.connection.execute(
            "SELECT place, name, outcomes FROM files JOIN results USING(content) WHERE rules = ? ORDER BY place",
            (self._rules,),
        )
        for place, name, stored in rows:
            said = self.connection.execute(
                "SELECT state, replaced, notes, owner, unit, joined, part, other_year FROM filings WHERE place = ?"
                " ORDER BY number",
                (place,),
            )
            for outcome, row in zip(_decoded(stored), said, strict=True):
                if row[0] != "unread" and (replaced or not row[1]):
                    yield self._told(outcome, name, *row[1:])

    def _told(
        self,
        outcome: Outcome,
        name: str,
        old: int,
        notes: str,
        owner: str,
        unit: str,
        joined: str,
        part: int,
        year: str,
    ) -> Outcome:
        """Give an outcome with what was decided about it in this run."""
        if joined:
            whole = self.stored(joined) or ()
            outcome = replace(whole[part], member=outcome.member) if part < len(whole) else outcome
        if year:
            outcome = with_other_year(outcome, year, self.request.waivers, self.today)
        return replace(
            outcome,
            file=f"{name}/{outcome.member}" if outcome.member else name,
            unit=outcome.unit or owner.strip(),
            notes=(*outcome.notes, *filter(None, notes.split("\n"))),
            replaced=bool(old),
            belongs=unit,
        )

    def others(self) -> Iterator[OtherFile]:
        """Yield the files of the run that are no workbooks, in the order of the files."""
        rows = self.connection.execute(
            "SELECT name, member, kind, what, unit FROM filings JOIN files USING(place) WHERE state = 'unread'"
            " ORDER BY place, number"
        )
        for name, member, kind, what, unit in rows:
            yield OtherFile(f"{name}/{member}" if member else name, kind, what, unit)

    def answers(self) -> Iterator[tuple[str, tuple[PlainAnswer, ...]]]:
        """Yield the filings of the run that count: the name of the file, and the answers in it."""
        rows = self.connection.execute(
            "SELECT name, member, number, files.content, joined, part FROM filings JOIN files USING(place)"
            " WHERE NOT replaced AND state NOT IN ('unread', 'unusable') ORDER BY place, number"
        ).fetchall()
        for name, member, number, content, joined, part in rows:
            kept = self.connection.execute(
                "SELECT answers FROM answers WHERE content = ? AND rules = ?", (joined or content, self._rules)
            ).fetchone()
            if kept is not None:
                yield f"{name}/{member}" if member else name, _decoded_answers(kept[0])[part if joined else number]

    def wrote(self, path: str, content: str) -> None:
        """Keep that this program wrote a file: its real path and the hash of its content."""
        self.connection.execute("INSERT OR REPLACE INTO outputs VALUES(?, ?)", (path, content))

    def states(self) -> dict[str, int]:
        """Count the filings by state (see ``facts.state_of``), without those that another filing replaces."""
        rows = self.connection.execute(
            "SELECT state, count(*) FROM filings WHERE NOT replaced AND NOT part AND state != 'unread' GROUP BY state"
        )
        return dict(rows.fetchall())

    def count(self) -> tuple[int, int]:
        """Count the files that were checked, and the filings that another filing replaces."""
        done = self.connection.execute(
            "SELECT count(*) FROM files WHERE content != ''"
            " AND place IN (SELECT place FROM filings WHERE state != 'unread')"
        ).fetchone()[0]
        return done, self.connection.execute("SELECT count(*) FROM filings WHERE replaced").fetchone()[0]


def _worst(states: list[str]) -> str:
    order = ("pass", "info", "warning", "unchecked", "error", "unusable")
    return max(states, key=order.index)


def _decoded(stored: object) -> tuple[Outcome, ...]:
    """Give the outcomes of a stored text.

    Raises:
        DamagedError: if this program did not write it.
    """
    try:
        return _OUTCOMES.decode(stored)  # type: ignore[arg-type]  # whatever is in the ledger
    except (msgspec.DecodeError, TypeError, ValueError, RecursionError):
        raise DamagedError from None


def _decoded_answers(stored: object) -> tuple[tuple[PlainAnswer, ...], ...]:
    try:
        content = zlib.decompressobj().decompress(stored, _LARGEST_ANSWERS)  # type: ignore[arg-type]
        return _ANSWERS.decode(content)
    except (zlib.error, msgspec.DecodeError, TypeError, ValueError, RecursionError):
        raise DamagedError from None


@contextlib.contextmanager
def open_ledger(path: str | os.PathLike[str] | None, request: Request = Request()) -> Iterator[Ledger]:
    """Open a ledger for a run, and make it if there is none; until it is closed no other process can open it.

    ``check_files(…, ledger=…)`` does all of this; with the ledger itself a program can check in its own way::

        request = Request(year=2024)
        with open_ledger("台账.db", request) as ledger:
            for place, path in enumerate(paths):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                if ledger.begin(place, path.name, digest) is None:
                    ledger.add(place, outcomes(path, year=2024))
            settle_ledger(ledger)
            write_html("结果.html", ledger.outcomes())

    Args:
        path: the file; None for a temporary one, which is deleted after the run.
        request: how the files are checked; results from other requests are kept, but not used.

    Raises:
        DataError: if the file is no ledger or damaged, or another run has it.
        DefinitionError: if a set that comes with the program cannot be loaded.
        MachineError: if it cannot be read or written.
    """
    with open_file(Path(path) if path else None) as connection:
        connection.execute("DELETE FROM results WHERE content LIKE 'run:%'")
        ledger = Ledger(connection, request, rules_key(request), kept=path is not None)
        ledger.remember("rules", rules_key(request))
        ledger.save()
        yield ledger
        ledger.save()


@contextlib.contextmanager
def reopen_ledger(path: str | os.PathLike[str]) -> Iterator[Ledger]:
    """Open a ledger to read what the last run left in it.

    Raises:
        DataError: if there is no such file, or it is no ledger or damaged, or a run has it.
        MachineError: if it cannot be read.
    """
    if not Path(path).exists():
        raise DataError(f"找不到台账：{path}")
    with open_file(Path(path), new_run=False) as connection:
        row = connection.execute("SELECT value FROM season WHERE name = 'rules'").fetchone()
        yield Ledger(connection, Request(), row[0] if row else "", kept=True)


def written_before(path: Path | None) -> dict[str, str]:
    """Give what earlier runs with a ledger wrote, real path -> hash; nothing without a ledger.

    Raises:
        DataError: if it is no ledger or damaged, or a run has it.
        MachineError: if it cannot be read.
    """
    if path is None or not path.exists() or not path.stat().st_size:
        return {}
    with reopen_ledger(path) as ledger:
        return dict(ledger.connection.execute("SELECT path, content FROM outputs").fetchall())
