"""All rules over one filing, and the catalogue of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlsxeval.filing import Filing
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.rules import across, amounts, goals, reading, scores, structure, wording
from xlsxeval.rules.declared import run_declared
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.registry import JUDGEMENT

_FAMILIES = (across, amounts, goals, reading, scores, structure, wording)
_CELL = re.compile(r"([A-Z]+)(\d+)")


def check(filing: Filing) -> tuple[Finding, ...]:
    """Check a filing against every rule that applies.

    Returns:
        The findings in the order of the forms and, within a form, from top left to bottom right.
    """
    found = [outcome.finding for outcome in run_declared(filing) if outcome.finding]
    for description, judge in JUDGEMENT.values():
        found += judge(filing, description)
    order = {form.name: number for number, form in enumerate(filing.formset.forms)}
    return tuple(sorted(found, key=lambda one: (order.get(one.form, len(order)), _position(one.cell), one.code)))


def _position(cell: str) -> tuple[int, int, str]:
    match = _CELL.fullmatch(cell)
    return (int(match[2]), len(match[1]), match[1]) if match else (0, 0, "")


def catalogue(formset: FormSet) -> Mapping[str, Rule]:
    """Give every rule of a set, declared and judgement, by code."""
    rules = [rule for form in formset.forms for rule in form.rules] + list(formset.rules)
    rules += [rule for rule, _ in JUDGEMENT.values()]
    return {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}
