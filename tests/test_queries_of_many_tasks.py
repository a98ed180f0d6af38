"""A hundred thousand tasks cost the queries of eighteen: keys are sorted, and the rows of a page loaded by them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Role, Task
from meetings.tasks.tables import TaskTable

from . import factories
from .large_register import make_large_register
from .query_names import AT_WORK, CHASED, DASHBOARD, LIST, MEETINGS, OWN_DEPARTMENTS, SEARCH, WORD
from .test_query_counts import account_of

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def test_keys_are_sorted_and_rows_are_loaded_by_them(world, client):
    client.force_login(world.secretariat)
    department = world.technology.pk
    for query in ("", "sort=-due", f"department={department}&sort=leader", "q=培训&sort=progress", "health=overdue"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/tasks/?{query}").context["listing"].row_count
        [rows] = [query["sql"] for query in queries if '"meetings_task"."remarks"' in query["sql"].split(" FROM ")[0]]
        _before, by_key, after = rows.rpartition('"meetings_task"."id" IN (')
        assert by_key
        assert "ORDER BY" not in after


@pytest.mark.slow
def test_a_hundred_thousand_tasks_cost_the_queries_of_eighteen(spend, subtests):
    make_large_register()
    task = Task.objects.filter(task_leaders__isnull=False, task_departments__isnull=False).first()
    reader, department = factories.account(Role.READER), task.task_departments.first().department_id
    orders = [f"sort={sign}{name}" for name in TaskTable.base_columns for sign in ("", "-")]
    # Of what no task has, an order has its first page from those without it.
    without = [f"sort={sign}{name}" for name in ("source", "supporting", "outcome", "remarks") for sign in ("", "-")]
    for query in (*orders, "health=overdue&sort=due", f"department={department}&sort=-progress", "page=1000"):
        with subtests.test(query):
            spend(reader, f"/tasks/?{query}", [*LIST, "and which after those"] if query in without else LIST)
    with subtests.test("a word"):
        spend(reader, "/tasks/?q=工作", LIST + WORD)
        spend(reader, "/search/?q=工作", SEARCH)
    with subtests.test("the last page"):
        spend(reader, "/tasks/?page=last", [*LIST, "how many there are exactly"])
    with subtests.test("meetings"):
        spend(reader, "/meetings/", MEETINGS)
    for role in Role.values:
        own = OWN_DEPARTMENTS if role == Role.LIAISON else []
        leader = ["the leader's name"] if role == Role.LEADER else []
        chased = CHASED if role == Role.SECRETARIAT else []
        with subtests.test(role):
            spend(account_of(role, task), "/", DASHBOARD + own + leader + chased + AT_WORK.get(role, []))
