"""退回修改通知: for each unit one letter that says what to correct and what to explain, as Markdown and for Word."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from xlsxeval.read.refusals import TRANSIENT
from xlsxeval.report.filename import NOTICE, file_stem
from xlsxeval.report.letter import filled
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import for_units
from xlsxeval.report.word import word_document
from xlsxeval.rules.finding import Finding
from xlsxeval.text import clean

if TYPE_CHECKING:
    from jinja2 import Template


def notices(
    outcomes: Iterable[Outcome],
    template: Template,
    *,
    deadline: str = "",
    contact: str = "",
    sender: str = "",
    today: date | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the notices, as names of files and their content: a .md and a .docx for each unit, in order of appearance.

    A unit without any error or warning that still counts gets none. Filings without a unit get one for each file.

    Args:
        outcomes: what was found, in any order; without filings that a newer one replaces.
        template: what ``letter.load_template`` gave.
        deadline: until when the unit must send its forms again, as it is to be printed.
        contact: whom to ask, as it is to be printed.
        sender: who sends the letters, printed above the day.
        today: the day printed as the letter's; default: today.

    Raises:
        DefinitionError: if the template cannot be filled in.
    """
    day = today or date.today()  # noqa: DTZ011  # the clerk's own day
    fixed = {"期限": deadline, "联系人": contact, "落款": sender, "日期": f"{day.year}年{day.month}月{day.day}日"}
    taken: set[str] = set()
    for packed in _by_unit(outcomes).values():
        filings = [json.loads(zlib.decompress(one)) for one in packed]
        text = filled(template, {**fixed, **_values(filings)})
        stem = file_stem(NOTICE, filings[0]["单位"] or filings[0]["文件"], taken)
        yield f"{stem}.md", text.encode("utf-8", "replace")
        yield f"{stem}.docx", word_document(text)


def _by_unit(outcomes: Iterable[Outcome]) -> dict[str, list[bytes]]:
    """Keep by unit what a notice needs; packed, because the last file may belong to the first unit."""
    found: dict[str, list[bytes]] = {}
    for outcome in outcomes:
        standing = [
            one
            for one in outcome.findings
            if one.severity in {"error", "warning"} and not one.waived and one.code not in TRANSIENT
        ]
        if standing:
            filing = _filing(outcome, standing)
            found.setdefault(clean(outcome.unit) or outcome.file, []).append(zlib.compress(json.dumps(filing).encode()))
    return found


def _filing(outcome: Outcome, findings: Iterable[Finding]) -> dict[str, Any]:
    file = outcome.file.replace("\\", "/").rpartition("/")[2]
    return {
        "单位": outcome.unit,
        "项目": outcome.subject,
        "文件": file,
        "年度": outcome.year,
        "unusable": outcome.verdict == "unusable",
        "findings": [
            {
                "severity": one.severity,
                "form": one.form,
                "工作表": one.sheet,
                "位置": one.cell or ("整张表" if one.form else "整个文件"),
                "填的是": one.found,
                "应为": one.expected,
                "问题": for_units(one),
                "代码": one.code,
            }
            for one in findings
        ],
    }


def _values(filings: list[dict[str, Any]]) -> dict[str, object]:
    years = sorted({str(one["年度"]) for one in filings if one["年度"]})
    unread = [one for one in filings if one["unusable"]]
    read = [one for one in filings if not one["unusable"]]
    errors, warnings = (_groups(read, severity) for severity in ("error", "warning"))
    items = [item for group in (*errors, *warnings) for item in group["问题"]]
    for number, item in enumerate(items, 1):
        item["序号"] = number
    first = filings[0]
    return {
        "单位": first["单位"] or ("" if first["unusable"] else first["文件"]) or "报送单位",
        "年度": f"{'、'.join(years)}年度" if years else "",
        "错误数": sum(len(group["问题"]) for group in errors),
        "警告数": sum(len(group["问题"]) for group in warnings),
        "须更正": errors,
        "须说明": warnings,
        "不能读取": [{"文件": one["文件"], "问题": item["问题"]} for one in unread for item in one["findings"]],
    }


def _groups(filings: list[dict[str, Any]], severity: str) -> list[dict[str, Any]]:
    groups: dict[tuple[int, str, str], dict[str, Any]] = {}
    for number, filing in enumerate(filings):
        for item in filing["findings"]:
            if item["severity"] == severity:
                key = number, item["form"], item["工作表"]
                name = _name(filing, item, alone=len(filings) == 1)
                group = groups.setdefault(key, {"名称": name, "文件": filing["文件"], "问题": []})
                group["问题"].append(item)
    return list(groups.values())


def _name(filing: Mapping[str, Any], item: Mapping[str, Any], *, alone: bool) -> str:
    """Name a form as its unit knows it: by the sheet if that is called otherwise, by the project, by the file."""
    form, sheet = item["form"], item["工作表"]
    parts = [f"工作表“{sheet}”" if sheet and sheet != form else "", filing["项目"], "" if alone else filing["文件"]]
    rest = "，".join(part for part in parts if part)
    if not form:
        return rest or filing["文件"] or "报送的文件"
    return f"{form}（{rest}）" if rest else form
