"""Text as people type it: label keys, years inside labels, and display widths; knows no form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import NamedTuple, TypeVar

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_PREFIX = re.compile(r"^(?:\(?\d{1,2}[、.),](?!\d)|\(?[一二三四五六七八九十]{1,3}[、.)]|其中:?|注:)+")
_CIRCLED = re.compile("[①-⑳]")
_NOT_WORD = re.compile(r"[\W_]+")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
_WHITE = re.compile(r"\s+")
_BREAK = re.compile(r"[\t\r\n]")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
#: Signs that no cell of a spreadsheet can hold: control signs but tab and line break, surrogates, U+FFFE, U+FFFF.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
YEAR_MARK = "#"
#: A text of a form is seldom longer; of longer ones only the results for a few are kept.
_SHORT = 500
_Result = TypeVar("_Result")


class LabelKey(NamedTuple):
    """What two printings of one label have in common, and the years that stood in it."""

    key: str
    years: tuple[int, ...]


def remembered(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Keep what a pure function of one text gave: for many short texts, and for few long ones.

    A form may show one long text in a thousand lines; each rule then searches it once. Memory stays bounded, because
    a text may have 32,767 characters.
    """
    short, long = lru_cache(maxsize=4096)(function), lru_cache(maxsize=32)(function)

    @wraps(function)
    def cached(text: str) -> _Result:
        return (short if len(text) <= _SHORT else long)(text)

    return cached


def tidy(text: str) -> str:
    """Give ``text`` in NFKC, without invisible characters and outer white space."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


@remembered
def clean(text: str) -> str:
    """Give ``text`` in NFKC, without invisible characters and without any white space."""
    return _WHITE.sub("", tidy(text))


@remembered
def label_key(text: str) -> LabelKey:
    """Reduce a label to its words.

    White space, line breaks, punctuation, numbering (``1、``), ``其中：`` and whatever stands in
    brackets (units, hints) do not count; a year before 年 becomes ``#`` and is given beside it.
    A text that is all brackets, such as ``（2024年度）``, keeps its inside.
    """
    plain = clean(_CIRCLED.sub("", text))
    years = tuple(int(year) for year in _YEAR.findall(plain))
    plain = _YEAR.sub(YEAR_MARK, plain)
    bare = _PREFIX.sub("", _BRACKETED.sub("", plain))
    return LabelKey(_words(bare) or _words(plain), years)


def _words(text: str) -> str:
    return YEAR_MARK.join(_NOT_WORD.sub("", part) for part in text.split(YEAR_MARK)).casefold()


def safe(text: str) -> str:
    """Show control and direction characters, and what no XML can hold, as U+FFFD: no text plays with its reader.

    A line break, as people type it into a cell, becomes a blank.
    """
    return _UNSAFE.sub("\ufffd", _BREAK.sub(" ", text))


def sheet_length(text: str) -> int:
    """Give the length of ``text`` as a spreadsheet program counts it: signs beyond U+FFFF count twice."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def listed(names: Sequence[str], most: int) -> str:
    """Name the first few: ``甲、乙等``."""
    return "、".join(names[:most]) + ("等" if len(names) > most else "")


def display_width(text: str) -> int:
    """Give the width of ``text`` in half-width columns, as a terminal or a sheet shows it."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def nearest(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Give the known names that are like ``name``, the likest first; width and case of letters do not count.

    >>> nearest("ｃｈｅＫｃ", ["fill", "check"])
    ['check']
    """
    import difflib

    plain = {clean(text).casefold(): text for text in known}
    return [plain[key] for key in difflib.get_close_matches(clean(name).casefold(), plain, most)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give ``，是否想写“…”`` with the likest of the known names, to follow a sentence; empty if none is like it."""
    return "".join(f"，是否想写“{text}”" for text in nearest(name, known))
