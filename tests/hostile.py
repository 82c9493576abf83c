"""Hostile and unusual workbooks, each made by changing a harmless one: (name, bytes, refusal code or None)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

from tests import old_books
from tests.old_books import compound, label, shared, xls
from xlsxeval.read.limits import KIB, MIB, Limits

#: Small budgets, so that small files are over them.
LIMITS = Limits(
    max_file=4 * MIB,
    max_unpacked=2 * MIB,
    max_cells=20_000,
    max_strings=10_000,
    max_merges=2_000,
    max_formulas=256 * KIB,
)
Case = tuple[str, bytes, str | None]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
WORKBOOK, LINKS, TOP, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"


def sheet(rows: str, *, before: str = "", after: str = "", declaration: str = "") -> str:
    return f'{declaration}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def row(cells: str, number: int = 1) -> str:
    return f'<row r="{number}">{cells}</row>'


def parts(rows: str = "") -> dict[str, str | bytes]:
    """Give the parts of a small workbook."""
    rows = rows or row('<c r="A1" t="s"><v>0</v></c><c r="B1"><v>9.5</v></c>')
    return {
        TYPES: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        TOP: links(("rId1", "officeDocument", "xl/workbook.xml")),
        WORKBOOK: workbook('<sheet name="表" sheetId="1" r:id="rId1"/>'),
        LINKS: links(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"),
        ),
        SHEET: sheet(rows),
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>指标</t></si></sst>',
        STYLES: f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="10"/></cellXfs></styleSheet>',
    }


def workbook(sheets: str, rest: str = "") -> str:
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>{rest}</workbook>'


def links(*relations: tuple[str, str, str], office: str = OFFICE) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{office}/{kind}" Target="{to}"/>' for i, kind, to in relations)
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def pack(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def changed(**by_letter: str | bytes) -> bytes:
    """Pack the small workbook with some parts replaced, named by the constants of this module."""
    return pack({**parts(), **{globals()[name]: content for name, content in by_letter.items()}})


def cells(text: str) -> bytes:
    return pack(parts(row(text)))


def every_case() -> Iterator[Case]:
    for family in (container, other_files, bombs, xml, grid, structure, numbers, texts):
        for name, data, code in family():
            yield f"{family.__name__}: {name}", data, code


def container() -> Iterator[Case]:
    good = pack(parts())
    yield "harmless", good, None
    yield "empty", b"", "R01"
    yield "random", bytes((i * 7919) % 251 for i in range(4000)), "R02"
    for tenth in range(1, 10):
        yield f"torn at {tenth}0 %", good[: len(good) * tenth // 10], "R05"
    yield "torn before the first byte of the second header", good[:4], "R05"
    yield "flipped bit", flip(good, SHEET), "R05"
    yield "trailing bytes", good + b"\x00" * 100, None
    yield "case of names", pack({name.upper(): content for name, content in parts().items()}), None
    yield "backslashes", backslashed(), None
    yield "a part twice", twice(SHEET, SHEET), "R05"
    yield "a part twice in another case", twice(SHEET, SHEET.upper()), "R05"
    yield "100,000 members", many_members(100_000), "R06"
    yield "2,001 members", many_members(2_001), "R06"
    yield "count of members lies", many_members(2_500, count=3), "R06"
    yield "zip encryption", encrypted(good), "R07"
    yield "overlapping members", overlapping(), "R05"
    yield "a later version of zip", later_version(good), "R05"
    yield "bzip2", pack(parts(), zipfile.ZIP_BZIP2), "R05"
    yield "lzma", pack(parts(), zipfile.ZIP_LZMA), "R05"
    yield "stored", pack(parts(), zipfile.ZIP_STORED), None
    yield "wrong content types", changed(TYPES="<no xml"), None
    for name in (SHEET, STRINGS, WORKBOOK):
        yield f"without {name}", without(name), "R05"
    for name in (TYPES, TOP, LINKS, STYLES):
        yield f"without {name}", without(name), None
    yield "traversal in a member name", pack({**parts(), "../../etc/cron.d/x": "x"}), None
    yield "over the file limit", b"PK\x03\x04" + bytes(LIMITS.max_file), "R06"


def later_version(data: bytes) -> bytes:
    """Write into the directory that the first member needs a later version of zip than there is."""
    at = data.index(b"PK\x01\x02") + 6
    return data[:at] + (99).to_bytes(2, "little") + data[at + 2 :]


def other_files() -> Iterator[Case]:
    small = xls([shared("指标")], [label(0, 0, 0), old_books.number(0, 1, 9.5)])
    yield "encrypted", compound({"EncryptedPackage": b"x"}), "R03"
    yield "xls or et", small, None
    yield "xls with a password", xls([(0x2F, b"")], []), "R03"
    yield "xls that ends too early", small[:2000], "R05"
    yield "xls of Excel 4", compound({"Book": b"\x09\x04\x06\x00" + bytes(6)}), "R04"
    yield "doc", compound({"WordDocument": b"x"}), "R04"
    yield "unknown compound file", compound({"Contents": b"x"}), "R02"
    yield "compound file without content", compound({})[:512], "R05"
    yield "BIFF without container", b"\x09\x08\x10\x00\x00\x06" + bytes(100), "R04"
    yield "xlsb without content", pack({TYPES: "<Types/>", "xl/workbook.bin": b"\x83\x01"}), "R05"
    yield "docx without content", pack({TYPES: "<Types/>", "word/document.xml": "<w/>"}), None
    yield "pptx", pack({TYPES: "<Types/>", "ppt/presentation.xml": "<p/>"}), "R04"
    yield (
        "ods without a table",
        pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<o/>"}),
        "R08",
    )
    yield "odt", pack({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>"}), "R04"
    yield "zip of files", pack({"自评表.xlsx": pack(parts())}, zipfile.ZIP_STORED), "R02"
    yield "HTML", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "R02"
    yield "HTML with a byte order mark", "\ufeff \n<!DOCTYPE html><html></html>".encode(), "R02"
    yield "MHTML", b"MIME-Version: 1.0\r\n", "R02"
    spreadsheet = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    yield "XML 2003", spreadsheet.encode(), "R02"
    yield "XML 2003 in UTF-16", spreadsheet.encode("utf-16"), "R02"
    yield "XML", b"<a/>", "R02"
    yield "CSV", "指标,得分\n产出,9.5\n".encode("gbk"), "R02"
    yield "text", "总结".encode(), "R02"
    for name, start in {
        "PDF": b"%PDF-1.7",
        "PNG": b"\x89PNG\r\n\x1a\n",
        "JPEG": b"\xff\xd8\xff\xe0",
        "RAR": b"Rar!\x1a\x07",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "gzip": b"\x1f\x8b\x08",
        "RTF": b"{\\rtf1",
        "zeros": bytes(100),
        "white space": b" \n ",
        "empty zip": b"PK\x05\x06" + bytes(18),
    }.items():
        yield name, start, "R02"


def bombs() -> Iterator[Case]:
    large = "<a/>" * 600_000
    yield "one member unpacks to 2.3 MiB", changed(SHEET=sheet("", after=large)), "R06"
    yield "styles", changed(STYLES=f'<styleSheet xmlns="{MAIN}">{large}</styleSheet>'), "R06"
    yield "content types are not read", changed(TYPES=large), None
    yield "a picture is not read", pack({**parts(), "xl/media/a.png": large}), None
    yield "several members", many_sheets(4, "<row/>" * 100_000), "R06"
    yield "one long string", cells(f'<c r="A1" t="inlineStr"><is><t>{"a" * 1_500_000}</t></is></c>'), "R06"
    yield "one long shared string", changed(STRINGS=shared_strings("a" * 1_500_000)), "R06"
    yield "one string of many runs", changed(STRINGS=f'<sst xmlns="{MAIN}"><si>{"<t>a</t>" * 40_000}</si></sst>'), "R06"
    yield "10,001 strings", changed(STRINGS=f'<sst xmlns="{MAIN}">{"<si/>" * 10_001}</sst>'), "R06"
    yield "size in the directory too small", lying(parts(row("<c><v>1</v></c>" * 5_000))), "R05"


def xml() -> Iterator[Case]:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    types = {
        "plain": "<!DOCTYPE worksheet>",
        "billion laughs": f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]>',
        "quadratic": f'<!DOCTYPE w [<!ENTITY a "{"a" * 50_000}">]>',
        "file": '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "loopback": '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">',
    }
    for name, doctype in types.items():
        for part in (TOP, WORKBOOK, LINKS, SHEET, STRINGS, STYLES):
            yield f"DTD {name} in {part}", pack({**parts(), part: doctype + str(parts()[part])}), "R07"
    yield "UTF-16", changed(SHEET=sheet("").encode("utf-16")), "R07"
    yield "UTF-16 without byte order mark", changed(SHEET=sheet("").encode("utf-16-le")), "R07"
    yield "UTF-16 with DTD", changed(SHEET=("<!DOCTYPE w>" + sheet("")).encode("utf-16")), "R07"
    gbk = sheet(row('<c r="A1" t="str"><v>表</v></c>'), declaration='<?xml version="1.0" encoding="GBK"?>')
    yield "GBK", changed(SHEET=gbk.encode("gbk")), "R07"
    yield "not UTF-8", changed(SHEET=sheet(row('<c r="A1" t="str"><v>表</v></c>')).encode("gbk")), "R05"
    yield "UTF-8 byte order mark", changed(SHEET=b"\xef\xbb\xbf" + sheet("").encode()), None
    include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    yield "XInclude", changed(SHEET=sheet("", after=include)), None
    for part in (SHEET, STRINGS, STYLES, WORKBOOK, TOP):
        deep = str(parts()[part]).rpartition("</")
        nested = f"{deep[0]}{'<a>' * 65}{'</a>' * 65}</{deep[2]}"
        yield f"deep nesting in {part}", pack({**parts(), part: nested}), "R06"
    yield "cells in cells", cells("<c>" * 100_000 + "</c>" * 100_000), "R06"
    yield "huge attribute", cells(f'<c r="A1" x="{"a" * 1_500_000}"><v>1</v></c>'), "R06"
    yield "huge comment", changed(SHEET=sheet("", before=f"<!--{'a' * 1_500_000}-->")), "R06"
    yield "huge element name", changed(SHEET=sheet(f"<{'a' * 1_500_000}/>")), "R06"
    yield "wrong root", changed(SHEET=f'<chartsheet xmlns="{MAIN}"/>'), "R05"
    yield "nothing in the part", changed(SHEET=""), "R05"
    yield "not well-formed", changed(SHEET=sheet("<row><c></row>")), "R05"
    yield "undefined entity", cells('<c r="A1" t="str"><v>&nbsp;</v></c>'), "R05"
    yield "processing instruction", changed(SHEET=sheet("") + '<?php system("true")?>'), None


def grid() -> Iterator[Case]:
    value = "<v>1</v></c>"
    for name, ref in {"too small": "A1", "too large": "A1:XFD1048576", "nonsense": "?!"}.items():
        yield (
            f"dimension {name}",
            changed(SHEET=sheet(row(f'<c r="B1">{value}'), before=f'<dimension ref="{ref}"/>')),
            None,
        )
    yield "far cell", pack(parts(row(f'<c r="XFD1048576">{value}', 1048576))), None
    for address in ("XFE1", "A1048577", "A0", "AAAA1", "1", "A", "A1B", "$A$1", "Ａ1", "A１", "", "A-1"):
        yield f"address {address!r}", cells(f'<c r="{address}">{value}'), "R05"
    for number in ("0", "-1", "1048577", "x", "", "1.0", "１"):
        yield f"row {number!r}", pack(parts(f'<row r="{number}"><c>{value}</row>')), "R05"
    yield "16,384 columns without address", cells(f"<c>{value}" * 16_384), None
    yield "16,385 columns without address", cells(f"<c>{value}" * 16_385), "R05"
    yield "cell outside any row", changed(SHEET=sheet(f"<c>{value}")), "R05"
    yield "same cell twice", cells(f'<c r="A1">{value}<c r="A1">{value}'), "R05"
    yield "same row twice", pack(parts(row(f"<c>{value}") * 2)), "R05"
    yield "rows out of order", pack(parts(row(f'<c r="A9">{value}', 9) + row(f'<c r="A2">{value}', 2))), None
    yield "100,000 empty rows", pack(parts('<row s="1"/>' * 100_000)), None
    yield "one row too many", pack(parts('<row r="1048576"/><row/><row><c><v>1</v></c></row>')), "R05"
    merges = {"A1:XFD1048576": None, "B2:A1": None, "A1": None, "A:A": "R05", "A1:XFE1": "R05", "A1:A1048577": "R05"}
    for ref, code in {**merges, "": "R05", "A1:B2:C3": "R05", "Sheet1!A1:B2": "R05"}.items():
        yield f"merge {ref}", changed(SHEET=sheet("", after=f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>')), code
    yield "2,001 merges", changed(SHEET=sheet("", after='<mergeCell ref="A1:B2"/>' * 2_001)), "R06"
    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    for behind, code in {
        f"<sheetData>{row(f'<c>{value}', 3)}</sheetData>": "R05",
        '<mergeCells><mergeCell ref="C1:D2"/></mergeCells>': "R05",
        '<dataValidations count="1"><dataValidation sqref="A1"><formula1>1</formula1></dataValidation></dataValidations>': None,
        "<pageMargins": "R05",
    }.items():
        yield f"behind the merges {behind[:30]}", changed(SHEET=sheet("", after=merged + behind)), code
    shared = f'<c r="A1"><f t="shared" si="0" ref="A1:A9000">{"B1+" * 2_500}1</f>{value}'
    followers = "".join(f'<row r="{i}"><c r="A{i}"><f t="shared" si="0"/>{value}</row>' for i in range(2, 100))
    yield "shared formula for ever", pack(parts(row(shared) + followers)), "R06"
    yield "shared formula without its first cell", cells(f'<c r="A1"><f t="shared" si="7"/>{value}'), None
    yield "20,001 cells", pack(parts("<row>" + "<c><v>1</v></c></row><row>" * 20_001 + "</row>")), "R06"


#: As Excel writes the modules of very old workbooks.
MODULE = '<sheet name="模块" state="veryHidden" r:id=""/>'


def structure() -> Iterator[Case]:
    strict = {
        name: str(content).replace(MAIN, STRICT).replace(OFFICE, STRICT_OFFICE) for name, content in parts().items()
    }
    yield "strict", pack(dict(strict)), None
    yield (
        "x: prefixes",
        pack({**parts(), **{name: prefixed(str(parts()[name])) for name in (WORKBOOK, SHEET, STRINGS)}}),
        None,
    )
    yield "foreign elements with our names", changed(SHEET=sheet("", after='<y:c xmlns:y="urn:y" r="?"/>')), None
    for index in ("1", "-1", "x", "", "９", "0.0", "9" * 5_000):
        yield f"string {index[:9]!r}", cells(f'<c r="A1" t="s"><v>{index}</v></c>'), "R05"
    yield "style that is not there", cells('<c r="A1" s="99"><v>1</v></c>'), None
    yield "style that is no number", cells('<c r="A1" s="x"><v>1</v></c>'), None
    yield "type that is not there", cells('<c r="A1" t="x"><v>1</v></c>'), "R05"
    yield "bool that is none", cells('<c r="A1" t="b"><v>2</v></c>'), "R05"
    yield (
        "two sheets, one name",
        changed(WORKBOOK=workbook('<sheet name="a" r:id="rId1"/><sheet name="A" r:id="rId1"/>')),
        "R05",
    )
    yield (
        "two sheets, one part",
        changed(WORKBOOK=workbook('<sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId1"/>')),
        "R05",
    )
    again = links(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "/xl/worksheets/SHEET1.xml"))
    two = workbook('<sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId2"/>')
    yield "two sheets, one part, two links", changed(WORKBOOK=two, LINKS=again), "R05"
    yield "hidden sheet", changed(WORKBOOK=workbook('<sheet name="a" state="veryHidden" r:id="rId1"/>')), None
    yield "no sheet", changed(WORKBOOK=workbook("")), "R08"
    chart = links(("rId1", "chartsheet", "worksheets/sheet1.xml"))
    yield "only a chart", changed(LINKS=chart), "R08"
    yield "a module of macros", changed(WORKBOOK=workbook(MODULE + '<sheet name="a" r:id="rId1"/>')), None
    yield "only a module of macros", changed(WORKBOOK=workbook(MODULE)), "R08"
    yield "sheet without a link", changed(WORKBOOK=workbook('<sheet name="a"/>')), "R05"
    yield "link to nothing", changed(WORKBOOK=workbook('<sheet name="a" r:id="rId9"/>')), "R05"
    yield "link to a missing part", changed(LINKS=links(("rId1", "worksheet", "worksheets/x.xml"))), "R05"
    yield "link out of the container", changed(LINKS=links(("rId1", "worksheet", "../../../etc/passwd"))), "R05"
    yield "link to a web page", changed(LINKS=external()), "R05"
    yield (
        "main part is not XML",
        pack({**parts(), "xl/workbook.bin": "", TOP: links(("a", "officeDocument", "xl/workbook.bin"))}),
        "R04",
    )
    yield "1,024 sheets", many_sheets(1_024, row("<c><v>1</v></c>")), None
    yield "1,101 sheets", many_sheets(1_101, ""), "R06"
    yield "name of a sheet that is not there", changed(WORKBOOK=workbook('<sheet name="a" r:id="rId1"/>',
        '<definedName name="n" localSheetId="7">a!A1</definedName>')), "R05"  # fmt: skip
    yield "macros", pack({**parts(), "xl/vbaProject.bin": b"\x00"}), None
    yield "external link", pack({**parts(), "xl/externalLinks/externalLink1.xml": "<no xml"}), None


def numbers() -> Iterator[Case]:
    bad = "1_000 ٣ １２.５ nan NaN inf Infinity 1e400 -1e999 1,000 0x10 --1 + - . e5 1e 1e+ 12% 1\u00a0 1e99999 ½"
    for text in (*bad.split(" "), "1 2", "9" * 400):
        yield f"{text[:12]!r}", cells(f'<c r="A1"><v>{text}</v></c>'), "R05"
    for text in (
        "1",
        "-0",
        "1.",
        ".5",
        "1E-307",
        "1.7976931348623157E308",
        "49.199999999999996",
        " 5\n",
        "",
        "1e-400",
        "9" * 300,
    ):
        yield f"{text[:12]!r}", cells(f'<c r="A1"><v>{text}</v></c>'), None


def texts() -> Iterator[Case]:
    def inline(text: str) -> bytes:
        return cells(f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>')

    for text in (
        "&lt;script&gt;",
        "\u202egnp",
        "_x0001_",
        "_x001B_[31m",
        "\u200b",
        "=1+1",
        "＝1",
        "_xD83D_",
        "😀",
        "\u0085",
        "&#13;",
    ):
        yield f"{text!a}", inline(text), None
    yield "NUL as a character reference", inline("&#0;"), "R05"
    yield "control character", inline("\x1b[31m"), "R05"
    yield "lone surrogate", changed(SHEET=sheet(row('<c r="A1" t="str"><v>')).encode() + b"\xed\xa0\x80"), "R05"
    yield "32,767 characters", inline("字" * 32_767), None
    yield "32,768 characters", inline("字" * 32_768), "R06"
    yield "32,768 shared characters", changed(STRINGS=shared_strings("字" * 32_768)), "R06"
    yield "32,768 characters of formula", cells(f'<c r="A1"><f>{"1" * 32_768}</f></c>'), "R06"
    yield "DDE", cells("<c r=\"A1\"><f>cmd|'/C calc'!A0</f><v>0</v></c>"), None


def shared_strings(text: str) -> str:
    return f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'


def prefixed(text: str) -> str:
    """Give the same part with every element of the main namespace as ``x:…``."""
    out = text.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    return out.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


def without(part: str) -> bytes:
    return pack({name: content for name, content in parts().items() if name != part})


def external() -> str:
    return links(("rId1", "worksheet", "http://127.0.0.1:9/x")).replace("/></R", ' TargetMode="External"/></R')


def many_sheets(count: int, rows: str) -> bytes:
    listed = "".join(f'<sheet name="表{i}" sheetId="{i}" r:id="r{i}"/>' for i in range(count))
    relations = links(*((f"r{i}", "worksheet", f"worksheets/s{i}.xml") for i in range(count)))
    return pack({**parts(), **{f"xl/worksheets/s{i}.xml": sheet(rows) for i in range(count)},
                 WORKBOOK: workbook(listed), LINKS: relations})  # fmt: skip


def many_members(extra: int, count: int | None = None) -> bytes:
    """Add empty members straight to the directory; ``count`` is what the end record then says."""
    good = pack(parts())
    at = good.index(b"PK\x01\x02")
    directory, end = good[at:], good.rindex(b"PK\x05\x06") - at
    header = b"PK\x01\x02" + bytes(24) + b"\x06\x00" + bytes(16)
    added = b"".join(header + b"%06x" % i for i in range(extra))
    total = (extra + len(parts())) if count is None else count
    size = (end + len(added)).to_bytes(4, "little") + at.to_bytes(4, "little")
    short = min(total, 0xFFFF).to_bytes(2, "little")
    return good[:at] + directory[:end] + added + b"PK\x05\x06" + bytes(4) + short * 2 + size + bytes(2)


def flip(data: bytes, part: str) -> bytes:
    """Flip one bit in the middle of a member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(part)
    at = info.header_offset + 30 + len(part) + info.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def twice(first: str, second: str) -> bytes:
    """Make a workbook with one part under two names, which may be the same."""
    placeholder = "z" * len(second)
    return pack({**parts(), placeholder: parts()[first]}).replace(placeholder.encode(), second.encode())


