"""The lines of a table: every row below its heads, up to the row in which something else begins.

Example: below ``| 一级指标 | 三级指标 | 分值 |`` the rows ``| 产出指标 | 造林面积 | 10 |`` and ``|  | 成活率 | 8 |``
are two lines; the second has 产出指标 from the line above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlsxeval.filing import ABSENT, Answer, Line, Repair
from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.model import TOTAL_ROW, Table
from xlsxeval.forms.place import TableArea
from xlsxeval.numbers import is_nil
from xlsxeval.read.cells import Cell
from xlsxeval.read.funds import has_number
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import Position
from xlsxeval.read.limits import Limits
from xlsxeval.read.page import Page
from xlsxeval.read.refusals import too_many_lines
from xlsxeval.read.repair import complete, first_level, full_name, offset_of, vocabulary
from xlsxeval.text import clean, label_key, remembered

#: A row below the indicators for the points of the amounts.
_EXECUTION = re.compile(r"(?:部门)?(?:预算|资金)执行")

#: What a page break leaves in a table: 续表, （接上页）, 第2页.
_PAGE_BREAK = re.compile(r"[(（]?(?:续上?[表页]|接上[表页]|第[0-9]+页.{0,8}|-[0-9]+-)[)）]?")

#: A row whose name is one of these adds up others: 小计, 合计, 小计（产出）, 产出指标小计.
_SUBTOTAL = re.compile(r"[^0-9]{0,12}(?:小计|合计|总计)(?:[(（][^()（）]{0,12}[)）])?[:：]?")


@remembered
def is_subtotal(text: str) -> bool:
    """Tell whether a name says that the line adds up others."""
    return bool(_SUBTOTAL.fullmatch(clean(text)))


def read_lines(page: Page, name: str, limits: Limits) -> tuple[list[Line], TableArea, list[Line]]:
    """Read the lines of a table.

    Args:
        page: the form.
        name: the table.
        limits: the budgets.

    Returns:
        The lines, the rows and columns of the table on the sheet, and the lines that add up others.

    Raises:
        Refused: for too many lines.
    """
    words = page.arranged.words
    table = words.form.tables[name]
    found: list[Line] = []
    sums: list[Line] = []
    areas: list[TableArea] = []
    for first, last, cols, heads in _blocks(page, name):
        if len(found) + len(page.grid.rows_between(first, last)) > limits.max_lines:
            raise too_many_lines(limits)
        areas.append(TableArea(first, last, cols))
        for line, is_sum in _lines(page, table, areas[-1], heads):
            (sums if is_sum else found).append(line)
    return found, areas[0] if areas else TableArea(1, 0, {}), sums


def _blocks(page: Page, name: str) -> Iterator[tuple[int, int, dict[str, int], HeadRow | None]]:
    """Yield first row, last row, columns and heads of each block of lines of a table."""
    words, arranged = page.arranged.words, page.arranged
    columns, group = words.columns[name], words.table_group[name]
    if group not in words.anchors:
        for heads in arranged.of_group(group):
            cols = {column: heads.words[head][1] for column, head in columns.items() if head in heads.words}
            first, last = page.body(heads)
            last = min(last, arranged.ends[heads.first] - 1)
            yield first, last, _without_group_names(page, name, cols, first, last), heads
        return
    anchor = next(iter(words.groups[group]))
    above = next((heads for heads in arranged.heads if set(heads.words) & set(columns.values())), None)
    if anchor not in arranged.sides or above is None:
        return
    row, col = arranged.sides[anchor].row, arranged.sides[anchor].col
    cols = {
        column: col if head == anchor else above.words[head][1]
        for column, head in columns.items()
        if head in {*above.words, anchor}
    }
    end = _row_of_next_label(page, anchor, row, arranged.body_end(above))
    yield row + 1, end - 1, cols, None


def _without_group_names(page: Page, name: str, cols: dict[str, int], first: int, last: int) -> dict[str, int]:
    """Leave the column of names out if it holds groups (数量指标, 质量指标): there 指标名称 means 二级指标."""
    table, known = page.arranged.words.form.tables[name], vocabulary(page.arranged.words.form, name)
    own = table.own
    if own not in cols or not known.names:
        return cols
    names = tuple(group for groups in known.names.values() for group in groups)
    texts = [
        cell.text
        for row in page.grid.rows_between(first, last)
        if (cell := page.grid.sheet.cells.get((row, cols[own])))
    ]
    groups = sum(bool(full_name(text, names)) for text in texts)
    return {column: col for column, col in cols.items() if column != own} if 2 * groups > len(texts) else cols


def _row_of_next_label(page: Page, anchor: int, row: int, last: int) -> int:
    """Give the row of the label that the form prints below a table.

    If it was lost, its row is counted from the next label that was met: 公用经费 stands one row above 办公经费.
    """
    words, sides = page.arranged.words, page.arranged.sides
    box = words.words[anchor].label.box
    table_row = box.row + box.rows
    met = [
        (words.words[side].label.box.row, hit.row)
        for side, hit in sides.items()
        if words.words[side].label.box.row > table_row and row < hit.row <= last
    ]
    if not met:
        return row + 1
    picture_row, sheet_row = min(met)
    return max(sheet_row - (picture_row - table_row - 1), row + 1)


def _lines(page: Page, table: Table, area: TableArea, heads: HeadRow | None) -> Iterator[tuple[Line, bool]]:
    """Yield the lines that hold an answer of their own, each with whether it adds up others."""
    grid, cells, form = page.grid, page.grid.sheet.cells, page.arranged.words.form
    keys = _head_keys(page, table, heads)
    before: dict[str, Answer] = {}
    guessed = ""
    known = vocabulary(form, table.name)
    rows = grid.rows_between(area.first, area.last)
    lost_total = _lost_total(page, table, area, rows) if heads else 0
    columns = [
        _Column(column, area.cols.get(column, 0), table.column(column).kind, column in table.inherit)
        for column in (*table.columns, *table.further)
        if column in table.columns or column in area.cols
    ]
    own = {column.name for column in columns if not column.inherited}
    names = [column for column in (*table.inherit, table.own) if column in table.columns]
    for row in rows:
        if row == lost_total or row in page.arranged.holes:
            continue
        if _repeats_heads(page, row, area, keys) or _is_page_break(page, row):
            page.labels |= {(row, col): "" for col in grid.cols[row]}
            continue
        aside = offset_of(table, known, area.cols, cells, row) if grid.converted else 0
        places: list[Position] = []
        line = {column.name: _answer(page, column, row, area, aside, places) for column in columns}
        used = [column for column, answer in line.items() if column in own and _says(answer)]
        if not used:
            # A group without any line: its name is printed. 续表 or a note is none.
            groups = [
                cell
                for col in _group_columns(table, area)
                if (cell := grid.at(row, col)) and _is_group(page, table, cell)
            ]
            page.labels |= {(cell.row, cell.col): "" for cell in groups}
            before = _inherit(table, line, before) if groups else before
            continue
        is_sum = any(is_subtotal(line[column].text) for column in names)
        if not is_sum and (
            _is_other_row(page, table, area, row, used) or _is_nameless(page, table, area, row, line, used)
        ):
            continue
        page.answers.update(places)
        if is_sum:
            yield line, True
            continue
        changed, done = complete(known, line) if grid.converted else ({}, [])
        line |= changed
        before = _inherit(table, line, before)
        whole = {**line, **before}
        # A first level that was guessed holds for its second level only, not for those that follow.
        first, column = first_level(table, known, whole, guessed) if grid.converted else ("", "")
        if column:
            before[column] = whole[column]._replace(value=first or None, text="")
            guessed = first
            if first:
                done.append(f"“{column}”没有了，按“{first}”读取")
        if aside:
            done.insert(0, f"这一行的内容{'左' if aside < 0 else '右'}移了{abs(aside)}格，已按移位前的栏目读取")
        if done:
            page.repairs.append(Repair(line[used[0]].cell, "；".join(done)))
        yield {**whole, **before}, False


def _group_columns(table: Table, area: TableArea) -> list[int]:
    return [area.cols[column] for column in table.inherit if column in area.cols]


def _is_group(page: Page, table: Table, cell: Cell) -> bool:
    """Tell whether a text names a group of indicators."""
    return "指标" in cell.text or bool(full_name(cell.text, _all_names(page, table)))


def _is_nameless(page: Page, table: Table, area: TableArea, row: int, line: Line, used: list[str]) -> bool:
    """Tell whether a row is no line, because it has points but no name, and another text at its left.

    The points of 预算执行率 are those of the amounts; any other such row leaves the list incomplete.
    """
    own = table.own
    name, left = line.get(own, ABSENT), [col for col in page.grid.cols[row] if col < area.cols.get(own, 0)]
    texts = [column for column in used if not table.column(column).kind.numeric and column != own]
    label = page.grid.sheet.cells[row, left[0]] if left else None
    if own not in area.cols or label is None or label.kind != "text" or len(texts) > 1 or len(texts) == len(used):
        return False
    if page.own and label.col in _group_columns(table, area):
        return False
    is_execution = bool(_EXECUTION.match(clean(label.text)))
    if (name.text and not (is_execution and has_number(page.grid.sheet.cells[row, area.cols[own]]))) or _is_group(
        page, table, label
    ):
        return False
    if is_execution:
        page.labels[label.row, label.col] = ""
        page.execution |= {name: line[column] for column, name in TOTAL_ROW.items() if line.get(column, ABSENT).text}
        page.answers |= {(row, area.cols[column]) for column in TOTAL_ROW if column in area.cols}
    else:
        page.incomplete.add(table.name)
    return True


def _says(answer: Answer) -> bool:
    """Tell whether an answer is more than blanks, dashes and dots: these make no line."""
    return _says_something(answer.text) or answer.formula is not None


@remembered
def _says_something(text: str) -> bool:
    return any(sign.isalnum() for sign in text) and not is_nil(text)


def _lost_total(page: Page, table: Table, area: TableArea, rows: tuple[int, ...]) -> int:
    """Give the row of a total that has lost its label: the last row with points, without a name.

    Args:
        page: the form.
        table: the table.
        area: where its lines stand.
        rows: the filled rows of the area.
    """
    words, sides = page.arranged.words, page.arranged.sides
    totals = [word for word, group in words.side_group.items() if group == words.table_group[table.name]]
    name = area.cols.get(table.own, 0)
    if any(word in sides for word in totals) or not totals:
        return 0
    cells = page.grid.sheet.cells
    for row in reversed(rows):
        here = {column: cells[row, col] for column, col in area.cols.items() if (row, col) in cells}
        if any(table.column(column).kind.numeric and _says_something(cell.text) for column, cell in here.items()):
            texts = [column for column in here if column not in table.inherit and not table.column(column).kind.numeric]
            left = [col for col in page.grid.cols[row] if col < name and cells[row, col].kind == "text"]
            nameless = page.grid.at(row, name) is None and len(texts) <= 1  # the grade may stand below 偏差原因
            known = left and (
                _is_group(page, table, cells[row, left[0]]) or _EXECUTION.match(clean(cells[row, left[0]].text))
            )
            return row if name and nameless and not known else 0
    return 0


def _all_names(page: Page, table: Table) -> tuple[str, ...]:
    known = vocabulary(page.arranged.words.form, table.name)
    return tuple(name for names in known.names.values() for name in names)


def _is_other_row(page: Page, table: Table, area: TableArea, row: int, used: list[str]) -> bool:
    """Tell whether a row is no line: an unknown label at its left, a text where the name stands, and nothing else."""
    own = table.own
    if page.own:
        return False
    if not table.inherit:
        # Two texts and no figure: 需要说明的事项 under another name, with what was written.
        return len(used) == 2 and used[0] == own and not any(table.column(one).kind.numeric for one in used)  # noqa: PLR2004
    if used != [own] or table.inherit[0] not in area.cols:
        return False
    first = page.grid.sheet.cells.get((row, area.cols[table.inherit[0]]))
    second = page.grid.sheet.cells.get((row, area.cols[table.inherit[-1]])) if table.inherit[-1] in area.cols else None
    if first is None or (second is not None and second is not first):
        return False
    return not full_name(first.text, _all_names(page, table)) and "指标" not in first.text


def _head_keys(page: Page, table: Table, heads: HeadRow | None) -> dict[str, str]:
    """Give the words that stand over the columns of a table, as keys."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    return {
        column: label_key(cells[heads.words[head]].text).key
        for column, head in words.columns[table.name].items()
        if heads and head in heads.words
    }


