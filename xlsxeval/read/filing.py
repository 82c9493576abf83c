"""A workbook to filings: which set, which form on which sheet, whose it is, and which formulas are the form's own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Filing, FormAnswers, Met, Missing
from xlsxeval.forms.model import FormSet
from xlsxeval.forms.year import with_year
from xlsxeval.read.align import ENOUGH, LONGEST_LABEL, Alignment, Position, align, needed_labels, texts_by_key
from xlsxeval.read.cells import Sheet, Workbook
from xlsxeval.read.formulas import mark_own
from xlsxeval.read.limits import Limits
from xlsxeval.read.locate import locate, make_grid
from xlsxeval.read.parts import Found, find_parts
from xlsxeval.read.refusals import Refused, too_many_lines
from xlsxeval.text import clean, label_key, listed, remembered

_YEAR_PLACE = re.compile(r"\{\{[^{}]*\}\}")
_NEAR = 0.5
#: Among so many texts of a sheet a lost label is looked for; a form has some hundred.
_MOST_NEAR = 5_000
_SHOWN = 5
#: The unit of amounts as forms print it: in a label's brackets, or after 单位.
_UNIT = re.compile(r"[((](万元|元)[))]|单位:?(万元|元)")
#: What the right unit of amounts is worth when two sets fit alike.
_SAME_UNIT = 0.5


class _Read(NamedTuple):
    """One form of a workbook, read; ``fit`` tells how good it is among copies of the same."""

    answers: FormAnswers
    fit: tuple[bool, float, int]


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
        Refused: R08 if no sheet holds any form, with what came nearest; R06 for too many lines.
    """
    texts = [(sheet, texts_by_key(sheet)) for sheet in book.sheets]
    aligned = [[[align(form, keys) for form in formset.forms] for _, keys in texts] for formset in formsets]
    scores = [_score(formset, of_set, book.sheets) for formset, of_set in zip(formsets, aligned, strict=True)]
    best = scores.index(max(scores))
    if scores[best] == 0:
        raise Refused("R08", _nothing_found(aligned, texts))
    formset = formsets[best]
    read: list[_Read] = []
    lines = 0
    for (sheet, keys), of_sheet in zip(texts, aligned[best], strict=True):
        for found in find_parts(of_sheet, sheet, keys):
            read.append(_read_form(found, formset, year, limits))
            lines += sum(map(len, read[-1].answers.tables.values()))
            if lines > limits.max_lines:
                raise too_many_lines(limits)
    groups, notes = _grouped(read, formset)
    return tuple(_filing(group, formset, file, (*book.notes, *notes)) for group in groups)


def _score(formset: FormSet, aligned: Sequence[Sequence[Alignment]], sheets: Sequence[Sheet]) -> float:
    """Give how well a set fits: the labels met, less those missed, of the best place of each of its forms."""
    best: dict[str, float] = {}
    for sheet, of_sheet in zip(sheets, aligned, strict=True):
        for one in of_sheet:
            if one.share >= ENOUGH:
                score = one.score + _SAME_UNIT * (_amount_unit(one, sheet) == formset.amount_unit)
                best[one.form.name] = max(score, best.get(one.form.name, 0.0))
    return sum(best.values())


def _nothing_found(
    aligned: Sequence[Sequence[Sequence[Alignment]]], texts: Sequence[tuple[Sheet, Mapping[str, list[Position]]]]
) -> str:
    """Say what came nearest, and which of its labels are missing."""
    every = [
        (one, sheet, keys) for of_set in aligned for (sheet, keys), of in zip(texts, of_set, strict=True) for one in of
    ]
    if not every or all(one.share == 0 for one, _, _ in every):
        return "没有找到任何已知的表，请核对是否拿错了文件"
    nearest, sheet, keys = max(every, key=lambda one: one[0].share)
    form = nearest.form
    labels = [form.labels[index] for index in sorted(needed_labels(form))]
    lost = [_plain(label.text) for label in labels if not any(key in keys for key in label.keys)]
    text = f"没有找到已知的表；最接近的是工作表“{sheet.name}”，像“{form.name}”，但只对上了{nearest.share:.0%}的标签"
    return f"{text}，缺少{listed([f'“{one}”' for one in lost], _SHOWN)}" if lost else text


def _plain(text: str) -> str:
    """Give a label's text without the place of its year."""
    return _YEAR_PLACE.sub("", text)


def _read_form(found: Found, formset: FormSet, year: int | None, limits: Limits) -> _Read:
    alignment, sheet = found
    answers = locate(alignment, make_grid(sheet), _amount_unit(alignment, sheet) or formset.amount_unit, limits)
    if year is not None or answers.year is None:
        answers = replace(answers, year=year or _year_above(alignment, sheet))
    answers = replace(answers, met=tuple(_met(alignment, sheet)), state=sheet.state)
    if answers.missing:
        answers = replace(answers, missing=_nearest_texts(answers, alignment, sheet))
    return _Read(answers, (sheet.state == "visible", alignment.share, answers.year or 0))


def _year_above(alignment: Alignment, sheet: Sheet) -> int | None:
    """Give the year that is written above the first needed label of a form whose own head was not met."""
    top = min(row for index, (row, _) in alignment.labels.items() if index in needed_labels(alignment.form))
    texts = [cell.text for (row, _), cell in sheet.cells.items() if row <= top and cell.kind == "text"]
    years = {year for text in texts for year in label_key(text).years}
    return years.pop() if len(years) == 1 else None


