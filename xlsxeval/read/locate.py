"""From arranged words to answers: a blank stands where the column of its head and the row of its side word cross,
or right of its label.

How 全年执行数 finds its name in ``| 年度资金总额 | 4753.66 | 3824.26 |`` below ``| 项目资金 | 全年预算数 | 全年执行数 |``:
全年执行数 is a head of the group of amounts and stands in column 3; 年度资金总额 is a side word of that group and stands in
the next row; the form says that the blank 全年执行数 hangs on these two words; so the answer is the cell in which they
cross. The column may stand anywhere else: nothing but the two words is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlsxeval.a1 import cell_name
from xlsxeval.filing import ABSENT, Answer, FormAnswers, FoundLabel, Line, Repair, YearSeen
from xlsxeval.forms.place import TableArea
from xlsxeval.numbers import is_nil
from xlsxeval.read.answers import read_answer
from xlsxeval.read.arrange import Arrangement, HeadRow, lists_of, name_column
from xlsxeval.read.cells import Cell
from xlsxeval.read.grid import Grid
from xlsxeval.read.hits import Hit, Position
from xlsxeval.read.limits import Limits
from xlsxeval.read.lines import read_lines
from xlsxeval.read.titles import is_heading
from xlsxeval.text import clean, label_key

#: How far right of its label an answer is looked for.
_REACH = 12
#: A text that begins like a label: a few signs and a colon.
_OWN_COLON = re.compile(r"[^:：0-9]{2,8}[:：]")
#: What is left out of the name of a row of parts.
_PART_PREFIX = re.compile(r"^(?:其中[:：]?|[0-9]{1,2}[.、)）]|[(（][0-9]{1,2}[)）])+")
_LONGEST_PART = 30


@dataclass(slots=True)
class Page:
    """One form on a sheet while it is read.

    Attributes:
        arranged: which word stands where.
        grid: the sheet.
        unit: what amounts are counted in.
        labels: the positions of the labels: no answer is read from them.
        answers: the positions of the answers so far.
        repairs: what was read although it stood in the wrong place.
    """

    arranged: Arrangement
    grid: Grid
    unit: str
    labels: dict[Position, str]
    answers: set[Position] = field(default_factory=set)
    repairs: list[Repair] = field(default_factory=list)

    def body(self, heads: HeadRow) -> tuple[int, int]:
        """Give the first and the last row below a row of heads, which may be merged over several rows."""
        last = max((self.grid.merged(*place).last_row for place in heads.words.values()), default=heads.last)
        return max(last, heads.last) + 1, self.arranged.body_end(heads)

    def cell_at(self, row: int, col: int) -> Cell | None:
        """Give the cell at a place, also if it is merged; None if it is empty or a label."""
        found = self.grid.at(row, col)
        return None if found is None or (found.row, found.col) in self.labels else found

    def answer(self, cell: Cell | None, place: Position, name: str, *, column_of: str = "") -> Answer:
        """Make the answer of a blank from its cell, and remember that the cell is used."""
        form = self.arranged.words.form
        kind = (form.tables[column_of].column(name) if column_of else form.field(name)).kind
        at = (cell.row, cell.col) if cell else place
        self.answers.add(at)
        return read_answer(cell, *at, kind, self.unit)


def locate(arranged: Arrangement, grid: Grid, amount_unit: str, limits: Limits = Limits()) -> tuple[FormAnswers, Page]:
    """Read every blank of a form.

    Args:
        arranged: which word stands where.
        grid: the sheet.
        amount_unit: what amounts are counted in.
        limits: the budgets.

    Returns:
        The answers, without what is missing or was left unread, and what is needed to find that.

    Raises:
        Refused: for a list with too many lines.
    """
    words, form = arranged.words, arranged.words.form
    page = Page(arranged, grid, amount_unit, _labels(arranged, grid))
    found: dict[str, Answer] = {}
    for heads in arranged.heads:
        found |= _crossings(page, heads)
    for word, name in words.pairs.items():
        if word in arranged.sides and name not in found:
            found[name] = _beside(page, word, name, arranged.sides[word])
    for word in sorted(words.side_group):
        name = _only_name(page, word)
        if word in arranged.sides and name and name not in found and not _inside(page, word):
            found[name] = _beside(page, word, name, arranged.sides[word])
    _beside_heads(page, found)
    _goals_without_heads(page, found)
    tables: dict[str, tuple[Line, ...]] = {}
    regions: dict[str, TableArea] = {}
    subtotals: list[Line] = []
    for name in form.tables:
        lines, regions[name], extra = read_lines(page, name, limits)
        tables[name] = tuple(lines)
        subtotals += extra
    if grid.converted:
        _strayed(page, found)
    fields = {name: found.pop(name, ABSENT) for name in form.fields}
    met = tuple(_found_labels(page))
    years = tuple(_years(page))
    answers = FormAnswers(
        form,
        grid.sheet.name,
        _most_common([seen.year - seen.offset for seen in years]),
        fields | {name: answer for name, answer in found.items() if answer.cell},
        tables,
        regions,
        {(table, column): cell_name(*arranged.met[head]) for table, columns in words.columns.items()
         for column, head in columns.items() if head in arranged.met},
        years,
        repairs=tuple(page.repairs),
        amount_unit=amount_unit,
        met=met,
        state=grid.sheet.state,
        subtotals=tuple(subtotals),
    )  # fmt: skip
    return answers, page


def _labels(arranged: Arrangement, grid: Grid) -> dict[Position, str]:
    """Give the positions of labels: every word that was met, titles, and other printed texts outside the lines."""
    lines = [(heads.last, arranged.ends[heads.first]) for heads in arranged.heads if heads.first in arranged.ends]
    found: dict[Position, str] = {}
    for hit in arranged.hits:
        if hit.row in arranged.holes or not any(top < hit.row < end for top, end in lines):
            found[hit.row, hit.col] = hit.key
            if hit.below:
                found[hit.row + 1, hit.col] = hit.key
    for place in arranged.met.values():
        found.setdefault(place, "")
    found |= {place: "" for place, cell in grid.sheet.cells.items() if cell.kind == "text" and is_heading(cell.text)}
    for heads in arranged.heads:
        for place in heads.words.values():
            found.setdefault(place, "")
    return found


def _crossings(page: Page, heads: HeadRow) -> dict[str, Answer]:
    """Read the blanks below one row of heads: those with a side word in its body, and those right below a head."""
    words, sides = page.arranged.words, page.arranged.sides
    first, last = page.body(heads)
    rows = {
        side: row
        for side, group in words.side_group.items()
        if group == heads.group and side in sides and (row := _row_of(page, heads, sides[side], first, last))
    }
    if heads.group == words.funds and words.total_row is not None and words.total_row not in rows:
        unlabelled = _row_without_label(page, heads, first, last, min(rows.values(), default=last + 1))
        if unlabelled:
            rows[words.total_row] = unlabelled
    found: dict[str, Answer] = {}
    below = _first_filled(page, heads, first, last)
    for (head, side), name in words.crossings.items():
        if words.group[head] != heads.group or head not in heads.words:
            continue
        row = below if side is None else rows.get(side)
        if row:
            found[name] = page.answer(*_under(page, heads, head, row), name)
    if heads.group == words.funds:
        found |= _parts(page, heads, first, last, set(rows.values()), found)
    return found


def _row_of(page: Page, heads: HeadRow, hit: Hit, first: int, last: int) -> int:
    """Give the row of a side word; one that stands beside the heads belongs to the first filled row below them."""
    if is_list(page, heads) and hit.col > name_column(page.arranged.words, heads):
        return 0
    if hit.row >= first:
        return hit.row if hit.row <= last else 0
    if hit.row < heads.first:
        return 0
    merged = page.grid.merged(hit.row, hit.col).last_row
    return merged if merged >= first else _first_filled(page, heads, first, last)


def _first_filled(page: Page, heads: HeadRow, first: int, last: int) -> int:
    """Give the first row below the heads that has an answer in one of their columns; if none has, the first row."""
    for row in page.grid.rows_between(first, last):
        cells = [_under(page, heads, head, row)[0] for head in heads.words]
        if any(cells):
            return row
        if any((row, col) in page.labels for col in page.grid.cols[row]):
            return row if any((row, col) in page.labels and col >= min(c for _, c in heads.words.values()) for col in page.grid.cols[row]) else first
    return first if first <= last else 0


def _row_without_label(page: Page, heads: HeadRow, first: int, last: int, known: int) -> int:
    """Give the row of totals that has lost its label: the first row of numbers, with no text at its left; 0 if none.

    Args:
        page: the form.
        heads: the heads of the amounts.
        first: the first row below them.
        last: the last row of their body.
        known: the first row with a side word.
    """
    left = min(col for _, col in heads.words.values())
    for row in page.grid.rows_between(first, min(last, known - 1)):
        numbers = [cell for head in heads.words if (cell := _under(page, heads, head, row)[0]) and _numeric(cell)]
        if numbers:
            texts = [col for col in page.grid.cols[row] if col < left]
            return 0 if any(page.grid.sheet.cells[row, col].kind == "text" and (row, col) not in page.labels for col in texts) else row
        if any((row, col) in page.labels for col in page.grid.cols[row]):
            return 0
    return 0


def _numeric(cell: Cell) -> bool:
    return cell.kind == "number" or (cell.kind == "text" and any(sign.isdigit() for sign in cell.text))


def _under(page: Page, heads: HeadRow, head: int, row: int) -> tuple[Cell | None, Position]:
    """Give the cell of a row below a head, and its place; a cell beside it counts if no other head is above that."""
    at_row, col = heads.words[head]
    found = page.cell_at(row, col)
    if found is not None and found.col == col:
        return found, (row, col)
    if found is not None and found.col != col and page.grid.merged(at_row, col).first_col <= found.col:
        return found, (row, col)
    for beside in range(col + 1, _next_head(page, heads, at_row, col)):
        cell = page.grid.sheet.cells.get((row, beside))
        if cell is not None and (row, beside) not in page.labels:
            return cell, (row, col)
    return None, (row, col)


def _next_head(page: Page, heads: HeadRow, at_row: int, col: int) -> int:
    """Give the column behind the last one that a head stands above: a merged head over its range, else up to the next."""
    merged = page.grid.merged(at_row, col)
    if merged.last_col > col:
        return merged.last_col + 1
    after = [
        next_col
        for row in range(heads.first, heads.last + 1)
        for next_col in page.grid.right_of(row, col)[:1]
    ]  # fmt: skip
    return min([*after, col + _REACH]) if after else col + 1


def _parts(
    page: Page, heads: HeadRow, first: int, last: int, taken: set[int], known: dict[str, Answer]
) -> dict[str, Answer]:
    """Read rows of amounts under any name between the total and the next block: 街道配套资金.全年预算数."""
    words = page.arranged.words
    found: dict[str, Answer] = {}
    left = min(col for _, col in heads.words.values())
    used = set(page.arranged.met.values())
    for row in page.grid.rows_between(first, last) if taken else ():
        if row in taken:
            continue
        names = [col for col in page.grid.cols[row] if col < left]
        cells = {head: _under(page, heads, head, row)[0] for head in words.part_columns if head in heads.words}
        label = page.grid.sheet.cells[row, names[-1]] if names else None
        if label is None or label.kind != "text" or (row, label.col) in used or len(label.text) > _LONGEST_PART:
            break
        figures = any(_numeric(cell) for cell in cells.values() if cell)
        if any((row, col) in used for col in names) or (len(names) > 1 and not figures):
            break
        if any((row, col) in page.labels for col in page.grid.right_of(row, label.col)):
            break
        texts = [cell for head, cell in cells.items() if cell and words.part_columns[head] != "执行原因"]
        if any(cell.kind == "text" and not is_nil(cell.text) and not _numeric(cell) for cell in texts):
            break
        name = _part_name(label.text)
        if not name or any(f"{name}.{column}" in known for column in words.part_columns.values()):
            continue
        page.labels[row, label.col] = name
        for head, column in words.part_columns.items():
            if head in heads.words:
                found[f"{name}.{column}"] = page.answer(*_under(page, heads, head, row), f"{name}.{column}")
    for (head, side), name in words.crossings.items():
        # A row of parts that the form prints may have columns that it does not print.
        base = name.partition(".")[0]
        if side is None or side == words.total_row or side not in page.arranged.sides or name not in known:
            continue
        if "." in name and words.group[head] == heads.group:
            row = page.arranged.sides[side].row
            for other, column in words.part_columns.items():
                if other in heads.words and (other, side) not in words.crossings and row in taken:
                    found[f"{base}.{column}"] = page.answer(*_under(page, heads, other, row), f"{base}.{column}")
    return found


def _part_name(text: str) -> str:
    """Give the name of a row of parts: ``其中：街道配套资金`` gives ``街道配套资金``."""
    return _PART_PREFIX.sub("", clean(text)).rstrip(":：").replace(".", "")


def _only_name(page: Page, side: int) -> str:
    """Give the blank that a side word with heads names when it stands alone: 自评总分 names 总分."""
    crossings = page.arranged.words.crossings
    names = [name for (_, word), name in crossings.items() if word == side]
    return "总分" if "总分" in names else names[0] if len(names) == 1 else ""


def _inside(page: Page, side: int) -> bool:
    """Tell whether a side word stands in the body of the heads that it crosses."""
    hit, group = page.arranged.sides[side], page.arranged.words.side_group[side]
    return any(
        heads.first <= hit.row <= page.arranged.body_end(heads)
        for heads in page.arranged.of_group(group)
        if not is_list(page, heads)
        or (hit.row >= page.arranged.ends[heads.first] and hit.col <= name_column(page.arranged.words, heads))
    )


def _beside(page: Page, word: int, name: str, hit: Hit) -> Answer:
    """Read the answer of a label: behind its colon, else the next cell at its right."""
    if hit.value:
        cell = page.grid.sheet.cells[hit.row, hit.col]._replace(text=hit.value, kind="text", format="")
        return page.answer(cell, (hit.row, hit.col), name)
    edge = page.grid.merged(hit.row, hit.col).last_col
    next_cell = page.cell_at(hit.row, edge + 1)
    if next_cell is not None and next_cell.col > hit.col and not _looks_like_label(page, next_cell, name):
        return page.answer(next_cell, (hit.row, edge + 1), name)
    place = hit.row, edge + 1
    under = _below_label(page, hit)
    if under is not None:
        return page.answer(under, (under.row, under.col), name)
    if next_cell is not None or page.grid.at(*place) is not None:
        return page.answer(None, place, name)
    cols = page.grid.right_of(hit.row, edge)
    if cols and cols[0] <= edge + _REACH:
        cell = page.cell_at(hit.row, cols[0])
        if cell is not None and not _looks_like_label(page, cell, name) and _belongs(page, word, hit, cols):
            return page.answer(cell, place, name)
    return page.answer(None, place, name)


def _below_label(page: Page, hit: Hit) -> Cell | None:
    """Give the answer below a label, in a row of labels that have their answers in the next row; else None."""
    labels = [col for col in page.grid.cols[hit.row] if (hit.row, col) in page.labels]
    below = page.grid.cols.get(hit.row + 1, ())
    if len(labels) < 2 or len(labels) < len(page.grid.cols[hit.row]) or any((hit.row + 1, col) in page.labels for col in below):  # noqa: PLR2004
        return None
    return page.cell_at(hit.row + 1, hit.col)


def _looks_like_label(page: Page, cell: Cell, name: str) -> bool:
    """Tell whether a cell is rather a label than an answer: it has a colon of its own."""
    short = page.arranged.words.form.field(name).kind_name != "prose"
    return short and cell.kind == "text" and bool(_OWN_COLON.match(cell.text.strip()))


def _belongs(page: Page, word: int, hit: Hit, cols: tuple[int, ...]) -> bool:
    """Tell whether a text some cells right of a label is its answer, and not another label with an answer of its own.

    It is if nothing follows in the row, if the form prints the label so wide, or if the next label of the row has its
    answer as far away. Columns that are empty on the whole sheet do not count.

    Example: in ``主管部门 | | | 财政处室 | | 自评总分 | 99`` 财政处室 stands three cells behind its label, 99 one.
    """
    far, later = page.grid.distance(hit.col, cols[0]), cols[1:]
    if not later or far <= page.arranged.words.words[word].label.box.cols:
        return True
    if (hit.row, later[0]) not in page.labels:
        return False
    return len(later) > 1 and (hit.row, later[1]) not in page.labels and page.grid.distance(later[0], later[1]) == far


def _beside_heads(page: Page, found: dict[str, Answer]) -> None:
    """Read blanks of heads that have their answer beside them: ``全年预算数 | 300 | 全年执行数 | 280``.

    Points named like a total (自评得分) are the total of the form, not those of the amounts.
    """
    words, arranged = page.arranged.words, page.arranged
    placed = {word for heads in arranged.heads for word in heads.words}
    rows_of_heads = {row for heads in arranged.heads for row in range(heads.first, heads.last + 1)}
    totals = {key for side in words.side_group for key in words.words[side].label.keys if side != words.total_row}
    rows: dict[int, dict[int, Hit]] = {}
    for hit in arranged.hits:
        if not (hit.beside or hit.value) or (hit.row, hit.col) not in page.labels or hit.key in totals:
            continue
        if hit.row in rows_of_heads:
            continue
        for word in words.by_key.get(hit.key, ()):
            if word in words.group and word not in placed and _name_beside(page, word) not in {"", *found}:
                keys = words.words[word].label.keys
                of_row = rows.setdefault(hit.row, {})
                if word not in of_row or keys.index(hit.key) < keys.index(of_row[word].key):
                    of_row[word] = hit
    for row in sorted(rows, key=lambda row: (-len(rows[row]), row)):
        for word, hit in rows[row].items():
            name = _name_beside(page, word)
            beside = page.grid.right_of(hit.row, page.grid.merged(hit.row, hit.col).last_col)[:1]
            cells = [cell for col in beside if (cell := page.cell_at(hit.row, col))]
            if hit.beside == "text" and not hit.value and _are_heads(page, hit, cells):
                continue
            numeric = words.form.field(name).kind.numeric
            others = [one for one in words.by_key[hit.key] if words.group.get(one) != words.group[word]]
            sure = len(rows[row]) > 1 or all(one in placed or one not in words.group for one in others)
            if name in found or not sure or (numeric and not (hit.value or hit.beside == "figure")):
                continue
            answer = _beside(page, word, name, hit)
            if answer.text and not answer.problem == "bad":
                found[name] = answer


def _name_beside(page: Page, word: int) -> str:
    """Give the blank of a head that stands alone: that of the row of totals, or the one below it without a side word."""
    words = page.arranged.words
    if words.group[word] == words.funds and words.total_row is not None:
        return words.crossings.get((word, words.total_row), "")
    return words.crossings.get((word, None), "")


def _goals_without_heads(page: Page, found: dict[str, Answer]) -> None:
    """Read goals that stand right of 年度总体目标, without heads: the first text is the goal, the second what was done."""
    words = page.arranged.words
    for group, members in enumerate(words.groups):
        names = [words.crossings.get((head, None), "") for head in members]
        if len(names) < 2 or not all(name and words.form.field(name).kind_name == "prose" for name in names):  # noqa: PLR2004
            continue
        drawn = [name for name in names if name in words.form.fields] or names
        if drawn[0] in found and found[drawn[0]].text:
            continue
        starts = {*words.frames[group], *members[:1]}
        heads = {row for one in page.arranged.heads for row in range(one.first, one.last + 1)}
        for hit in page.arranged.hits:
            is_start = starts & set(words.by_key.get(hit.key, ()))
            if not is_start or (hit.row, hit.col) not in page.labels or hit.row in heads:
                continue
            texts = _texts_beside(page, hit)
            if not 0 < len(texts) <= len(drawn) or _are_heads(page, hit, texts):
                continue
            chosen = [drawn[0], drawn[-1]] if len(texts) < len(drawn) else drawn
            for name, text in zip(chosen, texts, strict=False):
                found[name] = page.answer(text, (text.row, text.col), name)
            return


def _are_heads(page: Page, hit: Hit, texts: list[Cell]) -> bool:
    """Tell whether texts beside a label have texts of their own below them, so that they are unknown heads."""
    below = [page.cell_at(cell.row + 1, cell.col) for cell in texts if cell.col > hit.col]
    beneath = (hit.row + 1, hit.col) in page.labels
    return not beneath and any(cell is not None and cell.row > hit.row for cell in below)


def _texts_beside(page: Page, hit: Hit) -> list[Cell]:
    """Give what stands behind the colon of a label or right of it, up to the next label."""
    if hit.value:
        return [page.grid.sheet.cells[hit.row, hit.col]._replace(text=hit.value)]
    cells: list[Cell] = []
    for col in page.grid.right_of(hit.row, page.grid.merged(hit.row, hit.col).last_col):
        cell = page.cell_at(hit.row, col)
        if cell is None:
            break
        cells.append(cell)
    return cells


def _strayed(page: Page, found: dict[str, Answer]) -> None:
    """Find the number of a total that is alone in its row and was pushed out from under its head."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    for word in words.side_group:
        names = [name for (_, side), name in words.crossings.items() if side == word]
        drawn = [name for name in names if name in words.form.fields]
        if len(drawn) != 1 or word not in page.arranged.sides:
            continue
        hit, answer = page.arranged.sides[word], found.get(drawn[0])
        if answer is None or not answer.cell or answer.text or not words.form.field(drawn[0]).kind.numeric:
            continue
        cols = page.grid.right_of(hit.row, page.grid.merged(hit.row, hit.col).last_col)
        numbers = [cells[hit.row, col] for col in cols if (hit.row, col) not in page.labels]
        if len(numbers) == 1 and numbers[0].kind == "number" and numbers[0].formula is None:
            other = next((name for name in names if name in found and found[name].cell == cell_name(hit.row, numbers[0].col)), "")
            if other:
                continue
            found[drawn[0]] = page.answer(numbers[0], (hit.row, numbers[0].col), drawn[0])
            where = cell_name(hit.row, numbers[0].col)
            page.repairs.append(Repair(where, f"“{drawn[0]}”的数不在它的栏目下面，按{numbers[0].text}读取"))


