"""What several commands share: options, the set that a user names, and how text is printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.options import option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsxeval.batch.allowance import Allowance
    from xlsxeval.forms.model import FormSet
    from xlsxeval.read.limits import Limits

own_set = option("--set", "set_name", metavar="文件夹", help="自己的套表所在的文件夹")
any_set = option("--set", "set_name", metavar="名称或文件夹", help="套表；不写则自动识别")
rules_set = option("--set", "set_name", default="hunan", metavar="名称或文件夹", help="套表", show_default=True)
force = option("--force", group="输出", is_flag=True, help="覆盖已有的文件")

#: The fields of ``read.limits.Limits`` and what each counts. They are named here so that the program starts without
#: loading the reader.
LIMITS = {
    "max_file": "文件的字节数",
    "max_unpacked": "解开以后的字节数",
    "max_parts": "压缩包里文件的个数",
    "max_sheets": "工作表张数",
    "max_cells": "有内容的单元格数",
    "max_merges": "每张工作表合并区域数",
    "max_strings": "不同的文字条数",
    "max_text": "一格文字的字数",
    "max_chars": "不同的文字合计的字数",
    "max_lines": "各表清单合计的行数",
    "max_depth": "内部嵌套的层数",
    "max_token": "内部一个标记或一段文字的字节数",
    "max_formulas": "共用公式展开以后的字数",
    "max_tags": "读到的各部分里标记的个数",
}


_ALLOWANCE: tuple[tuple[str, click.IntRange | click.FloatRange, str], ...] = (
    ("max_seconds", click.FloatRange(0, min_open=True), "每个文件最多用几秒处理器时间，默认10"),
    ("max_memory", click.IntRange(100), "每个进程最多用多少MiB内存，默认400"),
)


def with_limits(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each limit of the reader, and one that lists them: they are not in its help."""
    for name in reversed(LIMITS):
        command = option(_option_name(name), name, type=click.IntRange(min=0), hidden=True)(command)
    return option(
        "--help-limits",
        group="限度",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_limits,
        help="显示读取文件的限度",
    )(command)


def with_allowance(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that bound the process in which it reads a file; see ``allowance_of``."""
    for name, kind, words in reversed(_ALLOWANCE):
        command = option(_option_name(name), name, group="限度", type=kind, help=words)(command)
    return command


def allowance_of(max_seconds: float | None, max_memory: int | None) -> Allowance:
    """Give the processor seconds and the memory that one file may use, from the options of ``with_allowance``."""
    from xlsxeval.batch.allowance import Allowance

    usual = Allowance()
    return Allowance(max_seconds or usual.seconds, max_memory or usual.memory)


def _option_name(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _print_limits(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click calls it
    """List the limits of the reader with their defaults, and end the program."""
    if not wanted or context.resilient_parsing:
        return
    formatter, defaults = context.make_formatter(), limits_of({})
    rows = [(f"{_option_name(name)} 整数", f"{words}，默认{getattr(defaults, name)}") for name, words in LIMITS.items()]
    with formatter.section("每个文件的限度，超过的不读"):
        formatter.write_dl(rows)
    click.echo(formatter.getvalue(), nl=False)
    context.exit()


def limits_of(options: Mapping[str, object]) -> Limits:
    """Give the limits that the options of ``with_limits`` set; ``options`` may hold others too."""
    from xlsxeval.read.limits import Limits

    given = {name: value for name in LIMITS if isinstance(value := options.get(name), int)}
    return Limits(**given)


def formset_of(name: str | None) -> FormSet | None:
    """Load a set by its name or folder; without a name give None: each file is matched with all sets.

    Raises:
        DefinitionError: if there is no such set, or a mistake in its files.
    """
    from xlsxeval.forms.library import load_set

    return load_set(name) if name else None


def sentence(text: str) -> str:
    """Give a text without characters that a terminal would act on."""
    from xlsxeval.text import safe

    return safe(text)


def utf8_when_piped() -> None:
    """Write data into a pipe or file as UTF-8 on every system; a console keeps its own encoding."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
