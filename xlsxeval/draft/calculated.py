"""What a drafted form calculates: the formulas of the official workbook, then proposals where it has none.

Example: the official form has ``=SUM(H9:H12)`` in the cell of 总分; the drafted one says that 总分 is the sum of the
blanks in these cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxeval.draft import proposals
from xlsxeval.draft.form import DraftForm
from xlsxeval.draft.formulas import NamesOf, Position, circles, terms_of, text_of, translate, without_hundred
from xlsxeval.draft.inherited import Inherited
from xlsxeval.draft.known import known
from xlsxeval.draft.proposals import Limit, LineFormula
from xlsxeval.errors import DefinitionError
from xlsxeval.forms.fitting import require_field_fits
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.names import Names
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.formula.parse import FormulaError, parse
from xlsxeval.formula.tree import Binary, Call, Name, Node, Unary, leaves
from xlsxeval.text import safe

#: Characters of a formula of the official workbook in a comment.
_SHOWN = 100
#: Blanks whose figures may be negative.
_DIFFERENCE = re.compile(r"增减|差额|差异|变动|变化|调整额|结余|超支|增长")
#: A line has no more columns.
_WIDEST = 60
#: The form's name in formulas while it is drafted.
FORM = "表"


class Formula(NamedTuple):
    """A formula of a blank, and the remark for the person who checks the draft."""

    text: str
    remark: str


@dataclass(slots=True)
class Calculated:
    """What a drafted form calculates.

    Attributes:
        formulas: blank -> its formula, if the extended form has not the same.
        unsaid: blank -> the formula of the official workbook that a form cannot say.
        lines: formulas of the lines of tables, which become checks.
        limits: scores that may not exceed their weights.
        negative: the blanks whose figures may be negative.
    """

    formulas: dict[str, Formula] = field(default_factory=dict)
    unsaid: dict[str, str] = field(default_factory=dict)
    lines: list[LineFormula] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    negative: frozenset[str] = frozenset()


def calculated(drawn: DraftForm, inherited: Inherited) -> Calculated:
    """Return what a drafted form calculates beyond what it inherits; its blanks with formulas become numbers."""
    found = Calculated()
    scaled = _scaled(drawn)
    for name in drawn.formulas:
        if name.partition(".")[0] in drawn.tables():
            _add_line_formula(drawn, name, scaled, found, inherited)
        else:
            _add_formula(drawn, name, scaled, found, inherited)
    _propose(drawn, found, inherited)
    for name in circles({**inherited.formulas, **{name: formula.text for name, formula in found.formulas.items()}}):
        if found.formulas.pop(name, None) and name in drawn.formulas:
            found.unsaid[name] = _shown(drawn, name)
    found.negative = _negative(drawn, found)
    return found


def _add_formula(drawn: DraftForm, name: str, scaled: frozenset[str], found: Calculated, inherited: Inherited) -> None:
    """Add the formula that the official workbook has in a blank, if the extended form has not the same."""
    node = translate(_first(drawn, name), _names_for(drawn, name), drawn.blanks[name], scaled - {name})
    if node is not None and _is_same(node, inherited.formulas.get(name, "")):
        return
    usable = node is not None and resolved(drawn, text_of(node)) is not None
    if node is None or not usable or not _make_numeric(drawn, [name, *_used(node)], inherited):
        found.unsaid[name] = _shown(drawn, name)
    else:
        found.formulas[name] = Formula(text_of(node), f"表上的公式是{_shown(drawn, name)}")


def _propose(drawn: DraftForm, found: Calculated, inherited: Inherited) -> None:
    """Add what forms usually calculate, where neither the official workbook nor the extended form says anything."""
    taken = {*inherited.formulas, *inherited.equal, *drawn.formulas}
    for name, text in (proposals.rates(drawn) | proposals.sums(drawn)).items():
        if name not in taken and resolved(drawn, text) is not None:
            found.formulas[name] = Formula(text, "公式是猜的")
    found.lines += [line for line in proposals.line_rates(drawn) if f"{line.table}.{line.column}" not in drawn.formulas]
    found.limits += [
        limit
        for limit in proposals.limits(drawn)
        if limit not in inherited.limits
        and limit.score not in inherited.blank
        and resolved(drawn, f"{limit.score} <= {limit.weight}", limit.table) is not None
    ]


def _negative(drawn: DraftForm, found: Calculated) -> frozenset[str]:
    """Return the blanks whose figures may be negative: differences, and sums of such."""
    nodes = {name: parse(formula.text) for name, formula in found.formulas.items()}
    nodes |= {f"{line.table}.{line.column}": parse(line.formula) for line in found.lines}
    named = {name for name in drawn.blanks if _DIFFERENCE.search(name) and KINDS[drawn.blanks[name]].numeric}
    negative = named | {name for name, node in nodes.items() if _subtracts(node)}
    return frozenset(negative | {name for name, node in nodes.items() if negative & _used(node)})


def _used(node: Node) -> set[str]:
    return {leaf.text for leaf in leaves(node) if isinstance(leaf, Name)}


def _subtracts(node: Node) -> bool:
    """Return whether a formula is a difference."""
    match node:
        case Binary("-", _, _) | Unary():
            return True
        case Binary("+" | "*" | "/", left, right):
            return _subtracts(left) or _subtracts(right)
        case Call("SUM" | "ROUND" | "ROUNDDOWN", arguments):
            return any(map(_subtracts, arguments))
        case _:
            return False


def _first(drawn: DraftForm, name: str) -> str:
    return drawn.formulas[name][0].formula


def _shown(drawn: DraftForm, name: str) -> str:
    """Return the formula of the official workbook for a comment."""
    text = safe(_first(drawn, name))
    return "=" + (text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _scaled(drawn: DraftForm) -> frozenset[str]:
    """Return the percentages that the workbook calculates as numbers up to 100."""
    percentages = [name for name in drawn.formulas if drawn.blanks[name] == "percent"]
    nodes = {name: translate(_first(drawn, name), _names_for(drawn, name), "") for name in percentages}
    return frozenset(name for name, node in nodes.items() if node is not None and without_hundred(node) != node)


def _names_for(drawn: DraftForm, name: str) -> NamesOf:
    """Return the function that gives the names for a range of cells in the first formula of a blank or column."""
    table = name.partition(".")[0]
    return _line_of(drawn, table, drawn.formulas[name][0].cell[0]) if table in drawn.tables() else _cells_of(drawn)


def _cells_of(drawn: DraftForm) -> NamesOf:
    """Return the function that gives the names for a range of cells of the official workbook."""
    columns: dict[str, list[Position]] = {}
    for cell, name in drawn.cells.items():
        columns.setdefault(name, []).append(cell)

    def names(top: int, left: int, bottom: int, right: int) -> list[str] | None:
        def inside(cell: Position) -> bool:
            return top <= cell[0] <= bottom and left <= cell[1] <= right

        found = [name for name, cells in columns.items() if any(map(inside, cells))]
        whole = all(all(map(inside, columns[name])) for name in found)
        return found if whole and not any(map(inside, drawn.figures)) else None

    return names


def _line_of(drawn: DraftForm, table: str, row: int) -> NamesOf:
    """Return the function that gives the names of the columns for a range of cells in one line of a table."""

    def names(top: int, left: int, bottom: int, right: int) -> list[str] | None:
        if top != row or bottom != row:
            return None
        inside = [drawn.cells.get((row, col), "") for col in range(left, min(right, left + _WIDEST) + 1)]
        parts = [name.partition(".") for name in dict.fromkeys(filter(None, inside))]
        return [column for _, _, column in parts] if all(own == table for own, _, _ in parts) else None

    return names


def _add_line_formula(
    drawn: DraftForm, name: str, scaled: frozenset[str], found: Calculated, inherited: Inherited
) -> None:
    """Add the formula of a column as a check of each line, if every line has the same and reads itself only."""
    table, _, column = name.partition(".")
    own = {other.partition(".")[2] for other in scaled if other.partition(".")[0] == table} - {column}
    nodes = {
        translate(region.formula, _line_of(drawn, table, region.cell[0]), drawn.blanks[name], own)
        for region in drawn.formulas[name]
    }
    node = nodes.pop() if len(nodes) == 1 else None
    usable = node is not None and resolved(drawn, f"{column} = {text_of(node)}", table) is not None
    used = [f"{table}.{other}" for other in _used(node)] if node is not None else []
    if node is None or not usable or not _make_numeric(drawn, [name, *used], inherited):
        found.unsaid[name] = _shown(drawn, name)
    else:
        found.lines.append(LineFormula(table, column, text_of(node)))


def _make_numeric(drawn: DraftForm, names: Sequence[str], inherited: Inherited) -> bool:
    """Give the blanks of a formula that were taken for texts the kind of its figures; False if one is a text.

    Args:
        drawn: the form; its kinds are changed.
        names: the blank that is calculated, and those that its formula reads.
        inherited: what the extended form says.
    """
    kinds = {name: inherited.kinds.get(name, drawn.blanks[name]) for name in names}
    texts = [name for name, kind in kinds.items() if not KINDS[kind].numeric]
    always = {*inherited.kinds, *drawn.behind, *known().units, *known().subjects}
    if not always.isdisjoint(texts):
        return False
    figures = {kind for kind in kinds.values() if KINDS[kind].numeric and kind != "percent"}
    drawn.blanks |= dict.fromkeys(texts, figures.pop() if len(figures) == 1 else "area")
    return True


def resolved(drawn: DraftForm, text: str, table: str = "") -> Node | None:
    """Return a formula, or a condition for the lines of a table, with its names looked up; None for one of no use."""
    names = Names.of_form(FORM, drawn.blanks, drawn.tables(), {}, {})
    try:
        node = (names.within(table) if table else names).formula(text, Lines(FORM), ())
        if not table:
            require_field_fits(node)
    except (DefinitionError, FormulaError):
        return None
    return node


def _is_same(node: Node, text: str) -> bool:
    """Return whether a formula is that of the extended form, whatever the order of its terms."""
    return bool(text) and terms_of(node) == terms_of(parse(text))
