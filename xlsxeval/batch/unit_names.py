"""Names of units as they are compared: own level, administrative regions in front, and words of file names around."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlsxeval.text import clean

_BRACKETS = str.maketrans("[]{}<>〈〉《》「」『』【】〔〕〖〗", "()" * 10)
#: Writings of one name: the longer is compared as the shorter.
_SAME = {"中国共产党": "中共", "人民政府": "政府"}
_PARTY = "中共"
_SEAL = re.compile(r"\((?:单位)?(?:盖章|公章|签章|加盖公章)\)$")
_OWN = r"(?:[局委办部厅院会]?机关)?本级|[局委办部厅院会]?机关|本部"
_OWN_BRACKETED = re.compile(rf"\((?:{_OWN})\)$")
#: 机关 without brackets is the own level only of something that has one: not in 县直机关.
_OWN_BARE = re.compile(r"(?<=[局委办部厅院校会所站馆心署社团队室处府园学])(?:机关本级|机关|本级|本部)$")
_OWN_AFTER = re.compile(rf"\((?:{_OWN})\)|机关本级|机关|本级|本部")
_DOUBLED = re.compile(r"(局局|委委|办办|部部|厅厅)$")

#: The last sign of a region. The name before it has two signs or more, before 县 one (道县); it may end in 市, 县, 州.
_SIGNS = "省市县区州盟旗"
_REGION = re.compile(
    rf"[^\W\d_{_SIGNS}]{{1,14}}县|"
    rf"[^\W\d_{_SIGNS}]{{2,14}}[省市州盟旗]|[^\W\d_{_SIGNS}]{{2,4}}区|[^\W\d_{_SIGNS}][市县州][市县区]"
)
#: Words that end as a region does, or in which the name of an office stands: 城市, 社区, 园区, 同盟.
_NO_REGION = re.compile(
    "(?:[城超都门股集夜菜上]市|[全本各跨外]县|[全本各外]省|[红国军战]旗|[同联民]盟|"
    "[社小景灌林矿校学园库牧城郊山片辖街营病新湖滩垦农军警特地分东西南北中老]区|"
    "(?:开发|高新|经开|功能|集中|示范|管理|度假|风景|名胜|保护|合作|试验|实验|产业|工业|行政|警备|物流|保税|农场|服务|生活|办公|公共|居民|住宅|棚户)区)$|"
    "[局委办院校队厂学部馆站所]..|中心|公司|街道|社会|.[镇乡村]..|[和与及的]|人民"
)
#: Names of places that begin with a sign of an office.
_PLACES = re.compile(r"馆陶县|站前区")
#: A name may begin with 县, 市 or 区 alone; in these words the sign is no region.
_UNNAMED = re.compile(r"[省市县区](?![场政容民城域块里委])|[省市县区]委|[市县区]政府")
_LONGEST = 60


class Cut(NamedTuple):
    """A place in a name before which only regions stand; ``region`` is the last of them: 青石县, or 县 alone."""

    at: int
    region: str


def name_key(text: str) -> str:
    """Give a name without white space, differences of width and case, and kinds of brackets."""
    return clean(text).casefold().translate(_BRACKETS)


def plain_key(key: str) -> str:
    """Give a key in its shorter writing: 人民政府 is 政府; 中共 in front and a note on the seal do not count."""
    for long, short in _SAME.items():
        key = key.replace(long, short)
    key = _SEAL.sub("", key)
    return key.removeprefix(_PARTY) if len(key) > len(_PARTY) + 1 else key


def split_level(key: str) -> tuple[str, bool]:
    """Split a key into the bare name, and whether it is that of the own level.

    >>> split_level("教育局(本级)"), split_level("教育局机关"), split_level("县直机关")
    (('教育局', True), ('教育局', True), ('县直机关', False))
    """
    for pattern in (_OWN_BRACKETED, _OWN_BARE):
        bare = pattern.sub("", key)
        if bare and bare != key:
            return (bare[:-1] if _DOUBLED.search(bare) else bare), True
    return key, False


def own_level_end(text: str, at: int) -> int:
    """Give the place after the words for the own level that stand at ``at``; ``at`` if there are none."""
    found = _OWN_AFTER.match(text, at)
    if found is None and at and text[at : at + 1] == text[at - 1]:  # 教育局局机关
        found = _OWN_AFTER.match(text, at + 1)
    return found.end() if found else at


def cuts(name: str) -> list[Cut]:
    """Give the places at which a name may be cut, from its beginning.

    >>> cuts("湖南省青石县教育局")
    [Cut(at=2, region='湖南省'), Cut(at=3, region='湖南省'), Cut(at=5, region='青石县'), Cut(at=6, region='青石县')]
    >>> cuts("城市管理局")
    []
    """
    found: dict[int, str] = {}
    if _UNNAMED.match(name):
        found[1] = name[0]
    for at, region in _ends(name[:_LONGEST]).items():
        if name[at - 1] in "省市县区":
            found.setdefault(at - 1, region)
        found[at] = region
    # In 县委 the sign belongs to the office.
    return [Cut(at, region) for at, region in sorted(found.items()) if 0 < at < len(name) and name[at] != "委"]


def _ends(text: str) -> dict[int, str]:
    """Give the places at which regions end that fill the text from its beginning, each with its last region."""
    ends: dict[int, str] = {}
    todo = [0]
    while todo:
        at = todo.pop()
        for end in range(at + 2, min(at + 16, len(text)) + 1):
            part = text[at:end]
            if end not in ends and part[-1] in _SIGNS and _is_region(part):
                ends[end] = part
                todo.append(end)
    return ends


def _is_region(part: str) -> bool:
    return _REGION.fullmatch(part) is not None and (
        _PLACES.fullmatch(part) is not None or _NO_REGION.search(part) is None
    )


def region_before(text: str, name: str) -> str | None:
    """Give the last region of a text that stands before a name, ``""`` if there is none; None if it is more than that.

    The region may end in the first sign of the name: 青石 before 县教育局.
    """
    if not text:
        return ""
    if text in ("省", "市", "县", "区"):
        return text
    ends = _ends(text + name[:1])
    return ends.get(len(text)) or (ends.get(len(text) + 1) if name[:1] in {*"省市县区"} else None)
