"""LibreOffice, IronCalc and our evaluator agree on every formula cell; 500 fillings in ``make long``."""

from __future__ import annotations

from pathlib import Path

import pytest

import xlsxeval as api
from tests.conftest import SAMPLES
from tests.counts import seeds
from tests.engines import (
    STALE,
    Cells,
    cached,
    differences,
    in_process,
    libreoffice,
    saved_by_libreoffice,
    spoil,
)
from tests.fillings import filling
from tests.soffice import NEVER, needs_soffice
from xlsxeval.forms.model import FormSet

SEEDS = seeds(500)
#: The column of 核对 with the links, which LibreOffice always calculates.
LINKS = "J"


@pytest.fixture(scope="module")
def written(hunan: FormSet) -> dict[str, bytes]:
    others = {name: api.load_set(name) for name in api.set_names()}
    found = {f"f{seed}": api.fill(hunan, filling(hunan, seed)) for seed in SEEDS}
    return found | {name: api.fill(formset, filling(formset, 2)) for name, formset in others.items()}


def all_differences(ours: dict[str, bytes], theirs: dict[str, Cells]) -> list[object]:
    return [(name, *one) for name, content in ours.items() for one in differences(cached(content), theirs[name])]


@pytest.mark.slow
def test_spoilt_workbooks_are_spoilt(written: dict[str, bytes]) -> None:
    for content in list(written.values())[:: len(written) // 5]:
        values = cached(spoil(content))
        assert len(values) == len(cached(content)) > 10
        assert set(values.values()) == {float(STALE)}


@pytest.mark.slow
@pytest.mark.long
def test_a_second_engine_in_process_agrees(written: dict[str, bytes]) -> None:
    theirs = {name: in_process(spoil(content)) for name, content in written.items()}
    assert all_differences(written, theirs) == []


@needs_soffice
@pytest.mark.long
def test_libreoffice_agrees(written: dict[str, bytes], tmp_path: Path) -> None:
    spoilt = {name: spoil(content) for name, content in written.items()}
    # Told never to recalculate it shows the spoilt values: so the agreement below is of its own calculation.
    [unchanged] = libreoffice({"first": next(iter(spoilt.values()))}, tmp_path, NEVER).values()
    assert {value for (_, cell), value in unchanged.items() if not cell.startswith(LINKS)} == {float(STALE)}
    assert all_differences(written, libreoffice(spoilt, tmp_path)) == []


@needs_soffice
def test_saved_again_by_libreoffice(tmp_path: Path) -> None:
    samples = {str(number): file.read_bytes() for number, file in enumerate(sorted(SAMPLES.glob("*/filled.xlsx")))}
    for name, content in saved_by_libreoffice(samples, tmp_path).items():
        before, after = api.check(samples[name]), api.check(content)
        assert after.findings == before.findings
        assert api.extract(content) == api.extract(samples[name])
