"""Write drafted forms as form files; each guess that a person must check carries the comment 请核对."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from xlsxeval.draft.calculated import calculated
from xlsxeval.draft.checks import check_lines
from xlsxeval.draft.fields import field_lines
from xlsxeval.draft.form import TABLE, DraftForm
from xlsxeval.draft.inherited import Inherited, matching, read_base
from xlsxeval.draft.known import known
from xlsxeval.draft.picture import draw, texts_of
from xlsxeval.draft.regions import page_of
from xlsxeval.draft.scalars import quoted
from xlsxeval.errors import DataError
from xlsxeval.forms.drawn import unlabelled
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
    codes = (f"C{number:02}" for number in itertools.count(1))
    for sheet in book.sheets:
        page = page_of(sheet)
        if page is None:
            continue
        texts = list(texts_of(page))
        drawn = draw(page, year or _year(texts))
        for blank in unlabelled("\n".join(_picture(drawn.rows))):
            drawn.remove(blank)
        if len(drawn.blanks) < _FEWEST:
            continue
        form = _sheet_name(sheet.name, drawn, files)
        files[f"{form}.yaml"] = "\n".join(_form(form, drawn, sheet, codes)) + "\n"
        titles.append(drawn.title or form)
        units.append("元" if any(_IN_YUAN.search(clean(text)) for text in texts) else "万元")
    if not files:
        raise DataError("没有找到像表的工作表：要有印好的标签和留空的格子，请给出官方的空白表")
    lines = [
        "# yaml-language-server: $schema=../set.schema.json",
        "# 由 xlsxeval forms draft 起草，请核对：名称、金额单位、评分口径（profile里只写与通常不同的）。",
        f"set: {quoted(name)}",
        f"title: {quoted('、'.join(titles))}",
        f'version: "{date.today().year}"',  # noqa: DTZ011  # the author's own year
        "extends: common/套表.yaml",
        f"forms: [{', '.join(quoted(file) for file in files)}]",
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


def _form(form: str, drawn: DraftForm, sheet: Sheet, codes: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a form file; its checks take the next ones of ``codes``."""
    base = _base(drawn)
    inherited = Inherited.by(drawn, base)
    yield "# yaml-language-server: $schema=../form.schema.json"
    yield "# 由 xlsxeval forms draft 起草。标着“请核对”的地方是猜的，请逐处看过；写法见 docs/forms.md。"
    if base:
        yield "# 请核对：下面接着写的文件里有共有的填空说明和核对规则，版面上没有的填空不用管。"
        yield f"extends: {base}"
    yield f"form: {quoted(form)}"
    yield f"title: {quoted(drawn.title or form)}"
    for key, names in (("unit_field", known().units), ("subject_field", known().subjects)):
        own = next((name for name in names if name in drawn.blanks), "")
        if own or key in inherited.keys:
            yield f"{key}: {quoted(own)}"
    if not any(name in known().units for name in drawn.blanks):
        yield "# 请核对：没有认出写单位名称的填空，请补上 unit_field: 填空名"
    yield f"widths: [{', '.join(_widths(drawn, sheet))}]"
    yield "# 请核对：#是标题，>是没有边框的文字，[名称]是填空；要显示核对结果，把一个空格子写成“! 核对”。"
    yield "layout: |"
    yield from _picture(drawn.rows)
    yield ""
    yield "fields:"
    found = calculated(drawn, inherited)
    yield from field_lines(drawn, inherited, found)
    if drawn.columns:
        yield from _table(drawn, base)
    if drawn.lists and not drawn.columns:
        yield ""
        yield "tables:"
    for name, count in drawn.lists.items():
        yield f"  {quoted(name)}: {{lines: {count}}}  # 请核对：这几行空着，当作一行一条的清单"
    checks = list(check_lines(drawn, found, inherited.checks, codes))
    if checks:
        yield ""
        yield "checks:"
        yield from checks
    elif not base:
        yield "# 请核对：核对规则写在checks里，如 C01: {that: 得分 <= 分值, …}，写法见docs/forms.md。"


def _base(drawn: DraftForm) -> str:
    """Return the form file that a draft should extend; empty if there is none."""
    for base, blank in _BASES:
        if blank in drawn.blanks and drawn.columns:
            return base
    fields = read_base(_BASIC)["fields"]
    like = sum(matching(name, fields) is not None for name in drawn.blanks)
    return _BASIC if like >= _LIKE_BASIC else ""


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
            yield f"  {name}: [{', '.join(quoted(group) for group in dict.fromkeys(path[level] for path in groups))}]"
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
            yield f"      {quoted(first)}: {count}"
        return
    by_first: dict[str, list[str]] = {}
    for (first, second), count in groups.items():
        by_first.setdefault(first, []).append(f"{quoted(second)}: {count}")
    for first, inner in by_first.items():
        yield f"      {quoted(first)}: {{{', '.join(inner)}}}"


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
