"""Every mistake in a data file names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

import xlsxeval as api
from xlsxeval.errors import DataError

HUNAN = api.load_set("hunan")
HEAD = "year: 2024\nforms:\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("year: 2024\nform: {}\n", "2: “数据文件”中没有叫“form”的名称，是否想写“forms”"),
        ("year: 2024\nset: hubei\n", "2: 数据是“hubei”套表的，不是“hunan”"),
        ("forms: {}\nyear: 二〇二四\n", "2: 年度“二〇二四”不对，应是四位数的年份，如2024"),
        (HEAD + "  自评:\n    全年预算数: 1\n", "3: “forms”中没有叫“自评”的表，是否想写“自评表”"),
        (HEAD + "  自评表:\n    部门名称: 甲\n    全年预算: 1\n", "5: “自评表”中没有叫“全年预算”的填空，是否想写“全年预算数”"),
        (HEAD + "  自评表:\n    部门名称: 甲\n    全年预算数: 一千\n", "5: 自评表的全年预算数应是金额，这里是“一千”"),
        (HEAD + "  自评表:\n    fields:\n      全年预算数: 一千\n", "5: 自评表的全年预算数应是金额，这里是“一千”"),
        (HEAD + "  自评表:\n    fields:\n      全年预算: 1\n", "5: “自评表”中没有叫“全年预算”的填空，是否想写“全年预算数”"),
        (HEAD + "  自评表:\n    指标:\n    - {一级指标: 甲}\n    - {得份: 1}\n", "6: “指标第2行”中没有叫“得份”的列，是否想写“得分”"),
        (HEAD + "  自评表:\n    指标: {得分: 1}\n", "4: “自评表”的“指标”应是一行一行的列表"),
        (HEAD + "  自评表:\n    指标:\n    - 得分\n", "5: “指标第1行”应由“名称: 值”组成"),
        (
            HEAD + "  自评表:\n    tables:\n      指标:\n      - {一级指标: 产出指标, 分值: 5}\n      - 分值: 6\n        得分: 六\n",
            "8: 自评表的指标第13行得分应是分数，这里是“六”",
        ),
        (HEAD + '  自评表:\n    预期目标: "甲\\x01"\n', "4: 文字里有控制字符U+0001，电子表格里写不进，请删去"),
    ],
)  # fmt: skip
def test_the_line_of_a_mistake(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "数据.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        api.fill(HUNAN, file)
    assert str(caught.value) == f"数据.yaml:{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"year": 2024,\n"forms": }', ":2: 数据文件不是有效的JSON（Expecting value）"),
        ('{"year": 2024, "year": 2025}', ": 数据文件不是有效的JSON（“year”重复出现）"),
        ("[" * 100_000, ": 嵌套过深"),
        ('{"year": 2024, "forms": {"自评": {}}}', ": “forms”中没有叫“自评”的表，是否想写“自评表”"),
    ],
)
def test_json_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "数据.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        api.fill(HUNAN, file)
    assert str(caught.value) == f"数据.json{said}"