def _found_labels(page: Page) -> Iterator[FoundLabel]:
    """Yield the labels that were found, those that blanks hang on first, in the order of the form."""
    words, cells = page.arranged.words, page.grid.sheet.cells
    met = page.arranged.met
    for word, place in sorted(met.items()):
        text = " ".join(cells[place].text.split())
        own = words.words[word].label
        how = "cut" if word in page.arranged.cut else "same" if label_key(text).key == own.keys[0] else "other name"
        yield FoundLabel(own.text, text, cell_name(*place), how)
    named = set(met.values())
    for place, key in sorted(page.labels.items()):
        if place not in named:
            text = " ".join(cells[place].text.split())
            word = next(iter(words.by_key.get(key, ())), None)
            own_text = words.text(word) if word is not None else text
            same = word is None or words.words[word].label.keys[0] == key
            yield FoundLabel(own_text, text, cell_name(*place), "same" if same else "other name")


def _years(page: Page) -> Iterator[YearSeen]:
    words, cells = page.arranged.words, page.grid.sheet.cells
    met = dict(page.arranged.met)
    for hit in page.arranged.hits:
        for word in words.by_key.get(hit.key, ()):
            if (hit.row, hit.col) in page.labels and (hit.row, hit.col) not in met.values():
                met.setdefault(word, (hit.row, hit.col))
    seen: set[Position] = set()
    for word, place in sorted(met.items()):
        text = cells[place].text
        for year, offset in zip(label_key(text).years, words.words[word].label.year_offsets, strict=False):
            if place not in seen:
                yield YearSeen(year, offset, cell_name(*place), " ".join(text.split()))
        seen.add(place)


def _most_common(years: list[int]) -> int | None:
    return max(years, key=lambda year: (years.count(year), year)) if years else None


def is_list(page: Page, heads: HeadRow) -> bool:
    """Tell whether lines stand below a row of heads."""
    return heads.group in lists_of(page.arranged.words)
