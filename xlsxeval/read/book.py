"""A workbook as cells, with nothing understood yet; the same values for every file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

KIB, MIB = 1024, 1024 * 1024


class Cell(NamedTuple):
    """One filled cell, rows and columns from 1.

    ``kind`` is number, text, bool, error, or none (a formula without a cached value). ``text`` of a number is its
    own text at 15 significant digits. ``formula`` is without ``=``; ``format`` is the number format, empty for General.
    """

    row: int
    col: int
    text: str
    kind: str
    formula: str | None = None
    format: str = ""


class Range(NamedTuple):
    """A merged range, four numbers."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; empty cells are not kept."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Range, ...] = ()
    state: str = "visible"


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, and what was noticed on the way (in Chinese)."""

    sheets: tuple[Sheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets for one untrusted file; each is counted while reading, never taken from a header."""

    max_file: int = 25 * MIB
    max_unpacked: int = 96 * MIB
    max_parts: int = 2_000
    max_cells: int = 1_000_000
    max_merges: int = 20_000
    max_strings: int = 300_000
    max_text: int = 32_767
    max_sheets: int = 1_100


#: Why a file was refused: rule code -> title.
REFUSALS = {
    "R01": "文件是空的",
    "R02": "不是电子表格文件",
    "R03": "工作簿有打开密码",
    "R04": "还不能读取的文件格式",
    "R05": "文件已损坏",
    "R06": "文件超过限度",
    "R07": "文件含有不允许的内容",
    "R08": "没有可读的表",
    "R09": "文件打不开",
}


class Refused(Exception):
    """The file cannot be used; ``str`` says in one sentence what it really is and the way out."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the rule code beside the message."""
        super().__init__(message)
        self.code = code
