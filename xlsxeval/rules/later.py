"""Rules of the catalogue that no program of ours decides yet: each has a page that says so."""

from __future__ import annotations

from xlsxeval.forms.model import Rule

_NARRATIVE = "要看自评报告（文字），程序还不读报告，请人工核对"

LATER: dict[str, Rule] = {
    one.code: one
    for one in (
        Rule(
            "E35",
            "分项资金行里填了分值或得分",
            "只有总额一行有分值和得分，分项（当年财政拨款、上年结转）不打分。湖南的自评表分项没有这两格，这条用于项目支出自评表。",
            "请删去分项行的分值和得分",
            "warning",
            "项目支出绩效自评表",
        ),
        Rule(
            "X06",
            "全年执行数与报告里的决算支出不一致",
            f"自评表的全年执行数应与自评报告、部门决算的总支出一致。{_NARRATIVE}。",
            "请对照部门决算核对全年执行数",
            "error",
            "自评报告",
        ),
        Rule(
            "X07",
            "编制数、在职人数与报告不一致",
            f"基础数据表的编制数和在职人数应与自评报告的单位基本情况一致。{_NARRATIVE}。",
            "请对照报告核对人数",
            "error",
            "自评报告",
        ),
        Rule(
            "X08",
            "产出数量与报告里写的不一致",
            f"报告里写的会议、培训、信息等数量应与指标的完成值一致；口径可能不同。{_NARRATIVE}。",
            "请对照报告核对各项数量",
            "info",
            "自评报告",
        ),
    )
}
