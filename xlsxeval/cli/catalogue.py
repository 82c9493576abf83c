"""``forms``, ``rules`` and ``explain``: what the program knows."""

from __future__ import annotations

import click

from xlsxeval.cli.shared import utf8_when_piped


@click.command("forms")
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


@click.command("rules")
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
    from xlsxeval import api
    from xlsxeval.report.page import rule_page

    rules = api.rules(api.load_set(set_name))
    if code.upper() not in rules:
        raise click.UsageError(f"没有规则“{code}”，现有：{'、'.join(rules)}")
    click.echo(rule_page(rules[code.upper()]), nl=False)
