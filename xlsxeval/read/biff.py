"""Unpack the shared texts of an .xls file from its records."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import damaged, too_much
from xlsxeval.read.runs import Parted, part

#: Bits of the byte before each text: two bytes a character; pronunciation, runs of formats behind the text.
_WIDE, _SPOKEN, _RICH = 1, 4, 8


class PartedTwice(NamedTuple):
    """A text with runs, in a cell whose font does not strike out, and in one whose font does."""

    plain: Parted
    font_struck: Parted


class UnpackedTexts(NamedTuple):
    """The shared texts, and by their numbers from 0 those with runs, if any font strikes out."""

    texts: list[str]
    parted: dict[int, PartedTwice]


def unpack_texts(records: Sequence[bytes], limits: Limits, struck_fonts: frozenset[int] = frozenset()) -> UnpackedTexts:
    """Give the shared texts, and those with runs without what is struck out.

    A text may continue in the next record, which then begins with a byte of flags: ``…03 00 00 'a' 'b' | 00 'c'`` is
    the text ``abc``. Pronunciation after a text is skipped.

    Args:
        records: the data of the record SST and of each CONTINUE behind it.
        limits: the budgets.
        struck_fonts: the numbers of the fonts that strike out.

    Raises:
        Refused: R05 if the records end too early, R06 over a budget.
    """
    try:
        (count,) = struct.unpack_from("<I", records[0], 4)
        if count > limits.max_strings:
            raise too_much(f"不同的文字多于{limits.max_strings}条", "max-strings")
        texts: list[str] = []
        parted: dict[int, PartedTwice] = {}
        index, at = 0, 8
        for _ in range(count):
            while at >= len(records[index]):
                at -= len(records[index])
                index += 1
            text, index, at, runs, spoken = _text(records, index, at)
            if len(text) > limits.max_text:
                raise too_much(f"有一处文字长于{limits.max_text}字", "max-text")
            if runs and struck_fonts:
                parted[len(texts)] = _parted(text, _bytes(records, index, at, runs), struck_fonts)
            texts.append(text)
            at += runs + spoken
    except (IndexError, struct.error):
        raise damaged("共用的文字不完整") from None
    return UnpackedTexts(texts, parted)


def _bytes(records: Sequence[bytes], index: int, at: int, length: int) -> bytes:
    """Give bytes that may begin behind the end of a record and go on in the next ones."""
    pieces: list[bytes] = []
    while length:
        piece = records[index][at : at + length]
        pieces.append(piece)
        length -= len(piece)
        at = max(0, at - len(records[index]))
        index += 1
    return b"".join(pieces)


def _parted(text: str, runs: bytes, struck_fonts: frozenset[int]) -> PartedTwice:
    """Part a text; each run is where it begins, in UTF-16 units, and the number of its font."""
    units = text.encode("utf-16-le", "surrogatepass")
    own = list(struct.iter_unpack("<HH", runs))
    # In a damaged file a run may begin before the one in front of it.
    starts = [0, *accumulate((2 * at for at, _ in own), max)]
    pieces = [units[at:end].decode("utf-16-le", "replace") for at, end in pairwise([*starts, len(units)])]
    marks = {number: font in struck_fonts for number, (_, font) in enumerate(own, 1)}
    return PartedTwice(part(pieces, marks, font_struck=False), part(pieces, marks, font_struck=True))


def _text(records: Sequence[bytes], index: int, at: int) -> tuple[str, int, int, int, int]:
    """Read one text.

    Returns:
        The text; the record and the position behind it (perhaps after the record's end); the numbers of bytes of its
        runs, and of its pronunciation behind them.
    """
    data = records[index]
    length, flags = struct.unpack_from("<HB", data, at)
    at += 3
    runs = spoken = 0
    if flags & _RICH:
        runs = 4 * struct.unpack_from("<H", data, at)[0]
        at += 2
    if flags & _SPOKEN:
        (spoken,) = struct.unpack_from("<I", data, at)
        at += 4
    pieces: list[str] = []
    while True:
        width, encoding = (2, "utf-16-le") if flags & _WIDE else (1, "latin-1")
        signs = max(0, min(length, (len(data) - at) // width))
        pieces.append(data[at : at + signs * width].decode(encoding, "replace"))
        at += signs * width
        length -= signs
        if not length:
            return "".join(pieces), index, at, runs, spoken
        index += 1
        data = records[index]
        flags, at = data[0], 1
