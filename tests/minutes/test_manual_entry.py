"""The rows of a meeting's table typed by hand, as the annex prints them: into a draft without a file."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings, strategies as st

from meetings.errors import InvalidInputError
from meetings.minutes.draft import EMPTY_ROW, EMPTY_TASK
from meetings.minutes.draft_forms import (
    RowFields,
    format_departments,
    format_fields,
    format_names,
    format_people,
    parse_row_form,
)
from meetings.minutes.parser.cells import ParsedDepartment as PrintedDepartment
from meetings.minutes.parser.column_headers import Role as PrintedRole
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.minutes.parser.schema import ParsedMeeting
from meetings.models import DeadlineKind, Department, ImportIssue, Meeting, Person, Suggestion, Task
from tests import factories
from tests.depth import examples
from tests.minutes.typed_rows import ROW, begin_meeting, begin_row, task_field, type_row
from tests.register_dump import register

pytestmark = pytest.mark.django_db


# --- the real meeting -----------------------------------------------------------------------------


def printed_facts(meeting: Meeting) -> dict[str, str]:
    names = ("title", "body", "breakdown_title", "document_number", "held_on", "issued_on", "place", "host")
    return {
        **{name: str(getattr(meeting, name) or "") for name in names},
        "chair": meeting.chair.name if meeting.chair else "",
        "overall_lead": meeting.overall_lead.name if meeting.overall_lead else "",
        "leads": format_names([lead.person.name for lead in meeting.meeting_leads.all()]),
        "attendees": format_people(
            [PrintedPerson(attendance.person.name, attendance.capacity) for attendance in meeting.attendances.all()]
        ),
    }


def printed_row(suggestion: Suggestion) -> dict[str, str]:
    """Return the row's cells as the annex has them: departments, leaders and dates once for all of its tasks."""
    tasks = list(suggestion.tasks.order_by("number"))
    departments = [
        PrintedDepartment(part.department.name, PrintedRole(part.role)) for part in tasks[0].task_departments.all()
    ]
    return {
        "number": str(suggestion.number),
        "aspect": suggestion.aspect.title,
        "suggestion": suggestion.text,
        "lead_in": suggestion.lead_in,
        "sources": format_people(
            [PrintedPerson(source.person.name, source.capacity) for source in suggestion.suggestion_sources.all()]
        ),
        "departments": format_departments(departments),
        "leaders": format_names([part.person.name for part in tasks[0].task_leaders.all()]),
        "deadline": "\n".join(dict.fromkeys(task.deadline_text for task in tasks)),
        "remarks": tasks[0].remarks,
        **{task_field(at): task.text for at, task in enumerate(tasks)},
    }


def read_back(meeting: Meeting, path) -> list[dict]:
    output = io.StringIO()
    call_command("export_breakdown", str(meeting.pk), str(path))
    call_command("import_minutes", str(path), "--json", stdout=output)
    return json.loads(output.getvalue())["rows"]


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_notice_typed_by_hand_is_the_register_of_the_notice(client, tmp_path, transactional_db):
    with transaction.atomic():
        factories.real_meeting()
        ImportIssue.objects.all().delete()
        expected, original = register(), Meeting.objects.get()
        facts, rows = printed_facts(original), [printed_row(row) for row in original.suggestions.order_by("position")]
        annex = read_back(original, tmp_path / "printed.xlsx")
        transaction.set_rollback(True)
    client.force_login(factories.secretariat())
    draft = begin_meeting(client)
    assert draft.type_facts(**facts).status_code == 302
    for at, row in enumerate(rows):
        if at:
            draft.add_row()
        assert draft.type_row(**row).status_code == 302, row
    assert draft.accept().status_code == 302
    meeting = Meeting.objects.get()
    # What the table leaves open is asked, as an import asks it: row 6, whose dates and tasks are several.
    asked = ImportIssue.objects.filter(task__suggestion__number=6)
    assert set(asked.values_list("code", flat=True)) >= {"several_dates_several_tasks"}
    due = Task.objects.filter(suggestion__number=6).order_by("number").values_list("due_date", flat=True)
    assert list(due) == [datetime.date(2024, 12, 31), *[datetime.date(2026, 12, 31)] * 2]
    ImportIssue.objects.all().delete()
    assert register() == expected
    assert read_back(meeting, tmp_path / "typed.xlsx") == annex


# --- a row ----------------------------------------------------------------------------------------


def test_a_row_is_entered_as_it_is_printed(client, meeting):
    assert type_row(client, meeting, **ROW).status_code == 302
    task = Task.objects.get()
    assert (task.text, task.deadline_text, task.due_date) == ("建立工作小组", "年底前", datetime.date(2023, 12, 31))
    assert [(part.department.name, part.role) for part in task.task_departments.all()] == [
        ("技术部", "lead"),
        ("国际部", "supporting"),
    ]
    row = task.suggestion
    assert (row.number, row.aspect.title) == (3, "加强宣传")
    assert [(each.capacity, each.person.name) for each in row.suggestion_sources.all()] == [
        ("执委", "刘仲书"),
        ("信息技术专业委员会委员", "易春"),
    ]
    assert task.log.get().actor.username == "秘书处"
    assert meeting.change_log.filter(kind="entered").count() == 2


