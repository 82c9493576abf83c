"""Show how a workbook was read, label by label and blank by blank, so that a finding can be verified.

Example, for a head that was cut to 预算 in D4: ``D4 预算 推测：只剩开头：预算数``.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlsxeval.filing import ABSENT, Answer, Filing, FormAnswers
from xlsxeval.rules.notes import printed_label
from xlsxeval.text import display_width, safe

_HOW = {"same": "相同", "other name": "另一种写法", "cut": "推测：只剩开头"}
_WIDTH, _LONGEST = 34, 40


def reading_text(filing: Filing) -> Iterator[str]:
    """Yield the lines that show where each label was found and what each blank holds."""
    whose = "，".join(name for name in (filing.unit, filing.subject) if name) or "没有写单位"
    yield safe(
        f"{filing.file}：套表{filing.formset.name}（{filing.formset.title}），{filing.year or '年度不明'}，{whose}"
    )
    for answers in filing.forms.values():
        yield from map(safe, _form(answers))


def _form(answers: FormAnswers) -> Iterator[str]:
    """Yield the lines about one form: labels, blanks, tables, and what was guessed."""
    found, guessed, missed = answers.confidence
    yield f"{answers.form.name}：工作表“{answers.sheet}”，金额单位{answers.amount_unit}"
    yield f"  找到{found}格，推测{guessed}处，没有找到{missed}格"
    yield "  标签"
    for label in answers.met:
        yield f"    {label.cell:<6}{_padded(label.text)}{_HOW[label.how]}" + (
            "" if label.how == "same" else f"：{_printed(label.label, answers)}"
        )
    for lost in answers.missing:
        there = f"，它的位置上是{lost.cell}“{lost.nearest}”" if lost.nearest else ""
        yield f"    {'—':<5}{_padded(_printed(lost.label, answers))}没有找到{there}"
    yield "  填空"
    for name, answer in ({**dict.fromkeys(answers.form.fields, ABSENT), **answers.fields}).items():
        yield f"    {answer.cell or '—':<6}{_padded(name)}{_value(answer)}"
    for name, lines in answers.tables.items():
        region = answers.regions.get(name)
        rows = f"第{region.first}至{region.last}行，" if lines and region else ""
        yield f"  清单“{name}”：{rows}{len(lines)}行"
    for line in answers.subtotals:
        texts = [answer for answer in line.values() if answer.text]
        yield f"  小计行，没有算作指标：{texts[0].cell}“{texts[0].text.strip()}”" if texts else "  小计行，没有算作指标"
    for repair in answers.repairs:
        yield f"  推测：{repair.cell}{repair.text}"
    if answers.lacking:
        yield f"  这张表没有：{'、'.join(_printed(label, answers) for label in answers.lacking)}"
    if answers.unread:
        yield f"  没有读：{'、'.join(f'{one.cells} {one.text}'.rstrip() for one in answers.unread)}"


def _printed(label: str, answers: FormAnswers) -> str:
    """Give a label of the form with its year, as it should be printed."""
    return printed_label(label, answers.year)


def _padded(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return short + " " * max(_WIDTH - display_width(short), 2)


def _value(answer: Answer) -> str:
    """Give the state of an answer in a word: ``填`` with its text, ``空``, or ``没有这一格``.

    The text is shortened; ``（公式）`` stands for a formula without a stored value.
    """
    if answer.state != "filled":
        return "空" if answer.state == "blank" else "没有这一格"
    text = " ".join(answer.text.split())
    return "填 " + ((text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") or "（公式）")
