"""What the files of a run say of each other: whose each is, which version counts, which two make one filing.

Everything is decided from the names of the files below the folders given, their contents and the ledger; the time on
the disk and the order of the files do not matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from xlsxeval.batch.ledger import Ledger
from xlsxeval.batch.matching import Matcher, Tied
from xlsxeval.batch.other_year import said_of_year
from xlsxeval.batch.roster import Roster, Unit
from xlsxeval.batch.versions import Decision, Version, decide, notes_on, unclear_text
from xlsxeval.report.facts import UNIT_STATES, UnitLine
from xlsxeval.rules.across import bare_unit
from xlsxeval.text import clean, listed

#: The form that a filing of one form is joined to must come in another file; so many files at most make one filing.
_MOST_PARTS = 4
#: A year is that of the season if at least so many filings are of it, and more than half of all.
_LEAST_OF_YEAR = 2
_NAMED = 3


class Joinable(NamedTuple):
    """Files that may be one filing together: a key made from their contents, and place and number of each."""

    content: str
    places: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Season:
    """What was decided about the files of a run.

    Attributes:
        lines: one for each unit of the roster; without a roster, for each unit that sent something.
        unlisted: what was sent by units outside the roster, each with its file: ``县教育局（教育局.xlsx）``.
        unclear: the units whose files have no clear order, a sentence each.
        alike: what else a person has to look at, a sentence each.
        years: year -> number of filings that count.
        joinable: the files that may be one filing together.
        asked: name of a unit -> the files that may be its own, which is not certain.
    """

    lines: list[UnitLine] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    years: dict[int, int] = field(default_factory=dict)
    joinable: list[Joinable] = field(default_factory=list)
    asked: dict[str, list[str]] = field(default_factory=dict)


def settle(
    ledger: Ledger,
    roster: Roster | None = None,
    *,
    places: Sequence[str] = (),
    prefer: Iterable[str] = (),
    complete: bool = True,
) -> Season:
    """Decide about the files of a run; call ``finish`` when those that may be one filing have been checked.

    Args:
        ledger: the ledger, with all files of the run.
        roster: the units that must send something.
        places: the folders given; names of folders above them say nothing.
        prefer: the files that count, as a person said; the ledger remembers it.
        complete: whether all files were checked; else the round is not over.
    """
    season = Season()
    db = ledger.connection
    db.execute("DELETE FROM filings WHERE place IN (SELECT place FROM files WHERE content = '')")
    _tie(ledger, roster, places, season)
    _prefer(ledger, prefer)
    _mark_copies(ledger)
    owners = [row[0] for row in db.execute("SELECT DISTINCT owner FROM filings WHERE owner != '' ORDER BY owner")]
    for owner in owners:
        _settle_owner(ledger, owner, season)
    if complete:
        new = db.execute("SELECT 1 FROM seen WHERE round = ? LIMIT 1", (ledger.round,)).fetchone()
        if new:
            ledger.remember("round", ledger.round)
    return season


def _tie(ledger: Ledger, roster: Roster | None, places: Sequence[str], season: Season) -> None:
    """Tie each filing and each other file to a unit."""
    db = ledger.connection
    if roster is None:
        texts = [row[0] for row in db.execute("SELECT DISTINCT words FROM filings WHERE words != '' ORDER BY words")]
        units = {clean(name): Unit(name) for text in reversed(texts) for name in text.split("\n")[::-1]}
        matcher = Matcher(Roster(tuple(units.values()), ""))
    else:
        matcher = Matcher(roster)
    files: list[_File] = []
    claimed: set[str] = set()
    for place, number, name, member, words in db.execute(
        "SELECT place, number, name, member, words FROM filings JOIN files USING(place)"
    ).fetchall():
        parts, names = name_parts(name, member, places), [one for one in words.split("\n") if one]
        tied, other = matcher.tie(names, parts), matcher.other_unit(names, parts)
        files.append(_File(place, number, f"{name}/{member}" if member else name, names, tied, other))
        if tied.unit is not None and other is None:
            claimed.add(tied.unit.name)
    for file in files:
        _tie_file(ledger, file, claimed, season, listed_units=roster is not None)
    if roster is None:
        season.alike += _alike(db.execute("SELECT DISTINCT words FROM filings WHERE words != '' ORDER BY words"))


class _File(NamedTuple):
    """A filing or another file while it is tied: the units in its forms, and what their and the file's names say."""

    place: int
    number: int
    name: str
    words: list[str]
    tied: Tied
    other: Unit | None


