"""Help and errors of the command line: in Chinese to the last word, within the window, readable on a GBK console."""

from __future__ import annotations

import ast
import gettext
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.conftest import CLEAN, ROOT, S
from xlsxeval.cli import main, program
from xlsxeval.cli.chinese import chinese_messages
from xlsxeval.cli.layout import Formatter, wrapped
from xlsxeval.cli.options import GROUPS, Command, Group, Option, command, option
from xlsxeval.errors import OutputError
from xlsxeval.text import display_width

LOCALE = ROOT / "xlsxeval" / "cli" / "locale"

#: Words in Latin letters that help may hold beside the names of commands and options: formats, products, examples.
LATIN = {"xlsxeval", "YAML", "JSON", "CSV", "SARIF", "JUnit", "XML", "Markdown", "Word", "Excel", "WPS", "MiB"}
LATIN |= {"dask", "tcp", "xlsx", "hunan", "json", "jsonl", "yaml", "text", "md", "csv", "html"}


def commands(
    group: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command with the words that call it."""
    yield path, group
    if isinstance(group, click.Group):
        for name, below in group.commands.items():
            yield from commands(below, (*path, name))


EVERY_COMMAND = dict(commands())
PATHS = [pytest.param(path, id=" ".join(path)) for path in EVERY_COMMAND]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the program in this process; gives its code, output and errors."""
    with chinese_messages():
        code = program._run(list(arguments))  # noqa: SLF001  # run() leaves the process
    done = capsys.readouterr()
    return code, done.out, done.err


def english(text: str) -> set[str]:
    """Give the words in Latin letters that are neither names of ours nor in the list."""
    names = {word for path in EVERY_COMMAND for word in path}
    names |= {one for made in EVERY_COMMAND.values() for param in made.params for one in param.opts}
    names |= {"-h", "--help", "-o", "--output"}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z0-9-]){re.escape(name)}(?![A-Za-z0-9-])", "", text)
    return set(re.findall(r"[A-Za-z]{2,}", text)) - LATIN


