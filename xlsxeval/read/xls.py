"""Workbooks of Excel 97 to 2003 and of old WPS (.xls, .et), read by xlrd; their formulas cannot be read.

xlrd alone has no limits: it calculates defined names, stores empty cells and keeps every font, note and link. The two
classes below use its reading of records, leave all that out, and count what is kept.
"""

from __future__ import annotations

import xlrd
from xlrd.biffh import XL_CONTINUE, unpack_string, unpack_unicode
from xlrd.book import XL_WORKBOOK_GLOBALS, XL_WORKSHEET, Book
from xlrd.sheet import Sheet as XlrdSheet

from xlsxeval.read.biff import PartedTwice, unpack_texts
from xlsxeval.read.cells import Cell, Range, Sheet, Workbook
from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.formats import BUILTIN, LONGEST_FORMAT, MOST_STYLES
from xlsxeval.read.limits import TAGS_OF_A_RECORD, Limits
from xlsxeval.read.refusals import LOCKED, SAVE_AS, Refused, damaged, quoted, too_much
from xlsxeval.read.runs import Parted
from xlsxeval.read.typed import CellStore
from xlsxeval.read.worksheet import number_text

NOTE = "这是旧格式的工作簿（.xls或.et），读不到公式，只核对了数值。"
_STATES = {0: "visible", 1: "hidden", 2: "veryHidden"}
#: The first record of a workbook of Excel 5 and later, and xlrd's numbers of these versions.
_BEGINNING = b"\x09\x08"
_VERSIONS = (50, 70, 80)
_UNICODE = 80
#: A number format is at most 255 characters long, two bytes each, behind five bytes.
_LONGEST_FORMAT = 5 + 2 * LONGEST_FORMAT
#: The number that no font has, how many fonts can be named by two bytes, and the bit of a font that strikes out.
_NO_FONT, _MOST_FONTS, _STRUCK = 4, 0x10000, 8
#: xlrd's (type, value) of a cell and the number of its style.
_Raw = tuple[int, object, int]


def read_xls(stream: bytes, limits: Limits) -> Workbook:
    """Read a workbook from the stream that holds it.

    Raises:
        Refused: for a password, damage, or too much content.
    """
    if not stream.startswith(_BEGINNING):
        raise Refused("R04", f"这是很旧的工作簿（.xls），{SAVE_AS}")
    book = _Book(stream, limits)
    with foreign_parser():
        try:
            book.read_globals()
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise Refused("R03", LOCKED) from None
            raise
    sheets, count = [], 0
    for number in range(len(book.names)):
        store = CellStore(limits, count)
        sheets.append(_sheet(book, number, store))
        count = store.count
    return Workbook(tuple(sheets), date1904=bool(book.datemode), notes=(NOTE,))


