"""Tell whether the formula in a cell is the form's own; differences that other programs make on saving do not count.

Example: the form's ``IF(COUNT(H8:H17)=0,"",SUM(H8:H17))`` and ``=IF(COUNT($H$8:$H$16)=0,"",SUM($H$8:$H$16))`` in a cell
are the same if row 16 is the last filled line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from xlsxeval.filing import Answer, FormAnswers
from xlsxeval.forms.model import Form
from xlsxeval.forms.place import TableArea, address
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.tree import Column, Ref, refs

_NOISE = re.compile(r"\s+|_xlfn\.|_xlws\.|\$|^=")
#: The name of a sheet has at most 31 characters; no form has one with a quotation mark.
_QUOTED_SHEET = re.compile(r"'([^']{1,31})'!")
_NUMBER = re.compile(r"(?<![\w.])(\d+)\.0+(?!\d)")
_LETTERS = re.compile(r"\D+")
_RANGE = re.compile(r"([A-Z]{1,3})(\d+):\1(\d+)")


def mark_own(forms: Mapping[str, FormAnswers]) -> dict[str, FormAnswers]:
    """Set ``own`` in the answer of each computed blank whose formula is the form's own.

    Args:
        forms: name of a form -> its answers.

    Returns:
        The same with marked answers; the result of a marked formula is recomputed from the other answers.
    """
    return {name: _mark(answers) for name, answers in forms.items()}


def _mark(answers: FormAnswers) -> FormAnswers:
    cells = {name: answer.cell for name, answer in answers.fields.items()}
    marked: dict[str, Answer] = {}
    for name, answer in answers.fields.items():
        if answer.formula is None or answers.form.field(name).formula is None:
            continue
        reads = _reads(answers.form, name)
        if not all(ref.name in answers.regions[ref.table].cols for ref in reads if isinstance(ref, Column)):
            continue  # a column in the formula was not found on the sheet
        expected = _expected(answers.form, name, tuple(address(ref, cells, answers.regions) for ref in reads))
        if _same(answer.formula, expected, reads, answers):
            # The stored result, even an error, is not used: the formula is recomputed.
            marked[name] = answer._replace(own=True, problem="")
    return replace(answers, fields={**answers.fields, **marked}) if marked else answers


@lru_cache(maxsize=1024)
def _reads(form: Form, name: str) -> tuple[Ref, ...]:
    """Give the blanks and columns in the formula of a field."""
    node = form.field(name).formula
    return refs(node) if node is not None else ()


@lru_cache(maxsize=1024)
def _expected(form: Form, name: str, places: tuple[str, ...]) -> str:
    """Write the formula of a field for Excel; ``places`` are the addresses for ``_reads``, in the same order.

    It is cached, because most workbooks of a folder have the same addresses.
    """
    node, where = form.field(name).formula, dict(zip(_reads(form, name), places, strict=True))
    return to_excel(node, where.__getitem__) if node is not None else ""


def _same(formula: str, expected: str, reads: tuple[Ref, ...], answers: FormAnswers) -> bool:
    """Tell whether two formulas are the same; ranges may differ if they cover every filled line."""
    if formula == expected:
        return True
    given, wanted = normal(formula), normal(expected)
    return given == wanted or (
        _RANGE.sub(_any_rows, given) == _RANGE.sub(_any_rows, wanted)
        and all(_covers(given, ref, answers) for ref in reads if isinstance(ref, Column))
    )


def normal(formula: str) -> str:
    """Remove differences that do not change a formula: ``= sum($C$5; 1.0)`` gives ``SUM(C5,1)``.

    These are white space, ``$``, quotes of sheet names, prefixes of functions, decimals ``.0``, case and ``;``.
    """
    text = _QUOTED_SHEET.sub(r"\1!", _NOISE.sub("", formula))
    return _NUMBER.sub(r"\1", text).upper().replace("TRUE()", "TRUE").replace("FALSE()", "FALSE").replace(";", ",")


def _any_rows(match: re.Match[str]) -> str:
    """Leave the rows out of a range: ``H8:H17`` gives ``H:H``."""
    return f"{match[1]}:{match[1]}"


def _covers(formula: str, ref: Column, answers: FormAnswers) -> bool:
    """Tell whether the formula's ranges in a column lie within the table and cover every filled line."""
    region: TableArea = answers.regions[ref.table]
    letters = region.column(ref.name).split(":")[0].rstrip("0123456789")
    ranges = [(int(match[2]), int(match[3])) for match in _RANGE.finditer(formula) if match[1] == letters]
    rows = [int(_LETTERS.sub("", line[ref.name].cell)) for line in answers.tables[ref.table]]
    within = all(first >= region.first - 1 and last <= region.last for first, last in ranges)
    return bool(ranges) and within and all(any(first <= row <= last for first, last in ranges) for row in rows)
