"""Findings of bounded length and number: what a filing says may be quoted in each of thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from xlsxeval.rules.finding import Finding

#: Characters: of a quoted text or value, and of a whole message. Of a longer message the end is kept: the advice.
_LONGEST_QUOTE, _LONGEST_MESSAGE, _END = 300, 2_000, 300
#: Findings of one rule in one filing.
_MOST_OF_A_RULE = 500


def shortened(finding: Finding) -> Finding:
    """Give a finding with its long quotations and values cut; the usual one as it is.

    >>> shortened(Finding("B14", "error", "", "", "", "", f"“{'9' * 999}”不是数。", found="9" * 999)).message[-8:]
    '999…”不是数。'
    """
    short = max(map(len, (finding.message, finding.found, finding.expected, finding.field))) <= _LONGEST_QUOTE
    if short:
        return finding
    return replace(
        finding,
        message=_message(finding.message),
        found=cut(finding.found),
        expected=cut(finding.expected),
        field=cut(finding.field),
    )


def _message(text: str) -> str:
    before, *parts = text.split("“")
    for part in parts:
        quote, mark, after = part.partition("”")
        before += f"“{cut(quote)}{mark}{after}" if mark else f"“{part}"
    if len(before) <= _LONGEST_MESSAGE:
        return before
    return f"{before[: _LONGEST_MESSAGE - _END]}…{before[-_END:]}"


def cut(text: str) -> str:
    """Give a text that stands in many places, at most its first few hundred characters."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def first_of_each_rule(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first findings of each rule; the last one that is kept says how many more there are."""
    kept: list[Finding] = []
    counts: Counter[str] = Counter()
    last: dict[str, int] = {}
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= _MOST_OF_A_RULE:
            last[finding.code] = len(kept)
            kept.append(finding)
    for code, place in last.items():
        more = counts[code] - _MOST_OF_A_RULE
        if more > 0:
            kept[place] = replace(kept[place], message=f"{kept[place].message}同样的问题还有{more}处，没有列出。")
    return kept
