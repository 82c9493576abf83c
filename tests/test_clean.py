"""Clean filings give nothing; each single change that breaks a rule is found at a cell that takes part in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import xlsxeval as api
from tests.clean import MUTATIONS, Data, clean_filing, mutated
from tests.conftest import open_forms
from tests.counts import count_of, seeds
from xlsxeval.api.writing import _as_text
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data
from xlsxeval.filing import Filing
from xlsxeval.forms.model import FormSet
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
