"""The rules of the sets that were met: the same code may be worded otherwise in another set."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxeval.forms.model import Rule

#: Name of a set -> its rules by code, as ``catalogue`` gives them.
Catalogues = Mapping[str, Mapping[str, Rule]]


def rule_of(catalogues: Catalogues, formset: str, code: str) -> Rule | None:
    """Give the rule of a finding; where the set is unknown (an unusable file), that of the first set that has it."""
    sets = [catalogues[formset]] if formset in catalogues else catalogues.values()
    return next((rules[code] for rules in sets if code in rules), None)


def title_of(catalogues: Catalogues, formset: str, code: str) -> str:
    """Give the title of a finding's rule; empty if no set has it."""
    rule = rule_of(catalogues, formset, code)
    return rule.title if rule else ""
