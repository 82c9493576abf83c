"""A workbook to filings: find the set, the form on each sheet, the unit of each form, and the form's own formulas.

Example: a workbook with the sheets 基础数据表 and 自评表 of 县教育局 gives one filing with two forms; a workbook with
three 自评表 about three projects gives three filings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from xlsxeval.filing import Filing, FormAnswers
from xlsxeval.forms.model import Form, FormSet
from xlsxeval.read.arrange import Arrangement, arrange
from xlsxeval.read.cells import Cell, Sheet, Workbook
from xlsxeval.read.choose import (
    ENOUGH,
    OPEN,
    OPEN_DISCOUNT,
    Fit,
    count_keys,
    cut_words,
    fit_of,
    forms_of,
    is_open,
    known_keys,
)
from xlsxeval.read.formulas import mark_own
from xlsxeval.read.grid import make_grid
from xlsxeval.read.hits import Hit, find_hits
from xlsxeval.read.leftover import everything, with_leftover
from xlsxeval.read.limits import Limits
from xlsxeval.read.locate import locate
from xlsxeval.read.refusals import Refused, too_many_lines
from xlsxeval.read.segments import Segment, cut_sheet, split_side_by_side
from xlsxeval.read.struck import struck_out
from xlsxeval.read.titles import printed_unit, year_of
from xlsxeval.read.words import FormWords, words_of
from xlsxeval.text import clean, listed

#: How many missing labels are named in a message.
_SHOWN = 5
#: Points of a form whose printed unit of amounts is that of the set; a label has about 1 point.
_SAME_UNIT = 0.5
#: The custom property of our templates, their hidden name, and the beginning of the hidden text on each form.
_PROPERTY, _NAME, _MARK = "xlsxeval", "_xlsxeval", "xlsxeval "


class _Read(NamedTuple):
    """One form as it was read, and how well it fits (visible, share of labels found, year), to choose among copies.

    ``rows`` says which rows of its sheet it has, where it shares the sheet with others; else it is empty.
    """

    answers: FormAnswers
    fit: tuple[bool, float, int]
    rows: str


class _Page(NamedTuple):
    """A sheet with the texts that may be labels, and how often each stands there."""

    sheet: Sheet
    hits: tuple[Hit, ...]
    counts: Mapping[str, int]
    #: The same as a value that can be a key of a cache.
    keys: frozenset[tuple[str, int]]
    #: The unit of amounts that is printed on the sheet, empty if there is none, and the year of its titles.
    unit: str
    year: int | None


def read_filings(
    book: Workbook,
    formsets: Sequence[FormSet],
    file: str = "",
    year: int | None = None,
    limits: Limits = Limits(),
) -> tuple[Filing, ...]:
    """Find the set whose forms fit best, and read every form of it: one filing for each unit (and project).

    Args:
        book: the workbook's cells.
        formsets: the sets that may be meant.
        file: the name to be shown in messages.
        year: the year that the forms should be of; default: the one printed on them.
        limits: the budgets; lines of lists are counted here.

    Raises:
        Refused: R08 if no sheet holds any form (with the most similar form); R06 for too many lines.
    """
    sets = tuple(formsets)
    known = known_keys(sets)
    pages = [page for sheet in book.sheets for page in _pages(sheet, known)]
    formset = _best_set(pages, sets)
    read: list[_Read] = []
    lines = 0
    own = _PROPERTY in book.properties or _NAME in book.names
    for page in pages:
        for answers, share, rows in _read_sheet(page, formset, year, limits, own=own):
            read.append(_Read(answers, (page.sheet.state == "visible", share, answers.year or 0), rows))
            lines += sum(map(len, answers.tables.values()))
            if lines > limits.max_lines:
                raise too_many_lines(limits)
    groups, notes = _grouped([form for form in read if form.fit[1] > 0], formset)
    notes += [
        f"“{form.answers.sheet}”{unread.cells}没有读，像{unread.text}"
        for form in read
        if form.fit[1] == 0
        for unread in form.answers.unread
    ]
    return tuple(_filing(group, formset, file, (*book.notes, *notes)) for group in groups)


def _pages(sheet: Sheet, known: Mapping[str, object]) -> Iterable[_Page]:
    """Yield a sheet, or its halves if two forms stand beside each other, with the texts that may be labels."""
    whole = find_hits(sheet, known)
    for part in split_side_by_side(sheet, whole):
        hits = whole if part is sheet else find_hits(part, known)
        counts = count_keys(hits)
        texts = part.cells.values()
        yield _Page(part, hits, counts, frozenset(counts.items()), _unit_of(texts), year_of(texts))


def _best_set(pages: Sequence[_Page], formsets: tuple[FormSet, ...]) -> FormSet:
    """Give the set whose forms fit the sheets best.

    A sheet that no known form fits is a self-evaluation of the open set, if that is among the sets; beside a known
    form (基础数据表) it belongs to one filing with it.

    Raises:
        Refused: R08 if no form fits any sheet.
    """
    fits = {form: [fit_of(form, page.keys) for page in pages] for form in forms_of(formsets)}
    points = {formset.name: _points(formset, fits, pages) for formset in formsets}
    best = max(formsets, key=lambda formset: points[formset.name])
    if points[best.name] <= 0:
        raise Refused("R08", _nothing_found(fits, pages))
    opened = next((formset for formset in formsets if formset.name == OPEN), None)
    if opened is None or best is opened:
        return best
    kept = tuple(form for form in best.forms if any(fit.share >= ENOUGH for fit in fits[form]))
    taken = {
        page.sheet.name for form in kept for fit, page in zip(fits[form], pages, strict=True) if fit.share >= ENOUGH
    }
    others = [page for page in pages if page.sheet.name not in taken]
    lost = [form for form in best.forms if form not in kept]
    if lost and any(form.wider for form in lost) and any(is_open(opened.forms[0], page.counts) for page in others):
        return _with_open(best, opened, kept)
    return best


@lru_cache(maxsize=32)
def _with_open(formset: FormSet, opened: FormSet, kept: tuple[Form, ...]) -> FormSet:
    """Give a set with the open self-evaluation in place of its own, which the workbook does not have."""
    names = {form.name for form in kept}
    checks = tuple(check for check in formset.checks if all(ref.form in names for ref in check.reads))
    codes = {check.code for check in checks}
    return replace(
        formset,
        title=f"{formset.title}；自评表按{opened.forms[0].name}读取",
        forms=(*kept, *opened.forms),
        checks=checks,
        rules=tuple(rule for rule in formset.rules if rule.code in codes),
    )


def _points(formset: FormSet, fits: Mapping[Form, Sequence[Fit]], pages: Sequence[_Page]) -> float:
    """Give the points of a set: for each of its forms those on the best sheet for it."""
    total = 0.0
    for form in formset.forms:
        some = [0.0]
        for fit, page in zip(fits[form], pages, strict=True):
            if formset.name == OPEN:
                if is_open(form, page.counts):
                    met = fit.share * len(words_of(form).needed)
                    some.append(met * OPEN_DISCOUNT)
            elif fit.share >= ENOUGH:
                some.append(max(fit.points, 0.01) + _SAME_UNIT * (page.unit == formset.amount_unit))
        total += max(some)
    return total


def _nothing_found(fits: Mapping[Form, Sequence[Fit]], pages: Sequence[_Page]) -> str:
    """Give the message that no form was found, with the most similar form and its missing labels."""
    every = [(fit, form, page) for form, some in fits.items() for fit, page in zip(some, pages, strict=True)]
    if not every or all(fit.share == 0 for fit, _, _ in every):
        return "没有找到任何已知的表，请核对是否拿错了文件"
    nearest, form, page = max(every, key=lambda candidate: candidate[0].share)
    words = words_of(form)
    lost = [_plain(words.text(word)) for word in sorted(words.needed)
            if not any(key in page.counts for key in words.words[word].label.keys)]  # fmt: skip
    text = (
        f"没有找到已知的表；最接近的是工作表“{page.sheet.name}”，像“{form.name}”，但只对上了{nearest.share:.0%}的标签"
    )
    return f"{text}，缺少{listed([f'“{label}”' for label in lost], _SHOWN)}" if lost else text


def _plain(text: str) -> str:
    """Give a label's text without the place of its year: ``{{year}}年决算数`` gives ``年决算数``."""
    before, _, rest = text.partition("{{")
    return before + rest.partition("}}")[2] if rest else text


