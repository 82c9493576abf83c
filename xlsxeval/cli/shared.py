"""What several commands share: options, the set that is meant, words to the user."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsxeval.forms.model import FormSet
    from xlsxeval.read.limits import Limits

own_set = click.option("--set", "set_name", metavar="文件夹", help="自己的套表所在的文件夹")
any_set = click.option("--set", "set_name", metavar="名称或文件夹", help="套表；不写则自动识别")


#: The fields of ``read.limits.Limits``, named here so that starting the program does not load the reader.
LIMITS = (
    *("max_file", "max_unpacked", "max_parts", "max_sheets", "max_cells", "max_merges", "max_strings", "max_text"),
    *("max_depth", "max_token", "max_formulas", "max_tags"),
)


def with_limits(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each budget of the reader."""
    for name in reversed(LIMITS):
        option = click.option(f"--{name.replace('_', '-')}", name, type=click.IntRange(min=0), hidden=True)
        command = option(command)
    return command


def limits_of(options: Mapping[str, object]) -> Limits:
    """Give the budgets with what the options say, which may be among others."""
    from xlsxeval.read.limits import Limits

    given = {name: value for name in LIMITS if isinstance(value := options.get(name), int)}
    return Limits(**given)


def formset_of(name: str | None) -> FormSet | None:
    """Give the set that is named; None: whichever fits."""
    from xlsxeval.forms.library import load_set

    return load_set(name) if name else None


def sentence(text: str) -> str:
    """Make a text fit for the terminal."""
    from xlsxeval.text import safe

    return safe(text)


def utf8_when_piped() -> None:
    """Write data into a pipe or file as UTF-8 on every system; a console keeps its own encoding."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
