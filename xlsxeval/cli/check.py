"""``check``: one workbook, or everything that was sent."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from xlsxeval.cli.options import command, option
from xlsxeval.cli.reports import reports_in, with_reports
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
from xlsxeval.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxeval.batch.collect import Collected
    from xlsxeval.forms.waivers import Waiver
    from xlsxeval.outputs.reports import Report
    from xlsxeval.request import Request

_MACHINE = 3


class _Options(NamedTuple):
    """The options of ``check`` beside the reports and the limits, by their own names."""

    form: str
    quiet: bool
    statistics: bool
    template: Path | None
    deadline: str
    contact: str
    sender: str
    force: bool
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    waive: Path | None
    set_name: str | None
    year: int | None
    explain_reading: bool
    ledger: Path | None
    roster: Path | None
    prefer: tuple[Path, ...]
    jobs: int | None
    scheduler: str | None
    max_seconds: float | None
    max_memory: int | None


@command("check")
@click.argument("names", metavar="文件或文件夹...", nargs=-1, required=True)
@option("--format", "form", group="输出", type=click.Choice(["text", "json"]), default="text", help="json每份一行")
@option("--quiet", group="输出", is_flag=True, help="每份只写一行结论")
@option("--statistics", group="输出", is_flag=True, help="再按规则、按单位列出数目")
@with_reports
@option(
    "--template",
    group="输出",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="退回修改通知的模板，格式见 xlsxeval notice-template",
)
@option("--deadline", group="输出", default="", metavar="日期", help="通知里写的重新报送期限，如 2025年5月20日")
@option("--contact", group="输出", default="", metavar="联系人", help="通知里写的联系人和电话")
@option("--sender", group="输出", default="", metavar="单位", help="通知的落款，写在日期上面")
@option("--force", group="输出", is_flag=True, help="覆盖已有的输出文件")
@option(
    "--select", "select", group="规则", multiple=True, metavar="代码,...", help="只用这些规则，如 E,B01；可以写多次"
)
@option("--ignore", "ignore", group="规则", multiple=True, metavar="代码,...", help="不用这些规则")
@option("--waive", group="规则", type=click.Path(path_type=Path), help="审核说明文件（YAML）：哪些问题已经同意不改")
@any_set
@option("--year", type=int, help="年度；不写则看表上印的")
@option("--explain-reading", is_flag=True, help="逐个标签、逐格说明是怎样读的")
@option(
    "--ledger", group="报送", metavar="文件", type=click.Path(path_type=Path), help="台账：没有变化的文件下次不再核对"
)
@option(
    "--roster",
    group="报送",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="单位名单（CSV或工作簿）：逐个单位列出报送情况",
)
@option(
    "--prefer",
    group="报送",
    metavar="文件",
    multiple=True,
    type=click.Path(path_type=Path),
    help="一个单位有几份时以这一份为准；可以写多次，记在台账里",
)
@option("--jobs", group="限度", type=click.IntRange(1, 60), help="同时用几个进程；不写则每个处理器一个")
@option("--scheduler", group="限度", metavar="地址", help="在dask集群上核对，如 tcp://10.0.0.1:8786")
@with_allowance
@with_limits
def check_command(names: tuple[str, ...], **given: object) -> None:
    """核对填好的工作簿：逐格重算，两表对照，指出哪里错、应为多少、怎么改。

    可以给出文件、文件夹（连同下级文件夹）和“报送/*.xlsx”这样的写法。

    返回码：0 没有错误；1 有错误；2 有文件无法使用；3 读写失败。
    """
    from xlsxeval.outputs.collecting import collect_for, nothing_to_check
    from xlsxeval.outputs.reports import chosen_reports

    options = _Options(**{name: given[name] for name in _Options._fields})  # type: ignore[arg-type]  # click gives these types
    _check_combination(options)
    others = (options.ledger, options.roster, options.template, options.waive)
    written = _written_before(options.ledger)
    reports = chosen_reports(reports_in(given), others, force=options.force, written=written)
    found = collect_for(names, reports.values(), options.ledger, others)
    for folder in found.closed:
        click.echo(sentence(f"文件夹打不开：{folder}"), err=True)
    if not found.files:
        raise DataError(nothing_to_check(names, found))
    excerpts = bool(options.ledger) or any(report.excerpts for report in reports)
    request = _request(options, given, excerpts=excerpts)
    if options.form == "json":
        utf8_when_piped()
    if len(found.files) > 1 or found.skipped or reports or _needs_run(options):
        sys.exit(_check_many(names, found, request, options, reports))
    from xlsxeval.cli.single import check_single

    code = check_single(found.files[0], request, options.form, allowance_of(options.max_seconds, options.max_memory))
    sys.exit(max(code, _MACHINE if found.closed else 0))


def _written_before(ledger: Path | None) -> Mapping[str, str]:
    if ledger is None:
        return {}
    from xlsxeval.batch.ledger import written_before

    return written_before(ledger)


def _check_combination(options: _Options) -> None:
    if options.form == "json" and (options.quiet or options.statistics):
        raise click.UsageError("--quiet和--statistics是给文字用的，不能和 --format json 一起写")
    if options.scheduler and (options.jobs or options.max_seconds or options.max_memory):
        raise click.UsageError(
            "用 --scheduler 时，进程数、时间和内存由集群决定，不要写 --jobs、--max-seconds、--max-memory"
        )


def _needs_run(options: _Options) -> bool:
    """Tell whether a single file, too, is checked as a run over many are."""
    return any(
        (
            options.ledger,
            options.roster,
            options.prefer,
            options.statistics,
            options.quiet,
            options.scheduler,
            options.jobs,
        )
    )


def _request(options: _Options, given: Mapping[str, object], *, excerpts: bool) -> Request:
    from datetime import date

    from xlsxeval.api.rules import select_rules
    from xlsxeval.request import Request

    formset = formset_of(options.set_name)
    return Request(
        formset=formset,
        year=options.year,
        limits=limits_of(given),
        selection=select_rules(options.select, options.ignore, formset=formset),
        waivers=_waivers(options.waive),
        today=date.today(),  # noqa: DTZ011  # the day where the user is
        excerpts=excerpts,
        answers=bool(options.ledger),
        explained=options.explain_reading,
    )


def _waivers(path: Path | None) -> tuple[Waiver, ...]:
    if path is None:
        return ()
    from xlsxeval.forms.waivers import load_waivers

    return load_waivers(path)


def _check_many(
    names: tuple[str, ...],
    found: Collected,
    request: Request,
    options: _Options,
    reports: Mapping[Report, Path],
) -> int:
    """Check the files as one run with its reports; gives the exit code."""
    from xlsxeval.cli.cluster import cluster
    from xlsxeval.cli.folder import check_folder
    from xlsxeval.outputs.letters import Letter
    from xlsxeval.outputs.run import Plan, there_already

    with ExitStack() as stack:
        plan = Plan(
            reports=reports,
            ledger=options.ledger,
            roster=options.roster,
            prefer=options.prefer,
            letter=Letter(options.template, options.deadline, options.contact, options.sender),
            scope=tuple(map(Path, names)),
            executor=stack.enter_context(cluster(options.scheduler)) if options.scheduler else None,
            jobs=options.jobs,
            allowance=allowance_of(options.max_seconds, options.max_memory),
            force=options.force,
            renewed=there_already(reports),
        )
        return check_folder(found, request, plan, options.form, quiet=options.quiet, statistics=options.statistics)
