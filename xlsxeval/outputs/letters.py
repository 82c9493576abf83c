"""What is printed in every notice of a run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Letter(NamedTuple):
    """What is printed in every notice of a run.

    Attributes:
        template: the file of a template; None: the one that comes with the program.
        deadline: until when the units must send their forms again, as printed.
        contact: whom to ask, as printed.
        sender: who sends the letters, printed above the day.
    """

    template: Path | None = None
    deadline: str = ""
    contact: str = ""
    sender: str = ""
