"""Write the marked copy of a workbook: fills and comments at the cells, and the sheet 审核意见.

All else stays as it is, except macros and signatures, see ``macros``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from xlsxeval.a1 import cell_name, parse_cell
from xlsxeval.forms.model import SEVERITIES
from xlsxeval.mark.comments import Lines, comment, uncomment
from xlsxeval.mark.macros import leave_out_macros, notes
from xlsxeval.mark.opinion import level, message_of, opinion_xml, severity
from xlsxeval.mark.original import CellKey, EarlierRun, OriginalCell, read_earlier_run
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.sheet import SheetPart, open_sheet, paint, unpaint
from xlsxeval.mark.splice import shown
from xlsxeval.mark.styles import Styles
from xlsxeval.mark.workbook import WorkbookPart, open_workbook
from xlsxeval.read.cells import Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.package import open_package
from xlsxeval.read.refusals import Refused
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding

_GRAVEST_FIRST = (*SEVERITIES, "waived")


def marked(content: bytes, outcomes: Sequence[Outcome], limits: Limits = Limits()) -> bytes:
    """Return a copy of a workbook in which the findings are marked; marks of an earlier run are replaced.

    Args:
        content: the workbook as it was checked, .xlsx or .xlsm.
        outcomes: the result of the check, one for each filing in the workbook.
        limits: the limits for untrusted files.

    Returns:
        The copy, always a plain .xlsx without macros. Marking the copy again gives the same bytes.

    Raises:
        Refused: if the file is unusable, no .xlsx or .xlsm, or cannot be changed safely; use ``opinion_sheet`` then.
    """
    unusable = [finding for outcome in outcomes if outcome.verdict == "unusable" for finding in outcome.findings]
    if unusable:
        raise Refused(unusable[0].code, unusable[0].message)
    parts = Parts(open_package(content, limits))
    book = open_workbook(parts)
    earlier = _earlier_run(content, book, limits) if book.marked else EarlierRun()
    return _mark(parts, book, outcomes, earlier)


def opinion_sheet(outcomes: Sequence[Outcome]) -> bytes:
    """Return a small .xlsx with nothing but the sheet 审核意见, for a file that cannot be marked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, xml in _EMPTY.items():
            archive.writestr(zipfile.ZipInfo(name), DECLARATION + xml, zipfile.ZIP_DEFLATED)
    parts = Parts(open_package(buffer.getvalue(), Limits()))
    return _mark(parts, open_workbook(parts), outcomes, EarlierRun())


def _earlier_run(content: bytes, book: WorkbookPart, limits: Limits) -> EarlierRun:
    """Read what an earlier run wrote into its sheet 审核意见; nothing if that sheet was deleted."""
    others = frozenset(book.sheets) - {book.opinion}
    sheets = open_xlsx(content, limits, others).sheets
    return next((read_earlier_run(sheet) for sheet in sheets if sheet.name == book.opinion), EarlierRun())


def _mark(parts: Parts, book: WorkbookPart, outcomes: Sequence[Outcome], earlier: EarlierRun) -> bytes:
    left_out = leave_out_macros(parts, book) | earlier.left_out
    styles = Styles(parts.read(book.styles), parts.limits)
    originals: dict[CellKey, OriginalCell] = {}
    findings: dict[str, list[Finding]] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            if parse_cell(finding.cell):
                findings.setdefault(finding.sheet, []).append(finding)
    for name, part in book.sheets.items():
        if name == book.opinion:
            continue
        if book.marked:
            _unmark(name, part, parts, styles, earlier)
        if name in findings:
            sheet = open_sheet(name, part, parts)
            originals |= _mark_sheet(sheet, findings[name], parts, styles)
            parts.write(part, sheet.document.done())
    opinion = opinion_xml(
        outcomes,
        notes(parts, left_out),
        originals,
        book.sheets.keys(),
        styles,
        (parts.main, parts.office),
        left_out,
    )
    book.put_opinion(opinion.xml, opinion.area, opinion.head)
    parts.write(book.styles, styles.done())
    return parts.pack()


def _unmark(name: str, part: str, parts: Parts, styles: Styles, earlier: EarlierRun) -> None:
    """Take the marks of an earlier run out of one worksheet."""
    sheet = open_sheet(name, part, parts)
    unpaint(sheet, earlier.cells, styles, parts.limits)
    uncomment(sheet, parts, earlier.cells)
    parts.write(part, sheet.document.done())


def _mark_sheet(
    sheet: SheetPart, findings: Sequence[Finding], parts: Parts, styles: Styles
) -> Iterator[tuple[CellKey, OriginalCell]]:
    """Mark one worksheet; yield the original of each marked cell, by the sheet and cell of its first finding.

    Two findings at C3 and D3, which are merged, give one mark and one comment at C3.
    """
    by_area: dict[Range, list[Finding]] = {}
    areas = sheet.layout.areas(filter(None, (parse_cell(finding.cell) for finding in findings)))
    for finding in findings:
        cell = parse_cell(finding.cell)
        if cell:
            by_area.setdefault(areas[cell], []).append(finding)
    levels = {area[:2]: min(map(level, group), key=_GRAVEST_FIRST.index) for area, group in by_area.items()}
    texts = {area: _lines(group) for area, group in by_area.items()}
    originals = comment(sheet, parts, texts, paint(sheet, levels, styles, parts.limits))
    by_cell = {original.cell: original for original in originals}
    for area, group in by_area.items():
        yield (sheet.name, group[0].cell), by_cell[cell_name(*area[:2])]


def _lines(findings: Sequence[Finding]) -> Lines:
    return [(f"{severity(finding)} {shown(finding.code)}：", message_of(finding)) for finding in findings]


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: The parts of a workbook without any sheet.
_EMPTY = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets/></workbook>',
}
