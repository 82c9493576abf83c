"""Which files a folder, a pattern or a name stands for."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlsxeval.output import OWN_FOLDER

#: What is taken in a folder; a file that is named is taken whatever its name, and what it is follows from its content.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".docx", ".csv", ".tsv"})
LOCK, SYSTEM, OTHER, LINK = "打开文件时留下的临时文件", "系统文件", "其他类型的文件", "指向文件夹的链接"
#: Nothing that anyone sent, and not there on the first run: not counted, so that the next run says the same.
_OWN = "ours"
_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Collected:
    """The files in the order of the arguments, sorted within each.

    ``skipped`` counts what was passed over by its reason; ``closed`` are folders that could not be opened.
    """

    files: tuple[Path, ...]
    skipped: Mapping[str, int]
    closed: tuple[Path, ...] = ()


def collect(names: Iterable[str], ours: Collection[Path] = ()) -> Collected:
    """Find the files that the arguments stand for.

    Args:
        names: files, folders, and patterns such as ``报送/**/*.xlsx`` (no shell on Windows expands them).
        ours: where this run writes, and lists that it reads; these files and folders are passed over.
    """
    own = frozenset(map(os.path.abspath, ours))
    skipped: Counter[str] = Counter()
    closed: list[Path] = []
    files: dict[Path, None] = {}
    for name in names:
        for path in _expanded(name):
            found = _walk(path, own, skipped, closed) if path.is_dir() else [path]
            for one in found:
                if reason := _reason(one, own):
                    skipped[reason] += 1
                else:
                    files[one] = None
    del skipped[_OWN]
    return Collected(tuple(files), dict(skipped), tuple(closed))


def _expanded(name: str) -> list[Path]:
    if glob.has_magic(name) and not os.path.lexists(name):
        return [Path(one) for one in sorted(glob.glob(name, recursive=True))] or [Path(name)]  # noqa: PTH207  # also for absolute patterns
    return [Path(name)]


def _walk(folder: Path, own: Collection[str], skipped: Counter[str], closed: list[Path]) -> Iterator[Path]:
    """Yield the files of a folder that may be read, sorted; links to folders are not followed, so none leads back."""
    fail = lambda error: closed.append(Path(error.filename or folder))  # noqa: E731  # os.walk wants a function
    for here, folders, names in os.walk(folder, onerror=fail):
        for name in sorted(folders):
            place = os.path.join(here, name)  # noqa: PTH118  # as os.walk gives it
            if os.path.islink(place):  # noqa: PTH114
                skipped[LINK] += 1
            elif os.path.abspath(place) in own:  # noqa: PTH100
                folders.remove(name)
        folders.sort()
        if OWN_FOLDER in names and Path(here) != folder:
            folders.clear()
            continue
        for name in sorted(names):
            if name == OWN_FOLDER:
                continue
            path = Path(here, name)
            if path.suffix.lower() in SUFFIXES or _reason(path, own):
                yield path
            else:
                skipped[OTHER] += 1


def _reason(path: Path, own: Collection[str]) -> str:
    """Say why a file is passed over even if it is named; empty if it is not."""
    name = path.name
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return LOCK
    if name.lower() in _SYSTEM:
        return SYSTEM
    temporary = name.startswith(".xlsxeval-") and name.endswith(".tmp")
    return _OWN if temporary or os.path.abspath(path) in own else ""  # noqa: PTH100  # links stay what they are
