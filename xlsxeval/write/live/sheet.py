"""The sheet 核对: a summary, a line for each declared check, and the hidden cells that their formulas read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from xlsxeval.a1 import fixed_column_range, quote_sheet
from xlsxeval.filing import Filing
from xlsxeval.forms.model import LIVE_SHEET, Check
from xlsxeval.rules.declared import BLANK, FAIL, DeclaredOutcome, run_declared
from xlsxeval.write.book import WorkbookWriter, merge
from xlsxeval.write.form import shown_decimals
from xlsxeval.write.live.figures import FigureBlock, FormulaCell, figures_read
from xlsxeval.write.live.lines import COLUMNS, WEIGHT, CheckLine, check_line
from xlsxeval.write.looks import text_height

_HEADS = ("序", "代码", "核对内容", "填的数", "关系", "应为", "相差", "结果", "性质", "位置", "怎么办")
_WIDTHS = (5, 7, 50, 14, 7, 14, 12, 8, 8, 17, 48)
_HEAD_ROW, _FIRST_ROW = 4, 5
#: The column before the hidden figures, and the first column of the hidden lists for the dropdowns.
_FIGURES, _LISTS = 15, 24
_ASKED = {"须更正": "项需更正", "须说明": "项需说明", "请再看": "项请再看"}
_SUMMARY = f"'{LIVE_SHEET}'!$A$2"


@dataclass(frozen=True, slots=True)
class CheckSheet:
    """The content of 核对."""

    filing: Filing
    block: FigureBlock
    #: Row -> the cells of its check.
    lines: Mapping[int, CheckLine]

    @property
    def status(self) -> FormulaCell:
        """The cell at the head of each form: the summary of 核对."""
        return FormulaCell(f"={_SUMMARY}", _summary(self).shown)

    def lists(self, form: str) -> dict[str, str]:
        """Return the address of the choices of each list of a form: list -> ``'核对'!$X$5:$X$9``."""
        addresses = {}
        for number, (owner, name, items) in enumerate(_lists(self.filing)):
            if owner == form:
                choices = fixed_column_range(_FIRST_ROW, _FIRST_ROW + len(items) - 1, _LISTS + number)
                addresses[name] = f"{quote_sheet(LIVE_SHEET)}!{choices}"
        return addresses


def plan(book: WorkbookWriter) -> CheckSheet:
    """Return the content of 核对 for the filing of a workbook."""
    filing = book.filing
    checks = filing.formset.all_checks
    outcomes: dict[int, list[DeclaredOutcome]] = {}
    for outcome in run_declared(book.numbers):
        outcomes.setdefault(id(outcome.check), []).append(outcome)
    figures = figures_read(checks, filing)
    rows = {ref: _FIRST_ROW + number for number, ref in enumerate(figures)}
    block = FigureBlock(filing, book.pages, book.numbers, rows, _FIGURES, shown_decimals)
    lines = {
        row: check_line(check, block, row, outcomes.get(id(check), [])) for row, check in enumerate(checks, _FIRST_ROW)
    }
    return CheckSheet(filing, block, lines)


def write_live(book: WorkbookWriter, sheet: Worksheet, live: CheckSheet) -> None:
    """Write the content of 核对 to a worksheet."""
    for col, width in enumerate(_WIDTHS):
        sheet.set_column(col, col, width)
    last_col, last_row = len(_WIDTHS), max(live.lines, default=_FIRST_ROW)
    sheet.set_column(last_col, _LISTS + len(_lists(live.filing)), None, book.format("hidden"), {"hidden": True})
    title = book.format("title")
    merge(sheet, (1, 1, 1, last_col), title)
    sheet.write_string(0, 0, f"{LIVE_SHEET}（{live.filing.year}年度）", title)
    sheet.set_row(0, 34)
    summary, look = _summary(live), book.format("summary")
    merge(sheet, (2, 1, 2, last_col), look)
    sheet.write_formula(1, 0, summary.formula, look, summary.shown)
    sheet.set_row(1, 26)
    note = book.format("note")
    merge(sheet, (3, 1, 3, last_col), note)
    sheet.write_string(2, 0, "随填随算，不用填写。单击“位置”跳到要看的格子；各条规则的道理写在“填表说明”里。", note)
    sheet.set_row(2, 18)
    for col, head in enumerate(_HEADS):
        sheet.write_string(_HEAD_ROW - 1, col, head, book.format("head"))
    for row, line in live.lines.items():
        _write_line(book, sheet, live, row, line)
    for ref in live.block.rows:
        for col, cell in live.block.cells(ref):
            sheet.write_formula(live.block.rows[ref] - 1, col - 1, cell.formula, book.format("hidden"), cell.shown)
    for number, (_, _, items) in enumerate(_lists(live.filing)):
        for index, item in enumerate(items):
            sheet.write_string(_FIRST_ROW - 1 + index, _LISTS - 1 + number, item, book.format("hidden"))
    for state, mark in ((FAIL, "failed"), (BLANK, "undecided")):
        sheet.conditional_format(_FIRST_ROW - 1, 0, last_row - 1, last_col - 1, {
            "type": "formula",
            "criteria": f'=${COLUMNS.state}{_FIRST_ROW}="{state}"',
            "format": book.mark(mark),
        })  # fmt: skip
    sheet.repeat_rows(_HEAD_ROW - 1)
    sheet.freeze_panes(_HEAD_ROW, 0)
    book.finish(sheet, last_row, last_col, footer=f"{live.filing.formset.title}　{LIVE_SHEET}", landscape=True)


def _write_line(book: WorkbookWriter, sheet: Worksheet, live: CheckSheet, row: int, line: CheckLine) -> None:
    """Write the cells of one check to its row."""
    check = line.check
    figure = live.block.field(check.at).kind.number_format
    figure = "General" if figure == "@" else figure
    says = says_of(check)
    cells: list[tuple[FormulaCell, str, str]] = [
        (FormulaCell("", float(row - _FIRST_ROW + 1)), "cell", ""),
        (FormulaCell(check.code, ""), "cell", ""),
        (FormulaCell(says, ""), "left", ""),
        (line.found, "cell", figure),
        (line.relation, "cell", ""),
        (line.should, "cell", figure),
        (line.difference, "cell", figure),
        (line.state, "cell", ""),
        (FormulaCell(WEIGHT[check.severity], ""), "cell", ""),
        (line.place, "link", ""),
        (line.advice, "left", ""),
        (FormulaCell("", ""), "hidden", ""),
        (line.fails, "hidden", ""),
        (line.first, "hidden", ""),
    ]
    for col, (cell, look, number_format) in enumerate(cells):
        cell_format = book.format(look, number_format)
        if cell.formula.startswith("="):
            sheet.write_formula(row - 1, col, cell.formula, cell_format, cell.shown)
        elif cell.formula:
            sheet.write_string(row - 1, col, cell.formula, cell_format)
        elif isinstance(cell.shown, float):
            sheet.write_number(row - 1, col, cell.shown, cell_format)
        elif look != "hidden":
            sheet.write_blank(row - 1, col, None, cell_format)
    named = 2 if check.each else 1
    sheet.set_row(row - 1, max(text_height(says, _WIDTHS[2]), text_height(check.fix * named, _WIDTHS[-1])))


def says_of(check: Check) -> str:
    """Return the text for what is checked: ``自评表：三公经费＝公务用车＋出国＋公务接待（决算数）``."""
    says = f"{check.says}（{check.star}）" if check.star else check.says
    if check.sort == "filled":
        says = f"{check.at.name.partition('.')[0]}：{says}"
    if check.each:
        says += f"：“{check.each}”各行"
    return f"{check.at.form}：{says}"


def _summary(live: CheckSheet) -> FormulaCell:
    """Return the cell with the summary: ``核对：2项需更正，1项需说明（3项未填）``, 尚未填写, or 没有发现问题."""
    lines = live.lines
    if not lines:
        return FormulaCell('="核对：没有核对规则"', "核对：没有核对规则")
    first, last = min(lines), max(lines)
    # Checks that only read what the blank template contains already pass before anything is filled in.
    asked = sum(any(not live.block.field(ref).start for ref in line.check.reads) for line in lines.values())

    def column(letters: str) -> str:
        return f"${letters}${first}:${letters}${last}"

    counts = {
        weight: f'SUMIFS({column(COLUMNS.fails)},{column(COLUMNS.weight)},"{weight}")' for weight in WEIGHT.values()
    }
    raised = {
        weight: sum(
            line.fails.shown
            for line in lines.values()
            if WEIGHT[line.check.severity] == weight and isinstance(line.fails.shown, float)
        )
        for weight in counts
    }
    parts = [f'IF({count}>0,"，"&{count}&"{_ASKED[weight]}","")' for weight, count in counts.items()]
    counted = "".join(f"，{count:.0f}{_ASKED[weight]}" for weight, count in raised.items() if count)
    blank = f'COUNTIF({column(COLUMNS.state)},"{BLANK}")'
    blanks = sum(line.state.shown == BLANK for line in lines.values())
    total = f"SUM({column(COLUMNS.fails)})"
    formula = (
        f'=IF(AND({blank}>={asked},{total}=0),"核对：尚未填写",'
        f'"核对："&IF({total}=0,"没有发现问题",MID({"&".join(parts)},2,99))'
        f'&IF({blank}=0,"","（"&{blank}&"项未填）"))'
    )
    if blanks >= asked and not counted:
        return FormulaCell(formula, "核对：尚未填写")
    rest = f"（{blanks}项未填）" if blanks else ""
    return FormulaCell(formula, f"核对：{counted[1:] or '没有发现问题'}{rest}")


def _lists(filing: Filing) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return form, list and choices of all lists."""
    return [(form, name, items) for form, answers in filing.forms.items() for name, items in answers.form.lists.items()]
