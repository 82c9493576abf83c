"""Random filings without any fault, and single changes that each break one rule."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

Data = dict[str, object]
Fields = dict[str, object]

_CENT = Decimal("0.01")
_COLUMNS = ("上年决算数", "预算数", "决算数")
_SPLITS = (
    {"产出指标": 50, "效益指标": 30, "满意度指标": 10},
    {"产出指标": 40, "效益指标": 20, "满意度指标": 10, "成本指标": 20},
)
_SECOND = {
    "产出指标": ("数量指标", "质量指标", "时效指标"),
    "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
    "满意度指标": ("服务对象满意度指标",),
    "成本指标": ("经济成本指标", "社会成本指标"),
}
_THINGS = ("次", "个", "亩", "公里", "万元", "人次", "户", "篇")


def _money(draw: random.Random, low: float, high: float) -> Decimal:
    return Decimal(str(draw.uniform(low, high))).quantize(Decimal(draw.choice(["1", "0.1", "0.01", "0.01"])))


def clean_filing(seed: int) -> Data:
    """Make a filing without a fault; the same seed gives the same filing."""
    draw = random.Random(seed)
    basic, project = _basic(draw)
    unit = f"{draw.choice(['青石', '白水', '云台'])}县{draw.choice(['林业局', '水利局', '教育局', '档案馆'])}"
    basic["填报单位"] = unit + draw.choice(["", "（本级）"])
    forms: dict[str, Fields] = {"基础数据表": basic, "自评表": _self(draw, project) | {"部门名称": unit}}
    return {"set": "hunan", "year": 2024, "forms": forms}


def _basic(draw: random.Random) -> tuple[Fields, Decimal]:
    places = draw.randint(5, 300)
    staff = draw.randint(1, places)
    fields: Fields = {
        "编制数": str(places),
        "实际在职人数": str(staff),
        "厉行节约保障措施": "从严控制公务接待和会议费。",
    }
    if draw.random() < 0.5:
        rate = Decimal(staff) / places * 100
        fields["控制率"] = f"{rate.quantize(_CENT, draw.choice([ROUND_HALF_UP, ROUND_DOWN]))}%"

    def row(name: str, high: float) -> None:
        last = _money(draw, 0, high)
        spent = min(_money(draw, 0, high), last)
        planned = spent + _money(draw, 0.5, 5)
        fields.update(
            {f"{name}.{column}": str(value) for column, value in zip(_COLUMNS, (last, planned, spent), strict=True)}
        )

    for name in ("公车购置", "公车运行维护", "出国经费", "公务接待"):
        row(name, 30)
    for name in ("业务工作经费", "运行维护经费", "政府采购金额"):
        row(name, 900)
    for name in ("办公经费", "水费电费差旅费", "会议费培训费"):
        row(name, 60)
    funds = []
    for number in range(draw.choice([0, 0, 1, 3])):
        spent = _money(draw, 1, 400)
        funds.append(
            {
                "名称": f"专项{number + 1}",
                "上年决算数": str(_money(draw, 0, 400)),
                "预算数": str(spent + 3),
                "决算数": str(spent),
            }
        )
    fields["专项资金"] = funds
    for column in _COLUMNS:
        parts = sum(Decimal(str(fields[f"{name}.{column}"])) for name in ("办公经费", "水费电费差旅费", "会议费培训费"))
        fields[f"公用经费.{column}"] = str(parts + {"上年决算数": 5, "预算数": 20, "决算数": 5}[column])
        fields[f"部门基本支出预算调整.{column}"] = "0"
        if draw.random() < 0.3:
            fields[f"公务用车购置和维护经费.{column}"] = str(_sum(fields, column, "公车购置", "公车运行维护"))
        if draw.random() < 0.3:
            fields[f"三公经费.{column}"] = str(_sum(fields, column, "公车购置", "公车运行维护", "出国经费", "公务接待"))
    if draw.random() < 0.3:
        area = draw.randint(500, 5000)
        fields |= {
            "批复规模": str(area),
            "实际规模": str(area - draw.randint(0, 50)),
            "预算投资": "900",
            "实际投资": "880.5",
        }
    project = _sum(fields, "决算数", "业务工作经费", "运行维护经费") + sum(Decimal(line["决算数"]) for line in funds)
    return fields, project


def _sum(fields: Fields, column: str, *rows: str) -> Decimal:
    return sum((Decimal(str(fields[f"{row}.{column}"])) for row in rows), Decimal(0))


def _self(draw: random.Random, project: Decimal) -> Fields:
    basic = _money(draw, 100, 3000)
    spent = basic + project
    budget = (spent / Decimal(str(draw.uniform(0.985, 1.0)))).quantize(_CENT) + _CENT
    others = [_money(draw, 0, 20) for _ in range(3)]
    fields: Fields = {
        "年初预算数": str((budget * Decimal(str(draw.uniform(0.95, 1.02)))).quantize(_CENT)),
        "全年预算数": str(budget),
        "全年执行数": str(spent),
        "一般公共预算": str(budget - sum(others)),
        "政府性基金拨款": str(others[0]),
        "纳入专户管理的非税收入拨款": str(others[1]),
        "其他资金": str(others[2]),
        "基本支出": str(basic),
        "项目支出": str(project),
        "预期目标": "完成2024年各项任务，提高服务水平。",
        "实际完成情况": "各项任务按期完成，服务对象满意度比上年提高2个百分点。",
    }
    lines = _lines(draw)
    fields["指标"] = lines
    if draw.random() < 0.5:
        rate = spent / budget * 100
        fields["执行率"] = f"{rate.quantize(_CENT, draw.choice([ROUND_HALF_UP, ROUND_DOWN]))}%"
        score = (10 * spent / budget).quantize(_CENT, draw.choice([ROUND_HALF_UP, ROUND_DOWN]))
        fields["资金得分"] = str(score)
        fields["总分"] = str(score + sum(Decimal(str(line["得分"])) for line in lines))
    return fields


def _lines(draw: random.Random) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = []
    for first, points in draw.choice(_SPLITS).items():
        count = draw.randint(-(-points // 20), max(points // 4, 1))
        cuts = sorted(draw.sample(range(1, points), count - 1))
        weights = [high - low for low, high in zip([0, *cuts], [*cuts, points], strict=True)]
        if max(weights) > 40:
            weights = [points // 2, points - points // 2]
        for number, weight in enumerate(sorted(weights)):
            second = draw.choice(_SECOND[first])
            lines.append(_line(draw, first, second, f"{second[:2]}{first[:2]}{number + 1}", weight))
    return lines


def _line(draw: random.Random, first: str, second: str, name: str, weight: int) -> dict[str, str]:
    line = {"一级指标": first, "二级指标": second, "三级指标": name, "分值": str(weight), "得分": str(weight)}
    if first == "效益指标" and draw.random() < 0.5:
        word = draw.choice(["提高", "改善", "促进", "显著"])
        return line | {"年度指标值": word, "实际完成值": word}
    unit = "万元" if first == "成本指标" else "%" if first == "满意度指标" else draw.choice(_THINGS)
    if second == "数量指标" and unit == "万元":
        unit = "个"
    target = draw.randint(60, 99) if unit == "%" else draw.randint(4, 400)
    sign = "≤" if first == "成本指标" else draw.choice(["≥", "不少于", "", "="])
    met = draw.random() < 0.93
    if first == "成本指标":
        actual = target - draw.randint(0, target // 5) if met else target + max(target // 20, 1)
    else:
        actual = target + draw.randint(0, max(target // 6, 0)) if met else target - 1
        actual = min(actual, 100) if unit == "%" else actual
    line |= {"年度指标值": f"{sign}{target}{unit}", "实际完成值": f"{actual}{unit}"}
    if not met:
        ratio = Decimal(target) / actual if first == "成本指标" else Decimal(actual) / target
        line["得分"] = str((weight * ratio).quantize(_CENT))
        line["偏差原因"] = "受天气影响，部分任务改到下年实施"
    return line


#: A changed filing, and the findings that it must give: code and blank.
Broken = tuple[Data, set[tuple[str, str]]]
Change = Callable[[Data, random.Random], "Broken | None"]


def _forms(data: Data) -> tuple[Fields, Fields]:
    forms: dict[str, Fields] = data["forms"]  # type: ignore[assignment]  # made above
    return forms["基础数据表"], forms["自评表"]


def _self_lines(data: Data) -> list[dict[str, str]]:
    return _forms(data)[1]["指标"]  # type: ignore[return-value]  # made above


def set_field(form: int, name: str, value: Callable[[Decimal], object], *found: tuple[str, str]) -> Change:
    """Give a change of one amount, with the findings that it must cause; it gives None if the value stays the same."""

    def change(data: Data, _draw: random.Random) -> Broken | None:
        fields = _forms(data)[form]
        old = Decimal(str(fields.get(name, "0")).rstrip("%"))
        new = value(old)
        if new is None or str(new) == str(old):
            return None
        fields[name] = str(new)
        return data, set(found)

    return change


def swapped(value: Decimal) -> str | None:
    """Exchange the first two neighbouring digits that differ: 1223 gives 2123; None if all are equal."""
    text = f"{value:f}"
    for index in range(len(text) - 1):
        pair = text[index : index + 2]
        if pair.isdigit() and pair[0] != pair[1] and (index or pair[1] != "0"):
            return text[:index] + pair[::-1] + text[index + 2 :]
    return None


def on_line(
    pick: Callable[[dict[str, str]], bool], changed: Callable[[dict[str, str]], dict[str, str]], *found: tuple[str, str]
) -> Change:
    """Give a change of one line of the indicators; the findings name columns of that line."""

    def change(data: Data, draw: random.Random) -> Broken | None:
        lines = _self_lines(data)
        suitable = [number for number, line in enumerate(lines) if pick(line)]
        if not suitable:
            return None
        number = draw.choice(suitable)
        for key, text in changed(lines[number]).items():
            if text:
                lines[number][key] = text
            else:
                lines[number].pop(key, None)
        return data, {(code, f"指标.{column}.{lines[number]['三级指标']}") for code, column in found}

    return change


def _is_full(line: dict[str, str]) -> bool:
    return line["得分"] == line["分值"] and line["年度指标值"].startswith(("≥", "不少于"))


def _is_missed(line: dict[str, str]) -> bool:
    return "偏差原因" in line and Decimal(line["得分"]) != Decimal(line["分值"])


def _far_below(line: dict[str, str]) -> dict[str, str]:
    unit = line["实际完成值"].lstrip("0123456789")
    return {"实际完成值": f"1{unit}"}


MUTATIONS: dict[str, Change] = {
    "digit in 基本支出": set_field(1, "基本支出", lambda old: old + 3, ("E13", "全年执行数")),
    "digits of 一般公共预算 swapped": set_field(1, "一般公共预算", swapped, ("E12", "全年预算数")),
    "项目支出 in 元": set_field(1, "项目支出", lambda old: old * 10000 if old else None, ("E13", "全年执行数"), ("X01", "项目支出.决算数")),
    "执行数 deleted": set_field(1, "全年执行数", lambda _: "", ("B16", "全年执行数")),
    "执行率 overwritten": set_field(1, "执行率", lambda _: "88.88%", ("E06", "执行率")),
    "资金得分 overwritten": set_field(1, "资金得分", lambda _: "8.5", ("E08", "资金得分")),
    "总分 overwritten": set_field(1, "总分", lambda _: "61", ("E04", "总分")),
    "资金分值 changed": set_field(1, "资金分值", lambda _: "20", ("E09", "资金分值"), ("E01", "指标.分值")),
    "执行数 over budget": set_field(1, "全年执行数", lambda old: old * 2 + 1, ("E10", "全年执行数"), ("E13", "全年执行数")),
    "another unit": lambda data, _: (_forms(data)[1].update(部门名称="黄土县审计局"), (data, {("X04", "部门名称")}))[1],
    "another year in the goal": lambda data, _: (_forms(data)[1].update(预期目标="完成2022年各项任务。"), (data, {("E30", "预期目标")}))[1],
    "goal copied": lambda data, _: (_forms(data)[1].update(实际完成情况=_forms(data)[1]["预期目标"]), (data, {("E27", "实际完成情况")}))[1],
    "控制率 overwritten": set_field(0, "控制率", lambda _: "131.31%", ("B01", "控制率")),
    "more staff than places": set_field(0, "实际在职人数", lambda _: "999", ("B02", "实际在职人数")),
    "三公经费 overwritten": set_field(0, "三公经费.决算数", lambda old: old + 500, ("B03", "三公经费.决算数"), ("B05", "三公经费.决算数")),
    "公务用车 overwritten": set_field(0, "公务用车购置和维护经费.预算数", lambda _: "777.77", ("B04", "公务用车购置和维护经费.预算数")),
    "项目支出 overwritten": set_field(0, "项目支出.预算数", lambda _: "99999.5", ("B07", "项目支出.预算数")),
    "公用经费 too small": set_field(0, "公用经费.决算数", lambda _: "-1", ("B08", "公用经费.决算数")),
    "公用经费 deleted": set_field(0, "公用经费.决算数", lambda _: "", ("B09", "公用经费.决算数")),
    "接待 over budget": set_field(0, "公务接待.决算数", lambda old: old + 90, ("B10", "公务接待.决算数")),
    "接待 as text": lambda data, _: (_forms(data)[0].update({"公务接待.预算数": {"text": "7.50."}}), (data, {("B14", "公务接待.预算数")}))[1],
    "score deleted": on_line(_is_full, lambda _: {"得分": ""}, ("E29", "得分")),
    "score above weight": on_line(_is_full, lambda line: {"得分": str(int(line["分值"]) + 1)}, ("E05", "得分")),
    "score lowered": on_line(_is_full, lambda line: {"得分": str(int(line["分值"]) - 1)}, ("E16", "得分")),
    "weight moved": on_line(_is_full, lambda line: {"分值": str(int(line["分值"]) + 1)}, ("E01", "")),
    "reason removed": on_line(_is_missed, lambda _: {"偏差原因": ""}, ("E17", "偏差原因")),
    "full score for a missed target": on_line(_is_missed, lambda line: {"得分": line["分值"]}, ("E14", "得分")),
    "far too much for a missed target": on_line(_is_missed, lambda line: {"得分": f"{Decimal(line['得分']) / 2}"}, ("E15", "得分")),
    "achievement fell": on_line(_is_full, _far_below, ("E14", "得分"), ("E17", "偏差原因")),
    "achievement repeats the target": on_line(lambda line: line["年度指标值"].startswith("≥"), lambda line: {"实际完成值": line["年度指标值"]}, ("E21", "实际完成值")),
    "achievement without a number": on_line(_is_full, lambda _: {"实际完成值": "达到预期"}, ("E22", "实际完成值")),
    "achievement deleted": on_line(_is_full, lambda _: {"实际完成值": ""}, ("E20", "实际完成值")),
    "achievement in other units": on_line(lambda line: _is_full(line) and "亩" in line["年度指标值"], lambda _: {"实际完成值": "500公里"}, ("E23", "实际完成值")),
    "far over the target": on_line(lambda line: _is_full(line) and "%" not in line["年度指标值"], lambda line: {"实际完成值": f"9000{line['实际完成值'].lstrip('0123456789')}"}, ("E18", "实际完成值")),
    "prompt left": on_line(_is_full, lambda _: {"三级指标": "指标1："}, ("E28", "三级指标")),
    "group under another head": on_line(lambda line: line["二级指标"] == "质量指标", lambda _: {"二级指标": "社会效益指标"}, ("E32", "二级指标")),
}  # fmt: skip


def mutated(seed: int, name: str) -> Broken | None:
    """Give a clean filing with one change, and the findings that must follow."""
    data = copy.deepcopy(clean_filing(seed))
    return MUTATIONS[name](data, random.Random(seed))
