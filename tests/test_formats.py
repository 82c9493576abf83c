"""Files of other kinds: the same answers as from the .xlsx; damage is repaired and reported; anything else is refused."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

import xlsxeval as api
from tests import hostile
from tests.conftest import FAULTY, ROOT, S_PUBLISHED, S
from tests.old_books import book_stream, compound, label, shared
from tests.soffice import convert, needs_soffice
from xlsxeval.forms.model import FormSet
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Workbook
from xlsxeval.read.refusals import Refused
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.outcome import outcome_of
from xlsxeval.report.text import findings_text

RAW = ROOT / "tests" / "raw" / "澧县县委办2024.tsv"
CASES = [pytest.param(data, id=name) for name, data, _ in hostile.every_case()]
#: Total of which the copy has no label.
NOT_PRINTED = {("自评表", "总分")}
FORMULA_RULES = {"F01", "F02", "F03", "F05"}


@pytest.mark.parametrize("data", CASES)
def test_every_hostile_file_is_read_or_refused(data: bytes) -> None:
    try:
        book = open_any(data, hostile.LIMITS)
    except Refused as refused:
        assert refused.message.isprintable()  # noqa: PT017  # many are read
    else:
        assert isinstance(book, Workbook)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formats")
    for number, sample in enumerate((S, S_PUBLISHED, FAULTY)):
        (folder / f"s{number}.xlsx").write_bytes((sample / "filled.xlsx").read_bytes())
    for kind in ("xls", "ods"):
        convert([folder / f"s{number}.xlsx" for number in range(3)], folder, kind)
    return folder


@pytest.mark.xdist_group("formats")
@needs_soffice
@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.parametrize("number", range(3))
def test_old_and_open_formats_give_the_same_findings(hunan: FormSet, converted: Path, kind: str, number: int) -> None:
    whole = api.check(converted / f"s{number}.xlsx", formset=hunan, file="x")
    other = api.check(converted / f"s{number}.{kind}", formset=hunan, file="x")
    words = [(one.code, one.sheet, one.cell, one.found) for one in whole.findings if one.code not in FORMULA_RULES]
    assert [(one.code, one.sheet, one.cell, one.found) for one in other.findings] == words
    assert "只核对了数值" in other.notes[0]


def test_an_open_document_may_be_packed_again_and_may_have_a_password() -> None:
    table = '<table:table table:name="表"><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell></table:table-row></table:table>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    packed = {"content.xml": f"<office:body>{table}</office:body>", "mimetype": mime}  # not first, and compressed
    assert open_any(hostile.pack(packed)).sheets[0].cells[1, 1].text == "甲"
    assert _code(hostile.pack({**packed, "mimetype": "application/vnd.oasis.opendocument.text"})) == "R04"
    locked = "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    assert _code(hostile.pack({**packed, "content.xml": b"\x93\x1c", "META-INF/manifest.xml": locked})) == "R03"
    assert (
        _code(hostile.pack({"mimetype": mime, "encrypted-package": b"\x93\x1c", "META-INF/manifest.xml": locked}))
        == "R03"
    )


def test_equal_rows_of_an_open_document_all_count() -> None:
    cell = '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell>'
    rows = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row><table:table-row>{cell}</table:table-row>'
    padding = f'<table:table-row table:number-rows-repeated="9999">{cell}</table:table-row>'
    body = f'<office:body><table:table table:name="表">{rows}{padding}</table:table></office:body>'
    packed = {"content.xml": body, "mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
    (sheet,) = open_any(hostile.pack(packed)).sheets
    assert set(sheet.cells) == {(row, col) for row in range(1, 5 + 64) for col in (1, 2)}


def test_a_word_row_that_begins_further_right_and_a_hyphen_that_does_not_break() -> None:
    cells = "<w:tc><w:p><w:r><w:t>2023</w:t><w:noBreakHyphen/><w:t>2024</w:t></w:r></w:p></w:tc>" * 2
    table = f'<w:tbl><w:tr>{cells * 2}</w:tr><w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>{cells}</w:tr></w:tbl>'
    body = f'<w:document xmlns:w="w"><w:body>{table}</w:body></w:document>'
    (sheet,) = open_any(hostile.pack({"word/document.xml": body})).sheets
    assert set(sheet.cells) == {(1, 1), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4)}
    assert sheet.cells[2, 4].text == "2023-2024"


def _code(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        open_any(data)
    return refused.value.code


def test_an_old_workbook_is_known_by_its_own_stream() -> None:
    book = book_stream([shared("指标")], [label(0, 0, 0)])
    sheets = open_any(compound({"Workbook": book})).sheets
    assert sheets[0].cells[1, 1].text == "指标"
    assert open_any(compound({"WORKBOOK": book})).sheets == sheets  # so do reporting programs write it
    assert open_any(compound({"Workbook": book, "WordDocument": b"x"})).sheets == sheets
    with pytest.raises(Refused, match="文字文档"):
        open_any(compound({"WordDocument": b"Workbook"}))


def document(content: bytes) -> bytes:
    """Put the forms of a workbook into a Word file, merged cells and all, as an office does it by hand."""
    book, paper = open_xlsx(content), docx.Document()
    for sheet in book.sheets:
        if sheet.name not in ("基础数据表", "自评表"):
            continue
        last_row, last_col = max(row for row, _ in sheet.cells), 7 if sheet.name == "基础数据表" else 10
        table = paper.add_table(last_row, last_col)
        for (row, col), cell in sheet.cells.items():
            if col <= last_col and cell.text:
                text = cell.text
                if cell.format.endswith("%"):
                    text = f"{float(text) * 100:.2f}%"
                table.cell(row - 1, col - 1).text = text
        for area in sheet.merges:
            first = table.cell(area.first_row - 1, area.first_col - 1)
            merged = first.merge(table.cell(area.last_row - 1, area.last_col - 1))
            merged.text = merged.text.strip()
        paper.add_paragraph("说明文字")
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("sample", [S_PUBLISHED, FAULTY], ids=lambda path: path.name)
def test_word_files_give_the_same_findings(hunan: FormSet, sample: Path) -> None:
    content = (sample / "filled.xlsx").read_bytes()
    whole, paper = api.check(content, formset=hunan), api.check(document(content), formset=hunan)
    codes = sorted((one.code, one.field) for one in whole.findings if one.code not in FORMULA_RULES)
    assert sorted((one.code, one.field) for one in paper.findings if one.code != "E34") == [
        one for one in codes if one[0] != "E34"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_lines_of_a_text_may_end_in_any_way(end: str) -> None:
    (sheet,) = open_any(end.join(["甲,1,2"] * 6 + ['"乙,",3,4']).encode()).sheets
    assert [(at[0], cell.text) for at, cell in sheet.cells.items() if at[1] == 1] == [
        *((n, "甲") for n in range(1, 7)),
        (7, "乙,"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_published_text_is_read_into_the_same_indicators(hunan: FormSet, encoding: str) -> None:
    filing = api.read_filing(RAW.read_text(encoding="utf-8").encode(encoding), formset=hunan)
    clean = api.read_filing((S_PUBLISHED / "filled.xlsx").read_bytes(), formset=hunan)
    form, right = filing.forms["自评表"], clean.forms["自评表"]

    def lines(answers: object) -> list[dict[str, object]]:
        return [
            {column: "".join(str(answer.value).split()) for column, answer in line.items() if answer.value is not None}
            for line in answers.tables["指标"]  # type: ignore[attr-defined]  # a form's answers
        ]

    assert lines(form) == lines(right)
    for name, answers in filing.forms.items():
        for field, answer in answers.fields.items():
            given = clean.forms[name].fields[field]
            if given.value is not None and given.formula is None and clean.forms[name].form.field(field).kind.numeric:
                assert answer.value == given.value, field
    assert (filing.year, filing.unit) == (2024, clean.unit)
    lines_said = list(findings_text(outcome_of(api.check(RAW, formset=hunan))))
    assert "读取：基础数据表找到55格，推测0处，没有找到5格" in lines_said
    further = len(form.fields) - len(form.form.fields)  # blanks that the form does not print, but this text has
    missed = len(form.form.fields) - 16
    assert f"读取：自评表找到{16 + further}格，推测21处，没有找到{missed}格" in lines_said
    repaired = [one.cell for one in form.repairs]
    assert len(repaired) == len(set(repaired))
    found = {(one.code, one.cell) for one in api.check(RAW, formset=hunan).findings if one.code == "L06"}
    assert found == {("L06", cell) for cell in repaired}


@pytest.mark.parametrize("name", ["零陵区林业局2021", "湖南基础数据表2018"])
def test_other_published_tables_are_read_as_transcribed(hunan: FormSet, name: str) -> None:
    raw = api.read_filing(RAW.parent / f"{name}.tsv", formset=hunan)
    clean = api.read_filing(api.fill(hunan, ROOT / "tests" / "filings" / f"{name}.yaml"), formset=hunan)
    for form, answers in raw.forms.items():
        right = clean.forms[form]
        for field, answer in answers.fields.items():
            if answers.form.field(field).kind.numeric:
                given = right.fields[field]
                wanted = None if given.formula is not None or (form, field) in NOT_PRINTED else given.value
                assert answer.value == wanted, field
        pairs = zip(answers.tables.get("指标", ()), right.tables.get("指标", ()), strict=True)
        for line, wanted_line in pairs:
            assert (line["分值"].value, line["得分"].value) == (wanted_line["分值"].value, wanted_line["得分"].value)
            assert line["年度指标值"].value == wanted_line["年度指标值"].value
    assert raw.year == int(name[-4:])


def test_a_form_of_ours_is_never_repaired(hunan: FormSet) -> None:
    for sample in (S, FAULTY):
        assert [form.repairs for form in api.read_filing(sample / "filled.xlsx", formset=hunan).forms.values()] == [
            (),
            (),
        ]
