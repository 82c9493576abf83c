"""Random data for the forms of a set, with and without faults and with blank parts; the same for the same seed."""

from __future__ import annotations

import random

from xlsxeval.forms.model import Field, FormSet

_GROUPS = [
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("效益指标", "社会效益指标"),
    ("成本指标", "经济成本指标"),
]
_TARGETS = ["≥10次", "100%", "优化", "536万元", "≤3起", "4", ""]


def filling(formset: FormSet, seed: int) -> dict[str, object]:
    """Make data for ``fill``: some fields are blank, and some computed fields have a typed value."""
    draw = random.Random(seed)
    blank = draw.choice([0.05, 0.3, 0.7])
    forms: dict[str, object] = {}
    for form in formset.forms:
        content: dict[str, object] = {}
        for name, field in form.fields.items():
            typed = field.formula is not None
            if draw.random() < (0.93 if typed else blank):
                continue
            content[name] = _value(field, draw)
        for table in form.tables.values():
            lines = []
            for _ in range(draw.choice([0, 1, 2, 6, 15, 40] if table.inherit else [0, 1, 3, 6])):
                line = {
                    name: _value(column, draw) for name, column in table.columns.items() if draw.random() >= blank / 2
                }
                if table.inherit:
                    line |= dict(zip(table.inherit, draw.choice(_GROUPS), strict=False))
                lines.append(line)
            content[table.name] = lines
        forms[form.name] = content
    if draw.random() < 0.3 and "分值" in formset.forms[-1].tables["指标"].columns:
        _make_whole(forms[formset.forms[-1].name])
    return {"set": formset.name, "year": 2024, "forms": forms}


def _make_whole(content: dict[str, object]) -> None:
    """Set the 分值 of the first line so that all points together are a hundred."""
    lines: list[dict[str, str]] = content["指标"]  # type: ignore[assignment]  # made above
    others = sum(float(line.get("分值", 0)) for line in lines[1:]) + float(str(content.get("资金分值", 10)))
    if lines and others <= 100:
        lines[0]["分值"] = f"{100 - others:.2f}"


def _value(field: Field, draw: random.Random) -> str:
    match field.kind_name:
        case "score":
            return str(draw.choice([0, 1, 2, 2.5, 3.75, 10, 8.04, round(draw.uniform(0, 12), 2)]))
        case "count":
            return str(draw.choice([0, 1, 63, 67, draw.randrange(500)]))
        case "percent":
            return f"{draw.uniform(0, 120):.2f}%"
        case "money" | "area":
            digits = draw.choice([0, 1, 2, 2, 2, 4])
            least = -500.0 if field.least is None else 0.0
            return draw.choice(
                ["0", f"{draw.uniform(least, 5000):.{digits}f}", f"{draw.uniform(least, 5000):.{digits}f}"]
            )
        case _:
            return draw.choice(_TARGETS)
