"""The sets that come with the program as they were after loading, so that a start reads no YAML.

``compiling`` writes them into the package when the wheel is built and by ``make generate``. They are pickles, which
may run code when they are read: only files inside the package are read, which whoever can write there could do as
well with the program itself. Sets of others are always read from their YAML.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from xlsxeval.forms.folder import templates_folder
from xlsxeval.forms.model import FormSet

_PACKAGE = Path(__file__).resolve().parent.parent
#: Not part of the repository: made from the templates by the sources below.
FOLDER = _PACKAGE / "compiled"
#: The name under which all sets stand together, sharing what they have in common.
ALL = "all"
#: What a compiled set follows from besides the templates.
_SOURCES, _SOURCE_FILES = ("forms", "formula"), ("version.py", "numbers.py", "text.py")
_MODULES = frozenset({"xlsxeval.forms.model", "xlsxeval.formula.tree", "decimal"})


class _Unpickler(pickle.Unpickler):
    """Makes nothing but the values of forms."""

    def find_class(self, module: str, name: str) -> object:
        if module not in _MODULES:
            raise pickle.UnpicklingError(module)
        return super().find_class(module, name)


def load_compiled(name: str) -> dict[str, FormSet]:
    """Give a compiled set by its name, or all of them.

    Args:
        name: a set that comes with the program, or ``ALL``.

    Returns:
        Name -> set; empty if it was not compiled, or from other templates or by another program, or is damaged.
    """
    try:
        with (FOLDER / f"{name}.pickle").open("rb") as stream:
            return _read(stream) if stream.read(len(current_key())) == current_key() else {}
    except (OSError, EOFError, pickle.UnpicklingError):
        return {}


def _read(stream: BinaryIO) -> dict[str, FormSet]:
    sets: dict[str, FormSet] = _Unpickler(stream).load()
    return sets


@cache
def current_key() -> bytes:
    """Give what changes whenever a compiled set may: a hash of the templates, the loading code and the version.

    Raises:
        OSError: if one of these files cannot be read.
    """
    digest = sha256()
    for name, path in _inputs():
        with open(path, "rb") as stream:  # noqa: PTH123  # sixty files at every start: pathlib doubles the time
            content = stream.read()
        digest.update(f"\n{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.digest()


def _inputs() -> Iterator[tuple[str, str]]:
    """Yield every file that a set follows from: a name that is the same wherever the program is installed, its path."""
    templates, package = str(templates_folder()), str(_PACKAGE)
    for name in _files(templates, ""):
        for file in _files(f"{templates}/{name}", ".yaml"):
            yield f"templates/{name}/{file}", f"{templates}/{name}/{file}"
    for name in _SOURCES:
        for file in _files(f"{package}/{name}", ".py"):
            yield f"{name}/{file}", f"{package}/{name}/{file}"
    for file in _SOURCE_FILES:
        yield file, f"{package}/{file}"


def _files(folder: str, ending: str) -> list[str]:
    """Give the names in a folder that end so, in order; of folders if nothing is to stand at the end."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if (entry.name.endswith(ending) if ending else entry.is_dir()))
