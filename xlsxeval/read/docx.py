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
from xlsxeval.read.typed import CellStore, typed_cell

NOTE = "这是文字文档（.docx），读的是里面的表格，没有公式，只核对了数值。"
SHEET = "文档"


def read_docx(package: Package) -> Workbook:
    """Read the tables of a document from its container.

    Raises:
        Refused: for damage, or too much content.
    """
    reader = _DocumentReader(package.limits)
    parse(inflate(package, "word/document.xml"), reader.start, reader.end, reader.pieces, package.limits)
    return Workbook((reader.store.sheet(SHEET),), notes=(NOTE,))


class _DocumentReader:
    """Collects the cells while the document is parsed; the attributes are the state between two tags."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.elements_left = limits, limits.max_tags // TAGS_OF_AN_ELEMENT
        self.store = CellStore(limits)
        self.pieces: list[str] = []
        self.texts: list[str] = []
        self.paragraphs: list[str] = []
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
            self.paragraphs.clear()
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
            self.texts.append("".join(self.pieces))
        elif local == "p":
            self._paragraph("".join(self.texts))
            self.texts.clear()
        elif local == "tc" and self.tables == 1:
            self._cell()
        elif local == "tbl":
            self.tables -= 1
            if not self.tables:
                self._close_merges()

    def _paragraph(self, text: str) -> None:
        if self.tables:
            self.paragraphs.append(text)
        elif text.strip():
            self.row += 1
            self.store.keep(typed_cell(self.row, 1, text))

    def _cell(self) -> None:
        text = "\n".join(self.paragraphs).strip()
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
        self.store.keep(typed_cell(self.row, first, text))

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
