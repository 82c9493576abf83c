"""Each type name of the package means one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import xlsxeval


def definitions() -> dict[str, list[str]]:
    """Give the files in which each class of the package is defined."""
    root = Path(xlsxeval.__file__).parent
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.relative_to(root).as_posix())
    return found


def test_no_type_name_is_defined_twice() -> None:
    found = definitions()
    assert {"Finding", "Outcome", "DeclaredOutcome"} <= found.keys()
    double = {name: files for name, files in found.items() if len(files) > 1}
    assert not double
