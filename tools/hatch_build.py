"""Compile the sets when a wheel is built, also the one of ``pip install -e``."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileSets(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]  # hatchling says nothing of its types
    """Writes xlsxeval/compiled, which is no part of the repository, and takes it into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is packed, with the sources that are being packed."""
        del version
        sys.path.insert(0, self.root)
        try:
            from xlsxeval.forms.compiling import compile_sets

            compile_sets()
        finally:
            sys.path.remove(self.root)
        build_data["artifacts"].append("/xlsxeval/compiled/*.pickle")
