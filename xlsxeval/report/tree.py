"""Answers and findings as plain mappings and lists, for JSON and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Context, Decimal
from typing import cast

from xlsxeval.filing import ABSENT, Answer, Filing, FormAnswers, joined
from xlsxeval.forms.model import Field, Rule
from xlsxeval.formula.tree import FieldRef
from xlsxeval.numbers import percent_text, plain
from xlsxeval.report.facts import Facts, OtherFile, UnitLine
from xlsxeval.report.json_types import (
    SCHEMA_VERSION,
    CheckJson,
    EntryJson,
    ExtractJson,
    FactsJson,
    FindingJson,
    FormJson,
    OtherJson,
    ReadingJson,
    Severity,
    SummaryJson,
    UnitJson,
    UnitState,
    Verdict,
)
from xlsxeval.report.outcome import Outcome, Reading
from xlsxeval.rules.calculate import Numbers, numbers_of
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.notes import printed_label
from xlsxeval.rules.summary import Summary
from xlsxeval.version import __version__

#: A spreadsheet keeps 15 digits of a number.
_FIFTEEN = Context(prec=15)


def outcome_tree(outcome: Outcome) -> CheckJson:
    """Give the result of a check: file, hash, verdict, set, year, unit, counts by severity, findings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "file": outcome.file,
        "sha256": outcome.sha256 or None,
        "replaced": outcome.replaced,
        "verdict": cast("Verdict", outcome.verdict),
        "set": outcome.formset or None,
        "set_version": outcome.set_version if outcome.formset else None,
        "year": outcome.year,
        "unit": outcome.unit if outcome.formset else None,
        "subject": outcome.subject if outcome.formset else None,
        "counts": {"error": outcome.count("error"), "warning": outcome.count("warning"), "info": outcome.count("info")},
        "findings": [_finding_tree(finding) for finding in outcome.findings],
        "notes": list(outcome.notes),
        "reading": {reading.form: _reading_tree(reading) for reading in outcome.reading},
        "rules": {
            "total": outcome.applied.rules,
            "unused": [{"code": one.code, "lacking": list(one.lacking)} for one in outcome.applied.unused],
        },
        "summary": _summary_tree(outcome.summary),
    }


def _finding_tree(finding: Finding) -> FindingJson:
    return {
        "code": finding.code,
        "severity": cast("Severity", finding.severity),
        "form": finding.form,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "field": finding.field,
        "message": finding.message,
        "found": finding.found,
        "expected": finding.expected,
        "waived": finding.waived,
    }


def _reading_tree(reading: Reading) -> ReadingJson:
    return {"sheet": reading.sheet, "found": reading.found, "guessed": reading.guessed, "missed": reading.missed}


def _summary_tree(summary: Summary | None) -> SummaryJson | None:
    if summary is None:
        return None
    return {
        "total_stated": _number(summary.stated),
        "total": _number(summary.total),
        "rate": _number(summary.rate),
        "grade": summary.grade,
        "indicators": summary.indicators,
        "lost": {first: plain(points) for first, points in summary.lost.items()},
        "first": [f"{finding.sheet}!{finding.cell} {finding.code}" for finding in summary.first],
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(_FIFTEEN.plus(value))


def facts_tree(facts: Facts) -> FactsJson:
    """Give the counts of a run."""
    return {
        "files": facts.files,
        "total": facts.total,
        "states": dict(facts.states),
        "replaced": facts.replaced,
        "skipped": dict(facts.skipped),
        "roster": facts.roster,
        "missing": list(facts.missing),
        "unlisted": list(facts.unlisted),
        "interrupted": facts.interrupted,
        "waivers": list(facts.waivers),
        "roster_line": facts.roster_line,
        "years": {str(year): count for year, count in facts.years.items()},
        "unclear": list(facts.unclear),
        "alike": list(facts.alike),
    }


def unit_tree(line: UnitLine) -> UnitJson:
    """Give what became of a unit."""
    return {
        "unit": line.unit,
        "code": line.code,
        "group": line.group,
        "state": cast("UnitState", line.state),
        "round": line.round,
        "file": line.file,
        "filed": line.filed,
        "errors": line.errors,
        "warnings": line.warnings,
        "hints": line.hints,
        "explained": line.explained,
        "contact": line.contact,
        "remarks": list(line.remarks),
    }


def other_tree(other: OtherFile) -> OtherJson:
    """Give a file that was not checked."""
    return {"file": other.file, "kind": other.kind, "what": other.what, "unit": other.unit}


def rules_tree(rules: Mapping[str, Rule]) -> list[dict[str, object]]:
    """Give the catalogue of rules, a mapping for each rule."""
    return [asdict(rule) for rule in rules.values()]


def filing_tree(filing: Filing) -> ExtractJson:
    """Give all answers with their cells.

    Numbers are exact texts, percentages are ratios, a blank is null: a cell F8 that shows ``99.52%`` gives
    ``{"value": "0.9952", "text": "99.52%", "cell": "F8", "state": "filled"}``.
    """
    numbers = numbers_of(filing)
    forms = {name: _form_tree(answers, numbers) for name, answers in filing.forms.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "file": filing.file,
        "set": filing.formset.name,
        "set_version": filing.formset.version,
        "year": filing.year,
        "unit": filing.unit,
        "subject": filing.subject,
        "forms": forms,
    }


def _form_tree(answers: FormAnswers, numbers: Numbers) -> FormJson:
    fields = {}
    # What the form has and the sheet does not is listed as well.
    for name, answer in ({**dict.fromkeys(answers.form.fields, ABSENT), **answers.fields}).items():
        field = answers.form.field(name)
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
    return {
        "sheet": answers.sheet,
        "fields": fields,
        "tables": tables,
        "lacking": [printed_label(label, answers.year) for label in answers.lacking],
        "unread": [{"cells": one.cells, "text": one.text} for one in answers.unread],
    }


def _computed(answer: Answer, field: Field, value: object) -> EntryJson:
    """Give the recomputed value of a formula cell; the value stored in the file is not used."""
    if not isinstance(value, Decimal):
        return {"value": None, "text": "", "cell": answer.cell, "state": answer.state, "formula": True}
    exact = plain(_FIFTEEN.plus(value))
    text = percent_text(value) if field.kind_name == "percent" else exact
    return {"value": exact, "text": text, "cell": answer.cell, "state": answer.state, "formula": True}


def _entry(answer: Answer) -> EntryJson:
    value = plain(answer.value) if isinstance(answer.value, Decimal) else answer.value
    entry: EntryJson = {"value": value, "text": answer.text, "cell": answer.cell, "state": answer.state}
    if answer.formula is not None:
        entry["formula"] = True
    return entry
