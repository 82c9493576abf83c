"""核对 in the workbook says what ``check`` says: states, counts, places, and the line over all."""

from __future__ import annotations

from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import SAMPLES, S
from tests.counts import seeds
from tests.engines import Cells, cached, checked_lines, live_lines
from tests.fillings import filling
from tests.places import addressed, places
from xlsxeval.forms.model import FormSet
from xlsxeval.rules.case import Case

SEEDS = seeds(500)


def checks_of(formset: FormSet) -> int:
    return sum(len(form.checks) for form in formset.forms) + len(formset.checks)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_agrees_with_check(hunan: FormSet, seed: int) -> None:
    content = api.fill(hunan, filling(hunan, seed))
    assert live_lines(cached(content), checks_of(hunan)) == checked_lines(content, hunan)


@pytest.mark.slow
def test_fillings_meet_every_state(hunan: FormSet) -> None:
    met = {
        (row, state)
        for seed in SEEDS
        for row, (state, _, _) in enumerate(checked_lines(api.fill(hunan, filling(hunan, seed)), hunan))
    }
    count = checks_of(hunan)
    assert {row for row, state in met if state == "通过"} == set(range(count))
    # Only 资金分值, which the template fills in itself, is never blank.
    assert set(range(count)) - {row for row, state in met if state == "未填"} == {57}
    assert len({row for row, state in met if state == "不通过"}) > count * 0.7


#: Where checks of the faulty sample cannot calculate.
UNREAD = [
    *(
        "基础数据表.三公经费.预算数",
        "基础数据表.三公经费.预算数",
        "基础数据表.公务接待.决算数",
        "基础数据表.三公经费.预算数",
    ),
    "自评表.全年预算数",
]


def declared(formset: FormSet) -> set[str]:
    return {rule.code for form in formset.forms for rule in form.rules} | {rule.code for rule in formset.rules}


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*/filled.xlsx")), ids=lambda path: path.parent.name)
def test_the_line_over_all_counts_the_findings(hunan: FormSet, sample: Path) -> None:
    content = sample.read_bytes()
    cells = cached(content)
    # The sheet shows every check that fails, also one that follows from another one, of which the checker says nothing.
    failed = [one.finding for one in Case(api.read_filing(content)).outcomes if one.finding is not None]
    findings = [one for one in failed if one.code in declared(hunan) & codes_of_checks(hunan)]
    # The workbook cannot calculate with “4.00.” and “6.4万元”: it asks for numbers. The checker understands the latter.
    text = [
        row
        for row in range(5, 5 + checks_of(hunan))
        if cells["核对", f"K{row}"] == "有一格填的不是数字，请只填数字，不写单位"
    ]
    named = {f"{sheet}!{cell}": place for (sheet, cell), place in places(api.read_filing(content)).items()}
    text_places = [named[str(cells["核对", f"J{row}"])] for row in text]
    assert text_places == (UNREAD if sample.parent.name == "错误样例" else [])
    wrong = sum(one.severity == "error" for one in findings) - ("自评表.全年预算数" in text_places)
    unclear = sum(one.severity == "warning" for one in findings)
    blank = sum(state == "未填" for state, _, _ in live_lines(cells, checks_of(hunan)))
    noted = sum(one.severity == "info" for one in findings)
    counts = ((wrong, "项需更正"), (unclear, "项需说明"), (noted, "项请再看"))
    said = "，".join(f"{count}{words}" for count, words in counts if count)
    expected = f"核对：{said or '没有发现问题'}" + (f"（{blank}项未填）" if blank else "")
    assert summary_lines(cells) == {"核对": expected, "基础数据表": expected, "自评表": expected}


def summary_lines(cells: Cells) -> dict[str, str]:
    """Return the line that sums up, by sheet."""
    found = [(sheet, str(text)) for (sheet, _), text in cells.items() if str(text).startswith("核对：")]
    assert len(found) == 3
    return dict(found)


def codes_of_checks(formset: FormSet) -> set[str]:
    return {check.code for form in formset.forms for check in form.checks} | {check.code for check in formset.checks}


def test_what_the_clerk_reads_on_s(hunan: FormSet) -> None:
    cells = cached((S / "filled.xlsx").read_bytes())
    rows = {
        row: [cells.get(("核对", f"{column}{row}")) for column in "DFGHJK"]
        for row in range(5, 5 + checks_of(hunan))
        if cells["核对", f"H{row}"] == "不通过"
    }
    spent = addressed(S, "基础数据表.项目支出.决算数")
    assert [(row[4], row[3]) for row in rows.values()] == [
        (addressed(S, "基础数据表.公用经费.上年决算数"), "不通过"),
        (addressed(S, "基础数据表.公用经费.预算数"), "不通过"),
        (addressed(S, "基础数据表.公用经费.决算数"), "不通过"),
        (addressed(S, "基础数据表.水费电费差旅费.决算数"), "不通过"),
        (addressed(S, "基础数据表.三公经费.预算数"), "不通过"),
        (addressed(S, "基础数据表.部门基本支出预算调整.决算数"), "不通过"),
        (spent, "不通过"),
    ]
    assert list(rows.values())[-1] == [208, 370.91, -162.91, "不通过", spent, "请按决算数核对，改正其中填错的一张表"]


def test_an_empty_workbook_has_nothing_to_say(hunan: FormSet) -> None:
    cells = cached(api.new(hunan, year=2025))
    assert set(summary_lines(cells).values()) == {"核对：尚未填写"}
    assert [state for state, _, _ in live_lines(cells, checks_of(hunan)) if state != "未填"] == ["通过"]
