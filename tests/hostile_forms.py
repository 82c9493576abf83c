"""A filled form as plain cells, changed at will, and written in each format that is read."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import xlsxeval
from tests import hostile, old_books, small_books
from tests.many import FILLED
from xlsxeval.a1 import cell_name, parse_cell
from xlsxeval.filing import Answer
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET
from xlsxeval.read.xlsx import open_xlsx

#: Row and column -> a text; a number is a float.
Cells = Mapping[tuple[int, int], str | float]
Sheets = Mapping[str, Cells]
FORM = "自评表"
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\ufffd")


@lru_cache(maxsize=1)
def form() -> dict[str, dict[tuple[int, int], str | float]]:
    """Give the cells of the clean sample, sheet by sheet."""
    book = open_xlsx(FILLED, skip=frozenset({GUIDE_SHEET, LIVE_SHEET}))
    return {
        sheet.name: {
            at: float(cell.text) if cell.kind == "number" else cell.text
            for at, cell in sheet.cells.items()
            if cell.text
        }
        for sheet in book.sheets
    }


@lru_cache(maxsize=1)
def answers() -> dict[str, list[tuple[int, int]]]:
    """Give where answers stand, sheet by sheet."""
    filing = xlsxeval.read_filing(FILLED)
    every: dict[str, list[tuple[int, int]]] = {}
    for read in filing.forms.values():
        lines: Iterable[Answer] = [
            answer for table in read.tables.values() for line in table for answer in line.values()
        ]
        places = (parse_cell(answer.cell) for answer in (*read.fields.values(), *lines))
        every[read.sheet] = sorted({place for place in places if place} & form()[read.sheet].keys())
    return every


@lru_cache(maxsize=1)
def lines() -> tuple[int, int]:
    """Give the first and the last row of the indicators."""
    filing = xlsxeval.read_filing(FILLED)
    rows = [
        place[0]
        for line in filing.forms[FORM].tables["指标"]
        for answer in line.values()
        if (place := parse_cell(answer.cell))
    ]
    return min(rows), max(rows)


def with_answers(change: Callable[[int, str | float], str | float]) -> Sheets:
    """Give the form with each answer changed; ``change`` is told its number and what stands there."""
    changed = {name: dict(cells) for name, cells in form().items()}
    number = 0
    for name, places in answers().items():
        for place in places:
            changed[name][place] = change(number, changed[name][place])
            number += 1
    return changed


def with_lines(
    count: int, change: Callable[[int, int, str | float], str | float] = lambda _line, _col, old: old
) -> Sheets:
    """Give the form with so many indicators; ``change`` is told the line, the column and what stands there."""
    first, last = lines()
    old, more = form()[FORM], count - (last - first + 1)
    cells: dict[tuple[int, int], str | float] = {}
    for (row, col), value in old.items():
        if not first <= row <= last:
            cells[row + (more if row > last else 0), col] = value
    columns = {col: value for (row, col), value in old.items() if row == first}
    columns |= {col: columns.get(col, "") for _, col in answers()[FORM] if first <= _ <= last}
    for line in range(count):
        for col, value in columns.items():
            if text := change(line, col, value):
                cells[first + line, col] = text
    return {**form(), FORM: cells}


def xlsx(sheets: Sheets, *, after: str = "", extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """Write the sheets as .xlsx, each text once among the shared ones."""
    texts: dict[str, int] = {}
    members: dict[str, str | bytes] = {}
    for number, cells in enumerate(sheets.values()):
        rows: dict[int, list[str]] = {}
        for (row, col), value in sorted(cells.items()):
            name = cell_name(row, col)
            if isinstance(value, str):
                index = texts.setdefault(value, len(texts))
                rows.setdefault(row, []).append(f'<c r="{name}" t="s"><v>{index}</v></c>')
            else:
                rows.setdefault(row, []).append(f'<c r="{name}"><v>{value!r}</v></c>')
        inner = "".join(hostile.row("".join(filled), row) for row, filled in rows.items())
        members[f"xl/worksheets/s{number}.xml"] = hostile.sheet(inner, after=after)
    shared = "".join(f'<si><t xml:space="preserve">{escape(text.translate(_CONTROL))}</t></si>' for text in texts)
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{n + 1}" r:id="r{n}"/>' for n, name in enumerate(sheets))
    relations = [(f"r{n}", "worksheet", f"worksheets/s{n}.xml") for n in range(len(sheets))]
    return hostile.pack(
        {
            **{name: part for name, part in hostile.parts().items() if name != hostile.SHEET},
            **members,
            hostile.WORKBOOK: hostile.workbook(listed),
            hostile.LINKS: hostile.links(
                *relations, ("rs", "sharedStrings", "sharedStrings.xml"), ("rt", "styles", "styles.xml")
            ),
            hostile.STRINGS: f'<sst xmlns="{hostile.MAIN}">{shared}</sst>',
            **(extra or {}),
        }
    )


def _table(cells: Cells) -> list[list[str]]:
    """Give the rows of a sheet, cell by cell, without what is far away."""
    last = min(max(col for _, col in cells), 40)
    rows = range(1, max(row for row, _ in cells) + 1)
    return [[_shown(cells.get((row, col), "")) for col in range(1, last + 1)] for row in rows]


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def ods(sheets: Sheets) -> bytes:
    """Write the sheets as .ods."""

    def cell(text: str) -> str:
        return f"<table:table-cell><text:p>{escape(text.translate(_CONTROL))}</text:p></table:table-cell>"

    body = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in _table(cells))
        + "</table:table>"
        for name, cells in sheets.items()
    )
    return small_books.ods(body)


def docx(sheets: Sheets) -> bytes:
    """Write the sheets as tables of .docx."""

    def cell(text: str) -> str:
        return f"<w:tc><w:p><w:r><w:t>{escape(text.translate(_CONTROL))}</w:t></w:r></w:p></w:tc>"

    rows = ["".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in _table(cells)) for cells in sheets.values()]
    return small_books.docx("".join(f"<w:tbl>{table}</w:tbl>" for table in rows))


def separated(sheets: Sheets, sign: str = ",") -> bytes:
    """Write the sheets one below the other as .csv or .tsv."""
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=sign)
    for cells in sheets.values():
        writer.writerows(_table(cells))
    return stream.getvalue().encode("utf-8", "replace")


def xls(sheets: Sheets) -> bytes:
    """Write the sheets as .xls."""
    written = [
        [
            old_books.number(row - 1, col - 1, value)
            if isinstance(value, float)
            else (0x204, struct.pack("<HHH", row - 1, col - 1, 0) + old_books.text(value[:2_000]))
            for (row, col), value in sorted(cells.items())
            if col <= 256
        ]
        for cells in sheets.values()
    ]
    return old_books.xls([], *written)


def xlsb(sheets: Sheets) -> bytes:
    """Write the sheets as .xlsb."""
    parts: dict[str, bytes] = {}
    for number, cells in enumerate(sheets.values()):
        records, last = [], 0
        for (row, col), value in sorted(cells.items()):
            if row != last:
                records.append(small_books.record(0x00, struct.pack("<I", row - 1) + bytes(13)))
                last = row
            if isinstance(value, float):
                records.append(small_books.record(0x05, struct.pack("<IId", col - 1, 0, value)))
            else:
                records.append(small_books.record(0x08, struct.pack("<II", col - 1, 0) + small_books.text(value)))
        parts[f"s{number}.bin"] = b"".join(records)
    return small_books.xlsb_parts(list(zip(sheets, parts, strict=True)), parts)


FORMATS: dict[str, Callable[[Sheets], bytes]] = {
    "xlsx": xlsx,
    "xlsm": lambda sheets: xlsx(sheets, extra={"xl/vbaProject.bin": b"\0"}),
    "xls": xls,
    "et": xls,
    "xlsb": xlsb,
    "ods": ods,
    "docx": docx,
    "csv": separated,
    "tsv": lambda sheets: separated(sheets, "\t"),
}
