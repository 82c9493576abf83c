"""Real filings with their exact findings; choosing, waiving, summing up; formulas overwritten; likely causes."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, ROOT, S, filing_of
from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.forms.library import load_set
from xlsxeval.forms.model import FormSet
from xlsxeval.report.outcome import outcome_of
from xlsxeval.report.text import findings_text
from xlsxeval.rules.run import check as run_rules
from xlsxeval.rules.targets import Date, read_date, read_quantity, read_range
from xlsxeval.rules.units import contradict

FILINGS = ROOT / "tests" / "filings"
REAL = {
    "零陵区林业局2021": {
        # Listed by hand: E06, E08, E13, E15 twice, E17 twice, E27, E34.
        ("E06", "G5"), ("E08", "H5"), ("E13", "E5"), ("E15", "I35"), ("E15", "I36"), ("E17", "J35"), ("E17", "J36"),
        ("E27", "G12"), ("E34", "C5"),
        # And rightly: the copy ends before the last indicators and the total; prompts were left; the rate is low.
        ("E01", "H13"), ("E02", "B35"), ("E29", "I40"), ("E28", "D30"), ("E11", "G5"), ("E40", "H5"),
    },
    "湖南基础数据表2018": {
        # Listed by hand: B06, B09, B10 twice, B12, B14.
        ("B06", "F7"), ("B09", "B13"), ("B09", "D13"), ("B09", "F13"), ("B09", "B22"), ("B09", "F22"), ("B10", "F14"), ("B12", "F27"),
        ("B14", "D24"),
        # And rightly: the total of the projects is over its budget as its only part is; name and measures are blank.
        ("B10", "F13"), ("B16", "B3"), ("B16", "B30"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_filings_give_exactly_these_findings(hunan: FormSet, name: str) -> None:
    checked = api.check(api.fill(hunan, FILINGS / f"{name}.yaml"), formset=hunan)
    assert {(one.code, one.cell) for one in checked.findings if one.code != "L03"} == REAL[name]
    assert len(checked.findings) == len(REAL[name]) + 1


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("≧735人次", ("≥", "735", "人次")), ("≦3起", ("≤", "3", "起")), ("﹦100%", ("=", "1", "%")), ("═100%", ("=", "1", "%")),
        ("不少于4次", ("≥", "4", "次")), ("不高于5%", ("≤", "0.05", "%")), ("10次以上", ("≥", "10", "次")), ("3天以内", ("≤", "3", "天")),
        ("大于90%", ("≥", "0.9", "%")), ("1.2万亩", ("", "12000", "亩")), ("16.3亿元", ("", "1630000000", "元")), ("每亩300", ("", "300", "每亩")),
        ("0起", ("", "0", "起")), ("≥100百分比", ("≥", "1", "%")), ("全年≥360天", ("≥", "360", "天")), ("约3次", ("", "3", "次")),
        ("优化", None), ("12月底前", None), ("90%-95%", None), ("—", None), ("/", None), ("无", None), ("", None), ("2024年", None),
    ],
)  # fmt: skip
def test_targets_as_people_write_them(target: str, read: tuple[str, str, str] | None) -> None:
    found = read_quantity(target)
    assert (found and (found.operator, f"{found.value.normalize():f}", found.unit)) == read


def test_ranges_and_dates() -> None:
    span = read_range("90%-95%")
    assert span is not None
    assert (span.low.value, span.high.value, span.low.unit) == (read_quantity("90%").value, read_quantity("95%").value, "%")  # type: ignore[union-attr]  # numbers
    assert read_range("5~3次") is None
    assert read_date("12月底前") == Date(0, 12, 31)
    assert read_date("2024年12月31日") == Date(2024, 12, 31)
    assert read_date("2024.6.30") == Date(2024, 6, 30)
    assert read_date("四季度") == Date(0, 12, 31)
    assert read_date("2月30日") is None
    assert read_date("及时") is None


@pytest.mark.parametrize(
    ("target", "actual", "score", "codes"),
    [
        ("90%-95%", "92%", "20", set()), ("90%-95%", "80%", "20", {"E14", "E17"}), ("90%-95%", "97%", "20", set()),
        ("12月底前", "11月20日", "20", set()), ("6月底前", "8月10日", "20", {"E14", "E17"}), ("2024年12月31日", "2025年1月5日", "20", {"E14", "E17"}),
        ("1.2万亩", "800公顷", "20", set()), ("1.2万亩", "700公顷", "17.5", {"E17"}), ("0起", "0起", "20", set()), ("≤0起", "1起", "0", {"E17"}),
        ("≤100万元", "105万元", "19", {"E17"}), ("优化", "优化", "20", set()), ("优化", "未完成", "18", {"E17", "E19"}), ("—", "—", "0", {"E17"}),
    ],
)  # fmt: skip
def test_scores_of_all_kinds_of_targets(hunan: FormSet, target: str, actual: str, score: str, codes: set[str]) -> None:
    from xlsxeval.rules.indicators import example

    forms = example({"年度指标值": target, "实际完成值": actual, "得分": score, "三级指标": "工作"})
    found = {one.code for one in run_rules(filing_of(hunan, forms)) if one.code not in {"L02", "E38", "E25", "E20"}}
    assert found == codes


def test_units_that_cannot_mean_the_same() -> None:
    assert contradict("亩", "元")
    assert contradict("%", "个")
    assert not contradict("次", "场")
    assert not contradict("公顷", "亩")
    assert not contradict("", "亩")
    assert not contradict("人次", "人")


def test_rules_can_be_chosen() -> None:
    content = (FAULTY / "filled.xlsx").read_bytes()

    def codes(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> set[str]:
        return {one.code for one in api.check(content, selection=api.select_rules(select, ignore)).findings}

    every = codes()
    assert codes(("E01,E04", "x")) == {"E01", "E04", "X01", "X02", "X04"}
    assert codes(ignore=("E", "B1")) == {code for code in every if not code.startswith(("E", "B1"))}
    assert codes(("E",), ("E1", "E0")) == {code for code in every if code.startswith("E") and code[1] not in "01"}
    assert codes(("E15",), ("E",)) == {"E15"}
    with pytest.raises(DataError, match="没有规则“Q9”"):
        api.select_rules(("Q9",))


def test_a_set_may_change_severities(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for file in (ROOT / "templates" / "hunan").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "set.yaml":
            text = text.replace('version: "1"\n', 'version: "1"\nseverity: {E17: info, B09: off, X01: warning, E03: off}\n')
        (folder / file.name).write_text(text, encoding="utf-8")
    own = load_set(str(folder))
    content = api.fill(own, S / "data.yaml")
    found = {(one.code, one.severity) for one in api.check(content, formset=own).findings}
    assert {("E17", "info"), ("X01", "warning")} <= found
    assert not {code for code, _ in found} & {"B09", "E03"}
    assert openpyxl.load_workbook(io.BytesIO(content), data_only=True)["核对"]["A2"].value.startswith("核对：2项需说明")


WAIVERS = """waivers:
  - {rule: X01, unit: 中共澧县县委办公室本级, reason: 口径不同, by: 绩效股, until: 2025-12-31}
  - {rule: E17, cell: 自评表!J42, reason: 已在报告中说明, by: 绩效股, until: 2025-12-31}
  - {rule: B09, field: 公用经费.决算数, reason: 未单列, by: 绩效股, until: 2025-01-31}
  - {rule: B10, unit: 别的单位, reason: 无, by: 某人, until: 2025-12-31}
