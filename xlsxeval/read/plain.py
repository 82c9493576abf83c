"""Tables as plain text (.tsv, .csv), in UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
import re

from xlsxeval.a1 import LAST_ROW
from xlsxeval.read.cells import Workbook
from xlsxeval.read.limits import Limits
from xlsxeval.read.refusals import SAVE_AS, Refused, too_much
from xlsxeval.read.typed import CellStore, typed_cell

NOTE = "这是文本表格（.csv、.tsv），没有公式，只核对了数值。"
SHEET = "文本"
#: Line ends that some programs write: a carriage return alone, or two before the line feed.
_LINE_END = re.compile(r"\r(?:\r?\n)?")
#: A table has at least so many rows of three or more cells, and these are at least a third of its lines.
_FEWEST_ROWS, _LEAST_SHARE = 5, 3


def read_plain(data: bytes, limits: Limits) -> Workbook:
    """Read a text file with tabs or commas between its cells.

    Raises:
        Refused: if its encoding is unknown, it holds no table, or it is too long.
    """
    text = decode(data)
    if text.count("\n") + text.count("\r") > 2 * LAST_ROW:
        raise Refused("R06", f"文本多于{LAST_ROW}行，请删去多余内容后重新保存")
    store = CellStore(limits)
    lines = [line for line in text.splitlines() if line.strip()]
    separator = max("\t,", key=lambda sign: sum(line.count(sign) > 1 for line in lines))
    rows = sum(line.count(separator) > 1 for line in lines)
    if rows < _FEWEST_ROWS or rows * _LEAST_SHARE < len(lines):
        raise Refused("R02", f"这是文本文件，里面没有表格，{SAVE_AS}")
    csv.field_size_limit(limits.max_text * 4)
    try:
        for row, texts in enumerate(csv.reader(io.StringIO(_LINE_END.sub("\n", text)), delimiter=separator), 1):
            for col, value in enumerate(texts, 1):
                if value.strip():
                    store.keep(typed_cell(row, col, value))
    except csv.Error:
        raise too_much(f"有一格的文字长于{limits.max_text}字", "max-text") from None
    return Workbook((store.sheet(SHEET),), notes=(NOTE,))


def decode(data: bytes) -> str:
    """Decode UTF-8 (with or without byte order mark), UTF-16 with byte order mark, or GB18030.

    Raises:
        Refused: for anything else.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("R02", "这是文本文件，但不是UTF-8或GB18030编码，请另存为UTF-8")
