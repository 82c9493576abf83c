"""Many files: two processes against one, a cluster on this machine, and the memory of the main process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import xlsxeval

FILES, ROUNDS = 2_000, 3
FILLED = (Path(__file__).parent.parent / "samples" / "澧县县委办2024" / "filled.xlsx").read_bytes()
PEAK = """import resource, sys
from xlsxeval.cli import run
try:
    run()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def folder_of(place: Path, count: int) -> Path:
    """Fill a folder with copies that differ in a comment of their container."""
    place.mkdir()
    for number in range(count):
        comment = b"%d" % number
        (place / f"{number:06}.xlsx").write_bytes(FILLED[:-2] + len(comment).to_bytes(2, "little") + comment)
    return place


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(files: list[Path]) -> None:
    """Print files a second for one and two processes, which take turns, and then for a cluster if there is one."""
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for jobs, found in times.items():
            found.append(seconds(lambda jobs=jobs: sum(1 for _ in xlsxeval.check_many(files, jobs=jobs))))
    ratio = statistics.median(one / two for one, two in zip(times[1], times[2], strict=True))
    print(f"1 process        {len(files) / statistics.median(times[1]):7.1f} files/s")
    print(f"2 processes      {len(files) / statistics.median(times[2]):7.1f} files/s   x {ratio:.2f}")
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        print("no cluster: pip install 'xlsxeval[cluster]'")
        return
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        executor = client.get_executor()
        found = [seconds(lambda: sum(1 for _ in xlsxeval.check_many(files, executor=executor))) for _ in range(ROUNDS)]
    spent = statistics.median(found)
    print(f"dask, 2 workers  {len(files) / spent:7.1f} files/s   x {statistics.median(times[1]) / spent:.2f}")


def memory(place: Path) -> None:
    """Print the peak memory of the main process of the command for 1,000 and 10,000 files, with ledger and report."""
    for count in (1_000, 10_000):
        folder = folder_of(place / str(count), count)
        command = [sys.executable, "-c", PEAK, "check", folder, "--quiet", "--ledger", place / f"{count}.db"]
        done = subprocess.run(
            [*command, "--jsonl", place / f"{count}.jsonl"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(f"{count:6} files: main process {int(done.stderr.splitlines()[-1]) / 1024:.1f} MiB")


def main() -> None:
    """Measure in a temporary folder; on a machine where nobody else works, or the ratios mean nothing."""
    print(f"{os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        speed(sorted(folder_of(place / "files", FILES).iterdir()))
        memory(place)


if __name__ == "__main__":
    main()
