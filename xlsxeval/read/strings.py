"""The shared texts of a workbook: nearly always a plain list, which one expression reads; else by events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from xlsxeval.read.cells import MIB, Limits, too_much
from xlsxeval.read.markup import counted, parse
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.worksheet import add_run, plain_text

#: Longer lists are read as they come, so that a bomb is met by the budgets and not by the memory.
_QUICK = 4 * MIB
_HEAD = re.compile(r"(?:<\?xml[^<>&]*encoding=\"UTF-8\"[^<>&]*\?>)?\s*<sst(?: [\w:]+=\"[^\"<&]*\")*>")
#: A text without markup, entities and what XML does not allow or changes; programs add a hint on pronunciation.
_PLAIN = re.compile(
    r"<si><t(?: xml:space=\"preserve\")?>([^<&\x00-\x08\x0b-\x1f\ufffe\uffff]*)</t>"
    r"(?:<phoneticPr(?: \w+=\"[^\"<&]*\")*/>)?</si>"
)


def read_strings(package: Package, part: str) -> dict[str, str]:
    """Give the shared texts by their number as a cell writes it.

    Raises:
        Refused: if the part is missing, malformed or over a budget.
    """
    if not part:
        return {}
    chunks = inflate(package, part)
    first = _up_to(chunks, _QUICK)
    texts = _plain_list(b"".join(first)) if sum(map(len, first)) < _QUICK else None
    if texts is None:
        texts = _by_events(chain(first, chunks), package.limits)
    if len(texts) > package.limits.max_strings:
        raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
    if any(len(text) > package.limits.max_text for text in texts):
        raise too_much(f"有一处文字长于{package.limits.max_text}字", "max-text")
    return {str(number): plain_text(text) for number, text in enumerate(texts)}


def _up_to(chunks: Iterator[bytes], size: int) -> list[bytes]:
    found: list[bytes] = []
    for chunk in chunks:
        found.append(chunk)
        size -= len(chunk)
        if size <= 0:
            break
    return found


def _plain_list(data: bytes) -> list[str] | None:
    """Read a list in which every text stands alone; None for any other, or for what is no XML."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = _HEAD.match(text)
    if head is None or "]]>" in text or _PLAIN.sub("", text[head.end() :]).strip() != "</sst>":
        return None
    return _PLAIN.findall(text)


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
