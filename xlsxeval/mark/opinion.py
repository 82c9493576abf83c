"""The sheet 审核意见: one line for each finding, with links to the cells and a hidden column for the next run.

The hidden column holds, beside a finding whose cell was marked, how the cell looked before (``OriginalCell.text``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlsxeval.a1 import cell_name, fixed_cell, parse_cell, quote_sheet
from xlsxeval.forms.model import OPINION_SHEET
from xlsxeval.mark.original import CellKey, OriginalCell, head_text
from xlsxeval.mark.parts import DECLARATION
from xlsxeval.mark.splice import attribute_text, shown, xml_text
from xlsxeval.mark.styles import FILLS, Styles, solid
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import for_units, verdict_text
from xlsxeval.rules.finding import Finding
from xlsxeval.write.looks import COMPUTED, FONT, TITLE_FONT, text_height

#: Heads and widths of the columns; 单位 is left out where all findings are of one filing.
_COLUMNS = {"序号": 6, "程度": 9, "代码": 7, "单位": 18, "工作表": 13, "单元格": 9} | {
    "项目": 20, "意见": 58, "填的是": 16, "应为": 20,
}  # fmt: skip
_CENTRED = frozenset({"序号", "程度", "代码", "工作表"})
_HELP = (
    "有底色和批注的单元格就是有意见的地方；点“单元格”一列跳到该处，按“程度”筛选。改好以后不用删批注，再审核时会更新。"
)
_HELP_ALONE = "这个文件里不能直接加批注，意见都列在这里。"
#: A little below Excel's limits: characters in a cell, links in a sheet.
_LONGEST, _MOST_LINKS = 32_000, 65_000
_TAB_COLOUR = "FFD32F2F"

#: A finding and the outcome it belongs to.
Line = tuple[Finding, Outcome]


def level(finding: Finding) -> str:
    """Return the name of the fill for a finding: its severity, or ``waived``."""
    return "waived" if finding.waived else finding.severity


def severity(finding: Finding) -> str:
    """Return the severity in Chinese: ``错误``, or ``错误（已说明）`` for a finding that was accepted."""
    return f"{finding.severity_word}（已说明）" if finding.waived else finding.severity_word


def message_of(finding: Finding) -> str:
    """Return the message for the unit, with the explanation of a finding that was accepted."""
    message = for_units(finding)
    return shown(f"{message}审核说明：{finding.waived}。" if finding.waived else message)


@dataclass(frozen=True, slots=True)
class OpinionSheet:
    """The content of the sheet as XML, the address of its table, and the row with the heads."""

    xml: bytes
    area: str
    head: int


def opinion_xml(
    outcomes: Sequence[Outcome],
    notes: Sequence[str],
    originals: Mapping[CellKey, OriginalCell],
    sheets: Collection[str],
    styles: Styles,
    namespaces: tuple[str, str],
    left_out: Collection[str] = (),
) -> OpinionSheet:
    """Write the sheet 审核意见.

    Args:
        outcomes: the findings.
        notes: sentences about the copy, shown under those of the outcomes.
        originals: how the cells of findings looked before, by sheet and cell of the finding.
        sheets: the names of the sheets that a link may lead to; none if the workbook has no other sheet.
        styles: the style sheet; gets the styles of this sheet.
        namespaces: of the elements, and of the ids of relationships.
        left_out: what was left out of the copy, stored for the next run.
    """
    lines = [(finding, outcome) for outcome in outcomes for finding in outcome.findings]
    columns = {name: width for name, width in _COLUMNS.items() if name != "单位" or len(outcomes) > 1}
    rows = _Rows(columns, _formats(styles))
    rows.add_across(OPINION_SHEET, "title")
    for outcome in outcomes:
        rows.add_across(_headline(outcome), "verdict")
    remarks = dict.fromkeys([note for outcome in outcomes for note in outcome.notes])
    for note in (*(f"注意：{note}" for note in remarks), *notes):
        rows.add_across(note, "note")
    rows.add_across(_HELP if sheets else _HELP_ALONE, "note")
    rows.add([(name, "head") for name in columns], 24.0, head_text(left_out))
    head = rows.count
    waiting = dict(originals)
    for number, (finding, outcome) in enumerate(lines, 1):
        linked = parse_cell(finding.cell) is not None and finding.sheet in sheets and number <= _MOST_LINKS
        original = waiting.pop((finding.sheet, finding.cell), None)
        texts = _texts(number, finding, outcome)
        cells = [(texts[name], _format_name(name, finding, linked=linked)) for name in columns]
        height = max(text_height(texts[name], width) for name, width in columns.items())
        rows.add(cells, height, original.text if original else "")
        if linked:
            rows.link(finding)
    area = f"{fixed_cell(head, 1)}:{fixed_cell(rows.count, len(columns))}"
    return OpinionSheet(_sheet_xml(rows, head, area if lines else "", namespaces), area, head)


def _texts(number: int, finding: Finding, outcome: Outcome) -> dict[str, str]:
    """Return the text of each column for a finding."""
    field, _, part = finding.field.partition(".")
    texts = {
        "序号": str(number), "程度": severity(finding), "代码": finding.code, "单位": outcome.title,
        "工作表": finding.sheet, "单元格": finding.cell, "项目": f"{field}（{part}）" if part else field,
        "意见": message_of(finding), "填的是": finding.found, "应为": finding.expected,
    }  # fmt: skip
    return {name: shown(text) for name, text in texts.items()}


def _format_name(column: str, finding: Finding, *, linked: bool) -> str:
    """Return the name of the format of a column's cell."""
    if column == "程度":
        return level(finding)
    if column == "单元格":
        return "link" if linked else "centre"
    return "centre" if column in _CENTRED else "left"


