"""Render sheets to the pictures of the README: LibreOffice to PDF, ``pdftoppm`` to PNG."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import xlsxeval as api

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
#: 宋体 and 黑体 are not on Debian: show what a reader with these fonts would see.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>
<match target="pattern"><test name="family"><string>宋体</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Serif CJK SC</string></edit></match>
<match target="pattern"><test name="family"><string>黑体</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match></fontconfig>"""


def render(content: bytes, name: str, folder: Path, first: int = 1, last: int = 7) -> None:
    """Write one PNG for each of some pages of a workbook."""
    workbook, fonts = folder / f"{name}.xlsx", folder / "fonts.conf"
    workbook.write_bytes(content)
    fonts.write_text(FONTS, encoding="utf-8")
    environment = {"FONTCONFIG_FILE": str(fonts), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=180)
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = ["-f", str(first), "-l", str(last), "-r", "80", "-png"]
    subprocess.run(["pdftoppm", *pages, folder / f"{name}.pdf", PICTURES / name], check=True)


def main() -> None:
    """Render a blank, a filled and a faulty workbook."""
    hunan = api.load_set("hunan")
    with tempfile.TemporaryDirectory() as folder:
        render(api.new(hunan, year=2025, unit="某某县某某局"), "blank", Path(folder))
        render(api.fill(hunan, ROOT / "samples" / "澧县县委办2024" / "data.yaml"), "filled", Path(folder), 3)
        render(api.fill(hunan, ROOT / "samples" / "错误样例" / "data.yaml"), "wrong", Path(folder), 3, 5)


if __name__ == "__main__":
    main()
