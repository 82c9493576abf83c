"""The kinds of blanks: what may be filled in, and with how many decimals it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of blanks; there is one object of each kind.

    Attributes:
        title: its name, as it is shown.
        numeric: whether it holds numbers.
        decimals: the usual decimals of a value (4 for percentages: 0.9952).
        exact: whether a printed value is exact (scores, head counts); else it stands for an interval.
        number_format: the format of its cells.
        least: the smallest number, unless the field says otherwise.
        whole: whether only whole numbers are allowed.
    """

    title: str
    numeric: bool = True
    decimals: int = 2
    exact: bool = False
    number_format: str = "General"
    least: Decimal | None = Decimal(0)
    whole: bool = False

    @property
    def most_decimals(self) -> int:
        """The most decimals that our workbooks show: two more than usual."""
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
