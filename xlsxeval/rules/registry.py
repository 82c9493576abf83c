"""Judgement rules: plain functions over a case, each registered with what the catalogue says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from xlsxeval.forms.model import Rule
from xlsxeval.rules.case import Case
from xlsxeval.rules.finding import Finding

Judge: TypeAlias = Callable[[Case, Rule], Iterator[Finding]]
JUDGEMENT: dict[str, tuple[Rule, Judge]] = {}


def rule(description: Rule) -> Callable[[Judge], Judge]:
    """Register a function as the rule described; a code used twice is a mistake in the program."""

    def register(judge: Judge) -> Judge:
        if description.code in JUDGEMENT:
            raise ValueError(description.code)
        JUDGEMENT[description.code] = (description, judge)
        return judge

    return register
