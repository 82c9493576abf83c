"""Which unit of a roster a name means: the name in a form, or that of a file or a folder.

"Rather none than a wrong one": a name fits a unit only if nothing is left that could make it the name of another one.

Examples, for a roster with 青石县教育局, 青石县教育局（本级） and 青石县第一小学: 教育局机关 is the second,
湖南省青石县教育局 the first; ``2024年第一小学自评表.xlsx`` is the third; of ``第一小学附属幼儿园.xlsx`` a person is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from xlsxeval.batch.roster import Roster, RosterUnit
from xlsxeval.text import clean

#: Words for the own level of a department that has units below it; they mean the same.
_OWN_WORDS = r"(?:\((?:局|委|办|厅)?(?:机关本级|本级机关|本级|机关|本部)\)|机关本级|本级机关|本级|机关|本部)"
_OWN_END, _OWN_START = re.compile(f"{_OWN_WORDS}$"), re.compile(_OWN_WORDS)
_PARTY = ("中国共产党", "中共")
#: A part of a name that is cut off must leave so many signs.
_SHORTEST = 3
_LONGEST_REGION = 8
#: A name is looked for in so many signs of a file's name.
_LONGEST_STEM = 200
#: The words that file names have beside the unit's name.
_FILLER = (
    r"(?:年度|年|部门整体支出|部门整体|整体支出|整体|项目支出|支出|预算|绩效自评|绩效|自评价|自评|评价|评分|基础数据|数据|表格|表|报告书|报告|"
    r"材料|资料|上报|报送|申报|填报|提交|重报|重新|修改|修订|修正|最终|定稿|终稿|终版|更正|改正|盖章|签字|签章|扫描|复印|打印|电子|正式|"
    r"最新|新|更新|副本|汇总|情况|关于|函|说明|及|和|与|的|附件|附表|压缩包|压缩|文件夹|文件|邮件|转发|回复|照片|图片|反馈|退回|"
    r"第[一二三四五六七八九十]+[次稿版]|[一二三四五六七八九十]稿|版本|版|稿|件|份|第|次|号|公章|已|报|填|好|完成|完|全年|本年|年报|决算)"
)
_FILLED = re.compile(f"{_FILLER}*")
_CJK = re.compile(r"[\u3400-\u9fff]")
_TOKEN = re.compile(r"[0-9a-z]{4,}")
_IS_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[0-9]{4})?")


class Tied(NamedTuple):
    """The unit that a file was tied to.

    Attributes:
        unit: the unit; None if there is none, or if it is not certain.
        how: where its name was found: ``form``, ``file`` or ``folder``; empty for none.
        asked: the names of the units that it may be, if that is not certain.
    """

    unit: RosterUnit | None
    how: str = ""
    asked: tuple[str, ...] = ()


_NONE = Tied(None)


class _Found(NamedTuple):
    """A name in a text: where it stands, and the units that it may mean."""

    start: int
    end: int
    units: frozenset[int]
    certain: bool


class Matcher:
    """The names of a roster, prepared for looking up many names."""

    def __init__(self, roster: Roster) -> None:
        """Prepare the names of all units, their other names and codes."""
        self.units = roster.units
        self._exact: dict[str, set[int]] = {}
        #: Name without words for the own level -> the units so called; ``_parts`` has also names without their region.
        self._bare: dict[str, set[int]] = {}
        self._parts: dict[str, set[int]] = {}
        self._codes: dict[str, set[int]] = {}
        self._own = [is_own_level(clean(unit.name)) for unit in self.units]
        for number, unit in enumerate(self.units):
            for name in (unit.name, *unit.aliases):
                key = _key(name)
                bare = bare_name(key)
                self._exact.setdefault(key, set()).add(number)
                self._bare.setdefault(bare, set()).add(number)
                for part in (key, bare, *without_region(bare)):
                    self._parts.setdefault(part, set()).add(number)
            if unit.code:
                self._codes.setdefault(clean(unit.code).lower(), set()).add(number)
        self._lengths = sorted({len(part) for part in self._parts if len(part) >= 2}, reverse=True)  # noqa: PLR2004

    def by_name(self, words: str) -> Tied:
        """Find the unit that is called so in a form."""
        found = self._named(_key(words))
        return Tied(self.units[found], "form") if found is not None else _NONE

    def by_path(self, parts: Sequence[str]) -> Tied:
        """Find the unit whose name stands in the name of a file, else of a folder.

        Args:
            parts: the names from the innermost outwards, the file's without its ending.
        """
        asked: list[str] = []
        for place, part in enumerate(parts):
            tied = self._in_text(_key(part)[:_LONGEST_STEM])
            if tied.unit is not None and (not asked or tied.unit.name in asked):
                return tied._replace(how="folder" if place else "file")
            asked += [name for name in tied.asked if name not in asked]
            if tied.unit is not None:
                break
        return Tied(None, "", tuple(asked))

    def tie(self, words: Sequence[str], parts: Sequence[str]) -> Tied:
        """Find the unit of a file: by the words in its forms, else by its name and those of its folders.

        Where the forms give several units and the file's name one of them, it is that one. Where they name somebody
        who is not on the roster, the unit in the file's name is only asked about.

        Args:
            words: the names of units in its forms.
            parts: as in ``by_path``.
        """
        by_path = self.by_path(parts)
        found = [tied for tied in map(self.by_name, words) if tied.unit is not None]
        if not words:
            return by_path
        if not found:
            return Tied(None, "", (by_path.unit.name,) if by_path.unit else by_path.asked)
        return next((tied for tied in found if tied.unit == by_path.unit), found[0])

    def other_unit(self, words: Sequence[str], parts: Sequence[str]) -> RosterUnit | None:
        """Give the unit that a file itself is named after, if its forms name other units of the roster only."""
        by_path = self.by_path(parts[:1])
        found = [tied.unit for tied in map(self.by_name, words) if tied.unit is not None]
        return by_path.unit if found and by_path.unit is not None and by_path.unit not in found else None

    def _named(self, key: str) -> int | None:
        """Give the number of the unit with exactly that name, or with one that differs by level or region only."""
        if not key:
            return None
        if found := self._exact.get(key) or self._codes.get(key):
            return _only(found)
        bare, own = bare_name(key), is_own_level(key)
        for name, names in (
            (bare, self._bare),
            (bare, self._parts),
            *((part, self._bare) for part in without_region(bare)),
        ):
            if found := names.get(name):
                return self._of_level(found, own=own)
        return None

    def _of_level(self, found: Iterable[int], *, own: bool) -> int | None:
        """Give the one unit of that level, else the only one there is."""
        same = [number for number in found if self._own[number] == own]
        return same[0] if len(same) == 1 else _only(found) if not same else None

    def _in_text(self, text: str) -> Tied:
        """Find the unit whose name stands in the name of a file or folder."""
        number = self._named(text)
        if number is not None:
            return Tied(self.units[number], "file")
        found = _longest(self._occurrences(text))
        units = frozenset().union(*(one.units for one in found))
        if len(units) > 1:
            units = self._lower(units)
        if not units:
            return self._by_code(text)
        certain = any(one.certain and one.units == units for one in found)
        if len(units) == 1 and certain:
            return Tied(self.units[next(iter(units))], "file")
        return Tied(None, "", tuple(self.units[number].name for number in sorted(units)))

    def _by_code(self, text: str) -> Tied:
        tokens = [token for token in _TOKEN.findall(text) if not _IS_YEAR.fullmatch(token)]
        units = {number for token in tokens for number in self._codes.get(token, ())}
        number = _only(units)
        return Tied(self.units[number], "file") if number is not None else _NONE

    def _occurrences(self, text: str) -> Iterator[_Found]:
        for start in range(len(text)):
            for length in self._lengths:
                found = self._parts.get(text[start : start + length])
                if found is None or start + length > len(text):
                    continue
                end = start + length
                level = _OWN_START.match(text, end)
                number = self._of_level(found, own=level is not None)
                units = frozenset(found) if number is None else frozenset({number})
                after = level.end() if level else end
                yield _Found(start, after, units, self._stands_alone(text, start, after, units))

    def _stands_alone(self, text: str, start: int, end: int, units: frozenset[int]) -> bool:
        """Tell whether nothing around a name makes it a part of another one."""
        before, after = _run_before(text, start), _run_after(text, end)
        if not _FILLED.fullmatch(after) or _is_in_number(text, start, end):
            return False
        if _FILLED.fullmatch(before):
            return True
        name = text[start:end]
        return any(_is_region_of(before, name, _key(self.units[number].name)) for number in units)

    def _lower(self, units: frozenset[int]) -> frozenset[int]:
        """Of units of which one is the department above the others, give the others."""
        departments = {self._named(_key(self.units[number].department)) for number in units}
        return units - departments or units


def is_own_level(name: str) -> bool:
    """Tell whether a name is that of a department's own level: 教育局（本级）, 水利局机关."""
    return bool(_OWN_END.search(clean(name)))


