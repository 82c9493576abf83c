"""What a marked cell was before, so that the next run can put it back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from xlsxeval.read.cells import Sheet


@dataclass(frozen=True, slots=True)
class Memory:
    """One marked cell: the number of its own style as it was written, None if there was no cell; its own fill.

    ``box`` is where the box of a comment stood that was there before and had to grow; else empty.
    """

    sheet: str
    cell: str
    style: str | None
    fill: str
    box: str = ""

    @property
    def text(self) -> str:
        """The memory as it is kept in 审核意见."""
        return json.dumps(asdict(self), ensure_ascii=False)


def remembered(sheet: Sheet) -> dict[tuple[str, str], Memory]:
    """Read the memories from the sheet of an earlier run, by sheet and cell; whatever is no memory is passed over."""
    found = {}
    for cell in sheet.cells.values():
        if cell.text.startswith('{"sheet"'):
            try:
                memory = Memory(**json.loads(cell.text))
            except (ValueError, TypeError, RecursionError):
                continue
            if all(
                isinstance(one, str) for one in (memory.sheet, memory.cell, memory.style or "", memory.fill, memory.box)
            ):
                found[memory.sheet, memory.cell] = memory
    return found
