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
from xlsxeval.a1 import cell_name
from xlsxeval.data.plain import plain_data
from xlsxeval.filing import ABSENT, Answer, Filing, Line, Missing, Unread
from xlsxeval.mark.copy import opinion_sheet
from xlsxeval.numbers import decimals_of
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.facts import Facts
from xlsxeval.report.html import html_page
from xlsxeval.report.json_text import as_json
from xlsxeval.report.outcome import Outcome, outcome_of
from xlsxeval.report.reading import reading_text
from xlsxeval.report.text import summary_text
from xlsxeval.report.tree import filing_tree
from xlsxeval.rules.case import Case
from xlsxeval.rules.declared import BLANK
from xlsxeval.rules.finding import Checked, Finding, place
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
AREA, FOOT = f"{cell_name(13, 11)}:{cell_name(16, 11)}", cell_name(40, 1)
_AMOUNTS = ("年初预算数", "全年预算数", "全年执行数")


def as_texts(tree: object) -> object:
    """Give plain values with every number as its text, as data files hold them."""
    if isinstance(tree, Mapping):
        return {name: as_texts(entry) for name, entry in tree.items()}
    return [as_texts(entry) for entry in tree] if isinstance(tree, list) else str(tree)


def project(*changes: Mapping[str, object], **fields: object) -> Filing:
    """Give the filing of a project without a fault, some of whose lines and fields are changed."""
    lines = [
        {**dict(zip(_COLUMNS, line, strict=True)), **change}
        for line, change in zip(_LINES, [*changes, {}, {}, {}, {}], strict=False)
    ]
    amounts = dict.fromkeys(_AMOUNTS, 80) | {
        f"{part}.{name}": 80 * (part == _PARTS[0]) for part in _PARTS for name in _AMOUNTS
    }
    goals = {"预期目标": "更换路灯200盏。", "实际完成情况": "全年更换路灯200盏，投诉下降12%。"}
    whose = {"项目名称": "路灯更换", "实施单位": "某县公路养护站", "主管部门": "某县交通运输局"}
    own = {"资金分值": 10, "资金得分": 10, "执行率": "100%", "总分": 100, "总分分值": 100}
    content = {**whose, **amounts, **goals, **own, **fields, "指标": lines}
    return filing_of(NATIONAL, {PROJECT: as_texts(content)})


def changed(filing: Filing, name: str, /, **changes: object) -> Filing:
    """Give a filing of which one form has other parts."""
    return replace(filing, forms={**filing.forms, name: replace(filing.forms[name], **changes)})  # type: ignore[arg-type]  # parts of the form


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
    assert {line.lacks("偏差原因") for line in Case(project()).indicators} == {False}


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
    states = {one.check.code: one.state for one in Case(no_points).outcomes if one.check.at.name in ("总分", "分值")}
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
    assert {one.state for one in Case(without(filing, PROJECT, ("资金分值",))).outcomes if one.check.code == "E01"} == {
        BLANK
    }


