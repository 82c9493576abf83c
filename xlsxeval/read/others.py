"""What a file is that is no workbook: by its first bytes, else by its ending; and what its sender should do."""

from __future__ import annotations

from typing import NamedTuple

#: So many bytes of a file are looked at.
HEAD = 4096
#: The endings of the files that are read in a folder. A file given by name is read whatever its ending is; its content
#: decides which reader is used.
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".docx", ".csv", ".tsv"})
#: Zip and compound files: workbooks, documents and containers.
_PACKAGES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_MAIL_HEADS = (
    b"received:",
    b"return-path:",
    b"mime-version:",
    b"from:",
    b"delivered-to:",
    b"x-",
    b"date:",
    b"subject:",
)
_SEND = "请报送工作簿（.xlsx）"


class Known(NamedTuple):
    """What a file is: a word for programs, and a sentence for people, without a full stop."""

    kind: str
    what: str


_ARCHIVE = Known("archive", "这是压缩包，这里打不开，请解压后报送其中的工作簿")
_RAR = Known("archive", "这是RAR压缩包，打不开，请解压后报送其中的工作簿")
_7Z = Known("archive", "这是7z压缩包，打不开，请解压后报送其中的工作簿")
_PDF = Known("pdf", f"这是PDF文件（可能是盖章扫描件），没有核对，{_SEND}")
_PICTURE = Known("picture", f"这是图片，没有核对，{_SEND}")
_DOCUMENT = Known("document", f"这是文字文档，没有核对，{_SEND}")
_SLIDES = Known("slides", f"这是演示文稿，没有核对，{_SEND}")
_PAGE = Known("page", f"这是网页，没有核对，{_SEND}")
_MEDIA = Known("media", f"这是音频或视频，没有核对，{_SEND}")
_PROGRAM = Known("program", f"这是程序，没有打开，{_SEND}")
_DATABASE = Known("database", f"这是数据库文件，没有核对，{_SEND}")
_TEXT = Known("text", f"这是文本文件，没有核对，{_SEND}")
_MAIL = Known("mail", "这是邮件，打不开，请报送附件里的工作簿")
_EMPTY = Known("empty", "文件是空的（0字节），请重新报送")
_OTHER = Known("other", f"这不是工作簿，没有核对，{_SEND}")
#: First bytes -> what the file is.
_MAGIC = {
    b"Rar!": _RAR,
    b"7z\xbc\xaf": _7Z,
    b"\x1f\x8b": _ARCHIVE,
    b"BZh": _ARCHIVE,
    b"\xfd7zXZ": _ARCHIVE,
    b"%PDF": _PDF,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"BM": _PICTURE,
    b"II*\x00": _PICTURE,
    b"MM\x00*": _PICTURE,
    b"{\\rtf": _DOCUMENT,
    b"SQLite format 3\x00": _DATABASE,
    b"MZ": _PROGRAM,
    b"\x7fELF": _PROGRAM,
    b"ID3": _MEDIA,
}
#: Endings -> what the file is, where its first bytes do not tell.
_ENDINGS = {
    **dict.fromkeys((".rar",), _RAR),
    **dict.fromkeys((".7z",), _7Z),
    **dict.fromkeys((".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".z", ".cab", ".iso"), _ARCHIVE),
    **dict.fromkeys((".pdf", ".ofd"), _PDF),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".svg"), _PICTURE),
    **dict.fromkeys((".doc", ".wps", ".wpt", ".dot", ".rtf", ".odt", ".docm", ".pages"), _DOCUMENT),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp"), _SLIDES),
    **dict.fromkeys((".htm", ".html", ".mht", ".mhtml", ".xml"), _PAGE),
    **dict.fromkeys((".mp3", ".mp4", ".avi", ".mov", ".wav", ".wmv", ".amr", ".m4a", ".mkv"), _MEDIA),
    **dict.fromkeys((".exe", ".msi", ".bat", ".cmd", ".js", ".vbs", ".lnk", ".url", ".py", ".sh"), _PROGRAM),
    **dict.fromkeys((".db", ".sqlite", ".mdb", ".accdb", ".dbf"), _DATABASE),
    **dict.fromkeys((".txt", ".md", ".log", ".json", ".jsonl", ".yaml", ".yml"), _TEXT),
    **dict.fromkeys((".eml", ".msg"), _MAIL),
}
_RIFF, _WEBP, _FTYP = b"RIFF", b"WEBP", b"ftyp"


def ending(name: str) -> str:
    """Give the ending of a file's name in small letters, with its dot; empty if it has none."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, end = last.rpartition(".")
    return f".{end.lower()}" if dot and stem and len(end) <= _LONGEST_ENDING and end.isascii() and end.isalnum() else ""


_LONGEST_ENDING = 6


def has_workbook_ending(name: str) -> bool:
    """Tell whether a file is called as workbooks are."""
    return ending(name) in WORKBOOK_ENDINGS


def is_mail(head: bytes, name: str) -> bool:
    """Tell whether a file is a mail (.eml): by its ending, or because it begins with the head of a mail."""
    if ending(name) == ".eml":
        return True
    start = head[:200].lstrip().lower()
    return ending(name) == "" and start.startswith(_MAIL_HEADS) and (b"\nmime-version:" in head.lower())


def may_be_workbook(head: bytes, name: str) -> bool:
    """Tell whether a file has to be opened: it may be a workbook, or contain one.

    Args:
        head: its first bytes, at most ``HEAD``.
        name: its name.
    """
    if head.startswith(_PACKAGES) or has_workbook_ending(name) or is_mail(head, name):
        return True
    separated = b"\x00" not in head and (b"," in head or b"\t" in head)
    return ending(name) == "" and separated and not head.lstrip().startswith((b"<", b"{", b"%", b"#!"))


def known_other(head: bytes, name: str) -> Known:
    """Say what a file is that is no workbook.

    Args:
        head: its first bytes, at most ``HEAD``.
        name: its name.
    """
    if not head:
        return _EMPTY
    for magic, known in _MAGIC.items():
        if head.startswith(magic):
            return known
    if head.startswith(_RIFF):
        return _PICTURE if head[8:12] == _WEBP else _MEDIA
    if head[4:8] == _FTYP:
        return _PICTURE if head[8:12] in {b"heic", b"heix", b"mif1", b"avif"} else _MEDIA
    if head[257:262] == b"ustar":
        return _ARCHIVE
    by_ending = _ENDINGS.get(ending(name))
    if by_ending:
        return by_ending
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _PAGE
    return _OTHER if b"\x00" in head else _TEXT
