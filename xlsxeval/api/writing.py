"""``new`` and ``fill``: write empty workbooks for the units, and filled workbooks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from xlsxeval.api.sets import SetLike, set_of
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data, read_data
from xlsxeval.errors import DataError
from xlsxeval.write.workbook import write_workbook

_YEARS = range(1990, 2100)
_MOST_LINES = 500

#: A mapping as ``extract`` gives it, or the path of a YAML or JSON file with it.
Data = Mapping[str, object] | str | os.PathLike[str]


def new(
    formset: SetLike,
    *,
    year: int,
    unit: str = "",
    data: Data | None = None,
    lines: Mapping[str, int] | None = None,
    protect: bool = True,
    lock_known: bool = False,
) -> bytes:
    """Write an empty workbook to hand out.

    Args:
        formset: the set of forms, its name or its folder.
        year: the form's year, as 2024.
        unit: the unit's name, put into the forms if given.
        data: answers that are known already (indicators and targets, budget figures), as for ``fill``.
        lines: how many lines a group or table has in the workbook, as ``{"数量指标": 12}``.
        protect: lock formulas and labels (no password).
        lock_known: also lock the answers from ``data``.

    Returns:
        The .xlsx as bytes, the same on every run.

    Raises:
        DataError: if the year, a name or an entry cannot be used.
        DefinitionError: if the set cannot be loaded.
    """
    forms = set_of(formset)
    if year not in _YEARS:
        raise DataError(f"年度“{year}”不对，应在{_YEARS.start}到{_YEARS.stop - 1}之间")
    if any(not 0 < count <= _MOST_LINES for count in (lines or {}).values()):
        raise DataError(f"行数应在1到{_MOST_LINES}之间")
    known = parse_data(_tree({} if data is None else data), forms)
    filing = build_filing(forms, known, year=year, unit=unit or known.unit, lines=lines or {})
    return write_workbook(filing, protect=protect, lock_known=lock_known)


def fill(formset: SetLike, data: Data, *, year: int | None = None, unit: str = "", protect: bool = True) -> bytes:
    """Write a filled workbook.

    Args:
        formset: the set of forms, its name or its folder.
        data: a mapping as ``extract`` gives it, or the path of a YAML or JSON file with it.
        year: the form's year; default: the data's.
        unit: the unit's name; default: the data's.
        protect: lock formulas and labels (no password).

    Returns:
        The .xlsx as bytes. A computed field that the data leaves out holds its formula with the computed result;
        one that the data names holds the typed value.

    Raises:
        DataError: naming the entry that is unknown or cannot be used.
        DefinitionError: if the set cannot be loaded.
    """
    forms = set_of(formset)
    parsed = parse_data(_tree(data), forms)
    form_year = year or parsed.year
    if form_year is None or form_year not in _YEARS:
        raise DataError("数据里没有年度（year），请写上，如 year: 2024")
    return write_workbook(build_filing(forms, parsed, year=form_year, unit=unit or parsed.unit), protect=protect)


def _tree(data: Data) -> object:
    """Read a data file, or turn the numbers of a mapping into their texts, as they would stand in a file."""
    return read_data(Path(data)) if isinstance(data, str | os.PathLike) else _as_text(data)


def _as_text(data: object) -> object:
    if isinstance(data, Mapping):
        return {str(key): _as_text(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_as_text(value) for value in data]
    return data if data is None or isinstance(data, str | bool) else str(data)
