"""The catalogue of rules: all rules of a set, the page of one rule, and a choice of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlsxeval.api.sets import SetLike, set_of, sets_of
from xlsxeval.errors import DataError
from xlsxeval.forms.model import Rule
from xlsxeval.read.refusals import REFUSALS
from xlsxeval.rules.needs import unused_in_set
from xlsxeval.rules.run import catalogue as rules_of_set
from xlsxeval.rules.run import known_codes
from xlsxeval.rules.selection import Selection


def catalogue(formset: SetLike) -> Mapping[str, Rule]:
    """Give every rule of a set by its code, including the rules that refuse a file (R01 and so on).

    Raises:
        DefinitionError: if the set cannot be loaded.
    """
    refusals = {
        code: Rule(code, title, "读不了的文件无法核对。", "请按提示重新保存或重新报送", "error", "报送要求")
        for code, title in REFUSALS.items()
    }
    return dict(sorted({**rules_of_set(set_of(formset)), **refusals}.items()))


def unused_rules(formset: SetLike) -> Mapping[str, tuple[str, ...]]:
    """Give the rules that no form of a set has a use for, by code, each with the names of what it needs.

    Example: ``{"E41": ("评扣分标准",)}`` for a form of indicators without that column.

    Raises:
        DefinitionError: if the set cannot be loaded.
    """
    return dict(unused_in_set(set_of(formset)))


def explain(code: str, formset: SetLike = "hunan") -> str:
    """Give the page of a rule in Markdown: what it checks, why, what to do, a wrong and a right example.

    Raises:
        DataError: if the set has no rule of that code.
        DefinitionError: if the set cannot be loaded.
    """
    from xlsxeval.report.rule_page import rule_page

    rules = catalogue(formset)
    if code.upper() not in rules:
        raise DataError(f"没有规则“{code}”，现有：{'、'.join(rules)}")
    return rule_page(rules[code.upper()])


def select_rules(
    select: Iterable[str] = (), ignore: Iterable[str] = (), *, formset: SetLike | None = None
) -> Selection:
    """Choose rules by code or by the beginning of codes: ``E`` stands for every rule whose code begins with E.

    Args:
        select: the rules wanted, each text one or several with commas; nothing means all.
        ignore: the rules not wanted, in the same form.
        formset: the set whose codes are valid; default: every set that comes with the program.

    Raises:
        DataError: for an entry that is not the beginning of any code.
        DefinitionError: if the set cannot be loaded.
    """
    chosen, dropped = (
        [part.strip().upper() for text in texts for part in text.split(",") if part.strip()]
        for texts in (select, ignore)
    )
    if chosen or dropped:
        known = frozenset(REFUSALS).union(*map(known_codes, sets_of(formset)))
        for part in (*chosen, *dropped):
            if not any(code.startswith(part) for code in known):
                raise DataError(f"没有规则“{part}”，现有：{'、'.join(sorted(known))}")
    return Selection(frozenset(chosen), frozenset(dropped))
