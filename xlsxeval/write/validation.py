"""What may be typed into a blank, by its kind: the rule, the help shown at the cell, the alert in plain Chinese."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xlsxeval.forms.model import Field
from xlsxeval.numbers import plain

_LARGEST = 10**12
_LONGEST = 2000
#: Excel's own limits; XlsxWriter drops longer texts.
_TITLE, _MESSAGE = 32, 255


def validation(field: Field, unit: str, address_of: Callable[[str], str]) -> dict[str, object]:
    """Give XlsxWriter's options for the cells of one field.

    Args:
        field: the field.
        unit: what amounts are counted in.
        address_of: gives the address of another column of the same line (for a score that may not exceed its weight).
    """
    name = field.name.replace(".", "：")
    options: dict[str, object] = {
        "input_title": name[:_TITLE],
        "input_message": field.help[:_MESSAGE],
        "error_title": name[:_TITLE],
    }
    if not field.kind.numeric:
        return options | {
            "validate": "length",
            "criteria": "<=",
            "value": _LONGEST,
            "error_type": "warning",
            "error_message": f"文字超过{_LONGEST}字，请精简。",
        }
    least = field.least
    most, most_text = _most(field, address_of)
    said = f"请填{'整数' if field.kind.whole else '数字'}"
    said += f"，不小于{plain(least)}" if least is not None else ""
    said += f"，不大于{most_text}" if most_text else ""
    said += f"。单位：{unit}，只填数字不写单位。" if field.kind_name == "money" else "。"
    return options | {
        "validate": "integer" if field.kind.whole else "decimal",
        "criteria": "between",
        "minimum": _simple(least) if least is not None else -_LARGEST,
        "maximum": most,
        "error_message": said,
    }


def _simple(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _most(field: Field, address_of: Callable[[str], str]) -> tuple[float | str, str]:
    if not field.most:
        return _LARGEST, ""
    if field.most.replace(".", "", 1).isdigit():
        return _simple(Decimal(field.most)), field.most
    return f"={address_of(field.most)}", f"本行的{field.most}"
