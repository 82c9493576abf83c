"""Cells to answers: the meaning of a number, a text, a percentage or a date in a blank of some kind.

Example: the number 0.9952 with the format ``0.00%`` in a percentage gives the value 0.9952, the text ``99.52%`` and 4
decimals; the text ``1,361.15`` in an amount gives 1361.15 with the problem ``text``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Answer, interpret
from xlsxeval.forms.kinds import Kind
from xlsxeval.numbers import decimals_of, percent_text, round_half_up
from xlsxeval.read.cells import Cell

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"\.(0+)")
#: A plain decimal format and the decimals it may print: not ``0.00E+00``, ``# ?/?`` or thousands (``0,``).
_PLAIN = re.compile(r"[^./]*[0#?](?:\.(?P<places>0*[#?]*))?[^.0#?,/]*")
_DAY_ONE = date(1899, 12, 30)
_LAST_DAY = 2_958_465


def read_answer(cell: Cell | None, row: int, col: int, kind: Kind, amount_unit: str) -> Answer:
    """Give the answer in a cell; ``own`` is set later, by ``formulas.mark_own``.

    Args:
        cell: the cell; None if it is empty.
        row: its row, from 1.
        col: its column, from 1.
        kind: the kind of the blank.
        amount_unit: the unit of amounts on this form, 万元 or 元.
    """
    where = cell_name(row, col)
    if cell is None or (cell.kind == "none" and cell.formula is None):
        return Answer(None, "", where)
    if cell.kind == "number":
        value, text, decimals, problem = _number(cell.text, cell.format, kind)
        return Answer(value, text, where, cell.formula, decimals=decimals, problem=problem)
    if not kind.numeric:
        text = cell.text
        return Answer(text if text.strip() else None, text, where, cell.formula)
    if cell.kind in {"error", "bool"}:
        return Answer(None, cell.text, where, cell.formula, problem="bad")
    value, decimals, problem = interpret(cell.text, kind, amount_unit)
    if not problem and value is not None and cell.formula is None:
        problem = "text"
    return Answer(value, cell.text, where, cell.formula, decimals=decimals, problem=problem)


class _Number(NamedTuple):
    """The meaning of a numeric cell; the parts are as in ``Answer``."""

    value: Decimal | str | None
    text: str
    decimals: int
    problem: str = ""


@lru_cache(maxsize=4096)
def _number(number: str, code: str, kind: Kind) -> _Number:
    """Read a numeric cell; its number format tells whether it is a percentage or a date, and the printed decimals."""
    shown, value = _shown(code), Decimal(number)
    text = _special_text(value, shown) or number
    if shown.date:
        return _Number(None if kind.numeric else text, text, 0, "bad" if kind.numeric else "")
    if not kind.numeric:
        return _Number(text, text, 0)
    printed = shown.decimals + 2 if shown.percent else shown.decimals
    meaning = value if shown.percent else interpret(number, kind, "").value
    decimals = max(printed, decimals_of(value))
    # 80.45 in a percentage means 80.45 %, with two decimals more as a share of one.
    return _Number(meaning, text, decimals if meaning == value else decimals + 2)


def shown_text(cell: Cell) -> str:
    """Give the text that a person sees in a cell: a percentage, a date, a number with the decimals of its format."""
    if cell.kind != "number" or not cell.text:
        return cell.text
    shown, value = _shown(cell.format), Decimal(cell.text)
    return _special_text(value, shown) or (cell.text if shown.most is None else _rounded_text(value, shown))


class _Shown(NamedTuple):
    """What a number format prints.

    Attributes:
        percent: whether it prints percentages.
        date: whether it prints dates.
        decimals: how many decimals it always prints.
        most: how many decimals a plain format may print; None for a format of another kind.
        grouped: whether it separates thousands.
    """

    percent: bool
    date: bool
    decimals: int
    most: int | None
    grouped: bool


def _special_text(value: Decimal, shown: _Shown) -> str:
    """Give the text of a percentage or a date; an empty text for any other number."""
    if shown.date:
        return _date_text(value)
    return percent_text(value, shown.decimals) if shown.percent else ""


def _rounded_text(value: Decimal, shown: _Shown) -> str:
    """Print a number with as many decimals as it has, within the limits of its format."""
    places = min(max(decimals_of(value), shown.decimals), shown.most or 0)
    return format(round_half_up(value, places), ",f" if shown.grouped else "f")


@lru_cache(maxsize=256)
def _shown(code: str) -> _Shown:
    """Read the first section of a number format, the one for positive numbers."""
    bare = _QUOTED.sub("", code.split(";", maxsplit=1)[0]).lower()
    decimals = _DECIMALS.search(bare)
    general = bare == "general"
    is_date, places = not general and bool(set("ymd") & set(bare)), len(decimals[1]) if decimals else 0
    plain = _PLAIN.fullmatch(bare)
    return _Shown("%" in bare, is_date, places, len(plain["places"] or "") if plain else None, "," in bare)


def _date_text(value: Decimal) -> str:
    """Give the date of a day number: 45292 gives ``2024-01-01``."""
    if not 0 < value < _LAST_DAY:
        return str(value)
    return (_DAY_ONE + timedelta(days=int(value))).isoformat()
