"""Is the formula in a cell the form's own? Compared by tokens, after every rewriting other programs do."""

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
    """Mark each computed blank whose formula is the form's own, so that its result follows from the inputs."""
    return {name: _mark(answers) for name, answers in forms.items()}


def _mark(answers: FormAnswers) -> FormAnswers:
    cells = {name: answer.cell for name, answer in answers.fields.items()}
    marked: dict[str, Answer] = {}
    for name, answer in answers.fields.items():
        if answer.formula is None or answers.form.fields[name].formula is None:
            continue
        reads = _reads(answers.form, name)
        if not all(ref.name in answers.regions[ref.table].cols for ref in reads if isinstance(ref, Column)):
            continue  # a column it sums was not found on the sheet
        expected = _expected(answers.form, name, tuple(address(ref, cells, answers.regions) for ref in reads))
        if _same(answer.formula, expected, reads, answers):
            # Its cache, be it an error or a text, says nothing: the result follows from the inputs.
            marked[name] = answer._replace(own=True, problem="")
    return replace(answers, fields={**answers.fields, **marked}) if marked else answers


@lru_cache(maxsize=1024)
def _reads(form: Form, name: str) -> tuple[Ref, ...]:
    """Give what the formula of a field reads."""
    node = form.fields[name].formula
    return refs(node) if node is not None else ()


@lru_cache(maxsize=1024)
def _expected(form: Form, name: str, places: tuple[str, ...]) -> str:
    """Write the formula of a field; what it reads stands at these places, the same in most of a folder's workbooks."""
    node, where = form.fields[name].formula, dict(zip(_reads(form, name), places, strict=True))
    return to_excel(node, where.__getitem__) if node is not None else ""


def _same(formula: str, expected: str, reads: tuple[Ref, ...], answers: FormAnswers) -> bool:
    if formula == expected:
        return True
    given, wanted = normal(formula), normal(expected)
    return given == wanted or (
        _RANGE.sub(_any_rows, given) == _RANGE.sub(_any_rows, wanted)
        and all(_covers(given, ref, answers) for ref in reads if isinstance(ref, Column))
    )


def normal(formula: str) -> str:
    """Reduce a formula to what matters: no white space, quotes, locks or prefixes, ``1.0`` as ``1``, upper case."""
    text = _QUOTED_SHEET.sub(r"\1!", _NOISE.sub("", formula))
    return _NUMBER.sub(r"\1", text).upper().replace("TRUE()", "TRUE").replace("FALSE()", "FALSE").replace(";", ",")


def _any_rows(match: re.Match[str]) -> str:
    return f"{match[1]}:{match[1]}"


def _covers(formula: str, ref: Column, answers: FormAnswers) -> bool:
    """Tell whether the formula's range lies within the table and reaches every filled line."""
    region: TableArea = answers.regions[ref.table]
    letters = region.column(ref.name).split(":")[0].rstrip("0123456789")
    ranges = [(int(m[2]), int(m[3])) for m in _RANGE.finditer(formula) if m[1] == letters]
    rows = [int(_LETTERS.sub("", line[ref.name].cell)) for line in answers.tables[ref.table]]
    within = all(first >= region.first - 1 and last <= region.last for first, last in ranges)
    return bool(ranges) and within and all(any(f <= row <= last for f, last in ranges) for row in rows)
