"""``python -m xlsxeval``: the same program as the command ``xlsxeval``."""

from __future__ import annotations

from xlsxeval.cli import run

if __name__ == "__main__":  # a process for checking loads this file again, and must not start the program
    run()
