"""What the rules see of a filing: its numbers, its indicators and what became of its declared checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.rules.calculate import Numbers, numbers_of
from xlsxeval.rules.declared import DeclaredOutcome, run_declared
from xlsxeval.rules.funds import FundsRow, rows_of
from xlsxeval.rules.indicators import Indicator, forms_with_indicators
from xlsxeval.rules.names import names_of, names_on
from xlsxeval.rules.texts import Written, written_in


@dataclass(frozen=True, eq=False)
class Case:
    """A filing while it is checked: what several rules need is calculated once and thrown away with the case."""

    filing: Filing

    @cached_property
    def numbers(self) -> Numbers:
        """What stands in each blank or follows from the others."""
        return numbers_of(self.filing)

    @cached_property
    def is_whole(self) -> bool:
        """Whether every form of the set was found with all that it prints, as in every filing on our own templates."""
        return self.numbers.whole and len(self.filing.forms) == len(self.filing.formset.forms)

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """What each form of the filing has a place for: ``总分``, ``指标.得分``."""
        return {
            name: names_of(answers.form) if self.is_whole else names_on(answers)
            for name, answers in self.filing.forms.items()
        }

    @cached_property
    def outcomes(self) -> tuple[DeclaredOutcome, ...]:
        """What became of each declared check whose forms were found."""
        return tuple(run_declared(self.numbers))

    @cached_property
    def with_indicators(self) -> tuple[tuple[FormAnswers, tuple[Indicator, ...]], ...]:
        """Each form that has indicators, with them."""
        return tuple(forms_with_indicators(self.filing))

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of all forms."""
        return tuple(one for _, ones in self.with_indicators for one in ones)

    @cached_property
    def funds(self) -> Mapping[str, tuple[FundsRow, ...]]:
        """The rows of amounts, by the name of the form."""
        return {name: rows_of(answers) for name, answers in self.filing.forms.items()}

    @cached_property
    def texts(self) -> Mapping[str, tuple[Written, ...]]:
        """What someone wrote, by the name of the form."""
        return {name: tuple(written_in(answers)) for name, answers in self.filing.forms.items()}
