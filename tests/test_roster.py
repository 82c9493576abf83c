"""The roster: where the names stand, what else is read, which lines are units, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlsxeval.batch.roster import Roster, Unit, read_roster
from xlsxeval.batch.roster_table import kind_of_head
from xlsxeval.errors import DataError

Rows = list[list[Any]]
HEAD = ["序号", "预算单位编码", "预算单位名称", "主管部门", "联系人", "电话"]


Area = tuple[int, int, int, int]


def book(path: Path, *sheets: Rows, hidden: tuple[int, ...] = (), merged: tuple[Area, ...] = ()) -> Path:
    """Write a workbook with these sheets; ranges are merged in the last one."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"表{number + 1}")
        for row in rows:
            sheet.append(row)
        if number in hidden:
            sheet.sheet_state = "hidden"
    for top, left, bottom, right in merged:
        made.worksheets[-1].merge_cells(None, top, left, bottom, right)
    made.save(path)
    return path


def read(tmp_path: Path, rows: Rows, *merged: Area) -> Roster:
    return read_roster(book(tmp_path / "名单.xlsx", rows, merged=merged))


def names(roster: Roster) -> list[str]:
    return [unit.name for unit in roster.units]


@pytest.mark.parametrize(
    "rows",
    [
        [["序号", "预算单位"], ["1", "县气象局"], ["2", "县档案馆"]],
        [["1", "县气象局"], ["2", "县档案馆"]],
        [["县气象局"], ["县档案馆"]],
    ],
)
def test_the_column_of_names_is_found(tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "名单.csv").write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    book(tmp_path / "名单.xlsx", rows)
    for name in ("名单.csv", "名单.xlsx"):
        assert read_roster(tmp_path / name).units == (Unit("县气象局"), Unit("县档案馆"))


def test_title_rows_stand_above_the_head(tmp_path: Path) -> None:
    rows: Rows = [
        ["2024年度单位花名册"],
        [None],
        ["单位：", "个", "填报单位：县财政局"],
        HEAD,
        [1, 101001, "县气象局", "县农业农村局", "某某", "000"],
        [2, "101002", "县 档案馆", None, None, None],
    ]
    assert read(tmp_path, rows, (1, 1, 1, 6)) == Roster(
        (
            Unit("县气象局", "101001", "县农业农村局", contact="某某", phone="000"),
            Unit("县档案馆", "101002"),
        ),
        "名单：名单.xlsx，C列“预算单位名称”，2个单位；另读到B列“预算单位编码”、D列“主管部门”、E列“联系人”、F列“电话”",
    )


def test_a_unit_has_a_group_and_a_way_to_reach_it(tmp_path: Path) -> None:
    rows = [["单位名称", "归口股室", "单位类别", "主管部门", "经办人", "手机", "简称"]]
    rows += [["县气象局", "农业股", "", "县农业农村局", "某某", "000", "气象局、县局/气象"]]
    rows += [["县档案馆", "行政股", "事业", "", "", "111", "档案馆\n史志馆"]]
    first, second = read(tmp_path, rows).units
    assert (first.group, first.reach, first.aliases) == ("农业股", "某某 000", ("气象局", "县局", "气象"))
    assert (second.group, second.reach, second.aliases) == ("事业", "111", ("档案馆", "史志馆"))
    assert (Unit("甲", department="乙").group, Unit("甲").group, Unit("甲").reach) == ("乙", "", "")


@pytest.mark.parametrize(
    ("head", "kind"),
    {
        "单 位\n名称": "name", "预算单位": "name", "部门（单位）名称": "name", "填报单位": "name", "学校名称": "name", "部门": "name",
        "主管部门": "department", "主管单位": "department", "上级单位": "department", "上级": "department", "预算单位编码": "code", "代码": "code",
        "业务股室": "office", "处室": "office", "单位性质": "category", "类型": "category", "填报人": "contact", "联系人及电话": "contact",
        "联系电话": "phone", "经办人手机": "phone", "曾用名": "aliases", "单位简称": "aliases", "序号": "number",
        "单位：": "", "单位：万元": "", "县特殊教育学校": "", "青石县无后缀的单位": "", "主管部门编码": "", "县教育局": "", "中共县委党校": "",
    }.items(),
)  # fmt: skip
def test_heads_are_known_by_their_words(head: str, kind: str) -> None:
    assert kind_of_head(head) == kind


def test_a_head_over_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ["序号", "预算单位", None, "主管部门", "联系方式", None],
        [None, "编码", "名称", None, "联系人", "手机"],
        [1, "101001", "县气象局", "县农业农村局", "某某", "000"],
        [2, "101002", "县种子站", None, "某某", "111"],
    ]
    roster = read(tmp_path, rows, (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4), (1, 5, 1, 6), (3, 4, 4, 4))
    assert roster.units == (
        Unit("县气象局", "101001", "县农业农村局", contact="某某", phone="000"),
        Unit("县种子站", "101002", "县农业农村局", contact="某某", phone="111"),
    )


