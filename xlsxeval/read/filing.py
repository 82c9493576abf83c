"""A workbook to filings: find the set, the form on each sheet, the unit of each form, and the form's own formulas.

Example: a workbook with the sheets 基础数据表 and 自评表 of 县教育局 gives one filing with two forms; a workbook with
three 自评表 about three projects gives three filings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from xlsxeval.a1 import cell_name
from xlsxeval.filing import Filing, FormAnswers, FoundLabel, Missing
from xlsxeval.forms.model import FormSet
from xlsxeval.forms.year import with_year
from xlsxeval.read.align import ENOUGH, LONGEST_LABEL, Alignment, Position, align, needed_labels, texts_by_key
from xlsxeval.read.cells import Sheet, Workbook
from xlsxeval.read.formulas import mark_own
from xlsxeval.read.limits import Limits
from xlsxeval.read.locate import locate, make_grid
from xlsxeval.read.parts import FormPart, find_parts
from xlsxeval.read.refusals import Refused, too_many_lines
from xlsxeval.text import clean, label_key, listed, remembered

#: The place of a year in a label of a form: ``{{year}}``.
_YEAR_PLACE = re.compile(r"\{\{[^{}]*\}\}")
#: How similar a text must be to a label to be named as the nearest (1: equal).
_SIMILAR = 0.5
#: Among so many texts of a sheet a missing label is looked for; a form has some hundred.
_MOST_NEAR = 5_000
#: How many missing labels are named in a message.
_SHOWN = 5
#: The unit of amounts as forms print it: in a label's brackets, or after 单位.
_UNIT = re.compile(r"[((](万元|元)[))]|单位:?(万元|元)")
#: Points of a form whose printed unit of amounts is that of the set; a label has about 1 point.
_SAME_UNIT = 0.5


class _Read(NamedTuple):
    """One form as it was read, and how well it fits (visible, share of labels found, year), to choose among copies."""

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
        Refused: R08 if no sheet holds any form (with the most similar form); R06 for too many lines.
    """
    texts = [(sheet, texts_by_key(sheet)) for sheet in book.sheets]
    # For each set, for each sheet, for each form of the set: how the form lies over the sheet.
    aligned = [[[align(form, keys) for form in formset.forms] for _, keys in texts] for formset in formsets]
    scores = [_score(formset, by_sheet, book.sheets) for formset, by_sheet in zip(formsets, aligned, strict=True)]
    best = scores.index(max(scores))
    if scores[best] == 0:
        raise Refused("R08", _nothing_found(aligned, texts))
    formset = formsets[best]
    read: list[_Read] = []
    lines = 0
    for (sheet, keys), alignments in zip(texts, aligned[best], strict=True):
        for part in find_parts(alignments, sheet, keys):
            read.append(_read_form(part, formset, year, limits))
            lines += sum(map(len, read[-1].answers.tables.values()))
            if lines > limits.max_lines:
                raise too_many_lines(limits)
    groups, notes = _grouped(read, formset)
    return tuple(_filing(group, formset, file, (*book.notes, *notes)) for group in groups)


def _score(formset: FormSet, aligned: Sequence[Sequence[Alignment]], sheets: Sequence[Sheet]) -> float:
    """Give the points of a set: for each of its forms the labels found less those missed, on the best sheet for it."""
    best: dict[str, float] = {}
    for sheet, alignments in zip(sheets, aligned, strict=True):
        for alignment in alignments:
            if alignment.share >= ENOUGH:
                score = alignment.score + _SAME_UNIT * (_amount_unit(alignment, sheet) == formset.amount_unit)
                best[alignment.form.name] = max(score, best.get(alignment.form.name, 0.0))
    return sum(best.values())


def _nothing_found(
    aligned: Sequence[Sequence[Sequence[Alignment]]], texts: Sequence[tuple[Sheet, Mapping[str, list[Position]]]]
) -> str:
    """Give the message that no form was found, with the most similar form and its missing labels."""
    every = [
        (alignment, sheet, keys)
        for by_sheet in aligned
        for (sheet, keys), alignments in zip(texts, by_sheet, strict=True)
        for alignment in alignments
    ]
    if not every or all(alignment.share == 0 for alignment, _, _ in every):
        return "没有找到任何已知的表，请核对是否拿错了文件"
    nearest, sheet, keys = max(every, key=lambda candidate: candidate[0].share)
    form = nearest.form
    labels = [form.labels[index] for index in sorted(needed_labels(form))]
    lost = [_plain(label.text) for label in labels if not any(key in keys for key in label.keys)]
    text = f"没有找到已知的表；最接近的是工作表“{sheet.name}”，像“{form.name}”，但只对上了{nearest.share:.0%}的标签"
    return f"{text}，缺少{listed([f'“{label}”' for label in lost], _SHOWN)}" if lost else text


