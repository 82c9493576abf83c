"""A browser that does not start is started again, and the failure says what it printed: shown with scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import browser

BROKEN = "#!/bin/sh\necho no display >&2; exit 77\n"
SILENT = "#!/bin/sh\necho waiting; exec sleep 600\n"


def put_in_place(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "chromium").write_text(script)
    (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("script", "said"),
    [(BROKEN, "the browser ended\nno display"), (SILENT, "no answer in 0.5 s")],
    ids=["ends", "is silent"],
)
def test_the_failure_says_what_was_tried(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(script, tmp_path, monkeypatch)
    monkeypatch.setattr(browser, "PATIENCE", 0.5 if script == SILENT else 60.0)
    with pytest.raises(browser.BrowserError) as failure:
        browser.start_browser(tmp_path)
    assert str(failure.value).count(said) == browser.TRIES
