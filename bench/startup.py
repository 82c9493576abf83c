"""What whole processes cost in processor time, from their start to their end; with ``--old`` beside another checkout.

The processes take turns, and each ratio is the median of the ratios within a turn. Modules are compiled beforehand, as
pip leaves them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bare import recorded

import xlsxeval

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "澧县县委办2024" / "filled.xlsx"
ROUNDS = 21
PASS, CLICK, OPENPYXL, BARE = "python -c pass", "import click", "openpyxl.load_workbook", "bare XlsxWriter"
#: Command -> its arguments, what it is compared with, and the most that is allowed.
PROGRAM = {
    "--version": (["--version"], CLICK, 1.5),
    "check": (["check", str(SAMPLE)], OPENPYXL, 0.75),
    "new": (["new", "hunan", "--year", "2024", "--unit", "某某局", "--force", "-o", "{folder}/空白表.xlsx"], BARE, 1.6),
}


def commands(folder: Path, pythons: dict[str, Path]) -> dict[str, list[str]]:
    """Give the command line of everything that is measured; ``pythons`` are the interpreters, by a name for each."""
    calls = folder / "calls.json"
    calls.write_text(json.dumps(recorded(lambda: xlsxeval.new("hunan", year=2024, unit="某某局"))), encoding="utf-8")
    lines = {
        PASS: [sys.executable, "-c", "pass"],
        CLICK: [sys.executable, "-c", "import click"],
        OPENPYXL: [sys.executable, "-c", f"import openpyxl; openpyxl.load_workbook({str(SAMPLE)!r})"],
        BARE: [sys.executable, str(Path(__file__).with_name("bare.py")), str(calls)],
    }
    start = "from xlsxeval.cli import run; run()"
    for whose, python in pythons.items():
        for name, (arguments, _, _) in PROGRAM.items():
            given = [argument.format(folder=folder) for argument in arguments]
            lines[f"{whose} {name}"] = [str(python), "-c", start, *given]
    return lines


def seconds(command: list[str], folder: str) -> float:
    """Run a process in a folder without modules; gives the processor seconds that it and its own processes used."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert not done.stderr, done.stderr.decode()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description="processor time of whole processes")
    parser.add_argument("--old", type=Path, help="another checkout, with its own .venv")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    pythons = {"xlsxeval": Path(sys.executable)}
    if options.old:
        pythons["old"] = options.old.absolute() / ".venv" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        lines = commands(Path(folder), pythons)
        for line in lines.values():
            seconds(line, folder)
        times: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(options.rounds):
            for name, line in lines.items():
                times[name].append(seconds(line, folder))
    for name in (PASS, CLICK, OPENPYXL, BARE):
        print(f"{name:26} {statistics.median(times[name]) * 1000:7.1f} ms")
    for name, (_, base, most) in PROGRAM.items():
        for whose in pythons:
            spent = times[f"{whose} {name}"]
            ratio = statistics.median(ours / other for ours, other in zip(spent, times[base], strict=True))
            goal = f"   (at most {most})" if whose == "xlsxeval" else ""
            print(f"{whose + ' ' + name:26} {statistics.median(spent) * 1000:7.1f} ms   {ratio:.2f} x {base}{goal}")


if __name__ == "__main__":
    main()
