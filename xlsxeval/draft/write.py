"""Write drafted forms as form files; each guess that a person must check carries the comment 请核对."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from xlsxeval.draft.form import TABLE, DraftForm
from xlsxeval.draft.known import known
from xlsxeval.draft.picture import draw, texts_of
from xlsxeval.draft.regions import page_of
from xlsxeval.errors import DataError
from xlsxeval.forms.extend import read_extended
from xlsxeval.forms.folder import templates_folder
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.names import star_values
from xlsxeval.formula.parse import parse
from xlsxeval.formula.tree import Name, leaves
from xlsxeval.numbers import parse_figure
from xlsxeval.read.cells import Sheet, Workbook
from xlsxeval.text import clean, display_width, label_key

#: Form files that a draft may extend -> the blank by which such a form is recognised.
_BASES = (("common/项目自评表.yaml", "项目名称"), ("common/自评表.yaml", f"{TABLE}.三级指标"))
_BASIC = "hunan/基础数据表.yaml"
#: Least number of blanks of a form; of blanks in common with 基础数据表 to extend that.
_FEWEST, _LIKE_BASIC = 3, 12
_USUAL_WIDTH, _LEAST_WIDTH, _MOST_WIDTH = 9.0, 4.0, 60.0
_IN_YUAN = re.compile(r"[（(:：]元[)）]?$")
#: The name that a program gives a new sheet.
_USUAL_NAME = re.compile(r"(?:Sheet|工作表)\d*", re.IGNORECASE)
#: What stands in a title and is no part of a form's name: the year, anything in brackets.
_PASSING = re.compile(r"\d{4}年度?|[（(][^（()）]*[)）]")
#: A text that YAML reads as itself, and one that it would read as a number or a truth value.
_SAFE = re.compile(r"[\w（）、，。“”《》〔〕%.／]+")
_OTHER_VALUE = re.compile(r"[\d.]+|true|false|null|yes|no|on|off", re.IGNORECASE)
_NAME_SIGNS = re.compile(r"[\[\]:*?/\\'.<>|\"]")
_JOINED = ["指标性质", "指标值", "度量单位"]


def draft(book: Workbook, name: str, year: int | None = None) -> dict[str, str]:
    """Draft the files of a set from a workbook that holds empty official forms.

    Args:
        book: the workbook.
        name: the set's name.
        year: the year printed on the forms; default: the one that is printed most often.

    Returns:
        File name -> text: ``set.yaml`` and a file for each form. The set loads at once.

    Raises:
        DataError: if no sheet looks like a form.
    """
    files: dict[str, str] = {}
    titles, units = [], []
    for sheet in book.sheets:
        page = page_of(sheet)
        if page is None:
            continue
        texts = list(texts_of(page))
        drawn = draw(page, year or _year(texts))
        if len(drawn.blanks) < _FEWEST:
            continue
        form = _sheet_name(sheet.name, drawn, files)
        files[f"{form}.yaml"] = "\n".join(_form(form, drawn, sheet)) + "\n"
        titles.append(drawn.title or form)
        units.append("元" if any(_IN_YUAN.search(clean(text)) for text in texts) else "万元")
    if not files:
        raise DataError("没有找到像表的工作表：要有印好的标签和留空的格子，请给出官方的空白表")
    lines = [
        "# yaml-language-server: $schema=../set.schema.json",
        "# 由 xlsxeval forms draft 起草，请核对：名称、金额单位、评分口径（profile里只写与通常不同的）。",
        f"set: {_quoted(name)}",
        f"title: {_quoted('、'.join(titles))}",
        f'version: "{date.today().year}"',  # noqa: DTZ011  # the author's own year
        "extends: common/套表.yaml",
        f"forms: [{', '.join(_quoted(file) for file in files)}]",
        f"amount_unit: {Counter(units).most_common(1)[0][0]}",
    ]
    return {"set.yaml": "\n".join(lines) + "\n", **files}


def _year(texts: Iterable[str]) -> int | None:
    """Return the year that is printed most often; the later of two."""
    years = Counter(year for text in texts for year in label_key(text).years)
    return max(years, key=lambda year: (years[year], year)) if years else None


def _sheet_name(sheet: str, drawn: DraftForm, taken: Mapping[str, str]) -> str:
    """Return an unused name for a form: that of its sheet, or its title if the sheet is called Sheet1."""
    plain = _NAME_SIGNS.sub("", sheet).strip()
    if (not plain or _USUAL_NAME.fullmatch(plain)) and drawn.title:
        plain = _NAME_SIGNS.sub("", _PASSING.sub("", drawn.title))
    plain = plain[:28] or "表"
    number, name = 1, plain
    used = {file.casefold() for file in taken} | {"set.yaml"}
    while f"{name}.yaml".casefold() in used or name in {"填表说明", "核对", "审核意见"}:
        number += 1
        name = f"{plain}{number}"
    return name


def _form(form: str, drawn: DraftForm, sheet: Sheet) -> Iterator[str]:
    """Yield the lines of a form file."""
    base = _base(drawn)
    inherited = _inherited(base)
    yield "# yaml-language-server: $schema=../form.schema.json"
    yield "# 由 xlsxeval forms draft 起草。标着“请核对”的地方是猜的，请逐处看过；写法见 docs/forms.md。"
    if base:
        yield "# 请核对：下面接着写的文件里有共有的填空说明和核对规则，版面上没有的填空不用管。"
        yield f"extends: {base}"
    yield f"form: {_quoted(form)}"
    yield f"title: {_quoted(drawn.title or form)}"
    for key, names in (("unit_field", known().units), ("subject_field", known().subjects)):
        own = next((name for name in names if name in drawn.blanks), "")
        if own or key in inherited:
            yield f"{key}: {_quoted(own)}"
    if not any(name in known().units for name in drawn.blanks):
        yield "# 请核对：没有认出写单位名称的填空，请补上 unit_field: 填空名"
    yield f"widths: [{', '.join(_widths(drawn, sheet))}]"
    yield "# 请核对：#是标题，>是没有边框的文字，[名称]是填空；要显示核对结果，把一个空格子写成“! 核对”。"
    yield "layout: |"
    yield from _picture(drawn.rows)
    yield ""
    yield "fields:"
    yield from _fields(drawn, inherited)
    if drawn.columns:
        yield from _table(drawn, base)
    if drawn.lists and not drawn.columns:
        yield ""
        yield "tables:"
    for name, count in drawn.lists.items():
        yield f"  {_quoted(name)}: {{lines: {count}}}  # 请核对：这几行空着，当作一行一条的清单"
    if not base:
        yield "# 请核对：核对规则写在checks里，如 E06: {computed: [执行率], …}。"


def _base(drawn: DraftForm) -> str:
    """Return the form file that a draft should extend; empty if there is none."""
    for base, blank in _BASES:
        if blank in drawn.blanks and drawn.columns:
            return base
    fields = _inherited(_BASIC)["fields"]
    like = sum(_matching(name, fields) is not None for name in drawn.blanks)
    return _BASIC if like >= _LIKE_BASIC else ""


def _inherited(base: str) -> Mapping[str, dict[str, dict[str, str]]]:
    """Return fields and tables of the extended form file."""
    if not base:
        return {"fields": {}, "tables": {}}
    return read_extended(templates_folder() / base)[0]  # type: ignore[return-value]  # a form file that loads


def _matching(name: str, fields: Mapping[str, object]) -> str | None:
    """Return the key in ``fields`` for a blank: its name, or a pattern such as ``*.执行率``; None if there is none."""
    if name in fields:
        return name
    return next((key for key in fields if "*" in key and any(True for _ in star_values(key, [name]))), None)


def _fields(drawn: DraftForm, inherited: Mapping[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    """Yield the lines about fields: what the extended file does not say, or says differently."""
    written = False
    for name, kind in drawn.blanks.items():
        key = _matching(name, inherited["fields"])
        said = inherited["fields"].get(key or "", {})
        start = _start(name, drawn, said.get("kind", kind))
        if key is None:
            begin = f", unit: {_quoted(drawn.units[name])}" if name in drawn.units else ""
            begin += f", start: {start}" if start else ""
            yield f"  {_quoted(name)}: {{kind: {kind}{begin}}}  # 请核对：类型是猜的（{KINDS[kind].title}）"
        elif "formula" in said and not _can_calculate(str(said["formula"]), key, name, drawn):
            whole = "formula: ~" if key == name else f"kind: {said['kind']}"
            yield f"  {_quoted(name)}: {{{whole}}}  # 请核对：原来的公式要用版面上没有的填空，自动计算请补公式"
        elif (
            said.get("most")
            and f"{name.rpartition('.')[0]}.{said['most']}" not in drawn.blanks
            and not said["most"].isdigit()
        ):
            yield f"  {_quoted(name)}: {{most: ~}}"
        elif start and start != said.get("start"):
            yield f"  {_quoted(name)}: {{start: {start}}}  # 请核对：表上印着{start}"
        elif name in drawn.doubts:
            yield f"  {_quoted(name)}: {{kind: {said['kind']}}}  # 请核对：{drawn.doubts[name]}"
        else:
            continue
        written = True
    if not written:
        yield "  {}"


def _start(name: str, drawn: DraftForm, kind: str) -> str:
    """Return the figure that the form prints in a blank, if the blank is for a number."""
    figure = parse_figure(drawn.starts.get(name, ""))
    return drawn.starts[name] if figure and KINDS[kind].numeric else ""


def _can_calculate(formula: str, key: str, name: str, drawn: DraftForm) -> bool:
    """Return whether the form has all blanks that an inherited formula reads."""
    star = next((star for _, star in star_values(key, [name])), "") if "*" in key else ""
    used = [leaf.text.replace("*", star) for leaf in leaves(parse(formula)) if isinstance(leaf, Name)]
    return all(name in drawn.blanks for name in used)


def _table(drawn: DraftForm, base: str) -> Iterator[str]:
    """Yield the lines about the table of indicators."""
    groups = {path: count for path, count in drawn.groups.items() if all(path) and path}
    depth = len(next(iter(drawn.groups), ()))
    inherit = [name for name in ("一级指标", "二级指标") if name in drawn.columns][:depth]
    if groups:
        yield ""
        yield "# 请核对：下拉列表照表上印的写。"
        yield "lists:"
        for level, name in enumerate(inherit):
            yield f"  {name}: [{', '.join(_quoted(group) for group in dict.fromkeys(path[level] for path in groups))}]"
    yield ""
    yield "tables:"
    yield f"  {TABLE}:"
    yield f"    inherit: [{', '.join(inherit)}]"
    if groups:
        yield "    # 请核对：空白模板预置的分组和行数。"
        yield "    starts_with:"
        yield from _groups(groups, depth)
    else:
        yield "    starts_with: ~" if base else "    # 请核对：没有认出分组"
        yield f"    lines: {max(drawn.lines, 1)}"
    if all(column in drawn.columns for column in _JOINED):
        yield f"    joined: {{年度指标值: [{', '.join(_JOINED)}]}}"


def _groups(groups: Mapping[tuple[str, ...], int], depth: int) -> Iterator[str]:
    """Yield the lines about its groups and their numbers of lines."""
    if depth == 1:
        for (first,), count in groups.items():
            yield f"      {_quoted(first)}: {count}"
        return
    by_first: dict[str, list[str]] = {}
    for (first, second), count in groups.items():
        by_first.setdefault(first, []).append(f"{_quoted(second)}: {count}")
    for first, inner in by_first.items():
        yield f"      {_quoted(first)}: {{{', '.join(inner)}}}"


def _widths(drawn: DraftForm, sheet: Sheet) -> list[str]:
    """Return the widths of the columns in the workbook, in characters."""
    first = min(col for _, col in sheet.cells)
    found = []
    for number in range(len(drawn.rows[0])):
        width = next((size for low, high, size in sheet.widths if low <= first + number <= high), _USUAL_WIDTH)
        found.append(f"{min(max(width, _LEAST_WIDTH), _MOST_WIDTH):g}")
    return found


def _picture(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of the picture; columns with short texts are aligned."""
    longest = 18
    widths = [
        max((display_width(row[col]) for row in rows if display_width(row[col]) <= longest), default=1)
        for col in range(len(rows[0]))
    ]
    for row in rows:
        cells = [cell + " " * max(width - display_width(cell), 0) for cell, width in zip(row, widths, strict=True)]
        yield f"  | {' | '.join(cells)} |"


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar: plain if that is safe, else in double quotes."""
    if _SAFE.fullmatch(text) and not _OTHER_VALUE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
