"""Which rules a set or a filing has a use for: a rule that needs what is not there does not apply.

Example: E41 needs ``指标.评扣分标准`` and ``指标.分值``; a form without the column 评扣分标准 has no use for it, and
``lacking`` gives ``("评扣分标准",)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from xlsxeval.filing import ABSENT
from xlsxeval.forms.folder import set_names
from xlsxeval.forms.model import Check, FormSet
from xlsxeval.formula.tree import FieldRef
from xlsxeval.rules.applied import Applied, Unused
from xlsxeval.rules.calculate import has_column
from xlsxeval.rules.case import Case
from xlsxeval.rules.declared import BLANK
from xlsxeval.rules.names import names_filled, names_of
from xlsxeval.rules.registry import JUDGEMENT
from xlsxeval.rules.selection import Selection


def lacking(needs: Sequence[str], names: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Give what a rule needs and no form has, by the names that people see; empty if one form has it all.

    Args:
        needs: as in ``Rule``.
        names: form -> the names of its blanks and columns.
    """
    missing = [[need for need in needs if not _is_met(need, own, names)] for own in names.values()]
    fewest = min(map(len, missing), default=0)
    return tuple(map(need_shown, next((some for some in missing if len(some) == fewest), needs)))


def _is_met(need: str, own: frozenset[str], names: Mapping[str, frozenset[str]]) -> bool:
    form, _, rest = need.rpartition("!")
    there = names.get(form, frozenset[str]()) if form else own
    return any(name in there for name in rest.split("|"))


def need_shown(need: str) -> str:
    """Give a need as people see it: ``指标.偏差原因|偏差原因`` is 偏差原因, ``年初预算数|全年预算数`` 年初预算数或全年预算数."""
    form, _, rest = need.rpartition("!")
    words = dict.fromkeys(name.rpartition("指标.")[2] for name in rest.split("|"))
    return (f"{form}的" if form else "") + "或".join(words)


@lru_cache(maxsize=64)
def unused_in_set(formset: FormSet) -> tuple[Unused, ...]:
    """Give the judgement rules that no form of a set has a use for, by code; every declared rule has its form."""
    names = {form.name: names_of(form) for form in formset.forms}
    declared = {rule.code for rule in formset.all_rules}
    found = [
        Unused(code, lacking(rule.needs, names))
        for code, (rule, _) in JUDGEMENT.items()
        if formset.severities.get(code) != "off" and code not in declared
    ]
    return tuple(sorted(one for one in found if one.lacking))


def judged_codes(case: Case) -> frozenset[str]:
    """Give the codes of the judgement rules that a filing has all for that they need."""
    if case.is_whole:
        return _judged_in_set(case.filing.formset)
    return frozenset(code for code, (rule, _) in JUDGEMENT.items() if not lacking(rule.needs, case.names))


@lru_cache(maxsize=64)
def _judged_in_set(formset: FormSet) -> frozenset[str]:
    names = {form.name: names_of(form) for form in formset.forms}
    return frozenset(code for code, (rule, _) in JUDGEMENT.items() if not lacking(rule.needs, names))


def unused_in(case: Case) -> tuple[Unused, ...]:
    """Give the rules that a filing has no use for, by code."""
    formset = case.filing.formset
    found: dict[str, tuple[str, ...]] = {}
    for check in formset.all_checks:
        missing = () if case.is_whole else tuple(_lacking_declared(check, case))
        if not missing or check.code not in found:
            found[check.code] = missing
    judged = judged_codes(case)
    for code, (rule, _) in JUDGEMENT.items():
        missing = () if code in judged else lacking(rule.needs, case.names)
        if formset.severities.get(code) != "off" and (not missing or code not in found):
            found[code] = missing
    return tuple(sorted(Unused(code, missing) for code, missing in found.items() if missing))


def _lacking_declared(check: Check, case: Case) -> Iterator[str]:
    """Yield what a declared check reads and the filing does not have."""
    forms = case.filing.forms
    lost = sorted(check.forms - forms.keys())
    if lost:
        yield "、".join(lost)
        return
    for ref in dict.fromkeys((check.at, *check.reads)):
        if isinstance(ref, FieldRef):
            answer = forms[ref.form].fields.get(ref.name, ABSENT)
            if not answer.cell and case.numbers.lacks((ref,)):
                yield ref.name
        elif not has_column(forms[ref.form], ref.table, ref.name):
            yield ref.name


def applied_to(case: Case, selection: Selection) -> Applied:
    """Tell which of the rules wanted applied to a filing.

    Args:
        case: the filing while it is checked.
        selection: the rules wanted. Of a set that comes with the program, those that none of its forms has a use for
            do not count.
    """
    formset = case.filing.formset
    unused = [one for one in unused_in(case) if selection.wants(one.code)]
    wanted = [code for code in codes_of(formset) if selection.wants(code)]
    if formset.name in set_names():
        never = {one.code for one in unused_in_set(formset)}
        wanted = [code for code in wanted if code not in never or code not in {one.code for one in unused}]
        unused = [one for one in unused if one.code not in never]
    return Applied(len(wanted), tuple(unused), _is_checked(case, selection, frozenset(wanted)))


def _is_checked(case: Case, selection: Selection, wanted: frozenset[str]) -> bool:
    """Tell whether a rule that needs an answer had one to judge, or only such rules were asked for that need none."""
    if any(one.state != BLANK and one.check.code in wanted for one in case.outcomes):
        return True
    judgement = {code: rule.needs for code, (rule, _) in JUDGEMENT.items() if code in wanted}
    if selection.select and not any(judgement.values()):
        return bool(judgement)
    filled = {name: names_filled(answers) for name, answers in case.filing.forms.items()}
    return any(needs and not lacking(needs, filled) for needs in judgement.values())


@lru_cache(maxsize=64)
def codes_of(formset: FormSet) -> tuple[str, ...]:
    """Give the codes of all rules of a set, but for those that it turned off."""
    codes = {rule.code for rule in formset.all_rules} | JUDGEMENT.keys()
    return tuple(sorted(code for code in codes if formset.severities.get(code) != "off"))
