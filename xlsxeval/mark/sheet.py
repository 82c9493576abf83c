"""A worksheet part: where its cells are written, how large rows and columns are; cells get and lose our fill."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlsxeval.forms.place import cell_name
from xlsxeval.mark.memory import Memory
from xlsxeval.mark.parts import Parts
from xlsxeval.mark.splice import Document, Node, tag_end, with_attribute
from xlsxeval.mark.styles import Styles
from xlsxeval.read.cells import LAST_COL, LAST_ROW, Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import check_root, parse_at
from xlsxeval.read.refusals import damaged
from xlsxeval.read.shifted import column_number

Position = tuple[int, int]

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[0-9]{1,7}")
_TRUE = frozenset({"1", "true"})
#: Width and height of a cell where the sheet says nothing, in pixels at 96 dpi; 7 are the width of a digit.
_WIDTH, _HEIGHT, _DIGIT = 64, 20, 7
#: What may follow ``legacyDrawing`` in a worksheet.
_AFTER_DRAWING = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}
    | {"mc:AlternateContent"}
)


def position(text: str) -> Position | None:
    """Give row and column of an address; None for what is none."""
    found = _CELL.fullmatch(text.upper())
    at = (int(found[2]), column_number(found[1])) if found else (0, 0)
    return at if 0 < at[0] <= LAST_ROW and 0 < at[1] <= LAST_COL else None


@dataclass(slots=True)
class Layout:
    """What a sheet says of sizes, merged cells and the styles of columns; sizes in pixels."""

    merges: list[Range] = field(default_factory=list)
    widths: list[tuple[int, int, int]] = field(default_factory=list)
    heights: dict[int, int] = field(default_factory=dict)
    styles: list[tuple[int, int, int]] = field(default_factory=list)
    width: int = _WIDTH
    height: int = _HEIGHT

    def visit(self, name: str, attributes: dict[str, str], depth: int) -> None:
        """Take from an element what it says of the layout."""
        if depth == 0:
            check_root(name, "worksheet", "工作表")
        elif name == "row" and ("ht" in attributes or "hidden" in attributes):
            hidden = attributes.get("hidden") in _TRUE
            size = 0 if hidden else round(_real(attributes.get("ht"), self.height * 3 / 4) * 4 / 3)
            self.heights[_number(attributes.get("r"))] = size
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            corners = position(first), position(last or first)
            if corners[0] and corners[1]:
                self.merges.append(Range(*corners[0], *corners[1]))
        elif name == "col":
            ends = _number(attributes.get("min")), _number(attributes.get("max"))
            if "width" in attributes:
                hidden = attributes.get("hidden") in _TRUE
                self.widths.append((*ends, 0 if hidden else round(_real(attributes["width"], 9) * _DIGIT)))
            self.styles.append((*ends, _number(attributes.get("style"))))
        elif name == "sheetFormatPr":
            self.width = round(_real(attributes.get("defaultColWidth"), _WIDTH / _DIGIT) * _DIGIT) or _WIDTH
            self.height = round(_real(attributes.get("defaultRowHeight"), _HEIGHT * 3 / 4) * 4 / 3) or _HEIGHT

    def areas(self, cells: Iterable[Position]) -> dict[Position, Range]:
        """Give the merged cells that each cell is one of, or the cell itself."""
        found = {at: Range(*at, *at) for at in cells}
        rows: dict[int, list[Position]] = {}
        for at in sorted(found):
            rows.setdefault(at[0], []).append(at)
        numbers = list(rows)
        for merge in self.merges:
            for row in numbers[bisect_left(numbers, merge.first_row) : bisect_right(numbers, merge.last_row)]:
                found |= {at: merge for at in rows[row] if merge.first_col <= at[1] <= merge.last_col}
        return found

    def width_of(self, col: int) -> int:
        """Give the width of a column."""
        at = bisect_right(self.widths, (col, LAST_COL, 0)) - 1
        first, last, size = self.widths[at] if at >= 0 else (0, 0, 0)
        return size if first <= col <= last else self.width

    def height_of(self, row: int) -> int:
        """Give the height of a row."""
        return self.heights.get(row, self.height)

    def style_of(self, col: int) -> int:
        """Give the style of the empty cells of a column."""
        return next((style for first, last, style in self.styles if first <= col <= last), 0)


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet that is being changed."""

    name: str
    part: str
    document: Document
    layout: Layout


def open_page(name: str, part: str, parts: Parts) -> Page:
    """Open a worksheet part."""
    layout = Layout()
    document = Document(parts.read(part), parts.limits, deepest=1, visit=layout.visit)
    return Page(name, part, document, layout)


def paint(page: Page, levels: Mapping[Position, str], styles: Styles, limits: Limits) -> list[Memory]:
    """Give cells our fill; cells and rows that are missing are put in at their places.

    Args:
        page: the worksheet.
        levels: the cells and the name of the fill of each.
        styles: the style sheet.
        limits: the budgets.

    Returns:
        What the cells were before, in the order of the cells.
    """
    document = page.document
    data = document.root.child("sheetData")
    if data is None:
        raise damaged(f"工作表“{page.name}”没有内容")
    finder = _Finder(document.content, levels)
    parse_at(document.content, finder.start, finder.end, limits)
    memories: dict[Position, Memory] = {}

    def styled(at: Position, base: int, written: str | None) -> str:
        memories[at] = Memory(page.name, cell_name(*at), written, styles.fill_of(base))
        return str(styles.filled(base, levels[at]))

    def new_cell(at: Position, row_style: int | None = None) -> str:
        number = styled(at, page.layout.style_of(at[1]) if row_style is None else row_style, None)
        return f'<c r="{cell_name(*at)}" s="{number}"/>'

    for at, (start, written) in finder.found.items():
        document.change(with_attribute(document.content, start, "s", styled(at, _number(written), written)))
    for at, (where, style) in sorted(finder.places.items(), key=lambda place: place[0]):
        if at in finder.found:
            continue
        if isinstance(where, Node):
            document.append(where, new_cell(at, style))
        else:
            document.insert(where, new_cell(at, style))
    for row, cols in finder.wanted.items():
        if row in finder.rows:
            continue
        xml = f'<row r="{row}">{"".join(new_cell((row, col)) for col in cols)}</row>'
        if row in finder.row_places:
            document.insert(finder.row_places[row], xml)
        else:
            document.append(data, xml)
    return [memories[at] for at in sorted(memories)]


