"""A filing of another year than the season's: what is said of it, at the year that its form prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from xlsxeval.forms.waivers import Waiver
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.season import OTHER_YEAR
from xlsxeval.rules.waive import waive


def said_of_year(year: int, season: int, count: int) -> str:
    """Give how the ledger keeps it: ``2023 2024 198`` for a form of 2023 among 198 of 2024."""
    return f"{year} {season} {count}"


def with_other_year(outcome: Outcome, said: str, waivers: Sequence[Waiver], today: date) -> Outcome:
    """Give an outcome with the finding that it is of another year than the season's.

    Args:
        outcome: the result of the filing.
        said: from ``said_of_year``; a count of 0 means that no other filing decided the year.
        waivers: findings that were accepted.
        today: waivers that ended before this day have no effect.
    """
    year, season, count = map(int, said.split())
    others = f"其余{count}份是{season}年度" if count else f"这次收的是{season}年度"
    form, sheet, cell = outcome.year_cell
    text = f"这是{year}年度的表，{others}，多半是用了别的年度的表。{OTHER_YEAR.fix}。"
    finding = Finding(OTHER_YEAR.code, "error", form, sheet, cell, "年度", text, str(year), str(season))
    (finding,), notes = waive((finding,), waivers, outcome.unit, today)
    return replace(
        outcome,
        verdict="findings",
        findings=(finding, *outcome.findings),
        excerpts=(None, *outcome.excerpts) if outcome.excerpts else (),
        notes=(*outcome.notes, *notes),
    )
