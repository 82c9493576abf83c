"""What each report option writes: the report's own function, with what it needs beside the outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxeval import api
from xlsxeval.errors import MachineError
from xlsxeval.output import own_folder, write_output
from xlsxeval.read.cells import Limits, Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.report.facts import Facts
from xlsxeval.report.outcome import Outcome

if TYPE_CHECKING:
    from xlsxeval.report.catalogues import Catalogues


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say of the reports: the set, and for notices the template, the deadline and names."""

    set_name: str | None = None
    template: Path | None = None
    deadline: str = ""
    contact: str = ""
    sender: str = ""


def write_json(outcomes: Iterable[Outcome], facts: Facts, _asked: Asked) -> Iterator[str]:
    """Give one JSON document."""
    from xlsxeval.report.jsonl import json_document

    return json_document(outcomes, facts)


def write_jsonl(outcomes: Iterable[Outcome], facts: Facts, _asked: Asked) -> Iterator[str]:
    """Give a line of JSON for each filing."""
    from xlsxeval.report.jsonl import json_lines

    return json_lines(outcomes, facts)


def write_csv(outcomes: Iterable[Outcome], _facts: Facts, asked: Asked) -> Iterator[str]:
    """Give a table with a row for each finding."""
    from xlsxeval.report.table import csv_lines

    return csv_lines(outcomes, _catalogues(asked))


def write_sarif(outcomes: Iterable[Outcome], _facts: Facts, asked: Asked) -> Iterator[str]:
    """Give a SARIF log."""
    from xlsxeval.report.sarif import sarif_lines

    return sarif_lines(outcomes, _catalogues(asked))


def write_junit(outcomes: Iterable[Outcome], _facts: Facts, asked: Asked) -> Iterator[str]:
    """Give a JUnit log."""
    from xlsxeval.report.junit import junit_lines

    return junit_lines(outcomes, _catalogues(asked))


def write_html(outcomes: Iterable[Outcome], facts: Facts, asked: Asked) -> Iterator[str]:
    """Give the page for the browser."""
    from xlsxeval import __version__
    from xlsxeval.report.html import html_page

    return html_page(outcomes, facts, _catalogues(asked), f"由xlsxeval {__version__}生成")


def write_marked(folder: Path, outcomes: Iterable[Outcome], _facts: Facts, _asked: Asked, *, force: bool) -> None:
    """Write a marked copy of each workbook; of a file that cannot be marked, a workbook with the findings alone."""
    from xlsxeval.mark.copy import marked, opinion_sheet

    own_folder(folder)
    taken: set[str] = set()
    for file, group in groupby(outcomes, key=lambda one: one.file):
        found, source = list(group), Path(file)
        name = source.name
        try:
            content = marked(read_bytes(source, Limits()), found)
        except (Refused, MachineError):
            content, name = opinion_sheet(found), f"{source.name}-审核意见.xlsx"
        write_output(folder / _unique(name, taken), content, force=force)


def _unique(name: str, taken: set[str]) -> str:
    """Tell files of the same name from different folders apart."""
    path, number, found = Path(name), 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{path.stem}（{number}）{path.suffix}"
    taken.add(found.casefold())
    return found


def write_notices(folder: Path, outcomes: Iterable[Outcome], _facts: Facts, asked: Asked, *, force: bool) -> None:
    """Write the letters to the units."""
    from xlsxeval.report.letter import load_template
    from xlsxeval.report.notice import notices

    own_folder(folder)
    template = load_template(asked.template)
    letters = notices(outcomes, template, deadline=asked.deadline, contact=asked.contact, sender=asked.sender)
    for name, content in letters:
        write_output(folder / name, content, force=force)


def _catalogues(asked: Asked) -> Catalogues:
    formsets = [api.load_set(name) for name in (asked.set_name and [asked.set_name]) or api.set_names()]
    return {formset.name: api.rules(formset) for formset in formsets}
