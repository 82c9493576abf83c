"""A folder of outputs: what this program wrote there it replaces and removes again, and nothing else.

Nothing outside the folder is read, written or removed, whatever its list says: names are checked when the list is read
(``portable.is_plain``), and no link is followed on the way to a file (``folder.open_below``). A folder that is a link
itself is refused.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from xlsxeval.errors import MachineError, OutputError, XlsxevalError
from xlsxeval.folder import Folder, digest_of, is_ordinary, open_below, open_folder
from xlsxeval.output import not_written, real
from xlsxeval.output_list import LIST_NAME, Entry, OutputList, list_in
from xlsxeval.portable import is_plain, same_name

#: What is larger is no output of ours.
MOST_BYTES = 256 * 1024 * 1024
_SHOWN = 3
#: Two times are the same if they differ by no more than what file systems round away.
_SAME_TIME = 0.01


def require_free(path: Path) -> None:
    """Make sure, before the work, that a folder can become an output folder: it is not there, empty, or one already.

    Raises:
        OutputError: if somebody else's files are in it, or it is a link.
        OSError: if it cannot be opened.
    """
    with contextlib.suppress(FileNotFoundError), open_folder(path) as root:
        _list_or_refusal(root)


def _list_or_refusal(root: Folder) -> OutputList:
    """Give the list of a folder that is empty or ours."""
    listed = None
    try:
        listed = list_in(root)
    except FileNotFoundError:
        if not root.names():
            return OutputList({})
    except XlsxevalError:
        pass  # a pipe, a device or a link is no list of ours
    if listed is None:
        raise OutputError(f"文件夹里已有别的文件，没有写入：{root.path}；请换一个新的或空的文件夹")
    return listed


class OutputFolder:
    """An output folder during one run: ``write`` each file, then ``finish``; ``notes`` are sentences for the user."""

    def __init__(self, path: Path, scope: Iterable[Path] = ()) -> None:
        """Make a folder, or take one that is empty or ours.

        Args:
            path: the folder; the one above must be there.
            scope: what this run is about; files of a run about something else are not removed.

        Raises:
            OutputError: if somebody else's files are in it, or it is a link.
            MachineError: if it cannot be made or read.
        """
        self.path = path
        self.notes: tuple[str, ...] = ()
        self._scope = digest_of("\n".join(sorted(map(real, scope))).encode("utf-8", "replace"))[:16]
        self._now: dict[str, str] = {}
        self._failures: list[XlsxevalError] = []
        try:
            path.mkdir(exist_ok=True)
            with open_folder(path) as root:
                self._before = self._claim(root).entries
        except OSError as error:
            raise MachineError(f"无法写入：{path}（{error.strerror or error}）") from None

    def _claim(self, root: Folder) -> OutputList:
        """Make the folder ours, clear it of what killed runs left, and give its list."""
        before = _list_or_refusal(root)
        self._append(root, "")
        if before.dropped:
            self.notes = (f"{self.path}里的清单有{before.dropped}行不是这个文件夹里的文件，没有理会",)
        root.sweep()
        for folder in sorted({name.rpartition("/")[0] for name in before.entries} - {""}):
            with contextlib.suppress(OSError, OutputError), open_below(root, f"{folder}/{LIST_NAME}") as (below, _):
                below.sweep()
        return before

    def _append(self, root: Folder, line: str) -> None:
        with root.open(LIST_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as stream:
            if os.fstat(stream.fileno()).st_nlink > 1:  # another name of a file that may be anywhere
                raise OutputError(f"这个文件另有别的名字（硬链接），没有写入：{self.path / LIST_NAME}；请先把它移走")
            stream.write(line.encode("utf-8", "replace"))

    def write(self, name: str, content: bytes, modified: float | None = None) -> None:
        """Write a file, also into folders below; a failure is kept for ``finish``, and the others are written.

        Args:
            name: its path below the folder, with ``/``; a plain one (see ``portable.is_plain``).
            content: all of it.
            modified: the time it is to carry; default: now.
        """
        self._now[name] = digest_of(content)
        if not is_plain(name):
            self._failures.append(OutputError(f"不能用这个文件名，没有写：{name}"))
            return
        try:
            with open_folder(self.path) as root, open_below(root, name, make=True) as (folder, last):
                self._put(root, folder, (name, last), content, modified)
        except OSError as error:
            self._failures.append(not_written(self.path / name, error))
        except XlsxevalError as error:
            self._failures.append(error)

    def _put(
        self, root: Folder, folder: Folder, names: tuple[str, str], content: bytes, modified: float | None
    ) -> None:
        name, last = names
        digest, tries = self._now[name], 0
        while not _is_done(folder, last, digest, modified):
            # Listed first: if we are killed in between, the next run still knows the file as ours.
            self._append(root, f"{digest}  {self._scope}  {name}\n")
            before = folder.digest(last, MOST_BYTES)
            known = self._before.get(name, Entry()).digests | {digest}
            ours = before is None or before in known or before in self._listed(root, name)
            try:
                folder.write(last, [content], force=ours and before is not None, modified=modified)
            except FileExistsError:
                # Another run into this folder may have put its file there just now: then it is looked at again.
                tries += 1
                if before is not None or tries > _SHOWN:
                    path = self.path / name
                    raise OutputError(f"这个文件有人改过，没有覆盖：{path}；要重新写，请先把它移走") from None
            else:
                return

    @staticmethod
    def _listed(root: Folder, name: str) -> frozenset[str]:
        listed = list_in(root)
        return listed.entries.get(name, Entry()).digests if listed else frozenset()

    def finish(self, *, complete: bool) -> None:
        """Remove what an earlier run about the same wrote and this one did not, and say what went wrong.

        Args:
            complete: whether this run did all it was to do; if not, nothing is removed.

        Raises:
            OutputError, MachineError: if files could not be written, with the first reasons.
        """
        try:
            with open_folder(self.path) as root:
                listed = list_in(root) or OutputList(self._before)
                if complete:
                    self._remove_old(root, listed)
                root.write(LIST_NAME, [self._lines(root, listed).encode("utf-8", "replace")], force=True)
        except OSError as error:
            self._failures.append(not_written(self.path / LIST_NAME, error))
        except XlsxevalError as error:
            self._failures.append(error)
        if failures := self._failures:
            worst = max(failures, key=lambda error: error.exit_code)
            rest = f"；{len(self._now)}份里有{len(failures)}份没有写成" if len(self._now) > 1 else ""
            kind = MachineError if isinstance(worst, MachineError) else OutputError
            raise kind("；".join(map(str, failures[:_SHOWN])) + rest)

    def _remove_old(self, root: Folder, listed: OutputList) -> None:
        written = set(map(same_name, self._now))
        for name, entry in listed.entries.items():
            if self._scope not in entry.scopes or same_name(name) in written or not is_plain(name):
                continue
            with contextlib.suppress(OSError, XlsxevalError):
                with open_below(root, name) as (folder, last):
                    if folder.digest(last, MOST_BYTES) not in entry.digests:
                        continue
                    folder.remove(last)
                if "/" in name:
                    with open_below(root, name.rpartition("/")[0]) as (folder, last):
                        os.rmdir(folder.place(last), dir_fd=folder.handle)  # only an empty one goes

    def _lines(self, root: Folder, listed: OutputList) -> str:
        """Give the list as it is now: every file of ours that is there, with what it may be and who wrote it."""
        lines = []
        for name, (digests, scopes) in sorted(listed.entries.items()):
            if name in self._now:
                digests, scopes = frozenset({self._now[name]}), scopes | {self._scope}  # noqa: PLW2901
            with contextlib.suppress(OSError, XlsxevalError), open_below(root, name) as (folder, last):
                if is_ordinary(folder.status(last)):
                    lines += [f"{digest}  {scope}  {name}\n" for digest in sorted(digests) for scope in sorted(scopes)]
        return "".join(lines)


def _is_done(folder: Folder, name: str, digest: str, modified: float | None) -> bool:
    """Tell whether a file is there already as it is to be; one with a second name (hard link) is written anew."""
    if folder.digest(name, MOST_BYTES) != digest:
        return False
    status = folder.status(name)
    if status is None or status.st_nlink > 1:
        return False
    return modified is None or abs(status.st_mtime - modified) < _SAME_TIME
