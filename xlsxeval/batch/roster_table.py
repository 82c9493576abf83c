"""The table of a roster: its head row, what each column holds, and the lines that are units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from xlsxeval.text import clean, label_key, tidy

#: Row number and texts, from column A; without rows in which nothing stands.
Row = tuple[int, Sequence[str]]

_WHOSE = (
    "(?:本级|[二三]级|预算|填报|填表|报送|上报|申报|基层|下属|项目|评价|被评价|使用|实施|参评|自评|绩效|应报|应报送)*"
)
_PHONE = (
    "(?:联系|办公|固定|移动|手机|座机|经办人|联系人|填报人){0,3}"
    "(?:电话|手机|手机号|号码|手机号码|电话号码|联系方式|座机)"
)
#: What a column holds -> its heads, without white space, brackets and punctuation. The first that fits decides.
_WHAT = "(?:单位|部门|机构|学校|单位部门|部门单位|单位学校)"
_HEADS = {
    "number": "序号|编号|行次|排序",
    "department": "(?:主管|上级|上级主管|归口|归口管理|所属|一级|所属一级)(?:预算)?"
    "(?:单位|部门|局|机关|单位部门|部门单位)?(?:名称|全称)?",
    "code": f"{_WHOSE}{_WHAT}?(?:预算)?(?:编码|代码|编号)|(?:统一)?社会信用代码|组织机构代码",
    "office": "(?:归口|业务|对口|主管|分管|管理|联系|财政){0,3}(?:股室|科室|处室|业务[股科处])(?:名称)?|归口[股科处]",
    "category": f"{_WHOSE}(?:{_WHAT}|经费)?(?:类别|性质|分类|类型|种类)(?:名称)?",
    "contact": "(?:单位|业务|绩效|自评|财务|报表){0,3}(?:联系人|经办人|填报人|填表人|联络人|联络员|报送人)(?:姓名)?"
    "(?:[及和与](?:联系)?(?:电话|方式|手机))?",
    "phone": _PHONE,
    "aliases": f"(?:预算)?{_WHAT}?(?:别名|简称|曾用名|原名称|原名|又名|其他名称|别称)",
    "name": f"{_WHOSE}{_WHAT}(?:的?名称|全称|名)?|名称",
    "other": "备注|说明|地址|邮编|人数|编制数|在职人数|单位级次|级次|金额|单位负责人|负责人",
}
_KINDS = {kind: re.compile(pattern) for kind, pattern in _HEADS.items()}
#: The columns that are read beside the name.
COLUMNS = ("code", "department", "office", "category", "contact", "phone", "aliases")
_NUMBER = re.compile(r"[\d.,、()]+")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_TOTAL = re.compile(r"(?:.*(?:小计|合计|总计)|(?:本页|全县|全市|全区)?[合小总共累]计)(?:[:(\d].*)?")
_REMARK = re.compile(
    r"(?:注|备注|说明|附注|填[表报]说明|制表人?|审核人?|填[表报]人|[制填]表日期|单位负责人)\d*[:].*|注\d?"
)
_TITLE = re.compile(r".*(?:名单|花名册|一览表|名册|名录|清单|目录)(?:\(.*\))?")
_SECTION = re.compile(r"\(?[一二三四五六七八九十]{1,3}[、.)].+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_NEAR_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s{1,3}|\s{1,3}(?=[^\x00-\x7f])")


class Head(NamedTuple):
    """The head row of a roster.

    Attributes:
        last: its place among the rows; -1 if there is none, which the text before the first unit then is not.
        columns: what a column holds -> the column, from 0; ``name`` is always there.
        texts: column -> its head as it is shown.
        names: every column that may hold the names, the best one first.
    """

    last: int
    columns: Mapping[str, int]
    texts: Mapping[int, str]
    names: tuple[int, ...]


class RosterLine(NamedTuple):
    """A line of the roster: its row, and what it says of one unit, by the names of ``COLUMNS`` and ``name``."""

    row: int
    texts: Mapping[str, str]


def shown(text: str) -> str:
    """Give a text of a cell in one line, without white space beside Chinese signs; width and brackets stay."""
    return " ".join(_NEAR_SPACE.sub("", _INVISIBLE.sub("", text).strip()).split())


def kind_of_head(text: str) -> str:
    """Tell what a column with this head holds; empty if the text is no head of a roster."""
    if clean(text).endswith(":"):
        return ""  # 单位：万元
    key = label_key(text).key
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(key)), "")


def is_chinese(name: str) -> bool:
    """Tell whether there is a Chinese sign in a name."""
    return _CHINESE.search(name) is not None


def find_head(rows: Sequence[Row]) -> Head | None:
    """Find the head row: the row with a head for names in which most heads of a roster stand; None without one."""
    kinds = [[kind_of_head(text) if text else "" for text in texts] for _, texts in rows]
    counts = [len({*row} - {""}) if "name" in row else 0 for row in kinds]
    if not any(counts):
        return None
    first = last = counts.index(max(counts))
    while last + 1 < len(rows) and _goes_on(kinds[first], kinds[last + 1], rows[last + 1][1]):
        last += 1
    found: dict[int, tuple[str, str]] = {}
    for place in range(first, last + 1):
        for column, (kind, text) in enumerate(zip(kinds[place], rows[place][1], strict=True)):
            if kind:
                found[column] = (kind, shown(text))
    names = sorted(
        (column for column, (kind, _) in found.items() if kind == "name"), key=lambda at: _rank(found[at][1])
    )
    if not names:
        return None
    columns = {"name": names[0]}
    for column in sorted(found):
        columns.setdefault(found[column][0], column)
    others = [column for column in names[1:] if "部门" in found[column][1]]
    if "department" not in columns and others and "部门" not in found[names[0]][1]:
        columns["department"] = others[0]
    return Head(last, columns, {column: text for column, (_, text) in found.items()}, tuple(names))


def _goes_on(first: Sequence[str], kinds: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether a row belongs to the head above it: nothing but heads, and some of them new."""
    filled = [kind for kind, text in zip(kinds, texts, strict=True) if text]
    return all(filled) and len(set(filled)) > 1 and [*kinds] != [*first]


