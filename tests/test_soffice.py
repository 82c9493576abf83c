"""LibreOffice in tests is started again when it fails, and stopped when it is silent: shown with a script in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import soffice

#: Writes the result of its first file, half of the second one, and ends badly; when started again it does the rest.
UNSTEADY = """#!/bin/sh
while [ "$1" != "--outdir" ]; do shift; done
out="$2"; shift 2
first="$1"; second="$2"
cp "$first" "$out/$(basename "$first" .xlsx).ods"
touch -d 2001-01-01 "$out/$(basename "$first" .xlsx).ods"
if [ -n "$second" ]; then printf half > "$out/$(basename "$second" .xlsx).ods"; echo "aborted" >&2; exit 134; fi
"""
BROKEN = "#!/bin/sh\necho no display; exit 77\n"
SILENT = "#!/bin/sh\necho waiting; sleep 600\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{name}.xlsx" for name in ("甲", "乙", "丙")]
    for file in made:
        file.write_text(f"whole {file.stem}", encoding="utf-8")
    return made


def put_in_place(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "soffice").write_text(script)
    (folder / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_it_is_started_again_for_what_is_missing(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(UNSTEADY, tmp_path, monkeypatch)
    results = soffice.convert(files, tmp_path / "out", "ods")
    assert {name: file.read_text(encoding="utf-8") for name, file in results.items()} == {
        "甲": "whole 甲",
        "乙": "whole 乙",
        "丙": "whole 丙",
    }


def test_the_failure_says_what_it_printed(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(BROKEN, tmp_path, monkeypatch)
    with pytest.raises(AssertionError) as failure:
        soffice.convert(files, tmp_path / "out", "ods")
    assert "no result for ['甲.xlsx', '乙.xlsx', '丙.xlsx']" in str(failure.value)
    assert str(failure.value).count("exit code 77\nno display") == soffice.TRIES


def test_it_is_stopped_when_it_is_silent(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(SILENT, tmp_path, monkeypatch)
    monkeypatch.setattr(soffice, "SILENCE", 0.5)
    with pytest.raises(AssertionError) as failure:
        soffice.convert(files, tmp_path / "out", "ods")
    assert str(failure.value).count("no result for 0.5 s, stopped") == soffice.TRIES
