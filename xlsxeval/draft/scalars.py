"""Texts as YAML has them."""

from __future__ import annotations

import re

#: A text that YAML reads as itself, and one that it would read as a number or a truth value.
_SAFE = re.compile(r"[\w（）、，。“”《》〔〕%.／]+")
_OTHER_VALUE = re.compile(r"[\d.]+|true|false|null|yes|no|on|off", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar: plain if that is safe, else in double quotes."""
    if _SAFE.fullmatch(text) and not _OTHER_VALUE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
