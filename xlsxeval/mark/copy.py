"""The marked copy of a workbook: fills and comments at the cells, and the sheet 审核意见; all else stays as it was."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from xlsxeval.forms.model import SEVERITIES
from xlsxeval.forms.place import cell_name
from xlsxeval.mark.book import Book, open_book
from xlsxeval.mark.comments import Lines, comment, uncomment
from xlsxeval.mark.memory import Memory, remembered
from xlsxeval.mark.opinion import Opinion, level, said, severity
from xlsxeval.mark.parts import DECLARATION, Parts
from xlsxeval.mark.sheet import Page, open_page, paint, position, unpaint
from xlsxeval.mark.splice import shown
from xlsxeval.mark.styles import Styles
from xlsxeval.read.cells import Range
from xlsxeval.read.limits import Limits
from xlsxeval.read.package import open_package
from xlsxeval.read.refusals import Refused
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding

_GRAVEST_FIRST = (*SEVERITIES, "waived")
_SIGNED = "注意：原文件带有数字签名，加了审核标记以后签名不再有效。"


def marked(content: bytes, outcomes: Sequence[Outcome], limits: Limits = Limits()) -> bytes:  # noqa: B008  # frozen
    """Mark what was found in a copy of the workbook; marks of an earlier run are replaced.

    Args:
        content: the workbook, .xlsx or .xlsm, as it was checked.
        outcomes: what was found in it, for each filing.
        limits: budgets for untrusted files.

    Returns:
        The copy, of the same kind; the same on every run.

    Raises:
        Refused: if the file could not be read, is of another kind or cannot be changed safely; ``opinion_sheet`` is
            the way out.
    """
    unusable = [one for outcome in outcomes if outcome.verdict == "unusable" for one in outcome.findings]
    if unusable:
        raise Refused(unusable[0].code, unusable[0].message)
    parts = Parts(open_package(content, limits))
    book = open_book(parts)
    earlier = _earlier(content, book, limits) if book.marked else {}
    return _mark(parts, book, outcomes, earlier)


def opinion_sheet(outcomes: Sequence[Outcome]) -> bytes:
    """Give a small .xlsx that holds nothing but 审核意见, for files that cannot be marked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, xml in _EMPTY.items():
            target.writestr(zipfile.ZipInfo(name), DECLARATION + xml, zipfile.ZIP_DEFLATED)
    parts = Parts(open_package(buffer.getvalue(), Limits()))
    return _mark(parts, open_book(parts), outcomes, {})


def _earlier(content: bytes, book: Book, limits: Limits) -> dict[tuple[str, str], Memory]:
    """Give what an earlier run remembered of the cells."""
    others = frozenset(book.sheets) - {book.opinion}
    return {
        key: memory
        for sheet in open_xlsx(content, limits, others).sheets
        if sheet.name == book.opinion
        for key, memory in remembered(sheet).items()
    }


def _mark(parts: Parts, book: Book, outcomes: Sequence[Outcome], earlier: Mapping[tuple[str, str], Memory]) -> bytes:
    styles = Styles(parts.read(book.styles), parts.limits)
    memories: dict[tuple[str, str], Memory] = {}
    for name, part in book.sheets.items():
        if name == book.opinion:
            continue
        wanted = [one for outcome in outcomes for one in outcome.findings if one.sheet == name and position(one.cell)]
        if book.marked:
            _unmark(name, part, parts, styles, earlier)
        if wanted:
            page = open_page(name, part, parts)
            memories |= _mark_page(page, wanted, parts, styles)
            parts.write(part, page.document.done())
    notes = [_SIGNED] if parts.any("_xmlsignatures/") or parts.any("xl/_signatures/") else []
    opinion = Opinion(
        outcomes, notes, memories, book.sheets.keys(), styles, (parts.main, parts.office), alone=not book.sheets
    )
    book.put(opinion.xml, opinion.area, opinion.head)
    parts.write(book.styles, styles.done())
    return parts.pack()


def _unmark(name: str, part: str, parts: Parts, styles: Styles, earlier: Mapping[tuple[str, str], Memory]) -> None:
    page = open_page(name, part, parts)
    unpaint(page, earlier, styles, parts.limits)
    uncomment(page, parts, earlier)
    parts.write(part, page.document.done())


def _mark_page(
    page: Page, findings: Sequence[Finding], parts: Parts, styles: Styles
) -> Iterator[tuple[tuple[str, str], Memory]]:
    """Mark one worksheet and give, by sheet and cell of each finding, what the marked cell was."""
    by_area: dict[Range, list[Finding]] = {}
    areas = page.layout.areas(filter(None, (position(one.cell) for one in findings)))
    for finding in findings:
        at = position(finding.cell)
        if at:
            by_area.setdefault(areas[at], []).append(finding)
    levels = {area[:2]: min(map(level, found), key=_GRAVEST_FIRST.index) for area, found in by_area.items()}
    texts = {area: _lines(found) for area, found in by_area.items()}
    memories = comment(page, parts, texts, paint(page, levels, styles, parts.limits))
    by_name = {memory.cell: memory for memory in memories}
    for area, found in by_area.items():
        yield (page.name, found[0].cell), by_name[cell_name(*area[:2])]


def _lines(findings: Sequence[Finding]) -> Lines:
    return [(f"{severity(one)} {shown(one.code)}：", said(one)) for one in findings]


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: A workbook without any sheet.
_EMPTY = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets/></workbook>',
}
