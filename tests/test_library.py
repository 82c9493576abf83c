"""The library as others embed it: every public name, what each entry takes, its errors, and the JSON it gives."""

from __future__ import annotations

import ast
import inspect
import io
import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator

import xlsxeval
from tests.conftest import CLEAN, FAULTY, ROOT, S

WORKBOOK = FAULTY / "filled.xlsx"
KINDS: Mapping[str, Callable[[Path], object]] = {
    "str": str,
    "PathLike": Path,
    "bytes": Path.read_bytes,
    "open file": lambda path: io.BytesIO(path.read_bytes()),
}


def calls(folder: Path) -> dict[str, Callable[[], object]]:
    """Give a call for every public function; each must work after any other."""
    outcomes = xlsxeval.outcomes(WORKBOOK)
    waivers = folder / "waive.yaml"
    waivers.write_text("waivers:\n  - {rule: X01, reason: 口径不同, by: 绩效股, until: 2099-12-31}\n", encoding="utf-8")
    roster = folder / "单位.csv"
    roster.write_text("单位\n青石县气象局\n", encoding="utf-8")

    def open_ledger() -> None:
        with xlsxeval.open_ledger(folder / "l.db", xlsxeval.Request(year=2024)) as ledger:
            assert isinstance(ledger, xlsxeval.Ledger)

    def settle() -> None:
        with xlsxeval.open_ledger(None) as ledger:
            assert xlsxeval.settle_ledger(ledger).lines == []

    def check_files() -> None:
        with xlsxeval.check_files([folder.parent / "报送"], reports={"html": folder / "run.html"}) as done:
            assert [outcome.unit for outcome in done.outcomes()]

    return {
        "catalogue": lambda: xlsxeval.catalogue("hunan"),
        "unused_rules": lambda: xlsxeval.unused_rules("hunan"),
        "check": lambda: xlsxeval.check(WORKBOOK, year=2024),
        "check_files": check_files,
        "check_many": lambda: list(xlsxeval.check_many([WORKBOOK], jobs=1)),
        "draft_forms": lambda: xlsxeval.draft_forms(xlsxeval.new("national", year=2024), "某某县"),
        "explain": lambda: xlsxeval.explain("E06"),
        "extract": lambda: xlsxeval.extract(WORKBOOK),
        "fill": lambda: xlsxeval.fill("hunan", CLEAN / "data.yaml"),
        "load_set": lambda: xlsxeval.load_set("hunan"),
        "load_waivers": lambda: xlsxeval.load_waivers(waivers),
        "marked_copy": lambda: xlsxeval.marked_copy(WORKBOOK, outcomes),
        "new": lambda: xlsxeval.new("hunan", year=2024),
        "open_ledger": open_ledger,
        "outcomes": lambda: xlsxeval.outcomes(WORKBOOK),
        "read_filing": lambda: xlsxeval.read_filing(WORKBOOK),
        "read_filings": lambda: xlsxeval.read_filings(WORKBOOK),
        "read_history": lambda: (open_ledger(), xlsxeval.read_history(folder / "l.db")),
        "settle_ledger": settle,
        "read_roster": lambda: xlsxeval.read_roster(roster),
        "select_rules": lambda: xlsxeval.select_rules(["E", "B0"]),
        "set_names": xlsxeval.set_names,
        "summarize": lambda: xlsxeval.summarize(xlsxeval.read_filing(WORKBOOK), ()),
        "write_csv": lambda: xlsxeval.write_csv(folder / "r.csv", outcomes),
        "write_html": lambda: xlsxeval.write_html(folder / "r.html", outcomes),
        "write_json": lambda: xlsxeval.write_json(folder / "r.json", outcomes),
        "write_jsonl": lambda: xlsxeval.write_jsonl(folder / "r.jsonl", outcomes),
        "write_junit": lambda: xlsxeval.write_junit(folder / "r.xml", outcomes),
        "write_marked": lambda: xlsxeval.write_marked(folder / "标记", outcomes),
        "write_progress": lambda: xlsxeval.write_progress(folder / "进度.xlsx", xlsxeval.Facts()),
        "write_notices": lambda: xlsxeval.write_notices(folder / "通知", outcomes, xlsxeval.Letter(deadline="5月20日")),
        "write_sarif": lambda: xlsxeval.write_sarif(folder / "r.sarif", outcomes),
    }


