"""Names in formulas: look them up, and find the names that a pattern with ``*`` stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlsxeval.forms.model import Field, Form
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.formula.parse import FormulaError, parse, shown
from xlsxeval.formula.tree import (
    Binary,
    Call,
    Column,
    FieldRef,
    LineCell,
    Name,
    Node,
    Number,
    Ref,
    Unary,
    calls,
    leaves,
    refs,
    rewrite,
)

_OVER_COLUMNS = frozenset({"SUM", "COUNT", "MIN", "MAX"})
_ROUNDING = frozenset({"ROUND", "ROUNDDOWN"})
#: So many names are listed in a message.
_LISTED = 3
_MOST_DECIMALS = 15
#: How long a chain of computed blanks may be, each used in the formula of the next.
_LONGEST_CHAIN = 50
_ADDRESS = re.compile(r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a formula may use.

    Attributes:
        known: name -> reference.
        tables: the names of the tables.
        constants: name -> number of the scoring profile.
    """

    known: Mapping[str, Ref]
    tables: frozenset[str]
    constants: Mapping[str, Decimal]

    @classmethod
    def of_form(
        cls,
        form: str,
        fields: Iterable[str],
        tables: Iterable[str],
        constants: Mapping[str, Decimal],
        named: Mapping[str, str],
    ) -> Names:
        """Collect the names of one form: ``field``, ``row.column``, ``table.column``.

        ``named`` gives further names of columns: ``指标.年度指标值`` -> ``指标.目标值``.
        """
        known: dict[str, Ref] = {}
        of_tables = frozenset(tables)
        for name in fields:
            table, _, column = name.partition(".")
            known[name] = Column(form, table, column) if table in of_tables else FieldRef(form, name)
        known = {**{name: known[own] for name, own in named.items()}, **known}
        return cls(known, of_tables, constants)

    @classmethod
    def across(cls, forms: Iterable[Form], constants: Mapping[str, Decimal]) -> Names:
        """Collect the names of a whole set, each with its form's name before it: ``自评表.总分``."""
        known: dict[str, Ref] = {}
        for form in forms:
            known |= {f"{form.name}.{name}": FieldRef(form.name, name) for name in form.fields}
            for table in form.tables.values():
                columns = table.columns
                known |= {f"{form.name}.{table.name}.{name}": Column(form.name, table.name, name) for name in columns}
        return cls(known, frozenset(), constants)

    def within(self, table: str) -> Names:
        """Give the names for a check of each line of ``table``: a column's name stands for its cell in the line."""
        cells: dict[str, Ref] = {
            name.partition(".")[2]: LineCell(ref.form, ref.table, ref.name)
            for name, ref in self.known.items()
            if isinstance(ref, Column) and ref.table == table
        }
        return Names({**self.known, **cells}, self.tables, self.constants)

    def stars(self, text: str) -> list[str]:
        """Give the texts that ``*`` may stand for in a formula, so that all its names exist.

        Example: ``SUM(*.决算数, *.预算数)`` with the fields 甲.决算数, 甲.预算数 and 乙.决算数 gives ``["甲"]``. A
        formula without ``*`` gives ``[""]``.
        """
        starred = [leaf.text for leaf in leaves(parse(text)) if isinstance(leaf, Name) and "*" in leaf.text]
        if not starred:
            return [""]
        cells = [name for name, ref in self.known.items() if not isinstance(ref, Column)]
        return [star for _, star in star_values(starred[0], cells) if self._all_exist(starred, star)]

    def _all_exist(self, starred: list[str], star: str) -> bool:
        return all(name.replace("*", star) in self.known for name in starred)

    def formula(self, text: str, lines: Lines, path: tuple[str | int, ...], star: str = "") -> Node:
        """Parse a formula and replace its names by references and numbers.

        Args:
            text: the formula.
            lines: the lines of the file, for errors.
            path: the place of the formula in the file.
            star: the text that ``*`` stands for.

        Raises:
            DefinitionError: for a formula that cannot be read or a name that does not exist.
        """

        def look_up(name: Name) -> Node:
            full = name.text.replace("*", star) if star else name.text
            if full in self.known:
                return self.known[full]
            if full in self.constants:
                return Number(self.constants[full])
            if _ADDRESS.fullmatch(full):
                raise FormulaError(f"公式“{shown(text)}”中的“{full}”不是填空：请写填空的名称，不写单元格地址")
            near = difflib.get_close_matches(full, self.known, 1, 0.5)
            advice = f"，是否想写“{near[0]}”" if near else ""
            raise FormulaError(f"公式“{shown(text)}”中的“{full}”不是填空{advice}")

        try:
            _star_alone(parse(text), self, text)
            node = rewrite(parse(text), look_up)
            _columns_inside_functions(node, text)
            _rounded_to_a_number(node)
        except FormulaError as error:
            raise lines.error(str(error), *path) from None
        return node


