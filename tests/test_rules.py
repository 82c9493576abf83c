"""Every rule's examples, and the exact findings of the samples as sets of (code, place)."""

from __future__ import annotations

import pytest

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, S_PUBLISHED, S, filing_of, open_forms
from tests.places import located, places_of
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.rules.run import catalogue
from xlsxeval.rules.run import check as run_rules

RULES = catalogue(api.load_set("hunan"))
#: Rules on the completeness of what was handed in; examples are excerpts.
COMPLETENESS = {"L02", "L03", "L04"}


def codes(formset: FormSet, rule: Rule, which: str) -> set[str]:
    example = getattr(rule, which)
    forms = {rule.form: example} if rule.form else dict(example)
    return {finding.code for finding in run_rules(filing_of(formset, forms))} - COMPLETENESS


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.wrong], ids=lambda rule: rule.code)
def test_wrong_example_gives_exactly_that_code(hunan: FormSet, rule: Rule) -> None:
    assert codes(hunan, rule, "wrong") == {rule.code}


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.right], ids=lambda rule: rule.code)
def test_right_example_gives_nothing(hunan: FormSet, rule: Rule) -> None:
    assert codes(hunan, rule, "right") == set()


def test_the_rules_of_the_issue_exist() -> None:
    needed = "E01 E04 E05 E06 E07 E08 E12 E13 B01 B03 B04 B07 B08 B09 B10 B11 X01 X02 X04 X05 E15 E17"
    assert set(needed.split()) <= set(RULES)


@pytest.mark.parametrize("sample", [S, S_PUBLISHED], ids=["formulas", "as published"])
def test_real_filing(hunan: FormSet, sample: object) -> None:
    content = api.fill(hunan, sample / "data.yaml")  # type: ignore[operator]  # a path
    checked = api.check(content)
    assert set(places_of(checked)) == {
        ("X01", "基础数据表.项目支出.决算数"),
        ("B09", "基础数据表.公用经费.上年决算数"),
        ("B09", "基础数据表.公用经费.预算数"),
        ("B09", "基础数据表.公用经费.决算数"),
        ("B10", "基础数据表.水费电费差旅费.决算数"),
        ("E15", "自评表.指标[28].得分"),
        ("E17", "自评表.指标[28].偏差原因"),
        # Seen by hand in the published filing, too (see docs/rules): copied column, empty rows, budget up by a third,
        # points far from the usual split, cost targets above any budget, bare numbers as targets.
        ("B13", "基础数据表.三公经费.预算数"),
        ("B16", "基础数据表.政府采购金额.上年决算数"),
        ("B16", "基础数据表.部门基本支出预算调整.上年决算数"),
        ("B12", "基础数据表.部门基本支出预算调整.决算数"),
        ("B16", "基础数据表.厉行节约保障措施"),
        ("E42", "自评表.全年预算数"),
        ("E03", "自评表.指标.分值"),
        ("E24", "自评表.指标[1].年度指标值"),
        ("X03", "自评表.指标[27].年度指标值"),
    }
    by_code = {one.code: one for one in checked.findings}
    assert (by_code["X01"].found, by_code["X01"].expected) == ("208", "370.91")
    assert (by_code["E15"].found, by_code["E15"].expected) == ("1", "1.95")
    assert (by_code["B10"].found, by_code["B10"].expected) == ("45", "不超过40")


def test_clean_sample(hunan: FormSet) -> None:
    assert api.check(api.fill(hunan, CLEAN / "data.yaml")).verdict == "pass"


