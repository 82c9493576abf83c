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
            return f"缺少{param.get_error_hint(error.ctx)}"
        case click.BadParameter(param=click.Option() as option) if words := _allowed(option.type):
            return f"{option.get_error_hint(error.ctx)}的值不对：应是{words}"
        case click.NoSuchOption():
            # click names several, hidden ones among them; the nearest is enough.
            return error.message + did_you_mean(error.option_name, error.possibilities or ())
        case _:
            return error.format_message()


def _allowed(kind: click.ParamType[object]) -> str:
    """Say which values a type allows; empty for a type that says it better itself."""
    if isinstance(kind, click.Choice):
        return f"{'、'.join(map(str, kind.choices))}之一"
    if isinstance(kind, (click.types.IntParamType, click.types.FloatParamType)):
        return "，".join(filter(None, (value_name(kind), span_words(kind))))
    return ""
