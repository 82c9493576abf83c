"""Several files as one workbook, and the result of checking it divided between them again."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from xlsxeval.filing import Filing
from xlsxeval.read.cells import Workbook
from xlsxeval.report.outcome import Outcome, year_cell
from xlsxeval.rules.finding import Finding

#: Put between a sheet's name and the number of its file while several files are one workbook; no sheet's name has it.
_MARK = "\x00"
_NUMBERED = re.compile(f"{_MARK}[0-9]+")


def joined_books(books: Sequence[Workbook]) -> Workbook:
    """Make one workbook of several: all sheets, in the order of the files, each with the number of its file."""
    sheets = [
        replace(sheet, name=f"{sheet.name}{_MARK}{number}")
        for number, book in enumerate(books)
        for sheet in book.sheets
    ]
    properties = {name: text for book in reversed(books) for name, text in book.properties.items()}
    notes = tuple(note for book in books for note in book.notes)
    return Workbook(tuple(sheets), properties=properties, date1904=books[0].date1904, notes=notes)


def split_outcome(whole: Outcome, filing: Filing, books: Sequence[Workbook], scored: Collection[str]) -> list[Outcome]:
    """Divide the outcome of a workbook from ``joined_books``: one for each file, with the findings at its sheets.

    Args:
        whole: the outcome of the joined workbook.
        filing: what was read of it.
        books: the workbooks that were joined.
        scored: the forms with indicators; the scores go to the file that they are in. What belongs to no sheet stays
            with the first file.
    """
    return [_part(whole, filing, number, scored) for number in range(len(books))]


def _part(whole: Outcome, filing: Filing, number: int, scored: Collection[str]) -> Outcome:
    reading = tuple(replace(one, sheet=_plain(one.sheet)) for one in whole.reading if _number(one.sheet) == number)
    kept = [place for place, finding in enumerate(whole.findings) if _number(finding.sheet) == number]
    findings = tuple(_unmarked(whole.findings[place]) for place in kept)
    summary = whole.summary if any(one.form in scored for one in reading) else None
    form, sheet, cell = year_cell(filing, [one.form for one in reading])
    first = number == 0
    return replace(
        whole,
        verdict="pass" if whole.findings and not findings else whole.verdict,
        findings=findings,
        notes=tuple(map(_plain, whole.notes)) if first else (),
        reading=reading,
        summary=summary and summary._replace(first=tuple(map(_unmarked, summary.first))),
        excerpts=tuple(whole.excerpts[place] for place in kept) if whole.excerpts else (),
        explained=tuple(map(_plain, whole.explained)) if first else (),
        applied=whole.applied if first else whole.applied._replace(unused=()),
        year_cell=(form, _plain(sheet), cell),
        answers=tuple(one._replace(sheet=_plain(one.sheet)) for one in whole.answers if _number(one.sheet) == number),
    )


def _unmarked(finding: Finding) -> Finding:
    return replace(finding, sheet=_plain(finding.sheet), message=_plain(finding.message))


def _number(sheet: str) -> int:
    """Give the number of the file that a sheet is in; 0 for what belongs to no sheet."""
    return int(sheet.rpartition(_MARK)[2]) if _MARK in sheet else 0


def _plain(text: str) -> str:
    return _NUMBERED.sub("", text)
