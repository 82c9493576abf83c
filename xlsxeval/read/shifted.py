"""Shared formulas: the text for a further cell from the first cell's text; it does not know what formulas mean."""

from __future__ import annotations

import re

from xlsxeval.forms.place import column_letters
from xlsxeval.read.cells import LAST_COL, LAST_ROW

_TOKEN = re.compile(
    r"""
    "[^"]*" | '[^']*' | \[(?:[^\[\]]|\[[^\[\]]*\])*\]                   # texts, quoted sheets, table columns
  | [^\W\d][\w.\\?]*(?=[(!])                                            # functions, sheet names
  | (?P<at>(?P<c>\$?[A-Za-z]{1,3})(?P<r>\$?[1-9][0-9]{0,6})) (?![\w.(!])   # C5
  | (?P<cols>(?P<c1>\$?[A-Za-z]{1,3}):(?P<c2>\$?[A-Za-z]{1,3})) (?![\w.(!])
  | (?P<rows>(?P<r1>\$?[1-9][0-9]{0,6}):(?P<r2>\$?[1-9][0-9]{0,6})) (?![\w.(!])
  | [^\W\d][\w.\\?]* | [0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?                       # names, numbers
    """,
    re.VERBOSE,
)


def column_number(letters: str) -> int:
    """Give the number of a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def shift(formula: str, rows: int, cols: int) -> str:
    """Move the relative references of a formula; what would leave the grid becomes ``#REF!``, as in Excel."""

    def column(text: str) -> str:
        if text[0] == "$":
            return text
        number = column_number(text) + cols
        return column_letters(number) if 0 < number <= LAST_COL else ""

    def row(text: str) -> str:
        if text[0] == "$":
            return text
        number = int(text) + rows
        return str(number) if 0 < number <= LAST_ROW else ""

    def moved(match: re.Match[str]) -> str:
        if match["at"]:
            if column_number(match["c"].lstrip("$")) > LAST_COL or int(match["r"].lstrip("$")) > LAST_ROW:
                return match[0]  # a name that only looks like an address
            ends = (column(match["c"]), row(match["r"]))
            return "".join(ends) if all(ends) else "#REF!"
        if match["cols"]:
            ends = (column(match["c1"]), column(match["c2"]))
        elif match["rows"]:
            ends = (row(match["r1"]), row(match["r2"]))
        else:
            return match[0]
        return ":".join(ends) if all(ends) else "#REF!"

    return _TOKEN.sub(moved, formula)
