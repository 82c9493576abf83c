"""Findings that were looked at and accepted: they stay visible, with the reason, and count no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from xlsxeval.forms.waivers import Waiver
from xlsxeval.rules.finding import Finding
from xlsxeval.text import clean, nearest


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


def unused_waivers(
    waivers: Sequence[Waiver],
    filings: Iterable[tuple[str, Sequence[Finding]]],
    codes: Collection[str],
    today: date,
    *,
    complete: bool,
) -> tuple[str, ...]:
    """Say which waivers had no effect in a run, and why, a sentence for each in the order of the file.

    Args:
        waivers: what was accepted.
        filings: unit and findings of every filing of the run, waived findings included.
        codes: the codes of all rules.
        today: waivers that ended before this day have no effect.
        complete: whether every file was checked; else nothing is said of units and cells.
    """
    used: set[int] = set()
    units: dict[str, str] = {}
    ruled: set[tuple[str, str]] = set()
    for unit, findings in filings:
        units.setdefault(clean(unit), unit)
        for one in findings:
            ruled.add((clean(unit), one.code))
            used |= {number for number, waiver in enumerate(waivers) if number not in used and _fits(waiver, one, unit)}
    said = []
    for number, waiver in enumerate(waivers):
        reason = _no_effect(waiver, units, ruled, codes, today, fits=number in used, complete=complete)
        if reason:
            place = " ".join(filter(None, (waiver.rule, waiver.unit, waiver.cell or waiver.field)))
            said.append(f"{f'第{waiver.line}行 ' if waiver.line else ''}{place}：{reason}")
    return tuple(said)


def _no_effect(
    waiver: Waiver,
    units: Mapping[str, str],
    ruled: Collection[tuple[str, str]],
    codes: Collection[str],
    today: date,
    *,
    fits: bool,
    complete: bool,
) -> str:
    """Say why a waiver had no effect; empty if it had one, or if that cannot be told."""
    own = clean(waiver.unit)
    if waiver.rule not in codes:
        near = nearest(waiver.rule, codes)
        return "没有这条规则" + (f"，最像{near[0]}" if near else "")
    if waiver.until < today:
        return f"已于{waiver.until.isoformat()}到期"
    if fits or not complete:
        return ""
    if own and own not in units:
        near = nearest(own, units)
        return "没有这个单位的表" + (f"，最像{units[near[0]]}" if near else "")
    there = any(code == waiver.rule and (not own or own == unit) for unit, code in ruled)
    return "有这样的问题，但不在这一格" if there and (waiver.cell or waiver.field) else "没有查出这样的问题"
