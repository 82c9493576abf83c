"""Compiled sets: the same as the YAML, used only as long as they are fresh, and then without YAML."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from xlsxeval.forms import compiled
from xlsxeval.forms.compiled import ALL, current_key, load_compiled
from xlsxeval.forms.compiling import compile_sets
from xlsxeval.forms.folder import set_names, templates_folder
from xlsxeval.forms.load import load_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    compile_sets(tmp_path)
    yield tmp_path
    current_key.cache_clear()


def plain(value: object) -> object:
    """Give a value as lists and texts, so that forms compare by what they say."""
    if is_dataclass(value):
        return [type(value).__name__, *(plain(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, dict):
        return [[key, plain(inner)] for key, inner in value.items()]
    if isinstance(value, tuple | list):
        return [type(value).__name__, *map(plain, value)]
    return [type(value).__name__, str(value)]


@pytest.mark.usefixtures("folder")
def test_compiled_sets_are_what_the_yaml_says() -> None:
    together = load_compiled(ALL)
    assert list(together) == list(set_names())
    for name in set_names():
        expected = plain(load_folder(templates_folder() / name))
        assert plain(load_compiled(name)[name]) == expected
        assert plain(together[name]) == expected


@pytest.mark.parametrize("changed", ["template", "source", "version"])
def test_stale_sets_are_not_used(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    assert load_compiled("hunan")
    file = tmp_path / "x"
    file.write_text("x", encoding="utf-8")
    inputs = list(compiled._inputs())  # noqa: SLF001  # what the key follows from
    ending = {"template": "hunan/set.yaml", "source": "forms/load.py", "version": "version.py"}[changed]
    assert any(name.endswith(ending) for name, _ in inputs)
    other = [(name, str(file) if name.endswith(ending) else path) for name, path in inputs]
    monkeypatch.setattr(compiled, "_inputs", lambda: iter(other))
    current_key.cache_clear()
    assert load_compiled("hunan") == {}
    assert load_compiled(ALL) == {}
    assert (folder / "hunan.pickle").is_file()


def test_a_missing_or_damaged_file_is_none(folder: Path) -> None:
    (folder / "hunan.pickle").unlink()
    assert load_compiled("hunan") == {}
    for content in (b"", b"x", current_key(), current_key() + b"x", current_key() + b"\x80\x05"):
        (folder / "hunan.pickle").write_bytes(content)
        assert load_compiled("hunan") == {}


def test_nothing_but_values_of_forms_is_made(folder: Path) -> None:
    (folder / "hunan.pickle").write_bytes(current_key() + pickle.dumps(print))
    assert load_compiled("hunan") == {}


def test_a_start_with_compiled_sets_reads_no_yaml(tmp_path: Path) -> None:
    compile_sets(tmp_path)
    code = f"""
import pathlib, sys
from xlsxeval.forms import compiled
compiled.FOLDER = pathlib.Path({str(tmp_path)!r})
from xlsxeval.forms.library import all_sets, load_set
assert [formset.name for formset in all_sets()] and load_set("hunan") in all_sets()
print(sorted(name for name in ("yaml", "msgspec", "xlsxeval.forms.load", "difflib") if name in sys.modules))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_without_compiled_sets_the_yaml_is_read(tmp_path: Path) -> None:
    code = f"""
import pathlib, sys
from xlsxeval.forms import compiled
compiled.FOLDER = pathlib.Path({str(tmp_path)!r})
from xlsxeval.forms.library import all_sets
print(len(all_sets()), "yaml" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == f"{len(set_names())} True\n"
