"""YAML read as text: every scalar keeps its digits, every value its line; a doubled key is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import yaml

from xlsxeval.errors import DefinitionError, XlsxevalError

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Path_: TypeAlias = tuple[str | int, ...]
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_MAX_DEPTH = 40


class Lines:
    """The file and line on which each value stands; what a file does not say itself may stand in its base."""

    def __init__(self, file: str, base: Lines | None = None) -> None:
        """Start with an empty map for ``file``, which extends the file of ``base``."""
        self.file = file
        self._base = base
        self._lines: dict[Path_, int] = {}

    def note(self, path: Path_, line: int) -> None:
        """Remember the line (from 1) of the value at ``path``."""
        self._lines[path] = line

    def of(self, *path: str | int) -> int:
        """Give the line of the value at ``path``, or of what holds it."""
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

    def find(self, path: Path_) -> tuple[str, int]:
        """Give file and line of the value at ``path``, or of what holds it."""
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
        DefinitionError: if the text is no YAML, holds a key twice, or refers to itself.
    """
    lines = Lines(file)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "格式有误"
        line = mark.line + 1 if mark else 0
        raise DefinitionError(f"不是有效的YAML（{problem}），请检查缩进、冒号和引号", file=file, line=line) from None
    except RecursionError:
        raise DefinitionError("嵌套过深", file=file) from None
    return (None if node is None else _value(node, (), lines)), lines


def _value(node: yaml.Node, path: Path_, lines: Lines) -> Tree:
    line = node.start_mark.line + 1
    lines.note(path, line)
    if len(path) > _MAX_DEPTH:
        raise lines.error("嵌套过深", *path)
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in _NULL else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), lines) for index, item in enumerate(node.value)]
    found: dict[str, Tree] = {}
    for key_node, item in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else None
        if key is None:
            raise DefinitionError("键必须是文字", file=lines.file, line=key_node.start_mark.line + 1)
        if key in found:
            raise DefinitionError(f"“{key}”重复出现", file=lines.file, line=key_node.start_mark.line + 1)
        found[key] = _value(item, (*path, key), lines)
        lines.note((*path, key), key_node.start_mark.line + 1)
    return found


def read_text(path: Path, error: type[XlsxevalError]) -> str:
    """Read a UTF-8 text file (with or without BOM).

    Raises:
        error: with one sentence, if the file is missing, a folder, not readable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise error(f"找不到文件：{path}") from None
    except IsADirectoryError:
        raise error(f"这是文件夹，不是文件：{path}") from None
    except UnicodeDecodeError:
        raise error(f"文件不是UTF-8编码：{path}，请另存为UTF-8") from None
    except OSError as problem:
        raise error(f"无法读取文件：{path}（{problem.strerror or problem}）") from None


def mapping(tree: Tree) -> Mapping[str, Tree] | None:
    """Give the mapping itself, or None when the value is something else."""
    return tree if isinstance(tree, dict) else None
