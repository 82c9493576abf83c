"""Hostile parts of a workbook: what is in the container beside plain cells; (name of the file, its bytes)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests import hostile, old_books, small_books
from tests import hostile_forms as forms
from tests.hostile import MAIN, STYLES, changed, links, pack, row, sheet
from tests.hostile_kinds import Kind

_V = "<v>1</v></c>"


def styles(inner: str) -> dict[str, str | bytes]:
    return {STYLES: f'<styleSheet xmlns="{MAIN}">{inner}</styleSheet>'}


def with_form(*, after: str = "", extra: dict[str, str | bytes] | None = None) -> bytes:
    """Give the form with something more in each sheet and in the container."""
    return forms.xlsx(forms.form(), after=after, extra=extra)


def in_styles() -> Iterator[Kind]:
    yield "fonts.xlsx", with_form(extra=styles("<fonts>" + '<font><sz val="9"/></font>' * 400_000 + "</fonts>"))
    yield "fills.xlsx", with_form(extra=styles("<fills>" + "<fill><patternFill/></fill>" * 400_000 + "</fills>"))
    yield "dxfs.xlsx", with_form(extra=styles("<dxfs>" + "<dxf/>" * 1_000_000 + "</dxfs>"))
    yield "cell styles.xlsx", with_form(extra=styles("<cellXfs>" + '<xf numFmtId="10"/>' * 65_000 + "</cellXfs>"))
    yield "too many cell styles.xlsx", with_form(extra=styles("<cellXfs>" + "<xf/>" * 5_000_000 + "</cellXfs>"))
    formats = "".join(f'<numFmt numFmtId="{n + 200}" formatCode="0.{"0" * (n % 200)}"/>' for n in range(200_000))
    yield (
        "number formats.xlsx",
        with_form(extra=styles(f"<numFmts>{formats}</numFmts><cellXfs><xf numFmtId='200'/></cellXfs>")),
    )
    for name, code in {
        "brackets": "[" * 60_000,
        "quotes": "&quot;" * 60_000,
        "zeros": "0." + "0" * 900_000,
        "sections": ";" * 200_000,
        "fractions": "#?/?" * 50_000,
        "dates": "yyyy" * 50_000,
    }.items():
        yield (
            f"number format {name}.xlsx",
            with_form(
                extra=styles(
                    f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs>'
                )
            ),
        )
    code = "0." + "0" * 32_000
    xfs = "".join(f'<xf numFmtId="{n}"/>' for n in range(200, 260))
    inner = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n in range(200, 260))
    cells = "".join(f'<row r="{n}"><c r="A{n}" s="{n % 60}">{_V}</row>' for n in range(1, 30_000))
    yield (
        "long number formats of many cells.xlsx",
        pack({**hostile.parts(cells), **styles(f"<numFmts>{inner}</numFmts><cellXfs>{xfs}</cellXfs>")}),
    )


def in_sheets() -> Iterator[Kind]:
    yield (
        "merges.xlsx",
        with_form(
            after="<mergeCells>" + "".join(f'<mergeCell ref="A{n}:J{n}"/>' for n in range(1, 20_000)) + "</mergeCells>"
        ),
    )
    yield (
        "merges of everything.xlsx",
        with_form(after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>"),
    )
    yield (
        "merges that overlap.xlsx",
        with_form(
            after="<mergeCells>" + "".join(f'<mergeCell ref="A1:XFD{n}"/>' for n in range(1, 20_000)) + "</mergeCells>"
        ),
    )
    yield (
        "too many merges.xlsx",
        with_form(after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 1_000_000 + "</mergeCells>"),
    )
    rule = '<dataValidation type="list" sqref="{}"><formula1>"a"</formula1></dataValidation>'
    yield (
        "validations.xlsx",
        with_form(
            after="<dataValidations>" + "".join(rule.format(f"A{n}") for n in range(1, 200_000)) + "</dataValidations>"
        ),
    )
    yield (
        "one validation of many cells.xlsx",
        with_form(
            after="<dataValidations>" + rule.format(" ".join(f"A{n}" for n in range(1, 100_000))) + "</dataValidations>"
        ),
    )
    shown = '<conditionalFormatting sqref="A{}"><cfRule type="expression" priority="1"><formula>1</formula></cfRule></conditionalFormatting>'
    yield "conditional formats.xlsx", with_form(after="".join(shown.format(n) for n in range(1, 150_000)))
    yield (
        "hyperlinks.xlsx",
        with_form(
            after="<hyperlinks>"
            + "".join(f'<hyperlink ref="A{n}" r:id="x" xmlns:r="y"/>' for n in range(1, 200_000))
            + "</hyperlinks>"
        ),
    )
    yield "foreign attributes.xlsx", with_form(after="<x " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>")
    yield (
        "hash of attributes.xlsx",
        with_form(
            after="".join(
                f"<x {' '.join(f'{chr(97 + n % 26)}{n}=' + chr(34) * 2 for n in range(k, k + 3_000))}/>"
                for k in range(0, 60_000, 3_000)
            )
        ),
    )
    hidden = "".join(f'<row r="{n}" hidden="1"/>' for n in range(100, 900_000))
    yield "hidden rows.xlsx", changed(SHEET=sheet(hidden))
    columns = "".join('<col min="1" max="16384" hidden="1" width="9"/>' for _ in range(300_000))
    yield "hidden columns.xlsx", changed(SHEET=sheet("", before=f"<cols>{columns}</cols>"))
    yield "empty rows.xlsx", changed(SHEET=sheet("<row/>" * 1_048_576))
    yield (
        "empty cells.xlsx",
        changed(
            SHEET=sheet("<row>" + "<c/>" * 16_000 + "</row>").replace(
                "</sheetData>", ("<row>" + "<c/>" * 16_000 + "</row>") * 200 + "</sheetData>"
            )
        ),
    )
    yield "a million cells.xlsx", changed(SHEET=sheet(("<row>" + f"<c>{_V}" * 1_000 + "</row>") * 1_000))
    yield "a million and one cells.xlsx", changed(SHEET=sheet(("<row>" + f"<c>{_V}" * 1_001 + "</row>") * 1_000))
    yield "tags.xlsx", changed(SHEET=sheet("", after="<a/>" * 8_900_000))
    yield "too many tags.xlsx", changed(SHEET=sheet("", after="<a/>" * 20_000_000))
    yield "comments of XML.xlsx", changed(SHEET=sheet("", after="<!---->" * 10_000_000))
    yield "instructions of XML.xlsx", changed(SHEET=sheet("", after="<?a?>" * 10_000_000))
    yield (
        "entities.xlsx",
        changed(
            SHEET=sheet(
                row(f'<c r="A1" t="str"><v>{"&amp;" * 30_000}</v></c>'), after="<x>" + "&lt;" * 10_000_000 + "</x>"
            )
        ),
    )
    yield "CDATA.xlsx", changed(SHEET=sheet("", after="<x>" + "<![CDATA[a]]>" * 4_000_000 + "</x>"))
    yield "blanks.xlsx", changed(SHEET=sheet("", after=" " * 90_000_000))
    yield "lines of blanks.xlsx", changed(SHEET=sheet("", after="\n" * 90_000_000))
    long = "9" * 900_000
    yield "long numbers.xlsx", changed(SHEET=sheet("".join(f"<row><c><v>0.{long}</v></c></row>" for _ in range(80))))
    yield (
        "many long numbers.xlsx",
        changed(SHEET=sheet("".join(f"<row><c><v>{'9' * 300}.{'1' * 20_000}</v></c></row>" for _ in range(4_000)))),
    )
    yield (
        "exponents.xlsx",
        changed(SHEET=sheet("".join("<row><c><v>1e308</v></c><c><v>1e-9999</v></c></row>" for _ in range(100_000)))),
    )
    yield "an exponent too large.xlsx", changed(SHEET=sheet("<row><c><v>1e999999</v></c></row>"))
    yield "nested.xlsx", changed(SHEET=sheet("", after="<a>" * 2_000_000))
    yield "nested little by little.xlsx", changed(SHEET=sheet("", after=("<a>" * 60 + "</a>" * 60) * 90_000))


def in_formulas() -> Iterator[Kind]:
    def rows(text: str, count: int) -> bytes:
        return changed(
            SHEET=sheet("".join(f'<row r="{n}"><c r="A{n}"><f>{text}</f>{_V}</row>' for n in range(1, count)))
        )

    yield "formulas.xlsx", rows("SUM(B1:B9)", 100_000)
    yield "long formulas.xlsx", rows("1+" * 8_000 + "1", 2_000)
    yield "formulas of brackets.xlsx", rows("(" * 8_000, 2_000)
    yield "formulas of quotes.xlsx", rows("&quot;'" * 8_000, 500)
    yield "formulas of addresses.xlsx", rows("A1" * 8_000, 1_000)
    shared = f'<c r="A1"><f t="shared" si="0" ref="A1:A90000">{"B1+" * 40}1</f>{_V}'
    followers = "".join(f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/>{_V}</row>' for n in range(2, 90_000))
    yield "shared formulas.xlsx", changed(SHEET=sheet(row(shared) + followers))
    yield (
        "short shared formulas.xlsx",
        changed(SHEET=sheet(row(f'<c r="A1"><f t="shared" si="0" ref="A1:A9">B1</f>{_V}') + followers)),
    )
    in_form = {name: dict(cells) for name, cells in forms.form().items()}
    data = forms.xlsx(in_form)
    yield "formulas in the answers.xlsx", _replaced(data, "</c>", f"<f>{'SUM(A1:XFD1048576)+' * 1_500}1</f></c>")


def _replaced(data: bytes, old: str, new: str) -> bytes:
    """Change the worksheets of a workbook."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for name in list(members):
        if "worksheets/" in name:
            members[name] = bytes(members[name]).decode().replace("<v>", "\0", 0).replace(old, new)  # type: ignore[arg-type]
    return pack(members)


