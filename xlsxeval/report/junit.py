"""Findings as JUnit XML, for servers that show test results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from xlsxeval.report.catalogues import Catalogues, title_of
from xlsxeval.report.outcome import Outcome
from xlsxeval.rules.finding import Finding
from xlsxeval.text import safe

_READ = "能够读取"
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class _Case(NamedTuple):
    """A test case: class name, name, the element of its result (empty: passed), and the text in it."""

    place: str
    name: str
    result: str
    findings: Sequence[Finding]


def junit_lines(outcomes: Iterable[Outcome], catalogues: Catalogues) -> Iterator[str]:
    """Yield one XML document, a suite for each filing; to be encoded as UTF-8.

    A suite has one case for the reading, which is an ``error`` for an unusable file, and one case for each form and
    rule with findings: ``failure`` with a line for each error; passed, with the findings as ``system-out``, for
    warnings and notices, because they do not make ``check`` fail either; ``skipped`` if all were waived. A case
    stands for a rule and not for a finding, because servers ignore a second case with the same name.

    Args:
        outcomes: the outcomes, filing by filing.
        catalogues: the rules of the sets, for their titles.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="xlsxeval">\n'
    last, number = "", 0
    for outcome in outcomes:
        number = number + 1 if outcome.file == last else 1
        last = outcome.file
        yield _suite(outcome, f"{outcome.file}（第{number}份）" if number > 1 else outcome.file, catalogues)
    yield "</testsuites>\n"


def _suite(outcome: Outcome, file: str, catalogues: Catalogues) -> str:
    """Return the suite of a filing as XML."""
    unusable = outcome.verdict == "unusable"
    cases = [_Case(file, _READ, "error" if unusable else "", outcome.findings if unusable else ())]
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in () if unusable else outcome.findings:
        by_rule.setdefault((finding.form, finding.code), []).append(finding)
    for (form, code), group in by_rule.items():
        where = f"{file}.{form}" if form else file
        name = f"{code} {title_of(catalogues, outcome.formset, code)}".rstrip()
        cases.append(_Case(where, name, *_result(group)))
    results = Counter(case.result for case in cases)
    name = outcome.title if outcome.title == outcome.file else f"{outcome.title}（{file}）"
    numbers = " ".join(f'{key}="{results[result]}"' for key, result in _COUNTED.items())
    head = f'<testsuite name={_quoted(name)} tests="{len(cases)}" {numbers} time="0">\n'
    return head + "".join(map(_case, cases)) + "</testsuite>\n"


def _result(findings: Sequence[Finding]) -> tuple[str, Sequence[Finding]]:
    """Return the result of one rule on one form, and the findings that it is due to."""
    counted = [finding for finding in findings if not finding.waived]
    if not counted:
        return "skipped", findings
    return "failure" if any(finding.severity == "error" for finding in counted) else "system-out", counted


def _case(case: _Case) -> str:
    """Return a test case as XML; its findings are the text of its result."""
    head = f'<testcase classname={_quoted(case.place)} name={_quoted(case.name)} time="0"'
    if not case.result:
        return f"{head}/>\n"
    lines = [_line(finding) for finding in case.findings]
    kind = f" message={_quoted(lines[0])}" if case.result != "system-out" else ""
    text = escape("\n".join(map(safe, lines)))
    return f"{head}><{case.result}{kind}>{text}</{case.result}></testcase>\n"


def _line(finding: Finding) -> str:
    """Return a finding as one line of text."""
    where = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    why = f"审核说明：{finding.waived}。" if finding.waived else ""
    return f"{where}  {finding.severity_word}  {finding.message}{why}".lstrip()


def _quoted(text: str) -> str:
    """Return a text as the value of an attribute."""
    return quoteattr(safe(text))
