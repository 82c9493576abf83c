"""Output files: written whole or not at all, and never over an existing file unless asked to."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from xlsxeval.errors import MachineError, OutputError

#: Stands in folders that hold nothing but outputs: a run over the folder above passes them over.
OWN_FOLDER = ".xlsxeval-输出"


def own_folder(path: Path) -> None:
    """Make a folder for outputs, and mark it as such.

    Raises:
        MachineError: if that is not permitted.
    """
    try:
        path.mkdir(exist_ok=True)
        (path / OWN_FOLDER).touch()
    except OSError as error:
        raise MachineError(f"无法写入：{path}（{error.strerror or error}）") from None


def write_output(path: Path, content: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write a file, whole or in pieces, through a temporary one in the same folder.

    Raises:
        OutputError: if the file exists (without ``force``), is a folder, or its folder does not exist.
        MachineError: if the disk is full or writing is not permitted; what was there before stays.
    """
    if path.is_dir():
        raise OutputError(f"输出位置是文件夹，请写文件名：{path}")
    if path.exists() and not force:
        raise OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force")
    if not path.parent.is_dir():
        raise OutputError(f"文件夹不存在：{path.parent}")
    temporary = path.parent / f".xlsxeval-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    try:
        with temporary.open("xb") as stream:
            stream.writelines([content] if isinstance(content, bytes) else content)
            stream.flush()
            os.fsync(stream.fileno())
        _move(temporary, path, force=force)
    except FileExistsError:
        raise OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force") from None
    except OSError as error:
        raise MachineError(f"无法写入：{path}（{error.strerror or error}）") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


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
