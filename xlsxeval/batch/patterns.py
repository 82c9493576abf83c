"""Patterns of file names such as ``报送/**/*.xlsx``, which no shell on Windows expands.

``glob`` of the standard library is not used: for ``**`` it follows links to folders, without end if they lead back,
and it is recursive, so that a thousand folders inside each other end the program.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

_ANY_DEPTH = "**"


def expand(name: str, report: Callable[[OSError], None]) -> list[Path]:
    """Give the paths that match a name or a pattern, sorted; the name itself if it exists, or if nothing matches.

    Args:
        name: a name or a pattern; ``**`` stands for any number of folders, but not for links to folders.
        report: called with the error for each folder that cannot be listed.
    """
    if not glob.has_magic(name) or os.path.lexists(name):
        return [Path(name)]
    anchor = Path(name).anchor
    parts = Path(name).parts[bool(anchor) :]
    places = [anchor]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == _ANY_DEPTH:
            # ``**`` at the end stands for the folder itself, with everything in it.
            places = places if last else [below for place in places for below in _folders(place, report)]
        elif glob.has_magic(part):
            matches = re.compile(fnmatch.translate(os.path.normcase(part))).match
            places = [
                os.path.join(place, entry.name)  # noqa: PTH118
                for place in places
                for entry in _entries(place, report)
                if matches(os.path.normcase(entry.name)) and (part.startswith(".") or not entry.name.startswith("."))
            ]
        else:
            places = [path for place in places if os.path.lexists(path := os.path.join(place, part))]  # noqa: PTH118
    return [Path(place) for place in sorted(dict.fromkeys(places))] or [Path(name)]


def _folders(place: str, report: Callable[[OSError], None]) -> Iterator[str]:
    """Yield a folder and all folders below it, without hidden folders and links."""
    waiting = [place]
    while waiting:
        folder = waiting.pop()
        yield folder
        waiting += [
            os.path.join(folder, entry.name)  # noqa: PTH118
            for entry in _entries(folder, report)
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
        ]


def _entries(folder: str, report: Callable[[OSError], None]) -> list[os.DirEntry[str]]:
    """List the entries of a folder; an empty list if it is no folder or cannot be listed."""
    try:
        with os.scandir(folder or os.curdir) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        report(error)
        return []
