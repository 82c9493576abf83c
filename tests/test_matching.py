"""Files are tied to units: by the name in the form, in the file's name, in a folder's name; never to another unit."""

from __future__ import annotations

import random

import pytest

from tests.counts import seeds
from tests.test_linear import is_linear
from xlsxeval.batch.matching import Matcher, Tied
from xlsxeval.batch.roster import Roster, Unit


def matcher(*units: str | Unit) -> Matcher:
    return Matcher(Roster(tuple(unit if isinstance(unit, Unit) else Unit(unit) for unit in units), ""))


def said(tied: Tied) -> str:
    """Give a result in one word: the unit, or the units asked with a question mark."""
    return tied.unit.name if tied.unit else "".join(f"{name}？" for name in tied.asked)


LEVELS = (
    "青石县教育局",
    "青石县教育局（本级）",
    "青石县水利局",
    "青石县水利局机关",
    "青石县民政局（本级）",
    "青石县林业局",
)


@pytest.mark.parametrize(
    ("words", "unit"),
    {
        "青石县教育局": "青石县教育局", " 青石县 教育局 ": "青石县教育局", "青石县教育局（本级）": "青石县教育局（本级）",
        "青石县教育局【本级】": "青石县教育局（本级）", "青石县教育局本级": "青石县教育局（本级）", "青石县教育局（局机关）": "青石县教育局（本级）",
        "青石县教育局机关本级": "青石县教育局（本级）", "青石县水利局（本级）": "青石县水利局机关", "青石县民政局": "青石县民政局（本级）",
        "青石县林业局机关": "青石县林业局", "湖南省青石县林业局": "青石县林业局", "湖南省常德市青石县水利局本部": "青石县水利局机关",
        "林业局": "青石县林业局", "县林业局": "青石县林业局", "教育局": "青石县教育局", "教育局机关": "青石县教育局（本级）",
        "青石县林业局（盖章）": "青石县林业局", "101001-青石县林业局": "青石县林业局",
        "津市市林业局": "", "市林业局": "", "青石县林业": "", "青石县林业局森林站": "", "业局": "", "青石县": "", "局": "", "": "", "—": "",
    }.items(),
)  # fmt: skip
def test_a_name_in_a_form(words: str, unit: str) -> None:
    assert said(matcher(*LEVELS).by_name(words)) == unit


SCHOOLS = (
    "青石县第一小学",
    "城关镇第一小学",
    "青石县第一中心小学",
    "青石县第十一小学",
    "青石县第一小学附属幼儿园",
    "青石县第二小学",
)


@pytest.mark.parametrize(
    ("words", "unit"),
    {
        "青石县第一小学": "青石县第一小学", "第二小学": "青石县第二小学", "第一小学": "青石县第一小学？城关镇第一小学？", "城关第一小学": "",
        "第三小学": "", "青石县第一小学校": "", "第十一小学": "青石县第十一小学", "第一中心小学": "青石县第一中心小学", "一小学": "", "中心小学": "",
    }.items(),
)  # fmt: skip
def test_names_of_schools_that_look_alike(words: str, unit: str) -> None:
    assert said(matcher(*SCHOOLS).by_name(words)) == unit


def test_a_name_that_several_units_may_have() -> None:
    many = matcher(
        Unit("青石县教育局", "101", aliases=("教体局",)),
        Unit("道县教育局", "101", aliases=("教体局",)),
        "青石县政府办公室",
    )
    assert [
        said(many.by_name(words)) for words in ("教体局", "101", "教育局", "青石县教育局", "中共青石县人民政府办公室")
    ] == [
        "青石县教育局？道县教育局？",
        "青石县教育局？道县教育局？",
        "青石县教育局？道县教育局？",
        "青石县教育局",
        "青石县政府办公室",
    ]
    assert many.by_name("教体局") == Tied(None, "form", ("青石县教育局", "道县教育局"))
    twice = matcher("青石县教育局机关", "青石县教育局（本级）")
    assert said(twice.by_name("青石县教育局")) == "青石县教育局机关？青石县教育局（本级）？"


def test_roster_without_regions() -> None:
    plain = matcher("教育局", "县气象局", "中共县委组织部", "城市管理局", "管理局")
    names = {
        "湖南省青石县教育局": "教育局", "青石县气象局": "县气象局", "气象局": "县气象局", "青石县委组织部": "中共县委组织部",
        "青石县城市管理局": "城市管理局", "青石县社区管理局": "", "青石县开发区管理局": "",
    }  # fmt: skip
    assert {words: said(plain.by_name(words)) for words in names} == names


