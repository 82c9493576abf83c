"""The set that a caller means: a loaded one, its name, or the path of its folder."""

from __future__ import annotations

import os
from collections.abc import Sequence

from xlsxeval.forms.library import all_sets, load_set
from xlsxeval.forms.model import FormSet
from xlsxeval.request import CheckOptions, Request

#: A loaded set, the name of one that comes with the program, or the path of a folder.
SetLike = FormSet | str | os.PathLike[str]


def set_of(formset: SetLike) -> FormSet:
    """Give the set that is meant.

    Raises:
        DefinitionError: for an unknown name, or the first mistake in the files of the set.
    """
    return formset if isinstance(formset, FormSet) else load_set(os.fspath(formset))


def sets_of(formset: SetLike | None) -> Sequence[FormSet]:
    """Give the set that is meant, or every set that comes with the program."""
    return all_sets() if formset is None else (set_of(formset),)


def request_of(options: CheckOptions) -> Request:
    """Give the keywords of a call as a request.

    Raises:
        DefinitionError: if the set cannot be loaded.
        TypeError: for an unknown keyword.
    """
    formset = options.get("formset")
    rest = {**options, "formset": None if formset is None else set_of(formset)}
    return Request(**rest)  # type: ignore[arg-type]  # CheckOptions has the types of Request but for formset
