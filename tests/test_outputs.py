"""Every output of one run, from the same findings; folders of outputs are passed over by the next run."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import CLEAN, FAULTY, ROOT, S_PUBLISHED, S
from tests.many import distinct

COMMAND = [sys.executable, "-c", "from xlsxeval.cli import run; run()", "check"]
FILES = ("html", "csv", "sarif", "junit", "json", "jsonl")
pytestmark = pytest.mark.slow


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, check=False, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "报送" / "乙").mkdir(parents=True)
    for name, sample in (("甲.xlsx", FAULTY), ("乙/甲.xlsx", S_PUBLISHED), ("丙.xlsx", CLEAN)):
        (folder / "报送" / name).write_bytes((sample / "filled.xlsx").read_bytes())
    (folder / "报送" / "丁.tsv").write_bytes((ROOT / "tests" / "raw" / "永德县明朗中学2022.tsv").read_bytes())
    (folder / "报送" / "坏.xlsx").write_bytes(b"PK\x03\x04")
    outputs = [part for kind in FILES for part in (f"--{kind}", f"r.{kind}")]
    result = run(
        "报送",
        *outputs,
        "--mark",
        "报送/标记",
        "--notice",
        "通知",
        "--deadline",
        "2025年5月20日",
        "--contact",
        "绩效股",
        cwd=folder,
    )
    assert (result.returncode, result.stderr) == (2, "")
    return folder


def findings(done: Path) -> list[dict[str, object]]:
    return json.loads((done / "r.json").read_text(encoding="utf-8"))["filings"]


def test_all_outputs_tell_the_same(done: Path) -> None:
    said = [(one["file"], finding["code"], finding["cell"]) for one in findings(done) for finding in one["findings"]]  # type: ignore[attr-defined]  # JSON
    lines = [json.loads(line) for line in (done / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["file"], finding["code"], finding["cell"]) for one in lines for finding in one["findings"]] == said
    rows = list(csv.DictReader((done / "r.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["文件"], row["代码"], row["单元格"]) for row in rows if row["代码"]] == said
    [log] = json.loads((done / "r.sarif").read_text(encoding="utf-8"))["runs"]
    assert [one["ruleId"] for one in log["results"]] == [code for _, code, _ in said]


def test_marked_copies_give_the_same_findings(done: Path) -> None:
    folder = done / "报送" / "标记"
    names = {".xlsxeval-输出", "甲.xlsx", "乙/甲.xlsx", "丙.xlsx", "丁.tsv-审核意见.xlsx", "坏.xlsx-审核意见.xlsx"}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == names
    for copy in ("甲.xlsx", "乙/甲.xlsx", "丙.xlsx"):
        found = [(one.code, one.sheet, one.cell) for one in api.check(folder / copy).findings]
        assert found in [
            [(one["code"], one["sheet"], one["cell"]) for one in each["findings"]] for each in findings(done)
        ]  # type: ignore[attr-defined]  # JSON


def test_each_unit_that_must_act_gets_a_letter(done: Path) -> None:
    units = {one["unit"] or Path(str(one["file"])).name for one in findings(done) if one["verdict"] != "pass"}
    assert {path.stem.removeprefix("退回修改通知-") for path in (done / "通知").glob("*.docx")} >= {"坏.xlsx"}
    letters = list((done / "通知").glob("*.md"))
    assert len(letters) == len(units) == 4
    assert all(
        "2025年5月20日" in letter.read_text(encoding="utf-8") and "绩效股" in letter.read_text(encoding="utf-8")
        for letter in letters
    )


def test_the_next_run_passes_over_outputs(done: Path) -> None:
    again = run("报送", "--quiet", cwd=done)
    assert again.stdout.splitlines()[-3:] == [
        "共核对5个文件：1份通过，3份须更正，1份无法使用",
        "年度：2024年度3份，2022年度1份",
        "跳过5个：5个本程序写出的文件",
    ]


def test_a_mistake_in_the_template_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    (tmp_path / "信.md").write_text("{{ 没有这个名称 }}", encoding="utf-8")
    result = run("甲.xlsx", "--notice", "通知", "--template", "信.md", cwd=tmp_path)
    assert result.returncode == 2
    assert "没有这个名称" in result.stderr
    assert not (tmp_path / "通知").exists()


def test_outputs_are_kept_up_to_date(tmp_path: Path) -> None:
    for name, sample in (("甲.xlsx", FAULTY), ("乙.xlsx", S_PUBLISHED), ("丙.xlsx", FAULTY)):
        (tmp_path / "报送").mkdir(exist_ok=True)
        (tmp_path / "报送" / name).write_bytes((sample / "filled.xlsx").read_bytes())
    options = ("报送", "--mark", "报送/标记", "--notice", "通知", "--quiet")
    assert run(*options, cwd=tmp_path).stderr == ""
    before = contents(tmp_path / "报送" / "标记") | contents(tmp_path / "通知")
    assert run(*options, cwd=tmp_path).stderr == ""
    assert contents(tmp_path / "报送" / "标记") | contents(tmp_path / "通知") == before
    assert len([name for name in before if name.endswith(".docx")]) == 2
    # One unit sends a correct table, another withdraws its own; somebody works on a marked copy.
    (tmp_path / "报送" / "甲.xlsx").unlink()
    (tmp_path / "报送" / "丙.xlsx").unlink()
    (tmp_path / "报送" / "乙.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    (tmp_path / "报送" / "标记" / "丙.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes() + b" ")
    assert run(*options, cwd=tmp_path).stderr == ""
    assert sorted(contents(tmp_path / "通知")) == [".xlsxeval-输出"]
    assert sorted(contents(tmp_path / "报送" / "标记")) == [".xlsxeval-输出", "丙.xlsx", "乙.xlsx", "标记/丙.xlsx"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_that_was_sent_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    for name in ("甲.xlsx", "表.csv"):
        (folder / name).write_bytes((FAULTY / "filled.xlsx").read_bytes())
    before = contents(folder)
    for options, said in {
        ("--mark", "报送"): "文件夹里已有别的文件，没有写入：报送；请换一个新的或空的文件夹\n",
        ("--csv", "报送/甲.xlsx"): f"这不是以前写出的结果，没有覆盖：{Path('报送/甲.xlsx')}；请换一个文件名\n",
        ("--csv", "报送/表.csv"): f"这不是以前写出的结果，没有覆盖：{Path('报送/表.csv')}；请换一个文件名\n",
        ("--ledger", "a.db", "--json", "./a.db"): "两个输出写成了同一个文件，或写成了台账、名单、模板的文件，请分开\n",
    }.items():
        result = run("报送", *options, "--force", cwd=tmp_path)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", said)
    assert contents(folder) == before


def test_a_copy_that_was_sent_back_is_not_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "标记"
    (tmp_path / "甲.xlsx").write_bytes((FAULTY / "filled.xlsx").read_bytes())
    run("甲.xlsx", "--mark", "标记", cwd=tmp_path)
    (folder / "甲.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    for force in ((), ("--force",)):
        result = run("标记", "--mark", "标记", "--quiet", *force, cwd=tmp_path)
        said = f"这个文件有人改过，没有覆盖：{Path('标记/甲.xlsx')}；要重新写，请先把它移走\n"
        assert (result.returncode, result.stderr) == (2, said)
        assert (folder / "甲.xlsx").read_bytes() == (CLEAN / "filled.xlsx").read_bytes()


def test_a_workbook_that_changed_after_the_check_is_not_marked(tmp_path: Path) -> None:
    source = tmp_path / "甲.xlsx"
    source.write_bytes((FAULTY / "filled.xlsx").read_bytes())
    outcomes = api.outcomes(source)
    source.write_bytes((CLEAN / "filled.xlsx").read_bytes())
    api.write_marked(tmp_path / "标记", outcomes)
    assert sorted(contents(tmp_path / "标记")) == [".xlsxeval-输出", "甲.xlsx-审核意见.xlsx"]


def test_a_run_over_a_part_leaves_the_rest(tmp_path: Path) -> None:
    for name, sample in (("甲.xlsx", FAULTY), ("乙.xlsx", S_PUBLISHED)):
        (tmp_path / "报送").mkdir(exist_ok=True)
        (tmp_path / "报送" / name).write_bytes((sample / "filled.xlsx").read_bytes())
    options = ("--mark", "标记", "--notice", "通知", "--quiet")
    run("报送", *options, cwd=tmp_path)
    before = contents(tmp_path / "标记").keys() | contents(tmp_path / "通知").keys()
    run("报送/甲.xlsx", *options, cwd=tmp_path)
    assert contents(tmp_path / "标记").keys() | contents(tmp_path / "通知").keys() == before
    (tmp_path / "报送" / "甲.xlsx").unlink()
    run("报送", *options, cwd=tmp_path)
    assert sorted(contents(tmp_path / "标记")) == [".xlsxeval-输出", "乙.xlsx"]
    assert len(contents(tmp_path / "通知")) == 3


def test_a_failure_of_the_machine_leaves_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes((FAULTY / "filled.xlsx").read_bytes())
    options = ("甲.xlsx", "--mark", "标记", "--notice", "通知", "--quiet")
    run(*options, cwd=tmp_path)
    before = {**contents(tmp_path / "标记"), **contents(tmp_path / "通知")}
    result = run(*options, "--max-seconds", "0.001", cwd=tmp_path)
    assert result.stdout.splitlines()[0].startswith("甲.xlsx：无法使用（R11：核对用了0.001秒处理器时间还没有完成")
    assert {**contents(tmp_path / "标记"), **contents(tmp_path / "通知")} == before


def test_copies_are_as_old_as_their_originals(tmp_path: Path) -> None:
    for name, sample, day in (("甲.xlsx", S, 10), ("甲最终版.xlsx", S_PUBLISHED, 20)):
        (tmp_path / name).write_bytes((sample / "filled.xlsx").read_bytes())
        os.utime(tmp_path / name, (day * 86400, day * 86400))
    first = run(".", "--mark", "标记", "--quiet", cwd=tmp_path)
    second = run("标记", "--quiet", cwd=tmp_path)
    assert [line.partition("：")[2] for line in second.stdout.splitlines()] == [
        line.partition("：")[2] for line in first.stdout.splitlines()
    ]
    for name in ("甲.xlsx", "甲最终版.xlsx"):
        assert (tmp_path / "标记" / name).stat().st_mtime == (tmp_path / name).stat().st_mtime


def test_two_runs_into_the_same_folders(tmp_path: Path) -> None:
    (tmp_path / "报送").mkdir()
    content = (FAULTY / "filled.xlsx").read_bytes()
    for number in range(12):
        (tmp_path / "报送" / f"{number}.xlsx").write_bytes(distinct(number, content))
    command = [*COMMAND, "报送", "--mark", "标记", "--notice", "通知", "--quiet"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)
    ]
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 1)] * 2
    written = contents(tmp_path / "标记")
    assert sorted(written) == sorted([".xlsxeval-输出", *(f"{number}.xlsx" for number in range(12))])
    assert all(api.check(written[f"{number}.xlsx"]).verdict == "findings" for number in range(12))


def test_one_name_that_is_too_long_costs_only_itself(tmp_path: Path) -> None:
    name = "长" * 80
    (tmp_path / f"{name}.tsv").write_bytes((ROOT / "tests" / "raw" / "永德县明朗中学2022.tsv").read_bytes())
    (tmp_path / "甲.xlsx").write_bytes((FAULTY / "filled.xlsx").read_bytes())
    result = run(".", "--mark", "标记", "--quiet", cwd=tmp_path)
    assert result.stderr == ""
    copies = sorted(path.name for path in (tmp_path / "标记").glob("*.xlsx"))
    assert copies == ["甲.xlsx", f"{name[:60]}-审核意见.xlsx"]
    assert all(len(copy.encode()) <= 200 for copy in copies)


def test_nothing_can_be_written_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes((CLEAN / "filled.xlsx").read_bytes())
    (tmp_path / "挡路").write_text("")
    result = run("甲.xlsx", "--mark", "挡路", cwd=tmp_path)
    assert (result.returncode, result.stderr.startswith("不能写到这里：挡路")) == (2, True)
