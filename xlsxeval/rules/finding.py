"""A finding: what is wrong, where, what stands there, what should, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxeval.forms.model import SEVERITIES, Rule


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

    @property
    def severity_word(self) -> str:
        """The severity in Chinese."""
        return SEVERITIES[self.severity]


def finding(rule: Rule, message: str, **place: str) -> Finding:
    """Make a finding of a rule: its code and severity, and the advice at the end of the message."""
    return Finding(rule.code, rule.severity, message=f"{message}。{rule.fix}。", **{**_NOWHERE, **place})


_NOWHERE = {"form": "", "sheet": "", "cell": "", "field": ""}
