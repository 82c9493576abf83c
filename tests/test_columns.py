"""Columns of yearly figures: exchanged, copied from the year before, a figure in another unit; the cause is said once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

import pytest

import xlsxeval as api
from tests.conftest import filing_of
from tests.counts import seeds
from xlsxeval.rules.run import check as run_rules

HUNAN = api.load_set("hunan")
ROWS = (
    "公车运行维护",
    "出国经费",
    "公务接待",
    "业务工作经费",
    "运行维护经费",
    "办公经费",
    "水费电费差旅费",
    "会议费培训费",
)
LAST, BUDGET, FINAL = "上年决算数", "预算数", "决算数"
#: Findings of single rows and sums that a cause replaces.
FOLLOWING = {"B05", "B06", "B10", "X01"}


def figures(draw: random.Random) -> dict[str, Decimal]:
    """Give a table in which every row was spent a little under its budget."""
    found = {}
    for row in ROWS:
        budget = Decimal(draw.randrange(200, 40_000)) / 100
        found |= {
            f"{row}.{BUDGET}": budget,
            f"{row}.{FINAL}": (budget * Decimal("0.9")).quantize(Decimal("0.01")),
            f"{row}.{LAST}": (budget * Decimal("0.95")).quantize(Decimal("0.01")),
        }
    return found


def found(basic: Mapping[str, Decimal], **own: Decimal) -> set[tuple[str, str]]:
    """Give code and field of the findings on both tables."""
    forms = {"基础数据表": {name: str(value) for name, value in basic.items()}}
    if own:
        forms["自评表"] = {name: str(value) for name, value in own.items()}
    codes = {"B19", "B20", "B21", *FOLLOWING}
    return {(one.code, one.field) for one in run_rules(filing_of(HUNAN, forms)) if one.code in codes}


def project(basic: Mapping[str, Decimal], column: str) -> Decimal:
    return basic[f"业务工作经费.{column}"] + basic[f"运行维护经费.{column}"]


@pytest.mark.parametrize("seed", seeds(20))
def test_exchanged_columns_are_said_once(seed: int) -> None:
    basic = figures(random.Random(seed))
    spent = project(basic, FINAL)
    assert found(basic, 项目支出=spent) == set()
    other = {BUDGET: FINAL, FINAL: BUDGET, LAST: LAST}
    exchanged = {
        f"{row}.{other[column]}": value for name, value in basic.items() for row, _, column in [name.rpartition(".")]
    }
    assert found(exchanged, 项目支出=spent) == {("B19", f"{ROWS[0]}.{FINAL}")}
    # Where exchanging mends nothing, the rows are over their budget.
    assert ("B19", f"{ROWS[0]}.{FINAL}") not in found(exchanged, 项目支出=project(exchanged, FINAL))


@pytest.mark.parametrize("seed", seeds(20))
def test_a_figure_in_another_unit_is_said_once(seed: int) -> None:
    draw = random.Random(seed)
    basic = figures(draw)
    name = f"{draw.choice(ROWS)}.{draw.choice((LAST, BUDGET, FINAL))}"
    assert found({**basic, name: basic[name] * 10_000}) == {("B20", name)}
    assert found({**basic, f"{ROWS[0]}.{LAST}": Decimal("0.01")}) <= {("B06", "三公经费.决算数")}


@pytest.mark.parametrize("seed", seeds(20))
def test_the_figures_of_last_year(seed: int) -> None:
    basic = figures(random.Random(seed))
    copied = {**basic, **{f"{row}.{LAST}": basic[f"{row}.{FINAL}"] for row in ROWS}}
    assert found(copied) == {("B21", f"{ROWS[0]}.{FINAL}")}
    assert found({**copied, f"{ROWS[3]}.{LAST}": copied[f"{ROWS[3]}.{FINAL}"] + 1}) == set()
