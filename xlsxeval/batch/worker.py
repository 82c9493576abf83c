"""The check of one file, which gives exactly one verdict whatever happens; this code runs in the worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xlsxeval.api.checking import outcomes_for
from xlsxeval.errors import MachineError, bug_text
from xlsxeval.read.refusals import BUG, DIED, MACHINE, too_much
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request
from xlsxeval.rules.finding import Finding

DIED_MESSAGE = "读取程序在核对这个文件时中止，可能是内存不够（--max-memory），请删去多余内容后重新保存"


class Task(NamedTuple):
    """One file to check: its number in the run, its name, and its path or bytes (None if the result is known)."""

    place: int
    name: str
    source: Path | bytes | None


class Result(NamedTuple):
    """The result of one file: the hash of its content (empty if nothing was read) and its outcomes."""

    digest: str
    outcomes: tuple[Outcome, ...]


def unusable(name: str, code: str, message: str) -> Outcome:
    """Give the verdict on a file that could not be checked."""
    return Outcome(name, "unusable", (Finding(code, "error", "", "", "", "", f"{message}。"),))


def died(task: Task) -> Result:
    """Give the verdict on a file during whose check the process died."""
    return Result("", (unusable(task.name, DIED, DIED_MESSAGE),))


def check_one(task: Task, request: Request) -> Result:
    """Check one file; returns a verdict in any case, except if the process dies."""
    try:
        outcomes = outcomes_for(task.source or b"", task.name, request)
        return Result(outcomes[0].sha256, outcomes)
    except MachineError as error:
        code, message = MACHINE, str(error)
    except MemoryError:
        code, message = DIED, str(too_much("核对要用的内存太多", "max-memory"))
    except Exception as error:  # noqa: BLE001  # a bug fails one file, with R13
        code, message = BUG, bug_text(error)
    return Result("", (unusable(task.name, code, message),))


def check_chunk(tasks: Sequence[Task], request: Request) -> list[Result]:
    """Check some files, one after another."""
    return [check_one(task, request) for task in tasks]