def _tie_file(ledger: Ledger, file: _File, claimed: Collection[str], season: Season, *, listed_units: bool) -> None:
    """Keep to whom a file belongs; of a file that is named after one unit and speaks of another, say so.

    Such a file is that of the unit in its form, unless that unit has sent another one: then somebody has probably
    filled in a copy of it and left the name in.
    """
    tied, words = file.tied, "、".join(file.words)
    unit = tied.unit.name if tied.unit else ""
    note = _said_of_tie(tied, words, listed_units=listed_units)
    if file.other is not None:
        copied = unit in claimed
        note = (
            f"表里写的单位是“{words}”，文件名是“{file.other.name}”的，按{'文件名' if copied else '表里写的'}算，请核对"
        )
        season.alike.append(f"“{file.name}”{note}")
        if copied:
            unit = file.other.name
        else:
            season.asked.setdefault(file.other.name, []).append(file.name)
    if tied.asked and listed_units:
        for name in tied.asked:
            season.asked.setdefault(name, []).append(file.name)
        season.alike.append(f"“{file.name}”{_asked(tied, words)}")
    ledger.connection.execute(
        "UPDATE filings SET unit = ?, owner = ?, notes = ? WHERE place = ? AND number = ?",
        (unit, unit or (f"\t{clean(file.words[0])}" if words else ""), note, file.place, file.number),
    )


def name_parts(name: str, member: str, places: Sequence[str]) -> list[str]:
    """Give the names that may name the unit, from the innermost outwards.

    Example: ``报送/教育局/甲.zip`` in the folder ``报送``, with the member ``一/乙.xlsx``, gives 乙.xlsx, 一, 甲.zip
    and 教育局.
    """
    path = PurePath(name)
    above = next((path.relative_to(place) for place in places if path.is_relative_to(place)), PurePath(path.name))
    return [*above.parts, *(member.split("/") if member else [])][::-1]


def _said_of_tie(tied: Tied, words: str, *, listed_units: bool) -> str:
    if tied.unit is None or tied.how == "form" or (not listed_units and words):
        return ""
    by = {"file": "文件名", "folder": "文件夹名"}[tied.how]
    return f"没有读到单位名称，按{by}算作“{tied.unit.name}”"


def _asked(tied: Tied, words: str) -> str:
    names = "、".join(f"“{name}”" for name in tied.asked[:_NAMED])
    if words:
        return f"里写的单位是“{words}”，不在名单上，文件名像是{names}的，请核对"
    return f"可能是{names}的，请核对"


def _alike(rows: Iterable[tuple[str]]) -> Iterator[str]:
    """Say which names differ only by 本级 or the like, and may be those of one unit."""
    groups: dict[str, dict[str, str]] = {}
    for (words,) in rows:
        first = words.split("\n")[0]
        groups.setdefault(bare_unit(first), {}).setdefault(clean(first), first)
    for names in groups.values():
        if len(names) > 1:
            yield f"{'、'.join(f'“{name}”' for name in names.values())}可能是同一个单位，请核对"


def _prefer(ledger: Ledger, prefer: Iterable[str]) -> None:
    """Remember the files that a person said count; those named are known to be files of the run."""
    for name in prefer:
        ledger.connection.execute(
            "INSERT OR REPLACE INTO preferred SELECT filings.content, ? FROM filings JOIN files USING(place)"
            " WHERE (name = ? OR name || '/' || member = ?) AND filings.content != ''",
            (ledger.round, name, name),
        )


def _mark_copies(ledger: Ledger) -> None:
    """Mark files of one unit that have the same content: the one whose name comes first counts."""
    db = ledger.connection
    rows = db.execute(
        "SELECT filings.content, owner, number, name, member, place FROM filings JOIN files USING(place) WHERE"
        " filings.content IN (SELECT content FROM filings WHERE content != '' AND state != 'unread' GROUP BY content"
        " HAVING count(DISTINCT place || '/' || member) > 1) ORDER BY filings.content, owner, name, member, number"
    ).fetchall()
    first: dict[tuple[str, str], tuple[int, str, str]] = {}
    for content, owner, number, name, member, place in rows:
        kept = first.setdefault((content, owner or content), (place, member, f"{name}/{member}" if member else name))
        if kept[:2] != (place, member):
            db.execute(
                "UPDATE filings SET replaced = 1, notes = ? WHERE place = ? AND number = ?",
                (f"与“{kept[2]}”内容相同，只算一份", place, number),
            )


