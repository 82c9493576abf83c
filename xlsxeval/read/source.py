"""Read the bytes of a file once, at most up to the budget; a device or a pipe is refused, because it may never end."""

from __future__ import annotations

from pathlib import Path

from xlsxeval.errors import MachineError
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Read a file, at most one byte more than the budget allows.

    Raises:
        Refused: if there is no such file, or it is no ordinary one.
        MachineError: if it cannot be read for a reason outside it.
    """
    try:
        if path.is_dir():
            raise Refused("R09", "这是文件夹，请给出工作簿文件")
        if path.exists() and not path.is_file():
            raise Refused("R09", "这不是普通文件")
        with path.open("rb") as stream:
            return stream.read(limits.max_file + 1)
    except FileNotFoundError:
        raise Refused("R09", "找不到文件") from None
    except OSError as error:
        raise MachineError(f"无法读取文件：{path}（{error.strerror or error}）") from None
    except ValueError:
        raise Refused("R09", "文件名含有不能使用的字符") from None
