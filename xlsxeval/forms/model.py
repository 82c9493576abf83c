"""The form as values: everything in a form file, with names looked up and checked. ``load`` makes these values.

The classes have no slots, because compiled sets (``compiled``) are read twice as fast without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from xlsxeval.forms.kinds import KINDS, Kind
from xlsxeval.formula.tree import Node, Ref

#: Plain data of a filing: field -> value, table -> lines.
PlainForm = Mapping[str, object]

#: The sheets that our workbooks have beside the forms.
GUIDE_SHEET, LIVE_SHEET = "填表说明", "核对"
#: The sheet that is added to a marked copy, and the hidden defined name by which it is found after a person renames it.
OPINION_SHEET, MARKS_NAME = "审核意见", "_xlsxeval_marks"

#: Columns of amounts whose blank in the row of totals has a name of its own.
TOTAL_ROW = {"分值": "资金分值", "得分": "资金得分"}

#: The style of a label that has its blank behind it in the same cell.
PREFIX = "prefix"

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}


@dataclass(frozen=True)
class Box:
    """A rectangle in the picture: first row and column (from 0), number of rows and columns."""

    row: int
    col: int
    rows: int
    cols: int


@dataclass(frozen=True)
class Label:
    """A printed text.

    Attributes:
        text: as it stands in the picture; may contain ``{{ year }}``.
        box: where it stands.
        style: ``label``, ``title``, ``subtitle``, ``plain``, or ``prefix`` with its blank in the same cell.
        keys: the keys (``text.label_key``) of this text and of its other names.
        year_offsets: for each year in it, the difference from the form's year.
    """

    text: str
    box: Box
    style: str
    keys: tuple[str, ...]
    year_offsets: tuple[int, ...]


@dataclass(frozen=True)
class Blank:
    """A cell to be filled in, and the labels by which it is found.

    Attributes:
        name: ``field``, or ``table.column``.
        box: where it stands in the picture.
        head: the index of the label above it; None if there is none.
        side: the index of the label to the left; None if there is none.
        open_row: whether its row has no borders.
    """

    name: str
    box: Box
    head: int | None
    side: int | None
    open_row: bool


@dataclass(frozen=True)
class Field:
    """What a blank (or a column of a table) may hold.

    Attributes:
        name: the name of the blank, or ``table.column``.
        kind_name: the key of KINDS.
        formula: the parsed formula of a computed blank.
        formula_text: the formula as it is written in the form file.
        help: the hint for the person who fills it in.
        start: the content in an empty workbook.
        least: the smallest allowed number; None if it may be negative.
        most: the largest allowed number, or the name of a column of the same line.
        unit: the unit, as it is shown.
        source: where the number comes from.
        example: an example, as it is shown.
        must: whether it must be filled in.
        choices: the name of the list that the dropdown offers.
        closed: whether an answer outside the list gets a warning.
    """

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
    choices: str = ""
    closed: bool = False

    @property
    def kind(self) -> Kind:
        """The kind's properties."""
        return KINDS[self.kind_name]


