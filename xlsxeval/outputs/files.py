"""Reports in one file: JSON, CSV, SARIF, JUnit and the HTML page; after an error the file is as it was before."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from xlsxeval.api.rules import catalogue
from xlsxeval.api.sets import SetLike, sets_of
from xlsxeval.output import write_output
from xlsxeval.outputs.reports import PROGRESS_ENDINGS, require_ending
from xlsxeval.report.catalogues import Catalogues
from xlsxeval.report.facts import Facts, facts_from
from xlsxeval.report.outcome import Outcome
from xlsxeval.version import __version__

_PathLike = str | os.PathLike[str]


def write_json(
    path: _PathLike, outcomes: Iterable[Outcome], *, facts: Facts | None = None, force: bool = False
) -> None:
    """Write one JSON document: the facts of the run, and every filing (docs/json/run.schema.json).

    Args:
        path: the file.
        outcomes: the results, as ``outcomes`` or ``check_many`` give them.
        facts: the counts of the run; default: counted from the outcomes.
        force: write over a file that is there.

    Raises:
        OutputError: if the file is there already, or its folder is not.
        MachineError: if it cannot be written; what was there before stays.
    """
    from xlsxeval.report.jsonl import json_document

    kept, facts = _with_facts(outcomes, facts)
    _write(path, json_document(kept, facts), force=force)


def write_jsonl(path: _PathLike, outcomes: Iterable[Outcome], *, force: bool = False) -> None:
    """Write a line of JSON for each filing (docs/json/check.schema.json); arguments and errors as ``write_json``."""
    from xlsxeval.report.jsonl import json_lines

    _write(path, json_lines(outcomes), force=force)


def write_csv(
    path: _PathLike,
    outcomes: Iterable[Outcome],
    *,
    facts: Facts | None = None,
    formset: SetLike | None = None,
    force: bool = False,
) -> None:
    """Write a table with a row for each finding, each file that was not checked and each unit that sent nothing.

    Args:
        path: the file.
        outcomes: the results, as ``outcomes`` or ``check_many`` give them.
        facts: the run; None: nothing is said of other files and units.
        formset: the set that was chosen for the check; default: every set that comes with the program.
        force: write over a file that is there.

    Raises:
        DefinitionError: if the set cannot be loaded.
        OutputError: if the file is there already, or its folder is not.
        MachineError: if it cannot be written; what was there before stays.
    """
    from xlsxeval.report.table import csv_lines

    _write(path, csv_lines(outcomes, catalogues_of(formset), facts), force=force)


def write_progress(path: _PathLike, facts: Facts, *, force: bool = False) -> None:
    """Write the progress of a season, a line for each unit: a workbook, or a table if the name ends with .csv.

    Args:
        path: the file.
        facts: the run; ``CheckedFiles.facts``.
        force: write over a file that is there.

    Raises:
        OutputError: for another ending, if the file is there already, or its folder is not.
        MachineError: if it cannot be written; what was there before stays.
    """
    from xlsxeval.report.progress import progress_book, progress_csv

    require_ending("progress", Path(path), PROGRESS_ENDINGS)
    if Path(path).suffix.lower() == ".csv":
        _write(path, progress_csv(facts), force=force)
    else:
        write_output(Path(path), progress_book(facts, f"由xlsxeval {__version__}生成"), force=force)


def write_sarif(
    path: _PathLike, outcomes: Iterable[Outcome], *, formset: SetLike | None = None, force: bool = False
) -> None:
    """Write a SARIF log; arguments and errors as ``write_csv``."""
    from xlsxeval.report.sarif import sarif_lines

    _write(path, sarif_lines(outcomes, catalogues_of(formset)), force=force)


def write_junit(
    path: _PathLike, outcomes: Iterable[Outcome], *, formset: SetLike | None = None, force: bool = False
) -> None:
    """Write a JUnit log; arguments and errors as ``write_csv``."""
    from xlsxeval.report.junit import junit_lines

    _write(path, junit_lines(outcomes, catalogues_of(formset)), force=force)


def write_html(
    path: _PathLike,
    outcomes: Iterable[Outcome],
    *,
    facts: Facts | None = None,
    formset: SetLike | None = None,
    force: bool = False,
) -> None:
    """Write the page for the browser; it shows the cells around a finding if the outcomes contain excerpts.

    Arguments and errors are those of ``write_csv``; ``facts`` holds the counts of the run, by default counted from
    the outcomes.
    """
    from xlsxeval.report.html import html_page

    kept, facts = _with_facts(outcomes, facts)
    page = html_page(kept, facts, catalogues_of(formset), f"由xlsxeval {__version__}生成")
    _write(path, page, force=force)


def catalogues_of(formset: SetLike | None) -> Catalogues:
    """Give the rules of the set that was chosen, or of every set that comes with the program, by the set's name."""
    return {chosen.name: catalogue(chosen) for chosen in sets_of(formset)}


def _with_facts(outcomes: Iterable[Outcome], facts: Facts | None) -> tuple[Iterable[Outcome], Facts]:
    """Count the outcomes if no facts are given; only then all outcomes are kept in memory."""
    if facts is not None:
        return outcomes, facts
    kept = list(outcomes)
    return kept, facts_from(kept)


def _write(path: _PathLike, pieces: Iterator[str], *, force: bool) -> None:
    try:
        write_output(Path(path), (piece.encode("utf-8", "replace") for piece in pieces), force=force)
    finally:
        if isinstance(pieces, Generator):
            pieces.close()  # after an error as well: the outcomes may come from an open ledger
