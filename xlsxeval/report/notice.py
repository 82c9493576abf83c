"""退回修改通知: a letter to each unit with what to correct and what to explain, as Markdown and as a Word file."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from xlsxeval.read.refusals import TRANSIENT
from xlsxeval.report.facts import OtherFile
from xlsxeval.report.filename import NOTICE, file_stem
from xlsxeval.report.letter import filled
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import for_units, sentence, without_options
from xlsxeval.report.word import word_document
from xlsxeval.rules.finding import Finding
from xlsxeval.text import clean

if TYPE_CHECKING:
    from jinja2 import Template

#: The kind of a file that is sent beside the forms and needs no letter.
_NO_LETTER = "report"
#: The kinds of files that units send; of others nobody knows a unit that should get a letter.
_SENT_BY_UNITS = frozenset({"archive", "pdf", "picture", "document", "mail", "empty"})


def notices(
    outcomes: Iterable[Outcome],
    template: Template,
    *,
    deadline: str = "",
    contact: str = "",
    sender: str = "",
    today: date | None = None,
    others: Iterable[OtherFile] = (),
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of the notices: a .md and a .docx for each unit, in the order of first appearance.

    A unit gets no notice if it has no error or warning, or if all were waived. Filings without a unit get a notice
    for each file. Files that were not checked stand in the letter of their unit; a unit of which no workbook could be
    read gets a letter for them alone, and so does each file whose unit is not known.

    Args:
        outcomes: the results, in any order; without filings that a newer filing replaces.
        template: from ``letter.load_template``.
        deadline: the day until which the unit must send its forms again, as it is to be printed.
        contact: the person to ask, as it is to be printed.
        sender: the office that sends the letters, printed above the date.
        today: the date of the letter; default: today.
        others: the files that were not checked; reports (kind ``report``) need no letter.

    Raises:
        DefinitionError: if the template cannot be filled in.
    """
    day = today or date.today()  # noqa: DTZ011  # the day where the user is
    fixed = {"期限": deadline, "联系人": contact, "落款": sender, "日期": f"{day.year}年{day.month}月{day.day}日"}
    taken: set[str] = set()
    for packed in _by_unit(outcomes, others).values():
        filings = [json.loads(zlib.decompress(filing)) for filing in packed]
        text = filled(template, {**fixed, **_values(filings)})
        stem = file_stem(NOTICE, filings[0]["单位"] or filings[0]["文件"], taken)
        yield f"{stem}.md", text.encode("utf-8", "replace")
        yield f"{stem}.docx", word_document(text)


def _by_unit(outcomes: Iterable[Outcome], others: Iterable[OtherFile]) -> dict[str, list[bytes]]:
    """Give for each unit its filings with findings, and its files that were not checked, as compressed JSON.

    The last file may belong to the first unit, so all filings are kept until the end; compressed, they need little
    memory.
    """
    by_unit: dict[str, list[bytes]] = {}
    read: set[str] = set()
    for outcome in outcomes:
        counted = [
            finding
            for finding in outcome.findings
            if finding.severity in {"error", "warning"} and not finding.waived and finding.code not in TRANSIENT
        ]
        key = clean(outcome.belongs or outcome.unit) or outcome.file
        if counted:
            by_unit.setdefault(key, []).append(_packed(_filing(outcome, counted)))
        if outcome.verdict != "unusable":
            read.add(key)
    # Nobody must correct anything because of a scan that lies beside a good workbook.
    for other in others:
        key = clean(other.unit) or other.file
        whose = other.unit or other.kind in _SENT_BY_UNITS
        if whose and other.kind != _NO_LETTER and (key in by_unit or key not in read):
            by_unit.setdefault(key, []).append(_packed(_other(other)))
    return by_unit


def _packed(filing: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(filing).encode())


def _other(other: OtherFile) -> dict[str, Any]:
    """Give the data of a file that was not checked, as of a filing that cannot be read."""
    what = sentence(without_options(other.what))
    data = {"单位": other.unit, "项目": "", "文件": _file_name(other.file), "年度": None, "unusable": True}
    return {**data, "findings": [{"severity": "error", "问题": what}]}


def _file_name(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]


def _filing(outcome: Outcome, findings: Iterable[Finding]) -> dict[str, Any]:
    """Give the data of one filing for its notice."""
    return {
        "单位": outcome.belongs or outcome.unit,
        "项目": outcome.subject,
        "文件": _file_name(outcome.file),
        "年度": outcome.year,
        "unusable": outcome.verdict == "unusable",
        "findings": [
            {
                "severity": finding.severity,
                "form": finding.form,
                "工作表": finding.sheet,
                "位置": finding.cell or ("整张表" if finding.form else "整个文件"),
                "填的是": finding.found,
                "应为": finding.expected,
                "问题": for_units(finding),
                "代码": finding.code,
            }
            for finding in findings
        ],
    }


def _values(filings: list[dict[str, Any]]) -> dict[str, object]:
    """Give the values for the template from the filings of one unit; the findings are numbered from 1."""
    years = sorted({str(filing["年度"]) for filing in filings if filing["年度"]})
    unread = [filing for filing in filings if filing["unusable"]]
    read = [filing for filing in filings if not filing["unusable"]]
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
        "不能读取": [
            {"文件": filing["文件"], "问题": item["问题"]} for filing in unread for item in filing["findings"]
        ],
    }


def _groups(filings: list[dict[str, Any]], severity: str) -> list[dict[str, Any]]:
    """Group the findings of one severity by filing, form and sheet."""
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
    """Give the name of a form in a notice: ``自评表（工作表“Sheet1”，某项目，a.xlsx）``.

    The sheet is named if its name differs from the form's; the file, if the unit sent several.
    """
    form, sheet = item["form"], item["工作表"]
    parts = [f"工作表“{sheet}”" if sheet and sheet != form else "", filing["项目"], "" if alone else filing["文件"]]
    rest = "，".join(part for part in parts if part)
    if not form:
        return rest or filing["文件"] or "报送的文件"
    return f"{form}（{rest}）" if rest else form
