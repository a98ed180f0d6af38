"""Every table by every column that sorts, both ways and over all pages: in order, no row lost and none twice."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from meetings.breakdown.tables import MeetingTable
from meetings.models import DepartmentRole, Meeting, Outcome, Role, Status, SuggestionOutcome, Task
from meetings.tasks.services.extensions import grant_extension
from meetings.tasks.tables import TaskTable
from tests import factories
from tests.cached_world import remembered_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.account(Role.READER))
    return client


@pytest.fixture
def register() -> None:
    fill_register()


@remembered_rows
def fill_register() -> None:
    """The real meeting and the small world: ties, equal texts, tasks without department, leader, day or progress."""
    factories.real_meeting()
    factories.small_world()
    real = Meeting.objects.get(document_number__contains="81").suggestions.first()
    factories.task(real, number=90, text="同样的文字", departments=[], leaders=[], deadline="持续跟踪")
    factories.task(real, number=91, text="同样的文字", departments=[], leaders=[], deadline="待定")
    supporting = [(factories.department("甲部"), DepartmentRole.SUPPORTING)]
    factories.task(real, number=92, text="只有配合部室", departments=supporting)
    for number, task in enumerate(Task.objects.filter(suggestion__meeting=real.meeting).order_by("-pk")[:6]):
        factories.progress(task, on=datetime.date(2024, 1, 1 + number // 2))
    for task in Task.objects.filter(suggestion__meeting=real.meeting, due_date__isnull=False).order_by("-pk")[:2]:
        request = factories.extension_request(task)
        grant = {"task_id": task.pk, "version": request.task.version, "reason": "同意。"}
        grant_extension(**grant, actor=factories.secretariat(), effective_on=timezone.localdate())
    ended = Task.objects.get(text="编制培训计划")
    for outcome, of in ((Outcome.FOR_REFERENCE, ended.suggestion), (Outcome.RESOLVED, real)):
        entry = of.tasks.first().log.first()
        SuggestionOutcome.objects.create(suggestion=of, outcome=outcome, reply="已采纳。", entry=entry)
    real.tasks.update(remarks="每半年通报一次。")


# --- tasks --------------------------------------------------------------------------------------


def printed(task: Task) -> tuple:
    meeting = task.suggestion.meeting
    return (meeting.issued_on, meeting.pk, task.suggestion.position, task.number)


def first_department(task: Task) -> str | None:
    parts = task.task_departments.exclude(role=DepartmentRole.SUPPORTING).order_by("position")
    return parts[0].department.spelling if parts else None


def first_leader(task: Task) -> str | None:
    parts = task.task_leaders.order_by("position")
    return parts[0].person.spelling if parts else None


def first_supporting(task: Task) -> str | None:
    part = task.task_departments.filter(role=DepartmentRole.SUPPORTING).order_by("position").first()
    return part and part.department.spelling


def first_source(task: Task) -> str | None:
    source = task.suggestion.suggestion_sources.order_by("position").first()
    return source and source.person.spelling


# What each column is sorted by: a naive reading of the task as `Task.objects.on` gives it.
TASK_KEYS: dict[str, Callable[[Task], Any]] = {
    "number": printed,
    "text": lambda task: task.text,
    "department": first_department,
    "leader": first_leader,
    "due": lambda task: task.day_next_due,
    "status": lambda task: list(Status.values).index(task.day_status),
    "health": lambda task: task.health_rank,
    "progress": lambda task: task.last_report_on,
    "meeting": lambda task: task.suggestion.meeting.issued_on,
    "aspect": lambda task: task.suggestion.aspect and task.suggestion.aspect.title,
    "suggestion": lambda task: task.suggestion.text or None,
    "source": first_source,
    "supporting": first_supporting,
    "original": lambda task: task.original_due_date,
    "extensions": lambda task: task.day_extension_count or None,
    "review": lambda task: task.day_next_review,
    "reported": lambda task: task.last_report_on,
    "closed": lambda task: task.day_closed_on,
    "outcome": lambda task: list(Outcome.values).index(task.day_outcome) if task.day_outcome else None,
    "remarks": lambda task: task.remarks or None,
}


def in_order(rows: list, key: Callable, tie: Callable, *, descending: bool) -> list[int]:
    """Return the ids as a reader expects them: by ``key``, equal ones by ``tie``, those without a key at the end."""
    rows = sorted(rows, key=tie)
    with_key = sorted([row for row in rows if key(row) is not None], key=key, reverse=descending)
    return [row.pk for row in [*with_key, *(row for row in rows if key(row) is None)]]


def over_all_pages(client: Client, address: str) -> Iterator[int]:
    page = 1
    while True:
        # As htmx asks for it: the list without the frame around it, which a hundred looks need not draw.
        table = client.get(f"{address}&page={page}", headers={"HX-Request": "true"}).context["listing"].table
        yield from (row.record.pk for row in table.paginated_rows)
        if not table.page.has_next():
            return
        page += 1


@pytest.mark.long
@pytest.mark.parametrize("sign", [pytest.param("", marks=pytest.mark.slow), "-"], ids=["ascending", "descending"])
def test_tasks_are_sorted_by_each_column_and_none_is_lost_between_pages(register, client, sign):
    today = timezone.localdate()
    tasks = list(Task.objects.on(today).with_outcome(today).select_related("suggestion__aspect"))
    for column, key in TASK_KEYS.items():
        assert len({key(task) for task in tasks}) > 1, f"{column}: the world says nothing about its order"
        expected = in_order(tasks, key, printed, descending=bool(sign))
        found = list(over_all_pages(client, f"/tasks/?sort={sign}{column}&per_page=11"))
        assert found == expected, column


@pytest.mark.same_on_both
@pytest.mark.long
def test_a_list_is_sorted_by_a_column_whether_it_is_shown_or_not(register, client):
    for column in TaskTable.base_columns:
        hidden = list(over_all_pages(client, f"/tasks/?sort=-{column}&columns=text&per_page=50"))
        shown = list(over_all_pages(client, f"/tasks/?sort=-{column}&columns=text,{column}&per_page=50"))
        assert hidden == shown, column


@pytest.mark.same_on_both
def test_without_sorting_the_newest_meeting_comes_first_as_it_was_printed(register, client):
    tasks = list(Task.objects.on(timezone.localdate()))
    expected = sorted(tasks, key=lambda task: (-printed(task)[0].toordinal(), -printed(task)[1], *printed(task)[2:]))
    found = list(over_all_pages(client, "/tasks/?per_page=7"))
    assert found == [task.pk for task in expected]


def test_a_sorted_column_says_so_and_its_head_turns_the_order_around(register, client):
    page = client.get("/tasks/?sort=due&health=overdue&health=review_missed&page=1").content.decode()
    assert 'aria-sort="ascending"' in page
    assert "?sort=-due&amp;health=overdue&amp;health=review_missed" in page, "filters stay, the page begins anew"
    page = client.get("/tasks/?sort=-due").content.decode()
    assert 'aria-sort="descending"' in page


# --- meetings -----------------------------------------------------------------------------------

MEETING_KEYS: dict[str, Callable[[Meeting], Any]] = {
    "title": lambda meeting: meeting.spelling,
    "document_number": lambda meeting: meeting.document_number or None,
    "held_on": lambda meeting: meeting.held_on,
    "issued_on": lambda meeting: meeting.issued_on,
    "suggestions": lambda meeting: meeting.suggestions.count(),
    "tasks": lambda meeting: Task.objects.filter(suggestion__meeting=meeting).count(),
}


@pytest.mark.parametrize("sign", ["", "-"], ids=["ascending", "descending"])
@pytest.mark.parametrize("column", MEETING_KEYS)
def test_meetings_are_sorted_by_each_column(register, client, column, sign):
    for day in (1, 2, 2):
        factories.meeting(datetime.date(2024, 3, day), document_number="", held_on=None)
    factories.meeting(datetime.date(2024, 3, 2))
    expected = in_order(
        list(Meeting.objects.all()), MEETING_KEYS[column], lambda meeting: -meeting.pk, descending=bool(sign)
    )
    table = client.get(f"/meetings/?sort={sign}{column}").context["table"]
    assert [row.record.pk for row in table.rows] == expected


def test_every_column_that_sorts_is_tried():
    assert set(TASK_KEYS) == set(TaskTable.base_columns)
    assert set(MEETING_KEYS) == MeetingTable.sortable_names()
