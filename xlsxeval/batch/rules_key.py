"""The key of results in the ledger: results with the same key were made in the same way."""

from __future__ import annotations

import hashlib
from datetime import date

from xlsxeval.api.sets import sets_of
from xlsxeval.request import Request
from xlsxeval.version import __version__


def rules_key(request: Request) -> str:
    """Give a hash of everything beside a file's content that decides its results.

    These are the program's version, the limits, the choice of rules, the waivers, and the sets with every label,
    formula and check, wherever they were loaded from. Comments and empty lines in form files do not change the key.

    Raises:
        DefinitionError: if a set that comes with the program cannot be loaded.
    """
    today = request.today or date.today()  # noqa: DTZ011  # the day where the user is
    parts = (
        __version__,
        request.limits,
        request.excerpts,
        request.explained,
        request.answers,
        request.year,
        sorted(request.selection.select),
        sorted(request.selection.ignore),
        [(waiver, waiver.until >= today) for waiver in request.waivers],
        request.formset is None,
        sets_of(request.formset),
    )
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()
