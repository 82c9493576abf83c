"""CSV, SARIF and JUnit XML: what stands in them for the samples, and that hostile texts come out as texts.

The bytes for the samples are kept under samples/报告 and compared by tests/test_generated.py.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, ROOT, S
from tests.places import addressed, cell_of, sample
from tests.soffice import convert, needs_soffice
from xlsxeval.report.catalogues import Catalogues
from xlsxeval.report.facts import Facts, OtherFile
from xlsxeval.report.junit import junit_lines
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.sarif import sarif_lines, uri_of
from xlsxeval.report.table import COLUMNS, csv_lines
from xlsxeval.rules.finding import Finding
from xlsxeval.text import safe

SARIF = ROOT / "tests" / "js" / "node_modules" / "@microsoft" / "sarif-multitool-linux"
#: The total of the faulty sample.
CELL = cell_of(sample(FAULTY), "自评表.总分")
FINDING = Finding("E04", "error", "自评表", "自评表", CELL, "总分", "总分不对。", "90.8", "80.8")
HOSTILE = (
    "<script>alert(1)</script>",
    "<b>&amp;\"'</b>",
    "=1+1",
    '=HYPERLINK("http://example.com")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "]]>",
    '甲,"乙"\n丙;丁',
    "\x00\x1b[31m\x07\x85",
    "\u202e反\u2066\u200b\ufeff",
    "\ud800\ufffe\uffff",
    "𠮷😀",
    "",
)


@pytest.fixture(scope="module")
def catalogues() -> dict[str, object]:
    return {name: api.catalogue(api.load_set(name)) for name in api.set_names()}


@pytest.fixture(scope="module")
def samples() -> list[Outcome]:
    found = [
        one
        for folder in (FAULTY, S, CLEAN)
        for one in api.outcomes((folder / "filled.xlsx").read_bytes(), file=f"报送/{folder.name}.xlsx")
    ]
    return [*found, *api.outcomes(b"<html>", file="网页.xlsx")]


def hostile(text: str) -> Outcome:
    finding = replace(FINDING, code="E04", form=text, sheet=text, field=text, message=text, found=text, expected=text)
    return Outcome(
        text,
        "findings",
        (finding, replace(finding, waived=text or "已同意")),
        formset="hunan",
        year=2024,
        unit=text,
        subject=text,
    )


def table(outcomes: Iterable[Outcome], catalogues: Catalogues) -> list[list[str]]:
    content = "".join(csv_lines(outcomes, catalogues)).encode()
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def suites(outcomes: Iterable[Outcome], catalogues: Catalogues) -> ET.Element:
    return ET.fromstring("".join(junit_lines(outcomes, catalogues)).encode())  # noqa: S314  # our own


def log(outcomes: Iterable[Outcome], catalogues: Catalogues) -> dict:
    [run] = json.loads("".join(sarif_lines(outcomes, catalogues)).encode())["runs"]
    return run


def test_safe_texts_can_stand_in_any_file() -> None:
    for text in HOSTILE:
        element = ET.Element("x", a=safe(text))
        assert ET.fromstring(ET.tostring(element)).get("a") == safe(text)  # noqa: S314  # our own
        assert len(safe(text)) == len(text)
    assert safe("\ud800\ufffe\u061c\t甲\n乙") == "\ufffd\ufffd\ufffd 甲 乙"


# CSV


def test_each_finding_has_a_row_and_a_clean_filing_has_one(samples: list[Outcome], catalogues: Catalogues) -> None:
    head, *rows = table(samples, catalogues)
    assert head == list(COLUMNS)
    assert Counter(row[0] for row in rows) == {
        "报送/错误样例.xlsx": 33,
        "报送/澧县县委办2024.xlsx": 16,
        "报送/无误样例.xlsx": 1,
        "网页.xlsx": 1,
    }
    assert rows[32] == [
        *(
            "报送/错误样例.xlsx",
            "青石县水利事务中心",
            "",
            "自评表",
            "自评表",
            CELL,
            "E04",
            "总分与各项得分之和不符",
            "错误",
        ),
        *("总分为90.8，应为80.8（8.8 + 7项之和72）。请核对各项得分，或恢复总分的公式。", "90.8", "80.8", "", "是"),
    ]
    assert rows[49] == ["报送/无误样例.xlsx", "青石县林业发展中心", *[""] * 6, "通过", "没有发现问题", "", "", "", "是"]
    assert rows[50][:9] == ["网页.xlsx", "", "", "", "", "", "R02", "不是电子表格文件", "错误"]
    formula = next(row for row in rows if row[6] == "F01")
    assert formula[11] == '\'=IF(COUNT(B8,B11,B12)=0,"",SUM(B8,B11,B12))'


def test_files_not_checked_and_units_that_are_missing_have_a_row_after_the_findings() -> None:
    others = (OtherFile("甲.rar", "archive", "=请解压", "甲局"), OtherFile("乙.pdf", "pdf", "这是PDF"))
    facts = Facts(roster=3, missing=("丙局",), others=others)
    rows = "".join(csv_lines([Outcome("a.xlsx", "pass", (), unit="丁局")], {}, facts)).split("\r\n")
    assert rows[1:] == [
        "a.xlsx,丁局,,,,,,,通过,没有发现问题,,,,是", "甲.rar,甲局,,,,,,,未核对,'=请解压,,,,", "乙.pdf,,,,,,,,未核对,这是PDF,,,,",
        ",丙局,,,,,,,没有报送,,,,,", "",
    ]  # fmt: skip


def test_lines_end_as_excel_wants_them(samples: list[Outcome], catalogues: Catalogues) -> None:
    content = "".join(csv_lines(samples, catalogues)).encode()
    assert content.startswith("\ufeff文件,单位,".encode())
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r") == 52


@pytest.mark.parametrize("number", ["-1", "-1,234.50", "-3.5%", "0.5"])
def test_numbers_stay_numbers(number: str, catalogues: Catalogues) -> None:
    [_, row] = table([Outcome("a", "findings", (replace(FINDING, found=number),))], catalogues)
    assert row[10] == number


@pytest.mark.parametrize("text", ["-1+1", "-", "--1", "-1e5", "-٣", "-1\n=2", "+1", "－1"])
def test_what_only_looks_like_a_number_is_text(text: str, catalogues: Catalogues) -> None:
    [_, row] = table([Outcome("a", "findings", (replace(FINDING, found=text),))], catalogues)
    assert row[10] == "'" + safe(text)


TEXTS = (
    st.text(st.characters(exclude_categories=()))
    | st.sampled_from(HOSTILE)
    | st.from_regex(r"\A[=+\-@\t\r\n＝＋－＠].*\Z")
)


@given(st.lists(TEXTS, min_size=5, max_size=5))
@example(list(HOSTILE[:5]))
def test_any_text_comes_back_and_none_is_a_formula(texts: list[str]) -> None:
    file, unit, found, message, waived = texts
    outcome = Outcome(file, "findings", (replace(FINDING, found=found, message=message, waived=waived),), unit=unit)
    rows = table([outcome, replace(outcome, findings=())], {})
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    for text, cell in zip(texts, (rows[1][0], rows[1][1], rows[1][10], rows[1][9], rows[1][12]), strict=True):
        assert cell == safe(text) or (cell[0] == "'" and cell[1:] == safe(text) and text[0] in "=+-@\t\r\n＝＋－＠")
        assert cell[:1] not in set("=+@\t\r\n＝＋－＠")
        assert cell[:1] != "-" or float(cell.replace(",", "").rstrip("%")) <= 0


@pytest.mark.xdist_group("formats")
@needs_soffice
def test_libreoffice_finds_texts_and_numbers_and_no_formula(tmp_path: Path, catalogues: Catalogues) -> None:
    texts = [safe(text) for text in HOSTILE] + ["-12.5"]
    outcomes = [Outcome("a", "findings", (replace(FINDING, found=text),)) for text in (*HOSTILE, "-12.5")]
    (tmp_path / "a.csv").write_bytes("".join(csv_lines(outcomes, catalogues)).encode())
    convert([tmp_path / "a.csv"], tmp_path, "xlsx:Calc MS Excel 2007 XML", "--infilter=CSV:44,34,76,1")
    [sheet] = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    cells = [sheet.cell(row, 11) for row in range(2, len(texts) + 2)]
    assert {cell.data_type for cell in cells} == {"s", "n"}  # n: the empty one and the number
    assert cells[-1].value == -12.5
    assert [str(cell.value or "").lstrip("'") for cell in cells[:-1]] == texts[:-1]


# SARIF


def test_results_of_the_samples(samples: list[Outcome], catalogues: Catalogues) -> None:
    run = log(samples, catalogues)
    assert Counter(one["level"] for one in run["results"]) == {"error": 17 + 2 + 1, "warning": 11 + 6, "note": 5 + 8}
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
    assert run["results"][32] == {
        "ruleId": "E04",
        "ruleIndex": [rule["id"] for rule in rules].index("E04"),
        "level": "error",
        "message": {"text": "总分为90.8，应为80.8（8.8 + 7项之和72）。请核对各项得分，或恢复总分的公式。"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "%E6%8A%A5%E9%80%81/%E9%94%99%E8%AF%AF%E6%A0%B7%E4%BE%8B.xlsx"}
                },
                "logicalLocations": [{"name": CELL, "fullyQualifiedName": f"自评表!{CELL}", "kind": "cell"}],
            }
        ],
        "suppressions": [],
        "properties": {
            "year": 2024,
            "unit": "青石县水利事务中心",
            "form": "自评表",
            "field": "总分",
            "found": "90.8",
            "expected": "80.8",
        },
    }
    assert run["results"][-1]["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "%E7%BD%91%E9%A1%B5.xlsx"}}}
    ]


def test_a_rule_worded_differently_in_two_sets_is_described_twice(catalogues: Catalogues) -> None:
    finding = replace(FINDING, code="E05")
    outcomes = [Outcome("a", "findings", (finding,), formset=name) for name in ("hunan", "hubei", "hunan-2021")]
    run = log([*outcomes, Outcome("b", "unusable", (replace(FINDING, code="Q99"),))], catalogues)
    rules = run["tool"]["driver"]["rules"]
    titles = [rules[one["ruleIndex"]]["shortDescription"]["text"] for one in run["results"][:3]]
    assert titles == ["得分超过分值或为负数。", "得分合计超过分值。", "得分超过分值或为负数。"]
    assert "ruleIndex" not in run["results"][3]
    assert len({json.dumps(rule) for rule in rules}) == len(rules)


def test_waived_findings_are_suppressed_with_the_reason(catalogues: Catalogues) -> None:
    run = log([Outcome("a", "findings", (replace(FINDING, waived="已核实（张某）"), FINDING))], catalogues)
    assert [one["suppressions"] for one in run["results"]] == [
        [{"kind": "external", "status": "accepted", "justification": "已核实（张某）"}],
        [],
    ]


def test_paths_become_relative_references() -> None:
    assert uri_of("甲 乙/100%#1?.xlsx") == "%E7%94%B2%20%E4%B9%99/100%25%231%3F.xlsx"
    assert uri_of("c:d.xlsx") == "c%3Ad.xlsx"
    assert uri_of(str(PurePath("a", "b.xlsx"))) == "a/b.xlsx"
    assert uri_of(str(Path("/a b/c.xlsx").absolute())).endswith("/a%20b/c.xlsx")
    assert uri_of(str(Path("/a b/c.xlsx").absolute())).startswith("file:///")


def test_hostile_texts_in_sarif(catalogues: Catalogues) -> None:
    for text in HOSTILE:
        first, second = log([hostile(text)], catalogues)["results"]
        assert first["message"]["text"] == safe(text)
        assert first["properties"].get("found", "") == first["properties"].get("unit", "") == safe(text)
        assert second["suppressions"][0]["justification"] == (safe(text) or "已同意")


needs_sarif = pytest.mark.skipif(
    not SARIF.is_dir() and not os.environ.get("XLSXEVAL_REQUIRE_NODE"),
    reason="npm install was not run in tests/js (CI runs it and sets XLSXEVAL_REQUIRE_NODE)",
)


@needs_sarif
def test_the_log_keeps_to_the_schema(samples: list[Outcome], catalogues: Catalogues) -> None:
    schema = Draft202012Validator(json.loads((SARIF / "sarif-2.1.0.json").read_text(encoding="utf-8-sig")))
    outcomes = [*samples, *map(hostile, HOSTILE), Outcome("", "pass", ()), Outcome("", "findings", (FINDING,))]
    for written in (sarif_lines(outcomes, catalogues), sarif_lines([], {})):
        assert [error.message for error in schema.iter_errors(json.loads("".join(written)))] == []
    broken = json.loads("".join(sarif_lines(samples, catalogues)))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    del broken["runs"][0]["tool"]
    assert len(list(schema.iter_errors(broken))) == 2


@needs_sarif
def test_the_sarif_sdk_finds_no_error(tmp_path: Path, samples: list[Outcome], catalogues: Catalogues) -> None:
    written = "".join(sarif_lines([*samples, *map(hostile, HOSTILE)], catalogues))
    broken = json.loads(written)
    broken["runs"][0]["results"][0]["ruleIndex"] = 9999
    (tmp_path / "good.sarif").write_bytes(written.encode())
    (tmp_path / "bad.sarif").write_text(json.dumps(broken), encoding="utf-8")
    found = {}
    for name in ("good", "bad"):
        command = [
            SARIF / "Sarif.Multitool",
            "validate",
            tmp_path / f"{name}.sarif",
            "--output",
            tmp_path / name,
            "--level",
            "Error",
        ]
        environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        subprocess.run(command, capture_output=True, timeout=120, env=environment, check=False)
        [run] = json.loads((tmp_path / name).read_text(encoding="utf-8-sig"))["runs"]
        found[name] = {one["ruleId"] for one in run["results"] if one.get("level") == "error"}
    assert found == {"good": set(), "bad": {"SARIF1009"}}


# JUnit


def test_suites_of_the_samples(samples: list[Outcome], catalogues: Catalogues) -> None:
    found = [
        (suite.get("name"), *(int(suite.get(key, "")) for key in ("tests", "failures", "errors", "skipped")))
        for suite in suites(samples, catalogues)
    ]
    assert found == [
        ("青石县水利事务中心（报送/错误样例.xlsx）", 30, 17, 0, 0),
        ("中共澧县县委办公室本级（报送/澧县县委办2024.xlsx）", 13, 2, 0, 0),
        ("青石县林业发展中心（报送/无误样例.xlsx）", 1, 0, 0, 0),
        ("网页.xlsx", 1, 0, 1, 0),
    ]


def test_what_each_case_says(samples: list[Outcome], catalogues: Catalogues) -> None:
    faulty, _, clean, unusable = suites(samples, catalogues)
    cases = {(case.get("classname"), case.get("name")): case for case in faulty}
    assert len(cases) == 30
    total = cases["报送/错误样例.xlsx.自评表", "E04 总分与各项得分之和不符"]
    text = f"自评表!{CELL}  错误  总分为90.8，应为80.8（8.8 + 7项之和72）。请核对各项得分，或恢复总分的公式。"
    assert [(one.tag, one.get("message"), one.text) for one in total] == [("failure", text, text)]
    amounts = cases["报送/错误样例.xlsx.基础数据表", "B10 决算数超过预算数"]
    assert [one.tag for one in amounts] == ["system-out"]
    assert [line.partition("决算数")[0] for line in (amounts[0].text or "").splitlines()] == [
        f"{addressed(FAULTY, place)}  警告  "
        for place in ("基础数据表.项目支出.决算数", "基础数据表.运行维护经费.决算数")
    ]
    assert [(case.get("classname"), case.get("name"), len(case)) for case in clean] == [
        ("报送/无误样例.xlsx", "能够读取", 0)
    ]
    assert [one.tag for one in unusable[0]] == ["error"]


def test_waived_findings_are_skipped_cases(catalogues: Catalogues) -> None:
    waived = replace(FINDING, waived="已核实")
    outcomes = [Outcome("a", "findings", (waived,)), Outcome("b", "findings", (waived, FINDING))]
    [[_, first], [_, second]] = suites(outcomes, catalogues)
    assert [(one.tag, one.text) for one in first] == [("skipped", f"自评表!{CELL}  错误  总分不对。审核说明：已核实。")]
    assert [(one.tag, one.text) for one in second] == [("failure", f"自评表!{CELL}  错误  总分不对。")]


def test_cases_of_several_filings_in_a_file_have_different_names(catalogues: Catalogues) -> None:
    outcomes = [Outcome("a.xlsx", "findings", (FINDING,), unit=unit) for unit in ("甲", "乙")]
    names = [(case.get("classname"), case.get("name")) for suite in suites(outcomes, catalogues) for case in suite]
    assert len(set(names)) == 4
    assert names[2] == ("a.xlsx（第2份）", "能够读取")


def test_hostile_texts_in_junit(catalogues: Catalogues) -> None:
    for text in HOSTILE:
        outcome = Outcome(text, "findings", (replace(FINDING, message=text),), unit=text)
        [[read, case]] = suites([outcome], catalogues)
        assert read.get("classname") == safe(text)
        assert case[0].get("message") == case[0].text == f"自评表!{CELL}  错误  {safe(text)}"


@given(TEXTS)
def test_any_text_gives_valid_json_and_xml(text: str) -> None:
    outcome = hostile(text)
    assert log([outcome], {})["results"][0]["message"]["text"] == safe(text)
    [suite] = suites([outcome], {})
    assert suite.get("tests") == "2"
    assert suite[0].get("classname") == safe(text)


def test_reports_stream(catalogues: Catalogues) -> None:
    """The first filing is written before the second is asked for."""

    def outcomes() -> Iterable[Outcome]:
        yield Outcome("第一份", "findings", (FINDING,))
        raise StopAsyncIteration

    for lines in (csv_lines, sarif_lines, junit_lines):
        written: list[str] = []
        with pytest.raises(StopAsyncIteration):
            written.extend(lines(outcomes(), catalogues))
        assert "总分不对" in "".join(written)
