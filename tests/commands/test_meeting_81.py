"""The real meeting of 〔2023〕81号 in fixtures/, against the notice and against the rules of the domain."""

import datetime
import json
from pathlib import Path

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db.models import Count

from meetings.models import (
    Aspect,
    Attendance,
    Department,
    Health,
    ImportIssue,
    Meeting,
    Person,
    Suggestion,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
    TaskState,
    worst_health,
)
from meetings.models.log import replay

EXPECTED = json.loads((Path(__file__).parent.parent / "data" / "annex-expected.json").read_text(encoding="utf-8"))
ISSUED_ON = datetime.date(2023, 11, 8)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(meeting_81) -> Meeting:
    return meeting_81


def whole_register() -> str:
    """Return every row of the domain, with primary keys."""
    models = (
        Department,
        Person,
        Meeting,
        Meeting.leads.through,
        Attendance,
        Aspect,
        Suggestion,
        SuggestionSource,
        Task,
        TaskDepartment,
        TaskLeader,
        TaskLog,
        TaskState,
        ImportIssue,
    )
    rows = [row for model in models for row in model.objects.order_by("pk")]
    return serializers.serialize("json", rows, indent=1)


def union(values) -> list:
    """Return the distinct ``values`` in first-seen order."""
    return list(dict.fromkeys(values))


def test_counts(meeting):
    assert Aspect.objects.count() == EXPECTED["aspects"] == 8
    assert Suggestion.objects.count() == EXPECTED["suggestions"] == 12
    assert Task.objects.count() == EXPECTED["tasks"] == 18
    assert SuggestionSource.objects.count() == EXPECTED["source_links"] == 25
    assert SuggestionSource.objects.values("person").distinct().count() == 13
    assert Department.objects.count() == TaskDepartment.objects.values("department").distinct().count() == 12
    assert TaskLeader.objects.values("person").distinct().count() == 5
    assert meeting.attendances.count() == 22


@pytest.mark.same_on_both
def test_the_meeting_itself(meeting):
    expected = EXPECTED["meeting"]
    for name in ("title", "body", "breakdown_title", "document_number", "place", "host"):
        assert getattr(meeting, name) == expected[name], name
    assert meeting.issued_on.isoformat() == expected["issued_on"]
    assert meeting.held_on.isoformat() == expected["held_on"]
    assert meeting.chair.name == expected["chair"]
    assert meeting.overall_lead.name == expected["overall_lead"]
    assert [lead.person.name for lead in meeting.meeting_leads.all()] == expected["leads"]


@pytest.mark.same_on_both
def test_attendees_stand_in_the_order_and_capacity_of_the_minutes(meeting):
    attendees = [(attendance.person.name, attendance.capacity) for attendance in meeting.attendances.all()]
    assert attendees[:5] == [
        ("顾绍平", "国家市场监督管理总局认可与检验检测监督管理司司长"),
        ("姚雷", "认证监督管理司副司长"),
        ("方向", "中国计量科学研究院院长"),
        ("张朝华", "CNAS主任"),
        ("刘仲书", "市场监管总局认可检测司副主任、CNAS执行委员会副主任"),
    ]
    assert attendees[-3:] == [("肖良", "CNAS副秘书长"), ("刘晓红", "CNAS副秘书长"), ("陈云华", "CNAS副秘书长")]
    # Both are named in the annex and were not there.
    assert not {"孙广伟", "张虹"} & {name for name, _ in attendees}


@pytest.mark.same_on_both
def test_every_row_says_what_a_careful_reader_finds(meeting):
    found = []
    for suggestion in meeting.suggestions.order_by("position"):
        tasks = list(suggestion.tasks.order_by("number"))
        deadlines = union(
            (task.deadline_text, task.deadline_kind, task.due_date, task.deadline_precision) for task in tasks
        )
        found.append(
            {
                "number": suggestion.number,
                "aspect": suggestion.aspect.title,
                "suggestion": suggestion.text,
                "lead_in": suggestion.lead_in,
                "tasks": [task.text for task in tasks],
                "departments": union(link.department.name for task in tasks for link in task.task_departments.all()),
                "leaders": union(link.person.name for task in tasks for link in task.task_leaders.all()),
                "deadlines": [
                    {
                        "text": text,
                        "kind": kind,
                        "due_date": due_date.isoformat() if due_date else None,
                        "precision": precision or None,
                    }
                    for text, kind, due_date, precision in deadlines
                ],
                "sources": [
                    {"name": source.person.name, "capacity": source.capacity}
                    for source in suggestion.suggestion_sources.all()
                ],
                "remarks": union(task.remarks for task in tasks)[0],
            }
        )
    assert found == EXPECTED["rows"]


