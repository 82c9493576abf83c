"""The form as values: everything a form file says, looked up and checked. Made by ``load``, changed by nobody.

The classes have no slots: compiled sets (``compiled``) are read back in half the time without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlsxeval.forms.kinds import KINDS, Kind
from xlsxeval.formula.tree import Node, Ref

#: Plain data of a filing: field -> value, table -> lines.
PlainForm = Mapping[str, object]

#: The sheets that our workbooks have besides the forms.
GUIDE_SHEET, LIVE_SHEET = "填表说明", "核对"
#: The sheet that a marked copy has besides, and the hidden name that leads to it whatever a person calls it.
OPINION_SHEET, MARKS_NAME = "审核意见", "_xlsxeval_marks"

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}


@dataclass(frozen=True)
class Box:
    """Where something stands in the picture: rows and columns from 0."""

    row: int
    col: int
    rows: int
    cols: int


@dataclass(frozen=True)
class Label:
    """A printed text; ``text`` may hold ``{{ year }}``."""

    text: str
    box: Box
    style: str
    keys: tuple[str, ...]
    year_offsets: tuple[int, ...]


@dataclass(frozen=True)
class Blank:
    """A cell to be filled, and the labels that show where it is: its head above, its side label to the left."""

    name: str
    box: Box
    head: int | None
    side: int | None
    open_row: bool


@dataclass(frozen=True)
class Field:
    """What belongs into a blank (or into one column of a table)."""

    name: str
    kind_name: str
    formula: Node | None = None
    formula_text: str = ""
    help: str = ""
    start: str = ""
    least: Decimal | None = None
    most: str = ""
    unit: str = ""
    source: str = ""
    example: str = ""
    must: bool = False
    #: The list that the dropdown offers; ``closed`` if anything else is worth a warning.
    choices: str = ""
    closed: bool = False

    @property
    def kind(self) -> Kind:
        """The kind's properties."""
        return KINDS[self.kind_name]


@dataclass(frozen=True)
class Table:
    """A line that repeats."""

    name: str
    row: int
    columns: Mapping[str, Field]
    inherit: tuple[str, ...]
    #: What stands in the inherited columns of each line of an empty template.
    groups: tuple[tuple[tuple[str, ...], int], ...]
    #: What is written in several columns: name -> columns, as 年度指标值 -> 指标性质, 指标值, 度量单位.
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Hint:
    """A likely cause: said when its condition holds although the check failed."""

    when: Node
    say: str


@dataclass(frozen=True)
class Check:
    """One declared check, for one formula (a check over ``*`` becomes several with the same code)."""

    code: str
    title: str
    says: str
    why: str
    fix: str
    severity: str
    source: str
    #: ``that`` (a condition), ``computed`` (a field's own formula) or ``filled`` (a computed field left blank).
    sort: str
    node: Node
    text: str
    at: Ref
    #: Every blank and column that the formula reads.
    reads: tuple[Ref, ...]
    each: str = ""
    hints: tuple[Hint, ...] = ()
    #: Words before, formula, words after: what should stand there.
    expected: tuple[str, Node, str] | None = None
    #: What ``*`` stands for in this one of several checks with the same code.
    star: str = ""
    #: What it is called that a part of an AND does not hold, for each part; empty where the title says it.
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What the catalogue says of a check or judgement rule."""

    code: str
    title: str
    why: str
    fix: str
    severity: str
    source: str
    text: str = ""
    form: str = ""
    wrong: PlainForm = field(default_factory=dict)
    right: PlainForm = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Form:
    """One form: its page and what belongs into it. Compared by identity, so that it can be a cache key."""

    name: str
    title: str
    file: str
    unit_field: str
    landscape: bool
    widths: tuple[float, ...]
    heights: int
    labels: tuple[Label, ...]
    blanks: tuple[Blank, ...]
    empties: tuple[tuple[Box, bool], ...]
    #: Where the template shows the result of its own checks.
    status: Box | None
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    checks: tuple[Check, ...]
    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[str, ...]]
    #: The blank with the name of the project, in forms of which a unit hands in one for each.
    subject_field: str = ""


@dataclass(frozen=True)
class FormSet:
    """The forms that a unit hands in together, and the checks across them.

    ``amount_unit`` is what amounts are counted in (万元 or 元); ``profile`` holds the points and
    thresholds of the scoring rules.
    """

    name: str
    title: str
    amount_unit: str
    forms: tuple[Form, ...]
    checks: tuple[Check, ...]
    rules: tuple[Rule, ...]
    profile: Mapping[str, Decimal]
    version: str = ""
    #: The sections of 填表说明: title and lines.
    guide: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: The accepted splits of the points over the first-level indicators.
    splits: tuple[Mapping[str, Decimal], ...] = ()
    #: Code -> the severity that the set gives a rule (``off``: not used).
    severities: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_checks(self) -> tuple[Check, ...]:
        """Every check: those of each form, then those across forms."""
        return (*(check for form in self.forms for check in form.checks), *self.checks)

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The catalogue entries of every check, in the same order."""
        return (*(rule for form in self.forms for rule in form.rules), *self.rules)

    def form(self, name: str) -> Form | None:
        """Give the form of that name."""
        return next((form for form in self.forms if form.name == name), None)
