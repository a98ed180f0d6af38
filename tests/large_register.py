"""A hundred thousand tasks in half a minute: copied in the database, as no service would make them."""

from __future__ import annotations

import datetime

from django.db import connection

from meetings.models import Status, Task, TaskState
from tests import factories


def make_large_register() -> None:
    """Make a hundred thousand tasks of all statuses and days, copied in the database."""
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
        "stable_id": "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()",
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
                f"WHERE t.id % 100 > 0 AND t.id NOT IN ({', '.join(map(str, originals))})"
            )
        cursor.execute("ANALYZE")


def add_long_history() -> None:
    """Add to each task of a large register three intervals that are past, and one that holds still."""
    names = [field.column for field in TaskState._meta.concrete_fields if not field.primary_key]
    of_task = {field.column for field in Task._meta.concrete_fields}
    later = "date(issued_on, '+' || {} || ' days')" if connection.vendor == "sqlite" else "issued_on + {}"
    values = {
        "task_id": "t.id",
        "since": later.format("(30 * n)"),
        # No present interval: a trigger would have its task repeat it.
        "until": f"CASE WHEN n < 3 THEN {later.format('(30 * (n + 1))')} ELSE DATE('2100-01-01') END",
        "milestones": "'[]'",
    }
    selected = [values.get(name, f't."{name}"' if name in of_task else "NULL") for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO meetings_taskstate ({', '.join(names)}) SELECT {', '.join(selected)} "
            "FROM (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) AS numbers, meetings_task t "
            "WHERE NOT EXISTS (SELECT 1 FROM meetings_taskstate s WHERE s.task_id = t.id) ORDER BY n, t.id"
        )
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # Nothing written in a test can be read from an index alone, which nearly all of a register can.
            cursor.execute("SET LOCAL enable_seqscan = off")
