"""Answers as data: YAML or JSON in, a filing laid out as our own template would be, and back to plain values."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from xlsxeval.a1 import cell_name
from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.filing import Answer, Filing, FormAnswers, Line, head_cells, interpret
from xlsxeval.forms.kinds import Kind
from xlsxeval.forms.model import Field, Form, FormSet, Table
from xlsxeval.forms.place import Page, place
from xlsxeval.forms.yamlfile import Tree, read_text, read_yaml
from xlsxeval.numbers import decimals_of, parse_figure, plain

_TOP_KEYS = (
    *("schema_version", "program_version", "file", "set", "set_version"),
    *("year", "unit", "subject", "forms"),
)
_FORM_KEYS = ("sheet", "fields", "tables")
_ANSWER_KEYS = ("value", "text", "cell", "formula")
_MAX_DIGITS = 15
_MAX_TEXT = 32_767
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Data:
    """What a data file says, before it is laid out: form -> field or table -> entries."""

    year: int | None
    unit: str
    forms: Mapping[str, Mapping[str, Tree]]


def read_data(path: Path) -> Tree:
    """Read a data file (YAML; JSON if it ends in ``.json``), every number as its text.

    Raises:
        DataError: with one sentence, if the file cannot be read.
    """
    text = read_text(path, DataError)
    if path.suffix.lower() == ".json":
        try:
            tree: Tree = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise DataError(f"数据文件不是有效的JSON：{path.name}（{error}）") from None
        return tree
    try:
        return read_yaml(text, path.name)[0]
    except DefinitionError as error:
        raise DataError(str(error)) from None


def parse_data(tree: object, formset: FormSet) -> Data:
    """Check the outline of a data tree: known keys, known forms.

    Accepts what ``extract`` prints (``forms: {表: {fields, tables}}``) and the shorter form
    ``forms: {表: {填空: 值, 清单: [...]}}``.

    Raises:
        DataError: naming what is not known, and the nearest known name.
    """
    top = _mapping(tree, "数据文件")
    _known(top, _TOP_KEYS, "数据文件")
    if top.get("set") not in (None, formset.name):
        raise DataError(f"数据是“{top['set']}”套表的，不是“{formset.name}”")
    forms: dict[str, Mapping[str, Tree]] = {}
    names = [form.name for form in formset.forms]
    for name, content in _mapping({} if top.get("forms") is None else top["forms"], "forms").items():
        _known([name], names, "forms", "表")
        inner = _mapping(content or {}, name)
        if set(inner) & {"fields", "tables"}:
            _known(inner, _FORM_KEYS, name)
            inner = {**_mapping(inner.get("fields") or {}, "fields"), **_mapping(inner.get("tables") or {}, "tables")}
        forms[name] = inner
    return Data(_year(top.get("year")), str(top.get("unit") or ""), forms)


def _year(text: object) -> int | None:
    if text is None:
        return None
    if not (str(text).isascii() and str(text).isdigit() and int(str(text)) in _YEARS):
        raise DataError(f"年度“{text}”不对，应是四位数的年份，如2024")
    return int(str(text))


def _mapping(tree: object, what: str) -> Mapping[str, Tree]:
    if not isinstance(tree, dict):
        raise DataError(f"“{what}”应由“名称: 值”组成")
    return tree


def _known(names: Iterable[str], known: Iterable[str], where: str, what: str = "名称") -> None:
    every = list(known)
    for name in names:
        if name not in every:
            near = difflib.get_close_matches(str(name), every, 1, 0.5)
            advice = f"，是否想写“{near[0]}”" if near else ""
            raise DataError(f"“{where}”中没有叫“{name}”的{what}{advice}")


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
    named = any(form.unit_field in data.forms.get(form.name, {}) for form in formset.forms)
    given = "" if named else unit
    _known(lines or {}, [name for form in formset.forms for name in _line_groups(form)], "--lines", "分组")
    forms = {
        form.name: _form(form, formset, data.forms.get(form.name, {}), year, given, lines) for form in formset.forms
    }
    found = next((answers.unit for answers in forms.values() if answers.unit), unit)
    subject = next((answers.subject for answers in forms.values() if answers.subject), "")
    return Filing("", formset, forms, year, found, subject=subject)


def _line_groups(form: Form) -> Iterable[str]:
    """Give the names by which the numbers of lines of a template are set."""
    for table in form.tables.values():
        yield from (group[-1] if group else table.name for group, _ in table.groups)


def _form(
    form: Form, formset: FormSet, content: Mapping[str, Tree], year: int, unit: str, lines: Mapping[str, int] | None
) -> FormAnswers:
    _known(content, [*form.fields, *form.tables], form.name, "填空")
    rows: dict[str, list[Mapping[str, Tree]]] = {}
    for table in form.tables.values():
        rows_given = content.get(table.name) or []
        if not isinstance(rows_given, list):
            raise DataError(f"“{form.name}”的“{table.name}”应是一行一行的列表")
        given = [
            _parts_only(table, _mapping(line or {}, f"{table.name}第{number}行"))
            for number, line in enumerate(rows_given, 1)
        ]
        for number, line in enumerate(given, 1):
            _known(line, table.columns, f"{table.name}第{number}行", "列")
        rows[table.name] = arrange(table, given, lines)
    page = place(form, {name: len(lines) for name, lines in rows.items()})
    fields = {}
    for name, field in form.fields.items():
        start = unit if name == form.unit_field and unit else field.start
        tree = content.get(name, start or None)
        own = field.formula is not None and name not in content
        fields[name] = _answer(tree, field, f"{form.name}的{name}", formset, cell_name(*page.fields[name]), own=own)
    tables = {table.name: tuple(_lines(form, table, rows[table.name], page, formset)) for table in form.tables.values()}
    labels = {index: cell_name(page.tops[label.box.row], label.box.col + 1) for index, label in enumerate(form.labels)}
    heads = head_cells(form, labels)
    return FormAnswers(form, form.name, year, fields, tables, page.regions, heads, amount_unit=formset.amount_unit)


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
        own = [index for index, (of, _) in enumerate(lines) if of == group]
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


def _lines(form: Form, table: Table, rows: list[Mapping[str, Tree]], page: Page, formset: FormSet) -> Iterable[Line]:
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
            )
            for name, column in table.columns.items()
        }


def _text(tree: Tree) -> str:
    """Give the text of an entry, which may be a scalar or what ``extract`` printed for a cell."""
    if isinstance(tree, dict):
        inner = tree.get("text") if tree.get("value") is None else tree.get("value")
        return str(inner or "")
    return "" if tree is None else str(tree)


def _answer(tree: Tree, field: Field, where: str, formset: FormSet, cell: str, *, own: bool = False) -> Answer:
    if isinstance(tree, list):
        raise DataError(f"{where}应是一个值，不是列表")
    if isinstance(tree, dict):
        _known(tree, _ANSWER_KEYS, where)
        if field.formula is not None and tree.get("formula"):
            own = True
    if own:
        return Answer(None, "", cell, "", own=True)
    as_is = isinstance(tree, dict) and tree.get("value") is None
    text = _printed(tree, field.kind)
    if len(text) > _MAX_TEXT:
        raise DataError(f"{where}的文字太长（超过{_MAX_TEXT}字）")
    if _UNWRITABLE.search(text):
        raise DataError(f"{where}含有不能写进电子表格的控制字符")
    value, decimals, problem = interpret(text, field.kind, formset.amount_unit)
    if problem and not as_is:
        raise DataError(f"{where}应是{field.kind.title}，这里是“{text}”")
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > _MAX_DIGITS:
        raise DataError(f"{where}的数字超过{_MAX_DIGITS}位，电子表格存不下：{text}")
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


def percent_entry(ratio: Decimal, text: str) -> str:
    """Write a ratio so that it is read as one: as it was printed, else exactly, in any case with its sign."""
    return text if text.endswith("%") else f"{plain(ratio * 100)}%"


def plain_data(filing: Filing) -> dict[str, object]:
    """Give a filing as the data that ``fill`` takes: blanks left out, formulas left to the form.

    A computed field whose cell is empty is given as null: its formula was cleared.
    """
    forms: dict[str, object] = {}
    for name, answers in filing.forms.items():
        fields = {}
        for field_name, answer in answers.fields.items():
            computed = answers.form.fields[field_name].formula is not None
            if answer.formula is None and (computed or _given(answer)):
                fields[field_name] = plain_entry(answer, answers.form.fields[field_name])
        tables = {
            table: [
                {
                    column: plain_entry(answer, answers.form.tables[table].columns[column])
                    for column, answer in line.items()
                    if _given(answer)
                }
                for line in lines
            ]
            for table, lines in used_lines(answers).items()
        }
        forms[name] = {"fields": fields, "tables": tables}
    return {"set": filing.formset.name, "year": filing.year, "unit": filing.unit, "forms": forms}


def _given(answer: Answer) -> bool:
    return answer.value is not None or bool(answer.text)


def plain_entry(answer: Answer, field: Field) -> object:
    """Give one answer as it would be typed into a data file."""
    if answer.value is None or answer.problem:
        return {"text": answer.text} if answer.text else None
    if isinstance(answer.value, Decimal):
        return percent_entry(answer.value, answer.text) if field.kind_name == "percent" else plain(answer.value)
    return answer.value


def used_lines(answers: FormAnswers) -> dict[str, list[Line]]:
    """Give the lines of each table in which more than the inherited columns is filled."""
    return {
        name: [line for line in lines if is_used(answers.form.tables[name], line)]
        for name, lines in answers.tables.items()
    }


def is_used(table: Table, line: Line) -> bool:
    """Tell whether a line holds an answer of its own."""
    return any(column not in table.inherit and _given(answer) for column, answer in line.items())