def backslashed() -> bytes:
    """Make a workbook whose member names have backslashes, as some programs on Windows write."""
    data = pack(parts())
    for name in parts():
        data = data.replace(name.encode(), name.replace("/", "\\").encode())
    return data


def encrypted(data: bytes) -> bytes:
    """Set the encryption flag of every member."""
    out = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            out[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(out)


def overlapping() -> bytes:
    """Make a second directory entry with the position of the worksheet's bytes."""
    data = pack({**parts(), "xl/worksheets/sheetZ.xml": parts()[SHEET]})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at = archive.getinfo(SHEET).header_offset
    entry = data.rindex(b"xl/worksheets/sheetZ.xml") - 46
    return data[: entry + 42] + at.to_bytes(4, "little") + data[entry + 46 :]


def lying(members: dict[str, str | bytes]) -> bytes:
    """Write into the directory that the worksheet unpacks to 1,000 bytes, which is too few."""
    data = pack(members)
    entry = data.rindex(SHEET.encode()) - 46
    return data[: entry + 24] + (1_000).to_bytes(4, "little") + data[entry + 28 :]


def mutants(data: bytes, count: int, choose: Callable[[int], int]) -> Iterator[bytes]:
    """Change some bytes of some members and pack them again, so that the damage reaches the XML and beyond."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(members)
    signs = b"<>/\"'&=0129AZ:az \x00\xff"
    for _ in range(count):
        name = names[choose(len(names))]
        content = bytearray(members[name])
        for _ in range(1 + choose(4)):
            content[choose(len(content))] = signs[choose(len(signs))]
        yield pack({**members, name: bytes(content)})