@dataclass(frozen=True)
class Table:
    """A row of the picture that is repeated for each line that a unit fills in.

    Attributes:
        name: the name of the table.
        row: its row in the picture.
        columns: name of a column -> its field.
        inherit: the columns in which a blank means the text of the line above.
        groups: for an empty workbook: texts of these columns, and number of lines, of each group.
        joined: value written in several columns -> these columns, as 年度指标值 -> 指标性质, 指标值, 度量单位.
        further: columns that the form does not print but that a sheet may have: name -> field. A line has them only
            if the sheet does.
        named: name of a column in the rules -> its name here, where they differ: 年度指标值 -> 目标值.
    """

    name: str
    row: int
    columns: Mapping[str, Field]
    inherit: tuple[str, ...]
    groups: tuple[tuple[tuple[str, ...], int], ...]
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    further: Mapping[str, Field] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Field:
        """Give the field of a column, printed by the form or not."""
        return self.columns.get(name) or self.further[name]

    def here(self, name: str) -> str:
        """Give the name that a column of the rules has in this form."""
        return self.named.get(name, name)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The inherited columns by their names in the rules: 一级指标, 二级指标."""
        in_rules = {own: name for name, own in self.named.items()}
        return tuple(in_rules.get(column, column) for column in self.inherit)

    @cached_property
    def own(self) -> str:
        """The column that holds the name of each line: the first one that is not inherited."""
        return next(column for column in self.columns if column not in self.inherit)


@dataclass(frozen=True)
class Hint:
    """A possible cause of a failed check: ``say`` is added to the message if the condition ``when`` holds."""

    when: Node
    say: str


@dataclass(frozen=True)
class Check:
    """One declared check with one formula; a check with ``*`` becomes several with the same code.

    Attributes:
        code: the code of the rule.
        title: the fault in a few words.
        says: the requirement in one sentence, for the sheet 核对.
        why: why it matters.
        fix: what the person who fills in the form should do.
        severity: ``error``, ``warning`` or ``info``.
        source: the document that requires it.
        sort: ``that`` (a condition), ``computed`` (a field's own formula) or ``filled`` (a computed field left blank).
        node: the parsed formula.
        text: the formula as it is written in the form file.
        at: the blank or column at which a finding is reported.
        reads: every blank and column in the formula.
        each: the table whose lines are checked one by one; empty for other checks.
        hints: possible causes.
        expected: text before, formula, text after: the expected value in the message.
        star: the text that ``*`` stands for.
        faults: for an AND, a name for the failure of each part; empty if the title is used.
    """

    code: str
    title: str
    says: str
    why: str
    fix: str
    severity: str
    source: str
    sort: str
    node: Node
    text: str
    at: Ref
    reads: tuple[Ref, ...]
    each: str = ""
    hints: tuple[Hint, ...] = ()
    expected: tuple[str, Node, str] | None = None
    star: str = ""
    faults: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> frozenset[str]:
        """The names of the forms that it reads."""
        return frozenset(ref.form for ref in self.reads)


@dataclass(frozen=True)
class Rule:
    """The entry of a check or judgement rule in the catalogue; ``wrong`` and ``right`` are its examples.

    ``needs`` names the blanks and columns without which a judgement rule has nothing to judge: ``总分``,
    ``指标.得分`` for a column, ``年初预算数|全年预算数`` for either of two, ``基础数据表!编制数`` for a blank of
    another form than the one of the indicators. All others are in one form. A declared check needs what its formula
    reads.
    """

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
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Form:
    """One form: its page, its fields and its checks. Compared by identity, so that it can be the key of a cache.

    Attributes:
        name: its name, and the name of its sheet.
        title: its full title.
        file: the form file, for messages.
        unit_field: the field with the unit's name; empty if there is none.
        landscape: whether it is printed in landscape format.
        widths: the widths of its columns in half-width characters.
        heights: the number of rows of the picture.
        labels: the printed texts.
        blanks: the cells to be filled in.
        empties: the empty printed cells, and whether each is without borders.
        status: where the workbook shows the result of its own checks.
        fields: name -> field, without columns of tables.
        tables: name -> table.
        checks: the declared checks.
        rules: the entries of these checks in the catalogue.
        lists: name of a list -> its entries.
        subject_field: the field with the project's name, in forms of which a unit sends one for each project.
        unit_else: fields from which the unit's name is taken while ``unit_field`` is blank, in this order.
        wider: the form whose labels and blanks a sheet of this form may have too (通用自评表); None if there is none.
    """

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
    status: Box | None
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    checks: tuple[Check, ...]
    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[str, ...]]
    subject_field: str = ""
    unit_else: tuple[str, ...] = ()
    wider: Form | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is the open self-evaluation, which requires nothing of a sheet: it has every column there is."""
        return bool(self.unit_else) and self.wider is None

    @property
    def further(self) -> Mapping[str, Field]:
        """The fields that the form does not print but that a sheet may have; the answers have them only if it does."""
        return self.wider.fields if self.wider else {}

    def prefix(self, blank: Blank) -> str:
        """Give the label that stands before a blank in the same cell, as the picture has it; empty if none does."""
        label = None if blank.side is None else self.labels[blank.side]
        return label.text if label is not None and label.style == PREFIX else ""

    def field(self, name: str) -> Field:
        """Give the field of a blank, printed by the form or not.

        A row of amounts of any name (``街道配套资金.全年预算数``) has the fields of the row of totals.

        Raises:
            KeyError: there is no such blank.
        """
        known = self.fields.get(name) or self.further.get(name)
        if known is not None:
            return known
        column = name.rpartition(".")[2]
        every = {**self.further, **self.fields}
        total = every[column] if column in every else every[TOTAL_ROW[column]]
        return replace(total, name=name, formula=None, formula_text="", must=False, start="")


@dataclass(frozen=True, eq=False)
class FormSet:
    """The forms that a unit sends together, and the checks across them. Compared by identity, as a form is.

    Attributes:
        name: the name of the set, which is its folder's name.
        title: its full title.
        amount_unit: the unit of amounts, 万元 or 元.
        forms: the forms, in the order of their sheets.
        checks: the checks across forms.
        rules: the entries of these checks in the catalogue.
        profile: name -> points or threshold of the scoring rules.
        version: the version of the forms, printed in the footer.
        guide: the sections of 填表说明: title and lines.
        splits: the allowed distributions of points: first-level indicator -> points.
        severities: code -> the severity that the set gives a rule (``off``: not used).
    """

    name: str
    title: str
    amount_unit: str
    forms: tuple[Form, ...]
    checks: tuple[Check, ...]
    rules: tuple[Rule, ...]
    profile: Mapping[str, Decimal]
    version: str = ""
    guide: tuple[tuple[str, tuple[str, ...]], ...] = ()
    splits: tuple[Mapping[str, Decimal], ...] = ()
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
        """Give the form of that name; None if the set has none."""
        return next((form for form in self.forms if form.name == name), None)
