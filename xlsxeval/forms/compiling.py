"""Load the sets that come with the program, and write them as pickles into the package."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from xlsxeval.forms.compiled import ALL, FOLDER, current_key
from xlsxeval.forms.folder import set_names, templates_folder
from xlsxeval.forms.load import load_folder


def compile_sets(folder: Path = FOLDER) -> None:
    """Load every set from its YAML, and write a file for each set and a file with all sets.

    Raises:
        DefinitionError: for the first mistake in the templates.
        OSError: if the files cannot be written.
    """
    current_key.cache_clear()
    sets = {name: load_folder(templates_folder() / name) for name in set_names()}
    folder.mkdir(exist_ok=True)
    wanted = {ALL: sets, **{name: {name: formset} for name, formset in sets.items()}}
    for name, chosen in wanted.items():
        (folder / f"{name}.pickle").write_bytes(current_key() + pickle.dumps(_shared(chosen, {}), protocol=5))
    for path in folder.glob("*.pickle"):
        if path.stem not in wanted:
            path.unlink()


def _shared(value: Any, known: dict[object, Any]) -> Any:
    """Rebuild a value so that equal parts of it are one object; this halves the size of the pickle.

    Args:
        value: a set, or a part of one.
        known: the parts so far, extended by this function; the key is the type and the ids of a part's own parts.
    """
    if is_dataclass(value):
        inner = [_shared(getattr(value, field.name), known) for field in fields(value)]
    elif isinstance(value, dict):
        inner = [_shared(part, known) for entry in value.items() for part in entry]
    elif isinstance(value, tuple | list):
        inner = [_shared(part, known) for part in value]
    else:
        return known.setdefault((type(value), str(value)), value)
    key = type(value), tuple(map(id, inner))
    if key not in known:
        # ``inner`` is kept too, so that Python does not give the ids in the key to other objects.
        known[key] = _made(value, inner), inner
    return known[key][0]


def _made(value: Any, inner: list[Any]) -> Any:
    """Make a value of the same type from new parts."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(*inner)
    if isinstance(value, dict):
        return dict(zip(inner[::2], inner[1::2], strict=True))
    return type(value)(inner)
