"""Damaged files of every format: each is read or refused, and no damage looks like a mistake of ours."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests import hostile, old_books, small_books
from tests.counts import SEED, count_of
from xlsxeval.read.any import open_any
from xlsxeval.read.refusals import Refused

WRITERS: dict[str, Callable[[], bytes]] = {
    name: getattr(small_books, name) for name in ("xlsx", "xls", "xlsb", "ods", "docx", "csv")
}
CODES = {"R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"}


def raw_mutants(data: bytes, count: int, dice: random.Random) -> Iterator[bytes]:
    """Flip bits, cut the end off, cut a piece out, or double one."""
    for _ in range(count):
        at, length = dice.randrange(len(data)), 1 + dice.randrange(64)
        match dice.randrange(5):
            case 0:
                yield data[:at]
            case 1:
                yield data[:at] + data[at + length :]
            case 2:
                yield data[: at + length] + data[at:]
            case _:
                changed = bytearray(data)
                for _ in range(1 + dice.randrange(8)):
                    changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
                yield bytes(changed)


def mutants(name: str, count: int, seed: int) -> Iterator[bytes]:
    """Damage a file outside, and what its container holds inside."""
    dice = random.Random(seed)
    data = WRITERS[name]()
    yield from raw_mutants(data, count, dice)
    if name == "xls":
        for stream in raw_mutants(small_books.xls_stream(), 2 * count, dice):
            yield old_books.compound({"Workbook": stream})
    elif name != "csv":
        yield from hostile.mutants(data, count, dice.randrange)
        yield from member_mutants(data, count, dice)


def member_mutants(data: bytes, count: int, dice: random.Random) -> Iterator[bytes]:
    """Damage one member of a zip file and pack it again, so that its check sum is right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(members)
    for _ in range(count):
        name = dice.choice(names)
        (content,) = raw_mutants(bytes(members[name]), 1, dice)  # type: ignore[arg-type]
        yield hostile.pack({**members, name: content})


def verdict(data: bytes) -> str:
    try:
        return "read" if open_any(data, hostile.LIMITS).sheets else "nothing"
    except Refused as refused:
        assert refused.message.isprintable()  # noqa: PT017  # many are read
        return refused.code


@pytest.mark.parametrize("name", WRITERS)
def test_the_undamaged_file_is_read(name: str) -> None:
    (sheet, *_) = open_any(WRITERS[name](), hostile.LIMITS).sheets
    assert {cell.text for cell in sheet.cells.values()} >= {"指标"}


def run(name: str, count: int, seed: int) -> None:
    verdicts = Counter(verdict(data) for data in mutants(name, count, seed))
    assert set(verdicts) <= CODES | {"read"}
    assert len(verdicts) > 1, "some are read and some are refused"


@pytest.mark.parametrize("name", WRITERS)
def test_damage_is_read_or_refused(name: str) -> None:
    run(name, 150, 20261126)


@pytest.mark.long
@pytest.mark.parametrize("name", WRITERS)
def test_damage_is_read_or_refused_many_times(name: str) -> None:
    run(name, count_of(5_000), SEED)
