"""From arranged words to answers: a blank stands where the column of its head and the row of its side word cross.

How 全年执行数 finds its name in the two rows
``| 项目资金 | 全年预算数 | 全年执行数 |``
``| 年度资金总额 | 4753.66 | 3824.26 |``
全年执行数 is a head of the group of amounts and stands in column 3; 年度资金总额 is a side word of that group and
stands in row 2; the form says that the blank 全年执行数 hangs on these two words; so the answer is the cell in which
they cross, 3824.26. The column may stand anywhere else: nothing but the two words is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlsxeval.a1 import cell_name
from xlsxeval.filing import ABSENT, Answer, FormAnswers, FoundLabel, Line, YearSeen
from xlsxeval.forms.place import TableArea
from xlsxeval.numbers import is_nil
from xlsxeval.read.arrange import Arrangement
from xlsxeval.read.beside import read_beside, read_beside_heads, read_goals
from xlsxeval.read.funds import has_number, read_parts, read_strayed, row_without_label
from xlsxeval.read.grid import Grid
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import Hit, Position, label_parts
from xlsxeval.read.limits import Limits
from xlsxeval.read.lines import read_lines
from xlsxeval.read.page import Page, make_page
from xlsxeval.text import label_key


def locate(
    arranged: Arrangement, grid: Grid, amount_unit: str, limits: Limits, *, own: bool
) -> tuple[FormAnswers, Page]:
    """Read every blank of a form.

    Args:
        arranged: which word stands where.
        grid: the sheet.
        amount_unit: what amounts are counted in.
        limits: the budgets.
        own: whether the workbook was made from our own template.

    Returns:
        The answers, without what is missing or was left unread, and what is needed to find that.

    Raises:
        Refused: for a list with too many lines.
    """
    words, form = arranged.words, arranged.words.form
    page = make_page(arranged, grid, amount_unit, own=own)
    found: dict[str, Answer] = {}
    for heads in arranged.heads:
        found |= _crossings(page, heads)
    for word, hit in arranged.sides.items():
        name = words.pairs.get(word) or ("" if _crosses(page, word, hit) else _only_name(page, word))
        if word in words.totals and not hit.part and _figures_beside(page, hit) > 1:
            continue  # points and score of a total, and no head tells which is which
        if name and name not in found:
            found[name] = read_beside(page, word, name, hit)
    read_beside_heads(page, found)
    read_goals(page, found)
    tables: dict[str, tuple[Line, ...]] = {}
    regions: dict[str, TableArea] = {}
    subtotals: list[Line] = []
    for name in form.tables:
        lines, regions[name], sums = read_lines(page, name, limits)
        tables[name] = tuple(lines)
        subtotals += sums
    found = page.execution | found
    if grid.converted:
        read_strayed(page, found)
    met, years = arranged.met, tuple(_years(page))
    answers = FormAnswers(
        form=form,
        sheet=grid.sheet.name,
        year=_most_common([seen.year - seen.offset for seen in years]),
        # The form's own blanks, found or not, then those that only this sheet has.
        fields={name: found.get(name, ABSENT) for name in form.fields}
        | {name: answer for name, answer in found.items() if answer.cell and name not in form.fields},
        tables=tables,
        regions=regions,
        heads={
            (table, column): cell_name(*met[head])
            for table, columns in words.columns.items()
            for column, head in columns.items()
            if head in met
        },
        years=years,
        repairs=tuple(page.repairs),
        amount_unit=amount_unit,
        met=tuple(_found_labels(page)),
        state=grid.sheet.state,
        subtotals=tuple(subtotals),
        incomplete=frozenset(page.incomplete),
    )
    return answers, page


def _crossings(page: Page, heads: HeadRow) -> dict[str, Answer]:
    """Read the blanks below one row of heads: those with a side word in its body, and those right below a head."""
    words, sides = page.arranged.words, page.arranged.sides
    first, last = page.body(heads)
    rows = {
        side: row
        for side, group in words.side_group.items()
        if group == heads.group
        and side in sides
        and side not in words.pairs
        and (row := _row_of(page, heads, sides[side], first, last))
    }
    if heads.group == words.funds and words.total_row is not None and words.total_row not in rows:
        unlabelled = row_without_label(page, heads, first, min([last, *(row - 1 for row in rows.values())]))
        rows |= {words.total_row: unlabelled} if unlabelled else {}
    found: dict[str, Answer] = {}
    below = _first_filled(page, heads, first, last)
    split = _split_heads(page, heads, first) if heads.group == words.funds else set()
    for (head, side), name in words.crossings.items():
        row = below if side is None else rows.get(side, 0)
        if row and head in heads.words and words.group[head] == heads.group and head not in split:
            if side is not None and page.is_covered(row, heads.words[head][1]):
                continue  # merged over several rows: the value is that of the first
            found[name] = page.answer(page.under(heads, head, row), (row, heads.words[head][1]), name)
    if heads.group == words.funds:
        found |= read_parts(page, heads, first, last, set(rows.values()), found)
    return found


def _split_heads(page: Page, heads: HeadRow, first: int) -> set[int]:
    """Give the heads of amounts that have unknown heads below them: 年初预算数 over 上级 and 本级; 原因 has texts."""
    numeric = page.arranged.words.numeric
    cells = {head: page.grid.sheet.cells.get((first, col)) for head, (_, col) in heads.words.items() if head in numeric}
    return {
        head
        for head, cell in cells.items()
        if cell and cell.kind == "text" and not is_nil(cell.text) and not has_number(cell)
    }


def _row_of(page: Page, heads: HeadRow, hit: Hit, first: int, last: int) -> int:
    """Give the row of a side word; one that stands beside the heads belongs to the first filled row below them."""
    is_list = heads.group in page.arranged.words.lists
    if hit.row < heads.first or hit.row > last or (is_list and hit.col > page.arranged.name_column(heads)):
        return 0
    row = max(hit.row, page.grid.merged(hit.row, hit.col).last_row) if hit.row < first else hit.row
    return row if row >= first else _first_filled(page, heads, first, last)


def _first_filled(page: Page, heads: HeadRow, first: int, last: int) -> int:
    """Give the first row below the heads that has an answer in one of their columns, above the next label there."""
    for row in page.grid.rows_between(first, last):
        if any(page.under(heads, head, row) for head in heads.words) or page.has_label(row, heads.left - 1):
            return row
    return first if first <= last else 0


def _only_name(page: Page, side: int) -> str:
    """Give the blank that a side word with heads names when it stands alone: 自评总分 names 总分."""
    names = [name for (_, word), name in page.arranged.words.crossings.items() if word == side]
    return "总分" if "总分" in names else names[0] if len(names) == 1 else ""


def _figures_beside(page: Page, hit: Hit) -> int:
    """Count the figures right of a label, up to the next label."""
    count = 0
    for col in page.grid.right_of(hit.row, hit.col):
        cell = page.cell_at(hit.row, col)
        if cell is None:
            break
        count += has_number(cell)
    return count


def _crosses(page: Page, side: int, hit: Hit) -> bool:
    """Tell whether a side word stands in the body of the heads that it crosses, as 总分 below the lines."""
    arranged = page.arranged
    for heads in arranged.of_group(arranged.words.side_group.get(side, -1)):
        below = hit.row >= arranged.ends.get(heads.first, heads.first)
        if heads.first <= hit.row <= arranged.body_end(heads) and below:
            return heads.group not in arranged.words.lists or hit.col <= arranged.name_column(heads)
    return False


def _found_labels(page: Page) -> Iterator[FoundLabel]:
    """Yield the labels that were found, those that blanks hang on first, in the order of the form."""
    words, cells, met = page.arranged.words, page.grid.sheet.cells, page.arranged.met
    for word, place in sorted(met.items()):
        text = " ".join(cells[place].text.split())
        own = words.words[word].label
        printed = own.keys[0] in (label_key(text).key, *(label for label, _ in label_parts(text)))
        how = "cut" if word in page.arranged.cut else "same" if printed else "other name"
        yield FoundLabel(own.text, text, cell_name(*place), how)
    for place, key in sorted(page.labels.items() - {(place, page.labels[place]) for place in met.values()}):
        text = " ".join(cells[place].text.split())
        meant = words.by_key.get(key, ())
        same = not meant or words.words[meant[0]].label.keys[0] == key
        yield FoundLabel(
            words.text(meant[0]) if meant else text, text, cell_name(*place), "same" if same else "other name"
        )


def _years(page: Page) -> Iterator[YearSeen]:
    """Yield the years printed in labels; each label once."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    used: dict[Position, int] = {place: word for word, place in page.arranged.met.items()}
    for hit in page.arranged.hits:
        if not hit.years:
            continue
        meant = [word for word in words.by_key.get(hit.key, ()) if words.words[word].label.year_offsets]
        if meant and (hit.row, hit.col) in page.labels:
            used.setdefault((hit.row, hit.col), meant[0])
    for place, word in sorted(used.items(), key=lambda one: one[1]):
        text = cells[place].text
        for year, offset in zip(label_key(text).years, words.words[word].label.year_offsets, strict=False):
            yield YearSeen(year, offset, cell_name(*place), " ".join(text.split()))


def _most_common(years: list[int]) -> int | None:
    return max(years, key=lambda year: (years.count(year), year)) if years else None
