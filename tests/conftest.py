"""Fixtures that many tests use: the Hunan set, and filings made from data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import xlsxeval as api
from tests.counts import LONG, SEED
from xlsxeval.data.layout import build_filing
from xlsxeval.data.parse import parse_data
from xlsxeval.filing import Filing
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET, FormSet
from xlsxeval.read.cells import Workbook
from xlsxeval.read.xlsx import open_xlsx

# The same examples in each run; on a busy machine any example may be slow.
settings.register_profile("xlsxeval", deadline=None, derandomize=True, database=None)
settings.load_profile("xlsxeval")

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
S = SAMPLES / "澧县县委办2024"
S_PUBLISHED = SAMPLES / "澧县县委办2024_原样"
CLEAN = SAMPLES / "无误样例"
FAULTY = SAMPLES / "错误样例"


def pytest_report_header() -> str:
    """Print the seed, so that a run can be repeated."""
    return f"XLSXEVAL_SEED={SEED}" + (" XLSXEVAL_LONG=1" if LONG else "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start a browser as slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


def open_forms(content: bytes) -> Workbook:
    """Give the sheets of the forms, without 填表说明 and 核对."""
    return open_xlsx(content, skip=frozenset({GUIDE_SHEET, LIVE_SHEET}))


@pytest.fixture(scope="session")
def hunan() -> FormSet:
    return api.load_set("hunan")


def filing_of(formset: FormSet, forms: object, year: int = 2024) -> Filing:
    """Make a filing from data, without a workbook, with only the forms that the data names."""
    filing = build_filing(formset, parse_data({"forms": forms}, formset), year=year)
    named = set(forms) if isinstance(forms, dict) else set()
    kept = {name: answers for name, answers in filing.forms.items() if name in named}
    return Filing("", formset, kept, year, filing.unit)


@pytest.fixture(autouse=True)
def _end_kept_process() -> Iterator[None]:
    """End the process that ``batch.spawned`` keeps between calls, so that a test can count the processes it starts."""
    yield
    if spawned := sys.modules.get("xlsxeval.batch.spawned"):
        spawned.end_kept_process()
