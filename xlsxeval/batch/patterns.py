"""Patterns of file names such as ``报送/**/*.xlsx``: no shell on Windows expands them.

``glob`` of the standard library follows links to folders under ``**`` and is recursive: two links that lead back, or a
thousand folders in one another, end it.
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
    """Give what a name or a pattern stands for, sorted; the name itself if that exists, or if nothing fits.

    Args:
        name: a name or a pattern; ``**`` stands for any number of folders, but not for links to folders.
        report: is told of each folder that cannot be listed.
    """
    if not glob.has_magic(name) or os.path.lexists(name):
        return [Path(name)]
    anchor = Path(name).anchor
    parts = Path(name).parts[bool(anchor) :]
    places = [anchor]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == _ANY_DEPTH:
            # What stands at the end means the folder with all that is in it.
            places = places if last else [below for place in places for below in _folders(place, report)]
        elif glob.has_magic(part):
            fits = re.compile(fnmatch.translate(os.path.normcase(part))).match
            places = [
                os.path.join(place, entry.name)  # noqa: PTH118
                for place in places
                for entry in _entries(place, report)
                if fits(os.path.normcase(entry.name)) and (part.startswith(".") or not entry.name.startswith("."))
            ]
        else:
            places = [path for place in places if os.path.lexists(path := os.path.join(place, part))]  # noqa: PTH118
    return [Path(place) for place in sorted(dict.fromkeys(places))] or [Path(name)]


def _folders(place: str, report: Callable[[OSError], None]) -> Iterator[str]:
    """Yield a folder and all folders below it, without those that are hidden or links."""
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
    """List a folder; nothing if it is none, or cannot be listed."""
    try:
        with os.scandir(folder or os.curdir) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        report(error)
        return []
