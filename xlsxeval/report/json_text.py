"""Write plain data as JSON text."""

from __future__ import annotations

import json


def as_json(tree: object) -> str:
    """Return one line of JSON; Chinese stays readable, control characters are escaped."""
    return json.dumps(tree, ensure_ascii=False, allow_nan=False)
