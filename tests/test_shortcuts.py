"""What the reader leaves unheard to be quick never changes what it reads: everything read with and without."""

from __future__ import annotations

import pytest

from tests import hostile
from xlsxeval.read import strings, worksheet, xlsx
from xlsxeval.read.cells import Sheet
from xlsxeval.read.xlsx import open_xlsx

FIVE = "<v>5</v></c>"
STYLED = '<c r="C1" s="1"/>'
#: Text in which something looks like the end of the table and is none; the true end is written with a space.
FALSE_ENDS = {
    "CDATA": '<c r="A1" t="str"><v><![CDATA[</sheetData>]]></v></c>',
    "comment": '<c r="A1"><v>5<!-- </sheetData> --></v></c>',
    "instruction": '<c r="A1"><v>5<?x </sheetData>?></v></c>',
}
PREFIXED = (
    f'<表:worksheet xmlns:表="{hostile.MAIN}"><!-- </sheetData> --><表:sheetData><表:row r="1">'
    '<表:c r="A1"><表:v>5</表:v></表:c></表:row></表:sheetData></表:worksheet>'
)
SHEETS = {
    **{name: hostile.sheet(hostile.row(row)).replace("</sheetData></w", "</sheetData ></w") for name, row in FALSE_ENDS.items()},
    "end in a comment before the table": PREFIXED,
    "no address, line break": hostile.sheet(hostile.row(f'{STYLED}<c\nt="n">{FIVE}')),
    "no address, tab": hostile.sheet(hostile.row(f'{STYLED}<c\ts="1">{FIVE}')),
    "no address, space": hostile.sheet(hostile.row(f"{STYLED}<c >{FIVE}")),
    "no address, other prefix": PREFIXED.replace("<!-- </sheetData> -->", "").replace('<表:c r="A1">', f"{STYLED}<表:c>"),
    "row without number": hostile.sheet('<row r="1"><c r="A9" s="1"/></row><row hidden="1"><c r="A20"><v>5</v></c></row>'),
    "table in another prefix": PREFIXED.replace("<!-- </sheetData> -->", "<sheetData></sheetData>"),
}  # fmt: skip
STYLE = "<{0}numFmts><{0}numFmt numFmtId='176' formatCode='0.000'/></{0}numFmts><{0}cellXfs><{0}xf numFmtId='176'/></{0}cellXfs>"
STYLES = {
    "comment": f"<x:styleSheet xmlns:x='y'><!-- </numFmts><cellXfs</cellXfs> -->{STYLE.format('x:')}</x:styleSheet>",
    "instruction": f"<x:styleSheet xmlns:x='y'><?x </numFmts><cellXfs</cellXfs>?>{STYLE.format('x:')}</x:styleSheet>",
}
TEXTS = {
    "comment": "<si><t>甲<!-- </t></si><si><t> --></t></si><si><t>乙</t></si>",
    "CDATA": "<si><t><![CDATA[甲</t></si><si><t>]]></t></si><si><t>乙</t></si>",
    "instruction": "<si><t>甲<?x </t></si><si><t> ?></t></si><si><t>乙</t></si>",
    "rich": "<si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r></si>",
    "phonetic": '<si><t>甲</t><phoneticPr fontId="1"/></si><si><t>乙</t><rPh sb="0" eb="1"><t>yǐ</t></rPh></si>',
    "nothing": "<si><t>甲</t></si><si><t/></si><si><t></t></si><si/>",
}


def read(members: dict[str, str | bytes]) -> Sheet:
    return open_xlsx(hostile.pack({**hostile.parts(), **members})).sheets[0]


CASES = [
    *((name, {hostile.SHEET: text}) for name, text in SHEETS.items()),
    *((f"styles: {name}", {hostile.STYLES: text}) for name, text in STYLES.items()),
    *((f"texts: {name}", {hostile.STRINGS: f"<sst>{text}</sst>"}) for name, text in TEXTS.items()),
]


@pytest.mark.parametrize(("name", "members"), CASES, ids=[name for name, _ in CASES])
def test_the_same_without_any_shortcut(
    name: str, members: dict[str, str | bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = read(members)
    assert quick.cells, name
    monkeypatch.setattr(worksheet, "_needed", lambda chunks: chunks)
    monkeypatch.setattr(xlsx, "_needed", lambda chunks: chunks)
    monkeypatch.setattr(strings, "_plain_list", lambda _: [])
    assert quick == read(members)
