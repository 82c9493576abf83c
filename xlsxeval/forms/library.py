"""Find and load sets: those that come with the program by name, those of others by folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.compiled import ALL, load_compiled
from xlsxeval.forms.folder import set_names as names_of_sets
from xlsxeval.forms.folder import templates_folder
from xlsxeval.forms.model import FormSet
from xlsxeval.text import nearest

#: The sets of the program that were loaded so far, so that ``load_set`` and ``all_sets`` give the same objects.
_loaded: dict[str, FormSet] = {}


def set_names() -> list[str]:
    """Give the names of the sets that come with the program."""
    return list(names_of_sets())


@cache
def load_set(name: str) -> FormSet:
    """Load a set by its name, or by the path of its folder.

    Raises:
        DefinitionError: for an unknown name, or the first mistake in its files.
    """
    folder = set_folder(name)
    if name not in names_of_sets():
        return _from_yaml(folder)
    if name not in _loaded:
        _loaded[name] = load_compiled(name).get(name) or _from_yaml(folder)
    return _loaded[name]


@cache
def all_sets() -> tuple[FormSet, ...]:
    """Load every set that comes with the program, in the order of their names.

    Raises:
        DefinitionError: for the first mistake in their files.
    """
    compiled = load_compiled(ALL)
    for name in names_of_sets():
        _loaded.setdefault(name, compiled.get(name) or load_set(name))
    return tuple(_loaded[name] for name in names_of_sets())


def _from_yaml(folder: Path) -> FormSet:
    from xlsxeval.forms.load import load_folder  # not needed with compiled sets

    return load_folder(folder)


def set_folder(name: str) -> Path:
    """Give the folder of a set; ``name`` is the name of a set of the program, or a folder.

    Raises:
        DefinitionError: for an unknown name.
    """
    if name in names_of_sets():
        return templates_folder() / name
    if (folder := Path(name)).is_dir():
        return folder
    like = nearest(name, set_names()) or [known for known in set_names() if name in load_set(known).title]
    advice = f"，是否想写“{like[0]}”" if like else ""
    raise DefinitionError(f"没有“{name}”这套表{advice}，现有：{'、'.join(set_names())}；自己的套表请写它的文件夹")
