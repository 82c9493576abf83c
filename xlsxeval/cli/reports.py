"""The reports that ``check`` can write, each an option: one line in REPORTS makes one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from xlsxeval.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xlsxeval.cli.writers import Asked
    from xlsxeval.report.facts import Facts
    from xlsxeval.report.outcome import Outcome


class Report(NamedTuple):
    """An option and its function.

    The function of ``cli.writers`` yields the text of the file from ``(outcomes, facts, asked)``; one for a whole
    ``folder`` is called as ``(path, outcomes, facts, asked)`` and writes there itself.
    """

    name: str
    words: str
    writer: str
    #: Whether the outcomes must come with the cells around each finding.
    excerpts: bool = False
    folder: bool = False
    #: Whether filings count that a newer one, or the same under another name, replaces.
    replaced: bool = True


REPORTS = (
    Report("json", "全部结果写成一个JSON文件", "write_json"),
    Report("jsonl", "全部结果写成JSON，每份一行", "write_jsonl"),
    Report("csv", "每项问题一行的表格，Excel和WPS可以直接打开", "write_csv"),
    Report("html", "全部结果写成一个网页，用浏览器打开", "write_html", excerpts=True),
    Report("mark", "给每个工作簿写一份加了批注和底色的副本", "write_marked", folder=True),
    Report("notice", "给每个单位写一份退回修改通知（Markdown和Word）", "write_notices", folder=True, replaced=False),
    Report("sarif", "SARIF 2.1.0，给代码平台用", "write_sarif", replaced=False),
    Report("junit", "JUnit XML，给持续集成用", "write_junit", replaced=False),
)


def with_reports(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each report; they come as keywords ``report_…``."""
    for one in reversed(REPORTS):
        where, kind = "文件夹" if one.folder else "文件", click.Path(path_type=Path)
        option = click.option(f"--{one.name}", f"report_{one.name}", metavar=where, type=kind, help=one.words)
        command = option(command)
    return command


def chosen_reports(
    options: Mapping[str, Path | None], others: Iterable[Path | None], *, force: bool
) -> dict[Report, Path]:
    """Give the reports that were asked for, and make sure before the work that they can be written.

    Args:
        options: what was given for each report.
        others: the other files of the run: ledger, roster and so on.
        force: whether an earlier report may be written over; never anything that someone may have sent.

    Raises:
        OutputError: if a file is there already (without ``force``), or its folder is not, or two are the same.
    """
    from xlsxeval.output import real
    from xlsxeval.output_folder import require_free

    chosen = {one: path for one in REPORTS if (path := options[f"report_{one.name}"])}
    for one, path in chosen.items():
        if not path.parent.is_dir() or (path.exists() and path.is_dir() != one.folder):
            raise OutputError(f"不能写到这里：{path}，请写已有文件夹里的{'文件夹' if one.folder else '文件'}名")
        if one.folder:
            require_free(path)
        if path.exists() and not (force or one.folder):
            raise OutputError(f"文件已存在，没有覆盖：{path}；要覆盖请加 --force")
        if path.exists() and not one.folder and _may_be_sent(path):
            raise OutputError(f"这不是以前写出的结果，没有覆盖：{path}；请换一个文件名")
    places = [real(path) for path in (*chosen.values(), *others) if path]
    if len(set(places)) < len(places):
        raise OutputError("两个输出写成了同一个文件，或写成了台账、名单、模板的文件，请分开")
    return chosen


def _may_be_sent(path: Path) -> bool:
    """Tell whether a file is of a kind that is read, and no table of ours."""
    from xlsxeval.batch.collect import SUFFIXES, is_our_table

    return path.suffix.lower() in SUFFIXES and not is_our_table(path)


def write_report(
    report: Report, path: Path, outcomes: Iterable[Outcome], facts: Facts, asked: Asked, *, force: bool
) -> None:
    """Write a report, whole or not at all.

    Raises:
        OutputError: if the file is there by now.
        MachineError: if it cannot be written.
    """
    from xlsxeval.cli import writers
    from xlsxeval.output import write_output

    writer = getattr(writers, report.writer)
    if report.folder:
        writer(path, outcomes, facts, asked)
        return
    pieces: Iterator[str] = writer(outcomes, facts, asked)
    with contextlib.closing(pieces):  # type: ignore[type-var]  # writers are generators
        write_output(path, (piece.encode("utf-8", "replace") for piece in pieces), force=force)
