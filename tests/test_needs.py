"""Rules say what they need: which apply to a set and to a filing, columns of another name, nothing checked."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import yaml

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, ROOT, S, filing_of
from xlsxeval.filing import ABSENT, Filing
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.report.facts import state_of
from xlsxeval.report.json_text import as_json
from xlsxeval.report.table import csv_lines
from xlsxeval.report.text import findings_text
from xlsxeval.report.tree import outcome_tree
from xlsxeval.rules.case import Case
from xlsxeval.rules.needs import applied_to, unused_in, unused_in_set
from xlsxeval.rules.registry import JUDGEMENT
from xlsxeval.rules.run import check as run_rules
from xlsxeval.rules.selection import Selection

HUNAN = api.load_set("hunan")
SETS = [api.load_set(name) for name in api.set_names()]
WITH_NEEDS = [rule for rule, _ in JUDGEMENT.values() if rule.needs]
#: Name of a column in the rules -> its name in the county's form of these tests.
OTHER = {
    "年度指标值": "目标值", "实际完成值": "完成值", "分值": "权重", "得分": "自评得分", "评扣分标准": "打分办法",
    "偏差原因": "说明", "一级指标": "类别", "二级指标": "小类", "三级指标": "指标名称",
}  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> FormSet:
    """Give Hunan's set with other names for all columns of the indicators, which say what they are."""
    folder = tmp_path_factory.mktemp("sets") / "某县"
    shutil.copytree(ROOT / "templates" / "hunan", folder)
    (folder / "set.yaml").write_text(
        (folder / "set.yaml").read_text("utf-8").replace("set: hunan", "set: 某县"), encoding="utf-8"
    )
    form = folder / "自评表.yaml"
    lines = []
    for line in form.read_text("utf-8").splitlines():
        for name, other in OTHER.items():
            line = line.replace(f"[指标.{name}]", f"[指标.{other}]")  # noqa: PLW2901
        lines.append(line.replace("年度指标值", "目标值") if line.startswith("  | 绩效指标") else line)
        if line == "fields:":
            kinds = {"分值": "score", "得分": "score", "偏差原因": "prose"}
            lines += [
                f"  指标.{other}: {{kind: {kinds.get(name, 'text')}, as: {name}}}" for name, other in OTHER.items()
            ]
        if line == "checks:":
            tables = "tables: {指标: {inherit: [类别, 小类], starts_with: null, lines: 5}}"
            lines.insert(len(lines) - 1, tables)
    form.write_text("\n".join(lines), encoding="utf-8")
    return api.load_set(str(folder))


def renamed(forms: object) -> object:
    """Give an example with the other names."""
    if isinstance(forms, Mapping):
        return {OTHER.get(key, key) if key != "得分" else OTHER[key]: renamed(value) for key, value in forms.items()}
    return [renamed(line) for line in forms] if isinstance(forms, list | tuple) else forms


def places(filing: Filing, names: Mapping[str, str] = {}) -> set[tuple[str, str]]:
    """Give code and field of each finding, columns by the names given."""
    found = set()
    for one in run_rules(filing):
        table, _, column = one.field.partition(".")
        found.add((one.code, f"{table}.{names.get(column, column)}" if table == "指标" and column else one.field))
    return found


@pytest.mark.parametrize("rule", WITH_NEEDS, ids=lambda rule: rule.code)
def test_every_need_is_a_name_of_some_set(rule: Rule) -> None:
    assert any(rule.code not in {one.code for one in unused_in_set(formset)} for formset in SETS)


@pytest.mark.parametrize("rule", [rule for rule in WITH_NEEDS if rule.wrong], ids=lambda rule: rule.code)
def test_without_a_need_the_rule_is_silent_and_named(rule: Rule) -> None:
    filing = filing_of(HUNAN, rule.wrong)
    for need in rule.needs:
        form, _, names = need.rpartition("!")
        bare = without(filing, form or list(filing.forms)[-1], names.split("|"))
        assert rule.code not in {one.code for one in run_rules(bare)}
        assert rule.code in {one.code for one in unused_in(Case(bare))}


def without(filing: Filing, form: str, names: list[str]) -> Filing:
    """Give a filing whose sheet does not have some blanks and columns."""
    answers = filing.forms[form]
    columns = {name.partition(".")[2] for name in names if name.startswith("指标.")}
    lines = [
        {column: ABSENT if column in columns else answer for column, answer in line.items()}
        for line in answers.tables.get("指标", ())
    ]
    fields = {name: ABSENT if name in names else answer for name, answer in answers.fields.items()}
    tables = {**answers.tables, "指标": tuple(lines)} if lines else answers.tables
    return replace(filing, forms={**filing.forms, form: replace(answers, fields=fields, tables=tables)})


@pytest.mark.parametrize("sample", [S, CLEAN, FAULTY], ids=lambda path: path.name)
def test_on_our_own_template_every_rule_of_the_set_applies(sample: Path) -> None:
    checked = api.check(sample / "filled.xlsx")
    assert checked.applied.unused == ()
    assert checked.applied.checked
    assert checked.applied.rules == len([code for code in api.catalogue("hunan") if code[0] not in "RS"])


