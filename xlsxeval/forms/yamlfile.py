"""Read YAML with every scalar as text, so that numbers keep their digits, and with the line of every value.

Example: ``{分值: 10.50}`` gives ``{"分值": "10.50"}``, and ``lines.of("分值")`` is 1. A repeated key is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from xlsxeval.errors import DefinitionError, XlsxevalError
from xlsxeval.files import NotOrdinaryError, read_ordinary
from xlsxeval.text import UNWRITABLE

if TYPE_CHECKING:
    import yaml

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Keys: TypeAlias = tuple[str | int, ...]
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
#: Limits of a file, far above those of any form or filing: bytes, values, depth of nesting, characters of a key.
MOST_BYTES = 4 * 1024 * 1024
_MOST_VALUES, _MAX_DEPTH, _LONGEST_KEY = 200_000, 40, 300


class Lines:
    """The file and line of each value; a value that is not in the file may be in its base.

    The path of a value is its keys and indexes: ``("fields", "总分", "help")``.
    """

    def __init__(self, file: str, base: Lines | None = None) -> None:
        """Start with an empty map for ``file``, which extends the file of ``base``."""
        self.file = file
        self._base = base
        self._lines: dict[Keys, int] = {}

    def note(self, path: Keys, line: int) -> None:
        """Remember the line (from 1) of the value at ``path``."""
        self._lines[path] = line

    def of(self, *path: str | int) -> int:
        """Give the line of the value at ``path``; if it is not there, of the value that would contain it."""
        return self.find(path)[1]

    def has(self, *path: str | int) -> bool:
        """Tell whether there is a value at ``path``."""
        return path in self._lines or self.inherits(*path)

    def inherits(self, *path: str | int) -> bool:
        """Tell whether the value at ``path`` is only in the base."""
        return path not in self._lines and self._base is not None and self._base.has(*path)

    def above(self, base: Lines) -> Lines:
        """Give the lines of the same file, which extends the file of ``base``."""
        lines = Lines(self.file, base)
        lines._lines = self._lines
        return lines

    def error(self, message: str, *path: str | int) -> DefinitionError:
        """Make the error that names file and line."""
        file, line = self.find(path)
        return DefinitionError(message, file=file, line=line)

    def find(self, path: Keys) -> tuple[str, int]:
        """Give file and line of the value at ``path``; if it is not there, of the value that would contain it."""
        while path:
            if path in self._lines:
                return self.file, self._lines[path]
            if self._base is not None and self._base.has(*path):
                return self._base.find(path)
            path = path[:-1]
        return self.file, 1


def read_yaml(text: str, file: str) -> tuple[Tree, Lines]:
    """Read one YAML (or JSON) document.

    Returns:
        The document, in which every scalar is a text or None, and the lines of its values.

    Raises:
        DefinitionError: if the text is no YAML, holds a key twice, an anchor, an alias, a tag or a character that no
            spreadsheet can hold, or is over a limit.
    """
    import yaml  # imported only when a file is read, because the sets that come with the program are compiled

    from xlsxeval.forms.yamlmistakes import explained

    if sign := UNWRITABLE.search(text):  # tested first, because the two parsers of YAML refuse different characters
        line = text.count("\n", 0, sign.start()) + 1
        raise DefinitionError(_unwritable(sign[0]), file=file, line=line)
    lines = Lines(file)
    events = _events(text, file)
    try:
        first = next(events, None)
        tree = None if first is None else _value(first, events, (), lines)
        if second := next(events, None):
            raise DefinitionError("只能有一份内容，请删去“---”", file=file, line=_line(second))
    except yaml.YAMLError as error:
        raise explained(error, text, file) from None
    return tree, lines


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    """Yield scalars, and the beginnings and ends of lists and mappings, counted; aliases, anchors and tags are refused.

    A file of a few lines with aliases of aliases would stand for millions of values.
    """
    import yaml

    count = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(
            event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentStartEvent | yaml.DocumentEndEvent
        ):
            continue
        count += 1
        if count > _MOST_VALUES:
            raise DefinitionError(f"内容太多，超过{_MOST_VALUES}项", file=file, line=_line(event))
        if isinstance(event, yaml.NodeEvent):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&" if event.anchor is not None else ""
            sign = sign or ("!" if getattr(event, "tag", None) is not None else "")
            if sign:
                message = f"以“{sign}”开头的文字要加引号（YAML的锚点、别名和标记不能用）"
                raise DefinitionError(message, file=file, line=_line(event))
        yield event


def _value(event: yaml.Event, events: Iterator[yaml.Event], path: Keys, lines: Lines) -> Tree:
    """Give the value that begins with ``event``; the events that belong to it are taken from ``events``."""
    import yaml

    lines.note(path, _line(event))
    if len(path) > _MAX_DEPTH:
        raise lines.error("嵌套过深", *path)
    if isinstance(event, yaml.ScalarEvent):
        return None if not event.style and event.value in _NULL else _text(event, lines)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Tree] = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_value(item, events, (*path, len(items)), lines))
        return items
    entries: dict[str, Tree] = {}
    while not isinstance(key_event := next(events), yaml.MappingEndEvent):
        line = _line(key_event)
        if not isinstance(key_event, yaml.ScalarEvent):
            raise DefinitionError("键必须是文字", file=lines.file, line=line)
        key = _text(key_event, lines)
        if len(key) > _LONGEST_KEY:
            raise DefinitionError(f"键超过{_LONGEST_KEY}字，请检查冒号和引号", file=lines.file, line=line)
        if key in entries:
            raise DefinitionError(f"“{key}”重复出现", file=lines.file, line=line)
        entries[key] = _value(next(events), events, (*path, key), lines)
        lines.note((*path, key), line)
    return entries


def _text(event: yaml.ScalarEvent, lines: Lines) -> str:
    text = str(event.value)
    if sign := UNWRITABLE.search(text):  # written as an escape, as "\v"
        raise DefinitionError(_unwritable(sign[0]), file=lines.file, line=_line(event))
    return text


def _unwritable(sign: str) -> str:
    return f"文字里有控制字符U+{ord(sign):04X}，电子表格里写不进，请删去"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def read_text(path: Path, error: type[XlsxevalError]) -> str:
    """Read an ordinary UTF-8 text file (with or without BOM) of at most 4 MiB.

    Raises:
        error: with one sentence, if the file is missing, a folder, not readable, no ordinary file, too large or
            not UTF-8.
    """
    try:
        return read_ordinary(path, MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except NotOrdinaryError as problem:
        raise error(str(problem)) from None
    except FileNotFoundError:
        raise error(f"找不到文件：{path}") from None
    except IsADirectoryError:
        raise error(f"这是文件夹，不是文件：{path}") from None
    except UnicodeDecodeError:
        raise error(f"文件不是UTF-8编码：{path}，请另存为UTF-8") from None
    except OSError as problem:
        raise error(f"无法读取文件：{path}（{problem.strerror or problem}）") from None
