"""What is to be said of a filing once and is no finding: labels that its forms do not have, cells that were not read.

Examples: ``自评表没有这些栏目，没有核对：上年结转资金、其他资金``; ``自评表有内容没有读：K13:K16 佐证资料``.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.forms.year import with_year
from xlsxeval.text import listed

#: So many labels or ranges are named in a note, and so many characters of a text.
_NAMED, _LONGEST = 5, 40


def reading_notes(filing: Filing) -> tuple[str, ...]:
    """Give the notes on how the forms of a filing were read: at most two for each form, in the order of the forms.

    Args:
        filing: the filing.
    """
    return tuple(note for answers in filing.forms.values() for note in _notes(answers))


def _notes(answers: FormAnswers) -> Iterator[str]:
    if answers.lacking:
        labels = [printed_label(label, answers.year) for label in answers.lacking]
        yield f"{answers.form.name}没有这些栏目，没有核对：{listed(labels, _NAMED)}"
    if answers.unread:
        cells = [f"{one.cells} {_short(one.text)}".rstrip() for one in answers.unread]
        yield f"{answers.form.name}有内容没有读：{listed(cells, _NAMED)}"


def printed_label(label: str, year: int | None) -> str:
    """Give a label of a form as it is printed, with the form's year; without any year if that is not known.

    Example: ``{{ year }}年决算数`` gives ``2024年决算数`` for 2024, and ``年决算数`` for None.
    """
    if year is not None:
        return with_year(label, year)
    return "".join(part.partition("}}")[2] or part for part in label.split("{{"))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
