"""``extract``: all answers of a completed workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlsxeval.cli.options import command, option
from xlsxeval.cli.shared import any_set, formset_of, limits_of, sentence, utf8_when_piped, with_limits
from xlsxeval.errors import MachineError

_REFUSED, _MACHINE = 2, 3


@command("extract")
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--format", "form", type=click.Choice(["json", "yaml"]), default="yaml", help="yaml可以直接交给fill")
@any_set
@option("--year", metavar="年度", type=int, help="年度；不写则看表上印的")
@option("--explain-reading", is_flag=True, help="不取数据，逐个标签、逐格说明是怎样读的")
@with_limits
def extract_command(
    files: tuple[Path, ...],
    form: str,
    set_name: str | None,
    year: int | None,
    *,
    explain_reading: bool,
    **limits: int | None,
) -> None:
    """读出填好的工作簿里的全部答案。"""
    from xlsxeval.api.reading import read_filings
    from xlsxeval.data.plain import plain_data
    from xlsxeval.read.refusals import Refused
    from xlsxeval.report.json_text import as_json
    from xlsxeval.report.reading import reading_text
    from xlsxeval.report.tree import filing_tree
    from xlsxeval.report.yaml_text import as_yaml

    formset, worst, written = formset_of(set_name), 0, 0
    utf8_when_piped()
    for file in files:
        try:
            filings = read_filings(file, formset=formset, year=year, limits=limits_of(limits))
        except (Refused, MachineError) as error:
            click.echo(sentence(f"{file}：{error}"), err=True)
            worst = max(worst, _MACHINE if isinstance(error, MachineError) else _REFUSED)
            continue
        for filing in filings:
            if explain_reading:
                for line in reading_text(filing):
                    click.echo(line)
            elif form == "json":
                click.echo(as_json(filing_tree(filing)))
            else:
                click.echo(("---\n" if written else "") + as_yaml(plain_data(filing)), nl=False)
            written += 1
    sys.exit(worst)
