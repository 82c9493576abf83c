"""What was not read: labels that were lost, labels that this sheet does not have, and cells that belong to nothing.

A label was lost if another text stands at its place: between its neighbours in the row of heads, as many rows from its
neighbour as the form prints it, or at the left of the only row of totals. Else the sheet does not have it, which is no
fault: every county prints its own form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsxeval.a1 import cell_name
from xlsxeval.filing import FormAnswers, Missing, Unread
from xlsxeval.forms.year import with_year
from xlsxeval.read.cells import Sheet
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import LONGEST_LABEL, Position
from xlsxeval.read.page import Page
from xlsxeval.text import label_key

#: How similar a text must be to a label beside which no answer stands in a column or row.
_SIMILAR = 0.6
#: Among so many texts of a sheet a lost label is looked for; a form has some hundred.
_MOST_NEAR = 2_000
#: A longer text is cut in a note.
_SHOWN = 16
#: Formulas that show the result of 核对 on the form, and the hidden text by which our templates are known.
_STATUS, _MARK = ("核对!", "'核对'!"), "xlsxeval "


def with_leftover(answers: FormAnswers, page: Page, *, own: bool) -> FormAnswers:
    """Add what was lost, what this sheet does not have and what was not read.

    Args:
        answers: the answers of a form.
        page: the form as it was read.
        own: whether the workbook was made from our own template, which has every label.
    """
    from dataclasses import replace

    words = page.arranged.words
    met = page.arranged.met
    # The open self-evaluation requires nothing.
    lost = sorted(words.needed - met.keys()) if not words.form.is_open else []
    places = dict(_places(page, lost))
    year = answers.year or 0
    missing, lacking = [], []
    for word in lost:
        text = with_year(words.text(word), year) if year else words.text(word)
        place = places.get(word)
        numeric = word in words.numeric
        if place is not None:
            near = " ".join(page.grid.sheet.cells[place].text.split())
            missing.append(Missing(text, near, cell_name(*place), numeric))
        elif own or _must_be_there(page, answers, word):
            missing.append(Missing(text, "", "", numeric))
        else:
            lacking.append(text)
    named = {place for place in places.values()}
    unread = tuple(_unread(page, named))
    return replace(answers, missing=tuple(missing), lacking=tuple(dict.fromkeys(lacking)), unread=unread)


def _must_be_there(page: Page, answers: FormAnswers, word: int) -> bool:
    """Tell whether a label that is nowhere leaves points without their total: the table was cut off."""
    words = page.arranged.words
    lists = words.lists
    if words.side_group.get(word) not in lists or words.words[word].label.style != "label":
        return False
    lines = [line for table in answers.tables.values() for line in table]
    return any(
        answer.value is not None and answers.form.tables[name].column(column).kind_name == "score"
        for name, table in answers.tables.items()
        for line in table
        for column, answer in line.items()
        if column in {*answers.form.tables[name].columns, *answers.form.tables[name].further}
    ) and bool(lines)


def _places(page: Page, lost: Iterable[int]) -> Iterator[tuple[int, Position]]:
    """Yield the lost words whose place holds another text, and that place."""
    words, arranged = page.arranged.words, page.arranged
    taken: set[Position] = set()
    for word in lost:
        place = None
        group = words.group.get(word)
        if group is not None and group not in words.anchors:
            heads = next(iter(arranged.of_group(group)), None)
            place = _place_among_heads(page, word, heads, taken) if heads else None
        if place is None and (group is None or group in words.anchors):
            place = _place_among_rows(page, word, taken)
        if place is None and word == words.total_row:
            place = _place_of_total(page, taken)
        if place is None and words.side_group.get(word) in words.lists:
            place = _place_of_sum(page, taken)
        if place is None and word in words.pairs:
            place = _most_similar(page, word, taken)
        if place is not None:
            taken.add(place)
            yield word, place


def _free(page: Page, place: Position, taken: set[Position]) -> bool:
    """Tell whether a short text stands at a place that is neither label nor answer."""
    cell = page.grid.sheet.cells.get(place)
    return (
        cell is not None
        and cell.kind == "text"
        and place not in page.labels
        and place not in page.answers
        and place not in taken
        and len(cell.text) <= LONGEST_LABEL
        and any(sign.isalpha() for sign in cell.text)
    )


def _place_among_heads(page: Page, word: int, heads: HeadRow, taken: set[Position]) -> Position | None:
    """Give the unknown head that stands between the neighbours of a lost one, if it has anything below it."""
    words = page.arranged.words
    drawn = [head for head in words.groups[heads.group] if words.words[head].drawn]
    at = drawn.index(word) if word in drawn else 0
    before = [heads.words[head][1] for head in drawn[:at] if head in heads.words]
    behind = [heads.words[head][1] for head in drawn[at + 1 :] if head in heads.words]
    low, high = max(before, default=0), min((col for col in behind if col > max(before, default=0)), default=0)
    first, last = page.body(heads)
    for row in range(heads.first, heads.last + 1):
        for col in page.grid.cols.get(row, ()):
            fits = col > low and (not high or col < high)
            if fits and _free(page, (row, col), taken) and col >= min(c for _, c in heads.words.values()) - 1:
                numeric = word in words.numeric
                below = [page.grid.sheet.cells[r, col] for r in page.grid.rows_between(first, last) if (r, col) in page.grid.sheet.cells]
                if below and (not numeric or any(cell.kind == "number" for cell in below)):
                    return row, col
    return None


def _place_among_rows(page: Page, word: int, taken: set[Position]) -> Position | None:
    """Give the unknown text that stands as far below or above a neighbour as the form prints the lost word."""
    words = page.arranged.words
    box = words.words[word].label.box
    met = page.arranged.met
    tables = [table.row for table in words.form.tables.values()]
    beside = sorted(
        (abs(other.label.box.row - box.row), number)
        for number, other in enumerate(words.words)
        if other.drawn and number in met and other.label.box.col == box.col and number != word
        and not any(min(other.label.box.row, box.row) < row < max(other.label.box.row, box.row) for row in tables)
    )  # fmt: skip
    for _, number in beside[:4]:
        row = met[number][0] + box.row - words.words[number].label.box.row
        place = row, met[number][1]
        if _free(page, place, taken) and _has_answer(page, place, word):
            return place
    return None


def _has_answer(page: Page, place: Position, word: int) -> bool:
    """Tell whether something that may be an answer of the lost word stands right of a place."""
    cells = [page.grid.sheet.cells[place[0], col] for col in page.grid.right_of(*place)]
    free = [cell for cell in cells if (cell.row, cell.col) not in page.labels]
    return any(cell.kind == "number" or word not in page.arranged.words.numeric for cell in free)


def _place_of_total(page: Page, taken: set[Position]) -> Position | None:
    """Give the unknown text at the left of the first row of amounts."""
    words = page.arranged.words
    heads = next(iter(page.arranged.of_group(words.funds)), None) if words.funds is not None else None
    if heads is None:
        return None
    first, last = page.body(heads)
    left = min(col for _, col in heads.words.values())
    for row in page.grid.rows_between(first, last)[:1]:
        for col in reversed([col for col in page.grid.cols[row] if col < left]):
            if _free(page, (row, col), taken) and _has_answer(page, (row, col), word=words.total_row or 0):
                return row, col
    return None


def _place_of_sum(page: Page, taken: set[Position]) -> Position | None:
    """Give the unknown text at the left of the last row below the lines, if points stand beside it."""
    for heads in page.arranged.heads:
        if heads.group in page.arranged.words.lists:
            first, last = page.body(heads)
            for row in reversed(page.grid.rows_between(first, last)):
                cols = page.grid.cols[row]
                numbers = any(page.grid.sheet.cells[row, col].kind == "number" for col in cols)
                if numbers and _free(page, (row, cols[0]), taken):
                    return row, cols[0]
                if numbers:
                    break
    return None


def _most_similar(page: Page, word: int, taken: set[Position]) -> Position | None:
    """Give the text that is most like a lost label and has something beside it."""
    import difflib

    free: dict[str, Position] = {}
    for place, cell in page.grid.sheet.cells.items():
        if len(free) < _MOST_NEAR and _free(page, place, taken):
            free.setdefault(label_key(cell.text).key, place)
    near = difflib.get_close_matches(page.arranged.words.words[word].label.keys[0], free, 1, _SIMILAR)
    return free[near[0]] if near else None


def _unread(page: Page, named: set[Position]) -> Iterator[Unread]:
    """Yield the cells that are neither label nor answer, put together to columns and blocks."""
    arranged = page.arranged
    rest = {
        place
        for place, cell in page.grid.sheet.cells.items()
        if place not in page.labels and place not in page.answers and _has_content(cell.text, cell.formula)
    }
    heads_by_col = []
    for heads in arranged.heads:
        first, last = page.body(heads)
        end = min(last, arranged.ends.get(heads.first, last + 1) - 1)
        heads_by_col += [(row, col, end) for row in range(heads.first, first) for col in page.grid.cols.get(row, ()) if (row, col) in rest]
    for row, col, end in heads_by_col:
        column = [place for place in ((one, col) for one in range(row, end + 1)) if place in rest]
        rest -= set(column)
        if column:
            yield Unread(_range(column), f"栏目“{_short(page, (row, col))}”")
    for block in _blocks(rest):
        yield Unread(_range(block), f"“{_short(page, block[0])}”" + ("等" if len(block) > 1 else ""))


def everything(sheet: Sheet) -> Unread:
    """Give all cells of a part of a sheet as unread."""
    return Unread(_range(list(sheet.cells) or [(1, 1)]), "另一张表的一部分")


def _has_content(text: str, formula: str | None) -> bool:
    if formula is not None and any(part in formula for part in _STATUS):
        return False
    return any(sign.isalnum() for sign in text) and not text.startswith(_MARK)


def _blocks(places: Iterable[Position]) -> Iterator[list[Position]]:
    """Put places of rows that follow each other together."""
    block: list[Position] = []
    for place in sorted(places):
        if block and place[0] > block[-1][0] + 1:
            yield block
            block = []
        block.append(place)
    if block:
        yield block


def _range(places: list[Position]) -> str:
    rows, cols = [row for row, _ in places], [col for _, col in places]
    first, last = cell_name(min(rows), min(cols)), cell_name(max(rows), max(cols))
    return first if first == last else f"{first}:{last}"


def _short(page: Page, place: Position) -> str:
    text = " ".join(page.grid.sheet.cells[place].text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
