"""Rules over all filings of a run; what they find is added to the filing that is at fault."""

from __future__ import annotations

from xlsxeval.forms.model import Rule

OTHER_YEAR = Rule(
    code="S01",
    title="不是这一年度的表",
    why="一次收的都是同一个年度的表；多数单位报的是另一个年度，多半是这个单位用了上年的表。",
    fix="请换用本年度的表重新填报",
    severity="error",
    source="报送要求",
)
#: The rules over all filings of a run, by code.
SEASON_RULES = {OTHER_YEAR.code: OTHER_YEAR}
