"""The shared texts of a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from xlsxeval.read.limits import Limits
from xlsxeval.read.markup import counted, parse
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.refusals import too_much
from xlsxeval.read.worksheet import add_run, plain_text


def read_strings(package: Package, part: str) -> dict[str, str]:
    """Give the shared texts by their number as a cell writes it.

    Raises:
        Refused: if the part is missing, malformed or over a budget.
    """
    if not part:
        return {}
    texts = _by_events(inflate(package, part), package.limits)
    if len(texts) > package.limits.max_strings:
        raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
    if max(map(len, texts), default=0) > package.limits.max_text:
        raise too_much(f"有一处文字长于{package.limits.max_text}字", "max-text")
    return {str(number): plain_text(text) for number, text in enumerate(texts)}


def _by_events(chunks: Iterable[bytes], limits: Limits) -> list[str]:
    found: list[str] = []
    pieces: list[str] = []
    runs: list[str] = []
    phonetic = False

    def start(element: str, _attributes: dict[str, str]) -> None:
        nonlocal phonetic
        pieces.clear()
        if element == "rPh":
            phonetic = True

    def end(element: str) -> None:
        nonlocal phonetic
        if element == "t":
            if not phonetic:
                add_run(runs, pieces, limits)
        elif element == "si":
            if len(found) >= limits.max_strings:
                raise too_much(f"不同的文字多于{limits.max_strings}条", "max-strings")
            found.append("".join(runs))
            runs.clear()
        elif element == "rPh":
            phonetic = False

    parse(chunks, *counted(start, end, limits), pieces, limits)
    return found
