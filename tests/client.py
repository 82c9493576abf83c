"""A small program on top of the library; `make wheel` checks its types against the installed wheel, and runs it."""
# ruff: noqa: T201

from __future__ import annotations

import io
from pathlib import Path

import xlsxeval
from xlsxeval import Facts, Filing, Finding, FormSet, Limits, Outcome, Refused, Selection, Source, Waiver


def errors_in(source: Source, formset: FormSet | None, waivers: tuple[Waiver, ...] = ()) -> list[Finding]:
    """Give the errors in a workbook."""
    chosen: Selection = xlsxeval.select_rules(["E", "B"])
    checked = xlsxeval.check(source, formset=formset, year=2024, selection=chosen, waivers=waivers, limits=Limits())
    return [finding for finding in checked.findings if finding.severity == "error"]


def units_of(filings: tuple[Filing, ...]) -> list[str]:
    """Give the names of the units."""
    return [filing.unit for filing in filings]


def main(folder: Path) -> None:
    """Use each kind of entry once."""
    hunan: FormSet = xlsxeval.load_set("hunan")
    blank: bytes = xlsxeval.new(hunan, year=2024, unit="某某局")
    path = folder / "甲.xlsx"
    path.write_bytes(blank)
    print(len(errors_in(path, hunan)), len(errors_in(io.BytesIO(blank), None)), units_of(xlsxeval.read_filings(blank)))
    outcomes: tuple[Outcome, ...] = xlsxeval.outcomes(str(path))
    xlsxeval.write_csv(folder / "结果.csv", outcomes)
    xlsxeval.write_marked(folder / "标记", outcomes)
    for results in xlsxeval.check_many([path, blank], jobs=1):
        print(results[0].title, results[0].verdict)
    with xlsxeval.check_files([path], reports={"html": folder / "结果.html"}) as run:
        facts: Facts = run.facts
        print(facts.files, [str(error) for error in run.failures])
    try:
        xlsxeval.read_filing(b"")
    except Refused as refused:
        print(refused.code, refused)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as temporary:
        main(Path(temporary))
