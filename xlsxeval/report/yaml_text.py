"""Write plain data as YAML text."""

from __future__ import annotations

import yaml


def as_yaml(tree: object) -> str:
    """Return a YAML document; keys keep their order, numbers given as texts are written without quotes."""
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Writes texts that are numbers without quotes: our loader reads every scalar as a text."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Write a text; one that is a number without quotes."""
    if text.replace(".", "", 1).replace("-", "", 1).isascii() and text.replace(".", "", 1).lstrip("-").isdigit():
        return dumper.represent_scalar("tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int", text)
    return dumper.represent_str(text)


_Dumper.add_representer(str, _text)
