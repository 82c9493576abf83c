"""A season step by step: files come, change and vanish, runs are killed and repeated; the ledger always gives the truth.

The truth is a model: what a fresh check says of each content, and the round in which each content first came.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.counts import seeds
from tests.sent import filing, roster, saved_at
from xlsxeval.api.checking import outcomes
from xlsxeval.batch import ledger as module
from xlsxeval.batch.worker import Result, Task, check_one
from xlsxeval.folder import digest_of
from xlsxeval.outputs.run import check_files
from xlsxeval.report.facts import state_of
from xlsxeval.report.outcome import Outcome
from xlsxeval.request import Request

UNITS = ("甲局", "乙局", "丙中学")
STEPS = 20
SAVED = "2025-03-26T08:00:00Z"


class KilledError(BaseException):
    """The run ends here, as after kill -9: nothing more is done, and nothing more is saved."""


@dataclass
class Inline(Executor):
    """An executor in this process, which checks each content once."""

    known: dict[tuple[str, str], tuple[Outcome, ...]] = field(default_factory=dict)

    def submit(  # noqa: D102  # as Executor
        self, _function: Callable[..., Any], /, *arguments: Any, **_named: Any
    ) -> Future[Any]:
        future: Future[list[Result]] = Future()
        tasks, request = arguments
        future.set_result([self._check(task, request) for task in tasks])
        return future

    def _check(self, task: Task, request: Request) -> Result:
        assert isinstance(task.source, Path)
        digest = digest_of(task.source.read_bytes())
        found = self.known.setdefault((task.source.suffix, digest), check_one(task, request).outcomes)
        return Result(digest, tuple(replace(one, file=task.name) for one in found))


@pytest.fixture(scope="module")
def contents() -> dict[bytes, tuple[str, str]]:
    """Give workbooks of some units, each with its unit and its state; all were saved at the same time."""
    found = {}
    for number, unit in enumerate(UNITS):
        for seed, changed in (
            (number, {}),
            (number + 10, {}),
            (number + 20, {"全年执行数": "1"}),
            (number + 30, {"部门名称": unit}),
        ):
            content = saved_at(filing(unit, seed, **changed), SAVED)
            found[content] = unit, state_of(outcomes(content)[0])
        locked = content[: 200 + number]
        found[locked] = "", "unusable"
    return found


@dataclass
class Model:
    """What is in the folder, and when each content first came."""

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    first: dict[bytes, int] = field(default_factory=dict)
    round: int = 0

    def run_ended(self) -> None:
        """Note what came for the first time."""
        new = {content for content in self.files.values() if content not in self.first}
        self.round += bool(new)
        self.first.update(dict.fromkeys(new, self.round))


@pytest.mark.long
@pytest.mark.parametrize("seed", seeds(500))
def test_the_ledger_gives_what_a_fresh_run_would(
    seed: int, tmp_path: Path, contents: dict[bytes, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, executor = random.Random(seed), EXECUTOR
    monkeypatch.setattr(module, "_SAVE_FILES", 1)
    model = Model(tmp_path / "报送")
    model.folder.mkdir()
    units = roster(tmp_path, *UNITS, "丁局")
    for _ in range(STEPS):
        _change(model, draw, contents)
        if model.files and draw.random() < 0.3:
            _killed_run(model, draw, units, executor, monkeypatch)
            if draw.random() < 0.5:
                _add(model, draw, contents)
        if model.files:
            _compare(model, units, executor, contents)


EXECUTOR = Inline()


def _change(model: Model, draw: random.Random, contents: dict[bytes, tuple[str, str]]) -> None:
    if model.files and draw.random() < 0.35:
        name = draw.choice(sorted(model.files))
        (model.folder / name).unlink()
        content = model.files.pop(name)
        if draw.random() < 0.5:
            _put(model, f"{name.removesuffix('.xlsx')}甲.xlsx".replace("甲甲", "乙"), content)
    else:
        _add(model, draw, contents)


def _add(model: Model, draw: random.Random, contents: dict[bytes, tuple[str, str]]) -> None:
    content = draw.choice(list(contents))
    unit = contents[content][0] or draw.choice(UNITS)
    _put(model, f"{unit}-{draw.choice('abcdef')}.xlsx", content)


def _put(model: Model, name: str, content: bytes) -> None:
    (model.folder / name).write_bytes(content)
    model.files[name] = content


def _killed_run(model: Model, draw: random.Random, units: Path, executor: Executor, patch: pytest.MonkeyPatch) -> None:
    left, add = draw.randrange(4), module.Ledger.add

    def add_or_end(*arguments: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError
        add(*arguments)

    with patch.context() as patched:
        patched.setattr(module.Ledger, "add", add_or_end)
        try:
            with check_files([model.folder], ledger=model.folder.parent / "台账.db", roster=units, executor=executor):
                model.run_ended()
        except KilledError:
            pass


def _compare(model: Model, units: Path, executor: Executor, contents: dict[bytes, tuple[str, str]]) -> None:
    model.run_ended()
    with check_files([model.folder], ledger=model.folder.parent / "台账.db", roster=units, executor=executor) as run:
        counted = {Path(one.file).name: one for one in run.outcomes(replaced=False)}
        assert {name: state_of(one) for name, one in counted.items()} == dict(_expected(model, contents))
        lines = {line.unit: line for line in run.facts.units}
        for unit in (*UNITS, "丁局"):
            own = {name for name in counted if name.startswith(unit)}
            sent = {name for name in model.files if name.startswith(unit)}
            assert set(filter(None, (Path(name).name for name in lines[unit].file.split("、")))) == own
            assert (lines[unit].state == "missing") == (not sent)
            if own:
                assert lines[unit].round == max(model.first[model.files[name]] for name in own)
        findings = {name: [finding.code for finding in one.findings] for name, one in counted.items()}
    with check_files([model.folder], executor=executor) as fresh:
        checked = {Path(one.file).name: [finding.code for finding in one.findings] for one in fresh.outcomes()}
    assert findings == {name: checked[name] for name in findings}


def _expected(model: Model, contents: dict[bytes, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the files that count: of each unit the content that came last, by the first of its names."""
    for unit in UNITS:
        names = sorted(name for name in model.files if name.startswith(f"{unit}-"))
        first = {content: name for name in reversed(names) for content in [model.files[name]]}
        kept = [name for name in names if first[model.files[name]] == name]
        good = [name for name in kept if contents[model.files[name]][1] != "unusable"]
        rounds = {name: model.first[model.files[name]] for name in kept}
        if good:
            newest = min(good, key=lambda name: (-rounds[name], name))
            yield newest, contents[model.files[newest]][1]
        locked = min((name for name in kept if name not in good), key=lambda name: (-rounds[name], name), default="")
        if locked and (not good or rounds[locked] > rounds[newest]):
            yield locked, "unusable"
