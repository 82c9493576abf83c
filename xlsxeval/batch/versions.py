"""Decide which filings of a unit count: not a second file with the same content, and not a replaced older version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xlsxeval.text import listed

#: How many older files are named in a note.
_NAMED = 3


class Version(NamedTuple):
    """One filing of a unit.

    Attributes:
        place: the number of its file in the run.
        number: its number in the file.
        forms: the names of its forms, one a line.
        name: the name of its file.
        day: the day of the file's last change.
    """

    place: int
    number: int
    forms: str
    name: str
    day: str


class Note(NamedTuple):
    """A note on a filing, and whether another filing replaces it; without a number, on every filing of the file."""

    place: int
    number: int | None
    text: str
    replaced: bool


def notes_on_copies(files: Iterable[tuple[int, str, str]]) -> Iterator[Note]:
    """Note files that have the same content as another one.

    Args:
        files: place, name and content hash of each file, the latest first; the latest of equal files is kept.
    """
    first: dict[str, str] = {}
    for place, name, content in files:
        if first.setdefault(content, name) != name:
            yield Note(place, None, f"与“{first[content]}”内容相同，只算一份", replaced=True)


def notes_on_versions(versions: Sequence[Version]) -> Iterator[Note]:
    """Note which filings of one unit are replaced by later ones; ``versions`` begins with the latest."""
    for newest, older in _replaced(versions):
        for version in older:
            text = f"这个单位另有一份较新的“{newest.name}”（{newest.day}修改），以那一份为准"
            yield Note(version.place, version.number, text, replaced=True)
        names = listed([f"“{version.name}”（{version.day}修改）" for version in older], _NAMED)
        text = f"这个单位报送了{len(older) + 1}份，以最后修改的这一份为准，另有{names}"
        yield Note(newest.place, newest.number, text, replaced=False)


def _replaced(versions: Sequence[Version]) -> list[tuple[Version, list[Version]]]:
    """Give each filing that replaces others, with the older filings in other files whose forms it all has.

    A unit that sends its two forms in two files has sent each form once, so nothing is replaced. A form in which
    nothing is filled in replaces no other.
    """
    groups: list[tuple[Version, list[Version]]] = []
    for version in versions:
        forms = set(version.forms.split("\n")) - {""}
        for newest, older in groups:
            if newest.place != version.place and forms <= set(newest.forms.split("\n")):
                older.append(version)
                break
        else:
            groups.append((version, []))
    return [(newest, older) for newest, older in groups if older]