def test_a_row_of_amounts_that_the_form_does_not_know_leaves_the_sum_of_the_parts_open() -> None:
    filing = project(**{"当年财政拨款.全年预算数": 60})
    assert found(filing) == {("E12", "当年财政拨款.全年预算数")}
    row = {
        f"街道配套资金.{name}": typed(value, cell_name(number, 4))
        for number, (name, value) in enumerate(zip(_AMOUNTS, ("20", "20", "15"), strict=True), 20)
    }
    # The sum is open; that more was spent of the part than its budget is not.
    assert found(changed(filing, PROJECT, fields={**filing.forms[PROJECT].fields, **row})) == {
        ("E10", "当年财政拨款.全年执行数")
    }
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
        ({"实际完成值": "400盏"}, ("偏差原因",), {"E18"}),
        ({"得分": "22.5"}, (), {"E16"}),
        ({"得分": "22.5"}, ("偏差原因",), set()),
        ({"得分": "22.5"}, ("实际完成值",), set()),
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
    one = Case(filing).indicators[0]
    line = filing.forms[PROJECT].tables["指标"][0]
    assert one.place("偏差原因")["cell"] == line["一级指标"].cell
    bare = changed(filing, PROJECT, tables={"指标": ({**line, "偏差原因": Answer(None, "", "13")},)})
    assert Case(bare).indicators[0].place("偏差原因")["cell"] == line["一级指标"].cell


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
    assert [one.weight for one in Case(merged).indicators] == [None, None, 30, 10]
    over = shared(project({"分值": 50, "得分": 51}, 总分=101), "分值", "得分")
    assert found(over) == set()
    assert found(shared(project({"分值": 50, "得分": 50}, 总分=99), "分值", "得分")) == {("E04", "总分")}
    # Two lines further down no cell is shared any more.
    lines = merged.forms[PROJECT].tables["指标"]
    below = changed(merged, PROJECT, tables={"指标": (*lines, {**lines[2], "得分": ABSENT})})
    assert {one.state for one in Case(below).outcomes if one.check.code == "E04"} == {BLANK}


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
        # A sheet with one column of budgets may call it 年初预算数; one that has lost a column has it unread, in no way here.
        lost |= {"年初预算数"} if "全年预算数" in lost else set()
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
    """Give code and field of each finding, without what depends on which blanks are there.

    A low rate (E11) is reported at the rate or at what was spent, and a declared check whose own place is not there at
    a blank that it reads.
    """
    moved = {check.code for check in filing.formset.all_checks if check.at not in check.reads} | {"E11"}
    return {(code, "" if code in moved else field) for code, field in found(filing)}


# -- what else says it ---------------------------------------------------------------------------------------------


def partly_read() -> Filing:
    """Give a filing whose sheet lacks blanks and labels, has a row and a column more, and cells that were not read."""
    filing = without(project({"偏差原因": ""}), PROJECT, ("总分分值", "上年结转资金.全年预算数"), ("偏差原因",))
    answers = filing.forms[PROJECT]
    fields = {**answers.fields, "街道配套资金.全年预算数": typed("0", cell_name(20, 4))}
    unread = tuple(Unread(cells, text) for cells, text in ((AREA, "“佐证资料”"), (FOOT, "“附：照片”")))
    return changed(
        filing, PROJECT, fields=fields, lacking=("上年结转资金", "{{ year }}年偏差原因"), unread=unread, year=2024
    )


NOTES = (
    "项目支出绩效自评表没有这些栏目，没有核对：上年结转资金、2024年偏差原因",
    f"项目支出绩效自评表有内容没有读：{AREA} “佐证资料”、{FOOT} “附：照片”",
)


def test_json_tells_the_state_of_every_answer() -> None:
    form = filing_tree(partly_read())["forms"][PROJECT]
    assert form["fields"]["总分分值"] == {"value": None, "text": "", "cell": "", "state": "absent"}
    assert form["fields"]["街道配套资金.全年预算数"]["state"] == "filled"
    assert {line["偏差原因"]["state"] for line in form["tables"]["指标"]} == {"absent"}
    assert form["tables"]["指标"][0]["得分"]["state"] == "filled"
    assert form["lacking"] == ["上年结转资金", "2024年偏差原因"]
    assert form["unread"][0] == {"cells": AREA, "text": "“佐证资料”"}
    whole = filing_tree(project(预期目标=""))["forms"][PROJECT]
    states = {entry["state"] for entry in whole["fields"].values()}
    assert states == {"filled", "blank"}
    assert set(whole["fields"]) == set(NATIONAL.forms[0].fields)
    nothing = changed(project(), PROJECT, fields={})
    assert {entry["state"] for entry in filing_tree(nothing)["forms"][PROJECT]["fields"].values()} == {"absent"}


def test_what_was_extracted_can_be_filled_in_again() -> None:
    filing = partly_read()
    plain = plain_data(filing)
    content = api.fill(NATIONAL, plain)
    again = api.extract(content)
    assert "街道配套资金.全年预算数" not in again["forms"][PROJECT]["fields"]  # type: ignore[index]  # mappings
    assert again["forms"] == plain["forms"]
    assert api.fill(NATIONAL, json.loads(as_json(filing_tree(filing)))) == content
    # A formula that the sheet does not have was not cleared by anybody: the template's own stays.
    total = without(project(), PROJECT, ("总分",))
    assert "总分" not in plain_data(total)["forms"][PROJECT]["fields"]  # type: ignore[index]  # mappings
    assert plain_data(project(总分=""))["forms"][PROJECT]["fields"]["总分"] is None  # type: ignore[index]  # mappings


