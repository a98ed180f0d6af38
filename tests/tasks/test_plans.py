"""How the databases read a long list: no order of all rows is made, neither of a page nor of its keys."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from meetings.models import Health, Status, Task
from meetings.tasks.tables import TaskTable
from tests import factories

# What a column of the task gives; texts of other tables are sorted as keys.
STORED = ["number", "text", "department", "leader", "due", "status", "health", "progress", "meeting", "original"]
STORED += ["extensions", "review", "reported", "closed", "remarks"]


@pytest.fixture
def large_register(db):
    """A hundred thousand tasks of all statuses and days, copied in the database."""
    days = [datetime.date(2021, 1, 4) + datetime.timedelta(weeks=4 * week) for week in range(50)]
    meetings = [factories.meeting(day, held_on=None) for day in days]
    first = {
        "department": [factories.department(f"第{number}部").pk for number in range(20)][0],
        "person": [factories.person(f"张{number}").pk for number in range(20)][0],
    }
    originals = [factories.task(factories.suggestion(meeting)).pk for meeting in meetings]
    names = [field.column for field in Task._meta.concrete_fields if not field.primary_key]
    # As in a register of some years, most tasks are closed.
    others = [status for status in Status.values if status != Status.CLOSED]
    cases = " ".join(f"WHEN {at} THEN '{status}'" for at, status in enumerate(others))
    some_day = (
        "date('2024-01-01', '+' || (n % 900) || ' days')"
        if connection.vendor == "sqlite"
        else "DATE '2024-01-01' + n % 900"
    )
    day = f"CASE WHEN n % 4 = 0 THEN NULL ELSE {some_day} END"
    values = {
        "number": "n",
        "status": f"CASE n % 20 {cases} ELSE '{Status.CLOSED}' END",
        "closed_on": f"CASE WHEN n % 20 < {len(others)} THEN NULL ELSE issued_on END",
        "original_due_date": some_day,
        "next_due": day,
        "next_review": day,
        "reported_on": day,
        "extension_count": "n % 3",
        "text": "text || n",
    }
    columns = ", ".join(f'"{name}"' for name in names)
    selected = ", ".join(values.get(name, f'"{name}"') for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000) "
            f"INSERT INTO meetings_task ({columns}) SELECT {selected} FROM meetings_task, numbers "
            f"WHERE id IN ({', '.join(map(str, originals))})"
        )
        # As many departments and leaders as a register has, and a hundredth of the tasks are nobody's.
        for name, part in (("department", "taskdepartment"), ("person", "taskleader")):
            role = ("role, ", "'responsible', ") if name == "department" else ("", "")
            cursor.execute(
                f"INSERT INTO meetings_{part} (task_id, {name}_id, {role[0]}position) "
                f"SELECT t.id, {first[name]} + t.id % 20, {role[1]}1 FROM meetings_task t "
                f"WHERE t.id % 100 > 0 AND NOT EXISTS (SELECT 1 FROM meetings_{part} p WHERE p.task_id = t.id)"
            )
        cursor.execute("ANALYZE")


def sorts_all_rows(plan):
    """Whether a plan sorts what it reads, and not only rows that are equal in what an index has."""
    lines = [line.strip(" ->") for line in plan.splitlines()]
    if connection.vendor == "sqlite":
        return any("TEMP B-TREE FOR ORDER BY" in line for line in lines)
    return any(line.startswith("Sort  (") for line in lines)


@pytest.mark.slow
def test_a_page_comes_from_an_index_in_every_order_of_a_stored_column(large_register):
    day = timezone.localdate()
    for name in ["", *(sign + name for name in STORED for sign in ("", "-"))]:
        tasks, order = TaskTable.order_of(Task.objects.on(day), day, [name] if name else [])
        for part in order.split(tasks, is_long=True):
            keys = part.sort().values_list(*(key.name for key in part.keys))[:50]
            plan = keys.explain()
            # A health is a few ranges of an index, and few tasks are extended or have remarks: their keys are sorted.
            assert not sorts_all_rows(plan) or name.lstrip("-") in ("health", "extensions", "remarks"), (name, plan)


@pytest.mark.slow
def test_what_is_overdue_or_due_soon_is_a_range_of_an_index(large_register):
    day = timezone.localdate()
    for health in (Health.OVERDUE, Health.DUE_SOON):
        plan = Task.objects.on(day).in_health([health], day).order_by().values("pk").explain()
        assert "task_by_" in plan, (health, plan)
        assert "taskstate" not in plan, "today's list joins no history"
