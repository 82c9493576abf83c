"""``forms``, ``rules``, ``explain`` and ``notice-template``: the forms, rules and texts that come with the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsxeval.cli.options import command, group, option
from xlsxeval.cli.shared import allowance_of, rules_set, sentence, utf8_when_piped, with_allowance
from xlsxeval.cli.shared import force as force_option
from xlsxeval.errors import DataError, OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxeval.forms.model import FormSet, Rule

#: A code as the rules of the program have it.
_USUAL_CODE = re.compile("[A-Z][0-9]{2,3}")
#: How many rules are named where the one that was asked for does not exist.
_MOST_NAMED = 5


@group("forms", invoke_without_command=True)
@option("--set", "set_name", metavar="名称或文件夹", help="只看这一套")
@click.pass_context
def forms_command(context: click.Context, set_name: str | None) -> None:
    """列出现有的套表和表；forms draft 起草自己的表。"""
    if context.invoked_subcommand:
        return
    from xlsxeval.api.rules import catalogue, unused_rules
    from xlsxeval.api.sets import sets_of
    from xlsxeval.forms.library import set_names

    for formset in sets_of(set_name):
        rules, unused = catalogue(formset), unused_rules(formset)
        click.echo(f"{formset.name}  {formset.title}，{len(rules)}条规则用得上{len(rules) - len(unused)}条")
        for form in formset.forms:
            tables = "、".join(form.tables)
            click.echo(
                f"  {form.name}  {form.title}：{len(form.fields)}个填空，清单：{tables or '无'}，"
                f"{len(form.rules)}条公式核对"
            )
        if formset.name not in set_names():
            _say_rules(formset)
        if set_name and unused:
            click.echo("  没有用上的规则：")
            for code, lacking in unused.items():
                click.echo(f"    {code}  {rules[code].title}：缺{'、'.join(lacking)}")


def _say_rules(formset: FormSet) -> None:
    """Print which declared rules a set has: inherited ones that came alive, its own, and what is odd about them."""
    from xlsxeval.api.rules import example_faults, inherited_codes

    codes = [rule.code for rule in formset.all_rules]
    shared = [code for code in codes if code in inherited_codes(formset)]
    own = [code for code in codes if code not in shared]
    for what, some in (("沿用的公式核对", shared), ("自己的公式核对", own)):
        if some:
            click.echo(f"  {what}：{'、'.join(some)}")
    for code in own:
        if not _USUAL_CODE.fullmatch(code):
            click.echo(f"  规则代码“{code}”不像C01：--select按开头的字母选规则，建议用一个字母加两位数字")
    for fault in example_faults(formset):
        click.echo(f"  例子不对：{fault}")


@forms_command.command("draft")
@click.argument("file", metavar="官方空白表", type=click.Path(path_type=Path))
@option(
    "-o",
    "--output",
    group="输出",
    metavar="文件夹",
    type=click.Path(path_type=Path),
    required=True,
    help="新套表的文件夹",
)
@option("--year", metavar="年度", type=int, help="年度；不写则看表上印的")
@force_option
@with_allowance
def draft_command(
    file: Path, output: Path, year: int | None, *, force: bool, max_seconds: float | None, max_memory: int | None
) -> None:
    """把官方的空白工作簿起草成表文件。"""
    from xlsxeval.batch.allowance import StoppedError
    from xlsxeval.batch.child import call_limited
    from xlsxeval.output import write_output
    from xlsxeval.read.refusals import Refused

    try:
        name = output.name or "我的套表"
        files = call_limited(_drafted, file, name, year, allowance=allowance_of(max_seconds, max_memory))
    except (Refused, StoppedError) as error:
        raise DataError(f"{file}：{error}") from None
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


def _drafted(file: Path, name: str, year: int | None) -> dict[str, str]:
    from xlsxeval.api.reading import draft_forms

    return draft_forms(file, name, year=year)


@command("rules")
@option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", help="md是Markdown表格")
@rules_set
def rules_command(form: str, set_name: str) -> None:
    """列出全部核对规则。"""
    from xlsxeval.api.rules import catalogue, unused_rules
    from xlsxeval.forms.model import SEVERITIES
    from xlsxeval.report.json_text import as_json
    from xlsxeval.report.rule_page import catalogue_page
    from xlsxeval.report.tree import rules_tree

    rules = catalogue(set_name)
    if form == "json":
        utf8_when_piped()
        click.echo(as_json(rules_tree(rules)))
    elif form == "md":
        utf8_when_piped()
        click.echo(catalogue_page(rules), nl=False)
    else:
        unused = unused_rules(set_name)
        for code, rule in rules.items():
            why = f"（没有用上：缺{'、'.join(unused[code])}）" if code in unused else ""
            click.echo(f"{code}  {SEVERITIES[rule.severity]}  {rule.title}{why}")
        click.echo(f"{len(rules)}条规则，用得上{len(rules) - len(unused)}条")


@command("explain")
@click.argument("code", metavar="规则代码")
@rules_set
def explain_command(code: str, set_name: str) -> None:
    """说明一条规则：查什么、为什么、怎么办、正反例。"""
    from xlsxeval.api.rules import catalogue
    from xlsxeval.report.rule_page import rule_page

    rules = catalogue(set_name)
    known = _code(code)
    if known not in rules:
        raise click.UsageError(f"没有规则“{code}”{_like(code, rules)}", click.get_current_context())
    click.echo(rule_page(rules[known]), nl=False)


def _code(text: str) -> str:
    """Give a code as the catalogue writes it: ``e6``, ``E006`` and ``Ｅ０６`` are E06; other text stays."""
    from xlsxeval.text import clean

    plain = clean(text).upper()
    letter, number = plain[:1], plain[1:].lstrip("0")
    return f"{letter}{number:0>2}" if number.isdecimal() else plain


def _like(text: str, rules: Mapping[str, Rule]) -> str:
    """Name the rules that may have been meant: those with the text in their title, or else those with a like code."""
    from xlsxeval.text import nearest

    titled = [code for code, rule in rules.items() if text in rule.title]
    codes = titled or sorted(nearest(_code(text), rules, _MOST_NAMED))
    named = "、".join(f"{code}（{rules[code].title}）" for code in codes[:_MOST_NAMED])
    return f"，相近的有{named}" if named else "，全部规则见 xlsxeval rules"


@command("notice-template")
@option("-o", "--output", group="输出", metavar="文件", type=click.Path(path_type=Path), help="写成文件；不写则显示")
@force_option
def notice_template_command(output: Path | None, *, force: bool) -> None:
    """给出退回修改通知的模板；改好以后用 check --template 指定。"""
    from xlsxeval.output import write_output
    from xlsxeval.report.letter import notice_template

    text = notice_template()
    if output:
        write_output(output, text.encode(), force=force)
        click.echo(sentence(f"已写出 {output}"))
        return
    utf8_when_piped()
    click.echo(text, nl=False)
