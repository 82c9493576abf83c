"""Files that extend others: a file inherits the entries of its base for which its picture has the blanks.

Example: the base has ``fields: {甲: {kind: money}, 乙: {kind: money}}``, and a form with the blanks 甲 and 丙 writes
``fields: {甲: {help: 决算数}, 丙: {kind: text}}``. The form has 甲 as money with this help, and 丙; 乙 is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.folder import templates_folder
from xlsxeval.forms.names import Names, star_values
from xlsxeval.forms.spec import CheckSpec
from xlsxeval.forms.yamlfile import Lines, Tree, read_text, read_yaml
from xlsxeval.formula.parse import FormulaError, parse
from xlsxeval.formula.tree import LineCell, Name, leaves

#: Sections whose entries are merged key by key; in ``labels`` the lists of both files are joined.
_SECTIONS = frozenset({"fields", "tables", "lists", "labels", "checks", "profile", "severity"})
_ADDED = "labels"
_MOST_BASES = 8


def read_extended(file: Path, depth: int = 0) -> tuple[dict[str, Tree], Lines]:
    """Read a file together with the files it extends.

    Args:
        file: the file.
        depth: how many files extend it.

    Returns:
        The merged content, and the file and line of each value.

    Raises:
        DefinitionError: for the first mistake found.
    """
    text = read_text(file, DefinitionError)
    tree, lines = _parsed(text, file.name)
    if not isinstance(tree, dict):
        raise DefinitionError("文件应由“键: 值”组成", file=file.name, line=1)
    name = tree.get("extends")
    tree = {key: value for key, value in tree.items() if key != "extends"}
    if name is None:
        return tree, lines
    base = next((path for path in (file.parent / str(name), templates_folder() / str(name)) if path.is_file()), None)
    if base is None:
        raise lines.error(f"找不到“{name}”，应是本文件旁边的文件，或程序自带的，如common/自评表.yaml", "extends")
    if depth == _MOST_BASES:
        raise lines.error("extends的层数太多，或者又回到了自己", "extends")
    under, base_lines = read_extended(base, depth + 1)
    return _merged(under, tree), lines.above(base_lines)


@lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> tuple[Tree, Lines]:
    """Parse a file; cached, because the sets share their bases and parsing takes most of the time of loading."""
    return read_yaml(text, name)


def _merged(under: Mapping[str, Tree], over: Mapping[str, Tree]) -> dict[str, Tree]:
    """Merge a file with its base; an entry that is null removes that of the base."""
    merged = dict(under)
    for section, value in over.items():
        base = merged.get(section)
        if section in _SECTIONS and isinstance(base, dict) and isinstance(value, dict):
            merged[section] = _entries(base, value, added=section == _ADDED)
        else:
            merged[section] = value
    return {section: value for section, value in merged.items() if value is not None}


def _entries(under: Mapping[str, Tree], over: Mapping[str, Tree], *, added: bool) -> dict[str, Tree]:
    """Merge the entries of a section; ``added``: whether lists are joined instead of replaced."""
    merged = dict(under)
    for name, value in over.items():
        base = merged.get(name)
        if isinstance(base, dict) and isinstance(value, dict):
            both = {**base, **value}
            merged[name] = {key: part for key, part in both.items() if part is not None or key not in base}
        elif added and isinstance(base, list) and isinstance(value, list):
            merged[name] = [*base, *value]
        else:
            merged[name] = value
    return {name: value for name, value in merged.items() if value is not None or name not in under}


def as_far_as(
    spec: CheckSpec, inherited: frozenset[str], names: Names, computed: Collection[str], form: str
) -> CheckSpec | None:
    """Leave out the inherited parts of a check that name blanks which the form has not; None if nothing is left.

    Args:
        spec: the check, merged from the base and the form.
        inherited: its keys that only the base has; the parts that the form wrote itself are kept.
        names: the names of the form.
        computed: its fields that have a formula.
        form: the form's name; empty for checks across forms, whose examples stay as they are.
    """
    that = [spec.that] if isinstance(spec.that, str) else spec.that
    each = {table: text for table, text in spec.each.items() if table in names.tables}
    fitting: dict[str, object] = {
        "that": [text for text in that if _known(text, names)],
        "each": {table: text for table, text in each.items() if _known(text, names.within(table))},
        "computed": [pattern for pattern in spec.computed if _matches(pattern, computed)],
        "filled": [pattern for pattern in spec.filled if _matches(pattern, computed)],
        "hints": [hint for hint in spec.hints if _known(hint.when, names)],
        "at": spec.at if _matches(spec.at, names.known) else "",
    }
    if form:
        fitting |= {"wrong": _example(spec.wrong, names), "right": _example(spec.right, names)}
    kept = msgspec.structs.replace(spec, **{key: value for key, value in fitting.items() if key in inherited})
    return kept if kept.that or kept.each or kept.computed or kept.filled else None


def _known(formula: str, names: Names) -> bool:
    """Tell whether all names in a formula exist."""
    try:
        used = [leaf.text for leaf in leaves(parse(formula)) if isinstance(leaf, Name)]
    except FormulaError:
        return True  # kept, so that the mistake is reported with its line
    return all(name in names.constants or _matches(name, names.known) for name in used)


def _matches(pattern: str, names: Collection[str]) -> bool:
    """Tell whether a name, or any name that a pattern with ``*`` stands for, exists."""
    return pattern in names or ("*" in pattern and any(True for _ in star_values(pattern, names)))


def _example(example: Mapping[str, object], names: Names) -> dict[str, object]:
    """Leave out the answers of an example for which the form has no blank."""
    kept: dict[str, object] = {}
    for name, value in example.items():
        if isinstance(value, list) and name in names.tables:
            cells = {key: ref for key, ref in names.within(name).known.items() if isinstance(ref, LineCell)}
            kept[name] = [
                {cells[column].name: text for column, text in line.items() if column in cells} for line in value
            ]
        elif name in names.known:
            kept[name] = value
    return kept
