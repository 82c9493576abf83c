"""Find faults in the parts of a workbook that Excel repairs or refuses on opening and that validators do not find."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from xlsxeval.a1 import cell_name, column_number

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[Rr]([0-9]*)[Cc]([0-9]*)")
_STRING = re.compile(r'"(?:[^"]|"")*"')
_LONGEST_FORMULA, _LONGEST_LITERAL, _LONGEST_TEXT, _LONGEST_MESSAGE, _LONGEST_TITLE = 8192, 255, 32767, 255, 32
#: What Excel 2010, WPS and LibreOffice 7 all calculate alike; none is volatile.
FUNCTIONS = frozenset(
    {
        *("SUM", "COUNT", "COUNTA", "COUNTIF", "SUMIFS", "MIN", "MAX", "ROUND", "INT", "ABS", "IF", "AND", "OR", "NOT"),
        *("IFERROR", "ISERROR", "NA", "LEN", "TRIM", "MID", "SUMPRODUCT", "INDEX", "ROW", "COLUMN", "ADDRESS", "HYPERLINK"),
    }
)  # fmt: skip


def faults(content: bytes) -> list[str]:
    """Give every fault found, as ``part: what``."""
    package = zipfile.ZipFile(io.BytesIO(content))
    names = package.namelist()
    found = [f"{name} twice" for name in {name.lower() for name in names} if sum(n.lower() == name for n in names) > 1]
    main = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314  # our own file
    sheets = [sheet.get("name", "") for sheet in main.iter(f"{_NS}sheet")]
    found += [f"workbook: {fault}" for fault in _names(main, sheets)]
    for name in names:
        if name.startswith("xl/worksheets/sheet"):
            root = ET.fromstring(package.read(name))  # noqa: S314  # our own file
            found += [f"{name}: {fault}" for fault in _sheet(root, sheets)]
    if "xl/sharedStrings.xml" in names:
        texts = ET.fromstring(package.read("xl/sharedStrings.xml"))  # noqa: S314  # our own file
        found += ["a shared text is too long" for one in texts if len("".join(one.itertext())) > _LONGEST_TEXT]
    return found


def _names(main: ET.Element, sheets: list[str]) -> Iterator[str]:
    seen = set()
    for name in main.iter(f"{_NS}definedName"):
        text = name.get("name", "")
        key = (text.casefold(), name.get("localSheetId"))
        if key in seen:
            yield f"name {text} twice"
        seen.add(key)
        if _CELL_LIKE.fullmatch(text) or not re.fullmatch(r"[^\W\d][\w.]*|_[\w.]*", text):
            yield f"name {text} cannot be a name"
        yield from _formula(name.text or "", sheets, text)
    if len({sheet.casefold() for sheet in sheets}) < len(sheets) or any(len(sheet) > 31 for sheet in sheets):
        yield "names of sheets"


def _sheet(root: ET.Element, sheets: list[str]) -> Iterator[str]:
    last_row = 0
    for row in root.iter(f"{_NS}row"):
        number = int(row.get("r", "0"))
        if number <= last_row:
            yield f"row {number} out of order"
        last_row, last_col = number, 0
        for cell in row:
            letters, digits = _ADDRESS.fullmatch(cell.get("r", "")).groups()  # type: ignore[union-attr]  # an address
            if int(digits) != number or column_number(letters) <= last_col:
                yield f"cell {cell.get('r')} out of order"
            last_col = column_number(letters)
            formula = cell.find(f"{_NS}f")
            if formula is not None:
                yield from _formula(formula.text or "", sheets, cell.get("r", ""))
                if formula.get("t") == "array":
                    yield f"{cell.get('r')} is an array formula"
    yield from _merges([merge.get("ref", "") for merge in root.iter(f"{_NS}mergeCell")])
    for rule in root.iter(f"{_NS}dataValidation"):
        where = rule.get("sqref", "")
        for key, most in (
            ("prompt", _LONGEST_MESSAGE),
            ("error", _LONGEST_MESSAGE),
            ("promptTitle", _LONGEST_TITLE),
            ("errorTitle", _LONGEST_TITLE),
        ):
            if len(rule.get(key, "")) > most:
                yield f"{key} of {where} too long"
        for part in rule:
            if rule.get("type") == "list" and (part.text or "").startswith('"'):
                yield f"list of {where} is a text"
            yield from _formula(part.text or "", sheets, where)
    for rule in root.iter(f"{_NS}cfRule"):
        for part in rule.iter(f"{_NS}formula"):
            if "!" in (part.text or ""):
                yield f"condition looks at another sheet: {part.text}"
            yield from _formula(part.text or "", sheets, "condition")


def _merges(areas: list[str]) -> Iterator[str]:
    taken: dict[str, str] = {}
    for area in areas:
        first, _, last = area.partition(":")
        (left, top), (right, bottom) = (_ADDRESS.fullmatch(at).groups() for at in (first, last))  # type: ignore[union-attr]  # addresses
        for row in range(int(top), int(bottom) + 1):
            for col in range(column_number(left), column_number(right) + 1):
                if cell_name(row, col) in taken:
                    yield f"{area} overlaps {taken[cell_name(row, col)]}"
                taken[cell_name(row, col)] = area


def _formula(text: str, sheets: list[str], where: str) -> Iterator[str]:
    if len(text) > _LONGEST_FORMULA:
        yield f"formula of {where} is too long"
    literals = _STRING.findall(text)
    if any(len(one) - 2 > _LONGEST_LITERAL for one in literals):
        yield f"a text in the formula of {where} is too long"
    bare = _STRING.sub('""', text)
    for sheet in re.findall(r"'([^']*)'!", bare):
        if sheet not in sheets:
            yield f"formula of {where} names {sheet}"
    bare = re.sub(rf"'[^']*'!|(?:{'|'.join(map(re.escape, sheets))})!", "", bare)
    depth = deepest = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
        if depth < 0:
            break
    if depth or deepest > 64:
        yield f"brackets in the formula of {where}"
    unknown = set(re.findall(r"([A-Z][A-Z.]*)\(", bare)) - FUNCTIONS
    if unknown:
        yield f"formula of {where} uses {unknown}"
    if "#REF!" in bare or re.search(r"[^\x00-\x7f]", bare):
        yield f"formula of {where}: {bare[:80]}"
