"""The reader against what XlsxWriter and openpyxl wrote, against itself, and against strangers."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import pickle
import random
import re
import socket
import subprocess
import sys
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.packaging.custom import StringProperty

from tests import hostile
from xlsxeval.read import xlsx
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused
from xlsxeval.read.shifted import shift
from xlsxeval.read.worksheet import number_text
from xlsxeval.read.xlsx import open_xlsx

#: What bad content may raise inside; anything else is a mistake of ours.
CASES = [pytest.param(data, code, id=name) for name, data, code in hostile.every_case()]


def only_sheet(data: bytes) -> Sheet:
    (sheet,) = open_xlsx(data, hostile.LIMITS).sheets
    return sheet


def only_cell(text: str) -> Cell:
    (cell,) = only_sheet(hostile.cells(text)).cells.values()
    return cell


def written(fill: object) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    fill(book)  # type: ignore[operator]
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize(("data", "code"), CASES)
def test_hostile(data: bytes, code: str | None) -> None:
    try:
        book = open_any(data, hostile.LIMITS)
    except Refused as refused:
        assert refused.code == code  # noqa: PT017  # many are read
        assert refused.message.isprintable()  # noqa: PT017
        assert ("--max-" in refused.message) == (code == "R06")  # noqa: PT017
    else:
        assert code is None
        assert book.sheets


def test_every_code_has_a_case() -> None:
    assert {case.values[1] for case in CASES} - {None} == {f"R0{number}" for number in range(1, 9)}


def test_nothing_is_opened_or_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError

    cases = [*hostile.xml(), *hostile.structure()]
    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)
    for _, data, code in cases:
        if code is None:
            open_xlsx(data, hostile.LIMITS)
        else:
            with pytest.raises(Refused):
                open_xlsx(data, hostile.LIMITS)


def test_torn_anywhere() -> None:
    data = hostile.pack(hostile.parts())
    for length in range(len(data)):
        with pytest.raises(Refused):
            open_xlsx(data[:length])


def test_mutants_are_read_or_refused() -> None:
    dice = random.Random(20251123)
    for data in hostile.mutants(sample(), 400, dice.randrange):
        with contextlib.suppress(Refused):
            assert open_xlsx(data, hostile.LIMITS).sheets


@pytest.mark.parametrize("error", [KeyError, RecursionError])
def test_a_mistake_of_ours_is_no_refusal(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(xlsx, "read_strings", fails)
    with pytest.raises(error):
        open_xlsx(hostile.pack(hostile.parts()))


@pytest.mark.parametrize(
    ("limits", "option"),
    [
        (Limits(max_file=10), "--max-file"),
        (Limits(max_unpacked=100), "--max-unpacked"),
        (Limits(max_tags=10), "--max-tags"),
        (Limits(max_parts=3), "--max-parts"),
        (Limits(max_sheets=0), "--max-sheets"),
        (Limits(max_cells=1), "--max-cells"),
        (Limits(max_strings=0), "--max-strings"),
        (Limits(max_text=1), "--max-text"),
        (Limits(max_depth=2), "--max-depth"),
    ],
)
def test_a_limit_names_its_option(limits: Limits, option: str) -> None:
    with pytest.raises(Refused, match=option) as caught:
        open_xlsx(hostile.pack(hostile.parts()), limits)
    assert caught.value.code == "R06"


def test_the_address_is_named() -> None:
    for text, address in {
        '<c r="C7"><v>x</v></c>': "C7",
        '<c r="D1" t="s"><v>9</v></c>': "D1",
        "<c/><c><v>x</v></c>": "B1",
    }.items():
        with pytest.raises(Refused, match=address):
            open_xlsx(hostile.cells(text))


def test_a_million_empty_rows_under_the_usual_limits() -> None:
    data = hostile.pack(hostile.parts('<row s="1" customFormat="1"/>' * 1_048_576))
    assert open_xlsx(data).sheets[0].cells == {}


def test_refusals_travel_between_processes() -> None:
    refused = pickle.loads(pickle.dumps(Refused("R05", "文件已损坏")))  # noqa: S301
    assert (refused.code, refused.message, str(refused)) == ("R05", "文件已损坏", "文件已损坏")


def test_the_values_need_no_zip_and_no_xml() -> None:
    check = "import sys, xlsxeval.read.cells; sys.exit(any(m in sys.modules for m in ('zipfile', 'pyexpat')))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def sample() -> bytes:
    """Write a workbook with everything a form has."""

    def fill(book: xlsxwriter.Workbook) -> None:
        book.set_custom_property("form", "hunan-2025")
        book.set_custom_property("版本", 3)
        first, second = book.add_worksheet("自评表"), book.add_worksheet("基础 数据")
        percent, two = book.add_format({"num_format": "0.00%"}), book.add_format({"num_format": '#,##0.00"万元"'})
        rich = book.add_format({"bold": True})
        first.write("A1", "部门整体支出绩效自评表")
        first.write("B2", 0.9953, percent)
        first.write("C2", 1361.15, two)
        first.write("D2", 12345678901234567)
        first.write("E2", True)  # noqa: FBT003
        first.write_formula("F2", "=C2/2", two, 680.575)
        first.write_formula("G2", "='基础 数据'!A1&\"=\"", None, "x=")
        first.write_formula("H2", "=1/0", None, "#DIV/0!")
        first.write_formula("I2", '=""', None, "")
        first.write_formula("J2", "=A1=A1", None, "TRUE")
        first.write_array_formula("K2:K3", "{=SUM(B2:C2*2)}", None, 7)
        first.write_rich_string("A3", rich, "粗", "细 ")
        first.write("A4", "  两端有空格 \n换行\t")
        first.write_datetime("B4", dt.date(2025, 11, 23), book.add_format({"num_format": 14}))
        first.write_blank("C4", None, percent)
        first.merge_range("A5:C6", "合并", rich)
        first.set_row(6, None, None, {"hidden": True})
        first.set_column("D:F", None, None, {"hidden": True})
        second.write("A1", "x")
        second.hide()
        book.define_name("总分", "=自评表!$C$2")
        book.define_name("'基础 数据'!本表", "='基础 数据'!$A$1")

    return written(fill)


def test_as_openpyxl_reads_what_xlsxwriter_wrote() -> None:
    compare(sample())


def test_as_openpyxl_reads_what_openpyxl_wrote() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sample()))
    book.custom_doc_props.append(StringProperty(name="说明", value="甲&乙"))
    stream = io.BytesIO()
    book.save(stream)
    compare(stream.getvalue())


def compare(data: bytes) -> None:
    """Compare everything openpyxl gives as well."""
    ours = open_xlsx(data)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, rich_text=False)
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    assert [sheet.name for sheet in ours.sheets] == values.sheetnames
    scoped = {f"{sheet.title}!{name}": text.attr_text for sheet in values for name, text in sheet.defined_names.items()}
    assert dict(ours.names) == {name: text.attr_text for name, text in values.defined_names.items()} | scoped
    assert dict(ours.properties) == {item.name: str(item.value) for item in values.custom_doc_props.props}
    for sheet in ours.sheets:
        theirs, written_out = values[sheet.name], formulas[sheet.name]
        assert sheet.state == theirs.sheet_state
        merges = [Range(m.min_row, m.min_col, m.max_row, m.max_col) for m in theirs.merged_cells.ranges]
        assert sorted(sheet.merges) == sorted(merges)
        assert sheet.hidden_rows == {row for row, size in theirs.row_dimensions.items() if size.hidden}
        hidden = {(size.min, size.max) for size in theirs.column_dimensions.values() if size.hidden}
        assert set(sheet.hidden_cols) == hidden
        filled = {(c.row, c.column) for line in written_out.iter_rows() for c in line if c.value is not None}
        assert set(sheet.cells) == filled
        for at, cell in sheet.cells.items():
            value, formula = theirs.cell(*at).value, written_out.cell(*at)
            assert (cell.row, cell.col) == at
            assert same_value(cell, value), cell
            assert (cell.formula is not None) == (formula.data_type == "f")
            if formula.data_type == "f":
                text = formula.value if isinstance(formula.value, str) else formula.value.text
                assert cell.formula == text.removeprefix("=")
            code = formula.number_format
            assert cell.format == ("" if code == "General" else "yyyy/m/d" if code == "mm-dd-yy" else code)


def same_value(cell: Cell, value: object) -> bool:
    if isinstance(value, bool):
        return (cell.kind, cell.text) == ("bool", str(value).upper())
    if isinstance(value, dt.datetime):
        return Decimal(cell.text) == (value.date() - dt.date(1899, 12, 30)).days
    if isinstance(value, int | float):
        return cell.kind == "number" and Decimal(cell.text) == Decimal(format(value, ".15g"))
    if value is None:
        return cell.text == "" and cell.kind in {"none", "text"}
    return cell.kind == ("error" if str(value).startswith("#") else "text") and cell.text == value


def test_kinds() -> None:
    given_cells = {
        "<v>1</v>": ("1", "number", None),
        "<f>A9</f>": ("", "none", "A9"),
        "<f>A9</f><v></v>": ("", "none", "A9"),
        "<f>A9</f><v/>": ("", "none", "A9"),
        "<f>=A9</f><v>2</v>": ("2", "number", "A9"),
        '<f t="array" ref="A1:A2">A9</f><v>2</v>': ("2", "number", "A9"),
        '<f t="dataTable" ref="A1"/><v>2</v>': ("2", "number", ""),
    }
    for text, expected in given_cells.items():
        cell = only_cell(f'<c r="A1">{text}</c>')
        assert (cell.text, cell.kind, cell.formula) == expected
    assert only_cell('<c r="A1" t="str"><f>A9</f><v></v></c>')[2:5] == ("", "text", "A9")
    assert only_cell('<c r="A1" t="e"><v>#REF!</v></c>')[2:4] == ("#REF!", "error")
    assert only_cell('<c r="A1" t="b"><v>0</v></c>')[2:4] == ("FALSE", "bool")
    assert only_cell('<c r="A1" t="d"><v>2025-11-23</v></c>')[2:4] == ("2025-11-23", "text")
    for empty in ("", "<v/>", " \n "):
        assert only_sheet(hostile.cells(f'<c r="A1" s="0">{empty}</c><c r="B1" t="str"><v></v></c>')).cells == {}


def test_texts() -> None:
    texts = {
        "_x0041__x005F_x0041_": "A_x0041_",
        "a_x000D__x000A_b": "a\r\nb",
        "_x0001__x001B_[31m_x0085_": "\ufffd\ufffd[31m\ufffd",
        "_xD83D__xDE00_": "😀",
        "_xD83D_x": "\ufffdx",
        "_xFFFF_": "\ufffd",
        "_x00_": "_x00_",
        " a\n b ": " a\n b ",
    }
    for text, expected in texts.items():
        assert only_cell(f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>').text == expected
        assert only_cell(f'<c r="A1" t="str"><v>{text}</v></c>').text == expected
    rich = "<r><t>甲</t></r>\n<r><rPr><b/></rPr><t xml:space='preserve'> 乙</t></r><rPh sb='0' eb='1'><t>jia</t></rPh>"
    assert only_cell(f'<c r="A1" t="inlineStr"><is>{rich}</is></c>').text == "甲 乙"
    shared = f'<sst xmlns="{hostile.MAIN}"><si>{rich}</si></sst>'
    assert only_sheet(hostile.changed(STRINGS=shared)).cells[1, 1].text == "甲 乙"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40), min_size=1, max_size=12))
def test_strings_come_back(texts: list[str]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row, text in enumerate(texts):
            sheet.write_string(row, 0, text)

    cells = open_xlsx(written(fill)).sheets[0].cells
    control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    assert [cells[row, 1].text for row in range(1, len(texts) + 1)] == [control.sub("\ufffd", text) for text in texts]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_with_15_digits(value: float) -> None:
    text = number_text(repr(value))
    assert text is not None
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    assert Decimal(text) == Decimal(format(value, ".15g"))


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_short_numbers_stay_as_they_are(value: Decimal) -> None:
    text = format(value, "f")
    assert only_cell(f'<c r="A1"><v>{text}</v></c>').text == text


@pytest.mark.parametrize(
    ("given_text", "text"),
    [
        ("49.199999999999996", "49.2"),
        ("0.55000000000000004", "0.55"),
        ("99.999999999999986", "100"),
        ("9.50", "9.50"),
        ("1E3", "1000"),
        ("-1.42E-14", "-0.0000000000000142"),
        ("430181199001011234", "430181199001011000"),
        ("1.", "1"),
        (".5", "0.5"),
        (" 5\n", "5"),
        ("", ""),
        ("1_000", None),
        ("٣", None),
        ("nan", None),
        ("1e400", None),
    ],
)
def test_number_text(given_text: str, text: str | None) -> None:
    assert number_text(given_text) == text


@pytest.mark.parametrize(
    "formula",
    [
        "A1",
        "$A1+A$1+$A$1",
        "SUM(A1:B2,$C3:D$4)",
        '"A1"&A1',
        "'A1 b''C1'!A1",
        "表!B2",
        "LOG10(A1)",
        "SUM(A:A,$A:B,1:3,$1:3)",
        "1.5E3+A1",
        'IF(A1="x""A1",B1,0)',
        "_xlfn.CONCAT(A1)",
        "[1]Sheet1!A1",
        "合计A1+A1",
        "AA10:XF20 B3",
    ],
)
def test_shift_as_openpyxl_does(formula: str) -> None:
    expected = Translator("=" + formula, origin="C5").translate_formula("E6")
    assert shift(formula, 1, 2) == expected[1:]


def test_shift_leaves_alone_and_breaks_at_the_edge() -> None:
    assert shift("T[[#This Row],[A1]]+T[A1]+A1_x+XFE1+R1C1", 1, 1) == "T[[#This Row],[A1]]+T[A1]+A1_x+XFE1+R1C1"
    assert shift("XFD1+A1048576+A1", 1, 1) == "#REF!+#REF!+B2"
    assert shift("A1:B2", -1, 0) == "#REF!:B1"
    assert shift("A:B+1:2", 0, -1) == "#REF!+1:2"


def test_shared_formulas_are_written_out() -> None:
    first = '<c r="C1"><f t="shared" si="0" ref="C1:C3">A1*B1</f><v>1</v></c>'
    others = "".join(hostile.row(f'<c r="C{i}"><f t="shared" si="0"/><v>1</v></c>', i) for i in (2, 3))
    rows = hostile.row(first) + others
    cells = only_sheet(hostile.pack(hostile.parts(rows))).cells
    assert [cells[i, 3].formula for i in (1, 2, 3)] == ["A1*B1", "A2*B2", "A3*B3"]


def test_positions_without_addresses() -> None:
    rows = (
        '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row>'
        '<row r="5"><c/><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    )
    cells = only_sheet(hostile.pack(hostile.parts(rows))).cells
    assert {at: cell.text for at, cell in cells.items()} == {
        (1, 1): "1",
        (1, 4): "2",
        (1, 5): "3",
        (5, 2): "4",
        (6, 1): "5",
    }
    odd = only_sheet(hostile.pack(hostile.parts(hostile.row('<c r="B12"><v>1</v></c><c r="C2"><v>2</v></c>', 2)))).cells
    assert set(odd) == {(12, 2), (2, 3)}


def test_other_dialects_say_the_same() -> None:
    plain = open_xlsx(hostile.pack(hostile.parts()))
    assert [cell[2:4] for cell in plain.sheets[0].cells.values()] == [("指标", "text"), ("9.5", "number")]
    for name, data, _ in [*hostile.structure(), *hostile.container()]:
        if name in {"strict", "x: prefixes", "stored", "case of names", "backslashes", f"without {hostile.LINKS}"}:
            assert open_xlsx(data).sheets == plain.sheets, name


def test_values_under_merges_and_in_hidden_places_are_kept() -> None:
    text = hostile.sheet(
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>',
        before='<cols><col min="2" max="4" hidden="true"/><col min="5" max="5"/></cols>',
        after='<mergeCells><mergeCell ref="$B$1:A1"/></mergeCells>',
    )
    sheet = only_sheet(hostile.changed(SHEET=text))
    assert len(sheet.cells) == 2
    assert (sheet.merges, sheet.hidden_rows, sheet.hidden_cols) == ((Range(1, 1, 1, 2),), {1}, ((2, 4),))


def test_notes_and_calendar() -> None:
    main = hostile.workbook('<sheet name="暗\u202e" state="hidden" r:id="rId1"/>', '<workbookPr date1904="1"/>')
    members = {**hostile.parts(), hostile.WORKBOOK: main, "xl/vbaProject.bin": b"", "xl/externalLinks/e1.xml": b""}
    book = open_xlsx(hostile.pack(members))
    assert book.date1904
    assert [note[:6] for note in book.notes] == ["有隐藏的工作", "工作簿含有宏", "工作簿链接到"]
    assert "暗\ufffd" in book.notes[0]
    assert open_xlsx(hostile.pack(hostile.parts())).notes == ()
    module = hostile.changed(WORKBOOK=hostile.workbook(f'{hostile.MODULE}<sheet name="表" r:id="rId1"/>'))
    assert open_xlsx(module).notes == ("有隐藏的工作表：模块。", "有1个工作表没有内容，没有读取：模块。")
    assert open_xlsx(module).sheets == open_xlsx(hostile.pack(hostile.parts())).sheets


def test_formats() -> None:
    xfs = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 9, 10, 49, 176, 177, 999))
    styles = (
        f'<styleSheet xmlns="{hostile.MAIN}"><numFmts><numFmt numFmtId="176" formatCode="0.00&quot;分&quot;"/>'
        f'<numFmt numFmtId="177" formatCode="General"/></numFmts><cellStyleXfs><xf numFmtId="4"/></cellStyleXfs>'
        f"<cellXfs>{xfs}</cellXfs></styleSheet>"
    )
    row = hostile.row("".join(f'<c s="{i}"><v>1</v></c>' for i in range(8)))
    sheet = only_sheet(hostile.pack({**hostile.parts(row), hostile.STYLES: styles}))
    assert [cell.format for cell in sheet.cells.values()] == ["", "0%", "0.00%", "@", '0.00"分"', "", "", ""]