def _amount_unit(alignment: Alignment, sheet: Sheet) -> str:
    """Give the unit of amounts that is printed on a form, empty if none is."""
    places = sorted(alignment.labels.values())
    texts = [sheet.cells[place].text for place in places]
    if places:
        last = places[-1][0]
        texts += [cell.text for (row, _), cell in sheet.cells.items() if row <= last and _names_unit(cell.text)]
    return next(filter(None, map(_printed_unit, texts)), "")


@remembered
def _names_unit(text: str) -> bool:
    return "单位" in text


@remembered
def _printed_unit(text: str) -> str:
    """Give the unit of amounts that stands in a text, empty if none does."""
    match = _UNIT.search(clean(text))
    return (match[1] or match[2]) if match else ""


def _met(alignment: Alignment, sheet: Sheet) -> Iterator[Met]:
    for index, position in sorted(alignment.labels.items()):
        label, text = alignment.form.labels[index], " ".join(sheet.cells[position].text.split())
        key = label_key(text).key
        how = "cut" if index in alignment.cut else "same" if key == label.keys[0] else "other name"
        yield Met(label.text, text, cell_name(*position), how)


def _nearest_texts(answers: FormAnswers, alignment: Alignment, sheet: Sheet) -> tuple[Missing, ...]:
    taken = set(alignment.labels.values())
    texts = {position: cell.text for position, cell in sheet.cells.items() if cell.kind == "text"}
    free = {text: position for position, text in texts.items() if position not in taken}
    keys = {label_key(text).key: text for text in islice(free, _MOST_NEAR) if len(text) <= LONGEST_LABEL}
    return tuple(_nearest(lost, keys, free, answers.year or 0) for lost in answers.missing)


def _nearest(lost: Missing, keys: Mapping[str, str], free: Mapping[str, Position], year: int) -> Missing:
    label = with_year(lost.label, year) if year else lost.label
    near = difflib.get_close_matches(label_key(label).key, keys, 1, _NEAR)
    if not near:
        return Missing(label, "", "", lost.numeric)
    text = keys[near[0]]
    return Missing(label, " ".join(text.split()), cell_name(*free[text]), lost.numeric)


def _grouped(read: Sequence[_Read], formset: FormSet) -> tuple[list[list[FormAnswers]], list[str]]:
    """Sort the forms of a workbook by whose they are; of copies of one form the best is kept, and said so.

    As long as each form stands there once, all belong together whatever name they carry: that the names differ is
    then a finding.
    """
    names = [one.answers.form.name for one in read]
    if len(set(names)) == len(names):
        return [[one.answers for one in read]], []
    kept: dict[tuple[str, str], dict[str, _Read]] = {}
    notes: list[str] = []
    for one in sorted(read, key=lambda one: not one.answers.unit):
        answers = one.answers
        group = kept.setdefault(_owner(answers, kept), {})
        other = group.setdefault(answers.form.name, one)
        if other is not one:
            best, passed = (one, other) if one.fit > other.fit else (other, one)
            group[answers.form.name] = best
            notes.append(f"“{passed.answers.sheet}”也像{answers.form.name}，读的是“{best.answers.sheet}”")
    whole = _completed(list(kept.values()), formset)
    return [[one.answers for one in group.values()] for group in whole], notes


def _owner(answers: FormAnswers, kept: Mapping[tuple[str, str], Mapping[str, object]]) -> tuple[str, str]:
    """Tell whose form it is; one without a name belongs to the first owner who lacks it, or is a copy."""
    own = clean(answers.unit), clean(answers.subject)
    if any(own) or not kept:
        return own
    return next((owner for owner, group in kept.items() if answers.form.name not in group), next(iter(kept)))


def _completed(groups: list[dict[str, _Read]], formset: FormSet) -> list[dict[str, _Read]]:
    """Put together what lacks just each other's forms: one unit that wrote its name in two ways."""
    whole: list[dict[str, _Read]] = []
    for group in groups:
        mate = next((one for one in whole if not one.keys() & group.keys()), None)
        if mate is None:
            whole.append(dict(group))
        else:
            mate |= group
    order = {form.name: number for number, form in enumerate(formset.forms)}
    return [dict(sorted(group.items(), key=lambda one: order[one[0]])) for group in whole]


def _filing(group: Sequence[FormAnswers], formset: FormSet, file: str, notes: tuple[str, ...]) -> Filing:
    order = {form.name: number for number, form in enumerate(formset.forms)}
    forms = mark_own({one.form.name: one for one in sorted(group, key=lambda one: order[one.form.name])})
    years = [answers.year for answers in forms.values() if answers.year is not None]
    unit = next((answers.unit for answers in forms.values() if answers.unit), "")
    subject = next((answers.subject for answers in forms.values() if answers.subject), "")
    hidden = tuple(f"“{one.sheet}”是隐藏的工作表" for one in forms.values() if one.state != "visible")
    units = {answers.amount_unit for answers in forms.values()}
    mixed = (f"各表的金额单位不同（{'、'.join(sorted(units))}），没有作跨表核对",) if len(units) > 1 else ()
    return Filing(file, formset, forms, years[-1] if years else None, unit, (*notes, *hidden, *mixed), subject)
