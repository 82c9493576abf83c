"""The sheet 审核意见: what was found, line by line, with links to the cells and a hidden column for the next run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from xlsxeval.forms.model import OPINION_SHEET
from xlsxeval.forms.place import column_letters
from xlsxeval.mark.memory import Memory
from xlsxeval.mark.parts import DECLARATION
from xlsxeval.mark.splice import attribute_text, shown, xml_text
from xlsxeval.mark.styles import FILLS, Styles, solid
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import for_units, verdict_text
from xlsxeval.rules.finding import Finding
from xlsxeval.write.looks import COMPUTED, FONT, TITLE_FONT, text_height

#: Heads and widths of the columns; the unit has one if there are several.
_COLUMNS = {"序号": 6, "程度": 9, "代码": 7, "单位": 18, "工作表": 13, "单元格": 9} | {
    "项目": 20, "意见": 58, "填的是": 16, "应为": 20,
}  # fmt: skip
_CENTRED = frozenset({"序号", "程度", "代码", "工作表"})
_HELP = (
    "有底色和批注的单元格就是有意见的地方；点“单元格”一列跳到该处，按“程度”筛选。改好以后不用删批注，再审核时会更新。"
)
_HELP_ALONE = "这个文件里不能直接加批注，意见都列在这里。"
#: Excel's limits for the text of a cell and the links of a sheet.
_LONGEST, _MOST_LINKS = 32_000, 65_000
_TAB_COLOUR = "FFD32F2F"

#: A finding and whose it is.
Line = tuple[Finding, Outcome]


def level(finding: Finding) -> str:
    """Give the name of the fill of a finding."""
    return "waived" if finding.waived else finding.severity


def severity(finding: Finding) -> str:
    """Say how grave a finding is: ``错误``, ``错误（已说明）``."""
    return f"{finding.severity_word}（已说明）" if finding.waived else finding.severity_word


def said(finding: Finding) -> str:
    """Give the message, with the explanation if there is one."""
    message = for_units(finding)
    return shown(f"{message}审核说明：{finding.waived}。" if finding.waived else message)


class Opinion:
    """The sheet as XML; ``area`` is its table, ``head`` the number of the row with the heads."""

    def __init__(
        self,
        outcomes: Sequence[Outcome],
        notes: Sequence[str],
        memories: Mapping[tuple[str, str], Memory],
        sheets: Collection[str],
        styles: Styles,
        namespaces: tuple[str, str],
        *,
        alone: bool,
    ) -> None:
        """Write the sheet.

        Args:
            outcomes: what was found.
            notes: what else is to be said.
            memories: what the cell of each finding was, for findings that have one, by sheet and cell of the finding.
            sheets: the sheets that can be linked to.
            styles: gets the styles of the sheet.
            namespaces: of the elements and of the ids of relationships.
            alone: there is no other sheet.
        """
        lines = [(finding, outcome) for outcome in outcomes for finding in outcome.findings]
        self._columns = {name: width for name, width in _COLUMNS.items() if name != "单位" or len(outcomes) > 1}
        self._formats = _formats(styles)
        self._rows: list[str] = []
        self._merges: list[str] = []
        self._links: list[str] = []
        self._across(OPINION_SHEET, "title")
        for outcome in outcomes:
            self._across(_headline(outcome), "verdict")
        remarks = dict.fromkeys([note for outcome in outcomes for note in outcome.notes])
        for note in (*(f"注意：{note}" for note in remarks), *notes):
            self._across(note, "note")
        self._across(_HELP_ALONE if alone else _HELP, "note")
        self.head = len(self._rows) + 1
        memory_col = len(self._columns) + 1
        self._row([(name, "head") for name in self._columns], 24.0, {memory_col: "xlsxeval"})
        waiting = dict(memories)
        for number, line in enumerate(lines, 1):
            finding = line[0]
            linked = bool(finding.cell) and finding.sheet in sheets and number <= _MOST_LINKS
            memory = waiting.pop((finding.sheet, finding.cell), None)
            texts = self._texts(number, line)
            cells = [(text, self._look(name, finding, linked)) for name, text in texts.items()]
            height = max(text_height(text, self._columns[name]) for name, text in texts.items())
            self._row(cells, height, {memory_col: memory.text} if memory else {})
            if linked:
                self._link(finding)
        self.area = f"$A${self.head}:${column_letters(len(self._columns))}${len(self._rows)}"
        self.xml = self._sheet(namespaces, memory_col, lines)

    def _texts(self, number: int, line: Line) -> dict[str, str]:
        finding, outcome = line
        field, _, part = finding.field.partition(".")
        texts = {
            "序号": str(number), "程度": severity(finding), "代码": finding.code, "单位": outcome.title,
            "工作表": finding.sheet, "单元格": finding.cell, "项目": f"{field}（{part}）" if part else field,
            "意见": said(finding), "填的是": finding.found, "应为": finding.expected,
        }  # fmt: skip
        return {name: shown(texts[name]) for name in self._columns}

    @staticmethod
    def _look(column: str, finding: Finding, linked: bool) -> str:  # noqa: FBT001  # one of two looks
        if column == "程度":
            return level(finding)
        if column == "单元格":
            return "link" if linked else "centre"
        return "centre" if column in _CENTRED else "left"

    def _across(self, text: str, look: str) -> None:
        number = len(self._rows) + 1
        last = column_letters(len(self._columns))
        height = 34.0 if look == "title" else text_height(text, sum(self._columns.values()))
        self._merges.append(f"A{number}:{last}{number}")
        self._row([(shown(text), look)] + [("", look)] * (len(self._columns) - 1), height, {})

    def _row(self, cells: Sequence[tuple[str, str]], height: float, hidden: Mapping[int, str]) -> None:
        number = len(self._rows) + 1
        written = [
            _cell(f"{column_letters(col)}{number}", text, self._formats[look])
            for col, (text, look) in enumerate(cells, 1)
        ]
        written += [_cell(f"{column_letters(col)}{number}", text, 0) for col, text in hidden.items()]
        self._rows.append(f'<row r="{number}" ht="{height:g}" customHeight="1">{"".join(written)}</row>')

    def _link(self, finding: Finding) -> None:
        at = f"{column_letters([*self._columns].index('单元格') + 1)}{len(self._rows)}"
        where = f"{quoted_sheet(finding.sheet)}!{finding.cell}"
        self._links.append(f'<hyperlink ref="{at}" location="{attribute_text(where)}" display="{finding.cell}"/>')

    def _sheet(self, namespaces: tuple[str, str], memory_col: int, lines: Sequence[Line]) -> bytes:
        main, office = namespaces
        cols = "".join(
            f'<col min="{number}" max="{number}" width="{width + 0.71}" customWidth="1"/>'
            for number, width in enumerate(self._columns.values(), 1)
        )
        below = f"A{self.head + 1}"
        merges = "".join(f'<mergeCell ref="{area}"/>' for area in self._merges)
        links = f"<hyperlinks>{''.join(self._links)}</hyperlinks>" if self._links else ""
        table = f'<autoFilter ref="{self.area.replace("$", "")}"/>' if lines else ""
        return (
            f'{DECLARATION}<worksheet xmlns="{main}" xmlns:r="{office}">'
            f'<sheetPr><tabColor rgb="{_TAB_COLOUR}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<dimension ref="A1:{column_letters(memory_col)}{len(self._rows)}"/>'
            f'<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="{self.head}" '
            f'topLeftCell="{below}" activePane="bottomLeft" state="frozen"/>'
            f'<selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/></sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{cols}'
            f'<col min="{memory_col}" max="{memory_col}" width="9.14" hidden="1" customWidth="1"/></cols>'
            f"<sheetData>{''.join(self._rows)}</sheetData>{table}"
            f'<mergeCells count="{len(self._merges)}">{merges}</mergeCells>{links}'
            '<printOptions horizontalCentered="1"/>'
            '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
            f"<headerFooter><oddFooter>&amp;L{OPINION_SHEET}&amp;R第 &amp;P 页 共 &amp;N 页</oddFooter></headerFooter>"
            "</worksheet>"
        ).encode()


def quoted_sheet(name: str) -> str:
    """Write the name of a sheet as it stands before ``!``."""
    return "'" + name.replace("'", "''") + "'"


def _headline(outcome: Outcome) -> str:
    title = outcome.title if outcome.unit or outcome.subject else outcome.file.replace("\\", "/").rpartition("/")[2]
    year = f"　{outcome.year}年度" if outcome.year else ""
    return f"{title}{year}：{verdict_text(outcome)}" if title else verdict_text(outcome)


def _cell(name: str, text: str, style: int) -> str:
    if not text:
        return f'<c r="{name}" s="{style}"/>'
    if text.isdecimal() and text.isascii() and name.startswith("A"):
        return f'<c r="{name}" s="{style}"><v>{text}</v></c>'
    written = xml_text(text[:_LONGEST])
    return f'<c r="{name}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _formats(styles: Styles) -> dict[str, int]:
    """Add the styles of the sheet."""

    def font(size: str, colour: str = "FF000000", *, look: str = "", name: str = FONT) -> int:
        of = f'{look}<sz val="{size}"/><color rgb="{colour}"/><name val="{name}"/><charset val="134"/>'
        return styles.add("fonts", f"<font>{of}</font>")

    def style(of_font: int, horizontal: str, fill: str = "", *, boxed: bool = True) -> int:
        number = styles.add("fills", solid(fill)) if fill else 0
        return styles.add(
            "cellXfs",
            f'<xf numFmtId="0" fontId="{of_font}" fillId="{number}" borderId="{box if boxed else 0}" xfId="0" '
            f'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment horizontal="{horizontal}" vertical="center" wrapText="1"/></xf>',
        )

    sides = "".join(f'<{side} style="thin"><color auto="1"/></{side}>' for side in ("left", "right", "top", "bottom"))
    box = styles.add("borders", f"<border>{sides}<diagonal/></border>")
    plain, link = font("10.5"), font("10.5", "FF0D47A1", look="<u/>")
    return {
        "title": style(font("18", name=TITLE_FONT), "center", boxed=False),
        "verdict": style(font("12", name=TITLE_FONT), "left", boxed=False),
        "note": style(font("10.5", "FF616161"), "left", boxed=False),
        "head": style(font("10.5", look="<b/>"), "center", "FF" + COMPUTED.removeprefix("#")),
        "left": style(plain, "left"),
        "centre": style(plain, "center"),
        "link": style(link, "center"),
        **{name: style(plain, "center", colour) for name, colour in FILLS.items()},
    }
