"""Drafts: saved with each change, read again as typed, and what becomes of their questions."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from meetings.core.converter import converter
from meetings.errors import ConflictError, InvalidInputError
from meetings.minutes import draft_services, issue_answers
from meetings.minutes.draft import build_draft
from meetings.minutes.draft_forms import format_departments, format_names, format_people, parse_row_form
from meetings.minutes.draft_services import load_draft
from meetings.minutes.parser.entrypoint import parse_content
from meetings.minutes.parser.schema import ParsedFile, ParsedRow
from meetings.minutes.sandbox import parse_in_sandbox
from meetings.models import DraftRow, MinutesDocument
from tests import factories
from tests.depth import examples
from tests.minutes.document_builders import docx_bytes, p, tbl, xlsx_bytes

DATA = Path(__file__).parent.parent / "data"
NOTICE = DATA / "minutes.docx"


@pytest.fixture(scope="module")
def notice():
    return parse_content(NOTICE.read_bytes())


@pytest.fixture
def document(db, notice) -> MinutesDocument:
    return draft_services.create_draft(
        parsed=notice, content=NOTICE.read_bytes(), name="纪要.docx", account=factories.secretariat()
    )


def row_at(document: MinutesDocument, position: int) -> DraftRow:
    return document.rows.get(position=position)


def drafted(document: MinutesDocument, position: int):
    document.refresh_from_db()
    return load_draft(document).rows[position - 1]


def edit(document: MinutesDocument, position: int, **typed: str):
    row = row_at(document, position)
    draft_services.edit_row(
        row_id=row.pk, version=row.version, form_data={name.replace("__", "-"): text for name, text in typed.items()}
    )
    return drafted(document, position)


def codes(of) -> list[str]:
    return [str(problem.deadline_problem.code if problem.deadline_problem else problem.code) for problem in of.problems]


SIXTH = ["several_dates_several_tasks", "departments_of_several_tasks", "leaders_of_several_tasks"]

# --- what was read, there and back ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["minutes.docx", "annex.xlsx", "81号.txt"])
def test_what_was_read_survives_being_written(name):
    read = parse_content((DATA / name).read_bytes())
    assert converter.structure(json.loads(json.dumps(converter.unstructure(read))), ParsedFile) == read


@pytest.mark.long
@pytest.mark.separate_process
def test_reading_in_a_process_of_its_own_says_the_same(notice):
    assert parse_in_sandbox(NOTICE.read_bytes()) == notice


def test_a_draft_is_what_was_read(document, notice):
    draft = load_draft(document)
    assert [row.row.tasks for row in draft.rows] == [row.tasks for row in notice.minutes.rows]
    assert draft.facts == notice.minutes.meeting
    assert [codes(row) for row in draft.rows] == [[]] * 5 + [SIXTH] + [[]] * 6
    assert draft.open_count == 3


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["城东街道为民办实事清单", "2026年3月2日"], "城东街道为民办实事清单"),
        (["附表2 年度重点工作安排"], "年度重点工作安排"),
        (["各部门要按期报送进展。"], None),
        (["宁政发〔2026〕2号"], None),
        (["一、阵地建设"], None),
        (["某某协会第三届理事会第二次会议纪要", "2026年重点任务"], "某某协会第三届理事会第二次会议"),
    ],
)
def test_a_paper_of_no_meeting_is_named_by_its_table(lines, title):
    rows = [["序号", "工作任务", "责任单位", "完成时限"], ["1", "改造停车场。", "城建办", "6月底前"]]
    content = docx_bytes(*map(p, lines), tbl([*rows, ["2", "开办食堂。", "民政办", "9月底前"]]))
    assert build_draft(parse_content(content)).facts.title == title


@pytest.mark.parametrize(("sheet", "title"), [("Sheet", None), ("Sheet12", None), ("年度任务清单", "年度任务清单")])
def test_the_name_that_a_program_gives_a_sheet_names_no_meeting(sheet, title):
    rows = [["序号", "工作任务", "责任单位", "完成时限"], ["1", "改造停车场。", "城建办", "6月底前"]]
    content = xlsx_bytes([*rows, ["2", "开办食堂。", "民政办", "9月底前"]], title=sheet)
    assert build_draft(parse_content(content)).facts.title == title


def test_an_uploaded_name_is_for_the_eye_alone():
    assert draft_services.display_name("C:\\temp\\..\\纪要.docx") == "纪要.docx"
    assert draft_services.display_name("../../etc/passwd") == "passwd"
    assert draft_services.display_name("a\u202excod.exe\x00\n") == "axcod.exe"
    assert len(draft_services.display_name("长" * 1000)) == 200
    assert draft_services.display_name("始" + "长" * 1000 + ".docx") == "始" + "长" * 194 + ".docx"


# --- fields as typed ------------------------------------------------------------------------------


def test_a_form_sent_back_as_it_was_changes_nothing(notice):
    for row in notice.minutes.rows:
        typed = {"number": str(row.number), "aspect": row.aspect, "suggestion": row.suggestion, "lead_in": row.lead_in}
        typed |= {"sources": format_people(row.sources).replace("\n", "\r\n"), "remarks": row.remarks}
        for at, task in enumerate(row.tasks):
            typed |= {
                f"task-{at}-text": task.text,
                f"task-{at}-departments": format_departments(task.departments),
                f"task-{at}-leaders": format_names(task.leaders),
                f"task-{at}-deadline": task.deadline.text,
                f"task-{at}-meaning": "",
            }
        read_again = parse_row_form(row, typed, notice.minutes.meeting)
        assert read_again.row == row
        assert not read_again.changed
        assert not read_again.deadline_problems


def test_a_doubt_about_a_deadline_stays_while_another_task_of_the_row_is_changed(document):
    row = document.rows.get(position=4)
    draft_services.edit_row(row_id=row.pk, version=1, form_data={"task-0-deadline": "2024年6月、每季度"})
    assert codes(load_draft(document).rows[3]) == ["several_kinds"]
    draft_services.edit_row(row_id=row.pk, version=2, form_data={"task-1-deadline": "2024.12"})
    assert codes(load_draft(document).rows[3]) == ["several_kinds"]
    draft_services.edit_row(row_id=row.pk, version=3, form_data={"task-0-deadline": "2024年6月"})
    assert codes(load_draft(document).rows[3]) == []


@settings(max_examples=examples(60), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "suggestion",
                "sources",
                "task-0-deadline",
                "task-0-departments",
                "task-0-leaders",
                "task-0-meaning",
                "task-0-text",
                "lead_in",
            ]
        ),
        st.text(),
    )
)
def test_nothing_that_is_typed_breaks_a_draft(notice, typed):
    row = notice.minutes.rows[5]
    new = parse_row_form(row, typed, notice.minutes.meeting).row
    written = converter.structure(converter.unstructure(new), ParsedRow)
    assert (written.tasks, written.sources, written.suggestion) == (new.tasks, new.sources, new.suggestion)


@pytest.mark.django_db
def test_roles_and_capacities_are_read_as_they_are_in_a_file(document):
    now = edit(
        document,
        1,
        task__0__departments="技术部（牵头）、国际部（配合）",
        sources="执委 刘仲书\n信息技术专业委员会委员 易春",
    )
    assert [(d.name, str(d.role)) for d in now.row.tasks[0].departments] == [
        ("技术部", "lead"),
        ("国际部", "supporting"),
    ]
    assert format_departments(now.row.tasks[0].departments) == "技术部（牵头）、国际部（配合）"
    assert [(p.capacity, p.name) for p in now.row.sources] == [("执委", "刘仲书"), ("信息技术专业委员会委员", "易春")]


@pytest.mark.django_db
def test_a_deadline_is_read_again_as_it_is_typed(document):
    now = edit(document, 1, task__0__deadline="明年上半年")
    assert now.row.tasks[0].deadline.due_date == datetime.date(2024, 6, 30)
    now = edit(document, 1, task__0__deadline="春节前")
    assert codes(now) == ["no_fixed_day"]
    assert now.row.tasks[0].deadline.due_date is None


@pytest.mark.django_db
def test_the_printed_text_stays_when_only_its_meaning_is_told(document):
    edit(document, 1, task__0__deadline="春节前")
    now = edit(document, 1, task__0__meaning="2024年2月9日")
    deadline = now.row.tasks[0].deadline
    assert (deadline.text, deadline.due_date, codes(now)) == ("春节前", datetime.date(2024, 2, 9), [])


@pytest.mark.django_db
def test_the_offered_day_is_taken(document):
    edit(document, 1, task__0__deadline="春节前")
    row = row_at(document, 1)
    issue_answers.accept_offered_day(row_id=row.pk, version=row.version, place=0)
    now = drafted(document, 1)
    assert now.row.tasks[0].deadline.due_date == datetime.date(2024, 2, 9)
    assert not now.problems
    assert now.row.tasks[0].deadline.text == "春节前"


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["twelve", "-1", "1.5", "１２", "999999"])
def test_a_number_that_is_none_is_said(document, number):
    with pytest.raises(InvalidInputError) as refusal:
        edit(document, 1, number=number)
    assert refusal.value.field == "number"
    assert row_at(document, 1).version == 1


# --- the three questions of row six ---------------------------------------------------------------


@pytest.mark.django_db
def test_dates_and_names_are_given_out(document):
    row = row_at(document, 6)
    issue_answers.assign_dates(row_id=row.pk, version=1, place=0, assignments=[[0], [0, 1], [1]])
    issue_answers.assign_names(
        row_id=row.pk, version=2, place=0, assignments=[["技术部"], ["评审员部"], ["技术部", "评审员部"]]
    )
    issue_answers.assign_names(row_id=row.pk, version=3, place=0, assignments=[["肖良"], ["陈云华"], ["肖良"]])
    now = drafted(document, 6)
    assert not now.problems
    assert [task.deadline.text for task in now.row.tasks] == ["2024.12", "2026.12", "2026.12"]
    assert [[m.text for m in task.milestones] for task in now.row.tasks] == [[], ["2024.12"], []]
    assert [format_departments(task.departments) for task in now.row.tasks] == [
        "技术部",
        "评审员部",
        "技术部、评审员部",
    ]
    assert [task.leaders for task in now.row.tasks] == [("肖良",), ("陈云华",), ("肖良",)]


@pytest.mark.django_db
def test_a_task_without_a_share_is_refused(document):
    row = row_at(document, 6)
    with pytest.raises(InvalidInputError):
        issue_answers.assign_dates(row_id=row.pk, version=1, place=0, assignments=[[0], [], [1]])
    with pytest.raises(InvalidInputError):
        issue_answers.assign_names(row_id=row.pk, version=1, place=1, assignments=[["技术部"], ["nobody"], []])
    assert codes(drafted(document, 6)) == SIXTH


@pytest.mark.django_db
def test_confirming_settles_one_question_and_editing_the_column_another(document):
    row = row_at(document, 6)
    issue_answers.confirm_row_issue(row_id=row.pk, version=1, place=0)
    assert codes(drafted(document, 6)) == SIXTH[1:]
    now = edit(document, 6, task__0__departments="技术部")
    assert codes(now) == SIXTH[2:]


@pytest.mark.django_db
def test_a_correction_of_all_tasks_leaves_the_question_open(document):
    now = edit(document, 6, **{f"task__{at}__leaders": "肖良、张虹" for at in range(3)})
    assert codes(now)[-1] == "leaders_of_several_tasks"
    assert now.problems[-1].value == "肖良、张虹"


# --- rows -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_row_is_split_and_joined_again(document):
    before = [row.row.tasks for row in load_draft(document).rows]
    row = row_at(document, 6)
    draft_services.split_row(row_id=row.pk, version=1, after=1)
    draft = load_draft(document)
    assert len(draft.rows) == 13
    assert [len(r.row.tasks) for r in draft.rows[5:7]] == [1, 2]
    assert codes(draft.rows[5]) == []
    assert codes(draft.rows[6]) == SIXTH
    assert draft.rows[5].source == draft.rows[6].source
    assert draft.rows[6].row.aspect == draft.rows[5].row.aspect
    draft_services.merge_with_next_row(row_id=row.pk, version=2)
    draft = load_draft(document)
    assert [r.row.tasks for r in draft.rows] == before
    assert list(document.rows.values_list("position", flat=True)) == list(range(1, 13))


@pytest.mark.django_db
def test_rows_and_tasks_come_and_go(document):
    row = row_at(document, 12)
    draft_services.add_task(row_id=row.pk, version=1)
    assert [task.number for task in drafted(document, 12).row.tasks] == [1, 2]
    draft_services.remove_task(row_id=row.pk, version=2, place=0)
    assert [(task.number, task.text) for task in drafted(document, 12).row.tasks] == [(None, "")]
    with pytest.raises(InvalidInputError):
        draft_services.remove_task(row_id=row.pk, version=3, place=0)
    with pytest.raises(InvalidInputError):
        draft_services.merge_with_next_row(row_id=row.pk, version=3)
    draft_services.add_row(document_id=document.pk, after=0)
    assert drafted(document, 1).row.suggestion is None
    assert document.rows.count() == 13
    first = row_at(document, 1)
    draft_services.remove_row(row_id=first.pk, version=1)
    assert list(document.rows.values_list("position", flat=True)) == list(range(1, 13))


# --- the meeting's days ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_deadlines_that_count_from_the_issue_day_are_read_again(document):
    edit(document, 1, task__0__deadline="12月底前")
    edit(document, 2, task__0__deadline="12月底前", task__0__meaning="2025.6")
    document.refresh_from_db()
    draft_services.edit_metadata(
        document_id=document.pk, version=document.version, form_data={"issued_on": "2024-03-01"}
    )
    assert drafted(document, 1).row.tasks[0].deadline.due_date == datetime.date(2024, 12, 31)
    assert drafted(document, 2).row.tasks[0].deadline.due_date == datetime.date(2025, 6, 30), "somebody said otherwise"
    assert drafted(document, 3).row.tasks[0].deadline.due_date == datetime.date(2023, 12, 31)


@pytest.mark.django_db
def test_the_issue_day_answers_that_it_is_missing():
    read = parse_content((DATA / "annex.docx").read_bytes())
    document = draft_services.create_draft(parsed=read, content=b"x", name="", account=factories.secretariat())
    assert [str(problem.code) for problem in load_draft(document).problems] == ["no_issue_day"]
    draft_services.edit_metadata(document_id=document.pk, version=1, form_data={"issued_on": "2023-11-08"})
    document.refresh_from_db()
    assert not load_draft(document).problems
    with pytest.raises(InvalidInputError):
        draft_services.edit_metadata(document_id=document.pk, version=2, form_data={"held_on": "2023-02-30"})


# --- two windows ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_form_from_before_changes_nothing(document):
    row = row_at(document, 1)
    edit(document, 1, remarks="先写的")
    with pytest.raises(ConflictError):
        draft_services.edit_row(row_id=row.pk, version=1, form_data={"remarks": "后写的"})
    assert drafted(document, 1).row.remarks == "先写的"
    draft_services.remove_row(row_id=row.pk, version=2)
    with pytest.raises(ConflictError):
        draft_services.edit_row(row_id=row.pk, version=2, form_data={"remarks": "后写的"})


@pytest.mark.django_db
def test_discarding_takes_the_file_along(document, django_capture_on_commit_callbacks):
    path = Path(document.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        draft_services.discard_draft(document_id=document.pk)
    assert not MinutesDocument.objects.exists()
    assert not DraftRow.objects.exists()
    assert not path.exists()


def test_a_draft_needs_no_database(notice):
    assert len(build_draft(notice).rows) == 12


@pytest.mark.parametrize("choice", ["", "x", "٣", "９", "3" * 30])
def test_a_choice_that_is_no_id_answers_no_name(document, choice):
    factories.department("技术处")
    with pytest.raises(InvalidInputError):
        issue_answers.resolve_name(document_id=document.pk, key="department:技术部", choice=choice)
