"""Guess what may be filled in at a blank from the words beside and above it.

Example: 决算数 above and 公务接待批次（批次） beside a blank give ``count`` with the unit 批次.
"""

from __future__ import annotations

import re

from xlsxeval.text import clean

#: Kind -> the units that blanks of the kind are counted in, as labels print them in brackets.
_UNITS = {
    "count": "人 名 位 人次 个 辆 台 批 批次 户 家 次 场 场次 期 班 班次 项 套 件 处 所 座 只 头 篇 份 宗 起 例 村"
    " 株 棵 艘 架 部 本 册 盏 口 床 张 支 间 栋 幢 组 团 团组 车次 趟 天 年 月",
    "area": "平方米 m2 亩 公顷 平方公里 公里 千米 km 米 m 立方米 m3 吨 千克 公斤 万人 万人次 万户 万亩 小时",
    "money": "元 千元 万元 百万元 亿元",
    "percent": "% 百分比",
    "score": "分 分值",
}
#: Kind -> words. A Chinese label ends in what it is, so the word that ends last decides, of two the longer one.
_WORDS = {
    "percent": "率 比例 占比 系数 比重 百分比 进度 %",
    "count": "编制 数量 保有量 批次 人次 户次 车次 场次 项目数 车辆数",
    "score": "分值 得分 权重 权数 总分 分数 满分 评分 打分 扣分 加分 赋分",
    "area": "面积 规模 里程",
    "money": "预算 决算 金额 资金 支出 经费 拨款 收入 投资 费用 费 额 款 执行 结余 结转 预算数 决算数 执行数 支出数"
    " 支付数 收入数 拨款数 指标数 下达数 到位数 结余数 结转数 万元",
    "prose": "说明 措施 目标 情况 原因 问题 结论 建议 意见 标准 依据 内容 用途 分析 概述 总结 解释 内涵 办法 方法 细则"
    " 描述 成效 评价",
    "text": "单位 部门 名称 负责人 联系人 日期 时间 电话 等级 等次 编码 编号 代码 文号 签字 签名 盖章 地址 账号 姓名"
    " 职务 职称 期限 性质 类型 类别 分类 来源 部分 效率 备注 目标值 指标值 完成值 实际值 预期值 人 是否",
}
_OF_UNIT = {unit: kind for kind, units in _UNITS.items() for unit in units.split()}
_OF_WORD = {f"{unit}数": kind for unit, kind in _OF_UNIT.items() if kind == "count"} | {
    word: kind for kind, words in _WORDS.items() for word in words.split()
}
_LONGEST = max(map(len, _OF_WORD))
#: What a column of sums says about a row whose own label says more: 决算数 beside 公务接待人次.
_FIGURES = frozenset({"count", "area", "percent", "score"})
#: Kinds that a head settles, whatever the row counts.
_SETTLED = frozenset({"percent", "prose", "score", "text"})
_BRACKETS = re.compile(r"\(([^()]*)\)")
_UNIT_WORD = re.compile(r"^(?:计量|金额|数量)?单位:?")


def guess_kind(head: str, side: str = "") -> str:
    """Return the likely kind of a blank from the label above and the label beside it: ``money`` for 年初预算数."""
    of_head, of_side = kind_of_label(head), kind_of_label(side)
    if of_head in _SETTLED:
        return of_head
    own = unit_of(head)
    # 计划投资（万元） says more than 决算数（万元）, below which persons may be counted too.
    unit = own if own and of_head == "money" and "数" not in head else unit_of(side) or own
    if unit:
        return _OF_UNIT[unit]
    if of_head == "money" and of_side in _FIGURES:
        return of_side
    return of_head or of_side or "text"


def unit_of(label: str) -> str:
    """Return the unit in the brackets of a label: 辆 for 公务用车保有量（辆）; empty if there is none."""
    inside = (_UNIT_WORD.sub("", text) for text in _BRACKETS.findall(clean(label)))
    return next((text for text in inside if text in _OF_UNIT), "")


def is_unit(text: str) -> bool:
    """Return whether a text is a unit and nothing else, as in a column 计量单位."""
    return clean(text) in _OF_UNIT


def kind_of_label(label: str) -> str:
    """Return the kind that the last word of a label says; empty if no word is known."""
    bare = _BRACKETS.sub("", clean(label)).rstrip(":")
    if bare.endswith("分") and not bare.endswith(("部分", "百分")):
        return "score"
    for end in range(len(bare), 0, -1):
        for length in range(min(_LONGEST, end), 0, -1):
            kind = _OF_WORD.get(bare[end - length : end])
            if kind:
                return kind
    return ""
