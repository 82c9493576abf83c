"""Struck-out text is not read, and said."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import pytest
import xlsxwriter

from tests import hostile, old_books, small_books
from tests.soffice import convert, needs_soffice
from xlsxeval.a1 import cell_name
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Cell, Sheet
from xlsxeval.read.limits import Limits
from xlsxeval.read.struck import struck_out
from xlsxeval.read.xlsx import open_xlsx

STRUCK, OWN = "<rPr><strike/></rPr>", '<rPr><sz val="11"/></rPr>'
#: A workbook whose second cell style has a font that strikes out.
STYLES = (
    f'<styleSheet xmlns="{hostile.MAIN}"><fonts count="2"><font><sz val="11"/></font><font><strike/><sz val="11"/>'
    '</font></fonts><cellStyleXfs><xf fontId="1"/></cellStyleXfs><cellXfs><xf fontId="0"/>'
    '<xf fontId="1" numFmtId="10"/></cellXfs><dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>'
)
LEFT_OUT = "划掉的“{}”没有读，请把划掉的文字删去"
KEPT = "这一格的内容整个划掉了，仍按“{}”读取，不要的请删去"


def run(text: str, font: str = "") -> str:
    return f'<r>{font}<t xml:space="preserve">{text}</t></r>'


#: The runs of a text -> what is read and what is left out in a cell whose font does not strike out, then in one whose
#: font does.
TEXTS = {
    "130次 and 126次": (run("130次", STRUCK) + run("126次", OWN), ("126次", "130次"), ("126次", "130次")),
    "6 and 7": (run("6", STRUCK) + run("7", OWN), ("7", "6"), ("7", "6")),
    "val=1": (run("甲", '<rPr><strike val="1"/></rPr>') + run("乙", OWN), ("乙", "甲"), ("乙", "甲")),
    "val=0": (run("甲", '<rPr><strike val="0"/></rPr>') + run("乙", OWN), ("甲乙", None), ("甲乙", None)),
    "val=false": (run("甲", '<rPr><strike val="false"/></rPr>') + run("乙", OWN), ("甲乙", None), ("甲乙", None)),
    "all runs": (run("甲", STRUCK) + run("乙", STRUCK), ("甲乙", ""), ("甲乙", "")),
    "white space is left": (run("甲", STRUCK) + run(" ", OWN), ("甲 ", ""), ("甲 ", "")),
    "white space is struck": (run("甲", OWN) + run(" ", STRUCK) + run("乙", OWN), ("甲 乙", None), ("甲 乙", None)),
    "in the middle": (run("预算", OWN) + run("120", STRUCK) + run("130万元", OWN), *(("预算130万元", "120"),) * 2),
    "two fonts": (run("130", STRUCK) + run("次", STRUCK) + run("&#10;126次", OWN), *(("126次", "130次"),) * 2),
    "twice": (run("甲", STRUCK) + run("乙", OWN) + run("丙", STRUCK), ("乙", "甲、丙"), ("乙", "甲、丙")),
    "equal": (run("7", STRUCK) + run("7", OWN), ("7", "7"), ("7", "7")),
    "the first has no font": (run("甲") + run("乙", OWN), ("甲乙", None), ("乙", "甲")),
    "the second has no font": (run("甲", STRUCK) + run("乙"), ("乙", "甲"), ("甲乙", "")),
    "no run": ("<t>甲</t>", ("甲", None), ("甲", "")),
    "no text in a run": (f"<r>{STRUCK}</r>{run('甲')}", ("甲", None), ("甲", "")),
    "escapes": (run("甲_x000A_乙", STRUCK) + run("丙_x000A_丁", OWN), *(("丙\n丁", "甲\n乙"),) * 2),
    "pronunciation": (
        run("甲", STRUCK) + run("乙", OWN) + '<rPh sb="0" eb="1"><t>jia</t></rPh>',
        *(("乙", "甲"),) * 2,
    ),
}
CASES = [pytest.param(*case, id=name) for name, case in TEXTS.items()]
Read = tuple[str, str | None]


def only_sheet(data: bytes) -> Sheet:
    (sheet,) = open_any(data, Limits()).sheets
    return sheet


def read(sheet: Sheet, row: int, col: int) -> Read:
    """Give the text of a cell and what was left out of it."""
    return sheet.cells[row, col].text, sheet.struck.get((row, col))


def remarks(sheet: Sheet) -> dict[str, str]:
    return {one.cell: one.text for one in struck_out(sheet, sheet.cells)}


@pytest.mark.parametrize(("runs", "plain", "font_struck"), CASES)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_runs_of_a_shared_text(runs: str, plain: Read, font_struck: Read, prefix: str) -> None:
    texts = f'<sst xmlns="{hostile.MAIN}"><si><t>指标</t></si><si>{runs}</si><si><t>得分</t></si></sst>'
    rows = hostile.row("".join(f'<c r="{col}1" s="{style}" t="s"><v>1</v></c>' for col, style in (("A", 0), ("B", 1))))
    rows += hostile.row('<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>2</v></c>', 2)
    sheet = only_sheet(hostile.changed(STRINGS=prefixed(texts, prefix), SHEET=hostile.sheet(rows), STYLES=STYLES))
    assert (read(sheet, 1, 1), read(sheet, 1, 2)) == (plain, font_struck)
    assert (read(sheet, 2, 1), read(sheet, 2, 2)) == (("指标", None), ("得分", None))
    assert {cell.kind for cell in sheet.cells.values()} == {"text"}


@pytest.mark.parametrize(("runs", "plain", "font_struck"), CASES)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_runs_of_a_text_in_its_cell(runs: str, plain: Read, font_struck: Read, prefix: str) -> None:
    cells = [f'<c r="{col}1" s="{style}" t="inlineStr"><is>{runs}</is></c>' for col, style in (("A", 0), ("B", 1))]
    rows = hostile.row("".join(cells) + '<c r="C1"><v>5</v></c><c r="D1" t="inlineStr"><is><t>丁</t></is></c>')
    sheet = only_sheet(hostile.changed(SHEET=prefixed(hostile.sheet(rows), prefix), STYLES=STYLES))
    assert (read(sheet, 1, 1), read(sheet, 1, 2)) == (plain, font_struck)
    assert (read(sheet, 1, 3), read(sheet, 1, 4)) == (("5", None), ("丁", None))


def prefixed(part: str, prefix: str) -> str:
    """Give each element of a part a prefix."""
    return re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", part).replace("xmlns=", f"xmlns:{prefix[:-1]}=") if prefix else part


def test_a_number_in_a_struck_out_font_is_read_and_said() -> None:
    rows = hostile.row(
        '<c r="A1" s="1"><v>0.5</v></c><c r="B1" s="1"><f>A1</f></c><c r="C1" s="1"/><c r="D1"><v>1</v></c>'
    )
    sheet = only_sheet(hostile.changed(SHEET=hostile.sheet(rows), STYLES=STYLES))
    assert sheet.cells[1, 1] == Cell(1, 1, "0.5", "number", None, "0.00%")
    assert sheet.struck == {(1, 1): ""}
    assert remarks(sheet) == {cell_name(1, 1): KEPT.format("50.00%")}


def test_a_style_that_does_not_strike_out() -> None:
    styles = STYLES.replace("<strike/><sz", '<strike val="0"/><sz')
    sheet = only_sheet(hostile.changed(SHEET=hostile.sheet(hostile.row('<c r="A1" s="1"><v>1</v></c>')), STYLES=styles))
    assert (sheet.cells[1, 1].text, sheet.struck) == ("1", {})


def book_by_xlsxwriter() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        line, other = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
        sheet.write_rich_string(0, 0, line, "130次", "126次")
        sheet.write_rich_string(0, 1, line, "6", other, "7")
        sheet.write_rich_string(0, 2, line, "整", other, "个", line)
        sheet.write_string(0, 3, "整个", line)
        sheet.write_number(0, 4, 9.5, line)
        sheet.write_string(0, 5, "得分", other)
        sheet.write_rich_string(0, 6, "共", line, "20", other, "21", "个")
        sheet.write_rich_string(1, 0, line, "一", line, "二", book.add_format())
    return stream.getvalue()


WRITTEN = {
    (1, 1): ("126次", "130次"),
    (1, 2): ("7", "6"),
    (1, 3): ("个", "整"),
    (1, 4): ("整个", ""),
    (1, 5): ("9.5", ""),
    (1, 6): ("得分", None),
    (1, 7): ("共21个", "20"),
    (2, 1): ("一二", ""),
}


def test_a_workbook_written_by_xlsxwriter() -> None:
    sheet = only_sheet(book_by_xlsxwriter())
    assert {at: read(sheet, *at) for at in sheet.cells} == WRITTEN
    assert remarks(sheet) == {
        cell_name(*at): LEFT_OUT.format(struck) if struck else KEPT.format(text)
        for at, (text, struck) in WRITTEN.items()
        if struck is not None
    }


@needs_soffice
@pytest.mark.xdist_group("formats")
def test_the_same_workbook_in_other_formats(tmp_path: Path) -> None:
    source = tmp_path / "s.xlsx"
    source.write_bytes(book_by_xlsxwriter())
    for kind in ("ods", "xls", "xlsx"):
        target = tmp_path / kind
        target.mkdir()
        convert([source], target, kind)
        sheet = only_sheet((target / f"s.{kind}").read_bytes())
        assert {at: read(sheet, *at) for at in sheet.cells} == WRITTEN, kind


def test_only_the_asked_cells_are_said_and_long_texts_are_cut() -> None:
    at = (3, 2)
    sheet = Sheet("表", {at: Cell(*at, "新", "text"), (1, 1): Cell(1, 1, "旧", "text")}, struck={at: "长 \n句" * 20})
    assert struck_out(sheet, [(1, 1)]) == ()
    ((cell, text),) = struck_out(sheet, [(1, 1), at])
    assert (cell, text) == (cell_name(*at), LEFT_OUT.format("长 " + "句长 " * 9 + "句…"))
    assert struck_out(Sheet("表", {at: Cell(*at, "新", "text")}), [at]) == ()


def ods_table(cells: str) -> bytes:
    """Write a sheet of one row; the styles of texts are called by what they do, those of cells ce1 (strikes out) and ce2."""

    def style(name: str, family: str, lines: str, parent: str = "") -> str:
        return (
            f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
            f"<style:text-properties {lines}/></style:style>"
        )

    through = 'style:text-line-through-style="solid" style:text-line-through-type="single"'
    without = 'style:text-line-through-style="none" style:text-line-through-type="none"'
    styles = [
        style("struck", "text", through),
        style("plain", "text", without),
        style("red", "text", 'fo:color="#ff0000"'),
        style("double", "text", 'style:text-line-through-type="double"'),
        style("child", "text", 'fo:color="#ff0000"', "struck"),
        style("ce1", "table-cell", through),
        style("ce2", "table-cell", without),
    ]
    table = f'<table:table table:name="表"><table:table-row table:number-rows-repeated="2">{cells}</table:table-row></table:table>'
    content = f"<office:automatic-styles>{''.join(styles)}</office:automatic-styles><office:body>{table}</office:body>"
    return hostile.pack(
        {"mimetype": small_books.MIME, "content.xml": f"<office:document-content>{content}</office:document-content>"}
    )


@pytest.mark.parametrize(
    ("content", "plain", "font_struck"),
    [
        (
            '<text:p><text:span text:style-name="struck">130次</text:span>126次</text:p>',
            ("126次", "130次"),
            ("130次126次", ""),
        ),
        (
            '<text:p>130次<text:span text:style-name="plain">126次</text:span></text:p>',
            ("130次126次", None),
            ("126次", "130次"),
        ),
        ('<text:p>甲<text:span text:style-name="red">乙</text:span></text:p>', ("甲乙", None), ("甲乙", "")),
        ('<text:p>甲<text:span text:style-name="double">乙</text:span></text:p>', ("甲", "乙"), ("甲乙", "")),
        ('<text:p>甲<text:span text:style-name="child">乙</text:span></text:p>', ("甲", "乙"), ("甲乙", "")),
        (
            '<text:p><text:span text:style-name="struck">甲</text:span></text:p><text:p>乙</text:p>',
            ("乙", "甲"),
            ("甲\n乙", ""),
        ),
        (
            '<text:p><text:span text:style-name="struck">甲<text:s text:c="2"/><text:span text:style-name="red">乙</text:span></text:span>丙</text:p>',
            ("丙", "甲  乙"),
            ("甲  乙丙", ""),
        ),
        (
            '<office:annotation><text:p><text:span text:style-name="struck">批注</text:span></text:p></office:annotation><text:p>乙</text:p>',
            ("乙", None),
            ("乙", ""),
        ),
        ("<text:p>甲</text:p><text:p/><text:p>乙</text:p>", ("甲\n\n乙", None), ("甲\n\n乙", "")),
    ],
)
def test_ods(content: str, plain: Read, font_struck: Read) -> None:
    cells = "".join(
        f'<table:table-cell table:style-name="{style}" office:value-type="string">{content}</table:table-cell>'
        for style in ("ce2", "ce1", "struck")
    )
    sheet = only_sheet(ods_table(cells))
    for row in (1, 2):
        assert [read(sheet, row, col) for col in (1, 2, 3)] == [plain, font_struck, plain]
    assert {cell.kind for cell in sheet.cells.values()} == {"text"}


def test_a_struck_out_number_of_an_ods_file() -> None:
    cell = '<table:table-cell table:style-name="ce1" office:value-type="float" office:value="9.5"><text:p>9.50</text:p></table:table-cell>'
    sheet = only_sheet(ods_table(cell))
    assert sheet.cells[1, 1] == Cell(1, 1, "9.5", "number", None, "0.00")
    assert sheet.struck == {(1, 1): "", (2, 1): ""}


def word(text: str, font: str = "") -> str:
    return f"<w:r><w:rPr>{font}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (word("130次", "<w:strike/>") + word("126次"), ("126次", "130次")),
        (word("6", "<w:dstrike/>") + word("7"), ("7", "6")),
        (word("甲", '<w:strike w:val="1"/>') + word("乙"), ("乙", "甲")),
        (word("甲", '<w:strike w:val="0"/>') + word("乙"), ("甲乙", None)),
        (word("甲", '<w:strike w:val="false"/><w:dstrike w:val="off"/>') + word("乙"), ("甲乙", None)),
        (word("甲", "<w:rPrChange><w:rPr><w:strike/></w:rPr></w:rPrChange>") + word("乙"), ("甲乙", None)),
        ("<w:pPr><w:rPr><w:strike/></w:rPr></w:pPr>" + word("甲"), ("甲", None)),
        (word("甲", "<w:strike/>") + word("乙", "<w:strike/>"), ("甲乙", "")),
        (word("甲", "<w:strike/>") + "</w:p><w:p>" + word("乙"), ("乙", "甲")),
        (word("甲") + "<w:r><w:br/></w:r>" + word("乙") + "</w:p><w:p>" + word("丙"), ("甲\n乙\n丙", None)),
    ],
)
def test_docx(content: str, expected: Read) -> None:
    def cell(inner: str) -> str:
        return f"<w:tc><w:p>{inner}</w:p></w:tc>"

    body = f"<w:tbl><w:tr>{cell(word('指标'))}{cell(content)}{cell(word('得分'))}</w:tr></w:tbl>"
    sheet = only_sheet(small_books.docx(body))
    assert [read(sheet, 1, col) for col in (1, 2, 3)] == [("指标", None), expected, ("得分", None)]


def test_paragraphs_of_a_docx_file() -> None:
    inner = word("2023", "<w:strike/>") + word("2024年度自评表")
    sheet = only_sheet(small_books.docx(f"<w:p>{inner}</w:p><w:p>{word(' ')}</w:p><w:p>{word('甲')}</w:p>"))
    assert (read(sheet, 1, 1), read(sheet, 2, 1)) == (("2024年度自评表", "2023"), ("甲", None))


def xls_font(*, struck: bool) -> old_books.Record:
    return 0x31, struct.pack("<HHHHHBBBBBB", 220, 8 if struck else 0, 0, 400, 0, 0, 0, 0, 0, 1, 0) + b"A"


def rich(text: str, *runs: tuple[int, int]) -> bytes:
    """Write a shared text with runs, each as where it begins and its font."""
    head = struct.pack("<HBH", len(text.encode("utf-16-le")) // 2, 9, len(runs))
    return head + text.encode("utf-16-le") + b"".join(struct.pack("<HH", *one) for one in runs)


def xls_book(*texts: bytes, cut: int = 0) -> bytes:
    """Write one row for each text: in a cell of the first style, and in one of the second, whose font strikes out.

    Font 6 strikes out: the sixth font, because no font has the number 4. The last ``cut`` bytes of the texts stand in
    a record of their own.
    """
    fonts = [xls_font(struck=number == 5) for number in range(6)]
    styles = [(0xE0, struct.pack("<HH", font, 0) + bytes(16)) for font in (0, 6)]
    data = struct.pack("<II", len(texts), len(texts)) + b"".join(texts)
    shared = [(0xFC, data[: len(data) - cut]), *([(0x3C, data[-cut:])] if cut else [])]
    cells = [(0xFD, struct.pack("<HHHi", row, col, col, row)) for row in range(len(texts)) for col in (0, 1)]
    return old_books.xls([*fonts, *styles, *shared], [*cells, old_books.number(len(texts), 0, 9.5, 1)])


def test_xls() -> None:
    texts = [
        rich("130次126次", (0, 6), (4, 5)),
        rich("130次126次", (4, 5)),
        rich("甲𠮷乙", (3, 6)),
        rich("甲乙", (0, 6), (1, 6)),
    ]
    for cut in (0, 4, 7, 8):  # one run, runs cut through, and two runs
        sheet = only_sheet(xls_book(*texts, cut=cut))
        assert [read(sheet, row, col) for row in (1, 2, 3, 4) for col in (1, 2)] == [
            *(("126次", "130次"), ("126次", "130次")),
            *(("130次126次", None), ("126次", "130次")),
            *(("甲𠮷", "乙"), ("甲𠮷乙", "")),
            *(("甲乙", ""), ("甲乙", "")),
        ]
        assert read(sheet, 5, 1) == ("9.5", "")


def test_runs_in_any_order_of_an_xls_file_take_no_time() -> None:
    runs = [(number % 2 * 5_000, 5 + number % 2) for number in range(10_000)]
    sheet = only_sheet(xls_book(rich("甲" * 5_000, *runs)))
    assert read(sheet, 1, 1) == ("甲" * 5_000, None)


def test_a_run_that_is_struck_out_costs_only_its_length() -> None:
    runs = "".join(run("甲", STRUCK if number % 2 else OWN) for number in range(20_000))
    texts = f'<sst xmlns="{hostile.MAIN}"><si>{runs}</si></sst>'
    (sheet,) = open_xlsx(hostile.changed(STRINGS=texts, STYLES=STYLES)).sheets
    assert read(sheet, 1, 1) == ("甲" * 10_000, "、".join("甲" * 10_000))