COUNTY = (
    Unit("青石县教育局", "101001"),
    Unit("青石县教育局（本级）", "101002"),
    Unit("青石县第一小学", "101003", department="青石县教育局"),
    Unit("青石县城关第一小学", "101004", department="教育局"),
    Unit("青石县卫生健康局", "102001", aliases=("卫健局",)),
    Unit("青石县梦溪卫生院", "2024", department="卫健局"),
    Unit("青石县文化馆", "AB12"),
)


@pytest.mark.parametrize(
    ("stem", "unit"),
    {
        "青石县文化馆": "青石县文化馆", "文化馆": "青石县文化馆", "文化馆2024年度部门整体支出绩效自评表": "青石县文化馆", "县文化馆自评报告（盖章扫描件）": "青石县文化馆",
        "附件1：关于报送青石县文化馆2024年基础数据表的函": "青石县文化馆", "湖南省青石县文化馆": "青石县文化馆", "ＡＢ12": "青石县文化馆", "AB12_张三": "青石县文化馆",
        "青石县 文化馆 张三": "青石县文化馆", "文化馆-第二次修改-最终版": "青石县文化馆", "文化馆.xlsx": "青石县文化馆", "文化馆(1)": "青石县文化馆", "文化馆附件二": "青石县文化馆",
        "101003": "青石县第一小学", "101003青石县第一小学": "青石县第一小学", "1010034": "", "2024": "", "2024年自评表": "",
        "教育局": "青石县教育局", "教育局（本级）": "青石县教育局（本级）", "教育局机关自评表": "青石县教育局（本级）", "教育局局机关自评表": "青石县教育局（本级）",
        "教育局机关幼儿园": "青石县教育局（本级）？", "教育局机关事务中心": "青石县教育局（本级）？",
        "教育局-第一小学自评表": "青石县第一小学？青石县城关第一小学？", "教育局-青石县第一小学自评表": "青石县第一小学", "教育局城关第一小学": "青石县城关第一小学",
        "青石县卫生健康局（梦溪卫生院）": "青石县梦溪卫生院", "卫健局（盐井卫生院）": "青石县卫生健康局？", "青石县第一小学附属幼儿园": "青石县第一小学？",
        "青石县第一小学（附属幼儿园）": "青石县第一小学？", "青石县第一小学 附属幼儿园": "青石县第一小学？", "附属幼儿园-青石县第一小学": "青石县第一小学？",
        "盐井卫生院": "", "梦溪中心卫生院": "", "道县文化馆": "青石县文化馆？", "群众文化馆": "青石县文化馆？", "新文化馆": "青石县文化馆？",
        "文化馆和教育局": "青石县文化馆？青石县教育局？", "101003青石县文化馆": "青石县第一小学？青石县文化馆？", "文化馆新馆区": "青石县文化馆？", "新建文件夹": "",
    }.items(),
)  # fmt: skip
def test_a_name_of_a_file(stem: str, unit: str) -> None:
    assert said(matcher(*COUNTY).by_path([stem])) == unit


def test_the_innermost_certain_name_wins() -> None:
    county = matcher(*COUNTY)
    by_path = {
        ("自评表.xlsx", "文化馆.zip", "卫健局"): ("青石县文化馆", "file"),
        ("自评表", "2024年", "文化馆", "教育局"): ("青石县文化馆", "folder"),
        ("文化馆", "教育局"): ("青石县文化馆", "file"),
        ("第一小学", "青石县第一小学材料"): ("青石县第一小学", "folder"),
        ("第一小学", "梦溪镇", "城关第一小学"): ("青石县城关第一小学", "folder"),
        ("第一小学", "文化馆"): ("青石县第一小学？青石县城关第一小学？", "file"),
        ("材料/自评表.xlsx", "卫健局.rar"): ("青石县卫生健康局", "file"),
        ("自评表", "报送"): ("", ""),
        (): ("", ""),
    }
    for parts, (unit, how) in by_path.items():
        tied = county.by_path(parts)
        assert (said(tied), tied.how) == (unit, how), parts


