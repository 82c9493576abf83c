"""Answers and findings as plain trees for JSON and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Context, Decimal

from xlsxeval.filing import Answer, Filing, FormAnswers
from xlsxeval.forms.model import SEVERITIES, Field, Rule
from xlsxeval.formula.tree import Field as FieldRef
from xlsxeval.numbers import percent_text, plain
from xlsxeval.rules.calculate import Numbers, numbers_of
from xlsxeval.rules.finding import Checked
from xlsxeval.rules.summary import Summary, summarize

#: What a sheet keeps of a number.
_FIFTEEN = Context(prec=15)


def checked_tree(checked: Checked) -> dict[str, object]:
    """Give the result of a check: file, verdict, set, year, unit, counts by severity, findings."""
    filing = checked.filing
    return {
        "file": checked.file,
        "verdict": checked.verdict,
        "set": filing.formset.name if filing else None,
        "year": filing.year if filing else None,
        "unit": filing.unit if filing else None,
        "counts": {severity: checked.count(severity) for severity in SEVERITIES},
        "findings": [asdict(finding) for finding in checked.findings],
        "notes": list(checked.notes),
        "reading": {name: _reading_tree(answers) for name, answers in filing.forms.items()} if filing else {},
        "summary": _summary_tree(summarize(filing, checked.findings)) if filing else None,
    }


def _reading_tree(answers: FormAnswers) -> dict[str, object]:
    found, guessed, missed = answers.confidence
    return {"sheet": answers.sheet, "found": found, "guessed": guessed, "missed": missed}


def _summary_tree(summary: Summary | None) -> dict[str, object] | None:
    if summary is None:
        return None
    numbers = {"total_stated": summary.stated, "total": summary.total, "rate": summary.rate}
    return {
        **{name: None if value is None else plain(_FIFTEEN.plus(value)) for name, value in numbers.items()},
        "grade": summary.grade,
        "indicators": summary.indicators,
        "lost": {first: plain(points) for first, points in summary.lost.items()},
        "first": [f"{one.sheet}!{one.cell} {one.code}" for one in summary.first],
    }


def rules_tree(rules: Mapping[str, Rule]) -> list[dict[str, object]]:
    """Give the catalogue, a mapping for each rule."""
    return [asdict(rule) for rule in rules.values()]


def filing_tree(filing: Filing) -> dict[str, object]:
    """Give all answers with their cells; numbers as exact texts, percentages as ratios, blank as null."""
    numbers = numbers_of(filing)
    forms = {name: _form_tree(answers, numbers) for name, answers in filing.forms.items()}
    return {"file": filing.file, "set": filing.formset.name, "year": filing.year, "unit": filing.unit, "forms": forms}


def _form_tree(answers: FormAnswers, numbers: Numbers) -> dict[str, object]:
    fields = {}
    for name, answer in answers.fields.items():
        field = answers.form.fields[name]
        fields[name] = (
            _computed(answer, field, numbers.value(FieldRef(answers.form.name, name))) if answer.own else _entry(answer)
        )
    tables = {
        table: [{column: _entry(answer) for column, answer in line.items()} for line in lines]
        for table, lines in answers.tables.items()
    }
    return {"sheet": answers.sheet, "fields": fields, "tables": tables}


def _computed(answer: Answer, field: Field, value: object) -> dict[str, object]:
    """Give the recomputed value of a formula cell; its cache is not trusted."""
    if not isinstance(value, Decimal):
        return {"value": None, "text": "", "cell": answer.cell, "formula": True}
    exact = plain(_FIFTEEN.plus(value))
    text = percent_text(value) if field.kind_name == "percent" else exact
    return {"value": exact, "text": text, "cell": answer.cell, "formula": True}


def _entry(answer: Answer) -> dict[str, object]:
    value = plain(answer.value) if isinstance(answer.value, Decimal) else answer.value
    entry: dict[str, object] = {"value": value, "text": answer.text, "cell": answer.cell}
    return entry | {"formula": True} if answer.formula is not None else entry
