"""Write one form as a sheet: labels, blanks with help and validation, formulas with their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlsxeval.a1 import cell_name
from xlsxeval.errors import DataError
from xlsxeval.filing import Answer, FormAnswers, Line
from xlsxeval.forms.model import PREFIX, Blank, Box, Field, Table
from xlsxeval.forms.place import address
from xlsxeval.forms.year import with_year
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import decimals_of, format_code
from xlsxeval.write.book import Area, WorkbookWriter, merge
from xlsxeval.write.live.figures import FormulaCell, cached
from xlsxeval.write.looks import ANCHOR_HEIGHT, PROSE_HEIGHT, row_height, text_height
from xlsxeval.write.validation import NOT_HERE, prefix_validation, validation

#: The title and the line with the summary of 核对 stay visible.
_FROZEN_ROWS = 2


class FormSheet:
    """Writes one form to a worksheet."""

    def __init__(
        self,
        book: WorkbookWriter,
        sheet: Worksheet,
        answers: FormAnswers,
        *,
        status: FormulaCell,
        lists: Mapping[str, str],
        lock_known: bool,
    ) -> None:
        """Prepare; ``status`` is the cell at the head of the form, ``lists`` the address of each list's choices."""
        self.book, self.sheet, self.answers = book, sheet, answers
        self.status, self.lists, self.lock_known = status, lists, lock_known
        self.form, self.page = answers.form, book.pages[answers.form.name]
        self.heights: dict[int, float] = {}
        self.cells = {name: answer.cell for name, answer in answers.fields.items()}
        #: First -> last sheet column of each column of a table; a column may be merged over several.
        boxes = [blank.box for blank in self.form.blanks if blank.name.split(".")[0] in self.form.tables]
        self.last_cols = {box.col + 1: box.col + box.cols for box in boxes}

    def write(self) -> None:
        """Write the whole sheet."""
        for col, width in enumerate(self.form.widths):
            self.sheet.set_column(col, col, width)
        for label in self.form.labels:
            if label.style != PREFIX:
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
            # Excel deletes a row of a protected sheet only if no cell in it is locked.
            self.sheet.set_row(row - 1, height, self.book.format("row") if row in open_rows else None)
        self._page_setup()

    def first_blank(self) -> str:
        """Return the address of the first blank to fill; empty if all are filled."""
        unfilled = (
            answer.cell
            for name, answer in self.answers.fields.items()
            if self.form.fields[name].formula is None and not answer.text
        )
        return next(unfilled, "")

    def _look(self, look: str, answer: Answer) -> str:
        """Return the look of a blank: grey and locked if it is filled and such blanks are to be locked."""
        return f"known {look}" if self.lock_known and answer.text else look

    def _grow(self, row: int, height: float) -> None:
        """Make a row at least so high, in points."""
        self.heights[row] = max(self.heights.get(row, 0.0), height)

    def _width(self, first_col: int, last_col: int) -> float:
        """Return the width of some columns (from 1) together, in characters."""
        return sum(self.form.widths[first_col - 1 : last_col])

    def _label(self, template: str, box: Box, style: str) -> None:
        """Write a printed label; beside the lines of a table it is unlocked, but takes no input."""
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
        """Write the cell with the summary of 核对."""
        cell_format = self.book.format("status")
        merge(self.sheet, area, cell_format)
        self.sheet.write_formula(area[0] - 1, area[1] - 1, self.status.formula, cell_format, self.status.shown)

    def _field(self, blank: Blank, field: Field) -> None:
        """Write a blank: its formula, or its answer."""
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
        prefix = with_year(self.form.prefix(blank), self.answers.year or 0)
        if prefix:
            self._write_text(row, col, prefix + answer.text, field, cell_format)
            self.sheet.data_validation(
                row, col, row, col, prefix_validation(field, prefix, cell_name(row + 1, col + 1))
            )
        elif field.formula is not None and answer.own:
            formula = to_excel(field.formula, lambda ref: address(ref, self.cells, self.page.regions))
            result = self.book.numbers.shown(FieldRef(self.form.name, blank.name))
            self.sheet.write_formula(row, col, "=" + formula, cell_format, cached(result))
        else:
            self._input(row, col, answer, field, cell_format)
        if not prefix:
            self._validate(row, col, field, row)
        self._grow(
            area[0], max(text_height(prefix + answer.text, width), PROSE_HEIGHT if look.endswith("prose") else 0)
        )

    def _input(self, row: int, col: int, answer: Answer, field: Field, cell_format: Format) -> None:
        """Write an answer: a number as a number, anything else as the text that was given."""
        if isinstance(answer.value, Decimal) and not answer.problem:
            self.sheet.write_number(row, col, float(answer.value), cell_format)
        elif answer.text:
            self._write_text(row, col, answer.text, field, cell_format)

    def _write_text(self, row: int, col: int, text: str, field: Field, cell_format: Format) -> None:
        """Write a text; one that is too long for a cell is refused."""
        if self.sheet.write_string(row, col, text, cell_format) < 0:
            raise DataError(f"{self.form.name}的{field.name}写不进电子表格：文字太长")

    def _validate(self, row: int, col: int, field: Field, last_row: int) -> None:
        """Set the validation of a blank, or of a column of a table (rows and columns from 0)."""

        def address_of(column: str) -> str:
            table = field.name.split(".")[0]
            return "$" + cell_name(row + 1, self.page.regions[table].cols[column])

        options = validation(field, self.book.filing.formset.amount_unit, address_of, self.lists)
        self.sheet.data_validation(row, col, last_row, col, options)

    def _refuse(self, area: Area) -> None:
        """Let an area take no input."""
        first_row, first_col, last_row, last_col = area
        self.sheet.data_validation(first_row - 1, first_col - 1, last_row - 1, last_col - 1, dict(NOT_HERE))

    def _table(self, table: Table) -> None:
        """Write the lines of a table between the narrow rows above and below them."""
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
                # In an inserted row the cells are not merged: only the first of them is read.
                self._refuse((region.first, col + 1, region.last, self.last_cols[col]))

    def _line(self, table: Table, line: Line, number: int, merged: dict[tuple[str, int], int]) -> None:
        """Write one line of a table; equal values of groups are merged over their lines."""
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
        """Set up printing and the first selected cell."""
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
    """Return the number format of a field; a percentage that was typed keeps its decimals."""
    if field.kind_name == "percent" and isinstance(answer.value, Decimal):
        return f"{format_code(percent_decimals(answer))}%"
    return field.kind.number_format


def percent_decimals(answer: Answer) -> int:
    """Return the decimals to show of a percentage that was typed: 2 for 99.5 %, 3 for 99.525 %."""
    assert isinstance(answer.value, Decimal)  # noqa: S101  # asked by the caller
    shown = len(answer.text.rstrip("%").partition(".")[2]) if answer.text.endswith("%") else 2
    return max(shown, decimals_of(answer.value) - 2)


def shown_decimals(field: Field, answer: Answer) -> int:
    """Return the decimals that the cell of a figure shows; of a percentage those of the ratio: 4 for 99.52 %."""
    if field.kind_name == "percent" and isinstance(answer.value, Decimal):
        return percent_decimals(answer) + 2
    return field.kind.decimals
