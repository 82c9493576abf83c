"""Waivers that had no effect are said at the end of a run, each with its reason, however the files were checked."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import FAULTY
from xlsxeval.a1 import cell_name
from xlsxeval.report.listing import facts_lines

UNIT = "青石县水利事务中心"
FIRST = cell_name(1, 1)
DAY = date(2026, 5, 1)
#: A waiver's rule, unit, cell and last day -> what is said of it; nothing for one that has an effect.
WAIVERS = [
    (("E14", "", "", "2027-12-31"), ""),
    (("E14", UNIT, "", "2027-12-31"), ""),
    (("没有", "", "", "2027-12-31"), "没有：没有这条规则"),
    (("E14", "青石县水力事务中心", "", "2027-12-31"), f"E14 青石县水力事务中心：没有这个单位的表，最像{UNIT}"),
    (("E14", UNIT, f"自评表!{FIRST}", "2027-12-31"), f"E14 {UNIT} 自评表!{FIRST}：有这样的问题，但不在这一格"),
    (("E41", "", "", "2027-12-31"), "E41：没有查出这样的问题"),
    (("E14", "", "", "2026-01-31"), "E14：已于2026-01-31到期"),
]


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Give a folder with a file that has faults, and beside it the waivers."""
    (tmp_path / "报送").mkdir()
    (tmp_path / "报送" / "甲.xlsx").write_bytes((FAULTY / "filled.xlsx").read_bytes())
    lines = [
        f"  - {{rule: {rule}, unit: '{unit}', cell: '{cell}', reason: 已核实, by: 绩效股, until: {until}}}"
        for (rule, unit, cell, until), _ in WAIVERS
    ]
    (tmp_path / "waive.yaml").write_text("\n".join(["waivers:", *lines, ""]), encoding="utf-8")
    return tmp_path


def said(sent: Path, **options: object) -> tuple[str, ...]:
    """Give what a run says of the waivers."""
    waivers = api.load_waivers(sent / "waive.yaml")
    with api.check_files([str(sent / "报送")], waivers=waivers, today=DAY, **options) as done:  # type: ignore[arg-type]  # options of a run
        return done.facts.waivers


def expected() -> list[str]:
    return [f"第{line}行 {text}" for line, (_, text) in enumerate(WAIVERS, 2) if text]


def test_each_waiver_without_effect_is_said_with_its_line(sent: Path) -> None:
    unit = api.read_filing(sent / "报送" / "甲.xlsx").unit
    assert unit == UNIT
    found = said(sent)
    assert [one[: len(text)] for one, text in zip(found, expected(), strict=True)] == expected()


def test_results_of_an_earlier_run_count_as_used(sent: Path) -> None:
    ledger = sent / "台账.db"
    first = said(sent, ledger=ledger)
    assert said(sent, ledger=ledger) == first != ()


def test_the_run_as_json_has_them(sent: Path) -> None:
    found = said(sent, reports={"json": sent / "结果.json"})
    tree = json.loads((sent / "结果.json").read_text("utf-8"))
    assert tuple(tree["facts"]["waivers"]) == found


def test_the_text_names_how_many(sent: Path) -> None:
    waivers = api.load_waivers(sent / "waive.yaml")
    with api.check_files([str(sent / "报送")], waivers=waivers, today=DAY) as done:
        lines = list(facts_lines(done.facts))
    assert "审核说明有5条没有用上：" in lines
    assert len(lines) >= 1 + 1 + len(expected())