def _sheet(book: _Book, number: int, store: CellStore) -> Sheet:
    with foreign_parser():
        sheet = book.read_sheet(number, store.limits.max_cells - store.count)
    for (row, col), (kind, value, style) in sheet.raw.items():
        cell = _cell(row + 1, col + 1, kind, value, book.format_of(style))
        parted = _parted(cell, sheet.rich_text_runlist_map.get((row, col)), font_struck=book.strikes_out(style))
        store.keep(cell._replace(text=parted.text), parted.struck)
    for first_row, last_row, first_col, last_col in sheet.merged_cells:
        store.merge(Range(first_row + 1, first_col + 1, last_row, last_col))
    hidden = (row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    return store.sheet(book.names[number], _STATES.get(sheet.visibility, "hidden"), hidden)


def _cell(row: int, col: int, kind: int, value: object, number_format: str) -> Cell:
    match kind:
        case xlrd.XL_CELL_TEXT:
            return Cell(row, col, str(value), "text")
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return Cell(row, col, number_text(repr(value)) or "", "number", None, number_format)
        case xlrd.XL_CELL_BOOLEAN:
            return Cell(row, col, "TRUE" if value else "FALSE", "bool")
        case _:
            return Cell(row, col, xlrd.error_text_from_code.get(value, "#N/A"), "error")


def _parted(cell: Cell, twice: PartedTwice | None, *, font_struck: bool) -> Parted:
    """Give the text of a cell without what is struck out; ``twice`` is its text with runs."""
    if twice is not None and cell.kind == "text":
        return twice.font_struck if font_struck else twice.plain
    return Parted(cell.text, "" if font_struck else None)


class _NoLog:
    """A file object that drops the messages of xlrd."""

    def write(self, text: str) -> None:
        """Drop a text."""


class _PartedTexts(dict[tuple[int, int], PartedTwice]):
    """(row, column) of a cell, from 0 -> its text with runs."""

    def __setitem__(self, key: tuple[int, int], value: PartedTwice) -> None:
        """Keep an entry; of a text outside of the shared texts xlrd gives the runs in its own way, which is dropped."""
        if isinstance(value, PartedTwice):
            super().__setitem__(key, value)


class _EmptyList(list[object]):
    """A list that stays empty."""

    def append(self, _value: object) -> None:
        """Drop an entry."""


class _Merges(list[tuple[int, int, int, int]]):
    """The merged ranges of one sheet, counted."""

    def __init__(self, most: int) -> None:
        """Begin with the most that are allowed."""
        super().__init__()
        self.most = most

    def append(self, area: tuple[int, int, int, int]) -> None:
        """Keep a range."""
        if len(self) >= self.most:
            raise too_much(f"合并区域多于{self.most}个", "max-merges")
        super().append(area)


class _Book(Book):  # type: ignore[misc]  # xlrd has no types
    """xlrd's workbook without the parts that are not used; each byte of the stream is read at most once."""

    def __init__(self, stream: bytes, limits: Limits) -> None:
        """Begin at the first record."""
        super().__init__()
        self.limits = limits
        self.mem, self.stream_len, self.base, self._position = stream, len(stream), 0, 0
        self.logfile, self.verbosity, self.encoding_override = _NoLog(), 0, None
        self.formatting_info = self.on_demand = self.ragged_rows = True
        self.bytes_left, self.records_left = len(stream), limits.max_tags // TAGS_OF_A_RECORD
        self.codes: dict[int, str] = {**BUILTIN, 0: ""}
        self.styles: list[int] = []
        self.style_fonts: list[int] = []
        self.fonts = 0
        self.struck_fonts: set[int] = set()
        # xlrd sets functions of these names on the class each time it reads a workbook: attributes of the object
        # take precedence over them.
        self.handle_xf, self.handle_format = self._keep_style, self._keep_format
        self.handle_font = self._keep_font
        self.handle_efont = self.handle_style = self.handle_palette = _ignore
        self.xf_epilogue = self.palette_epilogue = _ignore

    @property
    def names(self) -> list[str]:
        """Give the names of the sheets."""
        return list(self._sheet_names)

    def read_globals(self) -> None:
        """Read the records that belong to no sheet: names of sheets, texts, formats."""
        self.biff_version = self.getbof(XL_WORKBOOK_GLOBALS)
        if self.biff_version not in _VERSIONS:
            raise Refused("R04", f"这是很旧的工作簿（.xls），{SAVE_AS}")
        self.parse_globals()
        owners: dict[int, str] = {}
        for name, position in zip(self._sheet_names, self._sh_abs_posn, strict=True):
            other = owners.setdefault(position, name)
            if other is not name:
                raise damaged(f"工作表“{quoted(other)}”和“{quoted(name)}”共用一个部分")

    def read_sheet(self, number: int, most_cells: int) -> _Sheet:
        """Read one sheet."""
        self._position = self._sh_abs_posn[number]
        self.getbof(XL_WORKSHEET)
        sheet = _Sheet(self, self._position, number, most_cells)
        sheet.read(self)
        return sheet

    def format_of(self, style: int) -> str:
        """Give the number format of a cell style, empty for General."""
        code = self.codes.get(self.styles[style], "") if 0 <= style < len(self.styles) else ""
        return "" if code == "General" else code

    def strikes_out(self, style: int) -> bool:
        """Say whether the font of a cell style strikes out."""
        return 0 <= style < len(self.style_fonts) and self.style_fonts[style] in self.struck_fonts

    def get_record_parts(self) -> tuple[int, int, bytes]:
        """Give the next record, and count it."""
        code, length, data = super().get_record_parts()
        self._count(data)
        return code, length, data

    def get_record_parts_conditional(self, reqd_record: int) -> tuple[int | None, int, bytes]:
        """Give the next record if it is of the required kind, and count it."""
        code, length, data = super().get_record_parts_conditional(reqd_record)
        if code is not None:
            self._count(data)
        return code, length, data

    def _count(self, data: bytes) -> None:
        self.bytes_left -= len(data) + 4
        if self.bytes_left < 0:
            raise damaged("工作表互相重叠")
        self.records_left -= 1
        if self.records_left < 0:
            raise too_much(f"文件内部的记录多于{self.limits.max_tags // TAGS_OF_A_RECORD}个", "max-tags")

    def handle_boundsheet(self, data: bytes) -> None:
        """Keep the name and place of a sheet."""
        super().handle_boundsheet(data)
        if len(self._sheet_names) > self.limits.max_sheets:
            raise too_much(f"工作表多于{self.limits.max_sheets}个", "max-sheets")

    def handle_sst(self, data: bytes) -> None:
        """Keep the shared texts."""
        records = [data]
        while (record := self.get_record_parts_conditional(XL_CONTINUE))[0] is not None:
            records.append(record[2])
        # A mapping and no list, so that a negative number in a cell is an error and not a text from the end.
        texts, parted = unpack_texts(records, self.limits, frozenset(self.struck_fonts))
        self._sharedstrings = dict(enumerate(texts))
        # xlrd hands this to the sheets, by cell, and takes it for the runs of a text.
        self._rich_text_runlist_map = parted

    def handle_name(self, data: bytes) -> None:
        """Skip a defined name: calculated, forty names that double each other would fill the memory."""

    handle_externname = handle_externsheet = handle_supbook = handle_sheethdr = handle_name

    def _keep_style(self, data: bytes) -> None:
        if len(self.styles) >= MOST_STYLES:
            raise damaged(f"单元格样式多于{MOST_STYLES}种")
        self.styles.append(int.from_bytes(data[2:4], "little"))
        self.style_fonts.append(int.from_bytes(data[:2], "little"))

    def _keep_font(self, data: bytes) -> None:
        """Keep the number of a font that strikes out; no font has the number 4."""
        number = self.fonts if self.fonts < _NO_FONT else self.fonts + 1
        self.fonts += 1
        if number < _MOST_FONTS and int.from_bytes(data[2:4], "little") & _STRUCK:
            self.struck_fonts.add(number)

    def _keep_format(self, data: bytes) -> None:
        if len(data) <= _LONGEST_FORMAT:
            wide = self.biff_version >= _UNICODE
            text = unpack_unicode(data, 2) if wide else unpack_string(data, 2, self.derive_encoding(), lenlen=1)
            self.codes[int.from_bytes(data[:2], "little")] = text


class _Sheet(XlrdSheet):  # type: ignore[misc]  # xlrd has no types
    """xlrd's sheet; only filled cells are kept, in ``raw`` by row and column from 0."""

    def __init__(self, book: _Book, position: int, number: int, most_cells: int) -> None:
        """Begin with an empty sheet."""
        super().__init__(book, position, book.names[number], number)
        self.raw: dict[tuple[int, int], _Raw] = {}
        self.most_cells, self.limits = most_cells, book.limits
        self.put_cell = self._put_cell
        self.merged_cells = _Merges(book.limits.max_merges)
        self.rich_text_runlist_map = _PartedTexts()
        self.row_label_ranges = self.col_label_ranges = _EmptyList()
        self.horizontal_page_breaks = self.vertical_page_breaks = _EmptyList()

    def _put_cell(self, row: int, col: int, kind: int | None, value: object, style: int) -> None:
        if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
            return
        if len(self.raw) >= self.most_cells:
            raise too_much(f"有内容的单元格多于{self.limits.max_cells}个", "max-cells")
        self.raw[row, col] = (xlrd.XL_CELL_NUMBER if kind is None else kind, value, style)

    def handle_obj(self, data: bytes) -> None:
        """Skip a drawing, a note, a link or a table: a single link may stand for every cell of the sheet."""

    def handle_msodrawingetc(self, recid: int, data_len: int, data: bytes) -> None:
        """Skip a drawing."""

    def handle_note(self, data: bytes, txos: object) -> None:
        """Skip a note."""

    handle_txo = handle_hlink = handle_quicktip = handle_feat11 = handle_obj


def _ignore(*_: object) -> None:
    """Do nothing with a record."""
