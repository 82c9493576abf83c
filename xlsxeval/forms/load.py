"""Load form files to values; every mistake is one sentence with file, line and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from xlsxeval.errors import DefinitionError
from xlsxeval.forms import checks as declared
from xlsxeval.forms.convert import Spec, convert
from xlsxeval.forms.drawn import Drawing, blanks_of, labels_of
from xlsxeval.forms.extend import read_extended
from xlsxeval.forms.fitting import require_field_fits
from xlsxeval.forms.folder import set_names, templates_folder
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET, OPINION_SHEET, PREFIX, Blank, Field, Form, FormSet, Table
from xlsxeval.forms.names import Names, check_circles, star_values
from xlsxeval.forms.picture import Part, PictureError, read_picture
from xlsxeval.forms.spec import FieldSpec, FormSpec, NumberOrText, SetSpec, TableSpec
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.formula.parse import FormulaError
from xlsxeval.numbers import parse_figure
from xlsxeval.text import sheet_length

#: Limits of Excel: name of a sheet, message at a cell, footer (both 255, less the words that the program adds), width.
_LONGEST_SHEET_NAME, _LONGEST_HELP, _LONGEST_FOOTER, _WIDEST = 31, 220, 200, 255
_FORBIDDEN = frozenset("[]:*?/\\'.")
#: Names of sheets that the workbook or Excel itself uses.
_TAKEN = frozenset({GUIDE_SHEET, LIVE_SHEET, OPINION_SHEET, "history"})
#: Lines of one group, and of all groups of a table.
_MOST_LINES, _MOST_LINES_OF_TABLE = 500, 2000
#: The place of the unit of amounts in printed texts: ``{{ unit }}``.
_UNIT = re.compile(r"\{\{\s*unit\s*\}\}")


@lru_cache(maxsize=4)
def _wider_form(name: str) -> Form:
    """Give the form of the set that holds the vocabulary of others."""
    return load_folder(templates_folder() / name).forms[0]


def load_folder(folder: Path) -> FormSet:
    """Load a set from its folder (``set.yaml`` and the form files it names).

    Raises:
        DefinitionError: for the first mistake found, with file, line and what to do.
    """
    file = folder / "set.yaml"
    if not file.is_file():
        raise DefinitionError(f"文件夹里没有set.yaml，不是一套表：{folder}")
    spec, lines = _read(file, SetSpec)
    _require_footer(spec.title, spec, lines)
    profile = _numbers(spec.profile, lines, "profile")
    forms: list[Form] = []
    for index, name in enumerate(spec.forms):
        if not (folder / name).is_file():
            raise lines.error(f"找不到表文件“{name}”", "forms", index)
        form = _load_form(folder / name, profile, spec)
        if any(other.name.casefold() == form.name.casefold() for other in forms):
            raise lines.error(f"表名“{form.name}”重复", "forms", index)
        forms.append(form)
    names = Names.across(forms, profile)
    checks, rules = declared.build(spec.checks, names, lines, form="", severities=spec.severity)
    _unique_codes([*forms], spec, lines)
    guide = tuple((section.title, tuple(section.text)) for section in spec.guide)
    return FormSet(
        name=spec.set,
        title=spec.title,
        amount_unit=spec.amount_unit,
        forms=tuple(forms),
        checks=checks,
        rules=rules,
        profile=profile,
        version=str(spec.version),
        guide=guide,
        splits=tuple(_numbers(split, lines, "weights", index) for index, split in enumerate(spec.weights)),
        severities=spec.severity,
    )


def _numbers(tree: Mapping[str, NumberOrText], lines: Lines, *path: str | int) -> dict[str, Decimal]:
    """Give the numbers of a mapping; ``path`` is its place in the file."""
    numbers = {}
    for name, text in tree.items():
        figure = parse_figure(str(text))
        if figure is None:
            raise lines.error(f"{path[0]}的“{name}”应是数字，这里是“{text}”", *path, name)
        numbers[name] = figure.value
    return numbers


def _read(file: Path, shape: type[Spec]) -> tuple[Spec, Lines]:
    tree, lines = read_extended(file)
    return convert(tree, shape, lines), lines


def _unique_codes(forms: list[Form], spec: SetSpec, lines: Lines) -> None:
    """Refuse a code that two files use."""
    seen: dict[str, str] = {}
    for form in forms:
        for rule in form.rules:
            if rule.code in seen:
                raise DefinitionError(f"规则代码“{rule.code}”在“{seen[rule.code]}”中已经用过", file=form.file)
            seen[rule.code] = form.file
    for code in spec.checks:
        if code in seen:
            raise lines.error(f"规则代码“{code}”在“{seen[code]}”中已经用过", "checks", code)


def _load_form(file: Path, profile: Mapping[str, Decimal], set_spec: SetSpec) -> Form:
    """Load one form file of a set."""
    spec, lines = _read(file, FormSpec)
    try:
        height, width, parts = read_picture(_UNIT.sub(set_spec.amount_unit, spec.layout))
    except PictureError as error:
        raise DefinitionError(str(error), file=lines.file, line=lines.of("layout") + 1 + error.line) from None
    first = lines.of("layout") + 1
    if not 0 < sheet_length(spec.form.strip()) <= _LONGEST_SHEET_NAME or set(spec.form) & _FORBIDDEN:
        message = f"表名也是工作表名，不能超过{_LONGEST_SHEET_NAME}字，不能含有 [ ] : * ? / \\ ' . "
        raise lines.error(message.strip(), "form")
    if spec.form.casefold() in _TAKEN:
        raise lines.error(f"表名不能是“{spec.form}”，工作簿里另有这样一张表", "form")
    _require_footer(spec.title, set_spec, lines)
    if any(not 0 < columns <= _WIDEST for columns in spec.widths):
        raise lines.error(f"列宽应在0到{_WIDEST}之间", "widths")
    if len(spec.widths) != width:
        raise lines.error(f"widths有{len(spec.widths)}个宽度，版面有{width}列", "widths")
    drawing = Drawing.of(parts)
    labels = labels_of(drawing, spec.labels, lines, first)
    blanks = blanks_of(drawing, labels, lines, first)
    specs = _field_specs(spec, [blank.name for blank in blanks], lines)
    drawn = {blank.name.split(".")[0] for blank in blanks}
    used = {name: table for name, table in spec.tables.items() if name in drawn or not lines.inherits("tables", name)}
    names = Names.of_form(spec.form, specs, used, profile, _named(specs, used, lines))
    fields = {name: _field(name, field, key, names, profile, lines) for name, (key, field) in specs.items()}
    if spec.vocabulary and spec.vocabulary not in set_names():
        raise lines.error(f"vocabulary应是程序自带的一套表，这里是“{spec.vocabulary}”", "vocabulary")
    wider = _wider_form(spec.vocabulary) if spec.vocabulary not in ("", set_spec.set) else None
    tables = {name: _table(name, table, specs, fields, blanks, lines, wider) for name, table in used.items()}
    plain = {name: item for name, item in fields.items() if name.split(".")[0] not in tables}
    check_circles(spec.form, plain, lines)
    for key, names_given in (
        ("unit_field", [spec.unit_field]), ("subject_field", [spec.subject_field]), ("unit_else", spec.unit_else)
    ):  # fmt: skip
        for name in filter(None, names_given):
            if name not in plain:
                raise lines.error(f"{key}“{name}”不是填空", key)
    _check_lists(spec, lines)
    _require_texts_behind_labels(parts, plain, specs, lines)
    checks, rules = declared.build(
        spec.checks, names, lines, form=spec.form, fields=plain, severities=set_spec.severity
    )
    return Form(
        name=spec.form,
        title=spec.title,
        file=lines.file,
        unit_field=spec.unit_field,
        landscape=spec.orientation == "landscape",
        widths=tuple(spec.widths),
        heights=height,
        labels=labels,
        blanks=blanks,
        empties=tuple((part.box, drawing.is_open(part.box)) for part in parts if part.style == "empty"),
        status=next((part.box for part in parts if part.style == "status"), None),
        fields=plain,
        tables=tables,
        checks=checks,
        rules=rules,
        lists={name: tuple(items) for name, items in spec.lists.items()},
        subject_field=spec.subject_field,
        unit_else=tuple(spec.unit_else) or (wider.unit_else if wider else ()),
        wider=wider,
    )


def _named(specs: Mapping[str, tuple[str, FieldSpec]], tables: Collection[str], lines: Lines) -> dict[str, str]:
    """Give the names that columns have in the rules (``as``) -> their own: ``指标.年度指标值`` -> ``指标.目标值``."""
    found: dict[str, str] = {}
    for name, (key, field) in specs.items():
        if field.standard:
            table = name.partition(".")[0]
            if table not in tables:
                raise lines.error(f"“{name}”不是清单的列，不能写as", "fields", key, "as")
            other = f"{table}.{field.standard}"
            if other in specs or other in found:
                raise lines.error(f"“{table}”已经有“{field.standard}”了", "fields", key, "as")
            found[other] = name
    return found


def _require_texts_behind_labels(
    parts: tuple[Part, ...], plain: Mapping[str, Field], specs: Mapping[str, tuple[str, FieldSpec]], lines: Lines
) -> None:
    """Refuse a number, a formula, a list or a column of a table behind a label in one cell, which holds a text."""
    for part in parts:
        if part.style != PREFIX:
            continue
        field = plain.get(part.name)
        if field is None or field.kind.numeric or field.formula is not None or field.choices:
            message = f"“{part.text}[{part.name}]”同在一格，只能填文字（text或prose），不能有公式和下拉列表"
            raise lines.error(message, "fields", specs[part.name][0])


def _require_footer(title: str, spec: SetSpec, lines: Lines) -> None:
    """Refuse a title that, with the version, is too long for the footer; ``&`` counts twice there."""
    if sheet_length(f"{title}{spec.version}".replace("&", "&&")) > _LONGEST_FOOTER:
        raise lines.error(f"title和version合起来超过{_LONGEST_FOOTER}字，页脚里放不下", "title")


def _check_lists(spec: FormSpec, lines: Lines) -> None:
    """Refuse a dropdown without a list."""
    for key, field in spec.fields.items():
        for use in ("choices", "suggest"):
            name = getattr(field, use)
            if name and not spec.lists.get(name):
                raise lines.error(f"lists里没有“{name}”，或它是空的", "fields", key, use)


def _field_specs(spec: FormSpec, blanks: list[str], lines: Lines) -> dict[str, tuple[str, FieldSpec]]:
    """Give for each blank of the picture its key in ``fields`` and its field.

    Example: the key ``三公经费.*`` stands for the blanks 三公经费.预算数 and 三公经费.决算数, unless one of them has a
    key of its own.
    """
    matches: dict[str, tuple[str, FieldSpec]] = {}
    for key, field in spec.fields.items():
        matched = [name for name, _star in star_values(key, blanks)] if "*" in key else [key] if key in blanks else []
        if not matched and lines.inherits("fields", key):
            continue
        if not matched:
            raise lines.error(f"fields的“{key}”在版面上没有填空，请在版面加上“[{key}]”或删去这一行", "fields", key)
        for name in matched:
            if "*" in key and name in spec.fields:
                continue
            if name in matches:
                raise lines.error(f"填空“{name}”被“{matches[name][0]}”和“{key}”重复说明", "fields", key)
            matches[name] = key, field
    for name in blanks:
        if name not in matches:
            raise lines.error(f"版面上的填空“[{name}]”没有说明，请在fields中加上“{name}: {{kind: …}}”", "layout")
    return {name: matches[name] for name in blanks}


def _field(name: str, spec: FieldSpec, key: str, names: Names, profile: Mapping[str, Decimal], lines: Lines) -> Field:
    """Make the field of a blank; ``key`` is its key in the file, perhaps with ``*``."""
    node = None
    if spec.formula is not None:
        star = next((star for full, star in star_values(key, [name])), "") if "*" in key else ""
        node = names.formula(spec.formula, lines, ("fields", key, "formula"), star=star)
        try:
            require_field_fits(node)
        except FormulaError as error:
            raise lines.error(str(error), "fields", key, "formula") from None
    start = str(profile.get(str(spec.start), spec.start))
    if start and KINDS[spec.kind].numeric and parse_figure(start) is None:
        raise lines.error(f"start应是数字或profile中的名称，这里是“{start}”", "fields", key, "start")
    least = None if spec.least == "-" else parse_figure(str(spec.least or 0))
    if least is None and spec.least != "-":
        raise lines.error(f"least应是数字，或“-”表示可以为负，这里是“{spec.least}”", "fields", key, "least")
    beside = f"{name.rpartition('.')[0]}.{spec.most}"
    if spec.most and parse_figure(str(spec.most)) is None and beside not in names.known:
        raise lines.error(f"most应是数字或同一清单中的列，这里是“{spec.most}”", "fields", key, "most")
    if sum(map(sheet_length, (spec.help, spec.unit, spec.source, str(spec.example)))) > _LONGEST_HELP:
        raise lines.error(f"help、source、example合起来超过{_LONGEST_HELP}字，表格软件显示不下", "fields", key, "help")
    if spec.choices and spec.suggest:
        raise lines.error("choices和suggest只能写一个", "fields", key)
    return Field(
        name,
        spec.kind,
        node,
        spec.formula or "",
        help=spec.help,
        start=start,
        least=None if least is None else least.value,
        most=str(spec.most),
        unit=spec.unit,
        source=spec.source,
        example=str(spec.example),
        must=spec.must,
        choices=spec.choices or spec.suggest,
        closed=bool(spec.choices),
    )


def _table(
    name: str,
    spec: TableSpec,
    specs: Mapping[str, tuple[str, FieldSpec]],
    fields: Mapping[str, Field],
    blanks: tuple[Blank, ...],
    lines: Lines,
    wider: Form | None,
) -> Table:
    """Make a table from the fields whose names begin with its name."""
    if name in fields:
        raise lines.error(f"“{name}”既是清单又是填空，请改一个名称", "tables", name)
    columns = {full.split(".", 1)[1]: field for full, field in fields.items() if full.split(".")[0] == name}
    rows = {blank.box.row for blank in blanks if blank.name.split(".")[0] == name}
    if not columns:
        raise lines.error(f"清单“{name}”在版面上没有“[{name}.列名]”", "tables", name)
    if len(rows) > 1:
        raise lines.error(f"清单“{name}”的各列必须画在同一行", "tables", name)
    for key, named in (("inherit", spec.inherit), *(("joined", parts) for parts in spec.joined.values())):
        for column in named:
            if column not in columns:
                raise lines.error(f"{key}的“{column}”不是清单“{name}”的列", "tables", name, key)
    if any(field.formula for field in columns.values()):
        raise lines.error(f"清单“{name}”的列不能有公式：行由填表人增减，公式会丢失，请写成检查", "tables", name)
    joined = {whole: tuple(parts) for whole, parts in spec.joined.items()}
    other = wider.tables.get(name) if wider else None
    in_rules = {
        field.standard: full.partition(".")[2]
        for full, (_, field) in specs.items()
        if field.standard and full.partition(".")[0] == name
    }
    there = {*columns, *in_rules}
    further = {column: field for column, field in other.columns.items() if column not in there} if other else {}
    if other:
        joined = {**other.joined, **joined}
    return Table(name, rows.pop(), columns, tuple(spec.inherit), _groups(spec, name, lines), joined, further, in_rules)


def _groups(spec: TableSpec, name: str, lines: Lines) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Give the groups of lines in an empty workbook: ``{产出指标: {数量指标: 5}}`` gives ((产出指标, 数量指标), 5)."""
    if spec.starts_with is None:
        return (((), spec.lines),)
    groups: list[tuple[tuple[str, ...], int]] = []
    for first, inner in spec.starts_with.items():
        if isinstance(inner, dict):
            groups += [((first, second), count) for second, count in inner.items()]
        else:
            groups.append(((first,), inner))
    if any(not 0 <= count <= _MOST_LINES for _, count in groups):
        raise lines.error(f"行数应在0到{_MOST_LINES}之间", "tables", name, "starts_with")
    if any(len(path) != len(spec.inherit) for path, _ in groups):
        raise lines.error("starts_with的层数应与inherit的列数相同", "tables", name, "starts_with")
    if sum(count for _, count in groups) > _MOST_LINES_OF_TABLE:
        raise lines.error(f"各组行数合起来超过{_MOST_LINES_OF_TABLE}", "tables", name, "starts_with")
    return tuple(groups)
