"""The rows of a meeting's table typed by hand, as the annex prints them."""

from __future__ import annotations

import datetime
import io
import json

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meetings.errors import InvalidInputError
from meetings.minutes import manual_entry
from meetings.minutes.form_codec import format_departments, format_names, format_people
from meetings.minutes.parser.cells import ParsedDepartment as PrintedDepartment
from meetings.minutes.parser.column_headers import Role as PrintedRole
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.models import (
    DeadlineKind,
    Department,
    ImportIssue,
    Meeting,
    Person,
    Suggestion,
    Task,
)
from tests import factories
from tests.minutes.typed_rows import ROW, task_field, type_row
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


def test_the_notice_typed_by_hand_is_the_register_of_the_notice(client, tmp_path, transactional_db):
    with transaction.atomic():
        factories.real_meeting()
        ImportIssue.objects.all().delete()
        expected, original = register(), Meeting.objects.get()
        facts, rows = printed_facts(original), [printed_row(row) for row in original.suggestions.order_by("position")]
        annex = read_back(original, tmp_path / "printed.xlsx")
        transaction.set_rollback(True)
    client.force_login(factories.secretariat())
    assert client.post(reverse("meeting_new"), facts).status_code == 302
    meeting = Meeting.objects.get()
    for row in rows:
        assert type_row(client, meeting, **row).status_code == 302, row
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


def test_the_numbers_printed_with_the_tasks_are_not_part_of_their_texts(client, meeting):
    numbered = {"task-0-text": "(1)建立工作小组；", "task-1-text": "（2）加强培训。"}
    type_row(client, meeting, **{**ROW, **numbered})
    assert list(Task.objects.order_by("number").values_list("number", "text")) == [
        (1, "建立工作小组"),
        (2, "加强培训。"),
    ]


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


def test_a_rare_surname_behind_a_capacity_is_a_name(client, meeting):
    type_row(client, meeting, **{**ROW, "sources": "特邀嘉宾 新来人"})
    source = Suggestion.objects.get().suggestion_sources.get()
    assert (source.capacity, source.person.name) == ("特邀嘉宾", "新来人")


def test_what_is_new_to_the_register_is_said_once_it_is_saved(client, meeting):
    factories.department("技术部")
    answer = client.post(reverse("suggestion_new", args=[meeting.pk]), {**ROW, "tasks": "1"}, follow=True)
    assert "New to the register: 国际部、肖良、刘仲书、易春" in answer.content.decode()


def test_a_task_has_its_own_departments_and_deadline_where_they_are_typed_beside_it(client, meeting):
    own = {task_field(1): "加强培训", task_field(1, "departments"): "办公室", task_field(1, "deadline"): "每季度"}
    type_row(client, meeting, **ROW, **own)
    first, second = Task.objects.order_by("number")
    assert first.due_date == datetime.date(2023, 12, 31)
    assert (second.deadline_kind, second.review_interval_months) == (DeadlineKind.RECURRING, 3)
    assert [part.department.name for part in second.task_departments.all()] == ["办公室"]
    assert [part.person.name for part in second.task_leaders.all()] == ["肖良"]


def test_a_deadline_that_names_no_day_is_allowed_and_marked(client, meeting):
    answer = type_row(client, meeting, **{**ROW, "deadline": "春节前"})
    assert answer.status_code == 302
    task = Task.objects.get()
    assert task.deadline_kind == DeadlineKind.UNDECIDED
    assert task.import_issues.get(column="deadline").code == "no_fixed_day"


def test_a_row_goes_to_the_end_of_its_aspect(client, meeting):
    for aspect in ("甲", "乙"):
        factories.task(factories.suggestion(meeting, aspect=aspect, text=aspect))
    type_row(client, meeting, **{**ROW, "aspect": "甲", "suggestion": "新"})
    assert list(meeting.suggestions.order_by("position").values_list("text", flat=True)) == ["甲", "新", "乙"]


def test_a_row_that_prints_a_suggestion_only_is_its_own_task(client, meeting):
    type_row(client, meeting, **{**ROW, "task-0-text": ""})
    assert Task.objects.get().text == ROW["suggestion"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"suggestion": "", "task-0-text": ""}, "Write the suggestion, a task, or both."),
        ({"task-2-departments": "办公室"}, "Task (2) has no text."),
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


