"""Writing a blank workbook against the bare XlsxWriter calls for the same cells."""

from __future__ import annotations

import statistics

from bare import recorded, replay
from check import ROUNDS, timed

import xlsxeval as api


def main() -> None:
    """Print medians and the ratio."""
    hunan = api.load_set("hunan")

    def new() -> bytes:
        return api.new(hunan, year=2024, unit="某某局")

    record = recorded(new)
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(timed(lambda: replay(record)))
        ours.append(timed(new))
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    print(f"{len(record['calls'])} calls")
    print(f"bare XlsxWriter calls {statistics.median(bare) * 1000:8.2f} ms")
    print(f"xlsxeval.new          {statistics.median(ours) * 1000:8.2f} ms   x {ratio:.2f}")


if __name__ == "__main__":
    main()
