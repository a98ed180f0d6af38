"""Columns whose cells are of one kind and whose heads say another, formulas, and lists side by side."""

from __future__ import annotations

import pytest

from meetings.minutes.parser.weights import WEIGHTS

from .document_builders import C, docx_bytes, p, tbl, xlsx_bytes
from .parsed import departments, minutes, row_problems, whole_problems
from .test_weights import read

#: Heads of columns of offices, people and days that are not those of the task; each is read wrongly without its word.
_OFFICES = (
    "检查部门 被检查部门 检验单位 验证部门 验收单位 核查单位 复核部门 复查单位 审核部门 抽查单位 "
    "督办单位 督查单位 督导单位 监督部门 填报单位 填表单位 报送单位 上报单位 来文单位 发文单位 "
    "登记部门 记录部门 发现部门 确认部门 评价部门"
)
_PLACES = "隐患部位 施工地点 所在位置 活动场所 楼宇 楼栋 检查点位 项目地址 活动场地 整治路段 区域 房间 站点"
_PEOPLE = "验证人 验收人员 记录者 检查组"
_DAYS = "检查日期 发现时间 填报日期 登记时间 记录日期 交办时间 下达日期 接收时间 收文日期 来文日期 印发日期 立项时间"
_CELLS = {
    "departments": ("县交通局", "县水利局", "县体育局"),
    "leaders": ("王小明", "赵立新", "李大海"),
    "deadline": ("2026年6月1日", "2026年7月1日", "2026年8月1日"),
}


def kind_of(head: str, cells: tuple[str, ...]) -> str:
    lines = (f"{cell}|整修村口道路并加装路灯第{at}段" for at, cell in enumerate(cells, start=1))
    return read("\n".join([f"{head}|工作任务", *lines]), WEIGHTS).kinds.split()[0]


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        *((head, "departments") for head in f"{_OFFICES} {_PLACES}".split()),
        *((head, "leaders") for head in _PEOPLE.split()),
        *((head, "deadline") for head in _DAYS.split()),
    ],
)
def test_a_head_that_says_another_part_is_no_column_of_the_task(head, cells):
    assert kind_of(head, _CELLS[cells]) == "remarks"
    assert kind_of("甲乙", _CELLS[cells]) != "remarks"


def test_a_table_without_a_column_of_units_says_so():
    heads = ("序号", "检查部门", "被检查部门", "问题描述", "整改要求", "整改期限", "验证部门")
    row = ["1", "质量部", "生产部", "首件检验记录缺失", "补齐并培训操作人员", "2025-04-30", "质量部"]
    read_minutes = minutes(docx_bytes(tbl([heads, row])))
    assert departments(read_minutes.rows[0]) == {}
    assert read_minutes.rows[0].remarks == "检查部门：质量部\n被检查部门：生产部\n验证部门：质量部"
    missing = {issue.column for issue in read_minutes.problems if str(issue.code) == "missing_column"}
    assert "departments" in missing


def test_a_column_known_by_its_cells_alone_is_asked_about():
    heads = ("序号", "工作任务", "片区归谁", "谁来盯", "何时干成")
    rows = [
        ["1", "整修村口道路", "县交通局", "王小明", "2026年6月底前"],
        ["2", "清理河道", "县水利局", "李大海", "2026年7月底前"],
    ]
    issues = [
        issue for issue in minutes(docx_bytes(tbl([heads, *rows]))).problems if str(issue.code) == "column_by_cells"
    ]
    assert [(issue.column, issue.value) for issue in issues] == [
        ("departments", "片区归谁"),
        ("leaders", "谁来盯"),
        ("deadline", "何时干成"),
    ]
    assert "“谁来盯”" in issues[1].message
    plain = ("序号", "工作任务", "责任单位", "责任领导", "完成时限")
    assert "column_by_cells" not in whole_problems(minutes(docx_bytes(tbl([plain, *rows]))))


