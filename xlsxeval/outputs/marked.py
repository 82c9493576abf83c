"""Marked copies: one of each workbook, in an output folder of the program."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from xlsxeval.api.source import Source, content_of
from xlsxeval.batch.allowance import Allowance, StoppedError
from xlsxeval.batch.child import call_limited
from xlsxeval.errors import MachineError
from xlsxeval.folder import digest_of
from xlsxeval.mark.copy import marked, opinion_sheet
from xlsxeval.output_folder import OutputFolder
from xlsxeval.read.limits import MIB, Limits
from xlsxeval.read.parcel import member_content
from xlsxeval.read.refusals import TRANSIENT, Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.report.filename import OPINION_END, copy_name
from xlsxeval.report.outcome import Outcome

#: So many files, or so many bytes, are marked in one call of another process.
_MOST_TOGETHER, _LARGEST_TOGETHER = 20, 2 * MIB


def marked_copy(source: Source, outcomes: Sequence[Outcome], *, limits: Limits = Limits()) -> bytes:
    """Mark the findings in a copy of a workbook; for a file that cannot be marked, give a workbook with 审核意见 alone.

    Args:
        source: the workbook as it was checked: a path, its bytes, or an open binary file.
        outcomes: what ``outcomes`` gave for it.
        limits: budgets for untrusted files.

    Raises:
        MachineError: if the file cannot be read.
    """
    try:
        return marked(_unchanged(content_of(source, limits), outcomes), outcomes, limits)
    except (Refused, MemoryError):
        return opinion_sheet(outcomes)


def write_marked(
    folder: str | os.PathLike[str],
    outcomes: Iterable[Outcome],
    *,
    paths: Mapping[str, Path] | None = None,
    places: Sequence[Path] = (),
    scope: Iterable[Path] = (),
    limits: Limits = Limits(),
    complete: bool = True,
    max_seconds: float | None = None,
    max_memory: int = Allowance.memory,
) -> tuple[str, ...]:
    """Write a marked copy of each workbook; of a file that cannot be marked, a workbook with the findings alone.

    Args:
        folder: a new folder, an empty folder, or a folder that this program wrote.
        outcomes: the results; those of one file follow each other.
        paths: name in the outcomes -> path of the file; default: the name is the path.
        places: the folders that the files came from; default: the folders of the files. Subfolders of their common
            parent are repeated below ``folder``: with ``报送``, the file ``报送/甲/表.xlsx`` gives ``甲/表.xlsx``.
        scope: the arguments of the run. Copies that an earlier run with the same arguments wrote and this run does
            not write are removed.
        limits: budgets for untrusted files.
        complete: whether the run checked all its files; if not, nothing is removed.
        max_seconds: processor seconds that one file may take; each is then marked in another process. Default: all are
            marked in this one.
        max_memory: MiB that the other process may use.

    Returns:
        Sentences about the folder that the user should know.

    Raises:
        OutputError: if somebody else's files are in the folder, or a copy was changed by hand.
        MachineError: if something cannot be written; the other copies are written all the same.
    """
    by_name = paths or {}
    if not places:
        outcomes = list(outcomes)
        places = [_path(outcome, by_name).parent for outcome in outcomes]
    target = OutputFolder(Path(folder), scope)
    above = _common_folder(places)
    taken: set[str] = set()
    allowance = None if max_seconds is None else Allowance(max_seconds, max_memory)
    kept: list[str] = []

    def originals() -> Iterator[_Original]:
        for file, same_file in groupby(outcomes, key=lambda outcome: outcome.file):
            group = tuple(same_file)
            if is_transient(group):
                kept.append(file)  # the copy of an earlier run stays
            else:
                yield _Original(_path(group[0], by_name), group)

    for original, content, ending in _marked_files(originals(), limits, allowance):
        path, member = original.path, original.outcomes[0].member
        below = (*_below(path, above), *filter(None, member.split("/")))
        target.write(copy_name(below, ending, taken), content, _modified(path))
    target.finish(complete=complete and not kept)
    return target.notes


def _path(outcome: Outcome, paths: Mapping[str, Path]) -> Path:
    """Give the path of the file that was sent: of a file in a container, that of the container."""
    file = outcome.file.removesuffix(f"/{outcome.member}") if outcome.member else outcome.file
    return paths.get(file) or Path(file)


def is_transient(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether a check failed because of this machine or program, and not because of the file."""
    return any(finding.code in TRANSIENT for outcome in outcomes for finding in outcome.findings)


class _Original(NamedTuple):
    """A file that was checked, and its outcomes."""

    path: Path
    outcomes: tuple[Outcome, ...]


def _marked_files(
    originals: Iterable[_Original], limits: Limits, allowance: Allowance | None
) -> Iterator[tuple[_Original, bytes, str]]:
    """Yield each file with its marked copy, and what is put behind its name.

    Another process marks several small files in one call, because each call costs as much as a small file. If the
    call is stopped, each of them has a call of its own, so that only the one to blame is not marked.
    """
    for chunk in _chunks(originals):
        copies: list[bytes | None] = [None] * len(chunk)
        if allowance is None:
            copies = _marked_each(chunk, limits)
        else:
            try:
                copies = call_limited(_marked_each, chunk, limits, allowance=allowance)
            except (StoppedError, MemoryError, MachineError):
                copies = [_marked_alone(one, limits, allowance) for one in chunk]
        for one, copy in zip(chunk, copies, strict=True):
            yield one, opinion_sheet(one.outcomes) if copy is None else copy, OPINION_END if copy is None else ""


def _chunks(originals: Iterable[_Original]) -> Iterator[list[_Original]]:
    """Put small files together."""
    chunk: list[_Original] = []
    size = 0
    for one in originals:
        chunk.append(one)
        size += _size(one.path)
        if len(chunk) == _MOST_TOGETHER or size > _LARGEST_TOGETHER:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _marked_alone(one: _Original, limits: Limits, allowance: Allowance) -> bytes | None:
    try:
        return call_limited(_marked_each, [one], limits, allowance=allowance)[0]
    except (StoppedError, MemoryError, MachineError):
        return None


def _marked_each(originals: Sequence[_Original], limits: Limits) -> list[bytes | None]:
    """Give the marked copy of each file; None for one that cannot be marked."""
    return [_marked(one, limits) for one in originals]


def _marked(one: _Original, limits: Limits) -> bytes | None:
    if any(outcome.verdict == "unusable" for outcome in one.outcomes):
        return None
    try:
        content = member_content(read_bytes(one.path, limits), one.path.name, one.outcomes[0].member, limits)
        return marked(_unchanged(content, one.outcomes), one.outcomes, limits)
    except (Refused, MachineError):
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _unchanged(content: bytes, outcomes: Sequence[Outcome]) -> bytes:
    """Give the content back; refuse it if the file was changed after the check."""
    if outcomes and digest_of(content) != outcomes[0].sha256:
        raise Refused("R09", "文件在核对以后有改动")
    return content


def _below(path: Path, above: str) -> Sequence[str]:
    """Give the parts of a path below the common folder; for a path outside it, the name alone."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # links are not followed
    return absolute.relative_to(above).parts if absolute.is_relative_to(above) else (absolute.name,)


def _modified(path: Path) -> float | None:
    """Give the time of a file's last change; its copy gets the same time, so that copies sort like the originals."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _common_folder(places: Iterable[Path]) -> str:
    """Give the folder that all places are in; on Windows, where they may have none in common, the root."""
    try:
        return os.path.commonpath([os.path.abspath(path) for path in places])  # noqa: PTH100
    except ValueError:
        return os.path.abspath(os.sep)  # noqa: PTH100
