"""Generated files are fresh, and the documents name every command and rule."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import ROOT, S
from tests.places import cell_of, sample
from xlsxeval.cli import main


@pytest.mark.slow
def test_generated_files_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_every_rule_has_its_page_and_no_page_is_left_over() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")} - {"README", "sets"}
    assert pages == {code for name in api.set_names() for code in api.catalogue(name)}


def test_the_library_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  # our own README
    printed = capsys.readouterr().out.splitlines()
    assert "青石县林业发展中心 pass 0" in printed
    spent = cell_of(sample(S), "基础数据表.项目支出.决算数")
    assert printed[1].startswith(f"基础数据表 {spent} X01 208 370.91 两表的项目支出不一致")


def test_examples_in_docstrings_run() -> None:
    assert doctest.testmod(api).failed == 0


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in main.commands:
        assert f"xlsxeval {name}" in text


def test_links_in_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_formula_texts_occur_once() -> None:
    texts = [
        " ".join(field.formula_text.split())
        for form in api.load_set("hunan").forms
        for field in form.fields.values()
        if field.formula is not None
    ]
    files = [*ROOT.glob("xlsxeval/**/*.py"), *ROOT.glob("templates/**/*.yaml")]
    everything = "\n".join(file.read_text(encoding="utf-8") for file in files)
    for text in set(texts):
        assert everything.count(f"formula: {text}") == 1
