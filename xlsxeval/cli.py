"""The command line: thin; every command is a function of ``xlsxeval.api``, loaded when the command runs."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from xlsxeval import __version__
from xlsxeval.errors import MachineError, XlsxevalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlsxeval.forms.model import FormSet
    from xlsxeval.read.cells import Limits

_FOUND, _REFUSED, _MACHINE, _BUG, _INTERRUPTED = 1, 2, 3, 4, 130
_WIDTH = 100

_output = click.option("-o", "--output", "output", type=click.Path(path_type=Path), required=True, help="输出的工作簿")
_force = click.option("--force", is_flag=True, help="覆盖已有的文件")
_no_protect = click.option("--no-protect", is_flag=True, help="不保护工作表")
_own_set = click.option("--set", "set_name", metavar="文件夹", help="自己的套表所在的文件夹")
_set = click.option("--set", "set_name", metavar="名称或文件夹", help="套表；不写则自动识别")

#: The fields of ``read.cells.Limits``, named here so that starting the program does not load the reader.
LIMITS = (
    *("max_file", "max_unpacked", "max_parts", "max_sheets", "max_cells", "max_merges", "max_strings", "max_text"),
    *("max_depth", "max_token", "max_formulas", "max_tags"),
)


def _with_limits(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each budget of the reader."""
    for name in reversed(LIMITS):
        option = click.option(f"--{name.replace('_', '-')}", name, type=click.IntRange(min=0), hidden=True)
        command = option(command)
    return command


def _limits(given: dict[str, int | None]) -> Limits:
    from xlsxeval.read.cells import Limits

    return Limits(**{name: value for name, value in given.items() if value is not None})


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH})
@click.version_option(__version__, message="xlsxeval %(version)s", help="显示版本")
def main() -> None:
    """部门整体支出绩效自评：生成空白表，读回并核对填好的工作簿。"""


@main.command("forms")
@click.option("--set", "set_name", metavar="名称或文件夹", help="只看这一套")
def forms_command(set_name: str | None) -> None:
    """列出现有的套表和表。"""
    from xlsxeval import api

    for name in [set_name] if set_name else api.set_names():
        formset = api.load_set(name)
        click.echo(f"{formset.name}  {formset.title}")
        for form in formset.forms:
            tables = "、".join(form.tables)
            rules = len(form.rules)
            click.echo(
                f"  {form.name}  {form.title}：{len(form.fields)}个填空，清单：{tables or '无'}，{rules}条核对规则"
            )


@main.command("new")
@click.argument("name", metavar="[套表]", required=False)
@_own_set
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
    from xlsxeval import api

    formset = _chosen(name, set_name)
    counts = dict(map(_line_count, lines))
    content = api.new(
        formset, year=year, unit=unit, data=data, lines=counts, protect=not no_protect, lock_known=lock_known
    )
    _write(output, content, force=force)


def _line_count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not (count.isascii() and count.isdigit()):
        raise click.UsageError(f"--lines应写成“分组=行数”，如 数量指标=12，这里是“{text}”")
    return name, int(count)


@main.command("fill")
@click.argument("names", metavar="[套表] 数据文件", nargs=-1, required=True)
@_own_set
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
    from xlsxeval import api

    if len(names) > 2:  # noqa: PLR2004  # set and data file
        raise click.UsageError(f"多余的参数“{names[2]}”")
    formset = _chosen(names[0] if len(names) > 1 else None, set_name)
    content = api.fill(formset, Path(names[-1]), year=year, unit=unit, protect=not no_protect)
    _write(output, content, force=force)


@main.command("extract")
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="yaml", help="yaml可以直接交给fill")
@_set
@_with_limits
def extract_command(files: tuple[Path, ...], form: str, set_name: str | None, **limits: int | None) -> None:
    """读出填好的工作簿里的全部答案。"""
    from xlsxeval import api
    from xlsxeval.data import plain_data
    from xlsxeval.read.cells import Refused
    from xlsxeval.report.dump import as_json, as_yaml
    from xlsxeval.report.tree import filing_tree

    formset, worst = _formset(set_name), 0
    _utf8_when_piped()
    for number, file in enumerate(files):
        try:
            filing = api.read(file, formset=formset, limits=_limits(limits))
        except (Refused, MachineError) as error:
            click.echo(_sentence(f"{file}：{error}"), err=True)
            worst = max(worst, _MACHINE if isinstance(error, MachineError) else _REFUSED)
            continue
        if form == "json":
            click.echo(as_json(filing_tree(filing)))
        else:
            click.echo(("---\n" if number else "") + as_yaml(plain_data(filing)), nl=False)
    sys.exit(worst)


