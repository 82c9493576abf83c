"""The template of the notices: read and tried out before any work is done; what is filled in stays plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.folder import templates_folder
from xlsxeval.text import safe

if TYPE_CHECKING:
    from jinja2 import Template

#: Entities where a backslash would not do: inside tables, and for programs that look for HTML first.
_ENTITIES = {"\\": "&#92;", "|": "&#124;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = re.compile(r"[\\|&<>`*_\[\]~$@#]|(?<=:)//|(?<=www)\.", re.IGNORECASE)
#: What makes a list or a line at the beginning of a line.
_BEGINNING = re.compile(r"^([+=:.)-]|[0-9]{1,9}[.)](?= |$))")
_EMPTY_LINES = re.compile(r"\n{3,}")

_ITEM = {"序号": 1, "工作表": "表", "位置": "A1", "填的是": "1", "应为": "2", "问题": "问题。", "代码": "E01"}
_GROUP = {"名称": "表", "文件": "表.xlsx", "问题": [_ITEM]}
_EXAMPLE = {
    "单位": "某某局",
    "年度": "2024年度",
    "期限": "2025年4月30日",
    "联系人": "某某",
    "落款": "某某县财政局",
    "日期": "2025年4月1日",
    "错误数": 1,
    "警告数": 1,
    "须更正": [_GROUP],
    "须说明": [_GROUP],
    "不能读取": [],
}
_NOTHING_READ = {**_EXAMPLE, "错误数": 0, "警告数": 0, "须更正": [], "须说明": [], "年度": ""}
#: With everything, and with as little as there may be: a mistake may stand in either branch of a condition.
_EXAMPLES = (
    _EXAMPLE,
    {**_EXAMPLE, "错误数": 0, "须更正": []},
    {**_EXAMPLE, "警告数": 0, "须说明": [], "年度": "", "期限": "", "联系人": "", "落款": ""},
    {**_NOTHING_READ, "不能读取": [{"文件": "表.xlsx", "问题": "问题。"}]},
)


def load_template(file: Path | None = None) -> Template:
    """Read a template of notices, and fill it in with examples to see that it can be.

    Args:
        file: a bureau's own; default: the one that comes with the program, ``templates/notice.md``.

    Raises:
        DefinitionError: if it cannot be read, is no template, or uses a name that does not exist.
    """
    from jinja2 import StrictUndefined, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    path = file or templates_folder() / "notice.md"
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise DefinitionError(f"无法读取通知的模板（{error.strerror or error}）", file=str(path)) from None
    except ValueError:
        raise DefinitionError("通知的模板应是UTF-8编码的文本", file=str(path)) from None
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, finalize=_escaped, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        template = environment.from_string(text)
    except TemplateSyntaxError as error:
        raise DefinitionError(f"模板写错了（{error.message}）", file=str(path), line=error.lineno) from None
    template.filename = str(path)
    for values in _EXAMPLES:
        filled(template, values)
    return template


def filled(template: Template, values: Mapping[str, object]) -> str:
    """Fill in a template; gives Markdown.

    Raises:
        DefinitionError: if the template uses a name that does not exist, or cannot be filled in otherwise.
    """
    try:
        text = template.render(values)
    except Exception as error:  # noqa: BLE001  # a template may fail in any way that a program can
        raise DefinitionError(f"模板填不进去（{error}）", file=template.filename or "") from None
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def escape(text: str) -> str:
    """Write a text in Markdown so that it shows as it is: on one line, nothing in it a mark, a link or HTML."""
    plain = safe(" ".join(text.split()))
    plain = _SIGNS.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), plain)
    return _BEGINNING.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", plain)


def _escaped(value: object) -> object:
    """Give what Jinja2 puts out for a value: escaped for Markdown where Jinja2 would escape for HTML."""
    from markupsafe import Markup

    return value if isinstance(value, Markup) else Markup(escape(str(value)))  # noqa: S704  # that is the escaping