class _Row(NamedTuple):
    """A filing of a unit, as it stands in the ledger."""

    place: int
    number: int
    name: str
    member: str
    content: str
    formset: str
    year: int | None
    subject: str
    forms: str
    state: str
    saved: str
    round: int
    preferred: int

    @property
    def version(self) -> Version:
        """The filing for the decision which version counts."""
        forms = frozenset(filter(None, self.forms.split("\n")))
        file = f"{self.name}/{self.member}" if self.member else self.name
        readable = self.state != "unusable"
        return Version(
            self.place, self.number, self.member, forms, file, self.round, self.saved, self.preferred, readable
        )


def _settle_owner(ledger: Ledger, owner: str, season: Season) -> None:
    """Decide which filings of one unit count, and which may be one filing together."""
    db = ledger.connection
    rows = [
        _Row(*row)
        for row in db.execute(
            "SELECT place, filings.number, name, member, filings.content, formset, year, subject, forms, state, saved,"
            " ifnull(seen.round, 0), ifnull(preferred.round, 0) FROM filings JOIN files USING(place)"
            " LEFT JOIN seen ON seen.content = filings.content"
            " LEFT JOIN preferred ON preferred.content = filings.content"
            " WHERE owner = ? AND NOT replaced AND state != 'unread' ORDER BY place, number",
            (owner,),
        )
    ]
    if len({(row.place, row.member) for row in rows}) < 2:  # noqa: PLR2004  # one file replaces nothing
        return
    groups: dict[tuple[object, ...], list[_Row]] = {}
    for row in rows:
        if row.state != "unusable":
            groups.setdefault((row.formset, row.year, bare_unit(row.subject)), []).append(row)
    unreadable = [row.version for row in rows if row.state == "unusable"]
    decisions: list[Decision] = []
    for number, group in enumerate(groups.values() or [[]]):
        # An unreadable file says nothing of itself: it is compared with the first of the unit's filings.
        found = decide([row.version for row in group] + (unreadable if number == 0 else []))
        decisions += found
    unit = owner.strip()
    for decision in decisions:
        for note in notes_on(decision):
            db.execute(
                "UPDATE filings SET notes = trim(notes || char(10) || ?, char(10)), replaced = ?"
                " WHERE place = ? AND number = ?",
                (note.text, note.replaced, note.place, note.number),
            )
        if decision.unclear:
            season.unclear.append(unclear_text(unit, decision))
    counted = [row for row in rows if any((row.place, row.number) == one.newest[:2] for one in decisions)]
    by_subject: dict[str, list[_Row]] = {}
    for row in counted:
        if row.state != "unusable" and row.forms:
            by_subject.setdefault(bare_unit(row.subject), []).append(row)
    for group in by_subject.values():
        _find_joinable(unit, group, season, clear=not any(one.unclear for one in decisions))


def _find_joinable(unit: str, rows: list[_Row], season: Season, *, clear: bool) -> None:
    """Find the files of one unit that hold different forms of one filing."""
    files = {(row.place, row.member) for row in rows}
    years = {row.year for row in rows if row.year is not None}
    if not 1 < len(files) <= _MOST_PARTS or len(files) != len(rows) or len(years) > 1:
        return
    forms = [form for row in rows for form in row.forms.split("\n")]
    names = listed([f"“{row.version.name}”" for row in rows], _MOST_PARTS)
    twice = sorted({form for form in forms if forms.count(form) > 1})
    if twice or not clear:
        why = f"都有{'、'.join(twice)}" if twice else "次序不明"
        season.alike.append(f"{unit}的{names}{why}，没有合成一份，请核对")
        return
    ordered = sorted(rows, key=lambda row: (row.version.name, row.content))
    key = "join:" + hashlib.sha256("\n".join(row.content for row in ordered).encode()).hexdigest()
    season.joinable.append(Joinable(key, tuple((row.place, row.number) for row in ordered)))


def join_known(ledger: Ledger, season: Season) -> list[Joinable]:
    """Join the files whose check as one filing is known from an earlier run; give the others."""
    left = []
    for one in season.joinable:
        known = ledger.stored(one.content)
        if known is None:
            left.append(one)
        elif known:
            ledger.use_joined(one.content, list(one.places), known)
    return left


