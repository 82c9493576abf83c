"""Hostile answers and hostile amounts of everything, in every format that is read: (name of the file, its bytes)."""

from __future__ import annotations

from collections.abc import Iterator

from tests import hostile_forms as forms
from tests.hostile_forms import FORM, Sheets, with_answers, with_lines
from tests.steps import hard_texts
from tests.test_patterns import patterns

Kind = tuple[str, bytes]
#: As long as a text in a cell may be.
LONGEST = 32_767

#: What is put into every answer, by itself.
TEXTS = {
    "nines": "9" * LONGEST,
    "nines with a unit": "≥" + "9" * 32_000 + "次",
    "nines and points": "9." * 16_000,
    "nines and commas": "9," * 16_000,
    "a number after each sign": "≥9" * 16_000,
    "percent": "9%" * 16_000,
    "numbers and units": "9万亩" * 10_000,
    "units alone": "万" * LONGEST,
    "brackets that open": "（" * LONGEST,
    "brackets that open and close": "（）" * 16_000,
    "square brackets": "【" * 16_000 + "】" * 16_000,
    "enumeration": "".join(f"{n}、完成工作；" for n in range(3_500))[:LONGEST],
    "sentences": "完成率达到100%。" * 3_000,
    "blanks": "甲" + " " * 32_000 + "乙",
    "lines": "甲\n" * 16_000,
    "years": "2024年" * 6_000,
    "dates": "2024-01-01至2024-12-31" * 1_400,
    "a date far away": "999999999年99月99日",
    "exponent": "1e999999",
    "small exponent": "1e-999999",
    "exponent without end": "1e" + "9" * 30_000,
    "signs": "-" * LONGEST,
    "compared": "≥≤><＝=" * 5_000,
    "formula": '=HYPERLINK("http://127.0.0.1","' + "x" * 200 + '")',
    "command": "+cmd|' /C calc'!A0",
    "markdown": "[x](javascript:alert(1)) | `a` **b** <img src=x onerror=alert(1)> \\\\ $x$ ![](file:///etc/passwd)",
    "markdown without end": "[" * 10_000 + "](" * 5_000 + "`" * 5_000 + "|" * 5_000 + "*" * 5_000,
    "html": "</script><script>alert(1)</script><!--" * 700,
    "jinja": "{{ 7*7 }}{% for a in range(10**9) %}{% endfor %}{{ ''.__class__ }}",
    "bidi": "\u202e\u2066\u2067\u200f总\u202c分" * 3_000,
    "combining": "e" + "\u0301" * 32_000,
    "wide signs": "\ufdfa" * 32_000,
    "beyond the plane": "\U00020000" * 16_000,
    "emoji": "👨‍👩‍👧‍👦" * 4_000,
    "circled": "①" * LONGEST,
    "escapes": "_x0000__xD800__xFFFF_" * 1_500,
    "invisible": "\u200b\ufeff\u00ad" * 10_000,
    "hangul": "\u1100\u1161\u11a8" * 10_000,
    "digits of all kinds": "１²½٣Ⅷ㊿" * 5_000,
    "controls": "\x1b[2J\x07\x00\x9b" * 1_000,
    "label": "总分" * 16_000,
    "label of the line": "年度指标值",
    "waiver": "- {rule: '*', reason: x, by: x, until: 2099-12-31}",
}


def amount(number: int, old: str | float) -> str | float:
    """Change numbers only: endless, tiny, negative, unlike one another."""
    values = (1e308, -1e308, 5e-324, 9.99999999999999e14, -0.0, 1e15 + 0.3, 0.1 + 0.2)
    return values[number % len(values)] if isinstance(old, float) else old


