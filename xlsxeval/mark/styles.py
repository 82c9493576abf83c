"""The style sheet of a marked copy: the style of a cell with our fill, and the way back to its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlsxeval.mark.splice import Document, Node, attribute_text
from xlsxeval.read.limits import Limits

#: The fill of a cell by the worst that is said of it: no other program has these very colours in its palette.
FILLS: Mapping[str, str] = {"error": "FFFFC9CE", "warning": "FFFFC061", "info": "FFD5E8FA", "waived": "FFE2E6E1"}
_NO_FILL = '<fill><patternFill patternType="none"/></fill>'
_REQUIRED = {
    "fonts": '<fonts count="1"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font></fonts>',
    "fills": f'<fills count="2">{_NO_FILL}<fill><patternFill patternType="gray125"/></fill></fills>',
    "borders": '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
    "cellStyleXfs": '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
    "cellXfs": '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>',
    "cellStyles": '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>',
}
#: The only fills that are remembered as text: what comes back from a stranger's file is put into ours.
_PLAIN_FILL = re.compile(
    r'<fill><patternFill(?: patternType="[A-Za-z0-9]{1,20}")?(?:/>|>'
    r'(?:<(?:bg|fg)Color(?: (?:auto|indexed|rgb|theme|tint)="[A-Za-z0-9.+-]{1,24}")*/>){0,2}</patternFill>)</fill>'
)
#: Other programs keep the colour and choose a second one of their own.
_OUR_FILL = re.compile(rf'<fill><patternFill patternType="solid"><fgColor rgb="(?:{"|".join(FILLS.values())})"')


def xml_of(node: Node) -> str:
    """Write an element with its attributes sorted: equal elements give equal texts."""
    attributes = "".join(f' {name}="{attribute_text(value)}"' for name, value in sorted(node.attributes.items()))
    children = "".join(map(xml_of, node.children))
    return f"<{node.name}{attributes}>{children}</{node.name}>" if children else f"<{node.name}{attributes}/>"


def solid(colour: str) -> str:
    """Give the fill of one colour."""
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
    )


class Styles:
    """The fonts, fills, borders and cell styles of a workbook; what is asked for is found or added."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._limits = limits
        self._document = Document(_completed(content, limits), limits)
        self._sections = {node.name: node for node in self._document.root.children if node.name in _REQUIRED}
        self._entries = {name: [xml_of(one) for one in node.children] for name, node in self._sections.items()}
        self._numbers = {
            name: {xml: number for number, xml in reversed([*enumerate(entries)])}
            for name, entries in self._entries.items()
        }
        self._xfs = list(self._sections["cellXfs"].children)
        self._rests = [_without_fill(xf) for xf in self._xfs]
        self._alike: dict[str, list[int]] = {}
        for number, rest in enumerate(self._rests):
            self._alike.setdefault(rest, []).append(number)
        self._ours = frozenset(str(n) for n, fill in enumerate(self._entries["fills"]) if _OUR_FILL.match(fill))

    def add(self, section: str, xml: str) -> int:
        """Give the number of an entry of a section (fonts, fills, borders, cellXfs)."""
        node = Document(xml.encode(), self._limits).root
        text = xml_of(node)
        entries, numbers = self._entries[section], self._numbers[section]
        if text not in numbers:
            numbers[text] = len(entries)
            entries.append(text)
            if section == "cellXfs":
                self._xfs.append(node)
                self._rests.append(_without_fill(node))
                self._alike.setdefault(self._rests[-1], []).append(len(self._rests) - 1)
            self._document.append(self._sections[section], text)
        return numbers[text]

    def filled(self, base: int, level: str) -> int:
        """Give the style that differs from ``base`` in nothing but our fill."""
        return self._with_fill(base, self.add("fills", solid(FILLS[level])))

    def ours(self) -> frozenset[int]:
        """Give the styles that came with one of our fills."""
        return frozenset(filter(self._is_ours, range(len(self._xfs))))

    def fill_of(self, base: int) -> str:
        """Give the fill of a style as a text that can be remembered; empty for an unusual one."""
        number = self._xfs[self._known(base)].attributes.get("fillId", "0")
        fills = self._entries["fills"]
        text = fills[int(number)] if number.isdecimal() and int(number) < len(fills) else ""
        return text if _PLAIN_FILL.fullmatch(text) else ""

    def unfilled(self, current: int, base: int | None, fill: str | None) -> int:
        """Give the style that differs from ``current`` only in having the fill that the cell had before.

        Args:
            current: the style of a marked cell.
            base: the number of its own style when it was marked; another program may have numbered them anew.
            fill: the fill that it had; None if the cell was moved since, then the fill of a cell like it is taken.
        """
        rest = self._rests[current]
        if base is not None and base < len(self._xfs) and self._rests[base] == rest and self.fill_of(base) == fill:
            return base
        alike = (number for number in self._alike[rest] if not self._is_ours(number))
        wanted = next((number for number in alike if fill is None or self.fill_of(number) == fill), None)
        if wanted is not None:
            return wanted
        plain = fill if fill and _PLAIN_FILL.fullmatch(fill) else _NO_FILL
        return self._with_fill(current, self.add("fills", plain))

    def done(self) -> bytes:
        """Give the part with what was added."""
        for name, node in self._sections.items():
            if len(self._entries[name]) > len(node.children) and "count" in node.attributes:
                self._document.set(node, "count", str(len(self._entries[name])))
        return self._document.done()

    def _is_ours(self, number: int) -> bool:
        return self._xfs[number].attributes.get("fillId") in self._ours

    def _known(self, base: int) -> int:
        return base if base < len(self._xfs) else 0

    def _with_fill(self, base: int, fill: int) -> int:
        xf = self._xfs[self._known(base)]
        attributes = {**xf.attributes, "fillId": str(fill), "applyFill": "1"}
        return self.add("cellXfs", xml_of(Node(xf.name, attributes, 0, 0, children=xf.children)))


def _without_fill(xf: Node) -> str:
    attributes = {name: value for name, value in xf.attributes.items() if name not in {"fillId", "applyFill"}}
    return xml_of(Node(xf.name, attributes, 0, 0, children=xf.children))


def _completed(content: bytes, limits: Limits) -> bytes:
    """Add the sections that no style sheet of Excel lacks."""
    document = Document(content, limits, deepest=1)
    present = {node.name: node for node in document.root.children}
    at = document.root.inner
    if document.root.close == document.root.end:
        document.append(document.root, "".join(_REQUIRED.values()))
        return document.done()
    for name in ("numFmts", *_REQUIRED):
        if name in present:
            at = present[name].end
        elif name in _REQUIRED:
            document.insert(at, _REQUIRED[name])
    return document.done()
