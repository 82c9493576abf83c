"""How a printed form looks: fonts, borders, colours, row heights."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xlsxeval.text import display_width

#: Both fonts come with Windows; WPS on Linux replaces them by its own fonts of the same style.
FONT = "宋体"
TITLE_FONT = "黑体"
TO_FILL, MUST, COMPUTED, WRONG, UNUSED = "#FFF9C4", "#FFE0B2", "#ECEFF1", "#FFCDD2", "#FFFEF2"
_HAIR, _DASHED, _GREY = 7, 3, "#BDBDBD"

_BASE: Mapping[str, object] = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
_BOXED: Mapping[str, object] = {**_BASE, "border": 1, "align": "center"}

#: Name of a look -> XlsxWriter format properties.
LOOKS: dict[str, dict[str, object]] = {
    "title": {**_BASE, "font_name": TITLE_FONT, "font_size": 18, "align": "center", "text_wrap": False},
    "subtitle": {**_BASE, "font_size": 12, "align": "center"},
    "label": {**_BOXED},
    "open label": {**_BOXED, "locked": False},
    "plain": {**_BASE, "align": "left"},
    "empty": {**_BOXED},
    "nothing": {**_BASE},
    "blank": {**_BOXED, "locked": False},
    "prose": {**_BOXED, "locked": False, "align": "left", "valign": "top"},
    "line": {**_BASE, "locked": False, "bottom": 1, "align": "left"},
    "computed": {**_BOXED, "bg_color": COMPUTED},
    "status": {**_BASE, "bold": True, "align": "right", "shrink": True, "text_wrap": False},
    "row": {**_BASE, "locked": False},
    "hidden": {**_BASE},
    # 填表说明 and 核对
    "heading": {**_BASE, "font_name": TITLE_FONT, "font_size": 12},
    "summary": {**_BASE, "font_name": TITLE_FONT, "font_size": 13, "align": "left"},
    "note": {**_BASE, "align": "left", "font_color": "#616161"},
    "head": {**_BOXED, "bold": True, "bg_color": COMPUTED},
    "cell": {**_BOXED},
    "left": {**_BOXED, "align": "left"},
    "link": {**_BOXED, "font_color": "#0D47A1", "underline": 1},
    "sample to fill": {**_BOXED, "bg_color": TO_FILL},
    "sample must": {**_BOXED, "bg_color": MUST, "border": _DASHED},
    "sample computed": {**_BOXED, "bg_color": COMPUTED},
    "sample wrong": {**_BOXED, "bg_color": WRONG, "bold": True, "underline": 1},
}
# Blanks that are filled already and may not be changed: like the blank, but locked and grey.
LOOKS |= {f"known {look}": {**LOOKS[look], "locked": True, "bg_color": COMPUTED} for look in ("blank", "prose")}

#: Name of a conditional format -> properties. None differs by colour alone, so that a black and white print shows it.
MARKS: dict[str, dict[str, object]] = {
    "to fill": {"bg_color": TO_FILL},
    "must": {"bg_color": MUST, "border": _DASHED},
    "unused": {"bg_color": UNUSED, "border": _HAIR, "border_color": _GREY},
    "wrong": {"bg_color": WRONG, "bold": True, "underline": 1},
    "failed": {"bg_color": WRONG, "bold": True},
    "undecided": {"font_color": "#757575"},
}
#: Height of the narrow rows above and below the lines of a table; rows inserted there get the same height.
ANCHOR_HEIGHT = 13.5
_LINE_HEIGHT = 16.0
_PADDING = 7.0
_TITLE_HEIGHT = 34.0
_TALLEST = 409.0
#: Least height of a blank for prose, in points.
PROSE_HEIGHT = 72.0


def text_height(text: str, width: float) -> float:
    """Return the row height in points for a text wrapped in a column of ``width`` half-width characters."""
    if not text:
        return _LINE_HEIGHT + _PADDING
    room = max(width - 1, 2)
    lines = sum(max(math.ceil(display_width(part) / room), 1) for part in text.split("\n"))
    return min(lines * _LINE_HEIGHT + _PADDING, _TALLEST)


def row_height(style: str, text: str, width: float) -> float:
    """Return the row height in points for a printed text in a style of labels."""
    return _TITLE_HEIGHT if style == "title" else text_height(text, width)
