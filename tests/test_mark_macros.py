"""A marked copy holds nothing that can run: macros and signatures are left out, and 审核意见 says so."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.hostile import LIMITS, MODULE, OFFICE, PACKAGE, WORKBOOK, changed, workbook
from tests.marking import ASIDE, BELOW, CELLS, CORNER, FILLED, SHEET, by_openpyxl, members, outcome_on, packed, rich
from tests.test_mark import marks
from xlsxeval.mark.copy import marked
from xlsxeval.read.refusals import Refused
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.filename import copy_name

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported and will be removed")

_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
_MACROS = "注意：原文件含有宏，副本里没有保留。"
_SIGNED = "注意：原文件带有数字签名，加了审核标记以后签名不再有效，副本里没有保留。"
_RIBBON = "注意：原文件含有自定义功能区，副本里没有保留。"
_DDE = "注意：原文件链接到其他程序（DDE），副本里去掉了所链接的程序名。"
_KEPT = "注意：副本里仍有原文件的外部链接，打开时如果询问是否启用或更新，请不要同意。"


def with_link(parts: dict[str, bytes], rels: str, kind: str, target: str) -> None:
    """Add a relationship to a part with relationships."""
    link = f'<Relationship Id="rIdNew{len(parts)}" Type="{kind}" Target="{target}"/></Relationships>'
    empty = f'<Relationships xmlns="{PACKAGE}"></Relationships>'.encode()
    parts[rels] = parts.get(rels, empty).replace(b"</Relationships>", link.encode())


def with_type(parts: dict[str, bytes], part: str, content_type: str) -> None:
    """Declare the type of a part."""
    types = parts["[Content_Types].xml"]
    override = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    parts["[Content_Types].xml"] = types.replace(b"</Types>", override.encode())


def macros() -> bytes:
    return rich(macros=True)


def with_signed_macros() -> bytes:
    parts = members(macros())
    for suffix in ("", "Agile", "V3"):
        part = f"vbaProjectSignature{suffix}.bin"
        parts[f"xl/{part}"] = b"signature"
        with_link(parts, "xl/_rels/vbaProject.bin.rels", f"{_MICROSOFT}/vbaProjectSignature{suffix}", part)
        with_type(parts, f"xl/{part}", f"application/vnd.ms-office.vbaProjectSignature{suffix}")
    return packed(parts)


def with_macros_elsewhere() -> bytes:
    """Give a workbook whose macros are in a part of another name, written with %, and linked to twice."""
    parts = members(macros())
    parts["xl/甲 part.dat"] = parts.pop("xl/vbaProject.bin")
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b'"vbaProject.bin"', '"/xl/../xl/甲%20part.DAT"'.encode())
    with_link(parts, rels, f"{OFFICE}/unknown", "甲 part.dat")
    with_type(parts, "xl/甲%20part.dat", "application/vnd.ms-office.vbaProject")
    return packed(parts)


def with_signature() -> bytes:
    parts = members(by_openpyxl())
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature"
    parts |= {"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": b"<Signature/>"}
    with_link(parts, "_rels/.rels", f"{kind}/origin", "_xmlsignatures/origin.sigs")
    with_link(parts, "_xmlsignatures/_rels/origin.sigs.rels", f"{kind}/signature", "sig1.xml")
    with_type(
        parts, "_xmlsignatures/sig1.xml", "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"
    )
    return packed(parts)


def with_ribbon() -> bytes:
    parts = members(macros())
    parts |= {"customUI/customUI14.xml": b"<customUI/>", "customUI/images/a.png": b"picture"}
    with_link(
        parts,
        "_rels/.rels",
        "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
        "customUI/customUI14.xml",
    )
    with_link(parts, "customUI/_rels/customUI14.xml.rels", f"{OFFICE}/image", "images/a.png")
    return packed(parts)


def with_program_link() -> bytes:
    parts = members(by_openpyxl())
    link = f'<externalLink xmlns="{OFFICE}"><ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems/></ddeLink></externalLink>'
    parts["xl/externalLinks/externalLink1.xml"] = link.encode()
    with_link(parts, "xl/_rels/workbook.xml.rels", f"{OFFICE}/externalLink", "externalLinks/externalLink1.xml")
    return packed(parts)


_CASES: dict[Callable[[], bytes], list[str]] = {
    macros: [_MACROS],
    with_signed_macros: [_MACROS],
    with_macros_elsewhere: [_MACROS],
    with_signature: [_SIGNED],
    with_ribbon: [_MACROS, _RIBBON],
    with_program_link: [_DDE, _KEPT],
}


def notes(copy: bytes) -> list[str]:
    """Give the notes in 审核意见 about the copy."""
    sheet = next(sheet for sheet in open_xlsx(copy).sheets if sheet.name == "审核意见")
    return [cell.text for cell in sheet.cells.values() if cell.text.startswith("注意：")]


@pytest.mark.parametrize("make", _CASES, ids=lambda make: make.__name__)
def test_what_can_run_is_left_out(make: Callable[[], bytes]) -> None:
    content = make()
    copy = marked(content, [outcome_on(SHEET, CELLS)])
    for name, part in members(copy).items():
        for word in (
            "vba",
            "macroenabled",
            "signature",
            "customui",
            "no real project",
            'ddeservice="cmd',
            "/c calc",
            "甲 part",
            "甲%20part",
        ):
            assert word not in name.lower()
            assert word.encode() not in part.lower(), (name, word)
    assert notes(copy) == _CASES[make]
    types = members(copy)["[Content_Types].xml"].decode()
    assert types.count(_MAIN_TYPE) == 1
    assert _MACRO_TYPE not in types


@pytest.mark.parametrize("make", _CASES, ids=lambda make: make.__name__)
def test_nothing_leads_to_what_was_left_out(make: Callable[[], bytes]) -> None:
    copy = members(marked(make(), [outcome_on(SHEET, CELLS)]))
    for part in re.findall(r'PartName="/([^"]*)"', copy["[Content_Types].xml"].decode()):
        assert part in copy
    for name, rels in copy.items():
        if name.endswith(".rels"):
            folder = name.partition("_rels/")[0]
            for target in re.findall(r'Target="([^"#]*)"', rels.decode()):
                path = target.lstrip("/") if target.startswith("/") else f"{folder}{target}"
                while "/../" in path:
                    path = re.sub(r"[^/]+/\.\./", "", path, count=1)
                assert path in copy, (name, target)


@pytest.mark.parametrize("make", _CASES, ids=lambda make: make.__name__)
def test_the_copy_is_marked_and_marking_it_again_changes_nothing(make: Callable[[], bytes]) -> None:
    content, outcome = make(), outcome_on(SHEET, CELLS)
    copy = marked(content, [outcome])
    assert {cell for _, cell in marks(copy)} >= {FILLED, BELOW, ASIDE}
    assert marked(copy, [outcome]) == copy
    once = {sheet.name: dict(sheet.cells) for sheet in open_xlsx(copy).sheets if sheet.name != "审核意见"}
    assert once == {sheet.name: dict(sheet.cells) for sheet in open_xlsx(content).sheets}


def macro_sheet(kind: str = f"{_MICROSOFT}/xlMacrosheet", target: str = "macrosheets/sheet1.xml") -> bytes:
    """Give a workbook with a sheet of old macros between two sheets, and names that start them."""
    parts = {name: part.encode() if isinstance(part, str) else part for name, part in members(changed()).items()}
    names = '<definedName name="_xlnm.Auto_Open">宏!$A$1</definedName><definedName name="f" xlm="1">宏!$A$1</definedName><definedName name="g">表!$A$1</definedName>'
    parts[WORKBOOK] = workbook(
        '<sheet name="宏" sheetId="2" r:id="rId9"/><sheet name="表" sheetId="1" r:id="rId1"/>',
        f"<definedNames>{names}</definedNames>",
    ).encode()
    parts["xl/macrosheets/sheet1.xml"] = (
        b'<xm:macrosheet xmlns:xm="m"><sheetData><row><c><f>EXEC("calc")</f></c></row></sheetData></xm:macrosheet>'
    )
    parts["xl/macrosheets/_rels/sheet1.xml.rels"] = f'<Relationships xmlns="{PACKAGE}"/>'.encode()
    link = f'<Relationship Id="rId9" Type="{kind}" Target="{target}"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>", link.encode()
    )
    override = '<Override PartName="/xl/macrosheets/sheet1.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/>'
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{override}</Types>'.encode()
    )
    return packed(parts)


def test_a_sheet_of_macros_becomes_an_empty_sheet() -> None:
    copy = marked(macro_sheet(), [outcome_on("表", {CORNER: "error"})], LIMITS)
    parts = members(copy)
    assert b"EXEC" not in b"".join(parts.values())
    assert b"acro" not in parts["[Content_Types].xml"].replace(b"/xl/macrosheets/", b"")
    assert [(sheet.name, len(sheet.cells)) for sheet in open_xlsx(copy).sheets][:2] == [("宏", 0), ("表", 2)]
    assert set(re.findall('definedName name="([^"]*)"', parts[WORKBOOK].decode())) >= {"g"}
    assert "Auto_Open" not in parts[WORKBOOK].decode()
    assert 'name="f"' not in parts[WORKBOOK].decode()
    assert notes(copy) == [_MACROS]
    assert marked(copy, [outcome_on("表", {CORNER: "error"})], LIMITS) == copy


def test_a_module_of_macros_becomes_an_empty_sheet() -> None:
    content = changed(WORKBOOK=workbook(MODULE + '<sheet name="表" sheetId="1" r:id="rId1"/>'))
    copy = marked(content, [outcome_on("表", {CORNER: "error"})], LIMITS)
    assert [sheet.name for sheet in open_xlsx(copy).sheets] == ["模块", "表", "审核意见"]
    assert 'r:id=""' not in members(copy)[WORKBOOK].decode()
    assert notes(copy) == [_MACROS]
    assert marked(copy, [outcome_on("表", {CORNER: "error"})], LIMITS) == copy


@pytest.mark.parametrize("target", ["workbook.xml", "styles.xml", "worksheets/sheet1.xml", "nowhere.xml"])
@pytest.mark.parametrize("kind", [f"{_MICROSOFT}/xlMacrosheet", f"{_MICROSOFT}/vbaProject"])
def test_a_sheet_that_claims_to_be_macros_is_refused(kind: str, target: str) -> None:
    content = macro_sheet(kind, target)
    with pytest.raises(Refused):
        marked(content, [outcome_on("表", {CORNER: "error"})], LIMITS)


def test_a_plain_workbook_says_nothing_of_macros() -> None:
    assert notes(marked(rich(), [outcome_on(SHEET, CELLS)])) == []


def test_what_stays_and_may_start_a_program_is_named() -> None:
    parts = {**members(by_openpyxl()), "xl/activeX/activeX1.xml": b"<ocx/>", "xl/embeddings/a.bin": b""}
    copy = marked(packed(parts), [outcome_on(SHEET, CELLS)])
    assert notes(copy) == ["注意：副本里仍有原文件的ActiveX控件、嵌入对象，打开时如果询问是否启用或更新，请不要同意。"]


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("甲.xlsx", "甲.xlsx"),
        ("甲.XLSX", "甲.XLSX"),
        ("甲.xlsm", "甲.xlsm.xlsx"),
        ("甲.xls", "甲.xls.xlsx"),
        ("甲", "甲.xlsx"),
    ],
)
def test_the_name_of_a_copy_ends_in_xlsx(name: str, copy: str) -> None:
    taken: set[str] = set()
    assert copy_name(("夹", name), "", taken) == f"夹/{copy}"
    assert copy_name(("夹", name), "", taken) == f"夹/{copy[:-5]}（2）{copy[-5:]}"
