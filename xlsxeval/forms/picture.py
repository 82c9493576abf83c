"""The picture grammar: a page drawn as text, cell by cell.

``<`` joins the cell on the left, ``^`` the cell above, ``[name]`` is a blank, anything else a printed text. A printed
text may begin with a mark: ``#`` title, ``##`` second title line, ``>`` plain text without border, ``!`` the place
where the workbook shows the result of its own checks. ``label：[name]`` is a blank behind its label in one cell; it may
stand behind the mark ``>``. Example::

    | # 预算表 | <        |
    | 决算数   | [决算数] |

This is a title over two columns, and below it the label 决算数 beside the blank 决算数.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsxeval.forms.model import Box

_BLANK = re.compile(r"\[([^\[\]]+)\]")
#: A blank behind its label in one cell.
_PREFIXED = re.compile(r"(> )?([^\[\]]*[:：])\s*\[([^\[\]]+)\]")
#: Rows and columns, far more than a page of paper has, and characters of one cell.
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 500, 100, 2000
_MARKS = (("## ", "subtitle"), ("# ", "title"), ("> ", "plain"), ("! ", "status"))


class PictureError(ValueError):
    """The picture cannot be read; ``line`` counts from 0 within the picture."""

    def __init__(self, message: str, line: int) -> None:
        """Set the message and the line."""
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Part:
    """One region of the page: a label (``text``), a blank (``name``), both in one cell, or an empty printed cell.

    ``is_plain`` tells that a blank with its label has no border.
    """

    box: Box
    text: str
    name: str
    style: str
    line: int
    is_plain: bool = False


def read_picture(text: str) -> tuple[int, int, tuple[Part, ...]]:
    """Read a picture.

    Returns:
        The number of rows, the number of columns, and the regions from top left to bottom right.

    Raises:
        PictureError: for rows of unequal width, ``<`` or ``^`` without a cell to join, joined cells that are no
            rectangle, too many rows or columns, too long a text.
    """
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        if not stripped:
            continue
        if not (stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1):
            raise PictureError("版面的每一行都应以“|”开头和结尾", number)
        rows.append((number, [cell.strip() for cell in stripped[1:-1].split("|")]))
    if not rows:
        raise PictureError("版面是空的", 0)
    width = len(rows[0][1])
    if len(rows) > _MOST_ROWS:
        raise PictureError(f"版面超过{_MOST_ROWS}行", rows[_MOST_ROWS][0])
    if width > _MOST_COLUMNS:
        raise PictureError(f"版面超过{_MOST_COLUMNS}列", rows[0][0])
    for number, cells in rows:
        if len(cells) != width:
            raise PictureError(f"这一行有{len(cells)}格，第一行有{width}格，各行格数必须相同", number)
    return len(rows), width, _regions(rows)


def _regions(rows: list[tuple[int, list[str]]]) -> tuple[Part, ...]:
    """Join the cells to regions; each cell gets the first cell of its region as its origin."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, (number, cells) in enumerate(rows):
        for col, cell in enumerate(cells):
            if len(cell) > _LONGEST:
                raise PictureError(f"一格的文字超过{_LONGEST}字", number)
            if cell == "<" and col == 0:
                raise PictureError("第一格不能是“<”，左边没有格子", number)
            if cell == "^" and row == 0:
                raise PictureError("第一行不能有“^”，上面没有格子", number)
            origin = owner[row, col - 1] if cell == "<" else owner[row - 1, col] if cell == "^" else (row, col)
            owner[row, col] = origin
            members.setdefault(origin, []).append((row, col))
    parts = []
    for (row, col), positions in members.items():
        last_row, last_col = max(r for r, _ in positions), max(c for _, c in positions)
        box = Box(row, col, last_row - row + 1, last_col - col + 1)
        number, cells = rows[row]
        if len(positions) != box.rows * box.cols:
            raise PictureError(f"“{cells[col]}”合并后不是矩形，请检查“<”和“^”", rows[last_row][0])
        parts.append(_part(box, cells[col], number))
    return tuple(parts)


def _part(box: Box, cell: str, number: int) -> Part:
    """Make a region from the text of its first cell."""
    blank = _BLANK.fullmatch(cell)
    if blank:
        return Part(box, "", blank[1].strip(), "blank", number)
    prefixed = _PREFIXED.fullmatch(cell)
    if prefixed:
        return Part(box, prefixed[2].strip(), prefixed[3].strip(), "prefix", number, is_plain=bool(prefixed[1]))
    for mark, style in _MARKS:
        if cell.startswith(mark):
            return Part(box, cell[len(mark) :].strip(), "", style, number)
    return Part(box, cell, "", "label" if cell else "empty", number)
