"""Run declared checks: each gives 通过, 不通过 or 未填, and for a failure the finding with its computation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlsxeval.filing import Answer, FormAnswers
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.model import Check, Field
from xlsxeval.formula.bounds import compare_printed, interval, printed
from xlsxeval.formula.evaluate import evaluate
from xlsxeval.formula.tree import Binary, Call, Column, FieldRef, LineCell, Node, Ref, only_counts, refs
from xlsxeval.formula.words import computation, show
from xlsxeval.numbers import percent_text, plain, round_half_up
from xlsxeval.rules.calculate import Numbers, follows
from xlsxeval.rules.causes import likely_cause
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.subtotals import TOTAL, counted_twice

#: The comparison read from right to left.
FLIPPED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
#: What the left side of a comparison that failed is to the right one.
_AWAY = {"<=": "超出", "<": "超出", ">=": "少", ">": "少"}
PASS, FAIL, BLANK = "通过", "不通过", "未填"
#: The columns of the rows of amounts.
_AMOUNTS = ("年初预算数", "全年预算数", "全年执行数")
_TWO = 2


class DeclaredOutcome(NamedTuple):
    """What became of one check, at one line if it is checked line by line (lines counted from 1).

    A check that failed has no finding if a judgement rule names the cause.
    """

    check: Check
    state: str
    line: int = 0
    finding: Finding | None = None


def run_declared(numbers: Numbers) -> Iterator[DeclaredOutcome]:
    """Run every declared check whose forms were found.

    Args:
        numbers: the numbers of the filing.
    """
    filing = numbers.filing
    for check in filing.formset.all_checks:
        if check.at.form not in filing.forms or not filing.forms.keys() >= check.forms:
            continue
        if len({filing.forms[name].amount_unit for name in check.forms}) > 1:
            continue  # one form in 万元, the other in 元: read_filings says so
        if not check.each:
            yield _run(check, numbers, 0)
            continue
        lines = filing.forms[check.at.form].tables[check.each]
        for number, line in enumerate(lines, 1):
            yield _run(check, numbers.at(line), number)


def _run(check: Check, numbers: Numbers, line: int) -> DeclaredOutcome:
    if _is_open(check, numbers) or numbers.unreadable(check.reads) or numbers.nothing_given(check.reads):
        return DeclaredOutcome(check, BLANK, line)
    match check.sort:
        case "computed":
            return _computed(check, numbers)
        case "filled":
            return _filled(check, numbers)
        case _:
            holds = evaluate(check.node, numbers.value, compare_printed(numbers.bounds))
            if holds is None:
                return DeclaredOutcome(check, BLANK, line)
            if holds:
                return DeclaredOutcome(check, PASS, line)
            return DeclaredOutcome(check, FAIL, line, _condition_finding(check, numbers))


def _is_open(check: Check, numbers: Numbers) -> bool:
    """Tell whether a check cannot be judged: it reads or names what the sheet does not have, or not all parts of a sum.

    资金分值 and 资金得分 count 0 where the form gives no points for the money, but no finding is reported at them.
    """
    answers = numbers.filing.forms[check.at.form]
    if numbers.whole:
        if check.each or len(answers.fields) <= len(answers.form.fields):
            return False
    elif not _has_place(check, numbers) or numbers.lacks(check.reads):
        return True
    return _adds_up_amounts(check) and bool(unlisted_parts(answers))


def _has_place(check: Check, numbers: Numbers) -> bool:
    """Tell whether the sheet has a cell at which a finding of a check can stand."""
    place = _place_of(check, numbers)
    return not isinstance(place, FieldRef) or _has_cell(place, numbers)


def _adds_up_amounts(check: Check) -> bool:
    """Tell whether a check compares the sum of several rows of amounts with the row of totals: 财政拨款 + 其他资金 = 全年预算数."""
    node = check.node
    if not isinstance(node, Binary) or node.operator != "=":
        return False
    totals = [side for side in (node.left, node.right) if isinstance(side, FieldRef) and side.name in _AMOUNTS]
    return len(totals) == 1 and len(check.reads) > _TWO


def unlisted_parts(answers: FormAnswers) -> tuple[str, ...]:
    """Give the rows of amounts that the form does not print and that hold an amount: 街道配套资金."""
    printed = {name.rpartition(".")[0] or name for name in answers.form.fields}
    rows = [(name.rpartition("."), answer.value) for name, answer in answers.fields.items()]
    return tuple(
        dict.fromkeys(
            row for (row, _, column), value in rows if row and row not in printed and column in _AMOUNTS and value
        )
    )


def _computed(check: Check, numbers: Numbers) -> DeclaredOutcome:
    """Compare what was typed (or what an altered formula shows) with the form's own formula."""
    answer, expected = numbers.answer(check.at), evaluate(check.node, numbers.value)
    if answer is None or not isinstance(expected, Decimal):
        return DeclaredOutcome(check, BLANK)
    if answer.own:
        return DeclaredOutcome(check, PASS)
    if not isinstance(answer.value, Decimal):
        return DeclaredOutcome(check, BLANK)
    answers = numbers.filing.forms[check.at.form]
    field = numbers.field(check.at)
    if answer.value == expected or _agree(answer, field, check, numbers, answers):
        return DeclaredOutcome(check, PASS)
    if check.at.name == TOTAL and counted_twice(answers, numbers) is not None:
        return DeclaredOutcome(check, FAIL)  # L07 says so, with the line that is counted twice
    should = print_value(expected, field, numbers.decimals(answer, field, answers))
    found = answer.text if field.kind_name == "percent" else plain(answer.value)
    how = f"这一格的公式被改成了“={answer.formula}”，" if answer.formula else ""
    if not answer.formula and any(other.own and other.formula for other in answers.fields.values()):
        how = "这一格的公式被数字覆盖，"
    text = f"{say_field(numbers.on_sheet(check.at))}为{found}，应为{should}{_how(check.node, numbers, should)}"
    cause = likely_cause(answer.value, expected, check.node, check.at, numbers)
    text += f"；{cause}" if cause else ""
    return DeclaredOutcome(check, FAIL, 0, _finding(check, numbers, how + text, found, should))