def bare_name(name: str) -> str:
    """Give a name without the words for the own level: 教育局 for 教育局（本级）, 教育局机关 and 教育局局机关."""
    text = clean(name)
    bare = _OWN_END.sub("", text)
    if bare != text and len(bare) > 1 and bare[-1] == bare[-2] and bare[-1] in "局委办厅":
        bare = bare[:-1]
    return bare or text


def without_region(name: str) -> list[str]:
    """Give what is left of a name without the regions at its beginning: 教育局 for 青石县教育局, the longest first.

    A district (区) counts only below a city: 城东区第一小学 is not 第一小学.
    """
    left, start = [], 0
    for party in _PARTY:
        if name.startswith(party):
            start = len(party)
            left.append(name[start:])
            break
    city = False
    for place, (sign, following) in enumerate(pairwise(name)):
        if place < start or place - start > _LONGEST_REGION:
            continue
        ends = sign in "省县州盟旗" or (sign == "市" and following not in "场民政容") or (sign == "区" and city)
        if ends and place > start:
            left.append(name[place + 1 :])
            city, start = city or sign in "市州", place + 1
    return [part for part in left if len(part) >= _SHORTEST]


def _is_region_of(before: str, name: str, whole: str) -> bool:
    """Tell whether the signs before a name are only a region, and no other one than the unit's name has."""
    text = before[len(_FILLED.match(before)[0]) :]  # type: ignore[index]  # it matches no sign at least
    if whole.startswith(name) or bare_name(whole) == name:
        return name in without_region(text + name)  # the name on the roster has no region of its own before it
    return bare_name(whole).removesuffix(name).endswith(text) if name in bare_name(whole) else False


