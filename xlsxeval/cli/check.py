"""``check``: one workbook, or everything that was sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.reports import chosen_reports, with_reports
from xlsxeval.cli.shared import any_set, formset_of, limits_of, sentence, utf8_when_piped, with_limits
from xlsxeval.errors import DataError

if TYPE_CHECKING:
    from xlsxeval.batch.collect import Collected
    from xlsxeval.batch.worker import Settings

_FOUND, _REFUSED, _MACHINE, _BUG = 1, 2, 3, 4


@click.command("check")
@click.argument("names", metavar="文件或文件夹...", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="json每份一行")
@click.option("--quiet", is_flag=True, help="每份只写一行结论")
@click.option("--statistics", is_flag=True, help="再按规则、按单位列出数目")
@with_reports
@click.option(
    "--template", metavar="文件", type=click.Path(path_type=Path), help="退回修改通知的模板，见templates/notice.md"
)
@click.option("--deadline", default="", metavar="日期", help="通知里写的重新报送期限，如 2025年5月20日")
@click.option("--contact", default="", metavar="联系人", help="通知里写的联系人和电话")
@click.option("--sender", default="", metavar="单位", help="通知的落款，写在日期上面")
@click.option("--force", is_flag=True, help="覆盖已有的输出文件")
@click.option("--select", "select", multiple=True, metavar="代码,...", help="只用这些规则，如 E,B01；可以写多次")
@click.option("--ignore", "ignore", multiple=True, metavar="代码,...", help="不用这些规则")
@click.option("--waive", type=click.Path(path_type=Path), help="审核说明文件（YAML）：哪些问题已经同意不改")
@any_set
@click.option("--year", type=int, help="年度；不写则看表上印的")
@click.option("--explain-reading", is_flag=True, help="逐个标签、逐格说明是怎样读的")
@click.option("--ledger", metavar="文件", type=click.Path(path_type=Path), help="台账：没有变化的文件下次不再核对")
@click.option("--roster", metavar="文件", type=click.Path(path_type=Path), help="单位名单（CSV）：列出没有报送的")
@click.option("--jobs", type=click.IntRange(1, 60), help="同时用几个进程；不写则每个处理器一个")
@click.option("--scheduler", metavar="地址", help="在dask集群上核对，如 tcp://10.0.0.1:8786")
@click.option("--max-seconds", type=click.FloatRange(0, min_open=True), help="每个文件最多用几秒处理器时间，默认10")
@click.option("--max-memory", type=click.IntRange(100), help="每个进程最多用多少MiB内存，默认512")
@with_limits
def check_command(
    names: tuple[str, ...],
    form: str,
    template: Path | None,
    deadline: str,
    contact: str,
    sender: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    waive: Path | None,
    set_name: str | None,
    year: int | None,
    ledger: Path | None,
    roster: Path | None,
    jobs: int | None,
    scheduler: str | None,
    max_seconds: float | None,
    max_memory: int | None,
    *,
    quiet: bool,
    statistics: bool,
    force: bool,
    explain_reading: bool,
    **others: object,
) -> None:
    """核对填好的工作簿：逐格重算，两表对照，指出哪里错、应为多少、怎么改。

    可以给出文件、文件夹（连同下级文件夹）和“报送/*.xlsx”这样的写法。

    返回码：0 没有错误；1 有错误；2 有文件无法使用；3 读写失败。
    """
    from datetime import date

    from xlsxeval import api
    from xlsxeval.batch.collect import collect
    from xlsxeval.batch.many import printable
    from xlsxeval.batch.worker import Settings

    if form == "json" and (quiet or statistics):
        raise click.UsageError("--quiet和--statistics是给文字用的，不能和 --format json 一起写")
    if scheduler and (jobs or max_seconds or max_memory):
        raise click.UsageError(
            "用 --scheduler 时，进程数、时间和内存由集群决定，不要写 --jobs、--max-seconds、--max-memory"
        )
    reports = chosen_reports(others, (ledger, roster, template, waive), force=force)  # type: ignore[arg-type]  # click gives paths
    ours = [path for path in (ledger, ledger and Path(f"{ledger}-journal"), roster) if path]
    found = collect(names, [*reports.values(), *ours])
    _say_closed(found)
    if not found.files:
        raise DataError(_nothing(names, found))
    formset = formset_of(set_name)
    settings = Settings(
        formset,
        limits_of(others),
        api.selection(formset, select, ignore),
        api.load_waivers(waive) if waive else (),
        date.today(),  # noqa: DTZ011  # the clerk's own day
        # A ledger keeps them for the run that wants them.
        excerpts=bool(ledger) or any(one.excerpts for one in reports),
        year=year,
        explained=explain_reading,
    )
    if form == "json":
        utf8_when_piped()
    given = {"jobs": jobs, "max_seconds": max_seconds, "max_memory": max_memory}
    given = {key: value for key, value in given.items() if value}
    more = any((reports, ledger, roster, statistics, quiet, scheduler, given, found.skipped))
    if len(found.files) == 1 and not more:
        sys.exit(max(_check_one(found.files[0], form, settings), _MACHINE if found.closed else 0))
    from xlsxeval.cli.folder import Wanted, check_folder
    from xlsxeval.cli.writers import Asked

    paths = {printable(path): path for path in found.files}
    scope = tuple(map(Path, names))
    asked = Asked(set_name, template, deadline, contact, sender, paths, scope, found.places, settings.limits)
    if any(one.name == "notice" for one in reports):
        from xlsxeval.report.letter import load_template

        load_template(template)  # a mistake in it is said before the work
    wanted = Wanted(
        form, reports, ledger, roster, set_name, scheduler, asked, quiet=quiet, statistics=statistics, force=force
    )
    sys.exit(check_folder(found, settings, wanted, given))


def _say_closed(found: Collected) -> None:
    for folder in found.closed:
        click.echo(sentence(f"文件夹打不开：{folder}"), err=True)


def _nothing(names: tuple[str, ...], found: Collected) -> str:
    reasons = "，".join(f"{count}个{reason}" for reason, count in sorted(found.skipped.items()))
    return f"没有可以核对的文件：{'、'.join(names)}" + (f"（跳过{reasons}）" if reasons else "")


def _check_one(file: Path, form: str, settings: Settings) -> int:
    """Check one file, and say what came of it; gives the exit code."""
    from xlsxeval.batch.child import check_limited
    from xlsxeval.batch.limits import Allowance
    from xlsxeval.batch.many import printable
    from xlsxeval.batch.worker import BUG, MACHINE, Task
    from xlsxeval.report.dump import as_json
    from xlsxeval.report.text import findings_text
    from xlsxeval.report.tree import outcome_tree

    found = check_limited(Task(0, printable(file), file), settings, Allowance()).outcomes
    worst = 0
    for outcome in found:
        for one in outcome.findings:
            if one.code in {MACHINE, BUG}:
                click.echo(sentence(one.message), err=True)
                return _MACHINE if one.code == MACHINE else _BUG
        if len(found) > 1 and form == "text":
            click.echo(sentence(outcome.title))
        for line in [as_json(outcome_tree(outcome))] if form == "json" else findings_text(outcome):
            click.echo(line)
        worst = max(worst, _REFUSED if outcome.verdict == "unusable" else _FOUND if outcome.count("error") else 0)
    return worst
