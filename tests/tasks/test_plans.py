"""How the databases read a long list: no order of all rows is made, neither of a page nor of its keys."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Count
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.devtools import synthetic
from meetings.models import (
    ANSWERABLE_ROLES,
    Consent,
    Department,
    Health,
    Meeting,
    Person,
    Role,
    Task,
    TaskDepartment,
    TaskLog,
    TaskState,
)
from meetings.tasks import chasing, inbox, paging
from meetings.tasks.filters import TaskFilterSet, filter_tasks
from meetings.tasks.paging import TaskPaginator
from meetings.tasks.tables import TaskTable
from tests import factories
from tests.cached_world import filled_register
from tests.large_register import add_long_history, make_large_register
from tests.query_names import AT_WORK, CHASED, DASHBOARD, LIST, MEETINGS, OWN_DEPARTMENTS, SEARCH, WORD
from tests.test_query_counts import account_of

# What a column of the task gives; texts of other tables are sorted as keys.
STORED = ["number", "text", "department", "leader", "due", "status", "health", "progress", "meeting", "original"]
STORED += ["extensions", "review", "reported", "closed", "remarks"]
# So few are sorted as fast as they are read from an index.
SHORT = 5000


def sorts_all_rows(plan):
    """Whether a plan sorts what it reads, and not only rows that are equal in what an index has."""
    lines = [line.strip(" ->") for line in plan.splitlines()]
    if connection.vendor == "sqlite":
        return any("TEMP B-TREE FOR ORDER BY" in line for line in lines)
    return any(line.startswith("Sort  (") for line in lines)


@pytest.fixture
def small_register(db: None) -> None:
    """Make three hundred tasks, and let the database plan with what it knows of them."""
    synthetic.generate(300, seed=7)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_waits_for_consent_does_not_read_the_log(small_register):
    claims = TaskLog.objects.filter(batch__consent=Consent.ASKED).order_by()
    assert "SCAN meetings_tasklog" not in claims.explain(), claims.explain()


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_waits_for_a_liaison_or_leader_is_found_without_all_tasks(small_register):
    departments = Department.objects.filter(task_departments__isnull=False)[:1]
    liaison = factories.account(Role.LIAISON, departments=departments)
    plans = {
        group.key: group.tasks.order_by().values("pk").explain()
        for group in inbox.groups(liaison, timezone.localdate())
    }
    for key in ("answer", "reminded"):
        assert "task_department_tasks" not in plans[key], "what is to be answered is less than what a department has"
    assert "SCAN W0 USING INDEX log_reminders" in plans["reminded"], plans["reminded"]
    assert "SCAN meetings_task" not in plans["report"], plans["report"]
    leader = factories.account(Role.LEADER, person=Person.objects.filter(task_leaders__isnull=False)[0])
    [agreeing] = inbox.groups(leader, timezone.localdate())
    plan = agreeing.tasks.order_by().values("pk").explain()
    assert "taskleader_person_id" not in plan, "those that a leader supervises are many"


@pytest.mark.slow
@pytest.mark.sqlite
def test_who_is_to_be_chased_is_found_without_the_whole_log(small_register):
    departments = Department.objects.without_liaison(OPEN_STATUSES, ANSWERABLE_ROLES)
    assert "COUNT(" not in str(departments.query), "one open task is enough"
    with CaptureQueriesContext(connection) as queries:
        chasing.find_asked(Task.objects.on(timezone.localdate()), timezone.localdate())
    for part, index in (("made_at", "log_of_batch"), ('"recorded_at" >=', "log_recorded")):
        [asked] = [query["sql"] for query in queries if part in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
            plan = str(cursor.fetchall())
        assert index in plan, plan


@pytest.fixture(scope="module")
def large_register(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make a hundred thousand tasks."""
    with filled_register(django_db_blocker, make_large_register):
        yield


@pytest.mark.slow
@pytest.mark.same_on_both
@pytest.mark.django_db
def test_a_hundred_thousand_tasks_cost_the_queries_of_eighteen(large_register, spend, subtests):
    task = Task.objects.filter(task_leaders__isnull=False, task_departments__isnull=False).first()
    reader, department = factories.account(Role.READER), task.task_departments.first().department_id
    orders = [f"sort={'-' * (place % 2)}{name}" for place, name in enumerate(TaskTable.base_columns)]
    # Of what no task has, an order has its first page from those without it.
    without = [f"sort={sign}{name}" for name in ("source", "supporting", "outcome", "remarks") for sign in ("", "-")]
    for query in (*orders, "health=overdue&sort=due", f"department={department}&sort=-progress", "page=1000"):
        with subtests.test(query):
            spend(reader, f"/tasks/?{query}", [*LIST, "and which after those"] if query in without else LIST)
    with subtests.test("a word"):
        spend(reader, "/tasks/?q=工作", LIST + WORD)
        spend(reader, "/search/?q=工作", SEARCH)
    with subtests.test("the last page"):
        spend(reader, "/tasks/?page=last", LIST)
    with subtests.test("meetings"):
        spend(reader, "/meetings/", MEETINGS)
    for role in Role.values:
        own = OWN_DEPARTMENTS if role == Role.LIAISON else []
        leader = ["the leader's name"] if role == Role.LEADER else []
        chased = CHASED if role == Role.SECRETARIAT else []
        with subtests.test(role):
            spend(account_of(role, task), "/", DASHBOARD + own + leader + chased + AT_WORK.get(role, []))


