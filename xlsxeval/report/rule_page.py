"""The page about a rule in Markdown, made from its description; ``explain`` prints it, docs/rules/ keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxeval.forms.model import SEVERITIES, Rule

_MEANING = {"error": "必须更正", "warning": "必须说明", "info": "请再看一遍"}


def catalogue_page(rules: Mapping[str, Rule], folder: str = "") -> str:
    """Return the index of the rules as a Markdown table; links lead to their pages in ``folder``."""
    rows = [
        f"| [{code}]({folder}{code}.md) | {SEVERITIES[rule.severity]} | {rule.title} |" for code, rule in rules.items()
    ]
    return "\n".join(["# 核对规则", "", "| 代码 | 级别 | 标题 |", "| --- | --- | --- |", *rows, ""])


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
