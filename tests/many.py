"""Many files for tests: copies of a filled workbook that differ in nothing but their bytes, and a slow one."""

from __future__ import annotations

import os
from pathlib import Path

from tests import hostile
from tests.conftest import CLEAN

FILLED = (CLEAN / "filled.xlsx").read_bytes()


def distinct(number: int, content: bytes = FILLED) -> bytes:
    """Give a workbook (the clean one) with a comment at the end of its container."""
    comment = f"{number}".encode()
    return content[:-2] + len(comment).to_bytes(2, "little") + comment


def folder_of(folder: Path, count: int) -> Path:
    """Fill a folder with workbooks of fixed dates."""
    folder.mkdir()
    for number in range(count):
        file = folder / f"{number:04}.xlsx"
        file.write_bytes(distinct(number))
        os.utime(file, (1_700_000_000 + 60 * number,) * 2)
    return folder


def slow(rows: int = 240_000) -> bytes:
    """Give a workbook within all budgets that takes seconds."""
    return hostile.changed(SHEET=hostile.sheet(f"<row><c><v>1</v></c><c><v>2</v></c>{'<x/>' * 20}</row>" * rows))
