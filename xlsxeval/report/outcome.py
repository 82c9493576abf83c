"""The result of a check as plain values: every report is made from them, and they can be sent to other processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlsxeval.filing import Filing
from xlsxeval.read.cells import Workbook
from xlsxeval.report.answers import PlainAnswer, plain_answers
from xlsxeval.report.excerpt import Excerpt, excerpt_of
from xlsxeval.rules.applied import NONE_APPLIED, Applied
from xlsxeval.rules.bounded import cut
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Checked, Finding, count
from xlsxeval.rules.summary import Summary, summary_of


@dataclass(frozen=True, slots=True)
class Reading:
    """How a form was read: the sheet, and how many blanks were found, guessed and missed."""

    form: str
    sheet: str
    found: int
    guessed: int
    missed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of checking one filing.

    Attributes:
        file: the name of the file, for messages.
        verdict: ``pass``, ``findings``, ``unchecked`` (no rule had anything to judge), ``unusable``, or ``unread``
            (no workbook: it was sent, and not looked at).
        findings: the findings, including waived ones.
        notes: remarks for the reader, one sentence each.
        formset: the name of the set; empty if it is unknown, as are the two below.
        year: the year that the filing is about; None if it is unknown.
        unit: the unit's name.
        subject: the project's name, in forms about one project.
        reading: how each form was read.
        summary: scores and counts; None for an unusable file.
        excerpts: the cells around each finding, None for a finding without a cell; empty if not requested.
        explained: how the file was read, label by label, as lines of text; empty if not requested.
        sha256: the hash of the file's content; empty if it could not be read.
        replaced: whether another filing counts instead: a newer one, or the same content under another name.
        set_version: the version of the set; empty if the set is unknown.
        applied: which rules applied; none of an unusable file.
        member: the path of the file in the container that was sent (.zip, .eml, .msg); empty for an ordinary file.
        kind: of a file that is no workbook at all (verdict ``unread``), what it is, for programs; else empty.
        what: of such a file, a sentence that says what it is and what to do.
        saved: when the workbook was last saved, by its own words (UTC, as 2025-03-26T08:00:00Z); empty if unknown.
        year_cell: form, sheet and cell of the first label in which the year is printed.
        answers: the answers, as ``plain_answers`` gives them; empty if not requested.
        units: the names of units that its forms give, each once; the first is ``unit``.
        belongs: the unit that the file was tied to in a run, as its roster calls it; empty outside a run.
        joined: the other files whose forms make one filing with this one.
    """

    file: str
    verdict: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    formset: str = ""
    year: int | None = None
    unit: str = ""
    subject: str = ""
    reading: tuple[Reading, ...] = ()
    summary: Summary | None = None
    excerpts: tuple[Excerpt | None, ...] = ()

    explained: tuple[str, ...] = ()
    sha256: str = ""
    replaced: bool = False
    set_version: str = ""
    applied: Applied = NONE_APPLIED
    member: str = ""
    kind: str = ""
    what: str = ""
    saved: str = ""
    year_cell: tuple[str, str, str] = ("", "", "")
    answers: tuple[PlainAnswer, ...] = ()
    units: tuple[str, ...] = ()
    belongs: str = ""
    joined: tuple[str, ...] = ()

    def count(self, severity: str) -> int:
        """Count the findings of one severity (error, warning, info) that were not waived."""
        return count(self.findings, severity)

    @property
    def waived(self) -> int:
        """The number of findings that were waived."""
        return sum(bool(finding.waived) for finding in self.findings)

    @property
    def title(self) -> str:
        """The name of the filing in a list: the unit and the project; the file if neither is known."""
        return "　".join(name for name in (self.unit, self.subject) if name) or self.file


def outcome_of(
    checked: Checked,
    book: Workbook | None = None,
    *,
    case: Case | None = None,
    excerpts: bool = True,
    explained: bool = False,
    answers: bool = False,
) -> Outcome:
    """Make the plain values for reports from the result of a check.

    Args:
        checked: the result of ``check``.
        book: the workbook's cells; None if it could not be read.
        case: the case that was checked, so that nothing is calculated again.
        excerpts: whether to keep the cells around each finding.
        explained: whether to describe how the file was read, label by label.
        answers: whether to keep the answers.
    """
    filing = checked.filing
    around = _excerpts(checked, book) if book and excerpts else ()
    if filing is None:
        whose = (checked.file, checked.verdict, checked.findings, checked.notes)
        return Outcome(*whose, excerpts=around, sha256=checked.sha256)
    case = case or Case(filing)
    return Outcome(
        checked.file,
        checked.verdict,
        checked.findings,
        checked.notes,
        formset=filing.formset.name,
        year=filing.year,
        unit=cut(filing.unit),
        subject=cut(filing.subject),
        reading=tuple(Reading(name, answers.sheet, *answers.confidence) for name, answers in filing.forms.items()),
        summary=summary_of(case, checked.findings),
        excerpts=around,
        explained=_explained(filing) if explained else (),
        sha256=checked.sha256,
        set_version=filing.formset.version,
        applied=checked.applied,
        saved=book.saved if book else "",
        year_cell=year_cell(filing, filing.forms),
        units=tuple(dict.fromkeys(filter(None, (cut(filing.unit), *(cut(one.unit) for one in filing.forms.values()))))),
        answers=plain_answers(case) if answers else (),
    )


def year_cell(filing: Filing, forms: Iterable[str]) -> tuple[str, str, str]:
    """Give form, sheet and cell of the first label on some forms that prints the filing's year; else empty texts."""
    found = (
        (name, filing.forms[name].sheet, seen.cell)
        for name in forms
        for seen in filing.forms[name].years
        if seen.year - seen.offset == filing.year
    )
    return next(found, ("", "", ""))


def _explained(filing: Filing) -> tuple[str, ...]:
    from xlsxeval.report.reading import reading_text

    return tuple(reading_text(filing))


def _excerpts(checked: Checked, book: Workbook) -> tuple[Excerpt | None, ...]:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    forms = checked.filing.forms if checked.filing else {}
    return tuple(
        excerpt_of(finding, sheets[finding.sheet], forms.get(finding.form)) if finding.sheet in sheets else None
        for finding in checked.findings
    )
