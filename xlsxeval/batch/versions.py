"""Which of several filings of a unit counts, by evidence that copying a file does not change.

The evidence, strongest first: a person said so (``--prefer``); the round in which the ledger first saw the content; the
time of last saving inside the workbook; words in the file's name (修改版, 最终版, 第二次, v2, (1)). The time on
the disk says nothing: mail, chat programs and copying change it.

Example: 甲局.xlsx was saved on 26 March, 甲局最终版.xlsx on 7 April: the second counts. Had it been saved on 20 March,
the first would count, and a person is asked, because the name says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cmp_to_key
from typing import NamedTuple

from xlsxeval.text import clean, listed

#: How many older files are named in a note.
_NAMED = 3
_FINAL = re.compile("最终|终稿|定稿|终版|final", re.IGNORECASE)
_CHANGED = re.compile("修改|更正|修订|改正|订正|改后|修正|重报|重新报|最新|新版|补正")
_DIGITS = "零一二三四五六七八九十"
#: 第二次, 2稿, v3, 版本2, and a number in brackets at the end: (1).
_NTH = re.compile(r"第?([0-9]{1,2}|[一二三四五六七八九十])(?:次|稿|版)(?!性)")
_VERSION = re.compile(r"(?:(?<![a-z])v|ver|版本)\.?([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_COPY = re.compile(r"[(（]([0-9]{1,2})[)）]$")
_CHANGED_NTH = re.compile(r"(?:修改|更正|修订|最终|修正)[版稿]?([0-9]{1,2})(?![0-9年月])")


class Version(NamedTuple):
    """One filing of a unit.

    Attributes:
        place: the number of its file in the run.
        number: its number among the filings of that file.
        member: its path in the container that the file is; empty for an ordinary file.
        forms: the names of its forms in which something was filled in; empty for an unreadable file.
        name: the name of its file, for messages.
        round: the round in which the ledger first saw it.
        saved: when the workbook was last saved (UTC, as 2025-03-26T08:00:00Z); empty if it does not say.
        preferred: the round in which a person said that it counts; 0 if nobody did.
        readable: whether it could be read.
    """

    place: int
    number: int
    member: str
    forms: frozenset[str]
    name: str
    round: int
    saved: str
    preferred: int = 0
    readable: bool = True


class Decision(NamedTuple):
    """What counts among some filings of a unit.

    Attributes:
        newest: the filing that counts.
        older: those that it replaces, the latest first.
        unclear: those of ``older`` of which the evidence does not agree, or says nothing.
    """

    newest: Version
    older: tuple[Version, ...]
    unclear: tuple[Version, ...]


class Note(NamedTuple):
    """A note on one filing, and whether another filing replaces it."""

    place: int
    number: int
    text: str
    replaced: bool


def name_rank(name: str) -> tuple[bool, bool, int]:
    """Give the evidence in a file's name, so that a later version compares as larger: final, changed, its number.

    Examples: ``甲局`` gives (False, False, 1), ``甲局修改版2`` (False, True, 2), ``甲局（最终版）`` (True, False, 1).
    """
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    stem = clean(stem)
    number = 1
    for pattern in (_NTH, _VERSION, _COPY, _CHANGED_NTH):
        for found in pattern.findall(stem):
            number = max(number, int(found) + (pattern is _COPY) if found.isdigit() else _DIGITS.index(found))
    return bool(_FINAL.search(stem)), bool(_CHANGED.search(stem)) or number > 1, number


def evidence(one: Version, other: Version) -> tuple[int, ...]:
    """Give what each kind of evidence says, strongest first: 1 if ``one`` is later, -1 if ``other`` is, else 0."""
    said = _sign(one.preferred if other.round <= one.preferred else 0, other.preferred * (one.round <= other.preferred))
    saved = _sign(one.saved, other.saved) if one.saved and other.saved else 0
    return said, _sign(one.round, other.round), saved, _sign(name_rank(one.name), name_rank(other.name))


def is_clear(newest: Version, older: Version) -> bool:
    """Tell whether all evidence agrees that one filing is later than another; what a person said needs no other."""
    said, *others = evidence(newest, older)
    return said > 0 or {sign for sign in others if sign} == {1}


def in_order(versions: Iterable[Version]) -> list[Version]:
    """Sort filings, the latest first; without any evidence by their names, so that each run gives the same."""
    named = sorted(versions, key=lambda one: (one.name, one.place, one.number))
    return sorted(named, key=cmp_to_key(_later_first))


def _later_first(one: Version, other: Version) -> int:
    return -next((sign for sign in evidence(one, other) if sign), 0)


def decide(versions: Iterable[Version]) -> list[Decision]:
    """Decide which filings of one unit count.

    A filing is replaced by a later one in another file that has all its forms: a unit that sends its two forms in two
    files has sent each form once. A form in which nothing is filled in replaces no other. Of unreadable files the
    latest counts, if there is no readable one, or if all evidence says that it came later than that.

    Args:
        versions: the filings of one unit, year and project.
    """
    ordered = in_order(versions)
    groups: list[tuple[Version, list[Version]]] = []
    for version in [one for one in ordered if one.readable]:
        for newest, older in groups:
            if (newest.place, newest.member) != (version.place, version.member) and version.forms <= newest.forms:
                older.append(version)
                break
        else:
            groups.append((version, []))
    unreadable = [one for one in ordered if not one.readable]
    if unreadable and (not groups or is_clear(unreadable[0], groups[0][0])):
        groups.append((unreadable[0], unreadable[1:]))
    elif unreadable:
        groups[0][1].extend(unreadable)
    return [
        # Beside a filled form nobody asks which came later: an empty one, or a file that cannot be read.
        Decision(newest, tuple(older), tuple(one for one in older if one.forms and not is_clear(newest, one)))
        for newest, older in groups
    ]


def notes_on(decision: Decision) -> Iterable[Note]:
    """Yield the notes on the filings of a decision, if one replaces another: which counts, and by what evidence."""
    newest, older, unclear = decision
    for version in older:
        reason = _reason(newest, version) if version.readable else "，这个文件打不开"
        text = f"这个单位另有一份“{newest.name}”{reason}，以那一份为准"
        yield Note(version.place, version.number, text, replaced=True)
    if older:
        names = listed([f"“{version.name}”" for version in older], _NAMED)
        asked = "，次序不明，请核对" if unclear else ""
        text = f"这个单位报送了{len(older) + 1}份，以这一份为准{_reason(newest, older[0])}，另有{names}{asked}"
        yield Note(newest.place, newest.number, text, replaced=False)


def unclear_text(unit: str, decision: Decision) -> str:
    """Say which files of a unit have no clear order, and which counts until a person decides."""
    names = "、".join(f"“{version.name}”" for version in decision.unclear)
    return f"{unit}：“{decision.newest.name}”和{names}，现以前一份为准"


def _reason(newest: Version, older: Version) -> str:
    """Say in brackets by which evidence a filing is later; empty if there is none."""
    said, round_, saved, name = evidence(newest, older)
    if said > 0:
        return "（已指定）"
    reasons = [
        "后来报送" if round_ > 0 else "",
        f"保存于{_day(newest.saved)}，较晚" if saved > 0 else "",
        "按文件名较新" if name > 0 else "",
    ]
    against = ["保存时间较早" if saved < 0 else "", "文件名不像较新的" if name < 0 else ""]
    shown = "，".join(filter(None, reasons)) + ("，但" + "，".join(filter(None, against)) if any(against) else "")
    return f"（{shown.removeprefix('，但')}）" if shown else ""


def _day(saved: str) -> str:
    """Give a time of saving as a clock in China shows it: ``2025-03-26T08:00:00Z`` is 2025-03-26 16:00."""
    return f"{datetime.fromisoformat(saved) + timedelta(hours=8):%Y-%m-%d %H:%M}"


def _sign(one: object, other: object) -> int:
    return int(one > other) - int(one < other)  # type: ignore[operator]  # two values of one ordered type
