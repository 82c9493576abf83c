"""The limits hold in every format: what would cost much time or memory is counted while it is read, or never read."""

from __future__ import annotations

import struct

import pytest

from tests import hostile, old_books, small_books
from tests.old_books import label, merged, name, number, number_format, shared, xf, xls
from tests.small_books import docx, ods, xlsb
from xlsxeval.read import worksheet
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Cell
from xlsxeval.read.formats import MOST_STYLES
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused

LONG = "字" * 101
CELL = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
TABLE = '<table:table table:name="表">{}</table:table>'


def refusal(data: bytes, limits: Limits = Limits()) -> tuple[str, str]:  # frozen
    with pytest.raises(Refused) as caught:
        open_any(data, limits)
    return caught.value.code, caught.value.message


def ods_rows(cells: str) -> bytes:
    return ods(TABLE.format(f"<table:table-row>{cells}</table:table-row>"))


def docx_row(cells: str) -> bytes:
    return docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")


def word(text: str, extra: str = "") -> str:
    return f"<w:tc>{extra}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


SHEETS = Limits(max_sheets=3)
CELLS = Limits(max_cells=5)
MERGES = Limits(max_merges=3)
TEXT = Limits(max_text=100)
STRINGS = Limits(max_strings=3)
TAGS = Limits(max_tags=600)
WIDE_MERGES = "".join('<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p/></w:tc>' for _ in range(4))
CASES = [
    ("sheets .xlsx", hostile.many_sheets(4, ""), SHEETS, "max-sheets"),
    ("sheets .xls", xls([], *[[number(0, 0, 1)]] * 4), SHEETS, "max-sheets"),
    ("sheets .xlsb", xlsb([(f"表{n}", f"sheet{n}.bin") for n in range(4)]), SHEETS, "max-sheets"),
    ("sheets .ods", ods(TABLE.format("") * 4), SHEETS, "max-sheets"),
    ("sheets .ods, 150,000 tables", ods('<table:table table:name="a"/>' * 150_000), Limits(), "max-sheets"),
    ("cells .xlsx", hostile.cells("<c><v>1</v></c>" * 6), CELLS, "max-cells"),
    ("cells .xls", xls([], [number(0, col, 1) for col in range(6)]), CELLS, "max-cells"),
    ("cells .xls, of two sheets", xls([], *[[number(0, col, 1) for col in range(3)]] * 2), CELLS, "max-cells"),
    ("cells .xlsb", xlsb(), CELLS, "max-cells"),
    ("cells .ods", ods_rows(CELL.format("", "甲") * 6), CELLS, "max-cells"),
    ("cells .ods, repeated", ods_rows(CELL.format(' table:number-columns-repeated="60"', "甲")), CELLS, "max-cells"),
    ("cells .docx", docx_row(word("甲") * 6), CELLS, "max-cells"),
    ("cells .csv", small_books.csv(), CELLS, "max-cells"),
    ("merges .xlsx", hostile.changed(SHEET=hostile.sheet("", after='<mergeCell ref="A1:B2"/>' * 4)), MERGES, "max-merges"),
    ("merges .xls", xls([], [merged(*[(0, 1, 0, 1)] * 4)]), MERGES, "max-merges"),
    ("merges .ods", ods_rows(CELL.format(' table:number-columns-spanned="2"', "") * 4), MERGES, "max-merges"),
    ("merges .docx", docx_row(WIDE_MERGES), MERGES, "max-merges"),
    ("text .xlsx", hostile.changed(STRINGS=hostile.shared_strings(LONG)), TEXT, "max-text"),
    ("text .xls", xls([shared(LONG)], [label(0, 0, 0)]), TEXT, "max-text"),
    ("text .xls, in the cell", xls([], [(0x204, struct.pack("<HHH", 0, 0, 0) + old_books.text(LONG))]), TEXT, "max-text"),
    ("text .ods", ods_rows(CELL.format("", LONG)), TEXT, "max-text"),
    ("text .ods, in many paragraphs", ods_rows(f"<table:table-cell>{'<text:p>字</text:p>' * 60}</table:table-cell>"), TEXT, "max-text"),
    ("text .docx", docx_row(word(LONG)), TEXT, "max-text"),
    ("text .docx, a paragraph", docx(f"<w:p><w:r><w:t>{LONG}</w:t></w:r></w:p>"), TEXT, "max-text"),
    ("text .csv", f"甲,乙,{LONG}\n".encode() * 6, TEXT, "max-text"),
    ("text .csv, a quotation without end", b"a,b,c\n" * 6 + b'"' + b"a,b,c\n" * 200, TEXT, "max-text"),
    ("strings .xlsx", hostile.changed(STRINGS=f"<sst>{'<si/>' * 4}</sst>"), STRINGS, "max-strings"),
    ("strings .xls", xls([shared(*"甲乙丙丁")], []), STRINGS, "max-strings"),
    ("strings .xls, claimed", xls([(0xFC, struct.pack("<II", 1, 2**31))], []), Limits(), "max-strings"),
    ("links .xlsx", hostile.changed(LINKS=hostile.links(*((f"r{n}", "x", "y") for n in range(4)))), STRINGS, "max-strings"),
    ("names .xlsx", hostile.changed(WORKBOOK=hostile.workbook("", "".join(f'<definedName name="a{n}"/>' for n in range(4)))), STRINGS, "max-strings"),
    ("tags .xlsx", hostile.changed(SHEET=hostile.sheet("<a/>" * 700)), TAGS, "max-tags"),
    ("records .xls", xls([], [(0x1234, b"")] * 100), TAGS, "max-tags"),
    ("records .xlsb", xlsb(cells=small_books.xlsb_rows(60)), TAGS, "max-tags"),
    ("elements .ods", ods_rows("<table:table-cell/>" * 110), TAGS, "max-tags"),
    ("elements .docx", docx_row("<w:tc/>" * 110), TAGS, "max-tags"),
    ("depth .ods", ods("<a>" * 70 + "</a>" * 70), Limits(), "max-depth"),
    ("depth .docx, tables in tables", docx("<w:tbl><w:tr><w:tc>" * 30 + "</w:tc></w:tr></w:tbl>" * 30), Limits(), "max-depth"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "limits", "option"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_limit_holds(data: bytes, limits: Limits, option: str) -> None:
    code, message = refusal(data, limits)
    assert (code, f"--{option}" in message) == ("R06", True)


SHARED = [
    (
        "xlsx",
        hostile.changed(WORKBOOK=hostile.workbook("".join(f'<sheet name="{n}" r:id="rId1"/>' for n in range(1000)))),
    ),
    ("xls", xls([], [number(0, 0, 1)], places=[0, 0])),
    ("xlsb", xlsb([("甲", "sheet1.bin"), ("乙", "sheet1.bin")])),
]


@pytest.mark.parametrize("data", [data for _, data in SHARED], ids=[name for name, _ in SHARED])
def test_two_sheets_on_one_part_are_refused(data: bytes) -> None:
    code, message = refusal(data)
    assert (code, "共用一个部分" in message) == ("R05", True)


def test_sheets_of_an_old_workbook_that_overlap_are_refused() -> None:
    """The second sheet is said to begin inside the first one, whose records would be read twice."""
    inner = [old_books.bof(0x10), *[number(row, 0, 1) for row in range(1_000)], old_books.EOF]
    data = old_books.book_stream([], [*inner, number(1, 0, 1)], [])
    start = data.index(old_books.records([old_books.bof(0x10)]) * 2)
    second = struct.pack("<i", start + len(old_books.records([old_books.bof(0x10)])))
    at = data.rindex(struct.pack("<HH", 0x85, 12)) + 4
    code, message = refusal(old_books.compound({"Workbook": data[:at] + second + data[at + 4 :]}))
    assert (code, "重叠" in message) == ("R05", True)


def styles(count: int) -> bytes:
    return hostile.changed(
        STYLES=f'<styleSheet xmlns="{hostile.MAIN}"><cellXfs>{"<xf/>" * count}</cellXfs></styleSheet>'
    )


def test_more_cell_styles_than_excel_opens_are_refused() -> None:
    assert open_any(styles(MOST_STYLES)).sheets
    assert "样式" in refusal(styles(MOST_STYLES + 1))[1]
    assert open_any(xls([xf(0)] * MOST_STYLES, [number(0, 0, 1)])).sheets
    assert "样式" in refusal(xls([xf(0)] * (MOST_STYLES + 1), []))[1]


def test_empty_places_of_an_old_workbook_are_not_visited(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Cell] = []
    from xlsxeval.read import xls as room

    monkeypatch.setattr(room, "Cell", lambda *values: made.append(Cell(*values)) or made[-1])
    (sheet,) = open_any(xls([], [number(row, 255, 1) for row in range(28_000)])).sheets
    assert len(sheet.cells) == len(made) == 28_000


def test_defined_names_of_an_old_workbook_are_not_worked_out() -> None:
    """N0 is 200 letters, N1 is N0 & N0, and so on: worked out, N39 would have 10^14 letters."""
    first = name("N0", b"\x17\xc8\x00" + b"a" * 200)
    doubles = [name(f"N{n}", struct.pack("<BIBIB", 0x43, n, 0x43, n, 0x08)) for n in range(1, 40)]
    (sheet,) = open_any(xls([first, *doubles], [number(0, 0, 1)])).sheets
    assert sheet.cells[1, 1].text == "1.0"


def test_a_link_over_every_cell_of_an_old_workbook_is_passed_over() -> None:
    link = (0x1B8, struct.pack("<HHHH", 0, 65_535, 0, 255) + bytes(16) + struct.pack("<II", 2, 0) + bytes(40))
    (sheet,) = open_any(xls([], [link, number(0, 0, 1)])).sheets
    assert len(sheet.cells) == 1


def test_a_long_number_format_of_an_old_workbook_is_passed_over() -> None:
    formats = [number_format(164, "0.00%"), number_format(165, "[" * 30_000)]
    book = open_any(xls([*formats, xf(164), xf(165), xf(10)], [number(0, col, 0.5, col) for col in range(4)]))
    assert [cell.format for cell in book.sheets[0].cells.values()] == ["0.00%", "", "0.00%", ""]


def test_a_directory_without_end_in_an_old_workbook_is_refused() -> None:
    """Both neighbours of an entry are the next entry: a walk through all of them would visit 2^40 of them."""
    data = bytearray(old_books.compound({f"S{n:02}": b"x" for n in range(40)}))
    for n in range(39):
        at = data.index(f"S{n:02}".encode("utf-16-le"))
        struct.pack_into("<ii", data, at + 68, n + 2, n + 2)
    assert refusal(bytes(data))[0] == "R02"  # what is at the top is no workbook


def test_shared_texts_of_an_old_workbook_may_go_on_in_the_next_record() -> None:
    head = struct.pack("<II", 2, 2) + struct.pack("<HBH", 4, 8, 1) + b"ab"
    parts = [(0xFC, head), (0x3C, b"\x01" + "丙丁".encode("utf-16-le") + b"\0\0\1\0" + struct.pack("<HB", 1, 0) + b"z")]
    (sheet,) = open_any(xls(parts, [label(0, 0, 0), label(0, 1, 1)])).sheets
    assert [cell.text for cell in sheet.cells.values()] == ["ab丙丁", "z"]


@pytest.mark.parametrize("index", [-1, 1, 2**31 - 1])
def test_a_number_of_a_text_that_is_not_there_is_damage(index: int) -> None:
    assert refusal(xls([shared("指标")], [label(0, 0, index)]))[0] == "R05"


@pytest.mark.parametrize("sign", ["\r", "\n"])
def test_a_text_with_more_lines_than_a_sheet_has_rows_is_refused(sign: str) -> None:
    assert refusal(b"a,b,c\n" * 6 + sign.encode() * 2_100_000)[0] == "R06"


def test_a_row_of_a_word_table_without_end_is_not_remembered() -> None:
    (sheet,) = open_any(docx_row(word("甲") + "<w:tc/>" * 20_000)).sheets
    assert list(sheet.cells) == [(1, 1)]


def test_no_more_hidden_columns_than_a_sheet_has() -> None:
    columns = '<col min="1" max="1" hidden="1"/>' * 20_000
    (sheet,) = open_any(hostile.changed(SHEET=hostile.sheet("", before=f"<cols>{columns}</cols>"))).sheets
    assert len(sheet.hidden_cols) == worksheet.LAST_COL


def test_one_long_text_in_many_lines_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxeval.rules import goals

    class Counting:
        """A pattern that counts how often it is searched for."""

        searched = 0

        def search(self, _text: str) -> None:
            self.searched += 1

    pattern = Counting()
    monkeypatch.setattr(goals, "_PROMPTS", pattern)
    for _ in range(1_000):
        goals._has_prompt("指标值" * 10_000)  # noqa: SLF001
    assert pattern.searched == 1