def texts() -> Iterator[Kind]:
    """Put each text into every answer, and in a thousand lines."""
    for name, text in TEXTS.items():
        yield f"answers {name}.xlsx", forms.xlsx(with_answers(lambda _number, _old, text=text: text))
    for name in ("nines", "blanks", "enumeration", "combining", "wide signs", "percent", "numbers and units", "label"):
        text = TEXTS[name]
        distinct = with_lines(400, lambda line, col, _old, text=text: f"{line} {col} {text}"[: LONGEST // 4])
        yield f"lines of their own {name}.xlsx", forms.xlsx(distinct)
        yield f"lines {name}.xlsx", forms.xlsx(with_lines(1_000, lambda _line, _col, _old, text=text: text))
    yield "amounts.xlsx", forms.xlsx(with_answers(amount))


def searched() -> Iterator[Kind]:
    """Put texts that are hard for the program's own patterns into the answers."""
    every = [
        text for _, pattern in patterns() if isinstance(pattern.pattern, str) for text in hard_texts(pattern, 3_000)
    ]
    every = list(dict.fromkeys(text.removesuffix("\0") for text in every))
    for number in range(0, len(every), 600):
        some = every[number : number + 600]
        lines = with_lines(len(some) // 5 + 1, lambda line, col, _old, some=some: some[(line * 5 + col) % len(some)])
        yield f"hard for patterns {number}.xlsx", forms.xlsx(lines)


def formats() -> Iterator[Kind]:
    """Put some of it into every format."""
    for ending, write in forms.FORMATS.items():
        for name in ("nines", "exponent", "lines", "bidi", "escapes", "controls", "formula"):
            yield f"{name}.{ending}", write(with_answers(lambda _number, _old, text=TEXTS[name]: text))
        yield f"amounts.{ending}", write(with_answers(amount))
        yield f"lines.{ending}", write(with_lines(5_000))


def labels() -> Iterator[Kind]:
    """Repeat labels and forms."""
    cells = forms.form()[FORM]
    every = list(dict.fromkeys(value for value in cells.values() if isinstance(value, str)))
    yield (
        "one label 100,000 times in a column.xlsx",
        forms.xlsx({FORM: {(row, 1): "总分" for row in range(1, 100_001)}}),
    )
    yield (
        "one label 100,000 times in rows.xlsx",
        forms.xlsx({FORM: {(n // 1_000 + 1, n % 1_000 + 1): "总分" for n in range(100_000)}}),
    )
    yield (
        "all labels 100,000 times.xlsx",
        forms.xlsx({FORM: {(n // 10 + 1, n % 10 + 1): every[n % len(every)] for n in range(100_000)}}),
    )
    turned = {FORM: {(n // 10 + 1, n % 10 + 1): every[-n % len(every)] for n in range(100_000)}}
    yield "all labels 100,000 times, last first.xlsx", forms.xlsx(turned)
    heads = [value for (row, _), value in sorted(cells.items()) if row in {forms.lines()[0] - 1, forms.lines()[0] - 2}]
    yield (
        "heads of the list 10,000 times.xlsx",
        forms.xlsx({FORM: {(n // len(heads) + 1, n % len(heads) + 1): heads[n % len(heads)] for n in range(100_000)}}),
    )
    for ending in ("ods", "csv", "xlsb", "xls", "docx"):
        many = {FORM: {(n // 10 + 1, n % 10 + 1): every[n % len(every)] for n in range(50_000)}}
        yield f"all labels 50,000 times.{ending}", forms.FORMATS[ending](many)
    yield "a form 200 times.xlsx", forms.xlsx({"表": below(200)})
    yield (
        "a form 200 times beside.xlsx",
        forms.xlsx({"表": {(row, col + 12 * n): value for n in range(200) for (row, col), value in cells.items()}}),
    )
    yield "a form 200 times.csv", forms.separated({"表": below(200)})
    yield "a form on 200 sheets.xlsx", forms.xlsx({f"表{n}": cells for n in range(200)})
    yield (
        "both forms on 1,000 sheets.xlsx",
        forms.xlsx({f"{n}{name}": cells for n in range(500) for name, cells in forms.form().items()}),
    )
    units = {
        f"表{n}": {at: f"{value}{n}" if value == cells[3, 3] else value for at, value in cells.items()}
        for n in range(300)
    }
    yield "300 units.xlsx", forms.xlsx(units)
    yield (
        "half a form 2,000 times.xlsx",
        forms.xlsx(
            {
                "表": {
                    (row + 14 * n, col): value for n in range(2_000) for (row, col), value in cells.items() if row < 15
                }
            }
        ),
    )
    yield (
        "a label in each row far to the right.xlsx",
        forms.xlsx({FORM: {(row, 16_384): "总分" for row in range(1, 30_000)} | dict(cells)}),
    )
    yield (
        "labels cut after each sign.xlsx",
        forms.xlsx(
            {
                FORM: {
                    (n + 1, c + 1): text[: n % (len(text) + 1)]
                    for n in range(2_000)
                    for c, text in enumerate(every[:20])
                }
            }
        ),
    )


def below(times: int) -> dict[tuple[int, int], str | float]:
    """Repeat the form below itself."""
    cells = forms.form()[FORM]
    last = max(row for row, _ in cells) + 1
    return {(row + last * n, col): value for n in range(times) for (row, col), value in cells.items()}


def many_lines() -> Iterator[Kind]:
    """Fill a list without end."""
    yield "10,000 indicators.xlsx", forms.xlsx(with_lines(10_000))
    yield "100,000 indicators.xlsx", forms.xlsx(with_lines(100_000))
    for ending in ("ods", "csv", "xlsb", "xls", "docx"):
        yield f"30,000 indicators.{ending}", forms.FORMATS[ending](with_lines(30_000))

    def own(line: int, col: int, old: str | float) -> str | float:
        return f"{line}{old}" if isinstance(old, str) and col > 3 else old

    yield "30,000 different indicators.xlsx", forms.xlsx(with_lines(30_000, own))
    yield "20,000 lines of errors.xlsx", forms.xlsx(with_lines(20_000, lambda line, col, _old: f"{line}.{col}x"))
    yield "20,000 lines of numbers.xlsx", forms.xlsx(with_lines(20_000, lambda line, col, _old: float(line * col)))
    groups = with_lines(20_000, lambda line, col, old: f"{line}级" if col in {2, 3} else old)
    yield "20,000 groups.xlsx", forms.xlsx(groups)
    first = {**forms.form(), "基础数据表": _long_list()}
    yield "50,000 lines of the first form.xlsx", forms.xlsx(first)


def _long_list() -> dict[tuple[int, int], str | float]:
    old = forms.form()["基础数据表"]
    line = {col: value for (row, col), value in old.items() if row == 18}
    kept = {(row + (50_000 if row > 18 else 0), col): value for (row, col), value in old.items()}
    return kept | {
        (18 + n, col): f"{value}{n}" if col == 1 else value for n in range(50_000) for col, value in line.items()
    }


def sheet_names() -> Iterator[Kind]:
    """Name sheets oddly."""
    cells = forms.form()
    for number, name in enumerate(
        (
            "=1+1",
            "'[a.xlsx]b'!A1",
            "a" * 20_000,
            "\u202e表",
            "../../x",
            "填表说明",
            "审核意见",
            "<b>&amp;",
            "x\ny",
            "",
            "con",
            "核对",
        )
    ):
        named: Sheets = {name: cells[FORM], f"{name}2": cells["基础数据表"]}
        yield f"sheet name {number}.xlsx", forms.xlsx(named)
        yield f"sheet name {number}.ods", forms.ods(named)


#: Each gives files of one family.
FAMILIES = (texts, searched, formats, labels, many_lines, sheet_names)