def test_leaders_with_their_titles_on_a_line_of_their_own_are_leaders():
    heads = ("包抓领导", "项目名称", "建设内容", "责任单位", "责任人")
    rows = [
        ["县委书记\n高峰", "热源厂", "新建2台锅炉", "县住建局", "石磊"],
        ["县长\n田甜", "污水厂", "日处理1万吨", "县水利局", "江河"],
    ]
    read_minutes = minutes(docx_bytes(p("重点项目责任表"), tbl([heads, *rows])))
    assert [row.tasks[0].leaders for row in read_minutes.rows] == [("高峰",), ("田甜",)]
    assert [row.remarks.partition("\n")[0] for row in read_minutes.rows] == ["责任人：石磊", "责任人：江河"]


def test_the_lead_is_the_lead_under_a_head_of_three_rows():
    first, rest = (
        (C("序号", merge="restart"), C("改革任务", merge="restart")),
        (C(merge="continue"), C(merge="continue")),
    )
    read_minutes = minutes(
        docx_bytes(
            tbl(
                [
                    [*first, C("责任落实", span=4), C("完成时限", merge="restart")],
                    [*rest, C("牵头", span=2), C("配合", span=2), C(merge="continue")],
                    [*rest, "单位", "责任人", "单位", "责任人", C(merge="continue")],
                    ["1", "深化集成改革", "市数据局", "钱进", "市政务办", "孙鹏", "2025年11月30日"],
                    ["2", "推进薪酬改革", "市人社局", "冯磊", "市财政局", "卫华", "2025年10月底"],
                ]
            )
        )
    )
    assert departments(read_minutes.rows[0]) == {"市数据局": "lead", "市政务办": "supporting"}


@pytest.mark.parametrize("head", ["牵头及配合单位", "牵头、配合单位", "牵头（配合）单位"])
def test_a_column_of_both_roles_has_the_role_of_none(head):
    read_minutes = minutes(docx_bytes(tbl([("序号", "任务", head, "时限"), ["1", "做甲", "甲局、乙局", "2026年6月"]])))
    assert departments(read_minutes.rows[0]) == {"甲局": "responsible", "乙局": "responsible"}


def test_a_formula_is_never_a_value():
    content = xlsx_bytes(
        [
            ["序号", "工作任务", "责任部门", "完成时限"],
            ["=ROW()-1", "修订质量手册全文", "=VLOOKUP(1,B:C,1)", "2025年3月"],
            ["=ROW()-1", "组织内部审核活动", "技术部", "=DATE(2025,6,30)"],
            [3, "开展管理评审会议", "质量部", "#REF!"],
        ]
    )
    read_minutes = minutes(content)
    assert [row.aspect for row in read_minutes.rows] == [None, None, None]
    assert [departments(row) for row in read_minutes.rows] == [{}, {"技术部": "responsible"}, {"质量部": "responsible"}]
    assert [str(row.tasks[0].deadline.due_date) for row in read_minutes.rows] == ["2025-03-31", "None", "None"]
    named = next(issue for issue in read_minutes.problems if str(issue.code) == "no_text")
    assert named.value == "A2、C2、A3、D3、D4"
    assert {(1, "departments"), (2, "deadline"), (3, "deadline")} <= set(row_problems(read_minutes))


def test_lists_side_by_side_are_read_one_after_the_other():
    heads = ["序号", "工作内容", "责任人", "完成时间"]
    rows = [
        ["1", "起草半年总结", "钱芳", "2026年7月5日", "1", "完成抽检方案", "胡军", "2026年7月4日"],
        ["2", "固定资产盘点", "沈涛", "2026年7月8日", "2", "上报检测月报", "曹颖", "2026年7月10日"],
        ["3", "档案移交", "钱芳", "2026年7月11日"] + [""] * 4,
    ]
    titles = [C("综合科", span=4), C("业务科", span=4)]
    read_minutes = minutes(docx_bytes(tbl([titles, heads * 2, *rows])))
    read_rows = [(row.number, row.aspect, row.task_text(0), row.tasks[0].leaders) for row in read_minutes.rows]
    assert read_rows == [
        (1, "综合科", "起草半年总结", ("钱芳",)),
        (2, "综合科", "固定资产盘点", ("沈涛",)),
        (3, "综合科", "档案移交", ("钱芳",)),
        (1, "业务科", "完成抽检方案", ("胡军",)),
        (2, "业务科", "上报检测月报", ("曹颖",)),
    ]
