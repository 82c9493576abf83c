"""Files that extend others: what a file does not say it has from its base, as far as its picture has the blanks."""

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
from xlsxeval.formula.tree import Name, leaves

#: Sections whose entries are merged key by key; in ``labels`` the lists are added up.
_SECTIONS = frozenset({"fields", "tables", "lists", "labels", "checks", "profile", "severity"})
_ADDED = "labels"
_MOST_BASES = 8


def read_extended(file: Path, depth: int = 0) -> tuple[dict[str, Tree], Lines]:
    """Read a file together with the files it extends.

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
        raise lines.error("extends连得太长，或者绕回了自己", "extends")
    under, base_lines = read_extended(base, depth + 1)
    return _merged(under, tree), lines.above(base_lines)


@lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> tuple[Tree, Lines]:
    """Parse a file; the sets share their bases, and parsing is most of what loading costs."""
    return read_yaml(text, name)


def _merged(under: Mapping[str, Tree], over: Mapping[str, Tree]) -> dict[str, Tree]:
    """Lay one file over another; an entry that is null takes the base's away."""
    found = dict(under)
    for section, value in over.items():
        base = found.get(section)
        if section in _SECTIONS and isinstance(base, dict) and isinstance(value, dict):
            found[section] = _entries(base, value, added=section == _ADDED)
        else:
            found[section] = value
    return {section: value for section, value in found.items() if value is not None}


def _entries(under: Mapping[str, Tree], over: Mapping[str, Tree], *, added: bool) -> dict[str, Tree]:
    found = dict(under)
    for name, value in over.items():
        base = found.get(name)
        if isinstance(base, dict) and isinstance(value, dict):
            both = {**base, **value}
            found[name] = {key: one for key, one in both.items() if one is not None or key not in base}
        elif added and isinstance(base, list) and isinstance(value, list):
            found[name] = [*base, *value]
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None or name not in under}


def as_far_as(
    spec: CheckSpec, inherited: frozenset[str], names: Names, computed: Collection[str], form: str
) -> CheckSpec | None:
    """Keep of the inherited parts of a check what speaks of blanks that the form has; None if nothing is left.

    Args:
        spec: the check as the base and the form have it.
        inherited: the keys of it that stand in the base; what the form wrote itself stays.
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
    try:
        used = [leaf.text for leaf in leaves(parse(formula)) if isinstance(leaf, Name)]
    except FormulaError:
        return True  # kept, so that the mistake is reported with its line
    return all(name in names.constants or _matches(name, names.known) for name in used)


def _matches(pattern: str, names: Collection[str]) -> bool:
    return pattern in names or ("*" in pattern and any(True for _ in star_values(pattern, names)))


def _example(example: Mapping[str, object], names: Names) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in example.items():
        if isinstance(value, list) and name in names.tables:
            columns = names.within(name).known
            found[name] = [{column: one for column, one in line.items() if column in columns} for line in value]
        elif name in names.known:
            found[name] = value
    return found
