"""Unpack the shared texts of an .xls file from its records."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import damaged, too_much

#: Bits of the byte before each text: two bytes a character; pronunciation, runs of formats behind the text.
_WIDE, _SPOKEN, _RICH = 1, 4, 8


def unpack_texts(records: Sequence[bytes], limits: Limits) -> list[str]:
    """Give the shared texts.

    A text may continue in the next record, which then begins with a byte of flags: ``…03 00 00 'a' 'b' | 00 'c'`` is
    the text ``abc``. Formats and pronunciation after a text are skipped.

    Args:
        records: the data of the record SST and of each CONTINUE behind it.
        limits: the budgets.

    Raises:
        Refused: R05 if the records end too early, R06 over a budget.
    """
    try:
        (count,) = struct.unpack_from("<I", records[0], 4)
        if count > limits.max_strings:
            raise too_much(f"不同的文字多于{limits.max_strings}条", "max-strings")
        texts: list[str] = []
        index, at = 0, 8
        for _ in range(count):
            while at >= len(records[index]):
                at -= len(records[index])
                index += 1
            text, index, at = _text(records, index, at)
            if len(text) > limits.max_text:
                raise too_much(f"有一处文字长于{limits.max_text}字", "max-text")
            texts.append(text)
    except (IndexError, struct.error):
        raise damaged("共用的文字不完整") from None
    return texts


def _text(records: Sequence[bytes], index: int, at: int) -> tuple[str, int, int]:
    """Read one text; returns it with the record and the position of the next text (perhaps after the record's end)."""
    data = records[index]
    length, flags = struct.unpack_from("<HB", data, at)
    at += 3
    behind = 0
    if flags & _RICH:
        behind += 4 * struct.unpack_from("<H", data, at)[0]
        at += 2
    if flags & _SPOKEN:
        behind += struct.unpack_from("<I", data, at)[0]
        at += 4
    pieces: list[str] = []
    while True:
        width, encoding = (2, "utf-16-le") if flags & _WIDE else (1, "latin-1")
        signs = max(0, min(length, (len(data) - at) // width))
        pieces.append(data[at : at + signs * width].decode(encoding, "replace"))
        at += signs * width
        length -= signs
        if not length:
            return "".join(pieces), index, at + behind
        index += 1
        data = records[index]
        flags, at = data[0], 1
