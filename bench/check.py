"""A complete check (read, recompute, rules, JSON) against one plain openpyxl load of the same file, side by side."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

import xlsxeval as api
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.json_text import as_json
from xlsxeval.report.outcome import outcome_of
from xlsxeval.report.tree import outcome_tree

ROUNDS = 15
CONTENT = (Path(__file__).parent.parent / "samples" / "澧县县委办2024" / "filled.xlsx").read_bytes()


def timed(work: Callable[[], object]) -> float:
    """Give the seconds of processor time one call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print medians and ratios of rounds in which the candidates take turns."""
    hunan = api.load_set("hunan")
    candidates: dict[str, Callable[[], object]] = {
        "openpyxl.load_workbook": lambda: openpyxl.load_workbook(io.BytesIO(CONTENT)),
        "read (cells)": lambda: open_xlsx(CONTENT),
        "read (answers)": lambda: api.read_filing(CONTENT, formset=hunan),
        "check + JSON": lambda: as_json(outcome_tree(outcome_of(api.check(CONTENT, formset=hunan)))),
    }
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(ROUNDS):
        for name, work in candidates.items():
            times[name].append(timed(work))
    base = times["openpyxl.load_workbook"]
    print(f"{'':24} {'ms':>8} {'x openpyxl':>11}")
    for name, seconds in times.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, base, strict=True))
        print(f"{name:24} {statistics.median(seconds) * 1000:8.2f} {ratio:11.3f}")


if __name__ == "__main__":
    main()
