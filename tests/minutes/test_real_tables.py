"""Tables as counties, universities, hospitals and firms print them: one trap a test."""

from __future__ import annotations

from .document_builders import C, docx_bytes, p, tbl
from .parsed import departments, minutes, refused, row_problems, tasks, whole_problems


def test_what_was_resolved_is_the_task_and_the_item_of_the_agenda_its_aspect():
    heads = ("序号", "议题", "议定事项", "牵头单位", "责任单位", "完成时限")
    read = minutes(docx_bytes(tbl([heads, ["1", "甲", "(1)做甲；\n(2)做乙。", "县发改局", "县统计局", "2024.6"]])))
    assert (read.rows[0].aspect, read.rows[0].suggestion) == ("甲", None)
    assert tasks(read.rows[0]) == ["做甲", "做乙。"]
    assert "tasks_from_suggestions" not in whole_problems(read)


def test_what_was_resolved_is_the_suggestion_where_tasks_are_printed():
    heads = ("序号", "议定事项", "具体措施", "责任单位", "完成时限")
    read = minutes(docx_bytes(tbl([heads, ["1", "做甲。", "先做一。", "县发改局", "2024.6"]])))
    assert (read.rows[0].suggestion, tasks(read.rows[0])) == ("做甲。", ["先做一。"])


def test_the_first_of_the_responsible_does_not_lead_where_another_column_does():
    heads = ("序号", "重点任务", "牵头单位", "责任单位", "完成时限")
    note = [C("注：责任单位中列第一位的为牵头单位。", span=5)]
    read = minutes(docx_bytes(tbl([heads, ["1", "做甲。", "市发改委", "市工信局、市住建局", "2024.6"], note])))
    assert departments(read.rows[0]) == {"市发改委": "lead", "市工信局": "responsible", "市住建局": "responsible"}


def test_measures_numbered_from_row_to_row_of_one_question():
    heads = ("序号", "反馈问题", "整改措施", "责任单位", "完成时限")
    one, question = C("1", merge="restart"), C("问题一。", merge="restart")
    rest = C(merge="continue")
    read = minutes(
        docx_bytes(
            tbl(
                [
                    heads,
                    [one, question, "1.做甲。", "办公室", "2024.6"],
                    [rest, rest, "2.做乙；3.做丙。", "财务处", "2024.7"],
                    ["2", "问题二。", "2.0版系统上线。", "信息处", "2024.8"],
                ]
            )
        )
    )
    assert [(task.number, task.text) for task in read.rows[0].tasks] == [(1, "做甲。"), (2, "做乙"), (3, "做丙。")]
    assert tasks(read.rows[1]) == ["2.0版系统上线。"]


def test_a_blank_measure_leaves_the_task_it_belongs_to():
    heads = ("序号", "工作任务", "具体措施", "责任部门", "完成时限")
    read = minutes(
        docx_bytes(
            tbl([heads, ["1", "开展回头看", "", "办公室", "2024.6"], ["2", "大修", "定方案。", "甲部", "2024.6"]])
        )
    )
    assert [tasks(row) for row in read.rows] == [["开展回头看"], ["定方案。"]]
    assert row_problems(read) == []


def test_who_put_a_motion_and_who_is_asked_beside_the_first():
    heads = ("序号", "建议编号", "建议标题", "领衔代表", "主办单位", "会办单位", "办结时限")
    read = minutes(
        docx_bytes(tbl([heads, ["1", "第1703号", "关于养老的建议", "林 峰", "区民政局", "区卫健局", "2024.6"]]))
    )
    assert [person.name for person in read.rows[0].sources] == ["林峰"]
    assert departments(read.rows[0]) == {"区民政局": "lead", "区卫健局": "supporting"}
    assert read.rows[0].remarks == "建议编号：第1703号"


def test_a_person_set_wide_beside_a_department():
    heads = ("序号", "落实措施", "责任单位及责任人", "完成时限")
    read = minutes(docx_bytes(tbl([heads, ["1", "做甲。", "宣传部 安 娜", "2024.6"]])))
    assert (list(departments(read.rows[0])), read.rows[0].tasks[0].leaders) == (["宣传部"], ("安娜",))


def test_projects_with_goals_by_the_quarter_are_tasks_and_a_budget_is_none():
    heads = ("序号", "项目名称", "建设内容", "一季度", "二季度", "责任领导", "责任单位", "完成时限")
    table = tbl([heads, ["1", "大道", "长3公里。", "招标", "开工", "邹 平", "区住建局", "2024年12月"]])
    read = minutes(docx_bytes(table))
    assert (read.rows[0].aspect, tasks(read.rows[0])) == ("大道", ["长3公里。"])
    assert read.rows[0].remarks == "一季度：招标\n二季度：开工"
    budget = tbl([("序号", "项目", "金额（万元）", "责任部门"), ("1", "会议费", "3", "办公室")])
    assert refused(docx_bytes(p("经费预算"), budget)) == "no_task_table"


def test_a_row_that_counts_the_columns_is_no_task():
    heads = ("序号", "工作任务", "责任部门", "完成时间")
    counting = ("（1）", "（2）", "（3）", "（4）")
    read = minutes(docx_bytes(tbl([heads, counting, ["1", "做甲。", "甲部", "2024.6"]])))
    assert [tasks(row) for row in read.rows] == [["做甲。"]]


def test_the_heading_that_names_the_only_table_is_no_aspect_and_headings_of_several_tables_are():
    heads = ("序号", "工作任务", "责任部门", "完成时间")
    one = tbl([heads, ["1", "做甲。", "甲部", "2024.6"]])
    assert minutes(docx_bytes(p("二、本次会议任务分解"), one)).rows[0].aspect is None
    two = minutes(docx_bytes(p("一、经济任务清单"), one, p("二、民生任务清单"), one))
    assert [row.aspect for row in two.rows] == ["一、经济任务清单", "二、民生任务清单"]


def test_tasks_of_two_levels_keep_the_numbers_of_the_rows():
    heads = ("一级任务", "二级任务", "序号", "工作措施", "责任部门", "完成时限")
    one, two, rest = C("改革", merge="restart"), C("深化改革", merge="restart"), C(merge="continue")
    read = minutes(
        docx_bytes(
            tbl([heads, [one, two, "1", "做甲。", "甲部", "2026.6"], [rest, rest, "2", "做乙。", "乙部", "2026.7"]])
        )
    )
    assert [(row.number, row.aspect, tasks(row)) for row in read.rows] == [
        (1, "改革", ["做甲。"]),
        (2, "改革", ["做乙。"]),
    ]
    assert "numbers_jump" not in whole_problems(read)
