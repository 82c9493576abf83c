"""No pattern costs more than in proportion to a stranger's text: ten times the text, about ten times the steps."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

import xlsxeval
from tests.conftest import ROOT
from tests.steps import Matcher, TooManyStepsError, hard_texts

SHORT, TIMES = 60, 10
#: Ten times the text may cost so many times the steps: what is bounded needs some length to reach its bound.
MOST = 16
#: A pattern that needs more for a text of 60 signs is no pattern to be searched for.
LIMIT = 60 * 400
_ANCHORED = {"match", "fullmatch", "prefixmatch"}
_FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield every compiled pattern of the package by module and name."""
    for module in pkgutil.walk_packages(xlsxeval.__path__, "xlsxeval."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            many = value if isinstance(value, tuple | list) else value.values() if isinstance(value, dict) else [value]
            for number, pattern in enumerate(many):
                if isinstance(pattern, re.Pattern):
                    yield f"{module.name.removeprefix('xlsxeval.')}.{name}" + (f"[{number}]" if number else ""), pattern


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "xlsxeval").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def only_anchored() -> frozenset[str]:
    """Give the patterns of which only ``match`` or ``fullmatch`` is called, by module and name."""
    methods: dict[str, set[str]] = defaultdict(set)
    for file, tree in trees():
        module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".").removeprefix("xlsxeval.")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                methods[f"{module}.{node.value.id}"].add(node.attr)
    return frozenset(name for name, called in methods.items() if called <= _ANCHORED)


def steps(pattern: re.Pattern[Any], text: str, most: int, *, anchored: bool) -> int:
    matcher = Matcher(pattern, text, most)
    if anchored:
        matcher.match(0)
        matcher.full_match()
    else:
        matcher.search_all()
    return matcher.steps


def dear_text(pattern: re.Pattern[Any], *, anchored: bool) -> str:
    """Give a text for which ten times the length costs much more than ten times the steps; empty if there is none."""
    for short, long in zip(hard_texts(pattern, SHORT), hard_texts(pattern, SHORT * TIMES), strict=True):
        try:
            few = steps(pattern, short, LIMIT, anchored=anchored)
            steps(pattern, long, MOST * few + 100, anchored=anchored)
        except TooManyStepsError:
            return short
    return ""


ALL = sorted(patterns())


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pattern"), ALL, ids=[name for name, _ in ALL])
def test_ten_times_the_text_costs_ten_times_the_steps(name: str, pattern: re.Pattern[Any]) -> None:
    assert dear_text(pattern, anchored=name.partition("[")[0] in only_anchored()) == ""


@pytest.mark.parametrize(
    "source",
    ["[0-9]+字以内", "[（(].*?[)）]", r"(a+)+b", r"\s*$", r"(?:a|ab)*c", "(?:x|x)*y", r"\{\{.*?\}\}", r"[^.]*[0#]x"],
)
def test_the_test_finds_patterns_that_cost_the_square(source: str) -> None:
    assert dear_text(re.compile(source), anchored=False)


@pytest.mark.parametrize(
    "source", ["[0-9]{1,5}字以内", r"[（(][^()（）]{0,30}[)）]", "a+", "(?:ab|c)+", "^a+b", "年(?=度)"]
)
def test_the_test_passes_patterns_in_proportion(source: str) -> None:
    assert dear_text(re.compile(source), anchored=False) == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a|b)*c", "ababc"),
        ("a{2,3}?b", "aaab"),
        (r"(?<!\d)(\d+)x\1", "12x12"),
        ("(?i)QL", "aqlQl"),
        (r"[^\W\d]+$", "1ab"),
    ],
)
def test_the_counting_matcher_finds_what_re_finds(source: str, text: str) -> None:
    pattern = re.compile(source)
    ends = [Matcher(pattern, text, 10_000).match(at) for at in range(len(text) + 1)]
    found = [pattern.match(text, at) for at in range(len(text) + 1)]
    assert ends == [match.end() if match else -1 for match in found]


def test_patterns_are_compiled_at_the_top_of_a_module() -> None:
    """So that this file sees each of them."""
    inside = [
        f"{file}:{node.lineno}"
        for file, tree in trees()
        for part in tree.body
        if isinstance(part, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(part)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _FUNCTIONS
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert inside == []
