"""Turn the regions of a sheet into the picture of a form: labels, blanks with names, tables of repeated lines.

Example: below the row 项目 | 预算数 | 决算数 the sheet has the row 工资 | (empty) | (empty). The picture has the
rows ``["项目", "预算数", "决算数"]`` and ``["工资", "[工资.预算数]", "[工资.决算数]"]``: a blank is called after the
label beside it and the head above it. ``<`` and ``^`` continue the cell at the left or above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlsxeval.draft.form import TABLE, DraftForm, Place
from xlsxeval.draft.heads import (
    GROUPS,
    IndicatorTable,
    can_name,
    counts_rows,
    explains,
    find_table,
    head_rows,
    in_subtotal,
    is_empty,
    is_subtotal,
    is_total,
    runs_on,
    same_columns,
)
from xlsxeval.draft.kinds import guess_kind, kind_of_label
from xlsxeval.draft.known import known
from xlsxeval.draft.labels import MARKS, bare_name, key_of, picture_label, prefix_of, unique
from xlsxeval.draft.regions import SheetRegion, SheetRegions
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.model import TOTAL_ROW
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.text import clean, is_prose, label_key

_AMOUNTS = frozenset({"年初预算数", "全年预算数", "全年执行数"})
#: Longer texts are notes, not labels.
_NOTE = 40
_HEADING = re.compile(r"[（(]?(?:\d{4}|[_Xx×]*)年(?:度)?[)）]?|附[件表]\d*[:：]?|公开\d+表")
_SIGNING = re.compile("填表人|填报人|负责人|填报日期|填表日期|联系电话|盖章|签字|审核人")


def draw(page: SheetRegions, year: int | None) -> DraftForm:
    """Return the drafted form of a sheet.

    Args:
        page: the regions of the sheet.
        year: the form's year, which becomes ``{{ year }}`` in the labels.
    """
    drawn = DraftForm()
    table = find_table(page)
    first = _first_full_row(page)
    heads = head_rows(page, table)
    above: dict[int, SheetRegion] = {}
    done = 0
    for row in range(page.rows):
        if row < done:
            continue
        if table and row in table.body:
            drawn.rows.append(_table_row(page, table, drawn))
            done = table.body.stop
            continue
        count = _same_blank_rows(page, row) if row > first else 0
        if count > 1:
            drawn.rows.append(_list_row(page, row, count, above, drawn, year))
            done = row + count
            continue
        answers = _answers(page, row, heads, above) if row >= first else frozenset()
        cells = _plain_row(page, row, answers, above, drawn, year, first)
        drawn.rows.append(cells)
        if row in heads or not answers:
            _remember_heads(page.texts(row), cells, above, drawn)
    _count_groups(page, table, drawn)
    drawn.figures = {
        region.cell
        for region in page.at.values()
        if region.cell not in drawn.cells and (region.formula or parse_figure(region.text))
    }
    return drawn


def _remember_heads(
    texts: Iterable[SheetRegion], cells: Sequence[str], above: dict[int, SheetRegion], drawn: DraftForm
) -> None:
    """Put the labels of a row in the place of those above them: column -> label; titles and notes are no heads."""
    for region in texts:
        head = above.get(region.box.col)
        if region.cell in drawn.cells or (is_prose(region.text) and head is not None and same_columns(head, region)):
            continue
        for col in range(region.box.col, region.box.col + region.box.cols):
            above.pop(col, None)
        if not cells[region.box.col].startswith(MARKS):
            above[region.box.col] = region


def _plain_row(
    page: SheetRegions,
    row: int,
    answers: frozenset[SheetRegion],
    above: Mapping[int, SheetRegion],
    drawn: DraftForm,
    year: int | None,
    first: int,
) -> list[str]:
    """Return the picture of a row of labels and blanks, and add its blanks to the form."""
    cells: list[str] = []
    side: SheetRegion | None = None
    for region in page.row(row):
        box, text = region.box, picture_label(region.text, year)
        if box.row < row:
            cells += ["^"] * box.cols
            continue
        prefix = "" if region in answers else prefix_of(region, page.at.get((row, box.col + box.cols)))
        if prefix:
            name = _name(region, replace(region, text=prefix), None, drawn, year)
            drawn.behind.add(name)
            text = f"> {picture_label(prefix, year)}[{name}]"
        elif region in answers:
            name = _name(region, side, above.get(box.col), drawn, year)
            if name:
                text = f"[{name}]"
                head = drawn.places[name].head
                if head is not None and is_total(side.text if side else "") and not _can_total(head):
                    drawn.doubts[name] = "这一格没有自己的标签"
                if is_nil(region.text):
                    drawn.dashes.add(name)
                elif region.text:
                    drawn.starts[name] = region.text
        elif region.text:
            if can_name(region, above.get(box.col)) or side is None:
                side = region
            text = _marked(region, text, page, row, first, drawn)
        cells += [text, *("<" * (box.cols - 1))]
    return _spread(cells) if all(region.box.rows == 1 for region in page.row(row)) else cells


def _answers(
    page: SheetRegions, row: int, heads: frozenset[int], above: Mapping[int, SheetRegion]
) -> frozenset[SheetRegion]:
    """Return the regions of a row that are blanks: empty ones, and figures that the form prints under a head.

    None are a number that only counts the rows, an empty explanation, and in a row of totals what is no figure.
    """
    if row in heads:
        return frozenset()
    total = any(is_total(region.text) or is_subtotal(region.text) for region in page.texts(row))
    found = set()
    for region in page.starts(row):
        head = above.get(region.box.col)
        under = head is not None and same_columns(head, region)
        if not is_empty(region) or (region.text and head is None):
            continue
        if head is not None and under and (counts_rows(head) or _is_printed_column(page, head)):
            continue
        if total and head is not None and under and not _can_total(head) and not _is_known_total(head, page.texts(row)):
            continue
        found.add(region)
    return frozenset(found)


def _is_printed_column(page: SheetRegions, head: SheetRegion) -> bool:
    """Return whether the form itself prints the texts below a head of explanations, so that no cell is a blank."""
    if not explains(head):
        return False
    for row in range(head.box.row + head.box.rows, page.rows):
        region = page.at[row, head.box.col]
        if not same_columns(region, head):
            return False
        if not is_empty(region):
            return True
    return False


def _is_known_total(head: SheetRegion, labels: list[SheetRegion]) -> bool:
    """Return whether a known form has a blank in its row of totals below such a head: 等级 below 偏差原因."""
    return any((label_key(head.text).key, label_key(label.text).key) in known().blanks for label in labels)


def _can_total(head: SheetRegion) -> bool:
    """Return whether a row of totals has a figure below a head: not below 三级指标 or 偏差原因."""
    kind = kind_of_label(head.text)
    return KINDS[kind].numeric if kind else label_key(head.text).key not in known().columns


def _same_blank_rows(page: SheetRegions, row: int) -> int:
    """Return how many rows from ``row`` on are empty and have cells of the same widths: lines to be filled in."""

    def shape(number: int) -> list[tuple[int, int]]:
        """Return column and width of each cell of an empty row; nothing for any other row."""
        regions = page.row(number)
        alone = all(not region.text and (region.box.row, region.box.rows) == (number, 1) for region in regions)
        return [(region.box.col, region.box.cols) for region in regions] if alone and len(regions) > 1 else []

    first, end = shape(row), row
    while first and end < page.rows and shape(end) == first:
        end += 1
    return end - row


def _list_row(
    page: SheetRegions, row: int, count: int, above: Mapping[int, SheetRegion], drawn: DraftForm, year: int | None
) -> list[str]:
    """Return the picture's row for such lines; its columns are called after their heads."""
    first = above.get(page.row(row)[0].box.col)
    table = unique(
        bare_name(first.text, year) if first else "清单",
        dict.fromkeys([*drawn.lists, *(name.split(".")[0] for name in drawn.blanks)], ""),
    )
    cells: list[str] = []
    for region in page.row(row):
        head = above.get(region.box.col)
        if head is not None and same_columns(head, region):
            plain = bare_name(head.text, year)
            column = f"{table}.{'名称' if head is first else plain}"
            name = unique(column, drawn.blanks)
            kind = "text" if head is first else guess_kind(head.text)
            below = [page.at[line, region.box.col] for line in range(row, row + count)]
            drawn.add(name, kind, Place(row, head, None), below)
            drawn.lists[table] = count
            cells += [f"[{name}]", *("<" * (region.box.cols - 1))]
        else:
            cells += ["", *("<" * (region.box.cols - 1))]
    return cells


