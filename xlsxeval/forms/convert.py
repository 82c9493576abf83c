"""Convert plain mappings and lists to the structs of ``spec``, with errors in Chinese that name the line.

Example: ``kind: mony`` in line 12 gives ``a.yaml:12: “kind”的值“mony”不在允许的范围内，可以写：text（文字）、…``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.yamlfile import Lines, Tree
from xlsxeval.forms.yamlmistakes import full_width_advice

Spec = TypeVar("Spec")
#: The keys and indices of a place: ``$.fields[0].kind``.
_PATH_PARTS = re.compile(r"\.(\w+)|\[(\d+)\]")
#: The messages of msgspec.
_TOO_LONG = re.compile(r"Expected `(\w+)` of length <= (\d+)")
_OUT_OF_RANGE = re.compile(r"Expected `(\w+)` ([<>]=) (-?\d+)")
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_NOT_LISTED = re.compile(r"Invalid enum value '(.*)'", re.DOTALL)
_TYPES = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "array": "列表",
    "object": "“键: 值”",
    "null": "空",
    "bool": "是/否",
}
#: What is counted in each type that has a greatest length.
_COUNTED = {"str": "字", "array": "项", "object": "项"}
_SHOWN = 40


def convert(tree: dict[str, Tree], shape: type[Spec], lines: Lines) -> Spec:
    """Convert a tree to a struct; unknown and missing keys and wrong values are errors.

    Raises:
        DefinitionError: with the line of the first wrong entry.
    """
    _check(tree, shape, lines, ())
    return msgspec.convert(tree, shape, strict=False)


def _check(tree: Tree, hint: Any, lines: Lines, path: tuple[str | int, ...]) -> None:
    """Check a value and everything in it: keys must be known and complete, single values must have the right type.

    Args:
        tree: the value.
        hint: the type that it should have, with its limits for msgspec (``Annotated``).
        lines: the line of each value.
        path: the place of the value in the file.
    """
    shape = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    struct = hasattr(shape, "__struct_fields__")
    parts: list[tuple[str | int, Tree, Any]]
    if struct and isinstance(tree, dict):
        _check_keys(tree, shape, lines, path)
        hints = _hints(shape)
        parts = [(key, value, hints[key]) for key, value in tree.items()]
    elif get_origin(shape) is dict and isinstance(tree, dict):
        emptied = _emptied(hint, dict.__class_getitem__((get_args(shape)[0], None)))
        _check_value(dict.fromkeys(tree), emptied, lines, path)
        parts = [(key, value, get_args(shape)[1]) for key, value in tree.items()]
    elif get_origin(shape) is list and isinstance(tree, list):
        _check_value([None for _ in tree], _emptied(hint, list[None]), lines, path)
        parts = [(index, value, get_args(shape)[0]) for index, value in enumerate(tree)]
    else:
        _check_value(tree, hint, lines, path)
        return
    for key, value, inner in parts:
        _check(value, inner, lines, (*path, key))


def _emptied(hint: Any, container: Any) -> Any:
    """Give the type of a list or mapping with its greatest length but without the types of its items."""
    return Annotated[container, *get_args(hint)[1:]] if get_origin(hint) is Annotated else container


def _check_keys(tree: dict[str, Tree], shape: Any, lines: Lines, path: tuple[str | int, ...]) -> None:
    """Refuse unknown keys and missing keys of a struct."""
    known = list(shape.__struct_encode_fields__)
    for key, value in tree.items():
        if key not in known:
            raise lines.error(f"不认识的键“{_cut(key)}”{_advice(key, value, known)}", *path, key)
    for key in known[: len(known) - len(shape.__struct_defaults__)]:
        if tree.get(key) is None:
            what = "/".join(map(str, path)) or lines.file
            raise lines.error(f"“{what}”缺少“{key}”", *path)


def _advice(key: str, value: Tree, known: list[str]) -> str:
    """Give the end of the sentence about an unknown key: the probable cause, or the most similar key."""
    import difflib

    if advice := full_width_advice(key):
        return advice
    if value is None:  # in {formula: SUM(甲, 乙)} YAML takes “乙)” for a key
        return "，文字里有逗号的要加引号"
    near = difflib.get_close_matches(key, known, 1)
    return f"，是否想写“{near[0]}”" if near else f"，可用的键：{'、'.join(known)}"


@lru_cache(maxsize=32)
def _hints(shape: type) -> dict[str, Any]:
    """Give the types of a struct's keys; cached, because this is slow and a form has hundreds of fields."""
    hints = get_type_hints(shape, include_extras=True)
    keys = zip(shape.__struct_encode_fields__, shape.__struct_fields__, strict=True)  # type: ignore[attr-defined]
    return {key: hints[name] for key, name in keys}


def _check_value(value: object, hint: Any, lines: Lines, path: tuple[str | int, ...]) -> None:
    """Check one value by msgspec, and raise its error in Chinese."""
    try:
        msgspec.convert(value, hint, strict=False)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        inside = [int(index) if index else key for key, index in _PATH_PARTS.findall(where)]
        names = [str(part) for part in (*path, *inside) if isinstance(part, str)]
        name = _cut(names[-1]) if names else lines.file
        text = value if isinstance(value, str) else ""
        raise lines.error(_chinese(message, name, text, hint), *path, *inside) from None


def _chinese(message: str, key: str, text: str, hint: Any) -> str:
    """Give a message of msgspec in Chinese.

    Args:
        message: as ``Expected `float`, got `str```.
        key: the name of the value.
        text: the value itself if it is a text.
        hint: the type it should have.
    """
    if match := _TOO_LONG.fullmatch(message):
        return f"“{key}”超过{match[2]}{_COUNTED.get(match[1], '项')}"
    if match := _OUT_OF_RANGE.fullmatch(message):
        return f"“{key}”应{'不大于' if match[2] == '<=' else '不小于'}{match[3]}"
    if match := _WRONG_TYPE.match(message):
        wanted = "或".join(_TYPES.get(part.strip(), part.strip()) for part in match[1].split("|"))
        advice = full_width_advice(f"{key} {text}") if match[2] == "str" else ""
        return f"“{key}”应是{wanted}，这里是{_TYPES.get(match[2], match[2])}{advice}"
    if match := _NOT_LISTED.match(message):
        return f"“{key}”的值“{_cut(match[1])}”不在允许的范围内，可以写：{_choices(hint)}"
    return f"“{key}”的值不对（{message}）"


def _choices(hint: Any) -> str:
    """List the values of a Literal; kinds of blanks with their Chinese names: ``money（金额）``."""
    shape = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    values = [str(value) for value in get_args(shape)] if get_origin(shape) is Literal else []
    return "、".join(f"{value}（{KINDS[value].title}）" if value in KINDS else value for value in values)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
