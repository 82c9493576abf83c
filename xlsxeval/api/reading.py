"""``read_filing``, ``extract`` and ``draft_forms``: the content of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlsxeval.api.sets import SetLike, set_of, sets_of
from xlsxeval.api.source import Source, content_of, name_of
from xlsxeval.filing import Filing
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET, MARKS_NAME, OPINION_SHEET, FormSet
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import Workbook
from xlsxeval.read.filing import read_filings as filings_in
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import Refused

_OWN_SHEETS = frozenset({GUIDE_SHEET, LIVE_SHEET, OPINION_SHEET})


def read_filing(
    source: Source,
    *,
    formset: SetLike | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),
) -> Filing:
    """Read a completed workbook; if it holds several filings, give the first, with a note that names the others.

    Args:
        source: a path, the bytes of a workbook, or an open binary file.
        formset: the set it belongs to; default: the known set that fits best.
        year: the year that it should be about; default: the year printed on it.
        file: the name used in messages; default: the path.
        limits: budgets for untrusted files.

    Raises:
        Refused: if the file is no usable workbook or holds no known form; one sentence that says what to do.
        MachineError: if the file cannot be read.
    """
    first, *others = read_filings(source, formset=formset, year=year, file=file, limits=limits)
    return replace(first, notes=(*first.notes, *note_on_others(others)))


def read_filings(
    source: Source,
    *,
    formset: SetLike | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),
) -> tuple[Filing, ...]:
    """Read a completed workbook: a filing for each unit (and project) whose forms it holds.

    Arguments and errors are those of ``read_filing``.
    """
    content = content_of(source, limits)
    wanted = None if formset is None else set_of(formset)
    return read_workbook(content, wanted, year, file or name_of(source), limits)[0]


def note_on_others(filings: Sequence[Filing]) -> tuple[str, ...]:
    """Give the note on the filings of a workbook that a result leaves out; no note if there are none."""
    names = "、".join(filing.subject or filing.unit or "没有写单位" for filing in filings)
    return (f"工作簿里还有{len(filings)}份（{names}），这里没有包括",) if filings else ()


def read_workbook(
    content: bytes, formset: FormSet | None, year: int | None, name: str, limits: Limits
) -> tuple[tuple[Filing, ...], Workbook]:
    """Read the filings of a workbook, and give its cells too.

    The sheets that the program itself adds (填表说明, 核对, 审核意见) are passed over as long as every form is found
    elsewhere; else the workbook is read again with them.

    Raises:
        Refused: if the file is no usable workbook or holds no known form.
    """
    formsets = tuple(sets_of(formset))
    book = open_any(content, limits, _OWN_SHEETS)
    try:
        filings = filings_in(book, formsets, name, year, limits)
        if not book.skipped or all(len(filing.forms) == len(filing.formset.forms) for filing in filings):
            return filings, book
    except Refused:
        if not book.skipped:
            raise
    # A unit may have given one of its forms the name of a sheet that the program adds.
    book = open_any(content, limits, frozenset({OPINION_SHEET}) if MARKS_NAME in book.names else frozenset())
    return filings_in(book, formsets, name, year, limits), book


def read_book(
    book: Workbook, formset: FormSet | None, year: int | None, name: str, limits: Limits
) -> tuple[Filing, ...]:
    """Read the filings of a workbook whose cells are known; arguments and errors are those of ``read_workbook``."""
    return filings_in(book, tuple(sets_of(formset)), name, year, limits)


def extract(
    source: Source,
    *,
    formset: SetLike | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),
) -> dict[str, object]:
    """Give all answers of a completed workbook as the plain data that ``fill`` takes.

    Arguments and errors are those of ``read_filing``.
    """
    from xlsxeval.data.plain import plain_data

    return plain_data(read_filing(source, formset=formset, year=year, file=file, limits=limits))


def draft_forms(source: Source, name: str, *, year: int | None = None) -> dict[str, str]:
    """Draft the files of a set from a workbook that holds empty official forms.

    Args:
        source: a path, the bytes of a workbook, or an open binary file.
        name: the name of the new set.
        year: the year printed on the forms; default: the one that is printed most often.

    Returns:
        File name -> text; put into a folder, they load at once.

    Raises:
        Refused: if the file is no usable workbook.
        DataError: if nothing in it looks like a form.
        MachineError: if the file cannot be read.
    """
    from xlsxeval.draft.write import draft

    limits = Limits()
    return draft(open_any(content_of(source, limits), limits, _OWN_SHEETS), name, year)
