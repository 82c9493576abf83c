"""Small tables of every difficulty that published forms have: read to the last figure, and nothing false said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

import xlsxeval as api
from tests.conftest import ROOT
from tests.shuffles import lost_cells
from tests.tables import meaning, meant, rows_of, sheet_of, whole_line, written
from xlsxeval.a1 import parse_cell
from xlsxeval.filing import Filing, FormAnswers, Line
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Workbook
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.run import check as run_rules

CASES = ROOT / "tests" / "reading_cases"
NAMES = tuple(sorted(folder.name for folder in CASES.iterdir() if folder.is_dir()))
KINDS = ("tsv", "xlsx")
every_case = pytest.mark.parametrize("name", NAMES)
every_kind = pytest.mark.parametrize("kind", KINDS)


class Expected(NamedTuple):
    """One finding that a case requires (``+``) or forbids (``-``)."""

    case: str
    sign: str
    code: str
    cells: tuple[str, ...]
    same_row: bool
    about: str

    def __str__(self) -> str:
        return f"{self.case} {self.sign}{self.code} {self.about or ' '.join(self.cells)}".rstrip()

    def is_met_by(self, one: Finding) -> bool:
        """Tell whether a finding is the one meant."""
        if one.code != self.code or self.about not in one.message:
            return False
        if not self.cells or any(cell == one.cell or _names(one.message, cell) for cell in self.cells):
            return True
        return self.same_row and _row(one.cell) in {_row(cell) for cell in self.cells}


def _names(message: str, cell: str) -> bool:
    """Tell whether a message names a cell; ``C1`` is not named by ``C15`` nor by ``AC1``."""
    before, found, after = message.partition(cell)
    return bool(found) and not after[:1].isdigit() and not (before[-1:].isascii() and before[-1:].isalnum())


def _row(cell: str) -> int:
    position = parse_cell(cell)
    return position[0] if position else 0


@cache
def right(name: str) -> dict[str, list[dict[str, Any]]]:
    return json.loads((CASES / name / "right.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def expected() -> Iterator[Expected]:
    for name in NAMES:
        for key, sign in (("must", "+"), ("must_not", "-")):
            for one in right(name).get(key, ()):
                cells = tuple(map(str, one.get("cells", ())))
                yield Expected(
                    name, sign, str(one["code"]), cells, bool(one.get("same_row")), str(one.get("about", ""))
                )


@cache
def content(name: str, kind: str) -> bytes:
    table = (CASES / name / "table.tsv").read_bytes()
    return table if kind == "tsv" else written(Workbook((sheet_of(rows_of(table.decode())),)))


@cache
def filings(name: str, kind: str) -> tuple[Filing, ...]:
    return api.read_filings(content(name, kind), file=f"{name}.{kind}")


@cache
def findings(name: str, kind: str) -> tuple[tuple[Filing, Finding], ...]:
    """Give each filing's findings, from the rules themselves: ``check`` gives only the first filing."""
    return tuple((filing, one) for filing in filings(name, kind) for one in run_rules(filing))


def fields(filing: Filing) -> dict[str, object]:
    """Give what each blank means; of two forms with a blank of one name, the first."""
    found: dict[str, object] = {}
    for answers in filing.forms.values():
        for name, answer in answers.fields.items():
            found.setdefault(name, meant(answer))
    return found


def indicator_lines(filing: Filing) -> Iterator[tuple[FormAnswers, Line]]:
    """Yield the lines of every table of indicators, with the values that stand in several columns."""
    for answers in filing.forms.values():
        for table, lines in answers.tables.items():
            for line in lines:
                if "三级指标" in line:
                    yield answers, whole_line(answers, table, line)


def row_of(line: Line) -> int:
    """Give the row of a line: that of its name, or of any other cell that is not merged with the lines above."""
    shared = ("一级指标", "二级指标")
    cells = [line["三级指标"].cell, *(answer.cell for column, answer in line.items() if column not in shared)]
    return next(filter(None, map(_row, cells)), 0)


@every_kind
@every_case
def test_whose_form_it_is(name: str, kind: str) -> None:
    wanted = right(name)["filings"]
    read = filings(name, kind)
    assert len(read) == len(wanted)
    names = {"unit": "unit", "project": "subject", "year": "year"}
    for filing, one in zip(read, wanted, strict=True):
        asked = {key: one[key] for key in names if key in one}
        assert {key: getattr(filing, names[key]) or "" for key in asked} == asked


