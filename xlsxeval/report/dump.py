"""Trees to JSON and YAML text."""

from __future__ import annotations

import json

import yaml


def as_json(tree: object) -> str:
    """Return one line of JSON, readable Chinese; control characters are escaped by JSON itself."""
    return json.dumps(tree, ensure_ascii=False, allow_nan=False)


def as_yaml(tree: object) -> str:
    """Return a YAML document in which every number stands as it is written, in the given order."""
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Writes number texts without quotes: the loader reads every scalar as text anyway."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if text.replace(".", "", 1).replace("-", "", 1).isascii() and text.replace(".", "", 1).lstrip("-").isdigit():
        return dumper.represent_scalar("tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int", text)
    return dumper.represent_str(text)


_Dumper.add_representer(str, _text)
