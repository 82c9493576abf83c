"""Write a filing as a workbook: 填表说明, a sheet for each form, and 核对."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from xlsxeval.filing import Filing
from xlsxeval.forms.model import GUIDE_SHEET, LIVE_SHEET
from xlsxeval.write.book import WorkbookWriter
from xlsxeval.write.form import FormSheet
from xlsxeval.write.guide import write_guide
from xlsxeval.write.live.sheet import plan, write_live
from xlsxeval.write.marks import write_marks

#: Name of the custom property and, after ``_``, of the hidden defined name that identify set, year and version.
IDENTITY = "xlsxeval"


def write_workbook(filing: Filing, *, protect: bool = True, lock_known: bool = False) -> bytes:
    """Write a filing laid out by ``build_filing`` as one .xlsx.

    Args:
        filing: the answers; blanks stay blank, computed fields hold the form's formula and its result.
        protect: lock formulas and labels (without a password).
        lock_known: lock the blanks that are filled as well.

    Returns:
        The workbook as bytes; the same bytes for the same filing.
    """
    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True})
    year = filing.year or 2000
    file.set_properties({"title": filing.formset.title, "created": datetime(year, 1, 1)})  # noqa: DTZ001  # fixed, so that runs agree
    file.set_calc_mode("auto")
    book = WorkbookWriter.of(file, filing, protect=protect)
    file.set_custom_property(IDENTITY, book.identity())
    # XlsxWriter has no method for hidden names; its own hidden names are such a row.
    file.defined_names.append([f"_{IDENTITY}", -1, f'"{book.identity()}"', True])
    live = plan(book)
    write_guide(book, file.add_worksheet(GUIDE_SHEET))
    activated = False
    for answers in filing.forms.values():
        sheet = file.add_worksheet(answers.form.name)
        lists = live.lists(answers.form.name)
        form = FormSheet(book, sheet, answers, status=live.status, lists=lists, lock_known=lock_known)
        form.write()
        write_marks(book, sheet, answers, live.block, live.lines)
        if not activated and form.first_blank():
            sheet.activate()
            activated = True
    write_live(book, file.add_worksheet(LIVE_SHEET), live)
    file.close()
    return buffer.getvalue()
