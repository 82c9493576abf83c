"""进度表: as CSV and as a workbook; what stands in it, that texts stay texts, and that it is known again as ours."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import CLEAN
from tests.soffice import convert, needs_soffice
from xlsxeval.a1 import cell_name
from xlsxeval.batch.collect import OURS, collect
from xlsxeval.batch.own_outputs import is_output
from xlsxeval.errors import OutputError
from xlsxeval.outputs.reports import chosen_reports
from xlsxeval.report.facts import UNIT_STATES, Facts, OtherFile, UnitLine
from xlsxeval.report.progress import progress_book, progress_csv
from xlsxeval.report.progress_mark import COLUMNS, PROPERTY, is_progress_book

UNITS = (
    UnitLine("甲局", "001002", "行政股", "pass", 1, "报送/甲.xlsx", "2025-04-07", contact="某某 000"),
    UnitLine("乙局", "12", state="missing"),
    UnitLine("=丙局", "1" * 16, "教科股", "error", 2, "丙.xlsx、丙2.xlsx", "2025-04-08", 3, 2, 1, 4, remarks=("按编码对上。", "请核对。")),
    UnitLine("丁局", state="unread", file="丁.rar", filed="2025-04-09"),
)  # fmt: skip
FACTS = Facts(
    roster=4,
    missing=("乙局",),
    units=UNITS,
    others=(OtherFile("丁.rar", "archive", "=这是压缩包", "丁局"),),
    unclear=("甲局的a.xlsx和b.xlsx",),
    alike=("丙局和丙局（本级）可能是同一个单位",),
)


def rows(content: bytes, sheet: str = "进度", *, values: bool = True) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def test_csv() -> None:
    text = "".join(progress_csv(FACTS))
    assert text.split("\r\n") == [
        "\ufeff类别,单位编码,单位,状态,轮次,文件,收到日期,须更正,须说明,供核对,已说明,联系方式,备注",
        "行政股,'001002,甲局,通过,1,报送/甲.xlsx,2025-04-07,0,0,0,0,某某 000,",
        ",12,乙局,没有报送,,,,,,,,,",
        f"教科股,'{'1' * 16},'=丙局,须更正,2,丙.xlsx、丙2.xlsx,2025-04-08,3,2,1,4,,按编码对上；请核对",
        ",,丁局,已交未核对,,丁.rar,2025-04-09,,,,,,",
        "",
    ]


def test_workbook() -> None:
    content = progress_book(FACTS, "由xlsxeval生成")
    title, words, counts, head, *units = rows(content)
    assert title[0] == "绩效自评报送进度"
    assert words == [None, None, "单位总数", *UNIT_STATES.values(), None, None]
    assert counts == [None, None, 4, 1, 0, 0, 0, 1, 0, 1, 1, None, None]
    assert tuple(head) == COLUMNS
    blank = [None]
    assert units == [
        ["行政股", "001002", "甲局", "通过", 1, "报送/甲.xlsx", "2025-04-07", 0, 0, 0, 0, "某某 000", *blank],
        [*blank, "12", "乙局", "没有报送", *blank * 9],
        ["教科股", "1" * 16, "=丙局", "须更正", 2, "丙.xlsx、丙2.xlsx", "2025-04-08", 3, 2, 1, 4, *blank, "按编码对上；请核对"],
        [*blank * 2, "丁局", "已交未核对", *blank, "丁.rar", "2025-04-09", *blank * 6],
    ]  # fmt: skip
    assert rows(content, values=False)[2][2:6] == [
        "=SUM(D3:K3)",
        '=COUNTIF($D$5:$D$8,"通过")',
        '=COUNTIF($D$5:$D$8,"供核对")',
        '=COUNTIF($D$5:$D$8,"须说明")',
    ]
    assert rows(content, "未核对的文件") == [["文件", "单位", "说明"], ["丁.rar", "丁局", "=这是压缩包"]]
    assert rows(content, "问题") == [
        ["问题", "说明"],
        ["1个单位的几份次序不明，请核对（--prefer 文件 指定）", "甲局的a.xlsx和b.xlsx"],
        ["请核对", "丙局和丙局（本级）可能是同一个单位"],
    ]


def test_to_look_at_and_to_print() -> None:
    book = openpyxl.load_workbook(io.BytesIO(progress_book(FACTS, "甲&乙")))
    sheet = book["进度"]
    head = COLUMNS[0]
    [top] = [cell.row for row in sheet.iter_rows() for cell in row if cell.value == head]
    last = top + len(FACTS.units)
    assert sheet.freeze_panes == cell_name(top + 1, 1)
    assert sheet.auto_filter.ref == f"{cell_name(top, 1)}:{cell_name(last, len(COLUMNS))}"
    assert sheet.print_title_rows == f"${top}:${top}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it needs, one beside the other
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("甲&&乙", "第 &P 页 共 &N 页")
    assert sheet.cell(last, COLUMNS.index("单位") + 1).alignment.wrap_text is True
    [area] = sheet.conditional_formatting
    state = COLUMNS.index("状态") + 1
    assert str(area.sqref) == f"{cell_name(top + 1, state)}:{cell_name(last, state)}"
    assert len(area.rules) == len(UNIT_STATES)
    assert book.sheetnames == ["进度", "未核对的文件", "问题"]
    assert openpyxl.load_workbook(io.BytesIO(progress_book(Facts()))).sheetnames == ["进度"]


def test_the_same_bytes_for_the_same_run() -> None:
    assert progress_book(FACTS, "甲") == progress_book(FACTS, "甲")


def test_long_and_strange_texts() -> None:
    strange = UnitLine("\x00甲\n乙\ud800", "+1", "@x", "error", file="文" * 40_000, remarks=("-1+1",))
    content = progress_book(replace(FACTS, units=(strange,)))
    row = rows(content)[4]
    assert row[:3] == ["@x", "+1", "\ufffd甲 乙\ufffd"]
    assert row[5] == "文" * 32_000 + "……（太长，没有全写）"
    assert row[12] == "-1+1"
    cells = "".join(progress_csv(Facts(units=(strange._replace(file=""),)))).split("\r\n")[1].split(",")
    assert (cells[0], cells[1], cells[2], cells[12]) == ("'@x", "'+1", "\ufffd甲 乙\ufffd", "'-1+1")


def test_without_units() -> None:
    assert rows(progress_book(Facts()))[2][2:4] == [0, 0]
    assert "".join(progress_csv(Facts())).count("\r\n") == 1


@pytest.mark.xdist_group("formats")
@needs_soffice
def test_libreoffice_counts_the_same(tmp_path: Path) -> None:
    (tmp_path / "进度.xlsx").write_bytes(progress_book(FACTS))
    convert([tmp_path / "进度.xlsx"], tmp_path / "neu", "xlsx:Calc MS Excel 2007 XML", mode=0)
    found = rows((tmp_path / "neu" / "进度.xlsx").read_bytes())
    assert found[2][2:11] == [4, 1, 0, 0, 0, 1, 0, 1, 1]
    assert [row[2] for row in found[4:]] == ["甲局", "乙局", "=丙局", "丁局"]


# As a file


@pytest.mark.parametrize("ending", ["xlsx", "csv", "XLSX"])
def test_it_is_written_over_only_if_wanted_and_known_again(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"进度.{ending}"
    api.write_progress(path, FACTS)
    with pytest.raises(OutputError, match="文件已存在"):
        api.write_progress(path, FACTS)
    api.write_progress(path, FACTS, force=True)
    assert is_output(path)
    (tmp_path / "甲.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    found = collect([str(tmp_path)])
    assert (found.files, found.skipped) == ((tmp_path / "甲.xlsx",), {OURS: 1})
    assert list(chosen_reports({"progress": path}, force=True).values()) == [path]
    assert collect([str(path)])[:2] == ((), {OURS: 1})


def test_no_workbook_of_somebody_else_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "进度.xlsx"
    for content in (api.new("hunan", year=2024), (CLEAN / "filled.xlsx").read_bytes(), b"PK", b""):
        path.write_bytes(content)
        with pytest.raises(OutputError, match="这不是以前写出的结果，没有覆盖"):
            chosen_reports({"progress": path}, force=True)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "进度.xls"
    said = f"progress只能写成.xlsx或.csv文件：{path}，请换一个文件名"
    for call in (lambda: chosen_reports({"progress": path}), lambda: api.write_progress(path, FACTS)):
        with pytest.raises(OutputError) as error:
            call()
        assert str(error.value) == said


def packed(parts: dict[str, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream


def test_only_a_small_list_of_parts_is_read() -> None:
    mark = {"docProps/custom.xml": f'<property name="{PROPERTY}"/>'.encode()}
    assert is_progress_book(packed(mark))
    assert not is_progress_book(packed({"docProps/custom.xml": b'<property name="xlsxeval"/>'}))
    assert not is_progress_book(packed({**mark, **{f"{n}": b"" for n in range(64)}}))
    assert not is_progress_book(packed({"docProps/custom.xml": b" " * 5000 + mark["docProps/custom.xml"]}))
    content = packed(mark).getvalue()
    assert not is_progress_book(io.BytesIO(content[:-10]))
    assert not is_progress_book(io.BytesIO(content.replace(b"PK\3\4", b"PK\0\0")))
