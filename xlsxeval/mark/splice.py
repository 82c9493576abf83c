"""An XML part changed in place: whatever is not changed keeps its bytes; it does not know what the parts mean."""

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
_TAG_END = re.compile(rb"""(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_OPENING = re.compile(r"<(/?)(?=[A-Za-z]\w*[\s/>])")
_WHITE = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

#: From a byte, to a byte, the bytes that shall stand there.
Change: TypeAlias = tuple[int, int, bytes]
#: Called with name, attributes and depth (0 for the root) of each element.
Visit: TypeAlias = Callable[[str, dict[str, str], int], None]


def shown(text: str) -> str:
    """Give a stranger's text fit for a cell or a comment, in one line: no control, no direction character."""
    return _NO_CHARACTER.sub("\ufffd", safe(_WHITE.sub(" ", text).strip(" ")))


def xml_text(text: str) -> str:
    """Write a text into XML; what Excel would take for one of its own escapes (``_x000D_``) stays as it is."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text))


def attribute_text(text: str) -> str:
    """Write a text into an attribute in double quotes."""
    return escape(text, {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


@dataclass(slots=True)
class Node:
    """One element and where it stands: its tag, the end of that tag, the closing tag, its end."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """Give the first child of a name."""
        return next((node for node in self.children if node.name == name), None)

    def walk(self) -> Iterator[Node]:
        """Give the element and everything in it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)


def tag_end(content: bytes, start: int) -> int:
    """Give the byte after the tag that begins at ``start``."""
    found = _TAG_END.match(content, start + 1)
    return found.end() if found else len(content)


def with_attribute(content: bytes, start: int, name: str, value: str | None) -> Change:
    """Give the change that sets an attribute of the tag at ``start``; None takes it away."""
    at = start + 1
    while content[at : at + 1] not in b" \t\r\n/>":
        at += 1
    first = at
    text = b"" if value is None else f' {name}="{attribute_text(value)}"'.encode("ascii", "xmlcharrefreplace")
    while found := _ATTRIBUTE.match(content, at):
        if found[1] == name.encode():
            return found.start(), found.end(), text
        at = found.end()
    return first, first, text


class Document:
    """A part as a tree down to some depth, and the changes that shall be made to it.

    New elements are given without prefix and in ASCII or any text; they get the prefix that the part has.
    """

    def __init__(self, content: bytes, limits: Limits, deepest: int = 64, visit: Visit | None = None) -> None:
        """Parse the part.

        Raises:
            Refused: for what is no usable XML or holds too many elements.
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
                alone = content[node.inner - 2 : node.inner] == b"/>"
                node.close = node.inner if alone else at
                node.end = node.inner if alone else content.index(b">", at) + 1

        self.prefix = parse_at(content, start, end, limits)
        self.root = root.children[0]

    def change(self, *changes: Change) -> None:
        """Replace bytes."""
        self._changes += changes

    def insert(self, at: int, xml: str) -> None:
        """Put elements before a byte."""
        self._changes.append((at, at, self._bytes(xml)))

    def append(self, node: Node, xml: str) -> None:
        """Put elements at the end of an element, which may be empty."""
        self._appended.setdefault(node.start, (node, []))[1].append(xml)

    def remove(self, node: Node) -> None:
        """Take an element away."""
        self._changes.append((node.start, node.end, b""))

    def set(self, node: Node, name: str, value: str | None) -> None:
        """Set an attribute; None takes it away."""
        self._changes.append(with_attribute(self.content, node.start, name, value))

    def text(self, node: Node) -> bytes:
        """Give what stands inside an element, as it is written."""
        return self.content[node.inner : node.close]

    def done(self) -> bytes:
        """Give the part with all changes made."""
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
