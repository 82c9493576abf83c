"""A template of letters cannot loop, grow or nest without end: each is one sentence at once, and honest ones work."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from xlsxeval.errors import DefinitionError
from xlsxeval.report.letter import filled, load_template, notice_template

GROW = "{% macro f(x, n) %}{% if n %}{{ f(x ~ x, n - 1) }}{% endif %}{% endmacro %}{{ f('xxxxxxxxxx', 60) }}"


def load(folder: Path, text: str) -> str:
    file = folder / "通知.md"
    file.write_text(text, encoding="utf-8")
    return filled(load_template(file), {"单位": "某局", "组": [{"名": "甲", "数": 1}, {"名": "乙", "数": 2}]})


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(99999) if i < 0 %}{% endfor %}" * 100,
        "{% for i in range(9999) %}{% for j in range(99999) if j < 0 %}{% endfor %}{% endfor %}",
        "{% for i in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 999999999 }}",
        "{{ 'x'|center(2000000000) }}",
        "{{ 'x'.center(2000000000) }}",
        "{{ 'x'.zfill(2000000000) }}",
        "{{ 'x'|indent(2000000000) }}",
        "{{ [1]|batch(2000000000, 'x') }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ '%*d'|format(999999999, 1) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ ['%999999999d']|map('format', 1)|list }}",
        "{% for i in range(99999) %}{{ range(99999)|list|length }}{% endfor %}",
        "{{ range(99999)|join('x' * 100000) }}",
        "{{ ('a' * 1000000)|replace('a', 'b' * 1000000) }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
        GROW,
        GROW.replace("x ~ x", "x + x"),
        GROW.replace("x ~ x", "[x, x]"),
        GROW.replace("x ~ x", "{'a': x, 'b': x}"),
        "{% macro f(n) %}{% if n %}{{ f(varargs, varargs) }}{% endif %}{% endmacro %}{{ f(1) }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% macro f() %}{% for i in range(99999) %}" + "长" * 10_000 + "{% endfor %}{% endmacro %}{{ f()|length }}",
        "{% set a %}{% for i in range(99999) %}" + "长" * 10_000 + "{% endfor %}{% endset %}",
        "{% for i in range(99999) %}" + "长" * 10_000 + "{% endfor %}",
        "{{ 单位" + " ~ 单位" * 20 + " }}{% set x = 'x' * 1000000 %}{{ (" + " ~ ".join(["x"] * 1000) + ")|length }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ " + "+".join(["1"] * 30_000) + " }}",
        "{% if 单位 %}" * 500 + "{% endif %}" * 500,
        "{% for i in [1] %}" * 50 + "{% endfor %}" * 50,
    ],
    ids=lambda text: text[:40],
)
def test_a_template_without_end_is_refused_at_once(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, text)
    assert time.process_time() - started < 5
    assert str(caught.value).startswith(str(tmp_path / "通知.md"))
    assert "模板" in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_line_is_named(tmp_path: Path) -> None:
    for text, said in (
        ("一\n二\n{{ 单位|center(9) }}", "通知.md:3: 模板写错了（No filter named 'center'.）"),
        ("一\n二\n{{ 1 / 0 }}", "通知.md:3: 模板填写出错（division by zero）"),
        ("一\n{% for i in range(99999) %}\n" + "长" * 999 + "{% endfor %}", "通知.md: 模板填写出错（通知太长）"),
        ("一\n\x0b", "通知.md:2: 模板里有控制字符U+000B，请删去"),
    ):
        with pytest.raises(DefinitionError) as caught:
            load(tmp_path, text)
        assert str(caught.value).endswith(said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 单位 }}", "某局"),
        ("{% for 项 in 组 %}{{ loop.index }}{{ 项.名 }}{% if not loop.last %}，{% endif %}{% endfor %}", "1甲，2乙"),
        ("{% for 项 in 组 if 项.数 > 1 %}{{ 项.名 }}{% endfor %}", "乙"),
        ("{{ 组|map(attribute='名')|join('、') }}", "甲、乙"),
        ("{{ 组|sum(attribute='数') }}{{ 组|length }}", "32"),
        ("{{ '共%02d项'|format(组|length) }}", "共02项"),
        ("{{ '共%d项' % 2 }}", "共2项"),
        ("{% if 单位 in ['某局', '别局'] %}是{% endif %}", "是"),
        ("{{ 单位 ~ '（' ~ (1 + 1) ~ '）' }}", "某局（2）"),
        ("{{ 单位|replace('局', '处') }}{{ '甲' * 3 }}", "某处甲甲甲"),
        ("{% macro 名(项) %}<{{ 项.名 }}>{% endmacro %}{{ 名(组[0]) ~ 名(组[1]) }}", "<甲><乙>"),
        ("{% set 全 %}{{ 单位 }}*{% endset %}{{ 全 }}", "某局*"),
        ("{% call(x) f() %}{{ x }}{% endcall %}{% macro f() %}{{ caller('甲') }}{% endmacro %}", None),
        ("{{ 10 // 3 }}{{ 1.5|round }}{{ 组[0].items()|list|length }}", "32.02"),
    ],
)
def test_what_a_letter_needs_still_works(tmp_path: Path, text: str, expected: str | None) -> None:
    if expected is None:
        text = text[text.index("{% macro") :] + text[: text.index("{% macro")]
        expected = "甲"
    file = tmp_path / "通知.md"
    file.write_text("{% if 组 is defined %}" + text + "{% endif %}", encoding="utf-8")
    values = {"单位": "某局", "组": [{"名": "甲", "数": 1}, {"名": "乙", "数": 2}]}
    assert filled(load_template(file), values) == f"{expected}\n"


def test_a_letter_may_be_as_long_as_its_findings() -> None:
    item = {"序号": 1, "工作表": "表", "位置": "A1", "填的是": "1|2", "应为": "2", "问题": "问题。" * 20, "代码": "E01"}
    groups = [{"名称": "表", "文件": "表.xlsx", "问题": [item] * 50_000}]
    names = ("期限", "联系人", "落款", "日期")
    values = {"单位": "某局", "年度": "2024年度", **dict.fromkeys(names, "甲"), "错误数": 50_000, "警告数": 0}
    text = filled(load_template(), {**values, "须更正": groups, "须说明": [], "不能读取": []})
    assert text.count("A1") == 50_000


def test_the_template_of_the_program_can_be_copied(tmp_path: Path) -> None:
    file = tmp_path / "通知.md"
    file.write_text(notice_template(), encoding="utf-8")
    load_template(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_ordinary_files_are_templates(tmp_path: Path) -> None:
    pipe = tmp_path / "通知.md"
    os.mkfifo(pipe)
    with pytest.raises(DefinitionError, match="不是普通文件（是管道或设备）"):
        load_template(pipe)
    (tmp_path / "大.md").write_text("x" * 256 * 1024 + "x", encoding="utf-8")
    with pytest.raises(DefinitionError, match="文件超过256 KiB"):
        load_template(tmp_path / "大.md")
