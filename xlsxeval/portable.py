"""Names that mean the same on every system."""

from __future__ import annotations

import re
import unicodedata

#: Signs that some system gives a meaning (folder, drive, stream, pattern), or cannot show.
SIGNS = re.compile(r'[<>:"/\\|?*\ufffd]+')
#: Names that Windows takes for a device, whatever their ending.
DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\$|CONOUT\$) *(?:\.|$)", re.IGNORECASE)
_MOST_BYTES, _MOST_FOLDERS = 255, 32
_FIRST_PRINTED = " "


def is_plain(name: str) -> bool:
    r"""Tell whether a name stands for a file below the folder that it is read in, on every system.

    ``乙/甲.xlsx`` does; ``../x``, ``/x``, ``C:x``, ``\\server\x``, ``a\..\x``, ``a//x``, ``./x``, ``CON.xlsx``, ``x.``
    and ``x:stream`` do not.
    """
    parts = name.split("/")
    return len(parts) <= _MOST_FOLDERS and all(map(_is_plain_part, parts))


def _is_plain_part(part: str) -> bool:
    return (
        part not in {"", ".", ".."}
        and part[-1] not in " ."
        and not SIGNS.search(part)
        and not DEVICE.match(part)
        and min(part) >= _FIRST_PRINTED
        and len(part.encode("utf-8", "replace")) <= _MOST_BYTES
    )


def same_name(name: str) -> str:
    """Give a key that is equal for names that some system takes as equal: case, width and composed letters differ."""
    return unicodedata.normalize("NFKC", name).casefold()
