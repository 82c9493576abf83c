"""A command on a terminal: a test waits for a text that the command shows, and not for a time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

#: SIGINT as in a terminal: where the tests run in the background of a script, it is ignored, and so it would be here.
_START = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from xlsxeval.cli import run; run()"
COMMAND = (sys.executable, "-c", _START)
#: The longest wait in seconds, far more than any awaited event takes on the slowest machine.
PATIENCE = 120


class Watched:
    """A started command; its stderr is a terminal, so that it shows its progress there."""

    def __init__(self, arguments: Sequence[object], cwd: Path) -> None:
        """Start the command in a session of its own."""
        import pty

        self._terminal, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)], cwd=cwd, stdout=subprocess.PIPE, stderr=terminal, encoding="utf-8",
            start_new_session=True, env={**os.environ, "PYTHONUTF8": "1", "TERM": "xterm", "NO_COLOR": "1"},
        )  # fmt: skip
        os.close(terminal)
        self._text = b""
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._terminal, 65536)
            except OSError:  # the other end is closed
                part = b""
            with self._more:
                self._text += part
                self._more.notify_all()
            if not part:
                os.close(self._terminal)
                return

    def until(self, pattern: str) -> None:
        """Wait until the terminal shows a text that matches the pattern."""
        with self._more:
            seen = self._more.wait_for(lambda: re.search(pattern, self._text.decode(errors="replace")), PATIENCE)
        assert seen, f"{pattern} was not shown: {self._text.decode(errors='replace')}"

    def done(self) -> int:
        """Wait until the progress is shown, and give the number of files that are done."""
        self.until(r"[0-9]+/[0-9]+")
        return int(re.findall(r"([0-9]+)/[0-9]+", self._text.decode(errors="replace"))[-1])

    def end(self) -> tuple[str, str]:
        """Wait for the end; gives the standard output and the last line of the terminal."""
        stdout, _ = self.process.communicate(timeout=PATIENCE)
        self._reader.join(PATIENCE)
        return stdout, re.split(r"[\r\n]+", self._text.decode().strip())[-1]


def gone(session: int) -> bool:
    """Wait until no process of a session is left."""
    until = time.monotonic() + PATIENCE
    while members(session):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def members(session: int) -> list[int]:
    """Give the running processes of a session."""
    running = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        state, _, _, its_session = text.rpartition(")")[2].split()[:4]
        if int(its_session) == session and state != "Z":
            running.append(int(stat.parent.name))
    return running


def busy_for(process: int, seconds: float) -> None:
    """Wait until a process has used ``seconds`` more processor seconds."""
    start, until = used_by(process), time.monotonic() + PATIENCE
    while used_by(process) - start < seconds:
        assert time.monotonic() < until, "the process does nothing"
        time.sleep(0.02)


def used_by(process: int) -> float:
    """Give the processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
