"""The set of forms that a caller gives: a loaded set, its name, or the path of its folder."""

from __future__ import annotations

import os
from collections.abc import Sequence

from xlsxeval.forms.library import all_sets, load_set
from xlsxeval.forms.model import FormSet
from xlsxeval.request import CheckOptions, Request

#: A loaded set, the name of one that comes with the program, or the path of a folder.
SetLike = FormSet | str | os.PathLike[str]


def set_of(formset: SetLike) -> FormSet:
    """Load a set of forms, unless it is loaded already.

    Raises:
        DefinitionError: for an unknown name, or the first mistake in the files of the set.
    """
    return formset if isinstance(formset, FormSet) else load_set(os.fspath(formset))


def sets_of(formset: SetLike | None) -> Sequence[FormSet]:
    """Give the chosen set alone; without a choice, every set that comes with the program."""
    return all_sets() if formset is None else (set_of(formset),)


def request_of(options: CheckOptions) -> Request:
    """Make a request from the keywords of a call.

    Raises:
        DefinitionError: if the set cannot be loaded.
        TypeError: for an unknown keyword.
    """
    formset = options.get("formset")
    rest = {**options, "formset": None if formset is None else set_of(formset)}
    return Request(**rest)  # type: ignore[arg-type]  # CheckOptions has the types of Request but for formset