def _plain(text: str) -> str:
    """Give a label's text without the place of its year: ``{{year}}年决算数`` gives ``年决算数``."""
    return _YEAR_PLACE.sub("", text)


def _read_form(part: FormPart, formset: FormSet, year: int | None, limits: Limits) -> _Read:
    """Read the answers of one form on a sheet."""
    alignment, sheet = part
    answers = locate(alignment, make_grid(sheet), _amount_unit(alignment, sheet) or formset.amount_unit, limits)
    if year is not None or answers.year is None:
        answers = replace(answers, year=year or _year_above(alignment, sheet))
    answers = replace(answers, met=tuple(_found_labels(alignment, sheet)), state=sheet.state)
    if answers.missing:
        answers = replace(answers, missing=_nearest_texts(answers, alignment, sheet))
    return _Read(answers, (sheet.state == "visible", alignment.share, answers.year or 0))


def _year_above(alignment: Alignment, sheet: Sheet) -> int | None:
    """Give the year written above the first needed label of a form; None if there is none, or more than one.

    It is used for a form whose own label with the year was not found.
    """
    top = min(row for index, (row, _) in alignment.labels.items() if index in needed_labels(alignment.form))
    texts = [cell.text for (row, _), cell in sheet.cells.items() if row <= top and cell.kind == "text"]
    years = {year for text in texts for year in label_key(text).years}
    return years.pop() if len(years) == 1 else None


def _amount_unit(alignment: Alignment, sheet: Sheet) -> str:
    """Give the unit of amounts that is printed on a form, an empty text if there is none."""
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
    """Give the unit of amounts in a text: ``金额单位：万元`` gives ``万元``; an empty text if there is none."""
    match = _UNIT.search(clean(text))
    return (match[1] or match[2]) if match else ""


def _found_labels(alignment: Alignment, sheet: Sheet) -> Iterator[FoundLabel]:
    """Yield the labels that were found, in the order of the form."""
    for index, position in sorted(alignment.labels.items()):
        label, text = alignment.form.labels[index], " ".join(sheet.cells[position].text.split())
        key = label_key(text).key
        how = "cut" if index in alignment.cut else "same" if key == label.keys[0] else "other name"
        yield FoundLabel(label.text, text, cell_name(*position), how)


def _nearest_texts(answers: FormAnswers, alignment: Alignment, sheet: Sheet) -> tuple[Missing, ...]:
    """Add to each missing label the most similar text on the sheet that is no other label."""
    taken = set(alignment.labels.values())
    texts = {position: cell.text for position, cell in sheet.cells.items() if cell.kind == "text"}
    free = {text: position for position, text in texts.items() if position not in taken}
    keys = {label_key(text).key: text for text in islice(free, _MOST_NEAR) if len(text) <= LONGEST_LABEL}
    return tuple(_nearest(lost, keys, free, answers.year or 0) for lost in answers.missing)


def _nearest(lost: Missing, keys: Mapping[str, str], free: Mapping[str, Position], year: int) -> Missing:
    import difflib

    label = with_year(lost.label, year) if year else lost.label
    near = difflib.get_close_matches(label_key(label).key, keys, 1, _SIMILAR)
    if not near:
        return Missing(label, "", "", lost.numeric)
    text = keys[near[0]]
    return Missing(label, " ".join(text.split()), cell_name(*free[text]), lost.numeric)


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
    for form in sorted(read, key=lambda form: not form.answers.unit):
        answers = form.answers
        group = kept.setdefault(_owner(answers, kept), {})
        other = group.setdefault(answers.form.name, form)
        if other is not form:
            best, unused = (form, other) if form.fit > other.fit else (other, form)
            group[answers.form.name] = best
            notes.append(f"“{unused.answers.sheet}”也像{answers.form.name}，读的是“{best.answers.sheet}”")
    whole = _completed(list(kept.values()), formset)
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
    mixed = (f"各表的金额单位不同（{'、'.join(sorted(units))}），没有做跨表核对",) if len(units) > 1 else ()
    return Filing(file, formset, forms, years[-1] if years else None, unit, (*notes, *hidden, *mixed), subject)
