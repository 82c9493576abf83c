"""Reports that lie among the filings: none is read as a filing, and none is in the way of the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

import xlsxeval
from tests.conftest import FAULTY
from xlsxeval.batch.collect import OURS, collect
from xlsxeval.outputs.reports import REPORTS, Report


@pytest.mark.parametrize("report", [report for report in REPORTS if not report.folder], ids=lambda report: report.name)
def test_a_report_is_written_again_and_is_no_filing(report: Report, tmp_path: Path) -> None:
    sent = tmp_path / "甲.xlsx"
    sent.write_bytes((FAULTY / "filled.xlsx").read_bytes())
    wanted = {report.name: tmp_path / f"结果{report.endings[0] if report.endings else '.' + report.name}"}
    for _ in range(2):
        with xlsxeval.check_files([sent], reports=wanted, ledger=tmp_path / "台账.db") as done:
            assert done.failures == []
    found = collect([str(tmp_path)])
    assert found.files == (sent,)
    assert found.skipped == {OURS: 2}


def test_a_table_that_somebody_changed_is_not_written_over(tmp_path: Path) -> None:
    sent, table, ledger = tmp_path / "甲.xlsx", tmp_path / "结果.csv", tmp_path / "台账.db"
    sent.write_bytes((FAULTY / "filled.xlsx").read_bytes())
    with xlsxeval.check_files([sent], reports={"csv": table}, ledger=ledger):
        pass
    changed = table.read_bytes() + "批注\r\n".encode()
    table.write_bytes(changed)
    with pytest.raises(xlsxeval.OutputError, match="要覆盖请加 --force"):
        xlsxeval.check_files([sent], reports={"csv": table}, ledger=ledger)
    assert table.read_bytes() == changed
