"""A file of any kind that is read to a workbook: the kind follows from the content, never from the name."""

from __future__ import annotations

from xlsxeval.read.cells import Limits, Workbook
from xlsxeval.read.net import only_refusals
from xlsxeval.read.package import COMPOUND, Package, inflate, is_separated_text, open_package
from xlsxeval.read.xlsx import open_xlsx

#: A part of a zip file that tells what it is.
_PARTS = {"xl/workbook.bin": "xlsb", "word/document.xml": "docx", "content.xml": "ods"}
_SPREADSHEET = b"opendocument.spreadsheet"
#: What the streams with a workbook are called, Workbook or Book, by some programs in capitals.
_BOOK = "book".encode("utf-16-le")


def open_any(data: bytes, limits: Limits = Limits(), skip: frozenset[str] = frozenset()) -> Workbook:  # frozen
    """Read a file from its bytes: .xlsx, .xlsm, .xls, .et, .xlsb, .ods, .docx, .csv, .tsv.

    Args:
        data: the file's content.
        limits: the budgets.
        skip: sheets that need not be read (in .xlsx).

    Raises:
        Refused: whatever is wrong with the content, in one sentence; never anything else.
    """
    with only_refusals():
        kind, package = _kind(data, limits)
        return _open(kind, data, limits, package) if kind else open_xlsx(data, limits, skip, package)


def _kind(data: bytes, limits: Limits) -> tuple[str, Package | None]:
    if len(data) > limits.max_file or not data:
        return "", None
    if data.startswith(COMPOUND):
        # A workbook may hold a Word file and the other way round: only its reader can tell.
        return ("xls" if _BOOK in data.lower() else ""), None
    if not data.startswith(b"PK\x03\x04"):
        return ("text" if is_separated_text(data) else ""), None
    package = open_package(data, limits)
    if "xl/workbook.xml" in package.members:
        return "", package
    kind = next((kind for part, kind in _PARTS.items() if part in package.members), "")
    if kind == "ods" and not _is_spreadsheet(package):
        kind = ""
    return kind, package


def _is_spreadsheet(package: Package) -> bool:
    """Tell a spreadsheet from other OpenDocument files; whoever packs one again compresses what says so."""
    return "mimetype" in package.members and _SPREADSHEET in next(inflate(package, "mimetype"), b"")


def _open(kind: str, data: bytes, limits: Limits, package: Package | None) -> Workbook:
    match kind:
        case "xls":
            from xlsxeval.read.xls import open_xls

            return open_xls(data, limits)
        case "text":
            from xlsxeval.read.plain import open_plain

            return open_plain(data, limits)
        case "xlsb" if package is not None:
            from xlsxeval.read.xlsb import open_xlsb

            for part in package.members:
                for _ in inflate(package, part):
                    pass
            return open_xlsb(data, limits)
        case "ods" if package is not None:
            from xlsxeval.read.ods import open_ods

            return open_ods(package)
        case "docx" if package is not None:
            from xlsxeval.read.docx import open_docx

            return open_docx(package)
        case _:
            return open_xlsx(data, limits)
