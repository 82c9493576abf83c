"""What someone wrote in a form: its long texts and the texts of its indicators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlsxeval.filing import FormAnswers
from xlsxeval.rules.indicators import TABLE, text_of
from xlsxeval.text import clean

_COLUMNS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "评扣分标准", "偏差原因")


class Written(NamedTuple):
    """A text that someone wrote, and where it stands; ``plain`` is the text without white space."""

    text: str
    plain: str
    cell: str
    field: str


def written_in(answers: FormAnswers) -> Iterator[Written]:
    """Yield the long texts of a form and the texts of its indicators; the grade as ``等级为优``."""
    for text, cell, name in _texts(answers):
        yield Written(text, clean(text), cell, name)


def _texts(answers: FormAnswers) -> Iterator[tuple[str, str, str]]:
    for name, answer in answers.fields.items():
        if answers.form.field(name).kind_name == "prose" and text_of(answer):
            yield text_of(answer), answer.cell, name
        elif name == "等级" and text_of(answer):
            yield f"等级为{text_of(answer)}", answer.cell, name
    table = answers.form.tables.get(TABLE)
    columns = [table.here(column) for column in _COLUMNS] if table else []
    seen: set[str] = set()
    for line in answers.tables.get(TABLE, ()):
        for column in columns:
            text = text_of(line[column]) if column in line else ""
            # A group is written once and inherited by the lines below.
            if text and line[column].cell not in seen:
                seen.add(line[column].cell)
                yield text, line[column].cell, f"{TABLE}.{column}"