def _read_sheet(
    page: _Page, formset: FormSet, year: int | None, limits: Limits, *, own: bool
) -> Iterable[tuple[FormAnswers, float, str]]:
    """Read every form on a sheet; yields its answers, the share of its labels that were met, and its rows."""
    sheet = page.sheet
    present = [form for form in formset.forms if _is_present(form, page)]
    if not present:
        return
    last = max((row for row, _ in sheet.cells), default=1)
    if len(present) == 1 and _marks(sheet):
        page = page._replace(hits=_printed(words_of(present[0]), page.hits))
    whole = [arrange(words_of(form), page.hits, 1, last, year or page.year) for form in present]
    for segment in [Segment(present[0], 1, last)] if _is_one_of_ours(sheet, whole) else cut_sheet(sheet, whole, last):
        alone = (segment.first, segment.last) == (1, last)
        part = sheet if alone else _rows(sheet, segment.first, segment.last)
        if not alone:
            texts = part.cells.values()
            page = page._replace(unit=_unit_of(texts), year=year_of(texts))
        answers, share = _read_form(part, page, segment, formset, year, limits, own=own)
        if share > 0 or answers.unread:
            yield answers, share, "" if alone else everything(part).cells


def _is_one_of_ours(sheet: Sheet, arranged: Sequence[Arrangement]) -> bool:
    """Tell whether a sheet is one form of our own template: it has one mark, and no heads stand there twice.

    Then labels that stand there twice are no second form; one of the 专项资金 is called 办公经费.
    """
    groups = [row.group for one in arranged for row in one.every_head]
    return _marks(sheet) == len(arranged) == 1 and len(set(groups)) == len(groups)


