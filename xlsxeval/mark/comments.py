"""Comments of one sheet: ours come and go, those of others stay and keep what was written in them."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from xlsxeval.forms.place import cell_name
from xlsxeval.mark.boxes import anchors_of, box_anchor, corner, moved_boxes, new_drawing, with_boxes, without_boxes
from xlsxeval.mark.memory import Memory
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.sheet import Page, add_legacy_drawing, position
from xlsxeval.mark.splice import Document, Node, xml_text
from xlsxeval.read.cells import Range
from xlsxeval.read.refusals import damaged

AUTHOR = "xlsxeval"
#: Begins whatever we write into a comment; all from here on is ours.
HEAD = "──── 审核意见（xlsxeval）────"
_THREADED = "tc="
_KINDS = {
    "comments": "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
}
_LONGEST = 8_000

#: The lines of a comment: what is printed bold, and the rest.
Lines = list[tuple[str, str]]


def uncomment(page: Page, parts: Parts, memory: Mapping[tuple[str, str], Memory]) -> None:
    """Take away what an earlier run wrote into comments, and the comments that were only that."""
    part, drawing = _parts(page, parts)
    if not part:
        return
    document = parts.document(part)
    gone, shrunk = set(), {}
    for comment in _comments(document):
        at = position(comment.attributes.get("ref", ""))
        texts = [_text(document, inner) for _, inner in _texts(comment)]
        before, head, _ = "".join(texts).partition(HEAD)
        if not head or at is None:
            continue
        if not before.strip():
            document.remove(comment)
            gone.add(at)
            continue
        _cut(document, comment, texts, len(before.rstrip("\n")))
        remembered = memory.get((page.name, cell_name(*at)))
        if remembered and remembered.box:
            shrunk[at] = remembered.box
    parts.write(part, document.done())
    if drawing:
        parts.write(drawing, moved_boxes(without_boxes(parts.read(drawing), gone), shrunk))


def comment(page: Page, parts: Parts, texts: Mapping[Range, Lines], memories: list[Memory]) -> list[Memory]:
    """Write comments; where there is one, our text goes under it.

    Args:
        page: the worksheet; it is told of a drawing that it gets.
        parts: the package.
        texts: the lines for each cell or merged cells.
        memories: what the cells were.

    Returns:
        The memories, with the boxes that had to grow.
    """
    part, drawing = _parts(page, parts)
    if not part:
        part = parts.free("xl/comments{}.xml")
        xml = f'{DECLARATION}<comments xmlns="{parts.main}"><authors/><commentList/></comments>'
        parts.write(part, xml.encode())
        parts.declare(part, _KINDS["comments"])
        parts.link(page.part, "comments", part)
    if not drawing:
        drawing = parts.free("xl/drawings/vmlDrawing{}.vml")
        parts.write(drawing, new_drawing(int(drawing.removeprefix("xl/drawings/vmlDrawing").partition(".")[0])))
        parts.declare_all("vml", _KINDS["vmlDrawing"])
        add_legacy_drawing(page, parts, parts.link(page.part, "vmlDrawing", drawing))
    document = parts.document(part)
    authors, comments = document.root.child("authors"), document.root.child("commentList")
    if authors is None or comments is None:
        raise damaged(f"工作表“{page.name}”的批注不完整")
    names = [_text(document, author) for author in authors.children]
    author = names.index(AUTHOR) if AUTHOR in names else len(names)
    present = {position(one.attributes.get("ref", "")): one for one in comments.children}
    boxes = anchors_of(parts.read(drawing))
    new, grown = {}, {}
    for area, lines in sorted(texts.items()):
        at = area.first_row, area.first_col
        said = "\n".join([HEAD, *(bold + rest for bold, rest in lines)])
        old = present.get(at)
        if old is None:
            document.append(
                comments,
                f'<comment ref="{cell_name(*at)}" authorId="{author}"><text>{_runs("", lines)}</text></comment>',
            )
            new[at] = box_anchor(said, area, page.layout)
        elif not _is_threaded(old, names):
            _append(document, old, _runs("\n", lines))
            if at in boxes:
                whole = "".join(_text(document, text) for _, text in _texts(old)) + "\n" + said
                grown[at] = box_anchor(whole, area, page.layout, corner(boxes[at]))
    if AUTHOR not in names and new:
        document.append(authors, f"<author>{AUTHOR}</author>")
    parts.write(part, document.done())
    # A box may be left over from a comment that is gone.
    free = without_boxes(moved_boxes(parts.read(drawing), grown), set(new))
    parts.write(drawing, with_boxes(free, new))
    kept = {cell_name(*at): boxes[at] for at in grown}
    return [replace(memory, box=kept.get(memory.cell, "")) for memory in memories]


def _parts(page: Page, parts: Parts) -> tuple[str, str]:
    """Give the parts with the comments of a sheet and with the drawing that it shows; empty where there is none."""
    legacy = page.document.root.child("legacyDrawing")
    link = next((v for k, v in legacy.attributes.items() if k.endswith(":id")), "") if legacy else ""
    drawing = parts.links(page.part).get(link)
    if legacy and (drawing is None or not parts.has(drawing.target)):
        raise damaged(f"工作表“{page.name}”的批注框找不到")
    return parts.linked(page.part, "comments"), drawing.target if drawing else ""


def _comments(document: Document) -> list[Node]:
    found = document.root.child("commentList")
    return found.children if found else []


def _texts(comment: Node) -> Iterator[tuple[Node, Node]]:
    """Give the runs of a comment and the text of each; a plain text is its own run."""
    text = comment.child("text")
    for node in text.children if text else ():
        inner = node if node.name == "t" else node.child("t") if node.name == "r" else None
        if inner is not None:
            yield node, inner


def _text(document: Document, node: Node) -> str:
    return html.unescape(document.text(node).decode())


def _cut(document: Document, comment: Node, texts: list[str], length: int) -> None:
    """Leave so many characters of a comment; a program that saved it may have cut its text into other runs."""
    for (node, inner), text in zip(_texts(comment), texts, strict=True):
        if length <= 0:
            document.remove(node)
        elif length < len(text):
            document.change((inner.inner, inner.close, escape(text[:length]).encode("ascii", "xmlcharrefreplace")))
        length -= len(text)


def _is_threaded(comment: Node, names: list[str]) -> bool:
    """Tell whether a comment only stands for a conversation, which new programs show in its place."""
    number = comment.attributes.get("authorId", "")
    return number.isdecimal() and int(number) < len(names) and names[int(number)].startswith(_THREADED)


def _append(document: Document, comment: Node, runs: str) -> None:
    text = comment.child("text")
    last = None
    for node, inner in _texts(comment):
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


def _runs(before: str, lines: Lines) -> str:
    """Write our text: the head in grey, then a line for each finding."""
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
