"""``extract(fill(x)) == x`` for every x, and what ``fill`` refuses."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, S_PUBLISHED, S, open_forms
from tests.counts import drawn
from tests.places import cell_of, cells_of, laid_out
from xlsxeval.data.parse import read_data
from xlsxeval.errors import DataError
from xlsxeval.forms.model import Field
from xlsxeval.report.json_text import as_json
from xlsxeval.report.tree import filing_tree
from xlsxeval.report.yaml_text import as_yaml

HUNAN = api.load_set("hunan")

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4).map(lambda value: f"{value.normalize():f}")
#: Any text that a cell can hold; one without any letter or digit (-, ……) is blank.
texts = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff", whitelist_characters="\n"),
    min_size=1,
    max_size=40,
).filter(lambda text: any(map(str.isalnum, text)))


def answers(field: Field) -> st.SearchStrategy[str]:
    if field.kind_name == "percent":
        return st.decimals(min_value=0, max_value=2, places=4).map(lambda ratio: f"{ratio * 100:.2f}%")
    if not field.kind.numeric:
        return texts
    return numbers.map(lambda text: f"{Decimal(text):f}" if text != "-0" else "0")


@st.composite
def filings(draw: st.DrawFn) -> dict[str, object]:
    """Draw data in the form that ``extract`` gives: blanks left out, inherited columns written out."""
    forms: dict[str, object] = {}
    for form in HUNAN.forms:
        names = draw(st.lists(st.sampled_from(sorted(form.fields)), unique=True))
        given_fields = {name: draw(answers(form.fields[name])) for name in form.fields if name in names}
        for name, field in form.fields.items():
            if field.start:
                given_fields.setdefault(name, field.start)
        tables = {}
        for table in form.tables.values():
            own = [name for name in table.columns if name not in table.inherit]
            lines = []
            groups = draw(st.lists(st.tuples(*[texts for _ in table.inherit]), max_size=3)) if table.inherit else [()]
            for group in groups:
                for _ in range(draw(st.integers(1, 3))):
                    chosen = draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
                    line = {name: draw(answers(table.columns[name])) for name in own if name in chosen}
                    lines.append(dict(zip(table.inherit, group, strict=True)) | line)
            tables[table.name] = lines
        forms[form.name] = {"fields": given_fields, "tables": tables}
    return {"set": "hunan", "year": draw(st.integers(2000, 2090)), "unit": "", "forms": forms}


def tidy(data: dict[str, object]) -> object:
    """Numbers by value, so that 1.50 and 1.5 are one."""

    def one(tree: object) -> object:
        if isinstance(tree, dict):
            return {key: one(value) for key, value in tree.items()}
        if isinstance(tree, list):
            return [one(value) for value in tree]
        return tree

    return one(data["forms"])


@pytest.mark.slow
@given(filings())
@drawn(600)
def test_extract_gives_back_what_fill_was_given(data: dict[str, object]) -> None:
    content = api.fill(HUNAN, data)
    again = api.extract(content)
    assert tidy(again) == tidy(data)
    assert again["year"] == data["year"]
    assert api.fill(HUNAN, again) == content


@pytest.mark.slow
@given(filings())
@drawn(200)
def test_yaml_and_json_carry_everything(data: dict[str, object]) -> None:
    content = api.fill(HUNAN, data)
    plain = api.extract(content)
    from xlsxeval.forms.yamlfile import read_yaml

    assert api.fill(HUNAN, read_yaml(as_yaml(plain), "x")[0]) == content
    tree = json.loads(as_json(filing_tree(api.read_filing(content))))
    assert api.extract(api.fill(HUNAN, tree)) == plain


@pytest.mark.parametrize("sample", [S, S_PUBLISHED, CLEAN, FAULTY], ids=lambda path: path.name)
def test_samples_come_back(sample: Path) -> None:
    content = api.fill(HUNAN, sample / "data.yaml")
    assert content == api.fill(HUNAN, sample / "data.yaml")
    assert api.fill(HUNAN, api.extract(content)) == content


def test_the_json_of_the_issue() -> None:
    tree = filing_tree(api.read_filing(api.fill(HUNAN, S / "data.yaml"), file="filled.xlsx"))
    assert (tree["file"], tree["set"], tree["year"], tree["unit"]) == (
        "filled.xlsx",
        "hunan",
        2024,
        "中共澧县县委办公室本级",
    )
    form = tree["forms"]["自评表"]  # type: ignore[index]  # a mapping
    assert form["sheet"] == "自评表"
    first, total, filler, group = cells_of(
        laid_out(HUNAN, S / "data.yaml"), "自评表", "年初预算数", "总分", "填表人", "指标[1].一级指标"
    )
    assert form["fields"]["年初预算数"] == {"value": "1022.77", "text": "1022.77", "cell": first, "state": "filled"}
    assert form["fields"]["总分"] == {
        "value": "98.95",
        "text": "98.95",
        "cell": total,
        "state": "filled",
        "formula": True,
    }
    assert form["fields"]["填表人"] == {"value": None, "text": "", "cell": filler, "state": "blank"}
    assert form["tables"]["指标"][0]["一级指标"] == {
        "value": "产出指标",
        "text": "产出指标",
        "cell": group,
        "state": "filled",
    }
    published = filing_tree(api.read_filing(api.fill(HUNAN, S_PUBLISHED / "data.yaml")))["forms"]["自评表"]["fields"]  # type: ignore[index]  # a mapping
    rate = cell_of(laid_out(HUNAN, S_PUBLISHED / "data.yaml"), "自评表.执行率")
    assert published["执行率"] == {"value": "0.9952", "text": "99.52%", "cell": rate, "state": "filled"}


def test_cached_values_are_the_computed_ones() -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.fill(HUNAN, S / "data.yaml")), data_only=True)
    filing = laid_out(HUNAN, S / "data.yaml")
    score, total, rate = cells_of(filing, "自评表", "资金得分", "总分", "执行率")
    assert book["自评表"][score].value == 9.95
    assert book["自评表"][total].value == 98.95
    assert book["自评表"][rate].value == pytest.approx(0.995254013, abs=1e-9)
    spent, space = cells_of(filing, "基础数据表", "三公经费.决算数", "规模控制率")
    assert book["基础数据表"][spent].value == 7.28
    assert book["基础数据表"][space].value in ("", None)


def test_blank_templates_show_blank_and_read_well_in_any_year() -> None:
    for year in (2024, 2025):
        content = api.new(HUNAN, year=year, unit="某某局")
        assert content == api.new(HUNAN, year=year, unit="某某局")
        cells = open_forms(content).sheets[0].cells
        inside = [cell for (_, col), cell in cells.items() if cell.formula is not None and col <= 7]
        assert [cell.text for cell in inside] == ["核对：尚未填写"] + [""] * 12
        texts_of_sheet = {cell.text for cell in cells.values()}
        assert {
            f"{year - 1}年决算数",
            f"{year}年预算数",
            f"（{year}年度）",
            f"楼堂馆所控制情况（{year}年完工项目）",
        } <= texts_of_sheet


def test_locked_and_unlocked_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.new(HUNAN, year=2024)))
    form = book["自评表"]
    assert form.protection.sheet
    assert form.protection.password is None
    assert not form.protection.insertRows
    names = ("执行率", "预期目标", "年初预算数", "指标[1].三级指标")
    locked = {
        name: form[cell].protection.locked
        for name, cell in zip(names, cells_of(laid_out(HUNAN), "自评表", *names), strict=True)
    }
    assert locked == {"执行率": True, "预期目标": False, "年初预算数": False, "指标[1].三级指标": False}
    [label] = [cell for row in form.iter_rows() for cell in row if cell.value == "年度总体目标"]
    assert label.protection.locked
    open_book = openpyxl.load_workbook(io.BytesIO(api.new(HUNAN, year=2024, protect=False)))
    assert not open_book["自评表"].protection.sheet


def test_every_input_is_validated_by_its_kind() -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.new(HUNAN, year=2024)))
    rules = {str(rule.sqref): rule for rule in book["自评表"].data_validations.dataValidation}
    filing = laid_out(HUNAN)
    planned, weight = (rules[cell] for cell in cells_of(filing, "自评表", "年初预算数", "资金分值"))
    assert (planned.type, planned.formula1) == ("decimal", "0")
    region = filing.forms["自评表"].regions["指标"]
    score = rules[region.column("得分")]
    points = f"$H{region.first}"
    assert region.column("分值").startswith(points[1:])
    assert (score.type, score.operator, score.formula1, score.formula2) == (
        "decimal",
        None,
        "0",
        f"IF(COUNT({points})=0,1000000000000,{points})",
    )
    assert weight.prompt == "预算执行率的分值\n单位：分"
    basic = {str(rule.sqref): rule.type for rule in book["基础数据表"].data_validations.dataValidation}
    assert basic[cell_of(filing, "基础数据表.编制数")] == "whole"
    # Each amount of 专项资金 is merged over two columns, the second of which takes nothing in.
    assert len(basic) == len(HUNAN.forms[0].fields) + len(HUNAN.forms[0].tables["专项资金"].columns) + 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"form": {}}, "“数据文件”中没有叫“form”的名称，是否想写“forms”"),
        ({"forms": {"自评": {}}}, "“forms”中没有叫“自评”的表，是否想写“自评表”"),
        ({"forms": {"自评表": {"全年预算": "1"}}}, "“自评表”中没有叫“全年预算”的填空，是否想写“全年预算数”"),
        ({"forms": {"自评表": {"指标": [{"得份": "1"}]}}}, "“指标第1行”中没有叫“得份”的列，是否想写“得分”"),
        ({"forms": {"自评表": {"指标": {"得分": "1"}}}}, "“自评表”的“指标”应是一行一行的列表"),
        ({"forms": {"自评表": {"全年预算数": "一千"}}}, "自评表的全年预算数应是金额，这里是“一千”"),
        ({"forms": {"自评表": {"全年预算数": ["1"]}}}, "自评表的全年预算数应是一个值，不是列表"),
        ({"forms": {"自评表": {"全年预算数": "12345678901234.567"}}}, "自评表的全年预算数的数字超过15位，电子表格存不下：12345678901234.567"),
        ({"forms": {"自评表": {"预期目标": "字" * 40000}}}, "自评表的预期目标的文字太长（超过32767字）"),
        ({"forms": {"自评表": {"预期目标": "甲\x01"}}}, "自评表的预期目标含有不能写进电子表格的控制字符"),
        ({"forms": {"自评表": {"预期目标": "甲\ud800"}}}, "自评表的预期目标含有不能写进电子表格的控制字符"),
        ({"set": "hubei"}, "数据是“hubei”套表的，不是“hunan”"),
        ({"year": "二〇二四"}, "年度“二〇二四”不对，应是四位数的年份，如2024"),
        ({"forms": []}, "“forms”应由“名称: 值”组成"),
        ([], "“数据文件”应由“名称: 值”组成"),
        ({}, "数据里没有年度（year），请写上，如 year: 2024"),
    ],
)  # fmt: skip
def test_wrong_data_is_one_sentence(data: object, said: str) -> None:
    if isinstance(data, dict) and "year" not in data and data:
        data = {"year": 2024, **data}
    with pytest.raises(DataError) as caught:
        api.fill(HUNAN, data)
    assert str(caught.value) == said


def test_data_files_keep_their_digits(tmp_path: Path) -> None:
    file = tmp_path / "数据.json"
    file.write_text('{"year": 2024, "forms": {"自评表": {"全年预算数": 1361.10}}}', encoding="utf-8")
    assert read_data(file).tree["forms"]["自评表"]["全年预算数"] == "1361.10"  # type: ignore[index,call-overload]  # a mapping
    file.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"数据\.json:1: 数据文件不是有效的JSON"):
        read_data(file)


def test_printed_yaml_is_plain_yaml() -> None:
    text = as_yaml(api.extract(api.fill(HUNAN, S / "data.yaml")))
    loaded = yaml.safe_load(text)
    assert loaded["forms"]["自评表"]["fields"]["全年预算数"] == 1361.15
    assert "全年预算数: 1361.15\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "http://x",
        "@x",
        "+1",
        "-1",
        "_x0041_",
        "_x005F_",
        "a\tb",
        "a\r\nb",
        " 前后有空格 ",
        "null",
        "~",
        "true",
        "1.50",
        "007",
        "'x",
    ],
)
def test_texts_stay_texts(text: str) -> None:
    data = {"year": 2024, "forms": {"自评表": {"部门名称": text, "预期目标": text}}}
    content = api.fill(HUNAN, data)
    plain = api.extract(content)
    assert plain["forms"]["自评表"]["fields"]["预期目标"] == text  # type: ignore[index]  # a mapping
    cells = [cell for sheet in open_forms(content).sheets for cell in sheet.cells.values() if cell.text == text]
    assert {cell.kind for cell in cells} == {"text"}
    assert not any(cell.formula for cell in cells)
    from xlsxeval.forms.yamlfile import read_yaml

    assert api.fill(HUNAN, read_yaml(as_yaml(plain), "x")[0]) == content


def test_templates_with_known_content_and_more_lines() -> None:
    lines = {"数量指标": 12, "专项资金": 5}
    known = {
        "forms": {
            "自评表": {
                "年初预算数": 500,
                "指标": [
                    {"一级指标": "产出指标", "二级指标": "数量指标", "三级指标": "举办会议数", "年度指标值": "≥13"}
                ],
            }
        }
    }
    content = api.new(HUNAN, year=2024, unit="某局", data=known, lines=lines, lock_known=True)
    book = openpyxl.load_workbook(io.BytesIO(content))
    form = book["自评表"]
    filing = laid_out(HUNAN, lines=lines)
    budget, name, target, group = cells_of(
        filing, "自评表", "年初预算数", "指标[1].三级指标", "指标[1].年度指标值", "指标[1].二级指标"
    )
    others = cells_of(filing, "自评表", "指标[1].实际完成值", "指标[2].三级指标", "全年预算数")
    assert [form[cell].value for cell in (budget, name, target)] == [500, "举办会议数", "≥13"]
    assert [form[cell].protection.locked for cell in (budget, name, target)] == [True, True, True]
    assert [form[cell].protection.locked for cell in others] == [False, False, False]
    [merged] = [area for area in form.merged_cells.ranges if area.start_cell.coordinate == group]
    assert merged.size == {"rows": 12, "columns": 1}
    open_book = openpyxl.load_workbook(io.BytesIO(api.new(HUNAN, year=2024, data=known)))
    assert not open_book["自评表"][cell_of(laid_out(HUNAN), "自评表.指标[1].三级指标")].protection.locked
    basic = open_book["基础数据表"]
    assert {basic.cell(row, 1).value for row in range(17, 22)} == {None}
    expenses = book["基础数据表"][cell_of(filing, "基础数据表.公用经费.上年决算数")]
    assert book["基础数据表"].cell(expenses.row, 1).value == "公用经费："
    assert api.extract(content)["forms"]["自评表"]["tables"]["指标"] == known["forms"]["自评表"]["指标"]  # type: ignore[index]  # a mapping
    with pytest.raises(DataError, match="“--lines”中没有叫“数量”的分组，是否想写“数量指标”"):
        api.new(HUNAN, year=2024, lines={"数量": 3})
    with pytest.raises(DataError, match="行数应在1到500之间"):
        api.new(HUNAN, year=2024, lines={"数量指标": 0})
