"""A letter in Markdown as a Word document in the manner of Chinese offices; knows nothing of what it says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xlsxeval.text import display_width, safe

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it.tree import SyntaxTreeNode as Node

#: Page and margins in mm as GB/T 9704 has them: width, height, top, bottom, left, right.
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 210, 297, 37, 35, 28, 26
#: Style -> font, its size in points, bold. The fonts come with Windows and WPS; others take their own Song or Fangsong.
_FONTS = {
    "Normal": ("仿宋", 16, False),
    "Heading 1": ("宋体", 22, True),
    "Heading 2": ("黑体", 16, False),
    "Heading 3": ("楷体", 16, True),
}
_LATIN = "Times New Roman"
_TABLE_FONT, _TABLE_SIZE = "宋体", 10.5
#: Styles of our own for the cells of a table; Word's names for them have blanks.
_CELL, _HEAD = "TableText", "TableHead"
_LINE = 28
#: Widths of texts in a table in half-width signs: the least, the longest that counts as short, the most that counts.
_NARROW, _SHORT, _LONG = 4, 10, 90
#: What one of them takes in mm.
_SIGN = 2.0
#: Written into the package instead of the time of day, so that every run gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def word_document(markdown: str) -> bytes:
    """Give the .docx of a Markdown text: headings, paragraphs, tables, lists, bold and italic; a quote stands right."""
    import docx
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    document = docx.Document()
    _set_up(document)
    root = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown))
    greeting = False
    for node in root.children:
        _block(document, node, flush=greeting and node.type == "paragraph")
        greeting = node.type == "heading" and node.tag == "h1"
    heading = next((_text(node) for node in root.children if node.type == "heading"), "")
    _describe(document, heading)
    stream = io.BytesIO()
    document.save(stream)
    return _timeless(stream.getvalue())


def _set_up(document: Document) -> None:
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
    """Call the text Chinese as written in China: other programs choose the fonts for missing ones by that."""
    from docx.oxml.ns import qn

    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_font(properties: Any, font: Any, name: str) -> None:
    """Set the fonts of Latin and Chinese text; the theme's fonts, which would win, are taken out."""
    from docx.oxml.ns import qn

    font.name = _LATIN
    fonts = properties.rFonts
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    fonts.set(qn("w:eastAsia"), name)


def _page_number(paragraph: Paragraph) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  # python-docx has no fields
    paragraph.add_run(" —")


def _block(document: Document, node: Node, *, flush: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if node.type == "heading":
        level = min(int(node.tag[1:]), 3)
        paragraph = document.add_paragraph(style=f"Heading {level}")
        _runs(paragraph, node)
        _indent(paragraph, 0 if level == 1 else 2)
    elif node.type == "paragraph":
        paragraph = document.add_paragraph()
        _runs(paragraph, node)
        _indent(paragraph, 0 if flush else 2)
    elif node.type == "blockquote":
        for child in node.children:
            paragraph = document.add_paragraph()
            _runs(paragraph, child)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif node.type in {"bullet_list", "ordered_list"}:
        first = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, first):
            mark = f"{number}．" if node.type == "ordered_list" else "· "
            for child in item.children:
                if child.type != "paragraph":
                    _block(document, child)
                    continue
                paragraph = document.add_paragraph(mark)
                _runs(paragraph, child)
                _indent(paragraph, 2)
                mark = ""
    elif node.type == "table":
        _table(document, node)
    elif node.content:
        document.add_paragraph("\n".join(map(safe, node.content.splitlines())))


def _indent(paragraph: Paragraph, signs: int) -> None:
    """Set in the first line by so many Chinese signs."""
    from docx.shared import Pt

    paragraph.paragraph_format.first_line_indent = Pt(signs * _FONTS["Normal"][1])


def _runs(paragraph: Paragraph, node: Node) -> None:
    for text, marks in _inline(node):
        run = paragraph.add_run(text)
        if marks & {"strong", "em"}:
            run.bold, run.italic = "strong" in marks or None, "em" in marks or None


def _inline(node: Node, marks: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the pieces of text below a node, each with what it is inside of; a line that goes on needs no blank."""
    if node.type == "hardbreak":
        yield "\n", marks
    elif node.children:
        for child in node.children:
            yield from _inline(child, marks | {node.type})
    elif node.content:
        yield safe(node.content), marks


def _text(node: Node) -> str:
    return "".join(text for text, _ in _inline(node))


def _table(document: Document, node: Node) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    rows = [row.children for part in node.children for row in part.children]
    table = document.add_table(len(rows), len(rows[0]), "Table Grid")
    table.autofit = False
    widths = _widths([[_text(cell) for cell in row] for row in rows])
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, (row, nodes) in enumerate(zip(table.rows, rows, strict=True)):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001  # python-docx has no word for either
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, source, width in zip(row.cells, nodes, widths, strict=True):
            cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            # By its id: looking a style up by its name takes longer than all else here.
            paragraph._p.style = _CELL if number else _HEAD  # noqa: SLF001
            if number and "center" in str(source.attrs.get("style", "")):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _runs(paragraph, source)


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Share the width of the page: to each column what a short text needs, the rest to those with long ones."""
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


def _timeless(package: bytes) -> bytes:
    """Write a package again with one time for all parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return stream.getvalue()
