"""The workbook part of a package: the list of its sheets, and the entry of 审核意见 with its defined names."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxeval.a1 import quote_sheet, unquote_sheet
from xlsxeval.forms.model import MARKS_NAME, OPINION_SHEET
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.splice import Document, Node, attribute_text, xml_text
from xlsxeval.read.package import refuse_other_package, relations
from xlsxeval.read.refusals import damaged, quoted
from xlsxeval.read.worksheet import plain_text

_FILTER, _TITLES = "_xlnm._FilterDatabase", "_xlnm.Print_Titles"
SPREADSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(slots=True)
class WorkbookPart:
    """The workbook part of a package.

    ``part`` and ``styles`` are names of parts. ``sheets`` are the worksheets: name of the sheet -> name of the part.
    ``all_sheets`` are the names of all sheets in their order, chart sheets and others included. ``marked`` tells
    whether an earlier run marked the file; ``opinion`` is the name of its sheet 审核意见, empty if it was deleted.
    """

    parts: Parts
    part: str
    styles: str
    document: Document
    sheets: dict[str, str]
    all_sheets: list[str]
    opinion: str = ""
    marked: bool = False

    def defined_names(self) -> Sequence[Node]:
        """Return the elements ``definedName``."""
        names = self.document.root.child("definedNames")
        return names.children if names else ()

    def empty_sheet(self) -> bytes:
        """Return the content of a worksheet without cells."""
        return f'{DECLARATION}<worksheet xmlns="{self.parts.main}"><sheetData/></worksheet>'.encode()

    def replace_modules(self) -> bool:
        """Give each module of macros in the list of sheets an empty worksheet; return whether there was any.

        Excel lists a module of an old workbook as ``<sheet name="Module1" sheetId="3" r:id=""/>``.
        """
        entries = self.document.root.child("sheets")
        modules = [(node, key) for node in (entries.children if entries else ()) if (key := _id_key(node))]
        modules = [(node, key) for node, key in modules if not node.attributes[key]]
        for node, key in modules:
            self.document.set(node, key, self._new_part(self.empty_sheet()))
        return bool(modules)

    def put_opinion(self, xml: bytes, area: str, head: int) -> None:
        """Add the sheet 审核意见, or replace that of an earlier run.

        Args:
            xml: the content of the sheet.
            area: the address of its table: ``$A$5:$I$20``.
            head: the row with the heads of the table.

        Raises:
            Refused: if the workbook has no list of sheets.
        """
        root = self.document.root
        entries = root.child("sheets")
        if entries is None:
            raise damaged("工作簿没有工作表的目录")
        name = self.opinion
        if name:
            self.parts.write(self.sheets[name], xml)
        else:
            name = self._unused_name()
            self._add_sheet(entries, name, xml)
        index = self.all_sheets.index(name)
        for node in self.defined_names():
            own = node.attributes.get("localSheetId") == str(index)
            if (own and node.attributes.get("name") in {_FILTER, _TITLES}) or node.attributes.get("name") == MARKS_NAME:
                self.document.remove(node)
        added = "".join(
            f'<definedName name="{key}"{attributes}>{xml_text(f"{quote_sheet(name)}!{cells}")}</definedName>'
            for key, attributes, cells in (
                (_FILTER, f' localSheetId="{index}" hidden="1"', area),
                (_TITLES, f' localSheetId="{index}"', f"${head}:${head}"),
                (MARKS_NAME, ' hidden="1"', area),
            )
        )
        names = root.child("definedNames")
        if names:
            self.document.append(names, added)
        else:
            before = [node for node in root.children if node.name in {"sheets", "functionGroups", "externalReferences"}]
            self.document.insert(before[-1].end, f"<definedNames>{added}</definedNames>")
        self.parts.write(self.part, self.document.done())

    def _unused_name(self) -> str:
        taken = {name.casefold() for name in self.all_sheets}
        names = (OPINION_SHEET, *(f"{OPINION_SHEET}{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    def _add_sheet(self, entries: Node, name: str, xml: bytes) -> None:
        link = self._new_part(xml)
        taken = {node.attributes.get("sheetId") for node in entries.children}
        number = next(number for number in itertools.count(len(taken) + 1) if str(number) not in taken)
        declared = "" if self.document.root.attributes.get("xmlns:r") == self.parts.office else self.parts.office
        space = f' xmlns:r="{declared}"' if declared else ""
        self.document.append(entries, f'<sheet name="{attribute_text(name)}" sheetId="{number}"{space} r:id="{link}"/>')
        self.all_sheets.append(name)

    def _new_part(self, xml: bytes) -> str:
        """Add a worksheet part and return the id of the relationship to it."""
        folder = self.part.rpartition("/")[0]
        part = self.parts.unused(f"{folder}/worksheets/sheet{{}}.xml".lstrip("/"))
        self.parts.write(part, xml)
        self.parts.declare(part, f"{SPREADSHEET_TYPE}.worksheet+xml")
        return self.parts.link(self.part, "worksheet", part)


def open_workbook(parts: Parts) -> WorkbookPart:
    """Read the workbook part of a package; add a style sheet if there is none.

    Raises:
        Refused: if the package has no workbook that can be marked, or two sheets are the same part.
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
    all_sheets, sheets = _read_sheets(parts, part, document)
    styles = parts.linked(part, "styles") or _styles_without_relationship(parts, part)
    used = [part.lower(), styles.lower(), *map(str.lower, sheets.values())]
    if len(set(used)) < len(used):
        raise damaged("同一部分用了两次")
    book = WorkbookPart(parts, part, styles, document, sheets, all_sheets)
    for node in book.defined_names():
        if node.attributes.get("name") == MARKS_NAME:
            book.marked = True
            sheet = unquote_sheet(html.unescape(document.text(node).decode()).rpartition("!")[0])
            book.opinion = sheet if sheet in sheets else ""
    return book


def _read_sheets(parts: Parts, part: str, document: Document) -> tuple[list[str], dict[str, str]]:
    """Return the names of all sheets, and the parts of the worksheets by name."""
    links = relations(parts.package, part)
    all_sheets, sheets = [], {}
    entries = document.root.child("sheets")
    for node in entries.children if entries else ():
        name = plain_text(node.attributes.get("name", ""))
        all_sheets.append(name)
        link = node.attributes.get(_id_key(node), "?")
        if not link:
            continue  # a module of macros, see replace_modules
        relation = links.get(link)
        if relation is None or (relation.target and not parts.has(relation.target)):
            raise damaged(f"找不到工作表“{quoted(name)}”的内容")
        if relation.kind == "worksheet":
            sheets[name] = relation.target
    return all_sheets, sheets


def _id_key(node: Node) -> str:
    """Return the name of the attribute with the id of the relationship, mostly ``r:id``; empty if there is none."""
    return next((key for key in node.attributes if key.endswith(":id")), "")


def _styles_without_relationship(parts: Parts, part: str) -> str:
    """Return the style sheet at its usual place, newly made if there is none, and add the relationship to it."""
    styles = f"{part.rpartition('/')[0]}/styles.xml".lstrip("/")
    if not parts.has(styles):
        parts.write(styles, f'{DECLARATION}<styleSheet xmlns="{parts.main}"/>'.encode())
        parts.declare(styles, f"{SPREADSHEET_TYPE}.styles+xml")
    parts.link(part, "styles", styles)
    return styles
