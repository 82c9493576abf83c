"""Write the checks of a drafted form, each with its examples: formulas are recalculated, scores kept below weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from xlsxeval.draft.calculated import Calculated, resolved
from xlsxeval.draft.form import DraftForm
from xlsxeval.draft.proposals import Limit
from xlsxeval.draft.scalars import quoted
from xlsxeval.forms.kinds import KINDS
from xlsxeval.forms.names import star_values
from xlsxeval.formula.evaluate import Value, evaluate
from xlsxeval.formula.tree import Binary, Call, Column, FieldRef, Node, Ref, refs
from xlsxeval.numbers import plain, round_half_up

#: Blank or table -> value, or the lines of the table.
Example: TypeAlias = "dict[str, str | list[dict[str, str]]]"

#: From so many rows on, one condition with ``*`` stands for all.
_MANY = 3
#: A check has at most so many conditions.
_MOST_CONDITIONS = 50


class _Words(NamedTuple):
    """What a check says."""

    title: str
    says: str
    why: str
    fix: str


_SUM = _Words("合计与各项之和不符", "合计＝各项之和", "合计由各项相加得出。", "请核对各项和合计")
_QUOTIENT = _Words("比率与相除的结果不符", "比率＝两个数相除", "比率由两个数相除得出。", "请核对比率和相除的两个数")
_OTHER = _Words("填的数与公式的结果不符", "填的数＝公式的结果", "这一格由公式计算。", "请核对这一格和公式里的各个数")
_LIMIT = _Words("得分超过分值", "得分不超过分值", "得分最高不能超过该项的分值。", "请改正得分")


def check_lines(
    drawn: DraftForm, found: Calculated, inherited: Mapping[str, Mapping[str, object]], codes: Iterator[str]
) -> Iterator[str]:
    """Yield the lines of the checks of a form; each takes the next code.

    Args:
        drawn: the form.
        found: its formulas, and scores with their weights.
        inherited: the checks of the extended file; what they recalculate is not checked twice.
        codes: codes that no other check of the set has.
    """
    yield from _computed(drawn, found, inherited, codes)
    for table, column, formula in found.lines:
        node = resolved(drawn, f"{column} = {formula}", table)
        examples = node and _examples(drawn, node.right if isinstance(node, Binary) else node, f"{table}.{column}")
        if examples:
            words = _Words(
                f"每行的{column}与公式不符", f"{column}＝{formula}", f"每行的{column}由公式计算。", f"请核对{column}"
            )
            each = f"each: {{{quoted(table)}: {quoted(f'{column} = {formula}')}}}"
            guessed = f"{table}.{column}" not in drawn.formulas
            yield from _check(next(codes), words, each, _remark(guessed=guessed), *examples)
    for key, limits in _conditions(drawn, found.limits):
        wrong, right = (_limited(limits[0], points) for points in ("101", "100"))
        yield from _check(next(codes), _LIMIT, key, _remark(guessed=True), wrong, right)


def _limited(limit: Limit, points: str) -> Example:
    """Return an example in which a score has so many points of a hundred."""
    line = {limit.score: points, limit.weight: "100"}
    return {limit.table: [line]} if limit.table else {**line}


def _remark(*, guessed: bool) -> str:
    return "请核对：这条规则是猜的，不对就删去" if guessed else "请核对：照表上的公式复算"


def _computed(
    drawn: DraftForm, found: Calculated, inherited: Mapping[str, Mapping[str, object]], codes: Iterator[str]
) -> Iterator[str]:
    """Yield the checks that recalculate the form's own formulas: sums, quotients, others; guessed ones apart."""
    patterns = [pattern for check in inherited.values() for pattern in _listed(check.get("computed"))]
    groups: dict[tuple[_Words, bool], list[str]] = {}
    for name, formula in found.formulas.items():
        node = resolved(drawn, formula.text)
        known = any(name == pattern or any(True for _ in star_values(pattern, [name])) for pattern in patterns)
        if node is not None and not known and _examples(drawn, node, name):
            groups.setdefault((_words(node), name not in drawn.formulas), []).append(name)
    for (words, guessed), names in groups.items():
        node = resolved(drawn, found.formulas[names[0]].text)
        examples = node and _examples(drawn, node, names[0])
        if examples:
            computed = f"computed: [{', '.join(map(quoted, names))}]"
            yield from _check(next(codes), words, computed, _remark(guessed=guessed), *examples)