def in_strings() -> Iterator[Kind]:
    yield (
        "texts.xlsx",
        changed(STRINGS=f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{n}</t></si>" for n in range(300_000)) + "</sst>"),
    )
    yield "too many texts.xlsx", changed(STRINGS=f'<sst xmlns="{MAIN}">' + "<si/>" * 2_000_000 + "</sst>")
    yield (
        "long texts.xlsx",
        changed(
            STRINGS=f'<sst xmlns="{MAIN}">'
            + "".join(f"<si><t>{n}{'字' * 32_000}</t></si>" for n in range(900))
            + "</sst>"
        ),
    )
    used = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(900))
    yield (
        "long texts in cells.xlsx",
        changed(
            SHEET=sheet(used),
            STRINGS=f'<sst xmlns="{MAIN}">'
            + "".join(f"<si><t>{n}{'字' * 32_000}</t></si>" for n in range(900))
            + "</sst>",
        ),
    )
    yield "runs.xlsx", changed(STRINGS=f'<sst xmlns="{MAIN}"><si>' + "<r><t>a</t></r>" * 32_000 + "</si></sst>")
    yield (
        "runs of many.xlsx",
        changed(STRINGS=f'<sst xmlns="{MAIN}">' + ("<si>" + "<r><t>a</t></r>" * 3_000 + "</si>") * 400 + "</sst>"),
    )
    yield (
        "phonetic.xlsx",
        changed(STRINGS=f'<sst xmlns="{MAIN}"><si>' + "<rPh><t>a</t></rPh>" * 900_000 + "</si></sst>"),
    )


