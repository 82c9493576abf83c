"""Findings that were looked at and accepted: they stay visible, with the reason, and count no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from xlsxeval.forms.waivers import Waiver
from xlsxeval.rules.finding import Finding
from xlsxeval.text import clean


def waive(
    findings: Iterable[Finding], waivers: Sequence[Waiver], unit: str, today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Mark the findings that are waived.

    Args:
        findings: what was found in one filing.
        waivers: what was accepted.
        unit: the filing's unit.
        today: waivers that ended before this day no longer count.

    Returns:
        The findings in their order, and a note for each waiver of this unit that has ended but would have fitted.
    """
    marked, notes = [], []
    for one in findings:
        fitting = [waiver for waiver in waivers if _fits(waiver, one, unit)]
        valid = next((waiver for waiver in fitting if waiver.until >= today), None)
        if valid is not None:
            words = f"{valid.reason}（{valid.by}同意，有效期至{valid.until.isoformat()}）"
            marked.append(replace(one, waived=words))
            continue
        notes += [f"{one.code}的审核说明已于{waiver.until.isoformat()}到期，不再有效" for waiver in fitting[:1]]
        marked.append(one)
    return tuple(marked), tuple(dict.fromkeys(notes))


def _fits(waiver: Waiver, one: Finding, unit: str) -> bool:
    return (
        waiver.rule == one.code
        and (not waiver.unit or clean(waiver.unit) == clean(unit))
        and (not waiver.cell or waiver.cell in (f"{one.sheet}!{one.cell}", one.cell))
        and (not waiver.field or waiver.field == one.field)
    )
