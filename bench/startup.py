"""Starting ``xlsxeval --version`` against ``python -c "import click"``, whole processes in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 21
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import click'": [sys.executable, "-c", "import click"],
    "xlsxeval --version": [sys.executable, "-c", "from xlsxeval.cli import run; run(['--version'])"],
}


def main() -> None:
    """Print medians and the ratio to importing click."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    base = times["python -c 'import click'"]
    for name, seconds in times.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, base, strict=True))
        print(f"{name:26} {statistics.median(seconds) * 1000:7.1f} ms   x {ratio:.2f}")


if __name__ == "__main__":
    main()
