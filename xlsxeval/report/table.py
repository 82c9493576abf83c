"""Write findings as a CSV table; Excel and WPS show every text as it is and calculate none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xlsxeval.report.catalogues import Catalogues, title_of
from xlsxeval.report.facts import STATES, UNIT_STATES, Facts
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import verdict_text
from xlsxeval.text import safe

COLUMNS = (
    "文件",
    "单位",
    "项目",
    "表",
    "工作表",
    "单元格",
    "代码",
    "规则",
    "级别",
    "问题",
    "填的是",
    "应为",
    "审核说明",
    "计入",
)
#: The level of a file that was not checked.
LEFT_OUT = "未核对"
#: Byte order mark: by it Excel and WPS recognise UTF-8.
BOM = "\ufeff"
#: The first line of every table.
HEAD = BOM + ",".join(COLUMNS) + "\r\n"
#: First characters that make a spreadsheet calculate a text.
_CALCULATED = frozenset("=+-@\t\r\n＝＋－＠")
_NEGATIVE = re.compile(r"-(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?%?")


def csv_lines(outcomes: Iterable[Outcome], catalogues: Catalogues, facts: Facts | None = None) -> Iterator[str]:
    """Yield the table line by line, each ended by CR LF, a byte order mark first; to be encoded as UTF-8.

    Args:
        outcomes: what was found; each finding has a line, and a filing without any has one with 通过 (没有规则 if no
            rule had anything to judge); a filing that
            another one replaces has 否 under 计入.
        catalogues: the rules of the sets, for their titles.
        facts: the run; after the findings, each file that was not checked has a line, and each unit that sent nothing.
    """
    import csv

    writer = csv.writer(Line(), lineterminator="\r\n")
    yield HEAD
    for outcome in outcomes:
        whose, counts = (outcome.file, outcome.unit, outcome.subject), "否" if outcome.replaced else "是"
        for finding in outcome.findings:
            place = (finding.form, finding.sheet, finding.cell)
            rule = (finding.code, title_of(catalogues, outcome.formset, finding.code), finding.severity_word)
            what = (finding.message, finding.found, finding.expected, finding.waived, counts)
            yield writer.writerow(map(inert, (*whose, *place, *rule, *what)))
        if not outcome.findings:
            checked = outcome.verdict != "unchecked"
            said = ("通过", "没有发现问题") if checked else (STATES["unchecked"], verdict_text(outcome))
            yield writer.writerow(map(inert, (*whose, "", "", "", "", "", *said, "", "", "", counts)))
    for other in facts.others if facts else ():
        yield writer.writerow(map(inert, _row(文件=other.file, 单位=other.unit, 级别=LEFT_OUT, 问题=other.what)))
    for unit in facts.missing if facts else ():
        yield writer.writerow(map(inert, _row(单位=unit, 级别=UNIT_STATES["missing"])))


def _row(**cells: str) -> list[str]:
    """Return a row of the table with texts in some columns."""
    return [cells.get(column, "") for column in COLUMNS]


def inert(text: str) -> str:
    """Return a text with ``'`` before it if a spreadsheet would calculate it (``=1+1``); a negative number stays."""
    return f"'{safe(text)}" if text[:1] in _CALCULATED and not _NEGATIVE.fullmatch(text) else safe(text)


class Line:
    """The file object for the csv writer: its ``write`` returns the line."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line
