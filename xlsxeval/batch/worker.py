"""The check of one file, which gives exactly one verdict whatever happens; this code runs in the worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xlsxeval.api.checking import joined_outcomes, outcomes_for, outcomes_or_report
from xlsxeval.api.source import content_of
from xlsxeval.errors import MachineError, bug_text
from xlsxeval.folder import digest_of
from xlsxeval.read.others import HEAD, has_workbook_ending, known_other
from xlsxeval.read.parcel import Member, member_content, members_of
from xlsxeval.read.refusals import BUG, DIED, MACHINE, TRANSIENT, Refused, too_much
from xlsxeval.read.source import read_bytes
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request
from xlsxeval.rules.finding import Finding

#: The refusals of what may be a workbook, and of failures that say nothing about the file.
CLAIMS_TO_BE_ONE = frozenset({"R03", "R06", *TRANSIENT})
_EMPTY = "压缩包里没有文件，请重新报送"
DIED_MESSAGE = "读取程序在核对这个文件时中止，可能是内存不够（--max-memory），请删去多余内容后重新保存"


class JoinedPart(NamedTuple):
    """One of several files that make one filing: its name, its path, and its path in that container."""

    name: str
    path: Path
    member: str = ""


class Task(NamedTuple):
    """One file to check.

    Attributes:
        place: its number in the run.
        name: its name.
        source: its path or bytes; None if the result is known.
        sent: whether it is looked at as what a unit sent: containers are opened, a report in words is only named.
        loose: whether it was found in a folder and has no ending of a workbook: if it is none, it is only named.
        parts: the files that are checked together as one filing; the first is ``source``.
    """

    place: int
    name: str
    source: Path | bytes | None
    sent: bool = False
    loose: bool = False
    parts: tuple[JoinedPart, ...] = ()


class Result(NamedTuple):
    """The result of one file: the hash of its content (empty if nothing was read) and its outcomes.

    The outcomes of ``parts`` are none if these files do not make one filing.
    """

    digest: str
    outcomes: tuple[Outcome, ...]


def unusable(name: str, code: str, message: str) -> Outcome:
    """Give the verdict on a file that could not be checked."""
    return Outcome(name, "unusable", (Finding(code, "error", "", "", "", "", f"{message}。"),))


def died(task: Task) -> Result:
    """Give the verdict on a file during whose check the process died."""
    return Result("", (unusable(task.name, DIED, DIED_MESSAGE),))


def check_one(task: Task, request: Request) -> Result:
    """Check one file; returns a verdict in any case, except if the process dies."""
    try:
        return _joined(task.parts, request) if task.parts else _checked(task, request)
    except MachineError as error:
        code, message = MACHINE, str(error)
    except MemoryError:
        code, message = DIED, str(too_much("核对要用的内存太多", "max-memory"))
    except Exception as error:  # noqa: BLE001  # a bug fails one file, with R13
        code, message = BUG, bug_text(error)
    return Result("", (unusable(task.name, code, message),))


def check_chunk(tasks: Sequence[Task], request: Request) -> list[Result]:
    """Check some files, one after another."""
    return [check_one(task, request) for task in tasks]


def _checked(task: Task, request: Request) -> Result:
    if not task.sent:
        outcomes = outcomes_for(task.source or b"", task.name, request)
        return Result(outcomes[0].sha256, outcomes)
    try:
        content = content_of(task.source or b"", request.limits)
        members = members_of(content, task.name, request.limits)
    except Refused as refused:
        return Result("", (unusable(task.name, refused.code, str(refused)),))
    digest = digest_of(content)
    if members is None:
        outcomes = outcomes_or_report(content, task.name, request)
        return Result(digest, _if_workbook(outcomes, content, task))
    if not members:
        empty = replace(unusable(task.name, "R02", _EMPTY), sha256=digest)
        return Result(digest, _if_workbook((empty,), content, task))
    return Result(digest, tuple(one for member in members for one in _member(member, task, request)))


def _member(member: Member, task: Task, request: Request) -> Iterator[Outcome]:
    """Check one file in a container; what is no workbook is only named."""
    name = f"{task.name}/{member.name}"
    if member.content is None:
        yield Outcome(name, "unread", (), member=member.name, kind=member.kind, what=member.what)
        return
    inside = Task(task.place, name, member.content, sent=True, loose=not has_workbook_ending(member.name))
    for outcome in _if_workbook(outcomes_or_report(member.content, name, request), member.content, inside):
        yield replace(outcome, member=member.name)


def _if_workbook(outcomes: tuple[Outcome, ...], content: bytes, task: Task) -> tuple[Outcome, ...]:
    """Give the outcomes of a file; of one that is no workbook and does not claim to be one, what it is."""
    first = outcomes[0]
    if not task.loose or first.verdict != "unusable" or first.findings[0].code in CLAIMS_TO_BE_ONE:
        return outcomes
    known = known_other(content[:HEAD], task.name)
    said = known.what if known.kind != "other" else first.findings[0].message.rstrip("。")
    return (Outcome(task.name, "unread", (), sha256=first.sha256, kind=known.kind, what=said),)


def _joined(parts: Sequence[JoinedPart], request: Request) -> Result:
    """Check several files as one filing."""
    try:
        contents = [_content(part, request) for part in parts]
        return Result("", joined_outcomes(contents, [part.name for part in parts], request))
    except Refused:
        return Result("", ())  # a file has changed since; each was checked by itself


def _content(part: JoinedPart, request: Request) -> bytes:
    content = read_bytes(part.path, request.limits)
    return member_content(content, part.path.name, part.member, request.limits)