def finish(ledger: Ledger, season: Season, roster: Roster | None = None) -> None:
    """Find filings of another year than the season's, and sum up what became of each unit.

    Args:
        ledger: the ledger.
        season: from ``settle``; gets years, lines and units outside the roster.
        roster: the units that must send something.
    """
    db = ledger.connection
    counted = "NOT replaced AND NOT part AND state NOT IN ('unread', 'unusable') AND year IS NOT NULL"
    season.years = dict(
        db.execute(f"SELECT year, count(*) FROM filings WHERE {counted} GROUP BY year ORDER BY year").fetchall()  # noqa: S608  # constant
    )
    _mark_other_years(ledger, season.years)
    season.lines = _lines(ledger, roster, season)
    if roster is not None:
        rows = db.execute(
            "SELECT words, name, member FROM filings JOIN files USING(place) WHERE unit = '' AND NOT replaced"
            " AND state != 'unread' ORDER BY place, number"
        )
        unlisted: dict[str, str] = {}
        for words, name, member in rows:
            file = f"{name}/{member}" if member else name
            first = words.split("\n")[0]
            unlisted.setdefault(clean(first) or file, f"{first}（{file}）" if first else file)
        season.unlisted = list(unlisted.values())
    db.executemany(
        "INSERT OR REPLACE INTO units VALUES(?, ?)",
        ((number, json.dumps(line, ensure_ascii=False)) for number, line in enumerate(season.lines)),
    )
    ledger.save()


def _mark_other_years(ledger: Ledger, years: Mapping[int, int]) -> None:
    """Mark filings of another year than most, or than the ledger's season; with a year given, B15 says it."""
    if ledger.request.year is not None:
        ledger.remember("year", ledger.request.year)
        return
    known = ledger.remembered("year")
    most, count = max(years.items(), key=lambda pair: pair[1], default=(0, 0))
    is_season = count >= _LEAST_OF_YEAR and count * 2 > sum(years.values())
    if not known and not is_season:
        return
    season = int(known) if known else most
    if not known:
        ledger.remember("year", season)
    for year in years:
        if year != season:
            ledger.connection.execute(
                "UPDATE filings SET other_year = ?, errors = errors + 1, state = 'error'"
                " WHERE year = ? AND NOT replaced AND NOT part AND state NOT IN ('unread', 'unusable')",
                (said_of_year(year, season, years.get(season, 0)), year),
            )


def _lines(ledger: Ledger, roster: Roster | None, season: Season) -> list[UnitLine]:
    """Sum up what became of each unit, in the order of the roster."""
    if roster is not None:
        return [_line(ledger, unit, unit.name, season.asked.get(unit.name, ())) for unit in roster.units]
    rows = ledger.connection.execute(
        "SELECT owner FROM filings WHERE owner != '' GROUP BY owner ORDER BY min(place), min(number)"
    ).fetchall()
    return [_line(ledger, Unit(owner.strip()), owner) for (owner,) in rows]


def _line(ledger: Ledger, unit: Unit, owner: str, asked: Sequence[str] = ()) -> UnitLine:
    """Sum up what became of one unit; ``asked`` are the files that may be its own."""
    rows = ledger.connection.execute(
        "SELECT state, name, member, errors, warnings, hints, explained, part, seen.round, seen.day, replaced, what"
        " FROM filings JOIN files USING(place) LEFT JOIN seen ON seen.content = filings.content WHERE owner = ?"
        " ORDER BY place, number",
        (owner,),
    ).fetchall()
    line = UnitLine(unit.name, unit.code, unit.group, contact=unit.reach)
    counted = [row for row in rows if not row[10] and row[0] != "unread"]
    if counted:
        order = list(UNIT_STATES)
        rounds = [row[8] for row in counted if row[8]]
        days = [row[9] for row in counted if row[9]]
        return line._replace(
            state=max((row[0] for row in counted), key=order.index),
            round=max(rounds, default=None) if ledger.kept else None,
            file="、".join(dict.fromkeys(f"{row[1]}/{row[2]}" if row[2] else row[1] for row in counted)),
            filed=max(days, default="") if ledger.kept else "",
            errors=sum(row[3] for row in counted),
            warnings=sum(row[4] for row in counted),
            hints=sum(row[5] for row in counted),
            explained=sum(row[6] for row in counted),
        )
    if rows:
        files = list(dict.fromkeys(f"{row[1]}/{row[2]}" if row[2] else row[1] for row in rows))
        says = tuple(dict.fromkeys(row[11] for row in rows if row[11]))
        return line._replace(state="unread", file="、".join(files), remarks=says)
    if asked:
        return line._replace(state="unread", file="、".join(asked), remarks=("只从文件名看像是这个单位的，请核对",))
    return line


def settle_ledger(ledger: Ledger, roster: Roster | None = None) -> Season:
    """Decide about the files of a run that another program entered in a ledger.

    Files that are one filing together are known as such only from an earlier run of ``check_files``.

    Args:
        ledger: the ledger, with all files of the run.
        roster: the units that must send something.
    """
    season = settle(ledger, roster)
    join_known(ledger, season)
    finish(ledger, season, roster)
    return season
