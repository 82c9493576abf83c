"""The style sheet of a marked copy: give a cell's style our fill, and give a marked cell its own fill again.

Example: a cell with ``s="3"`` has the fourth ``xf`` of ``cellXfs``, say ``<xf numFmtId="10" fontId="2" fillId="5"/>``.
Marked as an error it gets a new number, whose ``xf`` is the same but for ``fillId`` (the red fill) and ``applyFill``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlsxeval.mark.splice import Document, Node, attribute_text, whole_number
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused

#: Severity of the gravest finding -> colour of the cell. No program offers these colours, so they are known as ours.
FILLS: Mapping[str, str] = {"error": "FFFFC9CE", "warning": "FFFFC061", "info": "FFD5E8FA", "waived": "FFE2E6E1"}
#: As many cell styles as Excel allows in a workbook.
_MOST_STYLES = 65_490
_NO_FILL = '<fill><patternFill patternType="none"/></fill>'
_REQUIRED = {
    "fonts": '<fonts count="1"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font></fonts>',
    "fills": f'<fills count="2">{_NO_FILL}<fill><patternFill patternType="gray125"/></fill></fills>',
    "borders": '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
    "cellStyleXfs": '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
    "cellXfs": '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>',
    "cellStyles": '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>',
}
#: Only such plain fills are stored as text and put back: the text comes from a file that others may have changed.
_PLAIN_FILL = re.compile(
    r'<fill><patternFill(?: patternType="[A-Za-z0-9]{1,20}")?(?:/>|>'
    r'(?:<(?:bg|fg)Color(?: (?:auto|indexed|rgb|theme|tint)="[A-Za-z0-9.+-]{1,24}")*/>){0,2}</patternFill>)</fill>'
)
#: Other programs keep the first colour and choose another second one.
_OUR_FILL = re.compile(rf'<fill><patternFill patternType="solid"><fgColor rgb="(?:{"|".join(FILLS.values())})"')


def xml_of(node: Node) -> str:
    """Return an element as XML with sorted attributes, so that equal elements give equal texts."""
    attributes = "".join(f' {name}="{attribute_text(value)}"' for name, value in sorted(node.attributes.items()))
    children = "".join(map(xml_of, node.children))
    return f"<{node.name}{attributes}>{children}</{node.name}>" if children else f"<{node.name}{attributes}/>"


def solid(colour: str) -> str:
    """Return the XML of a fill with one colour: ``FFFFC9CE``."""
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
    )


class Styles:
    """The fonts, fills, borders and cell styles of a workbook; an entry that is missing is added.

    A cell style is known by its number, the place of its ``xf`` in ``cellXfs``.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._limits = limits
        self._document = Document(_completed(content, limits), limits)
        self._sections = {node.name: node for node in self._document.root.children if node.name in _REQUIRED}
        self._entries = {name: [xml_of(entry) for entry in node.children] for name, node in self._sections.items()}
        self._numbers = {
            name: {xml: number for number, xml in reversed([*enumerate(entries)])}
            for name, entries in self._entries.items()
        }
        self._xfs = list(self._sections["cellXfs"].children)
        self._our_fills = {str(n) for n, fill in enumerate(self._entries["fills"]) if _OUR_FILL.match(fill)}
        self._our_styles = frozenset(number for number, xf in enumerate(self._xfs) if self._has_our_fill(xf))
        self._rests: list[str] = []
        #: First style with all but the fill as in the key; the fill is its text, or None for any fill but ours.
        self._by_rest: dict[tuple[str, str | None], int] = {}
        for xf in self._xfs:
            self._remember(xf)

    def add(self, section: str, xml: str) -> int:
        """Return the number of an entry of a section; add the entry if it is missing.

        Args:
            section: ``fonts``, ``fills``, ``borders`` or ``cellXfs``.
            xml: the entry.

        Raises:
            Refused: if Excel allows no more cell styles.
        """
        node = Document(xml.encode(), self._limits).root
        text = xml_of(node)
        entries, numbers = self._entries[section], self._numbers[section]
        if text not in numbers:
            if section == "cellXfs" and len(entries) >= _MOST_STYLES:
                raise Refused("R06", f"单元格样式已有{_MOST_STYLES}种，不能再加审核标记的底色")
            numbers[text] = len(entries)
            entries.append(text)
            if section == "fills" and _OUR_FILL.match(text):
                self._our_fills.add(str(numbers[text]))
            if section == "cellXfs":
                self._xfs.append(node)
                self._remember(node)
            self._document.append(self._sections[section], text)
        return numbers[text]

    def filled(self, base: int, level: str) -> int:
        """Return the style like ``base`` with our fill; ``level`` is a key of ``FILLS``."""
        return self._with_fill(base, self.add("fills", solid(FILLS[level])))

    def ours(self) -> frozenset[int]:
        """Return the styles of the original file that have one of our fills."""
        return self._our_styles

    def fill_of(self, base: int) -> str:
        """Return the fill of a style as XML; empty if it is more than a plain fill, for example a gradient."""
        return self._fill(self._xfs[self._known(base)])

    def unfilled(self, current: int, base: int | None, fill: str | None) -> int:
        """Return the style like ``current`` with the fill that the cell had before it was marked.

        Args:
            current: the style of a marked cell.
            base: its style before; it is used only if it still fits, because other programs renumber styles.
            fill: its fill before; None if it is unknown because the cell was moved: then the fill of the first style
                that is otherwise the same.
        """
        rest = self._rests[current]
        if base is not None and base < len(self._xfs) and self._rests[base] == rest and self.fill_of(base) == fill:
            return base
        same = self._by_rest.get((rest, fill))
        if same is not None:
            return same
        plain = fill if fill and _PLAIN_FILL.fullmatch(fill) else _NO_FILL
        return self._with_fill(current, self.add("fills", plain))

    def done(self) -> bytes:
        """Return the part with the added entries."""
        for name, node in self._sections.items():
            if len(self._entries[name]) > len(node.children) and "count" in node.attributes:
                self._document.set(node, "count", str(len(self._entries[name])))
        return self._document.done()

    def _remember(self, xf: Node) -> None:
        """Keep the next style by what it is besides its fill."""
        number, rest = len(self._rests), _without_fill(xf)
        self._rests.append(rest)
        if not self._has_our_fill(xf):
            self._by_rest.setdefault((rest, None), number)
            self._by_rest.setdefault((rest, self._fill(xf)), number)

    def _has_our_fill(self, xf: Node) -> bool:
        return xf.attributes.get("fillId") in self._our_fills

    def _fill(self, xf: Node) -> str:
        number, fills = whole_number(xf.attributes.get("fillId")), self._entries["fills"]
        text = fills[number] if number < len(fills) else ""
        return text if _PLAIN_FILL.fullmatch(text) else ""

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
    """Add the sections that Excel always writes, where they are missing."""
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
