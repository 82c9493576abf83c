"""How help is laid out: click counts characters, but a Chinese one is two columns wide and may end a line anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from xlsxeval.text import display_width

#: What stays together on a line: a word in Latin letters, or one Chinese character; with the brackets that open before
#: it and the signs that close after it, for no line begins with ， or ends with （.
_PIECE = re.compile(r" ?[（“‘《【]*(?:[!-~]+|\S)[，。、；：？！）”’》】…]*")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_WIDEST_FIRST_COLUMN, _BETWEEN, _NARROWEST = 32, 2, 20


def wrapped(text: str, width: int) -> list[str]:
    """Break a paragraph into lines of at most ``width`` columns; white space in it counts as one blank.

    >>> wrapped("核对填好的workbook，逐格重算。", 12)
    ['核对填好的', 'workbook，逐', '格重算。']
    """
    lines = [""]
    for piece in _PIECE.findall(" ".join(text.split())):
        if lines[-1] and display_width(lines[-1] + piece) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines


class Formatter(click.HelpFormatter):
    """Writes help in which columns are counted as a terminal shows them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called; what does not fit stands below its first argument."""
        start = f"{'用法：' if prefix is None else prefix}{prog} "
        self._write_beside(start, display_width(start), args)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, which an empty line divides."""
        indent = " " * self.current_indent
        paragraphs = (wrapped(paragraph, self.width - len(indent)) for paragraph in _PARAGRAPHS.split(text))
        self.write("\n".join("".join(f"{indent}{line}\n" for line in lines) for lines in paragraphs))

    def write_dl(
        self,
        rows: Iterable[tuple[str, str]],
        col_max: int = _WIDEST_FIRST_COLUMN,
        col_spacing: int = _BETWEEN,
    ) -> None:
        """Write two columns; a first one wider than ``col_max`` has the second one on the next line."""
        rows = list(rows)
        second = self.current_indent + min(max(display_width(first) for first, _ in rows), col_max) + col_spacing
        for first, text in rows:
            self._write_beside(f"{'':{self.current_indent}}{first}{'':{col_spacing}}", second, text)

    def _write_beside(self, first: str, column: int, text: str) -> None:
        """Write ``first``, and ``text`` from a column on: on the same line, or on the next if ``first`` is too wide."""
        if not text:
            self.write(f"{first.rstrip()}\n")
            return
        room = column - display_width(first)
        self.write(first + " " * room if room >= 0 else f"{first.rstrip()}\n{'':{column}}")
        lines = wrapped(text, max(self.width - column, _NARROWEST))
        self.write(f"\n{'':{column}}".join(lines) + "\n")


def filled(text: str, width: int) -> str:
    """Give a text with blanks after it, as wide as ``width`` columns."""
    return text + " " * (width - display_width(text))