def _rank(text: str) -> int:
    """Give how well the head of a column of names fits, the best first: 单位名称, 预算单位, 单位, 部门, 名称."""
    key = label_key(text).key
    begins_with_unit = "单位" in key and ("部门" not in key or key.index("单位") < key.index("部门"))
    ranks = (
        (begins_with_unit and key.endswith(("名称", "全称"))) or key.endswith(("学校名称", "机构名称", "学校全称")),
        key.endswith("预算单位"),
        "单位" in key or key.endswith(("学校", "机构")),
        "部门" in key,
    )
    return ranks.index(True) if True in ranks else len(ranks)


def column_without_head(rows: Sequence[Row]) -> int | None:
    """Give the first column that holds more than numbers, best one with mostly Chinese texts; None without one."""
    width = max((len(texts) for _, texts in rows), default=0)
    columns = [[texts[column] for _, texts in rows if column < len(texts) and texts[column]] for column in range(width)]
    words = [column for column, texts in enumerate(columns) if any(not _NUMBER.fullmatch(clean(one)) for one in texts)]
    chinese = [at for at in words if sum(map(is_chinese, columns[at])) * 2 >= len(columns[at])]
    return next(iter([*chinese, *words]), None)


def unit_lines(rows: Sequence[Row], head: Head, name: int) -> tuple[list[RosterLine], list[tuple[int, str]]]:
    """Give the lines that are units, and the row and text of lines with a text that is no unit.

    A repeated head and a line in whose place for the name nothing or a number stands are in neither.

    Args:
        rows: all rows.
        head: the head row.
        name: the column of the names.
    """
    body = [(row, texts) for row, texts in rows[head.last + 1 :] if name < len(texts) and _is_word(texts[name])]
    full = sum(_filled(texts) > 1 for _, texts in body) * 2 >= len(body)
    numbered = sum(_SECTION.fullmatch(clean(texts[name])) is not None for _, texts in body)
    lines: list[RosterLine] = []
    left: list[tuple[int, str]] = []
    for place, (row, texts) in enumerate(body):
        text = shown(texts[name])
        if kind_of_head(text) == "name" and head.last >= 0:
            continue
        titled = (_SECTION.fullmatch(clean(text)) and numbered * 2 < len(body)) or (full and _filled(texts) == 1)
        first = place == 0 and head.last < 0 and _TITLE.fullmatch(clean(text))
        if titled or first or _is_no_unit(texts, name):
            left.append((row, text))
            continue
        columns = {kind: at for kind, at in head.columns.items() if kind in COLUMNS and at < len(texts)}
        lines.append(RosterLine(row, {"name": text, **{kind: shown_lines(texts[at]) for kind, at in columns.items()}}))
    return lines, left


def shown_lines(text: str) -> str:
    """Give a text with each of its lines as ``shown``."""
    return "\n".join(filter(None, map(shown, text.splitlines())))


def _is_word(text: str) -> bool:
    return bool(clean(text)) and not _NUMBER.fullmatch(clean(text))


def _filled(texts: Iterable[str]) -> int:
    return sum(1 for text in texts if text.strip())


def _is_no_unit(texts: Sequence[str], name: int) -> bool:
    text = clean(tidy(texts[name]))
    sums = (clean(one) for one in texts[: name + 1])
    return any(_TOTAL.fullmatch(one) for one in sums) or _REMARK.fullmatch(text) is not None or text.endswith(":")
