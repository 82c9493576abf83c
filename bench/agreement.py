"""LibreOffice and IronCalc against our evaluator on every formula cell of many random fillings (default 500)."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import xlsxeval as api
from tests.engines import cached, checked_lines, differences, in_process, libreoffice, live_lines, spoil
from tests.fillings import filling

#: LibreOffice grows with every workbook it converts in one go.
_BATCH = 50


def main() -> None:
    """Print what was compared, and every difference."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    hunan = api.load_set("hunan")
    written = {f"f{seed}": api.fill(hunan, filling(hunan, seed)) for seed in range(count)}
    ours = {name: cached(content) for name, content in written.items()}
    spoilt = {name: spoil(content) for name, content in written.items()}
    cells = [value for values in ours.values() for value in values.values()]
    numbers = sum(isinstance(value, float) for value in cells)
    print(f"{count} fillings, {len(cells)} formula cells: {numbers} numbers, {len(cells) - numbers} blank")
    checks = sum(len(form.checks) for form in hunan.forms) + len(hunan.checks)
    lines = {name: checked_lines(content, hunan) for name, content in written.items()}
    states = [state for one in lines.values() for state, _, _ in one]
    apart = [(name, *pair) for name in written for pair in zip(live_lines(ours[name], checks), lines[name], strict=True)
             if pair[0] != pair[1]]  # fmt: skip
    counts = "，".join(f"{states.count(state)} {state}" for state in ("通过", "不通过", "未填"))
    print(f"核对 against check: {len(states)} lines ({counts}), {len(apart)} differences")
    start = time.perf_counter()
    theirs = {name: in_process(content) for name, content in spoilt.items()}
    found = [one for name in ours for one in differences(ours[name], theirs[name])]
    print(f"IronCalc     {len(found)} differences {time.perf_counter() - start:6.1f} s")
    start = time.perf_counter()
    theirs = {}
    for first in range(0, count, _BATCH):
        with tempfile.TemporaryDirectory() as folder:
            batch = {f"f{seed}": spoilt[f"f{seed}"] for seed in range(first, min(first + _BATCH, count))}
            theirs |= libreoffice(batch, Path(folder))
    more = [one for name in ours for one in differences(ours[name], theirs[name])]
    print(f"LibreOffice  {len(more)} differences {time.perf_counter() - start:6.1f} s")
    for one in [*apart, *found, *more][:20]:
        print(one)


if __name__ == "__main__":
    main()
