"""Cells to answers: what a number, a text, a percentage or a date in a cell means in a blank of some kind."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from xlsxeval.filing import Answer, interpret
from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.place import cell_name
from xlsxeval.numbers import decimals_of, percent_text
from xlsxeval.read.cells import Cell

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"\.(0+)")
_DAY_ONE = date(1899, 12, 30)
_LAST_DAY = 2_958_465


def read_answer(cell: Cell | None, row: int, col: int, kind: Kind, amount_unit: str) -> Answer:
    """Give the answer that stands in a cell; ``own`` is decided later, by the formula's text."""
    where = cell_name(row, col)
    if cell is None or (cell.kind == "none" and cell.formula is None):
        return Answer(None, "", where)
    if cell.kind == "number":
        return _number(cell, where, kind)
    if cell.kind in {"error", "bool"} and kind.numeric:
        return Answer(None, cell.text, where, cell.formula, problem="bad")
    value, decimals, problem = interpret(cell.text, kind, amount_unit)
    if kind.numeric and not problem and value is not None and cell.formula is None:
        problem = "text"
    return Answer(value, cell.text, where, cell.formula, decimals=decimals, problem=problem)


def _number(cell: Cell, where: str, kind: Kind) -> Answer:
    shown = _QUOTED.sub("", cell.format.split(";")[0]).lower()
    value = Decimal(cell.text)
    if kind.numeric and shown and set("ymd") & set(shown):
        return Answer(None, _date_text(value), where, cell.formula, problem="bad")
    printed = _DECIMALS.search(shown)
    decimals = len(printed[1]) if printed else 0
    if "%" in shown:
        text = percent_text(value, decimals)
        decimals = max(decimals + 2, decimals_of(value))
    else:
        text = _date_text(value) if set("ymd") & set(shown) else cell.text
        decimals = max(decimals, decimals_of(value))
    if not kind.numeric:
        return Answer(text, text, where, cell.formula)
    if "%" not in shown:
        value = interpret(cell.text, kind, "").value  # type: ignore[assignment]  # a number's text gives a number
    return Answer(value, text, where, cell.formula, decimals=decimals)


def _date_text(value: Decimal) -> str:
    if not 0 < value < _LAST_DAY:
        return str(value)
    return (_DAY_ONE + timedelta(days=int(value))).isoformat()
