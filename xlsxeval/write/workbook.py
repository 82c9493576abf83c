"""A filing to a formatted workbook: printed form, live formulas with their results, protection, print set-up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlsxeval.errors import DataError
from xlsxeval.filing import Answer, Filing, FormAnswers, Line
from xlsxeval.forms.model import Blank, Box, Field, Table
from xlsxeval.forms.place import Page, address, cell_name, place
from xlsxeval.forms.year import with_year
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.tree import Field as FieldRef
from xlsxeval.numbers import decimals_of
from xlsxeval.rules.calculate import Numbers
from xlsxeval.write.looks import ANCHOR_HEIGHT, LOOKS, PROSE_HEIGHT, row_height, text_height
from xlsxeval.write.validation import validation

_PROTECTION = {
    "insert_rows": True,
    "delete_rows": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}
_A4 = 9


def write_workbook(filing: Filing, *, protect: bool = True, lock_known: bool = False) -> bytes:
    """Write a filing laid out by ``build_filing`` as one .xlsx with a sheet for each form.

    Args:
        filing: the answers; blanks stay blank, computed fields hold the form's formula and its result.
        protect: lock formulas and labels (without a password).
        lock_known: lock the blanks that are filled, too.

    Returns:
        The bytes of the workbook, the same for the same filing on every run.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    year = filing.year or 2000
    book.set_properties({"title": filing.formset.title, "created": datetime(year, 1, 1)})  # noqa: DTZ001  # fixed, so that runs agree
    book.set_calc_mode("auto")
    formats: dict[tuple[str, str], Format] = {}
    numbers = Numbers(filing)
    for answers in filing.forms.values():
        _Writer(book, formats, filing, numbers, answers, lock_known=lock_known).write(protect=protect)
    book.close()
    return buffer.getvalue()


