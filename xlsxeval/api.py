"""The library: each command of the program is one function here.

>>> import xlsxeval
>>> forms = xlsxeval.load_set("hunan")
>>> content = xlsxeval.new(forms, year=2024, unit="某某局")
>>> [finding.code for finding in xlsxeval.check(content).findings][:1]
['L03']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from xlsxeval.data import build_filing, parse_data, plain_data, read_data
from xlsxeval.errors import DataError
from xlsxeval.filing import Filing
from xlsxeval.folder import digest_of
from xlsxeval.forms.library import load_set, set_names
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET, MARKS_NAME, OPINION_SHEET, FormSet, Rule
from xlsxeval.forms.waivers import Waiver, load_waivers
from xlsxeval.read.any import open_any
from xlsxeval.read.cells import REFUSALS, Limits, Refused, Workbook
from xlsxeval.read.filing import read_filings
from xlsxeval.read.source import read_bytes
from xlsxeval.report.outcome import Outcome, outcome_of
from xlsxeval.rules.finding import Checked, Finding
from xlsxeval.rules.later import LATER
from xlsxeval.rules.run import Selection, catalogue, known_codes
from xlsxeval.rules.run import check as run_rules
from xlsxeval.rules.summary import Summary, summarize
from xlsxeval.rules.waive import waive
from xlsxeval.write.workbook import write_workbook

_YEARS = range(1990, 2100)
_MOST_LINES = 500
_OWN_SHEETS = frozenset({GUIDE_SHEET, LIVE_SHEET, OPINION_SHEET})


def new(
    formset: FormSet,
    *,
    year: int,
    unit: str = "",
    data: object = None,
    lines: Mapping[str, int] | None = None,
    protect: bool = True,
    lock_known: bool = False,
) -> bytes:
    """Write an empty workbook to hand out.

    Args:
        formset: the set of forms.
        year: the form's year, as 2024.
        unit: the unit's name, put into the forms if given.
        data: what is known already (indicators and targets, budget figures), as for ``fill``.
        lines: lines of a group or table in the template, as ``{"数量指标": 12}``.
        protect: lock formulas and labels (no password).
        lock_known: lock what ``data`` filled in as well.

    Returns:
        The .xlsx as bytes, the same on every run.

    Raises:
        DataError: if the year, a name or an entry cannot be used.
    """
    if year not in _YEARS:
        raise DataError(f"年度“{year}”不对，应在{_YEARS.start}到{_YEARS.stop - 1}之间")
    if any(not 0 < count <= _MOST_LINES for count in (lines or {}).values()):
        raise DataError(f"行数应在1到{_MOST_LINES}之间")
    known = parse_data(_tree(data or {}), formset)
    filing = build_filing(formset, known, year=year, unit=unit or known.unit, lines=lines or {})
    return write_workbook(filing, protect=protect, lock_known=lock_known)


def _tree(data: object) -> object:
    """Read a data file, or turn the numbers of a mapping into their texts, as they would stand in a file."""
    return read_data(data) if isinstance(data, Path) else _as_text(data)


def fill(formset: FormSet, data: object, *, year: int | None = None, unit: str = "", protect: bool = True) -> bytes:
    """Write a filled workbook.

    Args:
        formset: the set of forms.
        data: a mapping as ``extract`` gives it, or the path of a YAML or JSON file with it.
        year: the form's year; default: the data's.
        unit: the unit's name; default: the data's.
        protect: lock formulas and labels (no password).

    Returns:
        The .xlsx as bytes. A computed field that the data leaves out holds its formula with the computed result;
        one that the data names holds the typed value.

    Raises:
        DataError: naming the entry that is unknown or cannot be used.
    """
    parsed = parse_data(_tree(data), formset)
    of_year = year or parsed.year
    if of_year is None or of_year not in _YEARS:
        raise DataError("数据里没有年度（year），请写上，如 year: 2024")
    return write_workbook(build_filing(formset, parsed, year=of_year, unit=unit or parsed.unit), protect=protect)


def _as_text(data: object) -> object:
    if isinstance(data, Mapping):
        return {str(key): _as_text(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_as_text(value) for value in data]
    return data if data is None or isinstance(data, str | bool) else str(data)


def read(
    source: Path | bytes,
    *,
    formset: FormSet | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> Filing:
    """Read a completed workbook; of several filings in it the first, with a note that says so.

    Args:
        source: a path, or the bytes of a workbook.
        formset: the set it belongs to; default: whichever of the known sets fits best.
        year: the year it should be of; default: the one printed on it.
        file: the name used in messages, for bytes.
        limits: budgets for untrusted files.

    Raises:
        Refused: if the file is no usable workbook or holds no known form (one sentence, with the way out).
        MachineError: if the file cannot be read.
    """
    first, *others = read_all(source, formset=formset, year=year, file=file, limits=limits)
    return replace(first, notes=(*first.notes, *_others(others)))


def read_all(
    source: Path | bytes,
    *,
    formset: FormSet | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> tuple[Filing, ...]:
    """Read a completed workbook: a filing for each unit (and project) whose forms it holds. As ``read`` otherwise."""
    return _read(_content(source, limits), formset, year, file or _name(source), limits)[0]


def _others(filings: Sequence[Filing]) -> tuple[str, ...]:
    names = "、".join(one.subject or one.unit or "没有写单位" for one in filings)
    return (f"工作簿里还有{len(filings)}份（{names}），这里没有包括",) if filings else ()


def _content(source: Path | bytes, limits: Limits) -> bytes:
    return source if isinstance(source, bytes) else read_bytes(source, limits)


def _read(
    content: bytes, formset: FormSet | None, year: int | None, name: str, limits: Limits
) -> tuple[tuple[Filing, ...], Workbook]:
    formsets = (formset,) if formset else tuple(load_set(name) for name in set_names())
    book = open_any(content, limits, _OWN_SHEETS)
    try:
        filings = read_filings(book, formsets, name, year)
        if not book.skipped or all(len(one.forms) == len(one.formset.forms) for one in filings):
            return filings, book
    except Refused:
        if not book.skipped:
            raise
    # A form may stand on a sheet that only has the name of one of ours.
    book = open_any(content, limits, frozenset({OPINION_SHEET}) if MARKS_NAME in book.names else frozenset())
    return read_filings(book, formsets, name, year), book


def _name(source: Path | bytes) -> str:
    return str(source) if isinstance(source, Path) else ""


def check(
    source: Path | bytes,
    *,
    formset: FormSet | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),  # noqa: B008  # frozen
    selection: Selection = Selection(),  # noqa: B008  # frozen
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
) -> Checked:
    """Read a completed workbook, recompute every number and apply every rule; of several filings in it the first.

    A file that cannot be used is no exception but a verdict: ``unusable``, with one finding that says why.

    Args:
        source: a path, or the bytes of a workbook.
        formset: the set it belongs to; default: whichever of the known sets fits best.
        year: the year it should be of; default: the one printed on it.
        file: the name used in messages, for bytes.
        limits: budgets for untrusted files.
        selection: the rules wanted.
        waivers: findings that were accepted; they stay in the result, marked, and count no more.
        today: the day on which waivers must still be valid; default: today.

    Raises:
        MachineError: if the file cannot be read for a reason outside it.
    """
    name = file or _name(source)
    first, *others = _check(source, formset, year, name, limits, selection, waivers, today)[0]
    return replace(first, notes=(*first.notes, *_others([one.filing for one in others if one.filing])))


def _check(
    source: Path | bytes,
    formset: FormSet | None,
    year: int | None,
    name: str,
    limits: Limits,
    selection: Selection,
    waivers: Sequence[Waiver],
    today: date | None,
) -> tuple[tuple[Checked, ...], Workbook | None]:
    digest = ""
    try:
        content = _content(source, limits)
        digest = digest_of(content)
        filings, book = _read(content, formset, year, name, limits)
    except Refused as refused:
        finding = Finding(refused.code, "error", "", "", "", "", f"{refused}。")
        return (Checked(name, "unusable", (finding,), sha256=digest),), None
    found = []
    for filing in filings:
        findings, notes = run_rules(filing, selection), filing.notes
        if waivers:
            findings, ended = waive(findings, waivers, filing.unit, today or date.today())  # noqa: DTZ011  # the clerk's own day
            notes += ended
        found.append(Checked(name, "findings" if findings else "pass", findings, filing, notes, digest))
    return tuple(found), book


def outcomes(
    source: Path | bytes,
    *,
    formset: FormSet | None = None,
    year: int | None = None,
    file: str = "",
    limits: Limits = Limits(),  # noqa: B008  # frozen
    selection: Selection = Selection(),  # noqa: B008  # frozen
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
    excerpts: bool = False,
    explained: bool = False,
) -> tuple[Outcome, ...]:
    """Check every filing in a workbook and give plain values: what every report is made from.

    Args:
        source: a path, or the bytes of a workbook.
        formset: the set it belongs to; default: whichever of the known sets fits best.
        year: the year it should be of; default: the one printed on it.
        file: the name used in messages, for bytes.
        limits: budgets for untrusted files.
        selection: the rules wanted.
        waivers: findings that were accepted.
        today: the day on which waivers must still be valid; default: today.
        excerpts: give the cells around each finding as well.
        explained: say of each label and blank where it was found as well.

    Returns:
        One outcome for each filing in the workbook, in its order; one for an unusable file.

    Raises:
        MachineError: if the file cannot be read for a reason outside it.
    """
    found, book = _check(source, formset, year, file or _name(source), limits, selection, waivers, today)
    return tuple(outcome_of(checked, book if excerpts else None, explained=explained) for checked in found)


def extract(source: Path | bytes, *, formset: FormSet | None = None, file: str = "") -> dict[str, object]:
    """Give all answers of a completed workbook as the plain data that ``fill`` takes.

    Raises:
        Refused: if the file is no usable workbook or holds no known form.
        MachineError: if the file cannot be read.
    """
    return plain_data(read(source, formset=formset, file=file))


def draft(source: Path | bytes, name: str, *, year: int | None = None) -> dict[str, str]:
    """Draft the files of a set from a workbook that holds empty official forms.

    Args:
        source: a path, or the bytes of a workbook of any kind that is read.
        name: the name of the new set.
        year: the year printed on the forms; default: the one that is printed most often.

    Returns:
        File name -> text; put into a folder, they load at once.

    Raises:
        Refused: if the file is no usable workbook.
        DataError: if nothing in it looks like a form.
        MachineError: if the file cannot be read.
    """
    from xlsxeval.draft.write import draft as draft_set

    content = source if isinstance(source, bytes) else read_bytes(source, Limits())
    return draft_set(open_any(content, Limits(), _OWN_SHEETS), name, year)


def rules(formset: FormSet) -> Mapping[str, Rule]:
    """Give the catalogue: every rule that applies to a set, by code; those that refuse a file included."""
    refusals = {
        code: Rule(code, title, "读不了的文件无法核对。", "请按提示重新保存或重新报送", "error", "报送要求")
        for code, title in REFUSALS.items()
    }
    return dict(sorted({**LATER, **catalogue(formset), **refusals}.items()))


def selection(formset: FormSet | None, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Selection:
    """Choose rules by code or by the beginning of codes (``E``, ``B0``).

    Raises:
        DataError: for an entry with which no code begins.
    """
    formsets = [formset] if formset else [load_set(name) for name in set_names()]
    known = frozenset().union(*(known_codes(one) for one in formsets)) | REFUSALS.keys()
    wanted = [[part.strip().upper() for text in texts for part in text.split(",") if part.strip()]
              for texts in (select, ignore)]  # fmt: skip
    for part in (*wanted[0], *wanted[1]):
        if not any(code.startswith(part) for code in known):
            raise DataError(f"没有规则“{part}”，现有：{'、'.join(sorted(known))}")
    return Selection(frozenset(wanted[0]), frozenset(wanted[1]))


__all__ = [
    "Checked",
    "Outcome",
    "Selection",
    "Summary",
    "Waiver",
    "check",
    "draft",
    "extract",
    "fill",
    "load_set",
    "load_waivers",
    "new",
    "outcomes",
    "read",
    "read_all",
    "rules",
    "selection",
    "set_names",
    "summarize",
]
