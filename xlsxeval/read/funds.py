"""The amounts of a self-evaluation: the row of totals without its label, and rows of parts under any name.

Example: below 年度资金总额 stand 其中：当年财政拨款 and 街道配套资金; the second, which no form prints, gives the
answers 街道配套资金.全年预算数 and so on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Answer, Repair
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.read.cells import Cell
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.page import Page
from xlsxeval.text import clean

#: What is left out of the name of a row of parts.
_PREFIX = re.compile(r"^(?:其中[:：]?|[0-9]{1,2}[.、)）]|[(（][0-9]{1,2}[)）])+")
_LONGEST = 30


def has_number(cell: Cell) -> bool:
    """Tell whether a cell holds a figure: a number, or a text such as ``80万元``."""
    return cell.kind == "number" or (cell.kind == "text" and parse_figure(cell.text, money_unit="万元") is not None)


def row_without_label(page: Page, heads: HeadRow, first: int, last: int) -> int:
    """Give the row of totals that has lost its label: the first row of numbers, with no text at its left; 0 if none.

    Args:
        page: the form.
        heads: the heads of the amounts.
        first: the first row below them.
        last: the last row that may be it.
    """
    for row in page.grid.rows_between(first, last):
        if any((cell := page.under(heads, head, row)) and has_number(cell) for head in heads.words):
            texts = [(row, col) for col in page.grid.cols[row] if col < heads.left and (row, col) not in page.labels]
            return 0 if any(page.grid.sheet.cells[place].kind == "text" for place in texts) else row
        if page.has_label(row):
            return 0
    return 0


def read_parts(
    page: Page, heads: HeadRow, first: int, last: int, taken: Collection[int], known: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Read the rows of amounts under any name between the total and the next block.

    Args:
        page: the form.
        heads: the heads of the amounts.
        first: the first row below them.
        last: the last row of their body.
        taken: the rows that were read already.
        known: the answers in them.
    """
    columns = {head: name for head, name in page.arranged.words.part_columns.items() if head in heads.words}
    found: dict[str, Answer] = {}
    for row in page.grid.rows_between(first, last) if taken else ():
        if row in taken:
            continue
        label = _label_of_part(page, heads, row, columns)
        if label is None:
            break
        name = _PREFIX.sub("", clean(label.text)).rstrip(":：").replace(".", "")
        if name and not any(f"{name}.{column}" in known for column in columns.values()):
            page.labels[row, label.col] = name
            found |= _row_of(page, heads, row, {head: f"{name}.{column}" for head, column in columns.items()})
    return found | _further_columns(page, heads, columns, taken, known)


def _row_of(page: Page, heads: HeadRow, row: int, names: Mapping[int, str]) -> dict[str, Answer]:
    return {
        name: page.answer(page.under(heads, head, row), (row, heads.words[head][1]), name)
        for head, name in names.items()
        if not page.is_covered(row, heads.words[head][1])
    }


def _label_of_part(page: Page, heads: HeadRow, row: int, columns: Mapping[int, str]) -> Cell | None:
    """Give the label of a row of parts, a short text left of figures or of nothing; None for any other row."""
    used = set(page.arranged.met.values())
    names = [col for col in page.grid.cols[row] if col < heads.left]
    label = page.grid.sheet.cells[row, names[-1]] if names else None
    if label is None or label.kind != "text" or len(label.text) > _LONGEST or any((row, col) in used for col in names):
        return None
    meant = page.arranged.words.by_key.get(page.labels.get((row, label.col), ""), ())
    if any(word in page.arranged.words.goal_words | page.arranged.words.dividers for word in meant):
        return None
    cells = [cell for head, name in columns.items() if name != "执行原因" and (cell := page.under(heads, head, row))]
    words = any(cell.kind == "text" and not is_nil(cell.text) and not has_number(cell) for cell in cells)
    unsure = len(names) > 1 and not any(map(has_number, cells))
    return None if words or unsure or page.has_label(row, label.col) else label


def _further_columns(
    page: Page, heads: HeadRow, columns: Mapping[int, str], taken: Collection[int], known: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Read the columns that the form does not print, in the rows of parts that it prints."""
    words, found = page.arranged.words, dict[str, Answer]()
    for (_, side), name in words.crossings.items():
        row = page.arranged.sides[side].row if side is not None and side in page.arranged.sides else 0
        if side != words.total_row and row in taken and name in known and "." in name:
            base = name.partition(".")[0]
            names = {
                head: f"{base}.{column}" for head, column in columns.items() if (head, side) not in words.crossings
            }
            found |= _row_of(page, heads, row, names)
    return found


def read_strayed(page: Page, found: dict[str, Answer]) -> None:
    """Find the number of a total that is alone in its row and was pushed out from under its head."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    for word in words.side_group:
        names = [name for (_, side), name in words.crossings.items() if side == word]
        drawn = [name for name in names if name in words.form.fields]
        answer = found.get(drawn[0]) if len(drawn) == 1 and word in page.arranged.sides else None
        if answer is None or not answer.cell or answer.text or not words.form.field(drawn[0]).kind.numeric:
            continue
        hit = page.arranged.sides[word]
        cols = page.grid.right_of(hit.row, page.grid.merged(hit.row, hit.col).last_col)
        numbers = [cells[hit.row, col] for col in cols if (hit.row, col) not in page.labels]
        if len(numbers) != 1 or numbers[0].kind != "number" or numbers[0].formula is not None:
            continue
        where = cell_name(hit.row, numbers[0].col)
        if not any(found[name].cell == where for name in names if name in found):
            found[drawn[0]] = page.answer(numbers[0], (hit.row, numbers[0].col), drawn[0])
            page.repairs.append(Repair(where, f"“{drawn[0]}”的数不在它的栏目下面，按{numbers[0].text}读取"))
