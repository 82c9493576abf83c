"""The comments of one sheet: add ours, remove ours again; comments of others keep their text.

Where a comment of others exists, our lines are appended to it, the first of them is ``HEAD``: the comment 请核实 then
has the three lines 请核实, ──── 审核意见（xlsxeval）────, 错误 E01：应为5。 The next run cuts it off from ``HEAD`` on.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from xlsxeval.a1 import cell_name, parse_cell
from xlsxeval.mark.boxes import anchors_of, box_anchor, corner, moved_boxes, new_drawing, with_boxes, without_boxes
from xlsxeval.mark.original import CellKey, OriginalCell
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.sheet import SheetPart, add_legacy_drawing
from xlsxeval.mark.splice import Document, Node, whole_number, xml_text
from xlsxeval.read.cells import Range
from xlsxeval.read.refusals import damaged

AUTHOR = "xlsxeval"
#: The first line of our text in a comment; everything after it is ours.
HEAD = "──── 审核意见（xlsxeval）────"
#: The author of a comment that Excel writes for a thread of comments begins so.
_THREADED = "tc="
_KINDS = {
    "comments": "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
}
#: Our text in one comment is cut off after so many characters.
_LONGEST = 8_000

#: The lines of our text in a comment: the bold beginning and the rest of each.
Lines = list[tuple[str, str]]


def uncomment(sheet: SheetPart, parts: Parts, originals: Mapping[CellKey, OriginalCell]) -> None:
    """Remove our text from all comments of a sheet, and the comments that hold nothing else.

    Args:
        sheet: the worksheet, marked by an earlier run.
        parts: the package.
        originals: the original cells, with the anchors of boxes that had to grow.
    """
    part, drawing = _parts_of(sheet, parts)
    if not part:
        return
    document = parts.document(part)
    emptied, anchors = set(), {}
    for comment in _comments(document):
        cell = parse_cell(comment.attributes.get("ref", ""))
        texts = [_text(document, text) for _, text in _runs_of(comment)]
        before, head, _ = "".join(texts).partition(HEAD)
        if not head or cell is None:
            continue
        if not before.strip():
            document.remove(comment)
            emptied.add(cell)
            continue
        _cut(document, comment, texts, len(before.rstrip("\n")))
        original = originals.get((sheet.name, cell_name(*cell)))
        if original and original.box:
            anchors[cell] = original.box
    parts.write(part, document.done())
    if drawing:
        parts.write(drawing, moved_boxes(without_boxes(parts.read(drawing), emptied), anchors))


def comment(
    sheet: SheetPart, parts: Parts, texts: Mapping[Range, Lines], originals: list[OriginalCell]
) -> list[OriginalCell]:
    """Write our text into comments; append it to a comment that exists.

    Args:
        sheet: the worksheet; gets the element of a drawing that is added.
        parts: the package.
        texts: cell or merged cells -> lines.
        originals: the original cells.

    Returns:
        The original cells, with the anchors of boxes that had to grow.

    Raises:
        Refused: if the comments of the sheet are incomplete.
    """
    part, drawing = _parts_of(sheet, parts)
    part = part or _new_comments(sheet, parts)
    drawing = drawing or _new_drawing(sheet, parts)
    document = parts.document(part)
    authors, comments = document.root.child("authors"), document.root.child("commentList")
    if authors is None or comments is None:
        raise damaged(f"工作表“{sheet.name}”的批注不完整")
    names = [_text(document, author) for author in authors.children]
    author = names.index(AUTHOR) if AUTHOR in names else len(names)
    present = {parse_cell(node.attributes.get("ref", "")): node for node in comments.children}
    anchors = anchors_of(parts.read(drawing))
    new, grown = {}, {}
    for area, lines in sorted(texts.items()):
        cell = area.first_row, area.first_col
        ours = "\n".join([HEAD, *(bold + rest for bold, rest in lines)])
        old = present.get(cell)
        if old is None:
            document.append(
                comments,
                f'<comment ref="{cell_name(*cell)}" authorId="{author}"><text>{_xml_runs("", lines)}</text></comment>',
            )
            new[cell] = box_anchor(ours, area, sheet.layout)
        elif not _is_threaded(old, names):
            _append(document, old, _xml_runs("\n", lines))
            if cell in anchors:
                whole = "".join(_text(document, text) for _, text in _runs_of(old)) + "\n" + ours
                grown[cell] = box_anchor(whole, area, sheet.layout, corner(anchors[cell]))
    if AUTHOR not in names and new:
        document.append(authors, f"<author>{AUTHOR}</author>")
    parts.write(part, document.done())
    # A new comment may stand where a deleted comment has left its box: remove that box first.
    moved = without_boxes(moved_boxes(parts.read(drawing), grown), set(new))
    parts.write(drawing, with_boxes(moved, new))
    before = {cell_name(*cell): anchors[cell] for cell in grown}
    return [replace(original, box=before.get(original.cell, "")) for original in originals]


def _new_comments(sheet: SheetPart, parts: Parts) -> str:
    part = parts.unused("xl/comments{}.xml")
    xml = f'{DECLARATION}<comments xmlns="{parts.main}"><authors/><commentList/></comments>'
    parts.write(part, xml.encode())
    parts.declare(part, _KINDS["comments"])
    parts.link(sheet.part, "comments", part)
    return part


def _new_drawing(sheet: SheetPart, parts: Parts) -> str:
    part = parts.unused("xl/drawings/vmlDrawing{}.vml")
    number = int(part.removeprefix("xl/drawings/vmlDrawing").partition(".")[0])
    parts.write(part, new_drawing(number))
    parts.declare_extension("vml", _KINDS["vmlDrawing"])
    add_legacy_drawing(sheet, parts, parts.link(sheet.part, "vmlDrawing", part))
    return part


def _parts_of(sheet: SheetPart, parts: Parts) -> tuple[str, str]:
    """Return the parts with the comments of a sheet and with their boxes; an empty name where there is none."""
    legacy = sheet.document.root.child("legacyDrawing")
    link = next((value for key, value in legacy.attributes.items() if key.endswith(":id")), "") if legacy else ""
    drawing = parts.links(sheet.part).get(link)
    if legacy and (drawing is None or not parts.has(drawing.target)):
        raise damaged(f"工作表“{sheet.name}”的批注框找不到")
    return parts.linked(sheet.part, "comments"), drawing.target if drawing else ""


def _comments(document: Document) -> list[Node]:
    comments = document.root.child("commentList")
    return comments.children if comments else []


def _runs_of(comment: Node) -> Iterator[tuple[Node, Node]]:
    """Yield each run of a comment and its text element; of ``<t>`` without a run, the same element twice."""
    text = comment.child("text")
    for node in text.children if text else ():
        inner = node if node.name == "t" else node.child("t") if node.name == "r" else None
        if inner is not None:
            yield node, inner


def _text(document: Document, node: Node) -> str:
    return html.unescape(document.text(node).decode())


def _cut(document: Document, comment: Node, texts: list[str], length: int) -> None:
    """Keep the first ``length`` characters of a comment.

    The runs need not be those that we wrote: a program that saved the file may have cut the text elsewhere.
    Example: texts ``["甲乙", "丙丁"]`` and length 3 leave ``["甲乙", "丙"]``.
    """
    for (node, inner), text in zip(_runs_of(comment), texts, strict=True):
        if length <= 0:
            document.remove(node)
        elif length < len(text):
            document.change((inner.inner, inner.close, escape(text[:length]).encode("ascii", "xmlcharrefreplace")))
        length -= len(text)


def _is_threaded(comment: Node, names: list[str]) -> bool:
    """Return whether the comment is a stand-in for a thread of comments, which new programs show instead."""
    number = whole_number(comment.attributes.get("authorId"))
    return number < len(names) and names[number].startswith(_THREADED)


def _append(document: Document, comment: Node, runs: str) -> None:
    """Append runs to a comment; its texts without a run become runs, because a comment may not mix both."""
    text = comment.child("text")
    last = None
    for node, inner in _runs_of(comment):
        if node is inner:
            document.insert(node.start, "<r>")
            document.insert(node.end, "</r>")
        last = node
    if text is None:
        document.append(comment, f"<text>{runs}</text>")
    elif last is None:
        document.append(text, runs)
    else:
        document.insert(last.end, runs)


def _xml_runs(before: str, lines: Lines) -> str:
    """Return our text as XML: ``HEAD`` in grey after the text ``before``, then a line for each finding."""
    runs = [_run(f"{before}{HEAD}", "FF616161")]
    left = _LONGEST
    for bold, rest in lines:
        if left > 0:
            runs += [_run(f"\n{bold}", "FF000000", "<b/>"), _run(rest[:left], "FF000000")]
            left -= len(bold) + len(rest)
    return "".join(runs)


def _run(text: str, colour: str, bold: str = "") -> str:
    look = f'{bold}<sz val="9"/><color rgb="{colour}"/><rFont val="宋体"/><charset val="134"/>'
    return f'<r><rPr>{look}</rPr><t xml:space="preserve">{xml_text(text)}</t></r>'
