"""Turn the regions of a sheet into the picture of a form: labels, blanks with names, tables of repeated lines.

Example: below the row 项目 | 预算数 | 决算数 the sheet has the row 工资 | (empty) | (empty). The picture has the
rows ``["项目", "预算数", "决算数"]`` and ``["工资", "[工资.预算数]", "[工资.决算数]"]``: a blank is called after the
label beside it and the head above it. ``<`` and ``^`` continue the cell at the left or above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlsxeval.draft.known import guess_kind, known, of_year
from xlsxeval.draft.regions import SheetRegion, SheetRegions
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.text import clean, label_key

TABLE = "指标"
#: A row with at least so many known heads is the head row of the table of indicators.
_ENOUGH_HEADS = 4
_GROUPS = ("一级指标", "二级指标")
#: Longer texts are notes, not labels.
_NOTE = 40
_PROMPT = re.compile(r"^(?:指标\d*[:：]?|[.…。]{2,}|…+)$")
_HEADING = re.compile(r"[（(]?(?:\d{4}|[_Xx×]*)年(?:度)?[)）]?|附[件表]\d*[:：]?|公开\d+表")
_PRINTED_YEAR = re.compile(r"(?<!\d)(\d{4})\s*(?=年)")
#: The place of a year that was left open: （    年, （XX年, （20  年.
_OPEN_YEAR = re.compile(r"([（(])(?:\s{2,}|[\s_]*[Xx×]{2,4}\s*|20\s+)(?=年)")
_PRINTED_UNIT = re.compile(r"([（(：:]\s*)(?:万元|元)(?=[）)]|$)")
_SIGNING = re.compile("填表人|填报人|负责人|填报日期|填表日期|联系电话|盖章|签字|审核人")
_NEAR_YEARS = {-1: "上年", 0: "", 1: "下年"}


@dataclass(slots=True)
class DraftForm:
    """A form as far as it was drafted; ``rows`` is the picture, row by row, cell by cell."""

    rows: list[list[str]] = field(default_factory=list)
    #: Blank -> kind, in the order of the picture.
    blanks: dict[str, str] = field(default_factory=dict)
    #: Blank -> the figure that the official form prints in it.
    starts: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    #: Groups of the table as printed (一级指标, 二级指标) -> number of lines.
    groups: dict[tuple[str, ...], int] = field(default_factory=dict)
    lines: int = 0
    #: Tables without groups -> number of lines.
    lists: dict[str, int] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """The place of the table of indicators: head rows, rows of lines, and sheet column -> name of the column."""

    heads: range
    body: range
    columns: Mapping[int, str]


def draw(page: SheetRegions, year: int | None) -> DraftForm:
    """Return the drafted form of a sheet.

    Args:
        page: the regions of the sheet.
        year: the form's year, which becomes ``{{ year }}`` in the labels.
    """
    drawn = DraftForm()
    table = _find_table(page)
    first = _first_full_row(page)
    heads = _head_rows(page, table)
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
        cells: list[str] = []
        side: SheetRegion | None = None
        for region in page.row(row):
            box = region.box
            if box.row < row:
                cells += ["^"] * box.cols
                continue
            text = _label(region.text, year)
            if row >= first and _is_answer(region, row, heads, above):
                name = _name(region, side, above.get(box.col), drawn, year)
                if name:
                    text = f"[{name}]"
                    if region.text and not is_nil(region.text):
                        drawn.starts[name] = region.text
            elif region.text:
                side = region
                text = _marked(region, text, page, row, first, drawn)
            cells += [text, *("<" * (box.cols - 1))]
        drawn.rows.append(_spread(cells))
        for region in page.starts(row):
            if region.text and not (row not in heads and _is_answer(region, row, heads, above)):
                above[region.box.col] = region
    _count_groups(page, table, drawn)
    return drawn


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
    table = _unique(
        _bare(first.text, year) if first else "清单",
        dict.fromkeys([*drawn.lists, *(name.split(".")[0] for name in drawn.blanks)], ""),
    )
    drawn.lists[table] = count
    cells: list[str] = []
    for region in page.row(row):
        head = above.get(region.box.col)
        fits = head is not None and (head.box.col, head.box.cols) == (region.box.col, region.box.cols)
        if head is not None and fits:
            plain = _bare(head.text, year)
            column = f"{table}.{'名称' if head is first else plain}"
            name = _unique(column, drawn.blanks)
            drawn.blanks[name] = "text" if head is first else guess_kind(head.text)
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


def _find_table(page: SheetRegions) -> _Table | None:
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
            if region.text and label_key(region.text).key and not _runs_on(region, last)
        }
        if "指标性质" not in columns.values():
            columns = {col: "年度指标值" if name == "指标值" else name for col, name in columns.items()}
        end = last + 1
        while end < page.rows and _is_line(page, end, columns):
            end += 1
        return _Table(range(row, last + 1), range(last + 1, end), columns) if end > last + 1 else None
    return None


def _columns(page: SheetRegions, row: int, names: Mapping[str, str]) -> dict[int, str]:
    """Return the known heads of a row: column -> name."""
    keys = {region.box.col: label_key(region.text).key for region in page.row(row)}
    return {col: names[key] for col, key in keys.items() if key in names}


def _runs_on(region: SheetRegion, last: int) -> bool:
    """Return whether a head reaches down beside the lines, as 绩效指标 at the left of all lines does."""
    return region.box.row + region.box.rows - 1 > last


def _is_line(page: SheetRegions, row: int, columns: Mapping[int, str]) -> bool:
    """Return whether a row is for an indicator: its name is empty, or a prompt such as 指标1：."""
    by_name = {name: col for col, name in columns.items()}
    name = page.at[row, by_name.get("三级指标", min(columns))]
    firsts = [page.at[row, col] for column, col in by_name.items() if column in _GROUPS]
    if name in firsts or name.box.col < by_name.get("三级指标", min(columns)):
        return False  # a total: its label covers the column of the names
    if len(set(firsts)) < len(firsts) and firsts[0].text:
        return False  # a note such as 其他需要说明事项: its label covers the columns of the groups
    return not name.text or bool(_PROMPT.match(clean(name.text)))


def _head_rows(page: SheetRegions, table: _Table | None) -> frozenset[int]:
    """Return the head rows: at least two labels have an empty region of the same width below them."""
    rows = set(table.heads) if table else set()
    for row in range(page.rows - 1):
        below = {(region.box.col, region.box.cols) for region in page.starts(row + 1) if _is_empty(region)}
        labels = [region for region in page.texts(row) if not _is_empty(region)]
        over = [label for label in labels if label.box.rows == 1 and (label.box.col, label.box.cols) in below]
        if len(over) > 1:
            rows.add(row)
    return frozenset(rows)


def _is_empty(region: SheetRegion) -> bool:
    """Return whether a region can be a blank: no text, a dash, or a figure."""
    return not region.text or is_nil(region.text) or parse_figure(region.text) is not None


def _is_answer(region: SheetRegion, row: int, heads: frozenset[int], above: Mapping[int, SheetRegion]) -> bool:
    """Return whether a region is a blank: empty, or a figure that the form prints under a head."""
    if row in heads:
        return False
    return _is_empty(region) and (not region.text or region.box.col in above)


def _name(
    region: SheetRegion, side: SheetRegion | None, head: SheetRegion | None, drawn: DraftForm, year: int | None
) -> str:
    """Return the name of a blank after its labels and add it to the form; empty if no label identifies it."""
    box = region.box
    if head is not None and (head.box.col, head.box.cols) != (box.col, box.cols):
        head = None
    if side is not None and _SIGNING.search(side.text):
        head = None
    if head is None and (side is None or side.box.col + side.box.cols != box.col):
        return ""  # without a head, the label must stand directly beside the blank
    keys = (_key(head, year), _key(side, year))
    name = known().blanks.get(keys) or known().blanks.get(("", keys[1]) if not keys[0] else keys)
    if not name or name in drawn.blanks:
        parts = [_bare(part.text, year) for part in (side, head) if part is not None]
        name = _unique(".".join(part for part in parts if part) or "填空", drawn.blanks)
    words = "".join(part.text for part in (head, side) if part is not None)
    drawn.blanks[name] = guess_kind(head.text if head and guess_kind(head.text) != "text" else words)
    return name


def _key(region: SheetRegion | None, year: int | None) -> str:
    """Return the key of a label with the offset of its year; empty for None."""
    if region is None:
        return ""
    key, years = label_key(region.text)
    return of_year(key, years[0] - year if years and year else 0)


def _bare(text: str, year: int | None) -> str:
    """Return the words of a label for a name: ``2023年决算数`` gives 上年决算数 on a form of 2024."""
    key, years = label_key(text)
    offset = years[0] - year if years and year else 0
    return key.replace("#年", _NEAR_YEARS.get(offset, f"{abs(offset)}年前")).replace("#", "").replace("_", "")


def _unique(name: str, taken: Mapping[str, str]) -> str:
    """Return a name with a number after it if it is taken: 得分2."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}{number}"
    return unique


