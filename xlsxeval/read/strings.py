"""Read the shared texts of a workbook.

Example: ``<sst><si><t>单位</t></si><si><r><t>预算</t></r><r><t>数</t></r></si></sst>`` gives
``{"0": "单位", "1": "预算数"}``.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import parse, too_deep
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import too_much
from xlsxeval.read.worksheet import add_run, plain_text


def read_strings(package: Package, part: str) -> dict[str, str]:
    """Give the shared texts by their number, as text, as it stands in a cell.

    Args:
        package: the container.
        part: the name of the part; empty if the workbook has none.

    Raises:
        Refused: if the part is missing, malformed or over a budget.
    """
    if not part:
        return {}
    texts = _texts(inflate(package, part), package.limits)
    if len(texts) > package.limits.max_strings:
        raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
    if max(map(len, texts), default=0) > package.limits.max_text:
        raise too_much(f"有一处文字长于{package.limits.max_text}字", "max-text")
    return {str(number): plain_text(text) for number, text in enumerate(texts)}


def _texts(chunks: Iterable[bytes], limits: Limits) -> list[str]:
    """Parse the part; the runs of a text are joined, pronunciation (``rPh``) is left out."""
    texts: list[str] = []
    pieces: list[str] = []
    runs: list[str] = []
    phonetic = False
    depth, deepest = 0, limits.max_depth

    # The depth is counted here, without ``counted``, which costs a call for each tag: a workbook has many texts.
    def start(element: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, phonetic
        depth += 1
        if depth > deepest:
            raise too_deep()
        pieces.clear()
        if element == "rPh":
            phonetic = True

    def end(element: str) -> None:
        nonlocal depth, phonetic
        depth -= 1
        if element == "t":
            if not phonetic:
                add_run(runs, pieces, limits)
        elif element == "si":
            if len(texts) >= limits.max_strings:
                raise too_much(f"不同的文字多于{limits.max_strings}条", "max-strings")
            texts.append("".join(runs))
            runs.clear()
        elif element == "rPh":
            phonetic = False

    parse(chunks, start, end, pieces, limits)
    return texts
