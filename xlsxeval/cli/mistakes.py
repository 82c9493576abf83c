"""What is wrong with a call, in one Chinese sentence; click's own messages come from its catalogue."""

from __future__ import annotations

import click

from xlsxeval.cli.options import span_words, value_name
from xlsxeval.text import did_you_mean


def mistake_text(error: click.UsageError) -> str:
    """Say what is wrong, and where the use of the command is explained."""
    path = error.ctx.command_path if error.ctx else "xlsxeval"
    return f"{_mistake(error)}（用法见 {path} --help）"


def _mistake(error: click.UsageError) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return f"缺少{_quoted(param, error.ctx)}"
        case click.BadParameter(param=click.Parameter() as param):
            allowed = _allowed(param.type)
            return f"{_quoted(param, error.ctx)}的值不对：{f'应是{allowed}' if allowed else error.message}"
        case click.NoSuchOption():
            # click names several, hidden ones among them; the nearest is enough.
            return error.message + did_you_mean(error.option_name, error.possibilities or ())
        case _:
            return error.format_message()


def _quoted(param: click.Parameter, ctx: click.Context | None) -> str:
    """Name an option as “-o/--output”, an argument as in the line of use."""
    names = param.opts if isinstance(param, click.Option) or not ctx else [param.make_metavar(ctx)]
    return f"“{'/'.join(names)}”"


def _allowed(kind: click.ParamType[object]) -> str:
    """Say which values a type allows; empty for a type that says it better itself."""
    if isinstance(kind, click.Choice):
        return f"{'、'.join(map(str, kind.choices))}之一"
    if isinstance(kind, (click.types.IntParamType, click.types.FloatParamType)):
        return "，".join(filter(None, (value_name(kind), span_words(kind))))
    return ""
