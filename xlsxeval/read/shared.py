"""Shared formulas: the text of a further cell, from the first cell's text and the distance."""

from __future__ import annotations

import re

from xlsxeval.forms.place import column_letters

_TOKEN = re.compile(
    r"""(?P<keep>"[^"]*"|'[^']*'!?|[A-Za-z_\\\u0080-\uffff][\w.\\]*\()
    |(?P<col_lock>\$?)(?P<col>[A-Za-z]{1,3})(?P<row_lock>\$?)(?P<row>[1-9]\d{0,6})(?![\w(.!])
    |(?P<word>[^\W\d][\w.]*)""",
    re.VERBOSE,
)
_LAST_COL, _LAST_ROW = 16_384, 1_048_576


def column_number(letters: str) -> int:
    """Give the number of a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def shift(formula: str, rows: int, cols: int) -> str:
    """Move the relative references of a formula; texts, quoted sheet names and functions stay."""

    def moved(match: re.Match[str]) -> str:
        if match["col"] is None:
            return match[0]
        col, row = column_number(match["col"]), int(match["row"])
        col += 0 if match["col_lock"] else cols
        row += 0 if match["row_lock"] else rows
        if not (0 < col <= _LAST_COL and 0 < row <= _LAST_ROW):
            return "#REF!"
        return f"{match['col_lock']}{column_letters(col)}{match['row_lock']}{row}"

    return _TOKEN.sub(moved, formula)