def functions() -> set[str]:
    values = {name: getattr(xlsxeval, name) for name in xlsxeval.__all__}
    return {name for name, value in values.items() if callable(value) and not inspect.isclass(value)}


def test_every_public_function_can_be_called_after_a_check(tmp_path: Path) -> None:
    (tmp_path / "报送").mkdir()
    (tmp_path / "报送" / "甲.xlsx").write_bytes(WORKBOOK.read_bytes())
    (tmp_path / "out").mkdir()
    xlsxeval.check(WORKBOOK)
    every = calls(tmp_path / "out")
    assert set(every) == functions()
    for call in every.values():
        call()
    for name in xlsxeval.__all__:
        assert getattr(xlsxeval, name) is not None


def test_no_public_name_is_the_name_of_a_room() -> None:
    rooms = {module.name for module in pkgutil.iter_modules(xlsxeval.__path__)}
    assert rooms.isdisjoint(xlsxeval.__all__)


def test_the_three_lists_of_public_names_agree() -> None:
    tree = ast.parse((ROOT / "xlsxeval" / "__init__.py").read_text(encoding="utf-8"))
    [typed] = [node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)]
    imported = {
        alias.name: node.module.removeprefix("xlsxeval.")
        for node in typed.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert imported == xlsxeval._MODULE_OF  # noqa: SLF001  # the table is what is tested
    assert xlsxeval.__all__ == sorted({*imported, "__version__"})
    assert dir(xlsxeval) == xlsxeval.__all__


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        xlsxeval.nonsense  # type: ignore[attr-defined]  # noqa: B018


def test_types_in_public_signatures_are_exported() -> None:
    public = {getattr(xlsxeval, name) for name in xlsxeval.__all__ if inspect.isclass(getattr(xlsxeval, name))}
    for name in sorted(functions()):
        hints = get_type_hints(getattr(xlsxeval, name), include_extras=True)
        ours = {part for hint in hints.values() for part in parts(hint) if part.__module__.startswith("xlsxeval.")}
        assert ours <= public, f"{name}: {ours - public}"


def parts(hint: Any) -> set[type]:
    """Give every class in a type, inside unions and containers as well."""
    inner = getattr(hint, "__args__", ())
    found = {hint} if inspect.isclass(hint) and not inner else set()
    return found.union(*(parts(part) for part in inner if not isinstance(part, list)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_may_be_given_in_any_way(kind: str) -> None:
    give = KINDS[kind]
    wanted = xlsxeval.check(WORKBOOK).findings
    assert xlsxeval.check(give(WORKBOOK)).findings == wanted  # type: ignore[arg-type]  # each kind is one of them
    assert xlsxeval.outcomes(give(WORKBOOK))[0].findings == wanted  # type: ignore[arg-type]
    assert xlsxeval.read_filing(give(WORKBOOK)).unit == xlsxeval.read_filings(give(WORKBOOK))[0].unit  # type: ignore[arg-type]
    assert xlsxeval.extract(give(WORKBOOK)) == xlsxeval.extract(WORKBOOK)  # type: ignore[arg-type]
    assert next(xlsxeval.check_many([give(WORKBOOK)], jobs=1))[0].findings == wanted  # type: ignore[list-item]
    assert xlsxeval.marked_copy(give(WORKBOOK), xlsxeval.outcomes(WORKBOOK))[:4] == b"PK\x03\x04"  # type: ignore[arg-type]
    assert xlsxeval.draft_forms(give(S / "filled.xlsx"), "某某县")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 3, io.StringIO("x"), Path])
def test_what_is_no_workbook_at_all_is_a_type_error(wrong: object) -> None:
    for entry in (xlsxeval.check, xlsxeval.outcomes, xlsxeval.read_filing, xlsxeval.extract):
        with pytest.raises(TypeError, match="工作簿应是路径、bytes或以二进制方式打开的文件"):
            entry(wrong)  # type: ignore[arg-type,operator]


def test_a_set_may_be_given_by_its_name_its_folder_or_loaded() -> None:
    loaded = xlsxeval.load_set("hunan")
    blank = xlsxeval.new(loaded, year=2024)
    assert xlsxeval.new("hunan", year=2024) == blank
    assert xlsxeval.new(ROOT / "templates" / "hunan", year=2024) == blank
    for formset in (loaded, "hunan"):
        assert xlsxeval.check(WORKBOOK, formset=formset).findings == xlsxeval.check(WORKBOOK).findings
        assert xlsxeval.catalogue(formset) == xlsxeval.catalogue(loaded)
    for call in (xlsxeval.new, xlsxeval.check):
        with pytest.raises(xlsxeval.DefinitionError, match="没有“nowhere”这套表"):
            call(WORKBOOK, formset="nowhere") if call is xlsxeval.check else call("nowhere", year=2024)  # type: ignore[operator]


def test_an_unknown_keyword_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="yaer"):
        xlsxeval.check(WORKBOOK, yaer=2024)  # type: ignore[call-arg]


