"""Cells by the names of their fields, so that tests contain no addresses.

A place is written ``form.field``, ``form.table[line].column`` with lines counted from 1, ``form.table.column`` for the
head of a column, or ``form“text”`` for another printed text: ``自评表.总分``, ``自评表.指标[3].得分``, ``自评表.指标.分值``,
``自评表“（2024年度）”``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

import xlsxeval as api
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data, read_data
from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.forms.model import FormSet
from xlsxeval.rules.finding import Checked


class Located(Protocol):
    """The attributes of a finding from which its place follows."""

    @property
    def code(self) -> str:
        """The code of the rule."""

    @property
    def sheet(self) -> str:
        """The sheet, empty for a finding about the file."""

    @property
    def cell(self) -> str:
        """The address, empty for a finding about a form or the file."""


def places(filing: Filing) -> dict[tuple[str, str], str]:
    """Map sheet and address to the place, for each cell of a filing that has a name.

    A cell that serves several lines (一级指标 is merged over its lines) has the name of the first of them.
    """
    named: dict[tuple[str, str], str] = {}
    for form, answers in filing.forms.items():
        for name, cell in _names(answers):
            if cell:
                named.setdefault((answers.sheet, cell), f"{form}{name}")
    return named


def _names(answers: FormAnswers) -> Iterator[tuple[str, str]]:
    for name, answer in answers.fields.items():
        yield f".{name}", answer.cell
    for name, lines in answers.tables.items():
        for number, line in enumerate(lines, 1):
            for column in answers.form.tables[name].columns:
                yield f".{name}[{number}].{column}", line[column].cell
        for column in answers.form.tables[name].columns:
            yield f".{name}.{column}", answers.heads.get((name, column), "")
    labels = {label.cell: label.text for label in (*answers.years, *answers.met)}
    counts = Counter(labels.values())
    # A text that stands in several cells is no name.
    yield from ((f"“{text}”", cell) for cell, text in labels.items() if counts[text] == 1)


def located(filing: Filing, findings: Iterable[Located]) -> list[tuple[str, str]]:
    """Return code and place of each finding, in their order; the place of a finding without a cell is its sheet.

    Raises:
        KeyError: a finding is at a cell that has no name.
    """
    named = places(filing)
    return [
        (finding.code, named[finding.sheet, finding.cell] if finding.cell else finding.sheet) for finding in findings
    ]


def cell_of(filing: Filing, place: str) -> str:
    """Return the address of a place, from ``api.read`` or ``laid_out``.

    Raises:
        ValueError: no cell, or more than one, has that name.
    """
    [cell] = [cell for (_, cell), name in places(filing).items() if name == place]
    return cell


def cells_of(filing: Filing, form: str, *names: str) -> list[str]:
    """Return the addresses of several fields of a form: ``cells_of(filing, "自评表", "总分", "指标[1].得分")``."""
    return [cell_of(filing, f"{form}.{name}") for name in names]


@cache
def sample(folder: Path) -> Filing:
    """Return the filing of a sample, read from its ``filled.xlsx``."""
    return api.read_filing(folder / "filled.xlsx")


def addressed(folder: Path, place: str) -> str:
    """Return sheet and address of a place in a sample, as the program prints them: ``自评表!I46``."""
    filing = sample(folder)
    [found] = [f"{sheet}!{cell}" for (sheet, cell), name in places(filing).items() if name == place]
    return found


def laid_out(formset: FormSet, data: Path | None = None, lines: Mapping[str, int] | None = None) -> Filing:
    """Return the filing that ``fill`` writes for a data file, or ``new`` without one, with the addresses of its fields.

    Nothing is read from a workbook: the forms are placed as the writer places them.

    Args:
        formset: the set.
        data: a data file; None for a template.
        lines: for a template, the lines of its groups, as for ``new``.
    """
    parsed = parse_data(read_data(data) if data else {}, formset)
    return build_filing(formset, parsed, year=parsed.year or 2024, lines=None if data else lines or {})


def checked_places(content: bytes, formset: FormSet) -> list[tuple[str, str]]:
    """Check a workbook and return code and place of each finding."""
    return places_of(api.check(content, formset=formset))


def places_of(checked: Checked) -> list[tuple[str, str]]:
    """Return code and place of each finding of a workbook that was read."""
    assert checked.filing is not None
    return located(checked.filing, checked.findings)
