"""What is missing or doubtful in the tables of a Word document, and what is said of it."""

from __future__ import annotations

from .document_builders import HEADS, ROW, C, docx_bytes, p, tbl
from .docx_rows import read_table, row
from .parsed import departments, minutes, row_problems, tasks, whole_problems


def test_a_missing_column_is_said_once():
    heads = ("序号", "意见建议", "工作任务", "完成时限")
    read = minutes(
        docx_bytes(tbl([heads, ["1", "建议一。", "做甲。", "2024.6"], ["2", "建议二。", "做乙。", "2024.6"]]))
    )
    missing = [problem.column for problem in read.problems if str(problem.code) == "missing_column"]
    assert missing == ["departments", "leaders", "sources"]
    assert row_problems(read) == []


def test_a_missing_deadline_column_leaves_the_deadlines_undecided():
    heads = ("序号", "意见建议", "工作任务", "责任部门")
    read = minutes(docx_bytes(tbl([heads, ["1", "建议一。", "做甲。", "办公室"]])))
    assert str(read.rows[0].tasks[0].deadline.kind) == "undecided"
    assert row_problems(read) == []


def test_suggestions_without_tasks_stand_in_for_them_and_it_is_said():
    heads = ("序号", "意见建议", "责任单位", "完成时限", "提出人")
    read = minutes(docx_bytes(tbl([heads, ["1", "建议一。", "办公室", "2024.6", "李明"]])))
    assert tasks(read.rows[0]) == ["建议一。"]
    assert "tasks_from_suggestions" in whole_problems(read)


def test_a_blank_department_and_an_unnamed_rest_are_doubts_and_a_dash_is_none():
    read = read_table(
        row(department=""), row("2", department="办公室、财务部等部门"), row("3", department="/", leader="无")
    )
    assert row_problems(read) == [(1, "departments"), (2, "departments")]
    assert list(departments(read.rows[1])) == ["办公室", "财务部"]
    assert departments(read.rows[2]) == {}
    assert read.rows[2].tasks[0].leaders == ()


def test_names_numbered_like_the_tasks_are_shared_out_without_a_doubt():
    read = read_table(
        row(
            task="(1) 做甲；(2) 做乙。",
            department="(1) 办公室；(2) 财务部",
            leader="(1) 王芳；(2) 李雷",
            deadline="(1) 2024.6；(2) 2024.12",
        )
    )
    assert [(task.departments[0].name, task.leaders, str(task.deadline.due_date)) for task in read.rows[0].tasks] == [
        ("办公室", ("王芳",), "2024-06-30"),
        ("财务部", ("李雷",), "2024-12-31"),
    ]
    assert row_problems(read) == []


def test_several_tasks_and_several_names_are_a_doubt():
    read = read_table(row(task="(1) 做甲；(2) 做乙。", department="办公室、财务部", leader="王芳 李雷"))
    assert row_problems(read) == [(1, "departments"), (1, "leaders")]
    assert [list(departments(read.rows[0], task)) for task in (0, 1)] == [["办公室", "财务部"]] * 2


def test_numbers_that_jump_or_are_none_are_said_once_and_kept():
    assert "numbers_jump" in whole_problems(read_table(row(), row("3")))
    read = read_table(row("1.1"), row("1.2"))
    assert [row.number for row in read.rows] == [None, None]
    assert [row.remarks for row in read.rows] == ["序号：1.1", "序号：1.2"]
    assert "unread_number" in whole_problems(read)


def test_a_text_box_and_a_paragraph_with_a_deleted_mark():
    box = f"<w:r><w:pict><w:txbxContent>{p('协字〔2024〕15号')}</w:txbxContent></w:pict></w:r>"
    joined = p("某协会第三次", properties="<w:rPr><w:del/></w:rPr>") + p("理事会会议纪要")
    read = minutes(docx_bytes(p(raw=box), joined, tbl([HEADS, ROW])))
    assert read.meeting.document_number == "协字〔2024〕15号"
    assert read.meeting.title == "某协会第三次理事会会议"


def test_the_strict_standard_is_read_alike():
    content = docx_bytes(tbl([HEADS, ROW]))
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = archive.read("word/document.xml").decode()
    from .document_builders import W, package

    assert len(minutes(package({"word/document.xml": document.replace(W, strict)})).rows) == 1


def test_sections_named_in_the_column_of_tasks_with_the_rest_blank():
    heads = ("序号", "工作任务", "责任部门", "完成时限")
    read = minutes(
        docx_bytes(
            tbl(
                [
                    heads,
                    ["一", "加强宣传", "", ""],
                    ["1", "做甲。", "办公室", "2024.6"],
                    ["二", C("完善服务", span=3)],
                    ["2", "做乙。", "办公室", "2024.6"],
                ]
            )
        )
    )
    assert [(row.number, row.aspect) for row in read.rows] == [(1, "加强宣传"), (2, "完善服务")]


def test_the_title_of_the_table_names_the_meeting_where_nothing_else_does():
    read = minutes(docx_bytes(p("某某大学2024年第三次党委常委会议督办事项清单"), tbl([HEADS, ROW])))
    assert (read.meeting.title, read.meeting.body) == ("某某大学2024年第三次党委常委会议", "某某大学")
