"""An option of ``check`` for each report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from xlsxeval.outputs.reports import REPORTS


def with_reports(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each report; they come as keywords ``report_…``."""
    for report in reversed(REPORTS):
        where, kind = "文件夹" if report.folder else "文件", click.Path(path_type=Path)
        name = f"report_{report.name}"
        command = click.option(f"--{report.name}", name, metavar=where, type=kind, help=report.words)(command)
    return command


def reports_in(given: Mapping[str, object]) -> dict[str, Path]:
    """Give the path of each report that was asked for, by its name."""
    paths = {report.name: given[f"report_{report.name}"] for report in REPORTS}
    return {name: path for name, path in paths.items() if isinstance(path, Path)}
