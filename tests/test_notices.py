"""退回修改通知: who gets one, what stands in it as Markdown and in Word, and that no text of a filing plays with either.

The letters for the samples are kept under samples/报告 and compared by tests/test_generated.py.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.document import Document
from docx.shared import Mm
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import xlsxeval as api
from tests.conftest import FAULTY, SAMPLES
from tests.places import cell_of, sample
from tests.test_reports import CELL, FINDING, HOSTILE
from xlsxeval.cli.check import check_command
from xlsxeval.errors import DefinitionError
from xlsxeval.read.limits import Limits
from xlsxeval.report.facts import OtherFile
from xlsxeval.report.filename import file_stem
from xlsxeval.report.letter import escape, load_template
from xlsxeval.report.notice import notices
from xlsxeval.report.outcome import Outcome
from xlsxeval.report.word import word_document
from xlsxeval.text import safe

DAY = date(2025, 4, 1)
#: As it stands in the texts below.
OTHER_CELL = "F13"
WARNING = replace(
    FINDING,
    code="B10",
    severity="warning",
    form="基础数据表",
    sheet="基础数据表",
    cell=OTHER_CELL,
    message="超过预算。",
)
#: As careless as a viewer can be: HTML is let through, addresses become links.
VIEWER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def outcome(unit: str, *findings: object, **values: object) -> Outcome:
    return Outcome("报送/甲.xlsx", "findings", findings or (FINDING,), unit=unit, **{"year": 2024, **values})  # type: ignore[arg-type]


def letters(outcomes: Iterable[Outcome], **values: object) -> dict[str, bytes]:
    found = list(notices(outcomes, load_template(), **{"today": DAY, **values}))  # type: ignore[arg-type]
    assert len({name for name, _ in found}) == len(found)
    return dict(found)


def markdown(outcomes: Iterable[Outcome], **values: object) -> str:
    return next(iter(letters(outcomes, **values).values())).decode()


def word(outcomes: Iterable[Outcome]) -> Document:
    return docx.Document(io.BytesIO(list(letters(outcomes).values())[1]))


def tables(document: Document) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def shown(text: str) -> str:
    """Give what of a text stands in a letter."""
    return safe(" ".join(text.split()))


# Who gets one


def test_each_unit_with_errors_or_warnings_gets_one_letter() -> None:
    info, waived = replace(FINDING, severity="info"), replace(FINDING, waived="已核实")
    found = letters(
        [
            *(outcome("乙局"), outcome("甲局", WARNING), outcome("丙局", info), outcome("丁局", waived)),
            *(
                outcome("戊局", info, WARNING),
                Outcome("己.xlsx", "pass", (), unit="己局"),
                outcome(" 乙　局 ", WARNING),
            ),
        ]
    )
    names = [f"退回修改通知-{unit}局" for unit in "乙甲戊"]
    assert list(found) == [f"{name}.{end}" for name in names for end in ("md", "docx")]
    assert "有1项错误须更正，另有1项须说明" in found["退回修改通知-乙局.md"].decode()
    assert "有1项须说明" in found["退回修改通知-戊局.md"].decode()


def test_files_without_a_unit_get_one_each_under_the_name_of_the_file_only() -> None:
    unusable = replace(FINDING, code="R01", form="", sheet="", cell="", message="不是工作簿。", found="", expected="")
    found = letters([Outcome(f"C:\\报送\\{name}", "unusable", (unusable,)) for name in ("a.xlsx", "b.xlsx")])
    assert list(found)[::2] == ["退回修改通知-a.xlsx.md", "退回修改通知-b.xlsx.md"]
    assert (
        found["退回修改通知-a.xlsx.md"].decode()
        == """# 关于退回修改绩效自评材料的通知

报送单位：

你单位报送的文件“a.xlsx”不能读取，没有核对：不是工作簿。

请尽快处理好，并重新报送电子表格。

