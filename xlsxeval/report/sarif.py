"""Findings as SARIF 2.1.0, for editors and platforms that show the results of checkers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import PurePath
from urllib.parse import quote

from xlsxeval.forms.model import Rule
from xlsxeval.report.catalogues import Catalogues
from xlsxeval.report.json_text import as_json
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding
from xlsxeval.text import safe

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif_lines(outcomes: Iterable[Outcome], catalogues: Catalogues) -> Iterator[str]:
    """Yield one SARIF log, a line for each result.

    Args:
        outcomes: what was found, filing by filing.
        catalogues: the rules of the sets; a rule that is worded differently in two sets is described twice.
    """
    described: dict[str, int] = {}
    places: dict[tuple[str, str], int] = {}
    for name, rules in catalogues.items():
        for code, rule in rules.items():
            places[name, code] = described.setdefault(as_json(_descriptor(rule)), len(described))
            places.setdefault(("", code), places[name, code])
    driver = as_json({"name": "xlsxeval", "version": version("xlsxeval")})
    head = as_json({"$schema": _SCHEMA, "version": "2.1.0"})
    yield f'{head[:-1]}, "runs": [{{"language": "zh-CN", "tool": {{"driver": {driver[:-1]}, "rules": [\n'
    yield ",\n".join(described) + '\n]}}, "results": [\n'
    before = ""
    for outcome in outcomes:
        for finding in outcome.findings:
            yield before + as_json(_result(outcome, finding, places.get((outcome.formset, finding.code))))
            before = ",\n"
    yield "\n]}]}\n"


def uri_of(file: str) -> str:
    """Return a file's path as a relative URI reference, percent-encoded; an absolute path as a ``file:`` URI."""
    path = PurePath(file)
    name = path.as_posix().encode("utf-8", "surrogatepass")
    if not path.is_absolute():
        return quote(name)
    return f"file://{'' if name.startswith(b'/') else '/'}{quote(name, safe='/:')}"


def _descriptor(rule: Rule) -> dict[str, object]:
    """Return the description of a rule."""
    return {
        "id": rule.code,
        "shortDescription": {"text": f"{rule.title}。"},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix}。"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(outcome: Outcome, finding: Finding, place: int | None) -> dict[str, object]:
    """Return a finding as a result."""
    return {
        "ruleId": finding.code,
        **({} if place is None else {"ruleIndex": place}),
        "level": _LEVELS[finding.severity],
        "message": {"text": safe(finding.message)},
        "locations": _locations(outcome.file, finding),
        "suppressions": _suppressions(finding),
        "properties": _properties(outcome, finding),
    }


def _locations(file: str, finding: Finding) -> list[dict[str, object]]:
    """Return file, sheet and cell of a finding."""
    location: dict[str, object] = {}
    if file:
        location["physicalLocation"] = {"artifactLocation": {"uri": uri_of(file)}}
    if finding.sheet:
        name = safe(finding.cell or finding.sheet)
        full = safe(f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet)
        kind = "cell" if finding.cell else "sheet"
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": full, "kind": kind}]
    return [location] if location else []


def _suppressions(finding: Finding) -> list[dict[str, object]]:
    """Return why a finding was waived; an empty list says that it was not."""
    if not finding.waived:
        return []
    return [{"kind": "external", "status": "accepted", "justification": safe(finding.waived)}]


def _properties(outcome: Outcome, finding: Finding) -> dict[str, object]:
    """Return what SARIF has no field for."""
    texts = {
        "unit": outcome.unit,
        "subject": outcome.subject,
        "form": finding.form,
        "field": finding.field,
        "found": finding.found,
        "expected": finding.expected,
    }
    return {
        **({"year": outcome.year} if outcome.year else {}),
        **{name: safe(text) for name, text in texts.items() if text},
    }