def _listed(value: object) -> Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _words(node: Node) -> _Words:
    """Return what the check of a formula says."""
    match node:
        case Binary("+" | "-", _, _) | Call("SUM", _):
            return _SUM
        case Binary("/", _, _):
            return _QUOTIENT
        case Call("ROUND" | "ROUNDDOWN", (inner, _)):
            return _words(inner)
        case _:
            return _OTHER


def _conditions(drawn: DraftForm, limits: Sequence[Limit]) -> Iterator[tuple[str, list[Limit]]]:
    """Yield the condition of each check of scores, and what it compares; equal ones of many rows are one with ``*``."""
    for limit in limits:
        if limit.table:
            yield f"each: {{{quoted(limit.table)}: {quoted(f'{limit.score} <= {limit.weight}')}}}", [limit]
    single = [limit for limit in limits if not limit.table]
    texts: list[str] = []
    starred: dict[tuple[str, str], list[Limit]] = {}
    for limit in single:
        (row, _, score), (other, _, weight) = limit.score.rpartition("."), limit.weight.rpartition(".")
        if row and row == other and "." not in row:
            starred.setdefault((score, weight), []).append(limit)
    for (score, weight), some in starred.items():
        rows = {row for _, row in star_values(f"*.{score}", drawn.blanks) if f"{row}.{weight}" in drawn.blanks}
        if len(some) >= _MANY and len(rows) == len(some):
            texts.append(f"*.{score} <= *.{weight}")
            single = [limit for limit in single if limit not in some]
    texts += [f"{score} <= {weight}" for score, weight, _ in single]
    if texts:
        every = [limit for limit in limits if not limit.table]
        yield f"that: [{', '.join(map(quoted, texts[:_MOST_CONDITIONS]))}]", every


def _examples(drawn: DraftForm, node: Node, name: str) -> tuple[Example, Example] | None:
    """Return a wrong and a right filling of a formula; None if the figures tried give no result."""
    values = {ref: _tried(drawn, ref, number) for number, ref in enumerate(refs(node))}

    def lookup(ref: Ref) -> Value | Sequence[Value]:
        return [values.get(ref)] if isinstance(ref, Column) else values.get(ref)

    result = evaluate(node, lookup)
    if not isinstance(result, Decimal):
        return None
    kind = drawn.blanks[name]
    if KINDS[kind].whole and result != result.to_integral_value():
        return None
    result = round_half_up(result, KINDS[kind].decimals)
    given = {_full_name(ref): figure for ref, figure in values.items()}
    false = result + (Decimal("0.1") if kind == "percent" else 1)
    return _example(drawn, {**given, name: false}), _example(drawn, {**given, name: result})


def _tried(drawn: DraftForm, ref: Ref, number: int) -> Decimal:
    """Return the figure that an example gives the blank of a formula: 8, 10, 12, or 80%, 85%, 90%."""
    share = drawn.blanks[_full_name(ref)] == "percent"
    return Decimal("0.8") + Decimal("0.05") * number if share else Decimal(8 + 2 * number)


def _full_name(ref: Ref) -> str:
    return ref.name if isinstance(ref, FieldRef) else f"{ref.table}.{ref.name}"


def _example(drawn: DraftForm, values: Mapping[str, Decimal]) -> Example:
    """Return figures as an example has them: those of a table as one line."""
    example: Example = {}
    for name, value in values.items():
        table, _, column = name.partition(".")
        text = f"{plain(value * 100)}%" if drawn.blanks[name] == "percent" else plain(value)
        if table in drawn.tables():
            line = example.setdefault(table, [{}])
            if isinstance(line, list):
                line[0][column] = text
        else:
            example[name] = text
    return example


def _check(code: str, words: _Words, what: str, remark: str, wrong: Example, right: Example) -> Iterator[str]:
    """Yield the lines of one check."""
    yield f"  {code}:  # {remark}"
    yield f"    title: {quoted(words.title)}"
    yield f"    says: {quoted(words.says)}"
    yield f"    {what}"
    yield f"    why: {quoted(words.why)}"
    yield f"    fix: {quoted(words.fix)}"
    yield f"    wrong: {{{_flow(wrong)}}}"
    yield f"    right: {{{_flow(right)}}}"


def _flow(example: Example) -> str:
    """Return the inside of an example as YAML."""
    parts = []
    for name, value in example.items():
        lines = "" if isinstance(value, str) else ", ".join(f"{{{_flow(dict(line))}}}" for line in value)
        parts.append(f"{quoted(name)}: {value if isinstance(value, str) else f'[{lines}]'}")
    return ", ".join(parts)
