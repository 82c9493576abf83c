"""A file of any kind that can be read, to a workbook."""

from __future__ import annotations

from xlsxeval.read.cells import Workbook
from xlsxeval.read.kind import FileKind, kind_of
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import NO_SHEET, Refused
from xlsxeval.read.xlsx import read_xlsx


def open_any(data: bytes, limits: Limits = Limits(), skip: frozenset[str] = frozenset()) -> Workbook:
    """Read a file from its bytes: .xlsx, .xlsm, .xls, .et, .xlsb, .ods, .docx, .csv, .tsv.

    Args:
        data: the file's content.
        limits: the budgets.
        skip: sheets that need not be read (in .xlsx).

    Raises:
        Refused: whatever is wrong with the content, in one sentence. Any other exception is a mistake of ours.
    """
    kind = kind_of(data, limits)
    if kind.name == "xlsx" and kind.package is not None:
        return read_xlsx(kind.package, skip)
    book = _open_other(kind, data, limits)
    if not book.sheets:
        raise Refused("R08", NO_SHEET)
    return book


def _open_other(kind: FileKind, data: bytes, limits: Limits) -> Workbook:
    """Read a file of a kind that is met less often; its reader is imported only when needed."""
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
