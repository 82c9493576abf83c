"""Rich texts: what is struck out is not part of a text, as a person reads it.

Example: the runs ``130次`` (struck out) and ``126次`` give ``Parted("126次", "130次")``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

#: The values of an attribute that switch a format off, as in ``<strike val="0"/>``.
_OFF = frozenset({"0", "false", "off"})
#: What stands between pieces of struck-out text that do not follow each other.
_BETWEEN = "、"


class Parted(NamedTuple):
    """The text of a cell without what is struck out.

    Attributes:
        text: what is read.
        struck: the text that was left out; empty if all of it is struck out and so was read all the same; None if
            nothing is struck out.
    """

    text: str
    struck: str | None


def switched_on(value: str | None) -> bool:
    """Say whether an element like ``<strike/>`` with this attribute ``val`` (None: without it) strikes text out."""
    return value not in _OFF


def part(runs: Sequence[str], marks: Mapping[int, bool], *, font_struck: bool) -> Parted:
    """Part the runs of a text.

    A struck-out run of white space alone counts as not struck out.

    Args:
        runs: the runs, in their order.
        marks: number of a run that has a font of its own, from 0 -> whether this font strikes out.
        font_struck: whether the font of the cell strikes out; it holds for the other runs.
    """
    if not font_struck and not any(marks.values()):
        return Parted("".join(runs), None)
    pieces = [(marks.get(number, font_struck) and not run.isspace(), run) for number, run in enumerate(runs) if run]
    groups = [(struck, "".join(run for _, run in group)) for struck, group in groupby(pieces, lambda piece: piece[0])]
    left_out = [text.strip() for struck, text in groups if struck]
    if not left_out:
        return Parted("".join(runs), None)
    kept = "".join(text for struck, text in groups if not struck).strip()
    return Parted(kept, _BETWEEN.join(left_out)) if kept else Parted("".join(runs), "")
