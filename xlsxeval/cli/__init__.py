"""The command line: thin; a command is a function of ``xlsxeval.api`` or ``xlsxeval.batch``, loaded when it runs."""

from __future__ import annotations

from xlsxeval.cli.program import main, run

__all__ = ["main", "run"]
