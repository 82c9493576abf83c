"""What units send, for tests: filings of any unit and year, saved at any time, in any container."""

from __future__ import annotations

import io
import re
import zipfile
from email.message import EmailMessage
from pathlib import Path

import xlsxeval as api
from tests.clean import clean_filing

HUNAN = api.load_set("hunan")
_CORE = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_OWN = re.compile("（本级）$")


def filing(
    unit: str, seed: int = 0, *, year: int = 2024, saved: str = "", forms: tuple[str, ...] = (), **changed: str
) -> bytes:
    """Give a filing without an error as an .xlsx.

    Args:
        unit: its name, in both forms; empty: none is written.
        seed: another seed gives other figures.
        year: the year printed on it.
        saved: when it was last saved, as 2025-03-26T08:00:00Z.
        forms: the forms it has; default: both.
        changed: fields of the self-evaluation that are filled in otherwise.
    """
    data = clean_filing(seed)
    basic, own = data["forms"]["基础数据表"], data["forms"]["自评表"]  # type: ignore[index]
    basic["填报单位"], own["部门名称"] = unit, unit
    own.update(changed)
    book = api.fill(HUNAN, {**data, "year": year})
    if forms:
        book = _only(book, forms)
    return saved_at(book, saved) if saved else book


def _only(book: bytes, forms: tuple[str, ...]) -> bytes:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(book))
    for name in workbook.sheetnames:
        if name not in forms:
            del workbook[name]
    for name in list(workbook.defined_names):
        del workbook.defined_names[name]
    stream = io.BytesIO()
    workbook.save(stream)
    return saved_at(stream.getvalue(), "2024-01-01T00:00:00Z")


def saved_at(book: bytes, when: str) -> bytes:
    """Give a workbook that says it was last saved at that time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == _CORE:
                content = _MODIFIED.sub(rb"\g<1>" + when.encode(), content)
            new.writestr(zipfile.ZipInfo(info.filename, (2024, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """Give a .zip with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def mailed(files: dict[str, bytes]) -> bytes:
    """Give an .eml with these attachments."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "自评表", "a@example.com", "b@example.com"
    mail.set_content("见附件。")
    for name, content in files.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder, with folders below it; gives the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def roster(folder: Path, *units: str) -> Path:
    """Write a roster with these units; a unit and its category may be written as ``甲局|机关``."""
    path = folder / "单位.csv"
    rows = [unit.split("|") for unit in units]
    path.write_text("\n".join(["单位,类别", *(f"{row[0]},{row[1] if row[1:] else ''}" for row in rows)]), "utf-8")
    return path
