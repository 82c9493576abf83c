"""Workbooks as different programs write them, for the tests of marked copies; and the parts of a package."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.etree import ElementTree as ET

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tests.hostile import MAIN, OFFICE, PACKAGE, STRICT, STRICT_OFFICE
from xlsxeval.a1 import column_range
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding

#: The sheet that gets the marks in all of these workbooks.
SHEET = "审 ' 表"
#: Its cells: with a value; the first of two merged cells; with a comment; empty, below all others; empty, in a column
#: with a format. The last two get no mark: another cell with a comment, and the first cell of the sheet.
FILLED, MERGED, NOTED, BELOW, ASIDE, NOTED_TOO, CORNER = ["B2", "C3", "D4", "B30", "H2", "F9", "A1"]
#: The marked cells.
CELLS = {FILLED: "error", MERGED: "warning", NOTED: "info", BELOW: "error", ASIDE: "info"}
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def outcome_on(sheet: str, cells: dict[str, str], message: str = "不对。请更正。", waived: str = "") -> Outcome:
    """Give an outcome with one finding for each cell; ``cells``: cell -> severity."""
    findings = tuple(
        Finding(f"E{number:02}", severity, sheet, sheet, cell, "项目支出.决算数", message, "1", "2", waived)
        for number, (cell, severity) in enumerate(cells.items(), 1)
    )
    return Outcome("夹\\文件.xlsx", "findings" if findings else "pass", findings, unit="某某局", year=2024)


def members(content: bytes) -> dict[str, bytes]:
    """Give the parts of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """Make a package from its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tree(xml: bytes) -> ET.Element:
    """Parse a part."""
    return ET.fromstring(xml)  # noqa: S314  # our own file


def same(first: ET.Element, second: ET.Element) -> bool:
    """Tell whether two elements are equal in canonical XML."""
    return ET.canonicalize(ET.tostring(first)) == ET.canonicalize(ET.tostring(second))


def _picture() -> io.BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"\x00\xff\x00\x00" * 8)
    head = struct.pack(">IIBBBBB", 1, 8, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def rich(*, macros: bool = False) -> bytes:
    """Make a workbook with XlsxWriter with everything that is lost when openpyxl loads and saves it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    if macros:
        book.add_vba_project(io.BytesIO(b"\xd0\xcf\x11\xe0 no real project"), is_stream=True)
    first, sheet = book.add_worksheet("说明"), book.add_worksheet(SHEET)
    yellow = book.add_format({"bg_color": "#FFF000", "num_format": "0.00%", "bold": True, "border": 1})
    first.write(CORNER, "不动")
    first.write_comment(CORNER, "说明页的批注")
    for row in range(1, 9):
        sheet.write_row(row, 1, [row, row / 10, "文字"], yellow if row % 2 else None)
    sheet.write_formula(1, 4, "=SUM(B2:B9)", None, 36)
    sheet.merge_range(2, 2, 2, 3, "合并", yellow)
    sheet.set_column("H:H", 20, yellow)
    sheet.set_row(20, 30, yellow)
    sheet.write_comment(NOTED, "原有批注<&>\n第二行", {"author": "张某", "width": 150})
    sheet.write_comment(NOTED_TOO, "别处的批注")
    sheet.insert_image(1, 9, "p.png", {"image_data": _picture()})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": [SHEET, 1, 1, 8, 1]})
    sheet.insert_chart(11, 9, chart)
    sheet.conditional_format(1, 1, 8, 1, {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
    sheet.conditional_format(1, 2, 8, 2, {"type": "cell", "criteria": ">", "value": 0.3, "format": yellow})
    sheet.add_sparkline(1, 6, {"range": column_range(2, 9, 2)})
    sheet.data_validation(1, 1, 8, 1, {"validate": "whole", "criteria": "between", "minimum": 0, "maximum": 99})
    sheet.add_table(19, 11, 22, 12)
    sheet.write_url(11, 0, "internal:'说明'!A1")
    sheet.insert_button(1, 14, {"caption": "按钮"})
    sheet.protect("", {"objects": True})
    sheet.print_area(0, 0, 29, 7)
    sheet.repeat_rows(1)
    sheet.set_footer("&C第&P页")
    book.define_name("单价", f"='{SHEET.replace(chr(39), chr(39) * 2)}'!$B$2")
    book.close()
    return buffer.getvalue()


def as_by_excel() -> bytes:
    """Make the same with what Excel adds: attributes of its versions, alternative content, CR LF, byte order marks."""
    spaces = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" '
        'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
        'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
    )
    parts = {name: content.decode("latin-1") for name, content in members(rich()).items()}
    for name, text in parts.items():
        if name.endswith(".xml") and name.startswith("xl/"):
            parts[name] = text.replace('standalone="yes"?>\n', 'standalone="yes"?>\r\n', 1)
    # XlsxWriter declares two of the spaces here already.
    revision = f'{spaces[spaces.index("xmlns:xr=") :]} xr:uid="{{00000000-0001-0000-0000-000000000000}}" '
    sheet = parts["xl/worksheets/sheet2.xml"].replace("<worksheet ", f"<worksheet {revision}", 1)
    sheet = sheet.replace('mc:Ignorable="x14ac"', 'mc:Ignorable="x14ac xr"')
    control = '<mc:AlternateContent><mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent>'
    parts["xl/worksheets/sheet2.xml"] = sheet.replace("<tableParts", f"{control}<tableParts")
    styles = parts["xl/styles.xml"].replace("<styleSheet ", f"<styleSheet {spaces}", 1)
    parts["xl/styles.xml"] = styles.replace("<fonts ", '<fonts x14ac:knownFonts="1" ')
    notes = parts["xl/comments2.xml"].replace("<comments ", f"<comments {spaces}", 1)
    parts["xl/comments2.xml"] = "\xef\xbb\xbf" + notes.replace(
        "<comment ", '<comment shapeId="0" xr:uid="{00000000-0006-0000-0000-000001000000}" '
    )
    return packed({name: text.encode("latin-1") for name, text in parts.items()})


def by_openpyxl() -> bytes:
    """Make a workbook with openpyxl, with a comment."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    for row in range(2, 6):
        sheet.append([None, row, "文字", f"=B{row}*2"])
    sheet[FILLED].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet[NOTED].comment = Comment("原有批注", "李某")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_hand(*, strict: bool = False) -> bytes:
    """Make a workbook as WPS and converters may write it: prefixes, absolute targets, cells and rows without address."""
    main, office = (STRICT, STRICT_OFFICE) if strict else (MAIN, OFFICE)
    rows = (
        '<x:row/><x:row><x:c/><x:c s="1"><x:v>5</x:v></x:c></x:row><x:row r="3" ht="30"/>'
        '<x:row r="4" s="1" customFormat="1"><x:c r="F4" t="inlineStr"><x:is><x:t>远</x:t></x:is></x:c></x:row>'
        '<x:row r="9"><x:c><x:f>B2*2</x:f><x:v>10</x:v></x:c></x:row>'
    )
    parts = {
        "[Content_Types].xml": '<ct:Types xmlns:ct="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<ct:Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<ct:Default Extension="xml" ContentType="application/xml"/>'
        f'<ct:Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<ct:Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<ct:Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></ct:Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="a" Type="{office}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f"<?xml version='1.0'?><x:workbook xmlns:x='{main}' xmlns:q='{office}'><x:sheets>"
        f"<x:sheet name=\"{SHEET}\" sheetId='7' q:id='s'/></x:sheets><x:calcPr/></x:workbook>",
        "xl/_rels/workbook.xml.rels": f'<p:Relationships xmlns:p="{PACKAGE}">'
        f'<p:Relationship Id="s" Type="{office}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
        f'<p:Relationship Id="t" Type="{office}/styles" Target="/xl/styles.xml"/></p:Relationships>',
        "xl/styles.xml": f'<x:styleSheet xmlns:x="{main}"><x:fonts><x:font><x:sz val="12"/></x:font></x:fonts><x:fills>'
        '<x:fill><x:patternFill/></x:fill><x:fill><x:patternFill patternType="gray125"/></x:fill></x:fills><x:cellXfs>'
        '<x:xf fontId="0"/><x:xf numFmtId="10" fontId="0"><x:alignment wrapText="1"/></x:xf></x:cellXfs></x:styleSheet>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="UTF-8"?><!-- > " --><x:worksheet xmlns:x="{main}">'
        f'<x:cols><x:col min="8" max="8" width="20" style="1"/></x:cols><x:sheetData>{rows}</x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="C3:D3"/></x:mergeCells><x:extLst><x:ext uri="{1}"/></x:extLst></x:worksheet>',
        "customXml/item1.xml": '<a xmlns="urn:未知"/>',
    }
    return packed({name: text.encode() for name, text in parts.items()})
