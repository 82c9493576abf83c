"""The workbook part: its sheets, and the entry of 审核意见 with the names that belong to it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from xlsxeval.forms.model import MARKS_NAME, OPINION_SHEET
from xlsxeval.mark.opinion import quoted_sheet
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.splice import Document, Node, attribute_text, xml_text
from xlsxeval.read.package import refuse_other_package, relations
from xlsxeval.read.refusals import damaged, quoted
from xlsxeval.read.worksheet import plain_text

_FILTER, _TITLES = "_xlnm._FilterDatabase", "_xlnm.Print_Titles"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(slots=True)
class Book:
    """The workbook part of a package.

    ``sheets`` are the worksheets by name, ``opinion`` is the name of the sheet of an earlier run (empty if it is gone),
    ``marked`` tells whether there was an earlier run.
    """

    parts: Parts
    part: str
    styles: str
    document: Document
    sheets: dict[str, str]
    opinion: str = ""
    marked: bool = False
    all_sheets: list[str] = field(default_factory=list)

    def put(self, xml: bytes, area: str, head: int) -> None:
        """Put in the sheet 审核意见, or replace it.

        Args:
            xml: the sheet.
            area: its table.
            head: the row with the heads of the table.
        """
        root = self.document.root
        entries = root.child("sheets")
        if entries is None:
            raise damaged("工作簿没有工作表的目录")
        name = self.opinion
        if name:
            self.parts.write(self.sheets[name], xml)
        else:
            name = self._free_name()
            self._add_sheet(entries, name, xml)
        index = self.all_sheets.index(name)
        quoted = quoted_sheet(name)
        names = root.child("definedNames")
        for node in names.children if names else ():
            local = node.attributes.get("localSheetId") == str(index) and node.attributes.get("name") in {
                _FILTER,
                _TITLES,
            }
            if local or node.attributes.get("name") == MARKS_NAME:
                self.document.remove(node)
        added = "".join(
            f'<definedName name="{key}"{rest}>{xml_text(f"{quoted}!{cells}")}</definedName>'
            for key, rest, cells in (
                (_FILTER, f' localSheetId="{index}" hidden="1"', area),
                (_TITLES, f' localSheetId="{index}"', f"${head}:${head}"),
                (MARKS_NAME, ' hidden="1"', area),
            )
        )
        if names:
            self.document.append(names, added)
        else:
            before = [one for one in root.children if one.name in {"sheets", "functionGroups", "externalReferences"}]
            self.document.insert(before[-1].end, f"<definedNames>{added}</definedNames>")
        self.parts.write(self.part, self.document.done())

    def _free_name(self) -> str:
        taken = {name.casefold() for name in self.all_sheets}
        names = (OPINION_SHEET, *(f"{OPINION_SHEET}{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    def _add_sheet(self, entries: Node, name: str, xml: bytes) -> None:
        folder = self.part.rpartition("/")[0]
        part = self.parts.free(f"{folder}/worksheets/sheet{{}}.xml".lstrip("/"))
        self.parts.write(part, xml)
        self.parts.declare(part, f"{_TYPES}.worksheet+xml")
        link = self.parts.link(self.part, "worksheet", part)
        numbers = [one.attributes.get("sheetId", "0") for one in entries.children]
        number = max([int(one) for one in numbers if one.isdecimal()], default=0) + 1
        declared = "" if self.document.root.attributes.get("xmlns:r") == self.parts.office else self.parts.office
        space = f' xmlns:r="{declared}"' if declared else ""
        self.document.append(entries, f'<sheet name="{attribute_text(name)}" sheetId="{number}"{space} r:id="{link}"/>')
        self.all_sheets.append(name)


def open_book(parts: Parts) -> Book:
    """Open the workbook part of a package.

    Raises:
        Refused: if the package holds no workbook that can be marked.
    """
    part = parts.linked("", "officeDocument") or "xl/workbook.xml"
    if not parts.has(part) or not part.lower().endswith(".xml"):
        raise refuse_other_package(parts.package)
    document = parts.document(part)
    if document.root.name != "workbook":
        raise refuse_other_package(parts.package)
    prefix = document.prefix.rstrip(":")
    space = document.root.attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
    parts.strict = "purl.oclc.org" in space
    links = relations(parts.package, part)
    sheets, names = {}, []
    entries = document.root.child("sheets")
    for node in entries.children if entries else ():
        name = plain_text(node.attributes.get("name", ""))
        names.append(name)
        link = next((value for key, value in node.attributes.items() if key.endswith(":id")), "?")
        if not link:
            continue  # a module of macros
        relation = links.get(link)
        if relation is None or (relation.target and not parts.has(relation.target)):
            raise damaged(f"找不到工作表“{quoted(name)}”的内容")
        if relation.kind == "worksheet":
            sheets[name] = relation.target
    styles = parts.linked(part, "styles")
    if not styles:
        styles = f"{part.rpartition('/')[0]}/styles.xml".lstrip("/")
        if not parts.has(styles):
            parts.write(styles, f'{DECLARATION}<styleSheet xmlns="{parts.main}"/>'.encode())
            parts.declare(styles, f"{_TYPES}.styles+xml")
        parts.link(part, "styles", styles)
    book = Book(parts, part, styles, document, sheets, all_sheets=names)
    defined = document.root.child("definedNames")
    for node in defined.children if defined else ():
        if node.attributes.get("name") == MARKS_NAME:
            book.marked = True
            where = html.unescape(document.text(node).decode()).rpartition("!")[0]
            if where.startswith("'"):
                where = where[1:-1].replace("''", "'")
            book.opinion = where if where in sheets else ""
    return book
