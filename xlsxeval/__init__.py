"""部门整体支出绩效自评: forms as Excel workbooks, read back and checked.

Every command of the program is a function of this package. Their rooms are imported at the first use of a name.

>>> import xlsxeval
>>> blank = xlsxeval.new("hunan", year=2024, unit="某某局")
>>> [finding.code for finding in xlsxeval.check(blank).findings][:1]
['L03']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxeval.version import __version__

if TYPE_CHECKING:
    from xlsxeval.api.checking import check, outcomes
    from xlsxeval.api.reading import draft_forms, extract, read_filing, read_filings
    from xlsxeval.api.rules import catalogue, explain, select_rules, unused_rules
    from xlsxeval.api.sets import SetLike
    from xlsxeval.api.source import Source
    from xlsxeval.api.writing import fill, new
    from xlsxeval.batch.history import History, read_history
    from xlsxeval.batch.ledger import Ledger, open_ledger
    from xlsxeval.batch.many import check_many
    from xlsxeval.batch.roster import Roster, Unit, read_roster
    from xlsxeval.batch.season import Season, settle_ledger
    from xlsxeval.errors import DataError, DefinitionError, MachineError, OutputError, XlsxevalError
    from xlsxeval.filing import Answer, Filing, FormAnswers
    from xlsxeval.forms.library import load_set, set_names
    from xlsxeval.forms.model import FormSet, Rule
    from xlsxeval.forms.waivers import Waiver, load_waivers
    from xlsxeval.outputs.files import (
        write_csv,
        write_html,
        write_json,
        write_jsonl,
        write_junit,
        write_progress,
        write_sarif,
    )
    from xlsxeval.outputs.letters import Letter
    from xlsxeval.outputs.marked import marked_copy, write_marked
    from xlsxeval.outputs.notices import write_notices
    from xlsxeval.outputs.run import CheckedFiles, check_files
    from xlsxeval.read.limits import Limits
    from xlsxeval.read.refusals import Refused
    from xlsxeval.report.facts import Facts, OtherFile, UnitLine
    from xlsxeval.report.outcome import Outcome
    from xlsxeval.request import CheckOptions, Request
    from xlsxeval.rules.finding import Checked, Finding
    from xlsxeval.rules.selection import Selection
    from xlsxeval.rules.summary import Summary, summarize

#: Module -> the public names in it.
_MODULES = {
    "api.checking": ("check", "outcomes"),
    "api.reading": ("draft_forms", "extract", "read_filing", "read_filings"),
    "api.rules": ("catalogue", "explain", "select_rules", "unused_rules"),
    "api.sets": ("SetLike",),
    "api.source": ("Source",),
    "api.writing": ("fill", "new"),
    "batch.history": ("History", "read_history"),
    "batch.ledger": ("Ledger", "open_ledger"),
    "batch.many": ("check_many",),
    "batch.roster": ("Roster", "Unit", "read_roster"),
    "batch.season": ("Season", "settle_ledger"),
    "errors": ("DataError", "DefinitionError", "MachineError", "OutputError", "XlsxevalError"),
    "filing": ("Answer", "Filing", "FormAnswers"),
    "forms.library": ("load_set", "set_names"),
    "forms.model": ("FormSet", "Rule"),
    "forms.waivers": ("Waiver", "load_waivers"),
    "outputs.files": (
        *("write_csv", "write_html", "write_json", "write_jsonl", "write_junit", "write_progress", "write_sarif"),
    ),
    "outputs.letters": ("Letter",),
    "outputs.marked": ("marked_copy", "write_marked"),
    "outputs.notices": ("write_notices",),
    "outputs.run": ("CheckedFiles", "check_files"),
    "read.limits": ("Limits",),
    "read.refusals": ("Refused",),
    "report.facts": ("Facts", "OtherFile", "UnitLine"),
    "report.outcome": ("Outcome",),
    "request": ("CheckOptions", "Request"),
    "rules.finding": ("Checked", "Finding"),
    "rules.selection": ("Selection",),
    "rules.summary": ("Summary", "summarize"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Answer",
    "CheckOptions",
    "Checked",
    "CheckedFiles",
    "DataError",
    "DefinitionError",
    "Facts",
    "Filing",
    "Finding",
    "FormAnswers",
    "FormSet",
    "History",
    "Ledger",
    "Letter",
    "Limits",
    "MachineError",
    "OtherFile",
    "Outcome",
    "OutputError",
    "Refused",
    "Request",
    "Roster",
    "Rule",
    "Season",
    "Selection",
    "SetLike",
    "Source",
    "Summary",
    "Unit",
    "UnitLine",
    "Waiver",
    "XlsxevalError",
    "__version__",
    "catalogue",
    "check",
    "check_files",
    "check_many",
    "draft_forms",
    "explain",
    "extract",
    "fill",
    "load_set",
    "load_waivers",
    "marked_copy",
    "new",
    "open_ledger",
    "outcomes",
    "read_filing",
    "read_filings",
    "read_history",
    "read_roster",
    "select_rules",
    "set_names",
    "settle_ledger",
    "summarize",
    "unused_rules",
    "write_csv",
    "write_html",
    "write_json",
    "write_jsonl",
    "write_junit",
    "write_marked",
    "write_notices",
    "write_progress",
    "write_sarif",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # so that a type checker reports a misspelt name

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
