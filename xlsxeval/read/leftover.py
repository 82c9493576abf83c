"""What was not read: labels that were lost, labels that this sheet does not have, and cells that belong to nothing.

A label was lost if another text stands at its place: between its neighbours in the row of heads, as many rows from its
neighbour as the form prints it, or left of the first or last row of figures where totals stand. Else the sheet does not
have it, which is no fault: every county prints its own form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from xlsxeval.a1 import cell_name
from xlsxeval.filing import FormAnswers, Missing, Unread
from xlsxeval.forms.year import with_year
from xlsxeval.read.cells import Cell, Sheet
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import LONGEST_LABEL, Position
from xlsxeval.read.page import Page
from xlsxeval.text import label_key

#: How similar a text must be to a label of which nothing but its words is known.
_SIMILAR = 0.6
#: Among so many texts of a sheet a lost label is looked for; a form has some hundred.
_MOST_NEAR = 2_000
#: A longer text is cut in a note.
_SHOWN = 16
#: Formulas that show the result of 核对 on the form, and the hidden text by which our templates are known.
_STATUS, _MARK = ("核对!", "'核对'!"), "xlsxeval "


def with_leftover(answers: FormAnswers, page: Page) -> FormAnswers:
    """Add what was lost, what this sheet does not have and what was not read.

    Args:
        answers: the answers of a form.
        page: the form as it was read; our own template has every label.
    """
    words = page.arranged.words
    lost = [] if words.form.is_open else sorted(words.needed - page.arranged.met.keys())
    places: dict[int, Position] = {}
    for word in lost:
        place = next((place for place in _places(page, word) if place not in places.values()), None)
        if place is not None:
            places[word] = place
    missing, lacking = [], []
    for word in lost:
        text = with_year(words.text(word), answers.year) if answers.year else words.text(word)
        if word in places:
            near = " ".join(page.grid.sheet.cells[places[word]].text.split())
            missing.append(Missing(text, near, cell_name(*places[word]), word in words.numeric))
        elif page.own or (word in words.totals and _has_points(answers)):
            # Points without their total: the table was cut off.
            missing.append(Missing(text, "", "", word in words.numeric))
        else:
            lacking.append(text)
    return replace(answers, missing=tuple(missing), lacking=tuple(dict.fromkeys(lacking)), unread=tuple(_unread(page)))


def _has_points(answers: FormAnswers) -> bool:
    """Tell whether any line has points."""
    return any(
        answer.value is not None and answers.form.tables[name].column(column).kind_name == "score"
        for name, lines in answers.tables.items()
        for line in lines
        for column, answer in line.items()
    )


def _places(page: Page, word: int) -> Iterator[Position]:
    """Yield the texts that stand where a lost word should stand, the surest first."""
    words = page.arranged.words
    group = words.group.get(word)
    if group is not None and group not in words.anchors:
        for heads in page.arranged.of_group(group)[:1]:
            yield from _among_heads(page, word, heads)
        return
    if words.side_group.get(word) != words.funds or words.funds is None:
        yield from _among_rows(page, word)  # rows of amounts may have any name
    if word == words.total_row or word in words.totals:
        for heads in page.arranged.of_group(words.side_group[word]):
            yield from _beside_figures(page, heads, from_below=word in words.totals)
    if word in words.pairs:
        import difflib  # takes long to load, and most workbooks have all labels

        free = {label_key(page.grid.sheet.cells[place].text).key: place for place in islice(_free(page), _MOST_NEAR)}
        near = difflib.get_close_matches(words.words[word].label.keys[0], free, 1, _SIMILAR)
        yield from (free[key] for key in near)


def _free(page: Page) -> Iterator[Position]:
    """Yield the places of short texts that are neither label nor answer."""
    return (place for place in page.grid.sheet.cells if _is_free(page, place))


def _is_free(page: Page, place: Position) -> bool:
    cell = page.grid.sheet.cells.get(place)
    is_text = cell is not None and cell.kind == "text" and len(cell.text) <= LONGEST_LABEL
    used = place in page.labels or place in page.answers
    return is_text and not used and cell is not None and any(sign.isalpha() for sign in cell.text)


def _fits(page: Page, word: int, cells: Iterable[Cell]) -> bool:
    """Tell whether cells may be answers of a word: there are some, and numbers if it leads to numbers."""
    kinds = {cell.kind for cell in cells if (cell.row, cell.col) not in page.labels}
    return bool(kinds) and ("number" in kinds or word not in page.arranged.words.numeric)


def _among_heads(page: Page, word: int, heads: HeadRow) -> Iterator[Position]:
    """Yield the unknown heads that stand between the neighbours of a lost one and have answers below them."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    drawn = [head for head in words.groups[heads.group] if words.words[head].drawn]
    at = drawn.index(word)
    low = max((heads.words[head][1] for head in drawn[:at] if head in heads.words), default=heads.left - 2)
    behind = [heads.words[head][1] for head in drawn[at:] if head in heads.words and heads.words[head][1] > low]
    first, last = page.body(heads)
    for row in range(heads.first, heads.last + 1):
        for col in page.grid.cols.get(row, ()):
            if low < col < min(behind, default=col + 1) and _is_free(page, (row, col)):
                below = (
                    cells[place] for line in page.grid.rows_between(first, last) if (place := (line, col)) in cells
                )
                if _fits(page, word, below):
                    yield row, col


