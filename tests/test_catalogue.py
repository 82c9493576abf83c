"""Real filings with their exact findings; choosing, waiving, summing up; formulas overwritten; likely causes."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, ROOT, S, filing_of
from tests.places import cell_of, checked_places, located, places_of
from xlsxeval.a1 import cell_name, column_range, fixed_cell, parse_cell
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
        # Listed by hand: E06 (and E08, which follows from it), E13, E15 twice, E17 twice, E27, E34.
        ("E06", "自评表.执行率"), ("E13", "自评表.全年执行数"), ("E15", "自评表.指标[8].得分"),
        ("E15", "自评表.指标[9].得分"), ("E17", "自评表.指标[8].偏差原因"), ("E17", "自评表.指标[9].偏差原因"),
        ("E27", "自评表.实际完成情况"), ("E34", "自评表.年初预算数"),
        # And rightly: the copy ends before the last indicators and the total; the rate is low. Rows of …… are no lines.
        ("E01", "自评表.指标.分值"), ("E02", "自评表.指标[8].一级指标"), ("E29", "自评表.总分"),
        ("E11", "自评表.执行率"), ("E40", "自评表.资金得分"),
    },
    "湖南基础数据表2018": {
        # Listed by hand: B06, B09, B10 twice, B12, B14.
        ("B06", "基础数据表.三公经费.决算数"), ("B09", "基础数据表.项目支出.上年决算数"), ("B09", "基础数据表.项目支出.预算数"),
        ("B09", "基础数据表.项目支出.决算数"), ("B09", "基础数据表.公用经费.上年决算数"), ("B09", "基础数据表.公用经费.决算数"),
        ("B10", "基础数据表.业务工作经费.决算数"), ("B12", "基础数据表.部门基本支出预算调整.决算数"), ("B14", "基础数据表.水费电费差旅费.预算数"),
        # And rightly: the total of the projects is over its budget as its only part is; name and measures are blank.
        ("B10", "基础数据表.项目支出.决算数"), ("B16", "基础数据表.填报单位"), ("B16", "基础数据表.厉行节约保障措施"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_filings_give_exactly_these_findings(hunan: FormSet, name: str) -> None:
    checked = api.check(api.fill(hunan, FILINGS / f"{name}.yaml"), formset=hunan)
    assert {(code, place) for code, place in places_of(checked) if code != "L03"} == REAL[name]
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
    assert (span.low.value, span.high.value, span.low.unit) == (
        read_quantity("90%").value,
        read_quantity("95%").value,
        "%",
    )  # type: ignore[union-attr]  # numbers
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


def summary_line(content: bytes) -> str:
    """Return the line of 核对 that sums up, below its title."""
    [line] = [
        row[0]
        for row in openpyxl.load_workbook(io.BytesIO(content), data_only=True)["核对"].values
        if str(row[0]).startswith("核对：")
    ]
    return str(line)


def test_a_set_may_change_severities(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for file in (ROOT / "templates" / "hunan").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "set.yaml":
            text += "\nseverity: {E17: info, B09: off, X01: warning, E03: off}\n"
        (folder / file.name).write_text(text, encoding="utf-8")
    own = load_set(str(folder))
    content = api.fill(own, S / "data.yaml")
    found = {(one.code, one.severity) for one in api.check(content, formset=own).findings}
    assert {("E17", "info"), ("X01", "warning")} <= found
    assert not {code for code, _ in found} & {"B09", "E03"}
    assert summary_line(content).startswith("核对：2项需说明")


WAIVERS = """waivers:
  - {rule: X01, unit: 中共澧县县委办公室本级, reason: 口径不同, by: 绩效股, until: 2025-12-31}
  - {rule: E17, cell: 自评表!%s, reason: 已在报告中说明, by: 绩效股, until: 2025-12-31}
  - {rule: B09, field: 公用经费.决算数, reason: 未单列, by: 绩效股, until: 2025-01-31}
  - {rule: B10, unit: 别的单位, reason: 无, by: 某人, until: 2025-12-31}
