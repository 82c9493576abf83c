"""A worksheet part of a marked copy: give cells our fill, and take our fills away again.

Example: to mark B2 and B9 in ``<row r="2"><c r="A2"/><c r="B2" s="4"/></row>``, the style 4 of B2 is replaced by the
number of style 4 with our fill, and the row 9, which is missing, is inserted with an empty cell B9.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlsxeval.a1 import LAST_COL, Position, cell_name, parse_area, parse_cell
from xlsxeval.mark.original import CellKey, OriginalCell
from xlsxeval.mark.parts import Parts
from xlsxeval.mark.splice import Document, Node, tag_end, whole_number, with_attribute
from xlsxeval.mark.styles import Styles
from xlsxeval.read.cells import Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import check_root, parse_at
from xlsxeval.read.refusals import damaged, too_much

_TRUE = frozenset({"1", "true"})
#: Default width and height of a cell, and the width of a digit, in pixels at 96 dpi.
_WIDTH, _HEIGHT, _DIGIT = 64, 20, 7
#: The elements that stand after ``legacyDrawing`` in a worksheet.
_AFTER_DRAWING = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}
    | {"mc:AlternateContent"}
)


@dataclass(slots=True)
class SheetLayout:
    """Merged areas of a sheet, sizes of its rows and columns in pixels, and the styles of its columns.

    ``widths`` and ``styles`` are (first column, last column, value), in the order of the columns.
    """

    merges: list[Range] = field(default_factory=list)
    widths: list[tuple[int, int, int]] = field(default_factory=list)
    heights: dict[int, int] = field(default_factory=dict)
    styles: list[tuple[int, int, int]] = field(default_factory=list)
    width: int = _WIDTH
    height: int = _HEIGHT
    limits: Limits = Limits()

    def visit(self, name: str, attributes: dict[str, str], depth: int) -> None:
        """Take from one element of the worksheet what it says about the layout.

        Raises:
            Refused: if the root is no worksheet, or there are too many merged areas.
        """
        if depth == 0:
            check_root(name, "worksheet", "工作表")
        elif name == "row" and ("ht" in attributes or "hidden" in attributes):
            hidden = attributes.get("hidden") in _TRUE
            points = _decimal(attributes.get("ht"), self.height * 3 / 4)
            self.heights[whole_number(attributes.get("r"))] = 0 if hidden else round(points * 4 / 3)
        elif name == "mergeCell":
            area = parse_area(attributes.get("ref", ""))
            if area:
                self.merges.append(Range(*area))
            if len(self.merges) > self.limits.max_merges:
                raise too_much(f"合并区域多于{self.limits.max_merges}个", "max-merges")
        elif name == "col" and len(self.styles) < LAST_COL:
            first, last = whole_number(attributes.get("min")), whole_number(attributes.get("max"))
            if "width" in attributes:
                hidden = attributes.get("hidden") in _TRUE
                self.widths.append((first, last, 0 if hidden else round(_decimal(attributes["width"], 9) * _DIGIT)))
            self.styles.append((first, last, whole_number(attributes.get("style"))))
        elif name == "sheetFormatPr":
            self.width = round(_decimal(attributes.get("defaultColWidth"), _WIDTH / _DIGIT) * _DIGIT) or _WIDTH
            self.height = round(_decimal(attributes.get("defaultRowHeight"), _HEIGHT * 3 / 4) * 4 / 3) or _HEIGHT

    def areas(self, cells: Iterable[Position]) -> dict[Position, Range]:
        """Return for each cell the merged area it belongs to, or the cell itself as an area."""
        areas = {position: Range(*position, *position) for position in cells}
        #: Column -> rows of the cells that no merged area was found for yet; each cell is looked at once.
        rows_by_col: dict[int, list[int]] = {}
        for row, col in sorted(areas):
            rows_by_col.setdefault(col, []).append(row)
        cols = sorted(rows_by_col)
        for merge in self.merges:
            for col in cols[bisect_left(cols, merge.first_col) : bisect_right(cols, merge.last_col)]:
                rows = rows_by_col[col]
                first, end = bisect_left(rows, merge.first_row), bisect_right(rows, merge.last_row)
                areas |= {(row, col): merge for row in rows[first:end]}
                del rows[first:end]
        return areas

    def width_of(self, col: int) -> int:
        """Return the width of a column in pixels."""
        return _value_at(self.widths, col, self.width)

    def height_of(self, row: int) -> int:
        """Return the height of a row in pixels."""
        return self.heights.get(row, self.height)

    def style_of(self, col: int) -> int:
        """Return the style that a column gives to cells that are not written."""
        return _value_at(self.styles, col, 0)


def _value_at(spans: list[tuple[int, int, int]], col: int, default: int) -> int:
    """Return the value of the span (first, last, value) that a column is in."""
    index = bisect_right(spans, (col, LAST_COL, 0)) - 1
    first, last, value = spans[index] if index >= 0 else (0, 0, 0)
    return value if first <= col <= last else default


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet that is being changed: its name, its part, and the part's content."""

    name: str
    part: str
    document: Document
    layout: SheetLayout


