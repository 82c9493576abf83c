"""审核说明 as data: the findings that were accepted, with reason, person and last day."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xlsxeval.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding; an empty ``unit``, ``cell`` or ``field`` means any. ``line`` is its line in the file."""

    rule: str
    reason: str
    by: str
    until: date
    unit: str
    cell: str
    field: str
    line: int = dataclasses.field(default=0, compare=False, repr=False)


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers.

    Raises:
        DefinitionError: for the first mistake, with file and line.
    """
    # A check without waivers needs none of these.
    from xlsxeval.forms.convert import convert
    from xlsxeval.forms.spec import WaiversSpec
    from xlsxeval.forms.yamlfile import read_text, read_yaml

    tree, lines = read_yaml(read_text(path, DefinitionError), path.name)
    if not isinstance(tree, dict):
        raise DefinitionError("文件应由“waivers:”和一条条说明组成", file=path.name, line=1)
    waivers = []
    for index, spec in enumerate(convert(tree, WaiversSpec, lines).waivers):
        try:
            until = date.fromisoformat(spec.until)
        except ValueError:
            message = f"until应写成2025-12-31这样的日期，这里是“{spec.until}”"
            raise lines.error(message, "waivers", index) from None
        for key in ("reason", "by"):
            if not getattr(spec, key).strip():
                raise lines.error(f"{key}不能空着：要写明为什么、谁同意的", "waivers", index)
        line = lines.of("waivers", index)
        waivers.append(Waiver(spec.rule.upper(), spec.reason, spec.by, until, spec.unit, spec.cell, spec.field, line))
    return tuple(waivers)
