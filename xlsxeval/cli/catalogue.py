"""``forms``, ``rules`` and ``explain``: what the program knows."""

from __future__ import annotations

from pathlib import Path

import click

from xlsxeval.cli.shared import sentence, utf8_when_piped
from xlsxeval.errors import DataError, OutputError


@click.group("forms", invoke_without_command=True)
@click.option("--set", "set_name", metavar="名称或文件夹", help="只看这一套")
@click.pass_context
def forms_command(context: click.Context, set_name: str | None) -> None:
    """列出现有的套表和表；forms draft 起草自己的表。"""
    if context.invoked_subcommand:
        return
    from xlsxeval.api.sets import sets_of

    for formset in sets_of(set_name):
        click.echo(f"{formset.name}  {formset.title}")
        for form in formset.forms:
            tables = "、".join(form.tables)
            rules = len(form.rules)
            click.echo(
                f"  {form.name}  {form.title}：{len(form.fields)}个填空，清单：{tables or '无'}，{rules}条核对规则"
            )


@forms_command.command("draft")
@click.argument("file", metavar="官方空白表", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="文件夹", type=click.Path(path_type=Path), required=True, help="新套表的文件夹")
@click.option("--year", type=int, help="表上印的年度；不写则看表上印的")
@click.option("--force", is_flag=True, help="覆盖已有的文件")
def draft_command(file: Path, output: Path, year: int | None, *, force: bool) -> None:
    """把官方的空白工作簿起草成表文件。"""
    from xlsxeval.api.reading import draft_forms
    from xlsxeval.output import write_output
    from xlsxeval.read.refusals import Refused

    try:
        files = draft_forms(file, output.name or "我的套表", year=year)
    except Refused as refused:
        raise DataError(f"{file}：{refused}") from None
    if output.exists() and not output.is_dir():
        raise OutputError(f"这不是文件夹：{output}")
    there = [output / name for name in files if (output / name).exists()]
    if there and not force:
        raise OutputError(f"文件已存在，没有覆盖：{there[0]}；要覆盖请加 --force")
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_output(output / name, text.encode(), force=force)
        click.echo(sentence(f"已写出 {output / name}"))
    doubts = sum(text.count("请核对") for text in files.values())
    click.echo(
        f"有{doubts}处标着“请核对”，看过以后：xlsxeval new --set {sentence(str(output))} --year 年度 -o 空白表.xlsx"
    )


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", help="md是Markdown表格")
@click.option("--set", "set_name", default="hunan", metavar="名称或文件夹", help="套表", show_default=True)
def rules_command(form: str, set_name: str) -> None:
    """列出全部核对规则。"""
    from xlsxeval.api.rules import catalogue
    from xlsxeval.forms.model import SEVERITIES
    from xlsxeval.report.dump import as_json
    from xlsxeval.report.page import catalogue_page
    from xlsxeval.report.tree import rules_tree

    rules = catalogue(set_name)
    if form == "json":
        utf8_when_piped()
        click.echo(as_json(rules_tree(rules)))
    elif form == "md":
        utf8_when_piped()
        click.echo(catalogue_page(rules), nl=False)
    else:
        for code, rule in rules.items():
            click.echo(f"{code}  {SEVERITIES[rule.severity]}  {rule.title}")


@click.command("explain")
@click.argument("code", metavar="规则代码")
@click.option("--set", "set_name", default="hunan", metavar="名称或文件夹", help="套表", show_default=True)
def explain_command(code: str, set_name: str) -> None:
    """说明一条规则：查什么、为什么、怎么办、正反例。"""
    from xlsxeval.api.rules import catalogue
    from xlsxeval.report.page import rule_page

    rules = catalogue(set_name)
    if code.upper() not in rules:
        raise click.UsageError(f"没有规则“{code}”，现有：{'、'.join(rules)}")
    click.echo(rule_page(rules[code.upper()]), nl=False)
