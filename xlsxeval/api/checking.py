"""``check`` and ``outcomes``: read a workbook, recompute it and apply the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Unpack

from xlsxeval.api.joining import joined_books, split_outcome
from xlsxeval.api.reading import note_on_others, read_book, read_workbook
from xlsxeval.api.sets import request_of
from xlsxeval.api.source import Source, content_of, name_of
from xlsxeval.filing import Filing
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

_REPORT = "这是文字报告，没有核对；数据请填在工作簿里报送"


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
    return _plain(*_checked(source, name, request), request)


def outcomes_or_report(source: Source, name: str, request: Request) -> tuple[Outcome, ...]:
    """Check every filing in a workbook, but not the tables in a report in words: that is ``unread``, of kind report."""
    results, book = _checked(source, name, request)
    if book is not None and book.is_report:
        first = results[0][0]
        return (Outcome(name, "unread", (), sha256=first.sha256, kind="report", what=_REPORT, saved=book.saved),)
    return _plain(results, book, request)


def joined_outcomes(sources: Sequence[Source], names: Sequence[str], request: Request) -> tuple[Outcome, ...]:
    """Check the forms that one unit sent in several files as one filing.

    Args:
        sources: the files.
        names: their names in messages.
        request: how to check.

    Returns:
        An outcome for each file, with the findings at its forms; none if the files are not one filing together.

    Raises:
        Refused: if a file can no longer be read.
        MachineError: if a file cannot be read for a reason outside it.
    """
    contents = [content_of(source, request.limits) for source in sources]
    books = [read_workbook(content, request.formset, request.year, "", request.limits)[1] for content in contents]
    together = joined_books(books)
    filings = read_book(together, request.formset, request.year, names[0], request.limits)
    if len(filings) != 1 or len(filings[0].forms) < len(books):
        return ()
    checked, case = _check(filings[0], names[0], "", request)
    whole = outcome_of(
        checked, together, case=case, excerpts=request.excerpts, explained=request.explained, answers=request.answers
    )
    parts = split_outcome(whole, filings[0], books, [answers.form.name for answers, _ in case.with_indicators])
    digests = map(digest_of, contents)
    return tuple(
        replace(
            part,
            file=name,
            sha256=digest,
            saved=book.saved,
            joined=tuple(other for other in names if other != name),
        )
        for part, name, digest, book in zip(parts, names, digests, books, strict=True)
    )


def _plain(
    results: Sequence[tuple[Checked, Case | None]], book: Workbook | None, request: Request
) -> tuple[Outcome, ...]:
    return tuple(
        outcome_of(
            checked, book, case=case, excerpts=request.excerpts, explained=request.explained, answers=request.answers
        )
        for checked, case in results
    )


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
    return [_check(filing, name, digest, request) for filing in filings], book


def _check(filing: Filing, name: str, digest: str, request: Request) -> tuple[Checked, Case]:
    """Apply the rules and the waivers to one filing."""
    case = Case(filing)
    findings, notes = check_case(case, request.selection), (*filing.notes, *reading_notes(filing))
    if request.waivers:
        from xlsxeval.rules.waive import waive

        today = request.today or date.today()  # noqa: DTZ011  # the day where the user is
        findings, ended = waive(findings, request.waivers, filing.unit, today)
        notes += ended
    applied = applied_to(case, request.selection)
    verdict = "findings" if findings else "pass" if applied.checked else "unchecked"
    return Checked(name, verdict, findings, filing, notes, digest, applied), case