def open_sheet(name: str, part: str, parts: Parts) -> SheetPart:
    """Parse a worksheet part.

    Raises:
        Refused: if the part is missing, over a limit, or no worksheet.
    """
    layout = SheetLayout(limits=parts.limits)
    document = Document(parts.read(part), parts.limits, deepest=1, visit=layout.visit)
    return SheetPart(name, part, document, layout)


def paint(sheet: SheetPart, levels: Mapping[Position, str], styles: Styles, limits: Limits) -> list[OriginalCell]:
    """Return cells our fill; insert the cells and rows that are missing.

    Args:
        sheet: the worksheet.
        levels: the cells to mark -> key of ``styles.FILLS``.
        styles: the style sheet.
        limits: the limits for untrusted files.

    Returns:
        How the cells looked before, in the order of their positions.

    Raises:
        Refused: if the sheet has no cells at all, or there are too many cell styles.
    """
    document = sheet.document
    data = document.root.child("sheetData")
    if data is None:
        raise damaged(f"工作表“{sheet.name}”没有内容")
    finder = _CellFinder(document.content, levels)
    parse_at(document.content, finder.start, finder.end, limits)
    originals: dict[Position, OriginalCell] = {}

    def marked_style(cell: Position, base: int, written: str | None) -> str:
        """Keep the original of a cell and return the number of its style with our fill."""
        originals[cell] = OriginalCell(sheet.name, cell_name(*cell), written, styles.fill_of(base))
        return str(styles.filled(base, levels[cell]))

    def new_cell(cell: Position, row_style: int | None = None) -> str:
        """Return a missing cell as XML, in the style of its row or else of its column."""
        base = sheet.layout.style_of(cell[1]) if row_style is None else row_style
        return f'<c r="{cell_name(*cell)}" s="{marked_style(cell, base, None)}"/>'

    for cell, (start, written) in finder.cells.items():
        style = marked_style(cell, whole_number(written), written)
        document.change(with_attribute(document.content, start, "s", style))
    for cell, (place, row_style) in sorted(finder.cell_places.items(), key=lambda item: item[0]):
        if cell in finder.cells:
            continue
        if isinstance(place, Node):
            document.append(place, new_cell(cell, row_style))
        else:
            document.insert(place, new_cell(cell, row_style))
    for row, cols in finder.wanted.items():
        if row in finder.rows:
            continue
        xml = f'<row r="{row}">{"".join(new_cell((row, col)) for col in cols)}</row>'
        if row in finder.row_places:
            document.insert(finder.row_places[row], xml)
        else:
            document.append(data, xml)
    return [originals[cell] for cell in sorted(originals)]


def unpaint(sheet: SheetPart, originals: Mapping[CellKey, OriginalCell], styles: Styles, limits: Limits) -> None:
    """Take our fills away; remove a cell that we inserted, unless something was written into it.

    Args:
        sheet: the worksheet, marked by an earlier run.
        originals: how its cells looked before, as far as known.
        styles: the style sheet.
        limits: the limits for untrusted files.
    """
    document = sheet.document
    ours = {str(number) for number in styles.ours()}
    counter = _CellCounter()

    def start(name: str, attributes: dict[str, str], at: int) -> None:
        counter.start(name, attributes)
        if name != "c" or attributes.get("s") not in ours:
            return
        original = originals.get((sheet.name, cell_name(counter.row, counter.col)))
        end = tag_end(document.content, at)
        if original and original.style is None and document.content[end - 2 : end] == b"/>":
            document.change((at, end, b""))
            return
        base = whole_number(original.style) if original else None
        number = styles.unfilled(int(attributes["s"]), base, original.fill if original else None)
        written = None if number == 0 and original and original.style == "" else str(number)
        document.change(with_attribute(document.content, at, "s", written))

    if ours:
        parse_at(document.content, start, lambda _name, _at: None, limits)


