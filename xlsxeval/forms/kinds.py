"""The kinds of blanks: what may stand in them and with how many decimals it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What may stand in a blank; there is one object of each kind."""

    title: str
    numeric: bool = True
    decimals: int = 2
    #: Score and head counts are exact; an amount printed with d decimals stands for an interval.
    exact: bool = False
    number_format: str = "General"
    least: Decimal | None = Decimal(0)
    whole: bool = False

    @property
    def most_decimals(self) -> int:
        """The most decimals that our template shows: two more than usual."""
        return self.decimals + 2


KINDS: dict[str, Kind] = {
    "text": Kind("文字", numeric=False, number_format="@"),
    "prose": Kind("长文字", numeric=False, number_format="@"),
    "money": Kind("金额", number_format="#,##0.00##"),
    "percent": Kind("百分比", decimals=4, number_format="0.00%"),
    "score": Kind("分数", exact=True, number_format="General"),
    "count": Kind("人数", decimals=0, exact=True, number_format="0", whole=True),
    "area": Kind("面积", number_format="#,##0.00##"),
}
