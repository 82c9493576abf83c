"""Answers beside their labels: 部门名称 with the name at its right, amounts beside their heads, goals without heads."""

from __future__ import annotations

import re
from itertools import pairwise

from xlsxeval.filing import Answer
from xlsxeval.forms.model import PREFIX
from xlsxeval.read.cells import Cell
from xlsxeval.read.hits import Hit, cell_behind
from xlsxeval.read.page import REACH, Page

#: A text that looks like a label: a few signs and a colon at its end, a word for persons, units or days and a colon, or
#: a unit of amounts in brackets at its end. The name 民生工程：道路改造 is none.
_LIKE_LABEL = re.compile(
    r"[^:：0-9]{2,8}[:：]\Z|[^:：0-9]{0,6}(?:人|单位|部门|[处科]室|名称|编[码号]|日期|时间|电话|签[字章]|盖章)[:：]"
    r"|[^0-9]{1,20}[(（]万?元[)）]\Z"
)

#: A label with its answer behind a colon.
_ANSWERED = re.compile(r"[^:：]*[:：]\s*[^\s]")


def read_beside(page: Page, word: int, name: str, hit: Hit) -> Answer:
    """Read the answer of a label: behind its colon, else the next cell at its right, else below it.

    Args:
        page: the form.
        word: the label.
        name: the blank that hangs on it.
        hit: where it stands.
    """
    label = page.arranged.words.words[word].label
    if hit.part:
        cell = cell_behind(hit, page.grid.sheet.cells[hit.row, hit.col])._replace(kind="text", format="")
        return page.answer(cell if cell.text else None, (hit.row, hit.col), name)
    if label.style == PREFIX and page.own:
        return page.answer(None, (hit.row, hit.col), name)
    edge = page.grid.merged(hit.row, hit.col).last_col
    place, found = (hit.row, edge + 1), page.cell_at(hit.row, edge + 1)
    if found is not None and found.col > hit.col and not _is_like_label(page, found, name):
        return page.answer(found, place, name)
    if label.style == PREFIX:
        return page.answer(None, (hit.row, hit.col), name)
    below = _below_label(page, hit)
    if below is not None:
        return page.answer(below, (below.row, below.col), name)
    cols = page.grid.right_of(hit.row, edge) if page.grid.at(*place) is None else ()
    further = page.cell_at(hit.row, cols[0]) if cols and cols[0] <= edge + REACH else None
    belongs = further is not None and not _is_like_label(page, further, name) and _belongs(page, word, hit, cols)
    return page.answer(further if belongs else None, place, name)


def _below_label(page: Page, hit: Hit) -> Cell | None:
    """Give the answer below a label, in a row of labels that have their answers in the next row; else None.

    There is no room for answers between such labels, or the next row has several answers, each below a label.
    """
    grid, cells = page.grid, page.grid.sheet.cells
    cols = grid.cols[hit.row]
    only_labels = len(cols) > 1 and all(
        (hit.row, col) in page.labels and not _ANSWERED.match(cells[hit.row, col].text) for col in cols
    )
    if not only_labels or page.has_label(hit.row + 1):
        return None
    close = all(grid.merged(hit.row, one).last_col + 1 == other for one, other in pairwise(cols))
    below = grid.cols.get(hit.row + 1, ())
    return page.cell_at(hit.row + 1, hit.col) if close or (len(below) > 1 and set(below) <= set(cols)) else None


def _is_like_label(page: Page, cell: Cell, name: str) -> bool:
    """Tell whether a cell is rather a label than a short answer: it has a colon of its own, or a unit in brackets."""
    if page.own:
        return False
    short = page.arranged.words.form.field(name).kind_name != "prose"
    return short and cell.kind == "text" and bool(_LIKE_LABEL.match(cell.text.strip()))


def _belongs(page: Page, word: int, hit: Hit, cols: tuple[int, ...]) -> bool:
    """Tell whether a text some cells right of a label is its answer, and not another label with an answer of its own.

    It is if nothing follows in the row, if the form prints the label so wide, or if the next label of the row has its
    answer as far away. Columns that are empty on the whole sheet do not count. It is not if the label before has no
    answer and stands as near: ``填表人 | | 联系电话 | | 负责人`` are three labels.

    Example: in ``主管部门 | | | 财政处室 | | 自评总分 | 99`` 财政处室 stands three cells behind its label, 99 one.
    """
    far, later = page.grid.distance(hit.col, cols[0]), cols[1:]
    if later and later[0] == cols[0] + 1 and (hit.row, later[0]) not in page.labels:
        return False  # a label and its answer
    before = max((col for col in page.grid.cols[hit.row] if col < hit.col), default=0)
    if (hit.row, before) in page.labels and page.grid.distance(before, hit.col) >= far > 1:
        return False
    if not later or far <= page.arranged.words.words[word].label.box.cols:
        return True
    if (hit.row, later[0]) not in page.labels:
        return False
    return len(later) > 1 and (hit.row, later[1]) not in page.labels and page.grid.distance(later[0], later[1]) == far


