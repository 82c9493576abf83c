"""All rules over one filing, and the catalogue of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xlsxeval.a1 import parse_cell
from xlsxeval.filing import Filing
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.rules import across, amounts, columns, formulas, goals, parts, reading, scores, structure, wording
from xlsxeval.rules.bounded import first_of_each_rule, shortened
from xlsxeval.rules.case import Case
from xlsxeval.rules.consequences import without_consequences
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.needs import judged_codes
from xlsxeval.rules.registry import JUDGEMENT
from xlsxeval.rules.selection import Selection

_FAMILIES = (across, amounts, columns, formulas, goals, parts, reading, scores, structure, wording)


def check(filing: Filing, selection: Selection = Selection()) -> tuple[Finding, ...]:
    """Check a filing against every rule that applies; as ``check_case``."""
    return check_case(Case(filing), selection)


def check_case(case: Case, selection: Selection = Selection()) -> tuple[Finding, ...]:
    """Check a filing against every rule that applies.

    Args:
        case: the filing.
        selection: the rules wanted; the set may give rules another severity or turn them off.

    Returns:
        The findings in the order of the forms and, within a form, from top left to bottom right; of one rule no more
        than a few hundred, the last of which says how many more there are.
    """
    formset = case.filing.formset
    severities = formset.severities
    found = [outcome.finding for outcome in case.outcomes if outcome.finding]
    judged = judged_codes(case)
    for description, judge in JUDGEMENT.values():
        if severities.get(description.code) == "off" or description.code not in judged:
            continue
        if selection.wants(description.code):
            severity = severities.get(description.code)
            found += judge(case, replace(description, severity=severity) if severity else description)
    found = [one for one in without_consequences(found, case) if selection.wants(one.code)]
    order = {form.name: number for number, form in enumerate(formset.forms)}
    found.sort(key=lambda one: (order.get(one.form, len(order)), parse_cell(one.cell) or (0, 0), one.code))
    return tuple(map(shortened, first_of_each_rule(found)))


def catalogue(formset: FormSet) -> Mapping[str, Rule]:
    """Give every rule of a set, declared and judgement, by code, with the severity that the set gives it."""
    rules = [
        replace(rule, severity=formset.severities.get(rule.code, rule.severity))
        for rule, _ in JUDGEMENT.values()
        if formset.severities.get(rule.code) != "off"
    ]
    # A declared check and a judgement rule may share a code: the formula of the form, and rows that it does not print.
    rules += formset.all_rules
    return {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}


def known_codes(formset: FormSet) -> frozenset[str]:
    """Give the code of every rule there is, those that the set turned off included."""
    return frozenset({*catalogue(formset), *JUDGEMENT, *formset.severities})
