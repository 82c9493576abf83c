"""Clean filings give nothing; each single change that breaks a rule is found at a cell that takes part in it."""

from __future__ import annotations

import pytest

from tests.clean import MUTATIONS, clean_filing, mutated
from tests.counts import count_of, seeds
from xlsxeval.api.writing import _as_text
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data
from xlsxeval.filing import Filing
from xlsxeval.forms.model import FormSet
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
