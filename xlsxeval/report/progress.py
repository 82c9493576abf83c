"""The progress of a season: a line for each unit, as a workbook and as a table (CSV)."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxeval.report.facts import UNIT_STATES, Facts, UnitLine
from xlsxeval.report.table import BOM, inert
from xlsxeval.text import safe
from xlsxeval.write.listing import Column, List, list_book

_COLUMNS = (
    *(Column("类别", 12), Column("单位编码", 11, middle=True), Column("单位", 28), Column("状态", 12, middle=True)),
    *(Column("轮次", 6, middle=True), Column("文件", 36), Column("收到日期", 11, middle=True)),
    *(Column(word, 7, middle=True) for word in ("须更正", "须说明", "供核对", "已说明")),
    *(Column("联系方式", 18), Column("备注", 28)),
)
_STATE = 3
#: The colours of the states, as on the page.
_COLOURS = {
    "missing": "#EF9A9A",
    "unread": "#FFCCBC",
    "unusable": "#FFCDD2",
    "error": "#FFCDD2",
    "unchecked": "#ECEFF1",
    "warning": "#FFE0B2",
    "info": "#E3F2FD",
    "pass": "#C8E6C9",
}
_OTHERS = (Column("单位", 28), Column("文件", 60), Column("说明", 60))
#: The first line of the table as CSV.
HEAD = BOM + ",".join(column.head for column in _COLUMNS) + "\r\n"
#: Put behind the workbook as the comment of its zip file: a workbook that was saved again has none.
MARK = b"xlsxeval progress"


def progress_csv(facts: Facts) -> Iterator[str]:
    """Yield the table line by line, each ended by CR LF, a byte order mark first; to be encoded as UTF-8."""
    import csv
    import io

    yield HEAD
    for line in facts.units:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerow([inert(str(cell)) for cell in _cells(line)])
        yield text.getvalue()


def progress_book(facts: Facts, made: str) -> bytes:
    """Give the progress as an .xlsx: the units, then the files that were not checked, then what is asked.

    Args:
        facts: the run.
        made: program and version.
    """
    years = "，".join(f"{year}年度{count}份" for year, count in facts.years.items())
    about = [text for text in (facts.roster_line, f"已读取：{years}" if years else "", made) if text]
    values = {word: _COLOURS[state] for state, word in UNIT_STATES.items()}
    lists = [List("进度", "报送进度", about, _COLUMNS, [_cells(line) for line in facts.units], _STATE, values)]
    if facts.others:
        rows = [(safe(one.unit), safe(one.file), safe(one.what)) for one in facts.others]
        lists.append(List("未核对的文件", "报送了、没有核对的文件", [], _OTHERS, rows))
    if facts.unclear or facts.alike or facts.unlisted:
        asked = [("次序不明", line) for line in facts.unclear]
        asked += [("请核对", line) for line in facts.alike]
        asked += [("不在名单上", line) for line in facts.unlisted]
        columns = (Column("问题", 14, middle=True), Column("说明", 110))
        lists.append(List("请核对", "请核对的问题", [], columns, [(kind, safe(text)) for kind, text in asked]))
    return _marked(list_book(lists, "报送进度"))


def _cells(line: UnitLine) -> tuple[str | int, ...]:
    shown = (safe(line.group), safe(line.code), safe(line.unit), UNIT_STATES[line.state])
    came = line.state not in {"missing", "unread"}
    counts = (line.errors, line.warnings, line.hints, line.explained) if came else ("", "", "", "")
    when = (line.round if line.round is not None else "", safe(line.file), line.filed)
    return (*shown, *when, *counts, safe(line.contact), safe("；".join(line.remarks)))


def _marked(book: bytes) -> bytes:
    return book[:-2] + len(MARK).to_bytes(2, "little") + MARK
