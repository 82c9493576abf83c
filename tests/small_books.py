"""A small table in each format that can be read, written part by part."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests import hostile, old_books

MIME = "application/vnd.oasis.opendocument.spreadsheet"
#: Rows of a table with a text, a number, a percentage and a long text.
ROWS = 6


def xlsx() -> bytes:
    rows = "".join(
        hostile.row(
            f'<c r="A{row}" t="s"><v>0</v></c><c r="B{row}" s="0"><v>0.5</v></c><c r="C{row}"><f>B{row}*2</f><v>1</v></c>'
            f'<c r="D{row}" t="inlineStr"><is><r><t>产出</t></r><r><t>指标</t></r></is></c>',
            row,
        )
        for row in range(1, ROWS + 1)
    )
    merges = '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    return hostile.pack(
        {
            **hostile.parts(),
            hostile.SHEET: hostile.sheet(rows, before='<cols><col min="1" max="2" width="9"/></cols>', after=merges),
        }
    )


def xls() -> bytes:
    return old_books.compound({"Workbook": xls_stream()})


def xls_stream() -> bytes:
    sheet = [
        record
        for row in range(ROWS)
        for record in (
            old_books.label(row, 0, row % 2),
            old_books.number(row, 1, 0.5, 1),
            (0x27E, struct.pack("<HHHI", row, 2, 0, 0x3FF00000)),
            (0x06, struct.pack("<HHHdHIH", row, 3, 0, 12.5, 0, 0, 0)),
            (0x205, struct.pack("<HHHBB", row, 4, 0, 7, 1)),
        )
    ]
    styles = [old_books.number_format(164, "0.00%"), old_books.xf(0), old_books.xf(164)]
    return old_books.book_stream(
        [*styles, old_books.shared("指标", "得分")],
        [*sheet, old_books.merged((0, 1, 0, 1))],
        [old_books.number(0, 0, 1)],
    )


def ods(body: str = "") -> bytes:
    cells = (
        '<table:table-cell table:number-columns-spanned="2"><text:p>指标</text:p></table:table-cell><table:covered-table-cell/>'
        '<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50%</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="1.25" table:number-columns-repeated="2"><text:p>1.25</text:p></table:table-cell>'
    )
    rows = f'<table:table-row table:number-rows-repeated="2">{cells}</table:table-row>' * ROWS
    body = body or f'<table:table table:name="表">{rows}</table:table>'
    return hostile.pack(
        {
            "mimetype": MIME,
            "content.xml": f"<office:document-content><office:body>{body}</office:body></office:document-content>",
        }
    )


def docx(body: str = "") -> bytes:
    def cell(text: str, extra: str = "") -> str:
        return f"<w:tc><w:tcPr>{extra}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    first, last = cell("指标", '<w:vMerge w:val="restart"/>'), cell("1,234.50", '<w:gridSpan w:val="2"/>')
    row = f"<w:tr>{first}{cell('99.5%')}{last}</w:tr>"
    body = body or f"<w:p><w:r><w:t>自评表</w:t></w:r></w:p><w:tbl>{row * ROWS}</w:tbl>"
    return hostile.pack({"word/document.xml": f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'})


def csv() -> bytes:
    return "指标,得分,率\n产出,9.5,99.5%\n".encode() * ROWS


def xlsb(sheets: Sequence[tuple[str, str]] = (("表", "sheet1.bin"),), cells: bytes = b"") -> bytes:
    """Write a workbook; each sheet as its name and its part."""
    rows = b"".join(
        record(0x00, struct.pack("<I", row) + bytes(13))
        + record(0x07, struct.pack("<III", 0, 0, row % 2))
        + record(0x05, struct.pack("<IId", 1, 0, 9.5))
        + record(0x03, struct.pack("<IIB", 2, 0, 0x2A))
        + record(0x08, struct.pack("<II", 3, 0) + text("公式"))
        for row in range(ROWS)
    )
    return xlsb_parts(sheets, {part: cells or rows for _, part in sheets})


def xlsb_parts(sheets: Sequence[tuple[str, str]], cells: Mapping[str, bytes]) -> bytes:
    """Write a workbook; each sheet as its name and its part, and the records of the cells in each part."""
    names = b"".join(
        record(0x19C, struct.pack("<II", 0, number) + text(f"r{number}") + text(name))
        for number, (name, _) in enumerate(sheets)
    )
    links = hostile.links(
        *((f"r{number}", "worksheet", f"worksheets/{part}") for number, (_, part) in enumerate(sheets))
    )
    texts = b"".join(record(0x13, b"\0" + text(value)) for value in ("指标", "得分"))
    return hostile.pack(
        {
            "xl/workbook.bin": record(0x18F, b"") + names + record(0x190, b""),
            "xl/_rels/workbook.bin.rels": links,
            "xl/sharedStrings.bin": record(0x19F, struct.pack("<II", 2, 2)) + texts + record(0x1A0, b""),
            **{
                f"xl/worksheets/{part}": record(0x191, b"") + inner + record(0x192, b"")
                for part, inner in cells.items()
            },
        }
    )


def xlsb_rows(count: int) -> bytes:
    """Write the records of rows with one number each."""
    return b"".join(
        record(0x00, struct.pack("<I", row)) + record(0x05, struct.pack("<IId", 255, 0, 1.5)) for row in range(count)
    )


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def record(kind: int, data: bytes) -> bytes:
    """Write one record: its kind in one or two bytes, its length in groups of seven bits."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0xFF, kind >> 8])
    size, length = b"", len(data)
    while True:
        length, group = length >> 7, length & 0x7F
        size += bytes([group | (0x80 if length else 0)])
        if not length:
            return head + size + data
