"""Excel's data validation for a blank, by its kind: the rule, the help at the cell, the alert in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from xlsxeval.forms.model import Field
from xlsxeval.numbers import plain
from xlsxeval.text import sheet_length

_LARGEST = 10**12
_LONGEST = 2000
#: Excel's limits for the title and the text of a message; XlsxWriter drops a validation with longer ones.
_TITLE, _MESSAGE = 32, 255

Options = dict[str, object]

#: For cells that are unlocked only so that rows can be deleted: labels beside a table, second cells of merged columns.
NOT_HERE: Options = {
    "validate": "custom",
    "value": "=FALSE",
    "error_title": "这里不填",
    "error_message": "这一格不用填。请点“取消”，填到带颜色的格子里。",
}


def validation(field: Field, unit: str, address_of: Callable[[str], str], lists: Mapping[str, str]) -> Options:
    """Return the options of XlsxWriter's ``data_validation`` for the cells of one field.

    Excel refuses what can never be right; for anything else it shows a warning and lets the user continue.

    Args:
        field: the field.
        unit: the unit of amounts: 万元 or 元.
        address_of: returns the address of another column of the same line, for a score that may not exceed its weight.
        lists: list -> address of its choices.
    """
    name = field.name.replace(".", "：")
    options: Options = {
        "input_title": name[:_TITLE],
        "input_message": _help(field, unit)[:_MESSAGE],
        "error_title": name[:_TITLE],
    }
    if field.formula is not None:
        return options | {"validate": "any"}
    if field.choices:
        return options | {
            "validate": "list",
            "source": f"={lists[field.choices]}",
            "show_error": field.closed,
            "error_type": "warning",
            "error_message": "列表里没有这一项。确实需要时请点“是”继续。",
        }
    if not field.kind.numeric:
        return options | {
            "validate": "length",
            "criteria": "<=",
            "value": _LONGEST,
            "error_type": "warning",
            "error_message": f"文字超过{_LONGEST}字，请精简。",
        }
    most, most_text = _most(field, address_of)
    alert = f"请填{'整数' if field.kind.whole else '数字'}"
    alert += f"，不小于{plain(field.least)}" if field.least is not None else ""
    alert += f"，不大于{most_text}" if most_text else ""
    alert += f"。单位是{_unit(field, unit)}，只填数字不写单位。" if _unit(field, unit) else "。"
    return options | {
        "validate": "integer" if field.kind.whole else "decimal",
        "criteria": "between",
        "minimum": _simple(field.least) if field.least is not None else -_LARGEST,
        "maximum": most,
        "error_message": alert,
    }


def prefix_validation(field: Field, prefix: str, cell: str) -> Options:
    """Return the options for a cell in which the answer stands behind its label, which may not be overwritten.

    Args:
        field: the field.
        prefix: the label, with its colon.
        cell: the address of the cell.
    """
    text = prefix.replace('"', '""')
    return {
        "input_title": field.name.replace(".", "：")[:_TITLE],
        "input_message": "\n".join(filter(None, [f"请填在“{prefix}”后面。", _help(field, "")]))[:_MESSAGE],
        "validate": "custom",
        "value": f'=LEFT({cell},{sheet_length(prefix)})="{text}"',
        "ignore_blank": False,
        "error_title": "请保留前面的文字",
        "error_message": f"请保留“{prefix}”，填在它的后面。",
    }


def _help(field: Field, unit: str) -> str:
    """Return the help shown at a blank: explanation, unit, source, example."""
    parts = [
        field.help,
        f"单位：{_unit(field, unit)}" if _unit(field, unit) and field.formula is None else "",
        f"来源：{field.source}" if field.source else "",
        f"例：{field.example}" if field.example else "",
    ]
    return "\n".join(filter(None, parts))


def _unit(field: Field, unit: str) -> str:
    """Return the unit of a field; empty if it has none."""
    return field.unit or (unit if field.kind_name == "money" else "")


def _simple(value: Decimal) -> int | float:
    """Return a number in the type that XlsxWriter writes without a decimal point if it is whole."""
    return int(value) if value == int(value) else float(value)


def _most(field: Field, address_of: Callable[[str], str]) -> tuple[float | str, str]:
    """Return the greatest value that a blank may have, as number or formula, and in words; the words may be empty."""
    if not field.most:
        return _LARGEST, ""
    if field.most.replace(".", "", 1).isdigit():
        return _simple(Decimal(field.most)), field.most
    other = address_of(field.most)
    return f"=IF(COUNT({other})=0,{_LARGEST},{other})", f"本行的{field.most}"
