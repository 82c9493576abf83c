"""What the forms that come with the program teach: which blank stands under which head and beside which label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from xlsxeval.forms.library import load_set, set_names
from xlsxeval.forms.model import Form

#: Words of a label -> the kind of what is filled in there; the first that fits.
_KINDS = (
    (("率", "％", "%", "系数", "占比"), "percent"),
    (("人数", "编制数", "人员数"), "count"),
    (("分值", "得分", "权重", "总分", "自评分"), "score"),
    (("面积", "规模", "㎡", "平方米"), "area"),
    (("预算", "决算", "金额", "资金", "支出", "经费", "执行数", "拨款", "收入", "投资", "费用", "万元"), "money"),
    (("说明", "措施", "目标", "情况", "原因", "问题", "结论", "建议"), "prose"),
)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names by the words around them; a head and a side label together, or one alone."""

    blanks: Mapping[tuple[str, str], str]
    columns: Mapping[str, str]
    units: frozenset[str]
    subjects: frozenset[str]


@cache
def known() -> KnownNames:
    """Learn from every form that comes with the program."""
    blanks: dict[tuple[str, str], str] = {}
    columns: dict[str, str] = {}
    forms = [form for name in sorted(set_names(), key=_order) for form in load_set(name).forms]
    # What one form prints says more than what another calls a variant of its label.
    for most in (1, None):
        for form in forms:
            for blank in form.blanks:
                heads = _keys(form, blank.head)[:most]
                table, _, column = blank.name.partition(".")
                if table in form.tables:
                    if table == "指标":
                        columns |= {key: column for key in heads if key not in columns}
                    continue
                for head in heads or ("",):
                    for side in _keys(form, blank.side)[:most] or ("",):
                        blanks.setdefault((head, side), blank.name)
    return KnownNames(
        blanks,
        columns,
        frozenset(form.unit_field for form in forms if form.unit_field),
        frozenset(form.subject_field for form in forms if form.subject_field),
    )


def _order(name: str) -> tuple[int, str]:
    """Put the common form before those of the provinces."""
    return ("national", "hunan").index(name) if name in {"national", "hunan"} else 2, name


def _keys(form: Form, label: int | None) -> tuple[str, ...]:
    if label is None:
        return ()
    offset = next(iter(form.labels[label].year_offsets), 0)
    return tuple(of_year(key, offset) for key in form.labels[label].keys)


def of_year(key: str, offset: int) -> str:
    """Tell the same words for different years apart: 决算数 of this year and of the last."""
    return f"{key}@{offset}" if offset else key


def guess_kind(words: str) -> str:
    """Guess what belongs into a blank from the words around it."""
    return next((kind for marks, kind in _KINDS if any(mark in words for mark in marks)), "text")
