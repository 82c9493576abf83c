"""Cell addresses as Excel writes them: ``C5``, ``$C$5``, ``A1:B9``. Rows and columns are numbers from 1."""

from __future__ import annotations

import re
from functools import lru_cache

from xlsxeval.text import remembered

LAST_ROW, LAST_COL = 1_048_576, 16_384

#: Row and column of a cell: C5 is (5, 3).
Position = tuple[int, int]

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@lru_cache(maxsize=1024)
def column_letters(col: int) -> str:
    """Return the letters of a column: 1 gives ``A``, 28 gives ``AB``."""
    letters = ""
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: ``A`` gives 1, ``ab`` gives 28. The letters must be A to Z."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=4096)
def cell_name(row: int, col: int) -> str:
    """Return the address of a cell: row 5, column 3 gives ``C5``."""
    return f"{column_letters(col)}{row}"


def fixed_cell(row: int, col: int) -> str:
    """Return the address of a cell that does not move when a formula is copied: ``$C$5``."""
    return f"${column_letters(col)}${row}"


def column_range(first_row: int, last_row: int, col: int) -> str:
    """Return the address of some rows of one column: ``C5:C9``."""
    return f"{cell_name(first_row, col)}:{cell_name(last_row, col)}"


def fixed_column_range(first_row: int, last_row: int, col: int) -> str:
    """Return the address of some rows of one column that does not move when a formula is copied: ``$C$5:$C$9``."""
    return f"{fixed_cell(first_row, col)}:{fixed_cell(last_row, col)}"


def quote_sheet(name: str) -> str:
    """Return the name of a sheet as it stands before ``!``: always in quotes, quotes in it are doubled."""
    return "'" + name.replace("'", "''") + "'"


def unquote_sheet(text: str) -> str:
    """Return the name of the sheet that stands before ``!``, with or without quotes."""
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


@remembered
def parse_cell(text: str) -> Position | None:
    """Read the address of a cell, ``C5`` or ``$c$5``.

    Returns:
        Row and column; None if the text is no address, or one outside Excel's grid.
    """
    match = _CELL.fullmatch(text)
    if not match:
        return None
    row, col = int(match[2]), column_number(match[1])
    return (row, col) if row <= LAST_ROW and col <= LAST_COL else None


def parse_area(text: str) -> tuple[int, int, int, int] | None:
    """Read the address of an area, ``A1:B9`` or ``A1``; its corners may be written in any order.

    Returns:
        First row, first column, last row, last column; None if the text is no area inside Excel's grid.
    """
    left, colon, right = text.partition(":")
    begin, end = parse_cell(left), parse_cell(right if colon else left)
    if not begin or not end:
        return None
    rows, cols = sorted((begin[0], end[0])), sorted((begin[1], end[1]))
    return rows[0], cols[0], rows[1], cols[1]
