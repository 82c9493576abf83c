"""A county's own checks: examples run and name what exists, a star is no sum, and what is odd is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import xlsxeval as api
from xlsxeval.api.rules import example_faults, inherited_codes

SET = """set: 某县
title: 某县收支表
amount_unit: 万元
version: "1"
forms: [收支表.yaml]
"""
FORM = """form: 收支表
title: 收支表
unit_field: 单位
widths: [20, 20, 20]
layout: |
  | # 收支表 | < | < |
  | 单位 | [单位] |  |
  |  | 得分 | 分值 |
  | 甲 | [甲.得分] | [甲.分值] |
  | 乙 | [乙.得分] | [乙.分值] |
  | 总分 | [总分] |  |
fields:
  单位: {kind: text}
  "*.得分": {kind: score}
  "*.分值": {kind: score}
  总分: {kind: score}
checks:
  CODE:
    title: 总分不对
    why: 总分由各项相加。
    fix: 请核对
    that: THAT
    at: 总分
"""
SUM = "总分 = 甲.得分 + 乙.得分"
RIGHT = "    right: {甲.得分: 1, 乙.得分: 2, 总分: 3}\n"
WRONG = "    wrong: {甲.得分: 1, 乙.得分: 2, 总分: 4}\n"


def folder(tmp_path: Path, examples: str = "", that: str = SUM, code: str = "C01") -> Path:
    """Write a set with one check and its examples."""
    own = tmp_path / "某县"
    own.mkdir()
    (own / "set.yaml").write_text(SET, encoding="utf-8")
    (own / "收支表.yaml").write_text(FORM.replace("THAT", that).replace("CODE", code) + examples, encoding="utf-8")
    return own


@pytest.mark.parametrize(
    ("examples", "faults"),
    [
        ("", ()),
        (WRONG + RIGHT, ()),
        (RIGHT.replace("right", "wrong"), ("C01的反例没有查出C01",)),
        (WRONG.replace("wrong", "right"), ("C01的正例查出了C01",)),
        (WRONG.replace("总分: 4", "总分: {text: 四分}"), ("C01的反例没有查出C01",)),
    ],
)
def test_examples_run(tmp_path: Path, examples: str, faults: tuple[str, ...]) -> None:
    assert example_faults(str(folder(tmp_path, examples))) == faults


@pytest.mark.parametrize("which", ["wrong", "right"])
def test_an_example_names_what_exists(tmp_path: Path, which: str) -> None:
    own = folder(tmp_path, f"    {which}: {{甲.得份: 1, 总分: 4}}\n")
    with pytest.raises(api.DefinitionError, match=r"收支表\.yaml:[0-9]+: 例子里的“甲.得份”不是填空，是否想写“甲.得分”"):
        api.load_set(str(own))


@pytest.mark.parametrize("function", ["SUM", "MAX", "MIN"])
def test_a_star_alone_is_no_sum(tmp_path: Path, function: str) -> None:
    own = folder(tmp_path, that=f"总分 = {function}(*.得分)")
    with pytest.raises(api.DefinitionError, match=rf"“\*”一次只代表一个.*请写{function}\(甲.得分, 乙.得分, …\)"):
        api.load_set(str(own))


def test_a_star_for_each_is_fine(tmp_path: Path) -> None:
    own = folder(tmp_path, that='"OR(COUNT(*.得分) = 0, SUM(*.得分, *.分值) >= 0)"')
    assert len(api.load_set(str(own)).all_checks) == 2


def test_the_command_says_what_is_odd(tmp_path: Path) -> None:
    own = folder(tmp_path, RIGHT.replace("right", "wrong"), code="总分规则")
    assert inherited_codes(str(own)) == frozenset()
    done = subprocess.run(
        [sys.executable, "-m", "xlsxeval", "forms", "--set", str(own)], capture_output=True, check=True
    )
    lines = [line.strip() for line in done.stdout.decode("utf-8").splitlines()]
    assert "自己的公式核对：总分规则" in lines
    assert "规则代码“总分规则”不像C01：--select按开头的字母选规则，建议用一个字母加两位数字" in lines
    assert "例子不对：总分规则的反例没有查出总分规则" in lines
    assert any(line.startswith(("E01  ", "E02  ")) for line in lines)


def test_a_new_workbook_of_an_own_set_says_which_examples_are_wrong(tmp_path: Path) -> None:
    own = folder(tmp_path, RIGHT.replace("right", "wrong"))
    done = subprocess.run(
        [sys.executable, "-m", "xlsxeval", "new", "--set", str(own), "--year", "2024", "-o", str(tmp_path / "空.xlsx")],
        capture_output=True, check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.stderr.decode("utf-8").strip() == "例子不对：C01的反例没有查出C01"
    assert (tmp_path / "空.xlsx").is_file()
