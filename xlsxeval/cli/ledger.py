"""``ledger``: what the last run left in a ledger."""

from __future__ import annotations

from pathlib import Path

import click

from xlsxeval.cli.options import command, option
from xlsxeval.cli.shared import utf8_when_piped


@command("ledger")
@click.argument("path", metavar="台账", type=click.Path(path_type=Path))
@option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", help="csv每份一行，json是一个文档"
)
def ledger_command(path: Path, form: str) -> None:
    """列出台账里每个单位的报送情况：状态、各次报送的文件和查出的问题。"""
    from xlsxeval.batch.history import read_history
    from xlsxeval.outputs.history import history_csv, history_json, history_lines

    history = read_history(path)
    if form == "text":
        for line in history_lines(history):
            click.echo(line)
        return
    utf8_when_piped()
    for piece in history_csv(history) if form == "csv" else [history_json(history)]:
        click.echo(piece, nl=False)
