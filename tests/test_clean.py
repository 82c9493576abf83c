"""Clean filings give nothing; each single change that breaks a rule is found at a cell that takes part in it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

import xlsxeval as api
from tests.clean import MUTATIONS, Data, clean_filing, mutated
from tests.conftest import open_forms
from tests.counts import count_of, seeds
from xlsxeval.api.writing import _as_text
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data
from xlsxeval.filing import Filing
from xlsxeval.forms.model import Form, FormSet, Table
from xlsxeval.numbers import round_half_up
from xlsxeval.read.filing import read_filings
from xlsxeval.rules.run import check


def filing_of(formset: FormSet, data: object) -> Filing:
    parsed = parse_data(_as_text(data), formset)  # numbers as texts, as a file has them
    return build_filing(formset, parsed, year=parsed.year or 2024)


@pytest.mark.long
def test_clean_filings_give_no_error_and_no_warning(hunan: FormSet) -> None:
    found = {
        (seed, one.code, one.cell, one.message)
        for seed in seeds(1500)
        for one in check(filing_of(hunan, clean_filing(seed)))
        if one.severity != "info"
    }
    assert found == set()


def where(filing: Filing, name: str) -> str:
    """Give the cell of a blank, of a column in a named line, or of a column's head."""
    if name == "指标.分值" or name.startswith("指标.."):
        return filing.forms["自评表"].heads["指标", "分值"]
    if name.startswith("指标."):
        _, column, line_name = name.split(".", 2)
        [line] = [line for line in filing.forms["自评表"].tables["指标"] if line["三级指标"].value == line_name]
        return line[column].cell
    return next(form.fields[name].cell for form in filing.forms.values() if name in form.fields)


@pytest.mark.long
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_single_change_is_found_where_it_was_made(hunan: FormSet, name: str) -> None:
    made = 0
    for seed in seeds(200):
        broken = mutated(seed, name)
        if broken is None:
            continue
        data, expected = broken
        filing = filing_of(hunan, data)
        found = {(one.code, one.cell) for one in check(filing)}
        for code, blank in expected:
            forms = [form for form in filing.forms.values() if blank in form.fields] or [filing.forms["自评表"]]
            cells = {form.fields[blank].cell for form in forms if blank in form.fields} or {where(filing, blank)}
            assert found & {(code, cell) for cell in cells}, (seed, code, blank, sorted(found))
        made += 1
    assert made >= count_of(200) // 5


#: Checks of Hunan's form alone.
NOT_OPEN = {"E12", "E13"}


def in_the_open_reading(data: Data) -> set[tuple[str, str, str]]:
    """Fill Hunan's template, read its self-evaluation without its form file, and give severity, code and blank or column."""
    book = open_forms(api.fill("hunan", data))
    own = replace(book, sheets=tuple(sheet for sheet in book.sheets if sheet.name == "自评表"))
    [filing] = read_filings(own, (api.load_set("open"),))
    assert filing.formset.name == "open"
    return {(one.severity, one.code, one.field.removeprefix("指标.")) for one in check(filing)}


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(200))
def test_a_clean_filing_is_clean_in_the_open_reading(seed: int) -> None:
    found = in_the_open_reading(clean_filing(seed))
    assert [one for one in found if one[0] != "info" or one[1].startswith("F")] == []


@pytest.mark.long
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_single_change_is_found_in_the_open_reading(name: str) -> None:
    for seed in range(count_of(50)):
        broken = mutated(seed, name)
        expected = {one for one in broken[1] if one[0].startswith("E") and one[0] not in NOT_OPEN} if broken else set()
        if not (broken and expected):
            continue
        found = {(code, blank) for _, code, blank in in_the_open_reading(broken[0])}
        for code, blank in expected:
            column = blank.split(".")[1] if blank.startswith("指标.") else blank
            places = {(code, column)} if column else {one for one in found if one[0] == code}
            assert found & places, (seed, code, blank, sorted(found))


#: Sets with a self-evaluation of one's own project, and the points of its money row.
OTHER_SETS = {
    "chongqing": 10, "guizhou": 10, "hubei": 20, "national": 10, "open": 10, "sichuan": 10, "sichuan-goal": 10,
    "transfer": 10, "yunnan": 10,
}  # fmt: skip
_TARGET = re.compile(r"([≥≤=]?)([0-9.]+)(.*)")
_WHOSE = ("项目名称", "实施单位", "部门名称", "主管部门", "填报单位")


def for_another_set(form: Form, data: Data, points: int) -> dict[str, object]:
    """Give the clean self-evaluation of Hunan as the data of another form: amounts in its first part, targets in its columns."""
    own = data["forms"]["自评表"]
    answers: dict[str, object] = {name: value for name, value in own.items() if name in form.fields}
    if "全年预算数" not in form.fields and "年初预算数" in form.fields:
        answers["年初预算数"] = own["全年预算数"]
    for part in ("当年财政拨款", "中央资金", "上年结转资金", "其他资金", "财政专户管理资金", "地方资金"):
        for column in ("年初预算数", "全年预算数", "全年执行数"):
            if f"{part}.{column}" in form.fields:
                answers[f"{part}.{column}"] = own[column] if part in {"当年财政拨款", "中央资金"} else 0
    answers |= {name: "造林" if name == "项目名称" else "某县某局" for name in _WHOSE if name in form.fields}
    lines = [_line_of(form.tables["指标"], line) for line in own["指标"]]
    more = points - 10
    if more:  # more points for the money, fewer for the indicators
        rate = min(Decimal(str(own["全年执行数"])) / Decimal(str(own["全年预算数"])), Decimal(1))
        answers["资金得分"] = str(round_half_up(points * rate, 2))
        for line in lines:
            less = min(more, int(Decimal(line["得分"])))
            line["得分"], more = str(Decimal(line["得分"]) - less), more - less
        answers.pop("总分", None)
    return {**answers, "指标": lines}


def _line_of(table: Table, line: dict[str, str]) -> dict[str, str]:
    kept = {column: text for column, text in line.items() if column in table.columns}
    if "年度指标值" in table.columns or "指标值" not in table.columns:
        return kept
    target = _TARGET.fullmatch(line["年度指标值"])
    sign, value, unit = target.groups() if target else ("", line["年度指标值"], "")
    split = {"指标性质": sign or ("=" if target else "定性"), "指标值": value, "度量单位": unit}
    return kept | {column: text for column, text in split.items() if column in table.columns}


@pytest.mark.long
@pytest.mark.parametrize("name", OTHER_SETS)
def test_a_clean_filing_is_clean_in_every_set(name: str) -> None:
    formset = api.load_set(name)
    form = formset.forms[-1]
    for seed in seeds(150):
        data = for_another_set(form, clean_filing(seed), OTHER_SETS[name])
        found = check(filing_of(formset, {"set": name, "year": 2024, "forms": {form.name: data}}))
        assert [(one.code, one.field, one.message) for one in found if one.severity != "info"] == [], seed
        wrong = {**data, "全年执行数": "0.01"}
        found = check(filing_of(formset, {"set": name, "year": 2024, "forms": {form.name: wrong}}))
        assert {one.code for one in found} & {"E06", "E08", "E11", "E12", "E13", "E40"}, seed  # all of it was judged
