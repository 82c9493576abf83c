"""The page of 1,000 and 10,000 filings: size, what writing it takes, and how fast a browser loads and filters it."""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xlsxeval as api
from tests.browser import start_browser
from xlsxeval.report.facts import Facts
from xlsxeval.report.html import html_page
from xlsxeval.report.outcome import Outcome

#: About 15 findings each: 15, 15 and 36 of them, 0 and 1.
KINDS = ("澧县县委办2024", "澧县县委办2024_原样", "错误样例", "无误样例")
CATALOGUES = {"hunan": api.catalogue(api.load_set("hunan"))}
#: What is timed in the page: the change of an input up to the page laid out again.
FILTERS = {
    "unit": "某某局 77",
    "text": "决算 三公",
    "rule": "X01",
    "severity": "error",
}
TIMED = """(() => {{
  const input = document.getElementById("{name}");
  const start = performance.now();
  input.value = "{value}";
  input.dispatchEvent(new Event("input", {{ bubbles: true }}));
  document.body.offsetHeight;
  return performance.now() - start;
}})()"""
CLICKED = """(() => {{
  const start = performance.now();
  document.querySelector("{selector}").click();
  document.body.offsetHeight;
  return performance.now() - start;
}})()"""


def filings(count: int) -> Iterator[Outcome]:
    made = [api.outcomes(ROOT / "samples" / kind / "filled.xlsx", excerpts=True)[0] for kind in KINDS]
    for number, outcome in enumerate(islice(cycle(made), count), 1):
        yield replace(outcome, unit=f"某某局{number}", file=f"报送/{number:05}.xlsx")


def write(path: Path, count: int) -> tuple[float, float]:
    """Write a page; give the seconds and the MiB at the worst."""
    start = time.process_time()
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(html_page(filings(count), Facts(files=count, total=count), CATALOGUES))
    seconds = time.process_time() - start
    tracemalloc.start()
    sum(map(len, html_page(filings(count), Facts(files=count, total=count), CATALOGUES)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 2**20


def main() -> None:
    """Print a table: a column for each number of filings."""
    columns: dict[int, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = start_browser(Path(folder))
        for count in (1000, 10_000):
            path = Path(folder) / "page.html"
            seconds, mib = write(path, count)
            browser.open(path.as_uri())
            loaded = browser.ask("performance.getEntriesByType('navigation')[0].loadEventEnd")
            rows = {
                "findings": f"{sum(len(one.findings) for one in filings(count))}",
                "size, MiB": f"{path.stat().st_size / 2**20:.1f}",
                "written, s": f"{seconds:.1f}",
                "memory for it, MiB": f"{mib:.1f}",
                "loaded and shown, ms": f"{loaded:.0f}",
            }
            for name, value in FILTERS.items():
                times = [browser.ask(TIMED.format(name=name, value=one)) for one in (value, "", value, "")]
                rows[f"filter {name}, first, ms"] = f"{times[0]:.0f}"
                rows[f"filter {name}, again, ms"] = f"{times[2]:.0f}"
            for name, selector in {
                "sort by unit": "#heads th:nth-child(1) button",
                "next page": "#next",
                "open the page's 100": "#open",
            }.items():
                rows[f"{name}, ms"] = f"{browser.ask(CLICKED.format(selector=selector)):.0f}"
            columns[count] = rows
        browser.close()
    print(f"{'':28}" + "".join(f"{count:>10} filings" for count in columns))
    for name in next(iter(columns.values())):
        print(f"{name:28}" + "".join(f"{rows[name]:>18}" for rows in columns.values()))


if __name__ == "__main__":
    main()