def _agree(answer: Answer, field: Field, check: Check, numbers: Numbers, answers: FormAnswers) -> bool:
    true = interval(check.node, numbers.bounds)
    if true is None or not isinstance(answer.value, Decimal):
        return False
    low = high = answer.value
    if not field.kind.exact:
        decimals = numbers.decimals(answer, field, answers)
        low, high = printed(answer.value, decimals, truncated=field.kind_name == "percent")
    return low <= true[1] and true[0] <= high


def _filled(check: Check, numbers: Numbers) -> DeclaredOutcome:
    answer, expected = numbers.answer(check.at), evaluate(check.node, numbers.value)
    if answer is None or not isinstance(expected, Decimal):
        return DeclaredOutcome(check, BLANK)
    if answer.own or not follows(answer):
        return DeclaredOutcome(check, PASS if answer.cell else BLANK)
    field = numbers.field(check.at)
    should = print_value(expected, field, KINDS[field.kind_name].decimals)
    text = f"{say_field(numbers.on_sheet(check.at))}空着，应为{should}{_how(check.node, numbers, should)}"
    return DeclaredOutcome(check, FAIL, 0, _finding(check, numbers, text, "", should))


def _how(node: Node, numbers: Numbers, result: str) -> str:
    """Give the computation in brackets, unless it is no more than its result."""
    text = computation(node, numbers.value)
    return "" if text == result else f"（{text}）"


def _condition_finding(check: Check, numbers: Numbers) -> Finding:
    failed = _failed_part(check.node, numbers)
    title, found, should = _fault(check, numbers), "", ""
    message = title
    if isinstance(failed, Binary) and not only_counts(failed):
        across = len({ref.form for ref in check.reads}) > 1
        message = f"{title}：{_side(failed.left, numbers, across=across)}，"
        message += _should(failed, numbers) or _side(failed.right, numbers, across=across)
        left, right = (evaluate(side, numbers.value) for side in (failed.left, failed.right))
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            message += f"，{_AWAY.get(failed.operator, '相差')}{show(abs(left - right))}"
            causes = _equal_causes(failed, check, left, right, numbers) if failed.operator == "=" else ""
            message += f"；{causes}" if causes else ""
        flip = check.at in refs(failed.right) and check.at not in refs(failed.left)
        found, should = (show(right), show(left)) if flip else (show(left), show(right))
        operator = FLIPPED.get(failed.operator, failed.operator) if flip else failed.operator
        should = {"<=": "不超过", ">=": "不小于"}.get(operator, "") + should
    for hint in check.hints:
        if not numbers.lacks(refs(hint.when)) and evaluate(hint.when, numbers.value, compare_printed(numbers.bounds)):
            message += f"；{hint.say}"
    if check.expected and not numbers.lacks(refs(check.expected[1])):
        before, node, after = check.expected
        should = before + show(evaluate(node, numbers.value)) + after
        message += f"，应{should}{_how(node, numbers, show(evaluate(node, numbers.value)))}"
    return _finding(check, numbers, message, found, should)


