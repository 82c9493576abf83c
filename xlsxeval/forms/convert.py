"""Plain trees to the structs of ``spec``, with errors in Chinese that name the line."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import TypeVar, get_args, get_origin, get_type_hints

import msgspec

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.yamlfile import Lines, Tree

Spec = TypeVar("Spec")
_KEYS = re.compile(r"\.(\w+)")
#: What msgspec says, each with what it is about.
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_NOT_LISTED = re.compile(r"Invalid enum value '(.*)'")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_TYPES = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "array": "列表",
    "object": "“键: 值”",
    "null": "空",
    "bool": "是/否",
}


def convert(tree: dict[str, Tree], shape: type[Spec], lines: Lines) -> Spec:
    """Convert a tree to a struct; unknown and missing keys and wrong values are errors.

    Raises:
        DefinitionError: with the line of the first wrong entry.
    """
    _check_keys(tree, shape, lines, ())
    try:
        return msgspec.convert(tree, shape, strict=False)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        raise _explain(message, where, lines) from None


def _check_keys(tree: Tree, shape: type, lines: Lines, path: tuple[str | int, ...]) -> None:
    """Walk structs and mappings of structs: each key must be known, each needed key present, each value convertible."""
    if not isinstance(tree, dict) or not hasattr(shape, "__struct_fields__"):
        return
    known = list(shape.__struct_fields__)
    for key in tree:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            advice = f"，是否想写“{near[0]}”" if near else f"，可用的键：{'、'.join(known)}"
            raise lines.error(f"不认识的键“{key}”{advice}", *path, key)
    required = known[: len(known) - len(shape.__struct_defaults__)]  # type: ignore[attr-defined]  # msgspec's own attribute
    for key in required:
        if tree.get(key) is None:
            what = "/".join(map(str, path)) or lines.file
            raise lines.error(f"“{what}”缺少“{key}”", *path)
    hints = _hints(shape)
    for key, value in tree.items():
        hint = hints[key]
        if get_origin(hint) is dict and isinstance(value, dict):
            inner = get_args(hint)[1]
            for name, item in value.items():
                _check_keys(item, inner, lines, (*path, key, name))
                _check_value(item, inner, lines, (*path, key, name))
        elif not hasattr(hint, "__struct_fields__"):
            _check_value(value, hint, lines, (*path, key))


@lru_cache(maxsize=32)
def _hints(shape: type) -> dict[str, type]:
    """Give the types of a struct's keys; looking them up is dear, and a form has hundreds of fields."""
    return get_type_hints(shape)


def _check_value(value: Tree, shape: type, lines: Lines, path: tuple[str | int, ...]) -> None:
    try:
        msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        last = _KEYS.findall(where)
        raise lines.error(_chinese(message, str((last or path)[-1])), *path, *last) from None


def _explain(message: str, where: str, lines: Lines) -> DefinitionError:
    keys = _KEYS.findall(where)
    return lines.error(_chinese(message, keys[-1] if keys else ""), *keys)


def _chinese(message: str, key: str) -> str:
    """Say msgspec's own message in Chinese."""
    if match := _EXPECTED.match(message):
        wanted = "或".join(_TYPES.get(part.strip(), part.strip()) for part in match[1].split("|"))
        return f"“{key}”应是{wanted}，这里是{_TYPES.get(match[2], match[2])}"
    if match := _NOT_LISTED.match(message):
        return f"“{key}”的值“{match[1]}”不在允许的范围内"
    if match := _UNKNOWN.match(message):
        return f"不认识的键“{match[1]}”"
    if match := _MISSING.match(message):
        return f"“{key}”缺少“{match[1]}”"
    return f"“{key}”的值不对（{message}）"
