"""A workbook as plain values, and why a file is refused; it does not know any file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

KIB = 1024
MIB = 1024 * KIB


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
    """One worksheet; cells without value and formula are not kept, hidden columns are (first, last) pairs."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Range, ...] = ()
    state: str = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: tuple[tuple[int, int], ...] = ()
    #: (first, last, width) of the columns that have a width of their own; only .xlsx tells.
    widths: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets of a file, its defined names and custom properties, and what was noticed (in Chinese)."""

    sheets: tuple[Sheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets for one untrusted file; each is counted while reading, never taken from a header."""

    max_file: int = 25 * MIB
    max_unpacked: int = 96 * MIB
    #: Tags of all parts that are read; they cost time even if nothing is kept of them.
    max_tags: int = 12_000_000
    max_parts: int = 2_000
    max_sheets: int = 1_100
    max_cells: int = 1_000_000
    max_merges: int = 20_000
    max_strings: int = 300_000
    max_text: int = 32_767
    max_depth: int = 64
    #: One tag with its attributes, or the text of one element, in bytes.
    max_token: int = MIB
    #: Characters of all shared formulas together once they are written out for every cell.
    max_formulas: int = 4 * MIB


#: Refusals that tell of this machine or program, and not of the file: not remembered, and no unit can mend them.
TRANSIENT = frozenset({"R10", "R11", "R12", "R13"})
#: Why a file is refused: code -> title.
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
    "R10": "读取程序中止",
    "R11": "核对超过时限",
    "R12": "读写失败",
    "R13": "程序出错",
}
SAVE_AGAIN = "请在WPS或Excel中打开后重新保存"
LOCKED = "这是加密的工作簿，请在WPS或Excel中去掉打开密码后重新保存"
SAVE_AS = "请在WPS或Excel中打开，另存为.xlsx后重新报送"


class Refused(Exception):
    """The file cannot be used; ``message`` says in one sentence what it really is and the way out."""

    def __init__(self, code: str, message: str) -> None:
        """Hand both to Exception, so that a worker process can send the refusal home."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Give the sentence for the user."""
        return self.message


def damaged(what: str) -> Refused:
    """Give the refusal of a damaged file."""
    return Refused("R05", f"文件已损坏：{what}，{SAVE_AGAIN}")


def too_much(what: str, option: str) -> Refused:
    """Give the refusal of a file over a budget, with the option that raises it."""
    return Refused("R06", f"{what}，超过限度（--{option}），请删去多余内容后重新保存")


def quoted(text: str, length: int = 40) -> str:
    """Give a stranger's text fit for a message: short, nothing that moves the cursor or the reading direction."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:length])
