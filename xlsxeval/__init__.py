"""xlsxeval: writes the two forms of a department's yearly self-evaluation, reads them back, and checks them.

The functions of ``xlsxeval.api`` are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxeval.api import (
        Checked,
        Outcome,
        check,
        extract,
        fill,
        load_set,
        new,
        outcomes,
        read,
        read_all,
        rules,
        set_names,
    )
    from xlsxeval.batch.many import check_many
    from xlsxeval.errors import DataError, DefinitionError, MachineError, OutputError, XlsxevalError
    from xlsxeval.read.refusals import Refused

__version__ = "0.1.0"

_ERRORS = frozenset({"DataError", "DefinitionError", "MachineError", "OutputError", "XlsxevalError"})

__all__ = [
    "Checked",
    "DataError",
    "DefinitionError",
    "MachineError",
    "Outcome",
    "OutputError",
    "Refused",
    "XlsxevalError",
    "check",
    "check_many",
    "extract",
    "fill",
    "load_set",
    "new",
    "outcomes",
    "read",
    "read_all",
    "rules",
    "set_names",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module  # loading late is the point

    return getattr(import_module(_room(name)), name)


def _room(name: str) -> str:
    if name in _ERRORS:
        return "xlsxeval.errors"
    return {"Refused": "xlsxeval.read.refusals", "check_many": "xlsxeval.batch.many"}.get(name, "xlsxeval.api")