def test_each_message_of_click_has_a_translation() -> None:
    translation = gettext.translation("messages", LOCALE, ["zh_CN"])
    folder = Path(click.__file__).parent
    seen = 0
    for file in folder.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        # Mistakes in how a command is written reach its developer only.
        theirs = {
            id(node)
            for raised in ast.walk(tree)
            if isinstance(raised, ast.Raise)
            and isinstance(raised.exc, ast.Call)
            and ast.unparse(raised.exc.func) in {"TypeError", "ValueError"}
            for node in ast.walk(raised)
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str() as text)]):
                    answer = translation.gettext(text)
                case ast.Call(
                    func=ast.Name(id="ngettext"), args=[ast.Constant(value=str() as text), ast.Constant(value=many), _]
                ):
                    answer = translation.ngettext(text, many, 1)
                    text += many
                case _:
                    continue
            if id(node) in theirs or not re.search("[A-Za-z]", re.sub(r"\{.*?\}", "", text)):
                continue
            seen += 1
            assert answer not in {text, ""}, f"{file.name}: {text}"
            fields = {field for _, field, _, _ in string.Formatter().parse(answer) if field}
            assert fields <= {field for _, field, _, _ in string.Formatter().parse(text) if field}, text
    assert seen > 40


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
@pytest.mark.parametrize("path", PATHS)
def test_help_is_chinese_and_fits_the_window(
    path: tuple[str, ...], columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, err = said(capsys, *path, "--help")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith(f"用法：{' '.join(('xlsxeval', *path))} ")
    assert english(out) == set()
    assert max(display_width(line) for line in out.splitlines()) <= columns
    assert "..." not in out.partition("\n")[2].replace("代码,...", "")  # nothing is cut off


@pytest.mark.parametrize("path", PATHS)
def test_all_texts_on_options_begin_in_one_column(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, *path, "--help")[1].partition("命令：")[0]
    rows = [re.match(r"  -.*?  +(?=\S)", line) for line in out.splitlines() if line.startswith("  -")]
    assert rows
    assert len({display_width(row[0]) for row in rows if row}) == 1


@pytest.mark.parametrize("path", PATHS)
def test_each_command_and_option_is_of_our_classes_and_has_help(path: tuple[str, ...]) -> None:
    made = EVERY_COMMAND[path]
    assert isinstance(made, Command)
    assert made.help
    for param in made.params:
        if isinstance(param, click.Option) and param.name != "version":
            assert isinstance(param, Option), param.name
            assert param.help or param.hidden, param.name
            assert param.group in GROUPS, param.name


MISTAKES = [
    ("chekc", "没有命令“chekc”，是否想写“check”（用法见 xlsxeval --help）"),
    ("ＣＨＥＣＫ", "没有命令“ＣＨＥＣＫ”，是否想写“check”（用法见 xlsxeval --help）"),
    ("长" * 500, "没有命令“长长"),
    ("核对", "没有命令“核对”（用法见 xlsxeval --help）"),
    ("README.md", "没有命令“README.md”，是否想写“check README.md”（用法见 xlsxeval --help）"),
    ("--vresion", "没有选项“--vresion”，是否想写“--version”（用法见 xlsxeval --help）"),
    ("forms draf", "没有命令“draf”，是否想写“draft”（用法见 xlsxeval forms --help）"),
    ("forms draft", "缺少“官方空白表”（用法见 xlsxeval forms draft --help）"),
    ("forms --set hunna", "没有“hunna”这套表，是否想写“hunan”，现有：chongqing、"),
    ("forms --set 湖南", "没有“湖南”这套表，是否想写“hunan”，现有：chongqing、"),
    ("forms --set 河南", "没有“河南”这套表，现有：chongqing、"),
    ("new hunan --year 2024", "缺少“-o/--output”（用法见 xlsxeval new --help）"),
    ("new hunan --year", "“--year”后面缺少它的值（用法见 xlsxeval new --help）"),
    ("new hunan --year 今年 -o x", "“--year”的值不对：应是整数（用法见 xlsxeval new --help）"),
    ("new hunan a b --year 2024 -o x", "多余的参数“a b”（用法见 xlsxeval new --help）"),
    ("new hunan --forec --year 2024 -o x", "没有选项“--forec”，是否想写“--force”（用法见 xlsxeval new --help）"),
    ("new hunan --qqq --year 2024 -o x", "没有选项“--qqq”（用法见 xlsxeval new --help）"),
    ("new hunan --force=1 --year 2024 -o x", "“--force”不带值，后面不要写“=”（用法见 xlsxeval new --help）"),
    ("fill", "缺少“[套表] 数据文件”（用法见 xlsxeval fill --help）"),
    ("extract", "缺少“文件...”（用法见 xlsxeval extract --help）"),
    ("extract --format xml x", "“--format”的值不对：应是json、yaml之一（用法见 xlsxeval extract --help）"),
    ("extract --max-cells -1 x", "“--max-cells”的值不对：应是整数，最少0（用法见 xlsxeval extract --help）"),
    ("rules --set", "“--set”后面缺少它的值（用法见 xlsxeval rules --help）"),
    ("explain", "缺少“规则代码”（用法见 xlsxeval explain --help）"),
    ("explain E99", "没有规则“E99”，相近的有E09（预算执行率的分值不对）、E19"),
    ("explain 执行率", "没有规则“执行率”，相近的有E06（执行率与执行数、预算数不符）、E07"),
    ("explain 天气", "没有规则“天气”，全部规则见 xlsxeval rules（用法见 xlsxeval explain --help）"),
    ("notice-template --ouput x", "没有选项“--ouput”，是否想写“--output”（用法见 xlsxeval notice-template --help）"),
]


@pytest.mark.parametrize(("call", "words"), MISTAKES, ids=[call[:40] for call, _ in MISTAKES])
def test_a_mistake_is_one_chinese_sentence(
    call: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = said(capsys, *call.split())
    assert (code, out) == (2, "")
    assert err.startswith(words)
    assert err.count("\n") == 1
    if words.endswith("）"):
        assert err == f"{words}\n"
        assert english(err) <= set(re.findall("[A-Za-z]+", call))


def test_help_without_a_command_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys)
    assert (code, out) == (2, "")
    assert err == said(capsys, "--help")[1]


@pytest.mark.parametrize("text", ["E06", "e6", "E6", "e06", "Ｅ０６", " e006 "])
def test_a_code_is_found_however_it_is_typed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", text)[:2] == (0, (ROOT / "docs" / "rules" / "E06.md").read_text(encoding="utf-8"))


def test_a_gbk_console_reads_all_of_it() -> None:
    calls = [[*path, "--help"] for path in EVERY_COMMAND] + [call.split() for call, _ in MISTAKES]
    code = "import json, sys; from xlsxeval.cli import run\nfor call in json.loads(sys.argv[1]):\n"
    code += "    try: run(call)\n    except SystemExit: pass\n"
    plain = {key: value for key, value in os.environ.items() if key not in {"PYTHONUTF8", "LANGUAGE"}}
    outputs = []
    for encoding in ("gbk", "utf-8"):
        environment = {**plain, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(calls)], capture_output=True, check=True, cwd=ROOT, env=environment
        )
        outputs.append((done.stdout.decode(encoding), done.stderr.decode(encoding)))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].count("用法：") == len(EVERY_COMMAND)
    assert len(outputs[0][1].splitlines()) == len(MISTAKES)


