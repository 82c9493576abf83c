"""进度表: what became of each unit of the roster, as CSV or as a workbook to print and to pass on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from xlsxeval.a1 import cell_name, fixed_column_range
from xlsxeval.report.facts import NOT_CHECKED, UNIT_STATES, Facts, UnitLine, unclear_text, unit_counts
from xlsxeval.report.progress_mark import COLUMNS, HEAD, PROPERTY
from xlsxeval.report.table import Line, inert
from xlsxeval.text import UNWRITABLE, display_width, safe
from xlsxeval.write.looks import LOOKS, text_height

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Names of the sheets.
PROGRESS_SHEET, OTHERS_SHEET, QUESTIONS_SHEET = "进度", "未核对的文件", "问题"
_A4 = 9
#: The greatest width of each column; one with shorter texts is narrower, but has room for its head and filter button.
_WIDTHS = dict(zip(COLUMNS, (10, 10, 24, 12, 7, 28, 12, 8, 8, 8, 8, 15, 28), strict=True))
_BUTTON = 2
_NUMBERS = frozenset({"轮次", "须更正", "须说明", "供核对", "已说明"})
_CENTRED = frozenset({"状态", "收到日期"}) | _NUMBERS
#: The columns that hold the counts: the sum, and one for each state.
_FIRST_COUNT = COLUMNS.index("单位")
_TITLE_ROW, _WORDS_ROW, _COUNTS_ROW, _HEAD_ROW = range(4)
#: A cell holds 32,767 characters.
_LONGEST, _CUT = 32_000, "……（太长，没有全写）"
#: A number of so many digits keeps them all in a spreadsheet.
_MOST_DIGITS = 15
_GREEN, _BLUE, _YELLOW, _RED, _GREY = "#E2F3E7", "#E3EEFA", "#FFF3CD", "#FBDCDC", "#ECEFF1"
_COLOURS = {
    "pass": _GREEN,
    "info": _BLUE,
    "warning": _YELLOW,
    "unchecked": _GREY,
    "error": _RED,
    "unusable": _RED,
    "unread": _YELLOW,
    "missing": _RED,
}


def progress_csv(facts: Facts) -> Iterator[str]:
    """Yield the table line by line, each ended by CR LF, a byte order mark first; to be encoded as UTF-8.

    A code such as 001002 has ``'`` before it, because a spreadsheet would make 1002 of it.
    """
    import csv

    writer = csv.writer(Line(), lineterminator="\r\n")
    yield HEAD
    for line in facts.units:
        cells = _cells(line)
        code = safe(line.code)
        changed = code.isdecimal() and (code.startswith("0") or len(code) > _MOST_DIGITS)
        cells["单位编码"] = f"'{code}" if changed else inert(code)
        yield writer.writerow(cell if name == "单位编码" else inert(str(cell)) for name, cell in cells.items())


def progress_book(facts: Facts, made: str = "") -> bytes:
    """Write the workbook: a sheet with all units, and one each for files that were not checked and for questions.

    Args:
        facts: the run.
        made: program and version, for the foot of the pages; without the time, so that the same facts give the same
            bytes.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True})
    file.set_properties({"title": "绩效自评报送进度", "created": datetime(2000, 1, 1)})  # noqa: DTZ001  # fixed, so that runs agree
    file.set_custom_property(PROPERTY, "1")
    looks = {name: file.add_format(LOOKS[name]) for name in ("title", "head", "cell", "left", "heading")}
    _write_units(file, looks, facts, made)
    if facts.others:
        rows = [(other.file, other.unit, other.what) for other in facts.others]
        _write_list(file.add_worksheet(OTHERS_SHEET), looks, {"文件": 44, "单位": 28, "说明": 60}, rows, made)
    questions = [*((unclear_text(facts).rstrip("："), text) for text in facts.unclear)]
    questions += [("请核对", text) for text in facts.alike]
    if questions:
        _write_list(file.add_worksheet(QUESTIONS_SHEET), looks, {"问题": 36, "说明": 96}, questions, made)
    file.close()
    return buffer.getvalue()