def with_further() -> Filing:
    """Give a filing of a form that does not print two blanks and a column which its sheet has."""
    filing = project()
    answers, table = filing.forms[PROJECT], filing.forms[PROJECT].form.tables["指标"]
    grade = replace(answers.form.fields["预期目标"], name="自评结论")
    column = replace(table.columns["偏差原因"], name="佐证资料")
    assert answers.form.wider is not None
    wider = replace(answers.form.wider, fields={**answers.form.wider.fields, "自评结论": grade})
    form = replace(answers.form, wider=wider, tables={"指标": replace(table, further={"佐证资料": column})})
    cell = cell_name(60, 2)
    lines = tuple({**line, "佐证资料": Answer("100字以内", "100字以内", cell)} for line in answers.tables["指标"])
    fields = {
        **answers.fields,
        "自评结论": Answer("等级为良", "等级为良", cell),
        "街道配套资金.全年预算数": Answer(Decimal(0), "0万元", cell, problem="text"),
        "街道配套资金.分值": Answer(None, "见说明", cell, problem="bad"),
    }
    return changed(filing, PROJECT, form=form, fields=fields, tables={"指标": lines})


def test_blanks_that_the_form_does_not_print_are_read_and_judged_and_not_filled_in() -> None:
    filing = with_further()
    assert found(filing) == {
        ("B14", "街道配套资金.分值"),
        ("E33", "自评结论"),
        ("E34", "街道配套资金.全年预算数"),
    }
    form = filing_tree(filing)["forms"][PROJECT]
    assert form["fields"]["自评结论"]["value"] == "等级为良"
    assert form["tables"]["指标"][0]["佐证资料"]["value"] == "100字以内"
    assert any("自评结论" in line and "填 等级为良" in line for line in reading_text(filing))
    plain = plain_data(filing)["forms"][PROJECT]  # type: ignore[index]  # mappings
    assert plain == plain_data(project())["forms"][PROJECT]  # type: ignore[index]  # mappings


def test_a_name_that_no_form_knows_is_still_refused() -> None:
    tree = json.loads(as_json(filing_tree(project())))
    tree["forms"][PROJECT]["fields"]["总份"] = tree["forms"][PROJECT]["fields"]["总分"]
    with pytest.raises(api.DataError, match="没有叫“总份”的填空"):
        api.fill(NATIONAL, tree)


def test_the_explained_reading_names_the_three_states() -> None:
    lines = [" ".join(line.split()) for line in reading_text(partly_read())]
    located, guessed, missed = partly_read().forms[PROJECT].confidence
    assert f"找到{located}格，推测{guessed}处，没有找到{missed}格" in lines
    assert missed == 2
    assert "— 总分分值 没有这一格" in lines
    states = [line.split(" ", 2)[1:] for line in lines]
    assert ["总分", "填 100"] in states
    assert lines[-2:] == ["这张表没有：上年结转资金、2024年偏差原因", f"没有读：{AREA} “佐证资料”、{FOOT} “附：照片”"]
    blank = [" ".join(line.split()) for line in reading_text(project(总分=""))]
    assert [line.split(" ", 1)[1] for line in blank if " 总分 " in line] == ["总分 空"]


def test_notes_name_labels_and_cells_once_and_not_all_of_them() -> None:
    assert reading_notes(project()) == ()
    assert reading_notes(partly_read()) == NOTES
    unread = tuple(Unread(cell_name(row, 11), f"第{row}格\n" + "长" * 50) for row in range(1, 8))
    many = changed(partly_read(), PROJECT, lacking=tuple("甲乙丙丁戊己"), unread=unread, year=None)
    labels, cells = reading_notes(many)
    assert labels.endswith("没有核对：甲、乙、丙、丁、戊等")
    assert cells.count("、") == 4
    assert cells.endswith("…等")
    assert reading_notes(changed(partly_read(), PROJECT, year=None))[0].endswith("上年结转资金、年偏差原因")


def test_page_and_marked_copy_say_it_once() -> None:
    result = outcome(partly_read())
    assert result.notes == NOTES
    page = "".join(html_page([result], Facts(), {}))
    copy = [cell.text for sheet in open_xlsx(opinion_sheet([result])).sheets for cell in sheet.cells.values()]
    for note in NOTES:
        assert page.count(f"注意：{note}") == 1
        assert copy.count(f"注意：{note}") == 1


