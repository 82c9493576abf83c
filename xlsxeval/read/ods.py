"""OpenDocument spreadsheets (.ods): values and merged cells.

A cell ``<table-cell number-columns-repeated="3" office:value="5"/>`` gives three cells, but at most 64: files fill
the rest of a sheet with thousands of repeated cells.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from xlsxeval.a1 import LAST_COL, LAST_ROW
from xlsxeval.numbers import format_code, plain
from xlsxeval.read.cells import Cell, Range, Sheet, Workbook
from xlsxeval.read.formats import MOST_STYLES
from xlsxeval.read.limits import TAGS_OF_AN_ELEMENT, Limits
from xlsxeval.read.markup import parse, too_deep
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import LOCKED, Refused, damaged, too_much
from xlsxeval.read.runs import Parted, part
from xlsxeval.read.typed import CellStore
from xlsxeval.read.worksheet import number_text

NOTE = "这是OpenDocument表格（.ods），没有读公式，只核对了数值。"
_MANIFEST = "META-INF/manifest.xml"
#: The most copies of a repeated cell or row that are kept; no form has more equal answers side by side.
_MOST_COPIES = 64
#: The most characters of a number as it is shown.
_LONGEST_NUMBER = 64
#: The beginning of the attributes that draw a line through a text: of its style, and of its type.
_LINE_THROUGH = ("style:text-line-through-style", "style:text-line-through-type")
_CELLS = ("table-cell", "covered-table-cell")


def read_ods(package: Package) -> Workbook:
    """Read a spreadsheet from its container.

    Raises:
        Refused: for a password, damage, or too much content.
    """
    has_manifest = _MANIFEST.lower() in package.members
    if has_manifest and any(b"encryption-data" in chunk for chunk in inflate(package, _MANIFEST)):
        raise Refused("R03", LOCKED)
    reader = _SpreadsheetReader(package.limits)
    parse(inflate(package, "content.xml"), reader.start, reader.end, reader.pieces, package.limits)
    return Workbook(tuple(reader.sheets), notes=(NOTE,))


class _SpreadsheetReader:
    """Collects the cells while the content is parsed; the attributes are the state between two tags."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.elements_left = limits, limits.max_tags // TAGS_OF_AN_ELEMENT
        self.sheets: list[Sheet] = []
        self.store = CellStore(limits)
        self.pieces: list[str] = []
        #: The runs of the cell, the numbers of those in a style that strikes out or does not, and its paragraphs.
        self.runs: list[str] = []
        self.marks: dict[int, bool] = {}
        self.paragraphs = 0
        #: (family, name) of a style -> whether it strikes out; the style that is being read, and of each open span.
        self.styles: dict[tuple[str, str], bool] = {}
        self.style = ("", "")
        self.spans: list[bool | None] = []
        self.name = ""
        self.depth = self.row = self.col = self.rows_repeated = 0
        self.cell: dict[str, str] = {}
        #: The filled cells of the row, to be repeated with it.
        self.row_cells: list[tuple[Cell, str | None]] = []
        #: How many comments are open; their text is not part of the cell.
        self.comment = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.limits.max_depth:
            raise too_deep()
        self.elements_left -= 1
        if self.elements_left < 0:
            raise too_much(f"文件内部的元素多于{self.limits.max_tags // TAGS_OF_AN_ELEMENT}个", "max-tags")
        local = name.rpartition(":")[2]
        if local == "p":
            self.pieces.clear()
            if not self.comment:
                self.paragraphs += 1
                self.runs.append("\n" if self.paragraphs > 1 else "")
        elif local == "annotation":
            self.comment += 1
        elif local == "table":
            if len(self.sheets) >= self.limits.max_sheets:
                raise too_much(f"工作表多于{self.limits.max_sheets}个", "max-sheets")
            self.name = attributes.get("table:name", "")
            self.store, self.row = CellStore(self.limits, self.store.count), 0
        elif local == "table-row":
            self.row, self.col = self.row + 1, 0
            self.row_cells.clear()
            self.rows_repeated = _count(attributes, "table:number-rows-repeated")
        elif local in _CELLS:
            self.col += 1
            self.cell = attributes
            self.runs.clear()
            self.marks.clear()
            self.paragraphs = 0
        elif local in {"s", "tab"}:
            self.pieces.append(" " * min(_count(attributes, "text:c"), 100))
        elif local == "line-break":
            self.pieces.append("\n")
        elif self.styles and local == "span":
            self._end_run()
            outer = self.spans[-1] if self.spans else None
            self.spans.append(self.styles.get(("text", attributes.get("text:style-name", "")), outer))
        else:
            self._start_style(local, attributes)

    def _start_style(self, local: str, attributes: dict[str, str]) -> None:
        """Keep of a style whether it strikes out; one that says nothing does as its parent."""
        if local == "style":
            family = attributes.get("style:family", "")
            self.style = family, attributes.get("style:name", "")
            parent = self.styles.get((family, attributes.get("style:parent-style-name", "")))
            if parent is not None:
                self._keep_style(struck=parent)
        elif local == "text-properties":
            lines = [value for name, value in attributes.items() if name.startswith(_LINE_THROUGH)]
            if lines and self.style[1]:
                self._keep_style(struck="none" not in lines)

    def _keep_style(self, *, struck: bool) -> None:
        if len(self.styles) >= MOST_STYLES:
            raise damaged(f"样式多于{MOST_STYLES}种")
        self.styles[self.style] = struck

    def _end_run(self) -> None:
        """Add the text since the last tag of a span as one run of the cell."""
        if not self.comment:
            if self.spans and self.spans[-1] is not None:
                self.marks[len(self.runs)] = self.spans[-1]
            self.runs.append("".join(self.pieces))
        self.pieces.clear()

    def end(self, name: str) -> None:
        self.depth -= 1
        local = name.rpartition(":")[2]
        if local == "p":
            self._end_run()
        elif local == "span":
            if self.spans:
                self._end_run()
                self.spans.pop()
        elif local == "annotation":
            self.comment -= 1
        elif local in _CELLS:
            self._keep()
        elif local == "style":
            self.style = ("", "")
        elif local == "table-row":
            for offset in range(1, min(self.rows_repeated, _MOST_COPIES) if self.row_cells else 0):
                for cell, struck in self.row_cells:
                    self.store.keep(cell._replace(row=self.row + offset), struck)
            self.row += self.rows_repeated - 1
        elif local == "table":
            self.sheets.append(self.store.sheet(self.name))

    def _keep(self) -> None:
        """Keep a cell that ended, with its copies and its merged range."""
        repeated = _count(self.cell, "table:number-columns-repeated")
        font_struck = self.styles.get(("table-cell", self.cell.get("table:style-name", "")), False)
        parted = part(self.runs, self.marks, font_struck=font_struck)
        cell = _cell(self.row, self.col, self.cell, parted.text)
        struck = _left_out(cell, parted)
        copies = range(min(repeated, _MOST_COPIES)) if cell.text else range(0)
        for offset in copies:
            self.row_cells.append((cell._replace(col=self.col + offset), struck))
            self.store.keep(*self.row_cells[-1])
        rows = _count(self.cell, "table:number-rows-spanned")
        cols = _count(self.cell, "table:number-columns-spanned")
        if rows > 1 or cols > 1:
            self.store.merge(Range(self.row, self.col, self.row + rows - 1, self.col + cols - 1))
        self.col += repeated - 1
        self.row, self.col = min(self.row, LAST_ROW), min(self.col, LAST_COL)


