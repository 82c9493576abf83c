"""What a drafted form inherits from the form file that it extends: fields, formulas and checks.

Example: a form that extends ``common/自评表.yaml`` and has the blanks 执行率, 全年执行数 and 全年预算数 inherits the
formula of 执行率 and the check that recalculates it, so that neither is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlsxeval.draft.form import DraftForm
from xlsxeval.draft.proposals import Limit
from xlsxeval.forms.extend import read_extended
from xlsxeval.forms.folder import templates_folder
from xlsxeval.forms.names import star_values
from xlsxeval.formula.parse import parse
from xlsxeval.formula.tree import Binary, Call, Name, Node, Number, leaves

FieldTree = Mapping[str, dict[str, str]]


class Inherited(NamedTuple):
    """What the extended form says.

    Attributes:
        keys: the keys of the file.
        fields: its fields.
        checks: its checks.
        kinds: blank of the drafted form -> its kind there.
        formulas: blank -> its formula there, if the drafted form has all blanks in it.
        equal: the blanks that a check compares with a sum.
        limits: the scores that a check compares with their weights.
        blank: the blanks that a check wants to stay blank.
    """

    keys: frozenset[str]
    fields: FieldTree
    checks: Mapping[str, Mapping[str, object]]
    kinds: Mapping[str, str]
    formulas: Mapping[str, str]
    equal: frozenset[str]
    limits: frozenset[Limit]
    blank: frozenset[str]

    @classmethod
    def by(cls, drawn: DraftForm, base: str) -> Inherited:
        """Return what a form inherits from a form file of the program; nothing if ``base`` is empty."""
        tree = read_base(base)
        fields: FieldTree = tree["fields"]
        kinds = {name: fields[key]["kind"] for name in drawn.blanks if (key := matching(name, fields))}
        equal: set[str] = set()
        limits: set[Limit] = set()
        blank: set[str] = set()
        for table, condition in _conditions(drawn, tree["checks"]):
            match condition:
                case Binary("=", _, Name(name)) | Binary("=", Name(name), _):
                    equal.add(name)
                case Binary("=", Call("COUNT", arguments), Number(_)):
                    blank |= {leaf.text for leaf in arguments if isinstance(leaf, Name)}
                case Binary("<=", Name(score), Name(weight)):
                    limits.add(Limit(score, weight, table))
        sets = frozenset(equal), frozenset(limits), frozenset(blank)
        return cls(frozenset(tree), fields, tree["checks"], kinds, _formulas(drawn, fields), *sets)


def read_base(base: str) -> Mapping[str, FieldTree]:
    """Return fields, tables and checks of the extended form file; empty ones if there is none."""
    tree = read_extended(templates_folder() / base)[0] if base else {}
    return {"fields": {}, "tables": {}, "checks": {}, **tree}  # type: ignore[dict-item]  # a form file that loads


def matching(name: str, fields: Mapping[str, object]) -> str | None:
    """Return the key in ``fields`` for a blank: its name, or a pattern such as ``*.执行率``; None if there is none."""
    if name in fields:
        return name
    return next((key for key in fields if "*" in key and any(True for _ in star_values(key, [name]))), None)


def _formulas(drawn: DraftForm, fields: FieldTree) -> dict[str, str]:
    """Return the formulas that a form inherits and can calculate, because it has all blanks in them."""
    found: dict[str, str] = {}
    for name in drawn.blanks:
        key = matching(name, fields)
        formula = fields[key].get("formula") if key else None
        if key and formula:
            star = next((star for _, star in star_values(key, [name])), "") if "*" in key else ""
            text = formula.replace("*.", f"{star}.").replace(".*", f".{star}") if star else formula
            used = [leaf.text.replace("*", star) for leaf in leaves(parse(formula)) if isinstance(leaf, Name)]
            if all(other in drawn.blanks for other in used):
                found[name] = text
    return found


def _conditions(drawn: DraftForm, checks: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, Node]]:
    """Yield the conditions of checks of which a form has all blanks, those of lines with the name of their table."""
    for check in checks.values():
        that, each = check.get("that", []), check.get("each", {})
        texts = [("", text) for text in ([that] if isinstance(that, str) else that)]  # type: ignore[attr-defined]
        texts += each.items()  # type: ignore[attr-defined]  # a form file that loads
        for table, text in texts:
            columns = {name.partition(".")[2] for name in drawn.blanks if name.partition(".")[0] == table}
            for part in _parts(parse(text)):
                names = {leaf.text for leaf in leaves(part) if isinstance(leaf, Name)}
                if names <= (columns if table else drawn.blanks.keys()):
                    yield table, part


def _parts(node: Node) -> Iterator[Node]:
    """Yield the parts of a condition that must all hold."""
    if isinstance(node, Call) and node.function == "AND":
        for part in node.arguments:
            yield from _parts(part)
    else:
        yield node
