"""The commands as people call them: words, exit codes, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import xlsxeval as api
from tests import hostile
from tests.conftest import CLEAN, FAULTY, ROOT, S_PUBLISHED, S
from tests.places import cell_of, sample
from xlsxeval.output import write_output


def run(*arguments: object, env: dict[str, str] | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from xlsxeval.cli import run; run()", *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=environment, check=False, timeout=60,
        **options,  # type: ignore[call-overload]  # options of run
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def test_version() -> None:
    assert run("--version").stdout == "xlsxeval 0.2.0\n"


def test_forms() -> None:
    assert [line.split()[0] for line in run("forms").stdout.splitlines() if not line.startswith(" ")] == api.set_names()
    lines = run("forms", "--set", "hunan").stdout.splitlines()
    assert lines[0].startswith("hunan  湖南省")
    assert [line.split()[0] for line in lines[1:]] == ["基础数据表", "自评表"]


@pytest.mark.slow
def test_the_whole_way(tmp_path: Path) -> None:
    blank, filled, again = tmp_path / "空白.xlsx", tmp_path / "已填.xlsx", tmp_path / "再填.xlsx"
    assert run("new", "hunan", "--year", 2024, "--unit", "某局", "-o", blank).returncode == 0
    assert run("check", blank).returncode == 1
    assert run("fill", "hunan", S / "data.yaml", "-o", filled).returncode == 0
    done = run("check", filled)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"{filled}：不通过，2项错误须更正，6项警告须说明，8项提示供核对"
    extracted = tmp_path / "数据.yaml"
    extracted.write_text(run("extract", filled).stdout, encoding="utf-8")
    assert run("fill", "hunan", extracted, "-o", again).returncode == 0
    assert again.read_bytes() == filled.read_bytes()


@pytest.mark.parametrize(("sample", "code"), [(S, 1), (S_PUBLISHED, 1), (CLEAN, 0), (FAULTY, 1)])
def test_samples_give_their_findings(sample: Path, code: int) -> None:
    done = run("check", "filled.xlsx", cwd=sample)
    assert done.returncode == code
    assert done.stdout == (sample / "findings.txt").read_text(encoding="utf-8")


def test_check_as_json() -> None:
    done = run("check", "--format", "json", S / "filled.xlsx", CLEAN / "filled.xlsx", ROOT / "README.md")
    assert done.returncode == 2
    first, clean, unusable = map(json.loads, done.stdout.splitlines())
    assert (first["verdict"], first["set"], first["year"], first["unit"]) == (
        "findings",
        "hunan",
        2024,
        "中共澧县县委办公室本级",
    )
    assert first["counts"] == {"error": 2, "warning": 6, "info": 8}
    assert first["findings"][1] == {
        "code": "X01", "severity": "error", "form": "基础数据表", "sheet": "基础数据表", "cell": cell_of(sample(S), "基础数据表.项目支出.决算数"), "field": "项目支出.决算数",
        "message": "两表的项目支出不一致：基础数据表的项目支出（决算数）为208，自评表的项目支出为370.91，相差162.91。请按决算数核对，改正其中填错的一张表。",
        "found": "208", "expected": "370.91", "waived": "",
    }  # fmt: skip
    assert (clean["verdict"], clean["findings"]) == ("pass", [])
    assert (unusable["verdict"], [one["code"] for one in unusable["findings"]]) == ("unusable", ["R02"])


def test_extract_as_json() -> None:
    done = run("extract", "--format", "json", S / "filled.xlsx")
    tree = json.loads(done.stdout)
    assert tree["forms"]["自评表"]["fields"]["执行率"]["text"] == "99.53%"
    assert len(tree["forms"]["自评表"]["tables"]["指标"]) == 28


def test_explain_prints_the_page() -> None:
    assert run("explain", "e06").stdout == (ROOT / "docs" / "rules" / "E06.md").read_text(encoding="utf-8")
    assert run("explain", "R03").returncode == 0
    done = run("explain", "E99")
    assert (done.returncode, done.stderr.partition("（")[0]) == (2, "没有规则“E99”，相近的有E09")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["chek"], 2, "没有命令“chek”，是否想写“check”"),
        (["new", "hunan", "-o", "x.xlsx"], 2, "缺少“--year”"),
        (["new", "hunan", "--year", "abc", "-o", "x.xlsx"], 2, "“--year”的值不对"),
        (["new", "hunan", "--year", "24", "-o", "x.xlsx"], 2, "年度“24”不对，应在1990到2099之间"),
        (
            ["new", "河南", "--year", "2024", "-o", "x.xlsx"],
            2,
            "没有“河南”这套表，现有：chongqing、guizhou、hubei、hunan、",
        ),
        (["new", "hunan", "--year", "2024", "-o", "no/x.xlsx"], 2, "文件夹不存在：no"),
        (["new", "hunan", "--year", "2024", "-o", "."], 2, "输出位置是文件夹"),
        (["new", "hunan", "--year", "2024", "-o", "有.xlsx"], 2, "文件已存在，没有覆盖：有.xlsx；要覆盖请加 --force"),
        (["fill", "hunan", "没有.yaml", "-o", "x.xlsx"], 2, "找不到文件：没有.yaml"),
        (["fill", "hunan", ".", "-o", "x.xlsx"], 2, "这是文件夹，不是文件：."),
        (["fill", "hunan", "坏.yaml", "-o", "x.xlsx"], 2, "坏.yaml:2: 不是有效的YAML"),
        (["fill", "hunan", "有.xlsx", "-o", "x.xlsx"], 2, "文件不是UTF-8编码：有.xlsx，请另存为UTF-8"),
        (["fill", "hunan", "生.yaml", "-o", "x.xlsx"], 2, "“自评表”中没有叫“总份”的填空，是否想写“总分”"),
        (["extract", "没有.xlsx"], 2, "没有.xlsx：找不到文件"),
        (["check", "--set", "没有", "有.xlsx"], 2, "没有“没有”这套表"),
        (["check", "--fromat", "json", "x"], 2, "没有选项“--fromat”"),
        (["check"], 2, "缺少“文件"),
        (["new", "--year", "2024", "-o", "x.xlsx"], 2, "缺少“套表”，如 hunan，或 --set 文件夹"),
        (["fill", "生.yaml", "-o", "x.xlsx"], 2, "缺少“套表”，如 hunan，或 --set 文件夹"),
        (["fill", "hunan", "生.yaml", "多.yaml", "-o", "x.xlsx"], 2, "多余的参数“多.yaml”"),
        (["new", "hunan", "--year", "2024", "--lines", "数量指标", "-o", "x.xlsx"], 2, "--lines应写成“分组=行数”"),
        (
            ["new", "hunan", "--year", "2024", "--lines", "数量=3", "-o", "x.xlsx"],
            2,
            "没有叫“数量”的分组，是否想写“数量指标”",
        ),
    ],
)
def test_bad_calls_are_one_sentence(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "有.xlsx").write_bytes((S / "filled.xlsx").read_bytes())
    (tmp_path / "坏.yaml").write_text("a: 1\n b: [", encoding="utf-8")
    (tmp_path / "生.yaml").write_text("year: 2024\nforms: {自评表: {总份: 1}}", encoding="utf-8")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["有.xlsx", "坏.yaml", "生.yaml"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.xlsx", b"", "R01"),
        ("网页.xlsx", b"<html><table></table></html>", "R02"),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n", "R02"),
        ("断.xlsx", b"PK\x03\x04" + b"\x00" * 40, "R05"),
    ],
)
def test_unusable_files_have_a_verdict(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("check", name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.splitlines()[0].startswith(f"{name}  {code} 错误  ")
    assert done.stdout.splitlines()[-1] == f"{name}：无法使用"


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    done = run("check", "没有.xlsx", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "没有.xlsx  R09 错误  找不到文件。",
        "没有.xlsx：无法使用",
    ]
    done = run("check", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "没有可以核对的文件：.\n")


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    done = run("check", tmp_path / "没有.xlsx", CLEAN / "filled.xlsx")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "共核对2个文件：1份通过，1份无法使用"


def test_a_large_file_is_checked_in_a_process_that_can_be_stopped(tmp_path: Path) -> None:
    small, large, broken = tmp_path / "small.xlsx", tmp_path / "large.xlsx", tmp_path / "broken.xls"
    small.write_bytes((S / "filled.xlsx").read_bytes())
    with zipfile.ZipFile(io.BytesIO(small.read_bytes())) as old, zipfile.ZipFile(large, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/media/image1.bin", bytes(600_000))
    done = [run("check", file) for file in (small, large)]
    assert done[1].stdout == done[0].stdout.replace(str(small), str(large))
    assert [one.returncode for one in done] == [1, 1]
    # What is refused there has the same exit code.
    broken.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600_000))
    assert run("check", broken).returncode == 2


@pytest.mark.slow
def test_what_unpacks_to_much_is_guarded_as_well(tmp_path: Path) -> None:
    bomb = tmp_path / "小.xlsx"
    bomb.write_bytes(hostile.cells("<x/>" * 9_500_000))
    assert bomb.stat().st_size < 100_000
    done = run("check", bomb)
    assert done.returncode == 2
    assert re.search(r" R(?:06|11) ", done.stdout)  # counted to the limit, or ten processor seconds used before


def test_a_line_break_in_a_cell_is_a_blank_in_what_is_said(tmp_path: Path) -> None:
    data = (FAULTY / "data.yaml").read_text(encoding="utf-8").replace("维修养护水库座数", '"维修\\n养护"')
    (tmp_path / "d.yaml").write_text(data, encoding="utf-8")
    run("fill", "hunan", tmp_path / "d.yaml", "-o", tmp_path / "d.xlsx")
    assert "“维修 养护”目标≥12座" in run("check", tmp_path / "d.xlsx").stdout


@pytest.mark.slow
def test_every_hostile_file_alone_has_a_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xlsxeval.cli import program

    file = tmp_path / "坏.xlsx"
    for name, data, _ in hostile.every_case():
        file.write_bytes(data)
        with pytest.raises(SystemExit) as left:
            program._run(["check", str(file)])  # noqa: SLF001  # run() leaves the process
        said = capsys.readouterr()
        assert (left.value.code, said.err, len(said.out.splitlines())) == (2, "", 2), name


def test_a_gbk_console_shows_what_it_can() -> None:
    command = [sys.executable, "-c", "from xlsxeval.cli import run; run()", "check", str(S / "filled.xlsx")]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUTF8"}
    done = subprocess.run(command, capture_output=True, check=False, env={**environment, "PYTHONIOENCODING": "gbk"})
    assert done.returncode == 1
    assert "两表的项目支出不一致" in done.stdout.decode("gbk")
    plain = subprocess.run(command, capture_output=True, check=False, env={**environment, "PYTHONIOENCODING": "ascii"})
    assert plain.returncode == 1
    assert b"X01" in plain.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_the_machines_fault(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", "from xlsxeval.cli import run; run()", "check", str(S / "filled.xlsx")]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 3
    assert "读写失败" in done.stderr
    assert "Traceback" not in done.stderr
    limited = f"ulimit -f 1; {sys.executable} -c 'from xlsxeval.cli import run; run()' new hunan --year 2024 -o 大.xlsx"
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; {limited}"], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert done.returncode == 3
    assert done.stderr.startswith("无法写入：大.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_quiet() -> None:
    program = f"{sys.executable} -c 'from xlsxeval.cli import run; run()' extract '{S}/filled.xlsx' | head -1"
    done = subprocess.run(["bash", "-c", program], capture_output=True, check=False, text=True)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_outputs_are_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxeval.errors import MachineError, OutputError

    target = tmp_path / "出.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(OutputError):
        write_output(target, b"new")
    write_output(target, b"new", force=True)
    assert target.read_bytes() == b"new"

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(MachineError, match="No space left on device"):
        write_output(target, b"newer", force=True)
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["出.xlsx"]


def test_strange_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    data = tmp_path / "d.yaml"
    data.write_text(
        'year: 2024\nforms: {自评表: {部门名称: "\\u202e甲\\u200b", 总分: 5}, 基础数据表: {填报单位: 乙}}',
        encoding="utf-8",
    )
    run("fill", "hunan", data, "-o", tmp_path / "d.xlsx")
    done = run("check", tmp_path / "d.xlsx")
    assert "\u202e" not in done.stdout
    assert "\ufffd" in done.stdout


def test_nothing_heavy_is_loaded_for_the_version() -> None:
    code = "import sys; from xlsxeval.cli.program import _run; _run(['--version']); print(sorted(m for m in sys.modules if m.split('.')[0] in"
    code += " ('yaml', 'msgspec', 'xlsxwriter', 'zipfile', 'xml', 'decimal', 'openpyxl')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_ctrl_c_and_bugs_have_their_own_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xlsxeval.batch import child, worker
    from xlsxeval.cli import program

    monkeypatch.setattr(child.threading, "active_count", lambda: 1)  # pytest-xdist has threads

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("x")

    with monkeypatch.context() as stopped:
        stopped.setattr(child, "call_limited", stop)
        assert program._run(["check", str(S / "filled.xlsx")]) == 130  # noqa: SLF001  # run() leaves the process
    monkeypatch.setattr(worker, "outcomes_or_report", fail)
    with pytest.raises(SystemExit) as left:
        program._run(["check", str(S / "filled.xlsx")])  # noqa: SLF001  # run() leaves the process
    assert left.value.code == 4
    assert capsys.readouterr().err.splitlines()[-1].startswith("程序出错（ZeroDivisionError: x，worker.py:")


@pytest.mark.slow
def test_a_countys_own_set(tmp_path: Path) -> None:
    import shutil

    own = tmp_path / "我的县"
    shutil.copytree(ROOT / "templates" / "hunan", own)
    file = own / "set.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("set: hunan", "set: 我的县"), encoding="utf-8")
    assert run("forms", "--set", own).stdout.startswith("我的县  ")
    out = tmp_path / "空白.xlsx"
    assert run("new", "--set", own, "--year", 2025, "-o", out).returncode == 0
    assert run("new", own, "--year", 2025, "-o", out, "--force").returncode == 0
    assert json.loads(run("check", "--set", own, "--format", "json", out).stdout)["set"] == "我的县"
    data = tmp_path / "d.yaml"
    data.write_text(
        (CLEAN / "data.yaml").read_text(encoding="utf-8").replace("set: hunan", "set: 我的县"), encoding="utf-8"
    )
    assert run("fill", "--set", own, data, "-o", tmp_path / "填.xlsx").returncode == 0
    assert run("check", "--set", own, tmp_path / "填.xlsx").returncode == 0
    assert "E06" in run("explain", "E06", "--set", own).stdout
    assert run("new", "hunan", "--set", own, "--year", 2025, "-o", tmp_path / "x.xlsx").returncode == 2


def test_each_limit_of_the_reader_is_an_option() -> None:
    import dataclasses

    from xlsxeval.cli.shared import LIMITS
    from xlsxeval.read.limits import Limits

    assert set(LIMITS) == {field.name for field in dataclasses.fields(Limits)}
    rows = re.findall(
        r"^\| `--([a-z-]+)` \| (\d+) \|", (ROOT / "docs" / "limits.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name.replace("-", "_"): int(default) for name, default in rows} == dataclasses.asdict(Limits())
    done = run("check", "--max-cells", 10, S / "filled.xlsx")
    assert done.returncode == 2
    assert "R06" in done.stdout
    assert "--max-cells" in done.stdout
    assert run("extract", "--max-file", 10, S / "filled.xlsx").returncode == 2
