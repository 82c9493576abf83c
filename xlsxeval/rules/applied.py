"""Which rules applied to a filing, as plain values."""

from __future__ import annotations

from typing import NamedTuple

from xlsxeval.text import listed

_NAMED = 5


class Unused(NamedTuple):
    """A rule that does not apply, and the names of what it needs and is not there."""

    code: str
    lacking: tuple[str, ...]


class Applied(NamedTuple):
    """Which of the rules wanted applied to a filing.

    Attributes:
        rules: how many rules there are.
        unused: those that did not apply, by code.
        checked: whether any rule that needs an answer applied and had one to judge.
    """

    rules: int
    unused: tuple[Unused, ...]
    checked: bool

    @property
    def text(self) -> str:
        """The same in one line: ``75条规则用上74条；没有用上：E41（缺评扣分标准）``."""
        if not self.unused:
            return f"{self.rules}条规则都用上了"
        named = "、".join(f"{code}（缺{listed(names, _NAMED)}）" for code, names in self.unused[:_NAMED])
        more = f"等{len(self.unused)}条" if len(self.unused) > _NAMED else ""
        return f"{self.rules}条规则用上{self.rules - len(self.unused)}条；没有用上：{named}{more}"


#: Of a file that could not be read.
NONE_APPLIED = Applied(0, (), checked=False)
