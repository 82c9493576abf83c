"""Independent calculations: LibreOffice and IronCalc recalculate workbooks whose stored results were made wrong."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import ironcalc
import openpyxl

import xlsxeval as api
from tests.soffice import ALWAYS, convert
from xlsxeval.a1 import column_letters
from xlsxeval.forms.model import FormSet
from xlsxeval.formula.tree import FieldRef
from xlsxeval.rules.case import Case
from xlsxeval.rules.declared import BLANK, FAIL, PASS, DeclaredOutcome

#: The wrong stored result of every formula cell before it is recalculated.
STALE = 777_777
_BATCH = 50
_FORMULA_CELL = re.compile(
    r'<c r="([A-Z]+\d+)"([^>]*)><f>(.*?)</f><v>.*?</v></c>|<c r="([A-Z]+\d+)"([^>]*)><f>(.*?)</f><v/></c>'
)
Cells = dict[tuple[str, str], float | str]


def spoil(content: bytes) -> bytes:
    """Give the workbook with a wrong cached value in every formula cell."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = _FORMULA_CELL.sub(_stale_cell, data.decode()).encode()
            out.writestr(name, data)
    return target.getvalue()


def _stale_cell(match: re.Match[str]) -> str:
    where, attributes, formula = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    return f'<c r="{where}"{attributes.replace(chr(32) + "t=" + chr(34) + "str" + chr(34), "")}><f>{formula}</f><v>{STALE}</v></c>'


@lru_cache(maxsize=2048)
def formula_cells(content: bytes) -> tuple[tuple[str, str], ...]:
    """Give sheet and address of every formula cell."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return tuple(
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    )


@lru_cache(maxsize=2048)
def cached(content: bytes) -> Cells:
    """Give the cached value of every formula cell, blank as the empty text."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {(sheet, cell): _plain(book[sheet][cell].value) for sheet, cell in formula_cells(content)}


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, int | float) else str(value or "")


def libreoffice(contents: Mapping[str, bytes], folder: Path, mode: int = ALWAYS) -> dict[str, Cells]:
    """Load and save many workbooks in LibreOffice, and give the values of their formula cells after that."""
    return {name: cached(content) for name, content in saved_by_libreoffice(contents, folder, mode).items()}


def saved_by_libreoffice(contents: Mapping[str, bytes], folder: Path, mode: int = ALWAYS) -> dict[str, bytes]:
    """Load and save workbooks in LibreOffice: name -> content, in and out."""
    source, target = folder / f"in{mode}", folder / f"out{mode}"
    source.mkdir()
    files = [source / f"{name}.xlsx" for name in contents]
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    results: dict[str, bytes] = {}
    # The memory of LibreOffice grows with each workbook that it converts.
    for first in range(0, len(files), _BATCH):
        converted = convert(files[first : first + _BATCH], target, "xlsx:Calc MS Excel 2007 XML", mode=mode)
        results |= {name: file.read_bytes() for name, file in converted.items()}
    return results


def in_process(content: bytes) -> Cells:
    """Recalculate with IronCalc, and give the values of the formula cells."""
    model = _load(content)
    model.evaluate()
    sheets = [sheet["name"] for sheet in model.get_worksheets_properties()]
    values: Cells = {}
    for sheet, cell in formula_cells(content):
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]  # an address
        value = model.get_cell_value(sheets.index(sheet), int(row), ironcalc.column_number_from_name(column))
        values[sheet, cell] = _plain(value)
    return values


def _load(content: bytes) -> ironcalc.Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(content)
        return ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")


def differences(ours: Cells, theirs: Cells) -> list[tuple[tuple[str, str], float | str, float | str]]:
    """Give the cells on which two engines differ; numbers may differ by 1e-9 of their size."""

    def same(first: float | str, second: float | str) -> bool:
        if isinstance(first, float) and isinstance(second, float):
            return abs(first - second) <= 1e-9 * max(1.0, abs(first))
        return first == second

    return [(key, value, theirs[key]) for key, value in ours.items() if not same(value, theirs[key])]


def live_lines(cells: Cells, count: int) -> list[tuple[str, float, str]]:
    """Give state, number of failures and place of each line of 核对 from the values of its cells."""
    rows = range(5, 5 + count)
    return [(str(cells["核对", f"H{row}"]), float(cells["核对", f"M{row}"]), str(cells["核对", f"J{row}"])) for row in rows]  # fmt: skip


def checked_lines(content: bytes, formset: FormSet) -> list[tuple[str, float, str]]:
    """Give the same lines from the reader and the rules, without using the sheet 核对."""
    filing = api.read_filing(content, formset=formset)
    outcomes: dict[int, list[DeclaredOutcome]] = {}
    for outcome in Case(filing).outcomes:
        outcomes.setdefault(id(outcome.check), []).append(outcome)
    lines = []
    for check in [*(check for form in formset.forms for check in form.checks), *formset.checks]:
        own_outcomes = outcomes.get(id(check), [])
        states = {outcome.state for outcome in own_outcomes}
        state = FAIL if FAIL in states else PASS if PASS in states else BLANK
        failing = [outcome.finding for outcome in own_outcomes if outcome.finding]
        at = check.at
        answers = filing.forms[at.form]
        if failing:
            cell = failing[0].cell
        elif isinstance(at, FieldRef):
            cell = answers.fields[at.name].cell
        elif check.each:
            cell = f"{column_letters(answers.regions[at.table].cols[at.name])}{answers.regions[at.table].first - 1}"
        else:
            cell = answers.heads[at.table, at.name]
        lines.append((state, float(len(failing)), f"{at.form}!{cell}"))
    return lines
