"""The page for the browser: what it says, in a real browser; that it asks for nothing; that texts stay texts."""

from __future__ import annotations

import json
import re
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import xlsxeval as api
from tests.browser import Browser, start_browser
from tests.conftest import CLEAN, FAULTY, S
from xlsxeval.report.excerpt import Excerpt
from xlsxeval.report.facts import UNIT_STATES, Facts, OtherFile, UnitLine
from xlsxeval.report.html import html_page
from xlsxeval.report.outcome import Outcome, Reading
from xlsxeval.rules.finding import Finding
from xlsxeval.rules.summary import Summary
from xlsxeval.version import __version__

pytestmark = pytest.mark.xdist_group("chromium")

CATALOGUES = {name: api.catalogue(api.load_set(name)) for name in ("hunan", "national")}

HOSTILE = (
    "</script><script>document.title='hurt'</script>",
    "<!--<script>",
    "<img src=x onerror=\"document.title='hurt'\">",
    "javascript:document.title='hurt'",
    "]]>&lt;b&gt;&amp;\"'`${document.title='hurt'}\\",
    '=HYPERLINK("http://hurt.example/","点")',
    "__proto__",
)  # fmt: skip
CELL = "H9"
INVISIBLE = "左\u202e右\u2066\u061c\u200b\u2028\x00\x1b[31m\n\ud800\ufeff"


def sample(folder: Path, file: str) -> Outcome:
    return api.outcomes((folder / "filled.xlsx").read_bytes(), file=file, excerpts=True)[0]


def finding(message: str, severity: str = "error", code: str = "E06", **more: str) -> Finding:
    place = {"form": "自评表", "sheet": "自评表", "cell": CELL, "field": "得分"}
    return Finding(code, severity, message=message, **{**place, **more})


def plain_outcome(unit: str, *findings: Finding, total: str = "", file: str = "") -> Outcome:
    summary = Summary(None, Decimal(total), "优" if Decimal(total) >= 90 else "良", None, 1, {}, ()) if total else None
    return Outcome(
        file or f"{unit}.xlsx", "findings" if findings else "pass", findings, formset="hunan", year=2024, unit=unit, summary=summary,
    )  # fmt: skip


