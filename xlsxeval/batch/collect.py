"""Which files a folder, a pattern or a name stands for."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlsxeval.output import OWN_FOLDER, Entry, digest_of, is_temporary, real, written_before
from xlsxeval.report.filename import NOTICE, OPINION_END
from xlsxeval.report.table import HEAD

#: What is taken in a folder; a file that is named is taken whatever its name, and what it is follows from its content.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".docx", ".csv", ".tsv"})
LOCK, SYSTEM, OTHER, LINK = "打开文件时留下的临时文件", "系统文件", "其他类型的文件", "指向文件夹的链接"
OURS = "本程序写出的文件"
_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_HEAD = HEAD.encode()


@dataclass(frozen=True, slots=True)
class Collected:
    """The files in the order of the arguments, sorted within each.

    ``skipped`` counts what was passed over by its reason; ``closed`` are folders that could not be opened; ``places``
    are the folders that the arguments are, or that their files are in.
    """

    files: tuple[Path, ...]
    skipped: Mapping[str, int]
    closed: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()


def collect(names: Iterable[str], ours: Collection[Path] = ()) -> Collected:
    """Find the files that the arguments stand for; each once, however it is named.

    What this program wrote is passed over as long as nobody changed it, unless there is nothing else: then the marked
    copies are what is to be checked. It is counted, so that nobody can hide a file by such a list; but not where this
    run writes itself, so that the second run says the same as the first.

    Args:
        names: files, folders, and patterns such as ``报送/**/*.xlsx`` (no shell on Windows expands them).
        ours: files and folders that this run writes, and lists that it reads.
    """
    own = frozenset(map(real, ours))
    _outputs.cache_clear()
    skipped: Counter[str] = Counter()
    closed: list[Path] = []
    files: dict[str, Path] = {}
    written: dict[str, Path] = {}
    places: list[Path] = []
    for name in names:
        for path in _expanded(name):
            inside = path.is_dir()
            places.append(path if inside else path.parent)
            for one in _walk(path, own, skipped, closed) if inside else [path]:
                key = os.path.normcase(os.path.abspath(one))  # noqa: PTH100  # links stay what they are
                if reason := _reason(one):
                    skipped[reason] += 1
                elif real(one) in own:
                    continue
                elif folder := _written_into(one):
                    written.setdefault(key, one)
                    skipped[OURS] += not (inside and real(folder) in own)
                else:
                    files.setdefault(key, one)
    if not files and written:
        files = {
            key: one
            for key, one in written.items()
            if not one.name.startswith(NOTICE) and not one.name.endswith(OPINION_END)
        }
        skipped[OURS] = len(written) - len(files)
    return Collected(tuple(files.values()), dict(+skipped), tuple(closed), tuple(places))


def _expanded(name: str) -> list[Path]:
    if glob.has_magic(name) and not os.path.lexists(name):
        return [Path(one) for one in sorted(glob.glob(name, recursive=True))] or [Path(name)]  # noqa: PTH207  # also for absolute patterns
    return [Path(name)]


def _walk(folder: Path, own: Collection[str], skipped: Counter[str], closed: list[Path]) -> Iterator[Path]:
    """Yield the files of a folder that may be read, sorted; links to folders are not followed, so none leads back."""
    fail = lambda error: closed.append(Path(error.filename or folder))  # noqa: E731  # os.walk wants a function
    for here, folders, names in os.walk(folder, onerror=fail):
        folders.sort()
        skipped[LINK] += sum(os.path.islink(os.path.join(here, name)) for name in folders)  # noqa: PTH114, PTH118
        for name in sorted(names):
            path = Path(here, name)
            if path.suffix.lower() in SUFFIXES or _reason(path):
                yield path
            elif name != OWN_FOLDER and not is_temporary(name) and real(path) not in own:
                skipped[OTHER] += 1


def _reason(path: Path) -> str:
    """Say why a file is passed over even if it is named; empty if it is not."""
    name = path.name
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return LOCK
    return SYSTEM if name.lower() in _SYSTEM else ""


def _written_into(path: Path) -> Path | None:
    """Give the folder of outputs that this program wrote a file into, and nobody changed it since; or a table's own."""
    outputs = _outputs(Path(os.path.abspath(path.parent)))  # noqa: PTH100  # links stay what they are
    try:
        if outputs is not None:
            root, listed = outputs
            entry = listed.get(Path(os.path.abspath(path)).relative_to(root).as_posix())  # noqa: PTH100
            if entry and digest_of(path.read_bytes()) in entry.digests:
                return root
    except OSError:
        return None  # whoever reads it says why
    return path.parent if is_our_table(path) else None


def is_our_table(path: Path) -> bool:
    """Tell whether a file is a table of findings that this program wrote."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


@cache
def _outputs(folder: Path) -> tuple[Path, Mapping[str, Entry]] | None:
    """Give the folder of outputs that a folder is or is in, and what was written there."""
    listed = written_before(folder)
    if listed is not None:
        return folder, listed
    return None if folder.parent == folder else _outputs(folder.parent)
