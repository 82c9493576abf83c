"""Writing a blank workbook against the bare XlsxWriter calls for the same cells."""

from __future__ import annotations

import io
import statistics
from typing import Any

import xlsxwriter
from check import ROUNDS, timed
from xlsxwriter.worksheet import Worksheet

import xlsxeval as api
from xlsxeval.write import workbook as writer

_CALLS = (
    *("write_string", "write_number", "write_blank", "write_formula", "merge_range", "data_validation", "set_row"),
    *("set_column", "protect", "set_paper", "set_margins", "center_horizontally", "fit_to_pages", "print_area"),
    *("hide_gridlines", "set_footer", "repeat_rows", "set_selection", "conditional_format", "freeze_panes", "activate"),
)


def recorded(work: Any) -> list[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """Run ``work`` once and note every call on a worksheet (only the outermost: some call each other)."""
    calls: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = []
    originals = {name: getattr(Worksheet, name) for name in _CALLS}
    depth = [0]

    def spy(name: str) -> Any:
        def call(sheet: Any, *args: Any, **kwargs: Any) -> Any:
            if not depth[0]:
                calls.append((sheet.name, name, args, kwargs))
            depth[0] += 1
            try:
                return originals[name](sheet, *args, **kwargs)
            finally:
                depth[0] -= 1

        return call

    for name in _CALLS:
        setattr(Worksheet, name, spy(name))
    try:
        work()
    finally:
        for name, original in originals.items():
            setattr(Worksheet, name, original)
    return calls


def replay(calls: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]]) -> None:
    """Make the same calls on a new workbook, with formats of the same properties."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    sheets: dict[str, Any] = {}
    formats: dict[int, Any] = {}

    def own(value: Any) -> Any:
        if not isinstance(value, xlsxwriter.format.Format):
            return value
        if id(value) not in formats:
            copy = book.add_format()
            for key, item in vars(value).items():
                if key not in {"xf_format_indices", "dxf_format_indices", "xf_index", "dxf_index", "xf_id"}:
                    setattr(copy, key, item)
            formats[id(value)] = copy
        return formats[id(value)]

    for sheet_name, name, args, kwargs in calls:
        if sheet_name not in sheets:
            sheets[sheet_name] = book.add_worksheet(sheet_name)
        arguments = [dict(arg) if isinstance(arg, dict) else own(arg) for arg in args]
        getattr(sheets[sheet_name], name)(*arguments, **kwargs)
    book.close()


def main() -> None:
    """Print medians and the ratio."""
    hunan = api.load_set("hunan")

    def new() -> bytes:
        return api.new(hunan, year=2024, unit="某某局")

    calls = recorded(new)
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(timed(lambda: replay(calls)))
        ours.append(timed(new))
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    print(f"{len(calls)} calls in {writer.__name__}")
    print(f"bare XlsxWriter calls {statistics.median(bare) * 1000:8.2f} ms")
    print(f"xlsxeval.new          {statistics.median(ours) * 1000:8.2f} ms   x {ratio:.2f}")


if __name__ == "__main__":
    main()
