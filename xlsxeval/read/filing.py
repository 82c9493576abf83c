"""A workbook to a filing: which form is on which sheet, what was answered, and which formulas are the form's own."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace

from xlsxeval.filing import Filing, FormAnswers, Missing
from xlsxeval.forms.model import FormSet
from xlsxeval.forms.place import cell_name
from xlsxeval.forms.year import with_year
from xlsxeval.read.align import ENOUGH, Alignment, Position, align, texts_by_key
from xlsxeval.read.cells import Refused, Sheet, Workbook
from xlsxeval.read.formulas import mark_own
from xlsxeval.read.locate import locate, make_grid
from xlsxeval.text import label_key

_NEAR = 0.5


def read_filings(book: Workbook, formsets: tuple[FormSet, ...], file: str = "") -> tuple[Filing, ...]:
    return (read_filing(book, formsets, file),)


def read_filing(book: Workbook, formsets: tuple[FormSet, ...], file: str = "") -> Filing:
    """Find the set whose forms fit best, and read every form of it.

    Args:
        book: the workbook's cells.
        formsets: the sets that may be meant.
        file: the name to be shown in messages.

    Raises:
        Refused: R08 if no sheet holds any form, with what came nearest.
    """
    texts = [(sheet, texts_by_key(sheet)) for sheet in book.sheets]
    best: tuple[float, FormSet, dict[str, tuple[Alignment, Sheet]], list[str]] | None = None
    nearest: tuple[float, str, str] = (0.0, "", "")
    for formset in formsets:
        found: dict[str, tuple[Alignment, Sheet]] = {}
        notes: list[str] = []
        for form in formset.forms:
            ranked = [(align(form, keys), sheet) for sheet, keys in texts]
            fits = [pair for pair in ranked if pair[0].share >= ENOUGH]
            if fits:
                found[form.name] = max(fits, key=lambda pair: (pair[0].share, pair[1].state == "visible"))
                notes += _passed_over(form.name, found[form.name][1], fits)
            for alignment, sheet in ranked:
                nearest = max(nearest, (alignment.share, form.name, sheet.name))
        score = sum(alignment.share for alignment, _ in found.values())
        if found and (best is None or score > best[0]):
            best = (score, formset, found, notes)
    if best is None:
        raise Refused("R08", _nothing_found(nearest))
    _, formset, found, notes = best
    forms = {name: _read_form(alignment, sheet, formset) for name, (alignment, sheet) in found.items()}
    mark = mark_own(forms)
    years = [answers.year for answers in mark.values() if answers.year is not None]
    unit = next((answers.unit for answers in mark.values() if answers.unit), "")
    hidden = [f"“{a.sheet}”是隐藏的工作表" for a in mark.values() if _state(book, a.sheet) != "visible"]
    return Filing(file, formset, mark, years[-1] if years else None, unit, (*book.notes, *notes, *hidden))


def _state(book: Workbook, name: str) -> str:
    return next(sheet.state for sheet in book.sheets if sheet.name == name)


def _passed_over(form: str, chosen: Sheet, fits: list[tuple[Alignment, Sheet]]) -> list[str]:
    others = [sheet.name for _, sheet in fits if sheet is not chosen]
    return [f"“{name}”也像{form}，读的是“{chosen.name}”" for name in others]


def _nothing_found(nearest: tuple[float, str, str]) -> str:
    share, form, sheet = nearest
    if share == 0:
        return "没有找到任何已知的表，请核对是否拿错了文件"
    return f"没有找到已知的表；最接近的是工作表“{sheet}”，像“{form}”，但只对上了{share:.0%}的标签"


def _read_form(alignment: Alignment, sheet: Sheet, formset: FormSet) -> FormAnswers:
    answers = locate(alignment, make_grid(sheet), formset.amount_unit)
    if not answers.missing:
        return answers
    taken = set(alignment.labels.values())
    texts = {position: cell.text for position, cell in sheet.cells.items() if cell.kind == "text"}
    free = {text: position for position, text in texts.items() if position not in taken}
    named = tuple(_nearest(lost, free, answers.year or 0) for lost in answers.missing)
    return replace(answers, missing=named)


def _nearest(lost: Missing, free: Mapping[str, Position], year: int) -> Missing:
    label = with_year(lost.label, year) if year else lost.label
    keys = {label_key(text).key: text for text in free}
    near = difflib.get_close_matches(label_key(label).key, keys, 1, _NEAR)
    if not near:
        return Missing(label, "", "", lost.numeric)
    text = keys[near[0]]
    return Missing(label, " ".join(text.split()), cell_name(*free[text]), lost.numeric)
