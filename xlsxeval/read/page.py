"""One form on a sheet while it is read: which word stands where, and which cells are labels or answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxeval.filing import Answer, Repair
from xlsxeval.forms.kinds import Kind
from xlsxeval.read.answers import read_answer
from xlsxeval.read.arrange import Arrangement
from xlsxeval.read.cells import Cell
from xlsxeval.read.grid import Grid
from xlsxeval.read.heads import HeadRow
from xlsxeval.read.hits import Position
from xlsxeval.read.titles import is_heading

#: How far right of its label an answer is looked for.
REACH = 12
#: In so many rows below a head it is looked whether its own column holds anything.
_ROWS = 40


@dataclass(slots=True)
class Page:
    """One form on a sheet while it is read.

    Attributes:
        arranged: which word stands where.
        grid: the sheet.
        unit: what amounts are counted in.
        labels: the positions of the labels, with their keys: no answer is read from them.
        answers: the positions of the answers so far.
        repairs: what was read although it stood in the wrong place.
        execution: the points of the amounts, if they stand in a row of the indicators.
        incomplete: tables of which some rows were not read.
        own: whether the workbook was made from our own template. There nothing is guessed: what stands in the place of
            an answer is one, whatever it looks like.
    """

    arranged: Arrangement
    grid: Grid
    unit: str
    labels: dict[Position, str]
    answers: set[Position] = field(default_factory=set)
    repairs: list[Repair] = field(default_factory=list)
    execution: dict[str, Answer] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    own: bool = False

    def body(self, heads: HeadRow) -> tuple[int, int]:
        """Give the first and the last row below a row of heads, which may be merged over several rows."""
        last = max((self.grid.merged(*place).last_row for place in heads.words.values()), default=heads.last)
        return max(last, heads.last) + 1, self.arranged.body_end(heads)

    def cell_at(self, row: int, col: int) -> Cell | None:
        """Give the cell at a place, also if it is merged; None if it is empty or a label."""
        found = self.grid.at(row, col)
        return None if found is None or (found.row, found.col) in self.labels else found

    def has_label(self, row: int, left: int = 0) -> bool:
        """Tell whether a label stands in a row, right of a column."""
        return any((row, col) in self.labels for col in self.grid.right_of(row, left))

    def is_covered(self, row: int, col: int) -> bool:
        """Tell whether a cell belongs to a merged one that begins in a row above: its value is that row's."""
        return self.grid.merged(row, col).first_row < row

    def under(self, heads: HeadRow, head: int, row: int) -> Cell | None:
        """Give the cell of a row below a head.

        A cell beside it counts if no other head stands above that, and nothing in the column of the head itself.
        """
        at_row, col = heads.words[head]
        found = self.cell_at(row, col)
        if self.is_covered(row, col):
            return None
        if found is not None and (found.col == col or self.grid.merged(at_row, col).first_col <= found.col):
            return found
        behind = self.grid.merged(at_row, col).last_col + 1
        if behind == col + 1:
            after = [some[0] for line in range(heads.first, heads.last + 1) if (some := self.grid.right_of(line, col))]
            behind = min([*after, col + REACH]) if after else behind
        beside = (self.grid.sheet.cells.get((row, other)) for other in range(col + 1, behind))
        nearest = next((cell for cell in beside if cell and (cell.row, cell.col) not in self.labels), None)
        if nearest is None:
            return None
        body = self.grid.rows_between(*self.body(heads))[:_ROWS]
        return None if any(self.cell_at(other, col) for other in body) else nearest

    def answer(self, cell: Cell | None, place: Position, name: str) -> Answer:
        """Make the answer of a blank from its cell, and remember that the cell is used.

        Args:
            cell: the cell; None if the blank is empty.
            place: where the blank is, if it is empty.
            name: the name of the blank.
        """
        at = (cell.row, cell.col) if cell else place
        self.answers.add(at)
        return self.read(cell, at, self.arranged.words.form.field(name).kind)

    def read(self, cell: Cell | None, at: Position, kind: Kind) -> Answer:
        """Make an answer of a kind from its cell.

        A number that is left beside struck-out text is a number; the remark on what was struck out says the rest.
        """
        answer = read_answer(cell, *at, kind, self.unit)
        return answer._replace(problem="") if at in self.grid.sheet.struck and answer.problem == "text" else answer


def make_page(arranged: Arrangement, grid: Grid, unit: str, *, own: bool) -> Page:
    """Begin to read a form.

    Its labels are every word that was met, titles, and other printed texts outside the lines.
    """
    lines = [(heads.last, arranged.ends[heads.first]) for heads in arranged.heads if heads.first in arranged.ends]
    found: dict[Position, str] = {}
    for hit in arranged.hits:
        if hit.row in arranged.holes or not any(top < hit.row < end for top, end in lines):
            found[hit.row, hit.col] = hit.key
            if hit.below:
                found[hit.row + 1, hit.col] = hit.key
    for place in (*arranged.met.values(), *(place for heads in arranged.heads for place in heads.words.values())):
        found.setdefault(place, "")
    found |= {place: "" for place, cell in grid.sheet.cells.items() if cell.kind == "text" and is_heading(cell.text)}
    return Page(arranged, grid, unit, found, own=own)
