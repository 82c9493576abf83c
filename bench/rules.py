"""All rules against the reading, for filings of more and more indicators; and each rule's share."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from check import timed

import xlsxeval as api
from xlsxeval.rules.case import Case
from xlsxeval.rules.registry import JUDGEMENT
from xlsxeval.rules.run import check, check_case

ROUNDS = 7


def filing(count: int) -> dict[str, object]:
    line = {"一级指标": "产出指标", "二级指标": "数量指标", "年度指标值": "≥10次", "实际完成值": "9次"}
    line |= {"分值": "1", "得分": "1"}
    lines = [{**line, "三级指标": f"工作{number}"} for number in range(count)]
    amounts = {"资金分值": "10", "全年预算数": "100", "全年执行数": "98"}
    return {"year": 2024, "forms": {"自评表": {**amounts, "指标": lines}}}


def main() -> None:
    """Print the ratio of rules to reading, and the dearest rules."""
    hunan = api.load_set("hunan")
    for count in (30, 300, 2000):
        content = api.fill(hunan, filing(count))
        read = [timed(lambda content=content: api.read_filing(content, formset=hunan)) for _ in range(ROUNDS)]
        filings = [api.read_filing(content, formset=hunan) for _ in range(ROUNDS)]
        rules = [timed(lambda one=one: check(one)) for one in filings]
        first, second = statistics.median(read) * 1000, statistics.median(rules) * 1000
        print(f"{count:5} indicators: reading {first:8.2f} ms, rules {second:8.2f} ms   x {second / first:.2f}")
    of = Case(filings[0])
    check_case(of)
    costs = {
        code: timed(lambda rule=rule, judge=judge: list(judge(of, rule))) for code, (rule, judge) in JUDGEMENT.items()
    }
    costs["declared"] = timed(lambda: Case(filings[0]).outcomes)
    for code, cost in sorted(costs.items(), key=lambda pair: -pair[1])[:8]:
        print(f"  {code:10} {cost * 1000:8.2f} ms")


if __name__ == "__main__":
    main()