def _equal_causes(failed: Binary, check: Check, left: Decimal, right: Decimal, numbers: Numbers) -> str:
    """Say the likely cause of two sides that should be equal: the single figure is the one that is judged."""
    if isinstance(failed.right, FieldRef) and not isinstance(failed.left, FieldRef):
        return likely_cause(right, left, failed.left, failed.right, numbers)
    return likely_cause(left, right, failed.right, check.at if failed.left == check.at else failed.left, numbers)


def _fault(check: Check, numbers: Numbers) -> str:
    """Name what is wrong: by the part of the condition that failed, where the check has a name for each."""
    return check.faults[_first_failed(check.node, numbers)] if check.faults else check.title


def _first_failed(node: Node, numbers: Numbers) -> int:
    """Give the place of the first part of an AND that does not hold."""
    compare = compare_printed(numbers.bounds)
    parts = node.arguments if isinstance(node, Call) else ()
    return next(place for place, part in enumerate(parts) if evaluate(part, numbers.value, compare) is False)


def _failed_part(node: Node, numbers: Numbers) -> Node:
    """Find the comparison that made the condition fail."""
    if isinstance(node, Call) and node.function == "AND":
        return _failed_part(node.arguments[_first_failed(node, numbers)], numbers)
    if isinstance(node, Call) and node.function == "OR":
        # The alternatives before the last one say when the check does not matter.
        return node if only_counts(node.arguments[-1]) else _failed_part(node.arguments[-1], numbers)
    return node


_SHOULD = {"=": "应为", "<=": "应不超过", ">=": "应不小于"}


def _should(failed: Binary, numbers: Numbers) -> str:
    """Say what the left side should be, where the right side is a fixed number and not another answer."""
    fixed = not any(isinstance(ref, FieldRef | LineCell) for ref in (failed.right,)) and failed.operator in _SHOULD
    return _SHOULD[failed.operator] + _side(failed.right, numbers, across=False) if fixed else ""


def _side(node: Node, numbers: Numbers, *, across: bool) -> str:
    value = show(evaluate(node, numbers.value))
    if isinstance(node, FieldRef | LineCell):
        return f"{node.form + '的' if across else ''}{say_field(numbers.on_sheet(node))}为{value}"
    text = computation(node, numbers.value)
    return value if text == value else f"{text} = {value}"


def say_field(ref: Ref) -> str:
    """Name a blank as a person would: ``三公经费.决算数`` is 三公经费（决算数）."""
    row, _, column = ref.name.partition(".")
    return f"{row}（{column}）" if column else row


def print_value(value: Decimal, field: Field, decimals: int) -> str:
    """Print what should stand in a field, with as many decimals as stood there."""
    if field.kind_name == "percent":
        return percent_text(value, max(decimals - 2, 0) or 2)
    return plain(round_half_up(value, max(decimals, field.kind.decimals)))


def _finding(check: Check, numbers: Numbers, message: str, found: str, should: str) -> Finding:
    at = _place_of(check, numbers)
    answers = numbers.filing.forms[at.form]
    if isinstance(at, Column):
        cell, name = answers.heads.get((at.table, at.name), ""), f"{at.table}.{at.name}"
    else:
        answer = numbers.answer(at)
        cell = answer.cell if answer else ""
        name = f"{at.table}.{at.name}" if isinstance(at, LineCell) else at.name
    if isinstance(at, LineCell) and numbers.line is not None:
        message = f"{line_name(answers, at.table, numbers)}{message}"
    text = f"{message}。{check.fix}。"
    return Finding(check.code, check.severity, at.form, answers.sheet, cell, name, text, found, should)


def _place_of(check: Check, numbers: Numbers) -> Ref:
    """Give where a finding stands: the check's own place, or else the first blank on the sheet that it reads."""
    at = numbers.on_sheet(check.at)
    if not isinstance(at, FieldRef) or _has_cell(at, numbers) or at in check.reads:
        return at
    others = (numbers.on_sheet(ref) for ref in check.reads if isinstance(ref, FieldRef))
    return next((ref for ref in others if _has_cell(ref, numbers)), at)


def _has_cell(ref: Ref, numbers: Numbers) -> bool:
    answer = numbers.answer(ref)
    return answer is not None and bool(answer.cell)


def line_name(answers: FormAnswers, table: str, numbers: Numbers) -> str:
    """Name a line by its first column that is not inherited: “举办会议数”."""
    of = answers.form.tables[table]
    column = of.own
    answer = numbers.line.get(column) if numbers.line else None
    return f"“{answer.value}”" if answer and answer.value else ""
