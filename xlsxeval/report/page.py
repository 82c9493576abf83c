"""The page of a rule, made from the rule's own words; printed by ``explain`` and kept under docs/rules/."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxeval.forms.model import SEVERITIES, Rule

_MEANING = {"error": "必须更正", "warning": "必须说明", "info": "请再看一遍"}


def catalogue_page(rules: Mapping[str, Rule], folder: str = "") -> str:
    """Return the index of the rules as a Markdown table; links lead to their pages in ``folder``."""
    rows = [
        f"| [{code}]({folder}{code}.md) | {SEVERITIES[one.severity]} | {one.title} |" for code, one in rules.items()
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
    """Write an example as YAML that a person reads: one line for each answer or table line."""
    if not isinstance(tree, dict):
        return [str(tree)]
    found: list[str] = []
    for key, value in tree.items():
        if isinstance(value, list):
            found.append(f"{key}:")
            found += ["  - " + "，".join(f"{name}: {item}" for name, item in line.items()) for line in value]
        elif isinstance(value, dict):
            found.append(f"{key}:")
            found += ["  " + line for line in _lines(value)]
        else:
            found.append(f"{key}: {'（空）' if value is None else value}")
    return found
