"""Which rules are wanted; apart from the rules, so that writing a workbook does not load them."""

from __future__ import annotations

from typing import NamedTuple


class Selection(NamedTuple):
    """Which rules are wanted: codes or their beginnings (``E``, ``B0``); nothing selected means all."""

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    def wants(self, code: str) -> bool:
        """Tell whether a rule is wanted; the longer of two entries that fit decides."""
        if not (self.select or self.ignore):
            return True
        chosen = max((len(one) for one in self.select if code.startswith(one)), default=-1 if self.select else 0)
        dropped = max((len(one) for one in self.ignore if code.startswith(one)), default=-1)
        return chosen >= 0 and chosen > dropped
