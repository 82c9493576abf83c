"""A finding: what is wrong, where, what stands there, what should, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.forms.model import SEVERITIES, Rule
from xlsxeval.rules.applied import NONE_APPLIED, Applied


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a filing.

    ``found`` and ``expected`` are printed values; ``severity`` is error (must be corrected), warning (must be
    explained) or info (look again); ``cell`` is empty only when a whole file or form is meant.
    """

    code: str
    severity: str
    form: str
    sheet: str
    cell: str
    field: str
    message: str
    found: str = ""
    expected: str = ""
    #: Why it was accepted, by whom, until when; empty for a finding that still counts.
    waived: str = ""

    @property
    def severity_word(self) -> str:
        """The severity in Chinese."""
        return SEVERITIES[self.severity]


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``check`` found in one file.

    ``verdict`` is ``pass`` (no finding), ``findings``, ``unchecked`` (no finding, because no rule had anything to
    judge) or ``unusable``; ``filing`` is None for an unusable file.
    """

    file: str
    verdict: str
    findings: tuple[Finding, ...]
    filing: Filing | None = None
    #: What else is to be said of the file.
    notes: tuple[str, ...] = ()
    #: The hash of what was read; empty if nothing was.
    sha256: str = ""
    #: Which rules applied.
    applied: Applied = NONE_APPLIED

    def count(self, severity: str) -> int:
        """Count the findings of one severity (error, warning, info) that were not waived."""
        return count(self.findings, severity)


def count(findings: Iterable[Finding], severity: str) -> int:
    """Count the findings of one severity (error, warning, info) that were not waived."""
    return sum(finding.severity == severity and not finding.waived for finding in findings)


def finding(rule: Rule, message: str, **place: str) -> Finding:
    """Make a finding of a rule: its code and severity, and the advice at the end of the message."""
    return Finding(rule.code, rule.severity, message=f"{message}。{rule.fix}。", **{**_NOWHERE, **place})


_NOWHERE = {"form": "", "sheet": "", "cell": "", "field": ""}


def place(answers: FormAnswers, cell: str, field: str) -> dict[str, str]:
    """Give where a finding on one cell of a form belongs."""
    return {"form": answers.form.name, "sheet": answers.sheet, "cell": cell, "field": field}
