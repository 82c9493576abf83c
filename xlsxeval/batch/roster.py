"""The roster: the list of the units that should have sent a workbook."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from xlsxeval.a1 import column_letters
from xlsxeval.batch.allowance import Allowance, StoppedError
from xlsxeval.batch.child import call_limited
from xlsxeval.batch.roster_table import (
    COLUMNS,
    Head,
    RosterLine,
    Row,
    column_without_head,
    find_head,
    is_chinese,
    kind_of_head,
    unit_lines,
)
from xlsxeval.batch.unit_names import name_key
from xlsxeval.errors import DataError
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Cell, Sheet
from xlsxeval.read.limits import Limits
from xlsxeval.read.plain import decode
from xlsxeval.read.refusals import Refused
from xlsxeval.read.source import read_bytes

#: Only so many columns are read.
_MOST_COLUMNS = 200
#: The first bytes of zip files (.xlsx) and of compound files (.xls).
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BETWEEN_ALIASES = re.compile(r"[、，,；;/\n]")
#: A number format that shows zeros in front: 000000.
_ZEROS = re.compile("0+")


class Unit(NamedTuple):
    """One unit of the roster.

    Attributes:
        name: 预算单位名称.
        code: 预算单位编码; empty if the roster has none, as are the texts below.
        department: 主管部门.
        office: 业务股室.
        category: 单位类别.
        contact: 联系人.
        phone: 联系电话.
        aliases: other names: 简称, 曾用名.
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
        """With which others the unit is counted: its category, else its office, else its department."""
        return self.category or self.office or self.department

    @property
    def reach(self) -> str:
        """Whom to call: name and telephone number."""
        return " ".join(filter(None, (self.contact, self.phone)))


class Roster(NamedTuple):
    """The units of a roster, and one line that says what was read."""

    units: tuple[Unit, ...]
    said: str


class _Table(NamedTuple):
    """The rows of a sheet; ``name`` is empty for the first sheet and for a text file."""

    name: str
    rows: list[Row]


def read_roster(path: Path) -> Roster:
    """Read the units from a CSV file or from a workbook.

    The head row may stand anywhere; the first sheet that has one is read. Without a head row the names are those of the
    first column that holds more than numbers. Example: the lines ``序号,单位`` and ``1,县教育局`` give one unit.

    Raises:
        DataError: if there is no name in it, or it cannot be understood with certainty.
        MachineError: if it cannot be read.
    """
    try:
        content = read_bytes(path, Limits())
        # A workbook is read under the same limits as the files to be checked.
        is_book = content.startswith(_BOOKS)
        table = call_limited(_book_table, content, allowance=Allowance()) if is_book else _csv_table(content)
    except (Refused, StoppedError) as error:
        raise DataError(f"单位名单不能用：{path}（{error}）") from None
    except csv.Error as error:
        raise DataError(f"单位名单不是CSV文件：{path}（{error}）") from None
    return _roster(path, table)


def _roster(path: Path, table: _Table) -> Roster:
    head, lines, left = _lines(path, table.rows)
    column = head.columns["name"]
    where = f"{column_letters(column + 1)}列" + (f"“{head.texts[column]}”" if column in head.texts else "（没有表头）")
    names = [line.texts["name"] for line in lines]
    wrong = [name for name in names if kind_of_head(name)]
    if wrong or sum(map(is_chinese, names)) * 2 < len(names):
        why = f"里有“{wrong[0]}”" if wrong else "多半不是中文名称"
        raise DataError(f"单位名单不能用：{path}（取了{where}作单位名称，{why}；表头应有一列“单位名称”）")
    units = _units(path, lines)
    sheet = f"工作表“{table.name}”，" if table.name else ""
    others = [
        f"{column_letters(head.columns[kind] + 1)}列“{head.texts[head.columns[kind]]}”"
        for kind in sorted(set(COLUMNS) & set(head.columns), key=lambda kind: head.columns[kind])
    ]
    said = f"名单：{path.name}，{sheet}{where}，{len(units)}个单位" + (f"；另读到{'、'.join(others)}" if others else "")
    if left:
        more = f"等{len(left)}行" if len(left) > 1 else ""
        said += f"；没有当作单位：第{left[0][0]}行“{left[0][1]}”{more}"
    return Roster(units, said)