class _Rows:
    """The rows of the sheet as XML, with merged areas and links; ``formats`` maps names to style numbers."""

    def __init__(self, columns: Mapping[str, int], formats: Mapping[str, int]) -> None:
        self.columns = columns
        self.xml: list[str] = []
        self.merges: list[str] = []
        self.links: list[str] = []
        self._formats = formats

    @property
    def count(self) -> int:
        """The number of rows so far."""
        return len(self.xml)

    def add(self, cells: Sequence[tuple[str, str]], height: float, hidden: str = "") -> None:
        """Add a row: text and format name of each cell, the height in points, the text of the hidden column."""
        row = self.count + 1
        xml = "".join(
            _cell(cell_name(row, col), text, self._formats[name]) for col, (text, name) in enumerate(cells, 1)
        )
        if hidden:
            xml += _cell(cell_name(row, len(self.columns) + 1), hidden, 0)
        self.xml.append(f'<row r="{row}" ht="{height:g}" customHeight="1">{xml}</row>')

    def add_across(self, text: str, name: str) -> None:
        """Add a row with one text over all columns, in the format of a name."""
        row = self.count + 1
        height = 34.0 if name == "title" else text_height(text, sum(self.columns.values()))
        self.merges.append(f"{cell_name(row, 1)}:{cell_name(row, len(self.columns))}")
        self.add([(shown(text), name)] + [("", name)] * (len(self.columns) - 1), height)

    def link(self, finding: Finding) -> None:
        """Link the address in the latest row to the cell of its finding."""
        address = cell_name(self.count, [*self.columns].index("单元格") + 1)
        place = f"{quote_sheet(finding.sheet)}!{finding.cell}"
        self.links.append(f'<hyperlink ref="{address}" location="{attribute_text(place)}" display="{finding.cell}"/>')


def _sheet_xml(rows: _Rows, head: int, area: str, namespaces: tuple[str, str]) -> bytes:
    """Return the worksheet; ``area`` is the address of the table, empty if it has no line."""
    main, office = namespaces
    cols = "".join(
        f'<col min="{number}" max="{number}" width="{width + 0.71}" customWidth="1"/>'
        for number, width in enumerate(rows.columns.values(), 1)
    )
    hidden = len(rows.columns) + 1
    below = cell_name(head + 1, 1)
    merges = "".join(f'<mergeCell ref="{merged}"/>' for merged in rows.merges)
    links = f"<hyperlinks>{''.join(rows.links)}</hyperlinks>" if rows.links else ""
    table = f'<autoFilter ref="{area.replace("$", "")}"/>' if area else ""
    return (
        f'{DECLARATION}<worksheet xmlns="{main}" xmlns:r="{office}">'
        f'<sheetPr><tabColor rgb="{_TAB_COLOUR}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{cell_name(rows.count, hidden)}"/>'
        f'<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="{head}" '
        f'topLeftCell="{below}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{cols}'
        f'<col min="{hidden}" max="{hidden}" width="9.14" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(rows.xml)}</sheetData>{table}"
        f'<mergeCells count="{len(rows.merges)}">{merges}</mergeCells>{links}'
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
        f"<headerFooter><oddFooter>&amp;L{OPINION_SHEET}&amp;R第 &amp;P 页 共 &amp;N 页</oddFooter></headerFooter>"
        "</worksheet>"
    ).encode()


def _headline(outcome: Outcome) -> str:
    """Return the line with unit, year and verdict of a filing; the file's name if the unit is unknown."""
    title = outcome.title if outcome.unit or outcome.subject else outcome.file.replace("\\", "/").rpartition("/")[2]
    year = f"　{outcome.year}年度" if outcome.year else ""
    return f"{title}{year}：{verdict_text(outcome)}" if title else verdict_text(outcome)


def _cell(name: str, text: str, style: int) -> str:
    """Return a cell as XML; only the numbers in column A (序号) are written as numbers."""
    if not text:
        return f'<c r="{name}" s="{style}"/>'
    if text.isdecimal() and text.isascii() and name.startswith("A"):
        return f'<c r="{name}" s="{style}"><v>{text}</v></c>'
    written = xml_text(text[:_LONGEST])
    return f'<c r="{name}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _formats(styles: Styles) -> dict[str, int]:
    """Add the styles of the sheet to the style sheet; return their numbers by name."""

    def font(size: str, colour: str = "FF000000", *, look: str = "", name: str = FONT) -> int:
        properties = f'{look}<sz val="{size}"/><color rgb="{colour}"/><name val="{name}"/><charset val="134"/>'
        return styles.add("fonts", f"<font>{properties}</font>")

    def style(font_number: int, horizontal: str, fill: str = "", *, boxed: bool = True) -> int:
        number = styles.add("fills", solid(fill)) if fill else 0
        return styles.add(
            "cellXfs",
            f'<xf numFmtId="0" fontId="{font_number}" fillId="{number}" borderId="{box if boxed else 0}" xfId="0" '
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
