"""The cost of all rules in two checkouts, measured in turns: ``python bench/against.py OLD_CHECKOUT [NEW_CHECKOUT]``.

Each checkout runs in a process of its own; the same filing is checked in one and then in the other, so that a machine
that becomes slower or faster in between is so for both. Printed is the median of the ratios.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()


def serve(root: str, count: int, rounds: int) -> None:
    """Check one filing of so many indicators for each line of standard input and print the process time in seconds."""
    sys.path.insert(0, root)
    import xlsxeval as api
    from xlsxeval.rules.run import check

    read = getattr(api, "read_filing", None) if "read_filing" in dir(api) else api.read
    line = {"一级指标": "产出指标", "二级指标": "数量指标", "年度指标值": "≥10次", "实际完成值": "9次"}
    lines = [{**line, "三级指标": f"工作{number}", "分值": "1", "得分": "1"} for number in range(count)]
    amounts = {"资金分值": "10", "全年预算数": "100", "全年执行数": "98"}
    hunan = api.load_set("hunan")
    content = api.fill(hunan, {"year": 2024, "forms": {"自评表": {**amounts, "指标": lines}}})
    filings = [read(content, formset=hunan) for _ in range(rounds + 1)]
    check(filings.pop())
    print("ready", flush=True)
    for filing, _ in zip(filings, sys.stdin, strict=False):
        start = time.process_time()
        check(filing)
        print(json.dumps(time.process_time() - start), flush=True)


def asked(process: subprocess.Popen[str]) -> float:
    """Have a checkout check its next filing; give the seconds."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def main() -> None:
    """Print the ratio of the new cost to the old one, for filings of more and more indicators."""
    roots = [sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else str(HERE.parent.parent)]
    for count, rounds in ((30, 300), (300, 60), (2000, 14)):
        servers = [
            subprocess.Popen(
                [sys.executable, "-P", str(HERE), "--serve", root, str(count), str(rounds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for root in roots
        ]
        for server in servers:
            assert server.stdout
            assert server.stdout.readline() == "ready\n"
        times = [[asked(server) for server in servers] for _ in range(rounds)]
        for server in servers:
            server.kill()
        old, new = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
        ratio = statistics.median(second / first for first, second in times)
        print(f"{count:5} indicators: {old:8.2f} ms -> {new:8.2f} ms   x {ratio:.2f}")


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
