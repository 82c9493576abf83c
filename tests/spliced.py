"""Single changes of a workbook that ``fill`` wrote: only the cells that are named change, saved results included."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from xml.sax.saxutils import escape

from tests.marking import members, packed
from xlsxeval.a1 import parse_cell

_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="(\d+)"')
_FORMULA = re.compile(r"<f(?:/>|[ >].*?</f>)")
_MERGES = re.compile(r"<mergeCells[^>]*>")
_STYLE = re.compile(r' s="\d+"')


class Run(NamedTuple):
    """A piece of a cell's text, struck out or not."""

    text: str
    struck: bool = False


#: What a cell may get: a text, a number, runs of text, or nothing.
Content = str | int | Decimal | Sequence[Run] | None


def changed(content: bytes, sheet: str, cells: Mapping[str, Content], merge: Sequence[str] = ()) -> bytes:
    """Return the workbook with other contents in some cells of a sheet, and with more merged ranges.

    Args:
        content: a workbook written by this program.
        sheet: the name of the sheet.
        cells: address -> content; a cell's style stays.
        merge: the ranges that are merged as well.
    """
    parts = members(content)
    part = _part(parts, sheet)
    text = parts[part].decode()
    for address, new in cells.items():
        text = _with_cell(text, address, new)
    if merge:
        start = _MERGES.search(text)
        assert start is not None
        text = text.replace(start[0], start[0] + "".join(f'<mergeCell ref="{area}"/>' for area in merge))
    return packed(parts | {part: text.encode()})


def with_result(content: bytes, sheet: str, address: str, result: Decimal) -> bytes:
    """Return the workbook with another saved result of a formula, as a program saves that calculates it anew."""
    parts = members(content)
    part = _part(parts, sheet)
    old = re.search(rf'<c r="{address}"[^>]*><f>[^<]*</f><v>', parts[part].decode())
    assert old is not None
    before, _, after = parts[part].decode().partition(old[0])
    return packed(parts | {part: f"{before}{old[0]}{result}{after[after.index('</v>') :]}".encode()})


def typed(content: bytes) -> bytes:
    """Return the workbook with the results of its formulas as plain values, as a copy has that somebody typed."""
    parts = members(content)
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            parts[name] = _FORMULA.sub("", part.decode()).encode()
    return packed(parts)


def _part(parts: Mapping[str, bytes], sheet: str) -> str:
    numbers = dict(_SHEET.findall(parts["xl/workbook.xml"].decode()))
    return f"xl/worksheets/sheet{numbers[sheet]}.xml"


def _with_cell(text: str, address: str, new: Content) -> str:
    old = re.search(rf'<c r="{address}"[^>]*?(?:/>|>.*?</c>)', text)
    style = _STYLE.search(old[0][: old[0].index(">")]) if old else None
    cell = f'<c r="{address}"{style[0] if style else ""}{_inside(new)}'
    if old:
        return text.replace(old[0], cell)
    # A row below all others.
    position = parse_cell(address)
    assert position is not None
    assert f'<row r="{position[0]}"' not in text
    return text.replace("</sheetData>", f'<row r="{position[0]}">{cell}</row></sheetData>')


def _inside(new: Content) -> str:
    match new:
        case None:
            return "/>"
        case str():
            return f' t="inlineStr"><is><t xml:space="preserve">{escape(new)}</t></is></c>'
        case int() | Decimal():
            return f"><v>{new}</v></c>"
        case _:
            runs = (
                f"<r><rPr>{'<strike/>' * run.struck}</rPr><t xml:space='preserve'>{escape(run.text)}</t></r>"
                for run in new
            )
            return f' t="inlineStr"><is>{"".join(runs)}</is></c>'
