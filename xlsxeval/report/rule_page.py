"""The page about a rule in Markdown, made from its description; ``explain`` prints it, docs/rules/ keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxeval.forms.model import SEVERITIES, Rule
from xlsxeval.rules.needs import need_shown

_MEANING = {"error": "必须更正", "warning": "必须说明", "info": "请再看一遍"}


def catalogue_page(rules: Mapping[str, Rule], folder: str = "") -> str:
    """Return the index of the rules as a Markdown table; links lead to their pages in ``folder``."""
    rows = [
        f"| [{code}]({folder}{code}.md) | {SEVERITIES[rule.severity]} | {rule.title} |" for code, rule in rules.items()
    ]
    return "\n".join(["# 核对规则", "", "| 代码 | 级别 | 标题 |", "| --- | --- | --- |", *rows, ""])


def sets_page(rules: Mapping[str, Rule], unused: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    """Return a Markdown table that tells which rules apply to which sets.

    Args:
        rules: the rules of all sets, by code.
        unused: set -> code of a rule that no form of the set has a use for -> what is missing; a declared rule
            that the set does not have is missing in it as well, without any name.
    """
    rows = []
    for code, rule in rules.items():
        cells = [_use(of_set.get(code)) for of_set in unused.values()]
        rows.append(f"| {code} | {rule.title} | {' | '.join(cells)} |")
    head = ["# 各套表用得上的规则", "", "√ 用得上；— 没有这条公式；缺…… 表上没有所需的栏目，用不上。", ""]
    lines = [f"| 代码 | 标题 | {' | '.join(unused)} |", f"| --- | --- |{' --- |' * len(unused)}", *rows]
    return "\n".join([*head, *lines, ""])


def _use(lacking: tuple[str, ...] | None) -> str:
    return "√" if lacking is None else f"缺{'、'.join(lacking)}" if lacking else "—"


def rule_page(rule: Rule) -> str:
    """Return the page of a rule in Markdown."""
    parts = [
        f"# {rule.code} {rule.title}",
        f"**{SEVERITIES[rule.severity]}**（{_MEANING[rule.severity]}）" + (f" · {rule.form}" if rule.form else ""),
        f"## 为什么\n\n{rule.why}",
        f"## 怎么办\n\n{rule.fix}。",
    ]
    if rule.text:
        parts.append("## 核对的公式\n\n" + "\n".join(f"    {line}" for line in rule.text.split("；")))
    if rule.needs:
        parts.append("## 要有的栏目\n\n" + "、".join(map(need_shown, rule.needs)) + "；表上没有的，这条规则用不上。")
    if rule.wrong:
        parts.append(f"## 反例（会查出本条）\n\n{_example(rule.wrong)}")
    if rule.right:
        parts.append(f"## 正例（不会查出）\n\n{_example(rule.right)}")
    if rule.source:
        parts.append(f"## 依据\n\n{rule.source}")
    return "\n\n".join(parts) + "\n"


def _example(tree: object) -> str:
    return "\n".join("    " + line for line in _lines(tree))


def _lines(tree: object) -> list[str]:
    """Return an example as lines of YAML: one for each answer or line of a table."""
    if not isinstance(tree, dict):
        return [str(tree)]
    lines: list[str] = []
    for key, value in tree.items():
        if isinstance(value, list):
            lines.append(f"{key}:")
            lines += ["  - " + "，".join(f"{name}: {item}" for name, item in line.items()) for line in value]
        elif isinstance(value, dict):
            lines.append(f"{key}:")
            lines += ["  " + line for line in _lines(value)]
        else:
            lines.append(f"{key}: {'（空）' if value is None else value}")
    return lines