@pytest.mark.parametrize("sample", [S, CLEAN, FAULTY], ids=lambda path: path.name)
def test_columns_of_another_name_are_judged_alike(county: FormSet, sample: Path) -> None:
    filing = api.read_filing(sample / "filled.xlsx", formset="hunan")
    data = yaml.safe_load((sample / "data.yaml").read_text("utf-8"))
    forms = data["forms"]
    forms["自评表"]["指标"] = renamed(forms["自评表"]["指标"])
    content = api.fill(county, {**data, "set": county.name, "forms": forms})
    read = api.read_filing(content, formset=county)
    own = {other: name for name, other in OTHER.items()}
    assert places(read, own) == places(filing)
    assert Case(read).numbers.value(next(iter(Case(read).outcomes)).check.at) is not None
    assert applied_to(Case(read), Selection()).unused == ()


@pytest.mark.parametrize("rule", [rule for rule in WITH_NEEDS if rule.wrong], ids=lambda rule: rule.code)
def test_examples_hold_with_columns_of_another_name(county: FormSet, rule: Rule) -> None:
    for example, expected in ((rule.wrong, {rule.code}), (rule.right, set())):
        forms = {
            name: {**answers, "指标": renamed(answers["指标"])} if "指标" in answers else answers
            for name, answers in example.items()
        }
        found = run_rules(filing_of(county, forms))
        assert {one.code for one in found} - {"L02", "L03", "L04"} == expected


def test_a_column_of_another_name_is_met_under_all_its_names(county: FormSet) -> None:
    forms = {
        "自评表": {"部门名称": "某县某某局", "指标": renamed([{"三级指标": "造林", "年度指标值": "≥10亩", "分值": 90}])}
    }
    content = api.fill(county, {"set": county.name, "year": 2024, "forms": forms})
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["自评表"]
    [head] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "目标值"]
    for name in ("年度目标值", "绩效目标值", "年度指标值"):
        head.value = name
        stream = io.BytesIO()
        book.save(stream)
        [line] = api.read_filing(stream.getvalue(), formset=county).forms["自评表"].tables["指标"]
        assert line["目标值"].text == "≥10亩"


def test_two_columns_cannot_have_one_meaning(tmp_path: Path) -> None:
    folder = tmp_path / "某县"
    shutil.copytree(Path(ROOT / "templates" / "hunan"), folder)
    form = folder / "自评表.yaml"
    text = form.read_text("utf-8")
    form.write_text(text.replace("fields:\n", "fields:\n  指标.评扣分标准: {kind: text, as: 分值}\n", 1), "utf-8")
    with pytest.raises(api.DefinitionError, match=r"自评表.yaml:.*“指标”已经有“分值”了"):
        api.load_set(str(folder))
    form.write_text(text.replace("fields:\n", "fields:\n  项目支出: {kind: money, as: 分值}\n", 1), "utf-8")
    with pytest.raises(api.DefinitionError, match="“项目支出”"):
        api.load_set(str(folder))


LIST = """
set: 登记
title: 登记表
amount_unit: 万元
version: "1"
forms: [登记表.yaml]
"""
FORM = """
form: 登记表
title: 登记表
unit_field: 单位
widths: [20, 30]
layout: |
  | # 登记表 | < |
  | 填报单位 | [单位] |
  | 办公地点 | [地点] |
  | 建设年份 | [年份] |
fields:
  单位: {kind: text}
  地点: {kind: text}
  年份: {kind: text}
"""


def test_where_nothing_is_checked_nothing_passes(tmp_path: Path) -> None:
    folder = tmp_path / "登记"
    folder.mkdir()
    (folder / "set.yaml").write_text(LIST, encoding="utf-8")
    (folder / "登记表.yaml").write_text(FORM, encoding="utf-8")
    formset = api.load_set(str(folder))
    filled = {"单位": "某县气象局", "地点": "城关镇", "年份": "一九九八"}
    content = api.fill(formset, {"set": "登记", "year": 2024, "forms": {"登记表": filled}})
    [outcome] = api.outcomes(content, formset=formset, file="表.xlsx")
    assert (outcome.verdict, outcome.findings) == ("unchecked", ())
    assert list(findings_text(outcome))[-1] == "表.xlsx：没有核对规则，只读取了数据"
    tree = json.loads(as_json(outcome_tree(outcome)))
    assert tree["verdict"] == "unchecked"
    assert {one["code"] for one in tree["rules"]["unused"]} == {rule.code for rule in WITH_NEEDS}
    [_, row] = [line.split(",") for line in csv_lines([outcome], {})]
    assert row[8:10] == ["没有规则", "没有核对规则，只读取了数据"]
    assert state_of(outcome) == "unchecked"
    [asked] = api.outcomes(content, formset=formset, selection=Selection(frozenset({"L"})))
    assert asked.verdict == "pass"


def test_a_filing_can_be_compared() -> None:
    first, second = (api.read_filing(S / "filled.xlsx", formset="hunan") for _ in range(2))
    assert first == second
    assert first is not second
    assert first != api.read_filing(CLEAN / "filled.xlsx", formset="hunan", file=first.file)
