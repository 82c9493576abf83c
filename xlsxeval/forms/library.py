"""Which sets there are: those that come with the program, and folders that others made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.extend import templates_folder
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.model import FormSet


def set_names() -> list[str]:
    """Give the names of the sets that come with the program."""
    return sorted(folder.name for folder in templates_folder().iterdir() if (folder / "set.yaml").is_file())


@cache
def load_set(name: str) -> FormSet:
    """Load a set by its name, or by the path of its folder.

    Raises:
        DefinitionError: for an unknown name, or the first mistake in its files.
    """
    if name in set_names():
        return load_folder(templates_folder() / name)
    folder = Path(name)
    if folder.is_dir():
        return load_folder(folder)
    raise DefinitionError(f"没有“{name}”这套表，现有：{'、'.join(set_names())}；自己的套表请写它的文件夹")
