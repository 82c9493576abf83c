"""What is left of a check: plain values that every report is made from and that travel between processes."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxeval.read.cells import Workbook
from xlsxeval.report.excerpt import Excerpt, excerpt_of
from xlsxeval.report.reading import reading_text
from xlsxeval.rules.bounded import cut
from xlsxeval.rules.finding import Checked, Finding, count
from xlsxeval.rules.summary import Summary, summarize


@dataclass(frozen=True, slots=True)
class Reading:
    """How a form was read: where, how many blanks were found, guessed and missed."""

    form: str
    sheet: str
    found: int
    guessed: int
    missed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of checking one filing; ``verdict`` is ``pass``, ``findings`` or ``unusable``.

    ``formset``, ``unit`` and ``subject`` (the project, in forms about one) are empty where unknown; ``excerpts`` has
    an entry for each finding, None where the finding is not on a cell, and is empty if none were asked for.
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
    #: How it was read, label by label, in words; empty if that was not asked for.
    explained: tuple[str, ...] = ()
    #: The hash of the file's content; empty if it could not be read.
    sha256: str = ""
    #: Whether a newer filing of the unit, or the same content under another name, counts in its stead.
    replaced: bool = False
    #: The version of the set; empty where the set is unknown.
    set_version: str = ""

    def count(self, severity: str) -> int:
        """Count the findings of one severity (error, warning, info) that were not waived."""
        return count(self.findings, severity)

    @property
    def waived(self) -> int:
        """How many findings were waived."""
        return sum(bool(finding.waived) for finding in self.findings)

    @property
    def title(self) -> str:
        """What to call it in a list: the unit and the project; the file where neither is known."""
        return "　".join(name for name in (self.unit, self.subject) if name) or self.file


def outcome_of(checked: Checked, book: Workbook | None = None, *, explained: bool = False) -> Outcome:
    """Keep of a check what reports need.

    Args:
        checked: what ``check`` gave.
        book: the workbook's cells, if excerpts are wanted.
        explained: say how it was read, label by label.
    """
    filing = checked.filing
    excerpts = _excerpts(checked, book) if book else ()
    if filing is None:
        whose = (checked.file, checked.verdict, checked.findings, checked.notes)
        return Outcome(*whose, excerpts=excerpts, sha256=checked.sha256)
    return Outcome(
        checked.file,
        checked.verdict,
        checked.findings,
        checked.notes,
        formset=filing.formset.name,
        year=filing.year,
        unit=cut(filing.unit),
        subject=cut(filing.subject),
        reading=tuple(Reading(name, one.sheet, *one.confidence) for name, one in filing.forms.items()),
        summary=summarize(filing, checked.findings),
        excerpts=excerpts,
        explained=tuple(reading_text(filing)) if explained else (),
        sha256=checked.sha256,
        set_version=filing.formset.version,
    )


def _excerpts(checked: Checked, book: Workbook) -> tuple[Excerpt | None, ...]:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    forms = checked.filing.forms if checked.filing else {}
    return tuple(
        excerpt_of(one, sheets[one.sheet], forms.get(one.form)) if one.sheet in sheets else None
        for one in checked.findings
    )
