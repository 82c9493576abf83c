"""Random damage to workbooks and form files: an answer, or one sentence, and never another exception."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import FAULTY, ROOT, open_forms
from tests.counts import seeds
from tests.moves import insert_col, insert_row
from xlsxeval.data.plain import plain_data
from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.filing import ABSENT, Filing
from xlsxeval.forms.load import load_folder
from xlsxeval.read.cells import Cell, Sheet, Workbook
from xlsxeval.read.choose import known_keys
from xlsxeval.read.filing import read_filings
from xlsxeval.read.refusals import Refused
from xlsxeval.report.json_text import as_json
from xlsxeval.report.outcome import outcome_of
from xlsxeval.report.text import findings_text
from xlsxeval.report.tree import filing_tree, outcome_tree
from xlsxeval.report.yaml_text import as_yaml
from xlsxeval.rules.finding import Checked
from xlsxeval.rules.run import check
from xlsxeval.text import label_key

HUNAN = api.load_set("hunan")
LABELS = known_keys((HUNAN,))
BOOK = open_forms((FAULTY / "filled.xlsx").read_bytes())
TEXTS = [
    *(
        "",
        "#REF!",
        "—",
        "0",
        "-5",
        "1e400",
        "12345678901234567890",
        "≥≥",
        "10%",
        "２",
        "2024年",
        "得分",
        "项目支出",
        "总分",
    ),
    *("\u202e", "9" * 300, "90%-95%", "≥1/0", "0.0000000001", "1,000", "-0"),
]
NUMBERS = ["0", "-1", "1000000000", "0.5", "45000", "100000000000000", "0.000000000000001"]
FORMATS = ["", "0.00%", "yyyy/m/d", "General", "0.00"]
FORMULAS = ["SUM(I1:I99999)", "A1", "", "IF(", "B5+"]


def mutant_cell(cell: Cell, cells: dict[tuple[int, int], Cell], draw: random.Random) -> Cell | None:
    match draw.randrange(6):
        case 0:
            return None
        case 1:
            return cell._replace(text=draw.choice(TEXTS), kind="text")
        case 2:
            return cell._replace(text=draw.choice(NUMBERS), kind="number", format=draw.choice(FORMATS))
        case 3:
            return cell._replace(text="#DIV/0!", kind="error", formula=draw.choice([None, "A1/0", cell.formula]))
        case 4:
            return cell._replace(formula=draw.choice(FORMULAS))
        case _:
            return draw.choice(list(cells.values()))._replace(row=cell.row, col=cell.col)


def mutant_sheet(sheet: Sheet, draw: random.Random) -> Sheet:
    cells = dict(sheet.cells)
    for _ in range(draw.choice([1, 3, 10, 60])):
        at = draw.choice(list(cells))
        changed = mutant_cell(cells.pop(at), cells, draw)
        cells |= {at: changed} if changed else {}
    merges = draw.sample(sheet.merges, draw.randrange(len(sheet.merges))) if draw.random() < 0.3 else sheet.merges
    sheet = replace(sheet, cells=cells, merges=tuple(merges))
    for _ in range(draw.randrange(3)):
        sheet = draw.choice([insert_row, insert_col])(sheet, draw.randrange(1, 40))
    return sheet


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(80))
def test_damaged_workbooks(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(25):
        book = Workbook(tuple(mutant_sheet(sheet, draw) for sheet in BOOK.sheets))
        try:
            filing = read_filings(book, (HUNAN,))[0]
        except Refused as refused:
            assert refused.code == "R08"  # noqa: PT017  # most mutants are still forms
            continue
        checked = Checked("x", "findings", check(filing), filing)
        assert as_json(outcome_tree(outcome_of(checked)))
        assert as_json(filing_tree(filing))
        assert list(findings_text(outcome_of(checked)))[-1].startswith("x：")
        plain = plain_data(filing)
        assert as_yaml(plain)
        try:
            again = api.read_filing(api.fill(HUNAN, plain, year=2024))
        except DataError as error:
            assert re.search("超过15位|控制字符", str(error))  # noqa: PT017  # most mutants can be written
            continue
        # A label is never an answer: where one was typed as one, what stands near it may be lost, but is never another.
        lost = (None,) if has_labels(filing) else ()
        for name, answers in filing.forms.items():
            for field, answer in answers.fields.items():
                # What the form does not print is not in the data for fill.
                if field in answers.form.fields and answer.value is not None and answer.formula is None:
                    other = again.forms[name].fields[field] if name in again.forms else ABSENT
                    # A percentage is given as it is printed, which may be rounded.
                    as_printed = answer.text.endswith("%") and other.text == answer.text
                    assert other.value in (answer.value, *lost) or as_printed, field


def has_labels(filing: Filing) -> bool:
    """Tell whether any answer is a label of the set."""
    return any(
        label_key(answer.text).key in LABELS
        for answers in filing.forms.values()
        for group in (answers.fields, *(line for lines in answers.tables.values() for line in lines))
        for answer in group.values()
    )


def mutant_text(text: str, draw: random.Random) -> str:
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    line = lines[at]
    place = draw.randrange(len(line) + 1)
    match draw.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, draw.choice(lines))
        case 2:
            lines[at] = line[:place] + line[place + 1 :]
        case 3:
            lines[at] = line[:place] + draw.choice('[]{}|<^*.,:#"()=+-/ 甲1%') + line[place:]
        case _:
            old, new = (
                draw.choice(["money", "text", "score", "10", "指标", "决算数"]),
                draw.choice(["", "null", "-1", "[]", "x"]),
            )
            lines[at] = line.replace(old, new)
    return "\n".join(lines)


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(40))
def test_damaged_form_files(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    files = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "templates" / "hunan").iterdir()}
    for _ in range(30):
        damaged = draw.choice(list(files))
        for name, text in files.items():
            (tmp_path / name).write_text(mutant_text(text, draw) if name == damaged else text, encoding="utf-8")
        try:
            formset = load_folder(tmp_path)
        except DefinitionError as error:
            assert "\n" not in str(error)  # noqa: PT017  # many mutants still load
            continue
        assert api.new(formset, year=2024)
