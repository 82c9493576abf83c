"""What a form file, a set file or a file of waivers may not hold: one sentence with file and line, at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import xlsxeval as api
from tests.test_forms import FORM, SET, error, load
from xlsxeval.errors import DataError, DefinitionError
from xlsxeval.forms.waivers import load_waivers
from xlsxeval.forms.yamlfile import read_yaml
from xlsxeval.formula.parse import FormulaError, parse

#: Ten lines of which each names the one before ten times: 10^10 values once the aliases are followed.
BOMB = "a: &a [x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9)
)
ALIAS = ":1: 以“&”开头的文字要加引号（YAML的锚点、别名和标记不能用）"


def test_aliases_are_refused_by_every_reader(tmp_path: Path) -> None:
    file = tmp_path / "坏.yaml"
    file.write_text(BOMB, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_waivers(file)
    assert str(caught.value) == f"坏.yaml{ALIAS}"
    with pytest.raises(DataError) as data:
        api.fill(api.load_set("hunan"), file)
    assert str(data.value) == f"坏.yaml{ALIAS}"
    assert error(tmp_path, of_set=BOMB) == f"set.yaml{ALIAS}"
    assert error(tmp_path, form=BOMB) == f"表.yaml{ALIAS}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "表.yaml").symlink_to("/dev/zero")
    pipe = tmp_path / "说明.yaml"
    os.mkfifo(pipe)
    for call in (lambda: load_waivers(pipe), lambda: api.fill(api.load_set("hunan"), pipe)):
        with pytest.raises((DefinitionError, DataError)) as caught:
            call()
        assert str(caught.value) == f"不是普通文件（是管道或设备）：{pipe}"
    with pytest.raises(DefinitionError, match=r"找不到表文件“表\.yaml”"):
        api.load_set(str(tmp_path))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    assert error(tmp_path, FORM + "# " + "x" * 4 * 1024 * 1024).startswith("文件超过4 MiB：")
    assert error(tmp_path, FORM + "x: [" + "1," * 200_001 + "]").startswith("表.yaml:20: 内容太多，超过200000项")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2\n", "f:2: 不是有效的YAML：行首有制表符（Tab），缩进只能用空格"),
        ("a: 1\nb：2\nc: 3\n", "f:2: 不是有效的YAML：第2行少了“: ”，“：”是全角的，请改成半角的“: ”"),
        ("a: [1, 2\nb: 3\n", "f:2: 不是有效的YAML：第1行的“[”没有“]”和它成对，或者两项之间少了“,”"),
        ("a: {b: 1，c: 2}\n", "f:1: 不是有效的YAML：第1行的“{”没有“}”和它成对，或者两项之间少了“,”，“，”是全角的，请改成半角的“, ”"),
        ("a: [1, 2］\nb: 3\n", "f:2: 不是有效的YAML：第1行的“[”没有“]”和它成对，或者两项之间少了“,”，“］”是全角的，请改成半角的“]”"),
        ("a: b: 2\n", "f:1: 不是有效的YAML：这里不能有“: ”，文字里有冒号要加引号；也可能是缩进不对"),
        ("a:\n    b: 1\n  c: 2\n", "f:3: 不是有效的YAML：缩进不对，同一层的各行要与第1行对齐"),
        ("a: @b\n", "f:1: 不是有效的YAML：文字不能以“@”开头，请给它加上引号"),
        ("a: *.得分 = 3\n", "f:1: 不是有效的YAML：以“*”开头的文字要加引号"),
        ('a: "b\n', "f:2: 不是有效的YAML：第1行的引号没有成对"),
        ("a: !b c\n", "f:1: 以“!”开头的文字要加引号（YAML的锚点、别名和标记不能用）"),
        ("a: 1\n---\nb: 2\n", "f:3: 只能有一份内容，请删去“---”"),
        ("a: 1\nb: x\x0by\n", "f:2: 文字里有控制字符U+000B，电子表格里写不进，请删去"),
        ('a: "\\uffff"\n', "f:1: 文字里有控制字符U+FFFF，电子表格里写不进，请删去"),
        ("[" * 100_000, "f:1: 嵌套过深"),
        ("{a: " * 100_000, "f:1: 嵌套过深"),
        ("- " * 100_000, "f:1: 嵌套过深"),
        ("a" * 301 + ": 1\n", "f:1: 键超过300字，请检查冒号和引号"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_names_the_sign(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_yaml(text, "f")
    assert str(caught.value) == said


KINDS = "text（文字）、prose（长文字）、money（金额）、percent（百分比）、score（分数）、count（人数）、area（面积）"
ROWS = "  | 乙 | [乙] |"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("甲: {kind: money}", "甲: {kind: 金额}", f"9: “kind”的值“金额”不在允许的范围内，可以写：{KINDS}"),
        ("甲: {kind: money}", "甲: {kind：money}", "9: 不认识的键“kind：money”，“：”是全角的，请改成半角的“: ”"),
        ("甲: {kind: money}", "甲: {kind: money, unit: " + "长" * 21 + "}", "9: “unit”超过20字"),
        ("甲: {kind: money}", "甲: {kind: money, help: " + "𠮷" * 111 + "}", "9: help、source、example合起来超过220字，表格软件显示不下"),
        ("甲: {kind: money}", '甲: {kind: money, help: "a\\vb"}', "9: 文字里有控制字符U+000B，电子表格里写不进，请删去"),
        ("form: 表", "form: " + "𠮷" * 16, "1: 表名也是工作表名，不能超过31字，不能含有 [ ] : * ? / \\ ' ."),
        ("form: 表", "form: History", "1: 表名不能是“History”，工作簿里另有这样一张表"),
        ("title: 试用表", "title: " + "长" * 101, "2: “title”超过100字"),
        ("title: 试用表", "title: " + "'" + "&" * 100 + "'\nlists: {x: [" + "长" * 256 + "]}", "3: “x”超过255字"),
        ("[10, 10]", "[" + "1," * 101 + "1]", "3: “widths”超过100项"),
        (ROWS, "  | 乙 | [" + "乙" * 61 + "] |", "6: 填空名超过60字，或用了电子表格放不下的生僻字：" + "乙" * 60),
        (ROWS, "  | 乙" + "长" * 2000 + " | [乙] |", "6: 一格的文字超过2000字"),
        (ROWS, "  | 乙{{ years }} | [乙] |", "6: “乙{{ years }}”中的双花括号里只能写year、year - 1之类和unit"),
        (ROWS, "\n".join([ROWS] * 501), "505: 版面超过500行"),
        ("  | 甲 | [甲] |", "  | 甲 | [甲] |" + " |" * 100, "5: 版面超过100列"),
        ("甲 + 乙", "(" * 5000 + "甲" + ")" * 5000, "11: 公式“" + "(" * 60 + "…”太长，超过8192个字符"),
        ("甲 + 乙", "(" * 500 + "甲" + ")" * 500, "11: 公式嵌套超过20层"),
        ("甲 + 乙", "-" * 5000 + "甲", "11: 公式嵌套超过20层"),
        ("甲 + 乙", '"' + "IF(甲=1," * 900 + "甲" + ",2)" * 900 + '"', "11: 公式“IF(甲=1,IF(甲=1,"),
        ("甲 + 乙", '"' + "IF(甲=1," * 90 + "甲" + ",2)" * 90 + '"', "11: 公式嵌套超过20层"),
        ("甲 + 乙", "+".join(["甲"] * 30_000), "11: 公式“甲+甲+"),
        ("甲 + 乙", "+".join(["甲"] * 500), "11: 公式里连续的运算超过100次，相加的请写成SUM(甲, 乙, …)"),
        ("甲 + 乙", '"' + "SUM(" + ",".join(["甲"] * 256) + ")" + '"', "11: 函数SUM的参数超过255个"),
        ("甲 + 乙", "*".join(["甲"] * 20), "11: 公式写进电子表格会超过8192个字符，请拆成几个填空"),
        ("甲 + 乙", "1" * 400, "11: 公式里的数字超过15位：" + "1" * 60 + "…"),
        ("甲 + 乙", '"ROUND(甲, 乙)"', "11: ROUND的位数应是-15到15之间的整数"),
        ("甲 + 乙", '"ROUND(甲, -1000000000)"', "11: ROUND的位数应是-15到15之间的整数"),
        ("甲 + 乙", "SUM(甲, 乙)", "11: 不认识的键“乙)”，文字里有逗号的要加引号"),
        ("甲 + 乙", "C8 + C9", "11: 公式“C8 + C9”中的“C8”不是填空：请写填空的名称，不写单元格地址"),
        ("甲 + 乙", '"=甲"', "11: 公式“=甲”前面不写“=”"),
        ("甲 + 乙", "SUM（甲）", "11: 公式“SUM（甲）”中不认识“（甲）”，请改成半角的符号"),
        ("that: 甲 <= 乙", "that: 甲 <= " + "*".join(["乙"] * 20), "15: 公式写进电子表格会超过8192个字符"),
        ("that: 甲 <= 乙", "that: AND(" + ",".join(["甲 <= 乙"] * 31) + ")", "15: 一个条件里的比较超过30个，请拆成几个条件"),
        ("  T01:", "  T 1:", "13: 规则代码应像C01这样，不超过20字，没有空格、逗号和点，这里是“T 1”"),
        ("fix: 请改", "fix: " + "𠮷" * 101, "13: fix超过200字，写不进“核对”表的公式"),
    ],
)  # fmt: skip
def test_what_a_form_says_is_bounded(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FORM
    assert error(tmp_path, FORM.replace(old, new, 1)).startswith(f"表.yaml:{said}")


def test_formulas_follow_from_each_other_only_so_far(tmp_path: Path) -> None:
    names = [f"甲{number}" for number in range(400)]
    picture = "".join(f"  | {name} | [{name}] |\n" for name in names)
    fields = "".join(
        f"  {name}: {{kind: money, formula: {after} + {later}}}\n"
        for name, after, later in zip(names, names[1:], [*names[2:], names[-1]], strict=False)
    )
    form = f"form: 表\ntitle: 表\nwidths: [9, 9]\nlayout: |\n{picture}fields:\n{fields}  甲399: {{kind: money}}\n"
    assert "公式一个引用一个，超过50层" in error(tmp_path, form)


def test_many_ways_to_the_same_blank_are_followed_once(tmp_path: Path) -> None:
    names = [f"甲{number}" for number in range(50)]
    picture = "".join(f"  | {name} | [{name}] |\n" for name in names)
    fields = "".join(
        f'  {name}: {{kind: money, formula: "SUM({", ".join(names[index + 1 :])})"}}\n'
        for index, name in enumerate(names[:-1])
    )
    form = f"form: 表\ntitle: 表\nwidths: [9, 9]\nlayout: |\n{picture}fields:\n{fields}  甲49: {{kind: money}}\n"
    assert len(load(tmp_path, form).forms[0].fields) == 50


def test_a_star_is_a_whole_part_of_a_name(tmp_path: Path) -> None:
    form = FORM.replace("  甲: {kind: money}", '  "' + "*" * 30 + '甲": {kind: money}', 1)
    assert "在版面上没有填空" in error(tmp_path, form)


@pytest.mark.parametrize(
    "text", ["(" * 8000, "-" * 8000, "1+" * 4000, "IF(" * 2000, "1*" * 4000 + "1", "SUM(" + "1," * 4000]
)
def test_no_formula_is_too_much_for_the_parser(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)
