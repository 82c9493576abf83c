"""The shape of all JSON output, once: what builds it is checked against these types, and its schema follows from them.

The schemas are published under docs/json/. A new key raises nothing; a key that is removed, renamed or means
something else raises SCHEMA_VERSION.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

SCHEMA_VERSION = 1

Severity = Literal["error", "warning", "info"]
Verdict = Literal["pass", "findings", "unchecked", "unusable", "unread"]
State = Literal["filled", "blank", "absent"]
UnitState = Literal["missing", "unread", "unusable", "error", "unchecked", "warning", "info", "pass"]


class FindingJson(TypedDict):
    """One finding; ``cell`` is empty where a whole form or file is meant, ``waived`` where the finding counts."""

    code: str
    severity: Severity
    form: str
    sheet: str
    cell: str
    field: str
    message: str
    found: str
    expected: str
    waived: str


class CountsJson(TypedDict):
    """Findings that were not waived, by severity."""

    error: int
    warning: int
    info: int


class ReadingJson(TypedDict):
    """How a form was read: the sheet, and how many blanks were found, guessed and missed."""

    sheet: str
    found: int
    guessed: int
    missed: int


class SummaryJson(TypedDict):
    """The filing in brief; numbers are exact texts, null where unknown; ``rate`` is a ratio (0.95 for 95 %)."""

    total_stated: str | None
    total: str | None
    rate: str | None
    grade: str
    indicators: int
    lost: dict[str, str]
    first: list[str]


class UnusedJson(TypedDict):
    """A rule that did not apply, and what it needs and is not there."""

    code: str
    lacking: list[str]


class RulesJson(TypedDict):
    """How many rules there are, and which did not apply."""

    total: int
    unused: list[UnusedJson]


class CheckJson(TypedDict):
    """The result of checking one filing: a line of ``--format json`` and of ``--jsonl``, an item of ``filings``."""

    schema_version: int
    program_version: str
    file: str
    sha256: str | None
    replaced: bool
    verdict: Verdict
    set: str | None
    set_version: str | None
    year: int | None
    unit: str | None
    subject: str | None
    counts: CountsJson
    findings: list[FindingJson]
    notes: list[str]
    reading: dict[str, ReadingJson]
    rules: RulesJson
    summary: SummaryJson | None
    saved: str | None
    belongs_to: str | None
    joined: list[str]


class FactsJson(TypedDict):
    """A run in numbers and names."""

    files: int
    total: int
    states: dict[str, int]
    replaced: int
    skipped: dict[str, int]
    roster: int
    missing: list[str]
    unlisted: list[str]
    interrupted: bool
    waivers: list[str]
    roster_line: str
    years: dict[str, int]
    unclear: list[str]
    alike: list[str]


class UnitJson(TypedDict):
    """What became of a unit: its state, the file that counts, since when, and the findings in it.

    ``round`` is null without a ledger or if nothing came, ``filed`` the day on which the ledger first saw the file.
    """

    unit: str
    code: str
    group: str
    state: UnitState
    round: int | None
    file: str
    filed: str | None
    errors: int
    warnings: int
    hints: int
    explained: int
    contact: str
    remarks: list[str]


class OtherJson(TypedDict):
    """A file that was sent and is no workbook that can be checked: what it is, in a word and in a sentence."""

    file: str
    kind: str
    what: str
    unit: str


class RunJson(TypedDict):
    """A run: the document of ``check --json``."""

    schema_version: int
    program_version: str
    facts: FactsJson
    units: list[UnitJson]
    others: list[OtherJson]
    filings: list[CheckJson]


class VersionJson(TypedDict):
    """A filing that a unit sent: ``replaced`` if another one counts, and the round and day in which it first came."""

    state: str
    round: int | None
    day: str | None
    check: CheckJson


class HistoryJson(UnitJson):
    """A unit with what it sent."""

    versions: list[VersionJson]


class LedgerJson(TypedDict):
    """A season as a ledger keeps it: the document of ``ledger --format json``.

    ``complete`` is false if the last run was broken off.
    """

    schema_version: int
    program_version: str
    year: int | None
    round: int
    complete: bool
    units: list[HistoryJson]
    others: list[OtherJson]


class EntryJson(TypedDict):
    """One answer: ``value`` is an exact text, a ratio for a percentage, null for a blank; ``text`` what is printed.

    ``state`` tells a blank that is empty from one that the sheet does not have (``absent``, without a cell).
    """

    value: str | None
    text: str
    cell: str
    state: State
    formula: NotRequired[bool]


class UnreadJson(TypedDict):
    """Cells that are neither a label nor an answer: their range, and what they look like."""

    cells: str
    text: str


class FormJson(TypedDict):
    """The answers of one form: by the name of the field, and line by line of each table.

    ``lacking`` are the labels that the sheet does not have, ``unread`` the cells that were not read.
    """

    sheet: str
    fields: dict[str, EntryJson]
    tables: dict[str, list[dict[str, EntryJson]]]
    lacking: list[str]
    unread: list[UnreadJson]


class ExtractJson(TypedDict):
    """All answers of a filing: the line of ``extract --format json``."""

    schema_version: int
    program_version: str
    file: str
    set: str
    set_version: str
    year: int | None
    unit: str
    subject: str
    forms: dict[str, FormJson]
