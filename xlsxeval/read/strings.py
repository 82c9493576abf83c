"""Read the shared texts of a workbook.

Example: ``<sst><si><t>单位</t></si><si><r><t>预算</t></r><r><t>数</t></r></si></sst>`` gives
the texts ``{"0": "单位", "1": "预算数"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import parse, too_deep
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import too_much
from xlsxeval.read.runs import Parted, part, switched_on
from xlsxeval.read.worksheet import add_run, plain_parted, plain_text


class SharedTexts(NamedTuple):
    """The shared texts of a workbook; a number is a text, as it stands in a cell.

    Attributes:
        texts: number -> the whole text.
        parted: (number, whether the font of the cell strikes out) -> the text without what is struck out; without the
            texts that the font of the cell decides about alone.
    """

    texts: Mapping[str, str]
    parted: Mapping[tuple[str, bool], Parted]


def read_strings(package: Package, name: str, *, any_struck: bool = False) -> SharedTexts:
    """Give the shared texts.

    Args:
        package: the container.
        name: the name of the part; empty if the workbook has none.
        any_struck: whether the font of any cell style strikes out.

    Raises:
        Refused: if the part is missing, malformed or over a budget.
    """
    if not name:
        return SharedTexts({}, {})
    texts, parted = _texts(inflate(package, name), package.limits, any_struck=any_struck)
    if len(texts) > package.limits.max_strings:
        raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
    if max(map(len, texts), default=0) > package.limits.max_text:
        raise too_much(f"有一处文字长于{package.limits.max_text}字", "max-text")
    return SharedTexts({str(number): plain_text(text) for number, text in enumerate(texts)}, parted)


def _texts(
    chunks: Iterable[bytes], limits: Limits, *, any_struck: bool
) -> tuple[list[str], dict[tuple[str, bool], Parted]]:
    """Parse the part; the runs of a text are joined, pronunciation (``rPh``) is left out."""
    texts: list[str] = []
    parted: dict[tuple[str, bool], Parted] = {}
    marks: dict[int, bool] = {}
    pieces: list[str] = []
    runs: list[str] = []
    phonetic = False
    depth, deepest = 0, limits.max_depth

    # The depth is counted here, without ``counted``, which costs a call for each tag: a workbook has many texts.
    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > deepest:
            raise too_deep()
        pieces.clear()
        if element not in {"t", "si"}:
            start_other(element, attributes)

    def start_other(element: str, attributes: dict[str, str]) -> None:
        nonlocal phonetic
        if element == "rPh":
            phonetic = True
        elif element == "rPr":
            marks[len(runs)] = False
        elif element == "strike":
            marks[len(runs)] = switched_on(attributes.get("val"))

    def end(element: str) -> None:
        nonlocal depth, phonetic
        depth -= 1
        if element == "t":
            if not phonetic:
                add_run(runs, pieces, limits)
        elif element == "si":
            if len(texts) >= limits.max_strings:
                raise too_much(f"不同的文字多于{limits.max_strings}条", "max-strings")
            if marks:
                part_runs(str(len(texts)))
            texts.append("".join(runs))
            runs.clear()
        elif element == "rPh":
            phonetic = False
        elif element == "r":
            marks.pop(len(runs), None)

    def part_runs(number: str) -> None:
        if any(marks.values()):
            parted[number, False] = plain_parted(part(runs, marks, font_struck=False))
        if any_struck:
            parted[number, True] = plain_parted(part(runs, marks, font_struck=True))
        marks.clear()

    parse(chunks, start, end, pieces, limits)
    return texts, parted
