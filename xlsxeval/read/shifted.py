"""Shared formulas: move the references in the first cell's formula to give the formula of a further cell.

Example: ``SUM(C5,$D$5)`` moved by one row and two columns is ``SUM(E6,$D$5)``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.a1 import LAST_COL, LAST_ROW, column_letters, column_number

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


class End(NamedTuple):
    """One end of a reference: C in ``C5:D6`` is column 3, row 5.

    ``col`` and ``row`` are numbers that move, None where the reference is fixed (``$C``) or has none; ``fixed_col``
    and ``fixed_row`` are the texts of fixed ones.
    """

    col: int | None
    row: int | None
    fixed_col: str
    fixed_row: str


def shift(formula: str, rows: int, cols: int) -> str:
    """Give the formula of the cell that is ``rows`` below and ``cols`` to the right of the first cell.

    A reference that would leave the sheet becomes ``#REF!``, as in Excel.
    """
    return "".join([part if isinstance(part, str) else _moved(part, rows, cols) for part in _cut(formula)])


@lru_cache(maxsize=16)
def _cut(formula: str) -> tuple[str | list[End], ...]:
    """Cut a formula at its references: ``A1+1`` gives an empty text, the ends of ``A1``, and ``+1``.

    It is cached, because the cells of a shared formula follow each other.
    """
    parts: list[str | list[End]] = []
    done = 0
    for match in _TOKEN.finditer(formula):
        if match["at"]:
            ends = [_end(match["c"], match["r"])]
        elif match["cols"]:
            ends = [_end(match["c1"], ""), _end(match["c2"], "")]
        elif match["rows"]:
            ends = [_end("", match["r1"]), _end("", match["r2"])]
        else:
            continue
        if any((end.col or 0) > LAST_COL or (end.row or 0) > LAST_ROW for end in ends):
            continue  # a name that only looks like an address
        parts += [formula[done : match.start()], ends]
        done = match.end()
    return (*parts, formula[done:])


def _end(col: str, row: str) -> End:
    moves_col, moves_row = bool(col) and col[0] != "$", bool(row) and row[0] != "$"
    return End(
        column_number(col) if moves_col else None,
        int(row) if moves_row else None,
        "" if moves_col else col,
        "" if moves_row else row,
    )


def _moved(ends: list[End], rows: int, cols: int) -> str:
    """Write a reference after moving it."""
    texts = []
    for col, row, fixed_col, fixed_row in ends:
        if (col is not None and not 0 < col + cols <= LAST_COL) or (row is not None and not 0 < row + rows <= LAST_ROW):
            return "#REF!"
        letters = fixed_col if col is None else column_letters(col + cols)
        texts.append(letters + (fixed_row if row is None else str(row + rows)))
    return ":".join(texts)