def test_all_departments_are_responsible_as_no_role_is_printed(meeting):
    assert set(TaskDepartment.objects.values_list("role", flat=True)) == {"responsible"}


@pytest.mark.same_on_both
def test_the_original_deadline_is_the_one_in_force(meeting):
    for task in Task.objects.all():
        assert task.original_deadline_text == task.deadline_text
        assert task.original_deadline_kind == task.deadline_kind
        assert task.original_deadline_precision == task.deadline_precision
        assert task.original_due_date == task.due_date
        assert (task.next_review is None) == (task.due_date is not None)
        assert (task.status, task.version, task.review_interval_months) == ("not_started", 1, 3)


def test_row_six_is_read_as_far_as_it_can_be_and_left_to_confirm(meeting):
    tasks = Task.objects.filter(suggestion__number=6).order_by("number")
    assert [task.due_date.isoformat() for task in tasks] == ["2024-12-31", "2026-12-31", "2026-12-31"]
    assert not any(task.milestones.exists() for task in tasks)
    for task in tasks:
        issues = {(issue.column, issue.value, issue.answer) for issue in task.import_issues.all()}
        assert issues == {
            ("departments", "技术部、评审员部", None),
            ("leaders", "肖良、陈云华", None),
            ("deadline", "2024.12、2026.12", None),
        }
    marked = ImportIssue.objects.order_by("pk").values_list("task__suggestion__number", "column")
    assert union(marked) == [(problem["row"], problem["column"]) for problem in EXPECTED["problems_with_a_row"]]


@pytest.mark.same_on_both
def test_stored_states_are_what_the_log_says(meeting):
    for task in Task.objects.all():
        log = list(TaskLog.objects.filter(task=task).chronological())
        stored = list(task.states.order_by("since"))
        replayed = list(replay(task.pk, log))
        assert len(stored) == len(replayed) == 1
        for field in TaskState._meta.concrete_fields:
            if field.name != "id":
                assert getattr(stored[0], field.attname) == getattr(replayed[0], field.attname), field.name
        for name in ("status", "closed_on", "deadline", "next_review", "review_interval_months"):
            assert getattr(task, name) == getattr(stored[0], name), name
        assert task.version == log[-1].sequence


@pytest.mark.long
@pytest.mark.same_on_both
def test_loading_a_second_time_changes_nothing(meeting):
    before = whole_register()
    call_command("loaddata", "meeting_81", verbosity=0)
    assert whole_register() == before


def test_the_fixture_knows_no_primary_keys():
    path = Path(__file__).parent.parent.parent / "fixtures" / "meeting_81.json"
    assert not [row for row in json.loads(path.read_text(encoding="utf-8")) if "pk" in row]


@pytest.mark.parametrize(
    ("day", "due_soon", "overdue", "review_missed", "on_track"),
    [
        ("2023-12-31", 7, 0, 0, 11),
        ("2024-01-01", 0, 7, 0, 11),
        ("2024-02-08", 0, 7, 0, 11),
        ("2024-02-09", 0, 7, 8, 3),
        ("2025-01-01", 0, 8, 8, 2),
    ],
)
def test_health_on_the_days_of_the_design(meeting, day, due_soon, overdue, review_missed, on_track):
    tasks = Task.objects.on(datetime.date.fromisoformat(day))
    found = dict(tasks.order_by().values("health").annotate(count=Count("pk")).values_list("health", "count"))
    expected = {
        Health.DUE_SOON: due_soon,
        Health.OVERDUE: overdue,
        Health.REVIEW_MISSED: review_missed,
        Health.ON_TRACK: on_track,
    }
    assert found == {health.value: count for health, count in expected.items() if count}


def test_a_suggestion_is_as_ill_as_its_worst_task(meeting):
    worst = {row["suggestion"]: row["worst"] for row in worst_health(Task.objects.on(datetime.date(2025, 1, 1)))}
    sixth = Suggestion.objects.get(number=6)
    assert worst[sixth.pk] == Health.OVERDUE.rank
    assert worst[Suggestion.objects.get(number=5).pk] == Health.REVIEW_MISSED.rank


def test_nothing_is_in_the_register_before_the_issue_day(meeting):
    eve = ISSUED_ON - datetime.timedelta(days=1)
    assert not Task.objects.on(eve).exists()
    assert not Meeting.objects.issued_by(eve).exists()
    assert Task.objects.on(ISSUED_ON).count() == 18
    assert Meeting.objects.issued_by(ISSUED_ON).count() == 1