def lost(label: str, nearest: str = "", cell: str = "", *, numeric: bool) -> Finding:
    """Give the one finding about a label that was lost."""
    filing = changed(project(), PROJECT, missing=(Missing(label, nearest, cell, numeric),))
    [one] = run_rules(filing)
    return one


def test_a_lost_label_names_the_text_at_its_place() -> None:
    words = lost("实际完成值", "办结程度", FOOT, numeric=False)
    assert (words.code, words.severity, words.cell, words.found) == ("L05", "info", FOOT, "办结程度")
    assert words.message.startswith(f"没有找到“实际完成值”，它的位置上是{FOOT}的“办结程度”。")
    number = lost("总分", numeric=True)
    assert (number.code, number.severity, number.cell) == ("L01", "error", "")
    assert number.message.startswith("没有找到“总分”。")


def test_findings_without_an_address_break_no_report() -> None:
    filing = project()
    answers = filing.forms[PROJECT]
    findings = tuple(
        Finding("E17", "error", message="话。", **place(answers, cell, "指标.偏差原因"))
        for cell in ("", "13", "K", AREA)
    )
    book = open_xlsx(api.fill(NATIONAL, plain_data(filing)))
    result = outcome_of(Checked("表.xlsx", "findings", findings, filing), book)
    assert result.excerpts == (None,) * 4
    assert '"E17"' in "".join(html_page([result], Facts(), {}))
    assert len(opinion_sheet([result])) > 0


# -- subtotals -----------------------------------------------------------------------------------------------------


def subtotal(filing: Filing, *scores: str) -> Filing:
    """Give a filing whose list of indicators also has lines that add up others."""
    last = filing.forms[PROJECT].tables["指标"][-1]
    lines: list[Line] = []
    for number, score in enumerate(scores, 1):
        cells = dict.fromkeys(last, ABSENT) | {"二级指标": Answer("小计", "小计", cell_name(50 + number, 2))}
        lines.append(
            {**cells, "分值": typed("90", cell_name(50 + number, 7)), "得分": typed(score, cell_name(50 + number, 8))}
        )
    return changed(filing, PROJECT, subtotals=tuple(lines))


@pytest.mark.parametrize(
    ("total", "scores", "wrong"),
    [
        ("190", ["90"], [("L07", "error")]),
        ("100", ["90"], [("L07", "info")]),
        ("99", ["90"], [("E04", "error"), ("L07", "info")]),
        ("280", ["90", "90"], [("L07", "error"), ("L07", "error")]),
        ("150", ["50", "40"], [("L07", "error"), ("L07", "info")]),
        ("", ["90"], [("E29", "error"), ("L07", "info")]),
    ],
)
def test_a_subtotal_among_the_indicators(total: str, scores: list[str], wrong: list[tuple[str, str]]) -> None:
    filing = subtotal(project(总分=total), *scores)
    assert sorted((one.code, one.severity) for one in run_rules(filing)) == wrong
    summary = summarize(filing, ())
    assert summary is not None
    assert (summary.total, summary.indicators) == (100, 4)


def test_a_total_that_counts_a_subtotal_names_line_and_both_totals() -> None:
    [one] = run_rules(subtotal(project(总分=190), "90"))
    line = subtotal(project(), "90").forms[PROJECT].subtotals[0]
    assert one.cell == line["二级指标"].cell
    for part in (f"{one.cell}“小计”", "190", "100", "删去这一行"):
        assert part in one.message
    # The form's own formula over the longer list: what it showed counts, and no other rule repeats it.
    filing = subtotal(project(), "90")
    fields = filing.forms[PROJECT].fields
    own = fields["总分"]._replace(formula="SUM(H3:H51)", own=True, value=Decimal(190), text="190")
    codes = {code for code, _ in found(changed(filing, PROJECT, fields={**fields, "总分": own}))}
    assert codes == {"L07", "F01"}  # the other computed blanks were typed


def test_the_rule_on_subtotals_is_in_every_catalogue() -> None:
    assert {catalogue(api.load_set(name))["L07"].title for name in api.set_names()} == {"小计行混在指标里"}