@pytest.mark.long
def test_the_numbers_printed_with_the_tasks_are_not_part_of_their_texts(client, meeting):
    numbered = {"task-0-text": "(1)建立工作小组；", "task-1-text": "（2）加强培训。"}
    type_row(client, meeting, **{**ROW, **numbered})
    assert list(Task.objects.order_by("number").values_list("number", "text")) == [
        (1, "建立工作小组"),
        (2, "加强培训。"),
    ]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_cell_copied_whole_is_the_lead_in_and_the_tasks_that_it_numbers(client, meeting):
    cell = "围绕宣传做好：\n(1)建立工作小组；\n(2)加强培训。"
    type_row(client, meeting, **{**ROW, "task-0-text": cell, "task-1-text": "（3）保证发稿量"})
    row = meeting.suggestions.get()
    assert row.lead_in == "围绕宣传做好："
    assert list(row.tasks.order_by("number").values_list("number", "text")) == [
        (1, "建立工作小组"),
        (2, "加强培训。"),
        (3, "保证发稿量"),
    ]
    assert {task.due_date for task in row.tasks.all()} == {datetime.date(2023, 12, 31)}


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_rare_surname_behind_a_capacity_is_a_name(client, meeting):
    type_row(client, meeting, **{**ROW, "sources": "特邀嘉宾 新来人"})
    source = Suggestion.objects.get().suggestion_sources.get()
    assert (source.capacity, source.person.name) == ("特邀嘉宾", "新来人")


@pytest.mark.same_on_both
def test_what_is_new_to_the_register_is_said_before_it_is_accepted(client, meeting):
    factories.department("技术部")
    draft = begin_row(client, meeting)
    draft.type_row(**ROW)
    assert "New to the register: 国际部、肖良、刘仲书、易春" in client.get(draft.address).content.decode()


@pytest.mark.long
def test_a_task_has_its_own_departments_and_deadline_where_they_are_typed_beside_it(client, meeting):
    own = {task_field(1): "加强培训", task_field(1, "departments"): "办公室", task_field(1, "deadline"): "每季度"}
    type_row(client, meeting, **ROW, **own)
    first, second = Task.objects.order_by("number")
    assert first.due_date == datetime.date(2023, 12, 31)
    assert (second.deadline_kind, second.review_interval_months) == (DeadlineKind.RECURRING, 3)
    assert [part.department.name for part in second.task_departments.all()] == ["办公室"]
    assert [part.person.name for part in second.task_leaders.all()] == ["肖良"]


@pytest.mark.same_on_both
def test_a_deadline_that_names_no_day_is_allowed_and_marked(client, meeting):
    answer = type_row(client, meeting, **{**ROW, "deadline": "春节前"})
    assert answer.status_code == 302
    task = Task.objects.get()
    assert task.deadline_kind == DeadlineKind.UNDECIDED
    assert task.import_issues.get(column="deadline").code == "no_fixed_day"


@pytest.mark.long
def test_a_row_goes_to_the_end_of_its_aspect(client, meeting):
    for aspect in ("甲", "乙"):
        factories.task(factories.suggestion(meeting, aspect=aspect, text=aspect))
    type_row(client, meeting, **{**ROW, "aspect": "甲", "suggestion": "新"})
    assert list(meeting.suggestions.order_by("position").values_list("text", flat=True)) == ["甲", "新", "乙"]


