"""Tables of texts as a person types them: as cells, as .tsv and as a plain workbook; and values compared by meaning."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from decimal import Decimal

import xlsxwriter

from xlsxeval.filing import ABSENT, Answer, FormAnswers, Line, joined
from xlsxeval.numbers import is_nil
from xlsxeval.read.cells import Sheet, Workbook
from xlsxeval.read.typed import typed_cell
from xlsxeval.text import clean

Rows = Sequence[Sequence[str]]

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?(%?)")


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a .tsv file, row by row."""
    return [line.split("\t") for line in text.splitlines()]


def tsv_of(rows: Rows) -> bytes:
    """Return a .tsv file of these cells, which must hold no tab and no line break."""
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def sheet_of(rows: Rows, name: str = "Sheet1") -> Sheet:
    """Return a sheet of these cells; ``100%`` and ``7.50`` are numbers with a number format."""
    cells = {
        (row, col): typed_cell(row, col, text)
        for row, texts in enumerate(rows, 1)
        for col, text in enumerate(texts, 1)
        if text.strip()
    }
    return Sheet(name, cells)


def written(book: Workbook) -> bytes:
    """Write cells as values into a plain workbook, as someone types them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as out:
        for sheet in book.sheets:
            page = out.add_worksheet(sheet.name)
            for one in sheet.merges:
                if (one.first_row, one.first_col) != (one.last_row, one.last_col):
                    page.merge_range(one.first_row - 1, one.first_col - 1, one.last_row - 1, one.last_col - 1, "")
            for (row, col), cell in sheet.cells.items():
                if cell.kind == "number":
                    number = out.add_format({"num_format": cell.format or "General"})
                    page.write_number(row - 1, col - 1, float(Decimal(cell.text)), number)
                elif cell.text:
                    page.write_string(row - 1, col - 1, cell.text)
    return stream.getvalue()


def meaning(text: str) -> str | Decimal:
    """Return what a text means: ``80%`` and ``0.8`` are the same number; white space and width do not count.

    A mark for "none" (``—``, ``/``) means nothing, as an empty cell does.
    """
    bare = clean(text)
    if is_nil(bare):
        return ""
    number = _NUMBER.fullmatch(bare)
    if number is None:
        return bare
    return Decimal(bare.rstrip("%")) / (100 if number[1] else 1)


def meant(answer: Answer) -> str | Decimal:
    """Return what an answer means: its number, or its text as ``meaning`` gives it."""
    return answer.value if isinstance(answer.value, Decimal) else meaning(answer.text)


def whole_line(answers: FormAnswers, table: str, line: Line) -> Line:
    """Return a line with the values that its form writes in several columns (年度指标值); absent columns stay absent."""
    definition = answers.form.tables[table]
    every = dict.fromkeys((column for columns in definition.joined.values() for column in columns), ABSENT)
    return joined(definition, {**every, **line})