def _lines(path: Path, rows: Sequence[Row]) -> tuple[Head, list[RosterLine], list[tuple[int, str]]]:
    """Give the head row and the lines of the best column of names that holds any.

    Raises:
        DataError: if there is no such column.
    """
    head = find_head(rows)
    if head is None:
        column = column_without_head(rows)
        if column is None:
            raise DataError(f"单位名单里没有单位：{path}，应有一列“单位名称”")
        for row, texts in rows:
            known = next((text for text in texts if text and kind_of_head(text)), "")
            if known:
                raise DataError(
                    f"单位名单不能用：{path}（第{row}行有“{known}”，像是表头，但其中没有“单位名称”；"
                    f"如取{column_letters(column + 1)}列，会把表头当作单位）"
                )
        head = Head(-1, {"name": column}, {}, (column,))
    for column in head.names:
        lines, left = unit_lines(rows, head, column)
        if lines:
            return head._replace(columns={**head.columns, "name": column}), lines, left
    raise DataError(f"单位名单里没有单位：{path}，应有一列“单位名称”")


def _units(path: Path, lines: Iterable[RosterLine]) -> tuple[Unit, ...]:
    """Make units of lines; a unit that stands there twice counts once.

    Raises:
        DataError: if two units have the same name.
    """
    units: dict[str, tuple[int, Unit]] = {}
    for line in lines:
        texts = {kind: text.replace("\n", " ") for kind, text in line.texts.items() if kind != "aliases"}
        aliases = map(str.strip, _BETWEEN_ALIASES.split(line.texts.get("aliases", "")))
        unit = Unit(**texts, aliases=tuple(dict.fromkeys(filter(None, aliases))))
        key = name_key(unit.name)
        row, known = units.setdefault(key, (line.row, unit))
        for field, word in (("code", "编码"), ("department", "主管部门")):
            one, other = getattr(known, field), getattr(unit, field)
            if (
                one
                and other
                and name_key(one) != name_key(other)
                and not (field != "code" and known.code and unit.code)
            ):
                raise DataError(
                    f"单位名单不能用：{path}（“{unit.name}”在第{row}行和第{line.row}行，{word}不同："
                    f"{one}、{other}；请改成不同的名称或删去一行）"
                )
        if not known.code and unit.code:
            units[key] = (row, known._replace(code=unit.code))
    return tuple(unit for _, unit in units.values())


def _book_table(data: bytes) -> _Table:
    """Give the first sheet with a head row, hidden sheets last; without one, the first sheet that is not empty."""
    sheets = open_any(data, Limits()).sheets
    first: _Table | None = None
    for place, sheet in sorted(enumerate(sheets), key=lambda item: item[1].state != "visible"):
        table = _Table(sheet.name if place else "", _sheet_rows(sheet))
        if find_head(table.rows):
            return table
        if table.rows and first is None:
            first = table
    return first or _Table("", [])


def _sheet_rows(sheet: Sheet) -> list[Row]:
    """Give the texts of the rows that are not empty; a text that is merged over rows stands in each of them."""
    last = min(max((col for _, col in sheet.cells), default=0), _MOST_COLUMNS)
    numbers = sorted({row for row, _ in sheet.cells})
    rows = {row: [_text(sheet.cells.get((row, col))) for col in range(1, last + 1)] for row in numbers}
    for merge in sheet.merges:
        if merge.first_row < merge.last_row and merge.first_col <= last and merge.first_row in rows:
            text = rows[merge.first_row][merge.first_col - 1]
            below = slice(bisect_right(numbers, merge.first_row), bisect_right(numbers, merge.last_row))
            for row in numbers[below]:
                rows[row][merge.first_col - 1] = text
    return [(row, texts) for row, texts in rows.items() if any(text.strip() for text in texts)]


def _text(cell: Cell | None) -> str:
    """Give the text of a cell; a number as it is shown if its format only puts zeros in front."""
    if cell is None:
        return ""
    zeros = cell.kind == "number" and cell.text.isdecimal() and _ZEROS.fullmatch(cell.format)
    return cell.text.zfill(len(cell.format)) if zeros else cell.text


def _csv_table(data: bytes) -> _Table:
    """Give the texts of the lines that are not empty."""
    text = decode(data)
    separator = "\t" if text.count("\t") > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator)
    rows: list[Row] = []
    before = 0
    for texts in reader:
        if any(cell.strip() for cell in texts):
            rows.append((before + 1, texts[:_MOST_COLUMNS]))
        before = reader.line_num
    return _Table("", rows)