"""


def test_waived_findings_stay_visible_and_count_no_more(hunan: FormSet, tmp_path: Path) -> None:
    plain = api.check(S / "filled.xlsx", formset=hunan)
    assert plain.filing is not None
    (tmp_path / "w.yaml").write_text(WAIVERS % cell_of(plain.filing, "自评表.指标[28].偏差原因"), encoding="utf-8")
    waivers = api.load_waivers(tmp_path / "w.yaml")
    checked = api.check(S / "filled.xlsx", formset=hunan, waivers=waivers, today=date(2025, 6, 1))
    assert [(one.code, one.cell) for one in checked.findings] == [(one.code, one.cell) for one in plain.findings]
    waived = [finding for finding in checked.findings if finding.waived]
    assert located(plain.filing, waived) == [("X01", "基础数据表.项目支出.决算数"), ("E17", "自评表.指标[28].偏差原因")]
    assert (checked.count("error"), checked.count("warning"), outcome_of(checked).waived) == (
        0,
        plain.count("warning"),
        2,
    )
    lines = list(findings_text(outcome_of(checked)))
    assert any(
        "错误（已说明）" in line and "审核说明：口径不同（绩效股同意，有效期至2025-12-31）" in line for line in lines
    )
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
    assert located(checked.filing, summary.first) == [
        ("X01", "基础数据表.项目支出.决算数"),
        ("E17", "自评表.指标[28].偏差原因"),
        ("B09", "基础数据表.公用经费.上年决算数"),
    ]
    first = "、".join(f"{finding.sheet}!{finding.cell}（{finding.code}）" for finding in summary.first)
    assert list(findings_text(outcome_of(checked)))[-2] == (
        f"小结：总分98.95（优），执行率99.53%，28个指标，失分：成本指标1分；先看{first}"
    )
    faulty = api.check(FAULTY / "filled.xlsx", formset=hunan)
    assert "小结：总分填90.8，重算80（良），执行率80.00%，8个指标" in list(findings_text(outcome_of(faulty)))[-2]


def altered(content: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book[sheet][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("place", "value", "found"),
    [
        ("自评表.总分", '=IF(COUNT({score},{all})=0,"",SUM({score},{all}))', set()),
        ("自评表.总分", 99.6, {("F01", "自评表.总分")}),
        ("自评表.总分", 98, {("E04", "自评表.总分")}),
        ("自评表.总分", "=SUM({score},{most})", {("F02", "自评表.总分")}),
        ("自评表.总分", "=SUM({score},{upper},{rest})", {("F02", "自评表.总分")}),
        ("自评表.总分", None, {("E29", "自评表.总分")}),
        ("自评表.总分", '= IF( COUNT({fixed},{all}) = 0 , "" , SUM({score};{all}) )', set()),
        (
            "基础数据表.公务用车购置和维护经费.上年决算数",
            None,
            {("B09", "基础数据表.公务用车购置和维护经费.上年决算数")},
        ),
    ],
)
def test_formula_audit(hunan: FormSet, place: str, value: object, found: set[tuple[str, str]]) -> None:
    content = (CLEAN / "filled.xlsx").read_bytes()
    filing = api.read_filing(content, formset=hunan)
    sheet, cell, score = place.partition(".")[0], cell_of(filing, place), cell_of(filing, "自评表.资金得分")
    position = parse_cell(score)
    assert position is not None
    region = filing.forms["自评表"].regions["指标"]
    col, last = region.cols["得分"], region.last
    names = {
        "score": score,
        "fixed": fixed_cell(*position),
        "all": column_range(region.first, last, col),
        "most": column_range(region.first + 2, last - 2, col),
        "upper": column_range(region.first, last - 2, col),
        "rest": f"{cell_name(last - 1, col)},{cell_name(last, col)}",
    }
    written = value.format_map(names) if isinstance(value, str) else value
    book = openpyxl.load_workbook(io.BytesIO(content))
    total = cell_of(filing, "自评表.总分")
    assert book["自评表"][total].value == '=IF(COUNT({score},{all})=0,"",SUM({score},{all}))'.format_map(names)
    shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["自评表"][total].value
    assert set(checked_places(altered(content, sheet, cell, shown if value == 99.6 else written), hunan)) == found


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
    line = {
        "一级指标": "产出指标",
        "二级指标": "数量指标",
        "年度指标值": "≥10次",
        "实际完成值": "10次",
        "分值": "0.045",
        "得分": "0.045",
    }
    lines = [{**line, "三级指标": f"工作{number}"} for number in range(2000)]
    found = run_rules(filing_of(hunan, {"自评表": {"资金分值": "10", "指标": lines}}))
    assert {one.code for one in found} == {"E03", "E37", "L02"}
