"""Numbers and labels as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlsxeval.filing import interpret
from xlsxeval.forms.kinds import KINDS
from xlsxeval.numbers import parse_figure, percent_text, plain, round_half_up
from xlsxeval.rules.targets import Quantity, acceptable_scores, comparable, read_quantity
from xlsxeval.text import display_width, label_key

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,361.15", "1361.15"), ("３０", "30"), ("536万元", "536"), ("5,360,000元", "536"), ("1.2亿元", "12000"), (" 7.5 ", "7.5"),
     ("99.52%", "0.9952"), ("−3", None), ("-3", "-3"), ("+3", "3"), ("7.50.", None), ("1_000", None), ("nan", None), ("٣", None),
     ("150万", "150"), ("1.2亿", "12000"), ("1e5", None), ("", None), ("12 3", None), ("12 万元", "12"), ("1,36", None), ("十", None), ("½", None), ("1\u200b2", "12")],
)  # fmt: skip
def test_figures(text: str, value: str | None) -> None:
    figure = parse_figure(text, money_unit="万元")
    assert (None if figure is None else plain(figure.value)) == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("150万", "元", "1500000"), ("1.2万人", "", "12000"), ("1.2万", "", "12000"), ("3人", "", "3")],
)
def test_ten_thousands(text: str, unit: str, value: str) -> None:
    figure = parse_figure(text, money_unit=unit)
    assert figure is not None
    assert plain(figure.value) == value


@pytest.mark.parametrize(
    ("text", "kind", "value", "problem"),
    [("", "money", None, ""), ("—", "money", None, ""), ("/", "score", None, ""), ("无", "money", None, ""), ("7.50.", "money", None, "bad"),
     ("99.52", "percent", "0.9952", ""), ("0.9952", "percent", "0.9952", ""), ("1", "percent", "1", ""), ("100%", "percent", "1", "")],
)  # fmt: skip
def test_meaning_by_kind(text: str, kind: str, value: str | None, problem: str) -> None:
    found = interpret(text, KINDS[kind], "万元")
    assert (None if found.value is None else plain(D(found.value)), found.problem) == (value, problem)


def test_printing() -> None:
    assert [plain(D(text)) for text in ("10.50", "1E+3", "-0.00", "0.000001")] == ["10.5", "1000", "0", "0.000001"]
    assert percent_text(D("0.80448"), 2) == "80.45%"
    assert round_half_up(D("-0.125"), 2) == D("-0.13")
    assert round_half_up(D("1E+60"), 2) == D("1E+60")


@pytest.mark.parametrize(
    ("text", "key", "years"),
    [("年度资金总 额:", "年度资金总额", ()), ("（2024年度）", "#年度", (2024,)), ("其中: 基本 支出:", "基本支出", ()),
     ("批复规模 (m ²)", "批复规模", ()), ("2024年实际在职人数", "#年实际在职人数", (2024,)), ("1、公务用车", "公务用车", ()),
     ("(2)公务用车购置", "公务用车购置", ()), ("“三公”经费", "三公经费", ()), ("执行率(B/A)", "执行率", ()), ("①甲", "甲", ()),
     ("三公经费", "三公经费", ()), ("一般公共预算", "一般公共预算", ())],
)  # fmt: skip
def test_label_keys(text: str, key: str, years: tuple[int, ...]) -> None:
    assert label_key(text) == (key, years)


def test_width() -> None:
    assert display_width("三公经费ab") == 10


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("≥13", ("≥", "13", "")), ("4次", ("", "4", "次")), ("1.2万亩", ("", "12000", "亩")), ("536万元", ("", "5360000", "元")),
     ("16.3亿元", ("", "1630000000", "元")), ("≧90％", ("≥", "0.9", "%")), ("不低于90%", ("≥", "0.9", "%")), ("不超过3起", ("≤", "3", "起")),
     ("90%以上", ("≥", "0.9", "%")), ("5天以内", ("≤", "5", "天")), ("每亩300", ("", "300", "每亩")), ("﹦2", ("=", "2", "")),
     ("≤800元/亩", None), ("12月底前", None), ("90%-95%", None), ("2024年12月31日", None), ("优化", None), ("", None), ("12月", None)],
)  # fmt: skip
def test_quantities(text: str, quantity: tuple[str, str, str] | None) -> None:
    found = read_quantity(text)
    assert found == (None if quantity is None else Quantity(quantity[0], D(quantity[1]), quantity[2]))


def test_units_compared() -> None:
    def both(target: str, actual: str) -> tuple[Decimal, Decimal] | None:
        aim, done = read_quantity(target), read_quantity(actual)
        assert aim
        assert done
        return comparable(aim, done)

    assert both("1.2万亩", "12500亩") == (D(12000), D(12500))
    assert both("4次", "4") == (D(4), D(4))
    assert both("100%", "95") == (D(1), D("0.95"))
    assert both("4次", "4个") is None


@pytest.mark.parametrize(
    ("target", "actual", "fewer", "scores"),
    [("10", "12", False, ["2"]), ("10", "8", False, ["1.6"]), ("10", "-1", False, ["0"]), ("0", "0", False, ["2"]), ("0", "1", True, ["0"]),
     ("800", "786", True, ["2"]), ("100", "250", True, ["0.8", "0"])],
)  # fmt: skip
def test_acceptable_scores(target: str, actual: str, fewer: bool, scores: list[str]) -> None:  # noqa: FBT001  # a case
    assert acceptable_scores(D(target), D(actual), D(2), fewer=fewer) == tuple(D(score) for score in scores)


def test_both_reverse_formulas_of_the_real_filing() -> None:
    scores = acceptable_scores(D("959.57"), D("983.77"), D(2), fewer=True)
    assert [round_half_up(score, 4) for score in scores] == [D("1.9508"), D("1.9496")]
