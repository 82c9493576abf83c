"""Read the loaded sets of the program from pickles, so that a start reads no YAML.

``compiling`` writes the pickles into the package when the wheel is built and by ``make generate``. A pickle can run
code when it is read, so only files inside the package are read: a person who can change them can also change the
program. Sets of others are always read from their YAML.
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
#: The name of the file with all sets, in which equal parts stand once.
ALL = "all"
#: The code that decides about a compiled set, beside the templates; with the program's version.
_SOURCES, _SOURCE_FILES = ("forms", "formula"), ("version.py", "numbers.py", "text.py")
_MODULES = frozenset({"xlsxeval.forms.model", "xlsxeval.formula.tree", "decimal"})


class _Unpickler(pickle.Unpickler):
    """Makes only the classes of forms; any other class is refused."""

    def find_class(self, module: str, name: str) -> object:
        if module not in _MODULES:
            raise pickle.UnpicklingError(module)
        return super().find_class(module, name)


def load_compiled(name: str) -> dict[str, FormSet]:
    """Give a compiled set by its name, or all of them.

    Args:
        name: a set that comes with the program, or ``ALL``.

    Returns:
        Name -> set; empty if there is no file, it is damaged, or it was made from other templates or by other code.
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
    """Give the key at the beginning of each compiled set: a hash of the templates and of the loading code.

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
    """Yield every file that goes into the key, as (name that does not depend on the place of installation, path)."""
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
    """Give the sorted names in a folder with an ending; with an empty ending, the names of its subfolders."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if (entry.name.endswith(ending) if ending else entry.is_dir()))
