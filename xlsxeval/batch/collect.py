"""Find the files that a folder, a pattern or a name stands for.

An error with one entry leaves out that entry only: it is counted or named, and the others are collected.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xlsxeval.batch.own_outputs import is_output
from xlsxeval.batch.patterns import expand
from xlsxeval.errors import XlsxevalError
from xlsxeval.folder import is_link, is_temporary, open_folder
from xlsxeval.output import real
from xlsxeval.output_folder import MOST_BYTES
from xlsxeval.output_list import LIST_NAME, MOST_LINES, Entry, read_list
from xlsxeval.read.others import has_workbook_ending

LOCK, SYSTEM, LINK = "打开文件时留下的临时文件", "系统文件", "指向文件夹的链接"
OURS = "本程序写出的文件"
DEEP = "路径太长的文件夹"
_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class Collected(NamedTuple):
    """The files of a run.

    Attributes:
        files: in the order of the arguments, sorted within each folder; files that are no workbooks as well.
        skipped: reason -> how many files were left out for it.
        closed: the folders that could not be opened.
        places: the arguments that are folders, and the parent folders of the others.
        loose: those of ``files`` that were found in a folder and have no ending of a workbook.
    """

    files: tuple[Path, ...]
    skipped: Mapping[str, int]
    closed: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()
    loose: frozenset[Path] = frozenset()


@dataclass(slots=True)
class _Search:
    """The state of a search.

    Attributes:
        own: the real paths of the files and folders that this run writes, and of the lists that it reads.
        skipped: reason -> how many files were left out for it.
        closed: folder that cannot be listed -> the error.
        lists: folder -> the output folder that it is or is inside of; None if there is none.
        entries: output folder -> the entries of its list, by name.
        lines: how many lines of lists may still be read, so that many long lists do not fill the memory.
    """

    own: frozenset[str]
    skipped: Counter[str] = field(default_factory=Counter)
    closed: dict[Path, OSError] = field(default_factory=dict)
    lists: dict[Path, Path | None] = field(default_factory=dict)
    entries: dict[Path, Mapping[str, Entry]] = field(default_factory=dict)
    lines: int = 2 * MOST_LINES

    def fail(self, error: OSError, folder: Path) -> None:
        """Count or name a folder that could not be listed."""
        if folder not in self.closed:
            self.closed[folder] = error
            self.skipped[DEEP] += error.errno == errno.ENAMETOOLONG


def collect(names: Iterable[str], ours: Collection[Path] = ()) -> Collected:
    """Find the files that the arguments stand for, each once, even if several arguments stand for it.

    Files that this program wrote, unchanged since, are left out. They are counted, so that nobody can hide a file
    with a false list. Files in a folder that this run writes are not counted, so that a second run prints the same as
    the first. If all files were written by this program, its marked copies are checked.

    Args:
        names: files, folders, and patterns such as ``报送/**/*.xlsx``.
        ours: the files and folders that this run writes, and the lists that it reads.
    """
    search = _Search(frozenset(map(real, ours)))
    files: dict[str, Path] = {}
    written: dict[str, Path] = {}
    places: list[Path] = []
    loose: set[str] = set()
    for argument in names:
        for path in expand(argument, lambda error: search.fail(error, Path(error.filename))):
            inside = os.path.isdir(path)  # noqa: PTH112  # False on an error; reading the file reports it
            places.append(path if inside else path.parent)
            for file, real_path in _walk(path, search) if inside else [(path, _real(path))]:
                key = os.path.normcase(os.path.abspath(file))  # noqa: PTH100  # links are not followed
                if reason := _reason(file.name):
                    search.skipped[reason] += 1
                elif real_path in search.own:
                    continue
                elif folder := _owning_folder(file, search):
                    written.setdefault(key, file)
                    search.skipped[OURS] += not (inside and _real(folder) in search.own)
                else:
                    if key not in files and inside and not has_workbook_ending(file.name):
                        loose.add(key)
                    elif not inside:
                        loose.discard(key)
                    files.setdefault(key, file)
    if not files and written:
        from xlsxeval.report.filename import NOTICE, OPINION_END

        files = {
            key: file
            for key, file in written.items()
            if not (file.name.startswith(NOTICE) or file.name.endswith(OPINION_END) or is_output(file))
        }
        search.skipped[OURS] = len(written) - len(files)
    closed = tuple(folder for folder, error in search.closed.items() if error.errno != errno.ENAMETOOLONG)
    return Collected(
        tuple(files.values()),
        dict(+search.skipped),
        closed,
        tuple(places),
        frozenset(file for key, file in files.items() if key in loose),
    )


def _walk(top: Path, search: _Search) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder that may be read, sorted, each with its real path.

    Links to folders are not followed, so that no folder is visited twice. The loop is not recursive, so that any depth
    of folders works.
    """
    waiting = [(top, _real(top))]
    while waiting:
        folder, real_folder = waiting.pop()
        try:
            with os.scandir(folder) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            search.fail(error, folder)
            continue
        below = []
        for entry in entries:
            path = folder / entry.name
            link = _is_link(entry)
            # The real path of an ordinary entry follows from its folder's: ``realpath`` is slow in deep folders.
            real_path = _real(path) if link else os.path.normcase(os.path.join(real_folder, entry.name))  # noqa: PTH118
            if _is_folder(entry):
                if link:
                    search.skipped[LINK] += 1
                else:
                    below.append((path, real_path))
            elif entry.name != LIST_NAME and not is_temporary(entry.name):
                yield path, real_path
        waiting += reversed(below)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads to itself or cannot be followed; reading the file reports it


def _is_link(entry: os.DirEntry[str]) -> bool:
    try:
        return is_link(entry.stat(follow_symlinks=False))
    except OSError:
        return False


def _real(path: Path) -> str:
    try:
        return real(path)
    except (OSError, ValueError):  # too long, or with a character that no name can have
        return str(path)


def _reason(name: str) -> str:
    """Give the reason why a file of this name is never checked, even if it is given by name; else an empty text."""
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return LOCK
    return SYSTEM if name.lower() in _SYSTEM else ""


def _owning_folder(path: Path, search: _Search) -> Path | None:
    """Give the output folder of a file that this program wrote and nobody changed since; None for any other file.

    A report or a ledger is recognised by its content; its own folder is returned.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # links are not followed
    folder = _output_folder(absolute.parent, search)
    if folder is not None:
        entry = search.entries[folder].get(absolute.relative_to(folder).as_posix())
        if entry and _digest(path) in entry.digests:
            return folder
    return path.parent if is_output(path) else None


def _digest(path: Path) -> str | None:
    """Give the digest of an ordinary file that is not larger than our outputs; links are not followed."""
    try:
        with open_folder(path.parent, follow=True) as folder:
            return folder.digest(path.name, MOST_BYTES)
    except (OSError, XlsxevalError):
        return None  # reading the file reports the error


def _output_folder(folder: Path, search: _Search) -> Path | None:
    """Give the output folder that a folder is or is inside of; None if there is none."""
    passed: list[Path] = []
    root: Path | None = folder
    while root is not None and root not in search.lists:
        passed.append(root)
        listed = read_list(root, min(search.lines, MOST_LINES))
        if listed is not None:
            search.lines -= listed.lines
            search.entries[root] = listed.entries
            search.lists[root] = root
        else:
            root = root.parent if root.parent != root else None
    known = None if root is None else search.lists[root]
    search.lists.update(dict.fromkeys(passed, known))
    return known
