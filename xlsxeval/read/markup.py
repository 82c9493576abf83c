"""XML parts by events, under guard: no document type, no foreign encoding; it does not know workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias
from xml.parsers import expat

from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import SAVE_AGAIN, Refused, damaged, too_much

Start: TypeAlias = Callable[[str, dict[str, str]], None]
End: TypeAlias = Callable[[str], None]
#: The same with the byte at which the tag begins; the end of an empty element is told where that element ends.
StartAt: TypeAlias = Callable[[str, dict[str, str], int], None]
EndAt: TypeAlias = Callable[[str, int], None]

_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
#: Every element name that some handler asks for.
_NAMES = (
    *("worksheet", "row", "c", "v", "f", "is", "t", "rPh", "mergeCell", "col", "si", "numFmt", "cellXfs", "xf"),
    *("sheet", "workbookPr", "definedName", "Relationships", "Relationship", "Properties", "property"),
)


def parse(chunks: Iterable[bytes], start: Start, end: End, pieces: list[str], limits: Limits) -> None:
    """Parse one part as it comes: elements to ``start`` and ``end``, text appended to ``pieces``.

    The handlers empty ``pieces``; a list's own ``append`` is the cheapest text handler there is.

    Raises:
        Refused: for a document type, an encoding other than UTF-8, one endless tag or text, or what is no XML.
    """
    names: dict[str, str] = {}
    parser = _guarded(names)
    parser.buffer_text = True
    parser.EndElementHandler, parser.CharacterDataHandler = end, pieces.append

    def root(name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        if prefix:
            # expat looks each name up in this table: the root's prefix is gone before a handler sees it.
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
        # expat before 2.6 reads an unfinished tag again with every chunk: a tag without end would cost its square.
        if fed - parser.CurrentByteIndex > limits.max_token or sum(map(len, pieces)) > limits.max_token:
            raise too_much("文件内部有一处内容过长", "max-token")
    _feed(parser, b"", last=True)


def parse_at(content: bytes, start: StartAt, end: EndAt, limits: Limits) -> str:
    """Parse a whole part and tell the handlers where each tag stands, so that the part can be changed in place.

    Returns:
        The prefix of the root with its colon, which no name has that is given to the handlers; mostly empty.

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
    parser = expat.ParserCreate("utf-8", intern=names)
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_utf16(start: bytes) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:4]:
        raise Refused("R07", f"文件内部是UTF-16编码，不是UTF-8，{SAVE_AGAIN}")


def counted(start: Start, end: End, limits: Limits) -> tuple[Start, End]:
    """Give the same handlers with the depth of nesting watched."""
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
    """Give the refusal of endless nesting."""
    return too_much("文件内部嵌套过深", "max-depth")


def check_root(name: str, expected: str, part: str) -> None:
    """Refuse a part that is something else than its relationship says."""
    if name != expected:
        raise damaged(f"“{part}”的内容不对")


def _refuse_doctype(*_: object) -> None:
    raise Refused("R07", f"文件内部含有DTD声明，表格软件不会这样保存，{SAVE_AGAIN}")


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in _UTF8:
        raise Refused("R07", f"文件内部的编码不是UTF-8，{SAVE_AGAIN}")
