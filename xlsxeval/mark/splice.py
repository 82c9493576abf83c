"""Change an XML part in place, by byte offsets: what is not changed keeps its bytes. Knows nothing of worksheets.

Example: in ``<row r="1"><c r="A1"/><c r="B1" s="2"/></row>`` the tag of B1 begins at byte 24. Setting its ``s`` to 7
replaces the bytes 33 to 39, ``s="2"`` with the blank before it, by `` s="7"``; all other bytes are copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.sax.saxutils import escape

from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import parse_at
from xlsxeval.read.refusals import too_much
from xlsxeval.text import safe

_MOST_NODES = 400_000
_ATTRIBUTE = re.compile(rb"""\s+([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
#: The rest of a tag up to its ``>``; ``>`` in a quoted value does not end it. Possessive: a long tag costs no memory.
_TAG_END = re.compile(rb"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_OPENING = re.compile(r"<(/?)(?=[A-Za-z]\w*[\s/>])")
_WHITE = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_NUMBER = re.compile(r"[0-9]{1,7}")

#: First byte, byte after the last, the bytes to put in their place.
Change: TypeAlias = tuple[int, int, bytes]
#: Called with name, attributes and depth (0 for the root) of each element.
Visit: TypeAlias = Callable[[str, dict[str, str], int], None]


def shown(text: str) -> str:
    """Return a text as one line that is safe in a cell or comment: no control or text direction characters."""
    return _NOT_XML.sub("\ufffd", safe(_WHITE.sub(" ", text).strip(" ")))


def xml_text(text: str) -> str:
    """Return a text as XML content; ``_x000D_``, which Excel would decode, is written as ``_x005F_x000D_``."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text))


def attribute_text(text: str) -> str:
    """Return a text as the value of an attribute in double quotes."""
    return escape(text, {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def whole_number(text: str | None) -> int:
    """Return the number that an attribute holds; 0 if it is missing, no number or longer than 7 digits."""
    return int(text) if text and _NUMBER.fullmatch(text) else 0


@dataclass(slots=True)
class Node:
    """One XML element and its byte offsets in the part.

    ``start``: its tag; ``inner``: after that tag; ``close``: its closing tag; ``end``: after the closing tag. An
    element without content (``<a/>``) has ``inner``, ``close`` and ``end`` at the same byte.
    Example: for ``<a>xy</a>`` at byte 0 these are 0, 3, 5 and 9.
    """

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """Return the first child with a name; None if there is none."""
        return next((node for node in self.children if node.name == name), None)

    def walk(self) -> Iterator[Node]:
        """Yield the element and all elements in it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)


def tag_end(content: bytes, start: int) -> int:
    """Return the offset after the tag that begins at ``start``."""
    match = _TAG_END.match(content, start + 1)
    return match.end() if match else len(content)


def with_attribute(content: bytes, start: int, name: str, value: str | None) -> Change:
    """Return the change that sets an attribute of the tag at ``start``; the value None removes the attribute."""
    at = start + 1
    while content[at : at + 1] not in b" \t\r\n/>":
        at += 1
    first = at
    text = b"" if value is None else f' {name}="{attribute_text(value)}"'.encode("ascii", "xmlcharrefreplace")
    while match := _ATTRIBUTE.match(content, at):
        if match[1] == name.encode():
            return match.start(), match.end(), text
        at = match.end()
    return first, first, text


class Document:
    """A part as a tree of nodes down to some depth, and the changes to make in it.

    New elements are passed without a prefix; they get the prefix of the part's root (``<x:row>`` in some files).
    """

    def __init__(self, content: bytes, limits: Limits, deepest: int = 64, visit: Visit | None = None) -> None:
        """Parse the part.

        Args:
            content: the part.
            limits: the limits for untrusted files.
            deepest: nodes are made for elements down to this depth; the root has depth 0.
            visit: called for each element at any depth.

        Raises:
            Refused: if the part has too many elements, a document type, another encoding or too deep nesting.
            expat.ExpatError: if it is not well-formed.
        """
        self.content = content
        self._changes: list[Change] = []
        self._appended: dict[int, tuple[Node, list[str]]] = {}
        root = Node("", {}, 0, 0)
        path = [root]
        count = 0

        def start(name: str, attributes: dict[str, str], at: int) -> None:
            nonlocal count
            depth = len(path) - 1
            if visit is not None:
                visit(name, attributes, depth)
            node = root
            if depth <= deepest:
                count += 1
                if count > _MOST_NODES:
                    raise too_much("文件内部的标记太多", "max-tags")
                node = Node(name, attributes, at, tag_end(content, at))
                path[-1].children.append(node)
            path.append(node)

        def end(_name: str, at: int) -> None:
            node = path.pop()
            if node is not root:
                without_content = content[node.inner - 2 : node.inner] == b"/>"
                node.close = node.inner if without_content else at
                node.end = node.inner if without_content else content.index(b">", at) + 1

        self.prefix = parse_at(content, start, end, limits)
        self.root = root.children[0]

    def change(self, *changes: Change) -> None:
        """Replace bytes; changes must not overlap."""
        self._changes += changes

    def insert(self, at: int, xml: str) -> None:
        """Insert elements before an offset."""
        self._changes.append((at, at, self._bytes(xml)))

    def append(self, node: Node, xml: str) -> None:
        """Insert elements at the end of an element, which may be ``<a/>``."""
        self._appended.setdefault(node.start, (node, []))[1].append(xml)

    def remove(self, node: Node) -> None:
        """Remove an element."""
        self._changes.append((node.start, node.end, b""))

    def set(self, node: Node, name: str, value: str | None) -> None:
        """Set an attribute; the value None removes it."""
        self._changes.append(with_attribute(self.content, node.start, name, value))

    def text(self, node: Node) -> bytes:
        """Return the content of an element as written, with escapes and tags."""
        return self.content[node.inner : node.close]

    def done(self) -> bytes:
        """Return the part with all changes made."""
        changes = list(self._changes)
        for node, pieces in self._appended.values():
            xml = self._bytes("".join(pieces))
            if node.close == node.end:
                closing = self._bytes(f"</{node.name}>")
                changes.append((node.inner - 2, node.inner, b">" + xml + closing))
            else:
                changes.append((node.close, node.close, xml))
        result, at = [], 0
        for start, end, new in sorted(changes, key=lambda change: change[0]):
            result += [self.content[at:start], new]
            at = max(at, end)
        return b"".join([*result, self.content[at:]])

    def _bytes(self, xml: str) -> bytes:
        return _OPENING.sub(rf"<\1{self.prefix}", xml).encode("ascii", "xmlcharrefreplace")
