"""A command loads what it needs and nothing else: that is what keeps its start short."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CLEAN, FAULTY, S
from xlsxeval.forms.compiling import compile_sets

#: Runs a command with the compiled sets of a folder; prints which modules were loaded in addition to those that every
#: Python has. A check is done once more in this process: what the copy of it loads is seen nowhere else.
CODE = """
import sys
before = {*sys.modules}
from pathlib import Path
from xlsxeval.cli.program import _run
command = sys.argv[2:]
if command[0] != "--version":
    from xlsxeval.forms import compiled
    compiled.FOLDER = Path(sys.argv[1])
try:
    _run(command)
except SystemExit:
    pass
if command[0] == "check":
    from xlsxeval.batch.worker import Task, check_one
    from xlsxeval.request import Request
    assert check_one(Task(0, command[1], Path(command[1])), Request()).digest
print(*{*sys.modules} - before, sep="\\n", file=sys.stderr)
"""
#: Packages of the standard library that take long to load, or that only some commands need.
HEAVY = {"asyncio", "concurrent", "csv", "ctypes", "difflib", "email", "http", "json", "logging", "multiprocessing"}
HEAVY |= {"secrets", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "xml.etree", "xml.sax"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., set[str]]:
    """Give a function that runs a command in a new process and gives the names of the modules that it loaded."""
    folder = tmp_path_factory.mktemp("compiled")
    compile_sets(folder)

    def modules(*command: object) -> set[str]:
        arguments = [sys.executable, "-c", CODE, str(folder), *map(str, command)]
        done = subprocess.run(arguments, capture_output=True, encoding="utf-8", errors="replace", check=True)
        names = set(done.stderr.splitlines())
        assert "xlsxeval.cli.program" in names
        return names

    return modules


def others(names: set[str]) -> set[str]:
    """Give the packages that are neither Python's own nor ours."""
    return {name.partition(".")[0] for name in names} - {*sys.stdlib_module_names, "xlsxeval"}


def rooms(names: set[str]) -> set[str]:
    """Give the rooms and modules of the program that stand directly in it."""
    return {name.split(".")[1] for name in names if name.startswith("xlsxeval.")}


def test_the_version(loaded: Callable[..., set[str]]) -> None:
    names = loaded("--version")
    assert others(names) == {"click"}
    assert rooms(names) == {"cli", "errors", "outputs", "version"}
    assert not names & HEAVY
    assert not names & {"dataclasses", "decimal", "hashlib", "pickle", "xml", "zipfile"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a new process is started, by multiprocessing")
@pytest.mark.parametrize("sample", [S, CLEAN, FAULTY], ids=lambda folder: folder.name)
def test_a_check_of_one_workbook(loaded: Callable[..., set[str]], sample: Path) -> None:
    names = loaded("check", sample / "filled.xlsx")
    assert others(names) == {"click"}
    assert not names & HEAVY
    assert not rooms(names) & {"data", "draft", "mark", "write"}
    # Neither what loads a set from its YAML, nor the other formats, nor runs over many files and their reports.
    unwanted = {"forms.load", "forms.convert", "forms.spec", "forms.yamlfile", "formula.parse", "read.biff"}
    unwanted |= {"read.docx", "read.ods", "read.plain", "read.xls", "read.xlsb", "batch.ledger", "batch.processes"}
    unwanted |= {"batch.run", "outputs.run", "outputs.files", "report.html", "report.table", "report.tree"}
    assert not names & {f"xlsxeval.{name}" for name in unwanted}


def test_a_new_workbook(loaded: Callable[..., set[str]], tmp_path: Path) -> None:
    names = loaded("new", "hunan", "--year", 2024, "--output", tmp_path / "空白.xlsx")
    assert (tmp_path / "空白.xlsx").is_file()
    assert others(names) == {"click", "xlsxwriter"}
    assert not names & (HEAVY - {"tempfile"})  # XlsxWriter needs it
    assert not rooms(names) & {"batch", "draft", "mark", "report"}
    assert not names & {"xlsxeval.read.any", "xlsxeval.rules.run", "xlsxeval.forms.load"}
