"""XML parts by events: no document type, no foreign encoding, names without prefix."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from xml.parsers import expat

from xlsxeval.read.book import Refused

Start: TypeAlias = Callable[[str, dict[str, str]], None]
End: TypeAlias = Callable[[str], None]
Text: TypeAlias = Callable[[str], None]


def parse_xml(data: bytes, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Parse one part, calling back for each element and text.

    A part is given whole: expat before 2.6 reads long tokens again with every further chunk.

    Raises:
        Refused: for a DTD or an encoding other than UTF-8 (R07).
        expat.ExpatError: for text that is not well-formed.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:4]:
        raise Refused("R07", "文件内部不是UTF-8编码，请在WPS或Excel中打开后重新保存")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_declaration

    def root(name: str, attributes: dict[str, str]) -> None:
        prefixed = ":" in name
        parser.StartElementHandler = _bare_start(start) if prefixed else start
        parser.EndElementHandler = _bare_end(end) if prefixed and end else end
        parser.StartElementHandler(name, attributes)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = text
    parser.Parse(data, True)  # noqa: FBT003  # expat takes no keywords


def _bare_start(start: Start) -> Start:
    return lambda name, attributes: start(name.rpartition(":")[2], attributes)


def _bare_end(end: End) -> End:
    return lambda name: end(name.rpartition(":")[2])


def _refuse_doctype(*_: object) -> None:
    raise Refused("R07", "文件内部含有DTD声明，这不是表格软件正常保存的内容，请在WPS或Excel中打开后重新保存")


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise Refused("R07", f"文件内部的编码是{encoding}，不是UTF-8，请在WPS或Excel中打开后重新保存")
