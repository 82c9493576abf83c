"""Read an .xlsx or .xlsm file to plain values; macros are not run, and links to other files are not followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxeval.read.cells import Sheet, Workbook
from xlsxeval.read.formats import BUILTIN, LONGEST_FORMAT, MOST_STYLES
from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import counted, parse
from xlsxeval.read.package import (
    Package,
    Relation,
    inflate,
    open_package,
    refuse_other_package,
    relations,
    remembered_part,
)
from xlsxeval.read.refusals import NO_SHEET, Refused, damaged, quoted, too_much
from xlsxeval.read.runs import switched_on
from xlsxeval.read.strings import read_strings
from xlsxeval.read.worksheet import SharedData, plain_text, read_worksheet

_STATES = frozenset({"visible", "hidden", "veryHidden"})
_TRUE = frozenset({"1", "true"})
_NUMBERED = re.compile(r"[0-9]{1,7}")
_SHOWN_NAMES = 5
#: The elements of the styles that are read.
_STYLE_ELEMENTS = frozenset({"xf", "font", "strike", "numFmt", "cellXfs"})


def open_xlsx(data: bytes, limits: Limits = Limits(), skip: frozenset[str] = frozenset()) -> Workbook:
    """Read a workbook from its bytes.

    Args:
        data: the file's content.
        limits: the budgets.
        skip: names of sheets that are not read; the result lists them in ``skipped``.

    Raises:
        Refused: if anything is wrong with the content, in one sentence. Any other exception is a bug of this program.
    """
    return read_xlsx(open_package(data, limits), skip)


class _Styles(NamedTuple):
    """The cell styles: number, as a text -> number format; the numbers of those whose font strikes out."""

    formats: Mapping[str, str]
    struck: frozenset[str]


@dataclass(slots=True)
class _Main:
    """The content of the workbook part: sheets as (name, state, relationship id), defined names, calendar."""

    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    date1904: bool = False


def read_xlsx(package: Package, skip: frozenset[str] = frozenset()) -> Workbook:
    """Read a workbook from its container; arguments and errors as for ``open_xlsx``."""
    limits = package.limits
    top = relations(package, "")
    part = _target(package, top, "officeDocument", "xl/workbook.xml")
    if not part or not part.lower().endswith(".xml"):
        raise refuse_other_package(package)
    main = _read_main(package, part)
    links = relations(package, part)
    folder = part.rpartition("/")[0]
    of_styles = _target(package, links, "styles", f"{folder}/styles.xml")
    styles = _read_styles(package, of_styles) if of_styles else _Styles({}, frozenset())
    strings = _target(package, links, "sharedStrings", f"{folder}/sharedStrings.xml")
    shared_data = SharedData(
        limits,
        *read_strings(package, strings, any_struck=bool(styles.struck)),
        *styles,
        limits.max_cells,
        limits.max_formulas,
    )
    usual = {str(number): Relation("worksheet", f"{folder}/worksheets/sheet{number}.xml")
             for number in range(1, len(main.sheets) + 1)} if not links else {}  # fmt: skip
    sheets, skipped = [], []
    owners: dict[str, str] = {}
    for number, (name, state, link) in enumerate(main.sheets, 1):
        if link == "" and links:
            continue  # a module of macros: Excel writes an empty id for it
        relation = links.get(link) or usual.get(str(number))
        if relation is None:
            raise damaged(f"找不到工作表“{quoted(name)}”的内容")
        if name in skip:
            skipped.append(name)
        elif relation.kind == "worksheet":
            other = owners.setdefault(relation.target.lower(), name)
            if other != name:
                raise damaged(f"工作表“{quoted(other)}”和“{quoted(name)}”共用一个部分")
            content = read_worksheet(inflate(package, relation.target), shared_data)
            hidden = content.hidden_rows, content.hidden_cols
            sheets.append(Sheet(name, content.cells, content.merges, state, *hidden, content.widths, content.struck))
    if not sheets and skipped:
        return read_xlsx(package)
    if not sheets:
        raise Refused("R08", NO_SHEET)
    of_properties = _target(package, top, "custom-properties", "docProps/custom.xml")
    properties = _read_properties(package, of_properties) if of_properties else {}
    return Workbook(tuple(sheets), main.names, properties, main.date1904, _notes(package, main), tuple(skipped))


def _target(package: Package, links: Mapping[str, Relation], kind: str, usual: str) -> str:
    """Give the name of a part by the kind of its relationship, else the usual name; empty if there is no such part."""
    for relation in links.values():
        if relation.kind.lower() == kind.lower() and relation.target.lower() in package.members:
            return relation.target
    return usual if usual.lower() in package.members else ""


def _notes(package: Package, main: _Main) -> tuple[str, ...]:
    """Give remarks on hidden sheets, macros, sheets without content and links to other files."""
    notes = []
    hidden = [quoted(name) for name, state, _ in main.sheets if state != "visible"]
    if hidden:
        more = f"等{len(hidden)}个" if len(hidden) > _SHOWN_NAMES else ""
        notes.append(f"有隐藏的工作表：{'、'.join(hidden[:_SHOWN_NAMES])}{more}。")
    if any(part.endswith("vbaproject.bin") or "/macrosheets/" in part for part in package.members):
        notes.append("工作簿含有宏，没有运行。")
    empty = [quoted(name) for name, _, link in main.sheets if not link]
    if empty:
        notes.append(f"有{len(empty)}个工作表没有内容，没有读取：{'、'.join(empty[:_SHOWN_NAMES])}。")
    if any("/externallinks/" in part for part in package.members):
        notes.append("工作簿链接到其他文件，没有打开它们，只用了保存时的数值。")
    return tuple(notes)


@remembered_part
def _read_main(chunks: Iterable[bytes], _part: str, limits: Limits) -> _Main:
    """Read the workbook part."""
    main = _Main()
    pieces: list[str] = []
    naming: list[dict[str, str]] = []
    seen: set[str] = set()

    def start(element: str, attributes: dict[str, str]) -> None:
        pieces.clear()
        if element == "sheet":
            name = plain_text(attributes.get("name", ""))
            if name.casefold() in seen:
                raise damaged(f"有两个工作表都叫“{quoted(name)}”")
            seen.add(name.casefold())
            state = attributes.get("state", "visible")
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "?")
            main.sheets.append((name, state if state in _STATES else "visible", link))
            if len(main.sheets) > limits.max_sheets:
                raise too_much(f"工作表多于{limits.max_sheets}个", "max-sheets")
        elif element == "definedName":
            if len(main.names) >= limits.max_strings:
                raise too_much(f"定义的名称多于{limits.max_strings}个", "max-strings")
            naming[:] = [attributes]
        elif element == "workbookPr":
            main.date1904 = attributes.get("date1904") in _TRUE

    def end(element: str) -> None:
        if element == "definedName" and naming:
            main.names[_scoped(naming.pop(), main.sheets)] = "".join(pieces).removeprefix("=")

    parse(chunks, *counted(start, end, limits), pieces, limits)
    return main


def _scoped(attributes: Mapping[str, str], sheets: list[tuple[str, str, str]]) -> str:
    """Give the key of a defined name: the name, or ``sheet!name`` for a name that belongs to one sheet."""
    name, local = attributes.get("name", ""), attributes.get("localSheetId")
    if local is None:
        return name
    index = int(local) if _NUMBERED.fullmatch(local) else len(sheets)
    if index >= len(sheets):
        raise damaged(f"名称“{quoted(name)}”所属的工作表不存在")
    return f"{sheets[index][0]}!{name}"


@remembered_part
def _read_styles(chunks: Iterable[bytes], _part: str, limits: Limits) -> _Styles:
    """Read the cell styles."""
    codes = {str(number): code for number, code in BUILTIN.items()}
    by_style: dict[str, str] = {}
    pieces: list[str] = []
    fonts = 0
    struck_fonts: set[str] = set()
    struck: set[str] = set()
    inside = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal fonts, inside
        pieces.clear()
        if element not in _STYLE_ELEMENTS:
            return
        if element == "xf":
            if not inside:
                return
            if len(by_style) >= MOST_STYLES:
                raise damaged(f"单元格样式多于{MOST_STYLES}种")
            if attributes.get("fontId", "0") in struck_fonts:
                struck.add(str(len(by_style)))
            by_style[str(len(by_style))] = codes.get(attributes.get("numFmtId", "0"), "")
        elif element == "font":
            fonts += 1
        elif element == "strike":
            if len(struck_fonts) < MOST_STYLES and switched_on(attributes.get("val")):
                struck_fonts.add(str(fonts - 1))
        elif element == "numFmt":
            if len(codes) > MOST_STYLES:
                raise damaged(f"数字格式多于{MOST_STYLES}种")
            code = attributes.get("formatCode", "")
            codes[attributes.get("numFmtId", "")] = "" if code == "General" or len(code) > LONGEST_FORMAT else code
        elif element == "cellXfs":
            inside = True

    def end(element: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(chunks, *counted(start, end, limits), pieces, limits)
    return _Styles(by_style, frozenset(struck))


@remembered_part
def _read_properties(chunks: Iterable[bytes], _part: str, limits: Limits) -> Mapping[str, str]:
    """Give the custom document properties, name -> text."""
    properties: dict[str, str] = {}
    pieces: list[str] = []
    name = ""

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal name
        pieces.clear()
        if element == "property":
            name = attributes.get("name", "")

    def end(element: str) -> None:
        nonlocal name
        if element == "property":
            name = ""
        elif name and element != "Properties":
            if len(properties) >= limits.max_strings:
                raise too_much(f"自定义属性多于{limits.max_strings}个", "max-strings")
            properties.setdefault(plain_text(name), plain_text("".join(pieces)))
            pieces.clear()

    parse(chunks, *counted(start, end, limits), pieces, limits)
    return properties
