"""Parse XML parts by events, within limits: no document type, no encoding but UTF-8; used for every format.

Example: ``<x:c r="A1"><x:v>5</x:v></x:c>`` below a root with the prefix ``x`` calls ``start("c", {"r": "A1"})``,
``start("v", {})``, appends ``5`` to ``pieces``, and calls ``end("v")`` and ``end("c")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias
from xml.parsers import expat

from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import SAVE_AGAIN, Refused, damaged, too_much

Start: TypeAlias = Callable[[str, dict[str, str]], None]
End: TypeAlias = Callable[[str], None]
#: The same with the byte at which the tag begins; for the end of an empty element (``<a/>``), the byte after it.
StartAt: TypeAlias = Callable[[str, dict[str, str], int], None]
EndAt: TypeAlias = Callable[[str, int], None]

_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
#: All element names that handlers use.
_NAMES = (
    *("worksheet", "row", "c", "v", "f", "is", "t", "rPh", "mergeCell", "col", "si", "numFmt", "cellXfs", "xf"),
    *("r", "rPr", "strike", "font"),
    *(
        "sheetData",
        "mergeCells",
        "sheet",
        "workbookPr",
        "definedName",
        "Relationships",
        "Relationship",
        "Properties",
        "property",
    ),
)


class Control:
    """Lets the handlers of ``parse`` say that they need nothing of the rest of a part."""

    __slots__ = ("parser",)

    parser: expat.XMLParserType

    def only_ends(self, end: End) -> None:
        """From now on call nothing but ``end``: texts and attributes are not made, which takes most of the time."""
        self.parser.StartElementHandler = self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = end


def parse(
    chunks: Iterable[bytes], start: Start, end: End, pieces: list[str], limits: Limits, control: Control | None = None
) -> None:
    """Parse one part, chunk by chunk: elements go to ``start`` and ``end``, texts are appended to ``pieces``.

    The handlers must empty ``pieces``. Text goes straight into the list because ``list.append`` is the fastest handler.

    Args:
        chunks: the bytes of the part.
        start: called with name (without the root's prefix) and attributes of each element.
        end: called with the name of each element at its end.
        pieces: receives the texts.
        limits: the budgets.
        control: for handlers that may end the reading before the part ends.

    Raises:
        Refused: for a document type, an encoding other than UTF-8, a too long tag or text, or what is no XML.
    """
    names: dict[str, str] = {}
    parser = _guarded(names)
    if control is not None:
        control.parser = parser
    parser.buffer_text = True
    parser.EndElementHandler, parser.CharacterDataHandler = end, pieces.append

    def root(name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        if prefix:
            # expat replaces each name by its entry in this table, so that handlers get names without the prefix.
            names.update((f"{prefix}:{known}", known) for known in _NAMES)
        parser.StartElementHandler = start
        start(local, attributes)

    parser.StartElementHandler = root
    fed = 0
    for chunk in chunks:
        if not fed:
            _refuse_utf16(chunk)
        fed += len(chunk)
        _feed(parser, chunk)
        # expat before 2.6 reads an unfinished tag again with every chunk, in time that grows with its square.
        if fed - parser.CurrentByteIndex > limits.max_token or sum(map(len, pieces)) > limits.max_token:
            raise too_much("文件内部有一处内容过长", "max-token")
    _feed(parser, b"", last=True)


def parse_at(content: bytes, start: StartAt, end: EndAt, limits: Limits) -> str:
    """Parse a whole part and give the handlers the position of each tag, so that the part can be changed in place.

    Returns:
        The prefix of the root with its colon (``x:``), mostly empty; the names given to the handlers have no prefix.

    Raises:
        Refused: as ``parse`` does.
    """
    _refuse_utf16(content)
    parser = _guarded({})
    prefix = ""

    def started(name: str, attributes: dict[str, str]) -> None:
        start(name.removeprefix(prefix), attributes, parser.CurrentByteIndex)

    def ended(name: str) -> None:
        end(name.removeprefix(prefix), parser.CurrentByteIndex)

    def root(name: str, attributes: dict[str, str]) -> None:
        nonlocal prefix
        before, colon, _ = name.rpartition(":")
        prefix = before + colon
        parser.StartElementHandler = deeper
        deeper(name, attributes)

    deeper, back = counted(started, ended, limits)
    parser.StartElementHandler, parser.EndElementHandler = root, back
    for fed in range(0, len(content), limits.max_token):
        _feed(parser, content[fed : fed + limits.max_token])
        if fed - parser.CurrentByteIndex > limits.max_token:
            raise too_much("文件内部有一处内容过长", "max-token")
    _feed(parser, b"", last=True)
    return prefix


def _feed(parser: expat.XMLParserType, chunk: bytes, *, last: bool = False) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError as error:
        raise damaged(f"内部的XML有误（第{error.lineno}行）") from error


def _guarded(names: dict[str, str]) -> expat.XMLParserType:
    """Make a parser that refuses document types and other encodings; ``names`` is its table of names."""
    parser = expat.ParserCreate("utf-8", intern=names)
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_utf16(start: bytes) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:4]:
        raise Refused("R07", f"文件内部是UTF-16编码，不是UTF-8，{SAVE_AGAIN}")


def counted(start: Start, end: End, limits: Limits) -> tuple[Start, End]:
    """Give the same handlers with a limit of the depth of nesting."""
    depth = 0

    def deeper(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.max_depth:
            raise too_deep()
        start(name, attributes)

    def back(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    return deeper, back


def too_deep() -> Refused:
    """Give the refusal of XML that is nested too deeply."""
    return too_much("文件内部嵌套过深", "max-depth")


def check_root(name: str, expected: str, part: str) -> None:
    """Refuse a part whose root element is not the expected one.

    Raises:
        Refused: R05; ``part`` names the part in the message.
    """
    if name != expected:
        raise damaged(f"“{part}”的内容不对")


def _refuse_doctype(*_: object) -> None:
    raise Refused("R07", f"文件内部含有DTD声明，表格软件不会这样保存，{SAVE_AGAIN}")


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in _UTF8:
        raise Refused("R07", f"文件内部的编码不是UTF-8，{SAVE_AGAIN}")