"""


def test_waived_findings_stay_visible_and_count_no_more(hunan: FormSet, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(WAIVERS, encoding="utf-8")
    waivers = api.load_waivers(tmp_path / "w.yaml")
    plain = api.check(S / "filled.xlsx", formset=hunan)
    checked = api.check(S / "filled.xlsx", formset=hunan, waivers=waivers, today=date(2025, 6, 1))
    assert [(one.code, one.cell) for one in checked.findings] == [(one.code, one.cell) for one in plain.findings]
    assert {(one.code, one.cell) for one in checked.findings if one.waived} == {("X01", "F13"), ("E17", "J42")}
    assert (checked.count("error"), checked.count("warning"), outcome_of(checked).waived) == (0, plain.count("warning"), 2)
    lines = list(findings_text(outcome_of(checked)))
    assert any("错误（已说明）" in line and "审核说明：口径不同（绩效股同意，有效期至2025-12-31）" in line for line in lines)
    assert "注意：B09的审核说明已于2025-01-31到期，不再有效" in lines
    assert lines[-1].endswith("没有错误，6项警告须说明，8项提示供核对，2项已有审核说明")
    later = api.check(S / "filled.xlsx", formset=hunan, waivers=waivers, today=date(2026, 1, 1))
    assert later.count("error") == plain.count("error")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("until: 2025-01-31", "until: 明年", "w.yaml:4: until应写成2025-12-31这样的日期，这里是“明年”"),
        ("reason: 口径不同", 'reason: ""', "w.yaml:2: reason不能空着：要写明为什么、谁同意的"),
        ("waivers:", "waiver:", "w.yaml:1: 不认识的键“waiver”，是否想写“waivers”"),
    ],
)
def test_mistakes_in_waivers_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "w.yaml").write_text(WAIVERS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        api.load_waivers(tmp_path / "w.yaml")
    assert str(caught.value) == said


def test_summary(hunan: FormSet) -> None:
    checked = api.check(S / "filled.xlsx", formset=hunan)
    assert checked.filing is not None
    summary = api.summarize(checked.filing, checked.findings)
    assert summary is not None
    assert (str(summary.stated), str(summary.total), summary.grade, summary.indicators) == ("98.95", "98.95", "优", 28)
    assert {first: str(points) for first, points in summary.lost.items()} == {"成本指标": "1"}
    assert [(one.code, one.cell) for one in summary.first] == [("X01", "F13"), ("E17", "J42"), ("B09", "B22")]
    assert list(findings_text(outcome_of(checked)))[-2] == (
        "小结：总分98.95（优），执行率99.53%，28个指标，失分：成本指标1分；"
        "先看基础数据表!F13（X01）、自评表!J42（E17）、基础数据表!B22（B09）"
    )
    faulty = api.check(FAULTY / "filled.xlsx", formset=hunan)
    assert "小结：总分填90.8，重算80（良），执行率80.00%，8个指标" in list(findings_text(outcome_of(faulty)))[-2]


def altered(changes: dict[str, object]) -> bytes:
    book = openpyxl.load_workbook(CLEAN / "filled.xlsx")
    for address, value in changes.items():
        sheet, _, cell = address.partition("!")
        book[sheet][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, set()),
        ({"自评表!I30": 99.6}, {("F01", "I30")}),
        ({"自评表!I30": 98}, {("E04", "I30")}),
        ({"自评表!I30": "=SUM(H5,I16:I27)"}, {("F02", "I30")}),
        ({"自评表!I30": "=SUM(H5,I14:I27,I28,I29)"}, {("F02", "I30")}),
        ({"自评表!I30": None}, {("E29", "I30")}),
        ({"自评表!I30": '= IF( COUNT($H$5,I14:I29) = 0 , "" , SUM(H5;I14:I29) )'}, set()),
        ({"基础数据表!B8": None}, {("B09", "B8")}),
    ],
)
def test_formula_audit(hunan: FormSet, changes: dict[str, object], found: set[tuple[str, str]]) -> None:
    book = openpyxl.load_workbook(CLEAN / "filled.xlsx")
    assert book["自评表"]["I30"].value == '=IF(COUNT(H5,I14:I29)=0,"",SUM(H5,I14:I29))'
    total = openpyxl.load_workbook(CLEAN / "filled.xlsx", data_only=True)["自评表"]["I30"].value
    changes = {key: total if value == 99.6 else value for key, value in changes.items()}
    checked = api.check(altered(changes), formset=hunan)
    assert {(one.code, one.cell) for one in checked.findings} == found


@pytest.mark.parametrize(
    ("forms", "cause"),
    [
        ({"基础数据表": {"项目支出.决算数": "3709100"}, "自评表": {"项目支出": "370.91"}}, "相差一万倍，可能元和万元混了"),
        ({"基础数据表": {"项目支出.决算数": "370.19"}, "自评表": {"项目支出": "370.91"}}, "370.19与370.91只是两个数字颠倒"),
        ({"基础数据表": {"项目支出.决算数": "-370.91"}, "自评表": {"项目支出": "370.91"}}, "正负号相反"),
        ({"自评表": {"全年执行数": "1354.69", "基本支出": "938.77", "项目支出": "370.91"}}, "“基本支出”938.77如果是983.77就对得上"),
        ({"自评表": {"全年预算数": "1339.07", "一般公共预算": "1339.07", "其他资金": "22.07"}}, "相差的正好是“其他资金”22.07，可能漏加了"),
        ({"自评表": {"全年预算数": "1000", "全年执行数": "900", "执行率": "0.9%"}}, "相差一百倍，可能百分号或小数点错位"),
        ({"基础数据表": {"三公经费.预算数": "5", "三公经费.决算数": "5", "公务接待.决算数": "3.1"}}, "与同一行的预算数相同"),
    ],
)  # fmt: skip
def test_likely_causes(hunan: FormSet, forms: dict[str, object], cause: str) -> None:
    messages = [one.message for one in run_rules(filing_of(hunan, forms))]
    assert [message for message in messages if cause in message]


def test_two_thousand_indicators(hunan: FormSet) -> None:
    line = {"一级指标": "产出指标", "二级指标": "数量指标", "年度指标值": "≥10次", "实际完成值": "10次", "分值": "0.045", "得分": "0.045"}
    lines = [{**line, "三级指标": f"工作{number}"} for number in range(2000)]
    found = run_rules(filing_of(hunan, {"自评表": {"资金分值": "10", "指标": lines}}))
    assert {one.code for one in found} == {"E03", "E37", "L02"}
