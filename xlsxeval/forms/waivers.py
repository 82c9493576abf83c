"""审核说明 as data: the findings that were accepted, with reason, person and last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from xlsxeval.errors import DefinitionError
from xlsxeval.forms.convert import convert
from xlsxeval.forms.yamlfile import read_text, read_yaml


class WaiverSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """一条审核说明。"""

    rule: Annotated[str, Meta(description="规则代码")]
    reason: Annotated[str, Meta(description="为什么可以不改")]
    by: Annotated[str, Meta(description="谁同意的")]
    until: Annotated[str, Meta(description="有效到哪一天，如 2025-12-31")]
    unit: Annotated[str, Meta(description="只对这个单位")] = ""
    cell: Annotated[str, Meta(description="只对这一格，如 自评表!J42")] = ""
    field: Annotated[str, Meta(description="只对这个填空，如 项目支出.决算数")] = ""


class WaiversSpec(Struct, forbid_unknown_fields=True, frozen=True):
    """审核说明文件。"""

    waivers: list[WaiverSpec]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding; an empty ``unit``, ``cell`` or ``field`` means any."""

    rule: str
    reason: str
    by: str
    until: date
    unit: str
    cell: str
    field: str


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers.

    Raises:
        DefinitionError: for the first mistake, with file and line.
    """
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
        waivers.append(Waiver(spec.rule.upper(), spec.reason, spec.by, until, spec.unit, spec.cell, spec.field))
    return tuple(waivers)
