"""The files of one folder, reached without following a link, and written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xlsxeval.errors import OutputError
from xlsxeval.files import NotOrdinaryError

#: Temporary files begin and end so; one that is older than this many seconds was left by a run that was killed.
_BEGIN, _END, _LEFT_BEHIND = ".xlsxeval-", ".tmp", 3600
#: Where the system has handles of folders, an open folder is one, so that no link can be put in its place meanwhile.
_HANDLES = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
#: With these flags, opening a pipe does not wait, and opening a terminal does not take control of it.
_ORDINARY = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
#: A link to a folder on Windows that is not called a symbolic link.
_JUNCTION = 0xA0000003


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of a content in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_temporary(name: str) -> bool:
    """Tell whether a name is that of a temporary file of this program."""
    return name.startswith(_BEGIN) and name.endswith(_END)


def is_link(status: os.stat_result) -> bool:
    """Tell whether an entry (by its ``lstat``) is a link."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def is_ordinary(status: os.stat_result | None) -> bool:
    """Tell whether something (by its ``lstat``) is a file with content: no link, folder, pipe or device."""
    return status is not None and stat.S_ISREG(status.st_mode) and not is_link(status)


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder; its methods take names of things directly in it, and raise OSError as the system does."""

    path: Path
    handle: int | None

    def place(self, name: str) -> str:
        """Give the path for calls of the system, to be used together with ``handle``."""
        return name if self.handle is not None else str(self.path / name)

    def names(self) -> list[str]:
        """List everything in the folder."""
        return os.listdir(self.path if self.handle is None else self.handle)  # noqa: PTH208  # a handle is no path

    def status(self, name: str) -> os.stat_result | None:
        """Describe a thing without following it; None if there is none."""
        try:
            return os.stat(self.place(name), dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open(self, name: str, flags: int = os.O_RDONLY) -> BinaryIO:
        """Open an ordinary file, or a new one with ``os.O_CREAT`` among the flags.

        Raises:
            NotOrdinaryError: if it is a link, a pipe or a device.
        """
        status = self.status(name)
        if status is not None and not is_ordinary(status):
            raise NotOrdinaryError("不是普通文件（是链接、管道或设备）", self.path / name)
        handle = os.open(self.place(name), flags | _ORDINARY, 0o666, dir_fd=self.handle)
        stream = open(handle, "rb" if flags == os.O_RDONLY else "ab")  # noqa: PTH123, SIM115  # a handle; the caller closes it
        if not stat.S_ISREG(os.fstat(handle).st_mode):  # exchanged since it was looked at
            stream.close()
            raise NotOrdinaryError("不是普通文件（是链接、管道或设备）", self.path / name)
        return stream

    def digest(self, name: str, most: int) -> str | None:
        """Give the digest of a file; None if nothing is there, empty if it is not ordinary or larger than ``most``."""
        status = self.status(name)
        if status is None:
            return None
        if not is_ordinary(status) or status.st_size > most:
            return ""
        with self.open(name) as stream:
            return digest_of(stream.read(most))

    def write(self, name: str, pieces: Iterable[bytes], *, force: bool, modified: float | None = None) -> None:
        """Write a file through a temporary one; without ``force`` only if nothing has its name.

        Raises:
            FileExistsError: if something has its name, and ``force`` is not given.
        """
        temporary = f"{_BEGIN}{os.getpid()}-{os.urandom(4).hex()}{_END}"
        try:
            with self.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as stream:
                stream.writelines(pieces)
                stream.flush()
                os.fsync(stream.fileno())
            if modified is not None:
                os.utime(self.place(temporary), (modified, modified), dir_fd=self.handle)
            self._move(temporary, name, force=force)
        finally:
            with contextlib.suppress(OSError):
                self.remove(temporary)

    def _move(self, temporary: str, name: str, *, force: bool) -> None:
        source, target = self.place(temporary), self.place(name)
        if not force:
            if self.status(name) is not None:
                raise FileExistsError
            try:
                os.link(source, target, src_dir_fd=self.handle, dst_dir_fd=self.handle)
            except FileExistsError:
                raise
            except OSError:
                pass  # no hard links here (FAT, some shares): the look above is all there is against a second writer
            else:
                return
        os.replace(source, target, src_dir_fd=self.handle, dst_dir_fd=self.handle)

    def remove(self, name: str) -> None:
        """Remove a file; of a link, the link."""
        os.unlink(self.place(name), dir_fd=self.handle)

    def sweep(self) -> None:
        """Remove the temporary files that runs which were killed left in the folder."""
        for name in filter(is_temporary, self.names()):
            with contextlib.suppress(OSError):
                status = self.status(name)
                if status and is_ordinary(status) and time.time() - status.st_mtime > _LEFT_BEHIND:
                    self.remove(name)


@contextlib.contextmanager
def open_folder(path: Path, *, follow: bool = False) -> Iterator[Folder]:
    """Open a folder.

    Args:
        path: where it is; links above it are followed, somebody named them.
        follow: whether it may be a link itself.

    Raises:
        OutputError: if it is a link, and ``follow`` is not given.
        OSError: if it cannot be opened.
    """
    if not follow and is_link(path.lstat()):
        raise OutputError(f"输出文件夹是链接，没有使用：{path}；请写它指向的文件夹")
    with _opened(path, None, str(path), _NO_LINK * (not follow)) as folder:
        yield folder


@contextlib.contextmanager
def open_below(root: Folder, name: str, *, make: bool = False) -> Iterator[tuple[Folder, str]]:
    """Open the folder of a file below a folder; gives it with the file's own name.

    Args:
        root: the folder above.
        name: the path of the file below it, with ``/``.
        make: whether missing folders are made.

    Raises:
        OutputError: if one of the folders is a link.
        OSError: if a folder cannot be opened or made.
    """
    *folders, last = name.split("/")
    with contextlib.ExitStack() as stack:
        folder = root
        for each in folders:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder.place(each), dir_fd=folder.handle)
            status, path = folder.status(each), folder.path / each
            if status and is_link(status):
                raise OutputError(f"输出文件夹里的这个文件夹是链接，没有使用：{path}；请先把它移走")
            folder = stack.enter_context(_opened(path, folder.handle, folder.place(each), _NO_LINK))
        yield folder, last


@contextlib.contextmanager
def _opened(path: Path, above: int | None, place: str, no_link: int) -> Iterator[Folder]:
    if not _HANDLES:
        if not path.is_dir():
            raise FileNotFoundError(2, "No such directory", str(path))
        yield Folder(path, None)
        return
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | no_link, dir_fd=above)
    try:
        yield Folder(path, handle)
    finally:
        os.close(handle)