def _among_rows(page: Page, word: int) -> Iterator[Position]:
    """Yield the unknown texts that stand as far below or above a neighbour as the form prints the lost word."""
    words, met = page.arranged.words, page.arranged.met
    box = words.words[word].label.box
    tables = {table.row for table in words.form.tables.values()}
    beside = sorted(
        (abs(other.label.box.row - box.row), number)
        for number, other in enumerate(words.words)
        if other.drawn and number in met and other.label.box.col == box.col
    )
    for _, number in beside[:4]:
        other = words.words[number].label.box
        place = met[number][0] + box.row - other.row, met[number][1]
        lines_between = tables & set(range(min(box.row, other.row), max(box.row, other.row)))
        cells = (page.grid.sheet.cells[place[0], col] for col in page.grid.right_of(*place))
        if not lines_between and _is_free(page, place) and _fits(page, word, cells):
            yield place


def _beside_figures(page: Page, heads: HeadRow, *, from_below: bool) -> Iterator[Position]:
    """Yield the unknown text left of the first row of figures below the heads, or of the last one."""
    first, last = page.body(heads)
    rows = page.grid.rows_between(first, last)
    for row in reversed(rows) if from_below else rows:
        cols = page.grid.cols[row]
        if any(page.grid.sheet.cells[row, col].kind == "number" for col in cols if col >= heads.left):
            left = [col for col in cols if col < heads.left or col == cols[0]]
            yield from ((row, col) for col in reversed(left) if _is_free(page, (row, col)))
            return


def _unread(page: Page) -> Iterator[Unread]:
    """Yield the cells that are neither label nor answer, put together to columns below heads and blocks of rows."""
    arranged, cells = page.arranged, page.grid.sheet.cells
    rest = {
        place
        for place, cell in cells.items()
        if place not in page.labels and place not in page.answers and _has_content(cell)
    }
    for heads in arranged.heads:
        first, last = page.body(heads)
        end = min(last, arranged.ends.get(heads.first, last + 1) - 1)
        for row in range(heads.first, first):
            for col in page.grid.cols.get(row, ()):
                column = [place for line in range(row, end + 1) if (place := (line, col)) in rest]
                if column and column[0] == (row, col):
                    rest.difference_update(column)
                    yield Unread(_range(column), f"栏目“{_short(cells[row, col])}”")
    blocks: list[list[Position]] = []
    for place in sorted(rest):
        if blocks and place[0] <= blocks[-1][-1][0] + 1:
            blocks[-1].append(place)
        else:
            blocks.append([place])
    for block in blocks:
        yield Unread(_range(block), f"“{_short(cells[block[0]])}”" + ("等" if len(block) > 1 else ""))


def everything(sheet: Sheet) -> Unread:
    """Give all cells of a part of a sheet as unread."""
    return Unread(_range(list(sheet.cells) or [(1, 1)]), "另一张表的一部分")


def _has_content(cell: Cell) -> bool:
    is_status = cell.formula is not None and any(part in cell.formula for part in _STATUS)
    return not is_status and any(sign.isalnum() for sign in cell.text) and not cell.text.startswith(_MARK)


def _range(places: list[Position]) -> str:
    rows, cols = [row for row, _ in places], [col for _, col in places]
    first, last = cell_name(min(rows), min(cols)), cell_name(max(rows), max(cols))
    return first if first == last else f"{first}:{last}"


def _short(cell: Cell) -> str:
    text = " ".join(cell.text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
