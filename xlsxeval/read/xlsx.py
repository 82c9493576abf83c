"""An .xlsx or .xlsm file to cells: parts found through their relationships, macros and links never followed."""

from __future__ import annotations

import re
import zipfile
import zlib
from xml.parsers import expat

from xlsxeval.read.book import Limits, Refused, Sheet, Workbook
from xlsxeval.read.sheet import plain_text, read_sheet
from xlsxeval.read.xml import parse_xml
from xlsxeval.read.zipped import Parts, refuse_others, resolve

_BUILTIN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy/m/d", 49: "@"}
_OTHERS = (
    ("word/document.xml", "Word文档（.docx）"),
    ("ppt/presentation.xml", "演示文稿（.pptx）"),
    ("xl/workbook.bin", "二进制工作簿（.xlsb）"),
    ("content.xml", "OpenDocument文件（.ods）"),
)
_AGAIN = "请在WPS或Excel中打开后重新保存"


def open_xlsx(data: bytes, limits: Limits = Limits()) -> Workbook:  # noqa: B008  # Limits is frozen
    """Read a workbook from its bytes; nothing is executed, followed or fetched.

    Raises:
        Refused: whatever is wrong with the content, in one sentence.
    """
    try:
        return _open(data, limits)
    except Refused:
        raise
    except expat.ExpatError as error:
        raise Refused("R05", f"文件已损坏（第{error.lineno}行的XML有误），{_AGAIN}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        reason = "校验不符" if "CRC" in str(error) else "压缩包有误"
        raise Refused("R05", f"文件已损坏（{reason}），可能没有传完，{_AGAIN}") from None
    except (MemoryError, RecursionError, OverflowError):
        raise Refused("R06", "文件太大，内存不够") from None


def _open(data: bytes, limits: Limits) -> Workbook:
    refuse_others(data, limits)
    parts = Parts(data, limits)
    main = _main_part(parts)
    links = _relationships(parts, main)
    listed, names, notes = _read_main(parts.read(main), limits)
    strings_part = next((target for sort, target in links.values() if sort.endswith("/sharedStrings")), None)
    styles_part = next((target for sort, target in links.values() if sort.endswith("/styles")), None)
    strings = _strings(parts.read(strings_part), limits) if strings_part and strings_part in parts else []
    styles = _formats(parts.read(styles_part)) if styles_part and styles_part in parts else []
    sheets: list[Sheet] = []
    left = limits.max_cells
    for name, state, link in listed:
        sort, target = links.get(link, ("", ""))
        if not sort.endswith("/worksheet"):
            if sort:
                continue
            raise Refused("R05", f"找不到工作表“{name}”的内容，{_AGAIN}")
        cells, merges = read_sheet(parts.read(target), strings, styles, limits, left)
        left -= len(cells)
        sheets.append(Sheet(name, cells, merges, state))
    if not sheets:
        raise Refused("R08", f"工作簿里没有工作表，{_AGAIN}")
    every = parts.names()
    if any(name.endswith("vbaproject.bin") for name in every):
        notes.append("工作簿含有宏，没有运行")
    if any("externallinks/" in name for name in every):
        notes.append("工作簿链接到其他文件，没有打开它们")
    return Workbook(tuple(sheets), names, tuple(notes))


def _main_part(parts: Parts) -> str:
    for sort, target in _relationships(parts, "").values():
        if sort.endswith("/officeDocument") and target in parts and target.lower().endswith("workbook.xml"):
            return target
    if "xl/workbook.xml" in parts:
        return "xl/workbook.xml"
    for name, what in _OTHERS:
        if name in parts:
            raise Refused("R04", f"这是{what}，请在WPS或Excel中打开，另存为.xlsx后重新报送")
    raise Refused("R02", "这是压缩包，不是电子表格，请解压后逐个报送其中的.xlsx文件")


def _relationships(parts: Parts, base: str) -> dict[str, tuple[str, str]]:
    folder, _, name = base.rpartition("/")
    part = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}
    if part not in parts:
        return found

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = resolve(base, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    parse_xml(parts.read(part), start)
    return found


def _read_main(data: bytes, limits: Limits) -> tuple[list[tuple[str, str, str]], dict[str, str], list[str]]:
    listed: list[tuple[str, str, str]] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    current: list[str] = []
    seen: set[str] = set()

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "sheet":
            name = plain_text(attributes.get("name", ""))
            if name.casefold() in seen:
                raise Refused("R05", f"有两个工作表都叫“{name}”，{_AGAIN}")
            seen.add(name.casefold())
            link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            listed.append((name, attributes.get("state", "visible"), link))
            if len(listed) > limits.max_sheets:
                raise Refused("R06", f"工作表多于{limits.max_sheets}个（--max-sheets）")
        elif element == "definedName":
            current[:] = [attributes.get("name", "")]

    def end(element: str) -> None:
        if element == "definedName" and current:
            names[current[0]] = "".join(current[1:])
            current.clear()

    def text(piece: str) -> None:
        if current:
            current.append(piece)

    parse_xml(data, start, end, text)
    return listed, names, notes


def _strings(data: bytes, limits: Limits) -> list[str]:
    found: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(element: str, _attributes: dict[str, str]) -> None:
        if element in inside:
            inside[element] = True

    def end(element: str) -> None:
        if element in inside:
            inside[element] = False
        elif element == "si":
            text = "".join(pieces)
            if len(text) > limits.max_text:
                raise Refused("R06", f"有一处文字长于{limits.max_text}字")
            found.append(plain_text(text))
            pieces.clear()
            if len(found) > limits.max_strings:
                raise Refused("R06", f"不同的文字多于{limits.max_strings}条（--max-strings）")

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    parse_xml(data, start, end, text)
    return found


def _formats(data: bytes) -> list[str]:
    """Give the number format code of each cell style."""
    codes: dict[int, str] = dict(_BUILTIN)
    found: list[str] = []
    inside = [False]

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "numFmt":
            number = attributes.get("numFmtId", "")
            if re.fullmatch(r"\d{1,6}", number):
                codes[int(number)] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside[0] = True
        elif element == "xf" and inside[0]:
            number = attributes.get("numFmtId", "0")
            found.append(codes.get(int(number), "") if re.fullmatch(r"\d{1,6}", number) else "")

    def end(element: str) -> None:
        if element == "cellXfs":
            inside[0] = False

    parse_xml(data, start, end)
    return found