def _count(attributes: dict[str, str], key: str) -> int:
    """Give a number of repetitions in an attribute; 1 if it is missing or invalid."""
    text = attributes.get(key, "1")
    return min(int(text), LAST_ROW) if text.isascii() and text.isdigit() and text != "0" else 1


def _cell(row: int, col: int, attributes: dict[str, str], shown: str) -> Cell:
    """Make a cell from its attributes and the text that is shown in it."""
    kind, value = attributes.get("office:value-type", ""), attributes.get("office:value", "")
    number = number_text(value) if value else None
    if kind in {"float", "currency"} and number:
        return Cell(row, col, number, "number", None, _decimals(shown))
    if kind == "percentage" and number:
        return Cell(row, col, number, "number", None, (_decimals(shown.rstrip("%")) or "0") + "%")
    if kind == "boolean":
        return Cell(row, col, attributes.get("office:boolean-value", "").upper(), "bool")
    return Cell(row, col, shown, "error" if shown.startswith(("#", "Err:")) and kind != "string" else "text")


def _left_out(cell: Cell, parted: Parted) -> str | None:
    """Give the text that was left out of a cell; of a number nothing is, because it stands in an attribute."""
    return parted.struck if cell.kind == "text" or not parted.struck else None


def _decimals(shown: str) -> str:
    """Give the number format that prints as many decimals as a shown number has: ``1,361.15`` gives ``0.00``."""
    if len(shown) > _LONGEST_NUMBER:
        return ""
    try:
        text = plain(Decimal(shown.replace(",", "")))
    except InvalidOperation:
        return ""
    places = len(shown.partition(".")[2])
    return format_code(places) if places and text else ""
