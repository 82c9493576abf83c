"""Options and commands whose help is in Chinese: options stand in groups, and each says what value it takes.

    from xlsxeval.cli.options import command, option

    @command("check")
    @option("--csv", group="输出", metavar="文件", type=click.Path(), help="每项问题一行的表格")
    def check_command(csv: str | None) -> None:
        '''核对填好的工作簿。'''

A group is any text; those of ``GROUPS`` come first, in that order, others after them. An option without a group,
``--help`` too, stands in the first one. Where all options of a command are in one group, its heading is 选项.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

#: The headings of options, in their order; the first is that of options without a group.
GROUPS = "基本", "输出", "规则", "报送", "限度"
_WIDEST_NAME = 32


class Option(click.Option):
    """An option in a group."""

    def __init__(self, declarations: Sequence[str] | None = None, *, group: str = GROUPS[0], **attributes: Any) -> None:
        """Take what ``click.Option`` takes, and the group."""
        super().__init__(declarations, **attributes)
        self.group = group

    def make_metavar(self, ctx: click.Context) -> str:
        """Give the words for its value: those of ``metavar``, or what its type says."""
        return self.metavar or value_name(self.type) or super().make_metavar(ctx)

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Give what stands in brackets after its help, with a range in words."""
        extra: Any = super().get_help_extra(ctx)
        return {**extra, "range": span} if (span := span_words(self.type)) else extra


class Context(click.Context):
    """The context of a call, whose help counts Chinese columns."""

    def make_formatter(self) -> click.HelpFormatter:
        """Make what writes the help; it is loaded only when help is wanted."""
        from xlsxeval.cli.layout import Formatter

        return Formatter(width=self.terminal_width, max_width=self.max_content_width)


class Command(click.Command):
    """A command whose help lists its options by group."""

    context_class = Context

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        """Take what ``click.Command`` takes."""
        super().__init__(*arguments, **{"options_metavar": "[选项]", **attributes})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments.

        Raises:
            click.UsageError: if they are wrong; it knows the command, which click leaves out of some.
        """
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the option that prints the help, with Chinese words in every process."""
        help_option = super().get_help_option(ctx)
        if help_option:
            help_option.help = "显示这份说明"
        return help_option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group, with one second column for all."""
        _write_groups(self, ctx, formatter)

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002  # click's signature
        """Give its first paragraph, for the list of commands."""
        return " ".join((self.short_help or self.help or "").split("\n\n")[0].split())


class Group(Command, click.Group):
    """A command that has commands, and says which one may have been meant."""

    command_class = Command

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        """Take what ``click.Group`` takes."""
        called = "[命令] [参数]..." if attributes.get("invoke_without_command") else "命令 [参数]..."
        super().__init__(*arguments, **{"subcommand_metavar": called, **attributes})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by group, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def advice(self, name: str, known: Sequence[str]) -> str:
        """Say which of the known commands may have been meant; empty if none is like the name."""
        from xlsxeval.text import did_you_mean

        return did_you_mean(name, known)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called.

        Raises:
            click.UsageError: if there is none, with what may have been meant.
        """
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            raise click.UsageError(f"没有命令“{name}”{self.advice(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


def command(name: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function."""
    return click.command(name, cls=Command)


def group(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], Group]:
    """Make a command that has commands of a function."""
    return click.group(name, cls=Group, **attributes)


option = partial(click.option, cls=Option)


def value_name(kind: click.ParamType[Any]) -> str:
    """Give the Chinese name of the values of a type; empty where click's own is as good: ``[text|json]``."""
    match kind:
        case click.types.IntParamType():
            return "整数"
        case click.types.FloatParamType():
            return "数"
        case click.Path(file_okay=False):
            return "文件夹"
        case click.Path():
            return "文件"
        case click.types.StringParamType():
            return "文字"
        case _:
            return ""


def span_words(kind: click.ParamType[Any]) -> str:
    """Say in words which numbers a type allows: ``1到60``, ``大于0``; empty if all, or if it is not of numbers."""
    match kind:
        case click.IntRange(min=None, max=None) | click.FloatRange(min=None, max=None):
            return ""
        case click.IntRange(min=low, max=high, min_open=False, max_open=False) if None not in {low, high}:
            return f"{low}到{high}"
        case click.IntRange() | click.FloatRange():
            least = f"{'大于' if kind.min_open else '最少'}{kind.min:g}" if kind.min is not None else ""
            most = f"{'小于' if kind.max_open else '最多'}{kind.max:g}" if kind.max is not None else ""
            return "，".join(filter(None, (least, most)))
        case _:
            return ""


def _write_groups(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options that are not hidden under the headings of their groups."""
    from xlsxeval.cli.layout import filled
    from xlsxeval.text import display_width

    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in GROUPS}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record and isinstance(param, click.Option):
            groups.setdefault(getattr(param, "group", GROUPS[0]), []).append(record)
    groups = {name: records for name, records in groups.items() if records}
    widest = max((display_width(name) for records in groups.values() for name, _ in records), default=0)
    for name, records in groups.items():
        with formatter.section(name if len(groups) > 1 else "选项"):
            formatter.write_dl([(filled(first, min(widest, _WIDEST_NAME)), text) for first, text in records])
