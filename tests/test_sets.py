"""Every set that comes with the program: its files, its rules, its template, and that it is told from the others."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
import yaml

import xlsxeval as api
from tests.conftest import ROOT, filing_of
from tests.engines import cached, checked_lines, differences, in_process, live_lines, spoil
from tests.fillings import filling
from tests.lint import faults
from xlsxeval.data.plain import plain_data
from xlsxeval.errors import DefinitionError
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.model import Rule
from xlsxeval.rules.run import check as run_rules

SETS = api.set_names()
DECLARED = [(name, rule) for name in SETS for rule in api.load_set(name).all_rules]


def test_the_sets() -> None:
    assert SETS == [
        "chongqing",
        "guizhou",
        "hubei",
        "hunan",
        "hunan-2018",
        "hunan-2021",
        "national",
        "open",
        "sichuan",
        "sichuan-goal",
        "transfer",
        "yunnan",
    ]


@pytest.mark.parametrize(("name", "rule"), DECLARED, ids=lambda one: one.code if isinstance(one, Rule) else one)
def test_examples_hold_in_every_set(name: str, rule: Rule) -> None:
    for example, expected in ((rule.wrong, True), (rule.right, False)):
        forms = {rule.form: example} if rule.form else dict(example)
        codes = {finding.code for finding in run_rules(filing_of(api.load_set(name), forms))}
        assert (rule.code in codes) is expected


def test_every_shared_rule_and_field_is_used_somewhere() -> None:
    """What no form takes over is a slip of the pen: an inherited entry with an unknown name is left out silently."""
    forms = [form for name in SETS for form in api.load_set(name).forms]
    codes = {rule.code for form in forms for rule in form.rules}
    names = {
        name
        for form in forms
        for name in [
            *form.fields,
            *(f"{table.name}.{column}" for table in form.tables.values() for column in table.columns),
        ]
    }
    for file in (ROOT / "templates" / "common").glob("*自评表.yaml"):
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(tree["checks"]) <= codes
        assert {name for name in tree["fields"] if "*" not in name} <= names


@pytest.mark.parametrize("name", SETS)
def test_an_empty_template_is_recognised(name: str) -> None:
    checked = api.check(api.new(api.load_set(name), year=2023, unit="某某局"))
    assert checked.filing is not None
    assert (checked.filing.formset.name, checked.filing.year, checked.filing.unit) == (name, 2023, "某某局")
    assert {(one.code, one.severity) for one in checked.findings} == {("L03", "error")}
    assert all(answers.missing == () for answers in checked.filing.forms.values())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", SETS)
def test_what_is_filled_is_read(name: str, seed: int) -> None:
    formset = api.load_set(name)
    data = filling(formset, seed)
    written = api.fill(formset, data)
    assert faults(written) == []
    filing = api.read_filing(written)
    assert filing.formset.name == name
    again = plain_data(filing)
    assert plain_data(api.read_filing(api.fill(formset, again), formset=formset)) == again
    assert differences(cached(written), in_process(spoil(written))) == []
    lines = checked_lines(written, formset)
    assert live_lines(cached(written), len(lines)) == lines


@pytest.mark.parametrize("name", SETS)
def test_amounts_are_in_the_units_that_the_form_prints(name: str) -> None:
    unit = api.load_set(name).amount_unit
    other = {"万元": "元", "元": "万元"}[unit]
    book = openpyxl.load_workbook(io.BytesIO(api.new(api.load_set(name), year=2024)))
    for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str) and not cell.value.startswith("="):
            cell.value = cell.value.replace(f"（{unit}）", f"({other})").replace(f"单位：{unit}", f"单位:{other}")
    stream = io.BytesIO()
    book.save(stream)
    filing = api.read_filing(stream.getvalue(), formset=api.load_set(name))
    assert {answers.amount_unit for answers in filing.forms.values()} == {other}


BASE = """\
labels:
  甲: [子]
fields:
  甲: {kind: money, help: 甲的金额}
  乙: {kind: money}
  丙: {kind: money}
checks:
  T01:
    title: 甲大于乙
    that: [甲 <= 乙, 甲 <= 丙]
    why: 试
    fix: 请改
    wrong: {甲: 2, 乙: 1, 丙: 9}
    right: {甲: 1, 乙: 2}
  T02: {title: 丙为负, that: 丙 >= 0, why: 试, fix: 请改, wrong: {丙: -1}, right: {丙: 1}}
"""
FORM = """\
extends: 底.yaml
form: 表
title: 试用表
widths: [10, 10]
layout: |
  | 子 | [甲] |
  | 乙 | [乙] |
fields:
  乙: {help: 乙的金额}
"""


def _load(folder: Path, form: str = FORM, base: str = BASE):  # noqa: ANN202
    (folder / "set.yaml").write_text("set: 试\ntitle: 试\nforms: [表.yaml]\n", encoding="utf-8")
    (folder / "表.yaml").write_text(form, encoding="utf-8")
    (folder / "底.yaml").write_text(base, encoding="utf-8")
    return load_folder(folder).forms[0]


def test_a_form_has_from_its_base_what_its_picture_has_blanks_for(tmp_path: Path) -> None:
    form = _load(tmp_path)
    assert {name: (field.kind_name, field.help) for name, field in form.fields.items()} == {
        "甲": ("money", "甲的金额"),
        "乙": ("money", "乙的金额"),
    }
    assert [(check.code, check.text) for check in form.checks] == [("T01", "甲 <= 乙")]
    assert form.rules[0].wrong == {"甲": "2", "乙": "1"}
    assert form.labels[0].keys == ("子", "甲")


@pytest.mark.parametrize(
    ("form", "base", "said"),
    [
        (FORM.replace("底.yaml", "没有.yaml"), BASE, "表.yaml:1: 找不到“没有.yaml”"),
        (FORM, f"extends: 底.yaml\n{BASE}", "底.yaml:1: extends的层数太多，或者又回到了自己"),
        (FORM + "checks:\n  T01: {that: 甲 <= 丁}\n", BASE, "表.yaml:11: 公式“甲 <= 丁”中的“丁”不是填空"),
        (FORM, BASE.replace("title: 甲大于乙", "titel: 甲大于乙"), "底.yaml:9: 不认识的键“titel”，是否想写“title”"),
        (FORM + "  丁: {kind: money}\n", BASE, "表.yaml:10: fields的“丁”在版面上没有填空"),
    ],
)
def test_mistakes_name_the_file_they_are_in(tmp_path: Path, form: str, base: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        _load(tmp_path, form, base)
    assert str(caught.value).startswith(said)


def test_an_entry_of_the_base_can_be_taken_away(tmp_path: Path) -> None:
    assert [rule.code for rule in _load(tmp_path, FORM + "checks:\n  T01: ~\n").rules] == []
