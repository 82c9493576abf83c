"""A form as far as it was drafted: picture, blanks, and where each blank stands on the sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from xlsxeval.draft.kinds import unit_of
from xlsxeval.draft.regions import SheetRegion

#: The name of the table of indicators.
TABLE = "指标"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blank stands: its row, and the labels above and beside it, of which one may be missing."""

    row: int
    head: SheetRegion | None
    side: SheetRegion | None


@dataclass(slots=True)
class DraftForm:
    """A form as far as it was drafted; ``rows`` is the picture, row by row, cell by cell."""

    rows: list[list[str]] = field(default_factory=list)
    #: Blank -> kind, in the order of the picture.
    blanks: dict[str, str] = field(default_factory=dict)
    #: Blank -> the unit that its label prints in brackets: 辆.
    units: dict[str, str] = field(default_factory=dict)
    #: Blank -> the figure that the official form prints in it.
    starts: dict[str, str] = field(default_factory=dict)
    #: The blanks in which the official form prints a dash.
    dashes: set[str] = field(default_factory=set)
    #: The blanks that stand behind their labels in one cell.
    behind: set[str] = field(default_factory=set)
    #: Blank -> where it stands.
    places: dict[str, Place] = field(default_factory=dict)
    #: Row and column on the sheet -> the blank of this cell; the cells of all lines have that of their column.
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    #: Blank -> its cells that hold a formula.
    formulas: dict[str, list[SheetRegion]] = field(default_factory=dict)
    #: The cells that hold a figure or a formula and are no blanks.
    figures: set[tuple[int, int]] = field(default_factory=set)
    #: Blank -> why it may be none.
    doubts: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    #: Groups of the table as printed (一级指标, 二级指标) -> number of lines.
    groups: dict[tuple[str, ...], int] = field(default_factory=dict)
    lines: int = 0
    #: Tables without groups -> number of lines.
    lists: dict[str, int] = field(default_factory=dict)
    title: str = ""

    def tables(self) -> list[str]:
        """Return the names of the tables, of which every line is filled in."""
        return [*([TABLE] if self.columns else []), *self.lists]

    def remove(self, name: str) -> None:
        """Remove a blank: its place in the picture stays empty."""
        self.rows = [["" if cell == f"[{name}]" else cell for cell in row] for row in self.rows]
        for mapping in (self.blanks, self.units, self.starts, self.places, self.formulas, self.doubts):
            mapping.pop(name, None)
        self.cells = {cell: other for cell, other in self.cells.items() if other != name}
        table, _, column = name.partition(".")
        self.columns = [other for other in self.columns if (table, other) != (TABLE, column)]
        if not any(other.partition(".")[0] == table for other in self.blanks):
            self.lists.pop(table, None)

    def add(self, name: str, kind: str, place: Place, regions: Iterable[SheetRegion]) -> None:
        """Add a blank with its cells on the sheet."""
        self.blanks[name], self.places[name] = kind, place
        unit = unit_of(place.side.text if place.side else "") or unit_of(place.head.text if place.head else "")
        if unit and kind in {"count", "area"}:
            self.units[name] = unit
        for region in regions:
            self.cells[region.cell] = name
            if region.formula:
                self.formulas.setdefault(name, []).append(region)
