"""What real tables do in Word: each trap as a small document."""

from __future__ import annotations

from .document_builders import HEADS, ROW, C, docx_bytes, numbered, numbering, p, run, tbl, tr
from .docx_rows import read_table, row
from .parsed import departments, minutes, row_problems, tasks, whole_problems


def test_a_suggestion_merged_over_rows_has_a_task_of_its_own_in_each():
    read = read_table(
        [
            C("1", merge="restart"),
            C("甲", merge="restart"),
            C("建议一。", merge="restart"),
            "做甲。",
            "办公室",
            "王芳",
            "2024.6",
            C("理事 李明", merge="restart"),
            "",
        ],
        [C(merge="c"), C(merge="c"), C(merge="c"), "做乙。", "财务部", "李雷", "2024.12", C(merge="c"), ""],
    )
    assert len(read.rows) == 1
    assert [(task.text, task.departments[0].name, str(task.deadline.due_date)) for task in read.rows[0].tasks] == [
        ("做甲。", "办公室", "2024-06-30"),
        ("做乙。", "财务部", "2024-12-31"),
    ]
    assert row_problems(read) == []


def test_without_suggestions_one_merged_number_is_one_item():
    heads = ("序号", "重点任务", "具体措施", "责任部门", "完成时限")
    read = minutes(
        docx_bytes(
            tbl(
                [
                    heads,
                    [C("1", merge="restart"), C("抓产业", merge="restart"), "做甲。", "办公室", "2024.6"],
                    [C(merge="c"), C(merge="c"), "做乙。", "财务部", "2024.7"],
                    ["2", "抓民生", "做丙。", "民政部", "2024.8"],
                ]
            )
        )
    )
    assert [(row.number, row.aspect, tasks(row)) for row in read.rows] == [
        (1, "抓产业", ["做甲。", "做乙。"]),
        (2, "抓民生", ["做丙。"]),
    ]


def test_a_row_in_a_content_control_counts_and_a_deleted_one_does_not():
    read = read_table(
        f"<w:sdt><w:sdtContent>{tr(row())}</w:sdtContent></w:sdt>",
        tr(row("2", suggestion="已删。"), properties='<w:del w:id="1" w:author="x"/>'),
        tr(row("2", suggestion="建议二。"), properties='<w:ins w:id="2" w:author="x"/>'),
    )
    assert [(row.number, row.suggestion) for row in read.rows] == [(1, "建议一。"), (2, "建议二。")]


def test_tracked_deletions_are_left_out_and_insertions_kept():
    changed = p(
        raw=f"{run('建议办好')}<w:del><w:r><w:delText>报纸</w:delText></w:r></w:del><w:ins>{run('会刊')}</w:ins>。"
    )
    changed = changed.replace("。</w:p>", f"{run('。')}</w:p>")
    assert read_table(row(suggestion=C(raw=changed))).rows[0].suggestion == "建议办好会刊。"


def test_hidden_text_and_field_codes_are_not_printed():
    raw = p(
        raw=(
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
            + run("建议一。")
        )
    )
    assert read_table(row(suggestion=C(raw=raw))).rows[0].suggestion == "建议一。"


def test_automatic_numbers_of_rows_and_of_tasks():
    parts = {"word/numbering.xml": numbering([("decimal", "%1."), ("decimal", "(%2)")])}
    read = read_table(
        row(C(raw=numbered()), task=C(raw=numbered("做甲；", depth=1) + numbered("做乙。", depth=1))),
        row(
            C(raw=numbered()),
            suggestion="建议二。",
            task=C(raw=numbered("做丙；", depth=1) + numbered("做丁。", depth=1)),
        ),
        parts=parts,
    )
    assert [row.number for row in read.rows] == [1, 2]
    assert [[(task.number, task.text) for task in row.tasks] for row in read.rows] == [
        [(1, "做甲"), (2, "做乙。")],
        [(1, "做丙"), (2, "做丁。")],
    ]


def test_automatic_numbers_in_chinese():
    parts = {"word/numbering.xml": numbering([("chineseCounting", "（%1）")])}
    read = read_table(row(task=C(raw=numbered("做甲。") + numbered("做乙。"))), parts=parts)
    assert tasks(read.rows[0]) == ["做甲。", "做乙。"]