def _first_full_row(page: SheetRegions) -> int:
    """Return the first row that is no title: it has several texts, or a label with an empty cell beside it."""
    for row in range(page.rows):
        texts = [region for region in page.texts(row) if not _HEADING.fullmatch(clean(region.text))]
        room = bool(texts) and texts[0].box.cols < page.cols and len(page.starts(row)) > 1 and row > 0
        if len(texts) > 1 or (room and "表" not in texts[0].text):
            return row
    return page.rows


def _name(
    region: SheetRegion, side: SheetRegion | None, head: SheetRegion | None, drawn: DraftForm, year: int | None
) -> str:
    """Return the name of a blank after its labels and add it to the form; empty if no label identifies it."""
    box = region.box
    if head is not None and not same_columns(head, region):
        head = None
    if side is not None and _SIGNING.search(side.text):
        head = None
    if head is None and (side is None or (side.box != box and side.box.col + side.box.cols != box.col)):
        return ""  # without a head, the label must stand directly beside the blank, or in the same cell
    keys = (key_of(head, year), key_of(side, year))
    name = known().blanks.get(keys) or known().blanks.get(("", keys[1]) if not keys[0] else keys)
    if name in TOTAL_ROW.values() and side is not None and is_total(side.text):
        # 合计 is the row of amounts only if it has amounts.
        name = name if any(drawn.places[one].row == box.row for one in _AMOUNTS & drawn.places.keys()) else None
    if not name or name in drawn.blanks:
        parts = [bare_name(part.text, year) for part in (side, head) if part is not None]
        first, *rest = [part for part in parts if part] or ["填空"]
        # The name of a table stands before those of its columns only.
        name = unique(".".join([unique(first, drawn.tables()), *rest]), [*drawn.blanks, *drawn.tables()])
    kind = guess_kind(head.text if head else "", side.text if side else "")
    drawn.add(name, kind, Place(box.row, head, side), [region])
    return name


