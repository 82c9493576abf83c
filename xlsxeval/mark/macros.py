"""Leave out of a marked copy what can run in it, and signatures that are no longer valid.

Left out: VBA projects with their signatures, attached toolbars, own ribbons, signatures of the whole file, and names
that call macros. A sheet of macros becomes an empty worksheet, because without it the sheets after it would get other
numbers. A link to another program (DDE) stays, but names no program. The workbook becomes a plain .xlsx.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote

from xlsxeval.mark.parts import CONTENT_TYPES, Parts, relations_part
from xlsxeval.mark.splice import Document, Node
from xlsxeval.mark.workbook import SPREADSHEET_TYPE, WorkbookPart
from xlsxeval.read.refusals import damaged

_MACRO, _RIBBON, _SIGNATURE, _DDE = "宏", "自定义功能区", "签名", "DDE"
#: What was left out -> what 审核意见 says about it.
_NOTES = {
    _MACRO: "注意：原文件含有宏，副本里没有保留。",
    _RIBBON: "注意：原文件含有自定义功能区，副本里没有保留。",
    _SIGNATURE: "注意：原文件带有数字签名，加了审核标记以后签名不再有效，副本里没有保留。",
    _DDE: "注意：原文件链接到其他程序（DDE），副本里去掉了所链接的程序名。",
}
#: Cannot be taken out without damage to the sheets that show it: beginning of the part's name -> what it is.
_KEPT = {
    "xl/activex/": "ActiveX控件",
    "xl/embeddings/": "嵌入对象",
    "xl/externallinks/": "外部链接",
    "xl/connections": "数据连接",
}
#: End of a relationship's type, of a content type's beginning, of a part's name -> what it is; all in lower case.
_KINDS = {
    "/vbaproject": _MACRO,
    "/attachedtoolbars": _MACRO,
    "/ui/extensibility": _RIBBON,
    "/ui/usercustomization": _RIBBON,
    "/digital-signature/origin": _SIGNATURE,
}
_TYPES = {
    "application/vnd.ms-office.vbaproject": _MACRO,
    "application/vnd.ms-excel.attachedtoolbars": _MACRO,
    "application/vnd.openxmlformats-package.digital-signature": _SIGNATURE,
}
_NAMES = {
    re.compile(r"(?:^|/)vbaproject[^/]*\.bin(?:\.rels)?$"): _MACRO,
    re.compile(r"^(?:customui|usercustomization)/"): _RIBBON,
    re.compile(r"^(?:_xmlsignatures|xl/_signatures)/"): _SIGNATURE,
}
_MACRO_SHEETS = ("/xlmacrosheet", "/xlintlmacrosheet")
#: Content types of workbooks that are not plain: with macros, templates, add-ins.
_OTHER_WORKBOOK = re.compile(
    r"application/vnd\.(?:ms-excel\.(?:sheet|template|addin)\.macroenabled"
    r"|openxmlformats-officedocument\.spreadsheetml\.template)\.main\+xml"
)
_AUTOMATIC_NAME = re.compile(r"(?:_xlnm\.)?auto_(?:open|close|activate|deactivate)", re.IGNORECASE)
_TRUE = frozenset({"1", "true"})


def leave_out_macros(parts: Parts, book: WorkbookPart) -> frozenset[str]:
    """Leave out of the copy what can run in it.

    Args:
        parts: the package; parts, relationships and content types are removed from it.
        book: its workbook part; gets an empty worksheet for each sheet of macros.

    Returns:
        What was left out, in words that ``notes`` understands.

    Raises:
        Refused: if the content types or relationships are no usable XML.
    """
    removed = dict(_by_name(parts)) | dict(_by_content_type(parts)) | dict(_by_relationship(parts))
    if removed.keys() & {_key(part) for part in (CONTENT_TYPES, book.part, book.styles, *book.sheets.values())}:
        raise damaged("内容类型不对")
    left_out = set(removed.values())
    for part in parts.names():
        if _key(part) in removed:
            parts.leave_out(part)
            parts.leave_out(relations_part(part))
    for rels in _relationship_parts(parts):
        left_out |= _clean_relationships(parts, rels, removed, book)
    if book.replace_modules() | _remove_names(book):
        left_out.add(_MACRO)
    _clean_content_types(parts, removed)
    return frozenset(left_out)


def notes(parts: Parts, left_out: Collection[str]) -> list[str]:
    """Return the sentences for 审核意见: what was left out of the copy, and what is in it that a program may start."""
    sentences = [note for word, note in _NOTES.items() if word in left_out]
    kept = [word for prefix, word in _KEPT.items() if any(part.startswith(prefix) for part in parts.names())]
    if kept:
        sentences.append(f"注意：副本里仍有原文件的{'、'.join(kept)}，打开时如果询问是否启用或更新，请不要同意。")
    return sentences


def _key(part: str) -> str:
    """Return a part's name as it is compared: ``/xl/VBA%50roject.bin`` gives ``xl/vbaproject.bin``."""
    return unquote(part).lstrip("/").lower()


