"""Pages of the inbox: of a large group one page is loaded, and of what waits for nobody nothing."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import DepartmentRole
from meetings.tasks import inbox
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_large_group_has_pages_of_its_own(client, world, monkeypatch):
    monkeypatch.setattr("meetings.tasks.views.inbox.TASKS_PER_PAGE", 2)
    late = world.day - datetime.timedelta(days=100)
    parts = [(world.technology, DepartmentRole.RESPONSIBLE)]
    for _number in range(4):
        factories.task(world.overdue.suggestion, deadline=factories.dated(late), departments=parts)
    client.force_login(world.liaison)
    [first] = [page for group, page in client.get("/inbox/").context["groups"] if group.key == "report"]
    assert (len(first.object_list), first.paginator.count) == (2, 5)
    pages = [client.get("/inbox/", {"group": "report", "page": number}).context["groups"][0][1] for number in (1, 2, 3)]
    found = [task.pk for page in pages for task in page]
    assert found == [task.pk for task in inbox.groups(world.liaison, world.day)[-1].items(world.day)]
    assert [len(page.object_list) for page in pages] == [2, 2, 1]


def test_an_empty_inbox_asks_for_no_tasks(client, world):
    client.force_login(world.leader)
    client.get("/inbox/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/inbox/")
    assert not page.context["number"]
    assert not [query["sql"] for query in queries if '"meetings_task"."text"' in query["sql"]]
