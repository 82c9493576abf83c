"""The roster: the units that must send something, from a table that somebody keeps by hand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xlsxeval.a1 import column_letters
from xlsxeval.batch.allowance import Allowance, StoppedError
from xlsxeval.batch.child import call_limited
from xlsxeval.errors import DataError
from xlsxeval.read.any import open_any
from xlsxeval.read.limits import Limits
from xlsxeval.read.plain import decode
from xlsxeval.read.refusals import Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.text import clean, listed

#: What a column holds -> the heads by which it is known, whole ones and parts; the first that fits a head decides.
_HEADS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "department": (("主管部门", "主管单位", "上级单位", "上级部门", "主管"), ("主管", "上级", "归口部门")),
    "code": (("编码", "单位编码", "预算单位编码", "代码", "单位代码"), ("编码", "代码")),
    "office": (("股室", "归口股室", "业务股室", "科室", "处室", "归口科室"), ("股室", "科室", "处室")),
    "category": (
        ("类别", "单位类别", "类型", "单位类型", "性质", "单位性质", "分类"),
        ("类别", "类型", "性质", "分类"),
    ),
    "phone": (("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式"), ("电话", "手机", "联系方式")),
    "contact": (("联系人", "经办人", "填报人", "财务人员"), ("联系人", "经办人", "填报人")),
    "aliases": (("别名", "简称", "曾用名", "单位简称"), ("别名", "简称", "曾用名")),
    "name": (
        ("单位", "单位名称", "预算单位", "预算单位名称", "部门", "部门名称", "填报单位"),
        ("单位", "部门", "学校名称", "名称"),
    ),
}
_WORDS = {
    "name": "单位",
    "code": "编码",
    "department": "主管部门",
    "office": "股室",
    "category": "类别",
    "contact": "联系人",
    "phone": "电话",
    "aliases": "别名",
}
#: The head of the running number; with it a name was read from the wrong column.
_NO_NAMES = frozenset({"序号", "编号", "行号", "no", "no."})
_NUMBER = re.compile(r"[0-9.]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPREAD = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_SUMS = re.compile(
    r"(?:合计|小计|总计|共计|汇总)(?:数)?[:：]?|(?:共|合计)?\d+个?(?:单位)?|(?:注|说明|备注|填表人|制表人?|审核人?|日期)[:：].*|…+"
)
_ALIASES = re.compile(r"[、，,;；/\n]+")
#: Only so many columns and rows are looked at for heads.
_MOST_COLUMNS, _HEAD_ROWS = 200, 60
#: The first bytes of zip files (.xlsx) and of compound files (.xls).
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_Rows = list[list[str]]


class RosterUnit(NamedTuple):
    """A unit of the roster; what the roster does not say is empty.

    Attributes:
        name: its name.
        code: its code in the budget (预算单位编码).
        department: the department above it (主管部门).
        office: the office of the bureau in charge of it (股室).
        category: its category (类别).
        contact: the person to call.
        phone: the telephone number.
        aliases: its other names.
    """

    name: str
    code: str = ""
    department: str = ""
    office: str = ""
    category: str = ""
    contact: str = ""
    phone: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """What units are grouped by: the category, else the office, else the department above."""
        return self.category or self.office or self.department

    @property
    def reach(self) -> str:
        """The person to call, with the telephone number."""
        return f"{self.contact} {self.phone}".strip()


class Roster(NamedTuple):
    """The units, and in one line how they were read: ``名单：花名册.xlsx，C列“预算单位名称”，3个单位``."""

    units: tuple[RosterUnit, ...]
    said: str


class _Table(NamedTuple):
    """A sheet with its head row: what a column holds -> its number from 0; the row after the heads."""

    rows: _Rows
    columns: Mapping[str, int]
    first: int
    sheet: str


def read_roster(path: Path) -> Roster:
    """Read the units from a CSV file or from a workbook: the first sheet that has a head row with 单位 or the like.

    Without any heads the names stand in the first column that holds more than numbers. Example: the lines 序号,单位 and
    1,县教育局 give one unit, 县教育局.

    Raises:
        DataError: if there is no name in it, or what was read cannot be names.
        MachineError: if it cannot be read.
    """
    try:
        content = read_bytes(path, Limits())
        # A workbook is read under the same limits as the files to be checked.
        is_book = content.startswith(_BOOKS)
        sheets = call_limited(_book_rows, content, allowance=Allowance()) if is_book else [("", _csv_rows(content))]
    except (Refused, StoppedError) as error:
        raise DataError(f"单位名单不能用：{path}（{error}）") from None
    except csv.Error as error:
        raise DataError(f"单位名单不是CSV文件：{path}（{error}）") from None
    table = next((table for name, rows in sheets if (table := _with_heads(name, rows))), None)
    table = table or next((table for name, rows in sheets if (table := _without_heads(name, rows))), None)
    units = list(_units(table, path)) if table else []
    if table is None or not units:
        raise DataError(f"单位名单里没有单位：{path}，应有一列“单位”")
    _check_names(units, table, path)
    return Roster(tuple(units), _said(path, table, len(units)))


def _with_heads(sheet: str, rows: _Rows) -> _Table | None:
    """Find the head row of a sheet: the row with a head for the names, and of several the one with most known heads."""
    found: list[tuple[int, int, dict[str, int]]] = []
    for number, row in enumerate(rows[:_HEAD_ROWS]):
        columns = _columns(row)
        filled = sum(bool(cell) for cell in row)
        if "name" in columns and len(rows) > number + 1 and (filled > 1 or _is_whole_head(row[columns["name"]])):
            found.append((len(columns), -number, columns))
    if not found:
        return None
    _, number, columns = max(found, key=lambda one: one[:2])
    return _Table(rows, columns, 1 - number, sheet)


def _is_whole_head(cell: str) -> bool:
    return clean(cell) in _HEADS["name"][0]


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Tell what the columns below a row of heads hold."""
    columns: dict[str, int] = {}
    for exactly in (True, False):
        for number, cell in enumerate(row):
            head = clean(cell)
            if not head or len(head) > 12 or number in columns.values():  # noqa: PLR2004  # longer texts are no heads
                continue
            kind = next((kind for kind, words in _HEADS.items() if _fits(head, words, exactly=exactly)), "")
            if kind:
                columns.setdefault(kind, number)
    return columns


