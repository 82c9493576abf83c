"""Titles of forms, and the year and unit of amounts that are printed around a form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlsxeval.read.cells import Cell
from xlsxeval.text import clean, remembered

_LONGEST_TITLE = 80
_TITLE = re.compile(
    r"(?:自评表|评价表|基础数据表|指标表|目标表|评分表|自评结果表|完成情况表|打分表|汇总表)(?:[(（][^()（）]{0,30}[)）])*$"
)
#: 2024年度 or 2024年 that is no day: neither 2024年2月6日 nor 2024年2月.
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年(?:度)?(?![0-9度]|\s*[0-9])")
_ONLY_YEAR = re.compile(r"[(（]?((?:19|20)[0-9]{2})年度?[)）]?")
#: A line that names the year of a form: 预算年度：2023.
_YEAR_LINE = re.compile(r"(?:项目|预算|评价|自评|所属|财政|填报)?年度[:：]((?:19|20)[0-9]{2})年?度?")
#: The same in words: 二〇二二年度.
_YEAR_WORDS = re.compile(r"[(（]?二[〇○零O0]([〇○零一二三四五六七八九])([〇○零一二三四五六七八九])年度?[)）]?")
_DIGITS = {
    sign: number
    for number, signs in enumerate(("〇○零", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_DAY = re.compile("日期|时间|填表|填报日|审核")
#: The unit of amounts as forms print it: in a label's brackets, or after 单位.
_UNIT = re.compile(r"[((](?:单位:)?(万元|元)[))]|单位:?(?:人民币)?(万元|元)")


#: A cell that says nothing but the unit of amounts.
_UNIT_LINE = re.compile(r"[(（]?(?:金额)?单位[:：]?(?:人民币)?(?:万元|元)[)）]?")


@remembered
def is_title(text: str) -> bool:
    """Tell whether a text is the title of a form: ``某区2023年度部门整体绩效自评表``."""
    plain = clean(text)
    return len(plain) <= _LONGEST_TITLE and bool(_TITLE.search(plain))


@remembered
def is_heading(text: str) -> bool:
    """Tell whether a text is a title, a line that only names the year, or one that only names the unit of amounts."""
    return is_title(text) or title_year(text) is not None or bool(_UNIT_LINE.fullmatch(clean(text)))


@remembered
def title_year(text: str) -> int | None:
    """Give the year of a title or of a line that only names the year; None for any other text.

    >>> title_year("2024年度乡道安全护栏项目绩效自评表"), title_year("（2023年度）"), title_year("2024年2月6日")
    (2024, 2023, None)
    """
    plain = clean(text)
    only = _ONLY_YEAR.fullmatch(plain) or _YEAR_LINE.fullmatch(plain)
    if only:
        return int(only[1])
    spelled = _YEAR_WORDS.fullmatch(plain)
    if spelled:
        return 2000 + 10 * _DIGITS[spelled[1]] + _DIGITS[spelled[2]]
    if not is_title(text) or _DAY.search(plain):
        return None
    years = {int(year) for year in _YEAR.findall(plain)}
    return years.pop() if len(years) == 1 else None


@remembered
def printed_unit(text: str) -> str:
    """Give the unit of amounts in a text: ``金额单位：万元`` gives ``万元``; an empty text if there is none."""
    match = _UNIT.search(clean(text))
    return (match[1] or match[2]) if match else ""


def year_of(cells: Iterable[Cell]) -> int | None:
    """Give the year that the titles among some cells agree on; None if there is none or they differ."""
    years = {year for cell in cells if cell.kind == "text" and (year := title_year(cell.text))}
    return years.pop() if len(years) == 1 else None
