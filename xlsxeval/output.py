"""Output files: written whole or not at all, and never over what somebody else put there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from xlsxeval.errors import MachineError, OutputError, XlsxevalError

#: Lists in a folder of outputs what we wrote there, lines ``sha256  scope  name``; what changed since is not ours.
OWN_FOLDER = ".xlsxeval-输出"
#: Temporary files begin and end so; one that is older than this many seconds was left by a run that was killed.
_BEGIN, _END, _LEFT_BEHIND = ".xlsxeval-", ".tmp", 3600
_SHOWN = 3


def digest_of(content: bytes) -> str:
    """Give what tells one content from another."""
    return hashlib.sha256(content).hexdigest()


def real(path: Path) -> str:
    """Give what two ways to write the place of one file have in common."""
    return os.path.normcase(os.path.realpath(path))


def is_temporary(name: str) -> bool:
    """Tell whether a file is one of ours that was not finished."""
    return name.startswith(_BEGIN) and name.endswith(_END)


def write_output(path: Path, content: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write a file, whole or in pieces, through a temporary one in the same folder.

    Raises:
        OutputError: if the file exists (without ``force``), is a folder, or its folder does not exist.
        MachineError: if the disk is full or writing is not permitted; what was there before stays.
    """
    temporary = path.parent / f"{_BEGIN}{os.getpid()}-{secrets.token_hex(4)}{_END}"
    try:
        if path.is_dir():
            raise OutputError(f"输出位置是文件夹，请写文件名：{path}")
        if path.exists() and not force:
            raise _there_already(path)
        if not path.parent.is_dir():
            raise OutputError(f"文件夹不存在：{path.parent}")
        with temporary.open("xb") as stream:
            stream.writelines([content] if isinstance(content, bytes) else content)
            stream.flush()
            os.fsync(stream.fileno())
        _move(temporary, path, force=force)
    except FileExistsError:
        raise _there_already(path) from None
    except PermissionError as error:
        raise MachineError(f"无法写入：{path}（{error.strerror or error}），它可能正在Excel或WPS中打开") from None
    except OSError as error:
        raise MachineError(f"无法写入：{path}（{error.strerror or error}）") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _there_already(path: Path) -> OutputError:
    return OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force")


def _move(temporary: Path, path: Path, *, force: bool) -> None:
    if force:
        temporary.replace(path)
        return
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # No hard links here (FAT, some shares): the check above is all there is against a second writer.
        temporary.replace(path)


class Entry(NamedTuple):
    """What a list says of one file: the hashes that it may have, and the runs (by their scope) that wrote it."""

    digests: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()


def written_before(folder: Path) -> dict[str, Entry] | None:
    """Give what was written into a folder of outputs, by name; None for any other folder."""
    try:
        lines = (folder / OWN_FOLDER).read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    found: dict[str, Entry] = {}
    for line in lines:
        digest, _, rest = line.partition("  ")
        scope, _, name = rest.partition("  ")
        entry = found.get(name, Entry())
        found[name] = Entry(entry.digests | {digest}, entry.scopes | {scope})
    return found


class OutputFolder:
    """A folder that this program keeps: what it wrote there it replaces and removes again, and nothing else."""

    def __init__(self, path: Path, scope: Iterable[Path] = ()) -> None:
        """Make a folder, or take one that is empty or ours.

        Args:
            path: the folder; the one above must be there.
            scope: what this run is about; files of a run about something else are not removed.

        Raises:
            OutputError: if somebody else's files are in it.
            MachineError: if it cannot be made or read.
        """
        self.path = path
        self._scope = digest_of("\n".join(sorted(map(real, scope))).encode("utf-8", "replace"))[:16]
        self._now: dict[str, str] = {}
        self._failures: list[XlsxevalError] = []
        try:
            path.mkdir(exist_ok=True)
            before = written_before(path)
            if before is None and any(path.iterdir()):
                raise OutputError(f"文件夹里已有别的文件，没有写入：{path}；请换一个新的或空的文件夹")
            (path / OWN_FOLDER).touch()
            _sweep(path)
        except OSError as error:
            raise MachineError(f"无法写入：{path}（{error.strerror or error}）") from None
        self._before = before or {}

    def write(self, name: str, content: bytes, modified: float | None = None) -> None:
        """Write a file, also into folders below; a failure is kept for ``finish``, and the others are written.

        Args:
            name: its path below the folder, with ``/``.
            content: all of it.
            modified: the time it is to carry; default: now.
        """
        self._now[name] = digest_of(content)
        path = self.path / name
        try:
            self._put(name, path, content, self._now[name])
            if modified is not None:
                os.utime(path, (modified, modified))
        except OSError as error:
            self._failures.append(MachineError(f"无法写入：{path}（{error.strerror or error}）"))
        except XlsxevalError as error:
            self._failures.append(error)

    def _put(self, name: str, path: Path, content: bytes, digest: str) -> None:
        before = None
        while (there := digest_of(path.read_bytes()) if path.is_file() else "") != digest:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Listed first: if we are killed in between, the next run still knows the file as ours.
            with (self.path / OWN_FOLDER).open("a", encoding="utf-8") as stream:
                stream.write(f"{digest}  {self._scope}  {name}\n")
            ours = not there or there in self._before.get(name, Entry()).digests
            try:
                write_output(path, content, force=ours or there in self._listed(name))
            except OutputError:
                # Another run into this folder may have put its file there just now: then it is looked at again.
                if there == before:
                    raise OutputError(f"这个文件有人改过，没有覆盖：{path}；要重新写，请先把它移走") from None
                before = there
            else:
                return

    def _listed(self, name: str) -> frozenset[str]:
        return (written_before(self.path) or {}).get(name, Entry()).digests

    def finish(self, *, complete: bool) -> None:
        """Remove what an earlier run about the same wrote and this one did not, and say what went wrong.

        Args:
            complete: whether this run did all it was to do; if not, nothing is removed.

        Raises:
            OutputError, MachineError: if files could not be written, with the first reasons.
        """
        names = {name.casefold() for name in self._now}
        listed = written_before(self.path) or {}
        for name in [name for name, entry in listed.items() if self._scope in entry.scopes] if complete else ():
            path = self.path / name
            with contextlib.suppress(OSError):
                # A name that differs only in case is the same file to some systems.
                if (
                    name.casefold() not in names
                    and path.is_file()
                    and digest_of(path.read_bytes()) in listed[name].digests
                ):
                    path.unlink()
                    path.parent.rmdir()  # only an empty one goes
        lines = []
        for name, entry in sorted(listed.items()):
            digests, scopes = entry
            if name in self._now:
                digests, scopes = frozenset({self._now[name]}), scopes | {self._scope}
            if (self.path / name).exists():
                lines += [f"{digest}  {scope}  {name}\n" for digest in sorted(digests) for scope in sorted(scopes)]
        try:
            write_output(self.path / OWN_FOLDER, "".join(lines).encode(), force=True)
        except XlsxevalError as error:
            self._failures.append(error)
        if failures := self._failures:
            worst = max(failures, key=lambda one: one.exit_code)
            rest = f"；{len(self._now)}份里有{len(failures)}份没有写成" if len(self._now) > 1 else ""
            raise type(worst)("；".join(str(one) for one in failures[:_SHOWN]) + rest)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed left behind."""
    for path in folder.rglob(f"{_BEGIN}*{_END}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND:
                path.unlink()
