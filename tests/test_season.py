"""A season: whose each file is, which version counts, what was not looked at, and which units are missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import openpyxl
import pytest

import xlsxeval as api
from tests import small_books
from tests.sent import filing, lay, mailed, roster, zipped
from xlsxeval.batch.ledger import reopen_ledger
from xlsxeval.numbers import plain
from xlsxeval.outputs.run import CheckedFiles, check_files

pytestmark = pytest.mark.slow
PDF, RAR = b"%PDF-1.7\n%\xe2\xe3", b"Rar!\x1a\x07\x01\x00" + bytes(64)


def _states(run: CheckedFiles) -> dict[str, str]:
    """Give the state of each unit."""
    return {line.unit: line.state for line in run.facts.units}


def _counted(run: CheckedFiles) -> list[str]:
    """Give the names, without folders, of the files that count."""
    return [Path(outcome.file).name for outcome in run.outcomes(replaced=False)]


def test_a_department_and_its_own_level_are_two_units(tmp_path: Path) -> None:
    names = ["青石县教育局", "青石县教育局（本级）", "青石县水利局", "青石县水利局机关"]
    missing = ["青石县交通运输局", "青石县交通运输局（本级）"]
    folder = lay(tmp_path / "报送", {f"{name}.xlsx": filing(name, number) for number, name in enumerate(names)})
    with check_files([folder], roster=roster(tmp_path, *names, *missing)) as run:
        assert len(_counted(run)) == 4
        assert list(run.facts.missing) == missing
        assert run.facts.replaced == 0
    with check_files([folder]) as run:
        assert len(_counted(run)) == 4
        assert list(run.facts.alike) == [
            "“青石县教育局”、“青石县教育局（本级）”可能是同一个单位，请核对",
            "“青石县水利局”、“青石县水利局机关”可能是同一个单位，请核对",
        ]


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("文化馆修改版（最终版）.xlsx", "文化馆.xlsx"),
        ("文化馆更正.xlsx", "文化馆.xlsx"),
        ("文化馆第二次.xlsx", "文化馆第一次.xlsx"),
        ("文化馆(1).xlsx", "文化馆.xlsx"),
        ("文化馆v2.xlsx", "文化馆v1.xlsx"),
        ("a/文化馆.zip/文化馆最终版.xlsx", "文化馆修改版.xlsx"),
    ],
)
def test_words_in_the_name_tell_the_later_version_whatever_the_disk_says(
    tmp_path: Path, later: str, earlier: str
) -> None:
    container, _, member = later.partition(".zip/")
    new = {f"{container}.zip": zipped({member: filing("文化馆", 2)})} if member else {later: filing("文化馆", 2)}
    folder = lay(tmp_path / "报送", {earlier: filing("文化馆", 1), **new})
    for path, day in [(folder / earlier, 9), *((folder / name, 1) for name in new)]:
        os.utime(path, (1_700_000_000 + day * 86400,) * 2)
    with check_files([folder]) as run:
        assert _counted(run) == [Path(later).name]
        assert run.facts.unclear == ()


def test_the_time_inside_the_workbook_tells_the_later_version(tmp_path: Path) -> None:
    files = {
        "b.xlsx": filing("文化馆", 1, saved="2025-04-07T08:00:00Z"),
        "a.xlsx": filing("文化馆", 2, saved="2025-03-26T08:00:00Z"),
    }
    folder = lay(tmp_path / "报送", files)
    with check_files([folder]) as run:
        assert _counted(run) == ["b.xlsx"]
        assert run.facts.unclear == ()
        [note] = [note for outcome in run.outcomes() if outcome.replaced for note in outcome.notes]
    assert note == f"这个单位另有一份“{folder / 'b.xlsx'}”（保存于2025-04-07 16:00，较晚），以那一份为准"


def test_evidence_that_disagrees_is_asked_and_settled_by_hand(tmp_path: Path) -> None:
    files = {
        "文化馆最终版.xlsx": filing("文化馆", 1, saved="2025-03-26T08:00:00Z"),
        "文化馆.xlsx": filing("文化馆", 2, saved="2025-04-07T08:00:00Z"),
    }
    folder, ledger = lay(tmp_path / "报送", files), tmp_path / "台账.db"
    with check_files([folder], ledger=ledger) as run:
        assert _counted(run) == ["文化馆.xlsx"]
        assert len(run.facts.unclear) == 1
        assert all(f"“{folder / name}”" in run.facts.unclear[0] for name in files)
    with check_files([folder], ledger=ledger, prefer=[folder / "文化馆最终版.xlsx"]) as run:
        assert (_counted(run), run.facts.unclear) == (["文化馆最终版.xlsx"], ())
    with check_files([folder], ledger=ledger) as run:
        assert (_counted(run), run.facts.unclear) == (["文化馆最终版.xlsx"], ())


def test_without_evidence_the_copy_of_the_folder_gives_the_same_and_it_is_asked(tmp_path: Path) -> None:
    folder = lay(tmp_path / "报送", {"b.xlsx": filing("文化馆", 1), "a.xlsx": filing("文化馆", 2)})
    copied = shutil.copytree(folder, tmp_path / "复制", copy_function=shutil.copyfile)
    counted = []
    for names in ([folder], [copied], [folder / "b.xlsx", folder / "a.xlsx"]):
        with check_files(names) as run:
            counted.append(_counted(run))
            assert len(run.facts.unclear) == 1
    assert counted == [["a.xlsx"]] * 3


def test_what_the_ledger_saw_later_counts(tmp_path: Path) -> None:
    folder, ledger = lay(tmp_path / "报送", {"b.xlsx": filing("文化馆", 1)}), tmp_path / "台账.db"
    with check_files([folder], ledger=ledger) as run:
        assert run.facts.units[0].round == 1
    lay(folder, {"a.xlsx": filing("文化馆", 2)})
    with check_files([folder], ledger=ledger) as run:
        assert (_counted(run), run.facts.unclear) == (["a.xlsx"], ())
        assert run.facts.units[0].round == 2
    with check_files([folder], ledger=ledger) as run:  # nothing new came: still the second round
        assert run.facts.units[0].round == 2


def test_everything_in_the_folder_is_looked_at_or_named(tmp_path: Path) -> None:
    units = ["图书馆", "文化馆", "博物馆", "无后缀的单位", "体育中心", "档案馆", "展览馆", "美术馆"]
    old_text = small_books.compound({"WordDocument": b"x" * 5000}) if hasattr(small_books, "compound") else b"\xd0\xcf"
    folder = lay(
        tmp_path / "报送",
        {
            "图书馆.xlsx": filing("图书馆", 1),
            "文化馆.zip": zipped({"文化馆.xlsx": filing("文化馆", 2), "盖章.pdf": PDF}),
            "博物馆.eml": mailed({"博物馆自评表.xlsx": filing("博物馆", 3)}),
            "无后缀的单位": filing("无后缀的单位", 4),
            "体育中心（盖章扫描）.pdf": PDF,
            "档案馆.rar": RAR,
            "展览馆.wps": old_text,
            "~$图书馆.xlsx": b"x",
            "Thumbs.db": b"x",
        },
    )
    with check_files([folder], roster=roster(tmp_path, *units)) as run:
        assert {Path(outcome.file).name for outcome in run.outcomes()} == {
            *("图书馆.xlsx", "文化馆.xlsx", "博物馆自评表.xlsx", "无后缀的单位")
        }
        assert [(Path(one.file).name, one.unit) for one in run.facts.others] == [
            ("体育中心（盖章扫描）.pdf", "体育中心"),
            ("展览馆.wps", "展览馆"),
            ("盖章.pdf", "文化馆"),
            ("档案馆.rar", "档案馆"),
        ]
        assert {unit for unit, state in _states(run).items() if state == "unread"} == {"体育中心", "档案馆", "展览馆"}
        assert run.facts.missing == ("美术馆",)
        assert sum(run.facts.skipped.values()) == 2


def test_an_unreadable_file_belongs_to_its_unit_and_a_good_one_replaces_it(tmp_path: Path) -> None:
    locked = small_books.xlsx()[:200]
    folder = lay(
        tmp_path / "报送",
        {"植保站.xlsx": locked, "植保站（更正）.xlsx": filing("植保站", 1), "种子站/自评表.xlsx": locked + b"1"},
    )
    with check_files([folder], roster=roster(tmp_path, "植保站", "种子站")) as run:
        assert _states(run) == {"植保站": "info", "种子站": "unusable"} or _states(run)["种子站"] == "unusable"
        assert [Path(one.file).name for one in run.outcomes() if one.replaced] == ["植保站.xlsx"]
        assert run.facts.missing == ()


def test_a_filing_of_another_year_than_most_is_an_error_at_the_printed_year(tmp_path: Path) -> None:
    folder = lay(
        tmp_path / "报送",
        {
            f"第{number}小学.xlsx": filing(f"第{number}小学", number, year=2023 if number == 5 else 2024)
            for number in range(1, 6)
        },
    )
    with check_files([folder], ledger=tmp_path / "l.db") as run:
        found = {Path(one.file).stem: [f for f in one.findings if f.severity == "error"] for one in run.outcomes()}
        assert [name for name, errors in found.items() if errors] == ["第5小学"]
        [error] = found["第5小学"]
        assert (error.code, error.found, error.expected) == ("S01", "2023", "2024")
        assert error.message.startswith("这是2023年度的表，其余4份是2024年度")
        assert error.cell
        assert run.facts.years == {2023: 1, 2024: 4}
        assert run.facts.states["error"] == 1
    only = lay(tmp_path / "迟", {"第6小学.xlsx": filing("第6小学", 6, year=2023)})
    with check_files([only], ledger=tmp_path / "l.db") as run:  # the ledger knows the year of the season
        assert [f.code for one in run.outcomes() for f in one.findings if f.severity == "error"] == ["S01"]
    with check_files([folder], year=2024) as run:
        errors = [
            (Path(one.file).stem, f.code) for one in run.outcomes() for f in one.findings if f.severity == "error"
        ]
        assert errors == [("第5小学", "B15")]


def test_two_tables_in_two_files_are_one_filing(tmp_path: Path) -> None:
    folder = lay(
        tmp_path / "报送",
        {f"图书馆{form}.xlsx": filing("图书馆", 1, forms=(form,)) for form in ("基础数据表", "自评表")},
    )
    for _ in range(2):
        with check_files([folder], roster=roster(tmp_path, "图书馆"), ledger=tmp_path / "l.db") as run:
            found = list(run.outcomes())
            assert [Path(one.file).name for one in found] == ["图书馆基础数据表.xlsx", "图书馆自评表.xlsx"]
            assert [[Path(name).name for name in one.joined] for one in found] == [
                ["图书馆自评表.xlsx"],
                ["图书馆基础数据表.xlsx"],
            ]
            assert not [f for one in found for f in one.findings if f.severity != "info"]
            assert sum(run.facts.states.values()) == 1
            assert [one.summary is not None for one in found] == [False, True]


def test_a_fault_between_two_tables_in_two_files_is_found_at_its_file(tmp_path: Path) -> None:
    files = {
        "图书馆一.xlsx": filing("图书馆", 1, forms=("基础数据表",)),
        "图书馆二.zip": zipped({"表.xlsx": filing("图书馆", 1, forms=("自评表",), 项目支出="1", 基本支出="1")}),
    }
    folder = lay(tmp_path / "报送", files)
    with check_files([folder]) as run:
        found = {Path(one.file).name: {f.code for f in one.findings if f.severity == "error"} for one in run.outcomes()}
    assert "L02" not in found["图书馆一.xlsx"] | found["表.xlsx"]
    assert "X01" in found["表.xlsx"] | found["图书馆一.xlsx"]


def test_files_that_fit_in_two_ways_are_not_joined_and_that_is_said(tmp_path: Path) -> None:
    files = {
        "图书馆基础.xlsx": filing("图书馆", 1, forms=("基础数据表",)),
        "图书馆甲.xlsx": filing("图书馆", 1, forms=("自评表",)),
        "图书馆乙.xlsx": filing("图书馆", 2, forms=("自评表",)),
    }
    with check_files([lay(tmp_path / "报送", files)]) as run:
        assert all(one.joined == () for one in run.outcomes())
        assert any("没有合成一份" in said for said in run.facts.alike)
        assert len(run.facts.unclear) == 1


def test_the_same_content_under_two_names_counts_once(tmp_path: Path) -> None:
    book = filing("图书馆", 1)
    files = {"b.xlsx": book, "a.xlsx": book, "c.zip": zipped({"d.xlsx": book})}
    with check_files([lay(tmp_path / "报送", files)]) as run:
        assert _counted(run) == ["a.xlsx"]
        assert run.facts.unclear == ()


def test_a_roster_with_a_title_above_its_heads(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = [
        ["青石县预算单位花名册"],
        [],
        ["序号", "预算单位编码", "预算单位名称", "主管部门", "联系人", "电话"],
        [1, "101001", "盐井中心卫生院", "卫生健康局", "某某", "0000"],
        [2, "101002", "梦溪中心卫生院", "卫生健康局", "某某", "0000"],
    ]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "花名册.xlsx")
    folder = lay(tmp_path / "报送", {"盐井中心卫生院.xlsx": filing("盐井中心卫生院", 1)})
    with check_files([folder], roster=tmp_path / "花名册.xlsx") as run:
        assert run.facts.missing == ("梦溪中心卫生院",)
        assert run.facts.unlisted == ()
        assert (run.facts.units[0].code, run.facts.units[0].contact) == ("101001", "某某 0000")
        assert "C列“预算单位名称”，2个单位" in run.facts.roster_line


def test_copies_of_files_in_containers_and_of_joined_files_are_marked(tmp_path: Path) -> None:
    files = {
        "图书馆一.xlsx": filing("图书馆", 1, forms=("基础数据表",)),
        "图书馆二.zip": zipped({"内/表.xlsx": filing("图书馆", 1, forms=("自评表",), 项目支出="1", 基本支出="1")}),
    }
    folder, target = lay(tmp_path / "报送", files), tmp_path / "标记"
    with check_files([folder], reports={"mark": target}) as run:
        assert run.failures == []
    names = sorted(path.relative_to(target).as_posix() for path in target.rglob("*.xlsx"))
    assert names == ["图书馆一.xlsx", "图书馆二.zip/内/表.xlsx"]
    book = openpyxl.load_workbook(target / names[1])
    assert "审核意见" in book.sheetnames
    assert any(cell.comment for row in book["自评表"].iter_rows() for cell in row)


def test_a_copy_of_another_units_filing_with_its_name_left_in_is_that_of_the_unit_in_the_files_name(
    tmp_path: Path,
) -> None:
    book = filing("图书馆", 1)
    files = {"图书馆.xlsx": book, "文化馆.xlsx": book, "博物馆.zip": zipped({"博物馆.xlsx": filing("图书馆", 2)})}
    with check_files([lay(tmp_path / "报送", files)], roster=roster(tmp_path, "图书馆", "文化馆", "博物馆")) as run:
        assert {Path(one.file).name: one.belongs for one in run.outcomes(replaced=False)} == {
            "图书馆.xlsx": "图书馆",
            "文化馆.xlsx": "文化馆",
            "博物馆.xlsx": "博物馆",
        }
        assert run.facts.missing == ()
        assert [said.partition("”")[2] for said in run.facts.alike] == [
            "表里写的单位是“图书馆”，文件名是“博物馆”的，按文件名算，请核对",
            "表里写的单位是“图书馆”，文件名是“文化馆”的，按文件名算，请核对",
        ]


def test_a_file_named_after_another_unit_belongs_to_the_one_in_its_form(tmp_path: Path) -> None:
    files = {"文化馆.xlsx": filing("图书馆", 1)}
    with check_files([lay(tmp_path / "报送", files)], roster=roster(tmp_path, "图书馆", "文化馆", "博物馆")) as run:
        assert _states(run) == {"图书馆": run.facts.units[0].state, "文化馆": "unread", "博物馆": "missing"}
        assert run.facts.units[0].state in {"pass", "info"}
        assert len(run.facts.alike) == 1


def test_of_two_units_in_two_tables_the_one_in_the_files_name_counts(tmp_path: Path) -> None:
    files = {"文化馆.xlsx": filing("文化馆", 1, 部门名称="图书馆"), "图书馆.xlsx": filing("图书馆", 2)}
    with check_files([lay(tmp_path / "报送", files)], roster=roster(tmp_path, "图书馆", "文化馆")) as run:
        assert {Path(one.file).name: one.belongs for one in run.outcomes(replaced=False)} == {
            "图书馆.xlsx": "图书馆",
            "文化馆.xlsx": "文化馆",
        }
        assert _states(run)["文化馆"] == "warning"  # X04 says that the tables name two units
        assert run.facts.alike == ()


def test_the_ledger_keeps_the_answers_of_what_counts(tmp_path: Path) -> None:
    files = {
        "图书馆一.xlsx": filing("图书馆", 1, forms=("基础数据表",)),
        "图书馆二.zip": zipped({"表.xlsx": filing("图书馆", 1, forms=("自评表",))}),
        "文化馆.xlsx": filing("文化馆", 2),
        "文化馆最终版.xlsx": filing("文化馆", 3),
    }
    folder, ledger = lay(tmp_path / "报送", files), tmp_path / "台账.db"
    for _ in range(2):  # the second run takes everything from the ledger
        with check_files([folder], ledger=ledger):
            pass
        with reopen_ledger(ledger) as opened:
            kept = {Path(name).name: answers for name, answers in opened.answers()}
        assert sorted(kept) == ["图书馆一.xlsx", "文化馆最终版.xlsx", "表.xlsx"]
        assert {one.form for one in kept["图书馆一.xlsx"]} == {"基础数据表"}
        assert {one.form for one in kept["表.xlsx"]} == {"自评表"}
        [name] = [one for one in kept["文化馆最终版.xlsx"] if one.name == "部门名称"]
        assert (name.value, name.sheet, name.line, name.state) == ("文化馆", "自评表", 0, "filled")
        assert name.cell
        book = api.read_filing(files["文化馆最终版.xlsx"])
        amount = book.forms["自评表"].fields["全年执行数"]
        assert [(one.value, one.cell) for one in kept["文化馆最终版.xlsx"] if one.name == "全年执行数"] == [
            (plain(amount.value), amount.cell)
        ]