@main.command("check")
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="json每个文件一行")
@click.option("--select", "select", multiple=True, metavar="代码,...", help="只用这些规则，如 E,B01；可以写多次")
@click.option("--ignore", "ignore", multiple=True, metavar="代码,...", help="不用这些规则")
@click.option("--waive", type=click.Path(path_type=Path), help="审核说明文件（YAML）：哪些问题已经同意不改")
@_set
@_with_limits
def check_command(
    files: tuple[Path, ...],
    form: str,
    set_name: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    waive: Path | None,
    **limits: int | None,
) -> None:
    """核对填好的工作簿：逐格重算，两表对照，指出哪里错、应为多少、怎么改。

    返回码：0 没有错误；1 有错误；2 有文件无法使用；3 读写失败。
    """
    from xlsxeval import api
    from xlsxeval.report.dump import as_json
    from xlsxeval.report.outcome import outcome_of
    from xlsxeval.report.text import findings_text
    from xlsxeval.report.tree import outcome_tree

    formset, worst = _formset(set_name), 0
    chosen = api.selection(formset, select, ignore)
    waivers = api.load_waivers(waive) if waive else ()
    if form == "json":
        _utf8_when_piped()
    for file in files:
        try:
            checked = api.check(file, formset=formset, limits=_limits(limits), selection=chosen, waivers=waivers)
        except MachineError as error:
            click.echo(_sentence(str(error)), err=True)
            worst = _MACHINE
            continue
        outcome = outcome_of(checked)
        for line in [as_json(outcome_tree(outcome))] if form == "json" else findings_text(outcome):
            click.echo(line)
        worst = max(worst, _REFUSED if outcome.verdict == "unusable" else _FOUND if outcome.count("error") else 0)
    sys.exit(worst)


@main.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", help="md是Markdown表格")
@click.option("--set", "set_name", default="hunan", metavar="名称或文件夹", help="套表", show_default=True)
def rules_command(form: str, set_name: str) -> None:
    """列出全部核对规则。"""
    from xlsxeval import api
    from xlsxeval.forms.model import SEVERITIES
    from xlsxeval.report.dump import as_json
    from xlsxeval.report.page import catalogue_page
    from xlsxeval.report.tree import rules_tree

    rules = api.rules(api.load_set(set_name))
    if form == "json":
        _utf8_when_piped()
        click.echo(as_json(rules_tree(rules)))
    elif form == "md":
        _utf8_when_piped()
        click.echo(catalogue_page(rules), nl=False)
    else:
        for code, rule in rules.items():
            click.echo(f"{code}  {SEVERITIES[rule.severity]}  {rule.title}")


@main.command("explain")
@click.argument("code", metavar="规则代码")
@click.option("--set", "set_name", default="hunan", metavar="名称或文件夹", help="套表", show_default=True)
def explain_command(code: str, set_name: str) -> None:
    """说明一条规则：查什么、为什么、怎么办、正反例。"""
    from xlsxeval import api
    from xlsxeval.report.page import rule_page

    rules = api.rules(api.load_set(set_name))
    if code.upper() not in rules:
        raise click.UsageError(f"没有规则“{code}”，现有：{'、'.join(rules)}")
    click.echo(rule_page(rules[code.upper()]), nl=False)


def _formset(name: str | None) -> FormSet | None:
    from xlsxeval import api

    return api.load_set(name) if name else None


def _chosen(name: str | None, folder: str | None) -> FormSet:
    """Give the set that is named, or the one in a folder of its own."""
    from xlsxeval import api

    if name is None and folder is None:
        raise click.UsageError("缺少“套表”，如 hunan，或 --set 文件夹")
    formset = api.load_set(folder or name or "")
    if folder and name not in (None, formset.name):
        raise click.UsageError(f"“{folder}”里的套表是“{formset.name}”，不是“{name}”")
    return formset


def _write(output: Path, content: bytes, *, force: bool) -> None:
    from xlsxeval.output import write_output

    write_output(output, content, force=force)
    click.echo(_sentence(f"已写出 {output}"))


def _sentence(text: str) -> str:
    from xlsxeval.report.text import safe

    return safe(text)


def _utf8_when_piped() -> None:
    """Write data into a pipe or file as UTF-8 on every system; a console keeps its own encoding."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def run(arguments: Iterable[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code; a known problem is one sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A GBK console has no ² and no emoji: they become ?, and the run goes on.
            stream.reconfigure(errors="replace")
    sys.exit(_run(None if arguments is None else list(arguments)))


def _run(arguments: list[str] | None) -> int:
    try:
        main.main(args=arguments, prog_name="xlsxeval", standalone_mode=False)
        sys.stdout.flush()
    except XlsxevalError as error:
        return _say(str(error), error.exit_code)
    except click.UsageError as error:
        return _say(f"{_usage(error)}（xlsxeval --help 看用法）", _REFUSED)
    except (KeyboardInterrupt, click.Abort):
        return _say("已中断", _INTERRUPTED)
    except OSError as error:
        _forget_stdout()
        return _say(f"读写失败：{error.strerror or error}", _MACHINE)
    except Exception as error:  # noqa: BLE001  # a bug: one sentence for the user, with what its mender needs
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        return _say(f"程序出错（{type(error).__name__}: {error}，{where}），请把这句话和文件一起反馈给开发者", _BUG)
    return 0


def _forget_stdout() -> None:
    """After a closed pipe or a full disk, keep the interpreter from flushing once more at the end."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # nothing is left to write to


def _say(sentence: str, code: int) -> int:
    try:
        click.echo(_sentence(sentence), err=True)
    except OSError:
        return _MACHINE
    return code


def _usage(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项“{error.option_name}”"
        case click.MissingParameter():
            name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
            options = "/".join(error.param.opts) if isinstance(error.param, click.Option) else name
            return f"缺少“{options}”"
        case click.BadParameter():
            name = "/".join(error.param.opts) if isinstance(error.param, click.Option) else "参数"
            return f"“{name}”的值不对：{error.message}"
        case _:
            return error.message.replace("No such command", "没有命令").replace(
                "Got unexpected extra argument", "多余的参数"
            )