def test_only_the_program_speaks_chinese_and_only_while_it_runs() -> None:
    code = """
import gettext, os
import xlsxeval, xlsxeval.cli
def state(): return gettext.gettext("Usage:"), gettext.bindtextdomain("messages"), os.environ.get("LANGUAGE")
before = state()
assert before[0] == "Usage:"
xlsxeval.set_names()
assert state() == before
try: xlsxeval.cli.run(["new", "--help"])
except SystemExit as left: assert left.code == 0
assert state() == before
"""
    for language in ({}, {"LANGUAGE": "fr"}):
        environment = {key: value for key, value in os.environ.items() if key != "LANGUAGE"} | language
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8",
            env={**environment, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.stderr == ""
        assert done.stdout.startswith("用法：xlsxeval new ")


def test_python_runs_the_package() -> None:
    files = [str(S / "filled.xlsx"), str(CLEAN / "filled.xlsx")]
    start = [sys.executable, "-m", "xlsxeval"]
    done = subprocess.run([*start, "--version"], capture_output=True, check=True, text=True)
    assert done.stdout.startswith("xlsxeval ")
    # Processes for checking load the main module again.
    done = subprocess.run([*start, "check", *files, "--jobs", "2"], capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "共核对2个文件：1份通过，1份须更正"


def test_help_is_not_loaded_before_it_is_wanted() -> None:
    code = "import sys; from xlsxeval.cli.program import _run; _run(['--version'])\n"
    code += "print({'difflib', 'xlsxeval.text', 'xlsxeval.cli.layout', 'xlsxeval.cli.mistakes', 'xlsxeval.api'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_the_limits_are_listed_as_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "extract", "--help-limits")
    listed = re.findall(r"^  --([a-z-]+) 整数 +(.+)，默认(\d+)$", out, re.MULTILINE)
    rows = re.findall(
        r"^\| `--([a-z-]+)` \| (\d+) \| ([^（|]+?)(?:（| \|)",
        (ROOT / "docs" / "limits.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert code == 0
    assert sorted(listed) == sorted((name, words, default) for name, default, words in rows)
    hidden = [f"--{name}" for name, _, _ in listed]
    assert not [option for option in hidden if option in said(capsys, "extract", "--help")[1]]


def test_the_notice_template_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlsxeval.report.letter import load_template

    monkeypatch.chdir(tmp_path)
    text = (ROOT / "templates" / "notice.md").read_text(encoding="utf-8")
    assert said(capsys, "notice-template") == (0, text, "")
    assert said(capsys, "notice-template", "-o", "我的.md") == (0, "已写出 我的.md\n", "")
    assert Path("我的.md").read_text(encoding="utf-8") == text
    load_template(Path("我的.md"))
    assert said(capsys, "notice-template", "-o", "我的.md")[0] == OutputError.exit_code
    assert said(capsys, "notice-template", "-o", "我的.md", "--force")[0] == 0
    # Into a pipe it is UTF-8 whatever the console's encoding.
    start = [sys.executable, "-m", "xlsxeval", "notice-template"]
    done = subprocess.run(start, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "gbk"})
    assert done.stdout.decode("utf-8") == text


def test_options_stand_in_their_groups(capsys: pytest.CaptureFixture[str]) -> None:
    @command("算")
    @click.argument("file", metavar="文件")
    @option("--csv", group="输出", metavar="文件", help="表格")
    @option("--year", type=int, required=True, help="年度")
    @option("--jobs", group="限度", type=click.IntRange(1, 60), help="进程")
    @option("--part", group="别的", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="份额")
    @option("--least", group="别的", type=click.IntRange(100), help="至少")
    @option("--secret", hidden=True)
    def made(**_: object) -> None:
        """做一件事。

        第二段不进命令的列表。
        """

    group = Group("组", commands=[made])
    with chinese_messages():
        assert group.main(["算", "--help"], prog_name="组", standalone_mode=False) == 0
        assert group.main(["--help"], prog_name="组", standalone_mode=False) == 0
    assert capsys.readouterr().out == (
        "用法：组 算 [选项] 文件\n\n  做一件事。\n\n  第二段不进命令的列表。\n\n"
        "基本：\n  --year 整数   年度 [必填]\n  --help        显示这份说明\n\n"
        "输出：\n  --csv 文件    表格\n\n"
        "限度：\n  --jobs 整数   进程 [1到60]\n\n"
        "别的：\n  --part 数     份额 [大于0，小于1]\n  --least 整数  至少 [最少100]\n"
        "用法：组 [选项] 命令 [参数]...\n\n"
        "选项：\n  --help  显示这份说明\n\n"
        "命令：\n  算  做一件事。\n"
    )


def test_lines_break_where_chinese_lines_may() -> None:
    text = "核对填好的（YAML或JSON）：逐格重算，“两表”对照，指出哪里错tcp://10.0.0.1:8786、应为多少。" * 3
    for width in range(22, 120):
        lines = wrapped(text, width)
        assert "".join(lines) == text
        assert max(map(display_width, lines)) <= width
        assert not any(line[0] in "，。、；：？！）”" or line[-1] in "（“" for line in lines)
    assert wrapped("a  b\n c", 80) == ["a b c"]
    assert wrapped("", 80) == [""]


def test_a_wide_first_column_has_its_text_below() -> None:
    formatter = Formatter(width=40)
    formatter.write_dl([("长" * 20, "甲"), ("短", "乙"), ("空", "")])
    assert formatter.getvalue() == f"{'长' * 20}\n{'':34}甲\n短{'':32}乙\n空\n"
