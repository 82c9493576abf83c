"""The summary of a run: as text 80 columns wide, and as JSON."""

from __future__ import annotations

import json

import jsonschema

from tests.conftest import ROOT
from xlsxeval.report.facts import Facts, OtherFile, UnitLine
from xlsxeval.report.jsonl import json_document
from xlsxeval.report.listing import facts_lines
from xlsxeval.text import display_width

UNITS = (
    UnitLine("甲局", state="pass", file="甲.xlsx"),
    UnitLine("乙局", state="missing"),
    UnitLine("丙局", "003", "教科股", "error", 2, "丙.xlsx", "2025-04-08", 3, 2, 1, 4, "某某 000", ("按编码对上", "请核对。")),
    UnitLine("丁局", state="unread", file="丁.rar", remarks=("只报送了压缩包",)),
    UnitLine("戊局", state="unusable", file="戊.xlsx"),
    UnitLine("己局", state="info", file="己.xlsx", hints=1, remarks=("编码与名单不同",)),
    UnitLine("外协会", state="error", file="外.xlsx"),
)  # fmt: skip
OTHERS = (
    OtherFile("丁.rar", "archive", "这是压缩包，请解压", "丁局"),
    OtherFile("图.png", "picture", "这是图片", "甲局"),
)
RUN = Facts(
    files=5, total=5, states={"pass": 1, "error": 2, "info": 1, "unusable": 1}, roster=6, missing=("乙局",), unlisted=("外协会",), units=UNITS,
    others=OTHERS, roster_line="名单：单位名称在B列", years={2023: 1, 2024: 4}, unclear=("甲局的a.xlsx和b.xlsx同时修改",), alike=("丙局和丙局（本级）可能是同一个单位",),
)  # fmt: skip


def test_what_became_of_each_unit() -> None:
    assert list(facts_lines(RUN)) == [
        "共核对5个文件：1份通过，1份供核对，2份须更正，1份无法使用",
        "年度：2024年度4份，2023年度1份",
        "名单：单位名称在B列",
        "名单上6个单位：1个通过，1个供核对，1个须更正，1个无法使用，1个已交未核对，1个没",
        "有报送",
        "没有报送的1个：乙局",
        "已交未核对  丁局  丁.rar：这是压缩包，请解压",
        "    只报送了压缩包。",
        "无法使用  戊局  戊.xlsx",
        "须更正  丙局  丙.xlsx  3项错误，2项警告，1项提示，4项已说明  按编码对上。请核",
        "    对。",
        "供核对  己局  己.xlsx  1项提示  编码与名单不同。",
        "不在名单上的1个：外协会",
        "没有核对的文件1个：",
        "  图.png（甲局）：这是图片",
        "1个单位的几份次序不明，请核对（--prefer 文件 指定）：",
        "  甲局的a.xlsx和b.xlsx同时修改",
        "丙局和丙局（本级）可能是同一个单位",
    ]


def test_without_a_roster_there_are_no_lines_of_units() -> None:
    facts = Facts(files=1, total=1, states={"pass": 1}, units=UNITS, others=OTHERS[:1], years={2024: 1})
    assert list(facts_lines(facts)) == [
        "共核对1个文件：1份通过",
        "没有核对的文件1个：",
        "  丁.rar（丁局）：这是压缩包，请解压",
    ]


def test_fifty_files_are_listed_and_the_others_counted() -> None:
    others = tuple(OtherFile(f"{'很长的文件夹名' * 8}/{n}.pdf", "pdf", "这是PDF，请报送电子表格") for n in range(53))
    lines = list(facts_lines(Facts(others=others)))
    assert lines[1] == "没有核对的文件53个："
    assert sum(line.startswith("  很长") for line in lines) == 50
    assert lines[-1] == "  还有3个没有列出"
    assert max(map(display_width, lines)) <= 80


def test_json() -> None:
    tree = json.loads("".join(json_document([], RUN)))
    jsonschema.validate(tree, json.loads((ROOT / "docs" / "json" / "run.schema.json").read_text(encoding="utf-8")))
    assert list(tree) == ["schema_version", "program_version", "facts", "units", "others", "filings"]
    assert tree["units"][2] == {
        "unit": "丙局", "code": "003", "group": "教科股", "state": "error", "round": 2, "file": "丙.xlsx", "filed": "2025-04-08",
        "errors": 3, "warnings": 2, "hints": 1, "explained": 4, "contact": "某某 000", "remarks": ["按编码对上", "请核对。"],
    }  # fmt: skip
    assert tree["units"][1]["round"] is None
    assert tree["others"][1] == {"file": "图.png", "kind": "picture", "what": "这是图片", "unit": "甲局"}
    found = {name: tree["facts"][name] for name in ("years", "unclear", "alike", "roster_line")}
    assert found == {
        "years": {"2023": 1, "2024": 4},
        "unclear": ["甲局的a.xlsx和b.xlsx同时修改"],
        "alike": ["丙局和丙局（本级）可能是同一个单位"],
        "roster_line": "名单：单位名称在B列",
    }
