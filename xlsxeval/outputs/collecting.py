"""The files of a run, without those that the run itself writes; imports only what the check of one file needs too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlsxeval.batch.collect import Collected, collect


def collect_for(
    names: Iterable[str], reports: Iterable[Path], ledger: Path | None, lists: Iterable[Path | None] = ()
) -> Collected:
    """Find the files of a run, without those that the run itself writes.

    Args:
        names: the arguments of the run.
        reports: what the run writes.
        ledger: the ledger.
        lists: what else the run reads: the roster, the template of the letters, the waivers.
    """
    own = [path for path in (ledger, ledger and Path(f"{ledger}-journal"), *lists) if path]
    return collect(names, [*reports, *own])


def nothing_to_check(names: Iterable[str], found: Collected) -> str:
    """Give the sentence that the arguments stand for no file, with the number of files that were left out and why."""
    reasons = "，".join(f"{count}个{reason}" for reason, count in sorted(found.skipped.items()))
    return f"没有可以核对的文件：{'、'.join(names)}" + (f"（跳过{reasons}）" if reasons else "")
