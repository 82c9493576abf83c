"""``{{ year }}`` in texts: replaced by the form's year in a workbook, and by a mark for any year in label keys."""

from __future__ import annotations

import re

from xlsxeval.text import label_key

_YEAR = re.compile(r"\{\{\s*year\s*(?:([+-])\s*(\d{1,2})\s*)?\}\}")
_BASE = 2000


def with_year(text: str, year: int) -> str:
    """Insert the form's year: ``{{ year - 1 }}年决算数`` becomes ``2023年决算数`` for 2024."""
    return _YEAR.sub(lambda m: str(year + (int((m[1] or "+") + (m[2] or "0")))), text)


def template_key(text: str) -> tuple[str, tuple[int, ...]]:
    """Give the key of a label with ``{{ year }}``, and the difference of each year from the form's year.

    Example: ``{{ year - 1 }}年决算数`` gives ``("#年决算数", (-1,))``.
    """
    key, years = label_key(with_year(text, _BASE))
    return key, tuple(year - _BASE for year in years)
