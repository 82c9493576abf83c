"""Write one output file: completely or not at all, and never over a file of somebody else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from xlsxeval.errors import MachineError, OutputError
from xlsxeval.folder import open_folder


def real(path: Path) -> str:
    """Give the real path of a file, so that two names of one file give the same result."""
    return os.path.normcase(os.path.realpath(path))


def write_output(path: Path, content: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write a file, whole or in pieces, through a temporary one in the same folder.

    Raises:
        OutputError: if the file exists (without ``force``), is a folder, or its folder does not exist.
        MachineError: if the disk is full or writing is not permitted; what was there before stays.
    """
    there_already = OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force")
    try:
        if path.is_dir():
            raise OutputError(f"输出位置是文件夹，请写文件名：{path}")
        if path.exists() and not force:
            raise there_already
        if not path.parent.is_dir():
            raise OutputError(f"文件夹不存在：{path.parent}")
        with open_folder(path.parent, follow=True) as folder:
            folder.write(path.name, [content] if isinstance(content, bytes) else content, force=force)
    except FileExistsError:
        raise there_already from None
    except OSError as error:
        raise not_written(path, error) from None


def not_written(path: Path, error: OSError) -> MachineError:
    """Give the error that says why a file could not be written."""
    hint = "，它可能正在Excel或WPS中打开" if isinstance(error, PermissionError) else ""
    return MachineError(f"无法写入：{path}（{error.strerror or error}）{hint}")