def test_faulty_sample(hunan: FormSet) -> None:
    found = places_of(api.check(api.fill(hunan, FAULTY / "data.yaml")))
    assert len(found) == len(set(found))
    assert set(found) == {
        ("B01", "基础数据表.控制率"), ("F01", "基础数据表.三公经费.上年决算数"),
        ("B03", "基础数据表.三公经费.决算数"), ("B09", "基础数据表.公务用车购置和维护经费.上年决算数"),
        ("B04", "基础数据表.公务用车购置和维护经费.预算数"), ("B14", "基础数据表.公务接待.预算数"), ("B07", "基础数据表.项目支出.决算数"),
        ("B10", "基础数据表.项目支出.决算数"), ("X01", "基础数据表.项目支出.决算数"), ("B10", "基础数据表.运行维护经费.决算数"),
        ("B09", "基础数据表.公用经费.上年决算数"), ("B08", "基础数据表.公用经费.决算数"), ("B16", "基础数据表.政府采购金额.上年决算数"),
        ("B16", "基础数据表.部门基本支出预算调整.上年决算数"), ("B17", "基础数据表.实际规模"), ("B11", "基础数据表.规模控制率"),
        ("B18", "基础数据表.投资概算控制率"), ("B16", "基础数据表.厉行节约保障措施"),
        ("X04", "自评表.部门名称"), ("E12", "自评表.全年预算数"), ("E13", "自评表.全年执行数"), ("E06", "自评表.执行率"),
        ("E34", "自评表.其他资金"), ("E01", "自评表.指标.分值"),
        ("E14", "自评表.指标[1].得分"), ("E15", "自评表.指标[2].得分"), ("E17", "自评表.指标[3].偏差原因"), ("E05", "自评表.指标[4].得分"),
        ("E16", "自评表.指标[5].得分"), ("E29", "自评表.指标[6].得分"), ("X02", "自评表.指标[8].年度指标值"),
        ("E39", "自评表.指标[8].实际完成值"), ("E04", "自评表.总分"),
    }  # fmt: skip


def test_blank_template_is_not_clean(hunan: FormSet) -> None:
    checked = api.check(api.new(hunan, year=2024, unit="某某局"))
    assert [(one.code, one.sheet) for one in checked.findings] == [("L03", "基础数据表"), ("L03", "自评表")]


def test_messages_name_numbers_and_computation(hunan: FormSet) -> None:
    forms = {"自评表": {"全年预算数": "4753.66", "全年执行数": "3824.26", "执行率": "100%"}}
    [message] = [one.message for one in run_rules(filing_of(hunan, forms)) if one.code == "E06"]
    assert message == "执行率为100%，应为80.45%（3824.26 ÷ 4753.66）。请核对执行数，或改正执行率。"


@pytest.mark.parametrize(
    ("rate", "wrong"),
    [("99.52%", False), ("99.53%", False), ("99.5%", False), ("99.6%", True), ("100%", False), ("99.51%", True),
     ("0.9952", False), ("99.52", False)],
)  # fmt: skip
def test_rate_may_be_rounded_or_cut_off(hunan: FormSet, rate: str, wrong: bool) -> None:  # noqa: FBT001  # a case
    forms = {"自评表": {"全年预算数": "1361.15", "全年执行数": "1354.69", "执行率": rate}}
    assert ("E06" in {one.code for one in run_rules(filing_of(hunan, forms))}) is wrong


@pytest.mark.parametrize(
    ("total", "wrong"), [("1361.15", False), ("1361.14", False), ("1361.16", False), ("1361.18", True), ("1361", True)]
)
def test_sums_allow_for_printed_precision(hunan: FormSet, total: str, wrong: bool) -> None:  # noqa: FBT001  # a case
    forms = {"自评表": {"全年预算数": total, "一般公共预算": "1339.07", "政府性基金拨款": "0", "其他资金": "22.07"}}
    assert ("E12" in {one.code for one in run_rules(filing_of(hunan, forms))}) is wrong


def test_years_of_the_two_forms(hunan: FormSet) -> None:
    data = {"year": 2024, "forms": {"自评表": {"年初预算数": "5"}, "基础数据表": {"编制数": "5"}}}
    content = api.fill(hunan, data)
    older = api.fill(hunan, data, year=2023)
    from xlsxeval.read.cells import Workbook
    from xlsxeval.read.filing import read_filings

    mixed = Workbook((open_forms(content).sheets[0], open_forms(older).sheets[1]))
    filing = read_filings(mixed, (hunan,))[0]
    found = located(filing, run_rules(filing))
    assert ("X05", "自评表“（2023年度）”") in found
    assert not [code for code, _ in found if code == "B15"]


def messages(formset: FormSet, forms: object, code: str) -> list[str]:
    return [one.message for one in run_rules(filing_of(formset, forms)) if one.code == code]


