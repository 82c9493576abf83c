"""Word files (.docx): paragraphs and tables become the rows of one sheet, in their order.

Example: a paragraph 自评表 and below it a table of 2 × 3 cells give A1 and A2:C3. Page breaks are ignored, so that a
table over two pages stays one table.
"""

from __future__ import annotations

from xlsxeval.a1 import LAST_COL
from xlsxeval.read.cells import Range, Workbook
from xlsxeval.read.limits import TAGS_OF_AN_ELEMENT, Limits
from xlsxeval.read.markup import parse, too_deep
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import too_much
from xlsxeval.read.runs import part, switched_on
from xlsxeval.read.typed import CellStore, typed_cell

NOTE = "这是文字文档（.docx），读的是里面的表格，没有公式，只核对了数值。"
SHEET = "文档"
#: Elements with formats that do not hold for the run: of the mark of a paragraph, and formats before a change.
_OTHER_FORMATS = frozenset({"pPr", "rPrChange"})


def read_docx(package: Package) -> Workbook:
    """Read the tables of a document from its container.

    Raises:
        Refused: for damage, or too much content.
    """
    reader = _DocumentReader(package.limits)
    parse(inflate(package, "word/document.xml"), reader.start, reader.end, reader.pieces, package.limits)
    return Workbook((reader.store.sheet(SHEET),), notes=(NOTE,), prose=reader.prose)


class _DocumentReader:
    """Collects the cells while the document is parsed; the attributes are the state between two tags."""

    def __init__(self, limits: Limits) -> None:
        self.prose = 0
        self.limits, self.elements_left = limits, limits.max_tags // TAGS_OF_AN_ELEMENT
        self.store = CellStore(limits)
        self.pieces: list[str] = []
        #: The runs of the cell, or of the paragraph outside of tables, and the numbers of those that are struck out.
        self.texts: list[str] = []
        self.struck: dict[int, bool] = {}
        #: Whether the run is struck out; how many elements are open that hold formats of something else.
        self.struck_run = False
        self.other_formats = 0
        self.depth = self.tables = self.row = self.col = self.span = 0
        #: Whether the cell continues the merged cell above it.
        self.continues = False
        #: Column -> the merged cell that may continue in the next row.
        self.open_merges: dict[int, Range] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.limits.max_depth:
            raise too_deep()
        self.elements_left -= 1
        if self.elements_left < 0:
            raise too_much(f"文件内部的元素多于{self.limits.max_tags // TAGS_OF_AN_ELEMENT}个", "max-tags")
        local = name.rpartition(":")[2]
        if local == "t":
            self.pieces.clear()
        elif local == "r":
            self.struck_run = False
        elif local in {"strike", "dstrike"}:
            if not self.other_formats and switched_on(_value(attributes)):
                self.struck_run = True
        elif local in _OTHER_FORMATS:
            self.other_formats += 1
        elif local in {"br", "cr"}:
            self.texts.append("\n")
        elif local == "tab":
            self.texts.append(" ")
        elif local == "noBreakHyphen":
            self.texts.append("-")
        elif local == "tbl":
            self.tables += 1
        elif self.tables == 1:
            self._start_in_table(local, attributes)

    def _start_in_table(self, local: str, attributes: dict[str, str]) -> None:
        if local == "tr":
            self.row, self.col = self.row + 1, 0
        elif local == "tc":
            self.span, self.continues = 1, False
            self._clear()
        elif local == "gridSpan":
            self.span = _columns(attributes) or 1
        elif local == "gridBefore":
            self.col += _columns(attributes)
        elif local == "vMerge":
            self.continues = _value(attributes) != "restart"

    def end(self, name: str) -> None:
        self.depth -= 1
        local = name.rpartition(":")[2]
        if local == "t":
            if self.struck_run:
                self.struck[len(self.texts)] = True
            self.texts.append("".join(self.pieces))
        elif local == "r":
            self.struck_run = False
        elif local == "p":
            self._paragraph()
        elif local in _OTHER_FORMATS:
            self.other_formats -= 1
        elif local == "tc" and self.tables == 1:
            self._cell()
        elif local == "tbl":
            self.tables -= 1
            if not self.tables:
                self._close_merges()

    def _paragraph(self) -> None:
        if self.tables:
            self.texts.append("\n")
            return
        if any(map(str.strip, self.texts)):
            self.prose += sum(len(text.strip()) for text in self.texts)
            self.row += 1
            self._keep(1)
        self._clear()

    def _clear(self) -> None:
        self.texts.clear()
        self.struck.clear()

    def _keep(self, col: int) -> None:
        """Keep the collected runs as one cell of the row."""
        text, struck = part(self.texts, self.struck, font_struck=False)
        self.store.keep(typed_cell(self.row, col, text.strip() if self.tables else text), struck)

    def _cell(self) -> None:
        first, last = self.col + 1, self.col + self.span
        self.col = last
        if first > LAST_COL:
            return  # no table of Word is so wide; the cell is left out
        above = self.open_merges.get(first)
        if self.continues and above is not None:
            self.open_merges[first] = above._replace(last_row=self.row)
            return
        if above is not None:
            self._merge(self.open_merges.pop(first))
        self.open_merges[first] = Range(self.row, first, self.row, last)
        self._keep(first)

    def _merge(self, area: Range) -> None:
        """Keep a merged range, unless it is a single cell."""
        if (area.first_row, area.first_col) != (area.last_row, area.last_col):
            self.store.merge(area)

    def _close_merges(self) -> None:
        for area in self.open_merges.values():
            self._merge(area)
        self.open_merges.clear()


def _columns(attributes: dict[str, str]) -> int:
    """Give the number of columns in an attribute, at most 64; 0 if there is none."""
    text = _value(attributes)
    return min(int(text), 64) if text.isascii() and text.isdigit() else 0


def _value(attributes: dict[str, str]) -> str:
    """Give the attribute ``w:val``, whatever its prefix; an empty text if it is missing."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == "val"), "")
