"""Which files a folder, a pattern or a name stands for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from xlsxeval.batch.collect import LINK, LOCK, OURS, SYSTEM, collect
from xlsxeval.output_folder import OutputFolder
from xlsxeval.report.table import HEAD


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def names(found: tuple[Path, ...], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found]


def test_a_folder_gives_every_type_that_is_read_sorted(tmp_path: Path) -> None:
    put(
        tmp_path,
        "b.XLSX",
        "a.et",
        "c/1.docx",
        "c/0.csv",
        "z.txt",
        "~$b.xlsx",
        ".~lock.b.ods#",
        ".DS_Store",
        "c/Thumbs.db",
    )
    found = collect([str(tmp_path)])
    assert names(found.files, tmp_path) == ["a.et", "b.XLSX", "z.txt", "c/0.csv", "c/1.docx"]
    assert names(tuple(found.loose), tmp_path) == ["z.txt"]
    assert found.skipped == {LOCK: 2, SYSTEM: 2}


def test_named_files_are_taken_whatever_their_name_but_once(tmp_path: Path) -> None:
    put(tmp_path, "z.txt", "~$b.xlsx", "a.xlsx")
    found = collect([str(tmp_path / name) for name in ("z.txt", "~$b.xlsx", "没有.xlsx", "z.txt")] + [str(tmp_path)])
    assert names(found.files, tmp_path) == ["z.txt", "没有.xlsx", "a.xlsx"]
    assert found.loose == frozenset()
    assert found.skipped == {LOCK: 2}


def test_patterns_are_expanded_here(tmp_path: Path) -> None:
    put(tmp_path, "甲/b.xlsx", "甲/a.xlsx", "乙/深/c.xlsx", "乙/d.txt", "e[1].xlsx", "e1.xlsx")
    assert names(collect([f"{tmp_path}/*/?.xlsx"]).files, tmp_path) == ["甲/a.xlsx", "甲/b.xlsx"]
    assert names(collect([f"{tmp_path}/**/*.xlsx"]).files, tmp_path) == [
        "e1.xlsx", "e[1].xlsx", "乙/深/c.xlsx", "甲/a.xlsx", "甲/b.xlsx",
    ]  # fmt: skip
    assert names(collect([f"{tmp_path}/e[1].xlsx"]).files, tmp_path) == ["e[1].xlsx"]
    assert names(collect([f"{tmp_path}/没有*.xlsx"]).files, tmp_path) == ["没有*.xlsx"]


def test_our_own_outputs_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "结果.json", "台账.csv", "b.json", ".xlsxeval-1-00.tmp")
    (tmp_path / "上次.csv").write_text(HEAD + "a.xlsx,甲局\r\n", encoding="utf-8")
    found = collect([str(tmp_path)], [tmp_path / "结果.json", tmp_path / "台账.csv"])
    assert names(found.files, tmp_path) == ["a.csv", "b.json"]
    assert found.skipped == {OURS: 1}


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """Two workbooks that were sent, and marked copies of them in a folder of outputs."""
    put(tmp_path, "a.xlsx", "乡/b.xlsx")
    target = OutputFolder(tmp_path / "标记")
    for name in ("a.xlsx", "乡/b.xlsx", "c.xls-审核意见.xlsx"):
        target.write(name, b"marked")
    target.finish(complete=True)
    return tmp_path


def test_marked_copies_are_passed_over_however_they_are_named(marked: Path) -> None:
    sent = ["a.xlsx", "乡/b.xlsx"]
    assert (names(collect([str(marked)]).files, marked), collect([str(marked)]).skipped) == (sent, {OURS: 3})
    assert collect([str(marked)], [marked / "标记"]).skipped == {}
    for ways in ([f"{marked}/**/*.xlsx"], [str(one) for one in sorted(marked.iterdir())]):
        found = collect(ways)
        assert names(found.files, marked) == sent
    assert collect([f"{marked}/**/*.xlsx"]).skipped == {OURS: 3}


def test_marked_copies_are_taken_where_there_is_nothing_else(marked: Path) -> None:
    folder = marked / "标记"
    for ways in ([folder], [folder / "a.xlsx", folder / "乡"], [f"{folder}/**/*.xlsx"]):
        found = collect(map(str, ways))
        assert sorted(names(found.files, folder)) == ["a.xlsx", "乡/b.xlsx"]
    assert collect([str(folder)]).skipped == {OURS: 1}


def test_what_a_unit_sent_back_in_our_folder_is_no_output(marked: Path) -> None:
    put(marked, "标记/a.xlsx", "标记/新.xlsx")
    assert names(collect([str(marked)]).files, marked) == ["a.xlsx", "乡/b.xlsx", "标记/a.xlsx", "标记/新.xlsx"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_lead_nowhere_twice(tmp_path: Path) -> None:
    put(tmp_path, "a/x.xlsx")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "self.xlsx").symlink_to(tmp_path / "self.xlsx")
    (tmp_path / "y.xlsx").symlink_to(tmp_path / "a" / "x.xlsx")
    found = collect([str(tmp_path)])
    assert names(found.files, tmp_path) == ["self.xlsx", "y.xlsx", "a/x.xlsx"]
    assert found.skipped == {LINK: 1}


def test_a_folder_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/x.xlsx", "b/y.xlsx")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = collect([str(tmp_path)])
    assert names(found.files, tmp_path) == ["b/y.xlsx"]
    assert names(found.closed, tmp_path) == ["a"]
