"""Write the fields of a drafted form: what the extended file does not say, or says differently."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxeval.draft.calculated import Calculated
from xlsxeval.draft.form import DraftForm
from xlsxeval.draft.inherited import Inherited, matching
from xlsxeval.draft.scalars import quoted
from xlsxeval.forms.kinds import KINDS
from xlsxeval.numbers import parse_figure


def field_lines(drawn: DraftForm, inherited: Inherited, found: Calculated) -> Iterator[str]:
    """Yield the lines about the fields of a form.

    Args:
        drawn: the form.
        inherited: what the extended file says.
        found: the formulas of the form.
    """
    lines = [
        f"  {quoted(name)}: {{{content}}}{'  # 请核对：' if remarks else ''}{'；'.join(remarks)}"
        for name in drawn.blanks
        for content, remarks in [_field(name, drawn, inherited, found)]
        if content
    ]
    yield from lines or ["  {}"]


def _field(name: str, drawn: DraftForm, inherited: Inherited, found: Calculated) -> tuple[str, list[str]]:
    """Return what is written about a field, and the remarks on it; nothing if the extended file says all."""
    kind, key = drawn.blanks[name], matching(name, inherited.fields)
    said = inherited.fields.get(key or "", {})
    parts: dict[str, str] = {}
    remarks: list[str] = []
    start = _start(name, drawn, said.get("kind", kind))
    if key is None:
        remarks.append(f"类型是猜的（{KINDS[kind].title}）")
        parts["unit"] = quoted(drawn.units[name]) if name in drawn.units else ""
        parts["least"] = '"-"' if name in found.negative else ""
    if name in drawn.behind:
        parts |= {part: "~" for part in ("choices", "suggest", "formula") if part in said}
        remarks.append("标签和要填的同在一格")
    elif name in found.formulas:
        parts["formula"] = quoted(found.formulas[name].text)
        remarks.append(found.formulas[name].remark)
    elif name in found.unsaid:
        remarks.append(f"表上的公式{found.unsaid[name]}这里写不出")
    elif "formula" in said and name not in inherited.formulas:
        parts["formula"] = "~" if key == name else ""
        remarks.append("原来的公式要用版面上没有的填空，自动计算请补公式")
    elif key is None:
        parts["start"] = start
    elif start and start != said.get("start"):
        parts["start"] = start
        remarks.append(f"表上印着{start}")
    if said.get("most") and not said["most"].isdigit() and _beside(name, said["most"]) not in drawn.blanks:
        parts["most"] = "~"
    if name in drawn.doubts:
        remarks.append(drawn.doubts[name])
    written = {part: text for part, text in parts.items() if text}
    if key is None or (key != name and (written or remarks)) or (remarks and not written):
        written = {"kind": said.get("kind", kind), **written}
    return ", ".join(f"{part}: {text}" for part, text in written.items()), remarks


def _beside(name: str, column: str) -> str:
    """Return the name of another blank of the same row or table."""
    return f"{name.rpartition('.')[0]}.{column}"


def _start(name: str, drawn: DraftForm, kind: str) -> str:
    """Return the figure that the form prints in a blank, if the blank is for a number."""
    figure = parse_figure(drawn.starts.get(name, ""))
    return drawn.starts[name] if figure and KINDS[kind].numeric else ""
