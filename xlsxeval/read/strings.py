"""The shared texts of a workbook: nearly always a plain list, which one expression reads; else by events."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlsxeval.read.cells import MIB, Limits, too_much
from xlsxeval.read.markup import counted, parse, whole_if_short
from xlsxeval.read.package import Package, inflate
from xlsxeval.read.worksheet import add_run, plain_text

#: Longer lists are read as they come, so that a bomb is met by the budgets and not by the memory.
_QUICK = 4 * MIB
_HEAD = re.compile(
    r"(?:<\?xml[^<>&]*encoding=\"UTF-8\"[^<>&]*\?>)?\s*<sst(?: [\w:]+=\"[^\"<&]*\")*>\s*"
    r"<si><t(?: xml:space=\"preserve\")?>"
)
#: What stands between two texts, and behind the last; programs add a hint on pronunciation.
_TEXT_END = r"</t>(?:<phoneticPr(?: \w+=\"[^\"<&]*\")*/>)?</si>\s*"
_BETWEEN = re.compile(_TEXT_END + r"<si><t(?: xml:space=\"preserve\")?>")
_END = re.compile(_TEXT_END + r"</sst>\s*")
#: Markup, entities and what XML does not allow or changes.
_NOT_PLAIN = re.compile("[<&\x00-\x08\x0b-\x1f\ufffe\uffff]|]]>")


def read_strings(package: Package, part: str) -> dict[str, str]:
    """Give the shared texts by their number as a cell writes it.

    Raises:
        Refused: if the part is missing, malformed or over a budget.
    """
    if not part:
        return {}
    data, chunks = whole_if_short(inflate(package, part), _QUICK)
    texts = _plain_list(data) or _by_events(chunks, package.limits)
    if len(texts) > package.limits.max_strings:
        raise too_much(f"不同的文字多于{package.limits.max_strings}条", "max-strings")
    if max(map(len, texts), default=0) > package.limits.max_text:
        raise too_much(f"有一处文字长于{package.limits.max_text}字", "max-text")
    return {str(number): plain_text(text) for number, text in enumerate(texts)}


def _plain_list(data: bytes) -> list[str]:
    """Read a list in which every text stands alone; nothing of any other, nor of what is no XML."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return []
    head = _HEAD.match(text)
    if head is None:
        return []
    *texts, last = _BETWEEN.split(text[head.end() :])
    end = last.find("</t>")
    if end < 0 or not _END.fullmatch(last, end):
        return []
    texts.append(last[:end])
    return [] if _NOT_PLAIN.search("".join(texts)) else texts


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