@pytest.mark.slow
def test_a_large_register_is_read_from_indexes(large_register, db, subtests):
    looks = (
        look_at_orders_of_stored_columns,
        look_at_next_pages,
        look_at_what_is_red,
        look_at_one_meeting,
        look_at_one_department,
    )
    for look in (*looks, look_at_past_day):
        with subtests.test(look.__name__):
            look()


def look_at_orders_of_stored_columns() -> None:
    """A page comes from an index in every order of a stored column."""
    day = timezone.localdate()
    for name in ["", *(sign + name for name in STORED for sign in ("", "-"))]:
        tasks, order = TaskTable.order_of(Task.objects.on(day), day, [name] if name else [])
        for part in order.split(tasks, is_long=True):
            keys = part.sort().values_list(*(key.name for key in part.keys))[:50]
            plan = keys.explain()
            # A health is a few ranges of an index, and few tasks are extended or have remarks: their keys are sorted.
            assert not sorts_all_rows(plan) or name.lstrip("-") in ("health", "extensions", "remarks"), (name, plan)


def look_at_next_pages() -> None:
    """The next and the previous page are read from their row on, and not from an end of the list."""
    day, begins = timezone.localdate(), "SEARCH meetings_task " if connection.vendor == "sqlite" else "Index Cond"
    for name in ("", "-due", "due", "text", "-department", "status"):
        tasks, order = TaskTable.order_of(Task.objects.on(day), day, [name] if name else [])
        for part in order.split(tasks, is_long=True):
            names, number = [key.name for key in part.keys], part.tasks.count()
            if number < SHORT:
                continue
            middle = number // 2
            for values in part.sort().values_list(*names)[middle : middle + 1]:
                for from_end in (False, True):
                    plan = part.sort_beyond(values, from_end=from_end).values_list(*names)[:50].explain()
                    assert begins in plan, (name, from_end, plan)
                    assert not sorts_all_rows(plan), (name, from_end, plan)


def look_at_what_is_red() -> None:
    """What is overdue or due soon is a range of an index."""
    day = timezone.localdate()
    for health in (Health.OVERDUE, Health.DUE_SOON):
        plan = Task.objects.on(day).in_health([health], day).order_by().values("pk").explain()
        assert "task_by_" in plan, (health, plan)
        assert "taskstate" not in plan, "today's list joins no history"


def look_at_one_meeting() -> None:
    """The tasks of a meeting, be it the oldest, are found by their own column: no other table is looked through."""
    day, meeting = timezone.localdate(), Meeting.objects.order_by("issued_on")[0]
    tasks = filter_tasks(QueryDict(f"meeting={meeting.pk}"), Task.objects.on(day), day)
    plan = tasks.in_printed_order().values_list("pk")[:50].explain()
    assert "meeting_id=" in plan.replace(" ", ""), plan
    assert "meetings_suggestion" not in plan.replace("meetings_suggestion_id", ""), plan


def look_at_one_department() -> None:
    """The many tasks of a department come in the order of an index, and are counted by their parts alone."""
    day, of_departments = timezone.localdate(), TaskDepartment.objects.values_list("department")
    [(pk, _number)] = of_departments.annotate(number=Count("pk")).order_by("-number")[:1]
    whole, order = TaskTable.order_of(Task.objects.on(day), day, [])
    filterset = TaskFilterSet(QueryDict(f"department={pk}"), whole, day=day)
    rows = filterset.find_rows()
    counted = rows.order_by().values("task")[: paging.MOST_COUNTED + 1].explain()
    assert "task_department_tasks" in counted or connection.vendor == "postgresql", counted
    assert not re.search("SCAN|Join|Nested Loop", counted), counted
    paginator = TaskPaginator(filterset.qs, order, 50, load=list, rows=rows, whole=whole)
    paginator.count = paging.MOST_COUNTED
    [part] = paginator.parts
    page = part.sort().values_list(*(key.name for key in part.keys))[:50].explain()
    assert not sorts_all_rows(page), page


def look_at_past_day() -> None:
    """A page of a past day, and what is counted of it, comes from indexes."""
    add_long_history()
    day = timezone.localdate() - datetime.timedelta(days=180)
    tasks, order = TaskTable.order_of(Task.objects.on(day), day, [])
    [part] = order.split(tasks, is_long=True)
    first_page = part.sort().values_list(*(key.name for key in part.keys))[:50].explain()
    assert not sorts_all_rows(first_page), first_page
    if connection.vendor == "postgresql":
        assert "Index Cond: (issued_on <=" in first_page, "what was issued later is not asked for its states"
    else:
        assert "issued_on" in str(part.sort().query.where), "what was issued later is not asked for its states"
    for counted in (
        TaskState.objects.overlapping(day, day).order_by().values("status").annotate(number=Count("pk")),
        tasks.order_by().values("health").annotate(number=Count("pk")),
        tasks.open().order_by().values("day_next_due").annotate(number=Count("pk")),
        tasks.in_health([Health.OVERDUE], day).order_by().values("pk"),
    ):
        plan = counted.explain()
        assert "state_by_day" in plan, plan
        assert "tasklog" not in plan, "who reported last is not asked for"
