"""Cell addresses are written and read the same way everywhere."""

from __future__ import annotations

import pytest
from openpyxl.utils import get_column_letter

from xlsxeval import a1


def test_columns_as_openpyxl_names_them() -> None:
    for col in range(1, a1.LAST_COL + 1):
        assert a1.column_letters(col) == get_column_letter(col)
        assert a1.column_number(get_column_letter(col).lower()) == col


def test_addresses_are_written() -> None:
    assert a1.cell_name(5, 28) == "AB5"
    assert a1.fixed_cell(5, 3) == "$C$5"
    assert a1.column_range(5, 9, 3) == "C5:C9"
    assert a1.fixed_column_range(5, 9, 3) == "$C$5:$C$9"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("C5", (5, 3)), ("$c$5", (5, 3)), ("XFD1048576", (a1.LAST_ROW, a1.LAST_COL))]
    + [
        (text, None)
        for text in ("", "C", "5", "C0", "C05", "XFE1", "A1048577", "AAAA1", "A1:B2", "Ａ1", "A١", "表!A1", "A1\n")
    ],
)
def test_cells_are_read(text: str, cell: tuple[int, int] | None) -> None:
    assert a1.parse_cell(text) == cell


@pytest.mark.parametrize(
    ("text", "area"),
    [("A1:B9", (1, 1, 9, 2)), ("B9:A1", (1, 1, 9, 2)), ("$A$9:B1", (1, 1, 9, 2)), ("C5", (5, 3, 5, 3))]
    + [(text, None) for text in ("", ":", "A1:", ":A1", "A1:B2:C3", "A:B", "1:2", "A1:XFE1")],
)
def test_areas_are_read(text: str, area: tuple[int, int, int, int] | None) -> None:
    assert a1.parse_area(text) == area


@pytest.mark.parametrize("name", ["自评表", "甲's 表", "'", "a b"])
def test_names_of_sheets_are_quoted_and_back(name: str) -> None:
    assert a1.unquote_sheet(a1.quote_sheet(name)) == name
    assert a1.unquote_sheet("自评表") == "自评表"
