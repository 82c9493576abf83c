"""Which unit a name means: never a wrong one, and what is not certain is asked."""

from __future__ import annotations

import random
import time
from statistics import median

import pytest

from tests.counts import seeds
from xlsxeval.batch.matching import Matcher
from xlsxeval.batch.roster import Roster, RosterUnit

TOWNS = ("城关镇", "盐井镇", "梦溪镇", "码头铺镇", "城头山镇", "洈水街道", "澹澧乡")
KINDS = ("小学", "中心小学", "中学", "幼儿园", "中心卫生院", "初级中学", "第一小学附属幼儿园", "敬老院")
NUMBERS = ("", "第一", "第二", "第十", "第十一", "第1", "第11")
BUREAUS = (
    "教育局",
    "水利局",
    "交通运输局",
    "发展和改革局",
    "市场监督管理局",
    "机关事务服务中心",
    "财政局",
    "县委办公室",
    "体育中心",
)
LEVELS = ("", "（本级）", "机关", "局机关", "(机关)")
BEFORE = ("", "2024年度", "附件1：", "1.", "关于报送", "绩效自评-", "【重报】", "湖南省", "湖南省常德市")
AFTER = (
    "",
    "2024年部门整体支出绩效自评表",
    "自评表（最终版）",
    "（盖章扫描）",
    "_修改版2",
    "基础数据表和自评表",
    " (1)",
    "绩效自评报告",
    "材料",
    "-张某",
    "20250401",
)
STRANGE = ("附属幼儿园", "分校", "下属物业公司", "工会", "退休干部支部")


def roster_of(draw: random.Random) -> list[str]:
    """Make the names of a county's units, many of which contain each other."""
    county = draw.choice(["青石县", "白水县", "云台市", ""])
    names = {f"{county}{bureau}{draw.choice(LEVELS[:2])}" for bureau in draw.sample(BUREAUS, 6)}
    for bureau in draw.sample(BUREAUS, 3):
        names |= {f"{county}{bureau}", f"{county}{bureau}{draw.choice(LEVELS[1:3])}"}
    for _ in range(draw.randint(5, 40)):
        town = draw.choice([*TOWNS, "", ""])
        names.add(f"{county}{town}{draw.choice(NUMBERS)}{draw.choice(KINDS)}")
    return sorted(names, key=lambda _: draw.random())


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(2000))
def test_no_file_is_tied_to_a_wrong_unit(seed: int) -> None:
    draw = random.Random(seed)
    names = roster_of(draw)
    kept = names[: max(3, len(names) * 2 // 3)]
    matcher, strangers = Matcher(Roster(tuple(map(RosterUnit, kept)), "")), names[len(kept) :]
    for name in kept:
        assert matcher.by_name(name).unit == RosterUnit(name), name
        before, after = draw.choice(BEFORE), draw.choice(AFTER)
        if name[0] in "青白云" or not before.startswith("湖南"):
            tied = matcher.by_path([f"{before}{name}{after}", "报送"])
            assert tied.unit == RosterUnit(name), (before, name, after, tied)
        tied = matcher.by_path(["自评表", f"{before if before.startswith('2') else ''}{name}", draw.choice(TOWNS)])
        assert tied == (RosterUnit(name), "folder", ()), (name, tied)
        tied = matcher.by_path([f"{name}{draw.choice(STRANGE)}"])
        assert tied.unit is None or tied.unit.name != name, (name, tied)
    for name in strangers:
        for tied in (matcher.by_name(name), matcher.by_path([name]), matcher.by_path([f"{name}自评表"])):
            # A department's own level is the department where the roster has only one of the two.
            assert tied.unit is None or _is_level_of(tied.unit.name, name), (name, tied)


def _is_level_of(one: str, other: str) -> bool:
    from xlsxeval.batch.matching import bare_name

    return bare_name(one) == bare_name(other)


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("青石县教育局", "青石县教育局"),
        ("青石县 教育局", "青石县教育局"),
        ("教育局", "青石县教育局"),
        ("湖南省青石县教育局", "青石县教育局"),
        ("青石县教育局(本级)", "青石县教育局（本级）"),
        ("青石县教育局机关", "青石县教育局（本级）"),
        ("青石县教育局局机关", "青石县教育局（本级）"),
        ("青石县水利局本级", "青石县水利局"),
        ("青石县水利局", "青石县水利局"),
        ("县一中", "青石县第一中学"),
        ("101003", "青石县第一中学"),
        ("青石县第一小学", ""),
        ("青石县教育局财务股", ""),
        ("白水县教育局", ""),
        ("", ""),
    ],
)
def test_the_words_in_a_form(words: str, unit: str) -> None:
    tied = MATCHER.by_name(words)
    assert (tied.unit.name if tied.unit else "") == unit


MATCHER = Matcher(
    Roster(
        (
            RosterUnit("青石县教育局"),
            RosterUnit("青石县教育局（本级）"),
            RosterUnit("青石县水利局"),
            RosterUnit("青石县第一中学", code="101003", aliases=("县一中",)),
            RosterUnit("青石县城关第一小学", department="教育局"),
            RosterUnit("青石县城关第一中心小学", department="青石县教育局"),
        ),
        "",
    )
)


@pytest.mark.parametrize(
    ("parts", "unit", "how", "asked"),
    [
        (["青石县教育局自评表", "报送"], "青石县教育局", "file", ()),
        (["教育局（本级）2024年自评"], "青石县教育局（本级）", "file", ()),
        (["教育局机关自评表"], "青石县教育局（本级）", "file", ()),
        (["自评表", "青石县城关第一小学", "青石县教育局"], "青石县城关第一小学", "folder", ()),
        (["城关第一小学自评表"], "青石县城关第一小学", "file", ()),
        (["青石县教育局-青石县城关第一小学"], "青石县城关第一小学", "file", ()),
        (["城关第一中心小学（修改版）"], "青石县城关第一中心小学", "file", ()),
        (["城关第一小学附属幼儿园"], "", "", ("青石县城关第一小学",)),
        (["青石县水利局和青石县教育局"], "", "", ("青石县教育局", "青石县水利局")),
        (["附件（101003）"], "青石县第一中学", "file", ()),
        (["城关第一小学分校", "青石县教育局"], "", "", ("青石县城关第一小学",)),
        (["自评表", "报送"], "", "", ()),
    ],
)
def test_the_names_of_files_and_folders(parts: list[str], unit: str, how: str, asked: tuple[str, ...]) -> None:
    tied = MATCHER.by_path(parts)
    assert (tied.unit.name if tied.unit else "", tied.how, tied.asked) == (unit, how, asked)


def test_a_form_that_names_somebody_else_is_asked_about() -> None:
    tied = MATCHER.tie(["青石县乡村振兴局"], ["青石县水利局自评表"])
    assert (tied.unit, tied.asked) == (None, ("青石县水利局",))


def test_the_cost_does_not_grow_with_the_roster() -> None:
    def cost(count: int) -> float:
        matcher = Matcher(
            Roster(tuple(RosterUnit(f"青石县{town}第{number}小学") for town in TOWNS for number in range(count)), "")
        )
        names = [f"青石县{TOWNS[number % 7]}第{number % count}小学自评表（最终版）" for number in range(300)]
        times = []
        for _ in range(5):
            start = time.process_time()
            for name in names:
                matcher.by_path([name, "报送"])
            times.append(time.process_time() - start)
        return median(times)

    assert cost(1000) < 4 * cost(50)
