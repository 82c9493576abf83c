"""``extract``: all answers of a completed workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.options import command, option
from xlsxeval.cli.shared import (
    allowance_of,
    any_set,
    formset_of,
    limits_of,
    sentence,
    utf8_when_piped,
    with_allowance,
    with_limits,
)
from xlsxeval.errors import MachineError

if TYPE_CHECKING:
    from xlsxeval.forms.model import FormSet
    from xlsxeval.read.limits import Limits

_REFUSED, _MACHINE = 2, 3


@command("extract")
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--format", "form", type=click.Choice(["json", "yaml"]), default="yaml", help="yaml可以直接交给fill")
@any_set
@option("--year", metavar="年度", type=int, help="年度；不写则看表上印的")
@option("--explain-reading", is_flag=True, help="不取数据，逐个标签、逐格说明是怎样读的")
@with_allowance
@with_limits
def extract_command(
    files: tuple[Path, ...],
    form: str,
    set_name: str | None,
    year: int | None,
    *,
    explain_reading: bool,
    max_seconds: float | None,
    max_memory: int | None,
    **limits: int | None,
) -> None:
    """读出填好的工作簿里的全部答案。"""
    from xlsxeval.api.sets import sets_of
    from xlsxeval.batch.allowance import StoppedError
    from xlsxeval.batch.child import call_limited
    from xlsxeval.read.refusals import Refused

    formset, worst, written = formset_of(set_name), 0, 0
    form = "explained" if explain_reading else form
    sets_of(formset)  # loaded once, and not again in the process of each file
    allowance = allowance_of(max_seconds, max_memory)
    utf8_when_piped()
    for file in files:
        try:
            texts = call_limited(_texts, file, form, formset, year, limits_of(limits), allowance=allowance)
        except (Refused, StoppedError, MachineError) as error:
            click.echo(sentence(f"{file}：{error}"), err=True)
            worst = max(worst, _MACHINE if isinstance(error, MachineError) else _REFUSED)
            continue
        for text in texts:
            click.echo(("---\n" if written and form == "yaml" else "") + text, nl=False)
            written += 1
    sys.exit(worst)


def _texts(file: Path, form: str, formset: FormSet | None, year: int | None, limits: Limits) -> list[str]:
    """Read a file, and give for each filing in it what is to be printed: ``json``, ``yaml`` or ``explained``."""
    from xlsxeval.api.reading import read_filings
    from xlsxeval.data.plain import plain_data
    from xlsxeval.report.json_text import as_json
    from xlsxeval.report.reading import reading_text
    from xlsxeval.report.tree import filing_tree
    from xlsxeval.report.yaml_text import as_yaml

    filings = read_filings(file, formset=formset, year=year, limits=limits)
    if form == "yaml":
        return [as_yaml(plain_data(filing)) for filing in filings]
    if form == "json":
        return [f"{as_json(filing_tree(filing))}\n" for filing in filings]
    return ["".join(f"{line}\n" for line in reading_text(filing)) for filing in filings]
