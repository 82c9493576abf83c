"""An .xlsx or .xlsm file to plain values: nothing is run, followed or fetched; it does not know what a form is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlsxeval.read.cells import SAVE_AGAIN, Limits, Refused, Sheet, Workbook, damaged, quoted, too_much
from xlsxeval.read.markup import Unheard, counted, parse, whole_if_short
from xlsxeval.read.net import only_refusals
from xlsxeval.read.package import Package, Relation, inflate, open_package, refuse_other_package, relations
from xlsxeval.read.strings import read_strings
from xlsxeval.read.worksheet import Around, plain_text, read_worksheet

#: The number formats that are known by number only.
_BUILTIN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    31: 'yyyy"年"m"月"d"日"',
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
_STATES = frozenset({"visible", "hidden", "veryHidden"})
_CODES_END, _STYLES_END = b"</numFmts>", b"</cellXfs>"
_TRUE = frozenset({"1", "true"})
_NUMBERED = re.compile(r"[0-9]{1,7}")
_SHOWN_NAMES = 5


def open_xlsx(
    data: bytes,
    limits: Limits = Limits(),  # Limits is frozen
    skip: frozenset[str] = frozenset(),
    package: Package | None = None,
) -> Workbook:
    """Read a workbook from its bytes.

    Args:
        data: the file's content.
        limits: the budgets.
        skip: sheets that need not be read, by name; they are ``skipped`` in the result.
        package: the file's container, if it was opened already.

    Raises:
        Refused: whatever is wrong with the content, in one sentence; never anything else.
    """
    with only_refusals():
        return _read(data, limits, skip, package)


@dataclass(slots=True)
class _Main:
    """The workbook part: its sheets as (name, state, relationship id), its names, its calendar."""

    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    date1904: bool = False


def _read(data: bytes, limits: Limits, skip: frozenset[str] = frozenset(), package: Package | None = None) -> Workbook:
    """Read without the last net, so that a test sees a mistake of ours as itself."""
    package = package or open_package(data, limits)
    top = relations(package, "")
    part = _target(package, top, "officeDocument", "xl/workbook.xml")
    if not part or not part.lower().endswith(".xml"):
        raise refuse_other_package(package)
    main = _read_main(package, part)
    links = relations(package, part)
    folder = part.rpartition("/")[0]
    around = Around(
        limits,
        read_strings(package, _target(package, links, "sharedStrings", f"{folder}/sharedStrings.xml")),
        _read_formats(package, _target(package, links, "styles", f"{folder}/styles.xml")),
        limits.max_cells,
        limits.max_formulas,
    )
    usual = {str(number): Relation("worksheet", f"{folder}/worksheets/sheet{number}.xml")
             for number in range(1, len(main.sheets) + 1)} if not links else {}  # fmt: skip
    sheets, skipped = [], []
    for number, (name, state, link) in enumerate(main.sheets, 1):
        if link == "" and links:
            continue  # a module of macros, for which Excel writes an empty id
        relation = links.get(link) or usual.get(str(number))
        if relation is None:
            raise damaged(f"找不到工作表“{quoted(name)}”的内容")
        if name in skip:
            skipped.append(name)
        elif relation.kind == "worksheet":
            grid = read_worksheet(inflate(package, relation.target), around)
            sheets.append(Sheet(name, grid.cells, grid.merges, state, grid.hidden_rows, grid.hidden_cols, grid.widths))
    if not sheets and skipped:
        return _read(data, limits)
    if not sheets:
        raise Refused("R08", f"工作簿里没有工作表，{SAVE_AGAIN}")
    properties = _read_properties(package, _target(package, top, "custom-properties", "docProps/custom.xml"))
    return Workbook(tuple(sheets), main.names, properties, main.date1904, _notes(package, main), tuple(skipped))


def _target(package: Package, links: Mapping[str, Relation], kind: str, usual: str) -> str:
    """Give the part of a kind, by its relationship or else by its usual name; empty if there is none."""
    for relation in links.values():
        if relation.kind.lower() == kind.lower() and relation.target.lower() in package.members:
            return relation.target
    return usual if usual.lower() in package.members else ""


def _notes(package: Package, main: _Main) -> tuple[str, ...]:
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


def _read_main(package: Package, part: str) -> _Main:
    main = _Main()
    pieces: list[str] = []
    naming: list[dict[str, str]] = []
    seen: set[str] = set()
    limits = package.limits

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
            naming[:] = [attributes]
        elif element == "workbookPr":
            main.date1904 = attributes.get("date1904") in _TRUE

    def end(element: str) -> None:
        if element == "definedName" and naming:
            main.names[_scoped(naming.pop(), main.sheets)] = "".join(pieces).removeprefix("=")

    parse(inflate(package, part), *counted(start, end, limits), pieces, limits)
    return main


def _scoped(attributes: Mapping[str, str], sheets: list[tuple[str, str, str]]) -> str:
    """Give a defined name; one that belongs to a sheet as ``sheet!name``."""
    name, local = attributes.get("name", ""), attributes.get("localSheetId")
    if local is None:
        return name
    index = int(local) if _NUMBERED.fullmatch(local) else len(sheets)
    if index >= len(sheets):
        raise damaged(f"名称“{quoted(name)}”所属的工作表不存在")
    return f"{sheets[index][0]}!{name}"


def _read_formats(package: Package, part: str) -> dict[str, str]:
    """Give the number format code of each cell style by its number as a cell writes it."""
    codes = {str(number): code for number, code in _BUILTIN.items()}
    found: dict[str, str] = {}
    if not part:
        return found
    pieces: list[str] = []
    inside = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        pieces.clear()
        if element == "xf" and inside:
            found[str(len(found))] = codes.get(attributes.get("numFmtId", "0"), "")
        elif element == "numFmt":
            code = attributes.get("formatCode", "")
            codes[attributes.get("numFmtId", "")] = "" if code == "General" else code
        elif element == "cellXfs":
            inside = True

    def end(element: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(_needed(inflate(package, part)), *counted(start, end, package.limits), pieces, package.limits)
    return found


def _needed(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Let nobody hear of fonts, fills and borders, which are most of a part of styles."""
    data, chunks = whole_if_short(chunks)
    codes = data.rfind(_CODES_END) + len(_CODES_END)
    first, last = data.find(b"<cellXfs"), data.rfind(_STYLES_END) + len(_STYLES_END)
    if not len(_CODES_END) <= codes <= first < last:
        return chunks
    return data[:codes], Unheard(data[codes:first]), data[first:last], Unheard(data[last:])


def _read_properties(package: Package, part: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not part:
        return found
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
            found.setdefault(plain_text(name), plain_text("".join(pieces)))
            pieces.clear()

    parse(inflate(package, part), *counted(start, end, package.limits), pieces, package.limits)
    return found
