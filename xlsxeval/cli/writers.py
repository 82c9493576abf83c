"""What each report option writes: the report's own function, with what it needs beside the outcomes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxeval import api
from xlsxeval.errors import MachineError
from xlsxeval.folder import digest_of
from xlsxeval.output_folder import OutputFolder
from xlsxeval.read.cells import TRANSIENT, Limits, Refused
from xlsxeval.read.source import read_bytes
from xlsxeval.report.facts import Facts
from xlsxeval.report.filename import OPINION_END, copy_name
from xlsxeval.report.outcome import Outcome

if TYPE_CHECKING:
    from xlsxeval.report.catalogues import Catalogues


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say of the reports: the set, and for notices the template, the deadline and names.

    ``paths`` are the files by the names that outcomes give them, ``scope`` the arguments of the run, ``places``
    the folders that these are or are in, ``limits`` those the files were read with.
    """

    set_name: str | None = None
    template: Path | None = None
    deadline: str = ""
    contact: str = ""
    sender: str = ""
    paths: Mapping[str, Path] = field(default_factory=dict)
    scope: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()
    limits: Limits = Limits()  # noqa: RUF009  # frozen


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


def write_marked(folder: Path, outcomes: Iterable[Outcome], facts: Facts, asked: Asked) -> None:
    """Write a marked copy of each workbook; of a file that cannot be marked, a workbook with the findings alone."""
    from xlsxeval.mark.copy import marked, opinion_sheet

    target = OutputFolder(folder, asked.scope)
    above = _common_folder(asked.places)
    taken: set[str] = set()
    complete = not facts.interrupted
    for file, group in groupby(outcomes, key=lambda one: one.file):
        found, source = list(group), asked.paths[file]
        path = Path(os.path.abspath(source))  # noqa: PTH100  # links stay what they are
        parts, ending = path.relative_to(above).parts if path.is_relative_to(above) else (path.name,), ""
        if is_ours_to_mend(found):
            complete = False  # what an earlier run wrote of it is better than nothing
            continue
        try:
            content = marked(_same(source, found[0].sha256, asked.limits), found, asked.limits)
        except (Refused, MachineError, MemoryError):
            content, ending = opinion_sheet(found), OPINION_END
        target.write(copy_name(parts, ending, taken), content, _modified(source))
    target.finish(complete=complete)


def is_ours_to_mend(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether the verdict on a file is about this machine or program, and not about what was sent."""
    return any(one.code in TRANSIENT for outcome in outcomes for one in outcome.findings)


def _modified(path: Path) -> float | None:
    """Give when a file was changed last: of two versions the copies tell as well which is the newer."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _common_folder(places: Iterable[Path]) -> str:
    """Give the folder that all arguments are in; on Windows they may have none in common."""
    try:
        return os.path.commonpath([os.path.abspath(path) for path in places])  # noqa: PTH100
    except ValueError:
        return os.path.abspath(os.sep)  # noqa: PTH100


def _same(path: Path, digest: str, limits: Limits) -> bytes:
    """Read a file again; refuse it if it is not what was checked."""
    content = read_bytes(path, limits)
    if digest_of(content) != digest:
        raise Refused("R09", "文件在核对以后有改动")
    return content


def write_notices(folder: Path, outcomes: Iterable[Outcome], facts: Facts, asked: Asked) -> None:
    """Write the letters to the units."""
    from xlsxeval.report.letter import load_template
    from xlsxeval.report.notice import notices

    target = OutputFolder(folder, asked.scope)
    failed: list[str] = []

    def watched() -> Iterator[Outcome]:
        for outcome in outcomes:
            if is_ours_to_mend([outcome]):
                failed.append(outcome.file)
            yield outcome

    template = load_template(asked.template)
    letters = notices(watched(), template, deadline=asked.deadline, contact=asked.contact, sender=asked.sender)
    for name, content in letters:
        target.write(name, content)
    target.finish(complete=not facts.interrupted and not failed)


def _catalogues(asked: Asked) -> Catalogues:
    formsets = [api.load_set(name) for name in (asked.set_name and [asked.set_name]) or api.set_names()]
    return {formset.name: api.rules(formset) for formset in formsets}
