"""Make checks from the ``checks`` of a form file or set file: look up names, and expand ``*``.

Example: ``that: "*.决算数 <= *.预算数"`` in a form with 甲.决算数, 甲.预算数, 乙.决算数 and 乙.预算数 gives two checks
with the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlsxeval.forms.extend import as_far_as
from xlsxeval.forms.fitting import require_check_fits
from xlsxeval.forms.model import Check, Field, Hint, Rule
from xlsxeval.forms.names import Names, require_known_names, star_values
from xlsxeval.forms.spec import CheckSpec
from xlsxeval.forms.yamlfile import Lines
from xlsxeval.formula.parse import FormulaError, shown
from xlsxeval.formula.tree import COMPARISONS, Binary, Call, FieldRef, LineCell, Node, Ref, refs
from xlsxeval.text import sheet_length

#: The most characters of a text that goes into an Excel formula, which may hold 255 with the words added around it.
_LONGEST_WORDS = 200
_CODE = re.compile(r"[^\s,，*.]{1,20}")
#: The most checks of one file, after ``*`` is expanded.
_MOST_CHECKS = 2000


def build(
    specs: Mapping[str, CheckSpec],
    names: Names,
    lines: Lines,
    *,
    form: str,
    fields: Mapping[str, Field] | None = None,
    severities: Mapping[str, str],
) -> tuple[tuple[Check, ...], tuple[Rule, ...]]:
    """Make the checks and catalogue entries of one file.

    Args:
        specs: the file's ``checks``.
        names: the names its formulas may use.
        lines: the line of each value, for errors.
        form: the form's name, empty for the checks across forms.
        fields: the form's fields, whose formulas ``computed`` and ``filled`` checks use.
        severities: code -> the severity that the set gives it; ``off`` leaves the check out.

    Raises:
        DefinitionError: for the first mistake.
    """
    checks: list[Check] = []
    rules: list[Rule] = []
    own = [name for name, field in (fields or {}).items() if field.formula is not None]
    for code, given in sorted(specs.items()):
        inherited = frozenset(key for key in given.__struct_fields__ if lines.inherits("checks", code, key))
        spec = as_far_as(given, inherited, names, own, form) if inherited else given
        if spec is None:
            continue
        for which in ("wrong", "right"):
            if which not in inherited:
                require_known_names(getattr(spec, which), names, lines, ("checks", code, which), across=not form)
        if not _CODE.fullmatch(code):
            raise lines.error(f"规则代码应像C01这样，不超过20字，没有空格、逗号和点，这里是“{code}”", "checks", code)
        shown_texts = {"fix": [spec.fix], "says": [spec.says or spec.title], "hints": [hint.say for hint in spec.hints]}
        for key, texts in shown_texts.items():
            if any(sheet_length(text) > _LONGEST_WORDS for text in texts):
                raise lines.error(f"{key}超过{_LONGEST_WORDS}字，写不进“核对”表的公式", "checks", code)
        made = [
            *_of_fields(code, spec, "computed", form, fields or {}, lines),
            *_of_fields(code, spec, "filled", form, fields or {}, lines),
            *_conditions(code, spec, names, lines),
        ]
        if not made:
            raise lines.error("that、computed、filled、each至少写一个，“*”至少要能代表一个名称", "checks", code)
        severity = severities.get(code, spec.severity)
        if severity == "off":
            continue
        made = [replace(check, severity=severity) for check in made]
        checks += made
        if len(checks) > _MOST_CHECKS:
            raise lines.error(f"“*”展开后的检查超过{_MOST_CHECKS}条", "checks", code)
        same = [f"{pattern} = {_formula_text(pattern, fields or {})}" for pattern in (*spec.computed, *spec.filled)]
        text = "；".join([*_texts(spec.that), *spec.each.values(), *same])
        rules.append(
            Rule(code, spec.title, spec.why, spec.fix, severity, spec.source, text, form, spec.wrong, spec.right)
        )
    return tuple(checks), tuple(rules)


def _formula_text(pattern: str, fields: Mapping[str, Field]) -> str:
    """Give the formula of the first field that a pattern stands for."""
    matched = [name for name, _ in star_values(pattern, fields)] if "*" in pattern else [pattern]
    return next((fields[name].formula_text for name in matched if name in fields), "")


def _texts(that: str | list[str]) -> list[str]:
    return [that] if isinstance(that, str) else that


def _of_fields(
    code: str, spec: CheckSpec, sort: str, form: str, fields: Mapping[str, Field], lines: Lines
) -> Iterator[Check]:
    """Check fields against their own formulas, so that no formula is written twice."""
    patterns = spec.computed if sort == "computed" else spec.filled
    for index, pattern in enumerate(patterns):
        for name, star in list(star_values(pattern, fields)) if "*" in pattern else [(pattern, "")]:
            field = fields.get(name)
            if field is None or field.formula is None:
                raise lines.error(f"“{name}”没有公式，不能写在{sort}里", "checks", code, sort, index)
            made = _check(code, spec, sort, field.formula, field.formula_text, FieldRef(form, name))
            yield replace(made, star=star)


def _conditions(code: str, spec: CheckSpec, names: Names, lines: Lines) -> Iterator[Check]:
    for text in _texts(spec.that):
        yield from _condition(code, spec, names, text, lines, ("checks", code, "that"))
    for table, text in spec.each.items():
        path = ("checks", code, "each", table)
        if table not in names.tables:
            raise lines.error(f"“{table}”不是清单", *path)
        for check in _condition(code, spec, names.within(table), text, lines, path):
            if isinstance(check.at, LineCell):
                yield replace(check, each=table)
                continue
            first = next((ref for ref in check.reads if isinstance(ref, LineCell)), None)
            if first is None or spec.at:
                raise lines.error(f"逐行检查要读清单“{table}”的列，也只能报在这些列上", *path)
            yield replace(check, each=table, at=first)


def _condition(
    code: str, spec: CheckSpec, names: Names, text: str, lines: Lines, path: tuple[str | int, ...]
) -> Iterator[Check]:
    """Yield the checks of one condition: one for each text that ``*`` may stand for."""
    try:
        stars = names.stars(text)
    except FormulaError as error:
        raise lines.error(str(error), *path) from None
    for star in stars:
        if star in spec.without:
            continue
        node = names.formula(text, lines, path, star)
        if not _is_condition(node):
            raise lines.error(f"“{shown(text)}”不是条件，请写成“左边 = 右边”之类", *path)
        hints = tuple(Hint(names.formula(hint.when, lines, path, star), hint.say) for hint in spec.hints)
        at = _at(code, spec, names, node, star, lines)
        expected = _expected(spec.expected, names, lines, ("checks", code, "expected"), star)
        faults = _faults(code, spec, node, lines)
        made = _check(code, spec, "that", node, text, at)
        made = replace(made, hints=hints, expected=expected, star=star, faults=faults)
        try:
            require_check_fits(replace(made, each=str(path[-1]) if "each" in path else ""))
        except FormulaError as error:
            raise lines.error(str(error), *path) from None
        yield made


def _faults(code: str, spec: CheckSpec, node: Node, lines: Lines) -> tuple[str, ...]:
    """Give the names for the parts of an AND; none for another condition of the same check.

    Example: ``AND(甲 > 0, 乙 > 0)`` with ``faults: [甲不是正数, 乙不是正数]``.
    """
    if not spec.faults or not (isinstance(node, Call) and node.function == "AND"):
        return ()
    if len(spec.faults) != len(node.arguments):
        raise lines.error(f"faults有{len(spec.faults)}项，AND有{len(node.arguments)}部分，应当一样多", "checks", code)
    return tuple(spec.faults)


def _expected(
    text: str, names: Names, lines: Lines, path: tuple[str | int, ...], star: str
) -> tuple[str, Node, str] | None:
    """Cut a text at its formula: ``不小于{SUM(a, b)}`` gives ``不小于``, the formula and an empty text."""
    if not text:
        return None
    before, brace, rest = text.partition("{")
    formula, closing, after = rest.partition("}")
    if not (brace and closing):
        raise lines.error(f"“{text}”中应有{{公式}}", *path)
    return before, names.formula(formula, lines, path, star), after


def _at(code: str, spec: CheckSpec, names: Names, node: Node, star: str, lines: Lines) -> Ref:
    """Give the blank at which a finding is reported: ``at``, or else the first in the formula."""
    name = spec.at.replace("*", star)
    if name and name in names.known:
        return names.known[name]
    blanks = refs(node)
    if name or not blanks:
        raise lines.error(f"at的“{name}”不是填空" if name else "公式里没有填空", "checks", code)
    return blanks[0]


def _is_condition(node: Node) -> bool:
    """Tell whether a formula is a comparison, or AND, OR, NOT of comparisons."""
    match node:
        case Binary(operator, _, _):
            return operator in COMPARISONS
        case Call("AND" | "OR" | "NOT", arguments):
            return all(_is_condition(argument) for argument in arguments)
        case _:
            return False


def _check(code: str, spec: CheckSpec, sort: str, node: Node, text: str, at: Ref) -> Check:
    words = (code, spec.title, spec.says or spec.title, spec.why, spec.fix, spec.severity, spec.source)
    return Check(*words, sort, node, text, at, refs(node))