def _star_alone(node: Node, names: Names, text: str) -> None:
    """Refuse ``SUM(*.得分)``: a star stands for one name at a time, and the sum of one is itself."""
    for call in calls(node):
        only = call.arguments[0] if len(call.arguments) == 1 else None
        # COUNT of one blank tells whether it is filled in.
        if call.function in _OVER_COLUMNS - {"COUNT"} and isinstance(only, Name) and "*" in only.text:
            every = [full for full, _ in star_values(only.text, names.known)]
            if any(isinstance(names.known[full], Column) for full in every):
                continue  # the lines of one column at a time are added up
            every = every[:_LISTED]
            meant = f"{call.function}({', '.join(every)}, …)" if every else "每一个名称"
            message = f"公式“{shown(text)}”里的“*”一次只代表一个，{call.function}加不到一起"
            raise FormulaError(f"{message}；要加全部的，请写{meant}")


def require_known_names(
    example: Mapping[str, object], names: Names, lines: Lines, path: tuple[str | int, ...], *, across: bool
) -> None:
    """Refuse an example that names a blank or a column that does not exist.

    Args:
        example: blank -> answer, table -> lines; across forms: form -> the same.
        names: the names that are known.
        lines: the lines of the file, for errors.
        path: the place of the example in the file.
        across: whether the example is of a check across forms.

    Raises:
        DefinitionError: with the nearest name.
    """
    for name, value in example.items():
        if across and isinstance(value, dict):
            for inner in _names_in(value):
                _require_known(f"{name}.{inner}", names.known, lines, (*path, name))
        else:
            for full in _names_in({name: value}):
                _require_known(full, names.known, lines, (*path, name))


def _names_in(example: Mapping[str, object]) -> Iterator[str]:
    """Yield the blanks of an example, and ``table.column`` for each answer of a line."""
    for name, value in example.items():
        if isinstance(value, list):
            yield from (f"{name}.{column}" for line in value if isinstance(line, dict) for column in line)
        else:
            yield name


def _require_known(name: str, known: Mapping[str, Ref], lines: Lines, path: tuple[str | int, ...]) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.5)
        raise lines.error(f"例子里的“{name}”不是填空" + (f"，是否想写“{near[0]}”" if near else ""), *path)


def _columns_inside_functions(node: Node, text: str) -> None:
    """Refuse a whole column outside SUM, COUNT, MIN and MAX."""
    match node:
        case Column(_, table, name):
            raise FormulaError(f"公式“{shown(text)}”中的“{table}.{name}”是一整列，请写成SUM({table}.{name})之类")
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


def _rounded_to_a_number(node: Node) -> None:
    """Refuse a number of decimals in ROUND that is no constant: a blank may hold any number."""
    match node:
        case Unary(operand):
            _rounded_to_a_number(operand)
        case Binary(_, left, right):
            _rounded_to_a_number(left)
            _rounded_to_a_number(right)
        case Call(function, arguments):
            if function in _ROUNDING:
                places = arguments[1].operand if isinstance(arguments[1], Unary) else arguments[1]
                if not (isinstance(places, Number) and places.value in range(_MOST_DECIMALS + 1)):
                    raise FormulaError(f"{function}的位数应是-{_MOST_DECIMALS}到{_MOST_DECIMALS}之间的整数")
            for argument in arguments:
                _rounded_to_a_number(argument)
        case _:
            return


def star_values(pattern: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, text that ``*`` stands for) for each name that matches ``pattern``.

    ``*`` stands for one whole part between dots: ``三公经费.*`` matches ``三公经费.决算数``, and ``*`` is ``决算数``.
    """
    parts = pattern.split(".")
    if "*" not in parts:
        return
    star = parts.index("*")
    for name in names:
        own = name.split(".")
        if len(own) == len(parts) and all(part in {"*", mine} for part, mine in zip(parts, own, strict=True)):
            yield name, own[star]


def check_circles(form: str, fields: Mapping[str, Field], lines: Lines) -> None:
    """Refuse formulas that use their own result, directly or through other blanks.

    Raises:
        DefinitionError: for a circle, or a chain that is too long.
    """
    needs = {
        name: [ref.name for ref in refs(field.formula) if isinstance(ref, FieldRef) and ref.form == form]
        for name, field in fields.items()
        if field.formula is not None
    }

    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in done:
            return
        key = next((key for key in (name, f"{name.split('.', maxsplit=1)[0]}.*") if lines.has("fields", key)), name)
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            raise lines.error(f"公式循环引用：{circle}", "fields", key)
        if len(trail) > _LONGEST_CHAIN:
            raise lines.error(f"公式一个引用一个，超过{_LONGEST_CHAIN}层", "fields", key)
        for other in needs.get(name, ()):
            visit(other, (*trail, name))
        done.add(name)

    for name in needs:
        visit(name, ())