def _label(text: str, year: int | None) -> str:
    """Return a printed text as a label of a picture: ``2024年（万元）`` gives ``{{ year }}年（{{ unit }}）``."""
    plain = text.replace("|", "｜").replace("[", "〔").replace("]", "〕").strip()
    if year:
        plain = _PRINTED_YEAR.sub(lambda match: _year_mark(match, year), plain)
    plain = _OPEN_YEAR.sub(r"\1{{ year }}", plain)
    plain = _PRINTED_UNIT.sub(r"\1{{ unit }}", plain)
    return plain if plain not in {"<", "^"} else f"“{plain}”"


def _year_mark(match: re.Match[str], year: int) -> str:
    """Return a printed year as ``{{ year - 1 }}``, if it is the form's year, the next one or one of the two before."""
    offset = int(match[1]) - year
    if offset not in {-2, -1, 0, 1}:
        return match[0]
    return f"{{{{ year {'+' if offset > 0 else '-'} {abs(offset)} }}}}" if offset else "{{ year }}"


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
    if len(texts) == 1 and cells[texts[0]].startswith(("# ", "## ", "> ")):
        return [cells[texts[0]], *("<" * (len(cells) - 1))]
    return cells


def _table_row(page: SheetRegions, table: _Table, drawn: DraftForm) -> list[str]:
    """Return the picture's row for the lines of indicators, and add their columns to the form."""
    cells: list[str] = []
    for region in page.row(table.heads.stop - 1):
        col, box = region.box.col, region.box
        if col in table.columns:
            column = _unique(table.columns[col], dict.fromkeys(drawn.columns, ""))
            drawn.columns.append(column)
            drawn.blanks[f"{TABLE}.{column}"] = guess_kind(region.text) if column not in _GROUPS else "text"
            cells += [f"[{TABLE}.{column}]", *("<" * (box.cols - 1))]
        else:
            beside = _runs_on(region, table.heads.stop - 1)
            cells += ["^" if beside else "", *("<" * (box.cols - 1))]
    return cells


def _count_groups(page: SheetRegions, table: _Table | None, drawn: DraftForm) -> None:
    """Count the lines of each group of indicators."""
    if table is None:
        return
    by_name = {name: col for col, name in table.columns.items()}
    inherit = [name for name in _GROUPS if name in by_name]
    before = [""] * len(inherit)
    for row in table.body:
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
