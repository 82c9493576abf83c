"""The rules of several sets by code: a code may have other words in another set."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxeval.forms.model import Rule

#: Name of a set -> its rules by code, as ``catalogue`` gives them.
Catalogues = Mapping[str, Mapping[str, Rule]]


def rule_of(catalogues: Catalogues, formset: str, code: str) -> Rule | None:
    """Return the rule of a finding; if the set is unknown (unusable file), that of the first set that has the code."""
    sets = [catalogues[formset]] if formset in catalogues else catalogues.values()
    return next((rules[code] for rules in sets if code in rules), None)


def title_of(catalogues: Catalogues, formset: str, code: str) -> str:
    """Return the title of a finding's rule; empty if no set has it."""
    rule = rule_of(catalogues, formset, code)
    return rule.title if rule else ""