@every_kind
@every_case
def test_every_blank(name: str, kind: str) -> None:
    for filing, one in zip(filings(name, kind), right(name)["filings"], strict=True):
        wanted = {field: meaning(text) for field, text in one.get("fields", {}).items()}
        read = fields(filing)
        assert {field: read.get(field) for field in wanted} == wanted


@every_kind
@every_case
def test_every_line(name: str, kind: str) -> None:
    for filing, one in zip(filings(name, kind), right(name)["filings"], strict=True):
        read = {row_of(line): line for _, line in indicator_lines(filing)}
        for wanted in one.get("lines", ()):
            asked = {column: meaning(text) for column, text in wanted.items() if column != "row"}
            line = read.get(wanted["row"], {})
            assert {column: meant(line[column]) for column in asked if column in line} == asked, wanted["row"]


@every_kind
@every_case
def test_no_false_answer(name: str, kind: str) -> None:
    for filing, one in zip(filings(name, kind), right(name)["filings"], strict=True):
        for field, text in one.get("not", {}).items():
            if field == "year":
                assert filing.year != text
            else:
                assert fields(filing).get(field) != meaning(text)


@every_kind
@pytest.mark.parametrize("one", tuple(expected()), ids=str)
def test_findings(one: Expected, kind: str) -> None:
    met = [found for _, found in findings(one.case, kind) if one.is_met_by(found)]
    assert bool(met) is (one.sign == "+"), met


def about_absent(filing: Filing, one: Finding) -> bool:
    """Tell whether a finding speaks of a blank, or of a column of the line at its cell, that the sheet does not have."""
    answers = filing.forms.get(one.form)
    if answers is None:
        return False
    if one.field in answers.fields:
        return answers.fields[one.field].state == "absent"
    table, _, column = one.field.partition(".")
    lines = [line for line in answers.tables.get(table, ()) if column in line and row_of(line) == _row(one.cell)]
    return any(line[column].state == "absent" for line in lines)


@every_kind
@every_case
def test_every_finding_has_a_whole_address_or_none(name: str, kind: str) -> None:
    bad = [one for _, one in findings(name, kind) if one.cell and parse_cell(one.cell) is None]
    assert not bad


@every_kind
@every_case
def test_nothing_is_said_of_what_is_not_there(name: str, kind: str) -> None:
    bad = [one for filing, one in findings(name, kind) if one.severity != "info" and about_absent(filing, one)]
    assert [one for one in bad if one.code != "L01"] == []


@every_kind
@every_case
def test_every_answer_has_a_whole_address_or_none(name: str, kind: str) -> None:
    every = [
        answer
        for filing in filings(name, kind)
        for answers in filing.forms.values()
        for line in (answers.fields, *(line for lines in answers.tables.values() for line in lines))
        for answer in line.values()
    ]
    assert not [answer for answer in every if answer.cell and parse_cell(answer.cell) is None]


@every_kind
@every_case
def test_pages_show_it(name: str, kind: str) -> None:
    """What ``--html`` and ``--explain-reading`` need is made without an error."""
    results = api.outcomes(content(name, kind), file=name, excerpts=True, explained=True)
    assert not [one for result in results for one in result.findings if one.code.startswith("R")]
    assert len(results) == len(right(name)["filings"])


@every_kind
@every_case
def test_no_cell_is_lost(name: str, kind: str) -> None:
    read = filings(name, kind)
    lost = lost_cells(open_any(content(name, kind)), read)
    assert not lost, lost


@every_kind
def test_a_table_that_is_cut_is_said_once_and_not_summed_up(kind: str) -> None:
    [one] = [one for _, one in findings("table-cut-at-the-end", kind) if one.severity != "info"]
    assert (one.code, "总分" in one.message) == ("L01", True)
    [result] = api.outcomes(content("table-cut-at-the-end", kind), file="表")
    assert result.summary is not None
    assert (result.summary.stated, result.summary.total, result.summary.grade) == (None, None, "")


@every_kind
def test_a_total_without_points_for_money_can_be_judged(kind: str) -> None:
    """The indicators alone make 100 points, so the money counts none: 97 are right, where 98 are stated."""
    [result] = api.outcomes(content("money-label-beside-the-heads", kind), file="表")
    assert result.summary is not None
    assert [result.summary.stated, result.summary.total] == [98, 97]
