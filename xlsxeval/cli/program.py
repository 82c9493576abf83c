"""The program: its commands and its exit codes; a known problem is one sentence, never a traceback."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from xlsxeval.cli.catalogue import explain_command, forms_command, notice_template_command, rules_command
from xlsxeval.cli.check import check_command
from xlsxeval.cli.chinese import chinese_messages
from xlsxeval.cli.extract import extract_command
from xlsxeval.cli.ledger import ledger_command
from xlsxeval.cli.options import Group
from xlsxeval.cli.shared import sentence
from xlsxeval.cli.writing import fill_command, new_command
from xlsxeval.errors import XlsxevalError, bug_text
from xlsxeval.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REFUSED, _MACHINE, _BUG, _INTERRUPTED = 2, 3, 4, 130
_WIDTH = 100
#: Loading makes tens of thousands of objects that live to the end; Python's own 700 would look through them often.
_COLLECT_AFTER = 50_000


class _Program(Group):
    """The commands together; a file where a command should stand is one to check."""

    def advice(self, name: str, known: Sequence[str]) -> str:
        # Path.exists fails for a name that is too long.
        is_file = os.path.exists(name)  # noqa: PTH110
        return f"，是否想写“check {name}”" if is_file else super().advice(name, known)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH})
@click.version_option(__version__, message="xlsxeval %(version)s", help="显示版本")
def main() -> None:
    """部门整体支出绩效自评：生成空白表，读回并核对填好的工作簿。"""


for _command in (
    *(forms_command, new_command, fill_command, extract_command, check_command, ledger_command),
    *(rules_command, explain_command, notice_template_command),
):
    main.add_command(_command)


def run(arguments: Iterable[str] | None = None) -> NoReturn:
    """Run the program and leave the process with its exit code.

    Args:
        arguments: what follows the program's name; default: the arguments of the process.
    """
    gc.set_threshold(_COLLECT_AFTER)
    for name in ("SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)  # like Ctrl-C: finished work is kept
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A GBK console has no ² and no emoji: they are shown as ?.
            stream.reconfigure(errors="replace")
    try:
        code = _run(None if arguments is None else list(arguments))
    finally:
        gc.freeze()  # the system takes back all memory at once: nothing need be looked through before
    sys.exit(code)


@chinese_messages()
def _run(arguments: list[str] | None) -> int:
    try:
        main.main(args=arguments, prog_name="xlsxeval", standalone_mode=False)
        sys.stdout.flush()
    except XlsxevalError as error:
        return _say(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return _REFUSED
    except click.UsageError as error:
        from xlsxeval.cli.mistakes import mistake_text

        return _say(mistake_text(error), _REFUSED)
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
    """After a closed pipe or a full disk, keep the interpreter from writing the same output again when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # nothing is left to write to


def _say(text: str, code: int) -> int:
    """Print a sentence for the user on standard error; gives the exit code."""
    try:
        click.echo(sentence(text), err=True)
    except OSError:
        return _MACHINE
    return code
