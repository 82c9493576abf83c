"""When a workbook was last saved, by its own words; the time on the disk is lost by mail and copying."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

from xlsxeval.read.foreign import foreign_parser
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import Refused

#: The parts that hold the time: of Office files and of OpenDocument.
_PARTS = ("docprops/core.xml", "meta.xml")
_TIME = re.compile(rb"<(?:\w+:)?(?:modified|date)(?:\s[^<>]*)?>\s*([0-9T:.+Zz -]{10,40}?)\s*<")
_MOST = 256 * 1024
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def saved_in(package: Package) -> str:
    """Give the time of last saving of an Office or OpenDocument file, in UTC as 2025-03-26T08:00:00Z; empty if unknown.

    A part that is damaged or too long says nothing; it never refuses the file.
    """
    for part in _PARTS:
        if part in package.members and package.members[part].file_size <= _MOST:
            try:
                found = _TIME.search(b"".join(inflate(package, part)))
            except Refused:
                return ""
            return as_utc(found[1].decode("ascii")) if found else ""
    return ""


def saved_in_compound(data: bytes) -> str:
    """Give the time of last saving of an .xls file; as ``saved_in``."""
    import olefile

    try:
        with foreign_parser(), olefile.OleFileIO(io.BytesIO(data)) as container:
            when = container.get_metadata().last_saved_time
    except Refused:
        return ""
    return _shown(when.replace(tzinfo=UTC)) if isinstance(when, datetime) else ""


def as_utc(text: str) -> str:
    """Give a time in UTC: ``2025-03-26T16:00:00+08:00`` is 2025-03-26T08:00:00Z; without a zone it is UTC already."""
    try:
        when = datetime.fromisoformat(text.strip().upper())
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ""
    return _shown(when)


def _shown(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if _FIRST_YEAR <= when.year <= _LAST_YEAR else ""
