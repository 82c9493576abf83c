"""Reports that lie among the filings: none is read as a filing, and none is in the way of the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

import xlsxeval
from tests.conftest import FAULTY
from xlsxeval.batch.collect import collect
from xlsxeval.outputs.reports import REPORTS

FILES = [
    (report.name, ending)
    for report in REPORTS
    if not report.folder
    for ending in report.endings or (f".{report.name}",)
]


@pytest.mark.parametrize(("name", "ending"), FILES)
def test_a_report_is_written_again_and_is_no_filing(name: str, ending: str, tmp_path: Path) -> None:
    sent = tmp_path / "甲.xlsx"
    sent.write_bytes((FAULTY / "filled.xlsx").read_bytes())
    for _ in range(2):
        with xlsxeval.check_files([sent], reports={name: tmp_path / f"结果{ending}"}, force=True) as done:
            assert done.failures == []
    assert collect([str(tmp_path)]).files == (sent,)
