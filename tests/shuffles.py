"""A typed form arranged otherwise: columns and blocks moved, unknown columns, folded heads, other names, pieces of forms.

A ``Page`` is a sheet whose reading is known. Everything that is changed is found by that reading: which cells are labels,
which rows belong together, which columns have a head of their own. So no address is typed, and the right answers of the
changed sheet are those of the page.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

import xlsxeval as api
from tests.clean import clean_filing
from tests.conftest import ROOT, open_forms
from tests.tables import meant, rows_of, sheet_of
from tests.test_variants import data_of
from xlsxeval.a1 import cell_name, parse_area, parse_cell
from xlsxeval.filing import Filing, FormAnswers, Line
from xlsxeval.forms.model import Form, FormSet
from xlsxeval.read.cells import Cell, Range, Sheet, Workbook
from xlsxeval.read.filing import read_filings
from xlsxeval.text import label_key

SETS = tuple(api.load_set(name) for name in api.set_names())
Position = tuple[int, int]
Rows = tuple[int, int]

#: What is done to a sheet, each by itself and all together.
KINDS = ("move columns", "move blocks", "insert columns", "fold heads", "rename", "lose merges")
NONSENSE = ("办结程度", "甲乙丙", "栏目十七", "另行填列")
#: Columns that no form knows, and what stands in them.
UNKNOWN = {
    "佐证资料": ("验收单", "会议纪要", "照片", "台账"),
    "上年完成值": ("580盏", "96%", "改善", "12次"),
    "复核分": ("8", "7.5", "10", "3"),
    "指标解释": ("按台账统计", "抽样调查得出", "以验收单为准"),
    "数据来源": ("统计年报", "业务系统", "现场核查"),
    "责任科室": ("办公室", "业务股", "财务股"),
}
#: The rows of amounts that some form has: another one of them is no other name of a row.
ROW_NAMES = {name.partition(".")[0] for one in SETS for form in one.forms for name in form.fields if "." in name}
_ADDRESSES = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,3}[1-9][0-9]{0,6}(?::[A-Z]{1,3}[1-9][0-9]{0,6})?")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that hang together by their labels.

    Attributes:
        rows: the first and the last row.
        head: the row of the heads of its columns; 0 if it has none.
        cols: the columns that have a head of their own and nothing else below it, so that they may move.
        lines: the rows of answers below these heads, without a row of totals below a list.
    """

    rows: Rows
    head: int
    cols: tuple[int, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A typed sheet with its reading.

    Attributes:
        sheet: the cells, without formulas.
        answers: what is read from it.
        labels: the index of each label of the form that was met -> where it stands.
        blocks: its blocks from top to bottom; between them lies nothing but empty rows.
        fixed: how many blocks at the top are titles.
    """

    sheet: Sheet
    answers: FormAnswers
    labels: Mapping[int, Position]
    blocks: tuple[Block, ...]
    fixed: int


@dataclass(frozen=True, slots=True)
class Base:
    """A typed workbook and what is read from it."""

    name: str
    filing: Filing
    pages: tuple[Page, ...]

    @property
    def book(self) -> Workbook:
        """The workbook."""
        return Workbook(tuple(page.sheet for page in self.pages))


def _typed(sheet: Sheet, form: Form) -> Sheet:
    """Return the sheet as somebody types it: results of formulas as values, nothing beside the form."""
    cells = {
        at: cell._replace(formula=None)
        for at, cell in sheet.cells.items()
        if at[1] <= len(form.widths) and cell.text and not cell.text.startswith("核对：")
    }
    return replace(sheet, cells=cells, hidden_rows=frozenset(), hidden_cols=(), widths=())


def base_of(name: str, book: Workbook) -> Base:
    """Read a workbook that holds one filing, and find the blocks of its sheets."""
    [filing] = read_filings(book, SETS)
    of_sheet = {answers.sheet: answers for answers in filing.forms.values()}
    pages = [_page(sheet, of_sheet[sheet.name]) for sheet in book.sheets if sheet.name in of_sheet]
    return Base(name, filing, tuple(pages))


def _filled(formset: FormSet, data: object) -> Workbook:
    book = open_forms(api.fill(formset, data))  # type: ignore[arg-type]  # plain data
    forms = {form.name: form for form in formset.forms}
    return Workbook(tuple(_typed(sheet, forms[sheet.name]) for sheet in book.sheets if sheet.name in forms))


def _table(path: str) -> Workbook:
    text = (ROOT / "tests" / path).read_text(encoding="utf-8")
    return Workbook((sheet_of(rows_of(text)),))


#: Cases and published filings that were read right before anything is moved in them.
_CASES = ("adjustment-must-be-explained", "dash-means-none", "reason-in-its-own-words", "same-figures-twice")
_RAW = ("池州市棠溪镇2022", "中江县水利局2022", "丽江市古城区自然资源局2020")
BASES = (*(f"set {name}" for name in api.set_names()), "clean 1", "clean 2", *(f"case {name}" for name in _CASES))
BASES = (*BASES, *(f"raw {name}" for name in _RAW))


@cache
def base(name: str) -> Base:
    """Return one of ``BASES``: the filled form of a set, a filing without faults, a case, or a published filing."""
    sort, _, what = name.partition(" ")
    if sort == "set":
        formset = api.load_set(what)
        return base_of(name, _filled(formset, data_of(formset, "青石县林业局")))
    if sort == "clean":
        return base_of(name, _filled(api.load_set("hunan"), clean_filing(int(what))))
    return base_of(name, _table(f"reading_cases/{what}/table.tsv" if sort == "case" else f"raw/{what}.tsv"))


def _page(sheet: Sheet, answers: FormAnswers) -> Page:
    labels = _labels(answers)
    rows = _connected(sheet, answers, labels)
    titles = {labels[n][0] for n in labels if answers.form.labels[n].style in {"title", "subtitle"}}
    blocks = tuple(_block(one, answers, labels) for one in rows)
    fixed = max((number for number, one in enumerate(blocks, 1) if titles & _all(one.rows)), default=0)
    return Page(sheet, answers, labels, blocks, fixed)


def _all(rows: Rows) -> set[int]:
    return set(range(rows[0], rows[1] + 1))


def _labels(answers: FormAnswers) -> dict[int, Position]:
    """Return where each label of the form stands; of labels with the same words, heads of tables are told by their columns."""
    form = answers.form
    heads = {}
    for blank in form.blanks:
        table, _, column = blank.name.partition(".")
        cell = answers.heads.get((table, column))
        if cell and blank.head is not None:
            heads[cell] = blank.head
    found: dict[int, Position] = {}
    for one in sorted(answers.met, key=lambda one: parse_cell(one.cell) or (0, 0)):
        position = parse_cell(one.cell)
        same = [number for number, label in enumerate(form.labels) if label.text == one.label]
        free = [number for number in same if number not in found and number not in heads.values()]
        index = heads.get(one.cell, free[0] if free else None)
        if index is not None and position is not None:
            found[index] = position
    return found


def _connected(sheet: Sheet, answers: FormAnswers, labels: Mapping[int, Position]) -> list[Rows]:
    """Return the groups of rows that hang together: a blank and its labels, the lines of a table, a merged cell."""
    spans: list[Rows] = [(row, row) for row, _ in sheet.cells]
    spans += [(one.first_row, one.last_row) for one in sheet.merges]
    for name, area in answers.regions.items():
        heads = [
            position[0]
            for (table, _), cell in answers.heads.items()
            if table == name and (position := parse_cell(cell))
        ]
        spans.append((min([area.first, *heads]), area.last))
    for blank in answers.form.blanks:
        answer = answers.fields.get(blank.name)
        at = parse_cell(answer.cell) if answer else None
        if at:
            tied = [at[0], *(labels[one][0] for one in (blank.head, blank.side) if one is not None and one in labels)]
            spans.append((min(tied), max(tied)))
    joined: list[Rows] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return _side_rows(joined, sheet, labels)


def _side_rows(rows: list[Rows], sheet: Sheet, labels: Mapping[int, Position]) -> list[Rows]:
    """Join a group of rows without a label to the one above it: a text that goes on, a note to the block."""
    found: list[Rows] = []
    labelled = {row for row, _ in labels.values()}
    for one in rows:
        if found and not labelled & _all(one) and any(row in _all(one) for row, _ in sheet.cells):
            found[-1] = (found[-1][0], one[1])
        else:
            found.append(one)
    return found


def _block(rows: Rows, answers: FormAnswers, labels: Mapping[int, Position]) -> Block:
    inside = {index: at for index, at in labels.items() if at[0] in _all(rows)}
    under: dict[int, list[Position]] = {}
    others: set[int] = set()
    for blank in answers.form.blanks:
        cells = [at for at in _answered(blank.name, answers) if at[0] in _all(rows)]
        if blank.head is not None and blank.head in inside:
            under.setdefault(blank.head, []).extend(cells)
        else:
            others |= {col for _, col in cells}
    heads = [index for index, cells in under.items() if cells and {col for _, col in cells} == {inside[index][1]}]
    if not heads:
        return Block(rows, 0, (), ())
    in_row = [inside[index][0] for index in heads]
    head = max(in_row, key=in_row.count)
    others |= {col for index, (_, col) in inside.items() if index not in heads}
    cols = {inside[index][1] for index in heads if inside[index][0] == head} - others - _group_columns(answers, head)
    return Block(
        rows, head, tuple(sorted(cols)), _line_rows(answers, rows, [at for cells in under.values() for at in cells])
    )


def _group_columns(answers: FormAnswers, head: int) -> set[int]:
    """Return the columns under heads in row ``head`` whose texts hold for the lines below."""
    cells = [
        answers.heads.get((table.name, column), "")
        for table in answers.form.tables.values()
        for column in table.inherit
    ]
    return {at[1] for at in map(parse_cell, cells) if at and at[0] == head}


def _line_rows(answers: FormAnswers, rows: Rows, cells: Iterable[Position]) -> tuple[int, ...]:
    """Return the rows of these answers; where a table stands in the block, only its lines."""
    own = {
        at[0]
        for table in answers.tables
        for column in answers.form.tables[table].columns
        for at in _answered(f"{table}.{column}", answers)
    }
    return tuple(sorted((own & _all(rows)) or {row for row, _ in cells}))


def _answered(name: str, answers: FormAnswers) -> Iterator[Position]:
    """Yield where a blank, or each line of a column, was read."""
    table, _, column = name.partition(".")
    cells = [line[column].cell for line in answers.tables[table] if column in line] if table in answers.tables else []
    if name in answers.fields:
        cells.append(answers.fields[name].cell)
    yield from filter(None, map(parse_cell, cells))


class Shuffle:
    """Changes of one page, collected and then laid out; ``steps`` says in words what was done."""

    def __init__(self, page: Page, draw: random.Random) -> None:
        """Begin with the page as it is."""
        self.page, self.draw, self.steps = page, draw, list[str]()
        self.texts = dict(page.sheet.cells)
        self.cols: dict[int, dict[int, int]] = {}
        self.inserted: dict[int, list[tuple[int, str]]] = {}
        self.folded: dict[int, set[int]] = {}
        self.order = list(range(len(page.blocks)))
        self.merged = True

    def apply(self, kind: str) -> None:
        """Do one of ``KINDS``, where the page allows it."""
        {
            "move columns": self.move_columns,
            "move blocks": self.move_blocks,
            "insert columns": self.insert_columns,
            "fold heads": self.fold_heads,
            "rename": self.rename,
            "lose merges": self.lose_merges,
        }[kind]()

    def move_columns(self) -> None:
        """Put the columns with heads of their own in another order, block by block."""
        for number, block in enumerate(self.page.blocks):
            if len(block.cols) > 1:
                moved = list(block.cols)
                self.draw.shuffle(moved)
                self.cols[number] = dict(zip(block.cols, moved, strict=True))
                self.steps.append(f"rows {block.rows}: columns {block.cols} to {tuple(moved)}")

    def move_blocks(self) -> None:
        """Put the blocks with heads, with the rows between them as units, in another order; titles and feet stay."""
        blocks, fixed = self.page.blocks, self.page.fixed
        large = [number for number, block in enumerate(blocks) if number >= fixed and block.cols]
        if not large:
            return
        end = large[-1] + 1
        units = _units(list(range(fixed, end)), set(large))
        self.draw.shuffle(units)
        self.order = [*range(fixed), *(number for unit in units for number in unit), *range(end, len(blocks))]
        self.steps.append(f"blocks {self.order}")

    def insert_columns(self) -> None:
        """Insert columns that no form knows behind columns with heads of their own."""
        for number, block in enumerate(self.page.blocks):
            names = self.draw.sample(sorted(UNKNOWN), k=self.draw.randint(0, 3))
            if block.cols and len(block.lines) > 1:
                self.inserted[number] = [(self.draw.choice(block.cols), name) for name in names]
                self.steps.append(f"rows {block.rows}: inserted {self.inserted[number]}")

    def fold_heads(self) -> None:
        """Let some heads of a block slip to a row of their own below the others."""
        for number, block in enumerate(self.page.blocks):
            if len(block.cols) > 1 and len(block.lines) > 1:
                self.folded[number] = set(self.draw.sample(block.cols, k=self.draw.randint(1, len(block.cols) - 1)))
                self.steps.append(f"rows {block.rows}: folded columns {sorted(self.folded[number])}")

    def rename(self, share: float = 0.6) -> None:
        """Give heads and side labels other names that the form knows, unless another label of it has that name too."""
        labels = self.page.answers.form.labels
        for index, at in self.page.labels.items():
            others = {key for other in labels if other.keys[0] != labels[index].keys[0] for key in other.keys}
            names = [key for key in labels[index].keys if key not in others and self._fits(key, index)]
            if names and labels[index].style == "label" and self.draw.random() < share:
                self.set_text(at, _with_years(self.draw.choice(names), self.texts[at].text))

    def _fits(self, key: str, index: int) -> bool:
        """Tell whether a name may stand at a label: 执行率得分 heads no list, 指标得分 no money; a row keeps its own name."""
        form = self.page.answers.form
        named = {blank.name for blank in form.blanks if index in {blank.head, blank.side}}
        rows = {blank.name.partition(".")[0] for blank in form.blanks if blank.side == index and "." in blank.name}
        in_list = any(name.partition(".")[0] in form.tables for name in named)
        own = key == form.labels[index].keys[0] or not key.startswith("执行率" if in_list else "指标")
        return bool(named) and own and not (rows and key in ROW_NAMES - rows)

    def set_text(self, at: Position, text: str) -> None:
        """Replace the text of a label."""
        self.steps.append(f"{self.texts[at].text!r} at {at} is {text!r}")
        self.texts[at] = self.texts[at]._replace(text=text, kind="text")

    def lose_merges(self) -> None:
        """Undo all merges."""
        self.merged = False
        self.steps.append("no merges")

    def sheet(self) -> Sheet:
        """Lay out the sheet."""
        cells: dict[Position, Cell] = {}
        merges: list[Range] = []
        top = self.page.blocks[0].rows[0] if self.page.blocks else 1
        for number in self.order:
            block = self.page.blocks[number]
            for cell in self._cells(number, block, top):
                assert (cell.row, cell.col) not in cells
                cells[cell.row, cell.col] = cell
            merges += self._merges(number, block, top)
            top += block.rows[1] - block.rows[0] + 1 + bool(self.folded.get(number))
        return replace(self.page.sheet, cells=cells, merges=tuple(merges) if self.merged else ())

    def _row(self, number: int, block: Block, row: int, top: int) -> int:
        return row - block.rows[0] + top + (row > block.head and bool(self.folded.get(number)))

    def _col(self, number: int, col: int) -> int:
        moved = self.cols.get(number, {}).get(col, col)
        return moved + sum(after < moved for after, _ in self.inserted.get(number, ()))

    def _cells(self, number: int, block: Block, top: int) -> Iterator[Cell]:
        folded = self.folded.get(number, set())
        for (row, col), cell in self.texts.items():
            if row in _all(block.rows):
                slipped = row == block.head and col in folded
                yield cell._replace(row=self._row(number, block, row, top) + slipped, col=self._col(number, col))
        inserted = sorted(self.inserted.get(number, ()))
        for place, (after, name) in enumerate(inserted):
            col = after + 1 + place
            yield Cell(self._row(number, block, block.head, top), col, name, "text")
            for row in block.lines[: self.draw.randint(1, len(block.lines))]:
                text = self.draw.choice(UNKNOWN[name])
                kind = "number" if text.replace(".", "").isdigit() else "text"
                yield Cell(self._row(number, block, row, top), col, text, kind)

    def _merges(self, number: int, block: Block, top: int) -> Iterator[Range]:
        """Yield the merges of a block; those over several columns are lost where columns move."""
        touched = number in self.cols or bool(self.inserted.get(number)) or number in self.folded
        for one in self.page.sheet.merges:
            if one.first_row in _all(block.rows) and (one.first_col == one.last_col or not touched):
                if touched and one.first_row <= block.head:
                    continue
                first, last = (self._row(number, block, row, top) for row in (one.first_row, one.last_row))
                yield Range(first, self._col(number, one.first_col), last, self._col(number, one.last_col))


def _units(numbers: Sequence[int], large: set[int]) -> list[list[int]]:
    """Return the blocks with heads one by one, and each run of blocks between them as one."""
    units: list[list[int]] = []
    for number in numbers:
        if number in large or not units or units[-1][-1] in large:
            units.append([number])
        else:
            units[-1].append(number)
    return units


def _with_years(key: str, text: str) -> str:
    """Return the words of a label with the years of its old text."""
    for year in label_key(text).years:
        key = key.replace("#", str(year), 1)
    return key.replace("#", "2024")


def shuffled(one: Base, draw: random.Random, kinds: Iterable[str]) -> tuple[Workbook, list[str]]:
    """Change each sheet of a workbook in these ways; returns it and what was done, in words."""
    sheets, steps = [], []
    for page in one.pages:
        shuffle = Shuffle(page, draw)
        for kind in kinds:
            shuffle.apply(kind)
        sheets.append(shuffle.sheet())
        steps += [f"{page.sheet.name}: {step}" for step in shuffle.steps]
    return Workbook(tuple(sheets)), steps


def renamed(one: Base, draw: random.Random) -> tuple[Workbook, Page, int, str]:
    """Rename one label to nonsense; returns the workbook, the page, the label's index and the nonsense."""
    page = draw.choice(one.pages)
    index = draw.choice([number for number in page.labels if page.answers.form.labels[number].style == "label"])
    shuffle = Shuffle(page, draw)
    text = draw.choice(NONSENSE)
    shuffle.set_text(page.labels[index], text)
    sheets = [shuffle.sheet() if other is page else other.sheet for other in one.pages]
    return Workbook(tuple(sheets)), page, index, text


def pieces(draw: random.Random) -> Workbook:
    """Return a sheet of blocks, pieces of blocks and unknown columns of one to three forms below each other."""
    cells: dict[Position, Cell] = {}
    top = 1
    for _ in range(draw.randint(1, 3)):
        page = draw.choice(base(draw.choice(BASES)).pages)
        shuffle = Shuffle(page, draw)
        for kind in draw.sample(KINDS, k=draw.randint(0, 3)):
            shuffle.apply(kind)
        whole = shuffle.sheet().cells
        kept = _kept_rows(sorted({row for row, _ in whole}), draw)
        places = {row: number for number, row in enumerate(kept, top)}
        cells |= {
            (places[row], col): cell._replace(row=places[row]) for (row, col), cell in whole.items() if row in places
        }
        top += len(kept) + draw.randint(0, 2)
    return Workbook((Sheet("拼表", cells),))


def _kept_rows(rows: list[int], draw: random.Random) -> list[int]:
    """Leave out runs of rows; most sheets stay whole."""
    for _ in range(draw.choice([0, 0, 1, 1, 2])):
        first = draw.randrange(len(rows))
        rows = rows[:first] + rows[first + draw.randint(1, 12) :] or rows
    return rows


Values = dict[tuple[object, ...], object]


def values(filing: Filing) -> Values:
    """Return what is filled in a filing: sheet and name, or table, line and column -> its meaning."""
    found: Values = {("unit",): filing.unit, ("subject",): filing.subject, ("year",): filing.year}
    for answers in filing.forms.values():
        found |= {(answers.sheet, name): meant(answer) for name, answer in answers.fields.items()}
        for table, lines in answers.tables.items():
            for number, line in enumerate(lines, 1):
                found |= {(answers.sheet, table, number, column): meant(one) for column, one in line.items()}
    return {name: value for name, value in found.items() if value not in {"", None}}


def lost_cells(book: Workbook, filings: Sequence[Filing]) -> list[str]:
    """Return the cells with words or numbers that are neither a label nor an answer nor named as not read."""
    named: dict[str, set[Position]] = {sheet.name: set() for sheet in book.sheets}
    areas: dict[str, list[tuple[int, int, int, int]]] = {sheet.name: [] for sheet in book.sheets}
    for filing in filings:
        for answers in filing.forms.values():
            named[answers.sheet] |= set(filter(None, map(parse_cell, _said(answers))))
            areas[answers.sheet] += [area for one in answers.unread if (area := parse_area(one.cells))]
            areas[answers.sheet] += _groups(answers)
        for note in filing.notes:
            for sheet in named:
                areas[sheet] += [area for text in _ADDRESSES.findall(note) if (area := parse_area(text))]
    return [
        f"{cell_name(*at)} {cell.text}"
        for sheet in book.sheets
        for at, cell in sorted(sheet.cells.items())
        if any(sign.isalnum() for sign in cell.text)
        and at not in named[sheet.name]
        and not any(r1 <= at[0] <= r2 and c1 <= at[1] <= c2 for r1, c1, r2, c2 in areas[sheet.name])
    ]


def _groups(answers: FormAnswers) -> Iterator[tuple[int, int, int, int]]:
    """Yield the columns whose texts hold for the lines below: a group's name is read although no line stands in it."""
    for name, area in answers.regions.items():
        for column in answers.form.tables[name].inherit:
            if column in area.cols:
                yield area.first, area.cols[column], area.last, area.cols[column]


def _said(answers: FormAnswers) -> Iterator[str]:
    """Yield the cells that the reading of a form speaks of."""
    yield from (one.cell for one in answers.met)
    yield from (one.cell for one in answers.years)
    yield from (one.cell for one in answers.missing)
    yield from (one.cell for one in answers.repairs)
    yield from answers.heads.values()
    yield from (answer.cell for answer in answers.fields.values())
    subtotals: tuple[Line, ...] = getattr(answers, "subtotals", ())
    lines: Iterable[Line] = chain(*answers.tables.values(), subtotals)
    for line in lines:
        yield from (answer.cell for answer in line.values())