def add_legacy_drawing(sheet: SheetPart, parts: Parts, link: str) -> None:
    """Insert the element that shows a drawing of comment boxes; ``link`` is the id of the relationship to it."""
    root = sheet.document.root
    place = next((node.start for node in root.children if node.name in _AFTER_DRAWING), root.close)
    sheet.document.insert(place, f'<legacyDrawing xmlns:r="{parts.office}" r:id="{link}"/>')


class _CellCounter:
    """The position of the latest cell tag; a cell or row without an address follows the one before it."""

    __slots__ = ("col", "row")

    def __init__(self) -> None:
        self.row = self.col = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = whole_number(attributes["r"]) if "r" in attributes else self.row + 1
            self.col = 0
        elif name == "c":
            cell = parse_cell(attributes["r"]) if "r" in attributes else None
            if cell is None:
                self.col += 1
            else:
                self.row, self.col = cell


class _CellFinder:
    """Parser handlers that find the wanted cells, or the places where they must be inserted.

    Example: wanted are B1, D1 and A3 in ``<row r="1"><c r="B1" s="2"/><c r="E1"/></row><row r="4"/>``.
    ``cells``: B1 with the offset of its tag and "2"; ``cell_places``: D1 before the tag of E1; ``row_places``: row 3
    before the tag of row 4.
    """

    def __init__(self, content: bytes, cells: Iterable[Position]) -> None:
        #: Row -> wanted columns, both in ascending order.
        self.wanted: dict[int, list[int]] = {}
        for row, col in sorted(cells):
            self.wanted.setdefault(row, []).append(col)
        #: Cell that exists -> offset of its tag, its style as written (empty if none).
        self.cells: dict[Position, tuple[int, str]] = {}
        #: Missing cell -> the offset before which it goes, or its row if it goes last; the style of the row.
        self.cell_places: dict[Position, tuple[int | Node, int | None]] = {}
        #: Missing row -> the offset before which it goes; rows that go last are not in it.
        self.row_places: dict[int, int] = {}
        #: Wanted rows that exist.
        self.rows: set[int] = set()
        self._rows_left = deque(self.wanted)
        self._content = content
        self._counter = _CellCounter()
        #: The wanted columns of the present row that were not reached yet; None in other rows.
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
            without_content = self._content[node.inner - 2 : node.inner] == b"/>"
            node.close, node.end = (node.inner, node.inner) if without_content else (at, at + 1)
            self._place(self._cols, node, style)
            self._cols = None

    def _start_row(self, attributes: dict[str, str], at: int) -> None:
        """Keep the place of missing rows before this row; begin to look for wanted cells if the row is wanted."""
        row = self._counter.row
        while self._rows_left and self._rows_left[0] < row:
            self.row_places[self._rows_left.popleft()] = at
        if row in self.wanted:
            self.rows.add(row)
            self._cols = list(self.wanted[row])
            has_style = attributes.get("customFormat") in _TRUE
            node = Node("row", {}, at, tag_end(self._content, at))
            self._row = node, whole_number(attributes.get("s")) if has_style else None

    def _start_cell(self, attributes: dict[str, str], at: int) -> None:
        """Keep the place of missing cells before this cell, and the cell itself if it is wanted."""
        row, col = self._counter.row, self._counter.col
        cols = self._cols or []
        passed = bisect_left(cols, col)
        self._place(cols[:passed], at, self._row[1])
        del cols[:passed]
        if col in self.wanted.get(row, ()):
            self.cells[row, col] = at, attributes.get("s", "")

    def _place(self, cols: list[int], place: int | Node, style: int | None) -> None:
        """Keep the place and row style of missing cells, unless they have a place."""
        for col in cols:
            self.cell_places.setdefault((self._counter.row, col), (place, style))


def _decimal(text: str | None, default: float) -> float:
    """Return a size between 0 and 500; the default if the text is empty or no number."""
    try:
        return min(max(float(text or default), 0.0), 500.0)
    except ValueError:
        return default
