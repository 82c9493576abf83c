"""Findings as lines for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlsxeval.forms.model import SEVERITIES
from xlsxeval.rules.finding import Checked

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]")
_WHAT_TO_DO = {"error": "须更正", "warning": "须说明", "info": "供核对"}


def safe(text: str) -> str:
    """Show control and direction characters as U+FFFD, so that no file can play with the terminal."""
    return _UNSAFE.sub("\ufffd", text)


def findings_text(checked: Checked) -> Iterator[str]:
    """Yield one line for each finding and, at the end, the verdict of the file."""
    for finding in checked.findings:
        where = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet or checked.file
        yield safe(f"{where}  {finding.code} {finding.severity_word}  {finding.message}")
    for note in checked.filing.notes if checked.filing else ():
        yield safe(f"注意：{note}")
    yield safe(f"{checked.file}：{verdict_text(checked)}")


def verdict_text(checked: Checked) -> str:
    """Say the verdict in words: ``不通过，2项错误须更正，1项警告须说明``."""
    if checked.verdict == "unusable":
        return "无法使用"
    if checked.verdict == "pass":
        return "通过，没有发现问题"
    counts = [
        f"{checked.count(severity)}项{word}{_WHAT_TO_DO[severity]}"
        for severity, word in SEVERITIES.items()
        if checked.count(severity)
    ]
    return ("不通过，" if checked.count("error") else "没有错误，") + "，".join(counts)
