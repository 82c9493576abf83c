"""The folder and the names of the sets that come with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def templates_folder() -> Path:
    """Give the folder of the sets that come with the program: inside the package, or beside it in a checkout."""
    packed = _PACKAGE / "templates"
    return packed if packed.is_dir() else _PACKAGE.parent / "templates"


@cache
def set_names() -> tuple[str, ...]:
    """Give the names of the sets that come with the program."""
    return tuple(sorted(folder.name for folder in templates_folder().iterdir() if (folder / "set.yaml").is_file()))