def _cells(line: UnitLine) -> dict[str, str | int]:
    """Return the cells of a unit, by the head of the column; without counts if nothing of it was checked."""
    counts = (line.errors, line.warnings, line.hints, line.explained)
    values = (
        *(line.group, line.code, line.unit, UNIT_STATES[line.state], "" if line.round is None else line.round),
        *(line.file, line.filed, *(("",) * len(counts) if line.state in NOT_CHECKED else counts), line.contact),
        "；".join(remark.rstrip("。") for remark in line.remarks),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _write_units(file: xlsxwriter.Workbook, looks: Mapping[str, Format], facts: Facts, made: str) -> None:
    """Write the sheet 进度: title, counts, table."""
    sheet = file.add_worksheet(PROGRESS_SHEET)
    rows = [_cells(line) for line in facts.units]
    widths = {name: _width(name, most, rows) for name, most in _WIDTHS.items()}
    for column, width in enumerate(widths.values()):
        sheet.set_column(column, column, width)
    last = _HEAD_ROW + max(len(rows), 1)
    sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, len(COLUMNS) - 1, "绩效自评报送进度", looks["title"])
    sheet.set_row(_TITLE_ROW, 34)
    _write_counts(sheet, looks, facts, last)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(_HEAD_ROW, column, name, looks["head"])
    sheet.set_row(_HEAD_ROW, 26)
    for row, cells in enumerate(rows, _HEAD_ROW + 1):
        for column, (name, cell) in enumerate(cells.items()):
            look = looks["cell" if name in _CENTRED else "left"]
            if isinstance(cell, int):
                sheet.write_number(row, column, cell, look)
            else:
                _write_text(sheet, row, column, cell, look)
        sheet.set_row(row, max(text_height(str(cell), widths[name]) for name, cell in cells.items()))
    state = COLUMNS.index("状态")
    for key, colour in _COLOURS.items():
        mark = {"type": "cell", "criteria": "==", "value": f'"{UNIT_STATES[key]}"'}
        mark["format"] = file.add_format({"bg_color": colour})
        sheet.conditional_format(_HEAD_ROW + 1, state, last, state, mark)
    _finish(sheet, _HEAD_ROW, last, len(COLUMNS), made)


def _write_counts(sheet: Worksheet, looks: Mapping[str, Format], facts: Facts, last: int) -> None:
    """Write how many units there are and how many are in each state: formulas with their present results.

    Args:
        sheet: the sheet 进度.
        looks: name of a look -> format.
        facts: the run.
        last: the last row of the table, from 0.
    """
    counts = unit_counts(facts.units)
    column = COLUMNS.index("状态") + 1
    area = fixed_column_range(_HEAD_ROW + 2, last + 1, column)
    first = _FIRST_COUNT + 1
    each = f"{cell_name(_COUNTS_ROW + 1, first + 1)}:{cell_name(_COUNTS_ROW + 1, first + len(UNIT_STATES))}"
    cells = [("单位总数", f"=SUM({each})", len(facts.units))]
    for state, word in UNIT_STATES.items():
        cells.append((word, f'=COUNTIF({area},"{word}")', counts.get(state, 0)))
    for place, (word, formula, count) in enumerate(cells, _FIRST_COUNT):
        sheet.write_string(_WORDS_ROW, place, word, looks["head"])
        sheet.write_formula(_COUNTS_ROW, place, formula, looks["cell"], count)
    sheet.set_row(_WORDS_ROW, 40)
    sheet.set_row(_COUNTS_ROW, 24)


def _write_list(
    sheet: Worksheet, looks: Mapping[str, Format], widths: Mapping[str, int], rows: Sequence[Sequence[str]], made: str
) -> None:
    """Write a sheet with a head and rows of texts."""
    for column, (name, width) in enumerate(widths.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, looks["head"])
    for row, texts in enumerate(rows, 1):
        for column, text in enumerate(texts):
            _write_text(sheet, row, column, text, looks["left"])
        sheet.set_row(row, max(map(text_height, texts, widths.values())))
    _finish(sheet, 0, len(rows), len(widths), made)


def _finish(sheet: Worksheet, head: int, last: int, columns: int, made: str) -> None:
    """Set the frozen head, the filter, paper and footer of a sheet; rows from 0."""
    sheet.freeze_panes(head + 1, 0)
    sheet.autofilter(head, 0, last, columns - 1)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.print_area(0, 0, last, columns - 1)
    sheet.set_footer(f"&L{made.replace('&', '&&')}&R第 &P 页 共 &N 页")


def _width(name: str, most: int, rows: Sequence[Mapping[str, str | int]]) -> int:
    """Return the width of a column, in half-width characters."""
    longest = max((display_width(str(row[name])) for row in rows), default=0)
    return min(max(longest + 2, display_width(name) + _BUTTON), most)


def _write_text(sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """Write a text as a cell can hold it, never as a formula; an empty text leaves the cell blank."""
    text = UNWRITABLE.sub("\ufffd", safe(text))
    if text:
        sheet.write_string(row, column, text if len(text) <= _LONGEST else text[:_LONGEST] + _CUT, look)
    else:
        sheet.write_blank(row, column, None, look)