def in_container() -> Iterator[Kind]:
    links_ = "".join(f'<Relationship Id="x{n}" Type="a/image" Target="a{n}.png"/>' for n in range(300_000))
    yield (
        "relationships.xlsx",
        changed(LINKS=links(("rId1", "worksheet", "worksheets/sheet1.xml")).replace("</Rel", f"{links_}</Rel")),
    )
    names = "".join(f'<definedName name="n{n}">表!$A${n + 1}</definedName>' for n in range(300_000))
    yield (
        "defined names.xlsx",
        changed(
            WORKBOOK=hostile.workbook(
                '<sheet name="表" sheetId="1" r:id="rId1"/>', f"<definedNames>{names}</definedNames>"
            )
        ),
    )
    doubling = "".join(f'<definedName name="n{n}">n{n - 1}&amp;n{n - 1}</definedName>' for n in range(1, 60))
    yield (
        "defined names that double.xlsx",
        with_form(extra={})
        if not doubling
        else changed(
            WORKBOOK=hostile.workbook(
                '<sheet name="表" sheetId="1" r:id="rId1"/>', f"<definedNames>{doubling}</definedNames>"
            )
        ),
    )
    yield (
        "external links.xlsx",
        pack({**hostile.parts(), **{f"xl/externalLinks/externalLink{n}.xml": "<x/>" for n in range(1_900)}}),
    )
    comments = "".join(f'<comment ref="A{n}" authorId="0"><text><t>a</t></text></comment>' for n in range(1, 100_000))
    relations = links(
        ("r1", "comments", "../comments0.xml"),
        ("r2", "vmlDrawing", "../drawings/v.vml"),
        ("r3", "drawing", "../drawings/d.xml"),
    )
    more = {f"xl/worksheets/_rels/s{n}.xml.rels": relations for n in range(2)}
    more |= {
        "xl/comments0.xml": f'<comments xmlns="{MAIN}"><authors><author/></authors><commentList>{comments}</commentList></comments>'
    }
    shapes = '<v:shape id="s" type="#t"><x:ClientData ObjectType="Note"><x:Row>1</x:Row><x:Column>1</x:Column></x:ClientData></v:shape>'
    more |= {
        "xl/drawings/v.vml": f'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">{shapes * 100_000}</xml>',
        "xl/drawings/d.xml": "<x/>" * 10,
    }
    wrong = {at: ("x" if isinstance(value, float) else value) for at, value in forms.form()[forms.FORM].items()}
    yield (
        "comments.xlsx",
        forms.xlsx(
            {**forms.form(), forms.FORM: wrong},
            after='<legacyDrawing r:id="r2" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>',
            extra=dict(more),
        ),
    )
    yield "a picture of zeros.xlsx", with_form(extra={"xl/media/a.png": bytes(90_000_000)})
    yield "sheets.xlsx", hostile.many_sheets(1_100, row(f'<c r="A1">{_V}'))
    yield "too many sheets.xlsx", hostile.many_sheets(1_900, "")
    yield "members.xlsx", hostile.many_members(100_000)
    yield "a bomb.xlsx", changed(SHEET=sheet("", after=" " * 400_000_000))
    yield "large.xlsx", b"PK\x03\x04" + bytes(26 * 1024 * 1024)
    yield (
        "properties.xlsx",
        pack(
            {
                **hostile.parts(),
                hostile.TOP: links(
                    ("a", "officeDocument", "xl/workbook.xml"), ("b", "custom-properties", "docProps/custom.xml")
                ),
                "docProps/custom.xml": "<Properties>"
                + '<property name="a"><x>1</x></property>' * 500_000
                + "</Properties>",
            }
        ),
    )
    yield "types.xlsm", changed(TYPES="<Types>" + '<Override PartName="/a" ContentType="b"/>' * 500_000 + "</Types>")
    yield "directory of the zip.xlsx", pack(hostile.parts()) + b"PK\x05\x06" * 16_000
    yield "comment of the zip.xlsx", pack(hostile.parts())[:-2] + b"\xff\xff" + bytes(65_535)