def _by_name(parts: Parts) -> Iterator[tuple[str, str]]:
    for part in parts.names():
        for pattern, word in _NAMES.items():
            if pattern.search(_key(part)):
                yield _key(part), word


def _by_content_type(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield the parts whose declared type is unwanted; the type of an extension is that of parts without their own."""
    nodes = parts.document(CONTENT_TYPES).root.children
    own = {_key(node.attributes["PartName"]): node for node in nodes if "PartName" in node.attributes}
    by_extension = {node.attributes.get("Extension", "").lower(): node for node in nodes if node.name == "Default"}
    for extension in ("xml", "rels"):
        by_extension.pop(extension, None)  # nothing in the tables above is XML without its own type
    for part in parts.names():
        node = own.get(_key(part)) or by_extension.get(_key(part).rpartition(".")[2])
        word = _word_of_type(node) if node else ""
        if word:
            yield _key(part), word


def _word_of_type(node: Node) -> str:
    declared = node.attributes.get("ContentType", "").lower()
    return next((word for prefix, word in _TYPES.items() if declared.startswith(prefix)), "")


def _by_relationship(parts: Parts) -> Iterator[tuple[str, str]]:
    for rels in _relationship_parts(parts):
        for node in parts.document(rels).root.children:
            word = _word_of_relationship(node)
            if word and node.attributes.get("TargetMode") != "External":
                yield _target(rels, node), word


def _word_of_relationship(node: Node) -> str:
    kind = node.attributes.get("Type", "").lower()
    return next((word for end, word in _KINDS.items() if kind.endswith(end)), "")


def _relationship_parts(parts: Parts) -> list[str]:
    return [part for part in parts.names() if part.endswith(".rels")]


def _target(rels: str, node: Node) -> str:
    """Return the name of the part that a relationship leads to: it is relative to the folder above ``_rels``."""
    folder = posixpath.dirname(posixpath.dirname(rels))
    target = node.attributes.get("Target", "").replace("\\", "/")
    return _key(posixpath.normpath(posixpath.join("/", folder, target)))


def _clean_relationships(parts: Parts, rels: str, removed: Collection[str], book: WorkbookPart) -> set[str]:
    """Remove the relationships to removed parts; empty the sheets of macros and take the program out of DDE links.

    Returns:
        What was left out.
    """
    document, left_out = parts.document(rels), set()
    names = {_key(part): part for part in parts.names()}
    for node in document.root.children:
        kind = node.attributes.get("Type", "").lower()
        target = "" if node.attributes.get("TargetMode") == "External" else _target(rels, node)
        part = names.get(target, "")
        word = _word_of_relationship(node)
        if word or target in removed:
            document.remove(node)
            left_out |= {word} - {""}
        elif kind.endswith(_MACRO_SHEETS):
            if not part or part in {book.part.lower(), book.styles.lower(), *map(str.lower, book.sheets.values())}:
                raise damaged("找不到宏表的内容")
            document.set(node, "Type", f"{parts.office}/worksheet")
            parts.write(part, book.empty_sheet())
            parts.leave_out(relations_part(part))
            left_out.add(_MACRO)
        elif kind.endswith("/externallink") and part and _clean_external_link(parts, part):
            left_out.add(_DDE)
    parts.write(rels, document.done())
    return left_out


def _clean_external_link(parts: Parts, part: str) -> bool:
    """Take the program's name out of a DDE link; return whether there was one.

    ``<ddeLink ddeService="cmd" ddeTopic="/c calc">`` becomes ``<ddeLink ddeService="none" ddeTopic="none">``.
    """
    document = Document(parts.read(part), parts.limits, deepest=1)
    links = [node for node in document.root.children if node.name == "ddeLink"]
    for node in links:
        document.set(node, "ddeService", "none")
        document.set(node, "ddeTopic", "none")
    parts.write(part, document.done())
    return bool(links)


def _remove_names(book: WorkbookPart) -> bool:
    """Remove the defined names that call macros; return whether there were any."""
    names = [
        node
        for node in book.defined_names()
        if node.attributes.get("xlm") in _TRUE
        or node.attributes.get("vbProcedure") in _TRUE
        or _AUTOMATIC_NAME.fullmatch(node.attributes.get("name", ""))
    ]
    for node in names:
        book.document.remove(node)
    return bool(names)


def _clean_content_types(parts: Parts, removed: Collection[str]) -> None:
    document = parts.document(CONTENT_TYPES)
    for node in document.root.children:
        declared = node.attributes.get("ContentType", "").lower()
        if _word_of_type(node) or _key(node.attributes.get("PartName", "")) in removed:
            document.remove(node)
        elif _OTHER_WORKBOOK.fullmatch(declared):
            document.set(node, "ContentType", f"{SPREADSHEET_TYPE}.sheet.main+xml")
        elif declared.endswith("macrosheet+xml"):
            document.set(node, "ContentType", f"{SPREADSHEET_TYPE}.worksheet+xml")
    parts.write(CONTENT_TYPES, document.done())
