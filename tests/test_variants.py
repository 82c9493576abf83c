"""Every set under what happens to workbooks on the way: addresses move, values never do; what is lost is reported."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlsxeval as api
from tests.conftest import open_forms
from tests.counts import drawn
from tests.moves import insert_col, insert_row
from tests.soffice import convert, needs_soffice
from tests.tables import written
from xlsxeval.a1 import cell_name
from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.forms.model import Field, FormSet
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Range, Sheet, Workbook
from xlsxeval.read.filing import read_filings

SETS = tuple(api.load_set(name) for name in api.set_names())
NAMES = st.sampled_from(api.set_names())
_PADDINGS = (
    lambda text: text,
    "\n".join,
    lambda text: f"  {text[:2]} {text[2:]}　",
    lambda text: text[:1] + "\u200b" + text[1:] + "\u00a0：",
    lambda text: text.replace("（", "(").replace("）", ")").replace("：", ":"),
)


def _value(field: Field, number: int) -> str:
    """Give an answer that no other blank has."""
    match field.kind_name:
        case "money" | "area":
            return f"{1000 + number}.{number % 90 + 10}"
        case "percent":
            return f"{number % 100}.{number % 90 + 10}%"
        case "score":
            return f"{number % 50}.{number % 9 + 1}"
        case "count":
            return str(100 + number)
        case _:
            return f"第{number}项内容"


def data_of(formset: FormSet, unit: str, first: int = 0) -> dict[str, object]:
    number, forms = first, {}
    for form in formset.forms:
        content: dict[str, object] = {}
        for name, field in form.fields.items():
            number += 1
            content[name] = unit if name == form.unit_field else _value(field, number)
        for table in form.tables.values():
            groups = [path for path, _ in table.groups]
            lines = []
            for index in range(12):
                number += 1
                line = {name: _value(field, number * 20 + at) for at, (name, field) in enumerate(table.columns.items())}
                lines.append(line | dict(zip(table.inherit, groups[index * len(groups) // 12], strict=True)))
            content[table.name] = lines
        forms[form.name] = content
    return {"set": formset.name, "year": 2024, "unit": unit, "forms": forms}


@cache
def book_of(name: str, unit: str = "青石县林业局", first: int = 0) -> Workbook:
    formset = api.load_set(name)
    return open_forms(api.fill(formset, data_of(formset, unit, first)))


@cache
def filing_of(name: str, unit: str = "青石县林业局", first: int = 0) -> Filing:
    [filing] = read_filings(book_of(name, unit, first), SETS)
    assert filing.formset.name == name
    return filing


def values(answers: FormAnswers) -> dict[str, object]:
    fields: dict[str, object] = {name: answer.value for name, answer in answers.fields.items()}
    lines = {
        name: [{column: one.value for column, one in line.items()} for line in lines]
        for name, lines in answers.tables.items()
    }
    return fields | lines


def same(read: Filing, whole: Filing) -> None:
    assert read.formset is whole.formset
    assert (read.year, read.unit, read.subject) == (whole.year, whole.unit, whole.subject)
    assert {name: values(answers) for name, answers in read.forms.items()} == {
        name: values(answers) for name, answers in whole.forms.items()
    }


def right_or_reported(read: Filing, whole: Filing) -> None:
    """Assert that a value may be lost with its label, which then is named, but is never another one."""
    for name, answers in read.forms.items():
        of = whole.forms.get(name)
        if of is None:  # read as another set's form of the same kind
            of = next(iter(whole.forms.values()))
        # The open self-evaluation requires nothing, so nothing is missing there.
        lost = answers.missing or answers.lacking or answers.form.is_open
        for field, answer in answers.fields.items():
            if field in of.fields and answer.value != of.fields[field].value:
                assert answer.value is None
                assert lost, field
        for table, lines in answers.tables.items():
            assert (lines == () and lost) or len(lines) == len(of.tables[table])
            for line, right in zip(lines, of.tables[table], strict=False):
                for column, answer in line.items():
                    if answer.value != right[column].value:
                        assert answer.value is None
                        assert lost, column


def labels_of(whole: Filing) -> Mapping[str, set[str]]:
    return {answers.sheet: {one.cell for one in answers.met} for answers in whole.forms.values()}


def relabel(book: Workbook, whole: Filing, change: object, chosen: random.Random, share: float) -> Workbook:
    cells_of = labels_of(whole)

    def altered(sheet: Sheet) -> Sheet:
        cells = {
            at: cell._replace(text=change(cell.text))
            if cell_name(*at) in cells_of[sheet.name] and chosen.random() < share
            else cell  # type: ignore[operator]  # a function
            for at, cell in sheet.cells.items()
        }
        return replace(sheet, cells=cells)

    return replace(book, sheets=tuple(altered(sheet) for sheet in book.sheets))


def unmerged(book: Workbook) -> Workbook:
    return replace(book, sheets=tuple(replace(sheet, merges=()) for sheet in book.sheets))


def below_each_other(sheets: tuple[Sheet, ...], gap: int = 2) -> Sheet:
    """Put sheets onto one, one below the other."""
    cells, merges, top = {}, [], 0
    for sheet in sheets:
        cells |= {(row + top, col): cell._replace(row=row + top) for (row, col), cell in sheet.cells.items()}
        merges += [Range(one.first_row + top, one.first_col, one.last_row + top, one.last_col) for one in sheet.merges]
        top = max(row for row, _ in cells) + gap
    return Sheet("合并", cells, tuple(merges))


MOVES = st.lists(st.tuples(st.sampled_from("rc"), st.integers(0, 1), st.integers(1, 60)), max_size=6)


@given(NAMES, MOVES, st.sampled_from(_PADDINGS), st.booleans(), st.integers(0, 99))
@drawn(1200)
def test_addresses_move_and_values_do_not(
    name: str,
    moves: list[tuple[str, int, int]],
    padding: object,
    merged: bool,  # noqa: FBT001  # drawn
    seed: int,
) -> None:
    book, whole = book_of(name), filing_of(name)
    book = relabel(book, whole, padding, random.Random(seed), 0.7)
    sheets = list(book.sheets)
    for sort, sheet, at in moves:
        number = sheet % len(sheets)
        sheets[number] = (insert_row if sort == "r" else insert_col)(sheets[number], at)
    book = Workbook(tuple(sheets))
    [read] = read_filings(book if merged else unmerged(book), SETS)
    same(read, whole)


@given(NAMES, st.floats(0, 1), st.integers(0, 10_000))
@drawn(1500)
def test_labels_cut_at_five_characters(name: str, share: float, seed: int) -> None:
    book = relabel(book_of(name), filing_of(name), lambda text: text[:5], random.Random(seed), share)
    formset = api.load_set(name)
    for sets in ((formset,), SETS):
        [read] = read_filings(book, sets)
        right_or_reported(read, filing_of(name))


@pytest.mark.parametrize("formset", SETS, ids=lambda formset: formset.name)
def test_most_labels_are_known_by_five_characters(formset: FormSet) -> None:
    book = relabel(book_of(formset.name), filing_of(formset.name), lambda text: text[:5], random.Random(1), 1)
    [read] = read_filings(book, (formset,))
    got = [answers.fields[name].value for answers in read.forms.values() for name in answers.form.fields]
    assert sum(value is not None for value in got) >= 0.9 * len(got)


@pytest.mark.parametrize("name", ["hunan", "hunan-2018", "hunan-2021"])
def test_both_forms_on_one_sheet(name: str) -> None:
    book = book_of(name)
    for sheets in (book.sheets, book.sheets[::-1]):
        [read] = read_filings(Workbook((below_each_other(sheets),)), SETS)
        same(read, filing_of(name))


UNITS = (("青石县林业局", 0), ("白水县水利局", 2000), ("云台县教育局", 4000))


@pytest.mark.parametrize("name", api.set_names())
def test_several_units_in_one_workbook(name: str) -> None:
    """Copies on sheets of their own, and all on one: each unit is a filing."""
    books = [book_of(name, unit, first) for unit, first in UNITS]
    apart = Workbook(
        tuple(
            replace(sheet, name=f"{sheet.name}{number}") for number, book in enumerate(books) for sheet in book.sheets
        )
    )
    together = Workbook((below_each_other(tuple(sheet for book in books for sheet in book.sheets)),))
    for book in (apart, together):
        found = read_filings(book, SETS)
        assert [filing.unit for filing in found] == [unit for unit, _ in UNITS]
        for filing, (unit, first) in zip(found, UNITS, strict=True):
            same(filing, filing_of(name, unit, first))


def test_an_answer_that_says_what_the_first_label_says_begins_no_form() -> None:
    hunan = api.load_set("hunan")
    data = {
        "set": "hunan",
        "year": 2024,
        "forms": {"基础数据表": {"专项资金": [{"名称": "单位名称", "预算数": "5"}], "编制数": "67"}},
    }
    [filing] = read_filings(open_forms(api.fill(hunan, data)), SETS)
    answers = filing.forms["基础数据表"]
    assert (answers.fields["编制数"].text, answers.tables["专项资金"][0]["预算数"].text) == ("67", "5")


def test_several_projects_of_one_unit() -> None:
    books = [book_of("national", "青石县林业局", first) for first in (0, 3000)]
    found = read_filings(
        Workbook(tuple(replace(book.sheets[0], name=str(number)) for number, book in enumerate(books))), SETS
    )
    assert [(filing.unit, filing.subject) for filing in found] == [
        ("青石县林业局", "第1项内容"),
        ("青石县林业局", "第3001项内容"),
    ]


def test_a_copy_of_one_form_is_passed_over_and_named() -> None:
    book = book_of("national")
    hidden = replace(book.sheets[0], name="副本", state="hidden")
    [read] = read_filings(Workbook((hidden, *book.sheets)), SETS)
    assert read.notes == ("“副本”也像项目支出绩效自评表，读的是“项目支出绩效自评表”",)
    [read] = read_filings(Workbook((hidden,)), SETS)
    assert read.notes == ("“副本”是隐藏的工作表",)


def test_the_year_may_be_given() -> None:
    [read] = read_filings(book_of("national"), SETS, year=2025)
    assert read.year == 2025
    content = api.fill(SETS[0], data_of(SETS[0], "某局"))
    codes = {(one.code, one.found, one.expected) for one in api.check(content, year=2025).findings if one.code == "B15"}
    assert codes == {("B15", "2024", "2025")}


@pytest.mark.xdist_group("formats")
@needs_soffice
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_saved_again_by_libreoffice(kind: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for formset in SETS:
        book = unmerged(relabel(book_of(formset.name), filing_of(formset.name), "\n".join, random.Random(3), 0.5))
        sheets = tuple(insert_col(insert_row(sheet, 7), 3) for sheet in book.sheets)
        (source / f"{formset.name}.xlsx").write_bytes(written(Workbook(sheets)))
    convert(sorted(source.iterdir()), target, kind)
    for formset in SETS:
        [read] = read_filings(open_any((target / f"{formset.name}.{kind}").read_bytes()), SETS)
        same(read, filing_of(formset.name))