@pytest.mark.same_on_both
def test_a_row_that_prints_a_suggestion_only_is_its_own_task(client, meeting):
    type_row(client, meeting, **{**ROW, "task-0-text": ""})
    assert Task.objects.get().text == ROW["suggestion"]


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"suggestion": "", "task-0-text": ""}, "Row 1 has neither a task nor a suggestion."),
        ({"task-1-departments": "办公室"}, "A task of row 1 has no text."),
        ({"number": "三"}, "is not the number of a row"),
        ({"aspect": "要" * 501}, "longer than 500 characters"),
    ],
)
def test_what_cannot_be_a_row_comes_back_with_everything_typed(client, meeting, typed, sentence):
    answer = type_row(client, meeting, **{**ROW, "remarks": "写好的备注", **typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page and "写好的备注" in page
    assert not Task.objects.exists() and not Suggestion.objects.exists()


def test_a_number_of_thousands_of_digits_is_no_number(client, meeting):
    assert type_row(client, meeting, **{**ROW, "number": "9" * 5000}).status_code == 422
    assert not Task.objects.exists()


@pytest.mark.same_on_both
def test_another_task_comes_without_losing_what_is_typed(client, meeting):
    draft = begin_row(client, meeting)
    answer = draft.send_row(
        "add_task", suggestion="打了一半", **{task_field(0): "第一项", task_field(0, "leaders"): "肖良"}
    )
    assert answer["Location"].endswith("-1-text")
    assert [(task["text"], task["leaders"]) for task in draft.row.tasks] == [("第一项", "肖良"), ("", "肖良")]
    assert draft.row.fields["suggestion"] == "打了一半"
    assert not Task.objects.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_next_row_begins_with_the_next_number_under_the_same_aspect(client, meeting):
    draft = begin_row(client, meeting)
    draft.type_row(**ROW)
    draft.add_row()
    assert (draft.row.fields["number"], draft.row.fields["aspect"]) == ("4", "加强宣传")


@pytest.mark.same_on_both
def test_a_row_typed_into_a_table_goes_on_with_its_numbers_and_the_aspect_chosen(client, meeting):
    factories.task(factories.suggestion(meeting, aspect="甲"))
    factories.task(factories.suggestion(meeting, aspect="乙"))
    assert (begin_row(client, meeting).row.fields["number"], begin_row(client, meeting).row.fields["aspect"]) == (
        "3",
        "乙",
    )
    chosen = begin_row(client, meeting, aspect="甲")
    assert chosen.row.fields["aspect"] == "甲"
    assert len(chosen.page.rows) == 1, "an empty row is used again"


@pytest.mark.same_on_both
def test_a_row_without_a_department_is_allowed_and_marked(client, meeting):
    assert type_row(client, meeting, **{**ROW, "departments": ""}).status_code == 302
    assert Task.objects.get().import_issues.get(column="departments").code == "no_department"


@pytest.mark.long
@pytest.mark.same_on_both
def test_departments_typed_once_for_several_tasks_are_asked_about(client, meeting):
    draft = begin_row(client, meeting)
    draft.type_row(**{**ROW, task_field(1): "加强培训"})
    assert [task["departments"] for task in draft.row.tasks] == ["技术部（牵头）、国际部（配合）"] * 2
    assert ["departments" in card.message or "技术部、国际部" in card.message for card in draft.row.problems] == [True]


@pytest.mark.long
@pytest.mark.same_on_both
def test_how_it_is_understood_is_shown_as_it_is_typed(client, meeting):
    typed = {**ROW, "deadline": "2024.12\n2026.12", "task-0-text": "2024年底前培训8次", "task-1-text": "建立平台"}
    draft = begin_row(client, meeting)
    draft.type_row(**typed)
    page = client.get(draft.address).content.decode()
    assert "31 Dec 2024" in page
    assert "31 Dec 2026" in page
    assert "技术部（牵头）、国际部（配合）" in page
    assert "New to the register: 技术部、国际部" in page
    assert not Task.objects.exists()
    assert "is not the number of a row" in draft.send_row("save", number="x").content.decode()


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_name_like_a_known_one_is_asked_about_before_anything_is_entered(client, meeting):
    known = factories.department("技术处")
    draft = begin_row(client, meeting)
    draft.type_row(**ROW)
    answer = draft.accept()
    assert answer.status_code == 422
    assert "Say whom these names mean: 技术部" in answer.content.decode()
    assert not Task.objects.exists()
    assert not Department.objects.filter(name="技术部").exists()
    [asked] = answer.context["page"].rows[0].questions
    assert [known_pk for known_pk, _name, _reason in asked.candidates] == [str(known.pk)]
    draft.choose(asked.match.key, str(known.pk))
    draft.accept()
    assert known in [part.department for part in Task.objects.get().task_departments.all()]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_name_like_a_known_one_may_be_a_new_one(client, meeting):
    factories.department("技术处")
    draft = begin_row(client, meeting)
    draft.type_row(**ROW)
    draft.choose("department:技术部", "new")
    draft.accept()
    assert Department.objects.filter(name="技术部").exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_namesake_is_told_apart_by_a_unit(client, meeting):
    factories.person("肖良")
    draft = begin_row(client, meeting)
    draft.type_row(**ROW)
    assert draft.choose("person:肖良", "new").status_code == 422
    draft.choose("person:肖良", "new", unit="检验院")
    assert draft.accept().status_code == 302
    assert Task.objects.get().leaders.get() == Person.objects.get(name="肖良", unit="检验院")


# --- reading what is typed ------------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FIELDS = ["number", "aspect", "suggestion", "lead_in", "sources", "departments", "leaders", "deadline", "remarks"]
TYPED = st.dictionaries(st.sampled_from([*FIELDS, *(task_field(at) for at in range(3))]), LINES)


@pytest.mark.long
@pytest.mark.same_on_both
@settings(max_examples=examples(60))
@given(TYPED)
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(typed):
    row = replace(EMPTY_ROW, tasks=(EMPTY_TASK,) * 3)
    try:
        new = parse_row_form(row, typed, ParsedMeeting(issued_on=datetime.date(2023, 11, 8))).row
    except InvalidInputError:
        return
    assert len(new.tasks) >= 3
    assert [task.number for task in new.tasks] == list(range(1, len(new.tasks) + 1))
    again = parse_row_form(new, format_fields(RowFields, new), ParsedMeeting(issued_on=datetime.date(2023, 11, 8)))
    assert again.row == new
