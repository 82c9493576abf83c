"""What an earlier run wrote into the hidden column of 审核意见: how each marked cell looked before it was marked."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

from xlsxeval.read.cells import Sheet

#: Sheet name and address of a cell.
CellKey = tuple[str, str]

_PROGRAM = "xlsxeval"
#: What ``OriginalCell.text`` begins with.
_CELL_BEGINS = '{"sheet"'


@dataclass(frozen=True, slots=True)
class OriginalCell:
    """How a cell looked before it was marked.

    ``style`` is the style number as written in the cell: empty if none was written, None if the cell did not exist.
    ``fill`` is the XML of its fill (see ``Styles.fill_of``). ``box`` is the anchor of the comment box that was there
    and had to grow; otherwise empty.
    """

    sheet: str
    cell: str
    style: str | None
    fill: str
    box: str = ""

    @property
    def text(self) -> str:
        """The value as JSON, for the hidden column of 审核意见."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What the 审核意见 of an earlier run says: the original cells, and what that run left out of the copy."""

    cells: Mapping[CellKey, OriginalCell] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


def head_text(left_out: Collection[str]) -> str:
    """Return the text for the head of the hidden column: ``xlsxeval 宏 签名``."""
    return " ".join([_PROGRAM, *sorted(left_out)])


def read_earlier_run(sheet: Sheet) -> EarlierRun:
    """Read the hidden column of the sheet 审核意见; a cell that holds anything else is skipped."""
    cells, left_out = {}, set()
    for cell in sheet.cells.values():
        if cell.text.startswith(_CELL_BEGINS):
            original = _read_cell(cell.text)
            if original:
                cells[original.sheet, original.cell] = original
        elif cell.text.startswith(f"{_PROGRAM} "):
            left_out.update(cell.text.split()[1:])
    return EarlierRun(cells, frozenset(left_out))


def _read_cell(text: str) -> OriginalCell | None:
    try:
        original = OriginalCell(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    values = (original.sheet, original.cell, original.style or "", original.fill, original.box)
    return original if all(isinstance(value, str) for value in values) else None
