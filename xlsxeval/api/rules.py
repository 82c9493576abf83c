"""The catalogue of rules: all rules of a set, the page of one rule, and a choice of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from xlsxeval.api.sets import SetLike, set_of, sets_of
from xlsxeval.errors import DataError
from xlsxeval.forms.model import Rule
from xlsxeval.read.refusals import REFUSALS
from xlsxeval.rules.needs import unused_in_set
from xlsxeval.rules.run import catalogue as rules_of_set
from xlsxeval.rules.run import known_codes
from xlsxeval.rules.season import SEASON_RULES
from xlsxeval.rules.selection import Selection

#: Examples are of any year.
_ANY_YEAR = 2024


def catalogue(formset: SetLike) -> Mapping[str, Rule]:
    """Give every rule of a set by its code, including the rules that refuse a file (R01 and so on).

    Raises:
        DefinitionError: if the set cannot be loaded.
    """
    refusals = {
        code: Rule(code, title, "读不了的文件无法核对。", "请按提示重新保存或重新报送", "error", "报送要求")
        for code, title in REFUSALS.items()
    }
    return dict(sorted({**rules_of_set(set_of(formset)), **refusals, **SEASON_RULES}.items()))


def unused_rules(formset: SetLike) -> Mapping[str, tuple[str, ...]]:
    """Give the rules that no form of a set has a use for, by code, each with the names of what it needs.

    Example: ``{"E41": ("评扣分标准",)}`` for a form of indicators without that column.

    Raises:
        DefinitionError: if the set cannot be loaded.
    """
    return dict(unused_in_set(set_of(formset)))


def inherited_codes(formset: SetLike) -> frozenset[str]:
    """Give the codes of a set's declared rules that it shares with the sets of the program.

    Raises:
        DefinitionError: if a set cannot be loaded.
    """
    shared = {rule.code for other in sets_of(None) for rule in other.all_rules}
    return frozenset(rule.code for rule in set_of(formset).all_rules if rule.code in shared)


def example_faults(formset: SetLike) -> tuple[str, ...]:
    """Run the examples of a set's own checks, and say which of them are wrong.

    A wrong example must give its rule, a right one must not. Examples may be left out.

    Raises:
        DefinitionError: if the set cannot be loaded.
    """
    from xlsxeval.data.layout import build_filing
    from xlsxeval.data.parse import parse_data
    from xlsxeval.rules.run import check

    loaded = set_of(formset)
    said = []
    for rule in loaded.all_rules:
        for example, word, wanted in ((rule.wrong, "反例", True), (rule.right, "正例", False)):
            forms = {rule.form: example} if rule.form else dict(example)
            if not example:
                continue
            try:
                whole = build_filing(loaded, parse_data({"forms": forms}, loaded), year=_ANY_YEAR)
            except DataError as error:
                said.append(f"{rule.code}的{word}填不进表：{error}")
                continue
            filing = replace(whole, forms={name: whole.forms[name] for name in forms})
            codes = {one.code for one in check(filing)}
            if (rule.code in codes) is not wanted:
                said.append(f"{rule.code}的{word}{'没有查出' if wanted else '查出了'}{rule.code}")
    return tuple(said)


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
        known = frozenset({*REFUSALS, *SEASON_RULES}).union(*map(known_codes, sets_of(formset)))
        for part in (*chosen, *dropped):
            if not any(code.startswith(part) for code in known):
                raise DataError(f"没有规则“{part}”，现有：{'、'.join(sorted(known))}")
    return Selection(frozenset(chosen), frozenset(dropped))