def _is_in_number(text: str, start: int, end: int) -> bool:
    """Tell whether a number goes on where a name begins or ends: 敬老院 in 第1敬老院, 中学1 in 中学12."""
    digits = start
    while digits and text[digits - 1].isdigit():
        digits -= 1
    if digits < start and (text[digits - 1 : digits] == "第" or text[start].isdigit()):
        return True
    return text[end - 1].isdigit() and text[end : end + 1].isdigit()


def _run_before(text: str, start: int) -> str:
    """Give the Chinese signs that adjoin a place on its left."""
    first = start
    while first and _CJK.match(text[first - 1]):
        first -= 1
    return text[first:start]


def _run_after(text: str, end: int) -> str:
    """Give the Chinese signs that adjoin a place on its right."""
    last = end
    while last < len(text) and _CJK.match(text[last]):
        last += 1
    return text[end:last]


def _longest(found: Iterable[_Found]) -> list[_Found]:
    """Leave out names that lie inside a longer one."""
    ordered = sorted(found, key=lambda one: (one.start - one.end, one.start))
    kept: list[_Found] = []
    for one in ordered:
        if not any(other.start <= one.start and one.end <= other.end for other in kept):
            kept.append(one)
    return kept


def _only(found: Iterable[int]) -> int | None:
    numbers = list(found)
    return numbers[0] if len(numbers) == 1 else None


def _key(name: str) -> str:
    """Give a name as it is compared: without white space, brackets of one kind, small letters."""
    return clean(name).lower().translate(_BRACKETS)


_BRACKETS = str.maketrans("〔［【〕］】", "((()))")