def _marks(sheet: Sheet) -> int:
    """Count the marks by which the program knows its own templates: one for each form."""
    return sum(cell.text.startswith(_MARK) for cell in sheet.cells.values())


def _printed(words: FormWords, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Give the texts that are labels in a template of ours: those it prints, and another name only of a lost one.

    All others were typed: 其他 as the name of a person is no row 其他资金.
    """
    met = {word for hit in hits for word in words.by_key.get(hit.key, ()) if words.words[word].label.keys[0] == hit.key}

    def is_label(hit: Hit) -> bool:
        drawn = [word for word in words.by_key[hit.key] if words.words[word].drawn]
        return any(words.words[word].label.keys[0] == hit.key or word not in met for word in drawn)

    # What is no name of a label may be the beginning of one that was cut off.
    return tuple(hit for hit in hits if hit.heading or hit.key not in words.by_key or is_label(hit))


def _is_present(form: Form, page: _Page) -> bool:
    return is_open(form, page.counts) if form.is_open else fit_of(form, page.keys).share >= ENOUGH


def _read_form(
    sheet: Sheet, page: _Page, segment: Segment, formset: FormSet, year: int | None, limits: Limits, *, own: bool
) -> tuple[FormAnswers, float]:
    """Read the answers of one form in some rows of a sheet."""
    words = words_of(segment.form)
    arranged = _arranged(page, segment, year or page.year)
    grid = make_grid(sheet)
    own = own or bool(_marks(sheet))
    answers, read = locate(arranged, grid, page.unit or formset.amount_unit, limits, own=own)
    answers = with_leftover(replace(answers, year=year or answers.year or page.year), read)
    if sheet.struck:
        answers = replace(answers, repairs=(*answers.repairs, *struck_out(sheet, read.answers)))
    met = len(words.needed & arranged.met.keys())
    if not met and not any(answers.tables.values()):
        return replace(answers, unread=(everything(sheet),)), 0.0
    return answers, max(met, 1) / max(len(words.needed), 1)


def _arranged(page: _Page, segment: Segment, year: int | None) -> Arrangement:
    """Arrange the words of a form; words that were not met are looked for once more among labels that were cut."""
    words = words_of(segment.form)
    arranged = arrange(words, page.hits, segment.first, segment.last, year)
    lost = sorted({*words.needed, *words.dividers} - arranged.met.keys())
    here = [hit for hit in page.hits if segment.first <= hit.row <= segment.last]
    cut = cut_words(segment.form, lost, count_keys(here)) if lost else {}
    return arrange(words, page.hits, segment.first, segment.last, year, tuple(cut.items())) if cut else arranged


def _rows(sheet: Sheet, first: int, last: int) -> Sheet:
    """Give the sheet with the cells and merged ranges of some rows only."""
    cells = {position: cell for position, cell in sheet.cells.items() if first <= position[0] <= last}
    merges = tuple(merge for merge in sheet.merges if first <= merge.first_row <= last)
    struck = {position: text for position, text in sheet.struck.items() if first <= position[0] <= last}
    return replace(sheet, cells=cells, merges=merges, struck=struck)


def _unit_of(cells: Iterable[Cell]) -> str:
    """Give the unit of amounts that is printed on a form, an empty text if there is none."""
    texts = (
        cell.text for cell in cells if cell.kind == "text" and "元" in cell.text and len(cell.text) <= _LONGEST_UNIT
    )
    return next(filter(None, map(printed_unit, texts)), "")


#: A longer text does not print the unit of amounts.
_LONGEST_UNIT = 60


def _grouped(read: Sequence[_Read], formset: FormSet) -> tuple[list[list[FormAnswers]], list[str]]:
    """Group the forms of a workbook by unit and project; returns the groups and notes.

    If each form stands in the workbook once, all belong together, even with different names: a rule (X04) reports the
    difference. Of several copies of one form in a group the best is kept, and a note says so.
    """
    names = [form.answers.form.name for form in read]
    if len(set(names)) == len(names):
        return [[form.answers for form in read]], []
    kept: dict[tuple[str, str], dict[str, _Read]] = {}
    notes: list[str] = []
    for number, form in sorted(enumerate(read), key=lambda one: not one[1].answers.unit):
        answers = form.answers
        owner = _owner(answers, kept)
        if form.rows and not any((answers.unit, answers.subject)) and answers.form.name in kept.get(owner, ()):
            # A piece of a form above or below another one belongs to nobody who is named there.
            owner = "", f"\0{number}"
            notes.append(f"“{answers.sheet}”{form.rows}没有写单位，单独算一份")
        group = kept.setdefault(owner, {})
        other = group.setdefault(answers.form.name, form)
        if other is not form:
            best, unused = (form, other) if form.fit > other.fit else (other, form)
            group[answers.form.name] = best
            notes.append(
                f"“{unused.answers.sheet}”{unused.rows}也像{answers.form.name}，读的是“{best.answers.sheet}”{best.rows}"
            )
    place = {id(form): number for number, form in enumerate(read)}
    groups = sorted(kept.values(), key=lambda group: min(place[id(form)] for form in group.values()))
    whole = _completed(groups, formset)
    return [[form.answers for form in group.values()] for group in whole], notes


def _owner(answers: FormAnswers, kept: Mapping[tuple[str, str], Mapping[str, object]]) -> tuple[str, str]:
    """Give unit and project of a form.

    A form without both belongs to the first owner who has no such form yet; if all have one, it is taken as a copy
    of the first owner's.
    """
    own = clean(answers.unit), clean(answers.subject)
    if any(own) or not kept:
        return own
    return next((owner for owner, group in kept.items() if answers.form.name not in group), next(iter(kept)))


def _completed(groups: list[dict[str, _Read]], formset: FormSet) -> list[dict[str, _Read]]:
    """Join groups that have no form in common: probably one unit that wrote its name in two ways.

    Example: a 基础数据表 of 县教育局 and a 自评表 of 教育局本级 become one filing.
    """
    whole: list[dict[str, _Read]] = []
    for group in groups:
        other = next((earlier for earlier in whole if not earlier.keys() & group.keys()), None)
        if other is None:
            whole.append(dict(group))
        else:
            other |= group
    order = {form.name: number for number, form in enumerate(formset.forms)}
    return [dict(sorted(group.items(), key=lambda entry: order[entry[0]])) for group in whole]


def _filing(group: Sequence[FormAnswers], formset: FormSet, file: str, notes: tuple[str, ...]) -> Filing:
    """Make a filing from the forms of one unit."""
    order = {form.name: number for number, form in enumerate(formset.forms)}
    in_order = sorted(group, key=lambda answers: order[answers.form.name])
    forms = mark_own({answers.form.name: answers for answers in in_order})
    years = [answers.year for answers in forms.values() if answers.year is not None]
    unit = next((answers.unit for answers in forms.values() if answers.unit), "")
    subject = next((answers.subject for answers in forms.values() if answers.subject), "")
    hidden = tuple(f"“{answers.sheet}”是隐藏的工作表" for answers in forms.values() if answers.state != "visible")
    units = {answers.amount_unit for answers in forms.values()}
    opened = tuple(
        f"没有与“{answers.sheet}”相符的表样，按“{name}”的栏目名称读取"
        for name, answers in forms.items()
        if answers.form.is_open
    )
    mixed = (f"各表的金额单位不同（{'、'.join(sorted(units))}），没有做跨表核对",) if len(units) > 1 else ()
    return Filing(file, formset, forms, years[-1] if years else None, unit, (*notes, *opened, *hidden, *mixed), subject)
