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


def test_how_a_motion_is_answered_is_no_task():
    heads = ("序号", "提案号", "案由", "提案人", "主办单位", "会办单位", "办理方式", "面复时间")
    row = ["1", "第001号", "关于改造老旧小区的建议", "王小明", "市住建局", "市财政局", "面复", "2026年6月底前"]
    read = minutes(docx_bytes(tbl([heads, row])))
    assert (read.rows[0].suggestion, read.rows[0].task_text(0)) == ("关于改造老旧小区的建议",) * 2
    assert read.rows[0].remarks == "提案号：第001号\n办理方式：面复"


def test_a_title_behind_a_family_name_is_no_name():
    heads = ("序号", "议定事项", "责任领导", "牵头单位", "办结时限")
    read = minutes(docx_bytes(tbl([heads, ["1", "制定供热方案。", "王副县长", "县住建局、高新区", "2026年5月底"]])))
    assert read.rows[0].tasks[0].leaders == ("王副县长",)
    assert "person_among_departments" not in {str(problem.code) for problem in read.problems}


def test_minutes_in_prose_say_within_their_sentences_who_and_by_when():
    items = (
        "1.关于预算调整，由财务部于5月20日前提交方案。",
        "2.关于人员招聘，人力资源部负责，6月底前到岗。",
        "3.关于搬迁，请行政部牵头、各部门配合，7月15日前完成。",
    )
    read = minutes(docx_bytes(p("会议纪要"), p("2026年5月8日"), *map(p, items)))
    assert [departments(row) for row in read.rows] == [
        {"财务部": "responsible"},
        {"人力资源部": "responsible"},
        {"行政部": "lead", "各部门": "supporting"},
    ]
    assert [str(row.tasks[0].deadline.due_date) for row in read.rows] == ["2026-05-20", "2026-06-30", "2026-07-15"]


def test_names_that_are_no_names_are_asked_about_and_nothing_of_them_is_lost():
    heads = ("序号", "工作任务", "责任领导", "责任单位", "完成时限")
    rows = [
        ["1", "做甲", "张三、李四等", "财务部（王芳 13800000000）", "2026年6月"],
        ["2", "做乙", "司马光 总工程师", "除财务处外各处室", "2026年6月"],
        ["3", "做丙", "赵六 13912345678", "待定", "2026年6月"],
    ]
    read = minutes(docx_bytes(tbl([heads, *rows])))
    assert [list(departments(row)) for row in read.rows] == [["财务部"], ["除财务处外各处室"], []]
    asked = [(issue.row, issue.column, issue.value) for issue in read.problems if issue.row]
    assert asked == [
        (1, "departments", "王芳"),
        (1, "leaders", "李四等"),
        (2, "departments", "除财务处外各处室"),
        (2, "leaders", "总工程师"),
        (3, "departments", ""),
    ]
    assert "13800000000" in read.rows[0].remarks
    assert read.rows[2].remarks == "责任领导：赵六13912345678\n责任单位：待定"