def test_a_row_cut_by_the_page_goes_on_under_the_repeated_head_of_the_next_table():
    read = minutes(
        docx_bytes(
            tbl([HEADS, row(suggestion="1) 建议加强宣传的", task="制定宣传", source="专业委员会委员")]),
            tbl([HEADS, ["", "", "力度和效果。", "计划并实施。", "", "", "", "李明", ""], row("", "", "2) 建议二。")]),
        )
    )
    assert [(row.number, row.suggestion, row.aspect) for row in read.rows] == [
        (1, "建议加强宣传的力度和效果。", "宣传"),
        (2, "建议二。", "宣传"),
    ]
    assert tasks(read.rows[0]) == ["制定宣传计划并实施。"]
    assert [(source.name, source.capacity) for source in read.rows[0].sources] == [("李明", "专业委员会委员")]
    assert row_problems(read) == []


def test_a_row_cut_in_two_rows_of_one_table():
    read = read_table(
        row(suggestion="建议加强宣传的", task="制定宣传"),
        ["", "", "力度。", "计划。", "", "", "", "", ""],
        row("2", suggestion="建议二。"),
    )
    assert [row.suggestion for row in read.rows] == ["建议加强宣传的力度。", "建议二。"]
    assert read.rows[0].origin.last_row == 3


def test_a_table_without_a_head_goes_on_with_the_one_before():
    read = minutes(docx_bytes(tbl([HEADS, row()]), p(), tbl([row("2", suggestion="建议二。")])))
    assert [row.number for row in read.rows] == [1, 2]


def test_the_group_cell_is_empty_after_the_page_break():
    read = minutes(
        docx_bytes(tbl([HEADS, row()]), tbl([HEADS, row("2", "", "建议二。"), row("3", "服务", "建议三。")]))
    )
    assert [row.aspect for row in read.rows] == ["宣传", "宣传", "服务"]


def test_only_task_tables_give_rows():
    read = minutes(
        docx_bytes(
            p("参会人员名单"),
            tbl([["序号", "姓名", "单位", "职务"], ["1", "王芳", "办公室", "主任"]]),
            p("经费预算"),
            tbl([["序号", "项目", "金额", "备注"], ["1", "会议费", "100", ""]]),
            p("议程"),
            tbl([["时间", "议题", "汇报单位", "汇报人"], ["9:00", "工作报告", "办公室", "王芳"]]),
            p("任务分解表"),
            tbl([HEADS, ROW]),
        )
    )
    assert [row.suggestion for row in read.rows] == ["建议加大宣传力度。"]
    assert read.meeting.breakdown_title == "任务分解表"


def test_a_report_on_earlier_tasks_is_left_out_and_said():
    read = minutes(
        docx_bytes(
            p("第一次会议任务完成情况表"),
            tbl([["序号", "工作任务", "责任部门", "完成情况"], ["1", "做旧。", "办公室", "已完成"]]),
            p("任务分解表"),
            tbl([HEADS, ROW]),
        )
    )
    assert len(read.rows) == 1
    assert "table_left_out" in whole_problems(read)


def test_sections_each_with_their_own_table():
    heads = ("序号", "工作任务", "责任单位", "完成时限")
    read = minutes(
        docx_bytes(
            p("一、加强宣传"),
            tbl([heads, ["1", "做甲。", "办公室", "2024年6月"]]),
            p("二、完善服务"),
            tbl([heads, ["1", "做乙。", "财务部", "2024年7月"]]),
        )
    )
    assert [(row.number, row.aspect, tasks(row)) for row in read.rows] == [
        (1, "一、加强宣传", ["做甲。"]),
        (1, "二、完善服务", ["做乙。"]),
    ]
    assert "numbers_jump" not in whole_problems(read)


def test_section_rows_across_the_table_with_numbers_restarting():
    heads = ("序号", "重点任务", "牵头单位", "配合单位", "完成时限")
    read = minutes(
        docx_bytes(
            tbl(
                [
                    heads,
                    [C("一、发展产业（2项）", span=5)],
                    ["1", "做甲。", "县发改局", "县财政局、县工信局", "2024年6月"],
                    [C("（一）工业", span=5)],
                    ["2", "做乙。", "县财政局", "/", "2024年7月"],
                    [C("二、改善民生", span=5)],
                    ["1", "做丙。", "县教育局", "各乡镇（街道）", "长期坚持"],
                    [C("合计：3项", span=5)],
                    [C("注：列第一位者为牵头单位。", span=5)],
                ]
            )
        )
    )
    assert [(row.number, row.aspect) for row in read.rows] == [
        (1, "一、发展产业（2项）"),
        (2, "一、发展产业（2项） / （一）工业"),
        (1, "二、改善民生"),
    ]
    assert departments(read.rows[0]) == {"县发改局": "lead", "县财政局": "supporting", "县工信局": "supporting"}
    assert departments(read.rows[1]) == {"县财政局": "lead"}
    assert "numbers_jump" not in whole_problems(read)


