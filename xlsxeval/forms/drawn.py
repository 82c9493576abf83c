"""Make labels and blanks from a picture: labels with their other names, blanks with the labels above and beside them.

Example: the rows ``| 项目 | 决算数 |`` and ``| 工资 | [工资] |`` give the blank 工资 with the head 决算数 and the side
label 工资.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.model import PREFIX, Blank, Box, Label
from xlsxeval.forms.picture import Part, read_picture
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.forms.year import template_key, with_year
from xlsxeval.numbers import is_nil, parse_figure
from xlsxeval.text import is_prose, label_key, sheet_length

#: Parts of a picture without a printed text.
_NO_TEXT = frozenset({"blank", "empty", "status"})
_PLAIN = frozenset({"plain", "title", "subtitle"})
#: Characters of a name, and of the title of a cell's message in Excel, for which the name is used.
_LONGEST_NAME, _TITLE = 60, 32
#: Characters of a label with its blank in one cell, which stands in the validation of the cell (Excel allows 255).
_LONGEST_PREFIX = 60


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, prepared for searching.

    Attributes:
        parts: its regions.
        covering: (row, column) -> the region there.
        styles: row -> the styles of the texts that begin in it.
    """

    parts: tuple[Part, ...]
    covering: Mapping[tuple[int, int], Part]
    styles: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, parts: tuple[Part, ...]) -> Drawing:
        """Prepare the parts of a picture."""
        covering = {
            (row, col): part
            for part in parts
            for row in range(part.box.row, part.box.row + part.box.rows)
            for col in range(part.box.col, part.box.col + part.box.cols)
        }
        styles: dict[int, frozenset[str]] = {}
        for part in parts:
            if part.style not in _NO_TEXT:
                style = "plain" if part.is_plain else part.style
                styles[part.box.row] = styles.get(part.box.row, frozenset()) | {style}
        return cls(parts, covering, styles)

    def is_open(self, box: Box) -> bool:
        """Tell whether a part stands in rows without borders: all texts that begin there are plain."""
        styles = frozenset[str]().union(*(self.styles.get(box.row + offset, ()) for offset in range(box.rows)))
        return bool(styles) and styles <= _PLAIN


def labels_of(
    drawing: Drawing, other_printings: Mapping[str, Sequence[str]], lines: Lines, first: int
) -> tuple[Label, ...]:
    """Give the printed texts of a picture.

    Args:
        drawing: the picture.
        other_printings: ``labels`` of the form file: a printed text -> its other names.
        lines: the line of each value of the file.
        first: the line of the file on which the picture begins.

    Raises:
        DefinitionError: for an entry of ``labels`` that is not in the picture, or an unknown name in ``{{ }}``.
    """
    texts = [part for part in drawing.parts if part.style not in _NO_TEXT]
    keys = {template_key(part.text)[0] for part in texts}
    aliases: dict[str, list[str]] = {}
    for name, others in other_printings.items():
        own = [template_key(name)[0], *(label_key(other).key for other in others)]
        drawn = [key for key in own if key in keys]
        if not drawn and not lines.inherits("labels", name):
            raise lines.error(f"labels的“{name}”不是版面上的文字", "labels", name)
        for key in drawn:
            aliases.setdefault(key, []).extend(own)
    labels = []
    for part in texts:
        if "{{" in with_year(part.text, 2000):
            message = f"“{part.text}”中的双花括号里只能写year、year - 1之类和unit"
            raise DefinitionError(message, file=lines.file, line=first + part.line)
        key, offsets = template_key(part.text)
        every = tuple(dict.fromkeys([key, *aliases.get(key, [])]))
        labels.append(Label(part.text, part.box, part.style, every, offsets))
    return tuple(labels)


def blanks_of(drawing: Drawing, labels: tuple[Label, ...], lines: Lines, first: int) -> tuple[Blank, ...]:
    """Give the blanks of a picture, each with its head and its side label.

    Raises:
        DefinitionError: for a name that stands twice or is too long, and a blank without any label.
    """
    numbers = {label.box: index for index, label in enumerate(labels)}
    beginning = _beginning(labels)
    blanks: dict[str, Blank] = {}
    for part in drawing.parts:
        if part.style not in ("blank", PREFIX):
            continue
        line = first + part.line
        if part.name in blanks:
            raise DefinitionError(f"填空“[{part.name}]”在版面上出现了两次", file=lines.file, line=line)
        if len(part.name) > _LONGEST_NAME or sheet_length(part.name[:_TITLE]) > _TITLE:
            message = f"填空名超过{_LONGEST_NAME}字，或用了电子表格放不下的生僻字：{part.name[:_LONGEST_NAME]}"
            raise DefinitionError(message, file=lines.file, line=line)
        if part.style == PREFIX:
            if sheet_length(part.text) > _LONGEST_PREFIX:
                raise DefinitionError(f"填空前面的文字超过{_LONGEST_PREFIX}字：{part.text}", file=lines.file, line=line)
            blanks[part.name] = Blank(part.name, part.box, None, numbers[part.box], drawing.is_open(part.box))
            continue
        head, side = _head(part, drawing, numbers), _side(part, beginning)
        if head is None and side is None:
            message = f"填空“[{part.name}]”的上方和左边都没有文字，读表时找不到它，请加上标签"
            raise DefinitionError(message, file=lines.file, line=line)
        blanks[part.name] = Blank(part.name, part.box, head, side, drawing.is_open(part.box))
    return tuple(blanks.values())


def unlabelled(picture: str) -> frozenset[str]:
    """Give the blanks of a picture that ``blanks_of`` refuses, because no label stands above or beside them."""
    drawing = Drawing.of(read_picture(picture)[2])
    texts = [part for part in drawing.parts if part.style not in _NO_TEXT]
    numbers = {part.box: index for index, part in enumerate(texts)}
    beginning = _beginning(texts)
    blanks = [part for part in drawing.parts if part.style == "blank"]
    found = [part for part in blanks if _head(part, drawing, numbers) is None and _side(part, beginning) is None]
    return frozenset(part.name for part in found)


def _beginning(labels: Sequence[Label | Part]) -> Mapping[int, Sequence[tuple[bool, int, int]]]:
    """Give for each row the labels that begin in it: whether it can name a blank, its column, its index."""
    beginning: dict[int, list[tuple[bool, int, int]]] = {}
    for index, label in enumerate(labels):
        if label.style == PREFIX:
            continue  # it has its own blank
        # Printed sentences and figures name nothing, unless nothing else stands there.
        names = not is_prose(label.text) and not is_nil(label.text) and parse_figure(label.text) is None
        beginning.setdefault(label.box.row, []).append((names, label.box.col, index))
    return beginning


def _side(blank: Part, beginning: Mapping[int, Sequence[tuple[bool, int, int]]]) -> int | None:
    """Give the index of the nearest label at the left of a blank in its row; None if there is none."""
    places = [place for place in beginning.get(blank.box.row, ()) if place[1] < blank.box.col]
    return max(places)[2] if places else None


def _head(blank: Part, drawing: Drawing, numbers: Mapping[Box, int]) -> int | None:
    """Give the index of the nearest text above a blank, no sentence; None if that is no label of the same columns."""
    box = blank.box
    for row in range(box.row - 1, -1, -1):
        part = drawing.covering[row, box.col]
        same = part.style == "label" and (part.box.col, part.box.cols) == (box.col, box.cols)
        if part.style not in _NO_TEXT and not (same and is_prose(part.text)):
            return numbers[part.box] if same else None
    return None
