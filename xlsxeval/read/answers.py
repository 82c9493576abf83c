"""Cells to answers: what a number, a text, a percentage or a date in a cell means in a blank of some kind."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.filing import Answer, interpret
from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.place import cell_name
from xlsxeval.numbers import decimals_of, percent_text
from xlsxeval.read.cells import Cell

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"\.(0+)")
_DAY_ONE = date(1899, 12, 30)
_LAST_DAY = 2_958_465
_new = tuple.__new__  # half the time of Answer(…), and a form has hundreds of answers


def read_answer(cell: Cell | None, row: int, col: int, kind: Kind, amount_unit: str) -> Answer:
    """Give the answer that stands in a cell; ``own`` is decided later, by the formula's text."""
    where = cell_name(row, col)
    if cell is None or (cell.kind == "none" and cell.formula is None):
        return _new(Answer, (None, "", where, None, False, 0, ""))
    if cell.kind == "number":
        value, text, decimals, problem = _number(cell.text, cell.format, kind)
        return _new(Answer, (value, text, where, cell.formula, False, decimals, problem))
    if not kind.numeric:
        text = cell.text
        return _new(Answer, (text if text.strip() else None, text, where, cell.formula, False, 0, ""))
    if cell.kind in {"error", "bool"}:
        return Answer(None, cell.text, where, cell.formula, problem="bad")
    value, decimals, problem = interpret(cell.text, kind, amount_unit)
    if not problem and value is not None and cell.formula is None:
        problem = "text"
    return Answer(value, cell.text, where, cell.formula, decimals=decimals, problem=problem)


class _Number(NamedTuple):
    value: Decimal | str | None
    text: str
    decimals: int
    problem: str = ""


@lru_cache(maxsize=4096)
def _number(number: str, code: str, kind: Kind) -> _Number:
    """Read a numeric cell by its number format, which tells percentages, dates and printed decimals."""
    shown, value = _shown(code), Decimal(number)
    if shown.date:
        text = _date_text(value)
        return _Number(None if kind.numeric else text, text, 0, "bad" if kind.numeric else "")
    text = percent_text(value, shown.decimals) if shown.percent else number
    if not kind.numeric:
        return _Number(text, text, 0)
    printed = shown.decimals + 2 if shown.percent else shown.decimals
    meant = value if shown.percent else interpret(number, kind, "").value
    return _Number(meant, text, max(printed, decimals_of(value)))


class _Shown(NamedTuple):
    percent: bool
    date: bool
    decimals: int


@lru_cache(maxsize=256)
def _shown(code: str) -> _Shown:
    """Tell what a number format prints, by its first section."""
    bare = _QUOTED.sub("", code.split(";", maxsplit=1)[0]).lower()
    decimals = _DECIMALS.search(bare)
    general = bare == "general"
    return _Shown("%" in bare, not general and bool(set("ymd") & set(bare)), len(decimals[1]) if decimals else 0)


def _date_text(value: Decimal) -> str:
    if not 0 < value < _LAST_DAY:
        return str(value)
    return (_DAY_ONE + timedelta(days=int(value))).isoformat()
