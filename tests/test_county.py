"""A county's own form, drafted from its blank workbook and used without an edit: planted faults are found."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
import xlsxwriter

import xlsxeval as api
from xlsxeval.api.reading import draft_forms
from xlsxeval.forms.model import FormSet

HEADS = ["类别", "小类", "指标名称", "目标值", "完成值", "权重", "自评得分", "未完成原因"]
ROWS = [
    ["某县项目支出绩效自评表"],
    ["（2024年度）"],
    ["项目名称", "", "实施单位", ""],
    ["项目资金（万元）", "", "年初预算", "调整后预算", "实际支出", "权重", "执行率", "自评得分"],
    ["", "年度资金总额"],
    ["", "其中：财政拨款"],
    HEADS,
    *[["产出", "数量"]] * 3,
    *[["效益", "社会效益"]] * 2,
    ["总分"],
]
#: Name of a line -> what it says: target, achievement, weight, score, reason.
LINES = {
    "培训人次": ("≥500人次", "520人次", "30", "30", ""),
    "合格率": ("≥95%", "97%", "20", "20", ""),
    "办理时限": ("≤5天", "4天", "20", "20", ""),
    "群众知晓率": ("≥80%", "85%", "20", "20", ""),
}
FIELDS = {
    "项目名称": "技能培训", "实施单位": "某县就业局", "年初预算数": "100", "全年预算数": "100", "全年执行数": "96",
    "资金分值": "10", "执行率": "96%", "资金得分": "9.6", "总分": "99.6",
    "当年财政拨款.年初预算数": "100", "当年财政拨款.全年预算数": "100", "当年财政拨款.全年执行数": "96",
}  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> FormSet:
    """Give the set that was drafted from the blank workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet, border = book.add_worksheet("自评表"), book.add_format({"border": 1})
        for row, texts in enumerate(ROWS):
            for col in range(len(HEADS) if row > 1 else 1):
                sheet.write(row, col, texts[col] if col < len(texts) else "", border if row > 1 else None)
    folder = tmp_path_factory.mktemp("sets") / "某县"
    folder.mkdir()
    for name, text in draft_forms(stream.getvalue(), "某县", year=2024).items():
        (folder / name).write_text(text, encoding="utf-8")
    return api.load_set(str(folder))


def found(county: FormSet, fields: Mapping[str, str], lines: Mapping[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    """Fill the template, read it back and give code and field of each finding."""
    table = county.forms[0].tables["指标"]
    names = [table.here(name) for name in ("年度指标值", "实际完成值", "分值", "得分", "偏差原因")]
    rows = [{table.here("三级指标"): name, **dict(zip(names, texts, strict=True))} for name, texts in lines.items()]
    form = county.forms[0].name
    data = {"set": county.name, "year": 2024, "forms": {form: {**FIELDS, **fields, "指标": rows}}}
    checked = api.check(api.fill(county, data), formset=county)
    return {(one.code, one.field) for one in checked.findings if one.severity != "info"}


def test_without_a_fault_nothing_is_found(county: FormSet) -> None:
    assert found(county, {}, LINES) == set()


@pytest.mark.parametrize(
    ("fields", "lines", "expected"),
    [
        ({}, {"培训人次": ("≥500人次", "250人次", "30", "30", "场地停用")}, ("E14", "指标.得分")),
        ({}, {"培训人次": ("≥500人次", "250人次", "30", "15", "")}, ("E17", "指标.偏差原因")),
        ({}, {"培训人次": ("≥500人次", "250人次", "30", "25", "场地停用")}, ("E15", "指标.得分")),
        ({}, {"合格率": ("≥95%", "97%", "20", "18", "")}, ("E16", "指标.得分")),
        ({}, {"合格率": ("≥95%", "", "20", "20", "")}, ("E20", "指标.实际完成值")),
        ({}, {"合格率": ("≥95%", "较好", "20", "20", "")}, ("E22", "指标.实际完成值")),
        ({}, {"办理时限": ("≤5天", "4天", "20", "25", "")}, ("E05", "指标.得分")),
        ({}, {"办理时限": ("≤5天", "4天", "25", "25", "")}, ("E01", "指标.分值")),
        ({"总分": "120"}, {}, ("E04", "总分")),
        ({"执行率": "86%"}, {}, ("E06", "执行率")),
        ({"资金得分": "10"}, {}, ("E08", "资金得分")),
        ({"当年财政拨款.全年预算数": "80"}, {}, ("E10", "当年财政拨款.全年执行数")),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_planted_faults_are_found(
    county: FormSet, fields: Mapping[str, str], lines: Mapping[str, tuple[str, ...]], expected: tuple[str, str]
) -> None:
    assert expected in found(county, fields, {**LINES, **lines})


def test_what_does_not_apply_is_said(county: FormSet) -> None:
    unused = api.unused_rules(county)
    assert unused["E02"] == ("一级指标",)
    assert not {"E01", "E04", "E14", "E15", "E16", "E17", "E20", "E22"} & unused.keys()


def test_the_draft_adds_up_no_texts(county: FormSet) -> None:
    form = county.forms[0]
    assert [name for name, field in form.fields.items() if "小类" in field.formula_text] == []
