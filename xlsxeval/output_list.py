"""The list in a folder of outputs: the files that this program wrote there. In a folder from others it may be false."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from xlsxeval.errors import XlsxevalError
from xlsxeval.folder import Folder, open_folder
from xlsxeval.portable import is_plain

#: The list's own name; its lines are ``sha256  scope  name``.
LIST_NAME = ".xlsxeval-输出"
#: A list that is longer was not written by this program.
MOST_LINES = 250_000
_MOST_BYTES = 64 * 1024 * 1024


class Entry(NamedTuple):
    """What a list says of one file: the hashes that it may have, and the runs (by their scope) that wrote it."""

    digests: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()


class OutputList(NamedTuple):
    """A list as it was read: the entries by name, how many lines it has, and how many names led out of the folder."""

    entries: Mapping[str, Entry]
    lines: int = 0
    dropped: int = 0


def read_list(path: Path, most_lines: int = MOST_LINES) -> OutputList | None:
    """Give the list in a folder; None if it has none that this program can have written.

    Names that do not stand for a file below the folder are no entries.

    Args:
        path: the folder.
        most_lines: how long the list may be.
    """
    try:
        with open_folder(path, follow=True) as folder:
            return list_in(folder, most_lines)
    except (OSError, ValueError, XlsxevalError):
        return None


def list_in(folder: Folder, most_lines: int = MOST_LINES) -> OutputList | None:
    """Give the list in an open folder, as ``read_list``.

    Raises:
        NotOrdinaryError: if the list is a link, a pipe or a device.
        OSError: if it is not there or cannot be read.
    """
    with folder.open(LIST_NAME) as stream:
        content = stream.read(_MOST_BYTES + 1)
    count = content.count(b"\n")
    if len(content) > _MOST_BYTES or count > most_lines:
        return None
    found: dict[str, Entry] = {}
    dropped: set[str] = set()
    for line in content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        digest, _, rest = line.partition("  ")
        scope, _, name = rest.partition("  ")
        if not name or not is_plain(name) or name.casefold() == LIST_NAME:
            dropped.update([line] if line else ())
            continue
        entry = found.get(name, Entry())
        found[name] = Entry(entry.digests | {digest}, entry.scopes | {scope})
    return OutputList(found, count, len(dropped))
