"""The documents name every option, and every command line in them is understood."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress

import click
import pytest

import xlsxeval
from tests.conftest import ROOT
from xlsxeval.cli import main
from xlsxeval.cli.chinese import chinese_messages

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def options_of(command: click.Command) -> set[str]:
    """Return all options of a command and of the commands below it: ``--format``."""
    own = {name for option in command.params if isinstance(option, click.Option) for name in option.opts}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union(*map(options_of, below))


def command_lines() -> Iterator[str]:
    """Yield each text ``xlsxeval …`` that stands in the documents as code, without comments and what follows ``||``."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            yield from (line for line in block.replace("\\\n", " ").splitlines() if line.startswith("xlsxeval "))
        yield from re.findall(r"`(xlsxeval [^`\n]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def test_every_option_is_in_the_documents() -> None:
    words = {
        word for document in DOCUMENTS for word in re.findall(r"--?[a-z][a-z-]*", document.read_text(encoding="utf-8"))
    }
    assert options_of(main) - words == set()


def test_the_table_of_outputs_names_options_of_check_and_every_output() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [table] = re.findall(r"\| 选项 \| 得到什么 \|\n(.*?)\n\n", text, re.DOTALL)
    named = {word for row in table.splitlines() for word in re.findall(r"--[a-z]+", row.split("|")[1])}
    outputs = {
        name
        for option in main.commands["check"].params
        if isinstance(option, click.Option) and (option.name or "").startswith("report_")
        for name in option.opts
    }
    assert named == outputs | {"--quiet", "--statistics"}


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_command_lines_of_the_documents_are_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    # "xlsxeval check …" in a sentence, or the name of a command alone, is no command line to be run.
    if words or not any(parameter.required for parameter in command.params):
        # Exit: an option that prints something and ends. In Chinese, because click keeps its own options' help.
        with chinese_messages(), suppress(click.exceptions.Exit):
            command.make_context(command.name, words)


def test_the_readme_names_every_set() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("现有的套表")[2].partition("\n\n样例")[0]
    named = {
        name for row in table.splitlines() for name in re.findall("`([^`]+)`", row.split("|")[1] if "|" in row else "")
    }
    assert named == set(xlsxeval.set_names())