def test_the_character_that_no_database_keeps_is_taken_out(client, meeting):
    type_row(client, meeting, **{**ROW, "suggestion": "扩大\0影响", "task-0-text": "\0建立工作小组"})
    task = Task.objects.get()
    assert (task.text, task.suggestion.text) == ("建立工作小组", "扩大影响")


def test_another_task_comes_without_losing_what_is_typed(client, meeting):
    answer = client.post(reverse("suggestion_new", args=[meeting.pk]), {**ROW, "tasks": "1", "do": "more"})
    assert answer.status_code == 200
    assert len(answer.context["tasks"]) == 2
    assert ROW["suggestion"] in answer.content.decode()
    assert not Task.objects.exists()


def test_the_next_row_begins_with_the_next_number_under_the_same_aspect(client, meeting):
    answer = client.post(reverse("suggestion_new", args=[meeting.pk]), {**ROW, "tasks": "1", "do": "next"}, follow=True)
    assert (answer.context["typed"]["number"], answer.context["typed"]["aspect"]) == ("4", "加强宣传")


def test_the_reading_is_shown_while_it_is_typed(client, meeting):
    typed = {**ROW, "deadline": "2024.12\n2026.12", "task-0-text": "2024年底前培训8次", "task-1-text": "建立平台"}
    page = client.post(reverse("suggestion_reading", args=[meeting.pk]), typed).content.decode()
    assert "31 Dec 2024" in page and "31 Dec 2026" in page
    assert "技术部 (Lead)" in page and "国际部 (Supporting)" in page
    assert "New to the register: 技术部、国际部" in page
    assert not Task.objects.exists()
    assert (
        "is not the number of a row"
        in client.post(reverse("suggestion_reading", args=[meeting.pk]), {"number": "x"}).content.decode()
    )


# --- names ----------------------------------------------------------------------------------------


def test_a_name_like_a_known_one_is_asked_about_before_anything_is_entered(client, meeting):
    known = factories.department("技术处")
    answer = type_row(client, meeting, **ROW)
    assert answer.status_code == 422
    assert not Task.objects.exists() and not Department.objects.filter(name="技术部").exists()
    [asked] = answer.context["answer"].names.asked
    assert [known_pk for known_pk, _name, _reason in asked.candidates] == [str(known.pk)]
    type_row(client, meeting, **ROW, **{f"who-{asked.match.key}": str(known.pk)})
    assert known in [part.department for part in Task.objects.get().task_departments.all()]


def test_a_name_like_a_known_one_may_be_a_new_one(client, meeting):
    factories.department("技术处")
    type_row(client, meeting, **ROW, **{"who-department:技术部": "new"})
    assert Department.objects.filter(name="技术部").exists()


def test_a_namesake_is_told_apart_by_a_unit(client, meeting):
    factories.person("肖良")
    new = {"who-person:肖良": "new"}
    assert type_row(client, meeting, **ROW, **new).status_code == 422
    assert type_row(client, meeting, **ROW, **new, **{"unit-person:肖良": "检验院"}).status_code == 302
    assert Task.objects.get().leaders.get() == Person.objects.get(name="肖良", unit="检验院")


# --- reading what is typed ------------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FIELDS = ["number", "aspect", "suggestion", "lead_in", "sources", "departments", "leaders", "deadline", "remarks"]
TYPED = st.dictionaries(st.sampled_from([*FIELDS, *(task_field(at) for at in range(3))]), LINES)


class Reading(TestCase):
    @settings(max_examples=60)
    @given(TYPED)
    def test_whatever_is_typed_is_read_or_refused_in_a_sentence(self, typed):
        meeting = Meeting(issued_on=datetime.date(2023, 11, 8), held_on=None)
        try:
            read = manual_entry.parse_suggestion(typed, meeting, {})
        except InvalidInputError:
            return
        assert len(read.row.tasks) == len(manual_entry.task_places(typed)) == len(read.deadline_readings)
        assert all(
            task.deadline == reading.deadline
            for task, reading in zip(read.row.tasks, read.deadline_readings, strict=True)
        )
