"""``check`` and ``outcomes``: read a workbook, recompute it and apply the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Unpack

from xlsxeval.api.reading import note_on_others, read_workbook
from xlsxeval.api.sets import request_of
from xlsxeval.api.source import Source, content_of, name_of
from xlsxeval.folder import digest_of
from xlsxeval.read.cells import Workbook
from xlsxeval.read.refusals import Refused
from xlsxeval.report.outcome import Outcome, outcome_of
from xlsxeval.request import CheckOptions, Request
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Checked, Finding
from xlsxeval.rules.needs import applied_to
from xlsxeval.rules.notes import reading_notes
from xlsxeval.rules.run import check_case


def check(source: Source, *, file: str = "", **options: Unpack[CheckOptions]) -> Checked:
    """Read a completed workbook, recompute every number and apply every rule.

    If the workbook holds several filings, the first is checked and a note names the others. A file that cannot be
    used raises no exception: the verdict is ``unusable``, with one finding that gives the reason.

    Args:
        source: a path, the bytes of a workbook, or an open binary file.
        file: the name used in messages; default: the path.
        options: the attributes of ``Request`` (``formset``, ``year``, ``limits``, ``selection``, ``waivers``, …).

    Raises:
        DefinitionError: if the set cannot be loaded.
        MachineError: if the file cannot be read for a reason outside it.
    """
    (first, _), *others = _checked(source, file or name_of(source), request_of(options))[0]
    left_out = note_on_others([checked.filing for checked, _ in others if checked.filing])
    return replace(first, notes=(*first.notes, *left_out))


def outcomes(source: Source, *, file: str = "", **options: Unpack[CheckOptions]) -> tuple[Outcome, ...]:
    """Check every filing in a workbook and give plain values, from which every report is made.

    Arguments and errors are those of ``check``.

    Returns:
        One outcome for each filing in the workbook, in its order; one for an unusable file.
    """
    return outcomes_for(source, file or name_of(source), request_of(options))


def outcomes_for(source: Source, name: str, request: Request) -> tuple[Outcome, ...]:
    """Check every filing in a workbook, called ``name`` in messages; as ``outcomes``."""
    results, book = _checked(source, name, request)
    cells = book if request.excerpts else None
    return tuple(outcome_of(checked, cells, case=case, explained=request.explained) for checked, case in results)


def _checked(
    source: Source | Path, name: str, request: Request
) -> tuple[list[tuple[Checked, Case | None]], Workbook | None]:
    """Check every filing in a workbook; returns results and cases, and the cells (None for an unusable file)."""
    digest = ""
    try:
        content = content_of(source, request.limits)
        digest = digest_of(content)
        filings, book = read_workbook(content, request.formset, request.year, name, request.limits)
    except Refused as refused:
        finding = Finding(refused.code, "error", "", "", "", "", f"{refused}。")
        return [(Checked(name, "unusable", (finding,), sha256=digest), None)], None
    today = request.today or date.today()  # noqa: DTZ011  # the day where the user is
    checked: list[tuple[Checked, Case | None]] = []
    for filing in filings:
        case = Case(filing)
        findings, notes = check_case(case, request.selection), (*filing.notes, *reading_notes(filing))
        if request.waivers:
            from xlsxeval.rules.waive import waive

            findings, ended = waive(findings, request.waivers, filing.unit, today)
            notes += ended
        applied = applied_to(case, request.selection)
        verdict = "findings" if findings else "pass" if applied.checked else "unchecked"
        checked.append((Checked(name, verdict, findings, filing, notes, digest, applied), case))
    return checked, book