def test_a_note_that_the_first_of_each_row_leads():
    heads = ("序号", "重点任务", "责任单位", "完成时限")
    read = minutes(
        docx_bytes(tbl([heads, ["1", "做甲。", "县发改局、县财政局", "2024年6月"]]), p("注：列第一位者为牵头单位。"))
    )
    assert departments(read.rows[0]) == {"县发改局": "lead", "县财政局": "responsible"}


def test_a_form_with_the_task_table_in_it():
    form = [
        [C("会议纪要", span=4)],
        ["会议名称", "第三次理事会会议", "会议时间", "2024年3月5日"],
        ["地点", "三楼会议室", "主持人", "王芳"],
        ["参会人员", C("李明、张三（秘书长）", span=3)],
    ]
    inner = [["序号", "工作任务", "责任部门", "完成时限"], ["1", "做甲。", "办公室", "2024年6月"]]
    for blocks in (tbl([*form, *inner]), tbl([*form, [C(raw=p("任务：") + tbl(inner) + p(), span=4)]])):
        read = minutes(docx_bytes(blocks))
        meeting = read.meeting
        assert (meeting.title, meeting.place, meeting.chair) == ("第三次理事会会议", "三楼会议室", "王芳")
        assert str(meeting.held_on) == "2024-03-05"
        assert [(person.name, person.capacity) for person in meeting.attendees] == [
            ("王芳", None),
            ("李明", None),
            ("张三", "秘书长"),
        ]
        assert [tasks(row) for row in read.rows] == [["做甲。"]]


def test_heads_broken_over_lines_and_columns_in_any_order():
    heads = ["序\n号", "完成\n时限", "分 管\n县领导", "牵头\n单位", "重点\n任务", "类\n别"]
    read = minutes(docx_bytes(tbl([heads, ["1", "2024年6月", "张 虹", "县教育局", "做甲。", "民生"]])))
    assert (read.rows[0].aspect, read.rows[0].tasks[0].leaders) == ("民生", ("张虹",))
    assert departments(read.rows[0]) == {"县教育局": "lead"}


def test_the_group_column_stands_before_a_number_column_without_a_head():
    read = minutes(
        docx_bytes(
            tbl(
                [
                    ["类别", "", "重点任务", "责任单位", "完成时间"],
                    [C("民生", merge="restart"), "1", "做甲。", "县教育局", "2024年6月"],
                    [C(merge="c"), "2", "做乙。", "县民政局", "2024年7月"],
                ]
            )
        )
    )
    assert [(row.number, row.aspect) for row in read.rows] == [(1, "民生"), (2, "民生")]


def test_unknown_columns_are_remarks_with_their_heads():
    read = minutes(
        docx_bytes(
            tbl(
                [
                    [
                        "序号",
                        "工作任务",
                        "2026年目标",
                        "责任单位",
                        "责任领导",
                        "责任人",
                        "完成时限",
                        "进展情况",
                        "备注",
                    ],
                    ["1", "做甲。", "100家", "县教育局", "王芳", "李明", "2026年底", "已启动", "重点"],
                ]
            )
        )
    )
    assert read.rows[0].remarks == "2026年目标：100家\n责任人：李明\n进展情况：已启动\n重点"
    assert read.rows[0].tasks[0].leaders == ("王芳",)


def test_a_problem_merged_over_numbered_ones_is_what_those_are_about():
    heads = ["反馈问题", "具体表现", "整改措施", "责任领导", "责任科室", "整改时限"]
    merged = C("一、学习贯彻不到位", merge="restart")
    rows = [
        [merged, "1.理论学习不深入", "（1）制定计划；\n（2）组织学习。", "张涛", "办公室", "2025年2月底前"],
        [C(merge="continue"), "2.调研不够", "（1）每年调研不少于30天。", "李萍", "综合科", "2025年12月底"],
        ["二、廉政风险防控不力", "3.采购程序不规范", "修订采购管理办法。", "王强", "财务科", "2025年3月底前"],
    ]
    read = minutes(docx_bytes(p("巡察整改任务分解表"), tbl([heads, *rows])))
    assert [(row.number, row.aspect, row.suggestion) for row in read.rows] == [
        (1, "一、学习贯彻不到位", "理论学习不深入"),
        (2, "一、学习贯彻不到位", "调研不够"),
        (3, "二、廉政风险防控不力", "采购程序不规范"),
    ]
    assert [len(row.tasks) for row in read.rows] == [2, 1, 1]
