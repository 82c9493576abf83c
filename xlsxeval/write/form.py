"""One form as a sheet: the printed page, the blanks with help and validation, formulas with their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlsxeval.a1 import cell_name
from xlsxeval.errors import DataError
from xlsxeval.filing import Answer, FormAnswers, Line
from xlsxeval.forms.model import Blank, Box, Field, Table
from xlsxeval.forms.place import address
from xlsxeval.forms.year import with_year
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import decimals_of, format_code
from xlsxeval.write.book import Area, Book, merge
from xlsxeval.write.live.figures import Live, cached
from xlsxeval.write.looks import ANCHOR_HEIGHT, PROSE_HEIGHT, row_height, text_height
from xlsxeval.write.validation import NOT_HERE, validation

#: The title and the line with the result of the checks stay in sight.
_FROZEN_ROWS = 2


class FormSheet:
    """One form being written."""

    def __init__(
        self,
        book: Book,
        sheet: Worksheet,
        answers: FormAnswers,
        *,
        status: Live,
        lists: Mapping[str, str],
        lock_known: bool,
    ) -> None:
        """Prepare the sheet; ``status`` is what the head of the form shows, ``lists`` where each dropdown stands."""
        self.book, self.sheet, self.answers = book, sheet, answers
        self.status, self.lists, self.lock_known = status, lists, lock_known
        self.form, self.page = answers.form, book.pages[answers.form.name]
        self.heights: dict[int, float] = {}
        self.cells = {name: answer.cell for name, answer in answers.fields.items()}
        #: First -> last column of each column of a table, which may be merged over several.
        boxes = [blank.box for blank in self.form.blanks if blank.name.split(".")[0] in self.form.tables]
        self.last_cols = {box.col + 1: box.col + box.cols for box in boxes}

    def write(self) -> None:
        """Write the whole sheet."""
        for col, width in enumerate(self.form.widths):
            self.sheet.set_column(col, col, width)
        for label in self.form.labels:
            self._label(label.text, label.box, label.style)
        for box, is_open in self.form.empties:
            merge(self.sheet, self.page.box(box), self.book.format("nothing" if is_open else "empty"))
        if self.form.status is not None:
            self._status(self.page.box(self.form.status))
        for blank in self.form.blanks:
            if blank.name in self.form.fields:
                self._field(blank, self.form.fields[blank.name])
        for table in self.form.tables.values():
            self._table(table)
        open_rows = {row for region in self.page.regions.values() for row in range(region.first, region.last + 1)}
        for row, height in self.heights.items():
            # Rows of a table can be deleted on the protected sheet only if nothing in them is locked.
            self.sheet.set_row(row - 1, height, self.book.format("row") if row in open_rows else None)
        self._page_setup()

    def first_blank(self) -> str:
        """Give the address of the first blank to fill, or nothing."""
        unfilled = (
            answer.cell
            for name, answer in self.answers.fields.items()
            if self.form.fields[name].formula is None and not answer.text
        )
        return next(unfilled, "")

    def _look(self, look: str, answer: Answer) -> str:
        return f"known {look}" if self.lock_known and answer.text else look

    def _grow(self, row: int, height: float) -> None:
        self.heights[row] = max(self.heights.get(row, 0.0), height)

    def _width(self, first_col: int, last_col: int) -> float:
        return sum(self.form.widths[first_col - 1 : last_col])

    def _label(self, template: str, box: Box, style: str) -> None:
        area = self.page.box(box)
        text = with_year(template, self.answers.year or 0)
        beside = [region for region in self.page.regions.values() if area[0] <= region.first and region.last <= area[2]]
        cell_format = self.book.format("open label" if beside else style)
        merge(self.sheet, area, cell_format)
        self.sheet.write_string(area[0] - 1, area[1] - 1, text, cell_format)
        if beside:
            self._refuse(area)
        if area[0] == area[2]:
            self._grow(area[0], row_height(style, text, self._width(area[1], area[3])))

    def _status(self, area: Area) -> None:
        cell_format = self.book.format("status")
        merge(self.sheet, area, cell_format)
        self.sheet.write_formula(area[0] - 1, area[1] - 1, self.status.formula, cell_format, self.status.shown)

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
        cell_format = self.book.format(look, number_format(field, answer))
        merge(self.sheet, area, cell_format)
        row, col = area[0] - 1, area[1] - 1
        if field.formula is not None and answer.own:
            formula = to_excel(field.formula, lambda ref: address(ref, self.cells, self.page.regions))
            result = self.book.numbers.shown(FieldRef(self.form.name, blank.name))
            self.sheet.write_formula(row, col, "=" + formula, cell_format, cached(result))
        else:
            self._input(row, col, answer, field, cell_format)
        self._validate(row, col, field, row)
        self._grow(area[0], max(text_height(answer.text, width), PROSE_HEIGHT if look.endswith("prose") else 0))

    def _input(self, row: int, col: int, answer: Answer, field: Field, cell_format: Format) -> None:
        if isinstance(answer.value, Decimal) and not answer.problem:
            self.sheet.write_number(row, col, float(answer.value), cell_format)
        elif answer.text and self.sheet.write_string(row, col, answer.text, cell_format) < 0:
            raise DataError(f"{self.form.name}的{field.name}写不进电子表格：文字太长")

    def _validate(self, row: int, col: int, field: Field, last_row: int) -> None:
        def address_of(column: str) -> str:
            table = field.name.split(".")[0]
            return "$" + cell_name(row + 1, self.page.regions[table].cols[column])

        options = validation(field, self.book.filing.formset.amount_unit, address_of, self.lists)
        self.sheet.data_validation(row, col, last_row, col, options)

    def _refuse(self, area: Area) -> None:
        first_row, first_col, last_row, last_col = area
        self.sheet.data_validation(first_row - 1, first_col - 1, last_row - 1, last_col - 1, dict(NOT_HERE))

    def _table(self, table: Table) -> None:
        region, lines = self.page.regions[table.name], self.answers.tables[table.name]
        for row in (region.first, region.last):
            for name, col in region.cols.items():
                cell_format = self.book.format("blank", table.columns[name].kind.number_format)
                merge(self.sheet, (row, col, row, self.last_cols[col]), cell_format)
            self.heights[row] = ANCHOR_HEIGHT
        merged = dict(self._groups(table, lines))
        for number, line in enumerate(lines):
            self._line(table, line, number, merged)
        for name, field in table.columns.items():
            col = region.cols[name]
            self._validate(region.first - 1, col - 1, field, region.last - 1)
            if self.last_cols[col] > col:
                # An inserted row does not come merged: only its first cell counts.
                self._refuse((region.first, col + 1, region.last, self.last_cols[col]))

    def _line(self, table: Table, line: Line, number: int, merged: dict[tuple[str, int], int]) -> None:
        region = self.page.regions[table.name]
        row = region.first + 1 + number
        for name, field in table.columns.items():
            answer, col = line[name], region.cols[name]
            cell_format = self.book.format(self._look("blank", answer), number_format(field, answer))
            last_col = self.last_cols[col]
            if name in table.inherit:
                span = merged.get((name, number))
                if span is None:
                    continue
                merge(self.sheet, (row, col, row + span - 1, last_col), cell_format)
            else:
                merge(self.sheet, (row, col, row, last_col), cell_format)
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
        width = len(self.form.widths)
        footer, landscape = self.form.title, self.form.landscape
        self.book.finish(self.sheet, self.page.last_row, width, footer=footer, landscape=landscape)
        inherited = [table for table in self.form.tables.values() if table.inherit]
        if inherited:
            head = self.page.regions[inherited[0].name].first - 2
            self.sheet.repeat_rows(head, head)
        self.sheet.freeze_panes(_FROZEN_ROWS, 0)
        self.sheet.set_selection(self.first_blank() or "A1")


def number_format(field: Field, answer: Answer) -> str:
    """Give the number format of a field; a typed percentage keeps the decimals it was typed with."""
    if field.kind_name == "percent" and isinstance(answer.value, Decimal):
        return f"{format_code(percent_decimals(answer))}%"
    return field.kind.number_format


def percent_decimals(answer: Answer) -> int:
    """Give the decimals with which a typed percentage is shown."""
    assert isinstance(answer.value, Decimal)  # noqa: S101  # asked by the caller
    shown = len(answer.text.rstrip("%").partition(".")[2]) if answer.text.endswith("%") else 2
    return max(shown, decimals_of(answer.value) - 2)


def shown_decimals(field: Field, answer: Answer) -> int:
    """Give the decimals that the cell of a figure shows, as parts of one (4 for 99.52 %)."""
    if field.kind_name == "percent" and isinstance(answer.value, Decimal):
        return percent_decimals(answer) + 2
    return field.kind.decimals
