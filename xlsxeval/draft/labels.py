"""Printed texts as names of blanks and as labels of a picture.

Example: on a form of 2024 the text 2023年决算数（万元） gives the name 上年决算数 and the label
``{{ year - 1 }}年决算数（{{ unit }}）``.
"""

from __future__ import annotations

import re
from collections.abc import Container

from xlsxeval.draft.kinds import guess_kind
from xlsxeval.draft.known import known, of_year
from xlsxeval.draft.regions import SheetRegion
from xlsxeval.forms.kinds import KINDS
from xlsxeval.text import label_key

#: A name has at most two parts, and at most 60 characters.
_LONGEST_PART = 24
#: Signs that mean something in a picture, and the same in full width: anywhere, and at the beginning of a text.
_SIGNS_OF_PICTURES = str.maketrans("|[]", "｜〔〕")
MARKS, _WIDE_MARKS = ("# ", "## ", "> ", "! "), str.maketrans("#>!", "＃＞！")
#: A label with a colon, and behind it room for an answer.
_WITH_ROOM = re.compile(
    r"(?P<label>[^:：_＿]{2,24})[:：](?P<room>[\s_＿]*(?:年[\s_＿]*月[\s_＿]*(?:日[\s_＿]*)?)?)"
    r"(?P<stamp>[(（](?:盖章|公章|签章|签字|签名|章)[)）])?"
)
_NO_PREFIX = re.compile(r"^(?:注|说明|备注|附[件表]?\d*|(?:金额|计量|数量|货币)?单位|其中)$|[。；;]")
#: Labels that have their answers behind them even without a line to write on.
_USUAL_PREFIX = re.compile(r".{0,8}(?:单位|部门|名称|人|日期|时间|电话|签字|签章|盖章)")
_PRINTED_YEAR = re.compile(r"(?<!\d)(\d{4})\s*(?=年)")
#: The place of a year that was left open: （    年, （XX年, （20  年.
_OPEN_YEAR = re.compile(r"([（(])(?:\s{2,}|[\s_]*[Xx×]{2,4}\s*|20\s+)(?=年)")
_PRINTED_UNIT = re.compile(r"([（(：:]\s*)(?:万元|元)(?=[）)]|$)")
_NEAR_YEARS = {-1: "上年", 0: "", 1: "下年"}


def key_of(region: SheetRegion | None, year: int | None) -> str:
    """Return the key of a label with the offset of its year; empty for None."""
    if region is None:
        return ""
    key, years = label_key(region.text)
    return of_year(key, years[0] - year if years and year else 0)


def bare_name(text: str, year: int | None) -> str:
    """Return the words of a label for a name: ``2023年决算数`` gives 上年决算数 on a form of 2024."""
    key, years = label_key(text)
    offset = years[0] - year if years and year else 0
    name = key.replace("#年", _NEAR_YEARS.get(offset, f"{abs(offset)}年前")).replace("#", "").replace("_", "")
    return "".join(sign for sign in name if sign <= "\uffff")[:_LONGEST_PART]


def unique(name: str, taken: Container[str]) -> str:
    """Return a name with a number after it if it is taken: 得分2."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}{number}"
    return unique


def picture_label(text: str, year: int | None) -> str:
    """Return a printed text as a label of a picture: ``2024年（万元）`` gives ``{{ year }}年（{{ unit }}）``."""
    plain = text.translate(_SIGNS_OF_PICTURES).replace("{{", "｛｛").replace("}}", "｝｝").strip()
    if plain.startswith(MARKS):
        plain = plain.translate(_WIDE_MARKS)
    if year:
        plain = _PRINTED_YEAR.sub(lambda match: _year_mark(match, year), plain)
    plain = _OPEN_YEAR.sub(r"\1{{ year }}", plain)
    plain = _PRINTED_UNIT.sub(r"\1{{ unit }}", plain)
    return plain if plain not in {"<", "^"} else f"“{plain}”"


def prefix_of(region: SheetRegion, beside: SheetRegion | None) -> str:
    """Return the label of a cell that has room for its answer behind the colon; empty if it has none.

    Room is a row of underscores or the signs of a date, as in ``填报单位：____``, or a merged cell with nothing but a
    usual label and a colon, if no empty cell stands right of it.

    Args:
        region: the cell.
        beside: what stands right of it.
    """
    match = _WITH_ROOM.fullmatch(region.text)
    if match is None or _NO_PREFIX.search(match["label"]):
        return ""
    kind = guess_kind("", match["label"])
    if KINDS[kind].numeric:
        return ""  # behind its label in one cell a number is a text
    key = label_key(match["label"]).key
    usual = kind == "text" and (("", key) in known().blanks or _USUAL_PREFIX.fullmatch(key) is not None)
    wide = region.box.cols > 1 and (beside is None or bool(beside.text))
    return f"{match['label'].strip()}{match['stamp'] or ''}：" if match["room"].strip() or (usual and wide) else ""


def _year_mark(match: re.Match[str], year: int) -> str:
    """Return a printed year as ``{{ year - 1 }}``, if it is the form's year, the next one or one of the two before."""
    offset = int(match[1]) - year
    if offset not in {-2, -1, 0, 1}:
        return match[0]
    return f"{{{{ year {'+' if offset > 0 else '-'} {abs(offset)} }}}}" if offset else "{{ year }}"
