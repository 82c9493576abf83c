"""All outcomes as JSON: one document, or one line for each filing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsxeval.report.facts import Facts
from xlsxeval.report.json_text import as_json
from xlsxeval.report.json_types import SCHEMA_VERSION
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.tree import facts_tree, other_tree, outcome_tree, unit_tree
from xlsxeval.version import __version__


def json_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a line for each filing."""
    for outcome in outcomes:
        yield as_json(outcome_tree(outcome)) + "\n"


def json_document(outcomes: Iterable[Outcome], facts: Facts) -> Iterator[str]:
    """Yield one object, piece by piece: versions, ``facts`` (the run in numbers), units, files, ``filings``."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "facts": facts_tree(facts),
        "units": list(map(unit_tree, facts.units)),
        "others": list(map(other_tree, facts.others)),
    }
    yield as_json(head)[:-1] + ', "filings": [\n'
    before = ""
    for outcome in outcomes:
        yield before + as_json(outcome_tree(outcome))
        before = ",\n"
    yield "\n]}\n"
