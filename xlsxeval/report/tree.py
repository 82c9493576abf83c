"""Answers and findings as plain trees for JSON and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from decimal import Context, Decimal

from xlsxeval.filing import Answer, Filing, FormAnswers, joined
from xlsxeval.forms.model import SEVERITIES, Field, Rule
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import percent_text, plain
from xlsxeval.report.outcome import Outcome, Reading
from xlsxeval.rules.calculate import Numbers, numbers_of
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.summary import Summary

_FINDING = tuple(field.name for field in fields(Finding))
#: What a sheet keeps of a number.
_FIFTEEN = Context(prec=15)


def outcome_tree(outcome: Outcome) -> dict[str, object]:
    """Give the result of a check: file, hash, verdict, set, year, unit, counts by severity, findings."""
    return {
        "file": outcome.file,
        "sha256": outcome.sha256 or None,
        "replaced": outcome.replaced,
        "verdict": outcome.verdict,
        "set": outcome.formset or None,
        "year": outcome.year,
        "unit": outcome.unit if outcome.formset else None,
        "subject": outcome.subject if outcome.formset else None,
        "counts": {severity: outcome.count(severity) for severity in SEVERITIES},
        "findings": [{name: getattr(one, name) for name in _FINDING} for one in outcome.findings],
        "notes": list(outcome.notes),
        "reading": {one.form: _reading_tree(one) for one in outcome.reading},
        "summary": _summary_tree(outcome.summary),
    }


def _reading_tree(one: Reading) -> dict[str, object]:
    return {"sheet": one.sheet, "found": one.found, "guessed": one.guessed, "missed": one.missed}


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
    whose = {"year": filing.year, "unit": filing.unit, "subject": filing.subject}
    return {"file": filing.file, "set": filing.formset.name, **whose, "forms": forms}


def _form_tree(answers: FormAnswers, numbers: Numbers) -> dict[str, object]:
    fields = {}
    for name, answer in answers.fields.items():
        field = answers.form.fields[name]
        fields[name] = (
            _computed(answer, field, numbers.value(FieldRef(answers.form.name, name))) if answer.own else _entry(answer)
        )
    tables = {
        table: [
            {column: _entry(answer) for column, answer in joined(answers.form.tables[table], line).items()}
            for line in lines
        ]
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