> 2025年4月1日
"""
    )
    paragraphs = [one.text for one in docx.Document(io.BytesIO(found["退回修改通知-b.xlsx.docx"])).paragraphs]
    assert paragraphs[1:3] == ["报送单位：", "你单位报送的文件“b.xlsx”不能读取，没有核对：不是工作簿。"]


def test_a_file_that_cannot_be_read_beside_one_that_can() -> None:
    unusable = replace(FINDING, code="R01", form="", sheet="", cell="", message="文件是空的。", found="", expected="")
    text = markdown([outcome("某某局"), Outcome("乙.xlsx", "unusable", (unusable,), unit="某某局")], deadline="4月30日")
    assert text.startswith("""# 关于退回修改2024年度绩效自评材料的通知

某某局：

你单位报送的文件“乙.xlsx”不能读取，没有核对：文件是空的。

你单位报送的2024年度绩效自评材料已经核对，有1项错误须更正。现退回修改，具体如下。

## 一、须更正的事项

### 自评表

""")
    assert "请于4月30日前在原表上修改" in text


def test_names_of_options_stand_in_no_letter() -> None:
    refused = api.outcomes(b"PK" + b"1" * 100, limits=Limits(max_file=10), file="大.xlsx")
    assert "（--max-file）" in refused[0].findings[0].message
    assert "没有核对：文件大于0 MiB，超过限度，请删去多余内容后重新保存。" in markdown(refused)


@pytest.mark.parametrize("code", ["R10", "R11", "R12", "R13"])
def test_nobody_gets_a_letter_for_what_failed_here(code: str) -> None:
    assert letters([Outcome("a.xlsx", "unusable", (replace(FINDING, code=code, form=""),))]) == {}


SCAN = OtherFile("报送/乙局.zip/扫描件.pdf", "pdf", "这是PDF，请报送电子表格（--max-file）", "乙局")


def test_files_that_were_not_checked_stand_in_the_letter_of_their_unit() -> None:
    text = markdown([outcome("乙 局")], others=[SCAN])
    assert text.startswith("""# 关于退回修改2024年度绩效自评材料的通知

乙 局：

你单位报送的文件“扫描件.pdf”不能读取，没有核对：这是PDF，请报送电子表格。

你单位报送的2024年度绩效自评材料已经核对，有1项错误须更正。现退回修改，具体如下。

## 一、须更正的事项

### 自评表

""")


def test_units_that_sent_only_such_files_get_a_letter_and_reports_need_none() -> None:
    others = [
        SCAN,
        SCAN._replace(file="报送/图.png", kind="picture", what="这是图片。"),
        OtherFile("报送/某.rar", "archive", "这是压缩包"),
        OtherFile("报送/报告.docx", "report", "这是自评报告", "丙局"),
    ]
    found = letters([], others=others)
    assert list(found)[::2] == ["退回修改通知-乙局.md", "退回修改通知-某.rar.md"]
    assert (
        found["退回修改通知-乙局.md"].decode()
        == """# 关于退回修改绩效自评材料的通知

乙局：

你单位报送的文件“扫描件.pdf”不能读取，没有核对：这是PDF，请报送电子表格。

你单位报送的文件“图.png”不能读取，没有核对：这是图片。

请尽快处理好，并重新报送电子表格。

> 2025年4月1日
"""
    )
    assert "\n报送单位：\n\n你单位报送的文件“某.rar”不能读取" in found["退回修改通知-某.rar.md"].decode()


def test_a_scan_beside_a_good_workbook_needs_no_letter() -> None:
    assert letters([Outcome("乙.xlsx", "pass", (), unit="乙局")], others=[SCAN]) == {}
    unusable = Outcome("乙.xlsx", "unusable", (replace(FINDING, code="R10"),), unit="乙局")  # failed here, not there
    assert list(letters([unusable], others=[SCAN]))[::2] == ["退回修改通知-乙局.md"]


# What stands in it


def test_a_letter_to_the_letter() -> None:
    text = markdown([outcome("某某局", FINDING, WARNING)], deadline="2025年4月30日", contact="李某")
    assert (
        text
        == f"""# 关于退回修改2024年度绩效自评材料的通知

