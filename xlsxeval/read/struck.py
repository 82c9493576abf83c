"""What to say about cells with struck-out text."""

from __future__ import annotations

from collections.abc import Iterable

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Repair
from xlsxeval.read.answers import shown_text
from xlsxeval.read.cells import Sheet

#: Longer texts are cut, so that a sentence stays readable.
_LONGEST = 30


def struck_out(sheet: Sheet, positions: Iterable[tuple[int, int]]) -> tuple[Repair, ...]:
    """Give one remark for each cell with struck-out text among the positions.

    Example: the cell F17 with ``130次`` struck out and ``126次`` gives
    ``Repair("F17", "划掉的“130次”没有读，请把划掉的文字删去")``.

    Args:
        sheet: the sheet.
        positions: (row, column) of the cells that were read, from 1.
    """
    if not sheet.struck:
        return ()
    return tuple(
        Repair(cell_name(*at), _remark(sheet.struck[at], shown_text(sheet.cells[at])))
        for at in positions
        if at in sheet.struck
    )


def _remark(struck: str, shown: str) -> str:
    if struck:
        return f"划掉的“{_short(struck)}”没有读，请把划掉的文字删去"
    return f"这一格的内容整个划掉了，仍按“{_short(shown)}”读取，不要的请删去"


def _short(text: str) -> str:
    """Give a text on one line, cut to its beginning."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
