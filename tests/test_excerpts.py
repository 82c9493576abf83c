"""What the page shows of the cells around a finding: as the sheet shows them, with the row's label and the column's head."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import xlsxeval as api
from tests.conftest import FAULTY, S
from tests.places import cell_of, located, sample
from xlsxeval.a1 import parse_cell
from xlsxeval.read.answers import shown_text
from xlsxeval.read.cells import Cell, Range, Sheet
from xlsxeval.report.excerpt import Excerpt, excerpt_of
from xlsxeval.rules.finding import Finding


def excerpts(folder: Path) -> dict[tuple[str, str], Excerpt | None]:
    """Give the excerpts of a sample by code and place."""
    [outcome] = api.outcomes((folder / "filled.xlsx").read_bytes(), excerpts=True)
    return dict(zip(located(sample(folder), outcome.findings), outcome.excerpts, strict=True))


def row_of(place: str) -> int:
    """Give the row of a place in the sample S."""
    position = parse_cell(cell_of(sample(S), place))
    assert position is not None
    return position[0]


def at(cell: str) -> Finding:
    return Finding("E01", "error", "", "表", cell, "", "话。")


def sheet(merges: tuple[Range, ...] = (), **texts: str) -> Sheet:
    """Make a sheet: C5="文" is a text, a number is one that is printed with its format after a blank."""
    cells = {}
    for name, text in texts.items():
        row, col = int(name[1:]), ord(name[0]) - 64
        number, _, code = text.partition(" ")
        is_number = number.replace(".", "").isdecimal()
        cells[row, col] = Cell(row, col, number, "number", None, code) if is_number else Cell(row, col, text, "text")
    return Sheet("表", cells, merges)


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        ("0.12", "0%", "12%"), ("0.9952", "0.00%", "99.52%"), ("12.345", "0.00", "12.35"), ("536", "#,##0.00##", "536.00"),
        ("1329.60151", "#,##0.00##", "1,329.6015"), ("12.6", "0", "13"), ("10.5", "0.##", "10.5"), ("10.5", "", "10.5"),
        ("10.5", "General", "10.5"), ("10.5", "@", "10.5"), ("7", '0"项"', "7"), ("-3.14159", "0.00_ ;[Red]-0.00", "-3.14"),
        ("45000", "yyyy-mm-dd", "2023-03-15"), ("45000", 'yyyy"年"m"月"d"日"', "2023-03-15"), ("1.5E+20", "0.00E+00", "1.5E+20"),
        ("1234567", "0,", "1234567"), ("0.5", "# ?/?", "0.5"),
    ],
)  # fmt: skip
def test_numbers_as_the_sheet_shows_them(number: str, code: str, text: str) -> None:
    assert shown_text(Cell(1, 1, number, "number", None, code)) == text


def test_texts_stay_as_they_are() -> None:
    assert [
        shown_text(Cell(1, 1, text, kind, None, "0.00%")) for text, kind in (("0.5", "text"), ("#DIV/0!", "error"))
    ] == ["0.5", "#DIV/0!"]


def test_the_rows_label_and_the_columns_head_stand_beside_cells_further_off() -> None:
    row = row_of("基础数据表.水费电费差旅费.决算数")
    assert excerpts(S)["B10", "基础数据表.水费电费差旅费.决算数"] == Excerpt(
        (row_of("基础数据表.三公经费.决算数") - 1, row - 1, row, row + 1),
        ("A", "D", "E", "F", "G"),
        (
            ("经费控制情况（万元）", "2024年预算数", "2024年预算数", "2024年决算数", "2024年决算数"),
            ("其中：办公经费", "20.00", "20.00", "10.00", "10.00"),
            ("水费、电费、差旅费", "40.00", "40.00", "45.00", "45.00"),
            ("会议费、培训费", "6.00", "6.00", "6.00", "6.00"),
        ),
    )


def test_a_line_is_named_by_its_own_text_and_not_by_the_group_it_is_in() -> None:
    row = row_of("自评表.指标[28].得分")
    assert excerpts(S)["E15", "自评表.指标[28].得分"] == Excerpt(
        (
            row_of("自评表.指标[1].得分") - 2,
            row - 1,
            row,
        ),  # below is the empty line at the table's end, right of it nothing
        ("D", "G", "H", "I", "J"),
        (
            ("三级指标", "评扣分标准", "分值", "得分", "偏差原因分析及改进措施"),
            ("项目支出", "", "2", "2", ""),
            ("基本支出", "", "2", "1", ""),
        ),
    )


def test_a_label_and_a_head_that_are_in_sight_are_shown_once() -> None:
    shown = excerpts(FAULTY)["B01", "基础数据表.控制率"]
    assert shown is not None
    assert shown.rows == (4, 5, 6)  # 控制率 stands right above
    assert shown.cols == ("A", "D", "E", "F", "G")
    assert shown.cells[1] == ("财政供养人员情况（人）", "36", "36", "97.44%", "97.44%")
    assert excerpts(FAULTY)["F01", "基础数据表.三公经费.上年决算数"].cols == ("A", "B", "C", "D")  # type: ignore[union-attr]  # there is one


def test_merged_cells_show_the_text_of_their_first_cell() -> None:
    merged = sheet((Range(1, 1, 3, 1), Range(2, 3, 2, 5)), A1="甲", C2="0.12 0%", C3="乙")
    assert excerpt_of(at("C2"), merged, None) == Excerpt(
        (1, 2, 3),
        ("A", "B", "C", "D", "E"),
        (("甲", "", "", "", ""), ("甲", "", "12%", "12%", "12%"), ("甲", "", "乙", "", "")),
    )


def test_the_first_text_of_a_row_is_its_label_even_far_off() -> None:
    shown = excerpt_of(at("H2"), sheet((Range(1, 1, 3, 1),), A1="全部", B2="水费", C2="5", D2="备注", H2="1"), None)
    assert shown == Excerpt((2,), ("B", "H"), (("水费", "1"),))
    group = excerpt_of(at("H2"), sheet((Range(1, 1, 3, 1),), A1="全部", C2="5", H2="1"), None)
    assert group is not None
    assert (group.cols[0], [row[0] for row in group.cells]) == ("A", ["全部"] * 3)


def test_nothing_is_shown_where_a_finding_is_on_no_cell_and_long_texts_are_cut() -> None:
    assert excerpt_of(at(""), sheet(), None) is None
    shown = excerpt_of(at("A1"), sheet(A1="长" * 61), None)
    assert shown == Excerpt((1,), ("A",), (("长" * 60 + "…",),))
    assert excerpt_of(at("C3"), sheet(), None) == Excerpt((3,), ("C",), (("",),))


def test_an_excerpt_is_stored_and_comes_back() -> None:
    shown = excerpts(S)["B10", "基础数据表.水费电费差旅费.决算数"]
    assert msgspec.json.decode(msgspec.json.encode(shown), type=Excerpt) == shown