def _marked(region: SheetRegion, text: str, page: SheetRegions, row: int, first: int, drawn: DraftForm) -> str:
    """Return a printed text with the mark of a title (``#``), a year line (``##``) or a note or signature (``>``)."""
    alone = len(page.texts(row)) == 1
    if row < first and alone and not drawn.title and "表" in text:
        drawn.title = region.text
        return f"# {text}"
    if row < first and alone and drawn.title and "年" in text:
        return f"## {text}"
    plain = (
        row < first or len(text) > _NOTE or _SIGNING.search(text) or clean(text).startswith(("注:", "说明:", "单位:"))
    )
    colon = row <= first and clean(text).endswith(":")
    return f"> {text}" if plain or colon else text


def _spread(cells: list[str]) -> list[str]:
    """Extend a title or note that stands alone in its row over the whole row."""
    texts = [number for number, cell in enumerate(cells) if cell not in {"", "<"}]
    if len(texts) == 1 and cells[texts[0]].startswith(MARKS):
        return [cells[texts[0]], *("<" * (len(cells) - 1))]
    return cells


def _table_row(page: SheetRegions, table: IndicatorTable, drawn: DraftForm) -> list[str]:
    """Return the picture's row for the lines of indicators, and add their columns to the form."""
    cells: list[str] = []
    for region in page.row(table.heads.stop - 1):
        col, box = region.box.col, region.box
        if col in table.columns:
            column = unique(table.columns[col], dict.fromkeys(drawn.columns, ""))
            drawn.columns.append(column)
            kind = guess_kind(region.text) if column not in GROUPS else "text"
            lines = [page.at[row, col] for row in table.body if not in_subtotal(page, row, table.columns)]
            drawn.add(f"{TABLE}.{column}", kind, Place(table.body.start, region, None), lines)
            cells += [f"[{TABLE}.{column}]", *("<" * (box.cols - 1))]
        else:
            beside = runs_on(region, table.heads.stop - 1)
            cells += ["^" if beside else "", *("<" * (box.cols - 1))]
    return cells


def _count_groups(page: SheetRegions, table: IndicatorTable | None, drawn: DraftForm) -> None:
    """Count the lines of each group of indicators."""
    if table is None:
        return
    by_name = {name: col for col, name in table.columns.items()}
    inherit = [name for name in GROUPS if name in by_name]
    before = [""] * len(inherit)
    for row in table.body:
        if in_subtotal(page, row, table.columns):
            continue
        path = [page.at[row, by_name[name]].text for name in inherit]
        if path and path[0] and path[0] != before[0]:
            before = [""] * len(inherit)
        before = [now or old for now, old in zip(path, before, strict=True)]
        drawn.groups[tuple(before)] = drawn.groups.get(tuple(before), 0) + 1
        drawn.lines += 1


def texts_of(page: SheetRegions) -> Iterator[str]:
    """Yield all texts of a sheet."""
    for row in range(page.rows):
        yield from (region.text for region in page.texts(row))
