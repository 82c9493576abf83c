"""The boxes of comments: an old drawing format (VML) that Excel may write as no real XML, so it is handled as text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from xlsxeval.a1 import LAST_COL, LAST_ROW, Position
from xlsxeval.mark.sheet import Layout
from xlsxeval.read.cells import Range
from xlsxeval.text import display_width

#: Sizes in pixels: a comment is 9 points high, that is 6 for a half-width character and 16 for a line with its gap.
_WIDTH, _CHARACTER, _LINE, _PADDING, _TALLEST = 320, 6, 16, 22, 640
_FAR = 2_000
_IDS_OF_BLOCK = 1024
_ROOT = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{block}"/></o:shapelayout></xml>'
)
_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"{spaces}>'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
#: Programs go by the anchor and not by the style.
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:8pt;'
    'width:240pt;height:90pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"{spaces}><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{col}</x:Column></x:ClientData></v:shape>"
)
_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_TAG = re.compile(rb"<(/?)(?:\w+:)?shape(?=[\s/>])")
_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")
_ROW, _COLUMN = (re.compile(rb"<(?:\w+:)?%s>\s*([0-9]{1,7})\s*<" % name) for name in (b"Row", b"Column"))
_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([0-9,\s]{1,200})(<)")
_ANCHOR_TEXT = re.compile(r"\s*[0-9]{1,7}(?:\s*,\s*[0-9]{1,7}){7}\s*")
_ID = re.compile(rb"_x0000_s([0-9]{1,9})")
_BLOCK = re.compile(rb"""<o:idmap\s[^<>]{0,200}?data\s*=\s*["']([0-9]{1,5})""")


def new_drawing(block: int) -> bytes:
    """Give a drawing without any box; ``block`` is the thousand from which it takes its numbers."""
    return _ROOT.format(block=block).encode()


def box_anchor(text: str, area: Range, layout: Layout, left: tuple[int, int, int, int] | None = None) -> str:
    """Give where a box stands that shows the whole text, as the format has it: column, pixels, row, pixels, twice.

    Args:
        text: what is written in it.
        area: the cells it belongs to; it stands right of them.
        layout: the sizes of the sheet.
        left: where it begins, if it is there already.
    """
    col, x, row, y = left or (area.last_col, 15, max(area.first_row - 2, 0), 4)
    lines = sum(max(math.ceil(display_width(line) * _CHARACTER / (_WIDTH - _PADDING)), 1) for line in text.split("\n"))
    height = min(lines * _LINE + _PADDING, _TALLEST)
    right, x_end = _walk(col, x + _WIDTH, LAST_COL, layout.width_of)
    bottom, y_end = _walk(row, y + height, LAST_ROW, layout.height_of)
    return f"{col}, {x}, {row}, {y}, {right}, {x_end}, {bottom}, {y_end}"


def _walk(index: int, rest: int, last: int, size_of: Callable[[int], int]) -> tuple[int, int]:
    """Go so many pixels from the beginning of a column or row (from 0)."""
    for number in range(index, min(index + _FAR, last - 1)):
        size = size_of(number + 1)
        if rest < size:
            return number, rest
        rest -= size
    return min(index + _FAR, last - 1), 0


def with_boxes(drawing: bytes, anchors: Mapping[Position, str]) -> bytes:
    """Give the drawing with a box for each cell."""
    if not anchors:
        return drawing
    head = drawing[: drawing.find(b">", drawing.find(b"<xml")) + 1]
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in _SPACES.items() if f"xmlns:{name}=".encode() not in head)
    block = _BLOCK.search(drawing)
    taken = [int(found[1]) for found in _ID.finditer(drawing)]
    first = max([*taken, int(block[1]) * _IDS_OF_BLOCK if block else _IDS_OF_BLOCK]) + 1
    shapes = [] if b'"_x0000_t202"' in drawing else [_TYPE.format(spaces=spaces)]
    for number, ((row, col), anchor) in enumerate(sorted(anchors.items())):
        place = {"row": row - 1, "col": col - 1, "anchor": anchor, "spaces": spaces}
        shapes.append(_SHAPE.format(number=first + number, order=number + 1, **place))
    end = drawing.rfind(b"</")
    return drawing[:end] + "".join(shapes).encode() + drawing[end:]


def without_boxes(drawing: bytes, cells: set[Position]) -> bytes:
    """Give the drawing without the boxes of these cells."""
    result, done = [], 0
    for at, start, end in _notes(drawing):
        if at in cells:
            result.append(drawing[done:start])
            done = end
    return b"".join([*result, drawing[done:]])


def moved_boxes(drawing: bytes, anchors: Mapping[Position, str]) -> bytes:
    """Give the drawing with other places for the boxes of these cells."""
    result, done = [], 0
    for at, start, end in _notes(drawing):
        found = _ANCHOR.search(drawing, start, end)
        if at in anchors and found and _ANCHOR_TEXT.fullmatch(anchors[at]):
            result += [drawing[done : found.start(2)], anchors[at].encode()]
            done = found.end(2)
    return b"".join([*result, drawing[done:]])


def anchors_of(drawing: bytes) -> dict[Position, str]:
    """Give where the boxes of comments stand, by cell, as it is written."""
    found = {at: _ANCHOR.search(drawing, start, end) for at, start, end in _notes(drawing)}
    texts = {at: match[2].decode() for at, match in found.items() if match}
    return {at: text for at, text in texts.items() if _ANCHOR_TEXT.fullmatch(text)}


def corner(anchor: str) -> tuple[int, int, int, int]:
    """Give the first half of an anchor: where the box begins."""
    col, x, row, y, *_ = (int(part) for part in anchor.split(","))
    return col, x, row, y


def _notes(drawing: bytes) -> Iterator[tuple[Position, int, int]]:
    """Give the cell, the first byte and the byte after each box of a comment."""
    start = None
    for tag in _TAG.finditer(drawing):
        if not tag[1]:
            start = tag.start()
        elif start is not None:
            end = drawing.index(b">", tag.end()) + 1
            row, col = _ROW.search(drawing, start, end), _COLUMN.search(drawing, start, end)
            if row and col and _NOTE.search(drawing, start, end):
                yield (int(row[1]) + 1, int(col[1]) + 1), start, end
            start = None
