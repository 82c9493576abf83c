"""Hostile files of every kind through the command: one verdict each, bounded, and nothing else is touched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import hostile_forms as forms
from tests import hostile_kinds, hostile_parts
from tests.conftest import CLEAN
from tests.hostile_kinds import TEXTS, Kind
from tests.watch import COMMAND
from xlsxeval.folder import digest_of
from xlsxeval.output_list import LIST_NAME

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="the system tells how much a process used")
#: Processor seconds and MiB that the check of one file may cost, start and all.
MOST_SECONDS, MOST_MEMORY = 10.5, 512
REPORTS = ("html", "csv", "json", "jsonl", "sarif", "junit")


def few() -> Iterator[Kind]:
    """Give some of every family that are made and checked at once."""
    for name in ("nines", "wide signs", "markdown without end", "jinja", "bidi", "html", "exponent"):
        yield f"{name}.xlsx", forms.xlsx(forms.with_answers(lambda _number, _old, text=TEXTS[name]: text))
    for ending, write in forms.FORMATS.items():
        yield f"controls.{ending}", write(forms.with_answers(lambda _number, _old: TEXTS["controls"]))
    yield (
        "one text in 600 lines.xlsx",
        forms.xlsx(forms.with_lines(600, lambda _line, _col, _old: TEXTS["enumeration"][:8_000])),
    )
    yield "12,000 lines.xlsx", forms.xlsx(forms.with_lines(12_000))
    yield from hostile_kinds.sheet_names()


#: Runs a command and writes its exit code, processor seconds and MiB into a file. The system counts the memory of the
#: process that starts another one as that one's, so that a small process has to start it.
_MEASURE = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
with open(sys.argv[1], "w") as result:
    print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=result)
"""


def check(*arguments: object, cwd: Path) -> tuple[int, str, float, int]:
    """Run ``check``; gives its exit code and text, and the processor seconds and MiB of its processes."""
    with (cwd / "printed").open("w+b") as printed:
        command = [sys.executable, "-c", _MEASURE, "measured", *COMMAND, "check", *map(str, arguments)]
        subprocess.run(command, cwd=cwd, stdout=printed, stderr=printed, check=True)
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    code, seconds, memory = (cwd / "measured").read_text(encoding="utf-8").split()
    (cwd / "measured").unlink()
    return int(code), text, float(seconds), int(memory)


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): digest_of(file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@UNIX
@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif("XLSXEVAL_LONG" not in os.environ, reason="make long")
@pytest.mark.parametrize("family", [*hostile_kinds.FAMILIES, *hostile_parts.FAMILIES])
def test_each_hostile_file_alone(family: object, tmp_path: Path) -> None:
    costly = []
    assert callable(family)
    for name, data in family():
        (tmp_path / name).write_bytes(data)
        code, text, seconds, memory = check(name, cwd=tmp_path)
        if code not in {0, 1, 2} or "Traceback" in text or seconds > MOST_SECONDS or memory > MOST_MEMORY:
            costly.append((name, code, round(seconds, 1), memory, text[:200]))
        (tmp_path / name).unlink()
    assert costly == []


@UNIX
@pytest.mark.slow
def test_hostile_files_in_a_folder_with_every_output(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    every = dict(few())
    for name, data in every.items():
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "clean.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    before = hashes(tmp_path / "in")
    reports = [part for kind in REPORTS for part in (f"--{kind}", f"out/{kind}")]
    reports += ["--progress", "out/progress.xlsx"]
    code, text, _, memory = check(
        *("in", "--quiet", *reports, "--mark", "out/m", "--notice", "out/n", "--ledger", "out/l", "--jobs", 2),
        cwd=tmp_path,
    )
    assert (code, memory < MOST_MEMORY) == (2, True)
    assert re.search(r"R1[0-3]", text) is None
    counted = re.search(r"共核对(\d+)个文件", text)
    named = re.search(r"没有核对的文件(\d+)个", text)
    assert counted
    # Files without the ending of a workbook that are none are only named; the others have a verdict each.
    assert int(counted[1]) + (int(named[1]) if named else 0) >= len(every) + 1
    assert hashes(tmp_path / "in") == before
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out", "printed"}
    assert max(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) < 20 * 1024 * 1024


@pytest.mark.parametrize("kind", ["mark", "notice"])
def test_entries_that_lead_out_of_a_folder_of_outputs_are_said(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / LIST_NAME).write_text(f"{digest_of(b'')}  0  ../a.xlsx\n", encoding="utf-8")
    code, text, _, _ = check("a.xlsx", "--quiet", f"--{kind}", "out", cwd=tmp_path)
    assert code == 0
    assert "out里的清单有1行不是这个文件夹里的文件，没有理会" in text.splitlines()


def test_long_texts_are_quoted_in_part_and_many_findings_are_counted() -> None:
    import xlsxeval

    checked = xlsxeval.check(
        forms.xlsx(
            forms.with_lines(
                900, lambda line, col, _old: f"{line}.{col}" + "x" * 1_000 if line < 300 else f"{line}.{col}x"
            )
        )
    )
    scores = [finding for finding in checked.findings if finding.code == "B14"]
    assert len(scores) == 500
    assert scores[-1].message.endswith("没有列出。")
    assert max(len(finding.message) for finding in checked.findings) <= 2_100
    assert max(len(finding.found) for finding in checked.findings) == 301
