"""What a list of today is ordered by stands in the row of the task, whoever changes what it repeats."""

from __future__ import annotations

import datetime

import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone

from meetings.models import Department, DepartmentRole, Meeting, Person, Suggestion, Task, TaskState
from tests import factories
from tests.present_state import assert_repeats

REPEATED = ("meeting", "issued_on", "suggestion_position", "next_due", "reported_on")
REPEATED += ("department_spelling", "leader_spelling")


@pytest.fixture
def reported(db):
    """A task that was reported on, and its neighbour."""
    task = factories.task()
    factories.task(of=task.suggestion)
    factories.progress(task, on=timezone.localdate())
    task.refresh_from_db()
    return task


def test_services_leave_it_to_the_database(reported):
    assert reported.reported_on == timezone.localdate()
    assert reported.next_due == datetime.date(2023, 12, 31)
    assert_repeats()


def test_a_row_that_moves_takes_its_tasks_along(reported):
    elsewhere = factories.suggestion(factories.meeting(datetime.date(2024, 3, 1)))
    Suggestion.objects.filter(pk=reported.suggestion_id).update(position=77)
    assert_repeats()
    Meeting.objects.filter(pk=reported.meeting_id).update(issued_on=datetime.date(2023, 12, 1))
    assert_repeats()
    Suggestion.objects.filter(pk=reported.suggestion_id).update(meeting=elsewhere.meeting)
    assert_repeats()
    Task.objects.filter(pk=reported.pk).update(suggestion=elsewhere)
    assert_repeats()


def test_the_last_interval_alone_is_repeated(reported):
    TaskState.objects.filter(task=reported, until=None).update(next_due=datetime.date(2030, 1, 1))
    assert_repeats()
    TaskState.objects.filter(task=reported).exclude(until=None).update(next_due=datetime.date(2031, 1, 1))
    assert_repeats()


def test_a_name_that_changes_is_followed(reported):
    Department.objects.update(spelling="b")
    Person.objects.update(spelling="c")
    assert_repeats()
    assert set(Task.objects.values_list("department_spelling", "leader_spelling")) == {("b", "c")}


def test_the_first_that_answers_and_the_first_leader_are_repeated(reported):
    parts, leaders = reported.task_departments, reported.task_leaders
    first = factories.department("办公室")
    parts.update(position=2)
    parts.create(department=first, role=DepartmentRole.SUPPORTING, position=1)
    assert_repeats()
    parts.filter(department=first).update(role=DepartmentRole.LEAD)
    assert_repeats()
    leaders.create(person=factories.person("于明"), position=2)
    assert_repeats()
    neighbour = Task.objects.exclude(pk=reported.pk).get()
    neighbour.task_departments.all().delete()
    parts.filter(department=first).update(task=neighbour)
    assert_repeats()
    leaders.filter(position=1).delete()
    assert_repeats()
    leaders.all().delete()
    parts.all().delete()
    assert_repeats()
    assert (None, None) in Task.objects.values_list("department_spelling", "leader_spelling")


def test_what_is_written_over_it_is_written_anew(reported):
    """A task read before somebody else changed it is saved with what it was."""
    Task.objects.filter(pk=reported.pk).update(
        next_due=None,
        reported_on=None,
        issued_on=None,
        meeting=None,
        suggestion_position=None,
        department_spelling="zzz",
        leader_spelling=None,
    )
    assert_repeats()


def test_a_fixture_that_knows_nothing_of_it_is_completed(reported):
    with connection.constraint_checks_disabled():
        rows = serializers.serialize("python", [*Task.objects.all(), *TaskState.objects.all()])
        for row in rows:
            for name in REPEATED:
                if row["model"] == "meetings.task":
                    row["fields"].pop(name)
        for each in serializers.deserialize("python", rows):
            each.save()
    assert_repeats()
