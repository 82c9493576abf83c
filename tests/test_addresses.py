"""Tests name fields (``tests/places.py``) and type few addresses, so that a row more in a form breaks few of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import xlsxeval as api
from tests.conftest import ROOT

MOST = 100
#: What these files test are addresses.
EXEMPT = {"test_a1.py", "test_addresses.py"}
_ADDRESS = re.compile(r"(?:[^!=:]+!)?\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}(?::\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})?")
_COLUMN = re.compile(r"(?:[^!=:]+!)?\$?[A-Z]{1,3}\$?")


@cache
def codes() -> set[str]:
    """Return the codes of all rules, some of which look like addresses: ``E17``."""
    return {code for name in api.set_names() for code in api.catalogue(api.load_set(name))}


def typed_addresses(source: str, but: set[str]) -> Iterator[str]:
    """Yield each text of a program that is an address: ``C5``, ``自评表!C5``, ``A1:B2`` and ``f"C{row}"``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text not in but and _ADDRESS.fullmatch(text):
                yield text
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), ast.FormattedValue()]) if _COLUMN.fullmatch(text):
                yield text


def test_typed_addresses_are_found() -> None:
    source = 'x = ["C5", "自评表!$I$40", "A1:B2", f"D{row}", "E17", "R05", "C", "C5 ", "得分", f"{col}5"]'
    assert sorted(typed_addresses(source, codes())) == ["A1:B2", "C5", "D", "自评表!$I$40"]


def test_few_addresses_are_typed() -> None:
    files = [path for path in (ROOT / "tests").glob("*.py") if path.name not in EXEMPT]
    typed = {path.name: list(typed_addresses(path.read_text(encoding="utf-8"), codes())) for path in files}
    count = sum(map(len, typed.values()))
    assert count <= MOST, {name: found for name, found in typed.items() if found}
