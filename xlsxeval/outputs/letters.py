"""The parts of the notices that are the same for all units."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Letter(NamedTuple):
    """The parts of the notices of a run that are the same for all units.

    Attributes:
        template: the file of a template; None: the one that comes with the program.
        deadline: the day until which the units must send their forms again, as it is to be printed.
        contact: the person to ask, as it is to be printed.
        sender: the office that sends the letters, printed above the date.
    """

    template: Path | None = None
    deadline: str = ""
    contact: str = ""
    sender: str = ""
