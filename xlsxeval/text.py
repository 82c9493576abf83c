"""Text as people type it: label keys, years inside labels, and display widths; independent of forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
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
#: A text with such a sign, longer than a label, is a sentence.
_SENTENCE = re.compile(r"[。,;!?]")
_LONGEST_WITHOUT_SENTENCE = 10
#: Few texts of a form are longer. For longer texts only the last few results are kept.
_SHORT, _MOST_SHORT = 500, 4096
_Result = TypeVar("_Result")


class LabelKey(NamedTuple):
    """The words of a label without what differs between printings, and the years in the label."""

    key: str
    years: tuple[int, ...]


class _Memory(dict[str, _Result]):
    """Text -> the result of a function; a missing result is calculated when it is asked for."""

    def __init__(self, function: Callable[[str], _Result]) -> None:
        super().__init__()
        self._function, self._of_long_texts = function, lru_cache(maxsize=32)(function)

    def __missing__(self, text: str) -> _Result:
        if len(text) > _SHORT:
            return self._of_long_texts(text)
        if len(self) >= _MOST_SHORT:
            self.clear()
        result = self[text] = self._function(text)
        return result


def remembered(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Cache the results of a pure function of one text: 4,096 results for short texts, 32 for long ones.

    A form may repeat one long text in a thousand lines; with the cache each rule searches it once. A cell may hold
    32,767 characters, so few long texts are kept, to bound the memory. A known text costs the look-up in a mapping.
    """
    return _Memory(function).__getitem__


@remembered
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

    White space, line breaks, punctuation, numbering (``1、``), ``其中：`` and text in brackets (units, hints) are
    left out. A year before 年 becomes ``#`` in the key and is returned in ``years``. A text that stands wholly in
    brackets keeps what is inside them.

    >>> label_key("其中：2024年 决算数（万元）")
    LabelKey(key='#年决算数', years=(2024,))
    >>> label_key("（2024年度）")
    LabelKey(key='#年度', years=(2024,))
    """
    plain = clean(_CIRCLED.sub("", text))
    years = tuple(int(year) for year in _YEAR.findall(plain))
    plain = _YEAR.sub(YEAR_MARK, plain)
    bare = _PREFIX.sub("", _BRACKETED.sub("", plain))
    return LabelKey(_words(bare) or _words(plain), years)


def _words(text: str) -> str:
    return YEAR_MARK.join(_NOT_WORD.sub("", part) for part in text.split(YEAR_MARK)).casefold()


@remembered
def is_prose(text: str) -> bool:
    """Tell whether a text is a sentence and no label: more than ten signs with a full stop, comma or semicolon.

    What stands in brackets does not count: 项目负责人及联系电话（座机，手机） is a label.

    >>> is_prose("有制度得2分，合法合规得4分。"), is_prose("水费、电费、差旅费、会议费、培训费")
    (True, False)
    """
    plain = _BRACKETED.sub("", clean(text))
    return len(plain) > _LONGEST_WITHOUT_SENTENCE and _SENTENCE.search(plain) is not None


def safe(text: str) -> str:
    """Replace control characters, direction characters and what XML cannot hold by U+FFFD; a line break by a blank.

    Such characters in a message could hide text or reverse its order on the screen.
    """
    return _UNSAFE.sub("\ufffd", _BREAK.sub(" ", text))


def sheet_length(text: str) -> int:
    """Give the length of ``text`` as a spreadsheet program counts it: signs beyond U+FFFF count twice."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def listed(names: Sequence[str], most: int) -> str:
    """Give the first ``most`` names as one text: ``甲、乙等``."""
    return "、".join(names[:most]) + ("等" if len(names) > most else "")


def display_width(text: str) -> int:
    """Give the width of ``text`` in half-width columns, as a terminal or a sheet shows it."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def nearest(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Give at most ``most`` known names that are like ``name``, the most similar first; width and case are ignored.

    >>> nearest("ｃｈｅＫｃ", ["fill", "check"])
    ['check']
    """
    import difflib

    plain = {clean(text).casefold(): text for text in known}
    return [plain[key] for key in difflib.get_close_matches(clean(name).casefold(), plain, most)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give ``，是否想写“…”`` with the most similar known name, to follow a sentence; empty if none is similar."""
    return "".join(f"，是否想写“{text}”" for text in nearest(name, known))
