"""Filled, blank, not there: no rule, sum, total or count is judged over what a sheet does not have, and all say so."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlsxeval as api
from tests.clean import clean_filing
from tests.conftest import FAULTY, S_PUBLISHED, S, filing_of
from tests.counts import drawn
from tests.places import laid_out
from xlsxeval.api.checking import check
from xlsxeval.data.layout import build_filing
from xlsxeval.data.plain import plain_data
from xlsxeval.filing import ABSENT, Answer, Filing, FormAnswers, Line, Missing, Unread
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.mark.copy import opinion_sheet
from xlsxeval.numbers import decimals_of
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.html import html_page
from xlsxeval.report.facts import Facts
from xlsxeval.report.json_text import as_json
from xlsxeval.report.outcome import Outcome, outcome_of
from xlsxeval.report.reading import reading_text
from xlsxeval.report.text import summary_text
from xlsxeval.report.tree import filing_tree
from xlsxeval.rules.declared import BLANK, run_declared
from xlsxeval.rules.finding import Checked, Finding, place
from xlsxeval.rules.indicators import indicators
from xlsxeval.rules.notes import reading_notes
from xlsxeval.rules.run import catalogue
from xlsxeval.rules.run import check as run_rules
from xlsxeval.rules.summary import summarize

HUNAN = api.load_set("hunan")
NATIONAL = api.load_set("national")
FORM, PROJECT = "自评表", "项目支出绩效自评表"
_LINES = (
    ("产出指标", "数量指标", "更换路灯", "200盏", "200盏", 25, 25),
    ("产出指标", "质量指标", "亮灯率", "≥95%", "97%", 25, 25),
    ("效益指标", "社会效益指标", "投诉下降", "≥10%", "12%", 30, 30),
    ("满意度指标", "服务对象满意度指标", "居民满意度", "≥90%", "95%", 10, 10),
)
_COLUMNS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
_PARTS = ("当年财政拨款", "上年结转资金", "其他资金")
_AMOUNTS = ("年初预算数", "全年预算数", "全年执行数")


def as_texts(tree: object) -> object:
    """Give plain values with every number as its text, as data files hold them."""
    if isinstance(tree, Mapping):
        return {name: as_texts(entry) for name, entry in tree.items()}
    return [as_texts(entry) for entry in tree] if isinstance(tree, list) else str(tree)


def project(*changes: Mapping[str, object], **fields: object) -> Filing:
    """Give the filing of a project without a fault, some of whose lines and fields are changed."""
    lines = [
        {**dict(zip(_COLUMNS, line, strict=True)), **change} for line, change in zip(_LINES, [*changes, {}, {}, {}, {}])
    ]
    amounts = {name: 80 for name in _AMOUNTS} | {
        f"{part}.{name}": 80 * (part == _PARTS[0]) for part in _PARTS for name in _AMOUNTS
    }
    goals = {"预期目标": "更换路灯200盏。", "实际完成情况": "全年更换路灯200盏，投诉下降12%。"}
    whose = {"项目名称": "路灯更换", "实施单位": "某县公路养护站", "主管部门": "某县交通运输局"}
    own = {"资金分值": 10, "资金得分": 10, "执行率": "100%", "总分": 100, "总分分值": 100}
    content = {**whose, **amounts, **goals, **own, **fields, "指标": lines}
    return filing_of(NATIONAL, {PROJECT: as_texts(content)})


def changed(filing: Filing, form: str, **changes: object) -> Filing:
    """Give a filing of which one form has other parts."""
    return replace(filing, forms={**filing.forms, form: replace(filing.forms[form], **changes)})  # type: ignore[arg-type]  # parts of the form


def without(
    filing: Filing,
    form: str,
    fields: Iterable[str] = (),
    columns: Collection[str] = (),
    lines: Collection[int] | None = None,
) -> Filing:
    """Give a filing whose sheet does not have some blanks of a form and some columns of its indicators.

    Args:
        filing: the filing.
        form: the name of the form.
        fields: the blanks.
        columns: the columns.
        lines: the lines, from 0, that do not have these columns; None for all.
    """
    answers = filing.forms[form]
    table = [
        {
            name: ABSENT if name in columns and (lines is None or number in lines) else answer
            for name, answer in line.items()
        }
        for number, line in enumerate(answers.tables["指标"])
    ]
    kept = {**answers.fields, **dict.fromkeys(fields, ABSENT)}
    return changed(filing, form, fields=kept, tables={**answers.tables, "指标": tuple(table)})


def found(filing: Filing) -> set[tuple[str, str]]:
    """Give code and field of each finding."""
    return {(one.code, one.field) for one in run_rules(filing)}


def typed(value: str, cell: str) -> Answer:
    """Give the answer of a number that was typed."""
    number = Decimal(value)
    return Answer(number, value, cell, decimals=decimals_of(number))


def outcome(filing: Filing) -> Outcome:
    """Give the outcome of a filing as the reports get it."""
    findings = run_rules(filing)
    return outcome_of(
        Checked("表.xlsx", "findings", findings, filing, (*filing.notes, *reading_notes(filing))), explained=True
    )


def test_the_filing_of_these_tests_has_no_fault() -> None:
    assert found(project()) == set()
    assert {line.lacks("偏差原因") for line in indicators(project())} == {False}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ((), {("E04", "总分"), ("E12", "当年财政拨款.全年预算数")}),
        (("总分",), {("E12", "当年财政拨款.全年预算数")}),
        (("资金得分",), {("E12", "当年财政拨款.全年预算数")}),
        (("其他资金.全年预算数",), {("E04", "总分")}),
        (("全年预算数",), {("E04", "总分")}),
        (("总分", "上年结转资金.全年预算数"), set()),
    ],
)
def test_a_sum_is_not_judged_without_one_of_its_parts(fields: tuple[str, ...], wrong: set[tuple[str, str]]) -> None:
    filing = project(**{"总分": 90, "其他资金.全年预算数": 7})
    assert found(without(filing, PROJECT, fields)) == wrong


@pytest.mark.parametrize("lines", [None, {0}, {2}])
def test_a_sum_is_not_judged_without_a_column_in_any_line(lines: set[int] | None) -> None:
    filing = project({"分值": 20, "得分": 25}, 总分=90)
    assert found(filing) == {("E01", "指标.分值"), ("E04", "总分"), ("E05", "指标.得分"), ("E40", "资金得分")}
    points = without(filing, PROJECT, columns=("分值",), lines=lines)
    assert found(points) == {("E04", "总分")} | ({("E05", "指标.得分")} if lines == {2} else set())
    scores = without(filing, PROJECT, columns=("得分",), lines=lines)
    assert found(scores) == {("E01", "指标.分值")} | ({("E05", "指标.得分")} if lines == {2} else set())


def test_a_list_without_any_line_is_empty_only_if_the_sheet_has_its_heads() -> None:
    filing = changed(project(), PROJECT, tables={"指标": ()})
    assert {code for code, _ in found(filing)} == {"L04", "E04"}
    region = filing.forms[PROJECT].regions["指标"]
    nowhere = changed(filing, PROJECT, regions={"指标": replace_region(region)}, heads={})
    assert found(nowhere) == set()


def replace_region(region: object) -> object:
    """Give the area of a list of which no head was met."""
    return type(region)(1, 0, {})  # type: ignore[call-arg]  # first, last, columns


def test_an_empty_place_is_no_missing_place() -> None:
    filing = project({"得分": "", "偏差原因": ""}, 资金得分="", 执行率="")
    blank = {("E29", "指标.得分"), ("E29", "资金得分"), ("E07", "执行率"), ("E04", "总分")}
    assert found(filing) == blank
    assert found(without(filing, PROJECT, ("资金得分", "执行率"), ("得分",))) == set()


def test_money_without_points_counts_nothing_where_the_indicators_make_a_hundred() -> None:
    filing = project({"分值": 35, "得分": 35})
    no_points = without(filing, PROJECT, ("资金分值", "资金得分"))
    assert found(no_points) == {("E03", "指标.分值")}
    states = {one.check.code: one.state for one in run_declared(no_points) if one.check.at.name in ("总分", "分值")}
    assert (states["E01"], states["E04"]) == ("通过", "通过")
    summary = summarize(no_points, ())
    assert summary is not None
    assert (summary.total, summary.stated, summary.grade) == (100, 100, "优")
    wrong = without(project({"分值": 35, "得分": 35}, 总分=99), PROJECT, ("资金分值", "资金得分"))
    assert found(wrong) == {("E03", "指标.分值"), ("E04", "总分")}
    # Ninety points: the money has ten, which were not read.
    open_total = without(project(总分=99), PROJECT, ("资金分值", "资金得分"))
    assert found(open_total) == set()
    stated = project({"分值": 35, "得分": 35}, 总分=110)
    assert found(without(stated, PROJECT, ("资金分值",))) == set()
    assert {one.state for one in run_declared(without(filing, PROJECT, ("资金分值",))) if one.check.code == "E01"} == {
        BLANK
    }


def test_a_row_of_amounts_that_the_form_does_not_know_leaves_the_sum_of_the_parts_open() -> None:
    filing = project(**{"当年财政拨款.全年预算数": 60})
    assert found(filing) == {("E12", "当年财政拨款.全年预算数")}
    row = {
        f"街道配套资金.{name}": typed(value, f"D{number}")
        for number, (name, value) in enumerate(zip(_AMOUNTS, ("20", "20", "15"), strict=True), 20)
    }
    assert found(changed(filing, PROJECT, fields={**filing.forms[PROJECT].fields, **row})) == set()
    empty = {name: answer._replace(value=None, text="") for name, answer in row.items()}
    assert found(changed(filing, PROJECT, fields={**filing.forms[PROJECT].fields, **empty})) == {
        ("E12", "当年财政拨款.全年预算数")
    }


@pytest.mark.parametrize(
    ("change", "columns", "wrong"),
    [
        ({"实际完成值": "180盏", "得分": "22.5"}, (), {"E17"}),
        ({"实际完成值": "180盏", "得分": "22.5"}, ("偏差原因",), set()),
        ({"实际完成值": "180盏"}, (), {"E14", "E17", "E04"}),
        ({"实际完成值": "180盏"}, ("实际完成值",), {"E04"}),
        ({"实际完成值": ""}, (), {"E20"}),
        ({"实际完成值": ""}, ("实际完成值",), set()),
        ({"实际完成值": "", "年度指标值": ""}, ("年度指标值",), {"E20"}),
        ({"实际完成值": "≥200盏"}, ("实际完成值",), set()),
        ({"实际完成值": "完成"}, ("年度指标值",), set()),
        ({"实际完成值": "400盏"}, (), {"E18"}),
        ({"实际完成值": "400盏"}, ("偏差原因",), set()),
        ({"得分": "22.5"}, (), {"E16"}),
        ({"得分": "22.5"}, ("偏差原因",), set()),
        ({"得分": "22.5"}, ("实际完成值",), {"E17"}),
        ({"得分": "22.5"}, ("实际完成值", "偏差原因"), set()),
    ],
)
def test_rules_on_indicators_are_silent_where_the_column_is_not_there(
    change: Mapping[str, object], columns: tuple[str, ...], wrong: set[str]
) -> None:
    total = Decimal(75) + Decimal(str(change.get("得分", 25)))
    filing = project(change, 总分=total - (5 if "E04" in wrong else 0))
    absent = without(filing, PROJECT, columns=columns)
    assert {code for code, _ in found(absent)} == wrong
    for one in run_rules(absent):
        assert one.cell
        assert "空，" not in one.message or one.code != "E17" or not columns


def test_a_finding_on_a_column_that_is_not_there_stands_at_the_first_cell_of_its_line() -> None:
    filing = without(project(), PROJECT, columns=("三级指标", "偏差原因"))
    one = indicators(filing)[0]
    line = filing.forms[PROJECT].tables["指标"][0]
    assert one.place("偏差原因")["cell"] == line["一级指标"].cell
    bare = changed(filing, PROJECT, tables={"指标": ({**line, "偏差原因": Answer(None, "", "13")},)})
    assert indicators(bare)[0].place("偏差原因")["cell"] == line["一级指标"].cell


def shared(filing: Filing, *columns: str) -> Filing:
    """Give a filing of which the first two lines share one cell in some columns."""
    first, second, *rest = filing.forms[PROJECT].tables["指标"]
    lines = (
        {**first, **{column: first[column]._replace(shared=True) for column in columns}},
        {**second, **dict.fromkeys(columns, ABSENT)},
        *rest,
    )
    return changed(filing, PROJECT, tables={"指标": lines})


def test_points_that_several_lines_share_count_once_and_are_not_judged_line_by_line() -> None:
    filing = project({"分值": 50, "得分": "49.6"}, {"偏差原因": "少修一段"}, 总分="99.6")
    merged = shared(filing, "分值", "得分")
    assert found(merged) == set()
    summary = summarize(merged, ())
    assert summary is not None
    assert (summary.total, summary.indicators, summary.lost) == (Decimal("99.6"), 4, {"产出指标": Decimal("0.4")})
    assert [one.weight for one in indicators(merged)] == [None, None, 30, 10]
    over = shared(project({"分值": 50, "得分": 51}, 总分=101), "分值", "得分")
    assert found(over) == set()
    assert found(shared(project({"分值": 50, "得分": 50}, 总分=99), "分值", "得分")) == {("E04", "总分")}
    # Two lines further down no cell is shared any more.
    lines = merged.forms[PROJECT].tables["指标"]
    below = changed(merged, PROJECT, tables={"指标": (*lines, {**lines[2], "得分": ABSENT})})
    assert {one.state for one in run_declared(below) if one.check.code == "E04"} == {BLANK}


def test_no_total_and_no_grade_where_the_end_of_the_list_was_cut_off() -> None:
    filing = without(project(), PROJECT, ("总分",))
    summary = summarize(filing, ())
    assert summary is not None
    assert (summary.total, summary.stated, summary.grade) == (None, None, "")
    assert summary_text(summary) == "执行率100.00%，4个指标，各指标没有失分"
    part = summarize(without(project(), PROJECT, ("资金得分",)), ())
    assert part is not None
    assert (part.total, part.stated, part.grade) == (None, 100, "")
    assert summary_text(part).startswith("总分填100，没有重算，")
    rate = summarize(without(project(), PROJECT, ("全年预算数",)), ())
    assert rate is not None
    assert (rate.rate, rate.total) == (None, 100)
    blank = summarize(project(总分=""), ())
    assert blank is not None
    assert (blank.total, blank.stated) == (100, None)


def test_a_line_without_a_name_is_no_indicator_of_the_summary() -> None:
    summary = summarize(project({"三级指标": ""}), ())
    assert summary is not None
    assert summary.indicators == 3


# -- all rules -----------------------------------------------------------------------------------------------------


def with_holes(filing: Filing, seed: int) -> Filing:
    """Take blanks, rows, columns and places in lines out of a filing, at random."""
    dice = random.Random(seed)
    share = dice.choice((0.02, 0.1, 0.4))
    forms = {}
    for name, answers in filing.forms.items():
        rows = {one.rpartition(".")[0] for one in answers.fields}
        lost_rows = {row for row in rows if row and dice.random() < share}
        lost = {one for one in answers.fields if dice.random() < share or one.rpartition(".")[0] in lost_rows}
        tables = {}
        for table, lines in answers.tables.items():
            columns = {column for column in answers.form.tables[table].columns if dice.random() < share}
            spots = share / 10
            tables[table] = tuple(
                {c: ABSENT if c in columns or dice.random() < spots else answer for c, answer in line.items()}
                for line in lines
            )
        fields = {one: ABSENT if one in lost else answer for one, answer in answers.fields.items()}
        forms[name] = replace(answers, fields=fields, tables=tables)
    return replace(filing, forms=forms)


CLEAN_FILINGS = [filing_of(HUNAN, as_texts(clean_filing(seed)["forms"])) for seed in range(5)]
SAMPLES = [laid_out(HUNAN, folder / "data.yaml") for folder in (S, S_PUBLISHED, FAULTY)]


@given(st.sampled_from(range(5)), st.integers(0, 2**32))
@drawn(300)
def test_nothing_is_said_of_what_is_not_there(number: int, seed: int) -> None:
    assert found(with_holes(CLEAN_FILINGS[number], seed)) == set()


@given(st.sampled_from(range(3)), st.integers(0, 2**32))
@drawn(300)
def test_no_finding_comes_from_what_is_not_there(number: int, seed: int) -> None:
    assert rows(with_holes(SAMPLES[number], seed)) <= rows(SAMPLES[number])


def rows(filing: Filing) -> set[tuple[str, str]]:
    """Give code and field of each finding; of an empty row (B16) the row, whose first column may not be there."""
    return {(code, field.partition(".")[0] if code == "B16" else field) for code, field in found(filing)}
