"""The program: its commands, and how it ends; a known problem is one sentence, never a traceback."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from xlsxeval.cli.catalogue import explain_command, forms_command, rules_command
from xlsxeval.cli.check import check_command
from xlsxeval.cli.extract import extract_command
from xlsxeval.cli.shared import sentence
from xlsxeval.cli.writing import fill_command, new_command
from xlsxeval.errors import XlsxevalError, bug_text
from xlsxeval.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

_REFUSED, _MACHINE, _BUG, _INTERRUPTED = 2, 3, 4, 130
_WIDTH = 100


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH})
@click.version_option(__version__, message="xlsxeval %(version)s", help="显示版本")
def main() -> None:
    """部门整体支出绩效自评：生成空白表，读回并核对填好的工作簿。"""


for _command in (
    *(forms_command, new_command, fill_command, extract_command, check_command),
    *(rules_command, explain_command),
):
    main.add_command(_command)


def run(arguments: Iterable[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code; a known problem is one sentence, never a traceback."""
    for name in ("SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)  # as Ctrl-C: what is done is written
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A GBK console has no ² and no emoji: they become ?, and the run goes on.
            stream.reconfigure(errors="replace")
    sys.exit(_run(None if arguments is None else list(arguments)))


def _run(arguments: list[str] | None) -> int:
    try:
        main.main(args=arguments, prog_name="xlsxeval", standalone_mode=False)
        sys.stdout.flush()
    except XlsxevalError as error:
        return _say(str(error), error.exit_code)
    except click.UsageError as error:
        return _say(f"{_usage(error)}（xlsxeval --help 看用法）", _REFUSED)
    except (KeyboardInterrupt, click.Abort):
        return _say("已中断", _INTERRUPTED)
    except MemoryError:
        return _say("内存不够，请关闭别的程序后再试", _MACHINE)
    except OSError as error:
        _forget_stdout()
        return _say(f"读写失败：{error.strerror or error}", _MACHINE)
    except Exception as error:  # noqa: BLE001  # a bug
        return _say(bug_text(error), _BUG)
    return 0


def _forget_stdout() -> None:
    """After a closed pipe or a full disk, keep the interpreter from flushing once more at the end."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # nothing is left to write to


def _say(text: str, code: int) -> int:
    try:
        click.echo(sentence(text), err=True)
    except OSError:
        return _MACHINE
    return code


def _usage(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项“{error.option_name}”"
        case click.MissingParameter():
            name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
            options = "/".join(error.param.opts) if isinstance(error.param, click.Option) else name
            return f"缺少“{options}”"
        case click.BadParameter(param=click.Option(type=click.IntRange() | click.FloatRange() as span) as option):
            high = f"，最多{span.max}" if span.max is not None else ""
            return f"“{'/'.join(option.opts)}”的值不对：应是数，最少{span.min:g}{high}"
        case click.BadParameter(param=click.Option(type=click.Choice() as choice) as option):
            return f"“{'/'.join(option.opts)}”的值不对：应是{'、'.join(map(str, choice.choices))}之一"
        case click.BadOptionUsage():
            return f"“{error.option_name}”后面缺少它的值"
        case click.BadParameter():
            name = "/".join(error.param.opts) if isinstance(error.param, click.Option) else "参数"
            return f"“{name}”的值不对：{error.message}"
        case _:
            return error.message.replace("No such command", "没有命令").replace(
                "Got unexpected extra argument", "多余的参数"
            )
