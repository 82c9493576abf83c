"""Which files a folder, a pattern or a name stands for.

Whatever goes wrong with one entry costs that entry: it is counted or named, and the others are collected.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlsxeval.batch.patterns import expand
from xlsxeval.errors import XlsxevalError
from xlsxeval.folder import is_link, is_temporary, open_folder
from xlsxeval.output import real
from xlsxeval.output_folder import MOST_BYTES
from xlsxeval.output_list import LIST_NAME, MOST_LINES, Entry, read_list
from xlsxeval.report.filename import NOTICE, OPINION_END

#: What is taken in a folder; a file that is named is taken whatever its name, and what it is follows from its content.
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".docx", ".csv", ".tsv"})
LOCK, SYSTEM, OTHER, LINK = "打开文件时留下的临时文件", "系统文件", "其他类型的文件", "指向文件夹的链接"
OURS = "本程序写出的文件"
DEEP = "路径太长的文件夹"
_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


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


@dataclass(slots=True)
class _Search:
    """What is known while collecting.

    ``own`` are the real paths of what this run writes or reads itself; ``closed`` are folders that cannot be listed;
    ``lists`` holds for each folder the output folder that it is or is in, and ``entries`` the list of each output
    folder; ``lines`` is how many lines of lists may still be read, so that many long ones do not fill the memory.
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
    """Find the files that the arguments stand for; each once, however it is named.

    What this program wrote is passed over as long as nobody changed it, unless there is nothing else: then the marked
    copies are what is to be checked. It is counted, so that nobody can hide a file by such a list; but not where this
    run writes itself, so that the second run says the same as the first.

    Args:
        names: files, folders, and patterns such as ``报送/**/*.xlsx``.
        ours: files and folders that this run writes, and lists that it reads.
    """
    search = _Search(frozenset(map(real, ours)))
    files: dict[str, Path] = {}
    written: dict[str, Path] = {}
    places: list[Path] = []
    for argument in names:
        for path in expand(argument, lambda error: search.fail(error, Path(error.filename))):
            inside = os.path.isdir(path)  # noqa: PTH112  # any error is False, and the file's reader says it
            places.append(path if inside else path.parent)
            for file, real_path in _walk(path, search) if inside else [(path, _real(path))]:
                key = os.path.normcase(os.path.abspath(file))  # noqa: PTH100  # links stay what they are
                if reason := _reason(file.name):
                    search.skipped[reason] += 1
                elif real_path in search.own:
                    continue
                elif folder := _written_into(file, search):
                    written.setdefault(key, file)
                    search.skipped[OURS] += not (inside and _real(folder) in search.own)
                else:
                    files.setdefault(key, file)
    if not files and written:
        files = {
            key: file
            for key, file in written.items()
            if not file.name.startswith(NOTICE) and not file.name.endswith(OPINION_END)
        }
        search.skipped[OURS] = len(written) - len(files)
    closed = tuple(folder for folder, error in search.closed.items() if error.errno != errno.ENAMETOOLONG)
    return Collected(tuple(files.values()), dict(+search.skipped), closed, tuple(places))


def _walk(top: Path, search: _Search) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder that may be read, sorted, each with its real path.

    Links to folders are not followed, so none leads back; and without recursion, so that depth is no matter.
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
            # Asking the system for the real path of each file takes long in deep folders.
            real_path = _real(path) if link else os.path.normcase(os.path.join(real_folder, entry.name))  # noqa: PTH118
            if _is_folder(entry):
                if link:
                    search.skipped[LINK] += 1
                else:
                    below.append((path, real_path))
            elif path.suffix.lower() in SUFFIXES or _reason(entry.name):
                yield path, real_path
            elif entry.name != LIST_NAME and not is_temporary(entry.name) and real_path not in search.own:
                search.skipped[OTHER] += 1
        waiting += reversed(below)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads to itself, or out of reach: whoever reads it says why


def _is_link(entry: os.DirEntry[str]) -> bool:
    try:
        return is_link(entry.stat(follow_symlinks=False))
    except OSError:
        return False


def _real(path: Path) -> str:
    try:
        return real(path)
    except (OSError, ValueError):  # too long, or with a sign that no name can have
        return str(path)


def _reason(name: str) -> str:
    """Say why a file is passed over even if it is named; empty if it is not."""
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return LOCK
    return SYSTEM if name.lower() in _SYSTEM else ""


def _written_into(path: Path, search: _Search) -> Path | None:
    """Give the folder of outputs that this program wrote a file into, and nobody changed it since; or a table's own."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # links stay what they are
    folder = _output_folder(absolute.parent, search)
    if folder is not None:
        entry = search.entries[folder].get(absolute.relative_to(folder).as_posix())
        if entry and _digest(path) in entry.digests:
            return folder
    return path.parent if is_our_table(path) else None


def _digest(path: Path) -> str | None:
    """Give the digest of an ordinary file of a size that we write; links are not followed."""
    try:
        with open_folder(path.parent, follow=True) as folder:
            return folder.digest(path.name, MOST_BYTES)
    except (OSError, XlsxevalError):
        return None  # whoever reads it says why


def is_our_table(path: Path) -> bool:
    """Tell whether a file is a table of findings that this program wrote."""
    if path.suffix.lower() != ".csv":
        return False
    from xlsxeval.report.table import HEAD

    head = HEAD.encode()
    try:
        with open_folder(path.parent, follow=True) as folder, folder.open(path.name) as stream:
            return stream.read(len(head)) == head
    except (OSError, ValueError, XlsxevalError):
        return False


def _output_folder(folder: Path, search: _Search) -> Path | None:
    """Give the output folder that a folder is or is in; None if there is none above it."""
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
