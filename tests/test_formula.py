"""Formulas: values, blanks, printed precision, and the Excel text that means the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlsxeval.formula.bounds import compare_printed, interval, printed
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.excel import to_excel
from xlsxeval.formula.parse import parse
from xlsxeval.formula.tree import Column, FieldRef, Name, Node, Ref, rewrite
from xlsxeval.formula.words import computation

D = Decimal


def tree(text: str) -> Node:
    return rewrite(parse(text), _ref)


def _ref(name: Name) -> Ref:
    return Column("f", "t", name.text[2:]) if name.text.startswith("t.") else FieldRef("f", name.text)


def value(text: str, **given: object) -> object:
    return evaluate(tree(text), lambda ref: given.get(ref.name))  # type: ignore[arg-type,return-value]  # test data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", D(7)), ("(1 + 2) * 3", D(9)), ("2 - 3 - 4", D(-5)), ("8 / 4 / 2", D(1)), ("-2 + 5", D(3)),
        ("50%", D("0.5")), ("ROUND(2.5, 0)", D(3)), ("ROUND(-2.5, 0)", D(-3)), ("ROUND(1.005, 2)", D("1.01")),
        ("ROUND(2.675, 2)", D("2.68")), ("ROUND(0.285, 2)", D("0.29")), ("ROUND(8.345, 2)", D("8.35")),
        ("ROUND(59.995, 2)", D(60)), ("ROUNDDOWN(9.959, 2)", D("9.95")), ("0.1 + 0.2 = 0.3", True),
        ("0.7 + 0.1 + 0.2 >= 1", True), ("22.26 - 21.29 = 0.97", True), ("4.35 * 100 = 435", True),
        ("MIN(3, 1, 2)", D(1)), ("MAX(3, 1, 2)", D(3)), ("ABS(-3)", D(3)), ("COUNT(1, 2)", D(2)),
        ("IF(1 < 2, 3, 4)", D(3)), ("AND(1 = 1, 2 = 3)", False), ("OR(1 = 1, 2 = 3)", True), ("NOT(1 = 2)", True),
        ("1 / 0", None), ('"甲" = "甲"', True), ('"甲" <> "乙"', True),
    ],
)  # fmt: skip
def test_values(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", None), ("a + x", D(2)), ("x - a", D(2)), ("a - x", D(-2)), ("a * x", None), ("x / a", None),
        ("a / x", None), ("SUM(a, b)", None), ("SUM(a, x)", D(2)), ("ROUND(a, 2)", None), ("MIN(a, 1)", None),
        ("MAX(x, a)", None), ("COUNT(a, x)", D(1)), ("a = x", None), ("a <= 1", None), ("AND(a = 1, 1 = 2)", False),
        ("AND(a = 1, 1 = 1)", None), ("OR(a = 1, 1 = 1)", True), ("OR(a = 1, 1 = 2)", None), ("NOT(a = 1)", None),
        ("IF(a = 1, 1, 2)", None), ("SUM(t.c)", D(3)), ("SUM(t.e)", None), ("COUNT(t.c)", D(2)), ("MAX(t.c)", D(2)),
        ("x / z", None),
    ],
)  # fmt: skip
def test_blank_is_not_zero(text: str, expected: object) -> None:
    assert value(text, x=D(2), z=D(0), c=[D(1), None, D(2)], e=[None, None]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", 'IF(COUNT(A1)=0,"",A1)'),
        ("a + b", 'IF(COUNT(A1,B1)=0,"",SUM(A1,B1))'),
        ("a - b", 'IF(COUNT(A1,B1)=0,"",SUM(A1)-SUM(B1))'),
        ("a / b", 'IF(OR(COUNT(A1,B1)<2,B1=0),"",A1/B1)'),
        ("a + SUM(t.c)", 'IF(COUNT(A1,C1:C9)=0,"",SUM(A1,C1:C9))'),
        ("ROUND(x * MIN(a / b, 1), 2)", 'IF(OR(COUNT(X1)=0,COUNT(A1,B1)<2,B1=0),"",ROUND(X1*MIN(A1/B1,1),2))'),
        ("a * (b + x)", 'IF(OR(COUNT(A1)=0,COUNT(B1,X1)=0),"",A1*SUM(B1,X1))'),
        ("a / (b - x)", 'IF(OR(COUNT(A1)=0,COUNT(B1,X1)=0,(SUM(B1)-SUM(X1))=0),"",A1/(SUM(B1)-SUM(X1)))'),
        ("COUNT(a, b)", "COUNT(A1,B1)"),
    ],
)
def test_excel_text(text: str, expected: str) -> None:
    assert to_excel(tree(text), lambda ref: "C1:C9" if isinstance(ref, Column) else f"{ref.name.upper()}1") == expected


def test_printed_intervals() -> None:
    assert printed(D("10.5"), 2) == (D("10.495"), D("10.505"))
    assert printed(D("0.9952"), 4, truncated=True) == (D("0.99515"), D("0.9953"))
    assert printed(D("-1.5"), 1, truncated=True) == (D("-1.6"), D("-1.45"))


def test_a_comparison_fails_only_if_the_intervals_cannot_meet() -> None:
    given = {"a": D("1339.07"), "b": D("22.07"), "s": D("1361.15"), "u": D("1361.17")}

    def holds(text: str) -> object:
        compare = compare_printed(lambda ref: printed(given[ref.name], 2))
        return evaluate(tree(text), lambda ref: given[ref.name], compare)

    assert holds("a + b = s") is True
    assert holds("a + b = u") is False
    assert holds("s <= a + b") is True
    assert holds("u <= a + b") is False


def test_intervals_of_functions() -> None:
    bounds = {"a": (D(1), D(2)), "b": (D(-1), D(4))}
    for text, expected in {
        "a + b": (D(0), D(6)), "a - b": (D(-3), D(3)), "a * b": (D(-2), D(8)), "b / a": (D(-1), D(4)), "-a": (D(-2), D(-1)),
        "a / b": None, "MIN(a, b)": (D(-1), D(2)), "MAX(a, b)": (D(1), D(4)), "ABS(b)": (D(0), D(4)), "SUM(a, b)": (D(0), D(6)),
        "ROUND(8.045, 2)": (D("8.04"), D("8.05")),
    }.items():  # fmt: skip
        assert interval(tree(text), lambda ref: bounds[ref.name]) == expected


def test_computations_in_words() -> None:
    given = {"x": D(10), "a": D("37.24"), "b": D("43.2"), "c": [D(n) for n in range(8)], "d": [D(1), D(2)]}

    def words(text: str) -> str:
        return computation(tree(text), lambda ref: given.get(ref.name))  # type: ignore[arg-type,return-value]  # test data

    assert words("a / b") == "37.24 ÷ 43.2"
    assert words("ROUND(x * MIN(a / b, 1), 2)") == "10 × (37.24 ÷ 43.2)"
    assert words("x + SUM(t.d)") == "10 + 1 + 2"
    assert words("x + SUM(t.c)") == "10 + 8项之和28"
    assert words("x + y") == "10"
