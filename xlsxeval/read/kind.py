"""Tell what kind of file some bytes are, by the content alone; the file's name is not used."""

from __future__ import annotations

import io
from typing import NamedTuple

from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.limits import Limits
from xlsxeval.read.package import ARCHIVE, Package, check_size, inflate, open_package, refuse_other_package
from xlsxeval.read.refusals import LOCKED, SAVE_AS, Refused

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATED = "文本文件（CSV等）"
#: The name of the stream with the workbook in a compound file; some programs write it in capitals.
_BOOKS = ("workbook", "book")
#: A stream in a compound file that is no workbook -> code and message; the first one that is present decides.
_STREAMS = {
    "encryptedpackage": ("R03", LOCKED),
    "worddocument": ("R04", "这是旧格式的文字文档（.doc或.wps），不是工作簿，请报送.xlsx文件"),
    "powerpoint document": ("R04", "这是旧格式的演示文稿（.ppt或.dps），不是工作簿，请报送.xlsx文件"),
}
#: A part in a zip file that is no .xlsx -> the kind of the file.
_PARTS = {"xl/workbook.bin": "xlsb", "word/document.xml": "docx", "content.xml": "ods"}
_SPREADSHEET = b"opendocument.spreadsheet"
_BIFF = ("R04", f"这是很旧的工作簿（.xls），{SAVE_AS}")
_PICTURE = ("R02", "这是图片，不是工作簿，请报送.xlsx文件")
#: First bytes of a file that cannot be read -> code and message.
_MAGIC = {
    b"\x09\x08": _BIFF,
    b"\x09\x04": _BIFF,
    b"\x09\x02": _BIFF,
    b"\x09\x00": _BIFF,
    b"%PDF": ("R02", "这是PDF文件，不是工作簿，请报送.xlsx文件"),
    b"{\\rtf": ("R02", "这是RTF文档，不是工作簿，请报送.xlsx文件"),
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"BM": _PICTURE,
    b"II*\x00": _PICTURE,
    b"MM\x00*": _PICTURE,
    b"RIFF": _PICTURE,
    b"Rar!": ARCHIVE,
    b"7z\xbc\xaf": ARCHIVE,
    b"\x1f\x8b": ARCHIVE,
}


class FileKind(NamedTuple):
    """The kind of a file, and the opened container or the stream with its content.

    ``name`` is xlsx, xlsb, docx or ods (with ``package``), xls (with ``stream``) or text.
    """

    name: str
    package: Package | None = None
    stream: bytes = b""


def kind_of(data: bytes, limits: Limits) -> FileKind:
    """Tell what kind of file some bytes are.

    Args:
        data: the file's content.
        limits: the budgets.

    Raises:
        Refused: if no reader can read such a file; the message says what it is.
    """
    check_size(data, limits)
    if data.startswith(_COMPOUND):
        return FileKind("xls", stream=_book_stream(data))
    if data.startswith(_ZIP):
        return _kind_of_package(open_package(data, limits))
    for magic, why in _MAGIC.items():
        if data.startswith(magic):
            raise Refused(*why)
    text = _text_kind(data[:4096])
    if text == _SEPARATED:
        return FileKind("text")
    raise Refused("R02", f"这是{text}，不是.xlsx工作簿，{SAVE_AS}")


def _kind_of_package(package: Package) -> FileKind:
    """Tell the kind of a zip file; an unknown one is given to the reader of .xlsx, which follows relationships."""
    if "xl/workbook.xml" in package.members:
        return FileKind("xlsx", package)
    name = next((kind for part, kind in _PARTS.items() if part in package.members), "xlsx")
    if name == "ods" and not _is_spreadsheet(package):
        raise refuse_other_package(package)
    return FileKind(name, package)


def _is_spreadsheet(package: Package) -> bool:
    """Tell whether an OpenDocument file is a spreadsheet; ``mimetype`` may be compressed after repacking."""
    return "mimetype" in package.members and _SPREADSHEET in next(inflate(package, "mimetype"), b"")


def _book_stream(data: bytes) -> bytes:
    """Give the stream of a compound file that holds the workbook.

    A workbook may contain a Word file, and a Word file a workbook: only the streams at the top level are used.

    Raises:
        Refused: if there is no workbook in it, or it is damaged.
    """
    import olefile  # not needed for .xlsx files

    with foreign_parser(), olefile.OleFileIO(io.BytesIO(data)) as container:
        names = {entry.name.casefold(): entry.name for entry in container.root.kids}
        for book in _BOOKS:
            if book in names:
                return bytes(container.openstream([names[book]]).read())
    why = next((why for name, why in _STREAMS.items() if name in names), None)
    raise Refused(*why) if why else Refused("R02", f"这是旧格式的Office文件，但不是工作簿，{SAVE_AS}")


def _text_kind(start: bytes) -> str:
    """Give the kind of a text file, in Chinese, by its first bytes."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode()
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"mime-version:"):
        return "网页（MHTML）"
    if text.startswith(b"<"):
        if b"schemas-microsoft-com:office:spreadsheet" in text or b'progid="excel.sheet"' in text:
            return "XML表格（XML 2003）"
        return "网页（HTML）" if any(tag in text for tag in (b"<html", b"<table", b"<body", b"<meta")) else "XML文件"
    if b"\x00" in text or not text:
        return "无法识别的文件"
    separated = b"," in text or b"\t" in text
    return _SEPARATED if separated else "文本文件"