class _Writer:
    """One sheet being written."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        formats: dict[tuple[str, str], Format],
        filing: Filing,
        numbers: Numbers,
        answers: FormAnswers,
        *,
        lock_known: bool,
    ) -> None:
        self.lock_known = lock_known
        self.book, self.formats, self.filing, self.numbers, self.answers = book, formats, filing, numbers, answers
        self.form = answers.form
        self.page: Page = place(self.form, {name: len(lines) for name, lines in answers.tables.items()})
        self.sheet: Worksheet = book.add_worksheet(self.form.name)
        self.heights: dict[int, float] = {}
        self.cells = {name: answer.cell for name, answer in answers.fields.items()}
        #: First -> last column of each column of a table, which may be merged over several.
        boxes = [blank.box for blank in self.form.blanks if blank.name.split(".")[0] in self.form.tables]
        self.last_cols = {box.col + 1: box.col + box.cols for box in boxes}

    def write(self, *, protect: bool) -> None:
        for col, width in enumerate(self.form.widths):
            self.sheet.set_column(col, col, width)
        for label in self.form.labels:
            self._label(label.text, label.box, label.style)
        for box, is_open in self.form.empties:
            self._region(self.page.box(box), self._format("nothing" if is_open else "empty"))
        for blank in self.form.blanks:
            if blank.name in self.form.fields:
                self._field(blank, self.form.fields[blank.name])
        for table in self.form.tables.values():
            self._table(table)
        for row, height in self.heights.items():
            self.sheet.set_row(row - 1, height)
        self._page_setup()
        if protect:
            self.sheet.protect("", _PROTECTION)

    def _format(self, look: str, number_format: str = "") -> Format:
        key = (look, number_format)
        if key not in self.formats:
            extra = {"num_format": number_format} if number_format else {}
            self.formats[key] = self.book.add_format({**LOOKS[look], **extra})
        return self.formats[key]

    def _look(self, look: str, answer: Answer) -> str:
        return f"known {look}" if self.lock_known and answer.text else look

    def _region(self, area: tuple[int, int, int, int], cell_format: Format) -> None:
        first_row, first_col, last_row, last_col = area
        if (first_row, first_col) == (last_row, last_col):
            self.sheet.write_blank(first_row - 1, first_col - 1, None, cell_format)
        else:
            self.sheet.merge_range(first_row - 1, first_col - 1, last_row - 1, last_col - 1, "", cell_format)

    def _grow(self, row: int, height: float) -> None:
        self.heights[row] = max(self.heights.get(row, 0.0), height)

    def _width(self, first_col: int, last_col: int) -> float:
        return sum(self.form.widths[first_col - 1 : last_col])

    def _label(self, template: str, box: Box, style: str) -> None:
        area = self.page.box(box)
        text = with_year(template, self.answers.year or 0)
        cell_format = self._format(style)
        self._region(area, cell_format)
        self.sheet.write_string(area[0] - 1, area[1] - 1, text, cell_format)
        if area[0] == area[2]:
            self._grow(area[0], row_height(style, text, self._width(area[1], area[3])))

    def _field(self, blank: Blank, field: Field) -> None:
        answer = self.answers.fields[blank.name]
        area = self.page.box(blank.box)
        width = self._width(area[1], area[3])
        if blank.open_row:
            look = "line"
        elif field.formula is not None:
            look = "computed"
        else:
            look = self._look("prose" if field.kind_name == "prose" else "blank", answer)
        cell_format = self._format(look, _number_format(field, answer))
        self._region(area, cell_format)
        row, col = area[0] - 1, area[1] - 1
        if field.formula is None:
            self._input(row, col, answer, field, cell_format)
            self._validate(row, col, field, row)
        elif answer.own:
            formula = to_excel(field.formula, lambda ref: address(ref, self.cells, self.page.regions))
            result = self.numbers.shown(FieldRef(self.form.name, blank.name))
            cached = float(result) if isinstance(result, Decimal) else ""
            self.sheet.write_formula(row, col, "=" + formula, cell_format, cached)
        else:
            self._input(row, col, answer, field, cell_format)
        self._grow(area[0], max(text_height(answer.text, width), PROSE_HEIGHT if look == "prose" else 0))

    def _input(self, row: int, col: int, answer: Answer, field: Field, cell_format: Format) -> None:
        if isinstance(answer.value, Decimal) and not answer.problem:
            self.sheet.write_number(row, col, float(answer.value), cell_format)
        elif answer.text and self.sheet.write_string(row, col, answer.text, cell_format) < 0:
            raise DataError(f"{self.form.name}的{field.name}写不进电子表格：文字太长")

    def _validate(self, row: int, col: int, field: Field, last_row: int) -> None:
        def address_of(column: str) -> str:
            table = field.name.split(".")[0]
            return "$" + cell_name(row + 1, self.page.regions[table].cols[column])

        options = validation(field, self.filing.formset.amount_unit, address_of)
        self.sheet.data_validation(row, col, last_row, col, options)

    def _table(self, table: Table) -> None:
        region, lines = self.page.regions[table.name], self.answers.tables[table.name]
        for row in (region.first, region.last):
            for col in region.cols.values():
                self._anchor(row, col)
            self.heights[row] = ANCHOR_HEIGHT
        merged = dict(self._groups(table, lines))
        for number, line in enumerate(lines):
            self._line(table, line, number, merged)
        for name, field in table.columns.items():
            self._validate(region.first - 1, region.cols[name] - 1, field, region.last - 1)

    def _anchor(self, row: int, col: int) -> None:
        last = self.last_cols[col]
        self._region((row, col, row, last), self._format("anchor"))

    def _line(self, table: Table, line: Line, number: int, merged: dict[tuple[str, int], int]) -> None:
        region = self.page.regions[table.name]
        row = region.first + 1 + number
        for name, field in table.columns.items():
            answer, col = line[name], region.cols[name]
            cell_format = self._format(self._look("blank", answer), _number_format(field, answer))
            last_col = self.last_cols[col]
            if name in table.inherit:
                span = merged.get((name, number))
                if span is None:
                    continue
                self._region((row, col, row + span - 1, last_col), cell_format)
            else:
                self._region((row, col, row, last_col), cell_format)
                self._grow(row, text_height(answer.text, self._width(col, last_col)))
            self._input(row - 1, col - 1, answer, field, cell_format)

    def _groups(self, table: Table, lines: tuple[Line, ...]) -> Iterator[tuple[tuple[str, int], int]]:
        """Yield (column, first line) and the number of lines for each run of equal inherited values."""
        for depth, column in enumerate(table.inherit):
            start = 0
            paths = [tuple(line[name].value for name in table.inherit[: depth + 1]) for line in lines]
            for number in range(1, len(lines) + 1):
                if number == len(lines) or paths[number] != paths[start] or paths[start][-1] is None:
                    yield (column, start), number - start
                    start = number

    def _page_setup(self) -> None:
        sheet = self.sheet
        sheet.set_paper(_A4)
        if self.form.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, self.page.last_row - 1, len(self.form.widths) - 1)
        sheet.hide_gridlines(2)
        sheet.set_footer(f"&L{self.form.title}&R第 &P 页 共 &N 页")
        inherited = [table for table in self.form.tables.values() if table.inherit]
        if inherited:
            head = self.page.regions[inherited[0].name].first - 2
            sheet.repeat_rows(head, head)
        first = next((answer.cell for name, answer in self.answers.fields.items()
                      if self.form.fields[name].formula is None and not answer.text), "A1")  # fmt: skip
        sheet.set_selection(first)


def _number_format(field: Field, answer: Answer) -> str:
    """Give the number format of a field; a typed percentage keeps the decimals it was typed with."""
    if field.kind_name == "percent" and isinstance(answer.value, Decimal):
        shown = len(answer.text.rstrip("%").partition(".")[2]) if answer.text.endswith("%") else 2
        decimals = max(shown, decimals_of(answer.value) - 2)
        return "0." + "0" * decimals + "%" if decimals else "0%"
    return field.kind.number_format
