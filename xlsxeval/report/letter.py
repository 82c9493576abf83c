r"""The template of the notices: load it, test it with examples before the checks, and fill it in.

Example: the text ``*重点*`` in a filing becomes ``\*重点\*`` in the Markdown, so that Word shows the asterisks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from xlsxeval.errors import DefinitionError
from xlsxeval.files import NotOrdinaryError, read_ordinary
from xlsxeval.forms.folder import templates_folder
from xlsxeval.text import UNWRITABLE, safe

if TYPE_CHECKING:
    from jinja2 import Template

_NOTICE = "notice.md"
_MOST_BYTES = 256 * 1024
#: The characters of a letter, and the work for it (see ``bounded``): a fixed part, and more for many values.
_LEAST_LENGTH, _LENGTH_BY_SIZE = 1024 * 1024, 20
_LEAST_WORK, _WORK_BY_SIZE = 4 * 1024 * 1024, 100
#: Characters written as entities, because a backslash has no effect inside tables and in HTML.
_ENTITIES = {"\\": "&#92;", "|": "&#124;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = re.compile(r"[\\|&<>`*_\[\]~$@#]|(?<=:)//|(?<=www)\.", re.IGNORECASE)
#: Characters that would begin a list or a heading at the beginning of a line.
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
#: Examples with all values and with as few as possible, because a mistake may be in either branch of a condition.
_EXAMPLES = (
    _EXAMPLE,
    {**_EXAMPLE, "错误数": 0, "须更正": []},
    {**_EXAMPLE, "警告数": 0, "须说明": [], "年度": "", "期限": "", "联系人": "", "落款": ""},
    {**_NOTHING_READ, "不能读取": [{"文件": "表.xlsx", "问题": "问题。"}]},
)


def notice_template() -> str:
    """Give the text of the template that comes with the program, as a start for a bureau's own template."""
    return (templates_folder() / _NOTICE).read_text("utf-8")


def load_template(file: Path | None = None) -> Template:
    """Load a template of notices, and fill it in with examples as a test.

    Args:
        file: a bureau's own template; default: ``templates/notice.md``, which comes with the program.

    Raises:
        DefinitionError: if it cannot be read, is no template, uses an unknown name, or makes too many loops or too
            much text.
    """
    from jinja2 import TemplateSyntaxError

    from xlsxeval.report.bounded import BoundedEnvironment, TooMuchError

    path = file or templates_folder() / _NOTICE
    text = _read(path)
    environment = BoundedEnvironment(_escaped)
    environment.allow(_LEAST_WORK)
    try:
        template = environment.from_string(text)
    except TemplateSyntaxError as error:
        raise DefinitionError(f"模板写错了（{error.message}）", file=str(path), line=error.lineno) from None
    except TooMuchError as error:
        raise DefinitionError(f"模板写错了（{error}）", file=str(path)) from None
    except (RecursionError, SyntaxError, MemoryError, OverflowError, ValueError):
        # Jinja2 translates a template into Python code, and Python limits the depth of nested blocks and brackets.
        raise DefinitionError("模板里的括号、条件或循环嵌套太深，或一行太长", file=str(path)) from None
    template.filename = str(path)
    for values in _EXAMPLES:
        filled(template, values)
    return template


def _read(path: Path) -> str:
    try:
        text = read_ordinary(path, _MOST_BYTES).decode("utf-8-sig")
    except NotOrdinaryError as error:
        raise DefinitionError(f"无法读取通知的模板（{error.reason}）", file=str(path)) from None
    except OSError as error:
        raise DefinitionError(f"无法读取通知的模板（{error.strerror or error}）", file=str(path)) from None
    except ValueError:
        raise DefinitionError("通知的模板应是UTF-8编码的文本", file=str(path)) from None
    if sign := UNWRITABLE.search(text):
        line = text.count("\n", 0, sign.start()) + 1
        raise DefinitionError(f"模板里有控制字符U+{ord(sign[0]):04X}，请删去", file=str(path), line=line)
    return text


def filled(template: Template, values: Mapping[str, object]) -> str:
    """Fill in a template; returns Markdown.

    The limits of length and work grow with the values, because a letter about many findings is long.

    Args:
        template: from ``load_template``.
        values: the names that the template may use, as in ``_EXAMPLE``.

    Raises:
        DefinitionError: if the template uses an unknown name, fails in another way, or makes too many loops or too
            much text for these values.
    """
    size = _size(values)
    environment = template.environment
    try:
        environment.allow(_LEAST_WORK + _WORK_BY_SIZE * size)  # type: ignore[attr-defined]  # ours, see load_template
        text = _joined(template.generate(values), _LEAST_LENGTH + _LENGTH_BY_SIZE * size)
    except Exception as error:  # noqa: BLE001  # a template may fail in any way that a program can
        lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == template.filename]
        message = "嵌套太深" if isinstance(error, RecursionError) else str(error)
        raise DefinitionError(
            f"模板填写出错（{message}）", file=template.filename or "", line=lines[-1] if lines else 0
        ) from None
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def _joined(pieces: Iterable[str], most: int) -> str:
    """Join the pieces of a letter; ValueError if it has more than ``most`` characters."""
    text: list[str] = []
    for piece in pieces:
        most -= len(piece)
        if most < 0:
            raise ValueError("通知太长")
        text.append(piece)
    return "".join(text)


def _size(value: object) -> int:
    """Count the characters in values, and ten more for each value."""
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(str(value)) + 10


def escape(text: str) -> str:
    """Write a text in Markdown so that it is shown as it is, on one line: no marks, links or HTML in it take effect."""
    plain = safe(" ".join(text.split()))
    plain = _SIGNS.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), plain)
    return _BEGINNING.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", plain)


def _escaped(value: object) -> str:
    """Give the output for a value: escaped for Markdown, where Jinja2 alone would escape for HTML."""
    from markupsafe import Markup

    return value if isinstance(value, Markup) else Markup(escape(str(value)))  # noqa: S704  # that is the escaping
