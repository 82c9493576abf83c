"""The ledger: what it remembers, and that nothing in a file somebody prepared is more than one sentence."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.many import FILLED
from tests.test_cli import run
from xlsxeval.batch import ledger as module
from xlsxeval.batch.ledger import open_ledger
from xlsxeval.batch.ledger_file import OLD
from xlsxeval.batch.season import settle_ledger
from xlsxeval.batch.worker import unusable
from xlsxeval.errors import DataError, MachineError
from xlsxeval.report.outcome import Outcome

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")
RESULT = (Outcome("a.xlsx", "pass", (), sha256="digest"),)


def remembered(path: Path, content: str) -> tuple[Outcome, ...] | None:
    with open_ledger(path) as ledger:
        return ledger.begin(0, "a.xlsx", content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a ledger in which one result is kept."""
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.begin(0, "a.xlsx", "")
        ledger.add(0, RESULT)
    assert remembered(tmp_path / "l.db", "digest") == RESULT
    return tmp_path / "l.db"


@pytest.mark.parametrize(
    ("code", "kept"), [("R05", True), ("R10", False), ("R11", False), ("R12", False), ("R13", False)]
)
def test_what_is_about_this_machine_or_program_is_not_remembered(tmp_path: Path, code: str, *, kept: bool) -> None:
    result = (replace(unusable("a.xlsx", code, "x"), sha256="digest"),)
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.begin(0, "a.xlsx", "")
        ledger.add(0, result)
        assert list(ledger.outcomes()) == list(result)
    assert (remembered(tmp_path / "l.db", "digest") is not None) == kept


def test_a_result_that_is_too_long_costs_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RESULT", 1000)
    long = (replace(unusable("a.xlsx", "R05", "x" * 1000), sha256="long"),)
    with open_ledger(tmp_path / "l.db") as ledger:
        for place, result in enumerate([long, RESULT]):
            ledger.begin(place, "a.xlsx", "")
            ledger.add(place, result)
        assert [[one.code for one in outcome.findings] for outcome in ledger.outcomes()] == [["R10"], []]
    assert remembered(tmp_path / "l.db", "digest") is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results SET outcomes = x'00ff'",
        "UPDATE results SET outcomes = '[' || '['",
        "UPDATE results SET outcomes = NULL",
        "UPDATE results SET outcomes = 5",
        "UPDATE results SET outcomes = '[{\"file\": 1}]'",
        "UPDATE results SET outcomes = printf('%.*c', 100000, '[')",
        "UPDATE results SET outcomes = zeroblob(100000000)",
    ],
)
def test_a_stored_result_that_nobody_can_read_is_said(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(DataError, match=r"^台账已损坏：.*l\.db，请删去它，或换一个文件名$"):
        remembered(path, "digest")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON files BEGIN DELETE FROM results; END",
        "CREATE TABLE more(x)",
        "CREATE INDEX i ON results(rules)",
        "DROP TABLE results; CREATE TABLE results(content TEXT, rules TEXT)",
        "DROP TABLE results; CREATE VIEW results AS SELECT 'digest' content, 'rules' rules, '[]' outcomes",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7",
    ],
)
def test_anything_else_in_the_file_makes_it_no_ledger(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(statement)
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"^这不是台账文件：.*，请换一个文件名$"):
        remembered(path, "digest")
    assert path.read_bytes() == before


def test_a_ledger_of_a_later_version_is_refused_in_one_sentence(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(DataError, match=r"^台账是较新版本的程序写的：.*，请升级程序，或换一个文件名$"):
        remembered(path, "digest")


def test_a_ledger_of_the_first_version_is_upgraded_and_knows_what_came_in_the_first_round(tmp_path: Path) -> None:
    path, content = tmp_path / "old.db", "a" * 64
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in OLD.values():
            connection.execute(statement)
        connection.execute("INSERT INTO results VALUES('x', 'y', '[]')")
        connection.execute("INSERT INTO files VALUES(0, '甲.xlsx', 0.0, ?)", (content,))
        connection.execute("PRAGMA application_id = 0x786C6576")
        connection.execute("PRAGMA user_version = 1")
    with open_ledger(path) as ledger:
        assert ledger.round == 2
        assert ledger.connection.execute("SELECT content, round FROM seen").fetchall() == [(content, 1)]


def filled(path: Path) -> bytearray:
    """Give the bytes of a ledger with many pages."""
    with open_ledger(path) as ledger:
        for place in range(300):
            ledger.begin(place, f"{place}.xlsx", "")
            ledger.add(place, (replace(unusable(f"{place}.xlsx", "R05", "x" * 500), sha256=f"{place}"),))
    return bytearray(path.read_bytes())


@pytest.mark.slow
def test_garbage_in_a_ledger_is_one_sentence(path: Path) -> None:
    content, chance, said = filled(path), random.Random(3), set()
    for _ in range(120):
        broken = bytearray(content)
        for _ in range(chance.choice([1, 5, 200])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.3:
            del broken[chance.randrange(len(broken)) :]
        path.write_bytes(broken)
        try:
            with open_ledger(path) as ledger:
                for place in range(300):
                    if ledger.begin(place, "a", f"{place}") is None:
                        ledger.add(place, RESULT)
                settle_ledger(ledger)
                list(ledger.outcomes())
        except (DataError, MachineError) as error:
            said.add(str(error).partition("：")[0])
    assert "台账已损坏" in said
    assert said <= {"台账已损坏", "这不是台账文件", "无法读写台账"}


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.with_name("elsewhere"))


def second_name(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.link(path.with_name("elsewhere"), path)


@UNIX
@pytest.mark.parametrize("end", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("plant", [pipe, link, second_name])
def test_only_ordinary_files_are_opened(path: Path, end: str, plant: Callable[[Path], None]) -> None:
    path.with_name("elsewhere").write_bytes(b"")
    plant(path.with_name(path.name + end))
    with pytest.raises(DataError, match=r"^台账不是普通文件："):
        remembered(path, "digest")
    assert path.with_name("elsewhere").read_bytes() == b""


def test_a_journal_that_names_another_file_deletes_nothing(path: Path) -> None:
    victim = path.with_name("victim.txt")
    victim.write_bytes(b"keep me")
    name = str(victim).encode()
    head = (
        bytes.fromhex("d9d505f920a163d7")
        + (0).to_bytes(4, "big") * 2
        + (2).to_bytes(4, "big")
        + (512).to_bytes(4, "big")
        + (4096).to_bytes(4, "big")
    )
    tail = (
        (1 << 18 | 1).to_bytes(4, "big")
        + name
        + len(name).to_bytes(4, "big")
        + sum(name).to_bytes(4, "big")
        + bytes.fromhex("d9d505f920a163d7")
    )
    path.with_name("l.db-journal").write_bytes(head.ljust(512, b"\0") + tail)
    with pytest.raises(DataError, match=r"^台账已损坏：.*，请删去它和l\.db-journal，或换一个文件名$"):
        remembered(path, "digest")
    assert victim.read_bytes() == b"keep me"


@UNIX
def test_a_pipe_for_a_ledger_is_said_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(FILLED)
    os.mkfifo(tmp_path / "l.db")
    os.mkfifo(tmp_path / "名单.csv")
    done = run("check", "a.xlsx", "--ledger", "l.db", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "台账不是普通文件：l.db，请换一个文件名\n")
    done = run("check", "a.xlsx", "--roster", "名单.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "单位名单不能用：名单.csv（这不是普通文件）\n")
