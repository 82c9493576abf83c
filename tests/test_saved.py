"""When a workbook was last saved, by its own words."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests import small_books
from tests.sent import filing, saved_at
from xlsxeval.read.any import open_any


@pytest.mark.parametrize(
    ("written", "saved"),
    [
        ("2025-03-26T08:00:00Z", "2025-03-26T08:00:00Z"),
        ("2025-03-26T16:00:00+08:00", "2025-03-26T08:00:00Z"),
        ("2025-03-26T08:00:00.5Z", "2025-03-26T08:00:00Z"),
        ("2025-03-26T08:00:00", "2025-03-26T08:00:00Z"),
        ("1601-01-01T00:00:00Z", ""),
        ("9999-12-31T23:59:59Z", ""),
        ("今天", ""),
        ("", ""),
    ],
)
def test_the_time_in_an_xlsx(written: str, saved: str) -> None:
    assert open_any(saved_at(filing("甲局"), written)).saved == saved


def test_other_formats_and_damage() -> None:
    for content in (small_books.csv(), small_books.docx(), small_books.ods()):
        assert open_any(content).saved == ""
    book = small_books.xlsx()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            if info.filename != "docProps/core.xml":
                new.writestr(info, old.read(info))
        new.writestr("docProps/core.xml", b"<x" * 1000)
    assert open_any(stream.getvalue()).saved == ""


def paragraphs(count: int) -> str:
    """Give paragraphs of 40 signs each."""
    return f"<w:p><w:r><w:t>{'部门整体支出绩效自评情况良好。' * 3}</w:t></w:r></w:p>" * count


def table(rows: int) -> str:
    cell = "<w:tc><w:p><w:r><w:t>指标完成情况</w:t></w:r></w:p></w:tc>"
    return f"<w:tbl>{f'<w:tr>{cell * 4}</w:tr>' * rows}</w:tbl>"


@pytest.mark.parametrize(
    ("body", "report"),
    [
        (paragraphs(40), True),
        (paragraphs(40) + table(5), True),
        (paragraphs(10) + table(60), False),
        (paragraphs(40) + table(60), False),
        (paragraphs(5), False),
        (table(3), False),
    ],
)
def test_a_report_in_words_is_told_from_a_form(body: str, *, report: bool) -> None:
    assert open_any(small_books.docx(body)).is_report is report
