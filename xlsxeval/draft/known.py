"""Names of blanks, learned from the forms that come with the program, by the head above and the label beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from xlsxeval.forms.library import load_set, set_names
from xlsxeval.forms.model import Form


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that are used in the forms of the program.

    ``blanks``: (head, side label) -> blank; either may be empty. ``columns``: head -> column of the indicators' table.
    ``units``, ``subjects``: the blanks for the name of the unit and of the project, the usual ones first.
    """

    blanks: Mapping[tuple[str, str], str]
    columns: Mapping[str, str]
    units: tuple[str, ...]
    subjects: tuple[str, ...]


@cache
def known() -> KnownNames:
    """Return the names from all forms that come with the program."""
    blanks: dict[tuple[str, str], str] = {}
    columns: dict[str, str] = {}
    forms = [form for name in sorted(set_names(), key=_order) for form in load_set(name).forms]
    # First the printed names of all labels, then their variants: a printed name is the better evidence.
    for most in (1, None):
        for form in forms:
            for blank in form.blanks:
                heads = _keys(form, blank.head)[:most]
                table, _, column = blank.name.partition(".")
                if table in form.tables:
                    if table == "指标":
                        columns |= {key: column for key in heads if key not in columns}
                    continue
                for head in heads or ("",):
                    for side in _keys(form, blank.side)[:most] or ("",):
                        blanks.setdefault((head, side), blank.name)
    return KnownNames(
        blanks,
        columns,
        tuple(dict.fromkeys(form.unit_field for form in forms if form.unit_field)),
        tuple(dict.fromkeys(form.subject_field for form in forms if form.subject_field)),
    )


def _order(name: str) -> tuple[int, str]:
    """Return the sort key of a set: national first, then hunan, then the others by name."""
    return ("national", "hunan").index(name) if name in {"national", "hunan"} else 2, name


def _keys(form: Form, label: int | None) -> tuple[str, ...]:
    """Return the keys of a label with the offset of its year: the printed name first, then its variants."""
    if label is None:
        return ()
    offset = next(iter(form.labels[label].year_offsets), 0)
    return tuple(of_year(key, offset) for key in form.labels[label].keys)


def of_year(key: str, offset: int) -> str:
    """Return a label's key with the year's offset: ``决算数`` for this year, ``决算数@-1`` for the last."""
    return f"{key}@{offset}" if offset else key
