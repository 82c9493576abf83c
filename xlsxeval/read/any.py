"""Read a workbook from a file of any supported kind."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from xlsxeval.read.cells import Workbook
from xlsxeval.read.kind import FileKind, kind_of
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import NO_SHEET, Refused, damaged, too_much
from xlsxeval.read.saved import saved_in, saved_in_compound
from xlsxeval.read.xlsx import read_xlsx

#: In NFKC one sign becomes at most so many: U+FDFA.
_MOST_SIGNS = 18
#: Excel allows a sheet 31 characters, other programs more; the name stands in every finding.
_LONGEST_NAME = 255


def open_any(data: bytes, limits: Limits = Limits(), skip: frozenset[str] = frozenset()) -> Workbook:
    """Read a file from its bytes: .xlsx, .xlsm, .xls, .et, .xlsb, .ods, .docx, .csv, .tsv.

    Args:
        data: the file's content.
        limits: the budgets.
        skip: names of sheets that are not read (only in .xlsx).

    Raises:
        Refused: if anything is wrong with the content, in one sentence. Any other exception is a bug of this program.
    """
    kind = kind_of(data, limits)
    if kind.name == "xlsx" and kind.package is not None:
        book = read_xlsx(kind.package, skip)
    else:
        book = _open_other(kind, data, limits)
        if not book.sheets:
            raise Refused("R08", NO_SHEET)
    if max(len(sheet.name) for sheet in book.sheets) > _LONGEST_NAME:
        raise damaged("有一张工作表的名称太长")
    _check_texts(book, limits)
    saved = saved_in(kind.package) if kind.package else saved_in_compound(data) if kind.name == "xls" else ""
    return replace(book, saved=saved) if saved else book


def _check_texts(book: Workbook, limits: Limits) -> None:
    """Refuse texts that are too long in the form in which they are compared, each or all together."""
    texts = {cell.text for sheet in book.sheets for cell in sheet.cells.values() if cell.kind == "text"}
    if sum(map(len, texts)) * _MOST_SIGNS <= min(limits.max_chars, limits.max_text):
        return
    left = limits.max_chars
    for text in texts:
        length = len(unicodedata.normalize("NFKC", text))
        if length > limits.max_text:
            raise too_much(f"有一处文字长于{limits.max_text}字", "max-text")
        left -= length
        if left < 0:
            raise too_much(f"不同的文字合计多于{limits.max_chars}字", "max-chars")


def _open_other(kind: FileKind, data: bytes, limits: Limits) -> Workbook:
    """Read a file of a less frequent kind; its reader is imported only when needed."""
    match kind:
        case FileKind("xls"):
            from xlsxeval.read.xls import read_xls

            return read_xls(kind.stream, limits)
        case FileKind("xlsb", package) if package is not None:
            from xlsxeval.read.xlsb import read_xlsb

            return read_xlsb(package)
        case FileKind("ods", package) if package is not None:
            from xlsxeval.read.ods import read_ods

            return read_ods(package)
        case FileKind("docx", package) if package is not None:
            from xlsxeval.read.docx import read_docx

            return read_docx(package)
        case _:
            from xlsxeval.read.plain import read_plain

            return read_plain(data, limits)
