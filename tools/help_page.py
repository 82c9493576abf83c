"""``docs/cli.md``: what ``--help`` prints, for each command."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from xlsxeval.cli import main
from xlsxeval.cli.chinese import chinese_messages

_WIDTH = 100
_HEAD = """# 命令和选项

由 `make generate` 生成，内容就是每个命令的 `--help`。限度（`--max-...`）见 [limits.md](limits.md)。
"""


def commands(command: click.Command = main, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the names of each command, ``("forms", "draft")``; the program itself first, with no name."""
    yield names
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from commands(part, (*names, name))


def help_page() -> str:
    """Give the page."""
    parts = [_HEAD]
    with chinese_messages():
        for names in commands():
            printed = CliRunner().invoke(main, [*names, "--help"], prog_name="xlsxeval", terminal_width=_WIDTH).output
            parts.append(f"## `{' '.join(('xlsxeval', *names))}`\n\n```text\n{printed.rstrip()}\n```\n")
    return "\n".join(parts)