def old_formats() -> Iterator[Kind]:
    yield "rows.xlsb", small_books.xlsb(cells=small_books.xlsb_rows(900_000))
    yield (
        "cells.xlsb",
        small_books.xlsb(
            cells=b"".join(
                small_books.record(0x00, struct.pack("<I", r))
                + small_books.record(0x05, struct.pack("<IId", 1, 0, 1.5)) * 200
                for r in range(4_000)
            )
        ),
    )
    yield "empty records.xlsb", small_books.xlsb(cells=small_books.record(0x01, bytes(8)) * 3_000_000)
    yield "unknown records.xlsb", small_books.xlsb(cells=small_books.record(0x7F, b"") * 9_000_000)
    yield "a long record.xlsb", small_books.xlsb(cells=b"\x08\xff\xff\xff\x7f" + bytes(100))
    yield "sheets.xlsb", small_books.xlsb([(f"表{n}", f"s{n}.bin") for n in range(1_050)])
    yield (
        "cells.ods",
        small_books.ods(
            '<table:table table:name="表">'
            + ("<table:table-row>" + "<table:table-cell/>" * 1_000 + "</table:table-row>") * 3_000
            + "</table:table>"
        ),
    )
    yield (
        "repeated.ods",
        small_books.ods(
            '<table:table table:name="表">'
            + (
                '<table:table-row table:number-rows-repeated="64"><table:table-cell table:number-columns-repeated="64" office:value-type="float" office:value="1"/></table:table-row>'
            )
            * 250
            + "</table:table>"
        ),
    )
    yield (
        "full.ods",
        small_books.ods(
            '<table:table table:name="表">'
            + (
                "<table:table-row>"
                + '<table:table-cell office:value-type="float" office:value="1.5"><text:p>1.5</text:p></table:table-cell>'
                * 100
                + "</table:table-row>"
            )
            * 6_000
            + "</table:table>"
        ),
    )
    yield "tables.ods", small_books.ods('<table:table table:name="a"/>' * 150_000)
    yield (
        "spans.ods",
        small_books.ods(
            '<table:table table:name="a">'
            + '<table:table-row><table:table-cell table:number-columns-spanned="9999999" table:number-rows-spanned="9999999"/></table:table-row>'
            * 20_000
            + "</table:table>"
        ),
    )
    yield (
        "paragraphs.ods",
        small_books.ods(
            '<table:table table:name="a"><table:table-row><table:table-cell>'
            + "<text:p>a</text:p>" * 900_000
            + "</table:table-cell></table:table-row></table:table>"
        ),
    )
    yield (
        "blanks.ods",
        small_books.ods(
            '<table:table table:name="a"><table:table-row><table:table-cell><text:p>'
            + '<text:s text:c="100"/>' * 900_000
            + "</text:p></table:table-cell></table:table-row></table:table>"
        ),
    )
    yield (
        "numbers.ods",
        small_books.ods(
            '<table:table table:name="a">'
            + f'<table:table-row><table:table-cell office:value-type="float" office:value="{"9" * 300}.{"9" * 300_000}"><text:p>{"9" * 300_000}</text:p></table:table-cell></table:table-row>'
            * 100
            + "</table:table>"
        ),
    )
    cell = "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
    yield "cells.docx", small_books.docx("<w:tbl>" + f"<w:tr>{cell * 50}</w:tr>" * 7_000 + "</w:tbl>")
    yield (
        "empty cells.docx",
        small_books.docx("<w:tbl>" + ("<w:tr>" + "<w:tc/>" * 1_000 + "</w:tr>") * 1_900 + "</w:tbl>"),
    )
    yield "tables.docx", small_books.docx("<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" * 400_000)
    yield "paragraphs.docx", small_books.docx("<w:p><w:r><w:t>总分</w:t></w:r></w:p>" * 400_000)
    yield (
        "merged down.docx",
        small_books.docx(
            "<w:tbl>"
            "<w:tr>"
            + "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>" * 300
            + "</w:tr>" * 1
            + ("<w:tr>" + '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc>' * 60 + "</w:tr>") * 6_000
            + "</w:tbl>"
        ),
    )
    yield "breaks.docx", small_books.docx("<w:p><w:r>" + "<w:br/>" * 1_900_000 + "</w:r></w:p>")
    yield "long line.csv", b"a," * 10_000_000
    yield "lines.csv", b"a,b\n" * 1_040_000
    yield "cells.csv", (b"1," * 1_000 + b"\n") * 990
    yield "quotes.csv", b'"' * 20_000_000
    yield "a quote without end.csv", b'a,"' + "字".encode() * 8_000_000
    yield "wide.tsv", b"\t".join(b"1" for _ in range(1_000_000))
    yield "zeros.csv", b"a," + bytes(20_000_000)
    yield "blanks.csv", b" " * 24_000_000
    yield "gbk.csv", "总分,得分\n".encode("gbk") * 1_000_000
    yield "utf-16.tsv", ("总分\t得分\n" * 900_000).encode("utf-16")
    yield "numbers.csv", (b"9" * 30_000 + b"," + b"1e99999," + b"9,999" * 2_000 + b"\n") * 500
    many = [old_books.number(n % 65_536, n // 65_536, 1.5) for n in range(300_000)]
    yield "cells.xls", old_books.xls([], many)
    yield "wide.xls", old_books.xls([], [old_books.number(n, 255, 1) for n in range(65_000)])
    yield "sheets.xls", old_books.xls([], *[[old_books.number(0, 0, 1)] for _ in range(1_050)])
    yield "merges.xls", old_books.xls([], [old_books.merged(*[(0, 65_535, 0, 255)] * 1_000) for _ in range(19)])
    yield "blank records.xls", old_books.xls([], [(0x201, struct.pack("<HHH", 0, 0, 0))] * 600_000)
    yield "unknown records.xls", old_books.xls([], [(0x999, b"")] * 1_600_000)
    yield "notes.xls", old_books.xls([], [(0x1C, bytes(12)), (0x5D, bytes(26)), (0x1B6, bytes(18))] * 90_000)
    yield "fonts.xls", old_books.xls([(0x31, bytes(16))] * 300_000, [old_books.number(0, 0, 1)])
    yield (
        "formats.xls",
        old_books.xls(
            [old_books.number_format(n % 60_000, "0" * 2_000) for n in range(1_500)], [old_books.number(0, 0, 1)]
        ),
    )
    yield (
        "texts.xls",
        old_books.xls(
            [old_books.shared(*["字" * 20] * 1_500), *[(0x3C, bytes(8_000))] * 800], [old_books.label(0, 0, 0)]
        ),
    )
    yield (
        "multiple.xls",
        old_books.xls(
            [], [(0xBD, struct.pack("<HH", r, 0) + bytes(6) * 250 + struct.pack("<H", 249)) for r in range(4_000)]
        ),
    )
    yield "flat.et", zlib.compress(bytes(1_000_000))


#: Each gives files of one family.
FAMILIES = (in_styles, in_sheets, in_formulas, in_strings, in_container, old_formats)