某某局：

你单位报送的2024年度绩效自评材料已经核对，有1项错误须更正，另有1项须说明。现退回修改，具体如下。

## 一、须更正的事项

### 自评表

| 序号 | 位置 | 填的是 | 应为 | 问题和修改办法 |
| :---: | :---: | :---: | :---: | --- |
| 1 | {CELL} | 90.8 | 80.8 | 总分不对。 |

## 二、须说明的事项

以下各项请核对；数据填错的请改正，数据属实的请在表内相应位置或另附材料说明原因。

### 基础数据表

| 序号 | 位置 | 填的是 | 应为 | 问题和修改办法 |
| :---: | :---: | :---: | :---: | --- |
| 2 | {OTHER_CELL} | 90.8 | 80.8 | 超过预算。 |

## 三、报送要求

请于2025年4月30日前在原表上修改，不要改动表样和公式，改好后重新报送电子表格。

联系人：李某

> 2025年4月1日
"""
    )


def test_who_sends_it_stands_above_the_day() -> None:
    [text, document] = letters([outcome("某某局")], sender="某某县*财政局*").values()
    assert text.decode().endswith("\n\n> 某某县\\*财政局\\*\n>\n> 2025年4月1日\n")
    last = docx.Document(io.BytesIO(document)).paragraphs[-2:]
    assert [(one.text, one.alignment) for one in last] == [
        (text, docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT) for text in ("某某县*财政局*", "2025年4月1日")
    ]


def test_who_sends_it_is_an_option_of_check(tmp_path: Path) -> None:
    options = ["--notice", str(tmp_path / "通知"), "--sender", "某某县财政局", "--jobs", "1"]
    result = CliRunner().invoke(check_command, [str(FAULTY / "filled.xlsx"), *options])
    assert result.exit_code == 1, result.output
    assert "\n> 某某县财政局\n>\n> " in (tmp_path / "通知" / "退回修改通知-青石县水利事务中心.md").read_text(
        encoding="utf-8"
    )


def test_without_deadline_contact_and_errors_the_letter_still_reads_well() -> None:
    text = markdown([outcome("某某局", WARNING, year=None)])
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads == ["# 关于退回修改绩效自评材料的通知", "## 一、须说明的事项", "### 基础数据表", "## 二、报送要求"]
    assert "请尽快在原表上修改" in text
    assert "联系人" not in text


def test_several_filings_of_a_unit_are_told_apart() -> None:
    findings = (FINDING, replace(FINDING, sheet="Sheet1"))
    one = outcome("某某局", *findings, subject="道路项目", year=2023)
    text = markdown([one, replace(one, file="乙.xlsx", subject="", year=2024)])
    assert [line for line in text.splitlines() if line.startswith("###")] == [
        "### 自评表（道路项目，甲.xlsx）",
        "### 自评表（工作表“Sheet1”，道路项目，甲.xlsx）",
        "### 自评表（乙.xlsx）",
        "### 自评表（工作表“Sheet1”，乙.xlsx）",
    ]
    assert text.startswith("# 关于退回修改2023、2024年度绩效自评材料的通知\n")
    assert [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()] == [
        "| 1",
        "| 2",
        "| 3",
        "| 4",
    ]


def test_the_word_letter_says_the_same_on_a4_in_chinese_fonts() -> None:
    outcomes = api.outcomes((FAULTY / "filled.xlsx").read_bytes())
    document = word(outcomes)
    section = document.sections[0]
    assert [round(value.mm) for value in (section.page_width, section.page_height, section.left_margin)] == [
        210,
        297,
        28,
    ]  # type: ignore[union-attr]  # set
    texts = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]  # type: ignore[union-attr]  # each has a style
    assert texts[:5] == [
        ("Heading 1", "关于退回修改2024年度绩效自评材料的通知"),
        ("Normal", "青石县水利事务中心："),
        (
            "Normal",
            "你单位报送的2024年度绩效自评材料已经核对，有17项错误须更正，另有11项须说明。现退回修改，具体如下。",
        ),
        ("Heading 2", "一、须更正的事项"),
        ("Heading 3", "基础数据表"),
    ]
    assert texts[-1] == ("Normal", "2025年4月1日")
    assert document.paragraphs[-1].alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    assert [len(table) for table in tables(document)] == [9, 10, 7, 6]
    assert tables(document)[1][9] == [
        "17",
        cell_of(sample(FAULTY), "自评表.总分"),
        "90.8",
        "80.8",
        "总分为90.8，应为80.8（8.8 + 7项之和72）。请核对各项得分，或恢复总分的公式。",
    ]
    for style, font in (("Normal", "仿宋"), ("Heading 1", "宋体"), ("Heading 2", "黑体"), ("Heading 3", "楷体")):
        fonts = document.styles[style].element.rPr.rFonts
        assert [value for key, value in fonts.attrib.items() if key.endswith("eastAsia")] == [font]
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    for table in document.tables:
        assert abs(sum(column.width for column in table.columns) - Mm(156)) < Mm(1)  # type: ignore[misc]  # each is set
        assert "w:tblHeader" in table.rows[0]._tr.xml  # noqa: SLF001  # python-docx has no word for it


def test_markdown_and_word_hold_the_same_words() -> None:
    for file in sorted((SAMPLES / "报告").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        document = docx.Document(io.BytesIO(word_document(text)))
        cells = [cell for table in tables(document) for row in table for cell in row]
        words = [paragraph.text for paragraph in document.paragraphs] + cells
        plain = [token.children for token in VIEWER.parse(text) if token.type == "inline"]
        assert sorted(words) == sorted("".join(one.content for one in children or ()) for children in plain)


def test_the_xml_of_a_word_letter() -> None:
    text = "# 题\n\n甲：\n\n乙 **粗**\\\n&amp;\n\n| 一 | 二 |\n| :---: | --- |\n| 1 |  |\n\n> 款\n"
    with zipfile.ZipFile(io.BytesIO(word_document(text))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        body = package.read("word/document.xml").decode().partition("<w:body>")[2].partition("<w:sectPr")[0]
    cell = '<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="4422"/><w:vAlign w:val="center"/></w:tcPr>'
    assert body == (
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:ind w:firstLine="0"/></w:pPr><w:r><w:t>题</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:ind w:firstLine="0"/></w:pPr><w:r><w:t>甲：</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:ind w:firstLine="640"/></w:pPr><w:r><w:t xml:space="preserve">乙 </w:t></w:r>'
        "<w:r><w:rPr><w:b/></w:rPr><w:t>粗</w:t></w:r><w:r><w:br/></w:r><w:r><w:t>&amp;</w:t></w:r></w:p>"
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" w:val="04A0"/></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="4422"/><w:gridCol w:w="4422"/></w:tblGrid>'
        f'<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cell}<w:p><w:pPr><w:pStyle w:val="TableHead"/></w:pPr><w:r><w:t>一</w:t></w:r></w:p></w:tc>'
        f'{cell}<w:p><w:pPr><w:pStyle w:val="TableHead"/></w:pPr><w:r><w:t>二</w:t></w:r></w:p></w:tc></w:tr>'
        f'<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}<w:p><w:pPr><w:pStyle w:val="TableText"/><w:jc w:val="center"/></w:pPr><w:r><w:t>1</w:t></w:r></w:p></w:tc>'
        f'{cell}<w:p><w:pPr><w:pStyle w:val="TableText"/></w:pPr></w:p></w:tc></w:tr></w:tbl>'
        '<w:p><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:t>款</w:t></w:r></w:p>'
    )


def test_the_title_of_a_word_letter_is_its_own() -> None:
    titles = [
        docx.Document(io.BytesIO(word_document(f"# {text}\n"))).core_properties.title
        for text in ("甲 &lt;{here}", "乙")
    ]
    assert titles == ["甲 <{here}", "乙"]


def test_letters_are_the_same_on_every_run() -> None:
    outcomes = [outcome("甲局"), outcome("乙局", WARNING)]
    assert letters(outcomes) == letters(outcomes)


def test_lists_bold_and_breaks_of_a_template_reach_word() -> None:
    document = docx.Document(
        io.BytesIO(
            word_document("# 题\n\n甲：\n\n1. 一\n2. **二**三\n\n- 四\n\n第一行\\\n第二行\n接着\n\n---\n\n    代码\n")
        )
    )
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "题",
        "甲：",
        "1．一",
        "2．二三",
        "· 四",
        "第一行\n第二行接着",
        "代码",
    ]
    assert [run.text for paragraph in document.paragraphs for run in paragraph.runs if run.bold] == ["二"]


# Hostile texts


def words_of(tokens: Iterable[Token]) -> list[tuple[str, str]]:
    return [
        (token.type, "".join(one.content for one in token.children or ()))
        for token in tokens
        if token.type != "inline" or token.content
    ]


def only_text(tokens: Iterable[Token]) -> bool:
    return all(one.type == "text" for token in tokens for one in token.children or ())


HOSTILE_MARKDOWN = (
    *(
        "# 题",
        "## 题",
        "题 #",
        "- 项",
        "+ 项",
        "1. 项",
        "12) 项",
        "> 引用",
        "---",
        "===",
        "***",
        "```",
        "~~~",
        "    代码",
        "`码`",
        "**粗**",
        "__粗__",
        "~~删~~",
    ),
    *(
        "[链接](http://example.com)",
        "![图](x.png)",
        "<http://example.com>",
        "http://example.com",
        "www.example.com",
        "a@example.com",
        "[甲]: /url",
    ),
    *(
        "甲|乙",
        "\\|",
        "\\\\|",
        "&lt;b&gt;",
        "&#35;",
        "<!-- 注 -->",
        "<img src=x onerror=alert(1)>",
        "甲\n\n# 乙",
        "甲  \n乙",
        "{{ 7*7 }}",
        "{% for %}",
        "$x$",
        "*",
        "_",
        "\\",
    ),
)


@pytest.mark.parametrize("text", [*HOSTILE, *HOSTILE_MARKDOWN])
def test_hostile_texts_stand_in_letters_as_texts(text: str) -> None:
    finding = replace(FINDING, form=text, sheet=text, message=text, found=text, expected=text)
    harmless = replace(FINDING, form="表", sheet="表", message="话", found="话", expected="话")
    written = markdown([outcome(text, finding, subject=text)], deadline=text, contact=text)
    other = markdown([outcome("话", harmless, subject="话")], deadline="话", contact="话")
    if shown(text):
        assert [token.type for token in VIEWER.parse(written)] == [token.type for token in VIEWER.parse(other)]
    assert only_text(VIEWER.parse(written))
    document = word([outcome(text, finding)])
    assert tables(document)[0][1] == ["1", CELL, shown(text), shown(text), shown(text)]
    assert document.paragraphs[1].text == f"{shown(text) or '甲.xlsx'}："


ANY = st.text(st.characters(exclude_categories=())) | st.text("#*_`~<>&|\\[]()!-+=.:0123 \n甲w@/$", max_size=12)


@given(ANY)
@example("0 #")
def test_any_text_escaped_shows_as_it_is(text: str) -> None:
    for before, after in (("", ""), ("甲", "：\n"), ("# ", ""), ("- ", ""), ("| 甲 |\n| --- |\n| ", " |")):
        tokens = VIEWER.parse(before + escape(text) + after)
        assert only_text(tokens)
        content = "".join(one.content for token in tokens for one in token.children or ())
        expected = {"甲": f"甲{shown(text)}：", "| 甲 |\n| --- |\n| ": f"甲{shown(text)}"}.get(before, shown(text))
        assert content == expected


# Templates


def template(folder: Path, text: str) -> Path:
    (folder / "通知.md").write_text(text, encoding="utf-8")
    return folder / "通知.md"


def test_a_bureau_writes_its_own(tmp_path: Path) -> None:
    own = load_template(
        template(
            tmp_path,
            "\ufeff{% macro 粗(x) %}**{{ x }}**{% endmacro %}{{ 粗(单位) }}有{{ 须更正|length }}张表；{{ 须更正|map(attribute='名称')|join('、') }}",
        )
    )
    [(_, text), _] = notices([outcome("*局*", FINDING, WARNING)], own, today=DAY)
    assert text.decode() == "**\\*局\\***有1张表；自评表\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("一\n{% if %}", r"通知.md:2: 模板写错了"),
        ("{{ 单位名称 }}", "模板填写出错（'单位名称' is undefined）"),
        ("{{ 须更正[0].问题[0].级别 }}", "模板填写出错"),
        ("{{ ().__class__.__mro__ }}", "模板填写出错"),
        ("{{ 须更正.append(1) }}", "模板填写出错"),
        ("{% include '/etc/passwd' %}", "模板填写出错"),
        ("{{ 1/0 }}", "模板填写出错"),
        ("{% if not 期限 %}{{ 期线 }}{% endif %}", "模板填写出错（'期线' is undefined）"),
        ("{% if not 须更正 %}{{ 期线 }}{% endif %}", "模板填写出错（'期线' is undefined）"),
    ],
)
def test_mistakes_in_a_template_are_found_on_loading(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_template(template(tmp_path, text))
    assert message in str(caught.value)


def test_a_template_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="无法读取通知的模板"):
        load_template(tmp_path / "没有.md")
    (tmp_path / "b.md").write_bytes("退回修改".encode("gb18030"))
    with pytest.raises(DefinitionError, match="应是UTF-8编码的文本"):
        load_template(tmp_path / "b.md")


# Names of files

UNITS = (
    *(
        "../../etc/passwd",
        "..",
        ".",
        "",
        "CON",
        "nul.txt",
        "COM1",
        'a/b\\c:d*e?f"g<h>i|j',
        "甲\n乙",
        "\u202e反",
        "\x00",
        "局.",
        "局 ",
    ),
    *("长" * 300, "😀" * 100, "e\u0301", "～$甲", "-rf", ".hidden", "~$甲"),
)


def test_names_of_files() -> None:
    taken: set[str] = set()
    assert [file_stem("通知", unit, taken) for unit in UNITS[:13]] == [
        *(
            "通知-.._.._etc_passwd",
            "通知-..",
            "通知-.",
            "通知-无名",
            "通知-CON",
            "通知-nul.txt",
            "通知-COM1",
            "通知-a_b_c_d_e_f_g_h_i_j",
        ),
        *("通知-甲 乙", "通知-_反", "通知-_", "通知-局.", "通知-局"),
    ]
    assert file_stem("通知", "局", taken) == "通知-局（2）"
    assert file_stem("通知", "ＣＯＮ", taken) == "通知-ＣＯＮ（2）"
    assert file_stem("通知", "con", taken) == "通知-con（3）"


@given(st.lists(st.text(max_size=120) | st.sampled_from(UNITS), max_size=8))
def test_any_unit_gives_a_name_that_every_system_takes(units: list[str]) -> None:
    taken: set[str] = set()
    names = [f"{file_stem('退回修改通知', unit, taken)}.docx" for unit in units + units]
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in names}) == len(names)
    for name in names:
        assert len(name.encode()) <= 200
        assert name.startswith("退回修改通知-")
        assert not set(name) & set('<>:"/\\|?*')
        assert safe(name).replace("\ufffd", "_") == name


def test_letters_are_written_into_their_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "通知"
    folder.mkdir()
    for name, content in letters([outcome(unit) for unit in UNITS]).items():
        (folder / name).write_bytes(content)
        assert (folder / name).resolve().parent == folder.resolve()
    assert [path.name for path in tmp_path.iterdir()] == ["通知"]
