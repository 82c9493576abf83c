"""What stands around the name of a unit in the name of a file: words that files have, or parts of a longer name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from xlsxeval.batch.unit_names import name_key, plain_key, region_before

#: Words that stand beside a unit's name in the name of a file; none of them can be the end of another unit's name.
_LIST = """
年度 年 月 日 号 度 本年 全年 上年 上半年 下半年 部门 单位 整体 支出 项目 专项 绩效 自评 自查 评价 评分 目标
监控 运行 基础 数据 信息 统计 指标 情况 总结 表 表格 报表 报告 材料 资料 文件 文档 电子 电子版 纸质 上报 报送
提交 呈报 报 送 交 修改 修改版 修订 修正 修 改 已 版 版本 稿 最终 最终版 最新 新 新版 定稿 终稿 初稿 更正 更新
补充 补报 补交 重报 重新 重做 盖章 签字 签章 公章 扫描 扫描件 件 附件 附表 附 的 之 副本 复制 备份 汇总 汇编
关于 函 说明 及 和 与 压缩包 打包 包 财政 资金 预算 决算 收支 经费 全套 完整 正式 原件 复印件 次 份 审核 复核
三公 通知 意见 已审 退回 反馈 整改 通过 报审 公示 公开 final new copy v ver rev
"""
_WORDS = _LIST.split()
_NUMBERED = "第[一二三四五六七八九十百0-9]{1,4}[次版稿批份轮]|(?:附件|附表|表)[一二三四五六七八九十]+"
_NUMBER = re.compile(_NUMBERED)
_LAST = re.compile(f"(?:{_NUMBERED}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})$")
#: The longest of these words and numbers.
_LONGEST_LAST = 12
#: These begin a name (新第一小学), so that they say nothing in front of one.
_NOT_BEFORE = frozenset("新和与及之")
_BEFORE = "中共"
_KNOWN = frozenset(_WORDS)
_LONGEST = max(map(len, _WORDS))
#: The end of the name of a unit, or of a part of one that sends its own forms.
_UNIT_END = re.compile(
    "(?:幼儿园|小学|中学|高中|初中|学校|分校|校区|党校|学院|大学|委员会|管委会|办公室|医院|卫生院|卫生室|中心|中心校|教学点|"
    "分园|分院|分部|分局|分所|分站|分馆|大队|支队|中队|联合会|协会|学会|商会|工会|敬老院|福利院|检察院|法院|公司|街道|"
    "办事处|合作社|供销社|总工会)$|..[局馆所站镇乡厂]$|...[园院会委校村]$"
)
_PART_START = re.compile("附属|附设|下属|所属|直属|分校|分园|分院|分局|分部|[东西南北新老分]校区")
#: Endings of the names of files, and of files that hold others.
HOLDERS = frozenset({"zip", "rar", "7z", "eml", "msg", "gz", "tar"})
_OTHER_ENDINGS = """
xlsx xlsm xls xlt xltx et ett xlsb ods csv tsv txt doc docx docm wps rtf odt ppt pptx dps pdf ofd
jpg jpeg png bmp gif tif tiff heic webp htm html mht mhtml xml json dat tmp bak
"""
_ENDINGS = HOLDERS.union(_OTHER_ENDINGS.split())


class Stem(NamedTuple):
    """A name of a file or folder without its ending, as it is compared.

    Attributes:
        text: without white space.
        gaps: the places in it where there was white space.
    """

    text: str
    gaps: frozenset[int]

    def is_bound(self, at: int) -> bool:
        """Tell whether a word may end or begin at this place: punctuation, a digit, white space or an end is there."""
        text = self.text
        return at in (0, len(text)) or at in self.gaps or not (text[at - 1].isalpha() and text[at].isalpha())


def endings_of(name: str) -> tuple[str, list[str]]:
    """Split a file's name into what comes before its endings, and the endings that are known."""
    found: list[str] = []
    while True:
        stem, dot, ending = name.rpartition(".")
        if not (dot and stem and ending.strip().lower() in _ENDINGS):
            return name, found
        found.append(ending.strip().lower())
        name = stem


def stem_of(name: str) -> Stem:
    """Give a name in the form in which it is compared."""
    words = [plain_key(word) for word in map(name_key, name.split()) if word]
    text, gaps = "", set()
    for word in words:
        gaps.add(len(text))
        text += word
    return Stem(text, frozenset(gaps))


def is_free_after(stem: Stem, at: int) -> bool:
    """Tell whether only words of files stand between a place and the next sign, gap or end."""
    seen, todo = {at}, [at]
    while todo:
        place = todo.pop()
        if stem.is_bound(place):
            return True
        for end in _word_ends(stem.text, place):
            if end not in seen:
                seen.add(end)
                todo.append(end)
    return False


def region_left_of(stem: Stem, begin: int, at: int, name: str) -> str | None:
    """Give the region before a name that stands at ``at``; ``""`` if only words of files stand before it.

    Args:
        stem: the name of the file.
        begin: where the text before the name begins: at a sign, a gap, or the end of another name.
        at: where the name begins.
        name: the name.

    Returns:
        None if something else stands before the name.
    """
    text, seen, todo = stem.text[:at], {begin}, [begin]
    regions: list[str] = []
    while todo:
        place = todo.pop()
        region = region_before(text[place:], name)
        if region is not None:
            regions.append(region)
        for end in _word_ends(text, place, before=True):
            if end not in seen:
                seen.add(end)
                todo.append(end)
    return min(regions, default=None)


def _word_ends(text: str, at: int, *, before: bool = False) -> list[int]:
    if before and text.startswith(_BEFORE, at):
        return [at + len(_BEFORE)]
    ends = [at + size for size in range(1, _LONGEST + 1) if _is_word(text[at : at + size], before=before)]
    numbered = _NUMBER.match(text, at)
    return [end for end in [*ends, *([numbered.end()] if numbered else [])] if end <= len(text)]


def _is_word(text: str, *, before: bool) -> bool:
    return text in _KNOWN and not (before and text in _NOT_BEFORE)


def names_another(stem: Stem, spans: Iterable[tuple[int, int]]) -> bool:
    """Tell whether a part of a file's name beside the names that were found looks like the name of a unit.

    Example: 第一小学（附属幼儿园）, 卫生健康局-盐井中心卫生院.
    """
    taken = {place for begin, end in spans for place in range(begin, end)}
    part = ""
    for place, sign in enumerate(stem.text):
        if part and (stem.is_bound(place) or place in taken):
            if _is_unit(part):
                return True
            part = ""
        if sign.isalpha() and place not in taken:
            part += sign
    return _is_unit(part)


def _is_unit(part: str) -> bool:
    core = part
    while found := _LAST.search(core, max(len(core) - _LONGEST_LAST, 0)):
        core = core[: found.start()]
    return _UNIT_END.search(core) is not None or _PART_START.match(part) is not None
