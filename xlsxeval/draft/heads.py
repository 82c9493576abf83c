"""Find the rows of heads on a sheet, the table of indicators, and the rows of totals.

Example: in the rows ``| 项目 | 分值 | 得分 |``, ``| 道路 | 30 | (empty) |``, ``| 合计 | 100 | (empty) |`` the first
is a row of heads and the last one a row of totals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlsxeval.draft.kinds import is_unit
from xlsxeval.draft.known import known
from xlsxeval.draft.regions import SheetRegion, SheetRegions
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.text import clean, is_prose, label_key

GROUPS = ("一级指标", "二级指标")
#: A row with at least so many known heads is the head row of the table of indicators.
_ENOUGH_HEADS = 4
_PROMPT = re.compile(r"^(?:指标\d*[:：]?|[.…。]{2,}|…+)$")
_TOTAL = re.compile(r".{0,6}(?:合计|总计|共计|总分|总得分|总分数)(?:数|得分|分数|分值|分|金额)?")
_SUBTOTAL = re.compile(r".{0,8}小计(?:得分|分值|分)?")
#: Heads of columns that explain the other columns of a row, or only count the rows.
_EXPLAINS = re.compile(r".*(?:说明|解释|内涵|标准|细则|依据|方法|办法|口径|公式|备注|要点|要求)")
_COUNTS_ROWS = frozenset({"序号", "编号", "行次", "栏次", "行号"})


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """The place of the table of indicators: head rows, rows of lines, and sheet column -> name of the column."""

    heads: range
    body: range
    columns: Mapping[int, str]


def is_total(text: str) -> bool:
    """Return whether a label is that of a row of totals: 合计, 自评总分, 支出总计."""
    return _TOTAL.fullmatch(label_key(text).key) is not None


def is_subtotal(text: str) -> bool:
    """Return whether a label is that of the sum of a part of the rows: 产出指标小计."""
    return _SUBTOTAL.fullmatch(label_key(text).key) is not None


def is_empty(region: SheetRegion) -> bool:
    """Return whether a region can be a blank: no text, a dash, or a figure."""
    return not region.text or is_nil(region.text) or parse_figure(region.text) is not None


def can_name(region: SheetRegion, head: SheetRegion | None) -> bool:
    """Return whether a printed text can give a blank of its row its name: no sentence, unit, figure or explanation."""
    if is_empty(region) or is_prose(region.text) or is_unit(region.text):
        return False
    return head is None or head is region or not explains(head)


def explains(head: SheetRegion) -> bool:
    """Return whether a head is that of explanations: 评分标准, 指标说明."""
    return _EXPLAINS.fullmatch(label_key(head.text).key) is not None


def counts_rows(head: SheetRegion) -> bool:
    """Return whether below a head the rows are only counted: 序号."""
    return label_key(head.text).key in _COUNTS_ROWS


def same_columns(one: SheetRegion, other: SheetRegion) -> bool:
    """Return whether two regions stand in the same columns."""
    return (one.box.col, one.box.cols) == (other.box.col, other.box.cols)


def find_table(page: SheetRegions) -> IndicatorTable | None:
    """Find the table of indicators by its heads; None if there is none."""
    names = known().columns
    for row in range(page.rows):
        heads = _columns(page, row, names)
        if len(heads) < _ENOUGH_HEADS or not {"三级指标", "实际完成值"} & set(heads.values()):
            continue
        last = row
        while last + 1 < page.rows and len(_columns(page, last + 1, names)) > 1:
            last += 1
        columns = {
            region.box.col: names.get(label_key(region.text).key) or label_key(region.text).key
            for region in page.row(last)
            if region.text and label_key(region.text).key and not runs_on(region, last)
        }
        if "指标性质" not in columns.values():
            columns = {col: "年度指标值" if name == "指标值" else name for col, name in columns.items()}
        end = last + 1
        while end < page.rows and _goes_on(page, end, columns):
            end += 1
        return IndicatorTable(range(row, last + 1), range(last + 1, end), columns) if end > last + 1 else None
    return None


def _columns(page: SheetRegions, row: int, names: Mapping[str, str]) -> dict[int, str]:
    """Return the known heads of a row: column -> name."""
    keys = {region.box.col: label_key(region.text).key for region in page.row(row)}
    return {col: names[key] for col, key in keys.items() if key in names}


def runs_on(region: SheetRegion, last: int) -> bool:
    """Return whether a head reaches down beside the lines, as 绩效指标 at the left of all lines does."""
    return region.box.row + region.box.rows - 1 > last


def _goes_on(page: SheetRegions, row: int, columns: Mapping[int, str]) -> bool:
    """Return whether a row belongs to the lines: it is one, or the sum of some of them with more lines below."""
    if _is_line(page, row, columns):
        return True
    return in_subtotal(page, row, columns) and row + 1 < page.rows and _is_line(page, row + 1, columns)


def _labels_of_line(page: SheetRegions, row: int, columns: Mapping[int, str]) -> list[SheetRegion]:
    """Return the regions of a row up to the column of the names of indicators."""
    last = next((col for col, name in columns.items() if name == "三级指标"), min(columns))
    return [region for region in page.row(row) if region.box.row == row and region.box.col <= last]


def in_subtotal(page: SheetRegions, row: int, columns: Mapping[int, str]) -> bool:
    """Return whether a row among the lines is the sum of some of them."""
    return any(is_subtotal(region.text) for region in _labels_of_line(page, row, columns))


def _is_line(page: SheetRegions, row: int, columns: Mapping[int, str]) -> bool:
    """Return whether a row is for an indicator: its name is empty, or a prompt such as 指标1：."""
    by_name = {name: col for col, name in columns.items()}
    name = page.at[row, by_name.get("三级指标", min(columns))]
    firsts = [page.at[row, col] for column, col in by_name.items() if column in GROUPS]
    if any(is_total(region.text) or is_subtotal(region.text) for region in _labels_of_line(page, row, columns)):
        return False
    if name in firsts or name.box.col < by_name.get("三级指标", min(columns)):
        return False  # a total: its label covers the column of the names
    if len(set(firsts)) < len(firsts) and firsts[0].text:
        return False  # a note such as 其他需要说明事项: its label covers the columns of the groups
    return not name.text or bool(_PROMPT.match(clean(name.text)))


def head_rows(page: SheetRegions, table: IndicatorTable | None) -> frozenset[int]:
    """Return the rows of heads: at least two labels have an empty region of the same width below them.

    A row that itself has a blank right of a label and below a head is none: it is a row of answers above others.
    """
    rows = set(table.heads) if table else set()
    heads: dict[int, SheetRegion] = {}
    for row in range(page.rows - 1):
        labels = [region for region in page.texts(row) if not is_empty(region) and not is_prose(region.text)]
        below = {(region.box.col, region.box.cols) for region in page.starts(row + 1) if is_empty(region)}
        over = [label for label in labels if label.box.rows == 1 and (label.box.col, label.box.cols) in below]
        if len(over) > 1 and not _has_answer(page, row, heads):
            rows.add(row)
        if row in rows:
            heads |= {label.box.col: label for label in labels}
    return frozenset(rows)


def _has_answer(page: SheetRegions, row: int, heads: Mapping[int, SheetRegion]) -> bool:
    """Return whether a row has a blank right of a label and below a head."""
    label = False
    for region in page.row(row):
        head = heads.get(region.box.col)
        if label and region.box.row == row and is_empty(region) and head is not None and same_columns(head, region):
            return True
        label = label or not is_empty(region)
    return False
