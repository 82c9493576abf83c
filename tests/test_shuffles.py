"""Forms arranged otherwise: labels carry the meaning, so no answer changes; what is not read is named, never lost."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import drawn
from tests.shuffles import BASES, KINDS, SETS, Base, Page, base, lost_cells, pieces, renamed, shuffled, values
from xlsxeval.filing import Filing
from xlsxeval.read.cells import Workbook
from xlsxeval.read.filing import read_filings
from xlsxeval.read.refusals import Refused
from xlsxeval.rules.run import check as run_rules
from xlsxeval.text import label_key

NAMES = st.sampled_from(BASES)
SEEDS = st.integers(0, 999_999)


def loud(filing: Filing) -> Counter[tuple[str, str]]:
    """Count the findings above 提示 by code and field."""
    return Counter((one.code, one.field) for one in run_rules(filing) if one.severity != "info")


def unchanged(whole: Base, book: Workbook, steps: list[str]) -> None:
    [read] = read_filings(book, SETS)
    got, right = values(read), values(whole.filing)
    names = sorted(got.keys() | right.keys(), key=str)
    other = [(name, got.get(name), right.get(name)) for name in names if got.get(name) != right.get(name)]
    assert not other, (len(other), other[:5], steps)
    worse = loud(read) - loud(whole.filing)
    assert not worse, (worse, steps)


@pytest.mark.parametrize("name", BASES)
def test_nothing_moved_changes_nothing(name: str) -> None:
    one = base(name)
    book, steps = shuffled(one, random.Random(0), ())
    assert [sheet.cells for sheet in book.sheets] == [page.sheet.cells for page in one.pages]
    unchanged(one, book, steps)


def test_every_form_has_something_to_move() -> None:
    for name in BASES:
        for page in base(name).pages:
            assert sum(len(block.cols) > 1 for block in page.blocks) >= 2, (name, page.blocks)
            assert len(page.blocks) - page.fixed >= 3, (name, page.blocks)


@given(st.sampled_from([name for name in BASES if name.startswith("set ")]), SEEDS)
@drawn(200)
def test_answers_stay_below_their_heads_and_beside_their_labels(name: str, seed: int) -> None:
    """The shuffles themselves are right: each value, of which there is one only, keeps its head and its side label."""
    one = base(name)
    book, steps = shuffled(one, random.Random(seed), [kind for kind in KINDS if kind != "rename"])
    for page, sheet in zip(one.pages, book.sheets, strict=True):
        form, old = page.answers.form, page.sheet.cells
        at = {cell.text: place for place, cell in sheet.cells.items()}
        for blank in form.blanks:
            answer = page.answers.fields.get(blank.name)
            if answer is None or answer.text not in at or [cell.text for cell in old.values()].count(answer.text) > 1:
                continue
            row, col = at[answer.text]
            if blank.head is not None:
                above = {cell.text for (r, c), cell in sheet.cells.items() if c == col and r < row}
                assert old[page.labels[blank.head]].text in above, (blank.name, steps)
            if blank.side is not None:
                left = {cell.text for (r, c), cell in sheet.cells.items() if r == row and c < col}
                assert old[page.labels[blank.side]].text in left, (blank.name, steps)


@pytest.mark.parametrize("kind", KINDS)
@given(name=NAMES, seed=SEEDS)
@drawn(400)
def test_one_change(kind: str, name: str, seed: int) -> None:
    unchanged(base(name), *shuffled(base(name), random.Random(seed), [kind]))


@given(NAMES, SEEDS, st.sets(st.sampled_from(KINDS), min_size=2))
@drawn(2000)
def test_many_changes(name: str, seed: int, kinds: set[str]) -> None:
    unchanged(base(name), *shuffled(base(name), random.Random(seed), sorted(kinds)))


@given(NAMES, SEEDS)
@drawn(2000)
def test_without_one_label_values_are_the_same_or_absent(name: str, seed: int) -> None:
    whole = base(name)
    book, page, index, nonsense = renamed(whole, random.Random(seed))
    label = page.answers.form.labels[index].text
    [read] = read_filings(book, SETS)
    got, right = values(read), values(whole.filing)
    # Without its own label a target in several columns is one of a form with one column, and the unit of the open form
    # is named by the next label.
    for one in [one for one in right if one[3:] == ("指标值",) and (*one[:3], "年度指标值") in got]:
        right[*one[:3], "年度指标值"] = right.pop(one)
    if name == "set open":
        got[("unit",)] = right[("unit",)]
    # A row of amounts may have any name.
    new = {one for one in got.keys() - right.keys() if str(one[1:2]).startswith(f"('{nonsense}.")}
    wrong = [(one, value, right.get(one)) for one, value in got.items() if value != right.get(one) and one not in new]
    assert not wrong, (label, nonsense, len(wrong), wrong[:5])
    hung = {blank.name for blank in page.answers.form.blanks if index in {blank.head, blank.side}}
    gone = {one for one in right.keys() - got.keys() if len(one) > 1}
    # A line of which only the name is there goes with it.
    names = {one[:3] for one in right if len(one) > 3 and one[3] not in {"一级指标", "二级指标"} and one not in gone}
    others = [one for one in gone if one[0] != page.sheet.name or _blank(one) not in hung]
    others = [one for one in others if len(one) < 4 or one[:3] in names]
    assert not others, (label, nonsense, len(others), others[:5])
    for answers in read.forms.values():
        for field, answer in answers.fields.items():
            empty = answer.state == "blank" and _has_another_name(page, index)
            assert (answers.sheet, field) not in gone or answer.state == "absent" or empty, (label, nonsense, field)
    worse = Counter(code for code, _ in loud(read).elements()) - Counter(
        code for code, _ in loud(whole.filing).elements()
    )
    # More spent of a part than its budget (E10) is said where nothing is said of the sum of the parts (E12).
    assert set(worse) <= {"L01", "E10"}, (label, nonsense, worse)


def _has_another_name(page: Page, index: int) -> bool:
    """Tell whether another cell of the sheet may be the label too: 其他资金 below 单位资金."""
    keys = set(page.answers.form.labels[index].keys)
    others = [cell for place, cell in page.sheet.cells.items() if place != page.labels[index]]
    return any(label_key(cell.text).key in keys for cell in others)


def _blank(name: tuple[object, ...]) -> str:
    """Give the blank of a name in ``values``: a field, or ``table.column`` of a line."""
    return str(name[1]) if len(name) == 2 else f"{name[1]}.{name[3]}"


@given(SEEDS)
@drawn(1500)
def test_no_cell_is_lost(seed: int) -> None:
    book = pieces(random.Random(seed))
    try:
        filings = read_filings(book, SETS)
    except Refused:
        return  # the whole file is refused, with the reason
    lost = lost_cells(book, filings)
    assert not lost, (seed, len(lost), lost[:8])


@pytest.mark.parametrize("name", BASES)
def test_no_cell_of_a_whole_form_is_lost(name: str) -> None:
    whole = base(name)
    assert lost_cells(whole.book, [whole.filing]) == []
