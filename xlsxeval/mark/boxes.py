"""The boxes of comments, in the old drawing format VML. Excel may write it as no real XML, so it is handled as text.

Each box is one ``v:shape`` that names its cell (counted from 0) and its place, the anchor. For a comment at B5:
``<v:shape …><x:ClientData ObjectType="Note"><x:Anchor>2, 15, 3, 4, 7, 15, 5, 2</x:Anchor><x:Row>4</x:Row>
<x:Column>1</x:Column></x:ClientData></v:shape>``. This anchor says: from column C (2) and 15 pixels, row 4 (3) and
4 pixels, to column H (7) and 15 pixels, row 6 (5) and 2 pixels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from xlsxeval.a1 import LAST_COL, LAST_ROW, Position
from xlsxeval.mark.sheet import SheetLayout
from xlsxeval.read.cells import Range
from xlsxeval.text import display_width

#: Sizes of a box in pixels. Text of 9 points takes 6 for a half-width character and 16 for a line.
_WIDTH, _CHARACTER, _LINE, _PADDING, _TALLEST = 320, 6, 16, 22, 640
#: A box ends at the latest so many rows or columns after its beginning, if they are hidden or very small.
_MOST_STEPS = 100
#: Shapes are numbered from 1024 times the block of the drawing.
_BLOCK_SIZE = 1024
_ROOT = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{block}"/></o:shapelayout></xml>'
)
_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"{spaces}>'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
#: Programs place a box by its anchor and not by the style.
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:8pt;'
    'width:240pt;height:90pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"{spaces}><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{col}</x:Column></x:ClientData></v:shape>"
)
_NAMESPACES = {
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
    """Return a drawing without any box; ``block`` (from 1) decides from where its shapes are numbered."""
    return _ROOT.format(block=block).encode()


def box_anchor(text: str, area: Range, layout: SheetLayout, begin: tuple[int, int, int, int] | None = None) -> str:
    """Return the anchor of a box that is large enough for a text: ``2, 15, 3, 4, 7, 15, 5, 2``.

    Args:
        text: the text of the comment.
        area: the cells it belongs to; a new box stands at their right.
        layout: the sizes of the sheet's rows and columns.
        begin: first half of the anchor of a box that exists already (see ``corner``); only its end is moved.
    """
    col, x, row, y = begin or (area.last_col, 15, max(area.first_row - 2, 0), 4)
    lines = sum(max(math.ceil(display_width(line) * _CHARACTER / (_WIDTH - _PADDING)), 1) for line in text.split("\n"))
    height = min(lines * _LINE + _PADDING, _TALLEST)
    right, x_end = _walk(col, x + _WIDTH, LAST_COL, layout.width_of)
    bottom, y_end = _walk(row, y + height, LAST_ROW, layout.height_of)
    return f"{col}, {x}, {row}, {y}, {right}, {x_end}, {bottom}, {y_end}"


def _walk(index: int, rest: int, last: int, size_of: Callable[[int], int]) -> tuple[int, int]:
    """Return the column or row that is ``rest`` pixels after the beginning of another one, and the pixels in it.

    Example: columns of 64 pixels, ``index`` 2 and ``rest`` 335 (15 + 320) give (7, 15).
    """
    for number in range(index, min(index + _MOST_STEPS, last - 1)):
        size = size_of(number + 1)
        if rest < size:
            return number, rest
        rest -= size
    return min(index + _MOST_STEPS, last - 1), 0


def with_boxes(drawing: bytes, anchors: Mapping[Position, str]) -> bytes:
    """Return the drawing with a new box for each cell; ``anchors`` says where each stands."""
    if not anchors:
        return drawing
    head = drawing[: drawing.find(b">", drawing.find(b"<xml")) + 1]
    spaces = "".join(
        f' xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items() if f"xmlns:{name}=".encode() not in head
    )
    block = _BLOCK.search(drawing)
    taken = [int(match[1]) for match in _ID.finditer(drawing)]
    first = max([*taken, int(block[1]) * _BLOCK_SIZE if block else _BLOCK_SIZE]) + 1
    shapes = [] if b'"_x0000_t202"' in drawing else [_TYPE.format(spaces=spaces)]
    for number, ((row, col), anchor) in enumerate(sorted(anchors.items())):
        place = {"row": row - 1, "col": col - 1, "anchor": anchor, "spaces": spaces}
        shapes.append(_SHAPE.format(number=first + number, order=number + 1, **place))
    end = drawing.rfind(b"</")
    return drawing[:end] + "".join(shapes).encode() + drawing[end:]


def without_boxes(drawing: bytes, cells: set[Position]) -> bytes:
    """Return the drawing without the boxes of some cells."""
    result, done = [], 0
    for cell, start, end in _boxes(drawing):
        if cell in cells:
            result.append(drawing[done:start])
            done = end
    return b"".join([*result, drawing[done:]])


def moved_boxes(drawing: bytes, anchors: Mapping[Position, str]) -> bytes:
    """Return the drawing with other anchors for the boxes of some cells; an anchor of any other form is ignored."""
    result, done = [], 0
    for cell, start, end in _boxes(drawing):
        match = _ANCHOR.search(drawing, start, end)
        if cell in anchors and match and _ANCHOR_TEXT.fullmatch(anchors[cell]):
            result += [drawing[done : match.start(2)], anchors[cell].encode()]
            done = match.end(2)
    return b"".join([*result, drawing[done:]])


def anchors_of(drawing: bytes) -> dict[Position, str]:
    """Return the anchors of the comment boxes as written, by cell."""
    matches = {cell: _ANCHOR.search(drawing, start, end) for cell, start, end in _boxes(drawing)}
    texts = {cell: match[2].decode() for cell, match in matches.items() if match}
    return {cell: text for cell, text in texts.items() if _ANCHOR_TEXT.fullmatch(text)}


def corner(anchor: str) -> tuple[int, int, int, int]:
    """Return the first half of an anchor, where the box begins: column, pixels, row, pixels."""
    col, x, row, y, *_ = (int(part) for part in anchor.split(","))
    return col, x, row, y


def _boxes(drawing: bytes) -> Iterator[tuple[Position, int, int]]:
    """Yield for each comment box its cell, the offset of its first byte and that after its last byte."""
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