def test_there_is_one_tree_of_errors() -> None:
    for name in ("DataError", "DefinitionError", "MachineError", "OutputError", "Refused"):
        assert issubclass(getattr(xlsxeval, name), xlsxeval.XlsxevalError)
    with pytest.raises(xlsxeval.XlsxevalError):
        xlsxeval.read_filing(b"<html>")


def test_keywords_and_request_have_the_same_names() -> None:
    options = get_type_hints(xlsxeval.CheckOptions)
    request = get_type_hints(xlsxeval.Request)
    assert list(options) == list(request)
    assert {name: kind for name, kind in options.items() if name != "formset"} == {
        name: kind for name, kind in request.items() if name != "formset"
    }


def schema(name: str) -> Draft202012Validator:
    tree = json.loads((ROOT / "docs" / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(tree)
    return Draft202012Validator(tree)


def run(*arguments: object) -> str:
    command = [sys.executable, "-c", "from xlsxeval.cli import run; run()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8").stdout


def test_json_follows_its_published_schema(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"<html>")
    files = [*sorted(ROOT.glob("samples/*/filled.xlsx")), *sorted(ROOT.glob("tests/raw/*")), tmp_path / "坏.xlsx"]
    versions = {"schema_version": 1, "program_version": xlsxeval.__version__}
    run("check", *files, "--json", tmp_path / "r.json", "--jsonl", tmp_path / "r.jsonl")
    document = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    schema("run").validate(document)
    assert document.items() >= versions.items()
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == document["filings"]
    for line in lines:
        schema("check").validate(line)
        assert line.items() >= versions.items()
        assert (line["set"], line["set_version"]) in {
            (None, None),
            *((name, xlsxeval.load_set(name).version) for name in xlsxeval.set_names()),
        }
    assert {line["verdict"] for line in lines} == {"pass", "findings", "unusable"}
    [alone] = run("check", WORKBOOK, "--format", "json").splitlines()
    schema("check").validate(json.loads(alone))
    for line in run("extract", *files[:-1], "--format", "json").splitlines():
        answers = json.loads(line)
        schema("extract").validate(answers)
        assert answers.items() >= versions.items()
        assert answers["set_version"] == xlsxeval.load_set(answers["set"]).version
        assert xlsxeval.fill(answers["set"], answers)[:4] == b"PK\x03\x04"


def test_a_schema_refuses_what_is_not_as_published() -> None:
    [line] = run("check", WORKBOOK, "--format", "json").splitlines()
    tree = json.loads(line)
    for wrong in ({"verdict": "fine"}, {"findings": [{}]}, {"schema_version": None}, {"counts": {}}):
        assert not schema("check").is_valid({**tree, **wrong})


def test_the_twin_of_a_folder_run_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "报送").mkdir()
    for name, sample in (("甲.xlsx", FAULTY), ("乙.xlsx", CLEAN)):
        (tmp_path / "报送" / name).write_bytes((sample / "filled.xlsx").read_bytes())
    names = {"csv": "r.csv", "html": "r.html", "json": "r.json", "sarif": "r.sarif", "mark": "标记", "notice": "通知"}
    for door in ("命令", "程序"):
        (tmp_path / door).mkdir()
    paths = {kind: tmp_path / "命令" / name for kind, name in names.items()}
    run("check", tmp_path / "报送", *(part for kind, path in paths.items() for part in (f"--{kind}", path)))
    reports = {kind: tmp_path / "程序" / name for kind, name in names.items()}
    with xlsxeval.check_files([tmp_path / "报送"], reports=reports) as done:
        assert (done.facts.files, done.failures, done.interrupted) == (2, [], False)
    first, second = (
        {
            path.relative_to(tmp_path / door).as_posix(): path.read_bytes()
            for path in (tmp_path / door).rglob("*")
            if path.is_file()
        }
        for door in ("命令", "程序")
    )
    assert first == second
    assert len(first) >= 8
