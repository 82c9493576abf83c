"""Data files, YAML or JSON: read, and checked for their outline. Every error names file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.forms.model import Form, FormSet, Table
from xlsxeval.forms.yamlfile import Lines, Tree, read_text, read_yaml

ANSWER_KEYS = ("value", "text", "cell", "formula", "state")
_TOP_KEYS = (
    *("schema_version", "program_version", "file", "set", "set_version"),
    *("year", "unit", "subject", "forms"),
)
_FORM_KEYS = ("sheet", "fields", "tables", "lacking", "unread")
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class DataFile:
    """What a data file holds, every number as its text; JSON has no lines, and plain values have no file."""

    tree: object
    file: str = ""
    lines: Lines | None = None

    def error(self, path: tuple[str | int, ...], message: str) -> DataError:
        """Make the error about the value at ``path``, as ``数据.yaml:12: …``."""
        if self.lines is not None:
            file, line = self.lines.find(path)
            return DataError(f"{file}:{line}: {message}")
        return DataError(f"{self.file}: {message}" if self.file else message)


@dataclass(frozen=True, slots=True)
class Data:
    """What a data file says, before it is laid out: form -> field or table -> entries."""

    year: int | None
    unit: str
    forms: Mapping[str, Mapping[str, Tree]]
    source: DataFile = field(default_factory=lambda: DataFile(None))

    def error(self, path: tuple[str | int, ...], message: str) -> DataError:
        """Make the error about an entry: ``path`` is its form, its field or table, and what is inside that."""
        form, *inside = path
        lines = self.source.lines
        ways = [("forms", form, section, *inside) for section in ("fields", "tables")]
        met = next((way for way in ways if lines and inside and lines.has(*way[:4])), ("forms", form, *inside))
        return self.source.error(met, message)


def read_data(path: Path) -> DataFile:
    """Read a data file (YAML; JSON if it ends in ``.json``), every number as its text.

    Raises:
        DataError: with one sentence, if the file cannot be read.
    """
    text = read_text(path, DataError)
    if path.suffix.lower() == ".json":
        return DataFile(_read_json(text, path.name), path.name)
    try:
        tree, lines = read_yaml(text, path.name)
    except DefinitionError as error:
        raise DataError(str(error)) from None
    return DataFile(tree, path.name, lines)


def _read_json(text: str, file: str) -> object:
    import json

    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise DataError(f"{file}:{error.lineno}: 数据文件不是有效的JSON（{error.msg}）") from None
    except ValueError as error:
        raise DataError(f"{file}: 数据文件不是有效的JSON（{error}）") from None
    except RecursionError:
        raise DataError(f"{file}: 嵌套过深") from None


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"“{twice}”重复出现")
    return entries


def parse_data(source: object, formset: FormSet) -> Data:
    """Check the outline of data: known keys, known forms.

    Accepts what ``extract`` prints (``forms: {表: {fields, tables}}``) and the shorter form
    ``forms: {表: {填空: 值, 清单: [...]}}``.

    Args:
        source: what ``read_data`` gave, or plain values with every number as its text.
        formset: the set that the data is for.

    Raises:
        DataError: naming what is not known, and the nearest known name.
    """
    given = source if isinstance(source, DataFile) else DataFile(source)
    top = require_mapping(given.tree, "数据文件", (), given)
    require_known(top, _TOP_KEYS, "数据文件", (), given)
    if top.get("set") not in (None, formset.name):
        raise given.error(("set",), f"数据是“{top['set']}”套表的，不是“{formset.name}”")
    forms: dict[str, Mapping[str, Tree]] = {}
    names = [form.name for form in formset.forms]
    given_forms = {} if top.get("forms") is None else top["forms"]
    for name, content in require_mapping(given_forms, "forms", ("forms",), given).items():
        require_known([name], names, "forms", ("forms",), given, "表")
        inner = require_mapping(content or {}, name, ("forms", name), given)
        if set(inner) & {"fields", "tables"}:
            require_known(inner, _FORM_KEYS, name, ("forms", name), given)
            inner = {
                entry: value
                for section in ("fields", "tables")
                for entry, value in require_mapping(
                    inner.get(section) or {}, section, ("forms", name, section), given
                ).items()
            }
        form = formset.form(name)
        forms[name] = inner if form is None else _fillable(inner, form)
    return Data(_year(top.get("year"), given), str(top.get("unit") or ""), forms, given)


def _fillable(content: Mapping[str, Tree], form: Form) -> Mapping[str, Tree]:
    """Leave out what ``extract`` printed and the form's page has no place for.

    That is what the sheet did not have (``"state": "absent"``), and what it had beside the blanks that the form prints.
    """
    kept: dict[str, Tree] = {}
    for name, tree in content.items():
        table = form.tables.get(name)
        if table is not None and isinstance(tree, list):
            kept[name] = [_fillable_line(line, table) if isinstance(line, dict) else line for line in tree]
        elif _state(tree) != "absent" and not (_state(tree) and name not in form.fields and _is_further(name, form)):
            kept[name] = tree
    return kept


def _fillable_line(line: Mapping[str, Tree], table: Table) -> dict[str, Tree]:
    return {
        name: tree
        for name, tree in line.items()
        if _state(tree) != "absent" and not (_state(tree) and name in table.further and name not in table.columns)
    }


def _state(tree: Tree) -> object:
    """Give the state that ``extract`` printed with an answer; None for an entry that a person wrote."""
    return tree.get("state") if isinstance(tree, dict) else None


def _is_further(name: str, form: Form) -> bool:
    try:
        form.field(name)
    except KeyError:
        return False
    return True


def _year(text: object, source: DataFile) -> int | None:
    if text is None:
        return None
    if not (str(text).isascii() and str(text).isdigit() and len(str(text)) == 4 and int(str(text)) in _YEARS):  # noqa: PLR2004  # four digits
        raise source.error(("year",), f"年度“{text}”不对，应是四位数的年份，如2024")
    return int(str(text))


def require_mapping(
    tree: object, what: str, path: tuple[str | int, ...], source: DataFile | Data
) -> Mapping[str, Tree]:
    """Give a value that must be a mapping.

    Raises:
        DataError: if it is none.
    """
    if not isinstance(tree, dict):
        raise source.error(path, f"“{what}”应由“名称: 值”组成")
    return tree


def require_known(
    names: Iterable[str],
    known: Iterable[str],
    where: str,
    path: tuple[str | int, ...],
    source: DataFile | Data,
    what: str = "名称",
) -> None:
    """Refuse names that do not exist.

    Args:
        names: the names in use.
        known: those that exist.
        where: what they stand in, for the message.
        path: the keys that lead to it.
        source: where the data came from.
        what: what the names are names of.

    Raises:
        DataError: for the first that does not exist, with the nearest that does.
    """
    every = list(known)
    for name in names:
        if name not in every:
            import difflib

            near = difflib.get_close_matches(str(name), every, 1, 0.5)
            advice = f"，是否想写“{near[0]}”" if near else ""
            raise source.error((*path, name), f"“{where}”中没有叫“{name}”的{what}{advice}")
