"""Explain in Chinese why a text is no YAML: the wrong character, and what to write instead.

Example: the line ``fields： {}`` among others gives ``…，“：”是全角的，请改成半角的“: ”``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsxeval.errors import DefinitionError

if TYPE_CHECKING:
    import yaml

#: Full-width signs that people type for the half-width signs of YAML.
_HALF = {"：": ": ", "，": ", ", "［": "[", "］": "]", "｛": "{", "｝": "}", "【": "[", "】": "]", "－": "-", "＃": "#"}
_FULL = re.compile("[：，［］｛｝【】－＃]")
_QUOTED = re.compile("\"[^\"]*\"|'[^']*'")


def full_width_advice(text: str) -> str:
    """Give the advice for a full-width sign in ``text``: ``，“：”是全角的，…``; an empty text if there is no such sign.

    Args:
        text: a line, or a value that should be a list, a mapping or a number; parts in quotes are ignored.
    """
    sign = _FULL.search(_QUOTED.sub("", text))
    return f"，“{sign[0]}”是全角的，请改成半角的“{_HALF[sign[0]]}”" if sign else ""


def explained(error: yaml.YAMLError, text: str, file: str) -> DefinitionError:
    """Make the error in Chinese from that of a parser of YAML.

    Args:
        error: the error of the parser (in C or in Python).
        text: the whole text.
        file: its name.
    """
    problem, context = str(getattr(error, "problem", "") or ""), str(getattr(error, "context", "") or "")
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return DefinitionError("不是有效的YAML，请检查缩进、冒号和引号", file=file)
    if "nesting" in problem:
        return DefinitionError("嵌套过深", file=file, line=mark.line + 1)
    rows = text.split("\n")
    line, first = mark.line + 1, (opened.line if opened else mark.line) + 1
    row = rows[mark.line] if mark.line < len(rows) else ""
    sign = row[mark.column : mark.column + 1]
    message = _message(problem, context, sign, row, first)
    advice = ""
    if "flow" in context or "mapping values" in problem or "expected ':'" in problem:
        # The full-width sign may be in this line, in the line where the list began, or in the line before this one.
        nearby = (row, rows[first - 1], rows[max(line - 2, 0)])
        advice = next(filter(None, map(full_width_advice, nearby)), "")
    if "expected ':'" in problem:
        line = first
    return DefinitionError(f"不是有效的YAML：{message}{advice}", file=file, line=line)


def _message(problem: str, context: str, sign: str, row: str, first: int) -> str:
    """Give the sentence for a mistake.

    Args:
        problem: the parser's words for the mistake.
        context: the parser's words for the part that it was reading.
        sign: the character at which it stopped.
        row: the text of that line.
        first: the number of the line in which the part began.
    """
    if "flow sequence" in context or "flow mapping" in context:
        opening, closing = ("[", "]") if "sequence" in context else ("{", "}")
        return f"第{first}行的“{opening}”没有“{closing}”和它成对，或者两项之间少了“,”"
    if "\t" in row[: len(row) - len(row.lstrip())] or sign == "\t":
        return "行首有制表符（Tab），缩进只能用空格"
    if "cannot start any token" in problem:
        return f"文字不能以“{sign}”开头，请给它加上引号"
    if "quoted scalar" in context or "double-quoted" in context:
        return "双引号里的“\\”要写成“\\\\”" if "escape" in problem else f"第{first}行的引号没有成对"
    if "mapping values are not allowed" in problem:
        return "这里不能有“: ”，文字里有冒号要加引号；也可能是缩进不对"
    if "expected ':'" in problem:
        return f"第{first}行少了“: ”"
    if "block mapping" in context or "block collection" in context or "block sequence" in context:
        return f"缩进不对，同一层的各行要与第{first}行对齐"
    for sort, begins in (("alias", "*"), ("anchor", "&"), ("tag", "!"), ("directive", "%"), ("block scalar", "|")):
        if sort in context:
            return f"以“{begins}”开头的文字要加引号"
    return "请检查缩进、冒号和引号"