def unpaint(page: Page, memory: Mapping[tuple[str, str], Memory], styles: Styles, limits: Limits) -> None:
    """Take our fills away again; a cell that we put in goes, unless something was written into it."""
    document = page.document
    ours = {str(number) for number in styles.ours()}
    counter = _Counter()

    def start(name: str, attributes: dict[str, str], at: int) -> None:
        counter.start(name, attributes)
        if name != "c" or attributes.get("s") not in ours:
            return
        before = memory.get((page.name, cell_name(counter.row, counter.col)))
        end = tag_end(document.content, at)
        if before and before.style is None and document.content[end - 2 : end] == b"/>":
            document.change((at, end, b""))
            return
        base = _number(before.style) if before else None
        number = styles.unfilled(int(attributes["s"]), base, before.fill if before else None)
        written = None if number == 0 and before and before.style == "" else str(number)
        document.change(with_attribute(document.content, at, "s", written))

    if ours:
        parse_at(document.content, start, lambda _name, _at: None, limits)


def add_legacy_drawing(page: Page, parts: Parts, link: str) -> None:
    """Let the sheet show a drawing of comment boxes."""
    root = page.document.root
    after = next((node.start for node in root.children if node.name in _AFTER_DRAWING), root.close)
    page.document.insert(after, f'<legacyDrawing xmlns:r="{parts.office}" r:id="{link}"/>')


class _Counter:
    """Which cell a tag belongs to; cells and rows without an address follow the one before."""

    __slots__ = ("col", "row")

    def __init__(self) -> None:
        self.row = self.col = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = _number(attributes["r"]) if "r" in attributes else self.row + 1
            self.col = 0
        elif name == "c":
            at = position(attributes["r"]) if "r" in attributes else None
            if at is None:
                self.col += 1
            else:
                self.row, self.col = at


class _Finder:
    """Where the wanted cells are, or where they would have to be put in."""

    def __init__(self, content: bytes, cells: Iterable[Position]) -> None:
        self.wanted: dict[int, list[int]] = {}
        for row, col in sorted(cells):
            self.wanted.setdefault(row, []).append(col)
        #: The tag of a cell and its style as written (empty: none).
        self.found: dict[Position, tuple[int, str]] = {}
        #: Where a cell goes that is not there: the byte, or the row if it comes last in it; the style of the row.
        self.places: dict[Position, tuple[int | Node, int | None]] = {}
        #: Where a row goes that is not there: the byte; rows that come last are not in it.
        self.row_places: dict[int, int] = {}
        self.rows: set[int] = set()
        self._rows_left = sorted(self.wanted)
        self._content = content
        self._counter = _Counter()
        self._cols: list[int] | None = None
        self._row: tuple[Node, int | None] = (Node("row", {}, 0, 0), None)

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        if name == "row":
            self._counter.start(name, attributes)
            self._start_row(attributes, at)
        elif name == "c" and self._cols is not None:
            self._counter.start(name, attributes)
            self._start_cell(attributes, at)

    def end(self, name: str, at: int) -> None:
        if name == "row" and self._cols is not None:
            node, style = self._row
            alone = self._content[node.inner - 2 : node.inner] == b"/>"
            node.close, node.end = (node.inner, node.inner) if alone else (at, at + 1)
            self._place(self._cols, node, style)
            self._cols = None

    def _start_row(self, attributes: dict[str, str], at: int) -> None:
        row = self._counter.row
        while self._rows_left and self._rows_left[0] < row:
            self.row_places[self._rows_left.pop(0)] = at
        if row in self.wanted:
            self.rows.add(row)
            self._cols = list(self.wanted[row])
            styled = attributes.get("customFormat") in _TRUE
            self._row = (
                Node("row", {}, at, tag_end(self._content, at)),
                _number(attributes.get("s")) if styled else None,
            )

    def _start_cell(self, attributes: dict[str, str], at: int) -> None:
        row, col = self._counter.row, self._counter.col
        cols = self._cols or []
        behind = next((number for number, one in enumerate(cols) if one >= col), len(cols))
        self._place(cols[:behind], at, self._row[1])
        del cols[:behind]
        if col in self.wanted.get(row, ()):
            self.found[row, col] = at, attributes.get("s", "")

    def _place(self, cols: list[int], where: int | Node, style: int | None) -> None:
        for col in cols:
            self.places.setdefault((self._counter.row, col), (where, style))


def _number(text: str | None) -> int:
    return int(text) if text and _NUMBER.fullmatch(text) else 0


def _real(text: str | None, otherwise: float) -> float:
    try:
        return min(max(float(text or otherwise), 0.0), 500.0)
    except ValueError:
        return otherwise