def _fits(head: str, words: tuple[tuple[str, ...], tuple[str, ...]], *, exactly: bool) -> bool:
    whole, parts = words
    if exactly:
        return head in whole
    return any(part in head for part in parts) and ":" not in head


def _without_heads(sheet: str, rows: _Rows) -> _Table | None:
    """Take the first column that holds more than numbers."""
    for column in range(max(map(len, rows), default=0)):
        names = [row[column] for row in rows if len(row) > column and row[column]]
        if any(not _NUMBER.fullmatch(name) for name in names):
            return _Table(rows, {"name": column}, 0, sheet)
    return None


def _units(table: _Table, path: Path) -> Iterator[RosterUnit]:
    """Yield the units of a table; sums, notes, headings and repeated rows of heads are left out."""
    seen: dict[str, RosterUnit] = {}
    heads = table.rows[table.first - 1] if table.first else []
    others = [number for kind, number in table.columns.items() if kind != "name"]
    body = table.rows[table.first :]
    has_others = sum(any(_at(row, number) for number in others) for row in body) * 2 > len(body)
    for row in body:
        name = _at(row, table.columns["name"])
        if not name or _NUMBER.fullmatch(name) or _SUMS.fullmatch(clean(name)) or row == heads:
            continue
        if heads and clean(name) == clean(_at(heads, table.columns["name"])):
            continue
        if has_others and sum(bool(cell) for cell in row) == 1:
            continue  # a heading between the units: 一、党政机关
        values = {kind: _at(row, number) for kind, number in table.columns.items()}
        aliases = tuple(filter(None, (text.strip() for text in _ALIASES.split(values.pop("aliases", "")))))
        unit = RosterUnit(**values, aliases=aliases)
        before = seen.setdefault(clean(name), unit)
        if before is unit:
            yield unit
        elif before.code and unit.code and before.code != unit.code:
            raise DataError(f"单位名单里“{name}”出现两次，编码不同（{before.code}、{unit.code}）：{path}，请核对")


def _at(row: Sequence[str], column: int) -> str:
    """Give the text of a cell; blanks between Chinese signs only spread a name over the width of its cell."""
    return _SPREAD.sub("", " ".join(row[column].split())) if len(row) > column else ""


def _check_names(units: Sequence[RosterUnit], table: _Table, path: Path) -> None:
    """Refuse a list that was read from a wrong column."""
    chinese = sum(bool(_CHINESE.search(unit.name)) for unit in units)
    if chinese * 2 < len(units) or any(clean(unit.name).lower() in _NO_NAMES for unit in units):
        column = column_letters(table.columns["name"] + 1)
        shown = listed([f"“{unit.name}”" for unit in units], 3)
        raise DataError(f"单位名单不能用：{path}，{column}列读到的是{shown}，不像单位名称；应有一列“单位”")


def _said(path: Path, table: _Table, count: int) -> str:
    """Say in one line how the roster was read."""

    def shown(kind: str) -> str:
        head = _at(table.rows[table.first - 1], table.columns[kind]) if table.first else ""
        return f"{column_letters(table.columns[kind] + 1)}列" + (f"“{head}”" if head else "")

    others = [shown(kind) for kind in _WORDS if kind != "name" and kind in table.columns]
    sheet = f"工作表“{table.sheet}”，" if table.sheet else ""
    more = f"；另读到{'、'.join(others)}" if others else ""
    return f"名单：{path.name}，{sheet}{shown('name')}，{count}个单位{more}"


def _book_rows(data: bytes) -> list[tuple[str, _Rows]]:
    """Give the rows that are not empty of each sheet, hidden sheets last; the name only if there are several."""
    sheets = sorted(open_any(data, Limits()).sheets, key=lambda sheet: sheet.state != "visible")
    found = []
    for sheet in sheets:
        cells = sheet.cells
        last = min(max((col for _, col in cells), default=0), _MOST_COLUMNS)
        numbers = sorted({row for row, _ in cells})
        rows = [[cells[row, col].text if (row, col) in cells else "" for col in range(1, last + 1)] for row in numbers]
        found.append((sheet.name if len(sheets) > 1 else "", rows))
    return found


def _csv_rows(data: bytes) -> _Rows:
    """Give the texts of the lines that are not empty."""
    return [row for row in csv.reader(io.StringIO(decode(data))) if any(cell.strip() for cell in row)]
