"""The sheet 填表说明: how to fill, what the colours mean, what each check asks for; the form files have the words."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from xlsxeval.filing import Filing
from xlsxeval.forms.model import GUIDE_SHEET, Rule
from xlsxeval.forms.year import with_year
from xlsxeval.write.book import WorkbookWriter, merge
from xlsxeval.write.looks import row_height, text_height

_WIDTHS = (8, 34, 44, 44)
_COLOURS = (
    ("sample to fill", "待填", "还没有填。填好以后底色消失；没有发生的填0，不适用的可以空着。"),
    ("sample must", "必填", "必须填而还没有填：橙色，虚线框。"),
    ("sample computed", "自动", "自动计算，或者已经由财政部门填好，不用填，也改不了。"),
    ("sample wrong", "矛盾", "与别的数对不上：红色，粗体加下划线。原因写在“核对”表里。"),
)


def write_guide(book: WorkbookWriter, sheet: Worksheet) -> None:
    """Write the sheet."""
    for col, width in enumerate(_WIDTHS):
        sheet.set_column(col, col, width)
    writer = _Lines(book, sheet)
    formset, year = book.filing.formset, book.filing.year or 0
    writer.across(formset.title, "title")
    writer.across(f"（{year}年度）", "subtitle")
    for title, texts in formset.guide:
        writer.across(title, "heading")
        for number, text in enumerate(texts, 1):
            writer.across(f"{number}. {with_year(text, year)}", "plain")
    writer.across("颜色的意思", "heading")
    for look, name, text in _COLOURS:
        writer.colour(look, name, text)
    writer.across("核对些什么", "heading")
    writer.row(("代码", "应当怎样", "为什么", "不通过时怎么办"), "head")
    sheet.repeat_rows(writer.number - 1)
    for rule, says in _rules(book.filing):
        writer.row((rule.code, says, rule.why, rule.fix + "。"), "left")
    if formset.version:
        writer.across(f"表样版本：{formset.name} {formset.version}", "note")
    sheet.set_selection("A1")
    book.finish(sheet, writer.number, len(_WIDTHS), footer=f"{formset.title}　{GUIDE_SHEET}", landscape=False)


class _Lines:
    """Lines written one under the other."""

    def __init__(self, book: WorkbookWriter, sheet: Worksheet) -> None:
        self.book, self.sheet, self.number = book, sheet, 0

    def across(self, text: str, look: str) -> None:
        self.number += 1
        cell_format = self.book.format(look)
        merge(self.sheet, (self.number, 1, self.number, len(_WIDTHS)), cell_format)
        self.sheet.write_string(self.number - 1, 0, text, cell_format)
        self.sheet.set_row(self.number - 1, row_height(look, text, sum(_WIDTHS)))

    def colour(self, look: str, name: str, text: str) -> None:
        self.number += 1
        self.sheet.write_string(self.number - 1, 0, name, self.book.format(look))
        cell_format = self.book.format("plain")
        merge(self.sheet, (self.number, 2, self.number, len(_WIDTHS)), cell_format)
        self.sheet.write_string(self.number - 1, 1, text, cell_format)
        self.sheet.set_row(self.number - 1, text_height(text, sum(_WIDTHS[1:])))

    def row(self, texts: tuple[str, ...], look: str) -> None:
        self.number += 1
        for col, text in enumerate(texts):
            self.sheet.write_string(self.number - 1, col, text, self.book.format(look))
        heights = (text_height(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
        self.sheet.set_row(self.number - 1, max(heights))


def _rules(filing: Filing) -> list[tuple[Rule, str]]:
    """Return every declared rule with what should hold, in the order of 核对."""
    says = {check.code: check.says for check in reversed(filing.formset.all_checks)}
    return [(rule, says[rule.code]) for rule in filing.formset.all_rules if rule.code in says]
