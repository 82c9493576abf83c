"""Many files for tests: copies of a filled workbook with equal content and different bytes, and a slow workbook."""

from __future__ import annotations

import os
from pathlib import Path

from tests import hostile
from tests.conftest import CLEAN

FILLED = (CLEAN / "filled.xlsx").read_bytes()


def distinct(number: int, content: bytes = FILLED) -> bytes:
    """Give a workbook (by default one without faults) with a comment at the end of its container."""
    comment = f"{number}".encode()
    return content[:-2] + len(comment).to_bytes(2, "little") + comment


def folder_of(folder: Path, count: int) -> Path:
    """Write workbooks with fixed dates into a folder."""
    folder.mkdir()
    for number in range(count):
        file = folder / f"{number:04}.xlsx"
        file.write_bytes(distinct(number))
        os.utime(file, (1_700_000_000 + 60 * number,) * 2)
    return folder


def slow(rows: int = 240_000) -> bytes:
    """Give a workbook that is within all budgets and takes seconds to check."""
    return hostile.changed(SHEET=hostile.sheet(f"<row><c><v>1</v></c><c><v>2</v></c>{'<x/>' * 20}</row>" * rows))
