"""The key under which a ledger keeps results: it changes with everything that may change a verdict."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import xlsxeval
from tests.conftest import ROOT
from xlsxeval.batch.rules_key import rules_key
from xlsxeval.forms.load import load_folder
from xlsxeval.forms.waivers import Waiver
from xlsxeval.read.limits import Limits
from xlsxeval.request import Request

WAIVER = Waiver("X01", "口径不同", "绩效股", date(2027, 12, 31), "", "", "")


def own_set(folder: Path, old: str = "", new: str = "") -> xlsxeval.FormSet:
    """Give the set hunan from a folder of its own, with one text in the 自评表 replaced."""
    shutil.copytree(ROOT / "templates" / "hunan", folder)
    file = folder / "自评表.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return xlsxeval.load_set(str(folder))


def test_every_part_of_a_request_has_its_key(tmp_path: Path) -> None:
    hunan = xlsxeval.load_set("hunan")
    requests = [
        Request(),
        Request(year=2024),
        Request(limits=Limits(max_cells=5)),
        Request(selection=xlsxeval.select_rules(["E"])),
        Request(selection=xlsxeval.select_rules((), ["E"])),
        Request(waivers=(WAIVER,), today=date(2027, 12, 31)),
        Request(waivers=(WAIVER,), today=date(2028, 1, 1)),
        Request(excerpts=True),
        Request(explained=True),
        Request(formset=hunan),
        Request(formset=own_set(tmp_path / "甲", "部门整体支出绩效自评表", "部门支出绩效自评表")),
        Request(formset=replace(hunan, severities={"E03": "off"})),
    ]
    assert len({rules_key(request) for request in requests}) == len(requests)


def test_the_same_set_has_the_same_key_wherever_it_was_loaded_from(tmp_path: Path) -> None:
    loaded = [xlsxeval.load_set("hunan"), load_folder(ROOT / "templates" / "hunan"), own_set(tmp_path / "甲")]
    assert len({rules_key(Request(formset=formset)) for formset in loaded}) == 1


def test_a_ledger_does_not_use_results_of_another_own_set(tmp_path: Path) -> None:
    blank = tmp_path / "甲.xlsx"
    blank.write_bytes(xlsxeval.new("hunan", year=2024))
    known = []
    for formset in (own_set(tmp_path / "甲"), own_set(tmp_path / "乙", "部门整体支出绩效自评表", "部门支出绩效自评表")):
        for _ in range(2):
            with xlsxeval.check_files([blank], ledger=tmp_path / "l.db", formset=formset) as done:
                known.append(done.progress.known)
    assert known == [0, 1, 0, 1]
