"""The first and the later files of a layout: one check of each against one plain openpyxl load of the same file.

python bench/check.py [--old CHECKOUT] [--rounds N]

The set is found among all, as by ``xlsxeval check file.xlsx``. Every file has other figures, and the files of each
round have another number of indicators: of these, the first is a layout that no process has seen, the second is not.
The programs (``--old`` is a checkout of another commit) run in processes of their own and take turns; what is given
is processor time, and medians of the ratios within a round.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 25
OPENPYXL, CELLS, CHECK, OLD = "openpyxl.load_workbook", "read (cells)", "check", "old check"
#: A figure in a target, but for percentages: these stay what they are, so that the findings do.
_FIGURE = re.compile(r"\d+(?:\.\d+)?(?![\d.%])")


def timed(work: Callable[[], object]) -> float:
    """Give the seconds of processor time one call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def variant(data: dict[str, Any], factor: int, lines: int) -> dict[str, Any]:
    """Give the sample with every amount and count times a factor, and with so many indicators."""

    def times(value: object) -> str:
        return _FIGURE.sub(lambda figure: str(Decimal(figure[0]) * factor), str(value))

    forms = {
        name: {blank: times(value) if type(value) in {int, float} and blank != "资金分值" else value
               for blank, value in blanks.items()}
        for name, blanks in data["forms"].items()
    }  # fmt: skip
    known = data["forms"]["自评表"]["指标"]
    forms["自评表"]["指标"] = [
        {**line, "年度指标值": times(line["年度指标值"]), "实际完成值": times(line["实际完成值"])}
        for line in (known[0], *known, *known)[-lines:]
    ]
    return {**data, "forms": forms}


def work_on(program: str) -> None:
    """Take names of files from the standard input, and print for each the seconds that one call takes."""
    import openpyxl

    import xlsxeval as api
    from xlsxeval.read.xlsx import open_xlsx

    works: dict[str, Callable[[bytes], object]] = {
        OPENPYXL: lambda content: openpyxl.load_workbook(io.BytesIO(content)),
        CELLS: open_xlsx,
    }
    work = works.get(program, api.check)
    for line in sys.stdin:
        content = Path(line.rstrip("\n")).read_bytes()
        print(timed(lambda content=content: work(content)), flush=True)


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description="the first and the later files of a layout")
    parser.add_argument("--old", type=Path, help="another checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work_on(options.work)
        return
    checkouts = {OPENPYXL: ROOT, CELLS: ROOT, CHECK: ROOT} | ({OLD: options.old} if options.old else {})
    processes = {
        name: subprocess.Popen(
            [sys.executable, __file__, "--work", name],
            env={**os.environ, "PYTHONPATH": str(checkout.absolute())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, checkout in checkouts.items()
    }

    def seconds(name: str, path: Path) -> float:
        process = processes[name]
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    times: dict[str, dict[str, list[float]]] = {which: {name: [] for name in checkouts} for which in ("first", "later")}
    with tempfile.TemporaryDirectory() as folder:
        for number, files in enumerate(written(Path(folder), options.rounds)):
            for which, path in files.items():
                for name in checkouts:
                    spent = seconds(name, path)
                    if number:  # the first layout loads the sets and their words
                        times[which][name].append(spent)
    for process in processes.values():
        process.communicate()
    print(f"{'':30} {'ms':>8} {'x openpyxl':>11}" + (f" {'x old':>7}" if options.old else ""))
    for which, of in times.items():
        for name, spent in of.items():
            print(f"{which + ' file: ' + name:30} {statistics.median(spent) * 1000:8.2f}", end="")
            for other, width in ((OPENPYXL, 11), (OLD, 7)):
                if other in of:
                    ratio = statistics.median(one / base for one, base in zip(spent, of[other], strict=True))
                    print(f" {ratio:{width}.3f}", end="")
            print()


def written(folder: Path, rounds: int) -> list[dict[str, Path]]:
    """Write the files of each round, and of one round before them."""
    import yaml

    import xlsxeval as api

    data = yaml.safe_load((ROOT / "samples" / "澧县县委办2024" / "data.yaml").read_text(encoding="utf-8"))
    found = []
    for number in range(rounds + 1):
        files = {which: folder / f"{number} {which}.xlsx" for which in ("first", "later")}
        for more, path in enumerate(files.values()):
            path.write_bytes(api.fill("hunan", variant(data, 2 * number + more + 1, 20 + number)))
        found.append(files)
    return found


if __name__ == "__main__":
    main()
