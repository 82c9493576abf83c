"""A workbook as text, one line a cell, so that a change of a sample can be read in review. Reads with openpyxl."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet


def dump(content: bytes) -> str:
    """Give what an .xlsx file says as text.

    For each sheet: its state and protection; a line ``sheet<TAB>cell<TAB>value<TAB>number format`` for each cell that
    holds something, with the cached result behind a formula; then merges, validations, conditional formats, widths,
    heights, print settings and the unlocked cells.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    results = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    lines = [f"workbook\tname\t{name}\t{defined.value}" for name, defined in sorted(book.defined_names.items())]
    for sheet in book.worksheets:
        lines += _sheet(sheet, results[sheet.title])
    return "".join(f"{line}\n" for line in lines)


def _sheet(sheet: Worksheet, results: Worksheet) -> Iterator[str]:
    yield f"{sheet.title}\tsheet\t{sheet.sheet_state}"
    if sheet.protection.sheet:
        allowed = [name for name in _ALLOWED if not getattr(sheet.protection, name)]
        yield f"{sheet.title}\tprotected\tallowed: {' '.join(allowed)}"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                result = f"\t= {results[cell.coordinate].value!r}" if cell.data_type == "f" else ""
                yield f"{sheet.title}\t{cell.coordinate}\t{cell.value!r}\t{cell.number_format}{result}"
            if cell.comment:
                yield f"{sheet.title}\tcomment\t{cell.coordinate}\t{cell.comment.text!r}"
    yield from (f"{sheet.title}\tmerge\t{area}" for area in sorted(map(str, sheet.merged_cells.ranges)))
    for rule in sheet.data_validations.dataValidation:
        limits = (rule.operator or "between", rule.formula1, rule.formula2)
        texts = (rule.errorStyle or "stop", rule.errorTitle, rule.error, rule.promptTitle, rule.prompt)
        yield f"{sheet.title}\tvalidation\t{rule.sqref}\t{rule.type}\t" + "\t".join(map(repr, (*limits, *texts)))
    for area in sheet.conditional_formatting:
        for condition in area.rules:
            fill = condition.dxf.fill.bgColor.rgb if condition.dxf and condition.dxf.fill else None
            yield f"{sheet.title}\tcondition\t{area.sqref}\t{condition.priority}\t{condition.formula}\t{fill}"
    for name, column in sorted(sheet.column_dimensions.items(), key=lambda item: item[1].min):
        yield f"{sheet.title}\twidth\t{name}\t{column.min}-{column.max}\t{column.width}{' hidden' * column.hidden}"
    for number, line in sorted(sheet.row_dimensions.items()):
        if line.height is not None or line.hidden:
            yield f"{sheet.title}\theight\t{number}\t{line.height}{' hidden' * line.hidden}"
    yield f"{sheet.title}\tunlocked\t{' '.join(_unlocked(sheet))}"
    paper = (sheet.print_area, sheet.print_title_rows, sheet.page_setup.orientation, sheet.freeze_panes)
    yield f"{sheet.title}\tprint\t" + "\t".join(map(str, paper))


_ALLOWED = (
    *("formatCells", "formatColumns", "formatRows", "insertColumns", "insertRows", "insertHyperlinks"),
    *("deleteColumns", "deleteRows", "sort", "autoFilter", "selectLockedCells", "selectUnlockedCells"),
)


def _unlocked(sheet: Worksheet) -> Iterator[str]:
    """Yield the pieces of rows whose cells are not locked: ``C5``, ``D15:J15``."""
    for row in sheet.iter_rows():
        run: list[str] = []
        for cell in (*row, None):
            if cell is not None and not cell.protection.locked:
                run.append(cell.coordinate)
            elif run:
                yield run[0] if len(run) == 1 else f"{run[0]}:{run[-1]}"
                run = []
