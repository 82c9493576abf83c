"""How to check: one value that travels from the caller to every worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from xlsxeval.forms.model import FormSet
from xlsxeval.forms.waivers import Waiver
from xlsxeval.read.limits import Limits
from xlsxeval.rules.selection import Selection


@dataclass(frozen=True, slots=True)
class Request:
    """How files are to be checked; the same for every file of a run.

    Attributes:
        formset: the set that the files belong to; None: whichever of the known sets fits best.
        year: the year that the files should be of; None: the year printed on each.
        limits: budgets for untrusted files.
        selection: the rules wanted.
        waivers: findings that were accepted; they stay in the result, marked, and count no more.
        today: the day on which a waiver must still be valid; None: the day of the check.
        excerpts: whether outcomes contain the cells around each finding.
        explained: whether outcomes say of each label and blank where it was found.
        answers: whether outcomes contain the answers.
    """

    formset: FormSet | None = None
    year: int | None = None
    limits: Limits = Limits()
    selection: Selection = Selection()
    waivers: Sequence[Waiver] = ()
    today: date | None = None
    excerpts: bool = False
    explained: bool = False
    answers: bool = False


class CheckOptions(TypedDict, total=False):
    """The keywords of ``check``, ``outcomes``, ``check_many`` and ``check_files``: the attributes of ``Request``.

    ``formset`` may also be the name of a set or the path of its folder.
    """

    formset: FormSet | str | None
    year: int | None
    limits: Limits
    selection: Selection
    waivers: Sequence[Waiver]
    today: date | None
    excerpts: bool
    explained: bool
    answers: bool