def test_the_form_goes_before_the_file() -> None:
    county = matcher(*COUNTY)
    school, museum = COUNTY[2], COUNTY[6]
    assert county.tie(["文化馆"], ["青石县第一小学"]) == Tied(museum, "form")
    assert county.tie(["盐井文化馆"], ["青石县第一小学"]) == Tied(None, "", ("青石县第一小学",))
    assert county.tie(["盐井文化馆"], ["自评表"]) == Tied(None, "")
    assert county.tie([" "], ["青石县第一小学"]) == Tied(school, "file")
    assert county.tie(["第一小学"], ["青石县第一小学"]) == Tied(school, "file")
    assert county.tie(["第一小学"], ["文化馆"]) == Tied(None, "form", ("青石县第一小学", "青石县城关第一小学"))


# Random rosters: names of one grammar, of which some are on the roster.

REGIONS = ("", "青石县", "青石县", "县")
PLACES = ("", "城关", "城关镇", "梦溪镇", "盐井街道", "马头铺乡", "新")
KINDS = ("小学", "中心小学", "中学", "幼儿园", "小学附属幼儿园", "中学附属小学", "卫生院", "中心卫生院")
OFFICES = ("教育局", "水利局", "财政局", "农业农村局", "城市管理局", "市场监督管理局", "委组织部")
LEVEL = ("", "", "（本级）", "机关", "本级", "预算评审中心", "机关幼儿园", "第二招待所")
BEFORE = (
    "",
    "关于",
    "关于报送",
    "附件1：",
    "2024年度",
    "【上报】",
    "1-",
    "最终版_",
    "(盖章)",
    "第2次修改 ",
    "报送",
    "湖南省",
)
AFTER = (
    "", "自评表", "2024年度部门整体支出绩效自评表", "（盖章）", "基础数据表-最终版", "_修改版2", "项目支出绩效自评报告扫描件", " 张三", "的自评材料", "(1)", "（第2次修改）", "第二次上报",
)  # fmt: skip
FOLDERS = ("2024年", "报送", "县直单位", "乡镇", "新建文件夹", "绩效自评材料（汇总）")


def random_name(draw: random.Random, region: str) -> str:
    if draw.random() < 0.5:
        number = draw.choice(("", "第一", "第二", "第十", "第十一"))
        return region + draw.choice(PLACES) + number + draw.choice(KINDS)
    return (region or "县") + draw.choice(OFFICES) + draw.choice(LEVEL)


def alike(name: str) -> str:
    """Give a name without what a bureau does not write always: the level, 县 in front."""
    for word in ("（本级）", "机关", "本级"):
        name = name.removesuffix(word)
    return name.removeprefix("青石").removeprefix("县")


@pytest.mark.long
def test_no_file_is_tied_to_another_unit() -> None:
    for seed in seeds(2000):
        draw = random.Random(seed)
        region = draw.choice(REGIONS)
        names = list(dict.fromkeys(random_name(draw, region) for _ in range(draw.randint(2, 60))))
        draw.shuffle(names)
        on, off = names[: len(names) // 2 + 1], names[len(names) // 2 + 1 :]
        ties = matcher(*on)
        for name in on:
            file = draw.choice(BEFORE) + name + draw.choice(AFTER)
            path = [file, *draw.sample(FOLDERS, draw.randint(0, 3))]
            if draw.random() < 0.3:
                path = [f"{draw.choice(AFTER[1:])}.xlsx", *path]
            tied = ties.by_path(path)
            assert said(tied) == name, (seed, region, path, tied)
            assert tied.unit, (seed, region, path, tied)
            assert said(ties.by_name(name)) == name
            assert said(ties.tie([name], path)) == name
        known = {alike(name) for name in on}
        for name in off:
            if alike(name) not in known:  # else it is another writing of a unit on the roster
                path = [draw.choice(BEFORE) + name + draw.choice(AFTER), *draw.sample(FOLDERS, draw.randint(0, 3))]
                assert ties.by_path(path).unit is None, (seed, region, on, path, ties.by_path(path))
                assert ties.by_name(name).unit is None, (seed, region, on, name)
                assert ties.tie([name], path).unit is None


@pytest.mark.slow
def test_ties_are_made_in_linear_time() -> None:
    def work(count: int) -> None:
        ties = matcher(*(Unit(f"青石县第{n}中心小学", str(100000 + n), aliases=("中心校",)) for n in range(count)))
        for n in range(count):
            assert ties.by_path([f"关于第{n}中心小学的自评表", "乡镇"]).unit
            assert not ties.by_path([f"{n}中心校", "乡镇"]).unit
            assert ties.tie([f"第{n}中心小学"], []).unit

    assert is_linear(lambda: work(250), lambda: work(2000))