def test_what_is_too_small_is_said_to_be_short_and_what_is_too_large_to_be_over(hunan: FormSet) -> None:
    short = {"基础数据表": {"公用经费.决算数": "1", "办公经费.决算数": "80.4", "会议费培训费.决算数": "10"}}
    assert messages(hunan, short, "B08") == [
        "公用经费小于其中各项之和：公用经费（决算数）为1，应不小于80.4 + 10 = 90.4，少89.4。请核对公用经费和其中各项。"
    ]
    over = {"基础数据表": {"公用经费.预算数": "60", "公用经费.决算数": "65"}}
    assert messages(hunan, over, "B10") == [
        "决算数超过预算数：公用经费（决算数）为65，公用经费（预算数）为60，超出5。请核对决算数和预算数；确属超支的，请说明原因。"
    ]


@pytest.mark.parametrize("name", ["hunan", "hunan-2018", "hunan-2021"])
def test_an_empty_sum_is_explained_in_words_that_fit_its_row(name: str) -> None:
    forms = {
        "基础数据表": {"公务用车购置和维护经费.决算数": None, "公车运行维护.决算数": "5.5", "办公经费.决算数": "3"}
    }
    formset = api.load_set(name)
    fix = "请补填合计；合计原来有公式的，请恢复公式。"
    # Data without a workbook computes the sums; a cell that is there and empty is what a workbook has.
    content = api.fill(formset, {"year": 2024, "forms": forms})
    found = [one.message for one in api.check(content, formset=formset).findings if one.code == "B09"]
    assert f"公务用车购置和维护经费（决算数）空着，应为5.5。{fix}" in found
    assert f"各项已填而合计空着，应不小于3。{fix}" in found
    assert api.catalogue(formset)["B09"].why == "合计下面的各项已经填了数，合计就不会没有数。"


@pytest.mark.parametrize(
    ("said", "found", "rate"),
    [
        ("88%", "88%", "按执行数和预算数为80.00%"),
        ("80%", "80%", "80%"),
        (None, "80.00%", "80.00%"),
        ("80.00%", "80.00%", "80.00%"),
    ],
)
def test_a_low_rate_is_quoted_as_the_cell_has_it(hunan: FormSet, said: str | None, found: str, rate: str) -> None:
    one = {
        "一级指标": "产出指标",
        "三级指标": "培训",
        "年度指标值": "≥10次",
        "实际完成值": "10次",
        "分值": "50",
        "得分": "50",
    }
    forms = {"自评表": {"全年预算数": "1000", "全年执行数": "800", "指标": [one], **({"执行率": said} if said else {})}}
    checked = api.check(api.fill(hunan, {"year": 2024, "forms": forms}))
    [low] = [one for one in checked.findings if one.code == "E11"]
    assert (low.field, low.found, low.expected) == ("执行率", found, "说明原因")
    assert ("E11", "自评表.执行率") in places_of(checked)
    assert low.message == f"执行率{rate}，低于90%，没有说明原因。请在实际完成情况或偏差原因里说明。"


@pytest.mark.parametrize(
    ("score", "fault"),
    [("31", "得分超过分值：得分为31，分值为30，超出1"), ("-1", "得分为负数：得分为-1，应不小于0，少1")],
)
def test_a_score_is_said_to_be_too_high_or_below_nothing(hunan: FormSet, score: str, fault: str) -> None:
    line = {
        "一级指标": "产出指标",
        "三级指标": "会议数",
        "年度指标值": "13次",
        "实际完成值": "13次",
        "分值": "30",
        "得分": score,
    }
    assert messages(hunan, {"自评表": {"指标": [line]}}, "E05") == [f"“会议数”{fault}。请改正得分。"]


def test_the_score_of_the_money_is_said_to_be_too_high_or_below_nothing(hunan: FormSet) -> None:
    too_high = {"自评表": {"资金分值": "10", "资金得分": "11"}}
    assert messages(hunan, too_high, "E05") == ["得分超过分值：资金得分为11，资金分值为10，超出1。请改正得分。"]
    below = {"自评表": {"资金分值": "10", "资金得分": "-1"}}
    assert messages(hunan, below, "E05") == ["得分为负数：资金得分为-1，应不小于0，少1。请改正得分。"]
