"""Names in formulas: which exist, what they stand for, and what ``*`` stands for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlsxeval.forms.model import Field, Form
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.formula.parse import FormulaError, parse
from xlsxeval.formula.tree import Binary, Call, Column, LineCell, Name, Node, Number, Ref, Unary, leaves, refs, rewrite
from xlsxeval.formula.tree import Field as FieldRef

_OVER_COLUMNS = frozenset({"SUM", "COUNT", "MIN", "MAX"})


@dataclass(frozen=True, slots=True)
class Names:
    """The names a formula may use."""

    known: Mapping[str, Ref]
    tables: frozenset[str]
    #: The numbers of the scoring profile, by name.
    constants: Mapping[str, Decimal]

    @classmethod
    def of_form(
        cls, form: str, fields: Iterable[str], tables: Iterable[str], constants: Mapping[str, Decimal]
    ) -> Names:
        """Take the names of one form: ``field``, ``row.column``, ``table.column``."""
        known: dict[str, Ref] = {}
        of_tables = frozenset(tables)
        for name in fields:
            table, _, column = name.partition(".")
            known[name] = Column(form, table, column) if table in of_tables else FieldRef(form, name)
        return cls(known, of_tables, constants)

    @classmethod
    def across(cls, forms: Iterable[Form], constants: Mapping[str, Decimal]) -> Names:
        """Take the names of a whole set, each with its form's name before it."""
        known: dict[str, Ref] = {}
        for form in forms:
            known |= {f"{form.name}.{name}": FieldRef(form.name, name) for name in form.fields}
            for table in form.tables.values():
                columns = table.columns
                known |= {f"{form.name}.{table.name}.{name}": Column(form.name, table.name, name) for name in columns}
        return cls(known, frozenset(), constants)

    def within(self, table: str) -> Names:
        """Give the names inside a line of ``table``: a column's name means this line's cell."""
        cells: dict[str, Ref] = {
            ref.name: LineCell(ref.form, ref.table, ref.name)
            for ref in self.known.values()
            if isinstance(ref, Column) and ref.table == table
        }
        return Names({**self.known, **cells}, self.tables, self.constants)

    def stars(self, text: str) -> list[str]:
        """Give what ``*`` may stand for in a formula: whatever makes all its starred names exist."""
        starred = [leaf.text for leaf in leaves(parse(text)) if isinstance(leaf, Name) and "*" in leaf.text]
        if not starred:
            return [""]
        cells = [name for name, ref in self.known.items() if not isinstance(ref, Column)]
        return [star for _, star in star_values(starred[0], cells) if self._all_exist(starred, star)]

    def _all_exist(self, starred: list[str], star: str) -> bool:
        return all(name.replace("*", star) in self.known for name in starred)

    def formula(self, text: str, lines: Lines, path: tuple[str | int, ...], star: str = "") -> Node:
        """Parse a formula and look up its names.

        Raises:
            DefinitionError: for a formula that cannot be read or a name that does not exist.
        """

        def look_up(name: Name) -> Node:
            full = name.text.replace("*", star) if star else name.text
            if full in self.known:
                return self.known[full]
            if full in self.constants:
                return Number(self.constants[full])
            near = difflib.get_close_matches(full, self.known, 1, 0.5)
            advice = f"，是否想写“{near[0]}”" if near else ""
            raise FormulaError(f"公式“{text}”中的“{full}”不是填空{advice}")

        try:
            node = rewrite(parse(text), look_up)
            _columns_inside_functions(node, text)
        except FormulaError as error:
            raise lines.error(str(error), *path) from None
        return node


def _columns_inside_functions(node: Node, text: str) -> None:
    match node:
        case Column(_, table, name):
            raise FormulaError(f"公式“{text}”中的“{table}.{name}”是一整列，请写成SUM({table}.{name})之类")
        case Unary(operand):
            _columns_inside_functions(operand, text)
        case Binary(_, left, right):
            _columns_inside_functions(left, text)
            _columns_inside_functions(right, text)
        case Call(function, arguments):
            for argument in arguments:
                if not (isinstance(argument, Column) and function in _OVER_COLUMNS):
                    _columns_inside_functions(argument, text)
        case _:
            return


def star_values(pattern: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, what ``*`` stands for) for each name that fits ``pattern``."""
    before, _, after = pattern.partition("*")
    for name in names:
        middle = name.removeprefix(before).removesuffix(after)
        if middle and "." not in middle and before + middle + after == name:
            yield name, middle


def check_circles(form: str, fields: Mapping[str, Field], lines: Lines) -> None:
    """Refuse formulas that lead back to themselves."""
    needs = {
        name: [ref.name for ref in refs(field.formula) if isinstance(ref, FieldRef) and ref.form == form]
        for name, field in fields.items()
        if field.formula is not None
    }

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            key = next((key for key in (name, f"{name.split('.', maxsplit=1)[0]}.*") if lines.has("fields", key)), name)
            raise lines.error(f"公式循环引用：{circle}", "fields", key)
        for other in needs.get(name, ()):
            visit(other, (*trail, name))

    for name in needs:
        visit(name, ())
