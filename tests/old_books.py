"""Compound files, and workbooks of Excel 97 in them, written record by record."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096  # shorter streams stand in a stream of their own; here they are made longer

EOF = (0x0A, b"")
Record = tuple[int, bytes]


Streams = Mapping[str, "bytes | Mapping[str, bytes]"]


def compound(streams: Streams) -> bytes:
    """Put streams into a compound file; each is filled up with zeros. A mapping of streams is a storage."""
    entries = [_entry("Root Entry", 5, child=1 if streams else -1)]
    sectors: list[bytes] = []
    chain: list[int] = []

    def put(data: bytes) -> int:
        first, count = len(sectors), max(1, -(-len(data) // _SECTOR))
        sectors.extend(data[n * _SECTOR : (n + 1) * _SECTOR].ljust(_SECTOR, b"\0") for n in range(count))
        chain.extend([*range(first + 1, first + count), _END])
        return first

    def add(level: Streams) -> None:
        for place, (name, data) in enumerate(level.items(), 1):
            inner = len(data) if isinstance(data, Mapping) else 0
            right = len(entries) + 1 + inner if place < len(level) else -1
            if isinstance(data, Mapping):
                entries.append(_entry(name, 1, right=right, child=len(entries) + 1 if data else -1))
                add(data)
            else:
                whole = data.ljust(_LEAST, b"\0")
                entries.append(_entry(name, 2, right=right, first=put(whole), size=len(whole)))

    add(streams)
    directory = put(b"".join(entries))
    fats = -(-(len(sectors) + 1) // 127)
    first_fat = len(sectors)
    assert fats <= 109
    table = [*chain, *[_FAT] * fats]
    table += [_FREE] * (fats * 128 - len(table))
    sectors.append(struct.pack(f"<{len(table)}I", *table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fats, directory, 0, _LEAST, _END, 0, _END, 0)
    places = [*range(first_fat, first_fat + fats)]
    return header + struct.pack("<109I", *places, *[_FREE] * (109 - fats)) + b"".join(sectors)


def _entry(name: str, kind: int, *, right: int = -1, child: int = -1, first: int = _END, size: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    text = raw.ljust(64, b"\0") + struct.pack("<HBBiii", len(raw) + 2, kind, 1, -1, right, child)
    return text + bytes(36) + struct.pack("<IQ", first if size else (_END if kind == 2 else 0), size)


def records(parts: Sequence[Record]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in parts)


def bof(kind: int) -> Record:
    return 0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 0)


def text(value: str) -> bytes:
    """Write a text as two bytes a character, its length in front as two bytes."""
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def shared(*values: str) -> Record:
    return 0xFC, struct.pack("<II", len(values), len(values)) + b"".join(map(text, values))


def number(row: int, col: int, value: float, style: int = 0) -> Record:
    return 0x203, struct.pack("<HHHd", row, col, style, value)


def label(row: int, col: int, index: int) -> Record:
    return 0xFD, struct.pack("<HHHi", row, col, 0, index)


def merged(*areas: tuple[int, int, int, int]) -> Record:
    """Write merged ranges as (first row, last row, first column, last column)."""
    return 0xE5, struct.pack("<H", len(areas)) + b"".join(struct.pack("<HHHH", *area) for area in areas)


def xf(code: int) -> Record:
    return 0xE0, struct.pack("<HHHBBBBIIH", 0, code, 0, 0, 0, 0, 0, 0, 0, 0)


def number_format(code: int, value: str) -> Record:
    return 0x41E, struct.pack("<H", code) + text(value)


def name(value: str, formula: bytes) -> Record:
    """Define a name."""
    head = struct.pack("<HBBHHH4B", 0, 0, len(value), len(formula), 0, 0, 0, 0, 0, 0)
    return 0x18, head + b"\0" + value.encode("latin-1") + formula


def xls(globals_: Sequence[Record], *sheets: Sequence[Record], places: Sequence[int] | None = None) -> bytes:
    """Write a workbook as a file; arguments as for ``book_stream``."""
    return compound({"Workbook": book_stream(globals_, *sheets, places=places)})


def book_stream(globals_: Sequence[Record], *sheets: Sequence[Record], places: Sequence[int] | None = None) -> bytes:
    """Write the stream of a workbook.

    Args:
        globals_: records that the sheets share.
        sheets: the records of each sheet, without its first and last.
        places: for each entry in the list of sheets the number of the sheet it names; default: each its own.
    """
    named = list(range(len(sheets)) if places is None else places)
    whole = [records([bof(0x10), *sheet, EOF]) for sheet in sheets]
    shared_part = records([bof(5), *globals_])
    names = [f"表{number}" for number in range(len(named))]
    size = len(shared_part) + sum(4 + 8 + 2 * len(one) for one in names) + 4
    starts = [size + sum(map(len, whole[:number])) for number in range(len(whole))]
    listed = [
        (0x85, struct.pack("<iBBBB", starts[at], 0, 0, len(one), 1) + one.encode("utf-16-le"))
        for at, one in zip(named, names, strict=True)
    ]
    return shared_part + records([*listed, EOF]) + b"".join(whole)
