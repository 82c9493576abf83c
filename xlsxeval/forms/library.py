"""Which sets there are: those that come with the program, and folders that others made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.extend import templates_folder
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.model import FormSet
from xlsxeval.text import nearest


def set_names() -> list[str]:
    """Give the names of the sets that come with the program."""
    return sorted(folder.name for folder in templates_folder().iterdir() if (folder / "set.yaml").is_file())


@cache
def load_set(name: str) -> FormSet:
    """Load a set by its name, or by the path of its folder.

    Raises:
        DefinitionError: for an unknown name, or the first mistake in its files.
    """
    return load_folder(set_folder(name))


def set_folder(name: str) -> Path:
    """Give the folder of a set, by its name or by that folder itself.

    Raises:
        DefinitionError: for an unknown name.
    """
    if name in set_names():
        return templates_folder() / name
    if (folder := Path(name)).is_dir():
        return folder
    like = nearest(name, set_names()) or [known for known in set_names() if name in load_set(known).title]
    advice = f"，是否想写“{like[0]}”" if like else ""
    raise DefinitionError(f"没有“{name}”这套表{advice}，现有：{'、'.join(set_names())}；自己的套表请写它的文件夹")
