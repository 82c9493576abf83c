"""Data laid out as our own template would hold it: lines arranged in their groups, every answer at its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial

from xlsxeval.a1 import cell_name
from xlsxeval.data.parse import ANSWER_KEYS, Data, DataFile, require_known, require_mapping
from xlsxeval.data.plain import percent_entry
from xlsxeval.errors import DataError
from xlsxeval.filing import Answer, Filing, FormAnswers, Line, head_cells, interpret
from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.model import Field, Form, FormSet, Table
from xlsxeval.forms.place import Layout, place
from xlsxeval.forms.yamlfile import Tree
from xlsxeval.numbers import decimals_of, parse_figure
from xlsxeval.text import UNWRITABLE

_MAX_DIGITS = 15
_MAX_TEXT = 32_767
#: Makes the error that names file and line, from a message.
Wrong = Callable[[str], DataError]
#: The same from a line of a table, a column and a message.
LineWrong = Callable[[Mapping[str, Tree], str, str], DataError]


def build_filing(
    formset: FormSet, data: Data, *, year: int, unit: str = "", lines: Mapping[str, int] | None = None
) -> Filing:
    """Lay data out as our template would hold it.

    A computed field that the data leaves out holds its formula; one that the data names holds the typed value.

    Args:
        formset: the set.
        data: what ``parse_data`` gave.
        year: the form's year.
        unit: the unit's name, put into every form if the data names it in none.
        lines: for a template: how many lines each group (``数量指标``) or table has at least, where not as the form
            says; None for a filled form, which gets only its own lines and one for each empty group.

    Raises:
        DataError: naming the form and field that is unknown or cannot be written.
    """
    named = any(
        name in data.forms.get(form.name, {}) for form in formset.forms for name in (form.unit_field, *form.unit_else)
    )
    given = "" if named else unit
    groups = [name for form in formset.forms for name in _line_groups(form)]
    require_known(lines or {}, groups, "--lines", (), DataFile(None), "分组")
    forms = {form.name: _form(form, formset, data, year, given, lines) for form in formset.forms}
    found = next((answers.unit for answers in forms.values() if answers.unit), unit)
    subject = next((answers.subject for answers in forms.values() if answers.subject), "")
    return Filing("", formset, forms, year, found, subject=subject)


def _line_groups(form: Form) -> Iterable[str]:
    """Give the names by which the numbers of lines of a template are set."""
    for table in form.tables.values():
        yield from (group[-1] if group else table.name for group, _ in table.groups)


def _form(
    form: Form, formset: FormSet, data: Data, year: int, unit: str, lines: Mapping[str, int] | None
) -> FormAnswers:
    content = data.forms.get(form.name, {})
    require_known(content, [*form.fields, *form.tables], form.name, (form.name,), data, "填空")
    rows: dict[str, list[Mapping[str, Tree]]] = {}
    for table in form.tables.values():
        rows_given = content.get(table.name) or []
        if not isinstance(rows_given, list):
            raise data.error((form.name, table.name), f"“{form.name}”的“{table.name}”应是一行一行的列表")
        given = []
        for number, line in enumerate(rows_given, 1):
            where, path = f"{table.name}第{number}行", (form.name, table.name, number - 1)
            parts = _parts_only(table, require_mapping(line or {}, where, path, data))
            require_known(parts, table.columns, where, path, data, "列")
            given.append(parts)
        rows[table.name] = arrange(table, given, lines)
    page = place(form, {name: len(lines) for name, lines in rows.items()})
    fields = {}
    for name, field in form.fields.items():
        start = unit if name == form.unit_field and unit else field.start
        tree = content.get(name, start or None)
        own = field.formula is not None and name not in content
        wrong = partial(data.error, (form.name, name))
        cell = cell_name(*page.fields[name])
        fields[name] = _answer(tree, field, f"{form.name}的{name}", formset, cell, wrong, own=own)
    tables = {
        table.name: tuple(
            _lines(form, table, rows[table.name], page, formset, partial(_wrong_in_line, form, table, data))
        )
        for table in form.tables.values()
    }
    labels = {index: cell_name(page.tops[label.box.row], label.box.col + 1) for index, label in enumerate(form.labels)}
    heads = head_cells(form, labels)
    return FormAnswers(form, form.name, year, fields, tables, page.regions, heads, amount_unit=formset.amount_unit)


def _wrong_in_line(
    form: Form, table: Table, data: Data, line: Mapping[str, Tree], column: str, message: str
) -> DataError:
    """Make the error about a line: it is looked for by its content, because empty lines were put between."""
    given = data.forms[form.name].get(table.name)
    numbers = [number for number, other in enumerate(given if isinstance(given, list) else []) if _same(other, line)]
    return data.error((form.name, table.name, *numbers[:1], column), message)


def _same(given: Tree, line: Mapping[str, Tree]) -> bool:
    return isinstance(given, dict) and all(given.get(name) == entry for name, entry in line.items())


def _parts_only(table: Table, line: Mapping[str, Tree]) -> Mapping[str, Tree]:
    """Leave out what ``extract`` put together from columns that the line names as well."""
    doubled = {name for name, columns in table.joined.items() if any(column in line for column in columns)}
    return {name: entry for name, entry in line.items() if name not in doubled}


def arrange(
    table: Table, given: list[Mapping[str, Tree]], wanted: Mapping[str, int] | None = None
) -> list[Mapping[str, Tree]]:
    """Put the lines of an empty template around the given ones, whose order stays.

    A group of the template that has no line gets one; in a template (``wanted`` is given) every group is filled up
    to the lines it should have. The empty lines of a group stand behind its own, or behind the group before it.
    """
    lines: list[tuple[tuple[str, ...], Mapping[str, Tree]]] = []
    path: tuple[str, ...] = ("",) * len(table.inherit)
    for line in given:
        path = _path(table, line, path)
        lines.append((path, line))
    after = -1
    for group, count in table.groups:
        own = [index for index, (own_path, _) in enumerate(lines) if own_path == group]
        if wanted is not None:
            extra = max(wanted.get(group[-1] if group else table.name, count) - len(own), 0)
        else:
            extra = 0 if own else 1 if table.inherit else count
        at = own[-1] if own else after
        empty: dict[str, Tree] = dict(zip(table.inherit, group, strict=False))
        lines[at + 1 : at + 1] = [(group, empty)] * extra
        after = at + extra
    return [line for _, line in lines]


def _path(table: Table, line: Mapping[str, Tree], before: tuple[str, ...]) -> tuple[str, ...]:
    """Give the group of a line: a blank inherits from the line above, below a new heading it does not."""
    path: list[str] = []
    fresh = False
    for index, column in enumerate(table.inherit):
        text = _text(line.get(column))
        fresh = fresh or bool(text and text != before[index])
        path.append(text or ("" if fresh else before[index]))
    return tuple(path)


def _lines(
    form: Form, table: Table, rows: list[Mapping[str, Tree]], page: Layout, formset: FormSet, wrong: LineWrong
) -> Iterable[Line]:
    region = page.regions[table.name]
    path: tuple[str, ...] = ("",) * len(table.inherit)
    for number, line in enumerate(rows, 1):
        row = region.first + number
        path = _path(table, line, path)
        inherited: dict[str, Tree] = {name: text or None for name, text in zip(table.inherit, path, strict=True)}
        yield {
            name: _answer(
                inherited.get(name, line.get(name)),
                column,
                f"{form.name}的{table.name}第{number}行{name}",
                formset,
                cell_name(row, region.cols[name]),
                partial(wrong, line, name),
            )
            for name, column in table.columns.items()
        }


def _text(tree: Tree) -> str:
    """Give the text of an entry, which may be a scalar or what ``extract`` printed for a cell."""
    if isinstance(tree, dict):
        inner = tree.get("text") if tree.get("value") is None else tree.get("value")
        return str(inner or "")
    return "" if tree is None else str(tree)


def _answer(
    tree: Tree, field: Field, where: str, formset: FormSet, cell: str, wrong: Wrong, *, own: bool = False
) -> Answer:
    if isinstance(tree, list):
        raise wrong(f"{where}应是一个值，不是列表")
    if isinstance(tree, dict):
        unknown = next((key for key in tree if key not in ANSWER_KEYS), None)
        if unknown is not None:
            raise wrong(f"“{where}”中没有叫“{unknown}”的名称，可以写：{'、'.join(ANSWER_KEYS)}")
        if field.formula is not None and tree.get("formula"):
            own = True
    if own:
        return Answer(None, "", cell, "", own=True)
    as_is = isinstance(tree, dict) and tree.get("value") is None
    text = _printed(tree, field.kind)
    if len(text) > _MAX_TEXT:
        raise wrong(f"{where}的文字太长（超过{_MAX_TEXT}字）")
    if UNWRITABLE.search(text):
        raise wrong(f"{where}含有不能写进电子表格的控制字符")
    value, decimals, problem = interpret(text, field.kind, formset.amount_unit)
    if problem and not as_is:
        raise wrong(f"{where}应是{field.kind.title}，这里是“{text}”")
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > _MAX_DIGITS:
        raise wrong(f"{where}的数字超过{_MAX_DIGITS}位，电子表格存不下：{text}")
    if as_is and value is not None and field.kind.numeric:
        problem = "text"
    if isinstance(value, Decimal) and field.kind_name != "percent":
        decimals = max(decimals_of(value), field.kind.decimals)  # as the template's number format prints it
    return Answer(value, text if value is not None or as_is else "", cell, decimals=decimals, problem=problem)


def _printed(tree: Tree, kind: Kind) -> str:
    """Give the text to be written: for a percentage what was printed, which tells its decimals."""
    if not isinstance(tree, dict):
        return "" if tree is None else str(tree)
    value, text = tree.get("value"), str(tree.get("text") or "")
    if value is None:
        return text
    ratio = parse_figure(str(value)) if kind.title == "百分比" else None
    return percent_entry(ratio.value, text) if ratio else str(value)
