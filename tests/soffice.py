"""LibreOffice for tests: started with a new profile, stopped if it finishes no file for some time, started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

#: A test fails if LibreOffice was started so many times in a row without finishing a file.
TRIES = 3
#: Seconds in which a file must be finished. On a quiet machine the first file takes about 5 seconds.
SILENCE = 180.0
#: The Python that has the module ``uno``.
UNO_PYTHON = "/usr/bin/python3"
#: Whether LibreOffice calculates all formulas of an .xlsx file when it opens it.
ALWAYS, NEVER = 0, 1

_DRIVER = Path(__file__).parent / "office" / "drive.py"
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop></item>
</oor:items>"""


@cache
def _has_uno() -> bool:
    probe = [UNO_PYTHON, "-c", "import uno"]
    return Path(UNO_PYTHON).exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _marks(*, present: bool, what: str) -> list[pytest.MarkDecorator]:
    missing = not present and os.environ.get("XLSXEVAL_REQUIRE_SOFFICE") != "1"
    reason = f"{what} is not installed (CI installs it and sets XLSXEVAL_REQUIRE_SOFFICE=1)"
    return [pytest.mark.slow, pytest.mark.skipif(missing, reason=reason)]


#: Marks of tests that need LibreOffice, and of those that drive it through its Python bridge.
SOFFICE_MARKS = _marks(present=shutil.which("soffice") is not None, what="LibreOffice")
UNO_MARKS = _marks(present=_has_uno(), what="LibreOffice's Python bridge")


def needs_soffice(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test as slow and skip it where LibreOffice is not installed."""
    for mark in SOFFICE_MARKS:
        test = mark(test)
    return test


def convert(files: Sequence[Path], target: Path, kind: str, *options: str, mode: int | None = None) -> dict[str, Path]:
    """Convert files by LibreOffice.

    Args:
        files: what to convert.
        target: the folder of the results; it is created.
        kind: the format as in ``--convert-to``: ``ods``, ``xlsx:Calc MS Excel 2007 XML``.
        options: further options of ``soffice``.
        mode: ALWAYS or NEVER calculate formulas on loading; None leaves it as LibreOffice has it.

    Returns:
        The result of each file by the file's name without its suffix.

    Raises:
        AssertionError: LibreOffice finished no further file in three tries; the text says what it printed.
    """
    results = {file: target / f"{file.stem}.{kind.partition(':')[0]}" for file in files}

    def command(missing: list[Path], profile: Path) -> tuple[list[str], str]:
        if mode is not None:
            (profile / "user").mkdir(parents=True)
            settings = profile / "user" / "registrymodifications.xcu"
            settings.write_text(_PROFILE.format(mode=mode), encoding="utf-8")
        start = ["soffice", "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}", *options]
        return [*start, "--convert-to", kind, "--outdir", str(target), *map(str, missing)], ""

    target.mkdir(parents=True, exist_ok=True)
    _run_until_all_exist(results, command, whole=False)
    return {file.stem: result for file, result in results.items()}


def drive(source: Path, cases: Mapping[str, list[list[str]]], folder: Path) -> dict[str, Path]:
    """Open a workbook in LibreOffice once for each case, do its steps as a person does, and save the result.

    Args:
        source: the workbook.
        cases: name -> steps, see ``tests/office/drive.py``.
        folder: where the results go, one ``name.xlsx`` for each case.

    Returns:
        The result of each case.

    Raises:
        AssertionError: LibreOffice finished no further case in three tries; the text says what it printed.
    """
    results = {folder / name: folder / f"{name}.xlsx" for name in cases}

    def command(missing: list[Path], profile: Path) -> tuple[list[str], str]:
        jobs = [{"source": str(source), "target": str(results[case]), "steps": cases[case.name]} for case in missing]
        return [UNO_PYTHON, str(_DRIVER), str(profile)], json.dumps(jobs)

    _run_until_all_exist(results, command, whole=True)
    return {case.name: result for case, result in results.items()}


def _run_until_all_exist(
    results: Mapping[Path, Path], command: Callable[[list[Path], Path], tuple[list[str], str]], *, whole: bool
) -> None:
    """Start a program until each result exists, each time for those that are missing.

    Args:
        results: source -> result.
        command: gives for the missing sources and the folder of a new profile the command and its standard input.
        whole: whether a result that exists is complete; else the last one may be half written.
    """
    reports: list[str] = []
    missing = list(results)
    while missing and len(reports) < TRIES:
        with tempfile.TemporaryDirectory(prefix="xlsxeval", ignore_cleanup_errors=True) as folder:
            arguments, text = command(missing, Path(folder) / "profile")
            expected = [results[source] for source in missing]
            end = _run(arguments, text, expected, Path(folder) / "printed.txt", whole=whole)
        still = [source for source in missing if not results[source].exists()]
        reports = [] if len(still) < len(missing) else [*reports, f"try {len(reports) + 1}: {end}"]
        missing = still
    assert not missing, f"LibreOffice gave no result for {[path.name for path in missing]}\n" + "\n".join(reports)


def _run(arguments: list[str], text: str, results: list[Path], log: Path, *, whole: bool) -> str:
    """Run a program until it ends or finishes no result for SILENCE seconds; return how it ended and what it printed."""
    given = log.with_name("given.txt")
    given.write_text(text, encoding="utf-8")
    with given.open() as start, log.open("w+", encoding="utf-8", errors="replace") as printed:
        process = subprocess.Popen(arguments, stdin=start, stdout=printed, stderr=printed, start_new_session=True)
        done, deadline = 0, time.monotonic() + SILENCE
        while process.poll() is None and time.monotonic() < deadline:
            if (count := sum(result.exists() for result in results)) > done:
                done, deadline = count, time.monotonic() + SILENCE
            if whole and done == len(results):
                break
            time.sleep(0.1)
        end = f"exit code {process.poll()}" if process.poll() is not None else f"no result for {SILENCE:g} s, stopped"
        _stop(process)
        if not whole and end != "exit code 0" and (finished := [result for result in results if result.exists()]):
            max(finished, key=lambda result: result.stat().st_mtime_ns).unlink()
        printed.seek(0)
        return f"{end}\n{printed.read()[-2000:]}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started: ``soffice`` is a script, and LibreOffice a child of it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all have ended
    finally:
        process.wait()
