"""``new`` and ``fill``: workbooks to hand out and filled ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.shared import own_set, sentence

if TYPE_CHECKING:
    from xlsxeval.forms.model import FormSet

_output = click.option("-o", "--output", "output", type=click.Path(path_type=Path), required=True, help="输出的工作簿")
_force = click.option("--force", is_flag=True, help="覆盖已有的文件")
_no_protect = click.option("--no-protect", is_flag=True, help="不保护工作表")


@click.command("new")
@click.argument("name", metavar="[套表]", required=False)
@own_set
@click.option("--year", type=int, required=True, help="年度，如2024")
@click.option("--unit", default="", help="单位名称")
@click.option("--data", type=click.Path(path_type=Path), help="已知的内容（YAML或JSON），先填进表里")
@click.option("--lock-known", is_flag=True, help="锁定已知的内容，不让填表人改")
@click.option("--lines", "lines", multiple=True, metavar="分组=行数", help="分组的行数，如 数量指标=12；可以写多次")
@_output
@_force
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


def _line_count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not (count.isascii() and count.isdigit()):
        raise click.UsageError(f"--lines应写成“分组=行数”，如 数量指标=12，这里是“{text}”")
    return name, int(count)


@click.command("fill")
@click.argument("names", metavar="[套表] 数据文件", nargs=-1, required=True)
@own_set
@click.option("--year", type=int, help="年度；不写则用数据里的")
@click.option("--unit", default="", help="单位名称；不写则用数据里的")
@_output
@_force
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
    """Give the set that is named, or the one in a folder of its own."""
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
