"""Workbooks, PDFs and text in every shape offices use."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from .document_builders import HEADS, ROW, PdfTable, pdf_bytes, saved, tabbed, xlsx_bytes
from .parsed import departments, minutes, refused, row_problems, tasks, whole_problems

SECOND = (
    "2",
    "完善服务",
    "建议建立会员服务平台，方便会员查询。",
    "开发会员服务平台，上线试运行。",
    "信息部",
    "李雷",
    "2025年6月底前",
    "副会长 赵六",
    "需预算",
)


def _due(read):
    return [str(task.deadline.due_date) for row in read.rows for task in row.tasks]


# --- workbooks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "text", "due"),
    [
        (datetime.date(2024, 6, 30), "yyyy/m/d", "2024/6/30", "2024-06-30"),
        (datetime.datetime(2024, 6, 1), 'yyyy"年"m"月"', "2024年6月", "2024-06-30"),
        (datetime.date(2024, 6, 5), 'm"月"d"日"', "6月5日", "2024-06-05"),
        (2026.1, "0.00", "2026.10", "2026-10-31"),
        (2026.1, "General", "2026.1", "None"),
        (45657, "General", "45657", "2024-12-31"),
        ("2024年12月", "General", "2024年12月", "2024-12-31"),
    ],
)
def test_a_deadline_means_what_the_sheet_shows(value, number_format, text, due):
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    book.active.append([*ROW[:6], value, *ROW[7:]])
    book.active["G2"].number_format = number_format
    read = minutes(saved(book))
    assert (read.rows[0].tasks[0].deadline.text, _due(read)) == (text, [due])
    assert row_problems(read) == ([(1, "deadline")] if due == "None" else [])


def test_title_rows_merged_groups_blank_rows_and_numbers_as_text():
    rows = [
        ["某协会任务分解表"],
        ["总负责：王芳"],
        [],
        HEADS,
        [1, "甲", "建议一。", *ROW[3:]],
        [],
        ["2", None, "建议二。", *ROW[3:]],
    ]
    read = minutes(xlsx_bytes(rows, merges=("A1:I1", "A2:I2", "B5:B7")))
    assert [(row.number, row.aspect) for row in read.rows] == [(1, "甲"), (2, "甲")]
    assert (read.meeting.breakdown_title, read.meeting.overall_lead) == ("某协会任务分解表", "王芳")


def test_a_workbook_whose_parts_are_numbered_is_read():
    renamed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([HEADS, ROW]))) as plain, zipfile.ZipFile(renamed, "w") as archive:
        for name in plain.namelist():
            content = plain.read(name)
            for part in (b"workbook.xml", b"sharedStrings.xml", b"styles.xml"):
                other = part.replace(b".xml", b"22.xml")
                content, name = content.replace(part, other), name.replace(part.decode(), other.decode())
            archive.writestr(name, content)
    assert minutes(renamed.getvalue()).rows == minutes(xlsx_bytes([HEADS, ROW])).rows


def test_heads_of_two_lines():
    read = minutes(
        xlsx_bytes(
            [
                ["序号", "重点任务", "责任分工", "", "时间", ""],
                ["", "", "牵头单位", "配合单位", "开始时间", "完成时间"],
                [1, "做甲。", "办公室", "财务部", "2024.1", "2024.6"],
            ],
            merges=("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
        )
    )
    assert departments(read.rows[0]) == {"办公室": "lead", "财务部": "supporting"}
    assert _due(read) == ["2024-06-30"]
    assert "开始时间：2024.1" in read.rows[0].remarks


def test_hidden_rows_are_read_with_a_doubt_and_hidden_sheets_left_out_and_said():
    book = openpyxl.Workbook()
    book.active.append(["填写说明"])
    sheet = book.create_sheet("任务")
    for row in (HEADS, ROW, SECOND):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    old = book.create_sheet("旧表")
    old.append(HEADS)
    old.append(ROW)
    old.sheet_state = "hidden"
    read = minutes(saved(book))
    assert [row.number for row in read.rows] == [1, 2]
    assert row_problems(read) == [(2, "tasks")]
    assert "hidden_sheet" in whole_problems(read)


def test_several_sheets_are_all_read():
    book = openpyxl.Workbook()
    for index, row in enumerate((ROW, SECOND)):
        sheet = book.active if not index else book.create_sheet()
        sheet.append(HEADS)
        sheet.append(row)
    assert [row.aspect for row in minutes(saved(book)).rows] == ["加强宣传", "完善服务"]


# --- PDF --------------------------------------------------------------------------------------------

WIDTHS = (40, 80, 160, 160, 80, 60, 70, 80, 32)


def test_a_pdf_table_across_pages_with_a_row_cut_in_two():
    read = minutes(
        pdf_bytes(
            [
                [
                    "某协会第三次理事会会议纪要",
                    "落实理事会建议任务分解表",
                    PdfTable(
                        WIDTHS,
                        [
                            HEADS,
                            ["1", "加强宣传", "1) 建议加大宣传力度，提高影响\n力。", *ROW[3:]],
                            [
                                "2",
                                "完善服务",
                                "2) 建议建立平台，方便会员查询\n使用，并且要",
                                "开发平台，",
                                "信息部\n会员部",
                                "李雷",
                                "2025.6",
                                "副会长 赵六",
                                "",
                            ],
                        ],
                    ),
                ],
                [
                    PdfTable(
                        WIDTHS,
                        [
                            HEADS,
                            ["", "", "及时更新。", "上线运行。", "", "", "", "", ""],
                            ["3", "其他", "3) 建议三。", "做三。", "办公室", "王芳", "持续推进", "理事 李明", ""],
                        ],
                    )
                ],
            ]
        )
    )
    assert [row.suggestion for row in read.rows] == [
        "建议加大宣传力度，提高影响力。",
        "建议建立平台，方便会员查询使用，并且要及时更新。",
        "建议三。",
    ]
    assert tasks(read.rows[1]) == ["开发平台，上线运行。"]
    assert list(departments(read.rows[1])) == ["信息部", "会员部"]
    assert (read.meeting.title, read.meeting.breakdown_title) == ("某协会第三次理事会会议", "落实理事会建议任务分解表")
    assert row_problems(read) == []


def test_a_scan_without_text_is_refused():
    assert refused(pdf_bytes([[]])) == "no_text_layer"


# --- text -------------------------------------------------------------------------------------------


def test_pasted_from_word_where_a_cell_of_two_paragraphs_breaks_the_line():
    text = (
        tabbed(HEADS)
        + "1\t面\t建议一。\t(1) 做甲；\n(2) 做乙。\t办公室\n财务部\t王芳\t2024.6\t理事 李明\t\n"
        + tabbed(SECOND)
    )
    read = minutes(text)
    assert [tasks(row) for row in read.rows] == [["做甲", "做乙。"], ["开发会员服务平台，上线试运行。"]]
    assert list(departments(read.rows[0])) == ["办公室", "财务部"]


def test_pasted_from_excel_which_quotes_a_cell_of_two_lines():
    text = tabbed(HEADS) + '1\t面\t建议“一”。\t"(1) 做甲；\n(2) 做乙。"\t办公室\t王芳\t2024.6\t理事 李明\t\n'
    assert tasks(minutes(text).rows[0]) == ["做甲", "做乙。"]


def test_trailing_blank_cells_may_be_missing():
    read = minutes("\t".join(HEADS) + "\n" + "\t".join(ROW[:7]) + "\n" + "\t".join(SECOND) + "\n")
    assert [row.number for row in read.rows] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding):
    assert minutes(tabbed(HEADS, ROW).encode(encoding)).rows[0].suggestion == "建议加大宣传力度。"


def test_one_cell_a_line_with_blank_and_merged_cells_left_out():
    text = "\n".join(
        (
            "落实理事会第三次会议建议任务分解表",
            *HEADS,
            "1",
            "加强宣传",
            "1) 建议加大对外宣传力度，提高影响力。",
            "(1) 建立宣传小组；",
            "(2) 制定年度宣传计划并组织实施。",
            "办公室",
            "王芳",
            "2024.12",
            "理事 李明",
            "2) 希望办好会刊，及时反映会员诉求和呼声。",
            "改版会刊，增加会员专栏并按月出版发行。",
            "宣传部",
            "李雷",
            "持续推进",
            "理事 赵六",
            *SECOND[:2],
            f"3) {SECOND[2]}",
            SECOND[3],
            "信息部",
            "会员部",
            *SECOND[5:],
        )
    )
    read = minutes(text)
    assert [(row.number, row.aspect, len(row.tasks), row.remarks) for row in read.rows] == [
        (1, "加强宣传", 2, ""),
        (2, "加强宣传", 1, ""),
        (3, "完善服务", 1, "需预算"),
    ]
    assert list(departments(read.rows[2])) == ["信息部", "会员部"]
    assert row_problems(read) == []


def test_one_cell_a_line_with_blank_lines_for_blank_cells():
    read = minutes("\n".join([*HEADS, *ROW, *SECOND]))
    assert [(row.number, row.tasks[0].leaders) for row in read.rows] == [(1, ("王芳",)), (2, ("李雷",))]


def test_one_cell_a_line_with_a_short_suggestion():
    heads = ("序号", "委员建议", "办理措施", "责任部门", "办理时限", "提出委员")
    short = ("1", "建议办好年会。", "每年9月举办学术年会。", "学会部", "每年", "李明")
    long = ("2", "建议设立青年人才托举专项资金。", "制定资金管理的实施办法。", "计财部", "会员部", "2024年底", "王芳")
    read = minutes("\n".join((*heads, *short, *long)))
    assert [(row.suggestion, tasks(row)) for row in read.rows] == [
        ("建议办好年会。", ["每年9月举办学术年会。"]),
        ("建议设立青年人才托举专项资金。", ["制定资金管理的实施办法。"]),
    ]


def test_columns_aligned_for_a_terminal():
    read = minutes(
        "任务分解表\n"
        "序号  工作任务            责任单位      完成时限\n"
        "1     建立宣传小组。      办公室        2024.6\n"
        "2     制定年度宣传计划，  宣传部        持续推进\n"
        "      并组织实施。\n"
        "3     上线服务平台。      信息部、      2025年底前\n"
        "                          会员部\n"
    )
    assert [tasks(row) for row in read.rows] == [
        ["建立宣传小组。"],
        ["制定年度宣传计划，并组织实施。"],
        ["上线服务平台。"],
    ]
    assert list(departments(read.rows[2])) == ["信息部", "会员部"]
    assert _due(read) == ["2024-06-30", "None", "2025-12-31"]


def test_aligned_rows_that_begin_beside_their_numbers():
    read = minutes(
        "任务分解表\n"
        "序号  工作任务            责任单位      完成时限\n"
        "1     建设服务平台，整    信息部        2024.6\n"
        "      合政策查询、在线\n"
        "      培训等功能。\n"
        "2     制定年度计划。      宣传部        持续推进\n"
        "3     开展走访调研，不    会员部、      2025年底前\n"
        "      少于50家。          秘书处\n"
    )
    assert [tasks(row) for row in read.rows] == [
        ["建设服务平台，整合政策查询、在线培训等功能。"],
        ["制定年度计划。"],
        ["开展走访调研，不少于50家。"],
    ]
    assert list(departments(read.rows[2])) == ["会员部", "秘书处"]


def test_aligned_rows_whose_lines_do_not_keep_their_columns():
    read = minutes(
        "常务会议议定事项任务分解表\n"
        "\n"
        "序          议题      议定事项      牵头单位       责任单位    分管县领导   完成时限    备注\n"
        "号\n"
        "一、经济工作（2项）\n"
        "1          一季度经济   建立重点项     县发改局       县统计局、   张晓东     3 月底前\n"
        "           运行      目日调度、                县工信局，\n"
        "            周通报制               各乡镇（街\n"
        "            度。                 道）\n"
        "2           制定促消费      县商务局    县财政局    张晓东    4 月 15 日前\n"
        "            政策措施。\n"
        "二、农村工作\n"
        "3   农村人居环   (1)编制整治    县农业农村   各乡镇人民   王敏     2024 年 12   每月通报\n"
        "    境整治     实施方案；      局       政府、街道          月底前\n"
        "            (2)开展“百日           办事处\n"
        "            攻坚”行动。\n"
        "注：完成情况按月报送。\n"
    )
    assert [(row.number, row.aspect, tasks(row)) for row in read.rows] == [
        (1, "一、经济工作（2项） / 一季度经济运行", ["建立重点项目日调度、周通报制度。"]),
        (2, "一、经济工作（2项） / 一季度经济运行", ["制定促消费政策措施。"]),
        (3, "二、农村工作 / 农村人居环境整治", ["编制整治实施方案", "开展“百日攻坚”行动。"]),
    ]
    assert departments(read.rows[0]) == {
        "县发改局": "lead",
        "县统计局": "responsible",
        "县工信局": "responsible",
        "各乡镇（街道）": "responsible",
    }
    assert departments(read.rows[2]) == {
        "县农业农村局": "lead",
        "各乡镇人民政府": "responsible",
        "街道办事处": "responsible",
    }
    assert [task.leaders for row in read.rows for task in row.tasks[:1]] == [("张晓东",), ("张晓东",), ("王敏",)]
    assert read.rows[2].remarks == "每月通报"


def test_lines_of_a_form_above_an_aligned_table_stay_apart():
    read = minutes(
        "某研究院学术委员会2025年第一次会议纪要\n"
        "时间：2025年3月12日\n"
        "主持：主任委员 钟山\n"
        "出席：钟山、江河、夏雨荷、白展堂、佟湘玉、李大嘴、燕小六、邢育森（视频）\n"
        "请假：吕轻侯\n"
        "序号  任务          责任部门    时限\n"
        "1     出台细则      科研处      2025年6月\n"
    )
    assert [person.name for person in read.meeting.attendees][-1] == "邢育森"
    assert len(read.meeting.attendees) == 8


def test_aligned_tables_end_where_running_text_begins():
    read = minutes(
        "序号  任务              责任部门      完成情况\n"
        "1     修订章程。        科研处        已完成\n"
        "二、本次会议任务分解\n"
        "\n"
        "总负责：钟山\n"
        "\n"
        "序号  意见          任务分解          责任部门    时限\n"
        "1     加强学风      出台学风建设      科研处      6月底\n"
        "                    实施细则\n"
        "2     成果转化      1.修订转化        转化中心    2025年12月\n"
        "                    办法\n"
        "                    2.建立平台\n"
        "3     其他          推进换届          办公室      下次会议前\n"
        "附：参会人员签到表\n"
        "姓名          职务\n"
        "钟山          主任\n"
        "                                 某研究院秘书处\n"
        "                                 2025 年 3 月 18 日\n"
    )
    assert [(row.number, tasks(row)) for row in read.rows] == [
        (1, ["出台学风建设实施细则"]),
        (2, ["修订转化办法", "建立平台"]),
        (3, ["推进换届"]),
    ]
    assert (read.meeting.overall_lead, str(read.meeting.issued_on)) == ("钟山", "2025-03-18")


def test_text_without_a_task_table_is_refused():
    assert refused("会议纪要\n会议决定：\n一、加强宣传。\n") == "no_task_table"
    assert refused(tabbed(("姓名", "单位", "职务"), ("王芳", "办公室", "主任"))) == "no_task_table"
