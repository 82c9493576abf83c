"""Write everything that is generated: samples, rule pages, help, schemas. ``--check`` names what is stale instead."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from dump import dump
from help_page import help_page
from messages import mo_bytes, read_po

import xlsxeval as api
from xlsxeval.forms.compiling import compile_sets
from xlsxeval.forms.model import FormSet, Rule
from xlsxeval.forms.spec import FormSpec, SetSpec, schema
from xlsxeval.read.xlsx import open_xlsx
from xlsxeval.report.json_types import CheckJson, ExtractJson, LedgerJson, RunJson
from xlsxeval.report.junit import junit_lines
from xlsxeval.report.letter import load_template
from xlsxeval.report.notice import notices
from xlsxeval.report.outcome import outcome_of
from xlsxeval.report.rule_page import catalogue_page, rule_page, sets_page
from xlsxeval.report.sarif import sarif_lines
from xlsxeval.report.table import csv_lines
from xlsxeval.report.text import findings_text

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
REPORTS = SAMPLES / "报告"


def generated() -> Iterator[tuple[Path, bytes]]:
    """Yield each generated file with its content."""
    hunan = api.load_set("hunan")
    yield from _workbook(SAMPLES / "空白表2024.xlsx", api.new(hunan, year=2024))
    samples: dict[str, bytes] = {}
    for data in sorted(SAMPLES.glob("*/data.yaml")):
        samples[data.parent.name] = filled = api.fill(hunan, data)
        yield from _workbook(data.parent / "filled.xlsx", filled)
        lines = findings_text(outcome_of(api.check(filled, file="filled.xlsx")))
        yield data.parent / "findings.txt", "".join(f"{line}\n" for line in lines).encode()
    yield from _reports(hunan, samples)
    yield from _translation()
    rules = _every_rule(hunan)
    for code, rule in rules.items():
        yield ROOT / "docs" / "rules" / f"{code}.md", rule_page(rule).encode()
    yield ROOT / "docs" / "cli.md", help_page().encode()
    yield ROOT / "docs" / "rules" / "README.md", catalogue_page(rules).encode()
    yield ROOT / "docs" / "rules" / "sets.md", sets_page(rules, _unused(rules)).encode()
    for path, shape in (
        (ROOT / "templates" / "form.schema.json", FormSpec),
        (ROOT / "templates" / "set.schema.json", SetSpec),
        (ROOT / "docs" / "json" / "check.schema.json", CheckJson),
        (ROOT / "docs" / "json" / "run.schema.json", RunJson),
        (ROOT / "docs" / "json" / "extract.schema.json", ExtractJson),
        (ROOT / "docs" / "json" / "ledger.schema.json", LedgerJson),
    ):
        text = json.dumps(schema(shape), ensure_ascii=False, indent=2)
        yield path, f"{text}\n".encode()


def _workbook(path: Path, content: bytes) -> Iterator[tuple[Path, bytes]]:
    """Yield a workbook, and beside it the same as text."""
    yield path, content
    yield path.with_suffix(".dump.txt"), dump(content).encode()


def _translation() -> Iterator[tuple[Path, bytes]]:
    """Yield the file in which gettext finds click's messages in Chinese."""
    source = ROOT / "xlsxeval" / "cli" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    yield source.with_suffix(".mo"), mo_bytes(read_po(source.read_text("utf-8")))


def _reports(hunan: FormSet, samples: Mapping[str, bytes]) -> Iterator[tuple[Path, bytes]]:
    """Yield the reports on the samples (name of the folder -> workbook), an unusable file among them."""
    outcomes = [
        one
        for name in ("错误样例", "澧县县委办2024", "无误样例")
        for one in api.outcomes(samples[name], file=f"{name}/filled.xlsx")
    ]
    outcomes += api.outcomes(b"<html>", file="网页.xlsx")
    catalogues = {hunan.name: api.catalogue(hunan)}
    for name, lines in (("findings.csv", csv_lines), ("findings.sarif", sarif_lines), ("junit.xml", junit_lines)):
        yield REPORTS / name, "".join(lines(outcomes, catalogues)).encode()
    given = {"deadline": "2025年4月30日", "contact": "绩效管理股", "sender": "某某县财政局", "today": date(2025, 4, 1)}
    for name, content in notices(outcomes, load_template(), **given):
        if name.endswith(".md"):
            yield REPORTS / name, content


def _every_rule(hunan: FormSet) -> dict[str, Rule]:
    """Give the rules of Hunan, and from other sets those that it does not have."""
    found = dict(api.catalogue(hunan))
    for name in api.set_names():
        found = {**api.catalogue(name), **found}
    return dict(sorted(found.items()))


def _unused(rules: Mapping[str, Rule]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give for each set the rules that it does not have or has no use for, with what is missing."""
    found = {}
    for name in api.set_names():
        own = api.catalogue(name)
        found[name] = {code: () for code in rules if code not in own} | dict(api.unused_rules(name))
    return found


def is_fresh(path: Path, content: bytes) -> bool:
    """Compare with the file: texts to the letter, workbooks cell by cell (zlib may pack them otherwise)."""
    if not path.is_file():
        return False
    old = path.read_bytes()
    return old == content or (path.suffix == ".xlsx" and open_xlsx(old) == open_xlsx(content))


def main() -> int:
    """Write the stale files, or name them with ``--check``; compile the sets, which are no part of the repository."""
    if "--check" not in sys.argv:
        compile_sets()
    stale = [(path, content) for path, content in generated() if not is_fresh(path, content)]
    for path, content in stale:
        print(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
