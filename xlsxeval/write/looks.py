"""How a printed form looks: fonts, borders, colours, row heights."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xlsxeval.text import display_width

FONT = "宋体"
TITLE_FONT = "黑体"
_TO_FILL, _COMPUTED = "#FFFDE7", "#ECEFF1"

_BASE: Mapping[str, object] = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
_BOXED: Mapping[str, object] = {**_BASE, "border": 1, "align": "center"}

#: Name of a look -> XlsxWriter format properties.
LOOKS: dict[str, dict[str, object]] = {
    "title": {**_BASE, "font_name": TITLE_FONT, "font_size": 18, "align": "center", "text_wrap": False},
    "subtitle": {**_BASE, "font_size": 12, "align": "center"},
    "label": {**_BOXED},
    "plain": {**_BASE, "align": "left"},
    "empty": {**_BOXED},
    "nothing": {**_BASE},
    "blank": {**_BOXED, "locked": False, "bg_color": _TO_FILL},
    "prose": {**_BOXED, "locked": False, "bg_color": _TO_FILL, "align": "left", "valign": "top"},
    "line": {**_BASE, "locked": False, "bottom": 1, "align": "left"},
    "computed": {**_BOXED, "bg_color": _COMPUTED},
    "anchor": {**_BOXED, "locked": False, "font_size": 4},
}
# What is known from the start and not to be changed: as the blank, but locked and grey.
LOOKS |= {f"known {look}": {**LOOKS[look], "locked": True, "bg_color": _COMPUTED} for look in ("blank", "prose")}
ANCHOR_HEIGHT = 4.5
_LINE_HEIGHT = 16.0
_PADDING = 7.0
_TITLE_HEIGHT = 34.0
_TALLEST = 409.0
#: Room for a few lines of prose, also while it is still blank.
PROSE_HEIGHT = 72.0


def text_height(text: str, width: float) -> float:
    """Give the row height in points that a text needs when wrapped in ``width`` half-width columns."""
    if not text:
        return _LINE_HEIGHT + _PADDING
    room = max(width - 1, 2)
    lines = sum(max(math.ceil(display_width(part) / room), 1) for part in text.split("\n"))
    return min(lines * _LINE_HEIGHT + _PADDING, _TALLEST)


def row_height(style: str, text: str, width: float) -> float:
    """Give the height a printed text or answer needs in its style."""
    return _TITLE_HEIGHT if style == "title" else text_height(text, width)
