"""All outcomes as one HTML page, written filing by filing; the page loads no other file.

``page.css`` and ``page.js`` are inserted into ``page.html``. The outcomes stand as JSON in a data block; the script
makes only text nodes from them, and the security policy of the page allows no other script, style or address.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path

from xlsxeval.forms.model import SEVERITIES, Rule
from xlsxeval.numbers import plain
from xlsxeval.report.catalogues import Catalogues, rule_of
from xlsxeval.report.excerpt import Excerpt
from xlsxeval.report.facts import (
    NOT_CHECKED,
    STATES,
    UNIT_STATES,
    Facts,
    UnitLine,
    counted_text,
    state_of,
    unclear_text,
    years_text,
)
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.text import reading_lines, summary_text, verdict_text
from xlsxeval.report.tree import facts_tree, other_tree
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.summary import Summary
from xlsxeval.text import safe

_HERE = Path(__file__).resolve().parent
_DATA = "{{ data }}"


def html_page(outcomes: Iterable[Outcome], facts: Facts, catalogues: Catalogues, made: str = "") -> Iterator[str]:
    """Yield the page in pieces, in the order of the outcomes; they are not kept in memory.

    Args:
        outcomes: the outcomes; with excerpts, the page shows the cells around each finding.
        facts: the summary of the run.
        catalogues: the rules of the sets.
        made: program and version, for the head of the page; it has no time, so that each run gives the same page.
    """
    before, _, after = _page().partition(_DATA)
    counted = f"{counted_text(facts)}。" if facts.files else ""
    words = {
        "states": STATES,
        "unitStates": UNIT_STATES,
        "severities": SEVERITIES,
        "made": made,
        "counted": counted,
        "facts": facts_tree(facts),
        "years": years_text(facts),
        "unclear": unclear_text(facts) if facts.unclear else "",
        "units": [_unit(line) for line in facts.listed] if facts.roster else [],
        "others": [other_tree(other) for other in facts.others],
    }
    yield before + _json(words)[:-1] + ',"filings":['
    rules: dict[str, dict[str, object]] = {}
    comma = "\n"
    for outcome in outcomes:
        yield comma + _json(_filing(outcome))
        comma = ",\n"
        broken = {finding.code: rule_of(catalogues, outcome.formset, finding.code) for finding in outcome.findings}
        rules.setdefault(outcome.formset, {}).update({code: _rule(rule) for code, rule in broken.items() if rule})
    yield '\n],"rules":' + _json(rules) + "}" + after


def _page() -> str:
    """Return the page without the data; its security policy allows our style and script by their hashes only."""
    page, style, script = ((_HERE / f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    for name, text in (("style", style), ("script", script)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        page = page.replace(f"{{{{ {name} hash }}}}", f"sha256-{digest}").replace(f"{{{{ {name} }}}}", text)
    return page


def _json(tree: object) -> str:
    """Return JSON for a script element: without ``<``, so that no text can end the element."""
    text = json.dumps(_safe(tree), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _safe(tree: object) -> object:
    """Return the data with texts that are safe to show."""
    if isinstance(tree, str):
        return safe(tree)
    if isinstance(tree, Mapping):
        return {_safe(key): _safe(value) for key, value in tree.items()}
    return [_safe(item) for item in tree] if isinstance(tree, list | tuple) else tree


def _filing(outcome: Outcome) -> dict[str, object]:
    """Return the data that the page shows about a filing; empty values are left out."""
    about = [*reading_lines(outcome), *(f"注意：{note}" for note in outcome.notes)]
    return {
        "title": outcome.title,
        "file": outcome.file,
        "state": state_of(outcome),
        "verdict": verdict_text(outcome),
        "counts": {severity: outcome.count(severity) for severity in SEVERITIES},
        **_filled(set=outcome.formset, year=outcome.year, waived=outcome.waived, about=about),
        **(_summary(outcome.summary) if outcome.summary and outcome.summary.indicators else {}),
        "findings": [
            _finding(*pair) for pair in zip(outcome.findings, chain(outcome.excerpts, repeat(None)), strict=False)
        ],
    }


def _unit(line: UnitLine) -> dict[str, object]:
    """Return what the page shows of a unit; empty values are left out."""
    counts = {"error": line.errors, "warning": line.warnings, "info": line.hints, "waived": line.explained}
    return {
        "unit": line.unit,
        "state": line.state,
        **_filled(code=line.code, group=line.group, round=line.round, file=line.file, filed=line.filed),
        **_filled(contact=line.contact, remarks=line.remarks),
        **({} if line.state in NOT_CHECKED else {"counts": counts}),
    }


def _summary(summary: Summary) -> dict[str, object]:
    """Return the scores of a filing."""
    total, stated = (None if points is None else plain(points) for points in (summary.total, summary.stated))
    return _filled(
        summary=summary_text(summary),
        grade=summary.grade,
        total=total,
        stated=stated if stated != total else None,
    )


def _finding(finding: Finding, excerpt: Excerpt | None) -> dict[str, object]:
    """Return what the page shows of a finding."""
    place = {
        "form": finding.form if finding.form != finding.sheet else "",
        "sheet": finding.sheet,
        "cell": finding.cell,
    }
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        **_filled(**place, field=finding.field, waived=finding.waived, excerpt=asdict(excerpt) if excerpt else None),
    }


def _filled(**entries: object) -> dict[str, object]:
    """Return the values that are not empty."""
    return {name: value for name, value in entries.items() if value}


def _rule(rule: Rule) -> dict[str, object]:
    """Return what the page shows of a rule."""
    return {"title": rule.title, **_filled(why=rule.why, fix=rule.fix, source=rule.source)}
