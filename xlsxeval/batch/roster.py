"""The roster: which units should have sent something."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from xlsxeval.batch.ledger import Listed
from xlsxeval.errors import DataError
from xlsxeval.read.cells import Limits, Refused
from xlsxeval.read.plain import decode
from xlsxeval.read.source import read_bytes
from xlsxeval.rules.across import bare_unit
from xlsxeval.text import clean

_COLUMN = "单位"
#: What else stands over a column of names.
_HEADS = frozenset({_COLUMN, "单位名称", "部门", "部门名称"})


def read_roster(path: Path) -> tuple[str, ...]:
    """Read the units' names from a CSV file: the column 单位, or the first one.

    Raises:
        DataError: if there is no name in it.
        MachineError: if it cannot be read.
    """
    try:
        text = decode(read_bytes(path, Limits()))
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except Refused as error:
        raise DataError(f"单位名单不能用：{path}（{error}）") from None
    except csv.Error as error:
        raise DataError(f"单位名单不是CSV文件：{path}（{error}）") from None
    heads = [clean(cell) for cell in rows[0]] if rows else []
    column = next((place for place, head in enumerate(heads) if head in _HEADS), None)
    names = [row[column or 0].strip() for row in rows[column is not None :] if len(row) > (column or 0)]
    if not any(names):
        raise DataError(f"单位名单里没有单位：{path}，应有一列“{_COLUMN}”")
    return tuple(dict.fromkeys(name for name in names if name))


def compare(roster: Iterable[str], sent: Iterable[Listed]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the units of the roster that sent nothing, and the others that sent something, with the file."""
    wanted = {bare_unit(name): name for name in roster}
    here: set[str] = set()
    unlisted: dict[str, str] = {}
    for unit, file in sent:
        key = bare_unit(unit)
        here.add(key)
        if key not in wanted:
            unlisted.setdefault(key, f"{unit}（{file}）")
    return tuple(name for key, name in wanted.items() if key not in here), tuple(unlisted.values())
