"""Turn a letter in Markdown into a Word document in the style of Chinese offices, whatever the letter says.

python-docx is slow, so it makes one empty letter. Each letter is a copy of that package in which the XML of the body
and of the properties is replaced.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsxeval.text import display_width, safe

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode as Node

#: Page and margins in mm as GB/T 9704 has them: width, height, top, bottom, left, right.
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 210, 297, 37, 35, 28, 26
#: Style -> font, size in points, bold. The fonts come with Windows and WPS; other programs use similar ones.
_FONTS = {
    "Normal": ("仿宋", 16, False),
    "Heading 1": ("宋体", 22, True),
    "Heading 2": ("黑体", 16, False),
    "Heading 3": ("楷体", 16, True),
}
_LATIN = "Times New Roman"
_TABLE_FONT, _TABLE_SIZE = "宋体", 10.5
#: Ids of our styles for the cells of a table.
_CELL, _HEAD = "TableText", "TableHead"
_LINE = 28
#: Widths of texts in a table in half-width characters: least, longest short text, greatest that is counted.
_NARROW, _SHORT, _LONG = 4, 10, 90
#: Width of a half-width character in mm.
_SIGN = 2.0
#: Word counts lengths in twentieths of a point.
_TWIPS = 20
_TABLE_LOOK = (
    '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/><w:tblLayout w:type="fixed"/>'
    '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" '
    'w:val="04A0"/></w:tblPr>'
)
#: The parts that differ between letters, and the placeholder in the empty letter.
_BODY_PART, _CORE_PART, _HERE = "word/document.xml", "docProps/core.xml", "{here}"
#: Written in place of the present time, so that each run gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def word_document(markdown: str) -> bytes:
    """Return a Markdown text as .docx.

    Headings, paragraphs, tables, lists, bold and italic are kept; a block quote is set at the right.
    """
    from markdown_it.tree import SyntaxTreeNode

    base = _base()
    root = SyntaxTreeNode(_parser().parse(markdown))
    parts: list[str] = []
    greeting = False
    for node in root.children:
        parts += _block(node, flush=greeting and node.type == "paragraph")
        greeting = node.type == "heading" and node.tag == "h1"
    heading = next((_text(node) for node in root.children if node.type == "heading"), "")
    stream = io.BytesIO(base.package)
    with zipfile.ZipFile(stream, "a") as target:
        _put(target, _BODY_PART, base.body.replace(_HERE, "".join(parts)).encode())
        _put(target, _CORE_PART, base.core.replace(_HERE, escape(heading[:255], quote=False)).encode())
    return stream.getvalue()


class _Base(NamedTuple):
    """The empty letter: the package without the two parts that differ, and these parts with placeholders."""

    package: bytes
    body: str
    core: str


@cache
def _base() -> _Base:
    """Make the empty letter with python-docx; once, because this takes longer than all other work on a letter."""
    import docx

    document = docx.Document()
    _set_up(document)
    _describe(document, _HERE)
    whole, rest = io.BytesIO(), io.BytesIO()
    document.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(rest, "w") as target:
        for name in source.namelist():
            if name not in {_BODY_PART, _CORE_PART}:
                _put(target, name, source.read(name))
        body, core = (source.read(name).decode() for name in (_BODY_PART, _CORE_PART))
    return _Base(rest.getvalue(), body.replace("<w:sectPr", f"{_HERE}<w:sectPr", 1), core)


def _put(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Write one part into the package, with a fixed time."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    target.writestr(entry, content)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _set_up(document: Document) -> None:
    """Set page, fonts, line spacing and page number of the empty letter."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(_WIDTH), Mm(_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_BOTTOM)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    for name, (font, size, bold) in _FONTS.items():
        style: Any = document.styles[name]
        _set_font(style.element.get_or_add_rPr(), style.font, font)
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, RGBColor(0, 0, 0)
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE)
    title: Any = document.styles["Heading 1"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(_LINE + 4)
    title.paragraph_format.space_after = Pt(_LINE)
    _add_cell_styles(document)
    _set_language(document)
    _page_number(section.footer.paragraphs[0])


def _add_cell_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt

    for name, base in (("Table Text", "Normal"), ("Table Head", "Table Text")):
        style: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
    text: Any = document.styles["Table Text"]
    text.font.size = Pt(_TABLE_SIZE)
    _set_font(text.element.get_or_add_rPr(), text.font, _TABLE_FONT)
    form = text.paragraph_format
    form.line_spacing_rule, form.space_before, form.space_after = WD_LINE_SPACING.SINGLE, Pt(2), Pt(2)
    head: Any = document.styles["Table Head"]
    head.font.bold, head.paragraph_format.alignment = True, WD_ALIGN_PARAGRAPH.CENTER


def _set_language(document: Document) -> None:
    """Set the language to Chinese (China): programs choose replacements for missing fonts by the language."""
    from docx.oxml.ns import qn

    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_font(properties: Any, font: Any, name: str) -> None:
    """Set the fonts of Latin and Chinese text; remove the fonts of the theme, which would be used instead."""
    from docx.oxml.ns import qn

    font.name = _LATIN
    fonts = properties.rFonts
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    fonts.set(qn("w:eastAsia"), name)


def _page_number(paragraph: Paragraph) -> None:
    """Write the page number as ``— 1 —``."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  # python-docx has no fields
    paragraph.add_run(" —")


def _block(node: Node, *, flush: bool = False) -> Iterator[str]:
    """Yield the XML of a block of Markdown: a paragraph, heading, list, table or quote."""
    if node.type == "heading":
        level = min(int(node.tag[1:]), 3)
        yield _paragraph(_runs(node), style=f"Heading{level}", signs=0 if level == 1 else 2)
    elif node.type == "paragraph":
        yield _paragraph(_runs(node), signs=0 if flush else 2)
    elif node.type == "blockquote":
        for child in node.children:
            yield _paragraph(_runs(child), side="right")
    elif node.type in {"bullet_list", "ordered_list"}:
        first = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, first):
            mark = f"{number}．" if node.type == "ordered_list" else "· "
            for child in item.children:
                if child.type != "paragraph":
                    yield from _block(child)
                    continue
                yield _paragraph(_run(mark) + _runs(child), signs=2)
                mark = ""
    elif node.type == "table":
        yield from _table(node)
    elif node.content:
        yield _paragraph(_run("\n".join(map(safe, node.content.splitlines()))))


def _paragraph(runs: str, *, style: str = "", signs: int | None = None, side: str = "") -> str:
    """Return the XML of a paragraph.

    Args:
        runs: its text as XML.
        style: the id of its style.
        signs: indent of the first line in Chinese characters.
        side: ``center`` or ``right``; empty for left.
    """
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += f'<w:ind w:firstLine="{signs * _FONTS["Normal"][1] * _TWIPS}"/>' if signs is not None else ""
    properties += f'<w:jc w:val="{side}"/>' if side else ""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{runs}</w:p>"


def _runs(node: Node) -> str:
    return "".join(_run(text, marks) for text, marks in _inline(node))


def _run(text: str, marks: frozenset[str] = frozenset()) -> str:
    if not text:
        return ""
    look = "<w:b/>" * ("strong" in marks) + "<w:i/>" * ("em" in marks)
    lines = "<w:br/>".join(_words(line) if line else "" for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{lines}</w:r>"


def _words(text: str) -> str:
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<w:t{kept}>{escape(text, quote=False)}</w:t>"


def _inline(node: Node, marks: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the texts below a node, each with its marks (bold, italic); a line break in the source becomes nothing."""
    if node.type == "hardbreak":
        yield "\n", marks
    elif node.children:
        for child in node.children:
            yield from _inline(child, marks | {node.type})
    elif node.content:
        yield safe(node.content), marks


def _text(node: Node) -> str:
    return "".join(text for text, _ in _inline(node))


def _table(node: Node) -> Iterator[str]:
    """Yield the XML of a table; its head is repeated on each page, and no row is divided."""
    from docx.shared import Mm

    rows = [row.children for part in node.children for row in part.children]
    widths = [Mm(width).twips for width in _widths([[_text(cell) for cell in row] for row in rows])]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield f"<w:tbl>{_TABLE_LOOK}<w:tblGrid>{grid}</w:tblGrid>"
    for number, row in enumerate(rows):
        yield f"<w:tr><w:trPr><w:cantSplit/>{'' if number else '<w:tblHeader/>'}</w:trPr>"
        for cell, width in zip(row, widths, strict=True):
            centred = number and "center" in str(cell.attrs.get("style", ""))
            yield f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/><w:vAlign w:val="center"/></w:tcPr>'
            yield _paragraph(_runs(cell), style=_CELL if number else _HEAD, side="center" if centred else "")
            yield "</w:tc>"
        yield "</w:tr>"
    yield "</w:tbl>"


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the widths of a table's columns in mm.

    Each column gets the width of a short text; the rest of the page goes to the columns with long texts. Example:
    columns with texts of 4, 6 and 60 half-width characters get 12, 16 and, with the rest, 128 mm.
    """
    texts = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    short = [min(max(width, _NARROW), _SHORT) + 2 for width in texts]
    long = [min(width, _LONG) - _SHORT if width > _SHORT else 0 for width in texts]
    page = _WIDTH - _LEFT - _RIGHT
    unit = min(_SIGN, page / sum(short))
    rest = page - unit * sum(short)
    shares = long if any(long) else short
    return [unit * need + rest * share / sum(shares) for need, share in zip(short, shares, strict=True)]


def _describe(document: Document, title: str) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title[:255], "", ""
    properties.language = "zh-CN"