def read_beside_heads(page: Page, found: dict[str, Answer]) -> None:
    """Read blanks of heads that have their answer beside them: ``全年预算数 | 300 | 全年执行数 | 280``.

    Points named like a total (自评得分) are the total of the form, not those of the amounts.
    """
    words, arranged = page.arranged.words, page.arranged
    placed = {word for heads in arranged.heads for word in heads.words}
    rows: dict[int, dict[int, Hit]] = {}
    for hit in _outside_head_rows(page):
        for word in words.by_key.get(hit.key, ()) if hit.beside or hit.part else ():
            if word in words.group and word not in placed and hit.key not in words.total_keys:
                keys = words.words[word].label.keys
                other = rows.setdefault(hit.row, {}).setdefault(word, hit)
                if keys.index(hit.key) < keys.index(other.key):
                    rows[hit.row][word] = hit
    for row in sorted(rows, key=lambda row: (-len(rows[row]), row)):
        for word, hit in rows[row].items():
            name = _blank_beside(page, word)
            others = [one for one in words.by_key[hit.key] if words.group.get(one) != words.group[word]]
            sure = len(rows[row]) > 1 or all(one in placed or one not in words.group for one in others)
            if not name or name in found or not sure or _cannot_answer(page, hit, name):
                continue
            answer = read_beside(page, word, name, hit)
            is_amount = words.form.field(name).kind_name == "money"
            if answer.text and answer.problem != "bad" and not (is_amount and "%" in answer.text):
                found[name] = answer


def _outside_head_rows(page: Page) -> list[Hit]:
    """Give the labels that stand in no row of heads."""
    rows = {row for heads in page.arranged.heads for row in range(heads.first, heads.last + 1)}
    used = {(hit.row, hit.col) for hit in page.arranged.sides.values()}
    return [
        hit
        for hit in page.arranged.hits
        if hit.row not in rows and (hit.row, hit.col) in page.labels and (hit.row, hit.col) not in used
    ]


def _blank_beside(page: Page, word: int) -> str:
    """Give the blank of a head that stands alone: that of the row of totals, or the one that has no side word."""
    words = page.arranged.words
    side = words.total_row if words.group[word] == words.funds else None
    return words.crossings.get((word, side), "")


def _cannot_answer(page: Page, hit: Hit, name: str) -> bool:
    """Tell whether what stands beside a head is no answer: words for an amount, or unknown heads."""
    if hit.part:
        return False
    if page.arranged.words.form.field(name).kind.numeric:
        return hit.beside != "figure"
    return hit.beside == "text" and _are_heads(page, hit, _texts_beside(page, hit)[:1])


def read_goals(page: Page, found: dict[str, Answer]) -> None:
    """Read goals right of 年度总体目标, without heads: the first text is the goal, the second what was done."""
    words = page.arranged.words
    for group in words.goals:
        names = [words.crossings[head, None] for head in words.groups[group] if (head, None) in words.crossings]
        drawn = [name for name in names if name in words.form.fields] or names
        prose = len(names) > 1 and all(words.form.field(name).kind_name == "prose" for name in names)
        if not prose or (drawn[0] in found and found[drawn[0]].text):
            continue
        starts = {*words.frames[group], words.groups[group][0]}
        for hit in _outside_head_rows(page):
            texts = _texts_beside(page, hit) if starts & set(words.by_key.get(hit.key, ())) else []
            if 0 < len(texts) <= len(drawn) and not _are_heads(page, hit, texts):
                chosen = drawn if len(texts) == len(drawn) else [drawn[0], drawn[-1]]
                found |= {
                    name: page.answer(text, (text.row, text.col), name)
                    for name, text in zip(chosen, texts, strict=False)
                }
                break


def _are_heads(page: Page, hit: Hit, texts: list[Cell]) -> bool:
    """Tell whether texts beside a label have texts of their own below them, so that they are unknown heads."""
    below = [page.cell_at(cell.row + 1, cell.col) for cell in texts if cell.col > hit.col]
    under = any(cell is not None and cell.row > hit.row for cell in below)
    return under and (hit.row + 1, hit.col) not in page.labels


def _texts_beside(page: Page, hit: Hit) -> list[Cell]:
    """Give what stands behind the colon of a label or right of it, up to the next label."""
    if hit.part:
        return [cell_behind(hit, page.grid.sheet.cells[hit.row, hit.col])]
    cells: list[Cell] = []
    for col in page.grid.right_of(hit.row, page.grid.merged(hit.row, hit.col).last_col):
        cell = page.cell_at(hit.row, col)
        if cell is None:
            break
        cells.append(cell)
    return cells
