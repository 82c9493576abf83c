"""The bare XlsxWriter calls behind a workbook: recorded once, and made again by a process that loads nothing of ours.

python bench/bare.py calls.json
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

_CALLS = (
    *("write_string", "write_number", "write_blank", "write_formula", "merge_range", "data_validation", "set_row"),
    *("set_column", "protect", "set_paper", "set_margins", "center_horizontally", "fit_to_pages", "print_area"),
    *("hide_gridlines", "set_footer", "repeat_rows", "set_selection", "conditional_format", "freeze_panes", "activate"),
)
_FORMAT = "format number"


def recorded(work: Callable[[], object]) -> dict[str, Any]:
    """Run ``work`` once; gives the formats, and the outermost calls on worksheets with their arguments, as plain data.

    Returns:
        ``formats``: the properties of each; ``calls``: sheet, method, arguments and keywords of each.
    """
    calls: list[Any] = []
    formats: list[tuple[Format, dict[str, Any]]] = []
    originals = {name: getattr(Worksheet, name) for name in _CALLS}
    add_format = Workbook.add_format
    depth = [0]

    def added(book: Workbook, properties: dict[str, Any] | None = None) -> Format:
        # A new workbook makes its own first formats so; here they are formats like others, which nothing uses.
        kept = {key: value for key, value in (properties or {}).items() if key != "xf_index"}
        formats.append((add_format(book, properties), kept))
        return formats[-1][0]

    def plain(value: Any) -> Any:
        if isinstance(value, Format):
            return {_FORMAT: next(number for number, (known, _) in enumerate(formats) if known is value)}
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        return value

    def spy(name: str) -> Callable[..., object]:
        def call(sheet: Worksheet, *arguments: Any, **keywords: Any) -> object:
            if not depth[0]:
                calls.append((sheet.name, name, [plain(value) for value in arguments], plain(keywords)))
            depth[0] += 1
            try:
                return originals[name](sheet, *arguments, **keywords)
            finally:
                depth[0] -= 1

        return call

    for name in _CALLS:
        setattr(Worksheet, name, spy(name))
    Workbook.add_format = added
    try:
        work()
    finally:
        Workbook.add_format = add_format
        for name, original in originals.items():
            setattr(Worksheet, name, original)
    return {"formats": [properties for _, properties in formats], "calls": calls}


def replay(record: dict[str, Any]) -> bytes:
    """Make the recorded calls on a new workbook."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    formats = [book.add_format(properties) for properties in record["formats"]]

    def real(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if _FORMAT in value:
            return formats[value[_FORMAT]]
        return {key: real(inner) for key, inner in value.items()}

    sheets: dict[str, Worksheet] = {}
    for sheet_name, name, arguments, keywords in record["calls"]:
        if sheet_name not in sheets:
            sheets[sheet_name] = book.add_worksheet(sheet_name)
        getattr(sheets[sheet_name], name)(*map(real, arguments), **real(keywords))
    book.close()
    return buffer.getvalue()


if __name__ == "__main__":
    replay(json.loads(Path(sys.argv[1]).read_bytes()))
