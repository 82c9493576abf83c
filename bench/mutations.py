"""A long run of clean filings and single changes: nothing found in the former, everything in the latter."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import xlsxeval as api
from tests.clean import MUTATIONS, clean_filing, mutated
from tests.test_clean import filing_of
from xlsxeval.rules.run import check


def main() -> None:
    """Print what was found in clean filings and what was missed in changed ones."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    hunan = api.load_set("hunan")
    alarms: Counter[str] = Counter()
    for seed in range(count):
        alarms.update(f"{one.severity} {one.code}" for one in check(filing_of(hunan, clean_filing(seed))))
    print(f"{count} clean filings: {dict(alarms) or 'no finding'}")
    made, missed = 0, Counter[str]()
    for seed in range(count // 5):
        for name in MUTATIONS:
            broken = mutated(seed, name)
            if broken is not None:
                made += 1
                found = {one.code for one in check(filing_of(hunan, broken[0]))}
                missed.update([name] if not {code for code, _ in broken[1]} <= found else [])
    print(f"{made} changes of {len(MUTATIONS)} kinds: {dict(missed) or 'none'} missed")


if __name__ == "__main__":
    main()
