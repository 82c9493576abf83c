"""``new`` and ``fill``: blank workbooks and filled ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.options import command, option
from xlsxeval.cli.shared import force as force_option
from xlsxeval.cli.shared import own_set, sentence

if TYPE_CHECKING:
    from xlsxeval.forms.model import FormSet

_output = option(
    "-o",
    "--output",
    group="输出",
    type=click.Path(path_type=Path),
    required=True,
    help="输出的工作簿",
)
_no_protect = option("--no-protect", group="输出", is_flag=True, help="不保护工作表")


@command("new")
@click.argument("name", metavar="[套表]", required=False)
@own_set
@option("--year", metavar="年度", type=int, required=True, help="表上印的年度，如2024")
@option("--unit", metavar="名称", default="", help="单位名称")
@option("--data", type=click.Path(path_type=Path), help="已知的内容（YAML或JSON），先填进表里")
@option("--lock-known", is_flag=True, help="锁定已知的内容，不让填表人改")
@option("--lines", "lines", multiple=True, metavar="分组=行数", help="分组的行数，如 数量指标=12；可以写多次")
@_output
@force_option
@_no_protect
def new_command(
    name: str | None,
    set_name: str | None,
    year: int,
    unit: str,
    data: Path | None,
    lines: tuple[str, ...],
    output: Path,
    *,
    lock_known: bool,
    force: bool,
    no_protect: bool,
) -> None:
    """生成空白工作簿。"""
    from xlsxeval.api.writing import new

    formset = _chosen(name, set_name)
    counts = dict(map(_line_count, lines))
    content = new(formset, year=year, unit=unit, data=data, lines=counts, protect=not no_protect, lock_known=lock_known)
    _write(output, content, force=force)
    if set_name:  # before the forms are handed out
        from xlsxeval.api.rules import example_faults

        for fault in example_faults(formset):
            click.echo(f"例子不对：{sentence(fault)}", err=True)


def _line_count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not (count.isascii() and count.isdigit()):
        raise click.UsageError(f"--lines应写成“分组=行数”，如 数量指标=12，这里是“{text}”")
    return name, int(count)


@command("fill")
@click.argument("names", metavar="[套表] 数据文件", nargs=-1, required=True)
@own_set
@option("--year", metavar="年度", type=int, help="表上印的年度；不写则用数据里的")
@option("--unit", metavar="名称", default="", help="单位名称；不写则用数据里的")
@_output
@force_option
@_no_protect
def fill_command(
    names: tuple[str, ...],
    set_name: str | None,
    year: int | None,
    unit: str,
    output: Path,
    *,
    force: bool,
    no_protect: bool,
) -> None:
    """用数据（YAML或JSON）生成填好的工作簿。"""
    from xlsxeval.api.writing import fill

    if len(names) > 2:  # noqa: PLR2004  # set and data file
        raise click.UsageError(f"多余的参数“{names[2]}”")
    formset = _chosen(names[0] if len(names) > 1 else None, set_name)
    content = fill(formset, Path(names[-1]), year=year, unit=unit, protect=not no_protect)
    _write(output, content, force=force)


def _chosen(name: str | None, folder: str | None) -> FormSet:
    """Load the set of the user: by the name of one that comes with the program, or by a folder.

    Raises:
        click.UsageError: if neither is given, or both and they differ.
    """
    from xlsxeval.forms.library import load_set

    if name is None and folder is None:
        raise click.UsageError("缺少“套表”，如 hunan，或 --set 文件夹")
    formset = load_set(folder or name or "")
    if folder and name not in (None, formset.name):
        raise click.UsageError(f"“{folder}”里的套表是“{formset.name}”，不是“{name}”")
    return formset


def _write(output: Path, content: bytes, *, force: bool) -> None:
    from xlsxeval.output import write_output

    write_output(output, content, force=force)
    click.echo(sentence(f"已写出 {output}"))