def _is_page_break(page: Page, row: int) -> bool:
    cols = page.grid.cols[row]
    return len(cols) == 1 and bool(_PAGE_BREAK.fullmatch(clean(page.grid.sheet.cells[row, cols[0]].text)))


def _repeats_heads(page: Page, row: int, area: TableArea, keys: Mapping[str, str]) -> bool:
    cells = page.grid.sheet.cells
    same = 0
    for column, col in area.cols.items():
        cell = cells.get((row, col))
        same += cell is not None and cell.kind == "text" and label_key(cell.text).key == keys.get(column)
    return same > 1


class _Column(NamedTuple):
    """A column of a table: its name, where it stands (0 if it was not met), its kind, and whether it is inherited."""

    name: str
    col: int
    kind: Kind
    inherited: bool


def _answer(page: Page, column: _Column, row: int, area: TableArea, aside: int, places: list[Position]) -> Answer:
    """Read one column of a line; absent if the column was not met or the line shares a cell with the line above.

    The place of the cell is added to ``places``.
    """
    if not column.col:
        return ABSENT
    col = max(column.col + aside, 1)
    grid = page.grid
    merged = grid.covers.get((row, col))
    tall = merged is not None and merged.last_row > merged.first_row and not column.inherited
    if tall and merged is not None and merged.first_row < row and merged.first_row >= area.first:
        return ABSENT
    cell = grid.at(row, col) if column.inherited else grid.sheet.cells.get((row, col))
    at = (cell.row, cell.col) if cell else (row, col)
    places.append(at)
    answer = page.read(cell, at, column.kind)
    shared = tall and merged is not None and len(grid.rows_between(row, min(merged.last_row, area.last))) > 1
    return answer._replace(shared=True) if shared and answer.text else answer


def _inherit(table: Table, line: Line, before: Mapping[str, Answer]) -> dict[str, Answer]:
    """Fill the inherited columns from the line above; under a new heading a blank stays blank."""
    found: dict[str, Answer] = {}
    fresh = False
    for column in table.inherit:
        answer = line[column]
        old = before.get(column)
        fresh = fresh or (answer.value is not None and (old is None or answer.value != old.value))
        found[column] = answer if answer.value is not None or fresh or old is None else old
    return found
