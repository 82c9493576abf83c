"""Findings counted by rule and by unit, as tables for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlsxeval.forms.model import SEVERITIES
from xlsxeval.report.outcome import Outcome
from xlsxeval.text import display_width, safe

_LONGEST = 40


def statistics_lines(outcomes: Iterable[Outcome], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of two tables: findings and filings for each rule; findings for each unit.

    Args:
        outcomes: the filings.
        titles: code -> title of the rule.
    """
    rules: Counter[tuple[str, str]] = Counter()
    filings: Counter[tuple[str, str]] = Counter()
    units: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counted = Counter((finding.code, finding.severity) for finding in outcome.findings if not finding.waived)
        rules.update(counted)
        filings.update(counted.keys())
        unit = units.setdefault(outcome.unit or outcome.file, Counter())
        for (_, severity), count in counted.items():
            unit[severity] += count
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    yield from _table(
        ("代码", "级别", "次数", "份数", "规则"),
        [
            (code, SEVERITIES[severity], str(count), str(filings[code, severity]), titles.get(code, ""))
            for (code, severity), count in sorted(
                rules.items(), key=lambda item: (order[item[0][1]], -item[1], item[0])
            )
        ],
    )
    yield ""
    yield from _table(
        ("单位", *SEVERITIES.values()),
        [
            (unit, *(str(counts[severity]) for severity in SEVERITIES))
            for unit, counts in sorted(
                units.items(), key=lambda item: (*(-item[1][each] for each in SEVERITIES), item[0])
            )
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns; numbers are aligned at the right."""
    shown = [[_short(safe(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(display_width(row[column]) for row in shown) for column in range(len(head))]
    for row in shown:
        cells = (
            " " * (width - display_width(cell)) + cell
            if rows and rows[0][column].isdigit()
            else cell + " " * (width - display_width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _short(text: str) -> str:
    """Shorten a text to at most 40 columns, with ``…`` at its end."""
    while display_width(text) > _LONGEST:
        text = f"{text[:-2]}…"
    return text
