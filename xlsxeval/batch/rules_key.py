"""What tells the results of one way of checking from those of another."""

from __future__ import annotations

import hashlib
from datetime import date

from xlsxeval.api.sets import sets_of
from xlsxeval.request import Request
from xlsxeval.version import __version__


def rules_key(request: Request) -> str:
    """Give what changes whenever the same content could be judged otherwise: program, sets, choice of rules, limits.

    A set counts with everything it says, wherever it was loaded from: its text as a value holds every label, formula
    and check. Comments and empty lines of its files change nothing.

    Raises:
        DefinitionError: if a set that comes with the program cannot be loaded.
    """
    today = request.today or date.today()  # noqa: DTZ011  # the clerk's own day
    parts = (
        __version__,
        request.limits,
        request.excerpts,
        request.explained,
        request.year,
        sorted(request.selection.select),
        sorted(request.selection.ignore),
        [(waiver, waiver.until >= today) for waiver in request.waivers],
        request.formset is None,
        sets_of(request.formset),
    )
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()
