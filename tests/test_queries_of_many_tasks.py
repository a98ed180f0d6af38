"""A hundred thousand tasks cost the queries of eighteen: keys are sorted, and the rows of a page loaded by them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
