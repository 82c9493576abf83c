"""Names of files made from what people wrote: safe on every system, and each only once."""

from __future__ import annotations

import re
import unicodedata

from xlsxeval.text import safe

_SIGNS = re.compile(r'[<>:"/\\|?*\ufffd]+')
_MOST_BYTES = 200


def file_stem(prefix: str, name: str, taken: set[str]) -> str:
    """Make a file's name without its ending, at most 200 bytes in UTF-8 with an ending of up to five signs.

    Args:
        prefix: what it begins with; so no name is empty, hidden, an option or a device (CON, NUL).
        name: what people wrote.
        taken: what is in use; the new name is added. Names that differ only in case or width are the same to some
            systems, and so here.
    """
    words = " ".join(_SIGNS.sub("_", safe(unicodedata.normalize("NFC", name))).split())
    number = 1
    while True:
        end = f"（{number}）" if number > 1 else ""
        room = _MOST_BYTES - len(f"{prefix}-{end}.docx".encode())
        stem = f"{prefix}-{_cut(words, room) or '无名'}{end}"
        key = unicodedata.normalize("NFKC", stem).casefold()
        if key not in taken:
            taken.add(key)
            return stem
        number += 1


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").rstrip()