def test_a_department_beside_a_unit_is_the_one_above(tmp_path: Path) -> None:
    roster = read(tmp_path, [["部门名称", "单位名称"], ["县教育局", "第一小学"], ["县教育局", "第二小学"]])
    assert roster.units == (Unit("第一小学", department="县教育局"), Unit("第二小学", department="县教育局"))


def test_the_first_sheet_with_a_head_is_read_and_hidden_ones_last(tmp_path: Path) -> None:
    cover: Rows = [["青石县财政局"], ["2025年5月"]]
    old: Rows = [["单位名称"], ["县旧馆"]]
    new: Rows = [["单位名称"], ["县新馆"]]
    roster = read_roster(book(tmp_path / "名单.xlsx", cover, old, new, hidden=(1,)))
    assert roster == Roster((Unit("县新馆"),), "名单：名单.xlsx，工作表“表3”，A列“单位名称”，1个单位")
    assert names(read_roster(book(tmp_path / "名单.xlsx", cover, old, hidden=(1,)))) == ["县旧馆"]


def test_lines_that_are_no_units_are_left_out(tmp_path: Path) -> None:
    rows: Rows = [
        ["单位名称", "单位编码"],
        ["一、党政机关", None],
        ["县气象局", "101001"],
        ["县档案馆", "101002"],
        ["单位名称", "单位编码"],
        ["乡镇", None],
        ["梦溪镇", "101003"],
        ["12", "101004"],
        ["小计", "3"],
        ["合 计：3个", "3"],
        ["注：以编办文件为准", None],
    ]
    roster = read(tmp_path, rows, (2, 1, 2, 2))
    assert names(roster) == ["县气象局", "县档案馆", "梦溪镇"]
    assert roster.said == (
        "名单：名单.xlsx，A列“单位名称”，3个单位；另读到B列“单位编码”；没有当作单位：第2行“一、党政机关”等5行"
    )


def test_a_list_of_names_alone_keeps_them(tmp_path: Path) -> None:
    rows: Rows = [["单位名称", "备注"], ["县联合会", None], ["县综合计划中心", None], ["共青团县委", "新增"]]
    assert names(read(tmp_path, rows)) == ["县联合会", "县综合计划中心", "共青团县委"]
    titled: Rows = [["青石县预算单位名册"], ["县气象局"], ["县档案馆"]]
    assert names(read(tmp_path, titled)) == ["县气象局", "县档案馆"]


def test_codes_keep_their_text(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    made = openpyxl.Workbook()
    for row in (["编码", "单位名称"], [101001, "县气象局"], [1002, "县档案馆"], ["001003", "县文化馆"]):
        made.active.append(row)
    made.active.cell(3, 1).number_format = "000000"
    made.save(path)
    assert [unit.code for unit in read_roster(path).units] == ["101001", "001002", "001003"]


def test_a_name_that_stands_there_twice(tmp_path: Path) -> None:
    same: Rows = [
        ["单位名称", "编码"],
        ["县气象局（本级）", "101"],
        ["县气象局(本级)", "101"],
        ["县气象局【本级】", ""],
    ]
    assert read(tmp_path, same).units == (Unit("县气象局（本级）", "101"),)
    with pytest.raises(DataError) as error:
        read(tmp_path, [["单位名称", "编码"], ["县气象局", "101"], ["县档案馆", "102"], ["县气象局", "103"]])
    assert str(error.value).endswith(
        "名单.xlsx（“县气象局”在第2行和第4行，编码不同：101、103；请改成不同的名称或删去一行）"
    )
    with pytest.raises(DataError, match="“第一小学”在第2行和第3行，主管部门不同：梦溪镇、盐井镇"):
        read(tmp_path, [["单位名称", "主管部门"], ["第一小学", "梦溪镇"], ["第一小学", "盐井镇"]])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["序号", "谁"], [1, "县气象局"], [2, "县档案馆"]], "（第1行有“序号”，像是表头，但其中没有“单位名称”；如取B列，会把表头当作单位）"),
        ([["单位名称"], ["abc"], ["def"], ["县档案馆"]], "（取了A列“单位名称”作单位名称，多半不是中文名称；表头应有一列“单位名称”）"),
        ([["单位名称", "人"], ["县气象局", "甲"], ["序号", "乙"]], "（取了A列“单位名称”作单位名称，里有“序号”；表头应有一列“单位名称”）"),
    ],
)  # fmt: skip
def test_a_list_from_the_wrong_column_is_refused(tmp_path: Path, rows: Rows, said: str) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, rows)
    assert str(error.value) == f"单位名单不能用：{tmp_path / '名单.xlsx'}{said}"


@pytest.mark.parametrize("rows", [[["单位名称"]], [["单位名称"], [1], [2]], [[1], [2]]])
def test_a_list_without_names_is_refused(tmp_path: Path, rows: Rows) -> None:
    with pytest.raises(DataError, match=r"^单位名单里没有单位"):
        read(tmp_path, rows)


def test_rows_of_a_text_file_are_counted_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes('名册\r\n\r\n编码\t"单位\n名称"\r\n1\t县气象局\r\n2\t县气象局\r\n'.encode("gb18030"))
    with pytest.raises(DataError, match="第5行和第6行"):
        read_roster(path)
