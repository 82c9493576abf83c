"""The texts of a sheet that may be labels: where they stand, by their keys.

Example: the cell A3 ``填报单位：县水利局  填报日期：2025年4月10日`` gives two hits, 填报单位 with the value 县水利局
and 填报日期 with its date; the cell B5 ``年度资金总额：`` gives one without a value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from xlsxeval.read.cells import Cell, Sheet
from xlsxeval.read.titles import is_heading
from xlsxeval.text import label_key, remembered

#: No label is longer than this; longer texts are answers. A label with its value behind a colon may be longer.
LONGEST_LABEL, _LONGEST_WITH_VALUE = 300, 400
#: A form has some hundred cells; of a sheet with a million only the first are looked through for labels.
_MOST_CELLS = 100_000
#: Where a second label begins in one cell: after white space, a few signs and a colon.
_NEXT_LABEL = re.compile(r"\s(?=[^\s:：]{2,20}[:：])")
#: What stands behind 单位： when it is the unit of amounts and not a name.
_AMOUNT_UNITS = frozenset({"万元", "元", "亿元", "人民币万元", "人民币元", "千元"})
#: What stands behind these and a colon is an instruction of the form, no answer.
_NOTES = frozenset({"说明", "注", "备注", "其他", "填表说明", "注意"})
#: Halves of a label that was broken over two cells below each other are not longer than this.
_LONGEST_HALF = 8

Position = tuple[int, int]


class Hit(NamedTuple):
    """A text that may be a label.

    Attributes:
        row: its row.
        col: its column.
        key: its key (``text.label_key``).
        years: the years in it.
        part: if its answer stands behind its colon in the same cell, the place of both among ``label_parts``, from 1.
            The text itself is not kept, so that the hits of another unit with the same form are the same.
        below: whether the second half of the label stands in the cell below.
        beside: what stands right of it: ``figure``, ``text`` (one that is no label) or nothing.
        over: what stands right below it: ``label``, ``text`` or nothing.
        heading: whether it is a title, or a line that only names the year or the unit of amounts.
    """

    row: int
    col: int
    key: str
    years: tuple[int, ...] = ()
    part: int = 0
    below: bool = False
    beside: str = ""
    over: str = ""
    heading: bool = False


#: What a form prints where an answer is to be written: underscores, and the signs of a date.
_ROOM = re.compile(
    r"[\s_＿]*(?:年[\s_＿]*月[\s_＿]*(?:日[\s_＿]*)?|[(（](?:盖章|公章|签章|签字|签名|章)[)）][\s_＿]*)?"
)


@remembered
def label_parts(text: str) -> tuple[tuple[str, str], ...]:
    """Give the keys and values of a cell with colons: ``填报单位：县水利局`` gives ``(("填报单位", "县水利局"),)``.

    The value is empty if only room for one is printed: ``填报日期：   年  月  日``.
    """
    if ":" not in text and "：" not in text:
        return ()
    found = []
    for part in _NEXT_LABEL.split(text.strip()):
        plain = part.replace("：", ":")
        for label, _, value in (plain.partition(":"), plain.rpartition(":")):
            key = label_key(label).key
            pair = key, "" if _ROOM.fullmatch(value) else value.strip(" \t\n_＿")
            if key and value and key not in _NOTES and pair[1] not in _AMOUNT_UNITS and pair not in found:
                found.append(pair)
    return tuple(found)


def cell_behind(hit: Hit, cell: Cell) -> Cell:
    """Give the cell of a hit that has its answer behind its colon, with the answer alone."""
    return cell._replace(text=label_parts(cell.text)[hit.part - 1][1])


def find_hits(sheet: Sheet, known: Mapping[str, object]) -> tuple[Hit, ...]:
    """Give the texts of a sheet that may be labels, in the order of rows and columns.

    Args:
        sheet: the sheet.
        known: the keys of all labels that are looked for.
    """
    hits = sorted(_hits(sheet.cells, known))
    often = Counter(hit.key for hit in hits)
    # A label that has only room behind its colon counts if it does not stand elsewhere too.
    return tuple(hit for hit in hits if not hit.part or often[hit.key] == 1 or _has_value(hit, sheet))


def _has_value(hit: Hit, sheet: Sheet) -> bool:
    return bool(label_parts(sheet.cells[hit.row, hit.col].text)[hit.part - 1][1])


def _hits(cells: Mapping[Position, Cell], known: Mapping[str, object]) -> Iterator[Hit]:
    for (row, col), cell in islice(cells.items(), _MOST_CELLS):
        text = cell.text
        if cell.kind != "text" or cell.formula is not None or len(text) > _LONGEST_WITH_VALUE:
            continue
        key, years = label_key(text) if len(text) <= LONGEST_LABEL else ("", ())
        if key in known:
            beside, over = _beside(cells, row, col, known), _below(cells, row, col, known)
            yield Hit(row, col, key, years, beside=beside, over=over, heading=is_heading(text))
            continue
        if is_heading(text):
            yield Hit(row, col, "", heading=True)
            continue
        for part, (label, _) in enumerate(label_parts(text), 1):
            if label in known:
                yield Hit(row, col, label, (), part)
        if len(text) <= _LONGEST_HALF:
            under = cells.get((row + 1, col))
            if under is not None and under.kind == "text" and len(under.text) <= _LONGEST_HALF:
                whole, years = label_key(text.strip() + under.text.strip())
                if whole in known and label_key(under.text).key not in known:
                    yield Hit(row, col, whole, years, below=True)


#: A label may be merged over so many columns.
_WIDEST = 4
_FIGURE = re.compile(r"[-+≥≤]?[0-9][0-9,.]*(?:%|元|万元|万|亿元|分)?")


def _beside(cells: Mapping[Position, Cell], row: int, col: int, known: Mapping[str, object]) -> str:
    """Tell what the next filled cell of a row holds, a few columns on at most."""
    for beside in range(col + 1, col + 1 + _WIDEST):
        cell = cells.get((row, beside))
        if cell is not None:
            if cell.kind == "number" or (cell.kind == "text" and _FIGURE.fullmatch(cell.text.strip())):
                return "figure"
            return "" if _is_label(cell, known) else "text"
    return ""


def _below(cells: Mapping[Position, Cell], row: int, col: int, known: Mapping[str, object]) -> str:
    """Tell whether the cell below holds a label or another text."""
    cell = cells.get((row + 1, col))
    return "" if cell is None or cell.kind != "text" else "label" if _is_label(cell, known) else "text"


def _is_label(cell: Cell, known: Mapping[str, object]) -> bool:
    return cell.kind == "text" and len(cell.text) <= LONGEST_LABEL and label_key(cell.text).key in known
