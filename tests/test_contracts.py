"""The import contracts leave nothing out: every outside library has its rooms, every format stands alone."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import xlsxeval
from tests.conftest import ROOT

PACKAGE = Path(xlsxeval.__file__).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
#: Parts of Python that may harm when they meet a stranger's file, or that reach out of the process.
SENSITIVE = {"ctypes", "multiprocessing", "pickle", "resource", "signal", "socket", "sqlite3", "subprocess", "xml", "zipfile"}  # fmt: skip


def imported(path: Path) -> Iterator[str]:
    """Give every module that a file imports, with its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_outside_library_has_a_contract_for_the_whole_package() -> None:
    tops = {name.partition(".")[0] for path in PACKAGE.rglob("*.py") for name in imported(path)}
    outside = {name for name in tops if name not in sys.stdlib_module_names} - {"xlsxeval"}
    assert {"click", "xlsxwriter", "yaml"} <= outside
    contracted = {
        name
        for contract in CONTRACTS
        if contract["type"] == "forbidden" and contract["source_modules"] == ["xlsxeval"]
        for name in contract["forbidden_modules"]
    }
    assert outside | SENSITIVE <= contracted


def test_every_reader_of_a_format_is_in_the_contract_that_keeps_them_apart() -> None:
    formats = {name for name in imported(PACKAGE / "read" / "any.py") if f"read_{name.rpartition('.')[2]}" in used()}
    [apart] = [contract["modules"] for contract in CONTRACTS if contract["type"] == "independence"]
    assert set(apart) == formats


def used() -> set[str]:
    """Give the names of the functions that ``read/any.py`` calls."""
    tree = ast.parse((PACKAGE / "read" / "any.py").read_text(encoding="utf-8"))
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