UNUSABLE = api.outcomes(b"", file="空.xlsx")[0]
#: One of each kind, none in the order in which the page shows them.
FOUR = (
    plain_outcome("丙中心", total="99.5"),
    plain_outcome(
        "甲局", finding("总分不对。", code="E01", cell="I40"), finding("偏差原因空着。", "warning", "E17"), total="85"
    ),
    UNUSABLE,
    plain_outcome(
        "乙局",
        finding("没有填。", "info", "B16"),
        finding("目标写法。", "warning", "E24", waived="已核实"),
        total="100",
    ),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = start_browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    yield (found := Page(browser, tmp_path / "核对 报告#1.html"))
    assert browser.complaints() == []
    assert browser.requests() == [found.path.as_uri()]


class Page:
    """A page in the browser, and what stands on it."""

    def __init__(self, browser: Browser, path: Path) -> None:
        self.browser, self.path = browser, path

    def show(self, outcomes: Sequence[Outcome], hash_: str = "", facts: Facts = Facts(), made: str = "") -> None:  # noqa: B008  # frozen
        """Write the page and open it."""
        self.path.write_bytes("".join(html_page(outcomes, facts, CATALOGUES, made)).encode())
        self.browser.open(self.path.as_uri() + hash_)

    def units(self) -> list[str]:
        """Give the units in the order shown."""
        return self.browser.texts(".toggle")

    def messages(self) -> list[str]:
        """Give the messages of the findings shown."""
        return self.browser.texts(".message")

    def status(self) -> str:
        """Give the line that says what is shown."""
        return self.browser.texts("#status")[0]

    def address(self) -> object:
        """Give what stands behind # in the address."""
        return self.browser.ask("decodeURIComponent(location.hash)")

    def click(self, selector: str) -> None:
        """Click on an element."""
        self.browser.ask(f"document.querySelector({json.dumps(selector)}).click()")

    def enter(self, selector: str, value: str) -> None:
        """Put a value into an input, as a person would."""
        self.browser.ask(f"""(() => {{
          const input = document.querySelector({json.dumps(selector)});
          input.value = {json.dumps(value)};
          input.dispatchEvent(new Event("input", {{ bubbles: true }}));
        }})()""")

    def focused(self) -> object:
        """Give the id or the text of what has the focus."""
        return self.browser.ask("document.activeElement.id || document.activeElement.textContent")


def data_of(text: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match
    return json.loads(match[1])  # type: ignore[no-any-return]  # an object


def test_the_file_stands_alone() -> None:
    text = "".join(html_page(FOUR, Facts(), CATALOGUES))
    assert re.findall(r"(?<![-\w])(?:src|href|action)=|url\(|@import", text) == []
    assert re.findall(r"https?://", text) == []
    assert re.findall(r"\son\w+=|\sstyle=", text) == []
    assert text.count("<style>") == text.count("<script>") == 1
    style, script = (
        re.search(r"<style>(.*)</style>", text, re.DOTALL),
        re.search(r"<script>(.*)</script>", text, re.DOTALL),
    )
    hashes = [b64encode(sha256(found[1].encode()).digest()).decode() for found in (style, script) if found]
    assert (
        f"content=\"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'\""
    ) in text


def test_the_same_on_every_run() -> None:
    assert list(html_page(FOUR, Facts(), CATALOGUES)) == list(html_page(FOUR, Facts(), CATALOGUES))


def test_written_as_it_comes() -> None:
    """The memory for ten times as many filings is the same, but for the rules met."""
    excerpt = Excerpt((1,), ("A",), (("文" * 60,),))
    one = replace(FOUR[1], excerpts=(excerpt, excerpt))
    peaks = []
    for count in (200, 200, 2000):
        tracemalloc.start()
        assert (
            sum(map(len, html_page((replace(one, unit=str(n)) for n in range(count)), Facts(), CATALOGUES)))
            > count * 500
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] * 1.5


def test_data_is_json_without_tags_and_signs_that_cannot_be_seen() -> None:
    text = "".join(
        html_page([replace(FOUR[1], unit=INVISIBLE, notes=HOSTILE)], Facts(missing=(HOSTILE[0],)), CATALOGUES)
    )
    text.encode()
    data = data_of(text)
    assert data["facts"]["missing"] == [HOSTILE[0]]
    (filing,) = data["filings"]
    assert filing["title"] == "左\ufffd右" + "\ufffd" * 6 + "[31m" + " \ufffd\ufffd"
    assert filing["about"] == [f"注意：{text}" for text in HOSTILE]
    assert "<" not in text[text.index('id="data">') + 10 : text.index("</script>")]


def test_rules_are_those_of_the_set() -> None:
    unknown = replace(FOUR[1], formset="没有这套")
    data = data_of("".join(html_page([FOUR[1], UNUSABLE, unknown], Facts(), CATALOGUES)))
    rules = data["rules"]
    catalogue = api.catalogue(api.load_set("hunan"))
    assert {code: rule["title"] for code, rule in rules["hunan"].items()} == {
        code: catalogue[code].title for code in ("E01", "E17")
    }
    assert rules[""]["R01"]["title"] == "文件是空的"
    assert rules["没有这套"] == rules["hunan"]  # the first set that has them


def test_the_rules_of_an_own_set_given_by_path_and_the_program_in_the_head(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "本县"
    folder.mkdir()
    own = "extends: hunan/自评表.yaml\nchecks:\n  E04: {title: 总分算得不对}\n"
    (folder / "自评表.yaml").write_text(own, encoding="utf-8")
    (folder / "set.yaml").write_text(
        "set: 本县\nextends: hunan/set.yaml\nforms: [自评表.yaml]\nchecks: ~\n", encoding="utf-8"
    )
    formset = api.load_set(str(folder))
    outcomes = api.outcomes((FAULTY / "filled.xlsx").read_bytes(), formset=formset, file="甲.xlsx")
    assert {one.formset for one in outcomes} == {"本县"}
    api.write_html(page.path, outcomes, formset=str(folder), force=True)
    written = page.path.read_text(encoding="utf-8")
    api.write_html(page.path, outcomes, formset=formset, force=True)
    assert page.path.read_text(encoding="utf-8") == written
    assert data_of(written)["rules"]["本县"]["E04"]["title"] == "总分算得不对"
    page.browser.open(page.path.as_uri())
    assert page.browser.texts("#made") == [f"由xlsxeval {__version__}生成"]
    assert page.browser.texts("#facts > *") == ["共核对1个文件：1份须更正。"]
    assert "规则 E04　总分算得不对" in page.browser.texts(".finding summary")


def test_index(page: Page) -> None:
    page.show(FOUR)
    assert page.units() == ["空.xlsx", "甲局", "乙局", "丙中心"]
    lines = page.browser.ask(
        "Array.from(document.querySelectorAll('.line'), (one) => Array.from(one.children, (cell) => cell.innerText.trim()))"
    )
    assert lines == [
        ["空.xlsx", "× 无法使用", "", "", "1", "0", "0", "空.xlsx"],
        ["甲局", "■ 须更正", "良", "85", "1", "1", "0", "甲局.xlsx"],
        ["乙局", "● 供核对\n另有已说明1项", "优", "100", "0", "0", "1", "乙局.xlsx"],
        ["丙中心", "√ 通过", "优", "99.5", "0", "0", "0", "丙中心.xlsx"],
    ]
    assert page.browser.texts("#states button") == [
        "4全部",
        "1× 无法使用",
        "1■ 须更正",
        "0▲ 须说明",
        "1● 供核对",
        "1√ 通过",
    ]
    assert page.status() == "共4份，5项问题"
    assert page.browser.texts("#rule option") == [
        "全部", "B16　应填的没有填（1）", "E01　分值合计不是100分（1）", "E17　没有完成或扣了分，偏差原因空着（1）",
        "E24　目标值没有单位（1）", "R01　文件是空的（1）",
    ]  # fmt: skip
    assert page.messages() == []


def test_filings_that_do_not_count_stand_apart(page: Page) -> None:
    page.show([*FOUR, replace(FOUR[1], file="甲局旧.xlsx", replaced=True, notes=("另有较新的一份",))])
    assert page.units() == ["空.xlsx", "甲局", "乙局", "丙中心", "甲局"]
    tiles = ["5全部", "1× 无法使用", "1■ 须更正", "0▲ 须说明", "1● 供核对", "1√ 通过", "1－ 不计入"]
    assert page.browser.texts("#states button") == tiles
    assert page.status() == "共5份，5项问题"
    assert "E01　分值合计不是100分（1）" in page.browser.texts("#rule option")


def test_total_as_filled_in_beside_the_recomputed_one(page: Page) -> None:
    page.show([sample(FAULTY, "错误.xlsx"), sample(CLEAN, "无误.xlsx")])
    assert page.browser.texts("td.total") == ["80填报90.8", "99.31"]
    assert page.browser.texts("td.grade") == ["良", "优"]


def test_head_says_only_what_is_known(page: Page) -> None:
    page.show(FOUR)
    assert page.browser.ask(
        "[...document.querySelectorAll('header *')].filter((one) => one.checkVisibility()).map((one) => one.innerText)"
    ) == ["绩效自评核对报告", ""]
    facts = Facts(
        files=3, total=9, replaced=1, skipped={"临时文件": 2, "其他类型": 1}, roster=5, missing=("丁局", "<b>戊局"), unlisted=("丙中心",),
        interrupted=True,
    )  # fmt: skip
    page.show(FOUR, facts=facts, made="2025年4月12日，xlsxeval 0.1.0")
    assert page.browser.texts("#made") == ["2025年4月12日，xlsxeval 0.1.0"]
    assert page.browser.texts("#facts > *") == [
        "共核对9个文件中的3个：没有结果；另有1份重复或较早的没有计入。", "核对中途停止：9个文件中只完成了3个。", "跳过：2个临时文件，1个其他类型", "名单上5个单位。",
        "没有报送的2个单位丁局、<b>戊局", "不在名单上的1个单位丙中心",
    ]  # fmt: skip


def test_findings_of_a_sample(page: Page) -> None:
    outcome = sample(S, "县委办.xlsx")
    page.show([outcome])
    assert page.address() == ""
    sheets = sorted(outcome.findings, key=lambda one: one.sheet != "基础数据表")
    assert page.messages() == [one.message for one in sheets]
    assert page.browser.texts(".place") == [f"{one.sheet}!{one.cell}" for one in sheets]
    assert page.browser.texts(".field") == [one.field for one in sheets]
    assert page.browser.texts(".finding .badge") == [
        {"error": "■ 错误", "warning": "▲ 警告", "info": "● 提示"}[one.severity] for one in sheets
    ]
    assert page.browser.texts(".findings h3") == ["基础数据表", "自评表"]
    rules = api.catalogue(api.load_set("hunan"))
    assert page.browser.texts(".finding summary") == [f"规则 {one.code}　{rules[one.code].title}" for one in sheets]
    assert page.browser.texts(".verdict") == ["不通过，2项错误须更正，6项警告须说明，8项提示供核对"]
    first = page.browser.ask(
        "Array.from(document.querySelector('.excerpt').rows, (row) => Array.from(row.cells, (cell) => cell.textContent))"
    )
    assert first == [
        ["", "A", "B", "C", "D", "E", "F"],
        ["6", "经费控制情况（万元）", "2023年决算数", "2023年决算数", "2024年预算数", "2024年预算数", "2024年决算数"],
        ["7", "三公经费", "10.50", "10.50", "10.50", "10.50", "7.28"],
        ["8", "1、公务用车购置和维护经费", "5.50", "5.50", "5.50", "5.50", "5.50"],
    ]
    assert (
        page.browser.ask("document.querySelectorAll('.excerpt')[1].querySelectorAll('.above td, .beside').length")
        == 5 + 3
    )
    here = page.browser.ask(
        "Array.from(document.querySelectorAll('.here'), (one) => one.parentNode.cells[0].textContent + one.cellIndex)"
    )
    assert here[0] == "74"  # type: ignore[index]  # a list
    assert len(here) == len(outcome.findings)  # type: ignore[arg-type]  # a list


def test_notes_readings_and_waivers(page: Page) -> None:
    outcome = replace(
        FOUR[3], notes=("工作簿里还有1份，这里没有包括",), reading=(Reading("自评表", "Sheet1", 20, 1, 2), Reading("基础数据表", "表", 60, 0, 0)),
    )  # fmt: skip
    page.show([outcome])
    assert page.browser.texts(".about") == [
        "2024年度，套表hunan，总分100（优），1个指标，各指标没有失分", "读取：自评表找到20格，推测1处，没有找到2格", "注意：工作簿里还有1份，这里没有包括",
    ]  # fmt: skip
    assert page.browser.texts(".finding .badge") == ["● 提示", "○ 警告，已说明"]
    assert page.browser.texts(".reason") == ["审核说明：已核实"]
    assert page.browser.ask(
        "[...document.querySelectorAll('.message')].map((one) => getComputedStyle(one).textDecorationLine)"
    ) == ["none", "line-through"]


@pytest.mark.parametrize(
    ("hash_", "units", "messages"),
    [
        ("#severity=error", ["空.xlsx", "甲局"], ["总分不对。"]),
        ("#severity=warning", ["甲局"], ["偏差原因空着。"]),
        ("#severity=waived", ["乙局"], ["目标写法。"]),
        ("#state=pass", ["丙中心"], []),
        ("#rule=B16", ["乙局"], ["没有填。"]),
        ("#unit=局", ["甲局", "乙局"], ["总分不对。", "偏差原因空着。", "没有填。", "目标写法。"]),
        ("#unit=甲局.XLSX", ["甲局"], ["总分不对。", "偏差原因空着。"]),
        ("#text=ｉ40", ["甲局"], ["总分不对。"]),
        ("#text=甲局+原因", ["甲局"], ["偏差原因空着。"]),
        ("#text=丙中心", ["丙中心"], []),
        ("#text=丙中心+原因", [], []),
        ("#text=偏差原因空着+没有完成", ["甲局"], ["偏差原因空着。"]),
        ("#severity=error&rule=E17", [], []),
        ("#severity=constructor&state=__proto__", [], []),
    ],
)
def test_filters_in_the_address(page: Page, hash_: str, units: list[str], messages: list[str]) -> None:
    page.show(FOUR, f"{hash_}&open=1,2,4")
    assert page.units() == units
    assert page.messages() == messages


def test_filters_are_kept_in_the_address_and_said(page: Page) -> None:
    page.show(FOUR)
    page.enter("#severity", "error")
    page.enter("#text", "总分 不对")
    assert page.units() == ["甲局"]
    assert page.address() == "#severity=error&text=总分+不对"
    assert page.status() == "符合级别“错误”、文字含“总分 不对”的1份，1项问题（全部4份）"
    assert page.browser.texts(".some") == ["符合1项，共2项"]
    page.click("#states .error")
    assert page.address() == "#state=error&severity=error&text=总分+不对"
    assert page.browser.ask("document.querySelector('#states .error').getAttribute('aria-pressed')") == "true"
    page.click("#clear")
    assert page.address() == ""
    assert page.units() == ["空.xlsx", "甲局", "乙局", "丙中心"]
    assert page.browser.ask("[severity.value, text.value]") == ["", ""]


def test_the_address_is_followed(page: Page) -> None:
    page.show(FOUR)
    page.browser.ask(
        "new Promise((done) => { addEventListener('hashchange', done, { once: true }); location.hash = '#unit=乙'; }).then(() => 0)"
    )
    assert page.units() == ["乙局"]
    assert page.browser.ask("unit.value") == "乙"


@pytest.mark.parametrize(
    ("column", "once", "twice"),
    [
        ("单位", "丙甲空乙", "乙空甲丙"),
        ("结论", "丙乙甲空", "空甲乙丙"),
        ("等级", "丙乙甲空", "甲丙乙空"),
        ("总分", "甲丙乙空", "乙丙甲空"),
        ("错误", "甲空丙乙", "丙乙甲空"),
        ("警告", "甲丙空乙", "丙空乙甲"),
        ("提示", "乙丙甲空", "丙甲空乙"),
        ("文件", "丙甲空乙", "乙空甲丙"),
    ],
)
def test_sorting(page: Page, column: str, once: str, twice: str) -> None:
    """By pronunciation; equal ones in the order given; what has no value comes last both ways."""
    page.show(FOUR)
    number = ["单位", "结论", "等级", "总分", "错误", "警告", "提示", "文件"].index(column) + 1
    for expected in (once, twice):
        page.click(f"#heads th:nth-child({number}) button")
        assert "".join(unit[0] for unit in page.units()) == expected
    assert page.browser.ask(
        "Array.from(document.querySelectorAll('#heads [aria-sort]:not([aria-sort=none])'), (one) => one.textContent.slice(0, 2))"
    ) == [column]


def test_pages_of_a_hundred(page: Page) -> None:
    page.show([plain_outcome(f"第{n:03}局", finding(f"问题{n}。")) for n in range(1, 251)], "#page=3")
    assert page.units() == [f"第{n:03}局" for n in range(201, 251)]
    assert page.browser.texts("#page") == ["第3页，共3页"]
    assert page.browser.ask("[back.disabled, next.disabled]") == [False, True]
    page.click("#back")
    assert page.units() == [f"第{n:03}局" for n in range(101, 201)]
    assert page.status() == "共250份，250项问题"
    page.click("#open")
    assert page.messages() == [f"问题{n}。" for n in range(101, 201)]
    page.enter("#text", "问题2")
    assert str(page.address()).startswith("#text=问题2&open=101,")
    assert page.units()[:3] == ["第002局", "第020局", "第021局"]
    page.click("#close")
    assert page.messages() == []


def test_by_keyboard_alone(page: Page) -> None:
    page.show(FOUR)
    order = []
    for _ in range(30):
        page.browser.press("Tab")
        order.append(page.focused())
        if order[-1] == "丙中心":
            break
    assert order == [
        "4全部", "1× 无法使用", "1■ 须更正", "0▲ 须说明", "1● 供核对", "1√ 通过", "severity", "rule", "unit", "text", "clear", "open", "close", "print",
        "单位", "结论 ↑", "等级", "总分", "错误", "警告", "提示", "文件", "空.xlsx", "甲局", "乙局", "丙中心",
    ]  # fmt: skip
    assert page.browser.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.browser.ask("document.querySelectorAll('.toggle')[1].focus()")
    page.browser.press("Enter")
    assert page.messages() == ["总分不对。", "偏差原因空着。"]
    assert page.focused() == "甲局"
    assert page.address() == "#open=2"
    page.browser.press("Tab")
    assert str(page.focused()).startswith("规则 E01")
    page.browser.press(" ")
    assert page.browser.ask("document.querySelector('.finding details').open") is True
    page.browser.ask("document.querySelectorAll('.toggle')[1].focus()")
    page.browser.press(" ")
    assert page.messages() == []
    page.browser.ask("unit.focus()")
    page.browser.type("乙")
    page.browser.press("Enter")
    assert page.units() == ["乙局"]


def test_every_control_has_a_name(page: Page) -> None:
    page.show(FOUR, "#open=1,2,3,4")
    nodes = page.browser.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes  # type: ignore[attr-defined]  # a list
        if node.get("role", {}).get("value") in {"button", "combobox", "searchbox", "table", "search", "group"}
    ]
    assert [pair for pair in named if not pair[1] and pair[0] != "group"] == []
    assert ("combobox", "级别") in named
    assert ("searchbox", "单位、文件") in named
    assert ("search", "筛选") in named


def test_hostile_texts_stay_texts(page: Page) -> None:
    texts = HOSTILE
    outcomes = [
        Outcome(
            text, "findings", (Finding("E06", "error", text, text, CELL, text, text, text, text, waived=text), finding(text, sheet=text)),
            (text,), formset="hunan", year=2024, unit=text, subject=text, reading=(Reading(text, text, 1, 1, 1),),
            excerpts=(Excerpt((9,), ("H",), ((text,),)), None),
        )
        for text in texts
    ]  # fmt: skip
    facts = Facts(skipped=dict.fromkeys(texts, 1), missing=texts, unlisted=texts, roster=1)
    page.show(outcomes, "#open=1,2,3,4,5,6,7&sort=file&text=hurt%3C%2Fscript%3E", facts, made=HOSTILE[0])
    assert page.browser.texts("#made") == [HOSTILE[0]]
    page.click("#clear")
    count = len(texts)
    assert sorted(page.units()) == sorted(f"{text}　{text}" for text in texts)
    for selector, each in {".message": 2, ".file": 1, ".field": 1, ".reason": 1, ".here": 1}.items():
        found = page.browser.texts(f"tbody {selector}")
        assert len([text for text in found if text.removeprefix("审核说明：") in texts]) == count * each, selector
    assert page.browser.texts("#facts details p") == ["、".join(texts)] * 2
    assert page.browser.ask("document.title") == "绩效自评核对报告"
    assert page.browser.ask("document.querySelectorAll('img, a, script, b b, iframe, [onerror]').length") == 2
    assert page.browser.ask("({}).title") is None


def test_no_script_but_ours_would_run(browser: Browser, tmp_path: Path) -> None:
    """Even a script or a picture that got into the page is kept out by its policy."""
    hurt = "<script>document.title='hurt'</script><img src=x onerror=\"document.title='hurt'\">"
    text = "".join(html_page(FOUR, Facts(), CATALOGUES))
    path = tmp_path / "报告.html"
    path.write_bytes(text.replace("<main", f"{hurt}<main", 1).encode())
    browser.open(path.as_uri())
    assert browser.ask("document.title") == "绩效自评核对报告"
    assert browser.texts(".toggle") == ["空.xlsx", "甲局", "乙局", "丙中心"]
    said = [str(one) for one in browser.complaints()]
    assert len(said) == 3
    assert all("violates the following Content Security Policy directive" in one for one in said)


def test_a_torn_file_says_so(page: Page) -> None:
    page.path.write_bytes("".join(html_page(FOUR, Facts(), CATALOGUES)).encode()[:-9000])
    page.browser.open(page.path.as_uri())
    assert page.browser.ask("[document.getElementById('wait').hidden, document.getElementById('main').hidden]") == [
        False,
        True,
    ]
    assert "文件可能不完整" in page.browser.texts("#wait")[0]


def test_nothing_to_show(page: Page) -> None:
    page.show([])
    assert page.status() == "共0份，0项问题"
    assert page.units() == []


def test_printed_with_the_findings_of_all_that_is_shown(page: Page) -> None:
    units = [
        plain_outcome(f"第{n:03}局", finding(f"问题{n}。"), finding("另一项。", "warning", "E17"))
        for n in range(1, 131)
    ]
    page.show(units, "#severity=error&open=7")
    page.browser.ask("""addEventListener("beforeprint", () => {
      window.printed = Array.from(document.querySelectorAll(".message"), (one) => one.textContent);
    })""")
    assert page.browser.pdf().startswith(b"%PDF-")
    assert page.browser.ask("window.printed") == [f"问题{n}。" for n in range(1, 131)]
    assert page.messages() == ["问题7。"]
    assert page.address() == "#severity=error&open=7"


def test_filings_follow_each_other_on_paper_and_no_finding_is_cut(page: Page) -> None:
    full = sample(S, "县委办.xlsx")
    some = replace(full, findings=full.findings[:3], excerpts=full.excerpts[:3])
    page.show([replace(some, unit=f"某某局{n}") for n in range(12)])
    pages = re.findall(rb"/Type\s*/Page\b", page.browser.pdf())
    assert 2 <= len(pages) <= 6
    page.browser.call("Emulation.setEmulatedMedia", media="print")
    kept = page.browser.ask("""(window.dispatchEvent(new Event("beforeprint")),
      [...new Set([...document.querySelectorAll(".finding")].map((one) => getComputedStyle(one).breakInside))])""")
    page.browser.call("Emulation.setEmulatedMedia", media="")
    assert kept == ["avoid"]


def test_no_controls_on_paper(page: Page) -> None:
    page.show([FOUR[1]])
    shown = """["#filters", ".buttons", "#status", "#filings", ".findings"].map(
      (one) => getComputedStyle(document.querySelector(one)).display !== "none")"""
    page.browser.call("Emulation.setEmulatedMedia", media="print")
    on_paper = page.browser.ask(shown)
    page.browser.call("Emulation.setEmulatedMedia", media="")
    assert on_paper == [False, False, True, True, True]
    assert page.browser.ask(shown) == [True] * 5


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_runs_out_of_the_window(page: Page, width: int) -> None:
    page.browser.size(width, 900)
    page.show(
        [sample(FAULTY, "很长的文件名" * 30 + ".xlsx"), replace(sample(S, "a" * 200), unit="单位" * 90)], "#open=1,2"
    )
    wide = page.browser.ask("""[...document.querySelectorAll('body *:not(.unseen)')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > document.documentElement.clientWidth + 1;
    }).map((one) => one.className || one.tagName)""")
    assert wide == []


# Units, and files that were not checked

ROSTER = (
    UnitLine("甲局", "001", "行政股", "pass", 1, "报送/甲.xlsx", "2025-04-07", hints=0, contact="某某 000"),
    UnitLine("乙局", state="missing"),
    UnitLine(
        "丙局",
        "003",
        "教科股",
        "error",
        2,
        "丙.xlsx",
        "2025-04-08",
        3,
        2,
        1,
        4,
        remarks=("按编码对上", "<b>请核对</b>"),
    ),
    UnitLine("丁局", state="unread", file="丁.rar", filed="2025-04-09"),
    UnitLine("外协会", state="pass", file="外.xlsx"),
)
OTHERS = (OtherFile("报送/丁.rar", "archive", "这是压缩包，请解压", "丁局"), OtherFile("<i>.pdf", "pdf", "这是PDF"))
RUN = Facts(
    files=3, total=3, roster=4, missing=("乙局",), unlisted=("外协会",), units=ROSTER, others=OTHERS, years={2023: 1, 2024: 9}, roster_line="名单：B列",
    unclear=("甲局的a.xlsx和b.xlsx",), alike=("丙局和丙局（本级）可能是同一个单位",),
)  # fmt: skip
CELLS = "Array.from(document.querySelectorAll('%s .line'), (one) => Array.from(one.cells, (cell) => cell.textContent))"


def test_units_worst_first(page: Page) -> None:
    page.show(FOUR, facts=RUN)
    assert page.browser.ask(CELLS % "#units") == [
        ["乙局", "□ 没有报送", *[""] * 9],
        ["丁局", "◇ 已交未核对", "", "丁.rar", "", "2025-04-09", *[""] * 5],
        ["丙局003按编码对上<b>请核对</b>", "■ 须更正", "教科股", "丙.xlsx", "2", "2025-04-08", "3", "2", "1", "4", ""],
        ["甲局001", "√ 通过", "行政股", "报送/甲.xlsx", "1", "2025-04-07", "0", "0", "0", "0", "某某 000"],
    ]  # fmt: skip
    tiles = ["4全部", "1□ 没有报送", "1◇ 已交未核对", "1■ 须更正", "1√ 通过"]
    assert page.browser.texts("#unit-states button") == tiles
    assert page.browser.texts("#unit-status") == ["共4个单位"]
    assert page.browser.texts("#facts > p") == [
        "共核对3个文件：没有结果。", "年度：2024年度9份，2023年度1份。", "名单上4个单位。", "名单：B列", "另有2个文件没有核对，列在最后。",
    ]  # fmt: skip
    assert page.browser.texts("#questions > details") == [
        "1个单位的几份次序不明，请核对（--prefer 文件 指定）：甲局的a.xlsx和b.xlsx",
        "1处请核对：丙局和丙局（本级）可能是同一个单位",
    ]
    assert page.browser.ask(CELLS % "#others") == [
        ["报送/丁.rar", "丁局", "这是压缩包，请解压"],
        ["<i>.pdf", "", "这是PDF"],
    ]


def test_units_are_filtered_by_state_and_by_name_and_the_filings_are_not(page: Page) -> None:
    page.show(FOUR, facts=RUN)
    names = "#units .line .name"
    page.click("#unit-states .error")
    assert page.browser.texts(names) == ["丙局003按编码对上<b>请核对</b>"]
    assert page.browser.texts("#unit-status") == ["符合状态“须更正”的1个单位（全部4个）"]
    assert (page.address(), len(page.units())) == ("#of=error", 4)
    page.click("#unit-states .error")
    assert len(page.browser.texts(names)) == 4
    page.enter("#member", "００1")
    assert page.browser.texts(names) == ["甲局001"]
    assert page.browser.texts("#unit-status") == ["符合含“００1”的1个单位（全部4个）"]
    page.show(FOUR, "#of=missing", RUN)
    assert page.browser.texts(names) == ["乙局"]


def test_a_page_without_roster_has_no_units(page: Page) -> None:
    page.show(FOUR, facts=Facts(files=4, total=4, units=ROSTER))
    hidden = (
        "['#roster', '#unread', '#checked', '#questions'].map((one) => document.querySelector(one).checkVisibility())"
    )
    assert page.browser.ask(hidden) == [False] * 4


def test_ten_thousand_units_are_drawn_twenty_at_a_time_and_all_are_printed(page: Page) -> None:
    states = list(UNIT_STATES)
    units = tuple(UnitLine(f"第{n}局", state=states[n % 8], file=f"{n}.xlsx") for n in range(10_000))
    others = tuple(OtherFile(f"{n}.pdf", "pdf", "这是PDF") for n in range(21))
    page.show(FOUR, facts=Facts(roster=10_000, units=units, others=others))
    lines = "document.querySelectorAll('#units .line').length"
    assert page.browser.ask(lines) == 20
    assert page.browser.texts("#unit-pages span") == ["第1页，共500页"]
    page.click("#unit-pages button:last-child")
    assert page.browser.texts("#units .line .name")[0] == "第167局"
    assert page.address() == "#units=2"
    page.click("#other-pages button:last-child")
    assert page.browser.texts("#others .line .name") == ["20.pdf"]
    page.click("#unit-states .pass")
    assert (page.browser.texts("#units .line .name")[0], page.browser.ask(lines)) == ("第0局", 20)
    page.browser.ask("dispatchEvent(new Event('beforeprint'))")
    assert page.browser.ask(lines) == 1250
    page.browser.ask("dispatchEvent(new Event('afterprint'))")
    assert page.browser.ask(lines) == 20


@pytest.mark.parametrize("width", [420, 1400])
def test_long_names_of_units_stay_in_the_window(page: Page, width: int) -> None:
    long = UnitLine(
        "县" * 90,
        "1" * 60,
        "类" * 40,
        "error",
        1,
        f"{'长' * 120}.xlsx",
        "2025-04-07",
        1,
        contact="0" * 60,
        remarks=("注" * 200,),
    )
    others = (OtherFile("a" * 200, "pdf", "说" * 200, "单" * 80),)
    page.browser.size(width, 900)
    page.show(FOUR, facts=Facts(roster=1, units=(long,), others=others, unclear=("x" * 300,), alike=("y" * 300,)))
    assert page.browser.ask("document.documentElement.scrollWidth <= innerWidth") is True
