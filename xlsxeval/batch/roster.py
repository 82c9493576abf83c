"""The roster: the list of the units that should have sent a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from xlsxeval.batch.allowance import Allowance, StoppedError
from xlsxeval.batch.child import call_limited
from xlsxeval.batch.ledger import Listed
from xlsxeval.errors import DataError
from xlsxeval.read.any import open_any
from xlsxeval.read.limits import Limits
from xlsxeval.read.plain import decode
from xlsxeval.read.refusals import Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.rules.across import bare_unit
from xlsxeval.text import clean

_COLUMN = "单位"
#: The head of the column of names: best one of these, else one that contains a part (预算单位, 部门全称).
_HEADS = frozenset({_COLUMN, "单位名称", "部门", "部门名称"})
_PARTS = (_COLUMN, "部门")
_NUMBER = re.compile(r"[0-9.]+")
#: Only so many columns are searched for the names.
_MOST_COLUMNS = 200
#: The first bytes of zip files (.xlsx) and of compound files (.xls).
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_roster(path: Path) -> tuple[str, ...]:
    """Read the units' names from a CSV file or from the first sheet of a workbook.

    They stand in the column with the head 单位 (or the like), without such a head in the first column that holds more
    than numbers. Example: the lines ``序号,单位`` and ``1,县教育局`` give ``("县教育局",)``.

    Raises:
        DataError: if there is no name in it.
        MachineError: if it cannot be read.
    """
    try:
        content = read_bytes(path, Limits())
        # A workbook is read under the same limits as the files to be checked.
        is_book = content.startswith(_BOOKS)
        rows = call_limited(_book_rows, content, allowance=Allowance()) if is_book else _csv_rows(content)
    except (Refused, StoppedError) as error:
        raise DataError(f"单位名单不能用：{path}（{error}）") from None
    except csv.Error as error:
        raise DataError(f"单位名单不是CSV文件：{path}（{error}）") from None
    heads = [clean(cell) for cell in rows[0]] if rows else []
    known = [place for place, head in enumerate(heads) if head in _HEADS]
    like = [place for place, head in enumerate(heads) if any(part in head for part in _PARTS)]
    headed = bool(known or like) and len(rows) > 1
    for column in [*known, *like] if headed else range(len(heads)):
        names = [row[column].strip() for row in rows[headed:] if len(row) > column]
        if any(not _NUMBER.fullmatch(name) for name in names if name):
            return tuple(dict.fromkeys(name for name in names if name))
    raise DataError(f"单位名单里没有单位：{path}，应有一列“{_COLUMN}”")


def _book_rows(data: bytes) -> list[list[str]]:
    """Give the texts of the rows of the first sheet that are not empty."""
    cells = open_any(data, Limits()).sheets[0].cells
    last = min(max((col for _, col in cells), default=0), _MOST_COLUMNS)
    rows = sorted({row for row, _ in cells})
    return [[cells[row, col].text if (row, col) in cells else "" for col in range(1, last + 1)] for row in rows]


def _csv_rows(data: bytes) -> list[list[str]]:
    """Give the texts of the lines that are not empty."""
    return [row for row in csv.reader(io.StringIO(decode(data))) if any(cell.strip() for cell in row)]


def compare(roster: Iterable[str], sent: Iterable[Listed]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Compare the roster with what was sent; names are compared without differences in writing (``bare_unit``).

    Returns:
        The units of the roster that sent nothing, and the units outside the roster that sent something, each of
        these with its file: ``县教育局（教育局.xlsx）``.
    """
    wanted = {bare_unit(name): name for name in roster}
    present: set[str] = set()
    unlisted: dict[str, str] = {}
    for unit, file in sent:
        key = bare_unit(unit)
        present.add(key)
        if key not in wanted:
            unlisted.setdefault(key, f"{unit}（{file}）")
    return tuple(name for key, name in wanted.items() if key not in present), tuple(unlisted.values())
