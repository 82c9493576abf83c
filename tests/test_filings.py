"""Published filings of several provinces, cell by cell as their pages give them: recognised, and read to the figures."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pytest
import xlsxwriter
import yaml

import xlsxeval as api
from tests.conftest import ROOT
from xlsxeval.a1 import cell_name
from xlsxeval.filing import Answer, Filing
from xlsxeval.report.reading import reading_text
from xlsxeval.rules.case import Case

RAW = ROOT / "tests" / "raw"
PUBLISHED = yaml.safe_load((ROOT / "tests" / "filings" / "published.yaml").read_text(encoding="utf-8"))


def table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (RAW / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]


def typed(name: str, *, numbers: bool) -> bytes:
    """Give a workbook of the cells; numbers as numbers, or everything as text."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, texts in enumerate(table(name)):
            for col, text in enumerate(texts):
                if numbers and text.replace(".", "", 1).isdigit():
                    sheet.write_number(row, col, float(text))
                elif text:
                    sheet.write_string(row, col, text)
    return stream.getvalue()


def word(name: str) -> bytes:
    """Give a Word file with the table between paragraphs."""
    rows = table(name)
    document = docx.Document()
    document.add_paragraph("附件：项目支出绩效自评表")
    made = document.add_table(len(rows), max(map(len, rows)))
    for row, texts in enumerate(rows):
        cells = made.rows[row].cells
        for col, text in enumerate(texts):
            cells[col].text = text
    document.add_paragraph("以上为自评结果。")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


FORMATS: dict[str, Callable[[str], bytes]] = {
    "text": lambda name: typed(name, numbers=False),
    "numbers": lambda name: typed(name, numbers=True),
    "docx": word,
    "tsv": lambda name: (RAW / f"{name}.tsv").read_bytes(),
    "gb18030": lambda name: (RAW / f"{name}.tsv").read_text(encoding="utf-8").encode("gb18030"),
}


def printed(text: str | None) -> str:
    """Give a figure without trailing zeros, which a cell with a number does not keep; a text without spaces."""
    bare = (text or "").replace(" ", "")
    return bare.rstrip("0").rstrip(".") if bare.replace(".", "", 1).isdigit() and "." in bare else bare


def said(answer: Answer | None) -> str:
    text = printed(answer.text if answer else "")
    return "" if text in {"—", "[cutoff]"} else text


def lines_of(filing: Filing) -> list[list[str]]:
    """Give the indicators that say more than their name: prompts left in the form and cut rows do not."""
    found = [
        [
            *map(printed, one.groups),
            printed(one.name),
            printed(one.target),
            printed(one.actual),
            said(one.line.get("分值")),
            said(one.line.get("得分")),
        ]
        for one in Case(filing).indicators
    ]
    return [line for line in found if any(line[3:])]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_filings_are_read_to_the_figures(name: str, kind: str) -> None:
    expected = PUBLISHED[name]
    filing = api.read_filing(FORMATS[kind](name))
    assert (filing.formset.name, filing.year, filing.unit) == (expected["set"], expected["year"], expected["unit"])
    [answers] = filing.forms.values()
    assert answers.amount_unit == expected["amount_unit"]
    figures = {
        field: said(answer)
        for field, answer in answers.fields.items()
        if answers.form.field(field).kind.numeric and said(answer)
    }
    grade = {"等级": said(answers.fields["等级"])} if expected["fields"].get("等级") else {}
    assert figures | grade == {field: printed(text) for field, text in expected["fields"].items()}
    wanted = [[printed(text) for text in line] for line in expected["indicators"]]
    # The page of 黄石 leaves one target and its value blank.
    assert [line for line in lines_of(filing) if line[2] != "促进黄石文化经济发展,丰富市民文化活动"] == wanted


#: What a reader found in each by hand and a rule decides.
SEEN = {
    "池州市棠溪镇2022": "E12 E26 E39",
    "丽江市古城区自然资源局2020": "E16 E27 E38",
    "廊坊市食品工程学校2019": "E08 E15 E24 E27 E28 E38",
    "永德县明朗中学2022": "E03 E15 E16 E17 E27",
    "中江县水利局2022": "E01 E04 E21",
    "黄石市图书馆2022": "E21 E25",
    "鄂州市行政审批局2021": "E09 E15 E17 E34 E39",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_seen_by_hand_is_found(name: str) -> None:
    codes = {one.code for one in api.check(typed(name, numbers=False)).findings}
    assert set(SEEN[name].split()) <= codes


def test_the_reading_is_explained_label_by_label() -> None:
    lines = list(reading_text(api.read_filing(typed("池州市棠溪镇2022", numbers=False), file="x.xlsx")))
    assert lines[:3] == [
        "x.xlsx：套表national（项目支出绩效自评表（财政部通用表样）），2022，219001-池州市贵池区棠溪镇人民政府，委托业务项目",
        "项目支出绩效自评表：工作表“Sheet1”，金额单位万元",
        "  找到29格，推测0处，没有找到3格",
    ]
    words = [line.split() for line in lines]
    rows = table("池州市棠溪镇2022")
    [label] = [
        (row, texts.index("其中:本年财政拨款") + 1) for row, texts in enumerate(rows, 1) if "其中:本年财政拨款" in texts
    ]
    [head] = [
        (row, texts.index("绩效指标 一级指标") + 1) for row, texts in enumerate(rows, 1) if "绩效指标 一级指标" in texts
    ]
    planned = cell_name(label[0], label[1] + 1)
    places = (cell_name(*label), planned, cell_name(*head))
    assert [line for line in words if line[0] in places or "总分" in line[1:2] or "总分分值" in line[1:2]] == [
        [cell_name(*label), "其中:本年财政拨款", "另一种写法：其中：当年财政拨款"],
        [cell_name(*head), "绩效指标", "一级指标", "另一种写法：一级指标"],
        ["—", "总分", "没有找到"],
        [planned, "当年财政拨款.年初预算数", "填", "90"],
        ["—", "总分分值", "没有这一格"],
        ["—", "总分", "没有这一格"],
    ]
    assert lines[-1] == "  清单“指标”：第13至23行，10行"


def test_what_came_nearest_and_what_is_missing_is_said() -> None:
    rows = [
        ["收支情况", "", ""],
        ["项目名称", "某项目"],
        ["主管部门", "某局", "", "实施单位", "某中心"],
        ["年初预算数", "全年预算数", "全年执行数"],
    ]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    [finding] = api.check(stream.getvalue()).findings
    assert finding.code == "R08"
    assert finding.message == (
        "没有找到已知的表；最接近的是工作表“Sheet1”，像“项目支出绩效自评表”，但只对上了25%的标签，"
        "缺少“分值”、“执行率”、“得分”、“年度资金总额”、“其中：当年财政拨款”等。"
    )
